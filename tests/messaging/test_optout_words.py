"""What a text means for consent. The cases in data/ are JSON lines with text and label (stop, maybe, no)."""

import json
import time
from pathlib import Path

import pytest

from messaging.optout_words import Meaning, clauses_of, is_carrier_keyword, read_consent

DATA = Path(__file__).parent / "data"
LABELS = {"stop": Meaning.STOP, "maybe": Meaning.MAYBE, "no": Meaning.NONE}


def labeled(name: str) -> list[tuple[str, Meaning]]:
    rows = [json.loads(line) for line in (DATA / name).read_text(encoding="utf-8").splitlines()]
    return [(row["text"], LABELS[row["label"]]) for row in rows]


def test_labeled_texts() -> None:
    cases = labeled("optout.jsonl") + labeled("optout_more.jsonl") + labeled("optout_paraphrases.jsonl")
    assert len(cases) >= 1900
    wrong = [(text, meaning, read) for text, meaning in cases if (read := read_consent(text)) is not meaning]
    assert wrong == []


@pytest.mark.parametrize("text", ["HELP", "help", "Help!", "INFO", "info?", "AYUDA", "¡Ayuda!", " help \n"])
def test_help_is_a_single_word(text: str) -> None:
    assert read_consent(text) is Meaning.HELP


@pytest.mark.parametrize("text", ["START", "start", "Start.", "UNSTOP", "unstop!"])
def test_start_is_a_single_word(text: str) -> None:
    assert read_consent(text) is Meaning.START


@pytest.mark.parametrize(
    "text",
    [
        "",
        "   ",
        "👍",
        "...",
        "?",
        "YES",
        "Y",
        "si",
        "oui",
        "sim",
        "start please",
        "help please",
        "info on pricing",
        "OK START",
    ],
)
def test_neither_opt_in_nor_help(text: str) -> None:
    assert read_consent(text) is Meaning.NONE


def test_stop_wins_over_everything_else_in_the_text() -> None:
    assert read_consent("Wrong number, who is this? HELP. Stop texting me") is Meaning.STOP
    assert read_consent("STOP. Also can you cancel my appointment?") is Meaning.STOP


def test_a_stranger_needs_no_more_than_a_word() -> None:
    assert read_consent("Not interested. Remove.") is Meaning.STOP
    assert read_consent("Old tub. Remove.") is Meaning.NONE


def test_a_threat_against_the_next_text() -> None:
    assert read_consent("text me again and I will sue") is Meaning.STOP
    assert read_consent("text me again tomorrow") is Meaning.NONE
    assert read_consent("I want to sue my landlord, text me") is Meaning.NONE


def test_a_reaction_quotes_us_and_says_nothing() -> None:
    ours = "Hi, this is Acme Plumbing. Sorry we missed your call. Reply STOP to opt out."
    for verb in ("Liked", "Loved", "Disliked", "Laughed at", "Emphasized", "Questioned", "Removed a heart from"):
        assert read_consent(f"{verb} “{ours}”") is Meaning.NONE
    assert read_consent(f"👍 to “{ours}”") is Meaning.NONE
    assert read_consent("Reply STOP to opt out") is Meaning.STOP


@pytest.mark.parametrize(
    ("text", "twilio", "toll_free"),
    [
        ("STOP", True, True),
        (" stop\n", True, True),
        ("Unstop", True, True),
        ("start", True, True),
        ("STOPALL", True, False),
        ("UNSUBSCRIBE", True, False),
        ("END", True, False),
        ("QUIT", True, False),
        ("REVOKE", True, False),
        ("OptOut", True, False),
        ("cancel", True, False),
        ("YES", True, False),
        ("HELP", True, False),
        ("INFO", True, False),
        ("opt out", False, False),
        ("stop please", False, False),
        ("STOP.", False, False),
        ("alto", False, False),
        ("ayuda", False, False),
        ("", False, False),
    ],
)
def test_words_on_which_the_carrier_itself_acts(text: str, twilio: bool, toll_free: bool) -> None:
    assert is_carrier_keyword(text) is twilio
    assert is_carrier_keyword(text, toll_free=True) is toll_free


def test_clauses_are_plain_words() -> None:
    assert clauses_of("Arrêtez!!! DON’T téxt; s.t.o.p 🙂 un-subscribe, pleeeease") == [
        ["arretez"],
        ["dont", "text"],
        ["stop", "unsubscribe"],
        ["please"],
    ]


@pytest.mark.parametrize(
    "unit", ["no ", "me us ", "text ", "a", "s t o p ", "remove my ", "no quiero ", "dont ", "opt out "]
)
def test_the_longest_text_is_read_quickly(unit: str) -> None:
    """A regular expression that backtracks would take minutes over one text of 1,600 signs."""
    started = time.process_time()
    read_consent((unit * 1600)[:1600])
    assert time.process_time() - started < 0.5
