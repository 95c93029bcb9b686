import pytest
from hypothesis import given
from hypothesis import strategies as st

from messaging.agent.words.intents import read_intents
from messaging.enums import Intent


@pytest.mark.parametrize(
    "text",
    [
        *["how much u charge to come out", "cuanto cuesta", "whats ur price for drain cleaning"],
        *["what do you charge", "price?", "how much", "do you do free estimates", "can i get a quote"],
        *["is there a trip fee", "cuanto cobran por limpiar un drenaje", "que precio tiene"],
        *["how much for a tune up", "whats the cost of a new roof", "what would that run me"],
        *["cuánto sale una instalación", "a como la hora", "how much would it cost to replace a faucet"],
    ],
)
def test_price(text: str) -> None:
    assert read_intents(text) == {Intent.PRICE}


@pytest.mark.parametrize(
    "text",
    [
        *["yall open sunday?", "are u open", "what time do you open", "what are your hours", "do you work weekends"],
        *["u open late?", "open 24/7?", "a que hora abren", "trabajan los domingos?", "horario", "estan abiertos"],
        *["until what time are you open", "are you closed on christmas", "when do you close"],
        *["you guys open tomorrow?", "abren los sabados", "hours?"],
    ],
)
def test_hours(text: str) -> None:
    assert read_intents(text) == {Intent.HOURS}


@pytest.mark.parametrize(
    "text",
    [
        *["do u come out to mesa", "where are you located", "do you cover the 85281 area", "how far do you go"],
        *["what areas do you serve", "vienen a Chandler?", "dan servicio en tempe", "donde estan ubicados"],
        *["do you work in scottsdale", "do yall come to queen creek", "I'm in Apache Junction, is that ok"],
        *["do you go out to sun city", "trabajan en phoenix?", "are you near glendale", "whats your service area"],
    ],
)
def test_area(text: str) -> None:
    assert read_intents(text) == {Intent.AREA}


@pytest.mark.parametrize(
    "text",
    [
        *["do you install water heaters", "what services do you offer", "do you guys fix garage doors"],
        *["do u do drain cleaning", "que servicios ofrecen", "arreglan refrigeradores?"],
        *["hacen instalaciones de aire", "can you repair a mini split", "do you work on tankless heaters"],
        *["u guys clean gutters?", "do you also do electrical"],
    ],
)
def test_services(text: str) -> None:
    assert read_intents(text) == {Intent.SERVICES}


@pytest.mark.parametrize(
    "text",
    [
        *["can i book an appointment", "need someone to come look at my ac", "when can you come out"],
        *["any openings tomorrow", "can someone come out today", "id like to schedule a cleaning"],
        *["do you have anything available friday", "I need my gutters cleaned", "get me on the schedule"],
        *["quiero hacer una cita", "pueden venir hoy", "necesito que alguien revise mi boiler"],
        *["tienen disponibilidad mañana", "whats your next available", "I need a plumber", "can u send someone"],
        *["looking to get my ac fixed", "cuando pueden venir", "need service", "can you come out tuesday"],
    ],
)
def test_booking(text: str) -> None:
    assert read_intents(text) == {Intent.BOOKING}


@pytest.mark.parametrize(
    "text",
    [
        *["need to push my appt back", "can we move my appointment to friday", "I need to reschedule"],
        *["quiero cambiar mi cita", "can we do another day", "necesito mover la cita para el lunes"],
        *["have to change my appointment time", "can we postpone"],
    ],
)
def test_reschedule(text: str) -> None:
    assert read_intents(text) == {Intent.RESCHEDULE}


@pytest.mark.parametrize(
    "text",
    [
        *["i need to cancel my appointment", "cancel my appt please", "quiero cancelar mi cita", "how do i cancel"],
        *["can you cancel tomorrow's visit", "please cancel", "I want to cancel"],
    ],
)
def test_cancel(text: str) -> None:
    assert read_intents(text) == {Intent.CANCEL}


