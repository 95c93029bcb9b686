"""What an answer of the Messages API says, checked. Pure: JSON in, plain values out."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from messaging.agent.claude.failures import FailureReason, ModelFailed, Usage


@dataclass(frozen=True, slots=True)
class Answer:
    """`body`: the JSON of a 200, unchecked: the SDK builds its objects from anything, without a look."""

    body: Any
    request_id: str


@dataclass(frozen=True, slots=True)
class Use:
    """The model wants to call a tool. `arguments` unchecked: the tool looks at them itself."""

    id: str
    name: str
    arguments: object


@dataclass(frozen=True, slots=True)
class Spoken:
    """`text`: all text of the answer, "" if there is none. `content`: the answer as it must be handed back in the loop,
    thoughts and their signatures included.
    """

    text: str
    uses: tuple[Use, ...]
    content: list[dict[str, Any]]


def read_usage(body: object) -> Usage:
    """What the call cost. Raises ModelFailed if the answer does not say: a cost that is not known is not 0."""
    usage = body.get("usage") if isinstance(body, dict) else None
    if not isinstance(usage, dict):
        raise _malformed("no usage")
    return Usage(
        _tokens(usage, "input_tokens"),
        _tokens(usage, "cache_creation_input_tokens", missing=0),
        _tokens(usage, "cache_read_input_tokens", missing=0),
        _tokens(usage, "output_tokens"),
    )


def read_message(body: object) -> Spoken:
    """The answer, if it is whole. Raises ModelFailed if it was refused, cut off, or is not what the API promises."""
    if not isinstance(body, dict):
        raise _malformed("not an object")
    stop_reason = body.get("stop_reason")
    if stop_reason == "refusal":
        details = body.get("stop_details")
        category = details.get("category") if isinstance(details, dict) else None
        raise ModelFailed(FailureReason.REFUSED, str(category or "")[:100])
    if stop_reason in ("max_tokens", "model_context_window_exceeded"):
        raise ModelFailed(FailureReason.CUT_OFF, stop_reason)
    if stop_reason not in ("end_turn", "stop_sequence", "tool_use"):
        raise ModelFailed(FailureReason.UNKNOWN, f"stopped for {stop_reason!r:.100}")
    blocks = _blocks(body.get("content"))
    uses = tuple(_use(block) for block in blocks if block["type"] == "tool_use")
    if bool(uses) != (stop_reason == "tool_use"):
        raise _malformed(f"{len(uses)} tool calls in an answer that stopped for {stop_reason}")
    # A thought may come first, and before or between texts: blocks are told apart by type, never by place.
    texts = [block["text"].strip() for block in blocks if block["type"] == "text"]
    # The API sends empty texts and does not take them back.
    content = [block for block in blocks if block["type"] != "text" or block["text"].strip()]
    return Spoken(" ".join(text for text in texts if text), uses, content)


def _blocks(content: object) -> list[dict[str, Any]]:
    if not isinstance(content, list):
        raise _malformed("no content")
    for block in content:
        if not isinstance(block, dict) or not isinstance(block.get("type"), str):
            raise _malformed("a block without a type")
        if block["type"] == "text" and not isinstance(block.get("text"), str):
            raise _malformed("a text block without text")
    try:
        json.dumps(content, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        raise _malformed("half of a character") from None
    return content


def _use(block: Mapping[str, Any]) -> Use:
    identity, name, arguments = block.get("id"), block.get("name"), block.get("input")
    if not isinstance(identity, str) or not isinstance(name, str) or not isinstance(arguments, dict):
        # Arguments that are no object could not be handed back, so the tool cannot be the one to refuse them.
        raise _malformed("a tool call without id, name or arguments")
    return Use(identity, name, arguments)


def _tokens(usage: Mapping[str, object], name: str, *, missing: int | None = None) -> int:
    value = usage.get(name)
    if value is None and missing is not None:
        return missing
    if type(value) is not int or value < 0:
        raise _malformed(f"usage without {name}")
    return value


def _malformed(detail: str) -> ModelFailed:
    return ModelFailed(FailureReason.MALFORMED, detail)
