"""PURE: the first rule whose conditions all hold decides about a missed call, and says why the others did not."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from messaging.enums import CallerKind, HoursState, MissReason, Outcome, ScriptKind


@dataclass(frozen=True, slots=True)
class CallFacts:
    """What is known about a missed call. `minutes_since_last`: since this caller was last missed, None for never."""

    location_id: int
    number_id: int
    hours: HoursState
    reason: MissReason
    rang_seconds: int | None
    callers: frozenset[CallerKind]
    minutes_since_last: int | None


@dataclass(frozen=True, slots=True)
class RuleTerms:
    """A rule as plain values; None and empty sets mean "any". Durations as the field names say."""

    id: int
    name: str
    outcome: Outcome
    script_kind: str = ""
    delay_seconds: int = 0
    alerts_staff: bool = False
    location_id: int | None = None
    number_id: int | None = None
    hours: str = ""
    reasons: frozenset[str] = frozenset()
    callers: frozenset[str] = frozenset()
    rang_at_least: int | None = None
    rang_at_most: int | None = None
    repeat_within_minutes: int | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """One rule that was asked. `because`: the first condition that did not hold, "" when all did."""

    rule_id: int | None
    rule: str
    matched: bool
    because: str


@dataclass(frozen=True, slots=True)
class RuleDecision:
    """`rule_id` None: no rule matched and the default was taken."""

    rule_id: int | None
    outcome: Outcome
    script_kind: str
    delay_seconds: int
    alerts_staff: bool
    steps: tuple[Step, ...]


def first_match(rules: Sequence[RuleTerms], facts: CallFacts) -> RuleDecision:
    """Ask `rules` in order. Without a match callers get the ordinary text: no rules must not mean no texts."""
    steps: list[Step] = []
    for rule in rules:
        because = next(_objections(rule, facts), "")
        steps.append(Step(rule.id, rule.name, not because, because))
        if not because:
            kind = rule.script_kind or (_ordinary_kind(facts) if rule.outcome == Outcome.TEXT else "")
            return RuleDecision(rule.id, rule.outcome, kind, rule.delay_seconds, rule.alerts_staff, tuple(steps))
    steps.append(Step(None, "Default", True, ""))
    return RuleDecision(None, Outcome.TEXT, _ordinary_kind(facts), 0, False, tuple(steps))


def _ordinary_kind(facts: CallFacts) -> ScriptKind:
    return ScriptKind.MISSED_CALL if facts.hours == HoursState.OPEN else ScriptKind.AFTER_HOURS


def _objections(rule: RuleTerms, facts: CallFacts) -> Iterator[str]:
    """Why `rule` does not apply, in words for staff; lazily, as one is enough."""
    if rule.location_id is not None and rule.location_id != facts.location_id:
        yield "another location was called"
    if rule.number_id is not None and rule.number_id != facts.number_id:
        yield "another number was called"
    if rule.hours and not _fits_hours(rule.hours, facts.hours):
        yield f"it was {_label(HoursState, facts.hours)}, not {_label(HoursState, rule.hours)}"
    if rule.reasons and facts.reason not in rule.reasons:
        yield f"it was missed because of: {_label(MissReason, facts.reason)}"
    if rule.callers and not rule.callers & facts.callers:
        kinds = ", ".join(sorted(_label(CallerKind, kind) for kind in facts.callers))
        yield f"the caller is: {kinds}" if kinds else "nothing is known about the caller"
    yield from _ring_objections(rule, facts)
    if rule.repeat_within_minutes is not None:
        if facts.minutes_since_last is None:
            yield "the caller was not missed before"
        elif facts.minutes_since_last > rule.repeat_within_minutes:
            yield f"the last missed call was {facts.minutes_since_last} minutes ago"


def _fits_hours(wanted: str, hours: str) -> bool:
    """A holiday is also a time when the place is closed, as it is for scripts."""
    return wanted == hours or (wanted == HoursState.CLOSED and hours == HoursState.HOLIDAY)


def _ring_objections(rule: RuleTerms, facts: CallFacts) -> Iterator[str]:
    if rule.rang_at_least is None and rule.rang_at_most is None:
        return
    if facts.rang_seconds is None:
        yield "it is not known how long it rang"
    elif rule.rang_at_least is not None and facts.rang_seconds < rule.rang_at_least:
        yield f"it rang {facts.rang_seconds} s, less than {rule.rang_at_least} s"
    elif rule.rang_at_most is not None and facts.rang_seconds > rule.rang_at_most:
        yield f"it rang {facts.rang_seconds} s, more than {rule.rang_at_most} s"


def _label(choices: type[HoursState] | type[MissReason] | type[CallerKind], value: str) -> str:
    # A rule stored before a choice was dropped must not stop the call: it just never matches.
    return str(choices(value).label).lower() if value in choices.values else value
