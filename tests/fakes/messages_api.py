"""A Messages API on loopback that says what a test wrote down: one step for each POST /v1/messages.

    def test_it(messages_api):
        messages_api.script(uses("find_slots", {"day": None}), says("Monday at 8 works."))

A step may also be a function `(body, headers) -> step`. What the API would refuse is refused (`messages_api_rules`) and
kept in `complaints`, as is a call for which no step was left: the fixture fails the test for either at its end.
"""

import json
import socket
import struct
import sys
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Literal, Self

import pytest

from tests.fakes.messages_api_rules import Refusal, check, error_body, refuse

API_KEY = "sk-ant-only-for-tests"
MODEL = "claude-haiku-5-5"
USAGE = {
    "input_tokens": 300, "cache_creation_input_tokens": 0, "cache_read_input_tokens": 1200, "output_tokens": 40,
}  # fmt: skip

Block = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Step:
    """One answer. `delay`: seconds before the first byte; `drip`: seconds between two bytes of `dripping`."""

    status: int = 200
    body: bytes = b""
    content_type: str = "application/json"
    headers: tuple[tuple[str, str], ...] = ()
    delay: float = 0.0
    drip: float = 0.0
    dripping: Literal["headers", "body"] = "body"
    breaks: Literal["", "before", "inside"] = ""


Scripted = Step | Callable[[dict[str, Any], Mapping[str, str]], Step]


def text_block(text: str) -> Block:
    return {"type": "text", "text": text}


def thinking_block(thought: str = "Let me see.") -> Block:
    return {"type": "thinking", "thinking": thought, "signature": "c2lnbmVk"}


def tool_block(name: str, arguments: object, *, id: str = "") -> Block:
    """Without an id it gets one that no other call of this server has."""
    return {"type": "tool_use", "id": id, "name": name, "input": arguments}


def replies(content: Sequence[Block] | object, /, *, stop_reason: str | None = "end_turn", **changes: object) -> Step:
    """A message with any content. `changes` replace top-level fields, such as `usage`; None takes one away."""
    message = {
        "id": "msg_", "type": "message", "role": "assistant", "model": MODEL, "content": content,
        "stop_reason": stop_reason, "stop_sequence": None, "stop_details": None, "usage": USAGE, **changes,
    }  # fmt: skip
    kept = {name: value for name, value in message.items() if name not in changes or value is not None}
    return Step(body=json.dumps(kept).encode())


def says(*texts: str, thinks: bool = False, **changes: object) -> Step:
    """The model's last word in this turn."""
    return replies([*([thinking_block()] if thinks else []), *map(text_block, texts)], **changes)


def uses(name: str, arguments: object = None, *, saying: str = "", thinks: bool = False, **changes: object) -> Step:
    """The model calls one tool; `saying`: words next to the call, which no customer should see."""
    before = [*([thinking_block()] if thinks else []), *([text_block(saying)] if saying else [])]
    return uses_all([tool_block(name, {} if arguments is None else arguments)], before=before, **changes)


def uses_all(calls: Sequence[Block], *, before: Sequence[Block] = (), **changes: object) -> Step:
    """Several calls in one reply, which the model may send although it was asked not to."""
    return replies([*before, *calls], stop_reason="tool_use", **changes)


def _error(status: int, kind: str, message: str, *headers: tuple[str, str]) -> Step:
    return Step(status, error_body(kind, message, "req_in_body"), headers=headers)


