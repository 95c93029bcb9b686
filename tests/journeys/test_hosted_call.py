"""A hosted number from the first ring to the reply: nobody takes the call, the caller speaks and texts."""

import pytest

from leads.models import CallbackTask, LeadEvent
from messaging.enums import CallState, MessageStatus, MissReason, NumberMode
from messaging.models import Call, Conversation, RingTarget
from tests.factories import make_hours, make_script
from tests.fakes.carrier import FakeCarrier
from tests.wire import CALLER, Wire, make_wire

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def hosted(db: None, carrier: FakeCarrier) -> Wire:
    wire = make_wire(carrier, mode=NumberMode.HOSTED)
    RingTarget.objects.create(number=wire.number, phone="+15555550111")
    make_script(
        wire.business, kind="greeting", name="Greeting", body="You have reached {business}. Speak after the tone."
    )
    make_script(wire.business, kind="whisper", name="Whisper", body="A call for {business}. Press 1 to take it.")
    return wire


def test_from_the_ring_to_the_reply(hosted: Wire) -> None:
    rings = hosted.post("voice", "voice__ringing")
    assert b"<Dial" in rings.content
    assert b"<Say" not in rings.content  # it would defeat answerOnBridge

    whisper = hosted.post("whisper", "whisper__mobile_answered")  # the mobile's own voicemail has picked up
    assert b"A call for Alder Plumbing. Press 1 to take it." in whisper.content
    greeting = hosted.post("dial", "dial__completed_not_bridged")
    assert b"You have reached Alder Plumbing. Speak after the tone." in greeting.content
    assert Call.objects.get().miss_reason == MissReason.NO_ANSWER
    hosted.deliver_due()
    assert [to for to, _ in hosted.sent] == [CALLER]

    hosted.post("voicemail", "voicemail__hung_up")
    hosted.post("recording", "recording__completed")
    hosted.post("call-status", "call-status__completed")
    hosted.post("transcription", "transcription__completed")
    call, conversation = Call.objects.get(), Conversation.objects.get()
    assert (call.state, call.miss_reason, call.voicemail_seconds) == (CallState.MISSED, MissReason.VOICEMAIL, 14)
    assert call.ended_at is not None
    assert conversation.last_preview == f"Voicemail: {call.transcript}"

    hosted.post("message", "message__plain")
    conversation.refresh_from_db()
    assert (conversation.needs_reply, conversation.unread_count) == (True, 2)
    assert len(hosted.sent) == 1
    assert [text.status for text in hosted.texts()] == [MessageStatus.ACCEPTED]
    assert LeadEvent.objects.filter(kind="call.missed").count() == 1
    assert not CallbackTask.objects.exists()


def test_a_person_takes_it(hosted: Wire) -> None:
    hosted.post("voice", "voice__ringing")
    hosted.post("leg", "whisper__mobile_answered")
    hosted.post("whisper", "whisper__mobile_answered")
    hosted.post("whisper-answer", "whisper-answer__pressed_1")
    hosted.post("dial", "dial__completed_bridged")
    hosted.post("call-status", "call-status__completed")
    assert Call.objects.get().state == CallState.ANSWERED
    hosted.deliver_due()
    assert (hosted.sent, hosted.texts(), Conversation.objects.count()) == ([], [], 0)


def test_closed_and_not_ringing_is_missed_at_once(hosted: Wire) -> None:
    make_hours(hosted.business, opens="00:00", closes="00:01")
    make_script(hosted.business, kind="greeting_closed", name="Night", body="{business} is closed now.")
    make_script(hosted.business, kind="after_hours", name="Night text", body="{business}: we are closed now. {opt_out}")
    answer = hosted.post("voice", "voice__ringing")
    assert b"<Dial" not in answer.content
    assert b"Alder Plumbing is closed now." in answer.content
    assert Call.objects.get().miss_reason == MissReason.AFTER_HOURS
    hosted.deliver_due()
    assert hosted.sent == [(CALLER, "Alder Plumbing: we are closed now. Reply STOP to opt out.")]


def test_closed_and_ringing_all_the_same(hosted: Wire) -> None:
    make_hours(hosted.business, opens="00:00", closes="00:01")
    hosted.number.rings_when_closed = True
    hosted.number.save()
    assert b"<Dial" in hosted.post("voice", "voice__ringing").content
    assert Call.objects.get().state == CallState.RINGING


def test_hung_up_while_it_rang(hosted: Wire) -> None:
    """The only news of it is the status of the caller's own leg."""
    hosted.post("voice", "voice__ringing")
    hosted.post("call-status", "call-status__canceled")
    assert Call.objects.get().miss_reason == MissReason.ABANDONED
    hosted.deliver_due()
    assert len(hosted.sent) == 1
