"""The stand-in for the model says what was scripted and refuses what the API refuses; asked with the official SDK."""

import http.client
import json
import socket
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from typing import Any

import anthropic
import pytest

from tests.fakes import messages_api as fake
from tests.fakes.messages_api import API_KEY, MODEL, MessagesApi, drips, fails, says, slowly, tool_block, uses, uses_all
from tests.fakes.messages_api_rules import Refusal, check

HEADERS = {
    "authorization": f"Bearer {API_KEY}", "anthropic-version": "2026-10-21", "content-type": "application/json",
}  # fmt: skip
ASKED: dict[str, Any] = {"model": MODEL, "max_tokens": 64, "messages": [{"role": "user", "content": "Hi"}]}
TOOL: dict[str, Any] = {
    "name": "find_slots",
    "description": "Find times.",
    "strict": True,
    "input_schema": {
        "type": "object", "properties": {"day": {"type": "string"}}, "required": ["day"], "additionalProperties": False,
    },
}  # fmt: skip
CALL = tool_block("find_slots", {"day": "monday"}, id="toolu_a")
RESULT = {"type": "tool_result", "tool_use_id": "toolu_a", "content": "8, 10"}
THREAD: list[dict[str, Any]] = [
    {"role": "user", "content": "Hi"}, {"role": "assistant", "content": [CALL]}, {"role": "user", "content": [RESULT]},
]  # fmt: skip


@pytest.fixture
def api(monkeypatch: pytest.MonkeyPatch) -> Iterator[MessagesApi]:
    """Without the check at the end: here complaints are the point."""
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with MessagesApi() as running:
        yield running


@pytest.fixture
def client(api: MessagesApi) -> anthropic.Anthropic:
    return anthropic.Anthropic(api_key=API_KEY, base_url=api.url, max_retries=0, timeout=5.0)


def create(client: anthropic.Anthropic, **changes: Any) -> Any:
    return client.messages.create(**{**ASKED, **changes})


def test_steps_are_taken_in_order_and_what_was_asked_is_kept(api: MessagesApi, client: anthropic.Anthropic) -> None:
    api.script(uses("find_slots", {"day": "monday"}, saying="One moment.", thinks=True), says("Monday", "at 8."))
    first, second = create(client, tools=[TOOL]), create(client, max_tokens=65)
    assert [block.type for block in first.content] == ["thinking", "text", "tool_use"]
    assert (first.id, first.stop_reason, first.content[2].id) == ("msg_1", "tool_use", "toolu_1_1")
    assert (first.content[2].name, first.content[2].input) == ("find_slots", {"day": "monday"})
    assert (second.id, second.stop_reason, [block.text for block in second.content]) == (
        "msg_2", "end_turn", ["Monday", "at 8."],
    )  # fmt: skip
    assert second.usage.to_dict() == fake.USAGE
    assert second._request_id == "req_2"
    assert api.bodies == [{**ASKED, "tools": [TOOL]}, {**ASKED, "max_tokens": 65}]
    assert api.headers[0]["authorization"] == f"Bearer {API_KEY}"
    assert (api.steps_left, api.complaints) == (0, [])


def test_calls_of_one_reply_have_ids_of_their_own(api: MessagesApi, client: anthropic.Anthropic) -> None:
    api.script(uses_all([tool_block("a", {}), tool_block("b", {}), tool_block("c", {}, id="mine")]))
    assert [block.id for block in create(client).content] == ["toolu_1_1", "toolu_1_2", "mine"]


def test_a_step_may_look_at_the_request(api: MessagesApi, client: anthropic.Anthropic) -> None:
    api.script(lambda body, headers: says(f"{body['messages'][0]['content']} {headers['anthropic-version']}"))
    assert create(client).content[0].text == "Hi 2026-10-21"


def test_an_assertion_in_a_step_is_a_complaint(api: MessagesApi, client: anthropic.Anthropic) -> None:
    def looks(body: dict[str, Any], headers: object) -> fake.Step:
        raise AssertionError("no tools offered")

    api.script(looks)
    with pytest.raises(anthropic.InternalServerError):
        create(client)
    assert api.complaints == ["call 1: AssertionError: no tools offered"]


