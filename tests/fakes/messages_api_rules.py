"""What the Messages API refuses, as far as this project could run into it.

Version 2026-10-21: sampling parameters are gone, the key is a bearer token, prefill and `thinking.enabled` are errors.
"""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

VERSION = "2026-10-21"
FIELDS = frozenset({
    "cache_control", "container", "diagnostics", "inference_geo", "max_tokens", "messages", "metadata", "model",
    "output_config", "service_tier", "speed", "stop_sequences", "stream", "system", "thinking", "tool_choice", "tools",
})  # fmt: skip
SAMPLING = ("temperature", "top_p", "top_k")
EFFORTS = ("low", "medium", "high", "xhigh", "max")
NEVER_FORCED = ("claude-opus-5-5", "claude-fable-5-1")
# A strict schema becomes a grammar; these are not part of what it can say.
NOT_IN_A_GRAMMAR = ("minLength", "maxLength", "minimum", "maximum", "multipleOf", "maxItems", "uniqueItems")
MOST_STRICT_TOOLS, MOST_UNIONS, MOST_CACHE_POINTS = 20, 16, 4
TOOL_NAME = re.compile(r"[a-zA-Z0-9_-]{1,64}")


class Refusal(Exception):
    """The API would not take this request."""

    def __init__(self, status: int, kind: str, message: str) -> None:
        super().__init__(message)
        self.status, self.kind, self.message = status, kind, message


def refuse(message: str) -> Refusal:
    return Refusal(400, "invalid_request_error", message)


def check(body: Any, headers: Mapping[str, str]) -> None:
    """Raises Refusal unless the API would answer. Names in `headers` are in lower case."""
    _check_headers(headers)
    if not isinstance(body, dict):
        raise refuse("The request body is not valid JSON")
    for name in SAMPLING:
        if name in body:
            raise refuse(f"{name}: this parameter is not supported by this API version")
    for name in sorted(set(body) - FIELDS):
        raise refuse(f"{name}: Extra inputs are not permitted")
    if not isinstance(body.get("model"), str) or not body["model"]:
        raise refuse("model: Field required")
    if type(body.get("max_tokens")) is not int or body["max_tokens"] < 1:
        raise refuse("max_tokens: Input should be a positive integer")
    if (body.get("thinking") or {}).get("type") == "enabled":
        raise refuse("thinking.type.enabled is not supported for this model")
    effort = (body.get("output_config") or {}).get("effort")
    if effort is not None and effort not in EFFORTS:
        raise refuse(f"output_config.effort: {effort!r} is not one of {', '.join(EFFORTS)}")
    _check_system(body.get("system"))
    _check_tools(body)
    _check_messages(body.get("messages"), has_tools=bool(body.get("tools")))
    if sum(1 for name in _keys(body) if name == "cache_control") > MOST_CACHE_POINTS:
        raise refuse(f"A maximum of {MOST_CACHE_POINTS} blocks with cache_control may be provided")


def _check_headers(headers: Mapping[str, str]) -> None:
    if headers.get("x-api-key"):
        raise Refusal(401, "authentication_error", "x-api-key is not accepted: send the key as a bearer token")
    if not re.fullmatch(r"Bearer \S+", headers.get("authorization", "")):
        raise Refusal(401, "authentication_error", "Authorization: a bearer token is required")
    if headers.get("anthropic-version") != VERSION:
        raise refuse(f"anthropic-version: {headers.get('anthropic-version')!r} is not {VERSION}")
    if not headers.get("content-type", "").startswith("application/json"):
        raise refuse("content-type: application/json is required")


def _check_system(system: Any) -> None:
    if system is None or isinstance(system, str):
        return
    for index, block in enumerate(system):
        if block.get("type") != "text" or not str(block.get("text", "")).strip():
            raise refuse(f"system.{index}: text content blocks must be non-empty")


