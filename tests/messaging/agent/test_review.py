"""What nothing answered becomes a fact and a scenario."""

from datetime import date
from typing import Any

import pytest

from leads.models import Faq
from messaging.agent import review
from messaging.agent.review import distinctive_part, phrasings
from messaging.models import Conversation, RegressionScenario, UnansweredQuestion
from tests.factories import NOON, make_conversation, make_lead, make_message, make_scenario, make_unanswered
from tests.messaging.agent.stage import Stage, make_stage


@pytest.fixture
def stage(db: None) -> Stage:
    return make_stage()


def talk(stage: Stage, *texts: str) -> tuple[Conversation, UnansweredQuestion]:
    """A conversation whose last text is the question."""
    conversation = make_conversation(make_lead(stage.cast.a), stage.number)
    for text in texts:
        message = make_message(conversation, text, direction="in", kind="inbound", status="received")
    return conversation, make_unanswered(stage.cast.a, texts[-1], conversation=conversation, message=message)


def new_faq(stage: Stage, answer: str = "No, we do not fix kites. Try Elm Street 5.", **values: Any) -> Faq:
    return Faq(business=stage.cast.a, question="Do you fix kites?", answer=answer, **values)


def test_an_answer_closes_the_questions_and_makes_a_scenario(stage: Stage) -> None:
    conversation, question = talk(stage, "hello", "do you fix kites?")
    other = make_unanswered(stage.cast.a, "kites?")
    make_message(conversation, "never mind", direction="in", kind="inbound", status="received")

    done = review.answer([question, other], new_faq(stage, examples=["kites?"]), by=stage.cast.ana, now=NOON)

    faq = Faq.objects.get(question="Do you fix kites?")
    assert (faq.owner, faq.checked_on, faq.examples) == (stage.cast.ana, date(2026, 6, 17), ["kites?"])
    closed = UnansweredQuestion.objects.values_list("status", "faq", "closed_by", "closed_at")
    assert list(closed) == [("answered", faq.pk, stage.cast.ana.pk, NOON)] * 2
    scenario = RegressionScenario.objects.get()
    assert (scenario.name, scenario.lines, scenario.must_say, scenario.source) == (
        "Do you fix kites?", ["hello", "do you fix kites?"], ["Try Elm Street 5"], conversation,
    )  # fmt: skip
    assert (done.scenario, done.is_found) == (scenario, True)


def test_where_the_conversation_was_a_persons_already_the_question_stands_alone(stage: Stage) -> None:
    _, question = talk(stage, "I want to talk to a real person", "do you fix kites?")
    done = review.answer([question], new_faq(stage), by=stage.cast.ana, now=NOON)
    assert (done.scenario.lines, done.is_found) == (["do you fix kites?"], True)


def test_an_answer_that_is_not_found_is_told(stage: Stage) -> None:
    _, question = talk(stage, "and what about the purple ones, any luck?")
    done = review.answer([question], new_faq(stage), by=stage.cast.ana, now=NOON)
    assert done.is_found is False


def test_without_a_robot_it_is_not_tried(stage: Stage) -> None:
    stage.robot.delete()
    done = review.answer([make_unanswered(stage.cast.a)], new_faq(stage), by=stage.cast.ana, now=NOON)
    assert (done.is_found, done.scenario.lines) == (None, ["Do you fix kites?"])


def test_a_name_that_is_taken_gets_a_number(stage: Stage) -> None:
    make_scenario(stage.cast.a, name="Do you fix kites?")
    done = review.answer([make_unanswered(stage.cast.a)], new_faq(stage), by=stage.cast.ana, now=NOON)
    assert done.scenario.name == "Do you fix kites? (2)"


def test_secrets_of_a_customer_stay_out_of_what_is_kept(stage: Stage) -> None:
    _, question = talk(stage, "my card is 4111 1111 1111 1111", "do you fix kites?")
    done = review.answer([question], new_faq(stage), by=stage.cast.ana, now=NOON)
    assert "4111" not in str(done.scenario.lines)
    assert phrasings(["take 4111 1111 1111 1111?"]) == ["take [card number removed]?"]


def test_a_known_faq_learns_how_else_it_is_asked(stage: Stage) -> None:
    questions = [make_unanswered(stage.cast.a, text) for text in ("u insured??", "Are you  insured?", "U INSURED??")]
    review.join(questions, stage.faq, by=stage.cast.ana, now=NOON)
    stage.faq.refresh_from_db()
    assert stage.faq.examples == ["do you have insurance", "u insured??"]
    assert set(UnansweredQuestion.objects.values_list("status", "faq")) == {("answered", stage.faq.pk)}


def test_what_is_settled_is_not_settled_again(stage: Stage) -> None:
    done = make_unanswered(stage.cast.a, status="answered")
    waiting = make_unanswered(stage.cast.a)
    assert review.dismiss([done, waiting], by=stage.cast.ana, now=NOON) == 1
    done.refresh_from_db()
    assert done.status == "answered"


@pytest.mark.parametrize(
    ("answer", "part"),
    [
        ("Yes.", "Yes"),
        ("Yes, we are licensed and insured.", "we are licensed and insured"),
        ("Sure! The visit is $89 on weekdays. Just call.", "The visit is $89 on weekdays"),
        ("", ""),
    ],
)
def test_an_answer_is_known_by_a_part_of_it(answer: str, part: str) -> None:
    assert distinctive_part(answer) == part


def test_a_long_part_is_cut_between_words_and_keeps_its_figure() -> None:
    answer = "We come out to every house in the valley from early morning until late at night for only $89 each time"
    part = distinctive_part(answer)
    assert (part in answer, "$89" in part, len(part) <= 60) == (True, True, True)
