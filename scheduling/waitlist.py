"""The line for a day that is full: who waits, what is kept for whom, and who comes next.

An offer is a hold of half an hour. Who lets it run out goes behind those who never got one, and is not asked about the
same time again, nor anything else within half a day.
"""

from datetime import date, datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import F, QuerySet

from leads.models import Lead, Location, Service, ServiceArea
from scheduling import booking, slots
from scheduling.booking import BookingRefused, Wanted
from scheduling.enums import AppointmentStatus, BookedBy, WaitlistStatus
from scheduling.models import Appointment, WaitlistEntry

OFFER_MINUTES = 30
ASKED_AGAIN_AFTER = timedelta(hours=12)
# A reply that comes a little late still gets the time if nobody else has it.
ANSWERED_WITHIN = timedelta(hours=6)
WANTED = (WaitlistStatus.WAITING, WaitlistStatus.OFFERED)
BOOKED = (AppointmentStatus.CONFIRMED, AppointmentStatus.REQUESTED, AppointmentStatus.COMPLETED)


def join(
    *,
    service: Service,
    location: Location,
    lead: Lead,
    day: date,
    now: datetime,
    name: str = "",
    area: ServiceArea | None = None,
    address: str = "",
) -> WaitlistEntry:
    """Wait for `day` (local at the location); joining twice is waiting once."""
    mine = WaitlistEntry.objects.filter(service=service, location=location, lead=lead, day=day, status__in=WANTED)
    found = mine.first()
    if found is not None:
        return found
    try:
        with transaction.atomic():
            return WaitlistEntry.objects.create(
                business_id=service.business_id, service=service, location=location, lead=lead, day=day,
                name=name[:120], area=area, address=address[:200], created_at=now,
            )  # fmt: skip
    except IntegrityError:
        return mine.get()


def withdraw(entry: WaitlistEntry, *, now: datetime) -> bool:
    """They do not wait any more; what was kept for them is free. False when they did not wait."""
    with transaction.atomic():
        mine = WaitlistEntry.objects.filter(pk=entry.pk, status__in=WANTED)
        if not mine.update(status=WaitlistStatus.WITHDRAWN):
            return False
        _give_back(entry, now=now)
    return True


def in_line(location: Location, *, now: datetime) -> list[WaitlistEntry]:
    """Who could be offered something at `location` now, first in line first."""
    today = now.astimezone(location.zone).date()
    rows = WaitlistEntry.objects.filter(location=location, status=WaitlistStatus.WAITING, day__gte=today)
    rows = rows.exclude(offered_at__gt=now - ASKED_AGAIN_AFTER)
    rows = rows.select_related("business", "service", "lead", "area", "location__business", "offer")
    return list(rows.order_by(F("offered_at").asc(nulls_first=True), "created_at", "id")[:200])


def open_times(entry: WaitlistEntry, *, now: datetime) -> list[datetime]:
    """What is open on the day they want, as any customer would see it."""
    return slots.open_slots(
        entry.service, entry.location, now=now, first=entry.day, last=entry.day, area=entry.area
    )  # fmt: skip


def offer(entry: WaitlistEntry, starts_at: datetime, *, now: datetime) -> Appointment | None:
    """Keep `starts_at` for them; None when it is gone, they have been asked about it, or wait no more."""
    if entry.offer is not None and entry.offer.starts_at == starts_at:
        return None
    wanted = Wanted(
        service=entry.service, location=entry.location, starts_at=starts_at, lead=entry.lead, area=entry.area,
        address=entry.address, name=entry.name,
    )  # fmt: skip
    key = f"waitlist:{entry.key.hex}:{int(starts_at.timestamp())}"
    try:
        with transaction.atomic():
            mine = WaitlistEntry.objects.filter(pk=entry.pk, status=WaitlistStatus.WAITING)
            if not mine.update(status=WaitlistStatus.OFFERED, offered_at=now):
                return None
            held = booking.hold(wanted, by=BookedBy.ROBOT, now=now, idem_key=key, for_minutes=OFFER_MINUTES)
            WaitlistEntry.objects.filter(pk=entry.pk).update(offer=held)
    except BookingRefused:
        return None
    entry.status, entry.offered_at, entry.offer = WaitlistStatus.OFFERED, now, held
    return held


