"""What a reply means for a visit. data/appointment_replies.jsonl: text, label, and whether we had just asked."""

import json
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from messaging.appointment_words import AppointmentReply, is_bare_cancel, read_reply, says_more
from messaging.optout_words import Meaning, read_consent

CASES = [
    json.loads(line)
    for line in (Path(__file__).parent / "data/appointment_replies.jsonl").read_text(encoding="utf-8").splitlines()
]


def test_each_reply_means_what_a_person_reads() -> None:
    read = [(case, read_reply(case["text"], asked=case["asked"])) for case in CASES]
    assert [(case, reply) for case, reply in read if reply != AppointmentReply(case["label"])] == []


def test_there_are_enough_of_each_kind() -> None:
    count = {label: sum(case["label"] == label.value for case in CASES) for label in AppointmentReply}
    assert {label: number for label, number in count.items() if number < 6} == {}
    assert len(CASES) >= 200


def test_a_question_of_ours_only_adds_to_what_is_understood() -> None:
    """What is clear without a question is not read otherwise after one."""
    clear = [case["text"] for case in CASES if not case["asked"] and case["label"] != "none"]
    without = [read_reply(text) for text in clear]
    assert [read_reply(text, asked=True) for text in clear] == without


def test_canceling_a_visit_in_a_sentence_is_no_opt_out() -> None:
    """Consent is read first. Only the bare word, with or without a please, ends the texts."""
    texts = [case["text"] for case in CASES if case["label"] == "cancel"]
    assert [text for text in texts if read_consent(text) == Meaning.STOP] == ["please cancel"]


@pytest.mark.parametrize("text", ["CANCEL", "cancel.", "Please cancel", "Cancelar", "cancela por favor", "cancle"])
def test_a_bare_cancel(text: str) -> None:
    assert is_bare_cancel(text)
    assert read_consent(text) == Meaning.STOP


@pytest.mark.parametrize("text", ["STOP", "cancel my visit", "end", "unsubscribe", ""])
def test_what_is_no_bare_cancel(text: str) -> None:
    assert not is_bare_cancel(text)


@pytest.mark.parametrize("text", ["C", "Yes, see you tomorrow", "I need to cancel my appointment tomorrow"])
def test_a_reply_that_says_all_it_means(text: str) -> None:
    assert not says_more(text)


@pytest.mark.parametrize(
    "text",
    [
        *("C. Do I need to be home?", "Confirmed, gate code 4471"),
        "Yes see you then, and please bring the white faucet along",
    ],
)
def test_a_reply_that_somebody_should_read(text: str) -> None:
    assert says_more(text)


@given(st.text(max_size=300), st.booleans())
def test_every_string_has_a_meaning(text: str, asked: bool) -> None:
    assert read_reply(text, asked=asked) in AppointmentReply


@pytest.mark.parametrize("piece", ["i need to ", "not a b c ", "confirm it ", "see you ", "for it up us ", "x"])
def test_a_long_text_is_read_in_time(piece: str) -> None:
    begun = time.process_time()
    read_reply(piece * (4800 // len(piece)))
    assert time.process_time() - begun < 1
