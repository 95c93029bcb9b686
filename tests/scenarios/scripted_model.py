"""A model that says what a scenario has written down for it, as an answering server on loopback."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from tests.fakes.messages_api import MessagesApi, Scripted, Step, fails, replies, says, slowly, uses

_OFFERED = re.compile(r"^\d+\) .+$", re.MULTILINE)
# Longer than Stage lets a call take.
_TOO_LONG = 30.0


class ScriptedApi(MessagesApi):
    """`MessagesApi` for many scenarios, one after the other."""

    def begin(self, bursts: Sequence[Sequence[Mapping[str, Any]]]) -> None:
        """Forget the scenario before; `next_burst` lets the steps of the next burst in."""
        with self._lock:
            self._steps.clear()
        self.bodies.clear()
        self.headers.clear()
        self.complaints.clear()
        self._bursts = iter(bursts)

    def next_burst(self) -> None:
        for step in next(self._bursts, ()):
            self.script(*scripted(step))

    def end_burst(self) -> None:
        """Whatever the product did not ask for is a complaint."""
        if left := self.steps_left:
            self.complaints.append(f"{left} steps of the model were not asked for")
            with self._lock:
                self._steps.clear()


def scripted(step: Mapping[str, Any]) -> Iterator[Scripted]:
    """The answers to come, as functions of the request."""

    def answer(body: dict[str, Any], headers: Mapping[str, str]) -> Step:
        seen = _last_seen(body)
        if (wanted := str(step.get("sees", ""))).casefold() not in seen.casefold():
            raise AssertionError(f"“{wanted}” is not in what the model sees: {seen}")
        if "fail" in step:
            return slowly(says("Too late."), seconds=_TOO_LONG) if step["fail"] == "slow" else fails(step["fail"])
        if "use" in step:
            return uses(step["use"], step.get("with", {}))
        text = _filled(step["say"], seen)
        return says(text) if text else replies([])

    for _ in range(step.get("times", 1)):
        yield answer


def _filled(text: str, seen: str) -> str:
    slots = " or ".join(_OFFERED.findall(seen))
    return text.replace("{slots}", slots).replace("{result}", seen)


def _last_seen(body: Mapping[str, Any]) -> str:
    """The last tool result, or the last text of the customer's side."""
    content = body["messages"][-1]["content"]
    if isinstance(content, str):
        return content
    block = content[-1]
    found = block.get("content", block.get("text", ""))
    return found if isinstance(found, str) else "\n".join(part["text"] for part in found)
