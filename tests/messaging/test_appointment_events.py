"""What customers are told about their visits, once each, and when somebody calls instead."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine

from leads.enums import TaskReason
from leads.models import CallbackTask, JobRequest, LeadEvent
from messaging import appointment_events, delivery, outbound, tasks
from messaging.enums import CarrierKind, MessageKind, MessageStatus, Suppression
from messaging.models import Conversation, PhoneNumber, Reminder
from recoverline.lib import clock
from recoverline.lib.text import count_segments
from scheduling import booking, callback_windows, links
from scheduling.callback_windows import Window
from scheduling.enums import AppointmentStatus, BookedBy
from scheduling.models import Appointment, BookingLink
from tests.factories import (
    NOON,
    make_conversation,
    make_location,
    make_number,
    make_opt_out,
    make_resource,
    make_user,
)
from tests.messaging.visits import THURSDAY, bodies, book, cancel, customer, make_bookable, move, tell
from tests.wire import CALLER, Wire

pytestmark = pytest.mark.django_db(transaction=True)

NIGHT = NOON.replace(day=18, hour=3)  # 11 PM in New York
MORNING = NOON.replace(day=18, hour=12)  # 8 AM there


@pytest.fixture
def at() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller


@pytest.fixture
def shop(at: time_machine.Traveller, wire: Wire) -> Wire:
    return wire


def link_of(row: Appointment) -> str:
    return links.link_to_manage(row, now=clock.now())


# ---------------------------------------------------------------- told once, in words
def test_a_booking_is_confirmed_once(shop: Wire) -> None:
    row = book(shop, make_bookable(shop))
    tell()
    shop.deliver_due()
    body = (
        "Alder Plumbing: you are booked for Drain cleaning, Thu, Jun 18 at 10 AM. To move or cancel it: "
        f"{link_of(row)} Reply STOP to opt out."
    )
    assert shop.sent == [(CALLER, body)]
    (text,) = shop.texts()
    assert (text.kind, text.appointment, text.appointment_version) == (MessageKind.APPOINTMENT, row, 1)
    assert text.idem_key == f"appointment:{row.key}:1:booked"
    assert text.conversation.request == row.request
    assert JobRequest.objects.count() == 1
    assert not text.conversation.needs_reply
    assert not CallbackTask.objects.exists()


def test_a_window_is_told_as_a_window_and_in_the_customers_language(shop: Wire) -> None:
    row = book(shop, make_bookable(shop, arrival_window_minutes=120), lead=customer(shop, language="es"))
    (body,) = bodies(shop)
    assert body == (
        "Alder Plumbing: su cita queda reservada: Drain cleaning, jue 18 de junio entre las 10 AM y las 12 PM. "
        f"Para cambiarla o anularla: {link_of(row)} Responda STOP para darse de baja."
    )
    assert (count_segments(body).encoding, count_segments(body).count) == ("GSM-7", 2)


def test_every_change_is_told_with_the_new_link(shop: Wire) -> None:
    row = book(shop, make_bookable(shop))
    old = link_of(row)
    moved = move(row, THURSDAY + timedelta(hours=3))
    new = link_of(moved)
    gone = cancel(moved)
    assert bodies(shop)[1:] == [
        f"Alder Plumbing: Drain cleaning is now on Thu, Jun 18 at 1 PM. To move or cancel it: {new}",
        "Alder Plumbing: Drain cleaning on Thu, Jun 18 at 1 PM is canceled. For another time write here or call "
        f"(555) 555-0100. {links.link_to_book(row.lead, now=clock.now())}",
    ]
    assert new != old
    assert (gone.version, len(shop.texts())) == (3, 3)


def test_an_event_that_comes_late_tells_only_what_is_still_true(shop: Wire) -> None:
    service = make_bookable(shop)
    wanted = booking.Wanted(
        service=service, location=shop.number.location, starts_at=THURSDAY, lead=customer(shop)
    )  # fmt: skip
    row = booking.book(wanted, by=BookedBy.PAGE, now=NOON)
    booking.reschedule(row, starts_at=THURSDAY + timedelta(hours=1), by=BookedBy.STAFF, now=NOON, version=1)
    tell()
    assert [text.idem_key for text in shop.texts()] == [f"appointment:{row.key}:2:moved"]


def test_a_text_about_an_earlier_version_never_leaves(shop: Wire) -> None:
    """Strict, even when nobody has handled the change yet."""
    row = book(shop, make_bookable(shop))
    booking.reschedule(row, starts_at=THURSDAY + timedelta(hours=1), by=BookedBy.STAFF, now=NOON, version=1)
    shop.deliver_due()
    (text,) = shop.texts()
    assert (text.status, text.suppression) == (MessageStatus.SUPPRESSED, Suppression.OUTDATED)
    assert (shop.sent, CallbackTask.objects.count()) == ([], 0)
    tell()
    shop.deliver_due()
    assert [body[:42] for _, body in shop.sent] == ["Alder Plumbing: Drain cleaning is now on T"]


def test_what_is_only_asked_for_is_not_called_booked(shop: Wire) -> None:
    row = book(shop, make_bookable(shop))
    Appointment.objects.filter(pk=row.pk).update(status=AppointmentStatus.REQUESTED, version=2)
    LeadEvent.objects.filter(kind="appointment.booked").update(
        kind="appointment.requested", data={"appointment": str(row.key), "version": 2, "by": "page"}
    )
    tell()
    assert bodies(shop)[1] == (
        "Alder Plumbing: we got your request for Drain cleaning, Thu, Jun 18 at 10 AM. It is not confirmed yet; "
        "we will tell you. Reply STOP to opt out."
    )
    assert not Reminder.objects.filter(version=2).exists()
    row.refresh_from_db()
    booking.confirm_request(row, actor=make_user(), now=clock.now())
    tell()
    assert [text.idem_key.rpartition(":")[2] for text in shop.texts()] == ["booked", "requested", "booked"]
    assert Reminder.objects.filter(version=3).exists()


# ---------------------------------------------------------------- which thread
def test_the_thread_they_know_is_taken_else_the_locations(shop: Wire) -> None:
    lead = customer(shop)
    elsewhere = make_number(make_location(shop.business), shop.account)
    known = make_conversation(lead, elsewhere)
    book(shop, make_bookable(shop))
    assert [text.conversation for text in shop.texts()] == [known]
    here = make_conversation(lead, make_number(shop.number.location, shop.account), last_at=NOON - timedelta(days=9))
    book(shop, make_bookable(shop, "Leak repair"), at=THURSDAY + timedelta(hours=2))
    assert [text.conversation for text in shop.texts()] == [known, here]


@pytest.mark.parametrize("why", ["landline", "unreachable", "no number", "account carries none", "nobody"])
def test_who_cannot_be_texted_is_not(shop: Wire, why: str) -> None:
    lead = customer(shop, is_landline=why == "landline", is_unreachable=why == "unreachable")
    if why == "no number":
        PhoneNumber.objects.update(is_active=False)
    if why == "account carries none":
        type(shop.account).objects.update(kind=CarrierKind.WEBHOOK)
    row = book(shop, make_bookable(shop), lead=lead)
    if why == "nobody":
        Appointment.objects.filter(pk=row.pk).update(lead=None, request=None)
        LeadEvent.objects.update(lead=None)
        row.refresh_from_db()
        move(row, THURSDAY + timedelta(hours=1))
        assert (len(shop.texts()), Conversation.objects.count(), CallbackTask.objects.count()) == (1, 1, 0)
        return
    assert (shop.texts(), Conversation.objects.count(), CallbackTask.objects.count()) == ([], 0, 0)
    # They expect us at the old time: somebody has to call.
    row = move(row, THURSDAY + timedelta(hours=1))
    cancel(row)
    details = list(CallbackTask.objects.order_by("id").values_list("reason", "detail"))
    assert details == [
        (TaskReason.APPOINTMENT, "No text can reach them. Tell them: Drain cleaning, Thu Jun 18, 11:00, booked"),
        (TaskReason.APPOINTMENT, "No text can reach them. Tell them: Drain cleaning, Thu Jun 18, 11:00, canceled"),
    ]


def test_who_has_opted_out_gets_no_text_and_is_called_only_about_what_they_cannot_know(shop: Wire) -> None:
    row = book(shop, make_bookable(shop))
    make_opt_out(shop.business, phone=CALLER)
    cancel(row, by=BookedBy.PAGE)
    assert ([text.status for text in shop.texts()], CallbackTask.objects.count()) == ([MessageStatus.QUEUED], 0)
    row = book(shop, make_bookable(shop, "Leak repair"), at=THURSDAY + timedelta(hours=5))
    cancel(row, by=BookedBy.STAFF)
    assert (len(shop.texts()), CallbackTask.objects.get().reason) == (1, TaskReason.APPOINTMENT)


# ---------------------------------------------------------------- hours
def test_what_the_customer_does_at_night_is_answered_at_once(shop: Wire, at: time_machine.Traveller) -> None:
    at.move_to(NIGHT)
    book(shop, make_bookable(shop), at=THURSDAY + timedelta(hours=5))
    shop.deliver_due()
    assert len(shop.sent) == 1


@pytest.mark.parametrize("by", [BookedBy.STAFF, BookedBy.CALENDAR])
def test_what_others_do_at_night_waits_for_the_morning(shop: Wire, at: time_machine.Traveller, by: BookedBy) -> None:
    row = book(shop, make_bookable(shop), at=THURSDAY + timedelta(hours=5))
    shop.deliver_due()
    at.move_to(NIGHT)
    move(row, THURSDAY + timedelta(hours=7), by=by)
    shop.deliver_due()
    assert (len(shop.sent), shop.texts()[1].next_at) == (1, MORNING)
    at.move_to(MORNING)
    shop.deliver_due()
    assert len(shop.sent) == 2


def test_before_an_early_visit_they_are_told_at_night(shop: Wire, at: time_machine.Traveller) -> None:
    row = book(shop, make_bookable(shop))
    shop.deliver_due()
    at.move_to(NIGHT)
    move(row, MORNING + timedelta(minutes=15), by=BookedBy.STAFF)
    shop.deliver_due()
    assert len(shop.sent) == 2


# ---------------------------------------------------------------- what does not arrive
def test_a_confirmation_that_does_not_arrive_becomes_a_call(shop: Wire) -> None:
    row = book(shop, make_bookable(shop))
    shop.deliver_due()
    (text,) = shop.texts()
    delivery.act_on_error(text, "30005", now=clock.now())
    delivery.act_on_error(text, "30005", now=clock.now())
    task = CallbackTask.objects.get()
    assert (task.reason, task.lead, task.cause) == (TaskReason.APPOINTMENT, row.lead, f"untold:{row.key}:1")
    assert task.detail == "Our text did not arrive. Tell them: Drain cleaning, Thu Jun 18, 10:00, booked"


def test_the_second_try_is_about_the_same_version_and_its_failure_too(shop: Wire) -> None:
    row = book(shop, make_bookable(shop))
    shop.deliver_due()
    delivery.act_on_error(shop.texts()[0], "30008", now=clock.now())
    again = shop.texts()[1]
    assert (again.appointment, again.appointment_version) == (row, 1)
    delivery.act_on_error(again, "30008", now=clock.now())
    assert CallbackTask.objects.get().reason == TaskReason.APPOINTMENT


@pytest.mark.parametrize("prefix", ["reminder", "waitlist", "kept"])
def test_nobody_calls_about_a_text_that_may_be_missed(shop: Wire, prefix: str) -> None:
    book(shop, make_bookable(shop))
    (text,) = shop.texts()
    text.idem_key = f"{prefix}:7"
    text.save()
    delivery.act_on_error(text, "30005", now=clock.now())
    assert not CallbackTask.objects.exists()


def test_a_confirmation_in_a_paused_thread_becomes_a_call(shop: Wire) -> None:
    make_conversation(customer(shop), shop.number, automation_paused=True)
    book(shop, make_bookable(shop))
    shop.deliver_due()
    assert (shop.sent, shop.texts()[0].suppression) == ([], Suppression.TAKEN_OVER)
    assert CallbackTask.objects.get().reason == TaskReason.APPOINTMENT


def test_staff_send_again_only_what_still_holds(shop: Wire) -> None:
    row = book(shop, make_bookable(shop))
    (text,) = shop.texts()
    text.status = MessageStatus.FAILED
    text.save()
    assert outbound.retry(text, by=make_user(), now=clock.now())
    again = shop.texts()[1]
    assert (again.kind, again.appointment, again.appointment_version) == (MessageKind.STAFF, row, 1)
    booking.reschedule(row, starts_at=THURSDAY + timedelta(hours=1), by=BookedBy.STAFF, now=NOON, version=1)
    shop.deliver_due()
    again.refresh_from_db()
    assert (again.suppression, shop.sent) == (Suppression.OUTDATED, [])
    text.refresh_from_db()
    assert not outbound.retry(text, by=make_user(), now=clock.now())


# ---------------------------------------------------------------- lost tasks
def test_what_a_lost_task_should_have_told_is_told_by_the_sweep(shop: Wire, at: time_machine.Traveller) -> None:
    wanted = booking.Wanted(
        service=make_bookable(shop), location=shop.number.location, starts_at=THURSDAY, lead=customer(shop)
    )  # fmt: skip
    booking.book(wanted, by=BookedBy.PAGE, now=NOON)
    assert (appointment_events.catch_up(NOON), shop.texts()) == (0, [])
    at.shift(timedelta(minutes=2))
    assert (appointment_events.catch_up(clock.now()), len(shop.texts())) == (1, 1)
    assert (appointment_events.catch_up(clock.now()), len(shop.texts())) == (1, 1)
    at.shift(timedelta(minutes=40))
    assert appointment_events.catch_up(clock.now()) == 0


def test_a_task_for_an_event_that_is_gone_does_nothing(shop: Wire) -> None:
    tasks.appointment_event(987654)
    tasks.callback_promised(987654)
    assert shop.texts() == []


# ---------------------------------------------------------------- calls that were promised
def test_a_promised_call_is_confirmed_by_text(shop: Wire) -> None:
    window = Window(THURSDAY + timedelta(hours=4), THURSDAY + timedelta(hours=6))
    for _ in range(2):
        callback_windows.ask(shop.number.location, lead=customer(shop), window=window, now=NOON, cause="page:1")
    event = LeadEvent.objects.get(kind="callback.promised")
    tasks.callback_promised(event.pk)
    tasks.callback_promised(event.pk)
    shop.deliver_due()
    assert shop.sent == [
        (
            CALLER,
            "Alder Plumbing: we will call you on Thu, Jun 18 between 2 and 4 PM. If it cannot wait, write to us here. "
            "Reply STOP to opt out.",
        )
    ]


def test_a_call_as_soon_as_possible_names_no_window_and_gets_no_text(shop: Wire) -> None:
    callback_windows.ask(shop.number.location, lead=customer(shop), window=None, now=NOON, cause="page:1")
    assert not LeadEvent.objects.filter(kind="callback.promised").exists()


def test_links_of_other_versions_are_kept_apart(shop: Wire) -> None:
    make_resource(shop.business)
    row = book(shop, make_bookable(shop))
    move(row, THURSDAY + timedelta(hours=1))
    assert sorted(BookingLink.objects.values_list("version", flat=True)) == [1, 2]
