"""The model's side of a turn: Claude reads the conversation, calls tools, and its last text may leave or not.

The loop is ours. It ends with a text that the reply check lets through, with "" when the model says nothing, or with
ModelFailed: never later than the limits say, and never with half a text. What a tool may do is the tool's own business,
and what may be said is `judge`'s; the model is trusted with neither.
"""

import json
import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from django.utils.module_loading import import_string

from messaging.agent.claude.failures import FailureReason, ModelFailed, ToolCall, Usage
from messaging.agent.claude.reply import Answer, Spoken, Use, read_message, read_usage
from messaging.agent.claude.tooling import Tool, ToolRefused

__all__ = ["FailureReason", "Limits", "ModelFailed", "ModelReply", "Side", "ToolCall", "Usage", "converse"]

# Thinking counts as well; with less, a thoughtful answer is cut off.
MAX_TOKENS = 2048
API = "messaging.agent.claude.api.ask"
NOT_SENT = (
    "[Not from the customer: your text was not sent, they have not seen it. Write the text to them again, and only the "
    "text, so that none of these holds:]"
)

Side = Literal["customer", "us"]
Judge = Callable[[str], list[str]]


@dataclass(frozen=True, slots=True)
class Limits:
    """`seconds` over the whole turn, tools included. `calls`: requests in a turn, and tools run in it.

    `same_call`: how often one tool may be called with the same arguments. `rewrites`: how often a text that may not
    leave may be written again.
    """

    seconds: float = 15.0
    seconds_per_call: float = 8.0
    calls: int = 6
    same_call: int = 2
    rewrites: int = 1


@dataclass(frozen=True, slots=True)
class ModelReply:
    """`text` passed the judge, or is "" when the model chose to say nothing, which nobody judged.

    `rewritten`: the objections that made it write again.
    """

    text: str
    usage: Usage
    calls: tuple[ToolCall, ...]
    rewritten: tuple[str, ...]
    request_id: str


def converse(
    *,
    api_key: str,
    base_url: str,
    model: str,
    effort: str,
    system: Sequence[str],
    history: Sequence[tuple[Side, str]],
    tools: Sequence[Tool],
    judge: Judge,
    limits: Limits = Limits(),
    user_id: str = "",
    spend: Callable[[Usage], None] = lambda usage: None,
    monotonic: Callable[[], float] = time.monotonic,
) -> ModelReply:
    """One turn. Raises ModelFailed, and whatever else a tool raises besides ToolRefused.

    `system`: what stays the same for a business first, which is cached, then today's facts. `history`: plain texts,
    oldest first; begins with the customer's side (a note will do, such as that they called) and ends with it. `effort`:
    "low" to "max", or "" for models that know none. `user_id`: opaque, never a name or a number. `judge`: objections to
    a text in words that the model is shown; none, and it may leave. `spend` is told the sum after each request, so
    that it is known whatever ends the turn. ValueError for a history that nobody could answer.
    """
    if not api_key.strip():
        raise ModelFailed(FailureReason.NO_KEY)
    ends_at = monotonic() + limits.seconds
    request = _request(model=model, effort=effort, system=system, tools=tools, user_id=user_id)
    messages = _messages(history)
    # By name and only now: the SDK takes a second to import and 65 MiB, which no other process should pay.
    post: Callable[..., Answer] = import_string(API)

    def ask(messages: list[dict[str, Any]], seconds: float) -> Answer:
        body = {**request, "messages": messages}
        return post(body, api_key=api_key.strip(), base_url=base_url.strip(), seconds=seconds)

    turn = _Turn(ask, messages, {tool.name: tool for tool in tools}, judge, limits, spend, monotonic, ends_at)
    try:
        return turn.run()
    except ModelFailed as failed:
        failed.usage, failed.calls, failed.rewritten = turn.usage, tuple(turn.calls), tuple(turn.objections)
        failed.request_id = failed.request_id or turn.request_id
        raise


