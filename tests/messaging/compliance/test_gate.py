"""The gate: what waits for the morning where its reader is, and what leaves at any hour."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine

from leads.enums import TaskReason
from leads.models import CallbackTask
from messaging import outbound, upkeep
from messaging.compliance import gate
from messaging.enums import CallState, Direction, MessageKind, MessageStatus, Suppression
from messaging.models import Call, Conversation, Enrollment, Message, Sequence, SequenceVersion, StepRun
from recoverline.lib import clock
from tests.factories import (
    fresh,
    make_appointment,
    make_conversation,
    make_lead,
    make_message,
    make_request,
    make_service,
)
from tests.fakes.carrier import CallbackPlan, error
from tests.messaging.compliance.table import fill_table
from tests.wire import Wire

pytestmark = pytest.mark.django_db(transaction=True)

# In Texas (214): a quarter past nine in the evening, and nine the next morning.
NIGHT, MORNING = datetime(2026, 6, 18, 2, 15, tzinfo=UTC), datetime(2026, 6, 18, 14, 0, tzinfo=UTC)
TEXAN = "+12145550123"


@pytest.fixture
def at() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NIGHT, tick=False) as traveller:
        yield traveller


@pytest.fixture
def night(at: time_machine.Traveller, wire: Wire) -> Wire:
    fill_table()
    wire.carrier.callbacks = CallbackPlan(statuses=())
    return wire


@pytest.fixture
def thread(night: Wire) -> Conversation:
    return make_conversation(make_lead(night.business, phone=TEXAN), night.number)


def queue(thread: Conversation, kind: MessageKind, *, key: str = "", **more: Any) -> Message:
    return outbound.queue_text(
        thread, kind=kind, body="Hello", idem_key=key or f"t:{fresh()}", now=clock.now(), **more
    )  # fmt: skip


def reminder(thread: Conversation, *, key: str = "reminder:1", hours: float = 24, **more: Any) -> Message:
    visit = make_appointment(
        make_service(thread.business), thread.location, lead=thread.lead, starts_at=clock.now() + timedelta(hours=36)
    )
    ends = clock.now() + timedelta(hours=hours)
    return queue(thread, MessageKind.APPOINTMENT, key=key, appointment=visit, expires_at=ends, **more)


def test_a_text_nobody_waits_for_waits_for_the_morning_and_counts_no_attempt(
    night: Wire, thread: Conversation, at: time_machine.Traveller
) -> None:
    text = reminder(thread)
    night.deliver_due()
    text.refresh_from_db()
    assert (text.status, text.next_at, text.attempts, text.lease_until) == (MessageStatus.QUEUED, MORNING, 0, None)
    assert night.sent == []
    at.move_to(MORNING - timedelta(seconds=1))
    night.deliver_due()
    assert night.sent == []
    at.move_to(MORNING)
    night.deliver_due()
    assert night.sent == [(TEXAN, "Hello")]


def test_what_the_morning_is_too_late_for_is_not_sent(night: Wire, thread: Conversation) -> None:
    text = reminder(thread, hours=11)
    night.deliver_due()
    text.refresh_from_db()
    assert (text.status, text.suppression, night.sent) == (MessageStatus.SUPPRESSED, Suppression.QUIET_HOURS, [])


@pytest.mark.parametrize(
    "key", ["reminder:1", "waitlist:0f4a", "again:{first}"], ids=["reminder", "waitlist", "second try"]
)
def test_what_is_gated(night: Wire, thread: Conversation, key: str) -> None:
    first = reminder(thread, key="reminder:first")
    text = reminder(thread, key=key.format(first=first.key))
    night.deliver_due()
    text.refresh_from_db()
    assert (text.status, text.next_at) == (MessageStatus.QUEUED, MORNING)


@pytest.mark.parametrize(
    "kind",
    [MessageKind.AUTO_REPLY, MessageKind.SAFETY, MessageKind.COMPLIANCE, MessageKind.STAFF, MessageKind.FIRST_TEXT],
)
def test_what_leaves_at_any_hour(night: Wire, thread: Conversation, kind: MessageKind) -> None:
    queue(thread, kind)
    night.deliver_due()
    assert night.sent == [(TEXAN, "Hello")]


def test_what_a_customer_did_at_night_is_confirmed_at_night(night: Wire, thread: Conversation) -> None:
    reminder(thread, key="appointment:0f4a:1:booked")
    night.deliver_due()
    assert night.sent == [(TEXAN, "Hello")]


@pytest.mark.parametrize(("minutes", "leaves"), [(29, True), (31, False)])
def test_who_wrote_just_now_is_there(night: Wire, thread: Conversation, minutes: int, leaves: bool) -> None:
    make_message(
        thread, "Hi", direction=Direction.IN, kind=MessageKind.INBOUND, status=MessageStatus.RECEIVED,
        created_at=NIGHT - timedelta(minutes=minutes),
    )  # fmt: skip
    reminder(thread)
    night.deliver_due()
    assert len(night.sent) == leaves


def test_a_text_that_waits_keeps_no_other_back(night: Wire, thread: Conversation) -> None:
    """Not even one that was tried before the night began."""
    waits = reminder(thread)
    Message.objects.filter(pk=waits.pk).update(attempts=1)
    night.deliver_due()
    queue(thread, MessageKind.STAFF)
    night.deliver_due()
    assert night.sent == [(TEXAN, "Hello")]
    waits.refresh_from_db()
    assert (waits.status, waits.attempts) == (MessageStatus.QUEUED, 1)


# ---------------------------------------------------------------- the answer to a call
def call(wire: Wire) -> Call:
    assert wire.post("voice", "voice__ringing", From=TEXAN).status_code == 200
    wire.deliver_due()
    return Call.objects.get(state=CallState.MISSED)


def test_a_call_at_night_is_answered_at_night(night: Wire) -> None:
    call(night)
    assert [to for to, _ in night.sent] == [TEXAN]


@pytest.mark.parametrize(("business", "location", "answers"), [
    (True, None, True), (False, None, False), (False, True, True), (True, False, False),
])  # fmt: skip
def test_a_business_or_location_may_call_back_instead(
    night: Wire, business: bool, location: bool | None, answers: bool
) -> None:
    night.business.answers_at_night = business
    night.business.save()
    night.number.location.answers_at_night = location
    night.number.location.save()
    row = call(night)
    assert len(night.sent) == answers
    if not answers:
        assert (row.decision, row.outcome) == ("quiet_hours", "no_text")
        assert row.trace[-1]["because"].startswith("Quiet hours: it is 9:15 PM in Chicago, allowed 9:00 AM to 9:00 PM")
        assert CallbackTask.objects.get().reason == TaskReason.QUIET_HOURS


def test_by_day_it_answers_all_the_same(night: Wire, at: time_machine.Traveller) -> None:
    night.business.answers_at_night = False
    night.business.save()
    at.move_to(MORNING)
    assert call(night).decision == "rule"
    assert len(night.sent) == 1


def test_a_setting_that_is_changed_before_it_leaves_still_counts(night: Wire, thread: Conversation) -> None:
    queue(thread, MessageKind.FIRST_TEXT)
    night.business.answers_at_night = False
    night.business.save()
    night.deliver_due()
    assert (night.texts()[0].suppression, night.sent) == (Suppression.QUIET_HOURS, [])
    assert CallbackTask.objects.get().reason == TaskReason.QUIET_HOURS


def test_a_call_that_the_log_shows_too_late_gets_no_text_at_night(night: Wire) -> None:
    night.carrier.add_call(to=night.number.number, from_=TEXAN, start_time=NIGHT - timedelta(minutes=5))
    assert upkeep.reconcile(clock.now()) == 1
    assert (Call.objects.get().decision, night.texts()) == ("quiet_hours", [])


def test_the_carriers_own_quiet_hours_put_it_off_once(
    night: Wire, thread: Conversation, at: time_machine.Traveller
) -> None:
    """By our table it was allowed, so the next day is meant."""
    at.move_to(MORNING)
    text = queue(thread, MessageKind.STAFF, expires_at=MORNING + timedelta(days=2))
    night.carrier.inject(error(30610))
    night.deliver_due()
    again = Message.objects.get(idem_key=f"again:{text.key}")
    assert (again.status, again.next_at) == (MessageStatus.QUEUED, MORNING + timedelta(days=1))
    at.move_to(MORNING + timedelta(days=1))
    night.carrier.inject(error(30610))
    night.deliver_due()
    assert Message.objects.filter(idem_key__startswith="again:").count() == 1
    assert night.sent == []


# ---------------------------------------------------------------- follow-ups
@pytest.mark.parametrize("is_second_try", [False, True])
def test_a_follow_up_goes_by_the_place_of_the_request_it_follows(
    night: Wire, thread: Conversation, at: time_machine.Traveller, is_second_try: bool
) -> None:
    """Five in the afternoon in Honolulu, where the job is; eleven at night in New York, where the next one is."""
    here = make_request(thread.lead, thread.location, place="Honolulu, HI", opened_at=NIGHT - timedelta(days=2))
    sequence = Sequence.objects.create(business=night.business, name="After", trigger="after_job")
    version = SequenceVersion.objects.create(sequence=sequence, number=1, digest="x", steps=[], created_at=NIGHT)
    enrollment = Enrollment.objects.create(
        business=night.business, location=thread.location, lead=thread.lead, conversation=thread, request=here,
        sequence=sequence, version=version, cause="t:1", anchor_at=NIGHT, created_at=NIGHT, status="finished",
    )  # fmt: skip
    text = make_message(thread, kind="follow_up", status="sending", attempts=1, idem_key="step:1:0")
    StepRun.objects.create(
        enrollment=enrollment, position=0, step_key=sequence.key, action="text", outcome="sent", due_at=NIGHT,
        at=NIGHT, message=text,
    )  # fmt: skip
    make_request(thread.lead, thread.location, place="Albany, NY", opened_at=NIGHT)
    if is_second_try:
        text = make_message(thread, kind="follow_up", status="sending", attempts=1, idem_key=f"again:{text.key}")
    assert gate.keep_back(text, now=NIGHT) is False
    StepRun.objects.all().delete()
    assert gate.keep_back(text, now=NIGHT) is True, "the latest request would say otherwise"
