from datetime import datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from messaging.agent.words.choices import Choice, choose

NOW = datetime(2026, 11, 19, 10, 15)  # a Thursday
MON_8 = Choice(1, datetime(2026, 11, 23, 8), datetime(2026, 11, 23, 10))
MON_1 = Choice(2, datetime(2026, 11, 23, 13), datetime(2026, 11, 23, 15))
TUE_10 = Choice(3, datetime(2026, 11, 24, 10), datetime(2026, 11, 24, 12))
OFFER = [MON_8, MON_1, TUE_10]
FRI_9 = Choice(1, datetime(2026, 11, 20, 9))
SAT_430 = Choice(2, datetime(2026, 11, 21, 16, 30))


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("2", 2), ("2)", 2), ("#3", 3), ("option 1 please", 1), ("I'll take number two", 2), ("3 works", 3),
        ("2 sounds good", 2),
        ("yes 2", 2), ("dos", 2), ("opción 3", 3), ("la 2 por favor", 2), ("2 please, my gate code is 4471", 2),
        ("2 works, I have 3 dogs", 2), ("2 monday", 2),
        ("number 1 is good", 1), ("2 is good", 2), ("1 then", 1), ("la 1", 1), ("la dos", 2),
        ("2 is better for me", 2), ("2 entonces", 2),
    ],
)  # fmt: skip
def test_by_its_number(text: str, number: int) -> None:
    assert choose(text, OFFER, now=NOW) == number


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("first", 1), ("the second one", 2), ("second option please", 2), ("the last one", 3), ("earliest", 1),
        ("la segunda", 2),
        ("quiero la primera", 1), ("let's do the first one", 1), ("either works", 1), ("any of those is fine", 1),
        ("cualquiera está bien", 1), ("the first one you said", 1), ("la primera que dijo", 1),
    ],
)  # fmt: skip
def test_by_its_place(text: str, number: int) -> None:
    assert choose(text, OFFER, now=NOW) == number


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("tuesday", 3), ("tuesday works", 3), ("Tues 10 AM", 3), ("next tuesday", 3), ("the 24th", 3), ("nov 24", 3),
        ("el martes", 3),
        ("the 8am", 1), ("8", 1), ("8 works", 1), ("8 a.m. please", 1), ("Monday at 8", 1), ("9am monday", 1),
        ("8-10", 1),
        ("monday 8-10", 1), ("monday morning", 1), ("a las 8 por favor", 1), ("the 1pm", 2), ("monday afternoon", 2),
        ("afternoon", 2), ("10:00", 3), ("10-12 please", 3), ("yes tuesday", 3),
        ("I'll take the tuesday one thanks!", 3),
    ],
)  # fmt: skip
def test_by_its_day_or_time(text: str, number: int) -> None:
    assert choose(text, OFFER, now=NOW) == number


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("not monday, tuesday works", 3),
        ("I can't do 1, so 2", 2),
        ("cant do monday but tuesday is ok", 3),
        ("not monday", None),
        ("none of those work", None),
        ("no", None),
    ],
)
def test_what_is_denied_is_not_taken(text: str, number: int | None) -> None:
    assert choose(text, OFFER, now=NOW) == number


@pytest.mark.parametrize(
    "text",
    [
        *[
            "monday",
            "morning works",
            "1 or 2",
            "yes",
            "👍",
            "",
            "the later one",
            "doesn't matter",
            "maybe 2",
            "the red one",
        ],
        *["2?", "how about 2", "can you do tuesday earlier", "2 if you can come early", "2 but not before 2pm"],
        *["4", "5pm", "wednesday", "tomorrow", "Monday at 4", "3 monday", "otro dia"],
        *["I have 2 toilets", "my ac broke monday", "1420 E Apache Blvd"],
    ],
)
def test_unclear_asked_on_a_condition_or_not_offered_is_none(text: str) -> None:
    assert choose(text, OFFER, now=NOW) is None


@pytest.mark.parametrize(
    ("text", "number"),
    [("1", 1), ("option 1", 1), ("1 works", None), ("at 1", 2), ("1pm", 2), ("2", 2), ("2pm", 3), ("the 2 o'clock", 3)],
)
def test_a_number_that_is_another_slots_hour(text: str, number: int | None) -> None:
    """Alone it is the number we showed; in a sentence nobody knows; with am, pm or "at" it is the hour."""
    offer = [
        Choice(1, datetime(2026, 11, 23, 10)),
        Choice(2, datetime(2026, 11, 23, 13)),
        Choice(3, datetime(2026, 11, 24, 14)),
    ]

    assert choose(text, offer, now=NOW) == number


@pytest.mark.parametrize(
    ("text", "number"),
    [
        *[
            ("yes", 1),
            ("sí", 1),
            ("sounds good", 1),
            ("👍", 1),
            ("Liked “How about Mon 8?”", 1),
            ("yes at 8", 1),
            ("1", 1),
        ],
        *[
            ("no", None),
            ("yes but later", None),
            ("yes tuesday works", None),
            ("yes at 3pm", None),
            ("is that ok?", None),
        ],
    ],
)
def test_a_yes_takes_the_only_slot(text: str, number: int | None) -> None:
    assert choose(text, [MON_8], now=NOW) == number


@pytest.mark.parametrize(
    ("text", "number"),
    [
        *[
            ("the later one", 2),
            ("earlier one please", 1),
            ("tomorrow", 1),
            ("mañana", 1),
            ("el sabado", 2),
            ("sat 430", 2),
        ],
        *[("4:30", 2), ("friday at 9", 1), ("saturday at 5", None)],
    ],
)
def test_of_two(text: str, number: int | None) -> None:
    assert choose(text, [FRI_9, SAT_430], now=NOW) == number


def test_nothing_offered_nothing_chosen() -> None:
    assert choose("1", [], now=NOW) is None


@settings(deadline=None)
@given(
    st.text(max_size=200) | st.lists(st.sampled_from(["1", "2", "monday", "at", "8", "not", ",", "am"])).map(" ".join)
)
def test_total_and_only_what_was_offered(text: str) -> None:
    assert choose(text, OFFER, now=NOW) in (None, 1, 2, 3)