def test_a_call_without_a_step_fails(api: MessagesApi, client: anthropic.Anthropic) -> None:
    api.script(says("Hello."))
    create(client)
    with pytest.raises(anthropic.BadRequestError):
        create(client)
    assert api.complaints == ["call 2: no step is left in the script"]
    assert len(api.bodies) == 2


def test_a_refused_request_takes_no_step(api: MessagesApi, client: anthropic.Anthropic) -> None:
    api.script(says("Hello."))
    with pytest.raises(anthropic.BadRequestError):
        create(client, messages=[{"role": "user", "content": ""}])
    assert (api.steps_left, len(api.complaints)) == (1, 1)


@pytest.mark.parametrize(
    ("name", "error"),
    [
        ("overloaded", anthropic.OverloadedError),
        ("unavailable", anthropic.ServiceUnavailableError),
        ("error", anthropic.InternalServerError),
        ("gateway_page", anthropic.InternalServerError),
        ("error_page", anthropic.InternalServerError),
        ("gateway_timeout", anthropic.InternalServerError),
        ("rate_limited", anthropic.RateLimitError),
        ("bad_key", anthropic.AuthenticationError),
        ("no_credit", anthropic.PaymentRequiredError),
        ("forbidden", anthropic.PermissionDeniedError),
        ("no_model", anthropic.NotFoundError),
        ("conflict", anthropic.ConflictError),
        ("too_large", anthropic.ContentTooLargeError),
        ("bad_request", anthropic.BadRequestError),
        ("teapot", anthropic.APIStatusError),
        ("request_timeout", anthropic.APIStatusError),
        ("drop", anthropic.APIConnectionError),
        ("cut", anthropic.APIConnectionError),
        ("invalid_json", json.JSONDecodeError),
    ],
)
def test_the_sdk_sees_each_failure(
    api: MessagesApi, client: anthropic.Anthropic, name: str, error: type[Exception]
) -> None:
    api.script(fails(name))
    with pytest.raises(error):
        create(client)
    assert (len(api.bodies), api.complaints) == (1, [])


def test_the_wait_that_is_asked_for_is_an_hour(api: MessagesApi, client: anthropic.Anthropic) -> None:
    api.script(fails("rate_limited"))
    with pytest.raises(anthropic.RateLimitError) as refused:
        create(client)
    assert refused.value.response.headers["retry-after"] == "3600"
    assert refused.value.request_id == "req_1"


@pytest.mark.parametrize("name", fake.FAILURES)
def test_every_failure_is_sent_as_written(api: MessagesApi, name: str) -> None:
    api.script(step := fails(name))
    request = urllib.request.Request(f"{api.url}/v1/messages", json.dumps(ASKED).encode(), HEADERS)
    if step.breaks:
        with pytest.raises((OSError, http.client.HTTPException)), urllib.request.urlopen(request) as answer:
            answer.read()
    elif step.status == 200:
        with urllib.request.urlopen(request) as answer:
            assert (answer.headers["content-type"], answer.read()[-30:]) == (step.content_type, step.body[-30:])
    else:
        with pytest.raises(urllib.error.HTTPError) as failed:
            urllib.request.urlopen(request)
        assert (failed.value.status, failed.value.read()) == (step.status, step.body)


def test_what_is_too_odd_to_check_is_refused(api: MessagesApi, client: anthropic.Anthropic) -> None:
    with pytest.raises(anthropic.BadRequestError):
        create(client, messages=["Hi"])
    assert api.complaints == ["AttributeError: 'str' object has no attribute 'get'"]


def test_silence_ends_with_the_clients_patience(api: MessagesApi, client: anthropic.Anthropic) -> None:
    api.script(slowly(says("Hello."), seconds=5))
    began = time.monotonic()
    with pytest.raises(anthropic.APITimeoutError):
        client.with_options(timeout=0.2).messages.create(**ASKED)
    assert time.monotonic() - began < 1.5


@pytest.mark.parametrize("part", ["headers", "body"])
def test_what_drips_outlasts_the_sdks_timeout(api: MessagesApi, client: anthropic.Anthropic, part: Any) -> None:
    """The trap this stands for: each byte comes in time, so the SDK's timeout of 0.2 s never fires."""
    api.script(drips(says("Hello."), every=0.003, part=part))
    began = time.monotonic()
    assert client.with_options(timeout=0.2).messages.create(**ASKED).content[0].type == "text"
    assert time.monotonic() - began > 0.3


