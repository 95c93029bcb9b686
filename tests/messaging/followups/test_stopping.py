"""Whatever the customer or the team does ends a follow-up: before its text is claimed, and after that."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
import time_machine

from leads import callbacks, outcomes
from leads.enums import RequestStatus
from leads.models import JobRequest, Lead
from leads.outcomes import Outcome
from messaging import blocking, consent, outbound
from messaging.enums import (
    CallState,
    Direction,
    MessageKind,
    MessageStatus,
    OptOutSource,
    Suppression,
)
from messaging.followups import control, standing, stopping
from messaging.followups.enums import AfterStaff, StopReason, Trigger
from messaging.inbox import acts
from messaging.models import Conversation, Enrollment, Message, StepRun
from recoverline.lib import clock
from scheduling.enums import AppointmentStatus
from tests.factories import (
    NOON,
    fresh,
    make_appointment,
    make_call,
    make_message,
    make_never_text,
    make_opt_out,
    make_service,
    make_task,
    make_user,
)
from tests.messaging.followups.course import begin, due_in, follow_ups, runs, state, sweep, tell
from tests.messaging.threads import run_at_once
from tests.messaging.visits import say
from tests.wire import CALLER, Wire

pytestmark = pytest.mark.django_db(transaction=True)

DAY, HOUR = timedelta(days=1), timedelta(hours=1)


# ---------------------------------------------------------------- as rows say, whatever event was lost
def _visit(wire: Wire, row: Enrollment) -> Any:
    return make_appointment(
        make_service(wire.business), wire.number.location, lead=row.lead, status=AppointmentStatus.CONFIRMED,
        starts_at=clock.now() + HOUR, ends_at=clock.now() + 2 * HOUR, created_at=clock.now(),
    )  # fmt: skip


def _replied(wire: Wire, row: Enrollment) -> Any:
    return make_message(
        row.conversation, direction=Direction.IN, kind=MessageKind.INBOUND, status=MessageStatus.RECEIVED,
        created_at=clock.now(),
    )  # fmt: skip


def _spoken(state: CallState) -> Callable[[Wire, Enrollment], Any]:
    return lambda wire, row: make_call(wire.number, caller=CALLER, state=state, started_at=clock.now())


def _lead(**values: Any) -> Callable[[Wire, Enrollment], Any]:
    return lambda wire, row: Lead.objects.filter(pk=row.lead_id).update(**values)


def _thread(**values: Any) -> Callable[[Wire, Enrollment], Any]:
    return lambda wire, row: Conversation.objects.filter(pk=row.conversation_id).update(**values)


def _request(status: RequestStatus) -> Callable[[Wire, Enrollment], Any]:
    return lambda wire, row: JobRequest.objects.filter(enrollments=row).update(status=status)


REASONS: dict[str, tuple[StopReason, Callable[[Wire, Enrollment], Any]]] = {
    "replied": (StopReason.REPLIED, _replied),
    "booked": (StopReason.BOOKED, _visit),
    "request booked": (StopReason.BOOKED, _request(RequestStatus.BOOKED)),
    "opted out": (StopReason.OPTED_OUT, lambda wire, row: make_opt_out(wire.business, phone=CALLER)),
    "never text": (StopReason.NOT_WANTED, lambda wire, row: make_never_text(wire.business, phone=CALLER)),
    "paused thread": (StopReason.NOT_WANTED, _thread(automation_paused=True)),
    "taken over": (StopReason.TAKEN_OVER, _thread(handler="person")),
    "answered call": (StopReason.CALLED_BACK, _spoken(CallState.ANSWERED)),
    "called them": (StopReason.CALLED_BACK, _spoken(CallState.OUTBOUND)),
    "called back": (
        StopReason.CALLED_BACK,
        lambda wire, row: make_task(wire.number.location, lead=row.lead, done_at=clock.now()),
    ),
    "lost": (StopReason.CLOSED, _request(RequestStatus.LOST)),
    "won": (StopReason.CLOSED, _request(RequestStatus.WON)),
    "spam": (StopReason.CLOSED, _request(RequestStatus.SPAM)),
    "wrong number": (StopReason.CLOSED, _request(RequestStatus.WRONG_NUMBER)),
    "done": (StopReason.CLOSED, _thread(status="done")),
    "landline": (StopReason.UNREACHABLE, _lead(is_landline=True)),
    "no such number": (StopReason.UNREACHABLE, _lead(is_unreachable=True)),
    "blocked": (StopReason.BLOCKED, _lead(blocked_at=NOON)),
}


@pytest.mark.parametrize("name", REASONS)
def test_a_step_that_is_due_asks_again(name: str, wire: Wire, at: time_machine.Traveller) -> None:
    reason, happen = REASONS[name]
    enrollment = begin(wire)
    at.move_to(NOON + HOUR)
    happen(wire, enrollment)
    at.move_to(NOON + DAY)
    assert sweep() == 0
    assert state(enrollment) == ("stopped", reason, 0)
    assert follow_ups(wire) == []


@pytest.mark.parametrize("name", REASONS)
def test_a_text_that_is_written_asks_again_at_the_claim(name: str, wire: Wire, at: time_machine.Traveller) -> None:
    reason, happen = REASONS[name]
    enrollment = begin(wire)
    at.move_to(NOON + DAY)
    assert sweep() == 1
    at.shift(timedelta(seconds=5))
    happen(wire, enrollment)
    wire.deliver_due()
    assert wire.sent == []
    text = follow_ups(wire)[0]
    assert (text.status, text.suppression) == (MessageStatus.SUPPRESSED, _held(name, reason))


def _held(name: str, reason: StopReason) -> Suppression:
    other = {"landline": Suppression.LANDLINE}
    return other.get(name) or standing.SUPPRESSIONS[reason]


def test_texts_that_were_tried_once_are_asked_again_too(wire: Wire, at: time_machine.Traveller) -> None:
    """The second try of an undelivered text has no step of its own."""
    enrollment = begin(wire)
    at.move_to(NOON + DAY)
    sweep()
    first = follow_ups(wire)[0]
    Message.objects.filter(pk=first.pk).update(status=MessageStatus.UNDELIVERED, next_at=None)
    again = make_message(
        enrollment.conversation, "again", kind=MessageKind.FOLLOW_UP, status=MessageStatus.QUEUED,
        idem_key=f"again:{first.key}", created_at=first.created_at, next_at=clock.now(),
    )  # fmt: skip
    wire.deliver_due()
    again.refresh_from_db()
    assert again.status == MessageStatus.ACCEPTED
    Message.objects.filter(pk=again.pk).update(status=MessageStatus.QUEUED, next_at=clock.now())
    _replied(wire, enrollment)
    wire.deliver_due()
    again.refresh_from_db()
    assert again.suppression == Suppression.REPLIED


@pytest.mark.parametrize("how", ["business", "paused", "stopped", "quiet hours", "late"])
def test_other_reasons_at_the_claim(how: str, wire: Wire, at: time_machine.Traveller) -> None:
    enrollment, owner = begin(wire), make_user()
    at.move_to(NOON + DAY)
    sweep()
    match how:
        case "business":
            control.pause_all(wire.business, by=owner, now=clock.now())
        case "paused":
            Enrollment.objects.filter(pk=enrollment.pk).update(status="paused")
        case "stopped":
            Enrollment.objects.filter(pk=enrollment.pk).update(status="stopped", stop_reason="by_hand")
        case "quiet hours":
            Message.objects.update(expires_at=None)
            at.move_to(NOON + DAY + 8 * HOUR)
        case "late":
            at.move_to(NOON + DAY + 4 * HOUR + timedelta(seconds=1))
    wire.deliver_due()
    assert wire.sent == []
    text = follow_ups(wire)[0]
    waits = {"quiet hours": MessageStatus.QUEUED, "late": MessageStatus.EXPIRED}
    assert text.status == waits.get(how, MessageStatus.SUPPRESSED)
    assert text.suppression == ("" if how in waits else Suppression.FOLLOW_UP_STOPPED)


# ---------------------------------------------------------------- as it happens
@dataclass(frozen=True)
class Act:
    """What somebody does, and whether it counts in the transaction itself or when the queue hears of it."""

    reason: StopReason
    do: Callable[[Wire, Enrollment], Any]


def _write(wire: Wire, row: Enrollment) -> Any:
    return outbound.queue_text(
        row.conversation, kind=MessageKind.STAFF, body="Hi", idem_key=f"x{fresh()}", now=clock.now(), author=make_user()
    )


def _finish_task(wire: Wire, row: Enrollment) -> Any:
    task = make_task(wire.number.location, lead=row.lead)
    return callbacks.finish(task, by=make_user(), at=clock.now())


ACTS = {
    "text": Act(StopReason.REPLIED, lambda wire, row: say(wire, "Yes please")),
    "picture": Act(StopReason.REPLIED, lambda wire, row: say(wire, "")),
    "STOP": Act(StopReason.OPTED_OUT, lambda wire, row: say(wire, "STOP")),
    "opted out by staff": Act(
        StopReason.OPTED_OUT,
        lambda wire, row: consent.opt_out(
            wire.business, phone=CALLER, source=OptOutSource.STAFF, evidence="said so", now=clock.now()
        ),
    ),
    "staff text": Act(StopReason.TAKEN_OVER, _write),
    "take over": Act(
        StopReason.TAKEN_OVER, lambda wire, row: acts.take_over(row.conversation, by=make_user(), now=clock.now())
    ),
    "called back": Act(StopReason.CALLED_BACK, _finish_task),
    "block": Act(StopReason.BLOCKED, lambda wire, row: blocking.block(row.lead, by=make_user(), now=clock.now())),
    "done": Act(StopReason.CLOSED, lambda wire, row: acts.close(row.conversation, by=make_user(), now=clock.now())),
    "lost": Act(
        StopReason.CLOSED,
        lambda wire, row: outcomes.end(
            JobRequest.objects.get(), Outcome(RequestStatus.LOST), by=make_user(), at=clock.now(), conversation=""
        ),
    ),
}


@pytest.mark.parametrize("name", ACTS)
def test_acts_stop_it_and_keep_back_what_is_written(name: str, wire: Wire, at: time_machine.Traveller) -> None:
    act = ACTS[name]
    enrollment = begin(wire)
    at.move_to(NOON + DAY)
    assert sweep() == 1
    act.do(wire, enrollment)
    tell()
    assert state(enrollment) == ("stopped", act.reason, 1)
    assert follow_ups(wire)[0].suppression == standing.SUPPRESSIONS[act.reason]


def test_the_last_text_is_kept_back_though_nothing_runs_any_more(wire: Wire, at: time_machine.Traveller) -> None:
    enrollment = begin(wire, {})
    at.move_to(NOON + DAY)
    sweep()
    assert state(enrollment)[0] == "finished"
    say(wire, "I am here")
    assert follow_ups(wire)[0].suppression == Suppression.REPLIED


@pytest.mark.parametrize(
    ("after", "expected", "waits"),
    [
        (AfterStaff.STOP, "stopped", None),
        (AfterStaff.RESTART, "active", DAY + HOUR),
        (AfterStaff.GO_ON, "active", DAY),
    ],
)
@pytest.mark.parametrize("do", [_write, _finish_task])
def test_what_staff_do_is_a_setting(
    do: Callable[[Wire, Enrollment], Any], after: AfterStaff, expected: str, waits: timedelta | None, wire: Wire,
    at: time_machine.Traveller,
) -> None:  # fmt: skip
    enrollment = begin(wire, after_staff=after)
    at.move_to(NOON + HOUR)
    do(wire, enrollment)
    tell()
    assert (state(enrollment)[0], due_in(enrollment, NOON)) == (expected, waits)
    at.move_to(NOON + 2 * DAY)
    sweep()
    if after == AfterStaff.STOP:
        assert follow_ups(wire) == []


def test_taking_a_thread_over_after_an_estimate_says_nothing_to_the_customer(
    wire: Wire, at: time_machine.Traveller
) -> None:
    enrollment = begin(wire, trigger=Trigger.ESTIMATE)
    acts.take_over(enrollment.conversation, by=make_user(), now=clock.now())
    tell()
    assert state(enrollment)[0] == "active"


def test_a_reply_in_the_very_second_is_first_or_second_never_both(wire: Wire, at: time_machine.Traveller) -> None:
    """Either the step was taken and its text is kept back, or it was not taken; nothing leaves."""
    enrollment = begin(wire)
    at.move_to(NOON + DAY)
    at.shift(timedelta(seconds=1))
    run_at_once([sweep, lambda: stopping.note_reply(enrollment.conversation, clock.now())])
    assert state(enrollment)[:2] == ("stopped", "replied")
    wire.deliver_due()
    assert wire.sent == []


def test_what_came_of_a_step_is_kept_with_it(wire: Wire, at: time_machine.Traveller) -> None:
    enrollment = begin(wire)
    for days in (1, 2):
        at.move_to(NOON + days * DAY)
        sweep()
        wire.deliver_due()
    at.shift(HOUR)
    say(wire, "OK")
    at.shift(HOUR)
    say(wire, "STOP")
    tell()
    first, second = StepRun.objects.filter(enrollment=enrollment).order_by("position")
    assert (first.replied_at, first.opted_out_at) == (None, None)
    assert (second.replied_at, second.opted_out_at) == (NOON + 2 * DAY + HOUR, NOON + 2 * DAY + 2 * HOUR)
    assert len(runs(enrollment)) == 2