PAGE = b"<html><head><title>Bad gateway</title></head><body><h1>Bad gateway</h1>cloudflare</body></html>"
FAILURES: dict[str, Step] = {
    "overloaded": _error(529, "overloaded_error", "Overloaded"),
    "unavailable": _error(503, "api_error", "Service unavailable"),
    "error": _error(500, "api_error", "Internal server error"),
    "gateway_page": Step(502, PAGE, "text/html"),
    "error_page": Step(500, PAGE, "text/html"),
    "gateway_timeout": _error(504, "timeout_error", "Gateway timeout"),
    "request_timeout": _error(408, "timeout_error", "Request timeout"),
    "rate_limited": _error(429, "rate_limit_error", "Rate limited", ("retry-after", "3600")),
    "bad_key": _error(401, "authentication_error", "invalid bearer token"),
    "no_credit": _error(402, "billing_error", "Your credit balance is too low"),
    "forbidden": _error(403, "permission_error", "Your key may not use this model"),
    "no_model": _error(404, "not_found_error", "model: claude-nobody"),
    "conflict": _error(409, "conflict_error", "Conflict"),
    "too_large": _error(413, "invalid_request_error", "Request exceeds the maximum size"),
    "bad_request": _error(400, "invalid_request_error", "Something is not as it should be"),
    "teapot": _error(418, "api_error", "I am a teapot"),
    "welcome_page": Step(200, PAGE, "text/html"),
    "drop": Step(breaks="before"),
    "cut": replace(says("This never arrives whole."), breaks="inside"),
    "invalid_json": Step(200, b'{"id": "msg_1", "content": [{"type": "text", "te'),
    "not_an_object": Step(200, b'["Hello"]'),
    "no_content": replies([], content=None),
    "odd_content": replies("Hello"),
    "odd_block": replies([{"type": "text", "text": 5}]),
    "no_usage": says("Hello.", usage=None),
    "odd_usage": says("Hello.", usage={"input_tokens": "many", "output_tokens": 4}),
    "half_a_character": Step(200, says("Hello X").body.replace(b"X", b"\\ud83d")),
    "call_without_reason": replies([tool_block("find_slots", {})]),
    "reason_without_call": replies([text_block("One moment.")], stop_reason="tool_use"),
    "odd_arguments": uses_all([tool_block("find_slots", "monday")]),
    "unknown_stop": replies([text_block("Hello.")], stop_reason="solar_flare"),
    "no_stop": replies([text_block("Hello.")], stop_reason=None),
    "pause": replies([text_block("Hello.")], stop_reason="pause_turn"),
    "refusal": replies(
        [], stop_reason="refusal", stop_details={"type": "refusal", "category": "bio", "explanation": None}
    ),
    "max_tokens": replies([text_block("We can come on Mon")], stop_reason="max_tokens"),
    "context_full": replies([text_block("We can co")], stop_reason="model_context_window_exceeded"),
}


def fails(name: str) -> Step:
    """What goes wrong, by its name in FAILURES."""
    return FAILURES[name]


def slowly(step: Step, *, seconds: float) -> Step:
    """`step` after a while of silence."""
    return replace(step, delay=seconds)


def drips(step: Step, *, every: float, part: Literal["headers", "body"] = "body") -> Step:
    """`step`, one byte at a time: no socket operation takes long, the whole of it does."""
    return replace(step, drip=every, dripping=part)


