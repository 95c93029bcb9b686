"""Rows -> inputs of the pure decisions."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta

from django.db.models import Q

from leads.models import Location
from scheduling.hours import DayOverride, HoursRange, OpenState, open_intervals, open_state
from scheduling.intervals import Interval
from scheduling.models import Closure, OpeningHours

ALWAYS_OPEN = tuple(HoursRange(weekday, time(0), time(0), next_day=True) for weekday in range(7))


def hours_of(location: Location) -> list[HoursRange]:
    """The location's weekly hours: its own if it has any, else the business's. Those of a resource are not asked."""
    rows = OpeningHours.objects.filter(
        Q(location=location) | Q(location=None), business=location.business_id, resource=None
    )
    own = [row for row in rows if row.location_id is not None]
    return [
        HoursRange(weekday=row.weekday, opens=row.opens, closes=row.closes, next_day=row.next_day)
        for row in own or rows
    ]


def overrides_of(location: Location, *, now: datetime) -> list[DayOverride]:
    """Closures and special days of the location that can matter around `now`; a resource's own are not among them."""
    rows = Closure.objects.filter(
        Q(location=location) | Q(location=None),
        business=location.business_id,
        resource=None,
        ends_on__gte=(now - timedelta(days=2)).date(),
        starts_on__lte=(now + timedelta(days=62)).date(),
    )
    return [_override(row) for row in rows]


def _override(row: Closure) -> DayOverride:
    return DayOverride(
        starts_on=row.starts_on, ends_on=row.ends_on, name=row.name, opens=row.opens, closes=row.closes,
        next_day=row.next_day,
    )  # fmt: skip


def open_times(location: Location, *, start: datetime, end: datetime) -> list[Interval]:
    """When `location` was or is open between the two instants, and around them. Without any hours always, but for its
    closures.
    """
    first, last = start.astimezone(location.zone).date(), end.astimezone(location.zone).date()
    rows = Closure.objects.filter(
        Q(location=location) | Q(location=None), business=location.business_id, resource=None,
        ends_on__gte=first - timedelta(days=1), starts_on__lte=last + timedelta(days=1),
    )  # fmt: skip
    ranges = hours_of(location) or ALWAYS_OPEN
    # Yesterday's opening may reach into the first day.
    return open_intervals(ranges, [_override(row) for row in rows], location.zone, first - timedelta(days=1), last)


@dataclass(frozen=True, slots=True)
class Week:
    """A location's weekly hours, and what replaces them around the day it was read for."""

    ranges: tuple[HoursRange, ...]
    overrides: tuple[DayOverride, ...]


def week_of(location: Location, *, now: datetime) -> Week:
    """What `state_in` needs, in two queries."""
    ranges = tuple(hours_of(location))
    return Week(ranges, tuple(overrides_of(location, now=now)))


def state_in(week: Week, location: Location, *, now: datetime) -> OpenState:
    """Whether `location` is open at `now`, and when that changes. Without any hours it is open but for its closures."""
    if not week.ranges and not week.overrides:
        return OpenState(is_open=True, kind="open", closure_name="", changes_at=None, opens_at=None)
    return open_state(week.ranges or ALWAYS_OPEN, week.overrides, location.zone, now)


def state_of(location: Location, *, now: datetime) -> OpenState:
    """The same in one step."""
    return state_in(week_of(location, now=now), location, now=now)
