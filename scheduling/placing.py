"""Where a visit goes: which lanes take it, whether that is firm, and what a customer may not book at all."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from leads.areas import serves_everywhere
from leads.models import JobRequest, Lead, Location, Service, ServiceArea
from scheduling import claims, slots
from scheduling.availability import Availability, Lane, Refusal
from scheduling.enums import AppointmentStatus, BookedBy, VisitPlace
from scheduling.models import Appointment, BookingRules, Resource
from scheduling.policy import CHANGEABLE
from scheduling.refusals import BookingRefused
from scheduling.settings_of import booking_settings
from scheduling.slots import Circumstances

# These do what staff may: the calendar is theirs, and they move things in it.
INSIDE = (BookedBy.STAFF, BookedBy.CALENDAR)
# Staff write down what was last month; nobody means a year that a typing error has made.
_LONGEST_AGO = timedelta(days=365)
_ANOTHER_TIME_HELPS = (
    Refusal.TAKEN, Refusal.CLOSED, Refusal.TOO_SOON, Refusal.PAST, Refusal.TOO_FAR, Refusal.DAY_FULL, Refusal.OFF_GRID,
    Refusal.GONE,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Wanted:
    """What somebody wants to book. `resource`: this one and no other; who it is for may follow after a hold.

    `starts_at` must be aware and is kept in UTC, since adding to local times goes wrong where clocks change.
    """

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

    def __post_init__(self) -> None:
        if self.starts_at.tzinfo is None:
            raise ValueError("A start without a zone could be any of 24 hours.")
        object.__setattr__(self, "starts_at", self.starts_at.astimezone(UTC))


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


def rules_for(wanted: Wanted, *, by: BookedBy, now: datetime, is_move: bool = False) -> BookingRules:
    """How the service is booked; staff may book what has no rules. Raises BookingRefused for what `by` may not.

    What is booked already may be moved (`is_move`) even if customers could not book it like this.
    """
    service, location = wanted.service, wanted.location
    belongs = {service.business_id, location.business_id, *(row.business_id for row in _parts(wanted))}
    if len(belongs) > 1 or _is_of_another(wanted) or not service.duration_minutes:
        raise BookingRefused(Refusal.NOT_BOOKABLE)
    if wanted.starts_at < now - _LONGEST_AGO:
        raise BookingRefused(Refusal.TOO_SOON)
    if wanted.starts_at > now + slots.FUTURE - timedelta(days=1):
        raise BookingRefused(Refusal.TOO_FAR)
    rules = slots.rules_of(service)
    if by in INSIDE:
        return rules or BookingRules(service=service)
    if rules is None:
        raise BookingRefused(Refusal.NOT_BOOKABLE)
    if is_move:
        return rules
    if not rules.is_online or not service.is_active:
        raise BookingRefused(Refusal.NOT_BOOKABLE)
    if rules.place == VisitPlace.CUSTOMER and not _is_served(wanted):
        raise BookingRefused(Refusal.OUT_OF_AREA)
    return rules


def _is_of_another(wanted: Wanted) -> bool:
    """Whether the request is somebody else's."""
    request, lead = wanted.request, wanted.lead
    return request is not None and (lead is None or request.lead_id != lead.pk)


def _parts(wanted: Wanted) -> Iterable[Lead | JobRequest | Resource | ServiceArea]:
    return (row for row in (wanted.lead, wanted.request, wanted.resource, wanted.area) if row is not None)


def _is_served(wanted: Wanted) -> bool:
    """Whether the job lies in an area of the location; a business without areas goes everywhere."""
    if wanted.area is not None:
        return wanted.area.location_id in (None, wanted.location.pk)
    return serves_everywhere(wanted.service.business)


def keys_to_hold(wanted: Wanted, also: Appointment | None = None) -> set[int]:
    """The resources whose rows are held: all that could do it, even if one is named, since daily limits are shared."""
    keys = {row.pk for group in slots.eligible(wanted.service, wanted.location) for row in group}
    if wanted.resource is not None:
        keys.add(wanted.resource.pk)
    if also is not None:
        keys.update(also.assignments.values_list("resource_id", flat=True))
    return keys


def refuse_too_many(wanted: Wanted, *, by: BookedBy, now: datetime) -> None:
    """A phone can only have so many appointments to come, unless staff book them. The lead's row is held."""
    if wanted.lead is None or by in INSIDE:
        return
    most = booking_settings(wanted.service.business).most_open_per_phone
    if Appointment.objects.filter(lead=wanted.lead, status__in=CHANGEABLE, starts_at__gt=now).count() >= most:
        raise BookingRefused(Refusal.TOO_MANY)


