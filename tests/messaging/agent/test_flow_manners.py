"""How the rule flow behaves: nothing twice, no nagging, late answers taken, a summary that reads well."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leads.knowledge import AreaFact, LocalPrice
from messaging.agent.situation import LeadFacts
from tests.messaging.agent.books import KNOWLEDGE, Customer, phoenix, question
from tests.messaging.agent.dialogs import (
    ADDRESS,
    ADDRESS_AGAIN,
    ASKING,
    FIRST,
    NAME,
    NEED,
    NOTED,
    PERSON,
    dialog,
    offer,
)
from tests.messaging.agent.test_flow import TEXTS


# ---------------------------------------------------------------- after a booking
def test_a_thank_you_does_not_repeat_what_is_open() -> None:
    ana = Customer()
    dialog(ana, "drain cleaning in mesa", "2")
    assert dialog(ana, "thanks!", "thank you", "12 Oak St", "ok cool", "Bob Lee") == [
        "You are welcome!", "", NAME, "", NOTED,
    ]  # fmt: skip
    assert (ana.books.address, ana.books.saved["name"]) == ("12 Oak St", "Bob Lee")


def test_only_the_address_is_asked_again_and_only_beside_an_answer() -> None:
    ana = Customer()
    dialog(ana, "drain cleaning in mesa", "2")
    assert dialog(ana, "do you take credit cards?", "are you licensed and insured?", "great", "12 Oak St") == [
        f"Card, check or cash, after the work. {ADDRESS_AGAIN}",
        "Yes, in Arizona. The license is on every estimate.",
        "",
        NAME,
    ]


def test_a_name_instead_of_the_address_is_taken() -> None:
    ana = Customer()
    assert dialog(ana, "drain cleaning in mesa", "2", "Maria Lopez", "44 Elm St")[1:] == [ADDRESS, ADDRESS_AGAIN, NOTED]
    assert (ana.books.saved["name"], ana.books.address) == ("Maria Lopez", "44 Elm St")


def test_after_name_and_address_one_question_and_more_only_for_those_who_answer() -> None:
    asking = replace(ASKING, questions=(question(1, "Any pets?"), question(2, "Is there a gate code?")))
    known = LeadFacts(name="Ana", address="1 Oak St")
    silent = Customer(knowledge=asking, lead=known)
    assert dialog(silent, "drain cleaning in mesa", "1", "thanks", "what are your hours?")[1:] == [
        "Any pets?", "You are welcome!", "We are open Mon-Fri 8 AM-5 PM.",
    ]  # fmt: skip
    telling = Customer(knowledge=asking, lead=known)
    assert dialog(telling, "drain cleaning in mesa", "1", "two dogs", "4411")[1:] == [
        "Any pets?", "Is there a gate code?", NOTED,
    ]  # fmt: skip


def test_an_answer_goes_to_the_question_that_it_answers() -> None:
    asking = replace(ASKING, questions=(question(1, "Which drain is it?"), question(2, "Is there a gate code?")))
    ana = Customer(knowledge=asking, lead=LeadFacts(name="Ana", address="1 Oak St"))
    assert dialog(ana, "drain cleaning in mesa", "1", "no gate code")[1:] == ["Which drain is it?", NOTED]
    assert ana.books.answers == {"Is there a gate code?": "no gate code"}


def test_a_late_answer_to_an_earlier_question_is_kept_and_refuses_nothing() -> None:
    asking = replace(ASKING, questions=(question(1, "Has anything been filed yet?", before_offer=True),))
    ana = Customer(knowledge=asking, settings={"asks_kind": True})
    assert dialog(ana, "drain cleaning in mesa", "not sure", "it was filed tuesday") == [
        "Yes, we come to Mesa. Has anything been filed yet?",
        "Are you a new or an existing customer?",
        "New customer, or have we helped you before?",
    ]
    assert ana.books.answers == {"Has anything been filed yet?": "not sure; it was filed tuesday"}


@pytest.mark.parametrize(
    ("asked", "text", "kind"),
    [
        ("Have you been here before?", "yes", "existing"),
        ("Have you been here before?", "nope", "new"),
        ("¿Ya ha venido?", "sí", "existing"),
        ("Is it your first time with us?", "yes", "new"),
        ("Are you a new or an existing customer?", "existing", "existing"),
    ],
)
def test_a_yes_to_whether_they_know_us(asked: str, text: str, kind: str) -> None:
    ana = Customer(settings={"asks_kind": True})
    ana.says("drain cleaning in mesa")
    ana.history = (*ana.history[:-1], replace(ana.history[-1], body=asked))
    ana.says(text)
    assert ana.books.saved["kind"] == kind


# ---------------------------------------------------------------- nothing twice
@settings(max_examples=150, deadline=None)
@given(TEXTS, st.sampled_from(["en", "es"]))
def test_no_text_is_said_twice(texts: list[str], language: str) -> None:
    ana = Customer(language=language)
    said = []
    for text in texts:
        said.append(ana.says(text))
        if ana.reasons:
            break
    told = [text for text in said if text]
    assert len(set(told)) == len(told)


def test_who_gets_the_same_answer_again_gets_a_person() -> None:
    ana = Customer(lead=LeadFacts(name="Ana", address="1 Oak St"))
    dialog(ana, "drain cleaning in mesa", "1")
    assert dialog(ana, "do you take credit cards?", "so do you take credit cards?") == [
        "Card, check or cash, after the work.", PERSON,
    ]  # fmt: skip
    assert ana.reasons == ["Would get the same answer again"]


@pytest.mark.parametrize("text", ["is anyone there??", "i need to schedule", "hello"])
def test_the_second_time_the_need_is_asked_in_other_words(text: str) -> None:
    ana = Customer()
    assert ana.says(text) == NEED
    assert ana.says("hello???").startswith("What do you need help with: AC or furnace diagnosis, ")


# ---------------------------------------------------------------- times
def test_sooner_than_the_soonest_there_is_nothing() -> None:
    ana = Customer()
    dialog(ana, "drain cleaning in mesa")
    soonest = f"That is the soonest there is: {FIRST}. The number is all I need."
    assert dialog(ana, "thats too late, anything sooner?", "ok fine 1") == [soonest, ADDRESS]
    assert ana.books.booked[0].starts_at == phoenix(23, 8)
    later = Customer()
    dialog(later, "drain cleaning in mesa on wednesday")
    assert later.says("do you have anything sooner") == offer()


def test_trouble_that_cannot_wait_is_urgent_and_not_asked_about() -> None:
    ana = Customer(settings={"asks_urgency": True})
    assert dialog(ana, "no heat and its so cold in here", "tempe")[1].endswith(offer())
    assert ana.books.saved["urgency"] == "urgent"


def test_since_when_it_is_broken_is_no_wish() -> None:
    ana = Customer()
    assert dialog(ana, "drain clogged since this morning", "tempe")[1].endswith(offer())
    assert "preferred" not in ana.books.saved


def test_the_numbers_of_an_address_are_no_day() -> None:
    ana = Customer()
    said = ana.says("clogged drain at 14 e 5th st tempe, tuesday at 10")
    assert said.endswith(offer("1) Tue, Nov 24 between 10 AM and 12 PM"))
    assert ana.books.saved["address"].startswith("14 e 5th st")


# ---------------------------------------------------------------- elsewhere
def test_a_price_is_that_of_the_place_and_what_is_not_there_is_said() -> None:
    at = (LocalPrice(7, price_from_cents=15000), LocalPrice(8, is_offered=False))
    drain = replace(KNOWLEDGE.services[1], at_locations=at)
    areas = (*KNOWLEDGE.areas, AreaFact(3, "Yuma", "AZ", location_id=7), AreaFact(4, "Flagstaff", "AZ", location_id=8))
    knowledge = replace(KNOWLEDGE, services=(drain,), areas=areas)
    told = Customer(knowledge=knowledge).says("how much is drain cleaning in Yuma?")
    assert told.startswith("Drain cleaning is from $150 (Camera included).")
    ana = Customer(knowledge=knowledge)
    assert ana.says("drain cleaning in Flagstaff please") == (
        "Yes, we come to Flagstaff. Sorry, we do not have Drain cleaning in Flagstaff."
    )
    assert ana.books.offered == []


# ---------------------------------------------------------------- what staff read
@pytest.mark.parametrize(
    ("texts", "summary"),
    [
        (("can I talk to a person",), "last: “can I talk to a person”"),
        (
            ("my drain is clogged", "Mesa", "I want to talk to a person"),
            "Drain cleaning; “my drain is clogged”; in Mesa; last: “I want to talk to a person”",
        ),
        (
            ("drain clogged in mesa, asap", "I am Ann Lee, let me talk to a person"),
            "Ann Lee; Drain cleaning; “drain clogged in mesa, asap”; urgent; "
            "last: “I am Ann Lee, let me talk to a person”",
        ),
    ],
)
def test_the_summary_says_everything_once(texts: tuple[str, ...], summary: str) -> None:
    ana = Customer()
    dialog(ana, *texts)
    assert [text for _, text in ana.books.handed_off] == [summary]
