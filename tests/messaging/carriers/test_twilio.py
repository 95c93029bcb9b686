"""The Twilio adapter: signature, parsing and TwiML, and the official SDK against a carrier on loopback."""

import logging
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode
from xml.etree import ElementTree

import pytest
from django.conf import settings
from twilio.request_validator import RequestValidator

from messaging.carriers.base import (
    AlertAnswered,
    AlertCallEnded,
    AlertPickedUp,
    BadPayload,
    CallArrived,
    CallEnd,
    CallEnded,
    Delivery,
    ErrorClass,
    HookRequest,
    Media,
    OutboundText,
    RingingEnded,
    SendOutcome,
    TeamPickedUp,
    TextReceived,
    TextStatus,
    VoicemailLeft,
    VoicemailTranscribed,
    WhisperAsked,
    WrongAccount,
)
from messaging.carriers.plans import Connect, Ring, Say, TakeVoicemail
from messaging.carriers.twilio import TwilioCarrier
from messaging.carriers.twilio_codes import CALL_ENDS, DELIVERIES, ERROR_CLASSES, PLAIN_WORDS
from messaging.enums import NumberMode
from messaging.models import CarrierAccount, PhoneNumber
from tests import payloads
from tests.fakes.carrier import ACCOUNT_SID, AUTH_TOKEN, FakeCarrier, drop_after, drop_before, error, http
from tests.fakes.carrier_faults import Answer, Fault
from tests.fakes.signer import signed_headers, twilio_signature
from tests.messaging.carriers.contract import TEXT, AdapterContract

GOLDEN_URL = "https://mycompany.com/myapp.php?foo=1&bar=2"
GOLDEN_PARAMS = {
    "CallSid": "CA1234567890ABCDE", "Caller": "+14158675309", "Digits": "1234", "From": "+14158675309",
    "To": "+18005551212",
}  # fmt: skip
GOLDEN_SIGNATURE = "RSOYDt4T1cUTdK1PDd93/VVr8B8="
CALL, LEG = "CA" + "1" * 32, "CA" + "2" * 32


def make_adapter(**values: Any) -> TwilioCarrier:
    defaults = {"key": "the-key", "account_sid": ACCOUNT_SID, "auth_token": AUTH_TOKEN, "kind": "twilio"}
    return TwilioCarrier(CarrierAccount(**{**defaults, **values}))


NOTICE = "notice=0b0f7f6e-0000-4000-8000-000000000000"


def request_of(event: str, params: dict[str, str], query: str = "", token: str = AUTH_TOKEN) -> HookRequest:
    url = f"{settings.SITE_URL}/hooks/twilio/the-key/{event}{'?' + query if query else ''}"
    return HookRequest(
        url=url,
        path_event=event,
        query=dict(pair.split("=") for pair in query.split("&") if pair),
        headers=signed_headers(token, url, params),
        body=urlencode(params).encode(),
        form={name: [value] for name, value in params.items()},
    )


def parsed(name: str, query: str = "", **overrides: Any) -> Any:
    """The one event of a recorded payload, None when there is none."""
    event, adapter = name.partition("__")[0], make_adapter()
    payload = adapter.payload(request_of(event, payloads.load("twilio", name, **overrides), query))
    events = adapter.parse(event, payload)
    assert len(events) <= 1
    return events[0] if events else None


class TestContract(AdapterContract):
    carrier_class = TwilioCarrier

    def account(self) -> CarrierAccount:
        return make_adapter().account

    def requests(self) -> list[tuple[str, HookRequest]]:
        one_of_each = {name.partition("__")[0]: name for name in payloads.names("twilio")} | {
            "leg": "whisper__mobile_answered"
        }
        found = [
            (event, request_of(event, payloads.load("twilio", name), NOTICE if event.startswith("alert") else ""))
            for event, name in one_of_each.items()
        ]
        return [*found, ("dial", request_of("dial", payloads.load("twilio", "dial__busy"), "attempt=2"))]