@pytest.mark.parametrize(
    "text",
    [
        *["is the tech still coming", "where is your guy", "what time is my appointment", "nobody showed up"],
        *["you guys fixed my ac last week and its leaking again", "is he on the way", "ya viene el tecnico?"],
        *["a que hora llega el plomero", "running 10 minutes late", "waiting on a part you ordered"],
        *["my invoice is wrong", "status of my order", "your tech was here yesterday", "when is someone coming"],
        *["todavia no llega, estoy esperando", "are you guys still coming today?"],
    ],
)
def test_existing(text: str) -> None:
    assert read_intents(text) == {Intent.EXISTING}


@pytest.mark.parametrize(
    "text",
    [
        *["do you take payments over time", "do you offer financing", "payment plans?", "can i make payments"],
        *["aceptan pagos a plazos", "tienen financiamiento", "can I pay monthly"],
        *["I have bad credit can I still get it", "do you do monthly payments", "hay plan de pagos"],
    ],
)
def test_financing(text: str) -> None:
    assert read_intents(text) == {Intent.FINANCING}


@pytest.mark.parametrize(
    "text",
    [
        *["can i talk to a human", "speak to someone please", "I want a real person", "get me a manager"],
        *["representative", "agent please", "can I speak with the owner", "quiero hablar con una persona"],
        *["me puede pasar con alguien", "stop sending me to this dumb bot", "can i talk to mike"],
        *["let me talk to somebody else", "pásame con el encargado", "I don't want to text with a robot"],
        *["human please", "you're not helping me, connect me with a person"],
    ],
)
def test_person(text: str) -> None:
    assert read_intents(text) == {Intent.PERSON}


@pytest.mark.parametrize(
    "text",
    [
        *["u got the wrong number", "wrong number", "sorry wrong person", "numero equivocado", "i didnt call you"],
        *["I called by mistake", "butt dial sorry", "sorry pocket dialed", "se equivocó de número"],
        *["i never called anyone", "accidentally called sorry", "marqué mal perdón"],
    ],
)
def test_wrong_number(text: str) -> None:
    assert read_intents(text) == {Intent.WRONG_NUMBER}


@pytest.mark.parametrize(
    "text",
    [
        *["we can get you on page 1 of google", "I help contractors get more exclusive leads"],
        *["Are you the business owner? We offer business loans up to 500k", "we can redesign your website"],
        *["lower your credit card processing fees", "do you need SEO", "boost your Google ranking"],
        *["Grow your business with our digital marketing", "le ayudamos a aumentar sus ventas"],
        *["pre-approved for a business line of credit"],
    ],
)
def test_spam(text: str) -> None:
    assert read_intents(text) == {Intent.SPAM}


@pytest.mark.parametrize(
    "text",
    [
        *["thx!", "thank u so much guys", "ok thanks", "gracias", "perfect thank you", "bye", "have a good day guys"],
        *["thx for ur help guys!", "muchas gracias, muy amable", "Great thanks, see you then", "ty"],
        *["great, appreciate it", "👍", "gracias, que tenga buen dia", "Thanks! You guys are the best"],
        *["talk to u later"],
    ],
)
def test_thanks(text: str) -> None:
    assert read_intents(text) == {Intent.THANKS}


@pytest.mark.parametrize(
    "text",
    [
        *["hi", "hello?", "good morning guys", "Hola buenas tardes", "hey there guys", "hi guys how are u", "hola"],
        *["Good evening sir!", "hello? anybody there?", "buenos dias"],
    ],
)
def test_greeting(text: str) -> None:
    assert read_intents(text) == {Intent.GREETING}


@pytest.mark.parametrize(
    "text",
    [
        *["are you a bot", "is this a real person", "am i talking to a robot", "are u human", "is this automated"],
        *["eres un robot?", "hablo con una persona real?", "r u ai", "bot?", "is this AI or a person"],
    ],
)
def test_is_robot(text: str) -> None:
    assert read_intents(text) == {Intent.IS_ROBOT}


