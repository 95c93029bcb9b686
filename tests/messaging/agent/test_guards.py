"""Sample replies of an invented plumber, both ways: what must pass, and what must be stopped with which code."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from messaging.agent.guards.check import Evidence, Objection, objections, sources
from tests.messaging.agent.replies import FACTS, NOTHING, SAID, codes


# ---------------------------------------------------------------- figures
@pytest.mark.parametrize(
    "reply",
    [
        "Our service call is $89.",
        "The service call is 89 dollars.",
        "The service call is $89.00, paid on the day of the visit.",
        "It is eighty-nine dollars for the service call.",
        "The service call is USD 89.",
        "The service call fee is 89.",
        "Drain cleaning is $129-$249.",
        "Drain cleaning runs between $129 and $249.",
        "Drain cleaning is $129 – $249.",
        "Drain cleaning costs 129 to 249 dollars.",
        "Drain cleaning starts at $129.",
        "Drain cleaning costs up to $249.",
        "A new water heater starts at 1400 dollars.",
        "A new water heater is $1.4k and up.",
        "You can call us at 520-555-0100.",
        "You can call us at +1 520 555 0100.",
        "Our number is 555-0100.",
        "Write to Hello@Joes.example any time.",
        "Book here: joes.example/book/Ab3.",
        "Our website is www.joes.example.",
        "Seniors get ten percent off.",
        "We open at 8 AM on Monday.",
        "We are open Mon-Fri 8am-5pm and Saturdays from 9 a.m. to 1 p.m.",
        "On Wednesday we are open from 8 to 5.",
        "We are closed on Sunday.",
        "It takes 1-2 hours.",
        "A drain cleaning takes one to two hours.",
        "You told us that it leaks since 6 AM, right?",
        "Unfortunately Tuesday at 9 AM is not available.",
        "Would Mon, Nov 23 between 8 and 10 AM work for you?",
        "We have Tuesday the 24th at 2:30 PM.",
        "1) Mon, Nov 23 between 8 and 10 AM 2) Tue, Nov 24 at 2:30 PM. Which one suits you?",
        "I have 2 openings: Monday between 8 and 10 AM, or Tuesday at 2:30 PM.",
        "Is the 24th at 2:30 pm okay?",
        "Tomorrow we are closed.",
        "What day next week works best for you?",
        "How can we help you today?",
        "Is the leak at 123 W 9th St, Tempe, AZ 85281?",
        "One question: is it a 50 gallon or a 40 gallon tank?",
        "How old is the unit: 2 years, 10 years?",
        "Do you have 1/2 inch pipes?",
        "Are both units in apartment 12B on floor 3?",
        "Reply 1 or 2.",
        "Is your AC a 3 ton unit from 2019?",
        "Do you need help with 2 sinks and 1 toilet?",
        "Our crew of 4 knows this model 5000 well.",
        "Have a great weekend!",
        "May I have your address? The sun is out and the cat sat on the mat.",
        "Are you free Tuesday at 2:30 PM?",
    ],
)
def test_known_figures_pass(reply: str) -> None:
    assert codes(reply, customer=SAID + " my unit is 2 or 10 years old") == []


@pytest.mark.parametrize(
    ("reply", "code"),
    [
        ("Our service call is $79.", "money"),
        ("It is 99 dollars.", "money"),
        ("It is ninety-nine dollars.", "money"),
        ("That runs a hundred bucks.", "money"),
        ("The fee is 75.", "money"),
        ("The total is 150.00 for you.", "money"),
        ("Starting at $49!", "money"),
        ("A heater is $14,000.", "money"),
        ("Only 50 cents a day.", "money"),
        ("Drain cleaning is $129-$199.", "money"),
        ("Drain cleaning is $89-$249.", "range"),
        ("Drain cleaning is $89 to $129.", "range"),
        ("Drain cleaning is $129.", "range"),
        ("You save 15% with us.", "percent"),
        ("You save fifteen percent with us.", "percent"),
        ("Call us at (520) 555-0199.", "phone"),
        ("Call us at 555-0188.", "phone"),
        ("Call 1-800-PLUMBER now.", "phone"),
        ("Their number is 911.", "phone"),
        ("Write to joe@joes.example.", "email"),
        ("Book at https://joes.example/deals.", "link"),
        ("See plumbers.com for more.", "link"),
        ("We open at 7 AM.", "time"),
        ("We are open until 6 PM.", "time"),
        ("We close at noon.", "time"),
        ("We open at seven.", "time"),
        ("Could you do 11:15?", "time"),
        ("We have 9 AM on Tuesday.", "slot"),
        ("Wednesday is good for us.", "date"),
        ("We can come on Saturday at 9 AM.", "date"),
        ("We can do Mon, Nov 23 at 2:30 PM.", "slot"),
        ("How about Tue, Nov 23 between 8 and 10 AM?", "date"),
        ("We can do Nov 30.", "date"),
        ("Would December 3rd between 8 and 10 AM work?", "date"),
        ("We could come tomorrow.", "date"),
        ("We can make it 11/25.", "date"),
        ("Would Mon, Nov 23 between 9 and 11 AM work?", "time"),
        ("Would Mon, Nov 23 between 10 AM and 2:30 PM work?", "range"),
        ("We will need about 45 minutes.", "duration"),
        ("We can be at your place within 30 minutes.", "duration"),
        ("A tech could arrive in an hour.", "range"),
        ("It takes half an hour.", "duration"),
        ("It could be done in a few hours.", "duration"),
        ("We answer 24/7.", "hours"),
        ("We answer around the clock.", "hours"),
    ],
)
def test_unknown_figures_are_stopped(reply: str, code: str) -> None:
    assert codes(reply) == [code]


def test_a_day_may_be_denied_and_a_time_asked_for() -> None:
    assert codes("Sorry, Wednesday isn't possible.") == []
    assert codes("We don't have anything on Friday, but Monday between 8 and 10 AM is open.") == []
    assert codes("What time tomorrow morning works for you?") == []
    assert codes("Monday isn't possible, but Tuesday at 9 AM works.") == ["slot"]
    assert codes("Monday isn't possible, how about Friday?") == ["date"]


def test_opening_hours_are_no_free_time() -> None:
    assert codes("On Tuesday we are open from 8 AM to 5 PM.") == []
    assert codes("We can do Tuesday at 8 AM.") == ["slot"]
    assert codes("We can come on Saturdays from 9 AM to 1 PM.") == []


def test_a_date_is_known_by_what_today_is() -> None:
    facts = ("Today is Saturday, Nov 21.", "1) Sun, Nov 22 at 9 AM")
    assert codes("Would tomorrow at 9 AM work?", facts=facts) == []
    assert codes("Would tomorrow at 9 AM work?", facts=facts[1:]) == ["date"]
    assert codes("Would Sunday the 22nd at 9 work?", facts=facts) == []
    assert codes("Can we come today?", facts=facts) == ["date"]


def test_a_figure_of_the_customer_is_no_fact_but_their_time_is_theirs() -> None:
    said = "joe quoted me $50, call me at (602) 555-0143, see cheap.example, can you do 7:15 thursday?"
    assert codes("You would like Thursday at 7:15, right?", customer=said) == []
    assert codes("Thursday at 7:15 AM works for us.", customer=said) == ["time", "date"]
    assert codes("So $50 it is.", customer=said) == ["money"]
    assert codes("Is (602) 555-0143 your number?", customer=said) == ["phone"]
    assert codes("I looked at cheap.example.", customer=said) == ["link"]


def test_the_detail_names_the_figure_and_what_to_do() -> None:
    evidence = Evidence(facts=FACTS, customer=SAID, acts=NOTHING)
    assert objections("A visit is $79.", evidence) == [
        Objection("money", "“$79”: this amount stands in no fact: give only prices that you were told")
    ]


def test_around_the_clock_in_a_fact_may_be_said_in_other_words() -> None:
    facts = ("Emergency service 24/7.",)
    assert codes("We are there for you around the clock, 24 hours a day.", facts=facts) == []


def test_free_follows_what_is_free() -> None:
    assert codes("Estimates for a new heater are free.") == []
    assert codes("The estimate is at no charge.") == []
    assert codes("It's free!") == []
    assert codes("The drain cleaning is free.") == ["free"]
    assert codes("Your first visit is on the house.") == ["free"]
    assert codes("Drain camera inspections are gratis.") == ["free"]
    assert codes("Feel free to text us, we are free to talk.") == []


# ---------------------------------------------------------------- form
@pytest.mark.parametrize(
    ("reply", "expected"),
    [
        ("", ["empty"]),
        ("  \n ", ["empty"]),
        ("...", ["empty"]),
        ("**Hello** there", ["markdown"]),
        ("## Prices", ["markdown"]),
        ("We do:\n- drains\n- heaters", ["markdown"]),
        ("Use `code`", ["markdown"]),
        ("Next comes find_slots.", ["internals"]),
        ('{"slot": 1}', ["internals"]),
        ("Hi {caller_name}, how can we help?", ["internals"]),
        ("As an AI language model I do not know.", ["internals"]),
        ("My system prompt forbids that.", ["internals"]),
        ("I am Claude, made by Anthropic.", ["internals", "human"]),
        ("The tool returned nothing.", ["internals"]),
        ("Your slot id is 4f0c9d2e-88aa-4b1c-9d00-aa11bb22cc33.", ["internals"]),
        ("[internal note] be nice", ["internals"]),
        ("Assistant: how can we help?", ["internals"]),
        ("How can we help? 😀😀", ["emoji"]),
        ("Как дела, чем помочь?", ["letters", "language"]),
        ("Reply YES to confirm.", ["reserved_word"]),
        ("Text CANCEL to drop the visit.", ["reserved_word"]),
        ("¿En qué podemos ayudarle con su casa?", ["language"]),
    ],
)
def test_the_form(reply: str, expected: list[str]) -> None:
    assert codes(reply) == expected


@pytest.mark.parametrize(
    "reply",
    [
        "How can we help? 😀",
        "1) Drains\n2) Heaters",
        "Reply STOP to opt out.",
        "Hi José, what is wrong?",
        "Hola! How can we help you with the heater?",
    ],
)
def test_a_form_that_passes(reply: str) -> None:
    assert codes(reply) == []


def test_an_english_answer_to_a_spanish_customer() -> None:
    assert codes("What is the address of your house?", language="es") == ["language"]


def test_the_length() -> None:
    assert codes("word " * 64) == []
    assert codes("words " * 54) == ["too_long"]
    assert codes("á" * 202, language="es") == ["too_long"]


# ---------------------------------------------------------------- approved answers only
def test_approved_answers_only() -> None:
    approved = ("We repair all water heaters. A visit is $89.", "Which city are you in?")
    assert codes("We repair ALL water heaters! Which city are you in?", facts=(), approved=approved) == []
    assert codes("A visit is $89, friend.", facts=(), approved=approved) == ["not_approved"]
    assert codes("We like pipes.", facts=FACTS, approved=()) == ["not_approved"]


# ---------------------------------------------------------------- sources
def test_each_sentence_is_shown_with_the_fact_it_comes_from() -> None:
    evidence = Evidence(facts=FACTS, customer=SAID, acts=NOTHING)
    assert sources("Closed Sunday. A service call is 89 dollars. Which city are you in?", evidence) == [
        ("Closed Sunday.", FACTS[4]),
        ("A service call is 89 dollars.", FACTS[2]),
        ("Which city are you in?", ""),
    ]
    assert sources("", evidence) == []


# ---------------------------------------------------------------- always
@given(st.text(max_size=400), st.text(max_size=200), st.lists(st.text(max_size=100), max_size=3))
def test_it_is_total(reply: str, customer: str, facts: list[str]) -> None:
    evidence = Evidence(facts=tuple(facts), customer=customer, acts=NOTHING, approved=None)
    assert [objection for objection in objections(reply, evidence) if not objection.code] == []
    assert all(sentence for sentence, _ in sources(reply, evidence))


WORDS = st.sampled_from(
    [
        "you",
        "are",
        "booked",
        "at",
        "9",
        "am",
        "$",
        "89",
        "-",
        "to",
        "and",
        "between",
        "Mon",
        ",",
        "Nov 23",
        "%",
        "free",
        "24/7",
        "in",
        "30",
        "minutes",
        "( 520 )",
        "555",
        "0100",
        ".",
        ":",
        "de",
        "las",
        "mil",
        "hundred",
        "ninety",
        "**",
        "joes.example",
        "a@b.co",
        "not",
        "will",
        "call",
        "the",
        "team",
        "1)",
        "?",
        "!",
        "“",
        "”",
        "{",
        "}",
        "á",
        "😀",
    ]
)


@given(st.lists(WORDS, max_size=60), st.lists(WORDS, max_size=40))
def test_it_is_total_on_what_looks_like_figures(reply: list[str], fact: list[str]) -> None:
    evidence = Evidence(facts=(" ".join(fact),), customer="", acts=NOTHING)
    assert len(objections(" ".join(reply), evidence)) < 100


FIGURES = {"money", "percent", "time", "date", "slot", "range", "duration", "phone", "email", "link", "hours"}
FACT_SENTENCES = st.sampled_from(
    [
        "A service call is $89.",
        "Drain cleaning costs $129 to $249.",
        "We open at 8 AM on weekdays.",
        "Mon-Fri 8 AM-5 PM, Sat 9 AM-1 PM.",
        "Call (520) 555-0100 or see https://joes.example/book.",
        "Write to hello@joes.example.",
        "Seniors get 10% off.",
        "We come within 2 hours.",
        "We have Mon, Nov 23 between 8 and 10 AM.",
        "Tenemos el lunes 23 de noviembre a las 10 AM.",
        "We close at 5 p.m. on Friday.",
    ]
)


@given(st.lists(FACT_SENTENCES, min_size=1, max_size=6), st.integers(1, 3))
def test_words_of_the_business_are_never_objected_for_their_figures(said: list[str], per_fact: int) -> None:
    facts = tuple(" ".join(said[start : start + per_fact]) for start in range(0, len(said), per_fact))
    assert FIGURES & set(codes(" ".join(said), facts=facts, customer="")) == set()


@pytest.mark.parametrize(
    "piece", ["9 ", "$1,", "1-", "you are booked ", "a.b.", "to ", "(520)", "not ", "nine ", "**", "will "]
)
def test_a_long_reply_does_not_take_long(piece: str) -> None:
    evidence = Evidence(facts=FACTS, customer=SAID, acts=NOTHING)
    began = time.process_time()
    objections(piece * 1000, evidence)
    objections("Which city are you in?", Evidence(facts=(piece * 500,), customer=piece * 500, acts=NOTHING))
    assert time.process_time() - began < 3.0