# ---------------------------------------------------------------- signature
def golden(signature: str) -> HookRequest:
    form = {name: [value] for name, value in GOLDEN_PARAMS.items()}
    query = {"foo": "1", "bar": "2"}
    return HookRequest(GOLDEN_URL, "voice", query, {"X-Twilio-Signature": signature}, b"", form)


def test_the_golden_signature() -> None:
    """The documented example, by our signer, by the SDK and by the adapter."""
    assert twilio_signature("12345", GOLDEN_URL, GOLDEN_PARAMS) == GOLDEN_SIGNATURE
    assert RequestValidator("12345").compute_signature(GOLDEN_URL, GOLDEN_PARAMS) == GOLDEN_SIGNATURE
    assert make_adapter(auth_token="12345").verify(golden(GOLDEN_SIGNATURE))
    for index, letter in enumerate(GOLDEN_SIGNATURE):
        wrong = GOLDEN_SIGNATURE[:index] + ("A" if letter != "A" else "B") + GOLDEN_SIGNATURE[index + 1 :]
        assert not make_adapter(auth_token="12345").verify(golden(wrong))


@pytest.mark.parametrize("algorithm", ["HMAC_SHA1", "HMAC_SHA256", ""])
def test_a_shared_key_is_never_taken_for_the_token(algorithm: str) -> None:
    """Even with a signature that our token would make: the header says that another secret has signed."""
    adapter = make_adapter(auth_token="12345", pk=987_654 + len(algorithm))
    validator = RequestValidator("12345")
    for signature in (GOLDEN_SIGNATURE, validator.compute_signature(GOLDEN_URL, GOLDEN_PARAMS, "HMAC_SHA256")):
        request = golden(signature)
        headers = {**request.headers, "X-Twilio-Webhooks-Signature-Settings": f"key=k,algorithm={algorithm}"}
        assert not adapter.verify(HookRequest(request.url, "voice", request.query, headers, b"", request.form))


def test_another_account_is_named() -> None:
    request = request_of("voice", payloads.load("twilio", "voice__ringing", AccountSid="AC" + "f" * 32))
    with pytest.raises(WrongAccount):
        make_adapter().payload(request)


# ---------------------------------------------------------------- parsing
def test_a_call_arrives() -> None:
    event = parsed("voice__forwarded")
    assert isinstance(event, CallArrived)
    assert (event.call_id[:2], event.caller, event.to, bool(event.forwarded_from)) == (
        "CA", "+15555550123", "+15555550100", True,
    )  # fmt: skip
    assert parsed("voice__spam_stir_failed").verification.startswith("TN-Validation-Failed")


@pytest.mark.parametrize(
    ("name", "end", "bridged"),
    [
        ("dial__completed_bridged", CallEnd.COMPLETED, True),
        ("dial__completed_not_bridged", CallEnd.COMPLETED, False),
        ("dial__no_answer", CallEnd.NO_ANSWER, False),
        ("dial__busy", CallEnd.BUSY, False),
        ("dial__failed", CallEnd.FAILED, False),
        ("dial__canceled", CallEnd.CANCELED, False),
    ],
)
def test_ringing_ends(name: str, end: CallEnd, bridged: bool) -> None:
    event = parsed(name, "attempt=3")
    assert isinstance(event, RingingEnded)
    assert (event.call_id, event.end, event.bridged, event.attempt) == (CALL, end, bridged, 3)