def test_it_stops_at_once_while_it_drips(client: anthropic.Anthropic) -> None:
    with MessagesApi() as api:
        api.script(drips(says("Hello."), every=30))
        address = ("127.0.0.1", int(api.url.rsplit(":", 1)[1]))
        connection = socket.create_connection(address)
        raw = json.dumps(ASKED).encode()
        lines = "".join(f"{name}: {value}\r\n" for name, value in {**HEADERS, "content-length": len(raw)}.items())
        connection.sendall(f"POST /v1/messages HTTP/1.1\r\n{lines}\r\n".encode() + raw)
        began = time.monotonic()
    assert time.monotonic() - began < 1.0
    connection.close()


def refused(headers: dict[str, str] | None = None, **changes: Any) -> str:
    body = {name: value for name, value in {**ASKED, **changes}.items() if value is not None}
    with pytest.raises(Refusal) as refusal:
        check(body, HEADERS if headers is None else headers)
    return refusal.value.message


def test_a_good_request_is_taken() -> None:
    marked = {"type": "text", "text": "Facts.", "cache_control": {"type": "ephemeral"}}
    check(ASKED, HEADERS)
    check(
        {
            **ASKED,
            "system": [marked, {"type": "text", "text": "Today."}],
            "tools": [TOOL, {**TOOL, "name": "book_slot"}],
            "tool_choice": {"type": "auto", "disable_parallel_tool_use": True},
            "messages": [*THREAD, {"role": "assistant", "content": "At 8?"}, {"role": "user", "content": "Yes"}],
            "output_config": {"effort": "low"},
            "metadata": {"user_id": "u1"},
        },
        HEADERS,
    )
    # Two messages of one side in a row are taken as one.
    check({**ASKED, "messages": [{"role": "user", "content": "Hi"}, {"role": "user", "content": "There?"}]}, HEADERS)
    # Forced tool use is an error for some models only.
    check({**ASKED, "tools": [TOOL], "tool_choice": {"type": "any"}}, HEADERS)


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({**HEADERS, "x-api-key": API_KEY}, 401),
        ({name: value for name, value in HEADERS.items() if name != "authorization"}, 401),
        ({**HEADERS, "authorization": API_KEY}, 401),
        ({**HEADERS, "anthropic-version": "2023-06-01"}, 400),
        ({name: value for name, value in HEADERS.items() if name != "anthropic-version"}, 400),
        ({**HEADERS, "content-type": "text/plain"}, 400),
    ],
)
def test_headers_are_refused(headers: dict[str, str], status: int) -> None:
    with pytest.raises(Refusal) as refusal:
        check(ASKED, headers)
    assert refusal.value.status == status


@pytest.mark.parametrize("name", ["temperature", "top_p", "top_k"])
def test_sampling_is_refused(name: str) -> None:
    assert refused(**{name: 0}) == f"{name}: this parameter is not supported by this API version"


CLOSED = "tools.find_slots: For strict tools, 'additionalProperties' must be explicitly set to false"
COMPLEX = "Schema is too complex for compilation. Try reducing the number of tools."
FORCED = "tool_choice: forced tool use is not supported for this model"
PAIRED = "each tool_use must have a single tool_result in the next message"
OPEN = {"type": "object", "properties": {}, "required": []}
TEXT = {"type": "string"}


