"""What a reply says was done or promises, both ways: what must pass, and what must be stopped with which code."""

import pytest

from messaging.agent.guards.check import Act
from tests.messaging.agent.replies import FACTS, codes

# ---------------------------------------------------------------- deeds
CLAIMS = [
    ("You're booked for Mon, Nov 23 between 8 and 10 AM.", "claim_booked", Act.BOOKED),
    ("You are all set for Monday between 8 and 10 AM!", "claim_booked", Act.BOOKED),
    ("Great, I have scheduled you for Tuesday at 2:30 PM.", "claim_booked", Act.BOOKED),
    ("Your appointment is confirmed.", "claim_booked", Act.BOOKED),
    ("I'll go ahead and book Monday for you.", "claim_booked", Act.BOOKED),
    ("Perfect, see you then!", "claim_booked", Act.MOVED),
    ("See you Monday!", "claim_booked", Act.BOOKED),
    ("We look forward to seeing you.", "claim_booked", Act.BOOKED),
    ("You're booked for Tuesday at 2:30 PM, anything else?", "claim_booked", Act.BOOKED),
    ("I can confirm that you're booked.", "claim_booked", Act.BOOKED),
    ("No problem, you're scheduled.", "claim_booked", Act.BOOKED),
    ("Booked! Anything else?", "claim_booked", Act.BOOKED),
    ("A technician will be there Monday between 8 and 10 AM.", "claim_booked", Act.BOOKED),
    ("I've canceled your appointment.", "claim_canceled", Act.CANCELED),
    ("Your visit has been cancelled.", "claim_canceled", Act.CANCELED),
    ("I'll cancel it for you.", "claim_canceled", Act.CANCELED),
    ("I moved your visit to Tuesday at 2:30 PM.", "claim_moved", Act.MOVED),
    ("Your appointment has been rescheduled.", "claim_moved", Act.MOVED),
    ("Your appointment is now on Tuesday.", "claim_moved", Act.MOVED),
    ("I've told the team about the leak.", "claim_told", Act.HANDED_OFF),
    ("I'll let the team know.", "claim_told", Act.HANDED_OFF),
    ("I have passed this on to our office.", "claim_told", Act.ESCALATED),
    ("I'm notifying our on-call plumber.", "claim_told", Act.ESCALATED),
    ("Our team has been notified.", "claim_told", Act.CALLBACK),
    ("Let me check with the team.", "claim_told", Act.HANDED_OFF),
    ("Someone will call you.", "claim_contact", Act.CALLBACK),
    ("Our office will reach out to you soon.", "claim_contact", Act.HANDED_OFF),
    ("We'll get back to you.", "claim_contact", Act.HANDED_OFF),
    ("A person from our team will text you here.", "claim_contact", Act.HANDED_OFF),
    ("You will hear from us.", "claim_contact", Act.HANDED_OFF),
    ("Joe will follow up with you.", "claim_contact", Act.HANDED_OFF),
    ("I've noted your address.", "claim_saved", Act.SAVED),
    ("Your details have been saved.", "claim_saved", Act.SAVED),
    ("I'm holding it for you.", "claim_held", Act.HELD),
    ("I've put you down for Monday.", "claim_held", Act.HELD),
    ("All done!", "claim_done", Act.SAVED),
]


@pytest.mark.parametrize(("reply", "code", "act"), CLAIMS)
def test_a_deed_needs_its_act(reply: str, code: str, act: Act) -> None:
    assert codes(reply) == [code]
    assert codes(reply, act) == []


SPANISH = [
    ("Su cita queda reservada.", "claim_booked", Act.BOOKED),
    ("¡Listo! Ya le agendé la visita.", "claim_booked", Act.BOOKED),
    ("Le confirmo que su cita está confirmada.", "claim_booked", Act.BOOKED),
    ("Muy bien, nos vemos el lunes.", "claim_booked", Act.BOOKED),
    ("Su cita queda cancelada.", "claim_canceled", Act.CANCELED),
    ("He cancelado su cita.", "claim_canceled", Act.CANCELED),
    ("Su visita ha sido reprogramada.", "claim_moved", Act.MOVED),
    ("Ya avisé al equipo de esto.", "claim_told", Act.HANDED_OFF),
    ("Voy a avisar a nuestro equipo.", "claim_told", Act.ESCALATED),
    ("Alguien le llamará.", "claim_contact", Act.CALLBACK),
    ("Le responderemos por este chat.", "claim_contact", Act.HANDED_OFF),
    ("El equipo se pondrá en contacto con usted.", "claim_contact", Act.HANDED_OFF),
    ("He anotado su dirección.", "claim_saved", Act.SAVED),
    ("Se lo guardo para usted.", "claim_held", Act.HELD),
]


@pytest.mark.parametrize(("reply", "code", "act"), SPANISH)
def test_a_deed_needs_its_act_in_spanish(reply: str, code: str, act: Act) -> None:
    assert codes(reply, language="es") == [code]
    assert codes(reply, act, language="es") == []


@pytest.mark.parametrize("act", [Act.SAVED, Act.HELD])
def test_another_act_does_not_carry_a_booking(act: Act) -> None:
    assert codes("You're booked for Monday.", act) == ["claim_booked"]


def test_what_no_tool_can_do_is_never_said() -> None:
    assert codes("I've emailed you the invoice.", *Act) == ["claim_undone"]
    assert codes("Your deposit was refunded.", *Act) == ["claim_undone"]


