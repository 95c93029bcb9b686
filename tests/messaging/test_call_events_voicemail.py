"""Voicemail: it refines what was decided, its words join the conversation, silence counts as missed."""

import pytest

from messaging.enums import CallState, MissReason
from messaging.models import Call, Conversation
from recoverline.lib import clock
from tests.fakes.carrier import FakeCarrier
from tests.messaging.team_line import decided, make_hosted, post
from tests.wire import Wire

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def hosted(db: None, carrier: FakeCarrier) -> Wire:
    return make_hosted(carrier)


# ---------------------------------------------------------------- voicemail
def miss(wire: Wire) -> None:
    post(wire, "voice", "voice__ringing")
    post(wire, "dial", "dial__no_answer")


def test_voicemail_refines_what_was_decided(hosted: Wire) -> None:
    miss(hosted)
    before = Call.objects.get()
    assert post(hosted, "voicemail", "voicemail__recorded") == "<Response><Hangup /></Response>"
    call = Call.objects.get()
    assert (call.miss_reason, call.voicemail_seconds) == (MissReason.VOICEMAIL, 14)
    assert call.voicemail_url.startswith("https://api.twilio.com/2010-04-01/Accounts/")
    assert (call.decided_at, call.facts["reason"]) == (before.decided_at, "no_answer")
    assert len(hosted.texts()) == 1


@pytest.mark.parametrize(
    ("event", "name", "query"),
    [
        ("voicemail", "voicemail__empty", {"empty": "1"}),
        ("voicemail", "voicemail__zero_seconds", None),
        ("recording", "recording__absent", None),
    ],
)
def test_a_silent_caller_counts_as_missed(hosted: Wire, event: str, name: str, query: dict[str, str] | None) -> None:
    miss(hosted)
    hosted.post(event, name, query=query)
    call = Call.objects.get()
    assert (call.miss_reason, call.voicemail_seconds, call.voicemail_url) == (MissReason.SILENT, 0, "")
    assert len(hosted.texts()) == 1


def test_silence_reported_later_does_not_take_a_voicemail_away(hosted: Wire) -> None:
    miss(hosted)
    post(hosted, "voicemail", "voicemail__recorded")
    hosted.post("recording", "recording__absent")
    assert (Call.objects.get().miss_reason, Call.objects.get().voicemail_seconds) == (MissReason.VOICEMAIL, 14)


def test_a_recording_that_is_not_done_yet_is_ignored(hosted: Wire) -> None:
    miss(hosted)
    hosted.post("recording", "recording__completed", RecordingStatus="in-progress")
    assert Call.objects.get().voicemail_seconds is None
    hosted.post("recording", "recording__completed")
    assert Call.objects.get().voicemail_seconds == 14


def test_the_transcript_joins_the_conversation_once(hosted: Wire) -> None:
    miss(hosted)
    for _ in range(2):
        hosted.post("transcription", "transcription__completed")
    hosted.post("transcription", "transcription__completed", RecordingSid="RE" + "8" * 32, TranscriptionText="again")
    words = "Hi, this is Pat Example, my water heater is leaking, please call me back."
    call, conversation = Call.objects.get(), Conversation.objects.get()
    assert (call.transcript, call.miss_reason) == (words, MissReason.VOICEMAIL)
    assert (conversation.last_preview, conversation.unread_count) == (f"Voicemail: {words}", 1)
    assert conversation.needs_reply


def test_a_transcript_alone_is_evidence_of_a_miss(hosted: Wire) -> None:
    post(hosted, "voice", "voice__ringing")
    hosted.post("transcription", "transcription__completed")
    assert decided() == (CallState.MISSED, MissReason.VOICEMAIL)
    assert len(hosted.texts()) == 1


def test_a_late_transcript_does_not_reopen_a_matter_that_is_done(hosted: Wire) -> None:
    """The conversation was closed and lost, and a new one begun, before the words came."""
    miss(hosted)
    old = Conversation.objects.get()
    old.request.status = "lost"
    old.request.save()
    Conversation.objects.update(status="done", closed_at=clock.now())
    hosted.post("message", "message__plain")
    hosted.post("transcription", "transcription__completed")
    old.refresh_from_db()
    new = Conversation.objects.exclude(pk=old.pk).get()
    assert (old.status, new.status, new.last_preview[:10]) == ("done", "open", "Voicemail:")


@pytest.mark.parametrize("name", ["transcription__failed"])
def test_a_failed_transcript_changes_nothing(hosted: Wire, name: str) -> None:
    miss(hosted)
    hosted.post("transcription", name)
    assert (Call.objects.get().transcript, Conversation.objects.get().needs_reply) == ("", False)


def test_an_answered_call_stays_answered(hosted: Wire) -> None:
    post(hosted, "voice", "voice__ringing")
    post(hosted, "dial", "dial__completed_bridged")
    for event, name in (
        ("voicemail", "voicemail__recorded"),
        ("transcription", "transcription__completed"),
        ("call-status", "call-status__completed"),
    ):
        hosted.post(event, name)
    assert decided() == (CallState.ANSWERED, "")
    assert hosted.texts() == []


@pytest.mark.parametrize("event", ["dial", "voicemail", "whisper", "whisper-answer"])
def test_events_of_a_call_nobody_knows_end_it(hosted: Wire, event: str) -> None:
    name = {"dial": "dial__no_answer", "voicemail": "voicemail__recorded", "whisper": "whisper__mobile_answered"}
    assert post(hosted, event, name.get(event, "whisper-answer__pressed_1")) == "<Response><Hangup /></Response>"
    assert not Call.objects.exists()