def place(
    row: Appointment,
    wanted: Wanted,
    rules: BookingRules,
    held: Iterable[int],
    *,
    by: BookedBy,
    now: datetime,
    overrules: bool = False,
) -> Place:
    """Lanes for `row` (its time is set) by `rules`. Raises BookingRefused with why there are none.

    `held`: the resources whose rows are held (`keys_to_hold`).

    A hold that becomes a booking is asked only whether its time is still free and the day has room: it was in time when
    it was made, but several may be held for the last place of a day.
    """
    overrules = overrules and by in INSIDE
    if not claims.is_on_step(row.starts_at) and not overrules:
        raise BookingRefused(Refusal.OFF_GRID)
    is_kept = row.pk is not None and row.status == AppointmentStatus.HOLD
    if is_kept and by not in INSIDE and _is_booked_out(row, wanted, rules, now=now):
        raise BookingRefused(Refusal.DAY_FULL)
    circumstances = Circumstances(
        area=wanted.area,
        resource=wanted.resource,
        ignoring=row if row.pk else None,
        for_staff=by in INSIDE or is_kept,
    )
    stale = frozenset() if by in INSIDE else slots.stale_resources(held, wanted.location, now=now)
    if stale:
        surely = _ask(row, replace(circumstances, without=stale), wanted, rules, now=now)
        sure = _chosen(surely, row)
        if sure and (not circumstances.is_bound or surely.is_offered(row.starts_at)):
            return Place(sure)
    availability = _ask(row, circumstances, wanted, rules, now=now)
    lanes = _chosen(availability, row)
    if lanes:
        if circumstances.is_bound and not availability.is_offered(row.starts_at):
            raise BookingRefused(Refusal.OFF_GRID)
        return Place(lanes, is_firm=not stale)
    if not overrules:
        raise _refused(row, availability, circumstances, wanted, rules, by=by, now=now)
    return _place_anyway(row, circumstances, wanted, rules, now=now)


def _refused(
    row: Appointment,
    availability: Availability,
    circumstances: Circumstances,
    wanted: Wanted,
    rules: BookingRules,
    *,
    by: BookedBy,
    now: datetime,
) -> BookingRefused:
    """Why there are no lanes. Staff can insist, so they hear of everything that stands against it."""
    reason = availability.reason_against(row.starts_at) or Refusal.TAKEN
    if by not in INSIDE or reason == Refusal.TAKEN:
        return BookingRefused(reason)
    anyway = _ask(row, replace(circumstances, overrules=True), wanted, rules, now=now)
    is_taken = anyway.reason_against(row.starts_at) == Refusal.TAKEN
    return BookingRefused(Refusal.PAST if reason == Refusal.TOO_SOON else reason, is_taken=is_taken)


def _is_booked_out(row: Appointment, wanted: Wanted, rules: BookingRules, *, now: datetime) -> bool:
    """Whether the day of `row` has as many visits without it as the rules allow."""
    day = row.starts_at.astimezone(wanted.location.zone).date()
    return day in slots.booked_out_days(rules, wanted.location, now=now, first=day, last=day, ignoring=row)


def _place_anyway(
    row: Appointment, circumstances: Circumstances, wanted: Wanted, rules: BookingRules, *, now: datetime
) -> Place:
    """Outside hours if somebody is free, else on top of what is there."""
    availability = _ask(row, replace(circumstances, overrules=True), wanted, rules, now=now)
    lanes = _chosen(availability, row)
    if lanes and claims.are_free(row, lanes):
        return Place(lanes)
    if not availability.groups or not all(availability.groups):
        raise BookingRefused(Refusal.NOT_BOOKABLE)
    # Each kind for itself: whoever is free, else whoever had it before, else the first.
    before = _assigned(row)
    alone = [
        _chosen(replace(availability, groups=[group]), row)
        or [next((lane for lane in group if lane.resource in before), group[0])]
        for group in availability.groups
    ]
    return Place([lane for chosen in alone for lane in chosen], is_overbooked=True)


def _ask(
    row: Appointment, circumstances: Circumstances, wanted: Wanted, rules: BookingRules, *, now: datetime
) -> Availability:
    """The engine for the day of `row`."""
    day = row.starts_at.astimezone(wanted.location.zone).date()
    return slots.availability_in(
        circumstances, wanted.service, wanted.location, now=now, first=day, last=day, rules=rules
    )


def _chosen(availability: Availability, row: Appointment) -> list[Lane]:
    return availability.choose(row.starts_at, preferred=_assigned(row))


def _assigned(row: Appointment) -> frozenset[int | str]:
    return frozenset(row.assignments.values_list("resource_id", flat=True) if row.pk else ())


def refusal(
    reason: Refusal,
    wanted: Wanted,
    *,
    now: datetime,
    by: BookedBy = BookedBy.PAGE,
    ignoring: Appointment | None = None,
    is_taken: bool = False,
) -> BookingRefused:
    """The exception with the next three open starts, where another time would help."""
    if reason not in _ANOTHER_TIME_HELPS:
        return BookingRefused(reason, is_taken=is_taken)

    def starts_after(moment: datetime) -> list[datetime]:
        return slots.next_slots(
            wanted.service, wanted.location, now=now, after=moment, area=wanted.area, resource=wanted.resource,
            ignoring=ignoring, for_staff=by in INSIDE,
        )  # fmt: skip

    # Who wanted a day that is too far, or the last ones of the horizon, is told what is open before.
    wished = [] if reason == Refusal.TOO_FAR else starts_after(max(wanted.starts_at, now) - timedelta(minutes=1))
    return BookingRefused(reason, wished or starts_after(now), is_taken=is_taken)
