"""Stretches of time as people say them: "2 hours" on the page, minutes in the database."""

import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

_MINUTES = {"minute": 1, "min": 1, "m": 1, "hour": 60, "hr": 60, "h": 60, "day": 1440, "d": 1440, "week": 10_080}
_PART = re.compile(r"(\d{1,6})\s*([a-z]*)")
HOW_TO = "Write 30 minutes, 2 hours or 1 day."


def read_span(text: str) -> int:
    """Minutes of "2 hours", "1 day 4 h", "90". Raises ValueError."""
    words = text.lower().replace(" and ", " ").strip()
    parts = _PART.findall(words)
    if not parts or _PART.sub("", words).strip():
        raise ValueError(text)
    minutes = 0
    for amount, unit in parts:
        known = unit or "minute"
        known = known if known in _MINUTES else known.removesuffix("s")
        if known not in _MINUTES:
            raise ValueError(text)
        minutes += int(amount) * _MINUTES[known]
    return minutes


def write_span(minutes: int) -> str:
    """In the largest units that say it exactly: 1440 is "1 day", 90 is "1 hour 30 minutes"."""
    days, rest = divmod(minutes, 1440)
    hours, left = divmod(rest, 60)
    parts = [(days, "day"), (hours, "hour"), (left, "minute")]
    return " ".join(f"{count} {name}{'' if count == 1 else 's'}" for count, name in parts if count) or "0 minutes"


class SpanField(forms.CharField):
    """One stretch, stored in minutes."""

    def prepare_value(self, value: Any) -> Any:
        return write_span(value) if isinstance(value, int) else value

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        if not text:
            return None
        try:
            return read_span(text)
        except ValueError:
            raise ValidationError(f"“{text}” is not a length of time. {HOW_TO}") from None

    def has_changed(self, initial: Any, data: Any) -> bool:
        return super().has_changed(self.prepare_value(initial), data)


class SpansField(forms.CharField):
    """Several stretches with commas between, stored as a list of minutes."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"required": False, **kwargs})

    def prepare_value(self, value: Any) -> Any:
        if isinstance(value, list) and all(isinstance(item, int) for item in value):
            return ", ".join(map(write_span, value))
        return value

    def clean(self, value: Any) -> Any:
        minutes = []
        for part in filter(None, (part.strip() for part in super().clean(value).split(","))):
            try:
                minutes.append(read_span(part))
            except ValueError:
                raise ValidationError(f"“{part}” is not a length of time. {HOW_TO}") from None
        return minutes

    def has_changed(self, initial: Any, data: Any) -> bool:
        return super().has_changed(self.prepare_value(initial), data)
