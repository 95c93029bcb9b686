"""Telling the business's own software what happens, signed as Standard Webhooks say (docs/webhooks.md)."""
