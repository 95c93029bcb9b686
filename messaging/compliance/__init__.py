"""What the law asks for: the ledger of consent, quiet hours, registration, erasure (docs/compliance.md)."""
