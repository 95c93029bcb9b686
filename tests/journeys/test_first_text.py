"""The main job on real input: a signed webhook for a call nobody answered leads to one correct text, and the reply
to a person.
"""

import pytest

from leads.models import CallbackTask, JobRequest, Lead
from messaging.enums import CallState, Handler, MessageStatus, MissReason, Outcome
from messaging.models import Call, Conversation, InboundHook
from tests.wire import CALLER, Wire

pytestmark = pytest.mark.django_db(transaction=True)

TEXT = "Hi, this is Alder Plumbing. Sorry we missed your call! How can we help? Reply STOP to opt out."


def test_a_forwarded_call_becomes_one_text(wire: Wire) -> None:
    answer = wire.post("voice", "voice__ringing")

    assert answer.status_code == 200
    assert b"<Record" in answer.content
    call = Call.objects.get()
    assert (call.state, call.miss_reason, call.outcome, call.decision) == (
        CallState.MISSED, MissReason.FORWARDED, Outcome.TEXT, "rule",
    )  # fmt: skip
    assert [step["name"] for step in call.trace] == ["Default"]
    (message,) = wire.texts()
    assert message.status == MessageStatus.QUEUED

    wire.deliver_due()

    assert [to for to, _ in wire.sent] == [CALLER]
    assert wire.sent[0][1] == TEXT
    message.refresh_from_db()
    assert message.status == MessageStatus.ACCEPTED
    assert message.carrier_message_id == wire.carrier.ledger[0].sid


def test_the_reply_lands_with_a_person(wire: Wire) -> None:
    wire.post("voice", "voice__ringing")
    wire.deliver_due()

    assert wire.post("message", "message__plain").status_code == 200

    conversation = Conversation.objects.get()
    assert conversation.needs_reply
    assert conversation.unread_count == 1
    assert Lead.objects.count() == JobRequest.objects.count() == 1
    assert conversation.handler == Handler.ROBOT
    assert not CallbackTask.objects.exists()


def test_the_same_webhook_again_changes_nothing(wire: Wire) -> None:
    first = wire.post("voice", "voice__ringing")
    second = wire.post("voice", "voice__ringing")

    assert second.content == first.content
    assert Call.objects.count() == InboundHook.objects.count() == len(wire.texts()) == 1
