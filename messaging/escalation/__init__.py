"""Escalations: what cannot wait reaches a person who says “mine” (docs/on-call.md)."""
