"""The line for a day that is full: who waits, what is kept for whom, and who comes next.

An offer is a hold of half an hour. Who lets it run out goes behind those who never got one, and is not asked about the
same time again, nor anything else within half a day; who lets two run out is not asked again. Nobody holds two offers
at once, nor gets more than three in a day, for however many days they wait.
"""

from collections.abc import Iterable, Iterator
from datetime import date, datetime, time, timedelta

from django.db import IntegrityError, OperationalError, transaction
from django.db.models import Count, F, Q, QuerySet

from leads.models import Lead, Location, Service, ServiceArea
from scheduling import booking, claims, slots
from scheduling.booking import BookingRefused, Wanted
from scheduling.enums import AppointmentStatus, BookedBy, WaitlistStatus
from scheduling.models import Appointment, WaitlistEntry

OFFER_MINUTES = 30
ASKED_AGAIN_AFTER = timedelta(hours=12)
OFFERS_PER_ENTRY = 2
OFFERS_PER_DAY = 3
BATCH = 200
# A reply that comes a little late still gets the time if nobody else has it.
ANSWERED_WITHIN = timedelta(hours=6)
WANTED = (WaitlistStatus.WAITING, WaitlistStatus.OFFERED)
# Who was asked in vain for the last time may still say yes, or no.
ANSWERABLE = (*WANTED, WaitlistStatus.EXPIRED)
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
        mine = WaitlistEntry.objects.filter(pk=entry.pk, status__in=ANSWERABLE)
        if not mine.update(status=WaitlistStatus.WITHDRAWN):
            return False
        _give_back(entry, now=now)
    return True


def in_line(location: Location, *, now: datetime) -> Iterator[list[WaitlistEntry]]:
    """Everybody who could be offered something at `location` now, first in line first, in batches.

    The line is as it stood at the start; `offer` asks again.
    """
    today = now.astimezone(location.zone).date()
    rows = WaitlistEntry.objects.filter(location=location, status=WaitlistStatus.WAITING, day__gte=today)
    rows = rows.exclude(offered_at__gt=now - ASKED_AGAIN_AFTER)
    ordered = rows.order_by(F("offered_at").asc(nulls_first=True), "created_at", "id")
    keys = list(ordered.values_list("pk", flat=True))
    loaded = rows.select_related("business", "service", "lead", "area", "location__business", "offer")
    for begin in range(0, len(keys), BATCH):
        found = loaded.in_bulk(keys[begin : begin + BATCH])
        busy = _asked_enough([entry.lead_id for entry in found.values()], now=now)
        batch = [found[key] for key in keys[begin : begin + BATCH] if key in found]
        yield [entry for entry in batch if entry.lead_id not in busy]


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
            # Two workers at two locations must not both ask the same person.
            claims.hold_rows([], lead=entry.lead)
            if _asked_enough([entry.lead_id], now=now):
                return None
            mine = WaitlistEntry.objects.filter(pk=entry.pk, status=WaitlistStatus.WAITING)
            if not mine.update(status=WaitlistStatus.OFFERED, offered_at=now):
                return None
            held = booking.hold(wanted, by=BookedBy.ROBOT, now=now, idem_key=key, for_minutes=OFFER_MINUTES)
            WaitlistEntry.objects.filter(pk=entry.pk).update(offer=held)
    except (BookingRefused, OperationalError):
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
        lead=lead, status__in=ANSWERABLE, offered_at__gt=now - ANSWERED_WITHIN, offer__starts_at__gt=now
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
    WaitlistEntry.objects.filter(pk=entry.pk, status__in=ANSWERABLE).update(status=WaitlistStatus.BOOKED)
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
    """Offers that nobody took go back, days that have passed end; the locations where something is free by that.

    Who did not answer the second offer waits no more.
    """
    freed: dict[int, Location] = {}
    offered = WaitlistEntry.objects.filter(status=WaitlistStatus.OFFERED).exclude(
        offer__status=AppointmentStatus.HOLD, offer__hold_expires_at__gt=now
    )
    for entry in offered.select_related("offer", "location__business")[:500]:
        taken = entry.offer is not None and entry.offer.status in BOOKED
        status = WaitlistStatus.WAITING if _offers_to(entry) < OFFERS_PER_ENTRY else WaitlistStatus.EXPIRED
        status = WaitlistStatus.BOOKED if taken else status
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


def _offers() -> QuerySet[Appointment]:
    """Holds that this line has made, ended ones too: only the robot holds for somebody else. What could not be said
    was given back in the same moment and does not count.
    """
    return Appointment.objects.filter(booked_by=BookedBy.ROBOT).filter(
        Q(closed_at=None) | Q(closed_at__gt=F("created_at"))
    )


def _offers_to(entry: WaitlistEntry) -> int:
    """How often this wish was answered with an offer."""
    begins = datetime.combine(entry.day, time(), entry.location.zone)
    mine = _offers().filter(
        lead=entry.lead_id, service=entry.service_id, location=entry.location_id, created_at__gte=entry.created_at,
        starts_at__gte=begins, starts_at__lt=datetime.combine(entry.day + timedelta(days=1), time(), begins.tzinfo),
    )  # fmt: skip
    return mine.count()


def _asked_enough(leads: Iterable[int], *, now: datetime) -> set[int]:
    """Those of `leads` who have an offer to answer, or got as many as anybody gets in a day."""
    recent = _offers().filter(lead__in=set(leads), created_at__gt=now - timedelta(days=1))
    live = Q(status=AppointmentStatus.HOLD, hold_expires_at__gt=now)
    counted = recent.order_by().values("lead").annotate(made=Count("pk"), live=Count("pk", filter=live))
    return {row["lead"] for row in counted if row["live"] or row["made"] >= OFFERS_PER_DAY}


def _end_passed(now: datetime) -> None:
    # No zone is more than a day ahead of or behind UTC; the local day decides.
    past = WaitlistEntry.objects.filter(status__in=WANTED, day__lte=now.date())
    for entry in past.select_related("location__business")[:500]:
        if entry.day < now.astimezone(entry.location.zone).date():
            WaitlistEntry.objects.filter(pk=entry.pk, status__in=WANTED).update(status=WaitlistStatus.EXPIRED)


def _give_back(entry: WaitlistEntry, *, now: datetime) -> None:
    if entry.offer is not None:
        booking.release(entry.offer, now=now)