def test_calls_that_we_made() -> None:
    call_id, key = "CA33333333333333333333333333333333", NOTICE.partition("=")[2]
    picked_up = parsed("alert__picked_up", NOTICE)
    assert picked_up == AlertPickedUp(call_id, key, raw=picked_up.raw)
    pressed = parsed("alert-answer__pressed_1", f"{NOTICE}&attempt=2")
    assert pressed == AlertAnswered(call_id, key, "1", 2, raw=pressed.raw)
    for name, end in (("completed", CallEnd.COMPLETED), ("no_answer", CallEnd.NO_ANSWER)):
        ended = parsed(f"alert-status__{name}", NOTICE)
        assert ended == AlertCallEnded(call_id, key, end, raw=ended.raw)
    with pytest.raises(BadPayload):
        parsed("alert__picked_up")


@pytest.mark.parametrize(("query", "attempt"), [("", 1), ("attempt=x", 1), ("attempt=0", 1), ("attempt=-1", 1)])
def test_which_round_of_ringing(query: str, attempt: int) -> None:
    assert parsed("dial__no_answer", query).attempt == attempt


def test_an_end_nobody_knows_is_a_failure_and_silence_about_the_bridge_is_none() -> None:
    event = parsed("dial__no_answer", DialCallStatus="evaporated", DialBridged=None)
    assert (event.end, event.bridged) == (CallEnd.FAILED, None)


def test_the_teams_leg_names_the_call_by_its_parent() -> None:
    assert parsed("whisper__mobile_answered") == WhisperAsked(CALL, raw=parsed("whisper__mobile_answered").raw)
    pressed = parsed("whisper-answer__pressed_1")
    assert isinstance(pressed, TeamPickedUp)
    assert (pressed.call_id, pressed.accepted) == (CALL, True)
    assert [parsed(f"whisper-answer__{name}").accepted for name in ("pressed_other", "no_digits")] == [False, False]


@pytest.mark.parametrize(("status", "found"), [("in-progress", True), ("answered", True), ("ringing", False)])
def test_only_a_leg_that_was_picked_up_says_something(status: str, found: bool) -> None:
    params = payloads.load("twilio", "whisper__mobile_answered", CallStatus=status)
    adapter = make_adapter()
    events = adapter.parse("leg", adapter.payload(request_of("leg", params)))
    assert [(type(event), event.call_id, event.accepted) for event in events] == (  # type: ignore[union-attr]
        [(TeamPickedUp, CALL, False)] if found else []
    )


@pytest.mark.parametrize("status", CALL_ENDS)
def test_the_call_ends(status: str) -> None:
    event = parsed("call-status__completed", CallStatus=status)
    assert isinstance(event, CallEnded)
    assert (event.call_id, event.caller, event.to, event.end) == (
        CALL,
        "+15555550123",
        "+15555550100",
        CALL_ENDS[status],
    )


@pytest.mark.parametrize("more", [{"CallStatus": "ringing"}, {"ParentCallSid": LEG}, {"Direction": "outbound-api"}])
def test_other_statuses_say_nothing(more: dict[str, str]) -> None:
    assert parsed("call-status__completed", **more) is None


def test_voicemail() -> None:
    event = parsed("voicemail__hung_up")
    assert isinstance(event, VoicemailLeft)
    assert (event.seconds, event.hung_up, event.url[-34:]) == (9, True, "RE" + "3" * 32)
    silent = parsed("voicemail__empty", "empty=1")
    assert (silent.seconds, silent.url) == (0, "")
    assert (parsed("recording__completed").seconds, parsed("recording__absent").seconds) == (14, 0)
    assert parsed("recording__completed", RecordingStatus="in-progress") is None
    assert parsed("voicemail__recorded", RecordingDuration="٣").seconds == 0
    assert parsed("voicemail__recorded", RecordingDuration="9" * 5000).seconds == 0
    words = parsed("transcription__completed")
    assert isinstance(words, VoicemailTranscribed)
    assert (words.call_id, words.text[:8], parsed("transcription__failed")) == (CALL, "Hi, this", None)


