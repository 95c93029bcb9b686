"""What a set of rules would have decided about calls of the past, beside what was decided. Changes nothing."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from leads.models import Business
from messaging.enums import CallerKind, CallState, HoursState, MissReason, Outcome
from messaging.models import Call
from messaging.rules import CallFacts, RuleTerms, first_match

CALLS_ASKED = 100


@dataclass(frozen=True, slots=True)
class DryRunRow:
    """One call. `held_back`: why no text left whatever a rule said; `change` names the more important difference.

    `fits`: the rule that is tried would apply; `decided_before`: an earlier one decides all the same.
    """

    call: Call
    was: Outcome
    was_rule: str
    would: Outcome
    would_rule: str
    would_rule_id: int | None
    held_back: str
    change: Literal["", "rule", "outcome"]
    fits: bool = False
    decided_before: bool = False


def recent_calls(business: Business) -> list[Call]:
    """The last missed calls of `business` about which something was decided."""
    calls = Call.objects.filter(business=business, state=CallState.MISSED).exclude(decided_at=None)
    return list(calls.select_related("business", "location", "number").order_by("-started_at")[:CALLS_ASKED])


def dry_run(calls: Iterable[Call], rules: Sequence[RuleTerms], *, tried: RuleTerms | None = None) -> list[DryRunRow]:
    """Ask `rules`, in their order, about each of `calls`. A call without stored facts is left out.

    Calls that end differently come first, then those that another rule decides, then those that `tried` (one of
    `rules`) fits, each in the order of `calls`.
    """
    rows = []
    for call in calls:
        facts = facts_of(call.facts)
        if facts is not None:
            rows.append(_row(call, facts, rules, tried))
    return sorted(rows, key=lambda row: (row.change != "outcome", row.change != "rule", not row.fits))


def facts_of(stored: Mapping[str, Any]) -> CallFacts | None:
    """Stored facts as they were asked with; None when they are missing or from a vocabulary we no longer know."""
    try:
        return CallFacts(
            location_id=stored["location_id"],
            number_id=stored["number_id"],
            hours=HoursState(stored["hours"]),
            reason=MissReason(stored["reason"]),
            rang_seconds=stored["rang_seconds"],
            callers=frozenset(CallerKind(kind) for kind in stored["callers"]),
            minutes_since_last=stored["minutes_since_last"],
        )
    except (KeyError, ValueError, TypeError):
        return None


def _row(call: Call, facts: CallFacts, rules: Sequence[RuleTerms], tried: RuleTerms | None) -> DryRunRow:
    decision = first_match(rules, facts)
    fits = tried is not None and first_match([tried], facts).steps[0].matched
    guard: Mapping[str, Any] = next((step for step in call.trace if step.get("kind") == "guard"), {})
    matched: Mapping[str, Any] = next(
        (step for step in call.trace if step.get("kind") == "rule" and step.get("matched")), {}
    )
    # A guard holds back texts whatever the rules say, and nothing else.
    would = Outcome.NO_TEXT if guard and decision.outcome == Outcome.TEXT else decision.outcome
    was = Outcome(call.outcome or Outcome.NO_TEXT)
    change: Literal["", "rule", "outcome"] = ""
    if would != was:
        change = "outcome"
    elif decision.rule_id != matched.get("id"):
        change = "rule"
    return DryRunRow(
        call=call,
        was=was,
        was_rule=str(matched.get("name", "")),
        would=would,
        would_rule=decision.steps[-1].rule,
        would_rule_id=decision.rule_id,
        held_back=str(guard.get("because", "")),
        change=change,
        fits=fits,
        decided_before=fits and tried is not None and decision.rule_id != tried.id,
    )
