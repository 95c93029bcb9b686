"""What a business file says about the knowledge, beyond what holds for every section (tests/leads/test_config.py)."""

from datetime import date
from typing import Any

import pytest

from leads.config import ConfigErrors, dump, load
from leads.models import Faq, IntakeQuestion, Policy, SafetyText, Service, ServiceAtLocation

pytestmark = pytest.mark.django_db

HEAD = "business:\n  name: Alder\nlocations:\n  - name: Main\n  - name: Annex\n"


def errors_of(text: str) -> list[tuple[int, str, str]]:
    with pytest.raises(ConfigErrors) as caught:
        load(HEAD + text)
    return [(error.line, error.path, error.message) for error in caught.value.errors]


def questions() -> list[tuple[str, str | None, int]]:
    rows = IntakeQuestion.objects.order_by("service__name", "position", "pk")
    return [(row.question, row.service.name if row.service else None, row.position) for row in rows]


def test_questions_stand_inside_their_service_or_at_the_top() -> None:
    text = (
        "services:\n  - {name: Leak, ask: [Where?, Since when?]}\n  - name: Drain\n    ask: [Which?]\n"
        "ask: [Own the home?, Where?]\n"
    )
    business = load(HEAD + text).business
    asked = [
        ("Own the home?", None, 10), ("Where?", None, 20), ("Which?", "Drain", 10), ("Where?", "Leak", 10),
        ("Since when?", "Leak", 20),
    ]  # fmt: skip
    assert sorted(questions(), key=str) == sorted(asked, key=str)
    assert not load(dump(business), prune=True).has_changes
    assert dump(business).endswith(
        "services:\n  - name: Leak\n    ask:\n      - question: Where?\n      - question: Since when?\n"
        "  - name: Drain\n    ask:\n      - question: Which?\n\n"
        "# What to ask whatever the service is. A service says above, under its own “ask”, what else to ask.\n"
        "ask:\n  - question: Own the home?\n  - question: Where?\n"
    )


def test_questions_that_are_no_longer_asked_go_with_prune() -> None:
    load(HEAD + "services:\n  - {name: Leak, ask: [Where?, Since when?]}\nask: [Own the home?]\n")
    shorter = HEAD + "services:\n  - {name: Leak, ask: [Since when?]}\n"
    load(shorter)
    assert IntakeQuestion.objects.count() == 3
    load(shorter, prune=True)
    assert [row[:2] for row in questions()] == [("Since when?", "Leak")]


def test_a_broken_service_has_its_questions_and_differences_checked_as_well() -> None:
    text = """\
services:
  - name: Leak
    price: cheap
    at:
      - {location: main, price: dear}
      - {location: man}
    ask:
      - {question: Where?, before_offer: perhaps}
"""
    assert errors_of(text) == [
        (8, "services[0].price", "“cheap” is not a price. Write 89, 89-250, from 89, or up to 250."),
        (10, "services[0].at[0].price", "“dear” is not a price. Write 89, 89-250, from 89, or up to 250."),
        (11, "services[0].at[1].location", "There is no “man” in locations. Did you mean “main”?"),
        (13, "services[0].ask[0].before_offer", "“perhaps” is neither true nor false."),
    ]


def test_differences_that_are_not_in_the_list_any_more_go_at_once() -> None:
    start = HEAD + "services:\n  - name: Leak\n    at:\n      - {location: main, price: 89-99}\n"
    load(start + "      - {location: annex, offered: false}\n")
    business = load(start).business
    rows = ServiceAtLocation.objects.values_list("location__slug", "is_offered", "price_from_cents", "price_to_cents")
    assert list(rows) == [("main", True, 8900, 9900)]
    assert dump(business).endswith("    at:\n      - location: main\n        price: 89-99\n")
    # A file that says nothing about them leaves them.
    load(HEAD + "services: [Leak]\n")
    assert ServiceAtLocation.objects.count() == 1