def _check_tools(body: Mapping[str, Any]) -> None:
    tools = body.get("tools")
    choice = body.get("tool_choice")
    if tools is None:
        if choice is not None:
            raise refuse("tool_choice: may only be specified while providing tools")
        return
    names = [tool.get("name") for tool in tools]
    for name in names:
        if not isinstance(name, str) or not TOOL_NAME.fullmatch(name):
            raise refuse(f"tools: {name!r} is not a name")
    if len(set(names)) < len(names):
        raise refuse("tools: Tool names must be unique.")
    strict = [tool for tool in tools if tool.get("strict")]
    for tool in strict:
        _check_strict(tool["name"], tool["input_schema"])
    unions = sum(1 for tool in strict for name in _keys(tool["input_schema"]) if name == "anyOf")
    if len(strict) > MOST_STRICT_TOOLS or unions > MOST_UNIONS:
        raise refuse("Schema is too complex for compilation. Try reducing the number of tools.")
    if choice is None:
        return
    if choice.get("type") == "tool" and choice.get("name") not in names:
        raise refuse(f"tool_choice: tool {choice.get('name')!r} not found in provided tools")
    if choice.get("type") in ("any", "tool") and body["model"].startswith(NEVER_FORCED):
        raise refuse("tool_choice: forced tool use is not supported for this model")


def _check_strict(name: str, schema: Any) -> None:
    """Every object inside is closed, and nothing is said that a grammar cannot."""
    if isinstance(schema, list):
        for item in schema:
            _check_strict(name, item)
    if not isinstance(schema, dict):
        return
    if schema.get("type") == "object" and schema.get("additionalProperties") is not False:
        raise refuse(f"tools.{name}: For strict tools, 'additionalProperties' must be explicitly set to false")
    for word in NOT_IN_A_GRAMMAR:
        if word in schema:
            raise refuse(f"tools.{name}: property '{word}' is not supported")
    for inner in (*(schema.get("properties") or {}).values(), schema.get("items"), schema.get("anyOf")):
        _check_strict(name, inner)


def _check_messages(messages: Any, *, has_tools: bool) -> None:
    if not isinstance(messages, list) or not messages:
        raise refuse("messages: at least one message is required")
    if messages[0].get("role") != "user":
        raise refuse("messages: first message must use the user role")
    if messages[-1].get("role") != "user":
        raise refuse("This model does not support assistant message prefill.")
    open_calls: list[str] = []
    seen: set[str] = set()
    for index, message in enumerate(messages):
        if message.get("role") not in ("user", "assistant"):
            raise refuse(f"messages.{index}.role: Input should be 'user' or 'assistant'")
        blocks = _blocks(index, message.get("content"))
        results = [block.get("tool_use_id") for block in blocks if block.get("type") == "tool_result"]
        calls = [block.get("id") for block in blocks if block.get("type") == "tool_use"]
        if (results or calls) and not has_tools:
            raise refuse("Requests which include tool_use or tool_result blocks must define tools")
        if (calls and message["role"] == "user") or (results and message["role"] == "assistant"):
            raise refuse(f"messages.{index}: a block of the other role")
        if sorted(results) != sorted(open_calls):
            raise refuse(f"messages.{index}: each tool_use must have a single tool_result in the next message")
        if any(block.get("type") == "tool_result" for block in blocks[len(results) :]):
            raise refuse(f"messages.{index}: tool_result blocks must come first")
        if len(set(calls)) < len(calls) or seen & set(calls):
            raise refuse(f"messages.{index}: tool_use ids must be unique")
        seen |= set(calls)
        open_calls = calls


def _blocks(index: int, content: Any) -> list[dict[str, Any]]:
    if isinstance(content, str):
        content = [{"type": "text", "text": content}]
    if not isinstance(content, list) or not content:
        raise refuse(f"messages.{index}: all messages must have non-empty content")
    for block in content:
        if block.get("type") == "text" and not str(block.get("text", "")).strip():
            raise refuse(f"messages.{index}: text content blocks must contain non-whitespace text")
        if block.get("type") == "tool_use" and not isinstance(block.get("input"), dict):
            raise refuse(f"messages.{index}: tool_use.input: Input should be an object")
        if block.get("type") == "tool_result" and not _is_result(block):
            raise refuse(f"messages.{index}: tool_result.content: Input should be a text or text blocks")
    return content


def _is_result(block: Mapping[str, Any]) -> bool:
    content = block.get("content", "")
    if isinstance(content, list):
        return all(part.get("type") == "text" and part.get("text") for part in content)
    return isinstance(content, str)


def _keys(value: Any) -> Iterator[str]:
    """Every key of every object in `value`; a tool's arguments and schema properties are names of our own."""
    if isinstance(value, dict):
        yield from value
        for inner in value.values():
            yield from _keys(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _keys(inner)


def error_body(kind: str, message: str, request_id: str) -> bytes:
    return json.dumps({"type": "error", "error": {"type": kind, "message": message}, "request_id": request_id}).encode()
