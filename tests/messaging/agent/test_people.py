import pytest
from hypothesis import given
from hypothesis import strategies as st

from leads.enums import LeadKind, Urgency
from messaging.agent.words.people import read_kind, read_name, read_urgency


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("it's Maria", "Maria"), ("Maria Lopez here", "Maria Lopez"), ("my name is joe", "Joe"),
        ("Hi this is Bob Jones from down the street", "Bob Jones"), ("its maria", "Maria"),
        ("im joe and my ac is out", "Joe"), ("I'm Joe Smith, need a quote", "Joe Smith"),
        ("me llamo José Luis Pérez", "José Luis Pérez"), ("soy maria de la cruz", "Maria de la Cruz"),
        ("mi nombre es ana", "Ana"), ("my name is joe smith my ac is out", "Joe Smith"),
        ("name is Keisha", "Keisha"), ("Need a plumber. Thanks, Dave", "Dave"), ("This is O'Brien", "O'Brien"),
        ("IT'S MARIA", "Maria"), ("this is joe", "Joe"), ("les habla Rosa Martínez", "Rosa Martínez"),
        ("Hello, I'm Tyrone. My sink is clogged", "Tyrone"), ("You can call me Beto", "Beto"),
    ],
)  # fmt: skip
def test_name_unasked(text: str, name: str) -> None:
    assert read_name(text, asked=False) == name


@pytest.mark.parametrize(
    "text",
    [
        "hola soy nueva clienta",
        "its urgent",
        "this is urgent",
        "It's urgent",
        "I'm interested",
        "im here",
        "nobody here",
        "I'm right here",
        "Hi",
        "Joe Smith",
        "this is the wrong number",
        "it's not cooling",
        "im not so sure",
        "my name is not important",
        "water here is brown",
        "soy cliente nuevo",
        "habla español?",
        "It's leaking",
        "This is Dr Patel's office, Anil speaking",
        "call me when you can",
        "It's raining in the kitchen",
        "new here",
        "This is for my mom",
        "Thanks, Friday works",
        "I'm Sorry",
        "It's Monday",
        "It's for Tuesday",
        "IT'S URGENT",
        "it's a leak",
        "I'm in Mesa",
        "I am home",
    ],
)
def test_name_unasked_not_there(text: str) -> None:
    assert read_name(text, asked=False) == ""


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Joe Smith", "Joe Smith"), ("joe", "Joe"), ("Joe", "Joe"), ("maria de la cruz", "Maria de la Cruz"),
        ("Sure, it's Joe Smith", "Joe Smith"), ("Joe Smith, 1420 E Apache Blvd", "Joe Smith"), ("keisha", "Keisha"),
        ("Mike and the address is 12 Main St", "Mike"), ("J. Smith", "J. Smith"), ("McDonald", "McDonald"),
        ("Nguyễn Văn An", "Nguyễn Văn An"), ("María José", "María José"), ("my name is will", "Will"),
        ("will", "Will"), ("april", "April"), ("jean-luc picard", "Jean-Luc Picard"), ("Mrs. Robinson", "Robinson"),
        ("Ok. Bill Murray", "Bill Murray"), ("Mark", "Mark"), ("Guadalupe", "Guadalupe"),
    ],
)  # fmt: skip
def test_name_asked(text: str, name: str) -> None:
    assert read_name(text, asked=True) == name


@pytest.mark.parametrize(
    "text",
    [
        "Hi",
        "yes",
        "ok thanks",
        "do you come to mesa",
        "do you come to Mesa?",
        "water heater",
        "ac repair",
        "why do you need it",
        "how much",
        "drain cleaning",
        "tomorrow",
        "no",
        "nope thanks",
        "none of your business",
        "thank u guys",
        "I need a plumber",
        "I already told you",
        "stop",
        "hello guys",
        "Hola",
        "480-555-1234",
        "cuanto cuesta",
        "can i talk to a human",
        "tuesday works",
        "good morning guys",
        "leaky faucet",
    ],
)
def test_name_asked_not_there(text: str) -> None:
    assert read_name(text, asked=True) == ""


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("first time", "new"), ("I'm a new customer", "new"), ("never used you guys before", "new"),
        ("you guys came out last year", "existing"), ("been using you for years", "existing"),
        ("returning customer", "existing"), ("cliente nuevo", "new"), ("ya soy cliente", "existing"),
        ("is it my first time?", "new"), ("I've used you before", "existing"), ("es mi primera vez", "new"),
        ("not a customer yet", "new"),
    ],
)  # fmt: skip
def test_kind_unasked(text: str, kind: str) -> None:
    assert read_kind(text, asked=False) == kind


