"""What sounds dangerous or asks for urgency. The cases in data/ are JSON lines with text and label."""

import json
import time
from pathlib import Path

import pytest

from messaging.urgency_words import asks_urgent, sounds_dangerous

DATA = Path(__file__).parent / "data"
WORDS = ("URGENT", "EMERGENCY", "URGENTE", "EMERGENCIA")


FILES = ("urgency.jsonl", "urgency_more.jsonl", "urgency_paraphrases.jsonl")


def labeled(name: str, *labels: str) -> list[str]:
    rows = [json.loads(line) for line in (DATA / name).read_text(encoding="utf-8").splitlines()]
    return [row["text"] for row in rows if row["label"] in labels]


def test_an_emergency_is_never_missed() -> None:
    texts = [text for name in FILES for text in labeled(name, "emergency")]
    # "URGENT" alone names no danger: it is the script's word and the business of asks_urgent.
    texts = [text for text in texts if not (len(text.split()) == 1 and asks_urgent(text, WORDS))]
    assert len(texts) >= 700
    assert [text for text in texts if sounds_dangerous(text) is None] == []


def test_nobody_is_woken_up_for_nothing() -> None:
    texts = [text for name in FILES for text in labeled(name, "urgent", "routine", "calm")]
    assert len(texts) >= 600
    assert [(text, reason) for text in texts if (reason := sounds_dangerous(text)) is not None] == []


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("I smell gas", "gas"),
        ("rotten egg smell by the furnace", "gas"),
        ("Huele a gas en la cocina", "gas"),
        ("fuite de gaz", "gas"),
        ("CO alarm is going off", "carbon_monoxide"),
        ("outlet is smoking", "fire"),
        ("the dryer caught fire", "fire"),
        ("breaker box is hot and buzzing", "sparks"),
        ("power line down in my yard", "sparks"),
        ("sewage backing up into the tub", "sewage"),
        ("my basement is flooding", "flooding"),
        ("se está inundando el sótano", "flooding"),
        ("my son knocked his tooth out", "medical"),
        ("no puedo respirar", "medical"),
        ("locked my baby in the car", "trapped"),
        ("tree fell on the roof", "collapse"),
        ("someone broke into my shop", "break_in"),
        ("broke down on the highway", "stranded"),
        ("I've been arrested", "arrest"),
        ("No heat. We have a newborn", "no_heat_vulnerable"),
        ("AC is out, it's 104 and my dad has a heart condition", "no_heat_vulnerable"),
        ("no heat", None),
        ("we have a newborn", None),
        ("", None),
    ],
)
def test_reasons(text: str, reason: str | None) -> None:
    assert sounds_dangerous(text) == reason


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("gas leak", "gas"),
        ("gas leak detection price?", None),
        ("in case of a gas leak who do I call", None),
        ("do you install gas lines, I smell gas right now", "gas"),
        ("no gas smell, just noisy", None),
        ("I don't smell gas anymore", None),
        ("no I smell gas", "gas"),
        ("not sure if I smell gas", "gas"),
        ("basement flooded last year", None),
        ("basement flooded last year. Now it is flooding again", "flooding"),
        ("hot water smells like rotten eggs", None),
        ("smells like rotten eggs near the water heater", "gas"),
        ("you guys are on fire lol", None),
        ("the stove is on fire", "fire"),
        ("it flooded last year and now its flooding again", "flooding"),
        ("nothing is flooding", None),
        ("locked out. Candle is burning", "trapped"),
        ("locked out. Keys are at work", None),
        ("fire safety training", None),
    ],
)
def test_denied_past_and_shopping(text: str, reason: str | None) -> None:
    assert sounds_dangerous(text) == reason


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("baisement floodng", "flooding"),
        ("sewege backing up", "sewage"),
        ("outlet smokng", "fire"),
        ("bleding wont stop", "medical"),
        ("kitchen flooring", None),
        ("small gas grill", None),
        ("dog breeding wont stop lol", None),
    ],
)
def test_slips_of_the_finger(text: str, reason: str | None) -> None:
    assert sounds_dangerous(text) == reason


@pytest.mark.parametrize(
    "text",
    [
        "URGENT",
        "urgent!!",
        " Urgent, please call ",
        "its urgent",
        "this is URGENT my heat is out",
        "heat not working URGENT",
        "no, urgent",
        "it is an emergency, not a joke",
        "URGETN",
        "emergancy",
        "I need someone urgently",
        "urgente por favor",
        "es una emergencia",
    ],
)
def test_the_words_of_the_script(text: str) -> None:
    assert asks_urgent(text, WORDS) is True


@pytest.mark.parametrize(
    "text",
    [
        "",
        "no rush",
        "not urgent",
        "nothing urgent",
        "not that urgent",
        "isn't urgent",
        "non-urgent",
        "not really an emergency",
        "No es urgente",
        "no hay emergencia",
        "emergency plan pricing? not an emergency",
        "emergency contact is my wife",
        "what are your emergency rates",
        "insurgent",
        "detergent leak",
    ],
)
def test_words_denied_or_part_of_a_thing(text: str) -> None:
    assert asks_urgent(text, WORDS) is False


def test_a_script_carries_its_own_words() -> None:
    assert asks_urgent("now please", ["NOW"]) is True
    assert asks_urgent("not today", ["NOW"]) is False
    assert asks_urgent("send someone right away", ["right away"]) is True
    assert asks_urgent("turn right, far away", ["right away"]) is False
    assert asks_urgent("URGENT", []) is False


@pytest.mark.parametrize(
    "unit", ["no ", "water ", "gas smell of ", "a", "outlet is very ", "smoke ", "locked out ", "face is "]
)
def test_the_longest_text_is_read_quickly(unit: str) -> None:
    """A regular expression that backtracks would take minutes over one text of 1,600 signs."""
    started = time.process_time()
    sounds_dangerous((unit * 1600)[:1600])
    assert time.process_time() - started < 0.5
