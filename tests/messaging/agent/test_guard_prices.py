"""The second line of sample replies, both ways: bare amounts, other services' prices, deeds in other words, hours."""

import pytest

from messaging.agent.guards.check import Act
from tests.messaging.agent.replies import codes

OFFICE = (
    "Diagnostic visit: $89. Waived with repair.",
    "AC repair: $150 to $850. We fix all brands.",
    "AC installation: $4,000 to $9,000. Financing: available on jobs over $1,000 at 0% APR.",
    "Free estimate: free. For new systems.",
    "Drain cleaning: $129 to $249.",
    "You can cancel or move your visit up to 24 hours before at no cost.",
    "Estimates for new systems are free.",
    "We have fixed homes since 1998.",
    "Los presupuestos para sistemas nuevos son gratis.",
    "Lunes a viernes 7 AM-6 PM, sábado 8 AM-12 PM, domingo cerrado",
    "Saguaro Air & Plumbing",
    "(520) 555-0100",
    "Mon-Fri 7 AM-6 PM, Sat 8 AM-12 PM, closed Sunday",
    "Today is Saturday, Nov 21",
    "1) Mon, Nov 23 between 8 and 10 AM",
    "2) Tue, Nov 24 between 10 AM and 12 PM",
    "the team is back Monday at 7 AM",
)
ASKED = "My AC is not cooling, I am in 85281, can someone come tomorrow?"

STOPPED = [
    "The visit is free.",
    "The visit is free of charge.",
    "A visit costs nothing.",
    "The visit is at no cost.",
    "The diagnostic is free.",
    "There is no charge for the visit.",
    "It costs zero.",
    "You won't pay anything.",
    "No bill from us.",
    "A visit is 79.",
    "We do it for 79.",
    "It comes to 450 all in.",
    "You're looking at 450 to 500.",
    "Four fifty for the whole job.",
    "It would be two grand.",
    "About 2k.",
    "Under 100 for you.",
    "I can take 20 off.",
    "We can give you a third off.",
    "It's half the usual price.",
    "You save 50.",
    "I will match their quote.",
    "AC repair is $89 to $129.",
    "AC repair is $129 to $249.",
    "AC repair is $89.",
    "A new AC is $1,000.",
    "I made the appointment for you.",
    "Your booking went through.",
    "Booking complete.",
    "Reservation made.",
    "Monday is yours.",
    "You're on for Mon, Nov 23.",
    "I've put you on the books.",
    "Your appointment: Mon, Nov 23 between 8 and 10 AM.",
    "Our technician arrives Mon, Nov 23.",
    "Expect us Monday.",
    "Locked in.",
    "Arranged!",
    "We'll give you a call.",
    "Our office calls you tomorrow.",
    "Someone's gonna call you.",
    "We call you back.",
    "Maria is calling you now.",
    "I'm having someone call you.",
    "I left a note for the team.",
    "The team got your message.",
    "The team is on it.",
    "A human takes it from here.",
    "We can come tomorrow.",
    "Tomorrow works for us.",
    "How about Thanksgiving?",
    "How about 0930?",
    "We come within the hour.",
    "We can be there in thirty.",
    "We are open on Sunday.",
    "We never close.",
    "We open at 6.",
    "Call 555 0199.",
    "Call 5550199.",
    "Call 520 - 555 - 0199.",
    "Call (520) 555 01 99.",
    "Call 520/555/0199.",
    "Call five two zero five five five zero one nine nine.",
    "See acme dot com.",
    "See acme.repair.",
    "Pay at acme.to/x.",
    "Venmo us at @acmeplumb.",
    "You don't need 911.",
    "The gas smell is normal.",
    "Light a match.",
    "Take two Advil.",
    "This is Maria.",
    "You're chatting with Maria, our manager.",
    "Yes, a human.",
    "You're approved for financing.",
    "That's the capacitor.",
    "Your AC will be cold by tonight.",
    "It's me, Joe!",
    "This time was not offered. Offer times first.",
    "The customer has not agreed to this time in their last text. Ask them.",
    "Your technician will arrive Monday.",
    "A visit costs you zero.",
    "We charge nothing for the visit.",
    "I can do 60 for you.",
    "Let's say 300.",
    "Only 120 more.",
    "It'd be around three hundred.",
    "Repairs are on us.",
    "Drain cleaning is $150.",
    "We open Saturday at 7.",
    "You're all booked in for Monday.",
]


@pytest.mark.parametrize("reply", STOPPED)
@pytest.mark.parametrize("customer", [ASKED, "is the visit free?"])
def test_what_no_fact_and_no_act_carries_is_stopped(reply: str, customer: str) -> None:
    assert codes(reply, facts=OFFICE, customer=customer) != []


