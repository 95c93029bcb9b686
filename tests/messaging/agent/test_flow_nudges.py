"""Nobody is left without a word: texts that answer nothing we asked."""

import time

import pytest

from messaging.agent.flow.nudges import calls_out, has_waited, is_lost, is_real_no, needs_no_word, tells_of_worse
from tests.messaging.agent.books import Customer
from tests.messaging.agent.dialogs import MISSED, NEED, NOTED, PERSON, STILL_OPEN, dialog

HERE = "Yes, we are here."
MOST_SECONDS = 1.5


def booked() -> Customer:
    customer = Customer()
    customer.says("drain cleaning in tempe")
    customer.says("1")
    return customer


# ---------------------------------------------------------------- words
@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("anyone there?", True), ("hello?", True), ("are you still there", True), ("???", True), ("¿hola?", True),
        ("did you get my message", True), ("sigue ahí?", True),
        ("hello", False), ("are you there on Sunday?", False), ("ok", False), ("👍", False), ("is there a fee?", False),
        ("Questioned “We are here?”", False),
    ],
)  # fmt: skip
def test_calls_out(text: str, expected: bool) -> None:
    assert calls_out(text) is expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("no entiendo", True), ("I don't understand", True), ("what do you mean?", True), ("huh?", True),
        ("no entendí la pregunta", True),
        ("I don't understand why it leaks", False), ("what time?", False), ("no", False),
    ],
)  # fmt: skip
def test_is_lost(text: str, expected: bool) -> None:
    assert is_lost(text) is expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("it's getting worse", True), ("the leak is worse now", True), ("water is dripping on my bed", True),
        ("está peor", True), ("el agua sigue saliendo", True), ("please hurry", True),
        ("it's no worse than before", False), ("no need to hurry", False), ("gate code is 4411", False),
    ],
)  # fmt: skip
def test_tells_of_worse(text: str, expected: bool) -> None:
    assert tells_of_worse(text) is expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("no me han llamado", True), ("nobody called me", True), ("I still haven't gotten a call", True),
        ("still waiting", True), ("sigo esperando", True),
        ("they never called", True), ("you called me", False), ("call me", False), ("nobody is home on Monday", False),
    ],
)  # fmt: skip
def test_has_waited(text: str, expected: bool) -> None:
    assert has_waited(text) is expected


@pytest.mark.parametrize(
    ("text", "is_no"),
    [
        ("no", True), ("no thanks", True), ("nope", True), ("I'd rather not", True),
        ("wrong address", False), ("no me han llamado", False), ("too late", False), ("no entiendo", False),
    ],
)  # fmt: skip
def test_what_only_begins_like_a_no_is_none(text: str, is_no: bool) -> None:
    assert is_real_no(text, is_about_times=False) is is_no


def test_too_late_refuses_times() -> None:
    assert is_real_no("too late", is_about_times=True) is True


def test_who_waits_for_nothing() -> None:
    silent = ["👍", "ok", "no", "no thanks", "Liked “Booked”"]
    spoken = ["???", "wrong address", "no one is home in the mornings though", "too late"]
    assert [needs_no_word(text) for text in silent + spoken] == [True] * 5 + [False] * 4


# ---------------------------------------------------------------- dialogs
def test_whoever_asks_whether_anybody_is_there_is_told_and_asked_again() -> None:
    ana = booked()
    assert ana.says("anyone there?").startswith(HERE)
    assert ana.state.asked == "address"
    offered = Customer()
    assert dialog(offered, "drain cleaning in tempe", "???")[1] == f"{HERE} {STILL_OPEN}"
    assert Customer().says("?") == f"{HERE} {NEED}"


def test_what_gets_worse_is_urgent_and_for_a_person() -> None:
    ana = booked()
    assert ana.says("the leak is worse now") == PERSON
    assert ana.reasons == ["It got worse"]


def test_after_a_call_was_arranged_nothing_is_left_unanswered() -> None:
    for text in ["no me han llamado", "wrong address", "too late", "anyone there?", "???", "no entiendo"]:
        ana = Customer()
        dialog(ana, "please call me", "1")
        assert ana.says(text) != ""
        assert len(ana.reasons) == 1, text


def test_what_is_not_understood_at_first_is_asked_for() -> None:
    for text in ["wrong address", "too late", "i'm at work"]:
        assert Customer().says(text) == f"{MISSED} {NEED}"
    assert Customer().says("I don't understand") == NEED


def test_a_wrong_address_is_no_refusal_to_tell_it() -> None:
    ana = booked()
    ana.says("wrong address")
    assert "address" in ana.state.asked


def test_thanks_assents_and_bare_noes_after_that_get_nothing() -> None:
    ana = Customer()
    dialog(ana, "please call me", "1")
    assert dialog(ana, "ok", "👍", "no", "ok perfect") == ["", "", "", ""]


def test_news_about_the_job_is_kept() -> None:
    ana = booked()
    assert NOTED in ana.says("the dog is in the back yard")


# ---------------------------------------------------------------- time
@pytest.mark.parametrize(
    "text",
    [
        "a." * 800, "1." * 800, "a, " * 533, "5/5/" * 400, "a@" * 800, "\ufdfa" * 1600, "\n" * 1600, "hi\n" * 533,
        "?a" * 800, "no " * 533, "mon " * 400, "my name is " * 145, "1 Main St " * 160,
    ],
)  # fmt: skip
def test_no_text_keeps_us_busy(text: str) -> None:
    for customer in (Customer(), booked()):
        begun = time.process_time()
        customer.says(text)
        assert time.process_time() - begun < MOST_SECONDS
