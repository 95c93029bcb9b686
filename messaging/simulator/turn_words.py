"""A turn of the robot in words: its one-line why, what it looked up and did, what it went by, and what it cost."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from messaging.enums import Driver, TurnStatus
from messaging.models import AgentTurn

MICROS = 1_000_000


@dataclass(frozen=True, slots=True)
class TurnWords:
    title: str
    lines: tuple[str, ...]


def describe_turn(turn: AgentTurn) -> TurnWords:
    if turn.status == TurnStatus.RUNNING:
        return TurnWords("Reads what was written and answers…", ())
    return TurnWords(turn.summary or TurnStatus(turn.status).label, tuple(_lines(turn)))


def _lines(turn: AgentTurn) -> Iterator[str]:
    yield f"{TurnStatus(turn.status).label}{_took(turn)}; {_cost(turn)}"
    for tool in turn.tools:
        yield f"{'✗' if tool['refused'] else '✓'} {_tool(tool)}"
    for sentence, fact in turn.facts:
        yield f"“{sentence}” from {fact}"
    for objection in turn.objections:
        yield f"Guard: {objection}"


def _tool(tool: dict[str, Any]) -> str:
    """ "save: place Tempe → noted"."""
    given = ", ".join(f"{name} {value}" for name, value in tool["arguments"].items())
    return f"{tool['name'].replace('_', ' ')}{f': {given}' if given else ''} → {tool['result']}"


def _took(turn: AgentTurn) -> str:
    if turn.finished_at is None:
        return ""
    return f" after {(turn.finished_at - turn.started_at).total_seconds():.2f} s"


def _cost(turn: AgentTurn) -> str:
    if turn.driver != Driver.MODEL:
        return "by the rules, without a model"
    spent = "at an unknown price" if turn.cost_micros is None else f"${turn.cost_micros / MICROS:.4f}"
    calls = f"{turn.calls} call{'' if turn.calls == 1 else 's'}"
    return f"{turn.model}, {calls}, {turn.input_tokens:,} tokens in and {turn.output_tokens:,} out, {spent}"
