"""Pause, resume, skip, send now, stop: by people, once, and never more than they meant."""

from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from leads.models import Business, Lead, LeadEvent
from messaging.enums import MessageStatus
from messaging.followups import control, planning, results, steps
from messaging.followups.enums import Anchor, Trigger
from messaging.followups.versions import draft_terms
from messaging.models import Enrollment, Message
from recoverline.lib import clock
from tests.factories import NOON, make_opt_out, make_user, phone
from tests.messaging.followups.course import (
    TASK,
    begin,
    due_in,
    enroll,
    follow_ups,
    make_sequence,
    make_thread,
    runs,
    state,
    sweep,
    tell,
)
from tests.messaging.threads import run_at_once
from tests.messaging.visits import say
from tests.wire import CALLER, Wire

pytestmark = pytest.mark.django_db(transaction=True)

DAY, HOUR = timedelta(days=1), timedelta(hours=1)


def events(kind: str) -> list[str]:
    return list(LeadEvent.objects.filter(kind=kind).order_by("id").values_list("text", flat=True))


def test_a_pause_holds_everything_and_a_resume_sends_nothing_late(wire: Wire, at: time_machine.Traveller) -> None:
    enrollment, owner = begin(wire), make_user()
    at.move_to(NOON + HOUR)
    assert control.pause(enrollment, by=owner, now=clock.now())
    assert not control.pause(enrollment, by=owner, now=clock.now())
    at.move_to(NOON + 2 * DAY + 5 * HOUR)
    assert sweep() == 0
    assert state(enrollment) == ("paused", "", 0)
    assert control.resume(enrollment, by=owner, now=clock.now())
    assert not control.resume(enrollment, by=owner, now=clock.now())
    assert runs(enrollment) == [(0, "skipped", steps.TOO_LATE), (1, "skipped", steps.TOO_LATE)]
    assert (state(enrollment), due_in(enrollment, NOON)) == (("active", "", 2), 3 * DAY)
    assert LeadEvent.objects.get(kind="follow_up.paused").actor == owner


def test_a_pause_keeps_back_what_was_just_written(wire: Wire, at: time_machine.Traveller) -> None:
    enrollment = begin(wire)
    at.move_to(NOON + DAY)
    sweep()
    control.pause(enrollment, by=make_user(), now=clock.now())
    wire.deliver_due()
    assert wire.sent == []


def test_a_reply_ends_a_paused_one(wire: Wire, at: time_machine.Traveller) -> None:
    enrollment = begin(wire)
    control.pause(enrollment, by=make_user(), now=clock.now())
    at.shift(HOUR)
    say(wire, "Hello")
    assert state(enrollment) == ("stopped", "replied", 0)
    assert not control.resume(enrollment, by=make_user(), now=clock.now())


def test_a_step_is_skipped_once_and_the_next_keeps_its_time(wire: Wire, at: time_machine.Traveller) -> None:
    enrollment, owner = begin(wire), make_user()
    results_ = run_at_once([lambda: control.skip(enrollment, by=owner, now=NOON)] * 4)
    assert sorted(results_) == [False, False, False, True]
    assert runs(enrollment) == [(0, "skipped", control.BY_HAND)]
    assert (state(enrollment), due_in(enrollment, NOON)) == (("active", "", 1), 2 * DAY)
    for _ in range(2):
        assert control.skip(enrollment, by=owner, now=NOON)
        enrollment.refresh_from_db()
    assert not control.skip(enrollment, by=owner, now=NOON)
    assert state(enrollment) == ("finished", "", 3)


def test_send_now_is_once_and_counts_as_the_step(wire: Wire, at: time_machine.Traveller) -> None:
    enrollment, owner = begin(wire, {}, {"anchor": Anchor.LAST_TEXT}, TASK), make_user()
    at.move_to(NOON + HOUR)
    now = clock.now()
    said = run_at_once([lambda: control.send_now(enrollment, by=owner, now=now)] * 4)
    assert sorted(said) == ["", *[control.NOT_RUNNING] * 3]
    wire.deliver_due()
    assert len(wire.sent) == 1
    assert due_in(enrollment, NOON) == 2 * DAY + HOUR, "counted from the text that left early"
    assert events("follow_up.hastened") == ["Follow-up 1 was done at once"]
    at.move_to(NOON + DAY)
    assert sweep() == 0


def test_send_now_obeys_opt_out_quiet_hours_and_pauses(wire: Wire, at: time_machine.Traveller) -> None:
    enrollment, owner = begin(wire), make_user()
    at.move_to(NOON + 9 * HOUR)
    assert "Quiet hours" in control.send_now(enrollment, by=owner, now=clock.now())
    at.move_to(NOON + HOUR)
    control.pause(enrollment, by=owner, now=clock.now())
    assert control.send_now(enrollment, by=owner, now=clock.now()) == control.PAUSED
    control.resume(enrollment, by=owner, now=clock.now())
    make_opt_out(wire.business, phone=CALLER)
    assert control.send_now(enrollment, by=owner, now=clock.now()) == "They opted out."
    assert (follow_ups(wire), runs(enrollment)) == ([], [])


