"""The event of an appointment, read back from somebody's calendar for the little that we follow. Pure.

That is start, end and cancellation. What else people write into the event stays there until we write it anew. Zones
are read as those of feeds are: icalendar's own parser of calendars keeps the first definition that it meets under a
name for the whole process, and would tell one business's times by another's zone.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo

from icalendar import Component, Event

from scheduling.calendars.reading import Adapter, Zones, limited_work
from scheduling.calendars.reduction import CalendarUnreadable, Reduced, reduce_text

_YEARS = range(2000, 2200)  # beyond, arithmetic with days and zones has an end


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
        rows = (_parsed(row) for row in _reduced(text).events)
        return next((str(row["UID"]) for row in rows if row.get("UID")), "")
    except Unreadable:
        return ""


def read_event(text: str, *, zone: tzinfo) -> Seen:
    """What an object says of one appointment; `zone` for times without one. Raises Unreadable."""
    reduced = _reduced(text)
    if not reduced.events:
        raise Unreadable("there is no event in it any more")
    if len(reduced.events) > 1:
        raise Unreadable("it was made a series")
    row = _parsed(reduced.events[0])
    if any(name in row for name in ("RRULE", "RDATE", "RECURRENCE-ID")):
        raise Unreadable("it was made a series")
    is_canceled = str(row.get("STATUS", "")).upper() == "CANCELLED"
    starts_at, ends_at = _times(row, reduced, zone)
    if ends_at <= starts_at:
        raise Unreadable("it ends before it begins")
    return Seen(starts_at, ends_at, is_canceled)


def _reduced(text: str) -> Reduced:
    try:
        return reduce_text(text.encode(errors="replace"))
    except CalendarUnreadable:
        raise Unreadable("it cannot be read") from None


def _parsed(text: str) -> Component:
    try:
        return Event.from_ical(text.encode())
    except Exception:  # many kinds, of a library
        raise Unreadable("its times cannot be read") from None


def _times(row: Component, reduced: Reduced, zone: tzinfo) -> tuple[datetime, datetime]:
    """Start and end in UTC. A zone that somebody defined works only when it is asked, so the limit is around all."""
    try:
        with limited_work():
            Adapter(row).place(Zones(reduced, zone))
            starts_at, ends_at = _instant(row, "DTSTART"), _end(row)
    except Unreadable:
        raise
    except Exception:  # years and lengths beyond all calendars, and what a zone's definition may raise
        raise Unreadable("its times cannot be read") from None
    if starts_at.year not in _YEARS or ends_at.year not in _YEARS:
        raise Unreadable("it lies too far away")
    return starts_at, ends_at


def _end(row: Component) -> datetime:
    if "DTEND" in row:
        return _instant(row, "DTEND")
    length = row.decoded("DURATION", None)
    if not isinstance(length, timedelta):
        raise Unreadable("it has no end")
    return _instant(row, "DTSTART") + length


def _instant(row: Component, name: str) -> datetime:
    value = row.decoded(name, None)
    if isinstance(value, datetime):
        return value.astimezone(UTC)
    if isinstance(value, date):
        raise Unreadable("it was made an event of a whole day")
    raise Unreadable("it has no time")
