"""Rows -> the engine: which starts of a service are open at a location.

Listing and booking build the same `Availability` here, so what is listed can be booked a moment later unless somebody
else was quicker.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import groupby

from django.db.models import Q

from leads.models import Location, Service, ServiceArea
from scheduling import lanes
from scheduling.availability import NOTHING, Availability, Grid, Limits, Visit, full_days, last_bookable_day, no_travel
from scheduling.calendars.staleness import is_stale
from scheduling.enums import AppointmentStatus, VisitPlace
from scheduling.models import Appointment, BookingRules, BusyCalendar, CalDAVAccount, Resource
from scheduling.models.resources import STEP
from scheduling.settings_of import booking_settings
from scheduling.travel import travel_table

_STEP = timedelta(minutes=STEP)
_DAY = timedelta(days=1)
_MIDNIGHT = time(0)
# How many days `next_slots` looks at first, and twice as many each time after that: most find something in the first.
_STRETCH = 7
# Whoever finds nothing in these is not helped by a later one, and looking costs more the further it goes.
_LOOKED_AHEAD = timedelta(days=120)
# Beyond these nobody asks in earnest.
_PAST, FUTURE = timedelta(days=366), timedelta(days=5 * 366)


@dataclass(frozen=True, slots=True)
class Circumstances:
    """For whom availability is asked.

    Staff see past notice, horizon and daily limits, and past what customers may not book by themselves. `ignoring` is
    the appointment that is being moved: it keeps its own length and gap, whatever its service says by now.
    """

    area: ServiceArea | None = None
    resource: Resource | None = None
    ignoring: Appointment | None = None
    for_staff: bool = False
    overrules: bool = False
    without: frozenset[int] = frozenset()  # resources to leave out

    @property
    def is_bound(self) -> bool:
        """Whether the rules for customers hold."""
        return not self.for_staff and not self.overrules


def rules_of(service: Service) -> BookingRules | None:
    return BookingRules.objects.filter(service=service).first()


def availability_in(
    circumstances: Circumstances,
    service: Service,
    location: Location,
    *,
    now: datetime,
    first: date,
    last: date,
    rules: BookingRules | None = None,
) -> Availability:
    """What is open from the local day `first` to `last`, both included. No groups: nothing can be booked.

    `rules`: by which whoever asks may book it, where that is known already.
    """
    zone = location.zone
    today = now.astimezone(zone).date()
    first, last = max(first, today - _PAST), min(last, today + FUTURE)
    rules = rules or _rules_in(circumstances, service)
    if rules is None or first > last:
        return Availability(
            (),
            _visit(circumstances, service, rules or BookingRules()),
            Grid(_STEP),
            Limits(zone=zone, earliest=now, last_day=last),
        )
    limits = _limits(circumstances, rules, location, now=now, first=first, last=last)
    visit = _visit(circumstances, service, rules)
    # Only days that can have a start are read, and the time into which a visit of the last one reaches.
    first, last = max(first, limits.earliest.astimezone(zone).date()), limits.last_day or last
    groups = lanes.groups_for(
        eligible(
            service,
            location,
            resource=circumstances.resource,
            without=circumstances.without,
            overrules=circumstances.overrules,
        ),
        location,
        first=first,
        last=max(first, last) + (visit.needs_open // _DAY + 1) * _DAY,
        now=now,
        ignoring=circumstances.ignoring,
        is_always_open=circumstances.overrules,
    )
    return Availability(
        groups,
        visit,
        Grid(timedelta(minutes=rules.step_minutes), "opening" if rules.anchor == "opening" else "free", align=STEP),
        limits,
        travel_table(booking_settings(service.business), location) if rules.place == VisitPlace.CUSTOMER else no_travel,
    )


def _rules_in(circumstances: Circumstances, service: Service) -> BookingRules | None:
    """How the service is booked by whoever asks; None: not at all. What is booked already may always be moved."""
    rules = rules_of(service)
    if not circumstances.is_bound:
        return rules or BookingRules(service=service)
    if rules is None or circumstances.ignoring is not None or (rules.is_online and service.is_active):
        return rules
    return None


def _visit(circumstances: Circumstances, service: Service, rules: BookingRules) -> Visit:
    old = circumstances.ignoring
    if old is not None:
        window = old.arrival_ends_at - old.starts_at if old.arrival_ends_at else NOTHING
        return visit_of(old.duration, timedelta(minutes=old.gap_minutes), circumstances.area or old.area, window=window)
    length, gap = timedelta(minutes=service.duration_minutes), timedelta(minutes=rules.gap_after_minutes)
    return visit_of(length, gap, circumstances.area, window=timedelta(minutes=rules.arrival_window_minutes))


def visit_of(length: timedelta, gap: timedelta, area: ServiceArea | None, *, window: timedelta = NOTHING) -> Visit:
    """The visit as it is placed. Its gap is rounded up to whole claims, so that two visits never share one."""
    whole = -(-(length + gap) // _STEP) * _STEP
    return Visit(length, window=window, after=whole - length, area=area.pk if area else None)


def _limits(
    circumstances: Circumstances, rules: BookingRules, location: Location, *, now: datetime, first: date, last: date
) -> Limits:
    zone = location.zone
    begins = datetime.combine(first, _MIDNIGHT, tzinfo=zone).astimezone(UTC)
    if circumstances.overrules:
        return Limits(zone=zone, earliest=begins, last_day=last)
    if circumstances.for_staff:
        return Limits(zone=zone, earliest=max(begins, now), last_day=last)
    return Limits(
        zone=zone,
        earliest=max(begins, now + timedelta(minutes=rules.notice_minutes)),
        last_day=min(last, last_bookable_day(now, zone, rules.horizon_days)),
        full_days=booked_out_days(rules, location, now=now, first=first, last=last, ignoring=circumstances.ignoring),
    )


def booked_out_days(
    rules: BookingRules, location: Location, *, now: datetime, first: date, last: date, ignoring: Appointment | None
) -> frozenset[date]:
    """The days that have as many visits as the rules allow.

    A hold of nobody in particular is none of them, or a stranger could close a day by choosing times. One for somebody
    is a promise, such as to who waited for the day, and counts.
    """
    if rules.most_per_day is None and rules.most_minutes_per_day is None:
        return frozenset()
    zone = location.zone
    start, end = (datetime.combine(day, _MIDNIGHT, tzinfo=zone) for day in (first, last + _DAY))
    blocking = Appointment.objects.blocking(now).exclude(status=AppointmentStatus.HOLD, lead=None)
    booked = blocking.filter(service=rules.service_id, location=location, starts_at__gte=start, starts_at__lt=end)
    if ignoring is not None:
        booked = booked.exclude(pk=ignoring.pk)
    minutes = rules.most_minutes_per_day
    return full_days(
        booked.values_list("starts_at", "ends_at"),
        zone,
        most=rules.most_per_day,
        most_time=None if minutes is None else timedelta(minutes=minutes),
    )


def eligible(
    service: Service,
    location: Location,
    *,
    resource: Resource | None = None,
    without: Collection[int] = (),
    overrules: bool = False,
) -> list[list[Resource]]:
    """The resources that can do it there, one group a kind; a `resource` that is named stands for its whole kind.

    One that is named and cannot do it leaves its kind without anybody, unless staff overrule that.
    """
    rows = Resource.objects.filter(
        Q(locations=None) | Q(locations=location), Q(services=None) | Q(services=service),
        business=service.business_id, is_active=True,
    )  # fmt: skip
    found = sorted(rows.distinct(), key=lambda row: (row.kind, row.pk))
    kinds = {kind: list(group) for kind, group in groupby(found, key=lambda row: row.kind)}
    if resource is not None:
        is_able = overrules or resource in kinds.get(resource.kind, [])
        kinds[resource.kind] = [resource] if is_able else []
    return [[row for row in group if row.pk not in without] for group in kinds.values()]


def open_slots(
    service: Service,
    location: Location,
    *,
    now: datetime,
    first: date,
    last: date,
    area: ServiceArea | None = None,
    resource: Resource | None = None,
    ignoring: Appointment | None = None,
    for_staff: bool = False,
) -> list[datetime]:
    """The starts that can be chosen on the local days `first` to `last`, in order: by a customer, or `for_staff`."""
    circumstances = Circumstances(area=area, resource=resource, ignoring=ignoring, for_staff=for_staff)
    return availability_in(circumstances, service, location, now=now, first=first, last=last).slots()


def next_slots(
    service: Service,
    location: Location,
    *,
    now: datetime,
    count: int = 3,
    after: datetime | None = None,
    area: ServiceArea | None = None,
    resource: Resource | None = None,
    ignoring: Appointment | None = None,
    for_staff: bool = False,
) -> list[datetime]:
    """The first `count` starts later than `after` (now, if not given); fewer when there are not so many in 120 days."""
    circumstances = Circumstances(area=area, resource=resource, ignoring=ignoring, for_staff=for_staff)
    rules = _rules_in(circumstances, service)
    if rules is None:
        return []
    after = max(after or now, now)
    notice = timedelta(minutes=rules.notice_minutes if circumstances.is_bound else 0)
    day = max(after, now + notice).astimezone(location.zone).date()
    horizon = min(last_bookable_day(now, location.zone, rules.horizon_days), day + _LOOKED_AHEAD - _DAY)
    found: list[datetime] = []
    stretch = _STRETCH
    while day <= horizon and len(found) < count:
        last = min(day + timedelta(days=stretch - 1), horizon)
        starts = availability_in(circumstances, service, location, now=now, first=day, last=last, rules=rules).slots()
        found += [start for start in starts if start > after]
        day, stretch = last + _DAY, stretch * 2
    return found[:count]


def stale_resources(resources: Iterable[int], location: Location, *, now: datetime) -> frozenset[int]:
    """Those of `resources` for whom a calendar is not up to date; all of them when it is the location's."""
    ids = list(resources)
    calendars = BusyCalendar.objects.filter(Q(resource__in=ids) | Q(location=location), is_active=True)
    accounts = CalDAVAccount.objects.filter(resource__in=ids, is_active=True)
    stale: set[int] = set()
    read = ("resource_id", "ok_at", "created_at")
    rows = calendars.order_by().values_list(*read).union(accounts.order_by().values_list(*read))
    for resource, ok_at, created_at in rows:
        if is_stale(ok_at=ok_at, created_at=created_at, now=now):
            stale |= set(ids) if resource is None else {resource}
    return frozenset(stale)


def local_days(slots: Sequence[datetime], location: Location) -> dict[date, list[datetime]]:
    """Starts under the local day on which they are."""
    zone = location.zone
    return {day: list(starts) for day, starts in groupby(slots, key=lambda start: start.astimezone(zone).date())}
