"""A missed call that becomes a booked job: the link, the page, the reminder, the change of mind."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine
from django.utils.module_loading import import_string
from django_q.models import OrmQ

from leads.enums import RequestStatus
from leads.models import CallbackTask, JobRequest, LeadEvent
from messaging import tasks
from messaging.enums import MessageStatus, ReminderState
from messaging.models import Call, Conversation, Reminder
from recoverline.lib import clock
from scheduling import booking, links
from scheduling.enums import AppointmentStatus, BookedBy
from scheduling.models import Appointment
from tests.factories import NOON, make_booking_settings, make_script, make_user
from tests.messaging.visits import make_bookable
from tests.scheduling.page.visitor import Visitor, heading_of
from tests.wire import CALLER, Wire

pytestmark = pytest.mark.django_db(transaction=True)

SATURDAY = NOON.replace(day=20, hour=14)  # 10 AM in New York


@pytest.fixture
def at() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller


@pytest.fixture
def shop(at: time_machine.Traveller, wire: Wire) -> Wire:
    make_booking_settings(wire.business)
    make_script(wire.business, body="{business}: sorry we missed your call! Book a visit: {booking_link} {opt_out}")
    make_bookable(wire)
    return wire


def work(wire: Wire) -> list[str]:
    """What worker and sender do: run the queue, tick, send. The texts that left by that."""
    before = len(wire.sent)
    while rows := list(OrmQ.objects.order_by("id")):
        for row in rows:
            task = row.task
            row.delete()
            import_string(task["func"])(*task["args"])
    tasks.tick()
    wire.deliver_due()
    assert {to for to, _ in wire.sent} <= {CALLER}
    return [body for _, body in wire.sent[before:]]


def path_in(text: str) -> str:
    """The personal link of a text, as a browser asks for it."""
    link = next(word for word in text.split() if "/b/" in word)
    return "/b/" + link.partition("/b/")[2]


def reply(wire: Wire, body: str, n: int) -> None:
    answer = wire.post("message", "message__plain", From=CALLER, Body=body, MessageSid=f"SM{n:032x}")
    assert answer.status_code == 200


def test_from_the_missed_call_to_the_canceled_visit(shop: Wire, at: time_machine.Traveller) -> None:
    # They call, nobody answers; the text has their own way to book.
    shop.post("voice", "voice__ringing")
    (first,) = work(shop)
    assert first.startswith("Alder Plumbing: sorry we missed your call! Book a visit: http")
    at.shift(timedelta(minutes=4))

    # They book on the page, which knows their number.
    browser, page = Visitor(), path_in(first)
    service = shop.business.services.get()
    done = browser.post(browser.keep(f"{page}service/{service.pk}/", SATURDAY), name="Maria Lopez", note="Slow drain")
    assert done.status_code == 302
    visit = Appointment.objects.get(status=AppointmentStatus.CONFIRMED)
    assert (visit.lead, visit.starts_at, visit.booked_by) == (Call.objects.get().lead, SATURDAY, BookedBy.PAGE)
    assert JobRequest.objects.get().status == RequestStatus.BOOKED
    (confirmed,) = work(shop)
    manage = links.link_to_manage(visit, now=clock.now())
    assert confirmed == (
        "Alder Plumbing: you are booked for Drain cleaning, Sat, Jun 20 at 10 AM. To move or cancel it: "
        f"{manage} Reply STOP to opt out."
    )
    assert browser.get(path_in(confirmed)).status_code == 200
    assert work(shop) == []

    # The day before they are asked, and answer.
    at.move_to(SATURDAY - timedelta(days=1))
    (reminder,) = work(shop)
    assert reminder == (
        "Alder Plumbing: a reminder of Drain cleaning, Sat, Jun 20 (tomorrow) at 10 AM. Reply C to confirm. "
        f"To change it: {manage}"
    )
    at.shift(timedelta(minutes=3))
    reply(shop, "C", 1)
    assert work(shop) == ["Alder Plumbing: thank you, see you on Sat, Jun 20 at 10 AM."]
    visit.refresh_from_db()
    assert visit.customer_confirmed_at == clock.now()
    assert not Conversation.objects.get().needs_reply

    # The team moves it: a new text with a new link, and the reminders follow.
    at.shift(timedelta(hours=1))
    sunday = SATURDAY + timedelta(days=1)
    visit = booking.reschedule(
        visit, starts_at=sunday, by=BookedBy.STAFF, now=clock.now(), version=1, actor=make_user()
    )  # fmt: skip
    (moved,) = work(shop)
    assert moved.startswith("Alder Plumbing: Drain cleaning is now on Sun, Jun 21 at 10 AM. To move or cancel it: ")
    assert path_in(moved) != path_in(confirmed)
    assert browser.get(path_in(confirmed)).status_code == 404
    at.move_to(SATURDAY - timedelta(hours=2))
    assert work(shop) == []
    at.move_to(sunday - timedelta(days=1))
    (reminder,) = work(shop)
    assert "Sun, Jun 21 (tomorrow) at 10 AM. Reply C to confirm." in reminder

    # They cannot come after all.
    at.shift(timedelta(minutes=10))
    reply(shop, "Sorry, I can't make it tomorrow", 2)
    (canceled,) = work(shop)
    assert canceled.startswith("Alder Plumbing: Drain cleaning on Sun, Jun 21 at 10 AM is canceled.")
    visit.refresh_from_db()
    assert visit.status == AppointmentStatus.CANCELED
    assert heading_of(browser.get(path_in(canceled))) != ""
    at.move_to(sunday - timedelta(hours=2))
    assert work(shop) == []

    # Nothing waits, nothing was lost, and everything is on record.
    assert not Reminder.objects.filter(state=ReminderState.PLANNED).exists()
    assert {text.status for text in shop.texts()} == {MessageStatus.ACCEPTED}
    assert (CallbackTask.objects.count(), JobRequest.objects.get().status) == (0, RequestStatus.OPEN)
    assert [kind for kind in LeadEvent.objects.order_by("id").values_list("kind", flat=True) if "appoint" in kind] == [
        "appointment.booked", "appointment.confirmed", "appointment.moved", "appointment.canceled",
    ]  # fmt: skip
