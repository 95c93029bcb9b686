"""Reminders: planned with the booking, sent when due, dead when the visit moves or is canceled."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine

from leads.models import CallbackTask
from messaging import reminders, tasks
from messaging.enums import Handler, MessageStatus, ReminderState, Suppression
from messaging.models import Conversation, PhoneNumber, Reminder
from recoverline.lib import clock
from scheduling import booking, links
from scheduling.enums import BookedBy
from scheduling.models import Appointment
from tests.factories import NOON, make_booking_settings, make_opt_out, make_script, make_user
from tests.messaging.threads import run_at_once
from tests.messaging.visits import THURSDAY, book, cancel, customer, make_bookable, move, tell
from tests.wire import CALLER, Wire

pytestmark = pytest.mark.django_db(transaction=True)

SATURDAY = THURSDAY + timedelta(days=2)
DAY, TWO_HOURS = 24 * 60, 120


@pytest.fixture
def at() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller


@pytest.fixture
def shop(at: time_machine.Traveller, wire: Wire) -> Wire:
    return wire


@pytest.fixture
def visit(shop: Wire) -> Appointment:
    """On Saturday at 10 AM, with reminders on Friday at 10 AM and Saturday at 8 AM."""
    row = book(shop, make_bookable(shop), at=SATURDAY)
    shop.deliver_due()
    return row


def planned() -> list[tuple[int, int]]:
    rows = Reminder.objects.filter(state=ReminderState.PLANNED).order_by("due_at")
    return list(rows.values_list("version", "minutes_before"))


def states() -> list[tuple[int, int, str, str]]:
    rows = Reminder.objects.order_by("version", "-minutes_before")
    return [(row.version, row.minutes_before, row.state, row.reason) for row in rows]


def sweep() -> int:
    return reminders.sweep(clock.now())


# ---------------------------------------------------------------- planning
def test_a_booking_plans_its_reminders_once(visit: Appointment) -> None:
    tell()
    rows = Reminder.objects.order_by("due_at").values_list("version", "minutes_before", "due_at")
    assert list(rows) == [
        (1, DAY, SATURDAY - timedelta(days=1)),
        (1, TWO_HOURS, SATURDAY - timedelta(hours=2)),
    ]


def test_a_business_chooses_when(shop: Wire) -> None:
    make_booking_settings(shop.business, reminder_minutes=[180, 2880, 60])
    book(shop, make_bookable(shop), at=SATURDAY + timedelta(hours=2))
    assert planned() == [(1, 2880), (1, 180), (1, 60)]


def test_a_business_may_want_none(shop: Wire) -> None:
    make_booking_settings(shop.business, reminder_minutes=[])
    book(shop, make_bookable(shop), at=SATURDAY)
    assert planned() == []


@pytest.mark.parametrize(("hours", "minutes"), [
    (2, []),  # its time is now
    (3, []),  # an hour after the booking
    (3.5, [TWO_HOURS]),
    (24, [TWO_HOURS]),
    (25, [TWO_HOURS]),
    (25.5, [DAY, TWO_HOURS]),
])  # fmt: skip
def test_what_would_come_right_after_the_booking_is_not_planned(shop: Wire, hours: float, minutes: list[int]) -> None:
    make_booking_settings(shop.business)
    book(shop, make_bookable(shop), at=NOON + timedelta(hours=hours), by=BookedBy.STAFF)
    assert [before for _, before in planned()] == minutes


@pytest.mark.parametrize(("local_hour", "due_hour"), [(8, None), (8.5, 8), (9, 8), (10, 8), (12, 10), (22 - 1, 19)])
def test_nobody_is_woken_by_a_reminder(shop: Wire, local_hour: float, due_hour: int | None) -> None:
    """Two hours before the visit, but not before 8 AM in New York, and not later than half an hour before it."""
    make_booking_settings(shop.business, reminder_minutes=[TWO_HOURS])
    midnight = NOON.replace(day=20, hour=4)
    book(shop, make_bookable(shop), at=midnight + timedelta(hours=local_hour))
    due = [row.due_at for row in Reminder.objects.all()]
    assert due == ([] if due_hour is None else [midnight + timedelta(hours=due_hour)])


def test_of_two_that_the_night_brings_together_the_nearer_is_kept(shop: Wire) -> None:
    make_booking_settings(shop.business, reminder_minutes=[180, 120])
    book(shop, make_bookable(shop), at=NOON.replace(day=20, hour=13))
    assert planned() == [(1, 120)]


def test_the_hours_are_those_of_the_location(shop: Wire) -> None:
    shop.number.location.time_zone = "America/Los_Angeles"
    shop.number.location.save()
    make_booking_settings(shop.business, reminder_minutes=[TWO_HOURS])
    book(shop, make_bookable(shop), at=SATURDAY + timedelta(hours=2))  # 9 AM in Los Angeles
    assert [row.due_at for row in Reminder.objects.all()] == [SATURDAY + timedelta(hours=1)]


# ---------------------------------------------------------------- sending
def test_a_reminder_asks_for_a_letter_and_leaves_once(
    shop: Wire, visit: Appointment, at: time_machine.Traveller
) -> None:
    at.move_to(SATURDAY - timedelta(days=1, seconds=1))
    assert sweep() == 0
    at.move_to(SATURDAY - timedelta(days=1))
    assert (sweep(), sweep()) == (1, 0)
    shop.deliver_due()
    link = links.link_to_manage(visit, now=clock.now())
    assert shop.sent[1:] == [
        (
            CALLER,
            "Alder Plumbing: a reminder of Drain cleaning, Sat, Jun 20 (tomorrow) at 10 AM. Reply C to confirm. "
            f"To change it: {link}",
        )
    ]
    row = Reminder.objects.get(minutes_before=DAY)
    assert (row.state, row.message, row.message and row.message.appointment_version) == ("queued", shop.texts()[1], 1)
    assert planned() == [(1, TWO_HOURS)]


def test_the_tick_sends_reminders(shop: Wire, visit: Appointment, at: time_machine.Traveller) -> None:
    at.move_to(SATURDAY - timedelta(days=1))
    tasks.tick()
    assert len(shop.texts()) == 2


def test_who_has_confirmed_is_reminded_once_more_without_a_question(
    shop: Wire, visit: Appointment, at: time_machine.Traveller
) -> None:
    at.move_to(SATURDAY - timedelta(days=1, hours=3))
    booking.confirm_attendance(visit, version=1, now=clock.now())
    at.move_to(SATURDAY - timedelta(days=1))
    assert sweep() == 0
    at.move_to(SATURDAY - timedelta(hours=2))
    assert sweep() == 1
    assert shop.texts()[1].body == (
        "Alder Plumbing: a reminder of Drain cleaning, Sat, Jun 20 (today) at 10 AM. To change it: "
        f"{links.link_to_manage(visit, now=clock.now())}"
    )
    assert states() == [
        (1, DAY, "skipped", "The customer has said already that they will be there."),
        (1, TWO_HOURS, "queued", ""),
    ]


def test_the_businesss_own_words_are_used(shop: Wire, visit: Appointment, at: time_machine.Traveller) -> None:
    make_script(shop.business, kind="booking_reminder", body="{business}: {when}, at {location} {city}. {confirm}")
    at.move_to(SATURDAY - timedelta(days=1))
    sweep()
    assert shop.texts()[1].body == "Alder Plumbing: Sat, Jun 20 (tomorrow) at 10 AM, at Main. Reply C to confirm."


def test_the_second_reminder_does_not_repeat_the_first(
    shop: Wire, visit: Appointment, at: time_machine.Traveller
) -> None:
    for before in (timedelta(days=1), timedelta(hours=2)):
        at.move_to(SATURDAY - before)
        assert sweep() == 1
        shop.deliver_due()
    first, second = (body for _, body in shop.sent[1:])
    assert second == first.replace("tomorrow", "today") != first


def test_two_workers_send_one(shop: Wire, visit: Appointment, at: time_machine.Traveller) -> None:
    at.move_to(SATURDAY - timedelta(days=1))
    now = clock.now()
    assert sorted(run_at_once([lambda: reminders.sweep(now)] * 6)) == [0, 0, 0, 0, 0, 1]
    assert [text.idem_key.partition(":")[0] for text in shop.texts()] == ["appointment", "reminder"]


# ---------------------------------------------------------------- not sending
def test_reminders_follow_a_visit_that_moves(shop: Wire, visit: Appointment, at: time_machine.Traveller) -> None:
    move(visit, SATURDAY + timedelta(days=1))
    assert planned() == [(2, DAY), (2, TWO_HOURS)]
    assert [row for row in states() if row[0] == 1] == [
        (1, DAY, "skipped", "The appointment was moved or canceled."),
        (1, TWO_HOURS, "skipped", "The appointment was moved or canceled."),
    ]
    at.move_to(SATURDAY - timedelta(days=1))
    assert sweep() == 0
    at.move_to(SATURDAY)
    assert sweep() == 1


@pytest.mark.parametrize("end", ["cancel", "complete", "no show"])
def test_reminders_die_with_the_visit(shop: Wire, visit: Appointment, at: time_machine.Traveller, end: str) -> None:
    if end == "cancel":
        cancel(visit)
        assert planned() == []
    elif end == "complete":
        booking.complete(visit, actor=make_user(), now=clock.now())
    else:
        booking.mark_no_show(visit, actor=make_user(), now=clock.now())
    at.move_to(SATURDAY - timedelta(days=1))
    assert sweep() == 0
    assert {row[2:] for row in states() if row[1] == DAY} == {("skipped", "The appointment was moved or canceled.")}


def test_a_reminder_that_waits_in_the_outbox_dies_with_a_move(
    shop: Wire, visit: Appointment, at: time_machine.Traveller
) -> None:
    """Even before anybody has handled the event of the move."""
    at.move_to(SATURDAY - timedelta(days=1))
    sweep()
    booking.reschedule(
        visit, starts_at=SATURDAY + timedelta(days=1), by=BookedBy.STAFF, now=clock.now(), version=1
    )  # fmt: skip
    shop.deliver_due()
    reminder = shop.texts()[1]
    assert (reminder.status, reminder.suppression) == (MessageStatus.SUPPRESSED, Suppression.OUTDATED)
    assert (len(shop.sent), CallbackTask.objects.count()) == (1, 0)


@pytest.mark.parametrize(("minutes", "count"), [(0, 1), (119, 1), (120, 0), (600, 0)])
def test_a_late_reminder_is_not_sent(
    shop: Wire, visit: Appointment, at: time_machine.Traveller, minutes: int, count: int
) -> None:
    at.move_to(SATURDAY - timedelta(days=1) + timedelta(minutes=minutes))
    assert sweep() == count
    assert [row[2:] for row in states()][:1] == [("queued", "") if count else ("skipped", "It was too late for it.")]


def test_what_waits_too_long_in_the_outbox_expires_without_a_call(
    shop: Wire, visit: Appointment, at: time_machine.Traveller
) -> None:
    at.move_to(SATURDAY - timedelta(hours=2))
    sweep()
    text = Reminder.objects.get(minutes_before=TWO_HOURS).message
    assert text is not None
    assert text.expires_at == SATURDAY - timedelta(minutes=30)
    at.move_to(SATURDAY - timedelta(minutes=30))
    shop.deliver_due()
    text.refresh_from_db()
    assert (text.status, CallbackTask.objects.count()) == (MessageStatus.EXPIRED, 0)


@pytest.mark.parametrize(("why", "reason"), [
    ("opted out", "Opted out"),
    ("landline", "No text can reach this customer."),
    ("switched off", "No text can reach this customer."),
    ("paused", "Automatic texts are paused in this conversation."),
])  # fmt: skip
def test_who_cannot_or_must_not_be_texted_is_not(
    shop: Wire, visit: Appointment, at: time_machine.Traveller, why: str, reason: str
) -> None:
    if why == "opted out":
        make_opt_out(shop.business, phone=CALLER)
    if why == "landline":
        type(customer(shop)).objects.update(is_landline=True)
    if why == "switched off":
        PhoneNumber.objects.update(is_active=False)
    if why == "paused":
        Conversation.objects.update(automation_paused=True)
    at.move_to(SATURDAY - timedelta(days=1))
    assert sweep() == 0
    assert states()[0][2:] == ("skipped", reason)
    assert (len(shop.texts()), CallbackTask.objects.count()) == (1, 0)


def test_a_visit_is_real_whoever_writes(shop: Wire, visit: Appointment, at: time_machine.Traveller) -> None:
    """A person who has taken the conversation over does not keep the reminder from leaving."""
    Conversation.objects.update(handler=Handler.PERSON)
    at.move_to(SATURDAY - timedelta(days=1))
    assert sweep() == 1
    shop.deliver_due()
    assert len(shop.sent) == 2


def test_stop_between_the_sweep_and_the_sender_holds(
    shop: Wire, visit: Appointment, at: time_machine.Traveller
) -> None:
    at.move_to(SATURDAY - timedelta(days=1))
    sweep()
    make_opt_out(shop.business, phone=CALLER)
    shop.deliver_due()
    assert (len(shop.sent), shop.texts()[1].suppression) == (1, Suppression.OPTED_OUT)


def test_one_that_breaks_does_not_stop_the_others(
    shop: Wire, visit: Appointment, at: time_machine.Traveller, monkeypatch: pytest.MonkeyPatch
) -> None:
    book(shop, make_bookable(shop, "Leak repair"), at=SATURDAY)
    send = reminders._send
    first = Reminder.objects.order_by("due_at", "id")[0].pk

    def break_first(pk: int, *, now: object) -> bool:
        if pk == first:
            raise RuntimeError("broken")
        return bool(send(pk, now=now))  # type: ignore[arg-type]  # the real one's own

    monkeypatch.setattr(reminders, "_send", break_first)
    at.move_to(SATURDAY - timedelta(days=1))
    assert sweep() == 1
