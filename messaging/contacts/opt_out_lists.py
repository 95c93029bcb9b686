"""PURE: lists of people who opted out elsewhere, as people have them: phone, when, how."""

import re
from dataclasses import dataclass
from datetime import datetime, time
from zoneinfo import ZoneInfo

from messaging.contacts.number_lists import Unread, read_numbers

_DATES = (
    (re.compile(r"\b(\d{4}-\d{2}-\d{2})(?:[T ]+(\d{1,2}:\d{2})(?::\d{2})?(?:\.\d+)?(Z|[+-]\d\d:?\d\d)?)?"), "%Y-%m-%d"),
    (re.compile(r"\b(\d{1,2}/\d{1,2}/\d{4})(?: +(\d{1,2}:\d{2}))?()"), "%m/%d/%Y"),
)


@dataclass(frozen=True, slots=True)
class StopEntry:
    """`at`: when they said it, None if the list does not say or cannot be right; `how`: in its own words."""

    phone: str
    at: datetime | None
    how: str


@dataclass(frozen=True, slots=True)
class StopReading:
    """`unread`: lines without a phone number. `repeated`: lines whose number came earlier in the same list."""

    entries: tuple[StopEntry, ...]
    unread: tuple[Unread, ...]
    repeated: int


def read_opt_outs(text: str, *, country: str, zone: ZoneInfo, now: datetime) -> StopReading:
    """Every number in `text`, one a line in any spelling, with a date (2026-05-01 or 5/1/2026, `zone`'s clock)."""
    reading = read_numbers(text, country)
    entries = tuple(stop_entry(entry.phone, entry.label, zone=zone, now=now) for entry in reading.entries)
    return StopReading(entries, reading.unread, reading.repeated)


def stop_entry(phone: str, label: str, *, zone: ZoneInfo, now: datetime) -> StopEntry:
    """What `label`, whatever stands beside `phone` in a list, says of when and how."""
    for pattern, spelling in _DATES:
        found = pattern.search(label)
        if found is None:
            continue
        how = " ".join((label[: found.start()] + " " + label[found.end() :]).split()).strip(" ,;:-")
        try:
            day = datetime.strptime(found[1], spelling).date()
            hour = time.fromisoformat(f"{found[2]:0>5}") if found[2] else time(12)
            at = datetime.combine(day, hour, datetime.strptime(found[3], "%z").tzinfo if found[3] else zone)
        except ValueError:
            return StopEntry(phone, None, how)
        return StopEntry(phone, at if at <= now else None, how)
    return StopEntry(phone, None, label)
