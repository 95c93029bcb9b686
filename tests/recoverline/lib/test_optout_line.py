import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recoverline.lib.optout_line import offers_stop


@pytest.mark.parametrize(
    "text",
    [
        "Reply STOP to opt out.",
        "Responda STOP para darse de baja.",
        "Reply stop to opt out",
        "Text STOP to end.",
        "STOP = no more texts",
        "STOP to end",
        "Reply STOP",
        "Reply STOP anytime to opt out.",
        "Reply “STOP” to unsubscribe",
        "Reply 'stop' at any time",
        "Para no recibir mensajes responda STOP",
        "If you do not want texts, reply STOP.",
        "If you don't want messages reply STOP",
        "Not interested? Reply STOP",
        "If not, reply STOP.",
        "If not reply STOP",
        "Si no, responda STOP",
        "Envíe STOP para cancelar",
        "Puede darse de baja enviando STOP",
        "Opt out by replying STOP",
        "We never STOP helping: reply STOP to opt out",
        "REPLY STOP TO OPT OUT",
        "Reply HELP for help, STOP to opt out",
        "Reply C to confirm or STOP to end",
        "Text STOP, END or QUIT to opt out",
        "Txt STOP 2 quit",
        "Reply *STOP* to opt out",
        "Replying STOP will opt you out",
        "Responde con la palabra STOP",
        "Msg&data rates may apply. Reply STOP to stop.",
        "Reply Stop to opt out",
        "Reply STOP to not get texts",
        "Reply STOP (free) to opt out",
    ],
)
def test_an_instruction_to_answer_stop_is_an_offer(text: str) -> None:
    assert offers_stop(text)
    assert offers_stop(f"Joe's Plumbing: sorry we missed you. {text}")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Nonstop help by text, day and night.",
        "Do not reply STOP please.",
        "We never STOP helping: reply ...",
        "Don't text STOP.",
        "Dont reply STOP",
        "Please do not reply with the word STOP.",
        "Never send STOP",
        "No responda STOP.",
        "Nunca envíe STOP",
        "There is no need to reply STOP",
        "You don't have to reply STOP",
        "Do not reply HELP or STOP to opt out.",
        "We STOP leaks: text us",
        "Text STOP the leak",
        "Reply STOP to confirm.",
        "Say STOP to high bills",
        "Visit joes.example/stop to opt out",
        "Texting STOP does not work",
        "Reply to us. We STOP for nothing.",
        "Non-STOP help: reply to us.",
        "STOPPING by? Text us.",
        "STOP",
        "Text us and stop by",
        "Reply or stop by",
        "Do not call or text STOP.",
        "Please do not STOP to reply",
        "no es necesario responder STOP",
        "Do not reply “STOP” please",
        "reply UNSTOP to opt out",
        "Reply to this, or we STOP",
    ],
)
def test_the_word_without_an_instruction_is_no_offer(text: str) -> None:
    assert not offers_stop(text)
    assert not offers_stop(f"Joe's Plumbing: sorry we missed you. {text}")


@given(st.lists(st.sampled_from(["reply ", "STOP", " ", "not ", "to ", "or ", ",", ".", "opt out", "“"])).map("".join))
def test_any_words_around_an_offer_of_its_own_leave_it_one(text: str) -> None:
    assert offers_stop(f"{text}\nReply STOP to opt out.\n{text}")


@pytest.mark.parametrize("unit", ["not reply ", "STOP ", "no STOP, ", "do not text STOP ", "(", "reply us with a "])
def test_a_hostile_text_is_judged_quickly(unit: str) -> None:
    started = time.perf_counter()
    assert not offers_stop("do not reply STOP to book " + unit * (6400 // len(unit)))
    assert time.perf_counter() - started < 2
