"""The recorded payloads are complete, literal and fictional."""

import re

import pytest

from tests.fakes.carrier import ACCOUNT_SID
from tests.fakes.carrier_books import count_segments
from tests.payloads import load, names, read

EVENTS = {
    "voice": {
        "ringing",
        "anonymous",
        "restricted_word",
        "forwarded",
        "no_geo",
        "landline_like",
        "spam_stir_failed",
    },
    "dial": {"completed_bridged", "completed_not_bridged", "no_answer", "busy", "failed", "canceled"},
    "whisper": {"mobile_answered"},
    "whisper-answer": {"pressed_1", "pressed_other", "no_digits"},
    "voicemail": {"recorded", "hung_up", "empty", "zero_seconds"},
    "recording": {"completed", "absent"},
    "transcription": {"completed", "failed"},
    "call-status": {"completed", "no_answer", "busy", "canceled", "failed"},
    "alert": {"picked_up"},
    "alert-answer": {"pressed_1"},
    "alert-status": {"completed", "no_answer"},
    "message": {
        "plain",
        "stop",
        "stop_opt_out_type",
        "start",
        "help",
        "emoji",
        "mms_two_pictures",
        "mms_only",
        "ten_media",
        "long",
        "rtl",
        "nul",
        "spanish",
        "no_from",
        "short_code",
    },
    "message-status": {
        "queued",
        "sent",
        "delivered",
        "undelivered_30006",
        "failed_30007",
        "opted_out_21610",
        "raw_dlr_done_date",
    },
}
REQUIRED = {
    "voice": {"CallStatus", "Caller", "Called", "Direction", "ApiVersion", "CallToken"},
    "dial": {"DialCallSid", "DialCallStatus", "DialBridged", "CallStatus"},
    "whisper": {"ParentCallSid", "CallStatus"},
    "whisper-answer": {"ParentCallSid", "Digits"},
    "voicemail": {"CallStatus", "From", "To"},
    "recording": {"RecordingSid", "RecordingUrl", "RecordingStatus", "RecordingDuration", "RecordingSource"},
    "transcription": {"TranscriptionText", "TranscriptionStatus", "RecordingSid"},
    "call-status": {"CallStatus", "CallDuration", "Timestamp", "SequenceNumber", "CallbackSource"},
    "alert": {"CallStatus", "Direction", "From", "To"},
    "alert-answer": {"Digits", "CallStatus"},
    "alert-status": {"CallStatus", "From", "To"},
    "message": {"MessageSid", "SmsSid", "SmsMessageSid", "Body", "NumMedia", "NumSegments", "SmsStatus", "From", "To"},
    "message-status": {"MessageSid", "SmsSid", "MessageStatus", "SmsStatus", "From", "To", "ApiVersion"},
}
FICTIONAL = re.compile(r"\+155555501\d\d")


def test_every_event_has_its_cases():
    assert {event: {name.partition("__")[2] for name in names("twilio", event)} for event in EVENTS} == EVENTS
    assert len(names("twilio")) == sum(len(cases) for cases in EVENTS.values())


@pytest.mark.parametrize("name", names("twilio"))
def test_a_carrier_payload_is_literal_and_complete(name):
    whole = read("twilio", name)
    params = load("twilio", name)
    assert sorted(whole) == ["event", "note", "params"]
    assert whole["event"] == name.partition("__")[0]
    assert whole["note"]
    assert params == whole["params"]
    assert all(isinstance(value, str) for value in params.values())
    assert REQUIRED[whole["event"]] - params.keys() == set()
    assert params["AccountSid"] == ACCOUNT_SID
    for field, value in params.items():
        if field.endswith("Sid"):
            assert re.fullmatch(r"[A-Z]{2}[0-9a-f]{32}", value)
        if value.startswith("+1"):
            assert FICTIONAL.fullmatch(value)


@pytest.mark.parametrize("name", names("twilio", "message"))
def test_media_and_segments_are_counted(name):
    params = load("twilio", name)
    count = int(params["NumMedia"])
    assert [field for field in params if re.fullmatch(r"MediaUrl\d", field)] == [f"MediaUrl{n}" for n in range(count)]
    assert all(f"MediaContentType{n}" in params for n in range(count))
    assert params["NumSegments"] == str(count_segments(params["Body"]))
    assert params["MessageSid"] == params["SmsSid"] == params["SmsMessageSid"]


def test_messages_and_separate_calls_have_their_own_ids():
    for event, field in (("message", "MessageSid"), ("voice", "CallSid")):
        sids = [load("twilio", name)[field] for name in names("twilio", event)]
        assert len(set(sids)) == len(sids)


def test_what_the_special_cases_are_for():
    assert load("twilio", "voice__forwarded")["StirVerstat"].endswith("-Diverted")
    assert load("twilio", "voice__forwarded")["ForwardedFrom"] == "+15555550150"
    assert [
        field for field in load("twilio", "voice__no_geo") if re.match(r"(From|Caller)(City|State|Zip|Country)", field)
    ] == []
    assert load("twilio", "message__nul")["Body"] == "before\0after\a\u200b end"
    assert load("twilio", "message__stop_opt_out_type")["OptOutType"] == "STOP"
    assert [field for field in load("twilio", "voicemail__empty") if field.startswith("Recording")] == []


@pytest.mark.parametrize("name", names("webhook"))
def test_a_webhook_payload_is_complete(name):
    body = load("webhook", name)
    assert sorted(body) == ["data", "timestamp", "type"]
    assert body["type"] == "call.missed"
    assert sorted(body["data"]) == [
        "call_id",
        "caller_name",
        "from",
        "occurred_at",
        "rang_seconds",
        "reason",
        "to",
        "voicemail_text",
    ]
    assert body["data"]["reason"] in {"no_answer", "busy", "abandoned", "voicemail", "after_hours", "failed"}
    assert FICTIONAL.fullmatch(body["data"]["from"])


def test_webhook_cases():
    assert names("webhook") == [
        "call__after_hours",
        "call__bad_time",
        "call__busy",
        "call__no_answer",
        "call__unknown_number",
        "call__voicemail",
    ]


def test_overrides_do_not_touch_the_recording():
    params = load("twilio", "voice__ringing", From="+15555550124", CallToken=None, Extra="1")
    assert (params["From"], params["Extra"], "CallToken" in params) == ("+15555550124", "1", False)
    assert load("twilio", "voice__ringing")["From"] == "+15555550123"
    body = load("webhook", "call__busy", from_="+15555550124", caller_name=None, timestamp="2026-11-20T00:00:00Z")
    assert (body["data"]["from"], "caller_name" in body["data"]) == ("+15555550124", False)
    assert body["timestamp"] == "2026-11-20T00:00:00Z"
    assert load("webhook", "call__busy")["data"]["from"] == "+15555550123"
