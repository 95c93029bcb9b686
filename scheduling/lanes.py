"""Rows -> the lanes of the engine: each seat of each resource with its open time and what is taken of it."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, time, timedelta

from django.db.models import Q

from leads.models import Location
from scheduling.availability import Busy, Lane
from scheduling.hours import DayOverride, HoursRange, open_intervals
from scheduling.intervals import Interval
from scheduling.models import Appointment, Assignment, BusyTime, Closure, OpeningHours, Resource
from scheduling.models.resources import STEP

_DAY = timedelta(days=1)
_STEP = timedelta(minutes=STEP)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
# An appointment that ends before the first day can still reach into it with its gap and the way from it.
_PAD = timedelta(days=1)


def groups_for(
    groups: Sequence[Sequence[Resource]],
    location: Location,
    *,
    first: date,
    last: date,
    now: datetime,
    ignoring: Appointment | None = None,
    is_always_open: bool = False,
) -> list[list[Lane]]:
    """The lanes of each group for the local days `first` to `last`, in a fixed number of queries."""
    resources = [resource for group in groups for resource in group]
    zone = location.zone
    start, end = (datetime.combine(day, time(0), tzinfo=zone).astimezone(UTC) for day in (first, last + _DAY))
    if is_always_open:
        open_time = {resource.pk: [(start - _PAD, end + _PAD)] for resource in resources}
    else:
        open_time = open_time_of(resources, location, first=first, last=last)
    booked = _booked(resources, start - _PAD, end + _PAD, now=now, ignoring=ignoring)
    blocked = _blocked(resources, location, start - _PAD, end + _PAD)
    capacity = {resource.pk: resource.capacity for resource in resources}
    for (pk, seat), taken in booked.items():
        # Since capacity was cut there are more appointments than seats; until they are over, nobody comes on top.
        if seat >= capacity[pk]:
            blocked[pk] += taken
    return [
        [
            Lane(
                resource.pk,
                open_time[resource.pk],
                [*booked.get((resource.pk, seat), ()), *blocked[resource.pk], *blocked[None]],
                seat,
            )
            for resource in group
            for seat in range(resource.capacity)
        ]
        for group in groups
    ]


def open_time_of(
    resources: Sequence[Resource], location: Location, *, first: date, last: date
) -> dict[int, list[Interval]]:
    """When each of `resources` works at `location`, by key, merged. The night before `first` may spill into it.

    A resource with hours of its own ignores the location's, and its own special days come before the location's.
    Where nobody has said any hours, nothing is open.
    """
    ids = [resource.pk for resource in resources]
    business = location.business_id
    here = Q(location=location) | Q(location=None)
    ranges: dict[tuple[str, int | None], list[HoursRange]] = defaultdict(list)
    for row in OpeningHours.objects.filter(Q(resource__in=ids) | Q(here, resource=None), business=business):
        owner = ("resource", row.resource_id) if row.resource_id else ("location", row.location_id)
        ranges[owner].append(HoursRange(row.weekday, row.opens, row.closes, row.next_day))
    closures = Closure.objects.filter(
        Q(resource__in=ids) | Q(here, resource=None),
        business=business,
        ends_on__gte=first - _DAY,
        starts_on__lte=last + _DAY,
    )
    overrides: dict[int | None, list[DayOverride]] = defaultdict(list)
    for closure in closures:
        overrides[closure.resource_id].append(_override(closure))
    usual = ranges["location", location.pk] or ranges["location", None]
    zone = location.zone
    everyone = _on_steps(open_intervals(usual, overrides[None], zone, first - _DAY, last))
    return {
        pk: _on_steps(
            open_intervals(
                ranges["resource", pk] or usual, [*overrides[None], *overrides[pk]], zone, first - _DAY, last
            )
        )
        if ("resource", pk) in ranges or pk in overrides
        else everyone
        for pk in ids
    }


def _override(row: Closure) -> DayOverride:
    return DayOverride(
        starts_on=row.starts_on,
        ends_on=row.ends_on,
        name=row.name,
        opens=row.opens,
        closes=row.closes,
        next_day=row.next_day,
        rank=1 if row.resource_id else 0,
    )


def _on_steps(intervals: Iterable[Interval]) -> list[Interval]:
    """Openings at 9:07 begin at 9:10: every start has to be a whole number of claims."""
    rounded = ((_EPOCH + -(-(start - _EPOCH) // _STEP) * _STEP, end) for start, end in intervals)
    return [(start, end) for start, end in rounded if start < end]


def _booked(
    resources: Sequence[Resource], start: datetime, end: datetime, *, now: datetime, ignoring: Appointment | None
) -> dict[tuple[int, int], list[Busy]]:
    appointments = Appointment.objects.blocking(now).filter(starts_at__lt=end, ends_at__gt=start)
    if ignoring is not None:
        appointments = appointments.exclude(pk=ignoring.pk)
    rows = Assignment.objects.filter(resource__in=resources, appointment__in=appointments).order_by()
    taken: dict[tuple[int, int], list[Busy]] = defaultdict(list)
    columns = ("starts_at", "ends_at", "gap_minutes", "area_id")
    for resource, seat, starts, ends, gap, area in rows.values_list(
        "resource_id", "seat", *(f"appointment__{column}" for column in columns)
    ):
        # Rounded outward like its claims.
        begins = _EPOCH + (starts - _EPOCH) // _STEP * _STEP
        whole = _EPOCH + -(-(ends + timedelta(minutes=gap) - _EPOCH) // _STEP) * _STEP
        taken[resource, seat].append(Busy(begins, ends, after=whole - ends, area=area))
    return taken


def _blocked(
    resources: Sequence[Resource], location: Location, start: datetime, end: datetime
) -> dict[int | None, list[Busy]]:
    """What calendars block, by resource; None for what blocks everybody at the location."""
    ids = [resource.pk for resource in resources]
    by_calendar = Q(calendar__is_active=True) & (Q(calendar__resource__in=ids) | Q(calendar__location=location))
    by_account = Q(account__is_active=True, account__resource__in=ids)
    rows = BusyTime.objects.filter(by_calendar | by_account, starts_at__lt=end, ends_at__gt=start).order_by()
    blocked: dict[int | None, list[Busy]] = defaultdict(list)
    for calendar, account, starts, ends in rows.values_list(
        "calendar__resource_id", "account__resource_id", "starts_at", "ends_at"
    ):
        blocked[calendar or account].append(Busy(starts, ends))
    return blocked
