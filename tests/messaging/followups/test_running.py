"""Steps are taken once, on time, within caps, and what is late is left out."""

from datetime import UTC, datetime, time, timedelta

import pytest
import time_machine

from leads.enums import TaskReason
from leads.models import CallbackTask, LeadEvent
from messaging.enums import MessageKind, MessageStatus
from messaging.escalation.enums import EscalationClass
from messaging.followups import running, steps
from messaging.followups.enums import Anchor, Trigger, Unit
from messaging.models import Enrollment, Escalation, EscalationPolicy, EscalationStep, Message, StepRun
from recoverline.lib import clock
from tests.factories import NOON, make_message, phone
from tests.messaging.followups.course import (
    CALL,
    TASK,
    begin,
    due_in,
    enroll,
    follow_ups,
    make_sequence,
    make_step,
    make_thread,
    runs,
    state,
    sweep,
)
from tests.messaging.threads import run_at_once
from tests.wire import Wire

pytestmark = pytest.mark.django_db(transaction=True)

DAY, HOUR, MINUTE = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)


def test_every_step_goes_out_once_on_its_day(wire: Wire, at: time_machine.Traveller) -> None:
    enrollment = begin(wire, {}, {"body": "{business} again"}, {"anchor": Anchor.LAST_TEXT, "delay_amount": 2})
    assert sweep() == 0
    for expected in (1, 2, 4):
        at.move_to(NOON + expected * DAY)
        assert (sweep(), sweep()) == (1, 0)
        wire.deliver_due()
    assert [body for _, body in wire.sent] == ["Step 1 from Alder Plumbing", "Alder Plumbing again",
                                               "Step 3 from Alder Plumbing"]  # fmt: skip
    assert state(enrollment) == ("finished", "", 3)
    assert [run[:2] for run in runs(enrollment)] == [(0, "sent"), (1, "sent"), (2, "sent")]
    assert [text.idem_key for text in follow_ups(wire)] == [f"step:{enrollment.key}:{step}" for step in range(3)]
    kinds = list(LeadEvent.objects.filter(kind__startswith="follow_up").order_by("id").values_list("kind", flat=True))
    assert kinds == ["follow_up.began", "follow_up.finished"]


def test_no_delay_means_at_once(wire: Wire, at: time_machine.Traveller) -> None:
    at.move_to(NOON + timedelta(seconds=17))
    begin(wire, {"delay_amount": 0})
    assert sweep() == 1


def test_a_spanish_conversation_gets_spanish(wire: Wire, at: time_machine.Traveller) -> None:
    make_sequence(wire, {"body_es": "Hola de {business}"}, {"body_es": ""})
    spanish = enroll(make_thread(wire, language="es"))
    assert spanish is not None
    for days in (1, 2):
        at.move_to(NOON + days * DAY)
        sweep()
    assert [text.body for text in follow_ups(wire)] == ["Hola de Alder Plumbing", "Step 2 from Alder Plumbing"]


def test_a_call_that_nobody_is_asked_to_make_is_a_task(wire: Wire, at: time_machine.Traveller) -> None:
    enrollment = begin(wire, CALL)
    at.move_to(NOON + DAY)
    sweep()
    task = CallbackTask.objects.get()
    assert (task.reason, task.detail, runs(enrollment)[0][:2]) == (TaskReason.FOLLOW_UP, CALL["body"], (0, "task"))


def test_tasks_and_calls_are_for_the_team(wire: Wire, at: time_machine.Traveller) -> None:
    policy = EscalationPolicy.objects.create(business=wire.business, name="All", applies_to=["follow_up"])
    EscalationStep.objects.create(policy=policy, channel="text", target="owner")
    enrollment = begin(wire, TASK, CALL)
    for days in (1, 2):
        at.move_to(NOON + days * DAY)
        sweep()
        sweep()
    task = CallbackTask.objects.get()
    assert (task.reason, task.detail, task.lead) == (TaskReason.FOLLOW_UP, TASK["body"], enrollment.lead)
    escalation = Escalation.objects.get()
    assert (escalation.kind, escalation.summary) == (EscalationClass.FOLLOW_UP, CALL["body"])
    assert [run[:2] for run in runs(enrollment)] == [(0, "task"), (1, "called")]
    assert StepRun.objects.get(position=0).task == task
    assert follow_ups(wire) == []


def test_a_step_waits_for_its_window_and_the_night(wire: Wire, at: time_machine.Traveller) -> None:
    """12 hours after 2 PM is 2 AM: quiet until eight, and the step itself begins at nine."""
    enrollment = begin(
        wire, {"delay_amount": 12, "delay_unit": Unit.HOURS, "window_from": time(9), "window_until": time(19)}
    )
    assert due_in(enrollment, NOON) == 19 * HOUR
    at.move_to(NOON + 19 * HOUR)
    assert sweep() == 1
    text = follow_ups(wire)[0]
    assert text.expires_at == clock.now() + 4 * HOUR


