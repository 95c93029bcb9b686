"""A call back in a window instead of a slot: windows in opening hours, and the task that keeps the promise."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from leads import callbacks, events
from leads.enums import TaskReason
from leads.models import CallbackTask, Lead, Location
from scheduling.hours import open_intervals
from scheduling.intervals import Interval
from scheduling.queries import week_of
from scheduling.settings_of import booking_settings

_DAYS = 14
SHORTEST = timedelta(minutes=30)
SOONEST = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Window:
    """Somebody calls between the two instants."""

    starts_at: datetime
    ends_at: datetime


def windows_in(
    open_time: Iterable[Interval], *, now: datetime, length: timedelta, count: int, zone: ZoneInfo
) -> list[Window]:
    """The first `count` windows of `length` in the open time, none of them sooner than ten minutes from now. Pure.

    Windows are counted from each opening, so that they read well (8 to 10, 10 to 12); the one that is running, and the
    last one of a day, may be shorter, but never below half an hour. Of each local day at most two are offered, so that
    somebody who cannot be reached today finds tomorrow in a short list.
    """
    found: list[Window] = []
    per_day: dict[object, int] = {}
    soonest = now + SOONEST
    for opens, closes in open_time:
        start = opens
        while start < closes and len(found) < count:
            end = min(start + length, closes)
            begins = max(start, _rounded_up(soonest))
            day = begins.astimezone(zone).date()
            if end - begins >= min(SHORTEST, length) and per_day.get(day, 0) < 2:
                per_day[day] = per_day.get(day, 0) + 1
                found.append(Window(begins, end))
            start += length
    return found


def windows_for(location: Location, *, now: datetime, count: int = 4) -> list[Window]:
    """The next windows at `location`; none where it says no hours, since then nobody promises anything."""
    week = week_of(location, now=now)
    if not week.ranges and not week.overrides:
        return []
    zone = location.zone
    today = now.astimezone(zone).date()
    open_time = open_intervals(
        week.ranges, week.overrides, zone, today - timedelta(days=1), today + timedelta(days=_DAYS)
    )
    length = timedelta(minutes=booking_settings(location.business).callback_window_minutes)
    return windows_in(open_time, now=now, length=length, count=count, zone=zone)


def ask(
    location: Location, *, lead: Lead, window: Window | None, now: datetime, cause: str, detail: str = ""
) -> CallbackTask | None:
    """Promise a call in `window` (None: as soon as possible). The same `cause` makes one task; None when it exists."""
    task = callbacks.ask_callback(
        business=location.business,
        location=location,
        lead=lead,
        cause=cause,
        reason=TaskReason.CALL_ASKED,
        at=now,
        detail=detail,
        due_at=window.ends_at if window else None,
        not_before=window.starts_at if window else None,
    )
    if task is not None and window is not None:
        events.record("callback.promised", business=location.business, lead=lead, at=now, task=str(task.key))
    return task


def _rounded_up(moment: datetime) -> datetime:
    """To the next full quarter of an hour."""
    quarter = timedelta(minutes=15)
    epoch = datetime(1970, 1, 1, tzinfo=UTC)
    return epoch + -(-(moment - epoch) // quarter) * quarter
