"""Configuration and look-up pages of numbers, texts and calls; importing a module registers its pages."""

from messaging.admin import (
    accounts,
    calls,
    canned,
    consent,
    conversations,
    erasures,
    escalations,
    hooks,
    ledger,
    numbers,
    opt_outs,
    reminders,
    robot,
    rules,
    scripts,
    sequences,
)

__all__ = [
    "accounts",
    "calls",
    "canned",
    "consent",
    "conversations",
    "erasures",
    "escalations",
    "hooks",
    "ledger",
    "numbers",
    "opt_outs",
    "reminders",
    "robot",
    "rules",
    "scripts",
    "sequences",
]
