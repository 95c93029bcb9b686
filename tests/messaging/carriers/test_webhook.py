"""The signed webhook of outside phone systems: the Standard Webhooks specification, and what our body means."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.conf import settings

from messaging.carriers.base import BadPayload, CallReported, HookRequest, NotSupported
from messaging.carriers.webhook import WebhookCarrier
from messaging.models import CarrierAccount, PhoneNumber
from tests import payloads
from tests.fakes.signer import standard_webhook_headers
from tests.messaging.carriers.contract import TEXT, AdapterContract
from tests.phone_system import SECRET


def make_adapter(**values: Any) -> WebhookCarrier:
    return WebhookCarrier(CarrierAccount(**{"key": "the-key", "kind": "webhook", "auth_token": SECRET, **values}))


def request_of(body: str | bytes, *, at: datetime | None = None, message_id: str = "msg_1") -> HookRequest:
    raw = body if isinstance(body, bytes) else body.encode()
    headers = standard_webhook_headers(SECRET, message_id, at or datetime.now(UTC), raw)
    return HookRequest(f"{settings.SITE_URL}/hooks/webhook/the-key/call", "call", {}, headers, raw, {})


def parsed(name: str = "call__no_answer", **overrides: Any) -> CallReported:
    adapter = make_adapter()
    (event,) = adapter.parse(
        "call", adapter.payload(request_of(json.dumps(payloads.load("webhook", name, **overrides))))
    )
    assert isinstance(event, CallReported)
    return event


class TestContract(AdapterContract):
    carrier_class = WebhookCarrier

    def account(self) -> CarrierAccount:
        return make_adapter().account

    def requests(self) -> list[tuple[str, HookRequest]]:
        return [
            ("call", request_of(json.dumps(payloads.load("webhook", name)), message_id=f"msg_{name}"))
            for name in payloads.names("webhook")
            if name != "call__bad_time"
        ]


# ---------------------------------------------------------------- signature
def test_the_example_of_the_specification() -> None:
    """Secret, id, time, body and signature as printed in the specification."""
    headers = standard_webhook_headers(
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, '{"test": 2432232314}'
    )
    assert headers["webhook-signature"] == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


@pytest.mark.parametrize(("minutes", "passes"), [(0, True), (4, True), (6, False), (-4, True), (-6, False)])
def test_old_and_future_messages_are_refused(minutes: int, passes: bool) -> None:
    request = request_of("{}", at=datetime.now(UTC) - timedelta(minutes=minutes))
    assert make_adapter().verify(request) == passes


@pytest.mark.parametrize("stamp", ["", "x", "nan", "inf", "-1", "9" * 400, "1e400"])
def test_odd_timestamps_are_refused(stamp: str) -> None:
    request = request_of("{}")
    headers = {**request.headers, "webhook-timestamp": stamp}
    assert not make_adapter().verify(HookRequest(request.url, "call", {}, headers, request.body, {}))


@pytest.mark.parametrize("secret", ["whsec_", "whsec_!", "\N{SNOWMAN}", "whsec_\N{SNOWMAN}", "x"])
def test_a_secret_that_is_none_lets_nobody_in(secret: str) -> None:
    assert not make_adapter(auth_token=secret).verify(request_of("{}"))


def test_several_signatures_during_the_senders_rotation() -> None:
    body = "{}"
    headers = standard_webhook_headers(["whsec_b2xkIG9uZQ==", SECRET], "msg_1", datetime.now(UTC), body)
    assert make_adapter().verify(HookRequest("u", "call", {}, headers, body.encode(), {}))


# ---------------------------------------------------------------- content
def test_a_missed_call_is_reported() -> None:
    event = parsed()
    assert (event.call_id, event.caller, event.to, event.reason) == (
        "pbx-2026-11-19-0001", "+15555550123", "+15555550100", "no_answer",
    )  # fmt: skip
    assert event.occurred_at == datetime(2026, 11, 19, 15, 3, 47, tzinfo=UTC)
    assert (event.rang_seconds, event.caller_name, event.voicemail_text) == (18, "Pat Example", "")


@pytest.mark.parametrize("reason", ["no_answer", "busy", "abandoned", "voicemail", "after_hours", "failed"])
def test_every_documented_reason(reason: str) -> None:
    assert parsed(reason=reason).reason == reason


@pytest.mark.parametrize("reason", ["ghost", None, 7, ["busy"]])
def test_another_reason_is_no_answer(reason: object) -> None:
    assert parsed(reason=reason).reason == "no_answer"


@pytest.mark.parametrize(
    ("rang", "kept"), [(0, 0), (86_399, 86_399), (86_400, None), (-1, None), ("18", None), (True, None), (1.5, None)]
)
def test_how_long_it_rang(rang: object, kept: int | None) -> None:
    assert parsed(rang_seconds=rang).rang_seconds == kept


def test_without_its_own_time_the_messages_time_counts() -> None:
    assert parsed(occurred_at=None).occurred_at == datetime(2026, 11, 19, 15, 4, 5, tzinfo=UTC)
    before = datetime.now(UTC)
    assert before <= parsed(occurred_at=None, timestamp=None).occurred_at <= datetime.now(UTC)


@pytest.mark.parametrize("moment", ["2026-11-19T15:03:47", "yesterday at five", "2026-13-45T99:99:99Z", 7, "", {}])
def test_a_time_without_a_zone_is_refused_not_guessed(moment: object) -> None:
    body = payloads.load("webhook", "call__no_answer", occurred_at=moment, timestamp="nonsense")
    with pytest.raises(BadPayload, match="occurred_at is not a time with a zone"):
        make_adapter().parse("call", body)


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"7", b"null", b"\xff\xfe", b'"x"', b"[" * 100_000], ids=repr)
def test_bodies_that_are_no_object(body: bytes) -> None:
    request = request_of(b"{}")
    with pytest.raises(BadPayload):
        make_adapter().payload(HookRequest(request.url, "call", {}, request.headers, body, {}))


@pytest.mark.parametrize("missing", ["call_id", "to"])
@pytest.mark.parametrize("value", [None, "", 7, "x" * 129])
def test_what_a_report_must_name(missing: str, value: object) -> None:
    body = payloads.load("webhook", "call__no_answer", **{missing: value})
    with pytest.raises(BadPayload, match=f"data.{missing} is missing or too long"):
        make_adapter().parse("call", body)


def test_other_types_of_event_are_ignored() -> None:
    body = payloads.load("webhook", "call__no_answer", type="call.answered")
    assert make_adapter().parse("call", body) == []


def test_a_call_may_be_reported_twice_and_a_message_only_once() -> None:
    adapter = make_adapter()
    body = json.dumps(payloads.load("webhook", "call__no_answer"))
    keys = [adapter.natural_key("call", adapter.payload(request_of(body, message_id=f"msg_{n}"))) for n in (1, 1, 2)]
    assert keys == ["pbx-2026-11-19-0001:msg_1", "pbx-2026-11-19-0001:msg_1", "pbx-2026-11-19-0001:msg_2"]


# ---------------------------------------------------------------- what it cannot do
def test_it_carries_no_texts() -> None:
    with pytest.raises(NotSupported):
        make_adapter().send(TEXT)


def test_what_to_paste_at_the_phone_system() -> None:
    assert make_adapter().hook_urls(PhoneNumber()) == {
        "A call was missed": f"{settings.SITE_URL}/hooks/webhook/the-key/call"
    }