def test_texts() -> None:
    event = parsed("message__mms_two_pictures")
    assert isinstance(event, TextReceived)
    assert [type(media) for media in event.media] == [Media, Media]
    assert event.media[0].content_type.startswith("image/")
    assert len(parsed("message__ten_media").media) == 10
    assert parsed("message__ten_media", NumMedia="400").media == parsed("message__ten_media").media
    assert parsed("message__ten_media", MediaUrl3=None).media[3].url == parsed("message__ten_media").media[4].url
    assert parsed("message__stop_opt_out_type").carrier_keyword == "STOP"
    assert (parsed("message__no_from").sender, parsed("message__plain").carrier_keyword) == ("", "")


@pytest.mark.parametrize("status", DELIVERIES)
def test_statuses_of_texts(status: str) -> None:
    event = parsed("message-status__sent", "text=our-key", MessageStatus=status)
    assert isinstance(event, TextStatus)
    assert (event.delivery, event.message_key, event.error_code) == (DELIVERIES[status], "our-key", "")


def test_errors_of_texts_are_put_in_plain_words() -> None:
    event = parsed("message-status__undelivered_30006")
    assert (event.delivery, event.error_code, event.error_text) == (Delivery.UNDELIVERED, "30006", PLAIN_WORDS["30006"])
    unknown = parsed("message-status__undelivered_30006", ErrorCode="39999", ErrorMessage='Odd "new"\nthing')
    assert unknown.error_text == 'Odd \\"new\\"\\nthing'
    assert parsed("message-status__sent", MessageStatus="receiving") is None


def test_every_code_we_act_on_has_words() -> None:
    assert set(ERROR_CLASSES) == set(PLAIN_WORDS)


# ---------------------------------------------------------------- answers
PLANS = [
    Ring(("+15555550111",), 15, True, 2),
    TakeVoicemail("Hi & <welcome>", "es"),
    Say("", "en"),
    Say("¡Adiós! \N{GRINNING FACE}", "es"),
    Connect(),
    None,
]


@pytest.mark.parametrize("plan", PLANS, ids=lambda plan: type(plan).__name__)
def test_every_answer_is_well_formed(plan: Any) -> None:
    answer = make_adapter().answer("voice", plan)
    assert answer.content_type == "text/xml; charset=utf-8"
    assert ElementTree.fromstring(answer.body.encode()).tag == "Response"


def test_voicemail_has_every_way_back_to_us() -> None:
    root = ElementTree.fromstring(make_adapter().answer("voice", TakeVoicemail("Hi", "es")).body.encode())
    say, record, redirect = root
    base = f"{settings.SITE_URL}/hooks/twilio/the-key"
    retry = "#rc=2&rp=ct,rt,5xx"
    assert (say.tag, say.text, say.get("language")) == ("Say", "Hi", "es-US")
    assert record.attrib == {
        "action": f"{base}/voicemail{retry}", "method": "POST", "maxLength": "120", "timeout": "5",
        "trim": "trim-silence", "transcribe": "true", "transcribeCallback": f"{base}/transcription{retry}",
        "recordingStatusCallback": f"{base}/recording{retry}", "recordingStatusCallbackEvent": "completed absent",
    }  # fmt: skip
    # Without an action of its own <Record> would come back to the current address, and silence makes no request at all.
    assert (redirect.tag, redirect.text) == ("Redirect", f"{base}/voicemail?empty=1{retry}")


def test_what_to_paste_at_the_carrier() -> None:
    base, retry = f"{settings.SITE_URL}/hooks/twilio/the-key", "#rc=2&rp=ct,rt,5xx"
    texts = {"A message comes in": f"{base}/message{retry}"}
    calls = {"A call comes in": f"{base}/voice{retry}", "Call status changes": f"{base}/call-status{retry}"}
    assert make_adapter().hook_urls(PhoneNumber(mode=NumberMode.HOSTED)) == {**calls, **texts}
    assert make_adapter().hook_urls(PhoneNumber(mode=NumberMode.EXTERNAL)) == texts


