"""Blocking: what blocked people say is kept and goes no further; STOP counts all the same, and so does a danger."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django_q.models import OrmQ

from leads import callbacks
from leads.enums import Role, TaskReason
from leads.models import CallbackTask, Lead, LeadEvent
from messaging import blocking, outbound, recheck
from messaging.enums import ConversationStatus, Handler, MessageKind, Suppression
from messaging.models import Call, CarrierAccount, Conversation, Message, OptOut
from recoverline.lib import clock
from tests import factories
from tests.base import Cast, make_cast
from tests.fakes.carrier import FakeCarrier
from tests.messaging.desk import as_user, converse, draft, url
from tests.messaging.team_line import make_hosted, post
from tests.wire import CALLER, Wire

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Cast:
    return make_cast()


@pytest.fixture
def ana() -> User:
    return factories.make_user("ana")


def blocked(wire: Wire, by: User) -> Lead:
    factories.make_agent_settings(wire.business)
    lead = factories.make_lead(wire.business, phone=CALLER)
    factories.make_conversation(lead, wire.number, status=ConversationStatus.DONE)
    assert blocking.block(lead, by=by, now=clock.now())
    OrmQ.objects.all().delete()
    return lead


def say(wire: Wire, body: str) -> None:
    assert wire.post("message", "message__plain", From=CALLER, Body=body).status_code == 200


def shut(conversation: Conversation) -> bool:
    conversation.refresh_from_db()
    row = conversation
    return (row.status, row.handler, row.needs_reply, row.unread_count, row.turn_due_at, row.waiting_since) == (
        ConversationStatus.DONE, Handler.PERSON, False, 0, None, None,
    )  # fmt: skip


# ---------------------------------------------------------------- the act itself
def test_blocking_ends_what_runs(cast: Cast) -> None:
    conversation = converse(
        cast, needs_reply=True, unread_count=3, is_urgent=True, turn_due_at=factories.NOON, waiting_since=factories.NOON
    )
    theirs = factories.make_message(conversation, "Hello", direction="in", kind="inbound", status="received")
    turn = factories.make_turn(theirs, status="drafted")
    task = factories.make_task(cast.a_location, lead=conversation.lead)
    other = factories.make_task(cast.a_location)
    ben, response = as_user(cast.ben), as_user(cast.ben).post(url("block", conversation))
    assert response.status_code == 302
    lead = Lead.objects.get(pk=conversation.lead_id)
    assert (lead.blocked_by, shut(conversation), conversation.is_urgent) == (cast.ben, True, False)
    turn.refresh_from_db()
    task.refresh_from_db()
    other.refresh_from_db()
    assert (turn.status, task.done_by, other.done_at) == ("discarded", cast.ben, None)
    for path in ("block", "unblock", "unblock"):
        ben.post(url(path, conversation))
    assert list(LeadEvent.objects.filter(lead=lead).values_list("kind", flat=True).order_by("id")) == [
        "lead.blocked",
        "lead.unblocked",
    ]
    assert not blocking.is_blocked(cast.a.pk, lead.phone)


def test_staff_cannot_write_to_somebody_who_is_blocked(cast: Cast) -> None:
    conversation = converse(cast)
    blocking.block(conversation.lead, by=cast.ana, now=factories.NOON)
    response = as_user(cast.ben).post(url("reply", conversation), draft())
    assert (response.status_code, Message.objects.count()) == (409, 0)
    assert "This person is blocked. Unblock them to write." in response.content.decode()
    for path in ("reopen", "resume"):
        as_user(cast.ben).post(url(path, conversation))
    assert shut(conversation)


# ---------------------------------------------------------------- texts
def test_a_text_is_kept_and_nobody_hears_of_it(wire: Wire, ana: User) -> None:
    lead = blocked(wire, ana)
    say(wire, "Call me back, urgent!")
    conversation = Conversation.objects.get()
    assert (shut(conversation), conversation.last_preview, conversation.is_urgent) == (
        True,
        "Call me back, urgent!",
        False,
    )
    assert [row.body for row in Message.objects.all()] == ["Call me back, urgent!"]
    assert (OrmQ.objects.count(), CallbackTask.objects.count()) == (0, 0)
    blocking.unblock(lead, by=ana, now=clock.now())
    say(wire, "Call me back, urgent!")  # the same text again changes nothing
    assert shut(conversation)


def test_somebody_who_was_never_in_a_conversation_opens_none(wire: Wire, ana: User) -> None:
    blocked(wire, ana)
    Conversation.objects.all().delete()
    say(wire, "Hello?")
    assert shut(Conversation.objects.get())


def test_stop_counts_and_is_confirmed(wire: Wire, ana: User) -> None:
    CarrierAccount.objects.update(handles_optout=False)
    blocked(wire, ana)
    say(wire, "STOP")
    assert OptOut.objects.get().phone == CALLER
    wire.deliver_due()
    assert ([text.kind for text in wire.texts()], len(wire.sent)) == ([MessageKind.COMPLIANCE], 1)
    assert shut(Conversation.objects.get())


def test_a_danger_is_told_to_people(wire: Wire, ana: User) -> None:
    blocked(wire, ana)
    say(wire, "I smell gas in the kitchen")
    assert list(LeadEvent.objects.exclude(kind="lead.blocked").order_by("id").values_list("kind", flat=True)) == [
        "conversation.urgent",
        "task.created",
    ]
    task = CallbackTask.objects.get()
    assert (task.reason, task.detail) == (
        TaskReason.URGENT,
        "Blocked, and may be in danger, so call: I smell gas in the kitchen",
    )
    wire.deliver_due()
    assert [text.kind for text in wire.texts()] == [MessageKind.SAFETY]
    assert len(wire.sent) == 1
    assert shut(Conversation.objects.get())


@pytest.mark.parametrize("kind", [MessageKind.STAFF, MessageKind.ROBOT, MessageKind.APPOINTMENT])
def test_what_waits_does_not_leave_after_a_block(wire: Wire, ana: User, kind: MessageKind) -> None:
    lead = factories.make_lead(wire.business, phone=CALLER)
    conversation = factories.make_conversation(lead, wire.number)
    waiting = outbound.queue_text(conversation, kind=kind, body="Hello", idem_key="x", now=clock.now())
    blocking.block(lead, by=ana, now=clock.now())
    wire.deliver_due()
    waiting.refresh_from_db()
    assert (waiting.suppression, wire.sent) == (Suppression.BLOCKED, [])
    conversation = Conversation.objects.select_related("lead", "business", "number").get()
    assert recheck.reason_not_to_queue(conversation, kind) == Suppression.BLOCKED
    assert recheck.phones_not_to_text(wire.business, [CALLER]) == {CALLER}


# ---------------------------------------------------------------- calls
def test_a_missed_call_is_kept_without_a_text_or_a_task(wire: Wire, ana: User) -> None:
    blocked(wire, ana)
    factories.make_rule(wire.business, outcome="task", alerts_staff=True)
    wire.post("voice", "voice__ringing")
    call = Call.objects.get()
    assert (call.state, call.lead_id, "blocked" in call.facts["callers"]) == ("missed", Lead.objects.get().pk, True)
    assert (wire.texts(), CallbackTask.objects.count(), OrmQ.objects.count()) == ([], 0, 0)
    assert call.conversation is not None
    assert shut(call.conversation)


def test_the_guard_says_why(wire: Wire, ana: User) -> None:
    blocked(wire, ana)
    wire.post("voice", "voice__ringing")
    call = Call.objects.get()
    assert (call.decision, call.outcome, call.trace[-1]["because"]) == (
        "blocked",
        "no_text",
        "the team has blocked this person",
    )


def test_no_phone_rings_for_them(carrier: FakeCarrier, ana: User) -> None:
    wire = make_hosted(carrier)
    lead = blocked(wire, ana)
    assert "<Number" not in post(wire, "voice", "voice__ringing")
    blocking.unblock(lead, by=ana, now=clock.now())
    assert "<Number" in post(wire, "voice", "voice__ringing", CallSid="CA" + "9" * 32)


def test_a_voicemail_is_kept(carrier: FakeCarrier, ana: User) -> None:
    wire = make_hosted(carrier)
    blocked(wire, ana)
    post(wire, "voice", "voice__ringing")
    wire.post("transcription", "transcription__completed")
    call = Call.objects.get()
    conversation = Conversation.objects.get()
    assert (bool(call.transcript), shut(conversation), CallbackTask.objects.count()) == (True, True, 0)
    assert conversation.last_preview.startswith("Voicemail: ")


# ---------------------------------------------------------------- call-backs
def test_only_what_cannot_be_left_makes_a_task(cast: Cast) -> None:
    lead = factories.make_lead(cast.a, blocked_at=factories.NOON - timedelta(days=1))
    made = {
        reason.value
        for reason in TaskReason
        if callbacks.ask_callback(
            business=cast.a, location=cast.a_location, lead=lead, cause=reason, reason=reason, at=factories.NOON
        )
    }
    assert made == {"urgent", "appointment", "calendar", "staff"}


def test_a_reader_blocks_nobody(cast: Cast) -> None:
    conversation, rita = converse(cast), factories.make_user("rita")
    factories.make_member(cast.a, rita, Role.READ_ONLY)
    assert as_user(rita).post(url("block", conversation)).status_code == 403
    assert not Lead.objects.exclude(blocked_at=None).exists()
