"""Each invariant finds what breaks it, and nothing in what is as it should be."""

import uuid
from collections.abc import Callable
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from messaging import invariants
from messaging.enums import CallState, MessageKind, MessageStatus
from messaging.escalation.enums import EscalationClass, EscalationStatus
from messaging.followups.enums import EnrollmentStatus, StepAction, StepOutcome, StopReason, Trigger
from messaging.models import Call, Conversation, Enrollment, Escalation, Message, Sequence, SequenceVersion, StepRun
from tests import factories
from tests.base import Cast, make_cast
from tests.factories import NOON

pytestmark = pytest.mark.django_db

LATER = NOON + timedelta(minutes=30)


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def codes() -> list[str]:
    return [breach.code for breach in invariants.check(since=NOON - timedelta(days=1), now=LATER)]


def talk(cast: Cast, **values: object) -> Conversation:
    return factories.make_conversation(factories.make_lead(cast.a), cast.a_number, **values)


def text(conversation: Conversation, **values: object) -> Message:
    """One that has left, as it should."""
    values = {"carrier_message_id": f"SM{uuid.uuid4().hex}", "claimed_at": NOON, "sent_at": NOON, **values}
    return factories.make_message(conversation, **values)


def enroll(conversation: Conversation, **values: object) -> Enrollment:
    sequence, _ = Sequence.objects.get_or_create(
        business=conversation.business, name="Later", trigger=Trigger.NOT_BOOKED
    )
    version, _ = SequenceVersion.objects.get_or_create(
        sequence=sequence, number=1, defaults={"digest": "0" * 64, "steps": [], "created_at": NOON}
    )
    defaults = {"cause": f"test:{factories.fresh()}", "anchor_at": NOON, "created_at": NOON}
    return Enrollment.objects.create(
        business=conversation.business, location=conversation.location, lead=conversation.lead,
        conversation=conversation, sequence=sequence, version=version, **{**defaults, **values},
    )  # fmt: skip


def escalate(conversation: Conversation, **values: object) -> Escalation:
    defaults = {"kind": EscalationClass.URGENT, "dedup_key": f"test:{factories.fresh()}", "opened_at": NOON}
    return Escalation.objects.create(
        business=conversation.business, location=conversation.location, conversation=conversation,
        summary="No heat", **{**defaults, **values},
    )  # fmt: skip


def sound(cast: Cast) -> None:
    call = factories.make_call(cast.a_number)
    thread = talk(cast, needs_reply=True)
    text(thread, idem_key=f"missedcall:{call.account_id}:{call.carrier_call_id}")
    running = enroll(thread, due_at=NOON)
    follow_up = text(thread, kind=MessageKind.FOLLOW_UP)
    StepRun.objects.create(
        enrollment=running, position=0, step_key=uuid.uuid4(), action=StepAction.TEXT, outcome=StepOutcome.SENT,
        due_at=NOON, at=NOON, message=follow_up,
    )  # fmt: skip
    escalate(thread, next_at=LATER)


def undecided(cast: Cast) -> None:
    factories.make_call(cast.a_number, decided_at=None, outcome="", decision="")


def ringing_for_ever(cast: Cast) -> None:
    factories.make_call(
        cast.a_number, state=CallState.RINGING, started_at=NOON - timedelta(hours=6), decided_at=None, outcome=""
    )


def without_text(cast: Cast) -> None:
    factories.make_call(cast.a_number)


def two_first_texts(cast: Cast) -> None:
    thread = talk(cast)
    for hour in (5, 0):
        text(thread, created_at=NOON - timedelta(hours=hour))


def stuck(cast: Cast) -> None:
    factories.make_message(talk(cast), status=MessageStatus.SENDING, claimed_at=NOON)


def after_stop(cast: Cast) -> None:
    thread = talk(cast)
    factories.make_opt_out(cast.a, phone=thread.lead.phone, opted_out_at=NOON - timedelta(minutes=1))
    text(thread, kind=MessageKind.STAFF)


def after_stop_long_taken_back(cast: Cast) -> None:
    """It was revoked only after the text had left."""
    thread = talk(cast)
    factories.make_opt_out(cast.a, phone=thread.lead.phone, opted_out_at=NOON - timedelta(minutes=1), revoked_at=LATER)
    text(thread, kind=MessageKind.STAFF)