@dataclass
class MessagesApi:
    """`bodies` and `headers` (lower-case names) of every request, as they came."""

    bodies: list[dict[str, Any]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._steps: list[Scripted] = []
        self._lock = threading.Lock()
        self._server = _Server(self)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(self, *exc: object) -> None:
        self._server.closing.set()
        self._server.shutdown()
        self._server.server_close()

    def script(self, *steps: Scripted) -> None:
        """More steps, to be taken in this order after those that are left."""
        with self._lock:
            self._steps.extend(steps)

    @property
    def steps_left(self) -> int:
        return len(self._steps)

    @property
    def hung_up(self) -> int:
        """How many answers the client did not wait for."""
        return self._server.hung_up

    def answer(self, path: str, raw: bytes, headers: dict[str, str]) -> tuple[Step, str]:
        """The step for one request, and the request's id."""
        with self._lock:
            number = len(self.bodies) + 1
            try:
                body = json.loads(raw)
            except ValueError:
                body = None
            self.bodies.append(body)
            self.headers.append(headers)
            request_id = f"req_{number}"
            try:
                if path != "/v1/messages":
                    raise Refusal(404, "not_found_error", f"no such path: {path}")
                check(body, headers)
                if not self._steps:
                    raise Refusal(400, "invalid_request_error", f"call {number}: no step is left in the script")
            except Exception as error:  # what is too odd to be checked is refused as well
                refusal = error if isinstance(error, Refusal) else refuse(f"{type(error).__name__}: {error}")
                self.complaints.append(refusal.message)
                return Step(refusal.status, error_body(refusal.kind, refusal.message, request_id)), request_id
            step = self._steps.pop(0)
        if not isinstance(step, Step):
            try:
                step = step(body, headers)
            except Exception as error:  # an assertion in a step must fail the test, not only this answer
                self.complaints.append(f"call {number}: {type(error).__name__}: {error}")
                step = FAILURES["error"]
        named = step.body.replace(b'"id": "msg_"', f'"id": "msg_{number}"'.encode())
        for place in range(named.count(b'"id": ""')):
            named = named.replace(b'"id": ""', f'"id": "toolu_{number}_{place + 1}"'.encode(), 1)
        return replace(step, body=named), request_id


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def __init__(self, api: MessagesApi) -> None:
        self.api, self.closing, self.hung_up = api, threading.Event(), 0
        super().__init__(("127.0.0.1", 0), _Handler)

    def server_bind(self) -> None:
        # The standard server asks the resolver for this host's name here, which can take seconds.
        self.socket.bind(self.server_address)
        self.server_address = self.server_name, self.server_port = self.socket.getsockname()

    def shutdown_request(self, request: Any) -> None:
        # Closing without the usual half-close first lets a dropped connection end in a reset.
        request.close()

    def handle_error(self, request: Any, client_address: Any) -> None:
        if isinstance(sys.exc_info()[1], OSError):
            self.hung_up += 1
        else:
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1
    server: _Server

    def do_POST(self) -> None:
        headers = {name.lower(): value for name, value in self.headers.items()}
        raw = self.rfile.read(int(headers.get("content-length") or 0))
        step, request_id = self.server.api.answer(self.path, raw, headers)
        self.server.closing.wait(step.delay)
        if step.breaks == "before":
            return self.reset()
        lines = (
            ("content-type", step.content_type),
            ("content-length", str(len(step.body))),
            ("request-id", request_id),
        )
        fields = "".join(f"{name}: {value}\r\n" for name, value in (*lines, *step.headers))
        head = f"HTTP/1.1 {step.status} As scripted\r\n{fields}\r\n".encode()
        self.write(head, step.drip if step.dripping == "headers" else 0.0)
        if step.breaks == "inside":
            self.write(step.body[: len(step.body) // 2], 0.0)
            return self.reset()
        return self.write(step.body, step.drip if step.dripping == "body" else 0.0)

    def write(self, data: bytes, drip: float) -> None:
        if not drip:
            self.wfile.write(data)
            return self.wfile.flush()
        for place in range(len(data)):
            if self.server.closing.wait(drip):
                return self.reset()
            self.wfile.write(data[place : place + 1])
            self.wfile.flush()
        return None

    def reset(self) -> None:
        """End the connection so that the client sees a reset, not an orderly end."""
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.close_connection = True

    def log_message(self, format: str, *args: object) -> None:
        """Silent: what was asked is in `MessagesApi.bodies`."""


@pytest.fixture
def messages_api(monkeypatch: pytest.MonkeyPatch) -> Iterator[MessagesApi]:
    """The model's side of the line; a conftest imports this fixture by name."""
    # The SDK follows a proxy from the environment even to loopback.
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.setenv(name, "127.0.0.1,localhost")
    with MessagesApi() as api:
        yield api
        assert api.complaints == []
