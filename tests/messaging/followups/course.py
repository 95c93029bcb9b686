"""A lead on its way through a sequence, and a clock that is moved from step to step."""

from datetime import datetime, time, timedelta
from typing import Any

from leads.models import JobRequest, LeadEvent
from messaging.followups import enrolling, events, running
from messaging.followups.enums import StepAction, Trigger, Unit
from messaging.models import Conversation, Enrollment, Message, Sequence, SequenceStep, StepRun
from recoverline.lib import clock
from tests.factories import fresh, make_conversation, make_lead, make_request
from tests.wire import CALLER, Wire

ANY_TIME: dict[str, Any] = {"window_from": time(0), "window_until": time(0)}


def make_sequence(wire: Wire, *steps: dict[str, Any], trigger: Trigger = Trigger.NO_REPLY, **values: Any) -> Sequence:
    """Steps a day apart at any hour, unless they say otherwise."""
    sequence = Sequence.objects.create(
        business=wire.business, **{"name": f"Sequence {fresh()}", "trigger": trigger, **values}
    )
    for position, step in enumerate(steps, 1):
        make_step(sequence, position, **step)
    return sequence


def make_step(sequence: Sequence, position: int, **values: Any) -> SequenceStep:
    given = {"delay_amount": position, "delay_unit": Unit.DAYS, "body": f"Step {position} from {{business}}"}
    return SequenceStep.objects.create(sequence=sequence, position=position, **{**given, **ANY_TIME, **values})


def make_thread(wire: Wire, *, phone: str = CALLER, lead: dict[str, Any] | None = None, **values: Any) -> Conversation:
    person = make_lead(wire.business, phone=phone, **(lead or {}))
    values.setdefault("request", make_request(person, wire.number.location, need="Leak"))
    return make_conversation(person, wire.number, **values)


def begin(
    wire: Wire,
    *steps: dict[str, Any],
    trigger: Trigger = Trigger.NO_REPLY,
    thread: Conversation | None = None,
    **sequence: Any,
) -> Enrollment:
    """A new sequence, and somebody who has just come into it."""
    make_sequence(wire, *steps or ({}, {}, {}), trigger=trigger, **sequence)
    enrollment = enroll(thread or make_thread(wire), trigger)
    assert enrollment is not None
    return enrollment


def enroll(thread: Conversation, trigger: Trigger = Trigger.NO_REPLY, **values: Any) -> Enrollment | None:
    now = clock.now()
    return enrolling.begin(
        trigger, conversation=thread, **{"cause": f"test:{fresh()}", "at": now, "now": now, **values}
    )


def sweep() -> int:
    return running.sweep(clock.now())


def runs(enrollment: Enrollment) -> list[tuple[int, str, str]]:
    """(step from 0, what became of it, why)."""
    return list(StepRun.objects.filter(enrollment=enrollment).values_list("position", "outcome", "reason"))


def state(enrollment: Enrollment) -> tuple[str, str, int]:
    """(status, why it stopped, step that comes next)."""
    enrollment.refresh_from_db()
    return enrollment.status, enrollment.stop_reason, enrollment.step


def due_in(enrollment: Enrollment, since: datetime) -> timedelta | None:
    enrollment.refresh_from_db()
    return None if enrollment.due_at is None else enrollment.due_at - since


def follow_ups(wire: Wire) -> list[Message]:
    return [text for text in wire.texts() if text.kind == "follow_up"]


def tell() -> None:
    """What the queue does with all events so far, twice: a task may run again."""
    for event in LeadEvent.objects.order_by("id"):
        for _ in range(2):
            events.handle(event, now=clock.now())


def request_of(enrollment: Enrollment) -> JobRequest:
    assert enrollment.request is not None
    return enrollment.request


TASK: dict[str, Any] = {"action": StepAction.TASK, "body": "Call them about the leak"}
CALL: dict[str, Any] = {"action": StepAction.CALL, "body": "Nobody has reached them"}
