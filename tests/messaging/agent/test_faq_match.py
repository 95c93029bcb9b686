"""Which question was asked. The questions in data/faqs.jsonl have one example each, as an owner would enter them."""

import json
import statistics
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from messaging.agent.words.faq_match import Match, Matcher

DATA = Path(__file__).parents[1] / "data"
FAQS = [json.loads(line) for line in (DATA / "faqs.jsonl").read_text(encoding="utf-8").splitlines()]
OFF_TOPIC = [
    json.loads(line)["text"] for line in (DATA / "faqs_off_topic.jsonl").read_text(encoding="utf-8").splitlines()
]
ONE_EACH = Matcher(
    [(faq["question"], [faq["question"]]) for faq in FAQS], {faq["question"]: faq["answer"] for faq in FAQS}
)
HOURS = ["when are you open", "what are your hours", "are you open on sunday", "what time do you close"]
CARDS = ["do you take credit cards", "can i pay by card", "do you accept visa", "how can i pay"]
TREES = ["do you trim trees", "can you cut down an oak", "tree removal", "stump grinding"]
FEW_EACH = Matcher([("hours", HOURS), ("cards", CARDS), ("trees", TREES)])


def test_the_example_itself_is_found_for_sure() -> None:
    for key, examples in (("hours", HOURS), ("cards", CARDS), ("trees", TREES)):
        for example in examples:
            found = FEW_EACH.best(example)
            assert found is not None
            assert (found.key, found.is_sure) == (key, True)


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("what are ur hours", "hours"),
        ("WHAT ARE YOUR HOURS???", "hours"),
        ("r u open sundays", "hours"),
        ("do u accpet credti cards", "cards"),
        ("hi, I live on 5th street. My fence fell over. Also do you take credit cards? thanks", "cards"),
        ("can you cut down two oaks", "trees"),
    ],
)
def test_short_forms_typos_and_long_texts(text: str, key: str) -> None:
    found = FEW_EACH.best(text)
    assert found is not None
    assert (found.key, found.is_sure) == (key, True)


@pytest.mark.parametrize("text", ["my sink leaks", "3 works", "who won the game last night", "gracias", "12 Elm St"])
def test_something_else_is_not_sure(text: str) -> None:
    found = FEW_EACH.best(text)
    assert found is None or not found.is_sure


@pytest.mark.parametrize("text", ["", "   ", "👍", "?!"])
def test_nothing_in_common_is_none(text: str) -> None:
    assert FEW_EACH.best(text) is None


def test_without_examples_there_is_no_match() -> None:
    assert Matcher[str]([]).best("do you take cards") is None
    assert Matcher([("cards", [])]).best("do you take cards") is None


def test_identical_texts_score_one() -> None:
    found = Matcher([("a", ["trip fee"])]).best("Trip fee?")
    assert found is not None
    assert (found.key, round(found.score, 6), found.is_sure) == ("a", 1.0, True)


def test_keys_may_be_anything_hashable() -> None:
    assert Matcher([((1, "x"), ["do you take cards"])]).best("do you take cards?") == Match((1, "x"), 1.0, True)


def test_one_example_and_trade_language_are_enough() -> None:
    """One question per key, and its answer, against what customers write."""
    found = [(ONE_EACH.best(text), faq["question"]) for faq in FAQS for text in faq["asked"]]
    sure = [(match.key, question) for match, question in found if match is not None and match.is_sure]
    right = sum(key == question for key, question in sure)
    assert len(sure) >= 0.8 * len(found)
    assert right >= 0.9 * len(sure)


def test_off_topic_texts_are_left_alone() -> None:
    leaked = [text for text in OFF_TOPIC if (found := ONE_EACH.best(text)) is not None and found.is_sure]
    assert len(leaked) <= 0.05 * len(OFF_TOPIC), leaked


@pytest.mark.parametrize(
    ("text", "question"),
    [
        ("what's the trip fee", "Do you charge for coming out?"),
        ("cuánto cobran por venir", "Do you charge for coming out?"),
        ("do u carry insurance and a license", "Are you licensed and insured?"),
        ("¿aceptan tarjeta?", "Do you take credit cards?"),
        ("can I make monthly payments", "Do you offer financing?"),
    ],
)
def test_other_words_for_the_same(text: str, question: str) -> None:
    found = ONE_EACH.best(text)
    assert found is not None
    assert (found.key, found.is_sure) == (question, True)


def test_the_answers_words_help() -> None:
    entries = [("insurance", ["Which insurance do you accept?"]), ("brands", ["What brands do you service?"])]
    answers = {"insurance": "Delta Dental, Cigna and Aetna.", "brands": "Carrier, Trane and Lennox."}
    plain, helped = Matcher(entries), Matcher(entries, answers)
    for text, key in (("is it cigna", "insurance"), ("mine is a lennox", "brands")):
        without, found = plain.best(text), helped.best(text)
        assert found is not None
        assert found.key == key
        assert without is None or without.score < found.score


@given(st.text())
def test_every_text_has_an_answer(text: str) -> None:
    found = ONE_EACH.best(text)
    assert found is None or (0 < found.score <= 1.000001 and found.key in {faq["question"] for faq in FAQS})


def test_a_hundred_questions_of_ten_examples_are_fast() -> None:
    nouns = ["roof", "sink", "boiler", "fence", "gutter", "window", "crown", "filler", "brake", "divorce"]
    asks = [
        "how much is a {}",
        "do you fix a {}",
        "how long does a {} take",
        "can you replace my {}",
        "is a {} covered",
    ]
    asks += ["who does the {}", "what {} brands do you carry", "do I need a permit for a {}", "{} price", "{} warranty"]
    entries = [(n, [ask.format(f"{noun} {n}") for ask in asks]) for n, noun in enumerate(nouns * 10)]
    matcher = Matcher(entries)
    seconds = []
    for text in [text for faq in FAQS for text in faq["asked"]]:
        started = time.process_time()
        matcher.best(text)
        seconds.append(time.process_time() - started)
    assert statistics.median(seconds) < 0.002


@pytest.mark.parametrize("unit", ["do you charge ", "a. ", "price", "? "])
def test_the_longest_text_is_read_quickly(unit: str) -> None:
    started = time.process_time()
    ONE_EACH.best((unit * 1600)[:1600])
    assert time.process_time() - started < 0.5
