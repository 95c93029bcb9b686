"""A false yes books somebody who did not agree, so most of these are about what is none."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from messaging.agent.words.yes_no import YesNo, is_asking, read_yes_no, wavers


@pytest.mark.parametrize(
    "text",
    [
        *[
            "yes",
            "Yep!",
            "ya",
            "y",
            "YES!!!!",
            "yesss",
            "k",
            "ok",
            "okay thx",
            "uh-huh",
            "10-4",
            "bet",
            "👍",
            "alrighty",
        ],
        *[
            "yea that works for me",
            "8 works great",
            "Monday works",
            "Monday at 8 is perfect",
            "that'll work",
            "thatd be great",
        ],
        *[
            "lets do it",
            "go ahead and book it",
            "book it",
            "please do",
            "I'll take it",
            "please proceed",
            "do that then",
        ],
        *[
            "perfect see you then",
            "Yup, I'll be there",
            "I'd be happy with that",
            "we can do that",
            "yes I do",
            "it is",
        ],
        *[
            "the address is correct",
            "yep thats right then",
            "you got it right",
            "I confirm",
            "of course, gracias",
            "you bet",
            "agreed",
        ],
        *["yes, see you Friday", "Yes and please bring a ladder", "ok that works, my gate code is 1234"],
        *[
            "si",
            "sí por favor",
            "claro que si",
            "esta bien",
            "me parece bien",
            "me queda bien ese día",
            "agéndeme",
            "dale",
        ],
        *["si, a las 8 esta bien", "si puedo", "ahí estaré", "con mucho gusto", "listo, gracias", "ándale", "va"],
    ],
)
def test_yes(text: str) -> None:
    assert read_yes_no(text) is YesNo.YES


@pytest.mark.parametrize(
    "text",
    [
        *[
            "no",
            "nope",
            "nope thanks",
            "nah",
            "n",
            "👎",
            "oh never mind that",
            "gonna pass",
            "hell no",
            "not really no",
            "neither",
        ],
        *["friday doesnt work for me", "thatll not work", "I can't do that day", "can't make it then", "too expensive"],
        *["no, I work that day", "No, but I can do Tuesday", "I really dont think so", "not today", "I'm busy then"],
        *[
            "thats the wrong day",
            "the address is not correct",
            "we already found someone",
            "that time is bad for me",
            "not a good time",
        ],
        *["no gracias", "no puedo", "ese dia no puedo", "no me sirve", "mejor no", "ya no", "claro que no", "nel"],
        *[
            "ya no la necesito",
            "está bien, ya no lo necesito",
            "I have another commitment",
            "it's okay I found someone",
        ],
    ],
)
def test_no(text: str) -> None:
    assert read_yes_no(text) is YesNo.NO


@pytest.mark.parametrize("text", ["no problem", "No worries, that works", "not a problem", "why not", "I don't mind"])
def test_no_problem_is_a_yes(text: str) -> None:
    assert read_yes_no(text) is YesNo.YES


@pytest.mark.parametrize("text", ["no hay problema", "sin problema", "cómo no"])
def test_no_hay_problema_is_a_yes(text: str) -> None:
    assert read_yes_no(text) is YesNo.YES


@pytest.mark.parametrize(
    "text",
    [
        *[
            "maybe",
            "not so sure",
            "no idea man",
            "I dont know yet",
            "probably",
            "depends on the price",
            "let me check",
            "hold on",
        ],
        *[
            "need to ask my husband",
            "I'll let you know",
            "yes and no",
            "either",
            "yes no",
            "no wait yes",
            "can't decide",
        ],
        *[
            "if my wife is home",
            "yes if it's free",
            "yes unless it rains",
            "sure, once I get paid",
            "ok as long as its cheap",
        ],
        *["no sé", "no estoy seguro", "quizás", "tal vez", "déjeme ver", "si pueden venir antes", "si es gratis"],
    ],
)
def test_wavering_or_on_a_condition_is_unclear(text: str) -> None:
    assert read_yes_no(text) is YesNo.UNCLEAR


@pytest.mark.parametrize(
    "text",
    [
        *[
            "yes but can you come earlier",
            "yes but only after 5",
            "great, but thursday",
            "k but not at 8",
            "claro pero mas tarde",
        ],
        *["sounds good but I need it earlier", "Yes. Can you do Tuesday instead?", "yes, what about Tuesday though"],
        *[
            "yes I already called someone else",
            "yes I have a question",
            "I'd love to, unfortunately I work",
            "vale, pero a las 5",
        ],
    ],
)
def test_a_yes_with_another_wish_is_unclear(text: str) -> None:
    assert read_yes_no(text) is YesNo.UNCLEAR


@pytest.mark.parametrize(
    "text",
    [
        *[
            "",
            "   ",
            "hmm",
            "What?",
            "yes?",
            "ok?",
            "ok how much is it",
            "ok so how does this work",
            "good, is 9 possible",
        ],
        *[
            "good morning guys",
            "good question",
            "great question",
            "are you sure",
            "who is this",
            "the red one",
            "thank u guys",
        ],
        *["my ac is broken", "ok my ac is leaking all over the floor", "it works when I reset it", "the heater works"],
        *["nice to meet you", "right away please", "ya viene el tecnico", "right, that's the problem"],
    ],
)
def test_what_answers_nothing_is_unclear(text: str) -> None:
    assert read_yes_no(text) is YesNo.UNCLEAR


def test_a_question_beside_a_plain_yes_leaves_the_yes() -> None:
    assert read_yes_no("Yes. How much will it cost?") is YesNo.YES
    assert read_yes_no("Ok. How much will it cost?") is YesNo.UNCLEAR


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("Liked “Does Monday at 8 work?”", YesNo.YES),
        ("Disliked “Does Monday at 8 work?”", YesNo.NO),
        ("Questioned “Yes or no?”", YesNo.UNCLEAR),
        ("Laughed at “Shall we say yes?”", YesNo.UNCLEAR),
    ],
)
def test_the_words_in_a_reaction_are_ours(text: str, answer: YesNo) -> None:
    assert read_yes_no(text) is answer


def test_wavers_and_asks_for_other_readers() -> None:
    assert [wavers("if it rains"), wavers("tuesday"), is_asking("what day"), is_asking("tuesday")] == [
        True,
        False,
        True,
        False,
    ]


@given(st.text(max_size=300))
def test_total_on_any_string(text: str) -> None:
    assert isinstance(read_yes_no(text), YesNo)


@given(
    st.sampled_from(["no", "nope", "No,", "NO"]), st.sampled_from(["that is not good", "I can't", "thanks", "not at 8"])
)
def test_a_no_is_never_a_yes(head: str, rest: str) -> None:
    assert read_yes_no(f"{head} {rest}") is YesNo.NO
