"""Busy times from iCalendar text (pure). Series are worked out here: servers forget exceptions and clock changes.

The work itself is done by recurring-ical-events. Around it stand our own reading of zones, so that what one feed calls
its zone never reaches another's, and a limit on work, so that an event per second ends in a sentence and not in a
process that is busy until tomorrow.
"""

import sys
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from io import StringIO
from time import thread_time
from types import FrameType
from typing import Any
from zoneinfo import ZoneInfo

from dateutil.tz import tzical
from icalendar import Event
from icalendar.timezone.windows_to_olson import WINDOWS_TO_OLSON
from recurring_ical_events import EventAdapter, Occurrence, Series

from recoverline.lib.zones import valid_zone
from scheduling.calendars.reduction import CalendarUnreadable, Reduced, reduce_text
from scheduling.intervals import Interval

__all__ = ["Adapter", "CalendarUnreadable", "Reading", "Zones", "busy_in", "limited_work", "read"]

MAX_BUSY = 20_000  # intervals in the window: one in half an hour over more than a year
# Calls of functions while series are worked out; a daily series that began ten years ago takes 120,000.
MAX_WORK = 40_000_000
MAX_SECONDS = 8.0  # of this thread's processor, for rules that hide their work in few calls
MAX_RULES = 20  # of one event; the standard wants one
MAX_RULE = 500  # letters
MAX_TIMES_OF_DAY = 288
MAX_SPLITS = 50  # "this and all following" in one series; each is asked for every occurrence
_DAY = timedelta(days=1)
_FREE = {("STATUS", "CANCELLED"), ("TRANSP", "TRANSPARENT")}


@dataclass(frozen=True, slots=True)
class Reading:
    """`busy`: what touches the window, sorted, neither clipped nor merged. `skipped`: series that make no sense."""

    busy: list[Interval]
    skipped: int


def busy_in(text: bytes, *, zone: ZoneInfo, start: datetime, end: datetime) -> list[Interval]:
    """What blocks time in [start, end); the rest as for `read`."""
    return read(text, zone=zone, start=start, end=end).busy


def read(text: bytes, *, zone: ZoneInfo, start: datetime, end: datetime) -> Reading:
    """Opaque events of the calendar in [start, end), as aware UTC intervals.

    Whole days and times without a known zone count in the calendar's own (X-WR-TIMEZONE) and else in `zone`. Raises
    CalendarUnreadable, also for what is too much work: leaving it out would offer times that may be taken.
    """
    reduced = reduce_text(text)
    groups, skipped = _by_uid(reduced.events)
    found: list[Interval] = []
    with limited_work():
        zones = Zones(reduced, zone)
        for components in groups:
            try:
                found += _busy_of(components, zones, start, end)
            except Exception:  # whatever a library says of one nonsensical series, the others count
                skipped += 1
            if len(found) > MAX_BUSY:
                raise _TooMuchWork
    return Reading(sorted(found), skipped)


class _TooMuchWork(BaseException):
    """Passes everybody who catches exceptions of one series."""


@contextmanager
def limited_work() -> Iterator[None]:
    """For whatever asks rules or zones of a feed for their times. Raises CalendarUnreadable when it takes too long."""
    # The search for the next date of a rule that has none, such as the 30th of February, goes on inside dateutil to the
    # year 9999. The interpreter's own hook is the one way to end it in time without a process of its own.
    left = MAX_WORK

    def count(frame: FrameType, event: str, argument: object) -> None:
        nonlocal left
        left -= 1
        if left < 0 or (not left & 0xFFF and thread_time() > ends):
            raise _TooMuchWork

    ends = thread_time() + MAX_SECONDS
    before = sys.getprofile()
    sys.setprofile(count)
    try:
        yield
    except _TooMuchWork:
        raise CalendarUnreadable("The calendar has events that repeat too often, or too many of them.") from None
    finally:
        sys.setprofile(before)


# ---------------------------------------------------------------- zones
class Zones:
    """The zones of one feed by the index that reduction gave them."""

    def __init__(self, reduced: Reduced, zone: tzinfo) -> None:
        own = reduced.calendar_zone
        self.is_declared = valid_zone(own)
        self.default: tzinfo = ZoneInfo(own) if self.is_declared else zone
        self._by_index = [_known_zone(name) or _defined_zone(reduced.zones.get(name)) for name in reduced.zone_ids]

    def place(self, value: Any, index: str | None) -> Any:
        """A time with its zone; days stay days. In a calendar that declares its zone, UTC means that zone too."""
        if isinstance(value, tuple):
            return tuple(part if isinstance(part, timedelta) else self.place(part, index) for part in value)
        if not isinstance(value, datetime):
            return value
        if value.tzinfo is None:
            named = self._by_index[int(index)] if index is not None else None
            return value.replace(tzinfo=named or self.default)
        # A series of a zone written in UTC would move by an hour with the clocks (x-wr-timezone reads it so as well).
        return value.astimezone(self.default) if self.is_declared else value


def _known_zone(name: str) -> tzinfo | None:
    """By its IANA name, also behind a vendor's prefix (/example.org/Europe/Berlin), or by its name in Windows."""
    parts = name.strip("/").split("/")
    for first in range(min(len(parts), 8)):
        candidate = "/".join(parts[first:])
        candidate = WINDOWS_TO_OLSON.get(candidate, candidate)
        if (first == 0 or "/" in candidate) and valid_zone(candidate):
            return ZoneInfo(candidate)
    return None


