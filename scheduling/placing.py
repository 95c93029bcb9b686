"""Where a visit goes: which lanes take it, whether that is firm, and what a customer may not book at all."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from leads.models import JobRequest, Lead, Location, Service, ServiceArea
from scheduling import claims, slots
from scheduling.availability import Availability, Lane, Refusal
from scheduling.enums import BookedBy, VisitPlace
from scheduling.models import Appointment, BookingRules, Resource
from scheduling.refusals import BookingRefused
from scheduling.settings_of import booking_settings
from scheduling.slots import Circumstances

# These do what staff may: the calendar is theirs, and they move things in it.
INSIDE = (BookedBy.STAFF, BookedBy.CALENDAR)
_ANOTHER_TIME_HELPS = (
    Refusal.TAKEN, Refusal.CLOSED, Refusal.TOO_SOON, Refusal.TOO_FAR, Refusal.DAY_FULL, Refusal.OFF_GRID, Refusal.GONE,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Wanted:
    """What somebody wants to book. `resource`: this one and no other; who it is for may follow after a hold."""

    service: Service
    location: Location
    starts_at: datetime
    lead: Lead | None = None
    request: JobRequest | None = None
    resource: Resource | None = None
    area: ServiceArea | None = None
    address: str = ""
    name: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Place:
    """The lanes of a visit. Not firm: somebody's calendar is out of date; overbooked: staff put it over something."""

    lanes: list[Lane]
    is_firm: bool = True
    is_overbooked: bool = False

    @property
    def takes_time(self) -> bool:
        """Whether the lanes are claimed by it."""
        return self.is_firm and not self.is_overbooked


def rules_for(wanted: Wanted, *, by: BookedBy) -> BookingRules:
    """How the service is booked; staff may book what has no rules. Raises BookingRefused for what `by` may not."""
    service, location = wanted.service, wanted.location
    belongs = {service.business_id, location.business_id, *(row.business_id for row in _parts(wanted))}
    if len(belongs) > 1:
        raise BookingRefused(Refusal.NOT_BOOKABLE)
    rules = slots.rules_of(service)
    if by in INSIDE:
        return rules or BookingRules(service=service)
    if rules is None or not rules.is_online or not service.is_active:
        raise BookingRefused(Refusal.NOT_BOOKABLE)
    if rules.place == VisitPlace.CUSTOMER and not _is_served(wanted):
        raise BookingRefused(Refusal.OUT_OF_AREA)
    return rules


def _parts(wanted: Wanted) -> Iterable[Lead | JobRequest | Resource | ServiceArea]:
    return (row for row in (wanted.lead, wanted.request, wanted.resource, wanted.area) if row is not None)


def _is_served(wanted: Wanted) -> bool:
    """Whether the job lies in an area of the location; a business without areas goes everywhere."""
    if wanted.area is not None:
        return wanted.area.location_id in (None, wanted.location.pk)
    return not ServiceArea.objects.filter(business=wanted.service.business_id).exists()


def refuse_too_many(wanted: Wanted, *, by: BookedBy, now: datetime) -> None:
    """A phone can only have so many appointments to come, unless staff book them. The lead's row is held."""
    if wanted.lead is None or by in INSIDE:
        return
    most = booking_settings(wanted.service.business).most_open_per_phone
    if Appointment.objects.upcoming(now).filter(lead=wanted.lead).count() >= most:
        raise BookingRefused(Refusal.TOO_MANY)


def place(row: Appointment, wanted: Wanted, *, by: BookedBy, now: datetime, overrules: bool = False) -> Place:
    """Lanes for `row` (its time is set), the resources held. Raises BookingRefused with why there are none."""
    if not claims.is_on_step(row.starts_at) and not overrules:
        raise BookingRefused(Refusal.OFF_GRID)
    wants = Circumstances(
        area=wanted.area,
        resource=wanted.resource,
        ignoring=row if row.pk else None,
        for_staff=by in INSIDE,
    )
    stale = frozenset() if by in INSIDE else _stale(wanted, now=now)
    if stale:
        sure = _chosen(_ask(row, replace(wants, without=stale), wanted, now=now), row)
        if sure:
            return Place(sure)
    availability = _ask(row, wants, wanted, now=now)
    lanes = _chosen(availability, row)
    if lanes:
        return Place(lanes, is_firm=not stale)
    if not overrules:
        raise BookingRefused(availability.reason_against(row.starts_at) or Refusal.TAKEN)
    return _place_anyway(row, wants, wanted, now=now)


def _place_anyway(row: Appointment, wants: Circumstances, wanted: Wanted, *, now: datetime) -> Place:
    """Outside hours if somebody is free, else on top of what is there."""
    availability = _ask(row, replace(wants, overrules=True), wanted, now=now)
    lanes = _chosen(availability, row)
    if lanes and claims.are_free(row, lanes):
        return Place(lanes)
    first = [group[0] for group in availability.groups if group]
    if not first:
        raise BookingRefused(Refusal.NOT_BOOKABLE)
    return Place(first, is_overbooked=True)


def _ask(row: Appointment, wants: Circumstances, wanted: Wanted, *, now: datetime) -> Availability:
    """The engine for the day of `row`, with the length and the gap that this very appointment has."""
    day = row.starts_at.astimezone(wanted.location.zone).date()
    found = slots.availability_in(wants, wanted.service, wanted.location, now=now, first=day, last=day)
    return replace(found, visit=slots.visit_of(row.duration, timedelta(minutes=row.gap_minutes), wanted.area))


def _chosen(availability: Availability, row: Appointment) -> list[Lane]:
    before = row.assignments.values_list("resource_id", flat=True) if row.pk else ()
    return availability.choose(row.starts_at, preferred=frozenset(before))


def _stale(wanted: Wanted, *, now: datetime) -> frozenset[int]:
    groups = slots.eligible(wanted.service, wanted.location, resource=wanted.resource)
    return slots.stale_resources([row.pk for group in groups for row in group], wanted.location, now=now)


def refusal(reason: Refusal, wanted: Wanted, *, now: datetime) -> BookingRefused:
    """The exception with the next three open starts, where another time would help."""
    if reason not in _ANOTHER_TIME_HELPS:
        return BookingRefused(reason)
    after = max(now, wanted.starts_at - timedelta(minutes=1))
    starts = slots.next_slots(wanted.service, wanted.location, now=now, after=after, area=wanted.area)
    return BookingRefused(reason, starts)
