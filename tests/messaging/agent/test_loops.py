from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from messaging.agent.words.loops import LoopSign, Said, is_auto_reply, is_echo, looks_automatic

NOW = datetime(2026, 11, 21, 15, 0, tzinfo=UTC)
OURS = "Joe's Plumbing: sorry we missed your call. How can we help you today?"


def said(body: str, ago: float, *, ours: bool = False, automatic: bool = True) -> Said:
    return Said(body, NOW - timedelta(seconds=ago), ours, automatic)


def sign(*texts: Said) -> LoopSign | None:
    return looks_automatic(texts, now=NOW)


def test_a_conversation_is_none() -> None:
    talk = [
        said(OURS, 300, ours=True),
        said("hi, my sink leaks", 240),
        said("Which city?", 230, ours=True),
        said("Mesa", 0),
    ]
    assert sign(*talk) is None


def test_without_a_text_of_theirs_nothing_is_judged() -> None:
    assert sign() is None
    assert sign(said(OURS, 5, ours=True)) is None


def test_six_texts_in_a_burst_are_a_person_and_seven_are_not() -> None:
    burst = [said(f"line {number}", 80 - number * 10) for number in range(7)]
    assert sign(*burst[1:]) is None
    assert sign(*burst) == LoopSign.TOO_FAST


def test_answers_that_differ_each_time_are_counted_over_ten_minutes() -> None:
    slow = [said(f"token {number}", 590 - number * 28) for number in range(21)]
    assert sign(*slow[1:]) is None
    assert sign(*slow) == LoopSign.TOO_FAST


def test_the_fourth_equal_text_in_an_hour() -> None:
    texts = [
        said(body, ago)
        for body, ago in (("Ok, thanks", 3000), ("ok thanks", 2000), ("OK THANKS!", 1000), ("ok thanks", 0))
    ]
    assert sign(*texts[1:]) is None
    assert sign(*texts) == LoopSign.SAME_TEXT


def test_pictures_without_words_are_not_the_same_text() -> None:
    assert sign(*[said("", ago) for ago in (400, 300, 200, 100, 0)]) is None
    assert sign(*[said("👍", ago) for ago in (400, 300, 200, 0)]) == LoopSign.SAME_TEXT


def test_old_texts_do_not_count() -> None:
    assert sign(*[said("hello", 3700 + number) for number in range(9)], said("hello", 0)) is None


def test_ping_pong_is_six_automatic_texts_in_a_row_answered_at_once() -> None:
    def pairs(count: int, *, wait: float = 2, automatic: bool = True) -> list[Said]:
        rounds = []
        for number in range(count):
            ago = (count - number) * 100.0
            rounds += [
                said(f"question {number}", ago, ours=True, automatic=automatic),
                said(f"answer {number}", ago - wait),
            ]
        return rounds

    assert sign(*pairs(6)) == LoopSign.PING_PONG
    assert sign(*pairs(5)) is None
    assert sign(*pairs(7, wait=4)) is None
    assert sign(*pairs(7, automatic=False)) is None
    assert sign(*pairs(5), *pairs(1, wait=30)) is None


def test_our_own_text_comes_back() -> None:
    ours = said(OURS, 60, ours=True)
    assert sign(ours, said(OURS, 0)) == LoopSign.ECHO
    assert sign(ours, said(f"Fwd: {OURS}", 0)) == LoopSign.ECHO
    assert sign(ours, said(f"Liked “{OURS}”", 0)) is None
    assert sign(ours, said("you can help me today with a leaking sink in the kitchen", 0)) is None
    assert is_echo("Yes", "Yes") is False


@pytest.mark.parametrize(
    "body",
    [
        "I'm driving right now, I'll get back to you later",
        "I’m driving with Driving Focus turned on. I’ll see your message when I get where I’m going.",
        "AUTO-REPLY: we are closed",
        "This is an automated response.",
        "Automatic reply: out of office",
        "I am out of the office until Monday with limited access to email.",
        "This mailbox is not monitored.",
        "This number isn't monitored",
        "Please do not reply to this message.",
        "Delivery failed: the recipient could not be reached",
        "Message not delivered",
        "This number cannot receive text messages",
        "Thanks for reaching out to Acme! A member of our team will respond within 24 hours.",
        "Acme alerts. Msg & data rates may apply. Reply HELP for help.",
        "Your verification code is 482113",
        "I am a virtual assistant. How may I help you?",
        "Estoy manejando, le respondo más tarde",
        "Respuesta automática: fuera de la oficina",
        "Este número no está monitoreado",
    ],
)
def test_the_words_of_a_machine(body: str) -> None:
    assert is_auto_reply(body) is True
    assert sign(said(body, 0)) == LoopSign.AUTO_REPLY


@pytest.mark.parametrize(
    "body",
    [
        "hi my sink is leaking",
        "I was driving home when I heard it",
        "the office line is dead, call my cell",
        "is this automatic? I want a person",
        "are you a bot",
        "thank you for contacting me, when can you come",
        "we are on vacation next week, can you come Dec 1",
        "reply when you can",
        "I did not get your message",
        "the monitor in my office is off",
        "my garage door is not responding",
        "text me later please",
        "gracias, llame más tarde",
        "",
    ],
)
def test_the_words_of_people(body: str) -> None:
    assert is_auto_reply(body) is False


def test_one_insult_is_anger_and_three_in_a_row_are_a_burst() -> None:
    assert sign(said("fuck you", 40), said("idiots", 20)) is None
    assert sign(said("fuck you", 40), said("idiots", 20), said("pendejos", 0)) == LoopSign.ABUSE
    assert sign(said("fuck you", 40), said("sorry", 30), said("idiots", 20), said("pendejos", 0)) is None


TEXTS = st.builds(
    Said,
    st.one_of(st.text(max_size=80), st.sampled_from(["ok", "hi there", OURS])),
    st.integers(0, 5000).map(lambda ago: NOW - timedelta(seconds=ago)),
    st.booleans(),
    st.booleans(),
)


@given(st.lists(TEXTS, max_size=40))
def test_it_is_total_and_order_does_not_matter(texts: list[Said]) -> None:
    found = looks_automatic(texts, now=NOW)
    assert found is None or found in LoopSign
    if len({text.at for text in texts}) == len(texts):
        assert looks_automatic(texts[::-1], now=NOW) == found
