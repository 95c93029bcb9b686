"""Every kind of case and the adapter that runs it through the project's own code."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from tests.scheduling import case_busy, case_door, case_hours, case_slots, case_times
from tests.scheduling.case_values import Given, NotUnderstood, need, refuse_unknown

Verdict = Literal["passed", "failed", "elsewhere"]

_ADAPTERS: dict[str, Callable[[Given, Given], list[str]]] = {
    "slots": case_slots.check,
    "ranges": case_hours.check_hours,
    "hours_valid": case_hours.check_form,
    "set_op": case_hours.check_arithmetic,
    "busy": case_busy.check,
    "send_window": case_times.check_send_window,
    "in_window": case_times.check_in_window,
    "offset": case_times.check_offset,
    "change_policy": case_door.check_policy,
    "race": case_door.check_race,
}
# These need more than this layer has (signed webhooks, a carrier on loopback): the file that runs them.
ELSEWHERE = {"oncall_reply": "tests/messaging/escalation/test_cases.py"}
_FIELDS = {"id", "kind", "topics", "source", "input", "expect", "note", "basis"}


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a case went; `problems` are sentences; of one that runs elsewhere, the file that runs it."""

    id: str
    kind: str
    verdict: Verdict
    problems: list[str]


def needs_database(case: dict[str, Any]) -> bool:
    kind = case.get("kind")
    return kind == "race" or (kind == "change_policy" and "sequence" in case.get("input", {}))


def outcome_of(case: dict[str, Any]) -> Outcome:
    """Run one case. What is not understood has failed, whatever else is right about it."""
    name, kind = str(case.get("id")), str(case.get("kind"))
    if kind in ELSEWHERE:
        return Outcome(name, kind, "elsewhere", [ELSEWHERE[kind]])
    try:
        problems = _run(case)
    except NotUnderstood as unknown:
        problems = [f"not understood: {unknown}"]
    except Exception as error:  # a case that cannot even be run is one more that failed, and the others go on
        problems = [f"{type(error).__name__}: {error}"]
    return Outcome(name, kind, "failed" if problems else "passed", problems)


def _run(case: dict[str, Any]) -> list[str]:
    refuse_unknown(case, _FIELDS, "the case")
    kind = need(case, "kind")
    if kind not in _ADAPTERS:
        raise NotUnderstood(f"kind {kind}")
    expect = need(case, "expect")
    if not expect:
        raise NotUnderstood("nothing is expected")
    return _ADAPTERS[kind](need(case, "input"), expect)
