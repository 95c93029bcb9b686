"""What visitors of the booking page do: keep a time, book it, ask for a call, wait for a day. All or nothing."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Q, QuerySet

from leads import events, intake
from leads.models import CallbackTask, Lead, Location
from scheduling import booking, callback_windows, waitlist
from scheduling.callback_windows import Window
from scheduling.enums import AppointmentStatus, BookedBy
from scheduling.models import Appointment, WaitlistEntry
from scheduling.page.public import Entrance, Offer, Spot
from scheduling.placing import Wanted

SOURCE = "booking page"
CONSENT = "Agreed to texts about appointments on the booking page"
CONSENT_TO_OFFERS = "Agreed to texts about a day that was full on the booking page"


@dataclass(frozen=True, slots=True)
class Customer:
    """What somebody wrote about themselves; `phone` is E.164, or "" on a personal link, which knows it."""

    name: str = ""
    phone: str = ""
    address: str = ""
    note: str = ""


def live_hold(entrance: Entrance, visit: str, *, now: datetime) -> Appointment | None:
    """What this browser keeps at the moment."""
    return _holds(entrance, visit).filter(hold_expires_at__gt=now).first()


def keep_slot(
    entrance: Entrance, offer: Offer, spot: Spot, start: datetime, *, visit: str, now: datetime
) -> Appointment:
    """Hold `start` for the browser `visit`, which gives back what it held before. Raises BookingRefused.

    The same press twice is one hold; a time that was held and ran out can be held again.
    """
    wanted = Wanted(service=offer.service, location=spot.location, starts_at=start, area=spot.area, address=spot.place)
    prefix = f"hold:{visit}:{offer.service.pk}:{int(start.timestamp())}:"
    for other in _holds(entrance, visit).exclude(idem_key__startswith=prefix):
        booking.release(other, now=now)
    same = Appointment.objects.filter(business=entrance.business, starts_at=start, idem_key__startswith=prefix)
    spent = same.exclude(Q(status=AppointmentStatus.HOLD) & Q(hold_expires_at__gt=now)).count()
    return booking.hold(wanted, by=BookedBy.PAGE, now=now, idem_key=f"{prefix}{spent}")


def book_kept(
    entrance: Entrance, held: Appointment, customer: Customer, *, start: datetime, now: datetime
) -> Appointment:
    """Book what is held, or `start` instead of it. Raises BookingRefused, and then nobody and nothing was written.

    A hold that ran out is booked like any open time. Once booked, the same hold gives that appointment again.
    """
    with transaction.atomic():
        lead = _lead_of(entrance, customer, now=now)
        wanted = Wanted(
            service=held.service, location=held.location, starts_at=start, lead=lead, area=held.area,
            address=customer.address, name=customer.name, note=customer.note,
        )  # fmt: skip
        if start != held.starts_at:
            booking.release(held, now=now)
        booked = booking.book(wanted, by=BookedBy.PAGE, now=now, idem_key=f"page:{held.key.hex}", held=held)
        if booked.booked_at == now:  # an earlier press has recorded it already
            events.record(
                "consent.given", business=entrance.business, lead=lead, at=now, text=CONSENT,
                appointment=str(booked.key),
            )  # fmt: skip
    return booked


def ask_callback(
    entrance: Entrance,
    location: Location,
    customer: Customer,
    *,
    window: Window | None,
    form_id: UUID,
    detail: str,
    now: datetime,
) -> CallbackTask | None:
    """A call back instead of a booking; None when this very form has asked already."""
    with transaction.atomic():
        lead = _lead_of(entrance, customer, now=now)
        cause = f"booking-page:{form_id.hex}"
        return callback_windows.ask(location, lead=lead, window=window, now=now, cause=cause, detail=detail)


def join_waitlist(
    entrance: Entrance, offer: Offer, spot: Spot, customer: Customer, *, day: date, now: datetime
) -> WaitlistEntry:
    """Be offered what is freed on `day`; joining twice is waiting once."""
    with transaction.atomic():
        lead = _lead_of(entrance, customer, now=now)
        entry = waitlist.join(
            service=offer.service, location=spot.location, lead=lead, day=day, now=now, name=customer.name,
            area=spot.area, address=customer.address,
        )  # fmt: skip
        if entry.created_at == now:
            events.record(
                "consent.given", business=entrance.business, lead=lead, at=now, text=CONSENT_TO_OFFERS,
                waitlist=str(entry.key),
            )  # fmt: skip
    return entry


def _holds(entrance: Entrance, visit: str) -> QuerySet[Appointment]:
    rows = Appointment.objects.select_related("service", "location", "area")
    return rows.filter(business=entrance.business, status=AppointmentStatus.HOLD, idem_key__startswith=f"hold:{visit}:")


def _lead_of(entrance: Entrance, customer: Customer, *, now: datetime) -> Lead:
    """Whom the personal link is for, else who has this phone. A name is only taken where none is known."""
    business = entrance.business
    lead = entrance.lead or intake.open_lead(
        business, phone=customer.phone, at=now, source=SOURCE, name=customer.name, simulated=business.is_simulated
    )
    if customer.name and not lead.name:
        Lead.objects.filter(pk=lead.pk, name="").update(name=customer.name)
    return lead