STOPPED_IN_SPANISH = [
    "La visita es gratis.",
    "La visita no cuesta nada.",
    "No cobramos la visita.",
    "La visita no tiene costo.",
    "Son 79 por todo.",
    "Se lo hacemos por 50.",
    "Cien por todo.",
    "Le rebajo 20.",
    "Le hacemos un descuentito.",
    "El lunes es suyo.",
    "El técnico llega el lunes.",
    "El técnico ya salió.",
    "Ya va para allá.",
    "Le marcamos ahorita.",
    "Lo llaman en breve.",
    "Alguien le habla en un rato.",
    "Ya le dije al equipo.",
    "Abrimos el domingo.",
    "Soy María.",
    "Es el compresor.",
    "No es peligroso.",
    "Sale en doscientos.",
]


@pytest.mark.parametrize("reply", STOPPED_IN_SPANISH)
def test_the_same_in_spanish(reply: str) -> None:
    found = codes(reply, facts=OFFICE, customer=ASKED, language="es")
    assert [code for code in found if code != "language"] != []


PASSES = [
    "Estimates for new systems are free.",
    "Yes, our estimates are free.",
    "A free estimate for a new system is no problem.",
    "The estimate is free of charge.",
    "There's no charge for an estimate.",
    "The diagnostic visit is $89, waived if you go ahead with the repair.",
    "You can cancel or move at no cost up to 24 hours before.",
    "AC repair is usually $150 to $850.",
    "AC repair starts with an $89 diagnostic visit.",
    "AC repair runs $150 to $850, and the diagnostic visit is $89.",
    "The visit is $89 and it's waived with the repair.",
    "A new AC runs from $4,000 to $9,000.",
    "AC installation is $4,000 to $9,000, and financing is available over $1,000.",
    "Would Mon, Nov 23 between 8 and 10 AM or Tue, Nov 24 between 10 AM and 12 PM work?",
    "Number 1 is the first that is free.",
    "There is nothing free at the moment.",
    "Which one works, 1 or 2?",
    "Reply 1 or 2.",
    "We open at 7 AM on Monday.",
    "We're open Saturday from 8 AM to 12 PM.",
    "We're closed on Sunday.",
    "We are open until 6 PM.",
    "We close at 6 PM.",
    "The team is back Monday at 7 AM.",
    "What is going on with the AC?",
    "Is your AC a 3 ton unit?",
    "How many square feet, 1500 or 2500?",
    "We've fixed homes since 1998.",
    "Got it, Phoenix 85281 is in our area.",
    "Would you like us to call you?",
    "Can I get your address?",
    "Is anyone in danger?",
    "If you smell gas, call us.",
    "How can we help you today?",
    "I'm the automated assistant for Saguaro Air & Plumbing.",
    "This is Saguaro Air & Plumbing.",
    "That is the soonest there is.",
    "That's the address we need.",
    "Do you want to cancel your visit?",
    "What's your name?",
    "Thanks, that helps.",
    "Is it for a house or a business?",
    "We do not have anything on Sunday, but Monday between 8 and 10 AM is open.",
    "Sorry, we do not do roofing.",
    "Financing is available on jobs over $1,000.",
    "The price depends on the job.",
    "We'd need to see it first.",
    "Would someone be home on Monday?",
    "Is this an emergency?",
    "One of our services is drain cleaning.",
    "For 2 or 3 drains the price may differ.",
    "Our AC repair covers all brands.",
    "You can call us at (520) 555-0100.",
    "Our prices are below.",
    "We serve homes in Tempe.",
    "Do you have an appointment already?",
    "Great, which day suits you?",
    "Hi, this is Saguaro Air & Plumbing. What do you need?",
    "Do you need it today?",
    "We have two openings, Monday and Tuesday.",
    "One moment.",
    "I can look up times for you.",
    "It is hard to say without seeing it.",
    "May I have your ZIP code?",
    "Is it making a noise?",
    "How old is it?",
    "Could you send the street address?",
    "Our team is here Monday to Friday.",
    "Happy Thanksgiving!",
    "We are closed on Thanksgiving.",
    "Is it the whole house or one room?",
    "Are you the owner?",
    "Sounds good, what city are you in?",
    "Sorry, I don't know that.",
]


@pytest.mark.parametrize("reply", PASSES)
def test_what_the_office_would_say_passes(reply: str) -> None:
    assert codes(reply, facts=OFFICE, customer=ASKED) == []


PASSES_IN_SPANISH = [
    "Los presupuestos son gratis.",
    "¿Cuál le conviene?",
    "La visita de diagnóstico cuesta $89.",
    "Cerramos el domingo.",
    "Abrimos el lunes a las 7 AM.",
    "¿En qué ciudad está?",
    "¿Es urgente o puede esperar?",
    "Solo falta el domicilio.",
    "¿Quiere que le llamemos?",
    "Le habla el asistente automático de Saguaro.",
    "Soy el asistente automático de Saguaro Air & Plumbing.",
    "Es la primera vez, ¿verdad?",
    "Siguen libres 1) el lunes 23 de noviembre entre las 8 y las 10 AM.",
    "No tenemos nada el domingo.",
    "El precio depende del trabajo.",
    "¿Me da su nombre?",
    "Puede llamarnos al (520) 555-0100.",
    "Claro, ¿qué pasa con el aire?",
    "Sin compromiso.",
    "Lo siento, no hacemos techos.",
    "La reparación de AC va de $150 a $850.",
]


