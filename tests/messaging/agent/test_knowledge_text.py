"""The knowledge in words."""

import pytest

from leads.enums import Language
from leads.knowledge import Knowledge
from messaging.agent.knowledge_text import describe_knowledge, describe_service, facts_of, price_words, search
from tests.messaging.agent.books import KNOWLEDGE


@pytest.mark.parametrize(
    ("low", "high", "english", "spanish"),
    [
        (8900, 12900, "$89 to $129", "de $89 a $129"),
        (8950, 12900, "$89.50 to $129", "de $89.50 a $129"),
        (8900, None, "from $89", "desde $89"),
        (None, 25000, "up to $250", "hasta $250"),
        (0, 25000, "up to $250", "hasta $250"),
        (8900, 8900, "$89", "$89"),
        (0, 0, "free", "gratis"),
        (None, 0, "free", "gratis"),
        (None, None, "", ""),
        (140_000, None, "from $1,400", "desde $1,400"),
    ],
)
def test_a_price_is_always_the_whole_range(low: int | None, high: int | None, english: str, spanish: str) -> None:
    assert price_words(low, high, language=Language.ENGLISH) == english
    assert price_words(low, high, language=Language.SPANISH) == spanish


def test_a_service_in_a_line() -> None:
    drains, heater = KNOWLEDGE.services[1], KNOWLEDGE.services[2]
    assert describe_service(drains, language="en") == (
        "Drain cleaning: from $129. Camera included. Financing: Drain work can be paid in three parts. Planned for 1 h."
    )
    assert describe_service(heater, language="en") == "Water heater replacement: no price is named. Planned for 1 h."


def test_all_of_it_for_the_model_in_sections() -> None:
    text = describe_knowledge(KNOWLEDGE, language="en")
    assert [line for line in text.splitlines() if line.startswith("## ")] == [
        "## Services and prices", "## Where we work", "## Approved answers", "## Policies",
        "## Only for a person: hand off",
    ]  # fmt: skip
    assert "- Q: Are you licensed and insured? A: Yes, in Arizona. The license is on every estimate." in text
    assert "- Tempe AZ, Mesa AZ" in text
    assert describe_knowledge(Knowledge(), language="en") == ""


def test_every_answer_policy_and_price_is_a_fact() -> None:
    facts = facts_of(KNOWLEDGE, language="es")
    assert "Labor is guaranteed for one year." in facts
    assert "AC or furnace diagnosis: $89 to $129. Planned for 1 h." in facts
    assert "AC or furnace diagnosis: de $89 a $129. Se planea para 1 h." in facts


@pytest.mark.parametrize(
    ("question", "first"),
    [
        ("are you licensed?", "Yes, in Arizona. The license is on every estimate."),
        ("do you take credit cards", "Card, check or cash, after the work."),
        ("drain cleaning price", "Drain cleaning: from $129"),
        ("warranty", "Warranty: Labor is guaranteed for one year."),
    ],
)
def test_what_fits_a_question_is_found(question: str, first: str) -> None:
    assert search(KNOWLEDGE, question, language="en")[0].startswith(first)


@pytest.mark.parametrize("question", ["what is the capital of France", "", "🙂"])
def test_what_nobody_has_told_us_is_not_found(question: str) -> None:
    assert search(KNOWLEDGE, question, language="en") == []