def test_stop_is_for_good(wire: Wire, at: time_machine.Traveller) -> None:
    enrollment, owner = begin(wire), make_user()
    assert control.stop(enrollment, by=owner, now=NOON)
    assert not control.stop(enrollment, by=owner, now=NOON)
    assert state(enrollment) == ("stopped", "by_hand", 0)
    assert Enrollment.objects.get().changed_by == owner
    assert control.send_now(enrollment, by=owner, now=NOON) == control.NOT_RUNNING


def test_a_business_pauses_and_goes_on_without_a_burst(wire: Wire, at: time_machine.Traveller) -> None:
    owner = make_user()
    early = begin(wire, {"valid_for_minutes": 60}, {})
    at.move_to(NOON + 22 * HOUR)
    late = enroll(make_thread(wire, phone=phone()))
    assert late is not None
    assert control.pause_all(wire.business, by=owner, now=clock.now())
    assert not control.pause_all(wire.business, by=owner, now=clock.now())
    at.move_to(NOON + 26 * HOUR)
    assert sweep() == 0
    assert enroll(make_thread(wire, phone=phone())) is None
    assert control.resume_all(wire.business, by=owner, now=clock.now())
    sweep()
    assert runs(early) == [(0, "skipped", steps.TOO_LATE)]
    assert runs(late) == []
    assert follow_ups(wire) == []


# ---------------------------------------------------------------- what is planned, what came of it
def test_a_plan_is_exactly_what_happens(wire: Wire, at: time_machine.Traveller) -> None:
    enrollment = begin(
        wire,
        {},
        {"delay_amount": 30, "delay_unit": "hours", "valid_for_minutes": 60},
        {"delay_amount": 2},
        {**TASK, "delay_amount": 3},
        {"anchor": Anchor.LAST_TEXT, "delay_amount": 2, "body": "Hi {caller_name}, {business}"},
        {"delay_amount": 1},
    )
    Lead.objects.update(name="Ana Diaz")
    enrollment.lead.refresh_from_db()
    planned = planning.plan(
        draft_terms(enrollment.sequence), lead=enrollment.lead, location=wire.number.location, anchor_at=NOON, now=NOON
    )
    assert [row.due_at and row.due_at - NOON for row in planned] == [DAY, None, 2 * DAY, 3 * DAY, 4 * DAY, None]
    assert [row.why for row in planned] == ["", planning.TOO_SOON, "", "", "", planning.TOO_LATE]
    assert planned[4].text == "Hi Ana, Alder Plumbing"
    for hours in range(24, 24 * 5, 6):
        at.move_to(NOON + hours * HOUR)
        sweep()
    happened = [(text.created_at - NOON, text.body) for text in follow_ups(wire)]
    assert happened == [(DAY, planned[0].text), (2 * DAY, planned[2].text), (4 * DAY, planned[4].text)]
    assert [run[1] for run in runs(enrollment)] == ["sent", "skipped", "sent", "task", "sent", "skipped"]


def test_results_are_counted_across_versions_in_few_queries(wire: Wire, at: time_machine.Traveller) -> None:
    sequence = make_sequence(wire, {}, {})
    people = [make_thread(wire, phone=phone()) for _ in range(3)]
    for thread in people[:2]:
        enroll(thread)
    sequence.steps.filter(position=2).update(body="Changed")
    enroll(people[2])
    at.move_to(NOON + DAY)
    sweep()
    wire.deliver_due()
    Message.objects.filter(lead=people[0].lead).update(status=MessageStatus.DELIVERED)
    say(wire, "Yes", From=people[0].lead.phone)
    say(wire, "STOP", From=people[1].lead.phone)
    tell()
    at.move_to(NOON + 2 * DAY)
    sweep()
    Message.objects.filter(lead=people[2].lead, body="Changed").update(status="suppressed", suppression="replied")
    with CaptureQueriesContext(
        connection,
    ) as asked:
        found = results.of_steps(sequence)
    assert len(asked) == 2
    first, second = (found[step.key] for step in draft_terms(sequence))
    assert (first.sent, first.delivered, first.replied, first.opted_out) == (3, 1, 1, 1)
    assert (second.sent, dict(second.skipped)) == (0, {"The customer has answered": 1})
    assert Trigger(sequence.trigger) == Trigger.NO_REPLY


@pytest.mark.parametrize(
    ("switches", "said"),
    [
        ({"are_follow_ups_paused": True}, control.PAUSED_FOR_ALL),
        ({"is_texting_paused": True}, control.TEXTING_PAUSED),
        ({"follow_ups_per_lead": 1}, control.CAPPED),
    ],
)
def test_send_now_asks_what_the_sweep_asks(
    wire: Wire, at: time_machine.Traveller, switches: dict[str, object], said: str
) -> None:
    enrollment, owner = begin(wire), make_user()
    at.move_to(NOON + HOUR)
    assert control.send_now(enrollment, by=owner, now=clock.now()) == ""
    enrollment.refresh_from_db()
    Business.objects.update(**switches)
    assert control.send_now(enrollment, by=owner, now=clock.now()) == said
    assert len(follow_ups(wire)) == 1
    assert state(enrollment) == ("active", "", 1)