def test_a_text_does_not_outlive_its_window(wire: Wire, at: time_machine.Traveller) -> None:
    begin(wire, {"delay_amount": 4, "delay_unit": Unit.HOURS, "window_from": time(9), "window_until": time(19)})
    at.move_to(NOON + 4 * HOUR)
    sweep()
    assert follow_ups(wire)[0].expires_at == NOON + 5 * HOUR


@pytest.mark.parametrize(
    ("late", "outcome"),
    [(timedelta(), "sent"), (30 * MINUTE, "sent"), (240 * MINUTE, "sent"), (241 * MINUTE, "skipped")],
)
def test_what_is_late_is_sent_while_it_is_valid_and_never_after(
    late: timedelta, outcome: str, wire: Wire, at: time_machine.Traveller
) -> None:
    enrollment = begin(wire)
    at.move_to(NOON + DAY + late)
    sweep()
    assert runs(enrollment)[0][1] == outcome
    assert due_in(enrollment, NOON) == 2 * DAY


def test_an_outage_over_several_steps_leaves_them_out(wire: Wire, at: time_machine.Traveller) -> None:
    enrollment = begin(wire)
    at.move_to(NOON + 2 * DAY + 5 * HOUR)
    sweep()
    assert runs(enrollment) == [(0, "skipped", steps.TOO_LATE), (1, "skipped", steps.TOO_LATE)]
    assert due_in(enrollment, NOON) == 3 * DAY
    at.move_to(NOON + 40 * DAY)
    sweep()
    assert state(enrollment) == ("finished", "", 3)
    assert follow_ups(wire) == []


def test_what_has_to_wait_for_the_morning_does_so_only_while_it_is_valid(
    wire: Wire, at: time_machine.Traveller
) -> None:
    """Due at 8:50 PM, seen at 9:10 PM: the morning is eleven hours away."""
    step = {"delay_amount": 410, "delay_unit": Unit.MINUTES}
    long = begin(wire, {**step, "valid_for_minutes": 12 * 60})
    long.sequence.steps.update(valid_for_minutes=60)
    short = enroll(make_thread(wire, phone="+12125550156"))
    assert short is not None
    at.move_to(NOON + 430 * MINUTE)
    assert sweep() == 1
    assert runs(short) == [(0, "skipped", steps.TOO_LATE)]
    assert (runs(long), due_in(long, NOON)) == ([], 18 * HOUR)
    at.move_to(NOON + 18 * HOUR)
    assert sweep() == 1
    text = follow_ups(wire)[0]
    assert text.expires_at == NOON + 410 * MINUTE + 12 * HOUR, "as long as before"


