from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from messaging.enums import CallerKind, HoursState, MissReason, Outcome, ScriptKind
from messaging.rules import CallFacts, RuleDecision, RuleTerms, Step, first_match

FACTS = CallFacts(
    location_id=1,
    number_id=10,
    hours=HoursState.OPEN,
    reason=MissReason.NO_ANSWER,
    rang_seconds=20,
    callers=frozenset({CallerKind.NEW}),
    minutes_since_last=None,
)
ANY = RuleTerms(id=7, name="Everybody", outcome=Outcome.TEXT, script_kind=ScriptKind.QUOTE)


def why_not(terms: dict[str, Any], facts: dict[str, Any]) -> str:
    """What the trace says about a rule of these terms, "" when it matched."""
    first = first_match([replace(ANY, **terms)], replace(FACTS, **facts)).steps[0]
    assert first.matched is (first.because == "")
    return first.because


@pytest.mark.parametrize(
    ("hours", "kind"),
    [
        (HoursState.OPEN, ScriptKind.MISSED_CALL),
        (HoursState.CLOSED, ScriptKind.AFTER_HOURS),
        (HoursState.HOLIDAY, ScriptKind.AFTER_HOURS),
    ],
)
def test_without_rules_callers_get_the_ordinary_text(hours: HoursState, kind: ScriptKind) -> None:
    assert first_match([], replace(FACTS, hours=hours)) == RuleDecision(
        None, Outcome.TEXT, kind, 0, False, (Step(None, "Default", True, ""),)
    )


def test_a_rule_without_conditions_decides_everything_it_says() -> None:
    rule = RuleTerms(
        id=7,
        name="Wait a minute",
        outcome=Outcome.TEXT,
        script_kind=ScriptKind.BUSY,
        delay_seconds=60,
        alerts_staff=True,
    )
    assert first_match([rule], FACTS) == RuleDecision(
        7, Outcome.TEXT, ScriptKind.BUSY, 60, True, (Step(7, "Wait a minute", True, ""),)
    )


def test_the_first_match_decides_and_later_rules_are_not_asked() -> None:
    rules = [
        RuleTerms(id=1, name="Staff", outcome=Outcome.NO_TEXT, callers=frozenset({"staff"})),
        RuleTerms(id=2, name="Busy", outcome=Outcome.TEXT, script_kind="busy", reasons=frozenset({"busy"})),
        RuleTerms(id=3, name="New callers", outcome=Outcome.TASK, callers=frozenset({"new"})),
        ANY,
    ]
    assert first_match(rules, FACTS) == RuleDecision(
        3,
        Outcome.TASK,
        "",
        0,
        False,
        (
            Step(1, "Staff", False, "the caller is: new caller"),
            Step(2, "Busy", False, "it was missed because of: no answer"),
            Step(3, "New callers", True, ""),
        ),
    )


def test_the_default_stands_last_in_the_trace() -> None:
    rule = RuleTerms(id=1, name="Annex", outcome=Outcome.NO_TEXT, location_id=2)
    assert first_match([rule], FACTS) == RuleDecision(
        None,
        Outcome.TEXT,
        ScriptKind.MISSED_CALL,
        0,
        False,
        (Step(1, "Annex", False, "another location was called"), Step(None, "Default", True, "")),
    )


@pytest.mark.parametrize(
    ("terms", "facts", "because"),
    [
        ({"location_id": 1}, {}, ""),
        ({"location_id": 2}, {}, "another location was called"),
        ({"number_id": 10}, {}, ""),
        ({"number_id": 11}, {}, "another number was called"),
        ({"hours": "open"}, {}, ""),
        ({"hours": "closed"}, {}, "it was open, not closed"),
        ({"hours": "closed"}, {"hours": HoursState.HOLIDAY}, ""),
        ({"hours": "holiday"}, {"hours": HoursState.CLOSED}, "it was closed, not holiday or special closure"),
        ({"reasons": frozenset({"busy", "no_answer"})}, {}, ""),
        ({"reasons": frozenset({"busy"})}, {}, "it was missed because of: no answer"),
        (
            {"reasons": frozenset({"busy"})},
            {"reason": MissReason.VOICEMAIL},
            "it was missed because of: left a voicemail",
        ),
        ({"callers": frozenset({"existing", "new"})}, {}, ""),
        ({"callers": frozenset({"existing"})}, {}, "the caller is: new caller"),
        (
            {"callers": frozenset({"staff"})},
            {"callers": frozenset({CallerKind.KNOWN, CallerKind.APPOINTMENT})},
            "the caller is: has an appointment, known lead",
        ),
        ({"callers": frozenset({"staff"})}, {"callers": frozenset()}, "nothing is known about the caller"),
        ({"callers": frozenset({"known"})}, {"callers": frozenset({CallerKind.KNOWN, CallerKind.LANDLINE})}, ""),
        ({"rang_at_least": 20}, {}, ""),
        ({"rang_at_least": 21}, {}, "it rang 20 s, less than 21 s"),
        ({"rang_at_most": 20}, {}, ""),
        ({"rang_at_most": 19}, {}, "it rang 20 s, more than 19 s"),
        ({"rang_at_least": 5, "rang_at_most": 30}, {}, ""),
        ({"rang_at_least": 0}, {"rang_seconds": 0}, ""),
        ({"rang_at_most": 0}, {"rang_seconds": 0}, ""),
        ({"rang_at_most": 0}, {"rang_seconds": 1}, "it rang 1 s, more than 0 s"),
        ({"rang_at_least": 0}, {"rang_seconds": None}, "it is not known how long it rang"),
        ({"rang_at_most": 60}, {"rang_seconds": None}, "it is not known how long it rang"),
        ({}, {"rang_seconds": None}, ""),
        ({"repeat_within_minutes": 60}, {}, "the caller was not missed before"),
        ({"repeat_within_minutes": 60}, {"minutes_since_last": 60}, ""),
        ({"repeat_within_minutes": 60}, {"minutes_since_last": 0}, ""),
        ({"repeat_within_minutes": 60}, {"minutes_since_last": 61}, "the last missed call was 61 minutes ago"),
        ({"repeat_within_minutes": 0}, {"minutes_since_last": 0}, ""),
        ({}, {"minutes_since_last": 5}, ""),
    ],
)
def test_each_condition_says_why_it_does_not_hold(terms: dict[str, Any], facts: dict[str, Any], because: str) -> None:
    assert why_not(terms, facts) == because