@pytest.mark.parametrize("reply", PASSES_IN_SPANISH)
def test_what_the_office_would_say_in_spanish_passes(reply: str) -> None:
    assert codes(reply, facts=OFFICE, customer=ASKED, language="es") == []


@pytest.mark.parametrize(
    ("reply", "code", "act"),
    [
        ("I made the appointment for you.", "claim_booked", Act.BOOKED),
        ("Your booking went through.", "claim_booked", Act.BOOKED),
        ("Monday is yours.", "claim_booked", Act.BOOKED),
        ("Expect us Monday.", "claim_booked", Act.BOOKED),
        ("We'll give you a call.", "claim_contact", Act.CALLBACK),
        ("Maria is calling you now.", "claim_contact", Act.CALLBACK),
        ("I left a note for the team.", "claim_told", Act.HANDED_OFF),
        ("The team is on it.", "claim_contact", Act.HANDED_OFF),
    ],
)
def test_its_act_carries_it(reply: str, code: str, act: Act) -> None:
    assert codes(reply, facts=OFFICE, customer=ASKED) == [code]
    assert codes(reply, act, facts=OFFICE, customer=ASKED) == []


@pytest.mark.parametrize(
    ("reply", "code"),
    [
        ("The visit is free.", "free"),
        ("A visit is 79.", "money"),
        ("AC repair is $129 to $249.", "money"),
        ("A new AC is $1,000.", "money"),
        ("We can be there in thirty.", "duration"),
        ("How about 0930?", "time"),
        ("We open at 6.", "time"),
        ("We are open on Sunday.", "date"),
        ("How about Thanksgiving?", "date"),
        ("We never close.", "hours"),
        ("Call 555 0199.", "phone"),
        ("Venmo us at @acmeplumb.", "link"),
        ("See acme dot com.", "link"),
        ("The gas smell is normal.", "safety"),
        ("Take two Advil.", "advice"),
        ("This is Maria.", "human"),
        ("You're approved for financing.", "legal"),
        ("That's the capacitor.", "diagnosis"),
        ("Your AC will be cold once we leave.", "repair"),
        ("This time was not offered. Offer times first.", "internals"),
    ],
)
def test_the_code_says_what_it_is(reply: str, code: str) -> None:
    assert codes(reply, facts=OFFICE, customer=ASKED) == [code]


def test_a_number_of_a_fact_or_of_the_customer_in_a_question_may_be_repeated() -> None:
    assert codes("The diagnostic visit is 89.", facts=OFFICE, customer=ASKED) == []
    assert codes("So it is 79, right?", facts=OFFICE, customer="the meter shows 79") == []
    assert codes("We do it for 79.", facts=OFFICE, customer="joe does it for 79") == ["money"]


def test_offered_times_joined_by_or_are_approved_together() -> None:
    approved = (*OFFICE[-3:-1], "Which one works for you?")
    both = "1) Mon, Nov 23 between 8 and 10 AM or 2) Tue, Nov 24 between 10 AM and 12 PM. Which one works for you?"
    assert codes(both, facts=OFFICE, approved=approved) == []
    other = "1) Mon, Nov 23 between 8 and 10 AM or 2) Wed, Nov 25 at noon. Which one works for you?"
    assert "not_approved" in codes(other, facts=OFFICE, approved=approved)


def test_what_is_told_to_the_model_is_not_what_looks_like_it() -> None:
    told = "A person approves each answer here: hand this over, do not do it."
    assert codes(told, facts=OFFICE, customer=ASKED) == ["internals"]
    assert codes("Sorry, roofing is not offered here.", facts=OFFICE, customer=ASKED) == []
    assert codes("I'll hand this over to our team.", Act.HANDED_OFF, facts=OFFICE, customer=ASKED) == []


def test_a_gift_keeps_its_condition_and_its_thing() -> None:
    assert codes("The diagnostic visit is waived with the repair.", facts=OFFICE, customer=ASKED) == []
    assert codes("The diagnostic visit is free.", facts=OFFICE, customer=ASKED) == ["free"]
    first = ("Your first visit is free.",)
    assert codes("Yes, the first visit is free.", facts=first, customer=ASKED) == []
    assert codes("Every visit is free.", facts=first, customer=ASKED) == ["free"]


def test_advice_for_one_danger_is_no_advice_for_another() -> None:
    facts = ("If a pipe bursts, shut off the water at the main.",)
    assert codes("Please shut off the water.", facts=facts, customer=ASKED) == []
    assert codes("Take two Advil.", facts=facts, customer=ASKED) == ["advice"]
