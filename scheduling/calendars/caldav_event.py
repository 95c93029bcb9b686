"""The event of an appointment, read back from somebody's calendar for the little that we follow. Pure.

That is start, end and cancellation. What else people write into the event stays there until we write it anew.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo

from icalendar import Calendar, Component


class Unreadable(ValueError):
    """Not an event that could be one appointment; the text says why, for staff."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What the calendar says: aware UTC."""

    starts_at: datetime
    ends_at: datetime
    is_canceled: bool = False


def uid_in(text: str) -> str:
    """The UID of the object's events; "" when it cannot be read or has none."""
    try:
        return next((str(row["UID"]) for row in _calendar(text).walk("VEVENT") if row.get("UID")), "")
    except Unreadable:
        return ""


def read_event(text: str, *, zone: tzinfo) -> Seen:
    """What an object says of one appointment; `zone` for times without one. Raises Unreadable."""
    rows = _calendar(text).walk("VEVENT")
    if not rows:
        raise Unreadable("there is no event in it any more")
    if len(rows) > 1 or any(name in rows[0] for name in ("RRULE", "RDATE", "RECURRENCE-ID")):
        raise Unreadable("it was made a series")
    row = rows[0]
    is_canceled = str(row.get("STATUS", "")).upper() == "CANCELLED"
    starts_at, ends_at = _instant(row, "DTSTART", zone), _end(row, zone)
    if ends_at <= starts_at:
        raise Unreadable("it ends before it begins")
    return Seen(starts_at, ends_at, is_canceled)


def _calendar(text: str) -> Calendar:
    try:
        calendar = Calendar.from_ical(text)
    except (ValueError, IndexError, KeyError, TypeError, AttributeError):
        raise Unreadable("it cannot be read") from None
    if not isinstance(calendar, Calendar):
        raise Unreadable("it cannot be read")
    return calendar


def _end(row: Component, zone: tzinfo) -> datetime:
    if "DTEND" in row:
        return _instant(row, "DTEND", zone)
    length = _decoded(row, "DURATION")
    if not isinstance(length, timedelta):
        raise Unreadable("it has no end")
    return _instant(row, "DTSTART", zone) + length


def _instant(row: Component, name: str, zone: tzinfo) -> datetime:
    value = _decoded(row, name)
    if isinstance(value, datetime):
        return (value if value.tzinfo else value.replace(tzinfo=zone)).astimezone(UTC)
    if isinstance(value, date):
        raise Unreadable("it was made an event of a whole day")
    raise Unreadable("it has no time")


def _decoded(row: Component, name: str) -> object:
    try:
        return row.decoded(name, None)
    except (ValueError, KeyError, TypeError, AttributeError):
        raise Unreadable("its times cannot be read") from None
