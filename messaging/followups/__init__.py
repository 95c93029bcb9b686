"""Follow-ups: sequences of steps for leads who do not book (docs/follow-ups.md)."""