@pytest.mark.parametrize(
    "text",
    [
        *["call me when you can", "can someone call me", "give me a call", "please call me back at 480-555-1234"],
        *["llámeme por favor", "me pueden llamar", "call back please", "can you call me tomorrow morning"],
        *["márqueme cuando pueda", "I'd rather talk on the phone", "give me a ring asap"],
    ],
)
def test_call_me(text: str) -> None:
    assert read_intents(text) == {Intent.CALL_ME}


@pytest.mark.parametrize(
    "text",
    [
        *["my ac is dead", "the toilet is overflowing", "ok", "yes", "nope thanks", "1420 E Apache Blvd", "it's Maria"],
        *["blue", "2", "who is this", "do you take credit cards", "my bathroom is leaking everywhere"],
        *["don't call me", "I called earlier", "garage door wont open", "I'll call you later", "how much longer"],
        *["been out for 24 hours", "si", "yes friday works", "no hot water", "don't cancel", "my name is joe"],
        *["she's an old person", "la puerta no cierra", "asdf"],
    ],
)
def test_other(text: str) -> None:
    assert read_intents(text) == {Intent.OTHER}


@pytest.mark.parametrize(
    ("text", "intents"),
    [
        ("how much is it and when can you come out", {Intent.PRICE, Intent.BOOKING}),
        ("Are you open saturday? And do you take payments over time", {Intent.HOURS, Intent.FINANCING}),
        ("cuanto cobran y vienen a Mesa?", {Intent.PRICE, Intent.AREA}),
        ("thanks, what do you charge", {Intent.PRICE}),
        ("hi, do you fix garage doors", {Intent.SERVICES}),
        ("is this a bot? let me talk to a human", {Intent.IS_ROBOT, Intent.PERSON}),
        # Only a list of the business's cities can tell a city from a thing here.
        ("do you service gilbert", {Intent.AREA, Intent.SERVICES}),
        ("we can get you more leads, how much do you charge per job?", {Intent.SPAM}),
    ],
)
def test_several(text: str, intents: set[Intent]) -> None:
    assert read_intents(text) == intents


@pytest.mark.parametrize(
    ("text", "intents"),
    [
        ("", set()),
        ("  \n", set()),
        ("🤷", {Intent.OTHER}),
        ("?", {Intent.OTHER}),
        ("Loved “How much is it?”", {Intent.THANKS}),
        ("Questioned “We charge $89”", {Intent.OTHER}),
    ],
)
def test_without_words_of_their_own(text: str, intents: set[Intent]) -> None:
    assert read_intents(text) == intents


@given(st.text(max_size=300))
def test_total_and_other_stands_alone(text: str) -> None:
    found = read_intents(text)

    assert bool(found) == bool(text.strip())
    for alone in (Intent.OTHER, Intent.SPAM, Intent.THANKS, Intent.GREETING):
        assert alone not in found or found == {alone}


@pytest.mark.parametrize(
    ("text", "intents"),
    [
        ("i need to schedule", {Intent.BOOKING}),
        ("quisiera agendar", {Intent.BOOKING}),
        ("where do you guys work", {Intent.AREA}),
        ("where all do you travel", {Intent.AREA}),
        ("are you guys coming", {Intent.EXISTING}),
        ("where are you guys located", {Intent.AREA}),
        ("do u guys come out on sundays", {Intent.HOURS}),
        ("looking to buy your house, cash offer", {Intent.SPAM}),
        ("gift card for my wife", {Intent.OTHER}),
        ("you won a free gift card", {Intent.SPAM}),
        ("hace frio aqui", {Intent.OTHER}),
        ("hola cuanto x un corte", {Intent.PRICE}),
        ("can i talk to dr smith", {Intent.PERSON}),
    ],
)
def test_words_that_were_taken_for_something_else(text: str, intents: set[Intent]) -> None:
    assert read_intents(text) == intents