def offer_to(lead: Lead, *, now: datetime) -> WaitlistEntry | None:
    """What is kept for this lead at the moment, the newest first."""
    live = offers_of(lead, now=now).filter(
        status=WaitlistStatus.OFFERED, offer__status=AppointmentStatus.HOLD, offer__hold_expires_at__gt=now
    )
    return live.first()


def offers_of(lead: Lead, *, now: datetime) -> QuerySet[WaitlistEntry]:
    """Offers that this lead may still answer, also those that have just run out; the newest first."""
    rows = WaitlistEntry.objects.filter(
        lead=lead, status__in=WANTED, offered_at__gt=now - ANSWERED_WITHIN, offer__starts_at__gt=now
    )
    rows = rows.select_related("business", "lead", "offer__service", "offer__location__business", "offer__area")
    return rows.order_by("-offered_at", "-id")


def accept(entry: WaitlistEntry, *, by: BookedBy, now: datetime) -> Appointment:
    """Book what was offered, also a little late if it is still free. Raises BookingRefused."""
    held = entry.offer
    assert held is not None  # noqa: S101  `entry` is one of `offers_of`
    wanted = Wanted(
        service=held.service, location=held.location, starts_at=held.starts_at, lead=entry.lead, area=held.area,
        address=entry.address, name=entry.name,
    )  # fmt: skip
    booked = booking.book(wanted, by=by, now=now, held=held, idem_key=f"offer:{held.key.hex}")
    close_booked(booked, now=now)
    return booked


def close_booked(appointment: Appointment, *, now: datetime) -> int:
    """Who has booked this service on this day does not wait for it any more; how many entries that were."""
    day = appointment.starts_at.astimezone(appointment.location.zone).date()
    mine = WaitlistEntry.objects.filter(
        lead=appointment.lead_id, service=appointment.service_id, location=appointment.location_id, day=day,
        status__in=WANTED,
    )  # fmt: skip
    closed = 0
    for entry in mine.select_related("offer"):
        with transaction.atomic():
            if not mine.filter(pk=entry.pk).update(status=WaitlistStatus.BOOKED):
                continue
            if entry.offer_id != appointment.pk:
                _give_back(entry, now=now)
            closed += 1
    return closed


def lapse(now: datetime) -> list[Location]:
    """Offers that nobody took go back, days that have passed end; the locations where something is free by that."""
    freed: dict[int, Location] = {}
    offered = WaitlistEntry.objects.filter(status=WaitlistStatus.OFFERED).exclude(
        offer__status=AppointmentStatus.HOLD, offer__hold_expires_at__gt=now
    )
    for entry in offered.select_related("offer", "location__business")[:500]:
        taken = entry.offer is not None and entry.offer.status in BOOKED
        status = WaitlistStatus.BOOKED if taken else WaitlistStatus.WAITING
        with transaction.atomic():
            mine = WaitlistEntry.objects.filter(pk=entry.pk, status=WaitlistStatus.OFFERED)
            if mine.update(status=status) and not taken:
                _give_back(entry, now=now)
                freed[entry.location_id] = entry.location
    _end_passed(now)
    return list(freed.values())


def waiting_locations(now: datetime) -> list[Location]:
    """Where somebody waits."""
    yesterday = (now - timedelta(days=1)).date()
    waiting = WaitlistEntry.objects.filter(status=WaitlistStatus.WAITING, day__gte=yesterday)
    rows = Location.objects.filter(pk__in=waiting.values("location"))
    return list(rows.select_related("business").order_by("pk"))


def _end_passed(now: datetime) -> None:
    # No zone is more than a day ahead of or behind UTC; the local day decides.
    past = WaitlistEntry.objects.filter(status__in=WANTED, day__lte=now.date())
    for entry in past.select_related("location__business")[:500]:
        if entry.day < now.astimezone(entry.location.zone).date():
            WaitlistEntry.objects.filter(pk=entry.pk, status__in=WANTED).update(status=WaitlistStatus.EXPIRED)


def _give_back(entry: WaitlistEntry, *, now: datetime) -> None:
    if entry.offer is not None:
        booking.release(entry.offer, now=now)