@pytest.mark.parametrize(
    "reply",
    [
        "Would you like me to book it?",
        "Should I book Monday between 8 and 10 AM for you?",
        "I can book that for you.",
        "Reply 2 and you're booked.",
        "Once you pick a time, you're booked.",
        "You are not booked yet.",
        "Nothing is booked yet.",
        "I have not canceled anything.",
        "Your appointment isn't confirmed yet.",
        "If you like, someone can call you.",
        "Would you like someone to call you?",
        "If you would rather talk, we will call you.",
        "Do you want to cancel or move your visit?",
        "Are you all set?",
        "I'll book it as soon as you choose.",
        "Monday is fully booked.",
        "To get you scheduled I need your address.",
        "What is your name and address?",
        "Thanks for the text! What is going on?",
        "Sorry to hear that. Is water still coming out?",
        "Got it, thanks. Which city are you in?",
        "Is this for a house or a business?",
    ],
)
def test_questions_offers_and_denials_claim_nothing(reply: str) -> None:
    assert codes(reply) == []


@pytest.mark.parametrize(
    "reply",
    [
        "¿Quiere que le reserve el lunes entre las 8 y las 10 AM?",
        "Puedo reservarle el lunes 23 de noviembre entre las 8 y las 10 AM.",
        "Todavía no está reservada.",
        "¿Cuál es su dirección, por favor?",
        "Responda 1 y queda reservada.",
        "La visita cuesta 89 dólares.",
        "Los domingos estamos cerrados.",
        "¿En qué podemos ayudarle hoy?",
        "Abrimos a las ocho de la mañana.",
    ],
)
def test_spanish_replies_that_pass(reply: str) -> None:
    assert codes(reply, language="es") == []


@pytest.mark.parametrize(
    ("reply", "code"),
    [
        ("La visita cuesta noventa dólares.", "money"),
        ("Abrimos a las siete de la mañana.", "time"),
        ("Podemos ir mañana.", "date"),
        ("La visita es gratis.", "free"),
        ("Llegamos en 30 minutos.", "duration"),
        ("Tenemos un descuento para usted.", "discount"),
        ("Soy una persona real.", "human"),
        ("Se lo garantizamos.", "guarantee"),
    ],
)
def test_spanish_replies_that_are_stopped(reply: str, code: str) -> None:
    assert codes(reply, facts=FACTS[:6], language="es") == [code]


def test_an_earlier_booking_may_be_repeated_with_its_own_day() -> None:
    facts = (*FACTS, "Upcoming appointment: Drain cleaning, Mon, Nov 23 between 8 and 10 AM (confirmed)")
    assert codes("Yes, you're booked for Mon, Nov 23 between 8 and 10 AM.", facts=facts) == []
    assert codes("Yes, you're booked for Tuesday.", facts=facts) == ["claim_booked"]
    assert codes("Yes, you're booked.", facts=facts) == ["claim_booked"]


# ---------------------------------------------------------------- promises
@pytest.mark.parametrize(
    ("reply", "code"),
    [
        ("Our work is guaranteed.", "guarantee"),
        ("It comes with a full warranty.", "guarantee"),
        ("We are licensed and insured.", "credential"),
        ("We're the best plumbers in Tempe.", "boast"),
        ("We have the lowest prices around.", "boast"),
        ("Our techs are top-rated.", "boast"),
        ("Don't worry, we can fix that.", "repair"),
        ("We will definitely get that repaired.", "repair"),
        ("We can offer you a discount.", "discount"),
        ("Take $20 off today.", "discount"),
        ("We can come right away.", "soon"),
        ("We offer same-day service.", "soon"),
        ("Sounds like your pressure valve.", "diagnosis"),
        ("It's probably a bad thermostat.", "diagnosis"),
        ("You need a new anode rod.", "diagnosis"),
        ("That is perfectly safe.", "safety"),
        ("Please turn off the main valve.", "advice"),
        ("Open the windows and leave the house.", "advice"),
        ("Insurance will cover it.", "legal"),
        ("You don't need a permit for that.", "legal"),
        ("I'm a real person.", "human"),
        ("This is not a bot.", "human"),
        ("You're chatting with a human.", "human"),
        ("My name is Sarah.", "human"),
    ],
)
def test_promises_need_a_fact(reply: str, code: str) -> None:
    assert code in codes(reply, facts=FACTS[:6])


@pytest.mark.parametrize(
    "reply",
    [
        "I can't promise anything before someone has seen it.",
        "We don't offer discounts.",
        "I'm an automated assistant for Joe's Plumbing.",
        "I am not a real person, I am the automatic assistant here.",
        "What is the best number to reach you?",
        "What's the best time for you?",
        "Is it under warranty?",
        "Is the water shut off?",
        "Have you turned off the water?",
        "Sounds like your water heater is leaking.",
        "Sounds like you need a drain cleaning.",
        "Sounds good!",
        "The best way is to call us.",
    ],
)
def test_what_promises_nothing_passes(reply: str) -> None:
    assert codes(reply) == []


@pytest.mark.parametrize(
    ("reply", "fact"),
    [
        ("Yes, we are licensed and insured.", "Licensed and insured, ROC 123456."),
        ("Our repairs have a 1 year warranty.", "All repairs carry a one-year warranty."),
        ("We offer same-day service.", "Same day service in Tempe."),
        ("Please shut off the water first.", "If a pipe bursts, shut off the water at the main."),
        ("We can repair tankless heaters.", "We repair tankless heaters."),
        ("We offer a 10% discount for seniors.", "Seniors: 10% discount."),
    ],
)
def test_a_fact_carries_a_promise(reply: str, fact: str) -> None:
    assert codes(reply, facts=(fact,)) == []


def test_a_fact_that_denies_carries_nothing() -> None:
    assert codes("We are insured.", facts=("We are not insured.",)) == ["credential"]
