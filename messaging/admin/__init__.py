"""Configuration and look-up pages of numbers, texts and calls; importing a module registers its pages."""

from messaging.admin import (
    accounts,
    calls,
    canned,
    consent,
    conversations,
    hooks,
    numbers,
    reminders,
    robot,
    rules,
    scripts,
)

__all__ = [
    "accounts",
    "calls",
    "canned",
    "consent",
    "conversations",
    "hooks",
    "numbers",
    "reminders",
    "robot",
    "rules",
    "scripts",
]
