"""The holidays that people set dates by in the United States. Pure."""

import re
from datetime import date, timedelta

HOLIDAY = (
    r"(?P<holiday>christmas evening|christmas|xmas|thanksgiving|new years? evening|new years?(?= day)|halloween|"
    r"labor day|"
    r"memorial day|juneteenth|navidad|nochebuena|ano nuevo)(?: day)?"
)
_FIXED = {
    "christmas evening": (12, 24),
    "nochebuena": (12, 24),
    "christmas": (12, 25),
    "xmas": (12, 25),
    "navidad": (12, 25),
    "new years evening": (12, 31),
    "new year evening": (12, 31),
    "new years": (1, 1),
    "new year": (1, 1),
    "ano nuevo": (1, 1),
    "juneteenth": (6, 19),
    "halloween": (10, 31),
}


def holiday_on(match: re.Match[str], year: int) -> date:
    """The day of the holiday named in `match` (of `HOLIDAY`, on plain words, where "eve" has become "evening")."""
    name = match["holiday"]
    if name in _FIXED:
        return date(year, *_FIXED[name])
    if name == "labor day":
        return _monday_from(date(year, 9, 1))
    if name == "memorial day":
        return _monday_from(date(year, 5, 25))
    first = date(year, 11, 1)
    return first + timedelta(days=(3 - first.weekday()) % 7 + 21)


def _monday_from(day: date) -> date:
    return day + timedelta(days=-day.weekday() % 7)