def strict(**properties: Any) -> dict[str, Any]:
    schema = {"type": "object", "properties": properties, "required": [*properties], "additionalProperties": False}
    return {**TOOL, "input_schema": schema}


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"surprise": 1}, "surprise: Extra inputs are not permitted"),
        ({"model": None}, "model: Field required"),
        ({"max_tokens": 0}, "max_tokens: Input should be a positive integer"),
        (
            {"thinking": {"type": "enabled", "budget_tokens": 1024}},
            "thinking.type.enabled is not supported for this model",
        ),
        (
            {"output_config": {"effort": "little"}},
            "output_config.effort: 'little' is not one of low, medium, high, xhigh, max",
        ),
        ({"system": [{"type": "text", "text": " "}]}, "system.0: text content blocks must be non-empty"),
        ({"tool_choice": {"type": "auto"}}, "tool_choice: may only be specified while providing tools"),
        ({"tools": [TOOL, TOOL]}, "tools: Tool names must be unique."),
        ({"tools": [{**TOOL, "name": "find slots"}]}, "tools: 'find slots' is not a name"),
        ({"tools": [{**TOOL, "input_schema": OPEN}]}, CLOSED),
        ({"tools": [strict(a=OPEN)]}, CLOSED),
        ({"tools": [strict(a={"anyOf": [TEXT, OPEN]})]}, CLOSED),
        ({"tools": [strict(a={**TEXT, "maxLength": 5})]}, "tools.find_slots: property 'maxLength' is not supported"),
        ({"tools": [{**TOOL, "name": f"t{n}"} for n in range(21)]}, COMPLEX),
        ({"tools": [strict(**{f"p{n}": {"anyOf": [TEXT, {"type": "null"}]} for n in range(17)})]}, COMPLEX),
        (
            {"tools": [TOOL], "tool_choice": {"type": "tool", "name": "book"}},
            "tool_choice: tool 'book' not found in provided tools",
        ),
        ({"model": "claude-opus-5-5", "tools": [TOOL], "tool_choice": {"type": "any"}}, FORCED),
        ({"model": "claude-fable-5-1", "tools": [TOOL], "tool_choice": {"type": "tool", "name": "find_slots"}}, FORCED),
        (
            {"system": [{"type": "text", "text": "x", "cache_control": {"type": "ephemeral"}}] * 5},
            "A maximum of 4 blocks with cache_control may be provided",
        ),
        ({"messages": []}, "messages: at least one message is required"),
        (
            {"messages": [{"role": "assistant", "content": "Hi"}, *THREAD[:1]]},
            "messages: first message must use the user role",
        ),
        (
            {"messages": [*THREAD[:1], {"role": "assistant", "content": "The"}]},
            "This model does not support assistant message prefill.",
        ),
        ({"messages": [{"role": "user", "content": []}]}, "messages.0: all messages must have non-empty content"),
        (
            {"messages": [{"role": "user", "content": " "}]},
            "messages.0: text content blocks must contain non-whitespace text",
        ),
        (
            {"messages": [*THREAD[:1], {"role": "system", "content": "x"}, *THREAD[:1]]},
            "messages.1.role: Input should be 'user' or 'assistant'",
        ),
        ({"messages": THREAD}, "Requests which include tool_use or tool_result blocks must define tools"),
        ({"tools": [TOOL], "messages": [*THREAD[:2], *THREAD[:1]]}, f"messages.2: {PAIRED}"),
        ({"tools": [TOOL], "messages": [*THREAD[:1], THREAD[2]]}, f"messages.1: {PAIRED}"),
        (
            {"tools": [TOOL], "messages": [*THREAD[:2], {"role": "user", "content": [RESULT, RESULT]}]},
            f"messages.2: {PAIRED}",
        ),
        (
            {
                "tools": [TOOL],
                "messages": [*THREAD[:2], {"role": "user", "content": [{"type": "text", "text": "x"}, RESULT]}],
            },
            "messages.2: tool_result blocks must come first",
        ),
        ({"tools": [TOOL], "messages": [*THREAD, *THREAD[1:]]}, "messages.3: tool_use ids must be unique"),
        (
            {
                "tools": [TOOL],
                "messages": [*THREAD[:1], {"role": "assistant", "content": [{**CALL, "input": "x"}]}, THREAD[2]],
            },
            "messages.1: tool_use.input: Input should be an object",
        ),
        (
            {"tools": [TOOL], "messages": [*THREAD[:1], {"role": "user", "content": [CALL]}, THREAD[2]]},
            "messages.1: a block of the other role",
        ),
        (
            {"tools": [TOOL], "messages": [*THREAD[:2], {"role": "user", "content": [{**RESULT, "content": 5}]}]},
            "messages.2: tool_result.content: Input should be a text or text blocks",
        ),
    ],
)
def test_what_the_api_refuses_is_refused(changes: dict[str, Any], message: str) -> None:
    assert refused(**changes) == message


def test_another_path_is_not_found(api: MessagesApi) -> None:
    request = urllib.request.Request(f"{api.url}/v1/complete", b"{}", HEADERS)
    with pytest.raises(urllib.error.HTTPError) as missing:
        urllib.request.urlopen(request)
    assert (missing.value.status, api.complaints) == (404, ["no such path: /v1/complete"])