def at_night(cast: Cast) -> None:
    thread = talk(cast)
    night = NOON - timedelta(hours=10)  # eight hours before noon in New York, and farther west still earlier
    text(thread, kind=MessageKind.FOLLOW_UP, created_at=night, claimed_at=night)


def without_id(cast: Cast) -> None:
    text(talk(cast), carrier_message_id=None, kind=MessageKind.STAFF)


def given_up(cast: Cast) -> None:
    factories.make_message(talk(cast), status=MessageStatus.DEAD)


def given_up_unheard(cast: Cast) -> None:
    factories.make_message(talk(cast), status=MessageStatus.DEAD, kind=MessageKind.ROBOT)


def follow_up_after_the_end(cast: Cast) -> None:
    thread = talk(cast)
    ended = enroll(
        thread, status=EnrollmentStatus.STOPPED, stop_reason=StopReason.REPLIED, ended_at=NOON - timedelta(minutes=1)
    )
    follow_up = text(thread, kind=MessageKind.FOLLOW_UP)
    StepRun.objects.create(
        enrollment=ended, position=0, step_key=uuid.uuid4(), action=StepAction.TEXT, outcome=StepOutcome.SENT,
        due_at=NOON, at=NOON, message=follow_up,
    )  # fmt: skip


def adrift(cast: Cast) -> None:
    enroll(talk(cast), due_at=None)


def over_without_end(cast: Cast) -> None:
    enroll(talk(cast), status=EnrollmentStatus.FINISHED, ended_at=None)


def nobody_told(cast: Cast) -> None:
    escalate(talk(cast), next_at=None)


def taken_by_nobody(cast: Cast) -> None:
    escalate(talk(cast), status=EscalationStatus.ACKNOWLEDGED)


def waits_since_never(cast: Cast) -> None:
    Conversation.objects.filter(pk=talk(cast, needs_reply=True).pk).update(waiting_since=None)


def of_another(cast: Cast) -> None:
    thread = talk(cast)
    Call.objects.filter(pk=factories.make_call(cast.b_number, outcome="no_text").pk).update(conversation=thread)


def test_sound_rows_break_nothing(cast: Cast) -> None:
    sound(cast)
    assert invariants.check(since=NOON - timedelta(days=1), now=LATER) == []


@pytest.mark.parametrize(
    ("plant", "code"),
    [
        (undecided, "I1"),
        (ringing_for_ever, "I1"),
        (without_text, "I2"),
        (two_first_texts, "I3"),
        (stuck, "I4"),
        (after_stop, "I5"),
        (after_stop_long_taken_back, "I5"),
        (at_night, "I6"),
        (without_id, "I7"),
        (given_up, "I8"),
        (given_up_unheard, "I8"),
        (follow_up_after_the_end, "I9"),
        (adrift, "I10"),
        (over_without_end, "I10"),
        (nobody_told, "I11"),
        (taken_by_nobody, "I11"),
        (waits_since_never, "I12"),
        (of_another, "I13"),
    ],
)
def test_each_finds_what_breaks_it_and_no_other_does(cast: Cast, plant: Callable[[Cast], None], code: str) -> None:
    sound(cast)
    plant(cast)
    assert codes() == [code]


def test_every_invariant_is_planted_somewhere() -> None:
    planted = {code for _, code in test_each_finds_what_breaks_it_and_no_other_does.pytestmark[0].args[1]}  # type: ignore[attr-defined]
    assert planted == {each.code for each in invariants.INVARIANTS}


def test_the_command_lists_all_and_fails_when_one_is_broken(cast: Cast) -> None:
    sound(cast)
    said = StringIO()
    call_command("check_invariants", "--days", "3650", stdout=said)
    assert said.getvalue().count(" ok ") == len(invariants.INVARIANTS)
    key = talk(cast, needs_reply=True).key
    Conversation.objects.filter(key=key).update(waiting_since=None)
    said = StringIO()
    with pytest.raises(CommandError, match="1 of 13"):
        call_command("check_invariants", "--days", "3650", stdout=said)
    assert f"conversation {key}" in said.getvalue()
