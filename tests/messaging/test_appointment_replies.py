"""What a customer's text does to their visit, and when the robot leaves it to a person."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine

from leads.enums import TaskReason
from leads.models import CallbackTask, LeadEvent
from messaging import reminders
from messaging.enums import MessageKind, MessageStatus
from messaging.models import Conversation, OptOut
from recoverline.lib import clock
from scheduling import links
from scheduling.enums import AppointmentStatus
from scheduling.models import Appointment
from tests.factories import NOON, make_booking_settings, make_conversation, make_message
from tests.messaging.visits import THURSDAY, bodies, book, customer, kinds, make_bookable, move, say
from tests.wire import CALLER, Wire

pytestmark = pytest.mark.django_db(transaction=True)

SATURDAY = THURSDAY + timedelta(days=2)
FRIDAY = SATURDAY - timedelta(days=1)


@pytest.fixture
def at() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller


@pytest.fixture
def shop(at: time_machine.Traveller, wire: Wire) -> Wire:
    return wire


@pytest.fixture
def visit(shop: Wire) -> Appointment:
    row = book(shop, make_bookable(shop), at=SATURDAY)
    shop.deliver_due()
    return row


@pytest.fixture
def reminded(shop: Wire, visit: Appointment, at: time_machine.Traveller) -> Appointment:
    """A minute after the reminder of the day before."""
    at.move_to(FRIDAY)
    reminders.sweep(clock.now())
    shop.deliver_due()
    at.shift(timedelta(minutes=1))
    return visit


def thread() -> Conversation:
    return Conversation.objects.get()


def state_of(row: Appointment) -> tuple[str, bool]:
    row.refresh_from_db()
    return row.status, row.customer_confirmed_at is not None


BOOKED, CANCELED = AppointmentStatus.CONFIRMED, AppointmentStatus.CANCELED


# ---------------------------------------------------------------- yes
@pytest.mark.parametrize("text", ["C", "Confirmed!", "yes", "👍", "Sí, confirmo mi cita", "ok see you then"])
def test_they_will_be_there(shop: Wire, reminded: Appointment, text: str) -> None:
    say(shop, text)
    assert state_of(reminded) == (BOOKED, True)
    assert not thread().needs_reply
    assert bodies(shop)[2:] == ["Alder Plumbing: thank you, see you on Sat, Jun 20 at 10 AM."]
    say(shop, text)
    assert (len(shop.texts()), LeadEvent.objects.filter(kind="appointment.confirmed").count()) == (3, 1)


@pytest.mark.parametrize("text", ["yes", "ok", "👍", "no"])
def test_a_bare_yes_counts_right_after_our_question_only(
    shop: Wire, reminded: Appointment, at: time_machine.Traveller, text: str
) -> None:
    make_message(thread(), "Shall we bring the white faucet?", kind="staff", created_at=clock.now())
    at.shift(timedelta(hours=1))
    say(shop, text)
    assert state_of(reminded) == (BOOKED, False)
    assert thread().needs_reply


def test_a_yes_that_the_carrier_takes_for_start_is_an_answer(shop: Wire, reminded: Appointment) -> None:
    say(shop, "YES", OptOutType="START")
    assert state_of(reminded) == (BOOKED, True)
    assert kinds(shop)[2:] == ["kept"]


def test_after_stop_a_yes_of_the_carrier_only_opens_the_line(shop: Wire, reminded: Appointment) -> None:
    say(shop, "STOP")
    say(shop, "YES", OptOutType="START")
    assert (OptOut.objects.get().revoked_at, state_of(reminded)) == (clock.now(), (BOOKED, False))


def test_an_old_question_is_none(shop: Wire, reminded: Appointment, at: time_machine.Traveller) -> None:
    moved = move(reminded, SATURDAY + timedelta(days=5))
    say(shop, "yes")
    assert state_of(moved) == (BOOKED, False)


def test_a_letter_counts_without_a_question(shop: Wire, visit: Appointment) -> None:
    say(shop, "C")
    assert state_of(visit) == (BOOKED, True)


def test_a_reply_with_more_in_it_waits_for_a_person(shop: Wire, reminded: Appointment) -> None:
    say(shop, "C. Do I need to clear the sink?")
    assert state_of(reminded) == (BOOKED, False)
    assert thread().needs_reply
    say(shop, "Yes, confirmed. The gate code is 4471.")
    assert state_of(reminded) == (BOOKED, True)
    assert thread().needs_reply


def test_what_they_asked_a_minute_before_still_waits(shop: Wire, reminded: Appointment) -> None:
    say(shop, "How much will it be?")
    say(shop, "C")
    assert state_of(reminded) == (BOOKED, True)
    assert thread().needs_reply


def test_of_several_visits_the_one_we_asked_about_is_meant(
    shop: Wire, reminded: Appointment, at: time_machine.Traveller
) -> None:
    other = book(shop, make_bookable(shop, "Leak repair"), at=SATURDAY + timedelta(days=3))
    shop.deliver_due()
    at.shift(timedelta(minutes=1))
    say(shop, "C")
    assert (state_of(reminded), state_of(other)) == ((BOOKED, False), (BOOKED, False))
    assert thread().needs_reply
    at.move_to(SATURDAY - timedelta(hours=2))
    reminders.sweep(clock.now())
    shop.deliver_due()
    at.shift(timedelta(minutes=1))
    say(shop, "C")
    assert (state_of(reminded), state_of(other)) == ((BOOKED, True), (BOOKED, False))


# ---------------------------------------------------------------- no
@pytest.mark.parametrize("text", ["I need to cancel my appointment", "can't make it", "Necesito cancelar mi cita"])
def test_they_cancel(shop: Wire, reminded: Appointment, text: str) -> None:
    say(shop, text)
    assert state_of(reminded)[0] == CANCELED
    reminded.refresh_from_db()
    assert reminded.cancel_reason == f"By text: {text}"
    assert not thread().needs_reply
    assert kinds(shop) == ["appointment", "reminder", "appointment"]
    assert bodies(shop)[2].startswith("Alder Plumbing: Drain cleaning on Sat, Jun 20 at 10 AM is canceled.")
    assert not OptOut.objects.exists()


def test_of_several_none_is_canceled_by_a_guess(shop: Wire, reminded: Appointment) -> None:
    other = book(shop, make_bookable(shop, "Leak repair"), at=SATURDAY + timedelta(days=3))
    say(shop, "I need to cancel my appointment")
    assert (state_of(reminded)[0], state_of(other)[0]) == (BOOKED, BOOKED)
    assert (thread().needs_reply, len(shop.texts())) == (True, 3)


def test_too_late_to_cancel_needs_a_call(shop: Wire, reminded: Appointment, at: time_machine.Traveller) -> None:
    make_booking_settings(shop.business, cancel_notice_minutes=60 * 48)
    say(shop, "I need to cancel my appointment")
    say(shop, "please cancel my appointment!!")
    assert state_of(reminded)[0] == BOOKED
    assert bodies(shop)[2:] == [
        "Alder Plumbing: Drain cleaning on Sat, Jun 20 at 10 AM is too near to change it by text. "
        "Please call us: (555) 555-0100."
    ]
    task = CallbackTask.objects.get()
    assert (task.reason, task.detail) == (
        TaskReason.APPOINTMENT,
        "Wants to cancel, too late to do it by text: Sat, Jun 20 at 10 AM. Call",
    )
    assert thread().needs_reply


@pytest.mark.parametrize("word", ["CANCEL", "Please cancel", "Cancelar"])
def test_a_bare_cancel_ends_the_texts_and_a_person_asks_about_the_visit(
    shop: Wire, reminded: Appointment, at: time_machine.Traveller, word: str
) -> None:
    say(shop, word)
    say(shop, word)
    assert OptOut.objects.get().phone == CALLER
    assert state_of(reminded) == (BOOKED, False)
    task = CallbackTask.objects.get()
    assert (task.reason, task.detail) == (
        TaskReason.APPOINTMENT,
        "Bare CANCEL: opted out of texts; has an appointment on Sat, Jun 20 at 10 AM: call",
    )
    at.move_to(SATURDAY - timedelta(hours=2))
    assert reminders.sweep(clock.now()) == 0


def test_stop_says_nothing_about_the_visit(shop: Wire, reminded: Appointment) -> None:
    say(shop, "STOP")
    assert (OptOut.objects.count(), CallbackTask.objects.count()) == (1, 0)
    assert state_of(reminded) == (BOOKED, False)


# ---------------------------------------------------------------- another time
def test_they_want_another_time(shop: Wire, reminded: Appointment) -> None:
    say(shop, "Can we move it to Monday?")
    say(shop, "or a different time on Saturday")
    assert state_of(reminded) == (BOOKED, False)
    assert bodies(shop)[2:] == [
        "Alder Plumbing: choose another time for Drain cleaning here: "
        f"{links.link_to_manage(reminded, now=clock.now())} Or call (555) 555-0100."
    ]
    assert thread().needs_reply
    text = shop.texts()[2]
    assert (text.kind, text.appointment_version) == (MessageKind.AUTO_REPLY, 1)


def test_one_burst_gets_one_answer(shop: Wire, reminded: Appointment, at: time_machine.Traveller) -> None:
    say(shop, "C")
    at.shift(timedelta(seconds=10))
    say(shop, "sorry, can we reschedule?")
    assert kinds(shop)[2:] == ["kept"]
    assert thread().needs_reply
    at.shift(timedelta(seconds=15))
    say(shop, "is there another time?")
    assert kinds(shop)[2:] == ["kept", "change"]


def test_too_late_to_move_needs_a_call(shop: Wire, reminded: Appointment) -> None:
    make_booking_settings(shop.business, move_notice_minutes=60 * 48)
    say(shop, "Can we reschedule?")
    assert bodies(shop)[2].endswith("Please call us: (555) 555-0100.")
    assert CallbackTask.objects.get().detail == (
        "Wants to move, too late to do it by text: Sat, Jun 20 at 10 AM. Call"
    )  # fmt: skip


def test_running_late_is_for_the_team(shop: Wire, reminded: Appointment, at: time_machine.Traveller) -> None:
    at.move_to(SATURDAY + timedelta(minutes=5))
    say(shop, "Running 10 minutes late, sorry!")
    event = LeadEvent.objects.get(kind="appointment.delayed")
    assert event.text == "The customer is running late: Drain cleaning, Sat Jun 20, 10:00"
    assert event.data == {"conversation": str(thread().key)}
    assert (thread().needs_reply, len(shop.texts())) == (True, 2)


# ---------------------------------------------------------------- leaving it to a person
@pytest.mark.parametrize("text", ["I need to cancel my appointment", "Can we reschedule?", "C"])
@pytest.mark.parametrize("why", ["a person wrote", "paused"])
def test_the_robot_never_talks_over_a_person(shop: Wire, reminded: Appointment, text: str, why: str) -> None:
    if why == "paused":
        Conversation.objects.update(automation_paused=True)
    else:
        make_message(thread(), "Hi, Ben here.", kind="staff", created_at=clock.now() - timedelta(minutes=29))
    before = len(shop.texts())
    say(shop, text)
    # That they will come may be noted in silence; nothing else is done.
    assert state_of(reminded) == (BOOKED, text == "C")
    assert (len(shop.texts()), thread().needs_reply) == (before, True)


def test_a_person_who_wrote_long_ago_does_not_silence_it(
    shop: Wire, reminded: Appointment, at: time_machine.Traveller
) -> None:
    make_message(thread(), "Hi, Ben here.", kind="staff", created_at=clock.now() - timedelta(minutes=31))
    say(shop, "C")
    assert kinds(shop)[-1] == "kept"


def test_a_person_who_writes_before_the_answer_leaves_keeps_it_back(shop: Wire, reminded: Appointment) -> None:
    say(shop, "C")
    make_message(thread(), "Great!", kind="staff", created_at=clock.now() + timedelta(seconds=1))
    shop.deliver_due()
    assert [text.status for text in shop.texts() if text.idem_key.startswith("kept")] == [MessageStatus.SUPPRESSED]


def test_danger_is_answered_first_and_alone(shop: Wire, reminded: Appointment) -> None:
    say(shop, "I can't make it, I smell gas in the house")
    assert kinds(shop)[2:] == ["danger"]
    assert state_of(reminded) == (BOOKED, False)


@pytest.mark.parametrize("text", ["C", "can't make it", "Can we reschedule?", "running late", "yes"])
def test_without_a_visit_it_is_a_text_like_any_other(shop: Wire, text: str) -> None:
    make_conversation(customer(shop), shop.number)
    say(shop, text)
    assert (shop.texts(), thread().needs_reply, CallbackTask.objects.count()) == ([], True, 0)


def test_a_visit_that_is_over_is_not_canceled(shop: Wire, reminded: Appointment, at: time_machine.Traveller) -> None:
    at.move_to(SATURDAY + timedelta(minutes=30))
    say(shop, "I need to cancel my appointment")
    assert state_of(reminded)[0] == BOOKED
    assert thread().needs_reply


def test_somebody_elses_visit_is_safe(shop: Wire, reminded: Appointment) -> None:
    say(shop, "I need to cancel my appointment", From="+15555550144")
    say(shop, "C", From="+15555550144")
    assert state_of(reminded) == (BOOKED, False)
