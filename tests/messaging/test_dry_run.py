from typing import Any

import pytest

from messaging.dry_run import CALLS_ASKED, DryRunRow, dry_run, facts_of, recent_calls
from messaging.enums import CallState, HoursState, Outcome
from messaging.models import Call, Rule
from messaging.rule_terms import terms_of
from messaging.rules import RuleTerms, first_match
from tests.base import Cast, make_cast
from tests.factories import NOON, make_call, make_rule


@pytest.fixture
def cast(db: None) -> Cast:
    return make_cast()


def step(rule: Rule | None, *, matched: bool = True) -> dict[str, Any]:
    return {
        "kind": "rule",
        "id": rule and rule.pk,
        "name": rule.name if rule else "Default",
        "matched": matched,
        "because": "",
    }


GUARD = {
    "kind": "guard",
    "id": None,
    "name": "cooldown",
    "matched": True,
    "because": "the caller got a text 3 hours ago",
}


def tried(call: Call, *rules: RuleTerms) -> tuple[str, str, str, str, str, str]:
    (row,) = dry_run([call], rules)
    assert isinstance(row, DryRunRow)
    return (row.was, row.was_rule, row.would, row.would_rule, row.held_back, row.change)


NO_TEXT = RuleTerms(id=9001, name="Nobody", outcome=Outcome.NO_TEXT)
TASK = RuleTerms(id=9002, name="Ring back", outcome=Outcome.TASK)
ALSO_TEXT = RuleTerms(id=9003, name="Everybody", outcome=Outcome.TEXT)


def test_the_same_rules_change_nothing(cast: Cast) -> None:
    assert tried(make_call(cast.a_number)) == ("text", "Default", "text", "Default", "", "")


def test_another_outcome_is_a_change_and_another_rule_is_a_smaller_one(cast: Cast) -> None:
    call = make_call(cast.a_number)
    assert tried(call, NO_TEXT) == ("text", "Default", "no_text", "Nobody", "", "outcome")
    assert tried(call, ALSO_TEXT) == ("text", "Default", "text", "Everybody", "", "rule")


def test_a_guard_holds_back_texts_and_only_texts(cast: Cast) -> None:
    call = make_call(cast.a_number, outcome="no_text", decision="cooldown", trace=[step(None), GUARD])
    because = "the caller got a text 3 hours ago"
    assert tried(call) == ("no_text", "Default", "no_text", "Default", because, "")
    assert tried(call, ALSO_TEXT) == ("no_text", "Default", "no_text", "Everybody", because, "rule")
    assert tried(call, TASK) == ("no_text", "Default", "task", "Ring back", because, "outcome")


def test_calls_that_differ_come_first_then_those_that_the_tried_rule_fits(cast: Cast) -> None:
    busy_only = RuleTerms(id=9004, name="Busy", outcome=Outcome.NO_TEXT, reasons=frozenset({"busy"}))
    failed_only = RuleTerms(id=9005, name="Failed", outcome=Outcome.TEXT, reasons=frozenset({"failed"}))
    default = step(None)
    earlier = {**default, "id": failed_only.id, "name": "Failed"}
    quiet = make_call(cast.a_number)
    failed = make_call(cast.a_number, miss_reason="failed", trace=[earlier])
    busy = make_call(cast.a_number, miss_reason="busy", trace=[default])
    tried_rule = RuleTerms(id=0, name="New", outcome=Outcome.NO_TEXT, reasons=frozenset({"busy", "failed"}))

    rows = dry_run([quiet, failed, busy], [failed_only, tried_rule, busy_only], tried=tried_rule)

    assert [(row.call, row.change, row.fits, row.decided_before) for row in rows] == [
        (busy, "outcome", True, False),
        (failed, "", True, True),
        (quiet, "", False, False),
    ]


def test_facts_come_back_as_they_were_asked_with(cast: Cast) -> None:
    rule = make_rule(cast.a, hours="closed", outcome="task", script_kind="")
    call = make_call(cast.a_number, hours_state="closed", trace=[step(rule)], rule=rule, outcome="task")
    facts = facts_of(call.facts)
    assert facts is not None
    assert (facts.hours, facts.rang_seconds, facts.callers) == (HoursState.CLOSED, 15, {"new"})
    assert first_match([terms_of(rule)], facts).rule_id == rule.pk
    assert tried(call, terms_of(rule)) == ("task", rule.name, "task", rule.name, "", "")


def test_calls_that_cannot_be_asked_are_left_out(cast: Cast) -> None:
    old = make_call(cast.a_number, facts={"hours": "dawn"})
    assert dry_run([make_call(cast.a_number, facts={}), old], []) == []


def test_only_decided_missed_calls_of_the_business_count_newest_first_and_a_hundred_at_most(cast: Cast) -> None:
    make_call(cast.b_number)
    make_call(cast.a_number, state=CallState.ANSWERED)
    make_call(cast.a_number, decided_at=None)
    calls = [
        make_call(cast.a_number, started_at=NOON.replace(minute=i % 60, hour=i // 60)) for i in range(CALLS_ASKED + 1)
    ]
    assert recent_calls(cast.a) == calls[:0:-1]
