"""How each failure of the API ends: with its reason, what was done and spent, and at once."""

import time
from dataclasses import replace

import pytest

from messaging.agent.claude import api as claude_api
from messaging.agent.claude.conversing import FailureReason, ModelFailed, ToolCall, Usage
from tests.fakes.messages_api import (
    API_KEY,
    FAILURES,
    MessagesApi,
    fails,
    uses,
)
from tests.messaging.agent.claude_turn import ONE, Desk, Turn

REASONS = {
    "overloaded": "overloaded", "unavailable": "overloaded", "error": "overloaded", "gateway_page": "overloaded",
    "error_page": "overloaded", "gateway_timeout": "timeout", "request_timeout": "timeout",
    "rate_limited": "rate_limited", "bad_key": "bad_key", "no_credit": "no_credit", "forbidden": "bad_key",
    "no_model": "bad_request", "conflict": "unknown", "too_large": "bad_request", "bad_request": "bad_request",
    "teapot": "unknown", "welcome_page": "malformed", "drop": "unreachable", "cut": "unreachable",
    "invalid_json": "malformed", "not_an_object": "malformed", "no_content": "malformed", "odd_content": "malformed",
    "odd_block": "malformed", "no_usage": "malformed", "odd_usage": "malformed", "half_a_character": "malformed",
    "call_without_reason": "malformed", "reason_without_call": "malformed", "odd_arguments": "malformed",
    "unknown_stop": "unknown", "no_stop": "unknown", "pause": "unknown", "refusal": "refused",
    "max_tokens": "cut_off", "context_full": "cut_off",
}  # fmt: skip
# The answers that came whole, with a bill.
PAID = {
    "no_content", "odd_content", "odd_block", "half_a_character", "call_without_reason", "reason_without_call",
    "odd_arguments", "unknown_stop", "no_stop", "pause", "refusal", "max_tokens", "context_full",
}  # fmt: skip


def test_every_failure_of_the_fake_has_its_reason_here() -> None:
    assert set(REASONS) == set(FAILURES)


@pytest.mark.parametrize("name", FAILURES)
def test_each_failure_ends_at_once_without_a_second_try(messages_api: MessagesApi, turn: Turn, name: str) -> None:
    messages_api.script(fails(name))
    began = time.monotonic()
    failed = turn.failure()
    assert time.monotonic() - began < 2.0
    assert (failed.reason, len(messages_api.bodies)) == (FailureReason(REASONS[name]), 1)
    assert failed.usage == (ONE if name in PAID else Usage(calls=1))
    assert failed.request_id == ("" if name in ("drop", "cut") else "req_1")
    assert API_KEY not in f"{failed}{failed.detail}"


@pytest.mark.parametrize("name", FAILURES)
def test_a_failure_after_a_tool_keeps_what_was_done_and_spent(
    messages_api: MessagesApi, turn: Turn, desk: Desk, name: str
) -> None:
    messages_api.script(uses("book_slot", {"slot": "A1"}), fails(name))
    failed = turn.failure()
    assert failed.reason == FailureReason(REASONS[name])
    assert failed.calls == (ToolCall("book_slot", {"slot": "A1"}, "Booked.", False),)
    assert failed.usage == (ONE + ONE if name in PAID else ONE + Usage(calls=1))


def test_an_hour_to_wait_is_told_not_waited_for(messages_api: MessagesApi, turn: Turn) -> None:
    messages_api.script(fails("rate_limited"))
    began = time.monotonic()
    failed = turn.failure()
    assert (failed.reason, failed.retry_after) == (FailureReason.RATE_LIMITED, 3600.0)
    assert failed.detail == "429 rate_limit_error Rate limited"
    assert time.monotonic() - began < 2.0


@pytest.mark.parametrize(
    ("header", "seconds"),
    [("12.5", 12.5), ("", None), ("Fri, 20 Nov 2026 10:00:00 GMT", None), ("nan", None), ("-3", None), ("inf", None)],
)
def test_other_ways_to_say_how_long(messages_api: MessagesApi, turn: Turn, header: str, seconds: float | None) -> None:
    messages_api.script(replace(fails("overloaded"), headers=(("retry-after", header),)))
    assert turn.failure().retry_after == seconds


def test_a_bill_is_no_credit_whatever_the_status(messages_api: MessagesApi, turn: Turn) -> None:
    messages_api.script(replace(fails("no_credit"), status=400))
    assert turn.failure().reason == FailureReason.NO_CREDIT


def test_why_it_was_refused_is_kept(messages_api: MessagesApi, turn: Turn) -> None:
    messages_api.script(fails("refusal"))
    assert turn.failure().detail == "bio"


def test_without_a_key_nobody_is_asked(messages_api: MessagesApi, turn: Turn, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANTHROPIC_API_KEY", "of-somebody-else")
    for key in ("", " \n"):
        failed = turn.failure(api_key=key)
        assert (failed.reason, failed.usage) == (FailureReason.NO_KEY, Usage())
    with pytest.raises(ModelFailed) as failed_below:
        claude_api.ask({}, api_key="", base_url=messages_api.url, seconds=5)
    assert failed_below.value.reason == FailureReason.NO_KEY
    assert messages_api.bodies == []


@pytest.mark.parametrize("key", ["sk-ant-\n-two-lines", "sk-änt"])
def test_a_key_that_fits_no_header_is_a_bad_key_and_is_not_quoted(
    messages_api: MessagesApi, turn: Turn, key: str
) -> None:
    failed = turn.failure(api_key=key)
    assert (failed.reason, "sk-" in str(failed)) == (FailureReason.BAD_KEY, False)
    assert messages_api.bodies == []


@pytest.mark.parametrize("url", ["http://127.0.0.1:9", "http://[", "not an address", "ftp://127.0.0.1/"])
def test_an_address_where_nobody_answers(turn: Turn, url: str) -> None:
    began = time.monotonic()
    assert turn.failure(base_url=url).reason == FailureReason.UNREACHABLE
    assert time.monotonic() - began < 2.0
