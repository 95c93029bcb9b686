"""When an automatic text may go out, and when one is due. Pure; instants in and out are aware, results UTC.

Windows are local: a stretch of the day in the zone of whoever is texted. Wall-clock times become instants once: a time
that a clock change skips moves forward by the gap, one that happens twice means the first.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

Unit = Literal["minutes", "hours", "days", "weeks"]

_DAY = timedelta(days=1)
_MINUTE = timedelta(minutes=1)
_MIDNIGHT = time(0)
# A weekday comes back within a week; the second week is for a window that one change day swallows whole.
_SEARCH_DAYS = 16


@dataclass(frozen=True, slots=True)
class SendWindow:
    """Each day from `starts` until before `ends`, in local time; 00:00 as the end is the end of the day.

    A window over midnight must say so with `next_day`: 20:00-08:00 without it is far more often a slip than a night
    shift. Raises ValueError for one that is empty, reversed or longer than a day.
    """

    starts: time
    ends: time
    next_day: bool = False

    def __post_init__(self) -> None:
        if self.next_day and self.ends > self.starts:
            raise ValueError("This window would be longer than a day.")
        if not self.next_day and self.ends != _MIDNIGHT and self.ends <= self.starts:
            raise ValueError("This window ends before it starts; say next_day if it goes on after midnight.")

    def on(self, day: date, zone: ZoneInfo) -> tuple[datetime, datetime]:
        """The window that begins on the local `day`, as UTC instants."""
        ends_on = day + _DAY if self.next_day or self.ends == _MIDNIGHT else day
        return _instant(day, self.starts, zone), _instant(ends_on, self.ends, zone)


def in_window(at: datetime, *, zone: ZoneInfo, starts: time, ends: time, next_day: bool = False) -> bool:
    """Whether a text may go out at `at`: from `starts` until before `ends` of the local day. See `SendWindow`."""
    window = SendWindow(starts, ends, next_day)
    return any(begins <= at < over for begins, over in (window.on(day, zone) for day in _days_around(at, zone)))


def next_allowed(
    at: datetime,
    *,
    zone: ZoneInfo,
    window: SendWindow | None = None,
    weekdays: Collection[int] | None = None,
    at_time: time | None = None,
) -> datetime:
    """`at` itself if it is allowed, else the next moment that is.

    `weekdays` (0 = Monday) are those on which a window begins, or without one the local days themselves; `at_time`
    leaves one moment a day, exactly then. Raises ValueError when nothing can ever be allowed.
    """
    if weekdays is not None and not set(weekdays) & set(range(7)):
        raise ValueError("No weekday is left on which a text could go out.")
    at = at.astimezone(UTC)
    for begins, over in _allowed(_days_around(at, zone, ahead=_SEARCH_DAYS), zone, window, weekdays, at_time):
        if at < over and begins < over:
            return max(at, begins)
    raise ValueError("The time of day lies outside the window.")


def due_at(
    event_at: datetime,
    *,
    zone: ZoneInfo,
    amount: int,
    unit: Unit,
    at_time: time | None = None,
    now: datetime | None = None,
) -> datetime | None:
    """When a step is due that follows an event (or precedes it: `amount` < 0); None when that has passed at `now`.

    Days and weeks keep the local time of day, minutes and hours are elapsed time. Seconds of the event count as a
    whole minute. `at_time` replaces the time of day.
    """
    event_at = event_at.astimezone(UTC)
    event_at += -(event_at - datetime.min.replace(tzinfo=UTC)) % _MINUTE
    if unit in ("minutes", "hours"):
        due = event_at + timedelta(**{unit: amount})
        local = due.astimezone(zone)
    else:
        local = event_at.astimezone(zone).replace(tzinfo=None) + timedelta(**{unit: amount})
        due = _instant(local.date(), local.time(), zone)
    if at_time is not None:
        due = _instant(local.date(), at_time, zone)
    return None if now is not None and due < now else due


def _allowed(
    days: Iterator[date],
    zone: ZoneInfo,
    window: SendWindow | None,
    weekdays: Collection[int] | None,
    at_time: time | None,
) -> Iterator[tuple[datetime, datetime]]:
    """What is allowed of each day, in order; a single moment is the shortest stretch there is."""
    for day in days:
        if weekdays is not None and day.weekday() not in weekdays:
            continue
        begins, over = (window or SendWindow(_MIDNIGHT, _MIDNIGHT)).on(day, zone)
        if at_time is None:
            yield begins, over
            continue
        for moment in (_instant(day, at_time, zone), _instant(day + _DAY, at_time, zone)):
            if begins <= moment < over:
                yield moment, moment + timedelta.resolution


def _days_around(at: datetime, zone: ZoneInfo, *, ahead: int = 0) -> Iterator[date]:
    """The local day of `at` after the one before it, whose window may still be open, and `ahead` more."""
    yesterday = at.astimezone(zone).date() - _DAY
    return (yesterday + timedelta(days=index) for index in range(ahead + 2))


def _instant(day: date, wall: time, zone: ZoneInfo) -> datetime:
    # fold=0 is both rules at once: the offset before a gap (so the time moves forward) and the first of a repeat.
    return datetime.combine(day, wall.replace(tzinfo=None, fold=0), tzinfo=zone).astimezone(UTC)