def _defined_zone(text: str | None) -> tzinfo | None:
    if text is None:
        return None
    with suppress(Exception):  # a definition that makes no sense is as good as none
        zone: tzinfo = tzical(StringIO(text)).get()
        zone.utcoffset(datetime(2020, 1, 1))
        return zone
    return None


# ---------------------------------------------------------------- events
class Adapter(EventAdapter):
    """A component of a feed, its times without zones until `place` gives them those."""

    @property
    def blocks(self) -> bool:
        return not any(str(self._component.get(name, "")).upper() == free for name, free in _FREE)

    @property
    def repeats(self) -> bool:
        return any(name in self._component for name in ("RRULE", "RDATE", "RECURRENCE-ID"))

    def place(self, zones: Zones) -> None:
        """Give every time of the event its zone."""
        for name in ("DTSTART", "DTEND", "RECURRENCE-ID", "EXDATE", "RDATE"):
            given = self._component.get(name, [])
            for value in given if isinstance(given, list) else [given]:
                for single in getattr(value, "dts", [value]):
                    single.dt = zones.place(single.dt, value.params.get("X-ZONE"))


class _Occurrence(Occurrence):
    _adapter: Adapter

    @property
    def blocks(self) -> bool:
        return self._adapter.blocks


class _Series(Series):
    def occurrence(self, adapter: Any, start: Any = None, end: Any = None) -> _Occurrence:
        return _Occurrence(adapter, start, end, sequence=self.sequence)


def _by_uid(events: list[str]) -> tuple[list[list[Adapter]], int]:
    """Components that belong together, and how many could not be parsed."""
    groups: dict[str, list[Adapter]] = defaultdict(list)
    failed = 0
    for number, text in enumerate(events):
        try:
            event = Event.from_ical(text.encode())
            uid = f"uid {event['UID']}" if "UID" in event else str(number)
        except Exception:  # many kinds, of a library
            failed += 1
            continue
        groups[uid].append(Adapter(event))
    return list(groups.values()), failed


def _busy_of(adapters: list[Adapter], zones: Zones, start: datetime, end: datetime) -> list[Interval]:
    if not any(adapter.blocks for adapter in adapters):
        return []
    for adapter in adapters:
        adapter.place(zones)
    found = []
    for first, last in _spans(adapters, start, end):
        interval = _instants(first, last, zones.default)
        if interval is not None and interval[0] < end and interval[1] > start:
            found.append(interval)
    return found


def _spans(adapters: list[Adapter], start: datetime, end: datetime) -> Iterator[tuple[date, date]]:
    if len(adapters) == 1 and not adapters[0].repeats:
        yield adapters[0].start, adapters[0].end  # also one that ends in the year 9999, too long for a series
        return
    for adapter in adapters:
        _refuse_absurd(adapter)
    if sum(adapter.this_and_future for adapter in adapters) > MAX_SPLITS:
        raise _TooMuchWork
    # A day more on both sides: whole days are compared without their zone.
    for number, occurrence in enumerate(_Series(adapters).between(start - _DAY, end + _DAY)):
        if number >= MAX_BUSY:
            raise _TooMuchWork
        if occurrence.blocks:
            yield occurrence.start, occurrence.end


def _refuse_absurd(adapter: Adapter) -> None:
    """Rules which cost much before they are asked, or which no calendar program writes."""
    rules = adapter.rrules
    if len(rules) > MAX_RULES:
        raise _TooMuchWork
    for rule in rules:
        parts = dict(part.split("=", 1) for part in rule.upper().split(";") if "=" in part)
        if not int(parts.get("INTERVAL", "1")):
            raise ValueError("goes nowhere")
        times = 1  # every combination is written down at once
        for name in ("BYHOUR", "BYMINUTE", "BYSECOND"):
            times *= parts.get(name, "").count(",") + 1
        is_restless = parts.get("FREQ") in ("SECONDLY", "MINUTELY") and "COUNT" not in parts
        if is_restless or times > MAX_TIMES_OF_DAY or len(rule) > MAX_RULE:
            raise _TooMuchWork


def _instants(first: date, last: date, zone: tzinfo) -> Interval | None:
    """In UTC; None for what has no length."""
    if not isinstance(first, datetime) and not isinstance(last, datetime):
        # Some programs write a single day with the same day as its end.
        last = max(last, first + _DAY)
    begins, ends = _at(first, zone), _at(last, zone)
    nominal = ends - begins  # of the same zone: by the clock on the wall
    start, end = begins.astimezone(UTC), ends.astimezone(UTC)
    if nominal > timedelta() and end <= start:
        # 02:30 to 03:00 in the night in which the clock goes from 2 to 3.
        end = start + nominal
    return (start, end) if start < end else None


def _at(day_or_time: date, zone: tzinfo) -> datetime:
    if isinstance(day_or_time, datetime):
        return day_or_time if day_or_time.tzinfo else day_or_time.replace(tzinfo=zone)
    return datetime.combine(day_or_time, time(), tzinfo=zone)