# ---------------------------------------------------------------- the SDK on loopback
def test_a_text_leaves_as_asked(carrier: FakeCarrier) -> None:
    result = make_adapter().send(TEXT)
    (text,) = carrier.ledger
    assert (result.outcome, result.message_id) == (SendOutcome.ACCEPTED, text.sid)
    assert (text.to, text.from_, text.body, text.validity_period) == (TEXT.to, TEXT.sender, "Hi", 900)
    assert text.status_callback == (
        f"{settings.SITE_URL}/hooks/twilio/the-key/message-status?text={TEXT.key}#rc=2&rp=ct,rt,5xx"
    )


def test_a_messaging_service_is_named_beside_the_number(carrier: FakeCarrier) -> None:
    make_adapter(messaging_service_sid="MG" + "1" * 32).send(TEXT)
    assert (carrier.ledger[0].messaging_service_sid, carrier.ledger[0].from_) == ("MG" + "1" * 32, TEXT.sender)


def answered(status: int, body: bytes) -> Fault:
    return Fault("odd answer", accepts=True, reply=Answer(status, body))


@pytest.mark.parametrize(
    ("fault", "outcome", "code"),
    [
        (error(21610), SendOutcome.REJECTED, "21610"),
        (error(21211), SendOutcome.REJECTED, "21211"),
        (error(20003, 401), SendOutcome.REJECTED, "20003"),
        (error(20429, 429), SendOutcome.THROTTLED, "20429"),
        (http(500), SendOutcome.UNKNOWN, "500"),
        (http(503, as_json=True), SendOutcome.UNKNOWN, "20503"),
        (http(502, accepted=True), SendOutcome.UNKNOWN, "502"),
        (drop_after(), SendOutcome.UNKNOWN, "ConnectionError"),
        (drop_before(), SendOutcome.UNKNOWN, "ConnectionError"),
        (answered(201, b"<html>"), SendOutcome.UNKNOWN, "JSONDecodeError"),
        (answered(201, b"[]"), SendOutcome.UNKNOWN, "AttributeError"),
        (answered(201, b"{}"), SendOutcome.UNKNOWN, "no_id"),
        (answered(201, b""), SendOutcome.UNKNOWN, "no_id"),
        (answered(400, b"<html>"), SendOutcome.REJECTED, "400"),
        (
            answered(400, b'{"type":"t","title":"x","status":400,"code":21610,"detail":"d"}'), SendOutcome.REJECTED,
            "21610",
        ),
        (answered(503, b'{"type":"t","title":"x","status":503,"code":20503}'), SendOutcome.UNKNOWN, "20503"),
    ],
    ids=lambda value: getattr(value, "name", None),
)  # fmt: skip
def test_sending_never_raises(carrier: FakeCarrier, fault: Fault, outcome: SendOutcome, code: str) -> None:
    carrier.inject(fault)
    result = make_adapter().send(TEXT)
    assert (result.outcome, result.error_code, result.message_id) == (outcome, code, "")


def test_the_carriers_wish_to_wait_is_heard(carrier: FakeCarrier) -> None:
    carrier.inject(error(20429, 429, retry_after=7), error(20429, 429))
    assert [make_adapter().send(TEXT).retry_after for _ in range(2)] == [7.0, None]


def test_the_client_has_a_deadline(carrier: FakeCarrier) -> None:
    _, http_client = make_adapter()._client()
    assert http_client.timeout == 10.0


def test_texts_are_found_in_the_log(carrier: FakeCarrier) -> None:
    adapter = make_adapter()
    sent = adapter.send(TEXT)
    adapter.send(OutboundText("other", TEXT.sender, "+15555550124", "Hi", 900))
    since = datetime.now(UTC) - timedelta(minutes=1)
    (found,) = adapter.find_texts(to=TEXT.to, sender=TEXT.sender, since=since)
    assert (found.message_id, found.to, found.sender, found.body) == (sent.message_id, TEXT.to, TEXT.sender, "Hi")
    assert adapter.find_texts(to=TEXT.to, sender="+15555550177", since=since) == []