@pytest.mark.parametrize(
    "text",
    [
        "new",
        "need a new roof",
        "hi",
        "the new heater broke",
    ],
)
def test_kind_unasked_not_there(text: str) -> None:
    assert read_kind(text, asked=False) == LeadKind.UNKNOWN


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("new", "new"), ("existing", "existing"), ("im new", "new"), ("nuevo", "new"), ("never used you", "new"),
        ("I used you guys before", "existing"), ("we are new", "new"),
    ],
)  # fmt: skip
def test_kind_asked(text: str, kind: str) -> None:
    assert read_kind(text, asked=True) == kind


@pytest.mark.parametrize(
    "text",
    [
        "yes",
        "no",
    ],
)
def test_kind_asked_not_there(text: str) -> None:
    assert read_kind(text, asked=True) == LeadKind.UNKNOWN


@pytest.mark.parametrize(
    ("text", "urgency"),
    [
        ("no rush", "routine"), ("whenever works", "routine"), ("asap", "urgent"), ("today if possible", "urgent"),
        ("it's urgent", "urgent"), ("not urgent", "routine"), ("no es urgente", "routine"),
        ("lo antes posible", "urgent"), ("sin prisa", "routine"), ("cuando puedan", "routine"),
        ("can you come today", "urgent"), ("it can wait", "routine"), ("it can't wait", "urgent"),
        ("just getting quotes", "routine"), ("necesito alguien hoy", "urgent"), ("no es una emergencia", "routine"),
        ("me urge", "urgent"), ("no me urge", "routine"),
    ],
)  # fmt: skip
def test_urgency_unasked(text: str, urgency: str) -> None:
    assert read_urgency(text, asked=False) == urgency


@pytest.mark.parametrize(
    "text",
    [
        "hello",
        "I called today",
        "my sink leaks",
        "emergency contact number",
        "it leaks whenever it rains",
    ],
)
def test_urgency_unasked_not_there(text: str) -> None:
    assert read_urgency(text, asked=False) == Urgency.UNKNOWN


@pytest.mark.parametrize(
    ("text", "urgency"),
    [
        ("today", "urgent"), ("yes", "urgent"), ("no", "routine"), ("next week is fine", "routine"),
        ("not really no", "routine"), ("hoy", "urgent"), ("not today", "routine"),
    ],
)  # fmt: skip
def test_urgency_asked(text: str, urgency: str) -> None:
    assert read_urgency(text, asked=True) == urgency


@pytest.mark.parametrize(
    "text",
    [
        "Joe",
    ],
)
def test_urgency_asked_not_there(text: str) -> None:
    assert read_urgency(text, asked=True) == Urgency.UNKNOWN


def test_a_reaction_quotes_us() -> None:
    text = "Liked “My name is Ana, are you a new customer? No rush”"

    assert (read_name(text, asked=True), read_kind(text, asked=True), read_urgency(text, asked=True)) == (
        "",
        LeadKind.UNKNOWN,
        Urgency.UNKNOWN,
    )


@given(st.text(max_size=300), st.booleans())
def test_total_on_any_string(text: str, asked: bool) -> None:
    assert len(read_name(text, asked=asked)) <= len(text) + 1
    assert read_kind(text, asked=asked) in LeadKind
    assert read_urgency(text, asked=asked) in (Urgency.UNKNOWN, Urgency.ROUTINE, Urgency.URGENT)


@pytest.mark.parametrize(
    ("text", "urgency"),
    [
        ("whats the emergency rate", Urgency.UNKNOWN),
        ("emergency exit lights need replacing", Urgency.UNKNOWN),
        ("do you do emergency calls", Urgency.UNKNOWN),
        ("cual es la tarifa de emergencia", Urgency.UNKNOWN),
        ("this is an emergency", Urgency.URGENT),
        ("es una emergencia", Urgency.URGENT),
    ],
)
def test_an_emergency_that_is_only_a_word(text: str, urgency: Urgency) -> None:
    assert read_urgency(text, asked=False) == urgency


@pytest.mark.parametrize(
    ("text", "kind"),
    [("si ya soy paciente", LeadKind.EXISTING), ("soy paciente nueva", LeadKind.NEW)],
)
def test_patients_are_customers(text: str, kind: LeadKind) -> None:
    assert read_kind(text, asked=True) == kind
