"""The door for carriers: who is let in, what is stored, what is answered when something goes wrong."""

import socket
from datetime import timedelta
from typing import Any

import pytest

from leads.models import Lead
from messaging.carriers.twilio import TwilioCarrier
from messaging.carriers.twilio_events import PARSERS
from messaging.enums import CallState
from messaging.models import Call, Conversation, InboundHook, Message
from recoverline.lib import clock
from tests import payloads
from tests.fakes.carrier import FakeCarrier
from tests.messaging.door import SILENCE, SORRY, errors
from tests.messaging.team_line import make_hosted
from tests.phone_system import connect_phone_system
from tests.wire import Wire

pytestmark = pytest.mark.django_db(transaction=True)

NOBODYS = "0b0f7f6e-0000-4000-8000-000000000000"
EXTRA_QUERY = {
    "message-status": {"text": NOBODYS},
    "dial": {"attempt": "1"},
    **{event: {"notice": NOBODYS} for event in ("alert", "alert-answer", "alert-status")},
}


@pytest.fixture
def hosted(db: None, carrier: FakeCarrier) -> Wire:
    return make_hosted(carrier)


# ---------------------------------------------------------------- every recorded payload
@pytest.mark.parametrize("name", payloads.names("twilio"))
def test_every_recorded_webhook_is_taken(hosted: Wire, name: str, caplog: pytest.LogCaptureFixture) -> None:
    event = name.partition("__")[0]
    if event not in ("voice", "message", "message-status"):
        hosted.post("voice", "voice__ringing")

    answer = hosted.post(event, name, query=EXTRA_QUERY.get(event))

    assert answer.status_code == 200
    assert answer["Content-Type"] == "text/xml; charset=utf-8"
    stored = InboundHook.objects.get(event=event)
    assert (stored.problem, stored.processed_at is not None) == ("", True)
    assert errors(caplog) == []
    again = hosted.post(event, name, query=EXTRA_QUERY.get(event))
    assert (again.status_code, again.content) == (200, answer.content)
    assert InboundHook.objects.filter(event=event).count() == 1


@pytest.mark.parametrize("name", payloads.names("webhook"))
def test_every_recorded_report_is_taken(wire: Wire, name: str, caplog: pytest.LogCaptureFixture) -> None:
    system = connect_phone_system(wire)

    answer = system.report(name, **({"occurred_at": "yesterday at five"} if name == "call__bad_time" else {}))

    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})
    stored = InboundHook.objects.get()
    assert stored.processed_at is not None
    assert stored.problem.startswith("data.occurred_at is not a time") == (name == "call__bad_time")
    assert Call.objects.count() == (0 if name in ("call__bad_time", "call__unknown_number") else 1)
    assert errors(caplog) == []


# ---------------------------------------------------------------- WHK-09, 14: replays and strange content
def test_a_replay_after_a_day_has_no_effect(wire: Wire, monkeypatch: pytest.MonkeyPatch) -> None:
    first = wire.post("voice", "voice__ringing")
    tomorrow = clock.now() + timedelta(days=1)
    monkeypatch.setattr(clock, "now", lambda: tomorrow)
    again = wire.post("voice", "voice__ringing")
    assert (again.status_code, again.content) == (200, first.content)
    assert (Call.objects.count(), len(wire.texts()), InboundHook.objects.count()) == (1, 1, 1)


def test_nul_and_control_characters_are_stored_clean(wire: Wire) -> None:
    assert wire.post("message", "message__nul").status_code == 200
    assert Message.objects.get().body == "beforeafter end"
    assert InboundHook.objects.get().payload["Body"] == "beforeafter\a\u200b end"


@pytest.mark.parametrize("body", ["x" * 10_000, "\N{GRINNING FACE}" * 500, "שלום \u202e abc", ""])
def test_long_odd_and_empty_bodies_are_taken(wire: Wire, body: str) -> None:
    assert wire.post("message", "message__plain", Body=body).status_code == 200
    assert Conversation.objects.get().needs_reply


def test_ten_pictures_are_kept_in_order(wire: Wire) -> None:
    wire.post("message", "message__ten_media")
    media = Message.objects.get().media.all()
    assert [row.position for row in media] == list(range(10))


@pytest.mark.parametrize("name", ["message__no_from", "message__short_code"])
def test_senders_nobody_can_answer_open_no_conversation(wire: Wire, name: str) -> None:
    assert wire.post("message", name).status_code == 200
    assert (InboundHook.objects.count(), Lead.objects.count()) == (1, 0)


@pytest.mark.parametrize(
    "caller", ["+266696687", "+7378742833", "+2562533", "+8656696", "+86282452253", "anonymous", "", "sip:x@y.example"]
)
def test_hidden_callers_get_no_text_but_a_task(wire: Wire, caller: str) -> None:
    wire.post("voice", "voice__ringing", From=caller, Caller=caller)
    call = Call.objects.get()
    assert (call.state, call.caller, call.decision) == (CallState.MISSED, "", "anonymous")
    assert [task.reason for task in wire.business.tasks.all()] == ["anonymous"]
    assert wire.texts() == []


def test_a_webhook_without_what_it_must_name_is_a_2xx(wire: Wire, caplog: pytest.LogCaptureFixture) -> None:
    assert wire.post("message", "message__plain", MessageSid=None).content.decode() == SILENCE
    assert wire.post("message", "message__plain", MessageSid="S" * 129).content.decode() == SILENCE
    assert not InboundHook.objects.exists()
    assert wire.post("message", "message__plain", To=None).content.decode() == SILENCE
    stored = InboundHook.objects.get()
    assert (stored.problem, stored.processed_at is None) == ("To is missing or too long", False)
    assert errors(caplog) == []


def test_a_caller_hears_words_when_a_webhook_cannot_be_understood(wire: Wire) -> None:
    for missing in ("CallSid", "To"):
        assert wire.post("voice", "voice__ringing", **{missing: None}).content.decode() == SORRY
    assert wire.post("voice", "voice__ringing", To=None).content.decode() == SORRY
    assert InboundHook.objects.count() == 1


# ---------------------------------------------------------------- WHK-15: no network while a carrier waits
def test_a_webhook_opens_no_socket(wire: Wire, monkeypatch: pytest.MonkeyPatch) -> None:
    """The carrier may hang for as long as it likes: nobody asks it anything before we have answered."""
    opened: list[Any] = []
    monkeypatch.setattr(socket.socket, "connect", lambda _self, address: opened.append(address))
    monkeypatch.setattr(socket, "create_connection", lambda address, *_a, **_k: opened.append(address))
    monkeypatch.setattr(socket, "getaddrinfo", lambda host, *_a, **_k: opened.append(host))
    wire.post("voice", "voice__ringing")
    wire.post("message", "message__mms_two_pictures")
    wire.post("voicemail", "voicemail__recorded")
    assert [message.status for message in wire.texts()] == ["queued"]
    assert opened == []


def test_every_event_has_its_parser() -> None:
    assert set(PARSERS) == set(TwilioCarrier.hook_events)