def test_the_upper_price_below_the_lower_is_refused_at_a_location_too() -> None:
    text = "services:\n  - name: Leak\n    at:\n      - {location: main, price: 250-89}\n"
    assert errors_of(text) == [(9, "services[0].at[0].price", "The upper price is below the lower one.")]


def test_a_location_may_have_another_answer_to_the_same_question() -> None:
    text = (
        "faqs:\n  - {question: Parking?, answer: Behind.}\n"
        "  - {question: Parking?, answer: In front., location: annex}\n"
        "policies:\n  - {title: Pets, text: Yes.}\n  - {title: Pets, text: No., location: annex}\n"
    )
    business = load(HEAD + text).business
    assert list(Faq.objects.values_list("answer", "location__slug")) == [("Behind.", None), ("In front.", "annex")]
    assert list(Policy.objects.values_list("text", "location__slug")) == [("Yes.", None), ("No.", "annex")]
    assert not load(dump(business), prune=True).has_changes
    again = text.replace("In front., location: annex", "In front.")
    assert errors_of(again) == [(8, "faqs[1]", "This is already in the file, in line 7. Keep one of the two.")]


def test_a_file_that_does_not_say_when_a_fact_was_checked_leaves_the_date() -> None:
    text = HEAD + "faqs:\n  - {question: Parking?, answer: Behind.}\n"
    load(text)
    Faq.objects.update(checked_on=date(2026, 5, 6))
    assert not load(text).has_changes
    business = load(text.replace("Behind.", "In front.")).business
    assert Faq.objects.values_list("answer", "checked_on").get() == ("In front.", date(2026, 5, 6))
    assert dump(business).endswith("    answer: In front.\n    checked_on: 2026-05-06\n")
    load(text.replace("Behind.", "Behind., checked_on: 2026-07-08"))
    assert Faq.objects.values_list("answer", "checked_on").get() == ("Behind.", date(2026, 7, 8))


def test_what_must_not_stand_in_the_knowledge_is_said_with_its_line() -> None:
    text = """\
services:
  - name: Leak
    aliases: [drip, ""]
person_topics:
  - name: Refund
  - name: Lawyer
    phrases: []
safety_texts:
  - {danger: gass, text: Leave.}
  - {danger: gas, text: "Hi {caller_name}, leave."}
areas:
  - {city: Tempe, radius_miles: 500}
"""
    phrases = 'Write short texts in a list, such as ["AC", "air conditioning"].'
    assert errors_of(text) == [
        (8, "services[0].aliases", phrases),
        (10, "person_topics[0]", "“phrases” is missing."),
        (12, "person_topics[1].phrases", "This field cannot be blank."),
        (14, "safety_texts[0].danger", "“gass” is not possible here. Did you mean “gas”?"),
        (
            15,
            "safety_texts[1].text",
            "“{caller_name}” would not be filled in: use {business} and {phone}, and nothing else in braces.",
        ),
        (17, "areas[0].radius_miles", "Ensure this value is less than or equal to 200."),
    ]
    assert not SafetyText.objects.exists()


def test_long_lists_of_ways_to_ask_are_written_one_a_line_and_read_either_way() -> None:
    text = HEAD + "faqs:\n  - {question: Parking?, answer: Behind., examples: [is there a lot, 'lot, or garage?']}\n"
    business = load(text).business
    assert Faq.objects.get().examples == ["is there a lot", "lot, or garage?"]
    assert dump(business).endswith(
        "    examples:\n      - is there a lot\n      - lot, or garage?\n    answer: Behind.\n"
    )
    load(HEAD + "services:\n  - {name: Leak, aliases: drip}\n")
    assert Service.objects.get().aliases == ["drip"]


@pytest.mark.parametrize("key", ["aliases", "price_note", "financing", "at", "ask"])
def test_an_empty_key_of_a_service_means_nothing(key: str) -> None:
    assert not _changed(f"services:\n  - name: Leak\n    {key}:\n", "services:\n  - name: Leak\n")


def _changed(first: str, second: str) -> Any:
    load(HEAD + first)
    return load(HEAD + second).has_changes