@dataclass(slots=True)
class _Turn:
    ask: Callable[[list[dict[str, Any]], float], Answer]
    messages: list[dict[str, Any]]
    tools: Mapping[str, Tool]
    judge: Judge
    limits: Limits
    spend: Callable[[Usage], None]
    monotonic: Callable[[], float]
    ends_at: float
    usage: Usage = field(default_factory=Usage)
    calls: list[ToolCall] = field(default_factory=list)
    counts: Counter[tuple[str, str]] = field(default_factory=Counter)
    objections: list[str] = field(default_factory=list)
    rewrites: int = 0
    request_id: str = ""

    def run(self) -> ModelReply:
        while True:
            message = self._next_message()
            if message.uses:
                self._use_tools(message)
            elif not message.text and not self.rewrites:
                return self._reply("")
            else:
                # Nothing at all is no answer to an objection either.
                objections = self.judge(message.text) if message.text else ["Nothing was left of the text."]
                if not objections:
                    return self._reply(message.text)
                self._object(message, objections)

    def _reply(self, text: str) -> ModelReply:
        return ModelReply(text, self.usage, tuple(self.calls), tuple(self.objections), self.request_id)

    def _next_message(self) -> Spoken:
        if self.usage.calls >= self.limits.calls:
            raise ModelFailed(FailureReason.TOO_MANY_CALLS, f"no text after {self.usage.calls} calls")
        left = self._time_left()
        self.usage += Usage(calls=1)
        self.spend(self.usage)
        try:
            answer = self.ask(self.messages, min(left, self.limits.seconds_per_call))
        except ModelFailed as failed:
            if failed.reason == FailureReason.TIMEOUT:
                self._time_left()
            raise
        self.request_id = answer.request_id or self.request_id
        self.usage += read_usage(answer.body)
        self.spend(self.usage)
        return read_message(answer.body)

    def _time_left(self) -> float:
        left = self.ends_at - self.monotonic()
        if left <= 0:
            raise ModelFailed(FailureReason.DEADLINE, f"{self.limits.seconds:.1f} s are over")
        return left

    def _use_tools(self, message: Spoken) -> None:
        if self.usage.calls >= self.limits.calls:
            # No request is left in which the model could say what the tool has done, so it does not do it.
            raise ModelFailed(FailureReason.TOO_MANY_CALLS, f"still calling tools after {self.usage.calls} calls")
        results = [self._use_tool(use) for use in message.uses]
        self.messages.append({"role": "assistant", "content": message.content})
        self.messages.append({"role": "user", "content": results})

    def _use_tool(self, use: Use) -> dict[str, Any]:
        # What is said after the deadline is the rule reply, which knows nothing of a tool that runs now.
        self._time_left()
        same = (use.name, json.dumps(use.arguments, sort_keys=True))
        self.counts[same] += 1
        if self.counts[same] > self.limits.same_call or len(self.calls) >= self.limits.calls:
            raise ModelFailed(FailureReason.TOO_MANY_CALLS, f"{use.name:.60} once more, after {len(self.calls)} calls")
        result, is_error = self._call(use)
        self.calls.append(ToolCall(use.name, use.arguments, result, is_error))
        block = {"type": "tool_result", "tool_use_id": use.id, "content": result or "Done."}
        return {**block, "is_error": True} if is_error else block

    def _call(self, use: Use) -> tuple[str, bool]:
        tool = self.tools.get(use.name)
        if tool is None:
            return f"There is no tool called {use.name:.60}.", True
        try:
            return tool.call(use.arguments), False
        except ToolRefused as refused:
            return refused.message, True

    def _object(self, message: Spoken, objections: Sequence[str]) -> None:
        self.objections.extend(objections)
        if self.rewrites >= self.limits.rewrites:
            raise ModelFailed(FailureReason.GUARDED, " ".join(objections)[:300])
        self.rewrites += 1
        reasons = "\n".join(f"- {objection}" for objection in objections)
        if message.content:
            self.messages.append({"role": "assistant", "content": message.content})
        self.messages.append({"role": "user", "content": f"{NOT_SENT}\n{reasons}"})


def _request(*, model: str, effort: str, system: Sequence[str], tools: Sequence[Tool], user_id: str) -> dict[str, Any]:
    """All of the body but its messages. No temperature and the like: this version of the API refuses them."""
    blocks: list[dict[str, Any]] = [{"type": "text", "text": text} for text in system if text.strip()]
    if blocks:
        # Tools come before the system texts, so this one mark caches both.
        blocks[0]["cache_control"] = {"type": "ephemeral"}
    body: dict[str, Any] = {"model": model, "max_tokens": MAX_TOKENS}
    if blocks:
        body["system"] = blocks
    if effort:
        body["output_config"] = {"effort": effort}
    if user_id:
        body["metadata"] = {"user_id": user_id}
    if tools:
        body["tools"] = [tool.schema() for tool in tools]
        # Some models refuse to be forced; one call at a time, so that each sees what the one before did.
        body["tool_choice"] = {"type": "auto", "disable_parallel_tool_use": True}
    return body


def _messages(history: Iterable[tuple[Side, str]]) -> list[dict[str, Any]]:
    """Plain texts as messages, neighbors of one side as one. Nothing of an earlier turn's tools or thoughts is kept."""
    messages: list[dict[str, Any]] = []
    for side, text in history:
        role = {"customer": "user", "us": "assistant"}[side]
        if not text.strip():
            continue
        if messages and messages[-1]["role"] == role:
            messages[-1]["content"] += f"\n{text.strip()}"
        else:
            messages.append({"role": role, "content": text.strip()})
    if not messages or messages[0]["role"] != "user" or messages[-1]["role"] != "user":
        raise ValueError("a history begins and ends with the customer's side")
    return messages
