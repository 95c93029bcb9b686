"""Dialogs with the rule flow, word for word: what customers ask, and Spanish."""

from dataclasses import replace

import pytest

from leads.knowledge import FaqFact, PolicyFact
from messaging.agent.flow.talk import LONGEST_TEXT
from recoverline.lib.text import count_segments
from tests.messaging.agent.books import KNOWLEDGE, Customer, phoenix
from tests.messaging.agent.dialogs import (
    NEED,
    OFFER_CALL,
    PERSON,
    PLACE,
    PRICE,
    ROBOT,
    SERVICES,
    TEMPE,
    VISIT,
    dialog,
    offer,
)


# ---------------------------------------------------------------- answers
@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ("are you open sunday?", "We are open Mon-Fri 8 AM-5 PM."),
        ("do you take credit cards?", "Card, check or cash, after the work."),
        ("are you licensed and insured?", "Yes, in Arizona. The license is on every estimate."),
        ("what services do you offer?", "We can help with " + SERVICES.format("and") + "."),
        ("do you come to Mesa?", "Yes, we come to Mesa."),
        ("Are you a robot?", ROBOT),
        ("who is this?", ROBOT),
    ],
)
def test_a_question_is_answered_before_anything_is_asked(asked: str, told: str) -> None:
    ana = Customer()
    assert ana.says(asked) == f"{told} {NEED}"
    assert ana.books.handed_off == []


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ("how much is the ac diagnosis?", PRICE),
        ("price for a new ac?", "New system estimate is free."),
        ("how much is drain cleaning", "Drain cleaning is from $129 (Camera included)."),
    ],
)  # fmt: skip
def test_prices_come_from_the_service(asked: str, told: str) -> None:
    assert Customer().says(asked) == f"{told} {PLACE}"


def test_a_price_without_a_service_is_told_once_it_is_known() -> None:
    ana = Customer()
    assert dialog(ana, "how much do you charge?", "drain cleaning") == [
        NEED, f"Drain cleaning is from $129 (Camera included). {PLACE}",
    ]  # fmt: skip


def test_no_price_is_no_price() -> None:
    ana = Customer()
    assert ana.says("how much is a water heater replacement?") == (
        f"I have no price for Water heater replacement that I could give you by text. {OFFER_CALL}"
    )
    assert ana.books.unanswered == ["how much is a water heater replacement?"]
    assert ana.books.handed_off == []


def test_financing() -> None:
    ana = Customer()
    assert ana.says("do you offer financing on drain cleaning?") == f"Drain work can be paid in three parts. {PLACE}"
    bob = Customer()
    assert bob.says("do you offer financing?") == PERSON
    assert bob.reasons == ["Question without an answer"]


def test_several_questions_in_one_text() -> None:
    ana = Customer()
    assert ana.says("How much is drain cleaning? Do you take credit cards? What are your hours?") == (
        "Drain cleaning is from $129 (Camera included). Card, check or cash, after the work. "
        f"We are open Mon-Fri 8 AM-5 PM. {PLACE}"
    )


def test_a_question_behind_a_comma_is_answered() -> None:
    ana = Customer()
    said = ana.says("need a drain cleaning in tempe, are you licensed and insured?")
    assert said == f"Yes, in Arizona. The license is on every estimate. {TEMPE} {offer()}"


def test_the_least_important_part_is_dropped_first() -> None:
    long = "Yes, and " + "very " * 30 + "gladly."
    ana = Customer(knowledge=replace(KNOWLEDGE, faqs=(FaqFact(1, "Do you take pets into the house?", long),)))
    said = ana.says("drain cleaning in tempe. do you take pets into the house? what are your hours?")
    assert said == f"{long} {offer()}"
    assert len(said) <= LONGEST_TEXT
    longer = "No. " + "Never, " * 60 + "sorry."
    bob = Customer(knowledge=replace(KNOWLEDGE, faqs=(FaqFact(1, "Do you take pets into the house?", longer),)))
    assert bob.says("drain cleaning in tempe. do you take pets into the house?") == longer
    assert bob.state.asked == ""


def test_a_question_nothing_answers_goes_to_a_person() -> None:
    ana = Customer()
    assert ana.says("my drain is clogged in Mesa. how long does it take?") == f"Yes, we come to Mesa. {PERSON}"
    assert ana.books.unanswered == ["how long does it take?"]
    assert ana.books.handed_off == [
        (
            "Question without an answer",
            "Drain cleaning; last: “my drain is clogged in Mesa. how long does it take?”",
        )
    ]


def test_a_rule_of_the_house_is_answered_and_nothing_canceled() -> None:
    rules = (PolicyFact(1, "Late cancellation", "Cancel up to 24 hours before at no cost."),)
    ana = Customer(knowledge=replace(KNOWLEDGE, policies=rules), visits=(VISIT,))
    assert ana.says("what if I need to cancel late?") == "Cancel up to 24 hours before at no cost."
    assert (ana.books.canceled, ana.books.handed_off) == ([], [])


# ---------------------------------------------------------------- Spanish
def test_spanish_from_need_to_booking() -> None:
    ana = Customer(language="es")
    monday = "lun 23 de noviembre entre las"
    assert ana.says("hola, el drenaje tapado en Mesa, cuanto cuesta?") == (
        "Drain cleaning: desde $129. Claro, llegamos a Mesa. "
        f"Tengo 1) {monday} 8 y las 10 AM o 2) {monday} 10 AM y las 12 PM. "
        "Responda con la cifra, o proponga otra fecha."
    )
    assert dialog(ana, "la segunda", "Calle 5 numero 10", "Ana Ruiz") == [
        "¿Me da su domicilio completo, por favor?", "¿Y su nombre, por favor?", "Gracias, queda anotado.",
    ]  # fmt: skip
    assert ana.books.booked[0].starts_at == phoenix(23, 10)


@pytest.mark.parametrize(
    ("text", "reply"),
    [
        ("¿aceptan tarjeta?", "Claro, aceptamos tarjeta o efectivo. ¿Con qué le podemos ayudar?"),
        ("buenas tardes", "¿Con qué le podemos ayudar?"),
        ("quiero hablar con una persona", "Una persona de Joe's sigue con esto y le responde por este chat."),
        ("¿es usted un robot?",
         "Soy un asistente automatizado de Joe's. Si prefiere a una persona, solo avise. ¿Con qué le podemos ayudar?"),
        ("mi aire no enfria y estoy en Flagstaff", "Lo siento, Flagstaff queda fuera de nuestra zona."),
        ("gracias", "¡Con mucho gusto!"),
    ],
)  # fmt: skip
def test_spanish_answers(text: str, reply: str) -> None:
    said = Customer(language="es").says(text)
    assert said == reply
    assert count_segments(said).encoding == "GSM-7"