def test_calls_are_listed_by_number_since_an_instant(carrier: FakeCarrier) -> None:
    now = datetime.now(UTC).replace(microsecond=0)
    for minutes, to in ((5, "+15555550100"), (30, "+15555550100"), (1, "+15555550101"), (1, "+15555550102")):
        carrier.add_call(from_="+15555550123", to=to, status="no-answer", start_time=now - timedelta(minutes=minutes))
    listed = make_adapter().list_calls(since=now - timedelta(minutes=10), numbers=["+15555550100", "+15555550101"])
    assert [(call.to, call.caller, call.started_at, call.end, call.is_inbound) for call in listed] == [
        ("+15555550100", "+15555550123", now - timedelta(minutes=5), CallEnd.NO_ANSWER, True),
        ("+15555550101", "+15555550123", now - timedelta(minutes=1), CallEnd.NO_ANSWER, True),
    ]


def test_one_call_with_its_legs(carrier: FakeCarrier) -> None:
    call = carrier.add_call(from_="+15555550123", to="+15555550100", status="in-progress")
    found = make_adapter().fetch_call(call.sid)
    assert found is not None
    assert (found.end, found.answered_leg) == (None, False)
    leg = {"from_": "+15555550123", "to": "+15555550111", "parent_call_sid": call.sid, "direction": "outbound-dial"}
    carrier.add_call(status="completed", duration=30, **leg)  # type: ignore[arg-type]
    assert make_adapter().fetch_call(call.sid).answered_leg is True  # type: ignore[union-attr]
    assert make_adapter().fetch_call("CA" + "0" * 32) is None


@pytest.mark.parametrize(
    ("kind", "answer"),
    [("landline", True), ("mobile", False), ("nonFixedVoip", False), (None, None)],
)
def test_line_types(carrier: FakeCarrier, kind: str | None, answer: bool | None) -> None:
    carrier.line_types[TEXT.to] = kind
    assert make_adapter().is_landline(TEXT.to) == answer


def test_a_look_up_that_fails_says_nothing(carrier: FakeCarrier, caplog: pytest.LogCaptureFixture) -> None:
    carrier.inject(http(500), answered(200, b"<html>"), on="lookup")
    assert [make_adapter().is_landline(TEXT.to) for _ in range(2)] == [None, None]
    assert {record.levelno for record in caplog.records if record.name.startswith("messaging")} == {logging.WARNING}


@pytest.mark.parametrize(
    ("url", "sent"),
    [
        ("https://api.twilio.com/2010-04-01/x", True),
        ("https://media.us1.twilio.com/x", True),
        ("https://twilio.com/x", True),
        ("http://api.twilio.com/x", False),
        ("https://twilio.com.evil.example/x", False),
        ("https://eviltwilio.com/x", False),
        ("https://api.twilio.com@evil.example/x", False),
        ("not an address", False),
        ("", False),
    ],
)
def test_the_token_goes_to_the_carrier_only(url: str, sent: bool) -> None:
    assert make_adapter().media_auth(url) == ((ACCOUNT_SID, AUTH_TOKEN) if sent else None)


def test_the_token_goes_to_the_configured_address(carrier: FakeCarrier) -> None:
    assert make_adapter().media_auth(f"{carrier.url}/x") == (ACCOUNT_SID, AUTH_TOKEN)
    assert make_adapter().media_hosts() == {carrier.url.removeprefix("http://")}


@pytest.mark.parametrize(
    ("code", "asks"), [("21610", ErrorClass.OPTED_OUT), ("30034", ErrorClass.SENDER), ("1", ErrorClass.UNKNOWN)]
)
def test_what_an_error_asks_for(code: str, asks: ErrorClass) -> None:
    assert make_adapter().classify(code) == asks
