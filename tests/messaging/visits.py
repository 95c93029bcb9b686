"""A business on the wire that books visits, and the customer who has one."""

from datetime import datetime, time, timedelta
from typing import Any

from leads.models import Lead, LeadEvent, Service
from messaging import tasks
from messaging.models import Message
from recoverline.lib import clock
from scheduling import booking
from scheduling.booking import Wanted
from scheduling.enums import BookedBy
from scheduling.models import Appointment, OpeningHours
from tests.factories import NOON, make_lead, make_resource, make_rules, make_service
from tests.wire import CALLER, Wire

# Thursday, 10 AM in New York.
THURSDAY = NOON.replace(day=18, hour=14)


def make_bookable(wire: Wire, name: str = "Drain cleaning", **rules: Any) -> Service:
    """An hour at the location, on any day from 6 AM to 10 PM, by a technician of its own.

    The location itself says no hours: its phone is open around the clock.
    """
    service = make_service(wire.business, name, duration_minutes=60)
    make_rules(service, **rules)
    technician = make_resource(wire.business)
    technician.services.add(service)
    for weekday in range(7):
        OpeningHours.objects.create(
            business=wire.business, resource=technician, weekday=weekday, opens=time(6), closes=time(22)
        )
    return service


def customer(wire: Wire, **values: Any) -> Lead:
    found = Lead.objects.filter(business=wire.business, phone=values.get("phone", CALLER)).first()
    return found or make_lead(wire.business, **{"phone": CALLER, **values})


def book(
    wire: Wire,
    service: Service,
    *,
    at: datetime = THURSDAY,
    by: BookedBy = BookedBy.PAGE,
    lead: Lead | None = None,
) -> Appointment:
    wanted = Wanted(
        service=service, location=wire.number.location, starts_at=at, lead=lead or customer(wire)
    )  # fmt: skip
    booked = booking.book(wanted, by=by, now=clock.now())
    tell()
    return booked


def move(row: Appointment, to: datetime, *, by: BookedBy = BookedBy.STAFF) -> Appointment:
    moved = booking.reschedule(row, starts_at=to, by=by, now=clock.now(), version=row.version)
    tell()
    return moved


def cancel(row: Appointment, *, by: BookedBy = BookedBy.STAFF) -> Appointment:
    gone = booking.cancel(row, by=by, now=clock.now(), version=row.version)
    tell()
    return gone


def tell() -> None:
    """What the queue does with the events, all of them once more each time: a task may run twice."""
    for event in LeadEvent.objects.filter(kind__startswith="appointment.").order_by("id"):
        tasks.appointment_event(event.pk)


def bodies(wire: Wire) -> list[str]:
    """What was written to customers, sent or not."""
    return [text.body for text in wire.texts()]


def kinds(wire: Wire) -> list[str]:
    """How the keys of our texts begin, without the keys of rows."""
    return [text.idem_key.partition(":")[0] for text in wire.texts()]


def say(wire: Wire, body: str, **more: Any) -> Message:
    """A text from the customer, through the signed webhook."""
    count = Message.objects.count()
    values = {"From": CALLER, "Body": body, "MessageSid": f"SM{count:032x}", **more}
    assert wire.post("message", "message__plain", **values).status_code == 200
    tell()
    return Message.objects.filter(direction="in").latest("id")


def later(**delta: float) -> datetime:
    return clock.now() + timedelta(**delta)
