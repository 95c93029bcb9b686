"""What visitors of the booking page do: keep a time, book it, ask for a call, wait for a day. All or nothing."""

import hashlib
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db import OperationalError, transaction
from django.db.models import QuerySet

from leads import events, intake
from leads.models import CallbackTask, Lead, Location
from scheduling import booking, callback_windows, claims, waitlist
from scheduling.availability import Refusal
from scheduling.callback_windows import Window
from scheduling.enums import AppointmentStatus, BookedBy
from scheduling.models import Appointment, WaitlistEntry
from scheduling.page.entry import TooOften, count_done
from scheduling.page.public import Entrance, Offer, Spot
from scheduling.placing import Wanted, keys_to_hold
from scheduling.refusals import BookingRefused

SOURCE = "booking page"
CONSENT = "Agreed to texts about appointments on the booking page"
CONSENT_TO_OFFERS = "Agreed to texts about a day that was full on the booking page"
MOST_WAITING = 3  # days that one phone waits for at a time


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
    key = f"hold:{visit}:{_digest(offer, spot)}:{int(start.timestamp())}"
    try:
        # All or nothing: who is refused the new time keeps the old one, which may be in the way of the new one.
        with transaction.atomic():
            mine = list(_holds(entrance, visit))
            claims.hold_rows(keys_to_hold(wanted).union(*(keys_to_hold(wanted, also=row) for row in mine)))
            for row in mine:
                if row.idem_key != key or row.hold_expires_at is None or row.hold_expires_at <= now:
                    booking.release(row, now=now)
            return booking.hold(wanted, by=BookedBy.PAGE, now=now, idem_key=key)
    except OperationalError as error:  # somebody else books these resources for seconds
        raise BookingRefused(Refusal.TAKEN) from error


def book_kept(
    entrance: Entrance, held: Appointment, customer: Customer, *, start: datetime, now: datetime
) -> Appointment:
    """Book what is held, or `start` instead of it. Raises BookingRefused, and then nobody and nothing was written.

    A hold that ran out is booked like any open time. Once booked, the same hold gives that appointment again. Raises
    TooOften as well.
    """
    with transaction.atomic():
        lead = _lead_of(entrance, customer, now=now)
        # Whoever only knows a phone must not settle what its owner has asked for.
        own = None if entrance.lead else intake.open_request(lead, location=held.location, at=now, source=SOURCE)
        wanted = Wanted(
            service=held.service, location=held.location, starts_at=start, lead=lead, request=own, area=held.area,
            address=customer.address, name=customer.name, note=customer.note,
        )  # fmt: skip
        if start != held.starts_at:
            booking.release(held, now=now)
        booked = booking.book(wanted, by=BookedBy.PAGE, now=now, idem_key=f"page:{held.key.hex}", held=held)
        if own and booked.request_id != own.pk:  # an earlier press has opened one already
            own.delete()
        if booked.booked_at == now:  # an earlier press has recorded it already
            count_done(entrance, "book", lead.phone, now=now)
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
    """A call back instead of a booking; None when this very form has asked already. Raises TooOften."""
    with transaction.atomic():
        lead = _lead_of(entrance, customer, now=now)
        cause = f"booking-page:{form_id.hex}"
        task = callback_windows.ask(location, lead=lead, window=window, now=now, cause=cause, detail=detail)
        if task is not None:
            count_done(entrance, "callback", lead.phone, now=now)
    return task


def join_waitlist(
    entrance: Entrance, offer: Offer, spot: Spot, customer: Customer, *, day: date, now: datetime
) -> WaitlistEntry:
    """Be offered what is freed on `day`; joining twice is waiting once. Raises TooOften."""
    with transaction.atomic():
        lead = _lead_of(entrance, customer, now=now)
        claims.hold_rows((), lead=lead)  # so that two at once do not both find room for one more
        entry = waitlist.join(
            service=offer.service, location=spot.location, lead=lead, day=day, now=now, name=customer.name,
            area=spot.area, address=customer.address,
        )  # fmt: skip
        if entry.created_at == now:
            if WaitlistEntry.objects.filter(lead=lead, status__in=waitlist.WANTED).count() > MOST_WAITING:
                raise TooOften("phone")
            count_done(entrance, "waitlist", lead.phone, now=now)
            events.record(
                "consent.given", business=entrance.business, lead=lead, at=now, text=CONSENT_TO_OFFERS,
                waitlist=str(entry.key),
            )  # fmt: skip
    return entry


def _digest(offer: Offer, spot: Spot) -> str:
    """What a hold is for, and where: short, so that the key that begins with it is stored as it is."""
    parts = (offer.service.pk, spot.location.pk, spot.area.pk if spot.area else 0, spot.place)
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:16]


def _holds(entrance: Entrance, visit: str) -> QuerySet[Appointment]:
    rows = Appointment.objects.select_related("service", "location", "area")
    return rows.filter(business=entrance.business, status=AppointmentStatus.HOLD, idem_key__startswith=f"hold:{visit}:")


def _lead_of(entrance: Entrance, customer: Customer, *, now: datetime) -> Lead:
    """Whom the personal link is for, else who has this phone. Only the link may give a name to a lead without one:
    anybody can write a phone that is known.
    """
    business = entrance.business
    lead = entrance.lead or intake.open_lead(
        business, phone=customer.phone, at=now, source=SOURCE, name=customer.name, simulated=business.is_simulated
    )
    if entrance.lead and customer.name and not lead.name:
        Lead.objects.filter(pk=lead.pk, name="").update(name=customer.name)
    return lead