def test_the_first_condition_that_fails_is_the_reason() -> None:
    rest: dict[str, Any] = {
        "location_id": 2,
        "number_id": 11,
        "hours": "closed",
        "reasons": frozenset({"busy"}),
        "callers": frozenset({"staff"}),
        "rang_at_least": 30,
        "repeat_within_minutes": 5,
    }
    reasons = []
    for field in list(rest):
        reasons.append(why_not(rest, {}))
        del rest[field]
    assert reasons == [
        "another location was called",
        "another number was called",
        "it was open, not closed",
        "it was missed because of: no answer",
        "the caller is: new caller",
        "it rang 20 s, less than 30 s",
        "the caller was not missed before",
    ]
    assert why_not(rest, {}) == ""


@pytest.mark.parametrize(
    ("outcome", "hours", "kind"),
    [
        (Outcome.TEXT, HoursState.OPEN, ScriptKind.MISSED_CALL),
        (Outcome.TEXT, HoursState.HOLIDAY, ScriptKind.AFTER_HOURS),
        (Outcome.TASK, HoursState.OPEN, ""),
        (Outcome.NO_TEXT, HoursState.OPEN, ""),
    ],
)
def test_a_rule_that_texts_without_naming_a_script_takes_the_ordinary_one(
    outcome: Outcome, hours: HoursState, kind: str
) -> None:
    rule = RuleTerms(id=1, name="Bare", outcome=outcome)
    assert first_match([rule], replace(FACTS, hours=hours)).script_kind == kind


def test_a_stored_value_that_is_no_choice_any_more_only_fails_to_match() -> None:
    assert why_not({"hours": "weekend"}, {}) == "it was open, not weekend"
    assert why_not({"reasons": frozenset({"sunspots"})}, {}) == "it was missed because of: no answer"
    assert why_not({"callers": frozenset({"martian"})}, {}) == "the caller is: new caller"


def some_of(values: list[str]) -> st.SearchStrategy[frozenset[str]]:
    return st.frozensets(st.sampled_from(values), max_size=2)


A_RULE = st.builds(
    RuleTerms,
    id=st.just(1),
    name=st.just("Rule"),
    outcome=st.sampled_from(Outcome),
    location_id=st.none() | st.integers(1, 2),
    number_id=st.none() | st.integers(10, 11),
    hours=st.sampled_from(["", *HoursState.values]),
    reasons=some_of(MissReason.values),
    callers=some_of(CallerKind.values),
    rang_at_least=st.none() | st.integers(0, 40),
    rang_at_most=st.none() | st.integers(0, 40),
    repeat_within_minutes=st.none() | st.integers(0, 90),
)
SOME_FACTS = st.builds(
    CallFacts,
    location_id=st.integers(1, 2),
    number_id=st.integers(10, 11),
    hours=st.sampled_from(HoursState),
    reason=st.sampled_from(MissReason),
    rang_seconds=st.none() | st.integers(0, 40),
    callers=st.frozensets(st.sampled_from(CallerKind), max_size=3),
    minutes_since_last=st.none() | st.integers(0, 90),
)


@given(st.lists(A_RULE, max_size=6), SOME_FACTS)
def test_the_trace_ends_with_the_one_step_that_decided(rules: list[RuleTerms], facts: CallFacts) -> None:
    numbered = [replace(rule, id=place) for place, rule in enumerate(rules)]
    decision = first_match(numbered, facts)
    alone = [first_match([rule], facts).rule_id for rule in numbered]
    matching = [rule_id for rule_id in alone if rule_id is not None]
    assert decision.rule_id == (matching[0] if matching else None)
    assert [step.matched for step in decision.steps] == [False] * (len(decision.steps) - 1) + [True]
    assert all(step.matched != bool(step.because) for step in decision.steps)
    asked = len(numbered) + 1 if decision.rule_id is None else decision.rule_id + 1
    assert len(decision.steps) == asked
