"""Calls of the past, decided anew with rules, opening hours or a script that are only drafts. Changes nothing.

What was known of each call is stored with it. What cannot be known stays as it was: whom a guard held back, whether a
person would have picked up, and what the caller would have said.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from messaging.dry_run import facts_of
from messaging.enums import CallState, HoursState, MissReason, NumberMode, Outcome
from messaging.missed_calls import classify_arrival, first_text_key
from messaging.models import Call, Script
from messaging.replay_words import words_of
from messaging.rules import CallFacts, RuleTerms, first_match
from scheduling.hours import HoursRange
from scheduling.queries import Week, state_in

# More than this is slow to look at and says nothing new.
CALLS_AT_MOST = 1000
ANSWERED, RINGS = "Answered by a person", "Your phones would have rung"
Change = Literal["outcome", "rule", "hours", "text"]


@dataclass(frozen=True, slots=True)
class Draft:
    """What is tried: `rules` in their order; `ranges`, the week's hours at the locations of `weeks`, None: hours as
    they were; `script`, which is not saved, or None. `weeks`: by a location's id, for its closures at that time.
    """

    rules: Sequence[RuleTerms]
    ranges: tuple[HoursRange, ...] | None = None
    weeks: Mapping[int, Week] = field(default_factory=dict)
    script: Script | None = None


@dataclass(frozen=True, slots=True)
class ReplayedCall:
    """`was` and `would`: what became of it, in words; `change` the most important difference, "" for none.

    `held_back`: why no text left whatever a rule said. `text_was` and `text_would` only where the words would differ.
    """

    call: Call
    was: str
    was_rule: str
    would: str
    would_rule: str
    change: Change | Literal[""]
    held_back: str = ""
    hours: str = ""
    text_was: str = ""
    text_would: str = ""


@dataclass(frozen=True, slots=True)
class Replay:
    """All that were asked, those that differ first; `unknown` have no stored facts. `moves`: (was, would, how many)."""

    rows: tuple[ReplayedCall, ...]
    unknown: int

    @property
    def changed(self) -> tuple[ReplayedCall, ...]:
        return tuple(row for row in self.rows if row.change)

    @property
    def moves(self) -> list[tuple[str, str, int]]:
        counted = Counter((row.was, row.would) for row in self.rows if row.was != row.would)
        return [(was, would, count) for (was, would), count in counted.most_common()]

    @property
    def counts(self) -> Counter[str]:
        return Counter(row.change for row in self.rows)


def replay(calls: Iterable[Call], draft: Draft, *, texts: Mapping[str, str]) -> Replay:
    """`calls` with their business, location, number (with its ring targets) and lead loaded, missed and answered ones.

    `texts`: what really left, by the key of a first text (missed_calls.first_text_key). Raises UnknownPlaceholder for a
    script that names one.
    """
    rows, unknown = [], 0
    for call in calls:
        row = _answered(call, draft) if call.state == CallState.ANSWERED else _missed(call, draft, texts)
        if row is not None:
            rows.append(row)
        elif call.state == CallState.MISSED:
            unknown += 1
    order: dict[str, int] = {"outcome": 0, "hours": 1, "rule": 2, "text": 3, "": 4}
    return Replay(tuple(sorted(rows, key=lambda row: order[row.change])), unknown)


def _missed(call: Call, draft: Draft, texts: Mapping[str, str]) -> ReplayedCall | None:
    facts = facts_of(call.facts)
    if facts is None:
        return None
    hours = _hours(call, draft, facts.hours)
    matched = _matched(call)
    was, was_rule = Outcome(call.outcome or Outcome.NO_TEXT), str(matched.get("name", ""))
    shown_hours = "" if hours == facts.hours else f"{facts.hours.label} → {hours.label}"
    reason = _reason(call, facts, hours)
    if reason is None:
        return ReplayedCall(call, was.label, was_rule, RINGS, "", "hours", hours=shown_hours)
    decision = first_match(draft.rules, replace(facts, hours=hours, reason=reason))
    guard: Mapping[str, Any] = next((step for step in call.trace if step.get("kind") == "guard"), {})
    would = Outcome.NO_TEXT if guard and decision.outcome == Outcome.TEXT else decision.outcome
    change: Change | Literal[""] = ""
    before = after = ""
    if would != was:
        change = "outcome"
    elif decision.rule_id != matched.get("id"):
        change = "rule"
    if would == Outcome.TEXT and draft.script is not None:
        after = words_of(draft.script, call, decision.script_kind, hours=hours)
        before = texts.get(first_text_key(call), "") if after else ""
        change = change or ("text" if after and after != before else "")
    return ReplayedCall(
        call, was.label, was_rule, would.label, decision.steps[-1].rule, change, str(guard.get("because", "")),
        shown_hours, before if after != before else "", after if after != before else "",
    )  # fmt: skip


def _answered(call: Call, draft: Draft) -> ReplayedCall | None:
    """A call that a person took, but which would have come while closed: then nobody's phone rings."""
    if draft.ranges is None or call.hours_state not in HoursState.values:
        return None
    was = HoursState(call.hours_state)
    hours = _hours(call, draft, was)
    if _arrival(call, hours) != MissReason.AFTER_HOURS or was == hours:
        return None
    facts = CallFacts(call.location_id, call.number_id, hours, MissReason.AFTER_HOURS, None, frozenset(), None)
    decision = first_match(draft.rules, facts)
    return ReplayedCall(
        call, ANSWERED, "", f"Missed: {decision.outcome.label.lower()}", decision.steps[-1].rule, "hours",
        hours=f"{was.label} → {hours.label}",
    )  # fmt: skip


def _hours(call: Call, draft: Draft, as_it_was: HoursState) -> HoursState:
    week = draft.weeks.get(call.location_id)
    if draft.ranges is None or week is None:
        return as_it_was
    return HoursState(state_in(Week(draft.ranges, week.overrides), call.location, now=call.started_at).kind)


def _arrival(call: Call, hours: HoursState) -> MissReason | None:
    number = call.number
    return classify_arrival(
        mode=NumberMode(number.mode), is_open=hours == HoursState.OPEN, rings_when_closed=number.rings_when_closed,
        has_targets=bool(number.ring_targets.all()),
    )  # fmt: skip


def _reason(call: Call, facts: CallFacts, hours: HoursState) -> MissReason | None:
    """Why it would have been missed, None: the phones would have rung first, and nobody knows how that had ended."""
    if (hours == HoursState.OPEN) == (facts.hours == HoursState.OPEN):
        return facts.reason
    if hours == HoursState.OPEN:
        return _arrival(call, hours) if facts.reason == MissReason.AFTER_HOURS else facts.reason
    return _arrival(call, hours) or facts.reason


def _matched(call: Call) -> Mapping[str, Any]:
    return next((step for step in call.trace if step.get("kind") == "rule" and step.get("matched")), {})