# ---------------------------------------------------------------- many, at once
def test_after_an_outage_nothing_bursts(
    wire: Wire, at: time_machine.Traveller, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(running, "AT_ONCE", 2)
    make_sequence(wire, {"valid_for_minutes": 20}, {})
    make_sequence(wire, {"valid_for_minutes": 60}, trigger=Trigger.NOT_BOOKED)
    for index in range(5):
        enroll(make_thread(wire, phone=phone()), Trigger.NO_REPLY if index < 2 else Trigger.NOT_BOOKED)
    at.move_to(NOON + DAY + 30 * MINUTE)
    assert [sweep() for _ in range(4)] == [2, 2, 1, 0]
    assert [run.outcome for run in StepRun.objects.order_by("pk")] == ["skipped"] * 2 + ["sent"] * 3


def test_a_poisoned_one_stands_in_nobodys_way(wire: Wire, at: time_machine.Traveller) -> None:
    bad = begin(wire)
    good = enroll(make_thread(wire, phone=phone()))
    assert good is not None
    version = bad.version
    version.pk, version.number, version.digest, version.steps = None, 99, "x", [{"key": "broken"}]
    version.save()
    Enrollment.objects.filter(pk=bad.pk).update(version=version)
    at.move_to(NOON + DAY)
    assert sweep() == 1
    assert runs(good)[0][1] == "sent"
    assert due_in(bad, NOON + DAY) == running.PUT_OFF


def test_ticks_at_the_same_moment_take_a_step_once(wire: Wire, at: time_machine.Traveller) -> None:
    enrollments = [begin(wire)] + [enroll(make_thread(wire, phone=phone())) for _ in range(5)]
    at.move_to(NOON + DAY)
    now = clock.now()
    assert sum(run_at_once([lambda: running.sweep(now)] * 4)) == len(enrollments)
    assert len(follow_ups(wire)) == len(enrollments)


@pytest.mark.parametrize("jump", [-10 * MINUTE, -HOUR, HOUR, -MINUTE / 2, MINUTE / 2])
def test_a_clock_that_jumps_sends_nothing_twice_and_loses_nothing(
    jump: timedelta, wire: Wire, at: time_machine.Traveller
) -> None:
    enrollment = begin(wire)
    for days in (1, 2, 3):
        for moment in (timedelta(), jump, timedelta(seconds=10)):
            at.move_to(NOON + days * DAY + moment)
            sweep()
            wire.deliver_due()
    assert [body[:6] for _, body in wire.sent] == ["Step 1", "Step 2", "Step 3"]
    assert state(enrollment)[0] == "finished"


# ---------------------------------------------------------------- edits
def test_an_edit_neither_repeats_nor_skips_anything_for_whoever_is_in_it(
    wire: Wire, at: time_machine.Traveller
) -> None:
    enrollment = begin(wire)
    at.move_to(NOON + DAY)
    sweep()
    sequence = enrollment.sequence
    sequence.steps.all().delete()
    make_step(sequence, 1, delay_amount=1, delay_unit=Unit.HOURS, body="New first")
    make_step(sequence, 2, body="New second")
    later = enroll(make_thread(wire, phone=phone()))
    assert later is not None
    for days in (2, 3, 4):
        at.move_to(NOON + days * DAY)
        sweep()
    mine = Message.objects.filter(lead=enrollment.lead).order_by("id").values_list("body", flat=True)
    assert [body[:6] for body in mine] == ["Step 1", "Step 2", "Step 3"]
    assert sorted(sequence.versions.values_list("number", flat=True)) == [1, 2]
    theirs = Message.objects.filter(lead=later.lead).order_by("id").values_list("body", flat=True)
    assert list(theirs) == ["New second"], "an hour after noon the day before is too late by now"


def test_a_sequence_that_is_switched_off_sends_nothing_more(wire: Wire, at: time_machine.Traveller) -> None:
    enrollment = begin(wire)
    type(enrollment.sequence).objects.update(is_active=False)
    at.move_to(NOON + DAY)
    sweep()
    assert state(enrollment) == ("stopped", "by_hand", 0)
    assert LeadEvent.objects.get(kind="follow_up.stopped").text == "Follow-ups stopped: The sequence is switched off"


# ---------------------------------------------------------------- caps and the gap
def test_nobody_gets_more_than_the_cap_in_thirty_days(wire: Wire, at: time_machine.Traveller) -> None:
    wire.business.follow_ups_per_lead = 2
    wire.business.save()
    enrollment = begin(wire)
    old = make_message(enrollment.conversation, kind=MessageKind.FOLLOW_UP, created_at=NOON - 31 * DAY)
    held = make_message(
        enrollment.conversation, kind=MessageKind.FOLLOW_UP, created_at=NOON - DAY, status=MessageStatus.SUPPRESSED
    )
    for days in (1, 2, 3):
        at.move_to(NOON + days * DAY)
        sweep()
    assert [text.body[:6] for text in follow_ups(wire) if text not in (old, held)] == ["Step 1", "Step 2"]
    assert state(enrollment) == ("stopped", "capped", 2)


@pytest.mark.parametrize(("valid", "outcome", "waits"), [(120, "skipped", None), (360, "sent", 5 * HOUR)])
def test_texts_of_different_sequences_keep_apart(
    valid: int, outcome: str, waits: timedelta | None, wire: Wire, at: time_machine.Traveller
) -> None:
    enrollment = begin(wire, {"valid_for_minutes": valid})
    make_message(enrollment.conversation, kind=MessageKind.FOLLOW_UP, created_at=NOON + 9 * HOUR)
    at.move_to(NOON + DAY)
    sweep()
    if waits is not None:
        assert due_in(enrollment, NOON + DAY) == waits
        at.shift(waits)
        assert sweep() == 1
        assert follow_ups(wire)[-1].expires_at == NOON + DAY + timedelta(minutes=valid)
    assert runs(enrollment)[0][1] == outcome
    assert runs(enrollment)[0][2] == ("" if waits else running.TOO_SOON)


def test_nothing_is_sent_to_somebody_who_waits_for_us(wire: Wire, at: time_machine.Traveller) -> None:
    enrollment = begin(wire, trigger=Trigger.ESTIMATE)
    thread = enrollment.conversation
    thread.needs_reply = True
    thread.save()
    at.move_to(NOON + DAY)
    sweep()
    assert runs(enrollment) == [(0, "skipped", running.THEY_WAIT)]


def test_a_text_with_a_wrong_placeholder_is_left_out(wire: Wire, at: time_machine.Traveller) -> None:
    enrollment = begin(wire, {"body": "Hello {nobody}"}, {})
    at.move_to(NOON + DAY)
    sweep()
    assert runs(enrollment) == [(0, "skipped", running.UNKNOWN_PLACEHOLDER)]


def test_the_recipient_has_the_clock(wire: Wire, at: time_machine.Traveller) -> None:
    """An hour after 2 PM in New York is noon in Los Angeles; at nine in the evening there it is midnight here."""
    thread = make_thread(wire, phone="+12135550155")
    make_sequence(wire, {"delay_amount": 0, "at_time": time(19, 30), "window_until": time(20), "window_from": time(9)})
    enrollment = enroll(thread)
    assert enrollment is not None
    assert enrollment.due_at == datetime(2026, 6, 18, 2, 30, tzinfo=UTC)
