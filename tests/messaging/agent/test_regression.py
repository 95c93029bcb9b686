"""Scenarios: the same conversation with other knowledge."""

from dataclasses import replace
from typing import Any

import pytest

from leads.knowledge import Knowledge
from messaging.agent.reading import draft_knowledge
from messaging.agent.regression import Result, compare, number_for, numbers_of, run
from messaging.models import RegressionScenario
from tests.factories import NOON, make_conversation, make_lead, make_number, make_scenario
from tests.messaging.agent.stage import Stage, make_stage, rows_written


@pytest.fixture
def stage(db: None) -> Stage:
    return make_stage()


def result(stage: Stage, *lines: str, **values: Any) -> Result:
    scenario = make_scenario(stage.cast.a, *lines, **values)
    return run(scenario, stage.number, stage.robot, draft_knowledge(stage.cast.a), now=NOON)


def test_what_must_be_said_is_found_however_it_is_typed(stage: Stage) -> None:
    found = result(stage, "how much is drain cleaning?", must_say=["$99  TO $149"])
    assert (found.passed, found.problems, len(found.replies)) == (True, (), 1)


def test_what_is_missing_or_forbidden_is_told(stage: Stage) -> None:
    found = result(stage, "how much is drain cleaning?", must_say=["$500"], must_not_say=["$99"])
    assert (found.passed, found.problems) == (False, ("“$500” is not said.", "“$99” is said, and must not be."))


@pytest.mark.parametrize(
    ("line", "wanted", "problems"),
    [
        ("i want to talk to a person", True, ()),
        ("are you insured?", False, ()),
        ("are you insured?", True, ("A person must be asked, and none is.",)),
        ("i smell gas", False, ("A person is asked, and must not be. Danger: Gas.",)),
        ("i smell gas", None, ()),
    ],
)
def test_whether_a_person_is_asked(stage: Stage, line: str, wanted: bool | None, problems: tuple[str, ...]) -> None:
    assert result(stage, line, must_hand_off=wanted).problems == problems


def test_a_scenario_books_and_leaves_nothing_behind(stage: Stage) -> None:
    before = rows_written()
    found = result(stage, "my drain is clogged", "1", must_say=["Confirmation text: Drain cleaning"])
    assert (found.passed, len(found.replies)) == (True, 2)
    assert rows_written() == before


def test_the_answers_of_both_are_side_by_side(stage: Stage) -> None:
    draft = draft_knowledge(stage.cast.a)
    published = replace(draft, services=(replace(draft.services[0], price_from_cents=8900),))
    make_scenario(stage.cast.a, "how much is drain cleaning?", name="Price", must_say=["$89"])
    make_scenario(stage.cast.a, "are you insured?", name="Insured", must_say=["insured"])
    make_scenario(stage.cast.a, "hi", name="Not any more", is_active=False)
    found = compare(stage.cast.a, stage.robot, published=published, draft=draft, now=NOON)
    assert found is not None
    insured, price = found
    assert (insured.scenario.name, insured.is_changed, insured.after.passed) == ("Insured", False, True)
    assert price.is_changed
    ((line, before, after),) = price.rows()
    assert (line, "$89" in before, "$99" in after) == ("how much is drain cleaning?", True, True)
    assert price.to_json() == {
        "name": "Price", "passed": False, "before": True, "problems": ["“$89” is not said."],
    }  # fmt: skip


def test_the_same_knowledge_is_tried_once_and_nothing_published_not_at_all(stage: Stage) -> None:
    draft = draft_knowledge(stage.cast.a)
    make_scenario(stage.cast.a, "are you insured?")
    same = compare(stage.cast.a, stage.robot, published=draft, draft=draft, now=NOON)
    none = compare(stage.cast.a, stage.robot, published=None, draft=draft, now=NOON)
    assert same is not None
    assert none is not None
    assert same[0].before is same[0].after
    assert (none[0].before, none[0].is_changed, none[0].to_json()["before"]) == (None, False, None)


def test_without_a_number_nothing_can_be_held(stage: Stage) -> None:
    stage.cast.a.numbers.update(is_active=False)
    assert compare(stage.cast.a, stage.robot, published=None, draft=Knowledge(), now=NOON) == []
    make_scenario(stage.cast.a)
    assert compare(stage.cast.a, stage.robot, published=None, draft=Knowledge(), now=NOON) is None


def test_a_conversation_is_held_where_it_came_from(stage: Stage) -> None:
    other = make_number(stage.cast.a_location, stage.cast.a_account)
    talk = make_conversation(make_lead(stage.cast.a), other)
    scenario = make_scenario(stage.cast.a, source=talk)
    numbers = numbers_of(stage.cast.a)
    assert number_for(RegressionScenario.objects.get(pk=scenario.pk), numbers) == other
    assert number_for(make_scenario(stage.cast.a), numbers) == stage.number
