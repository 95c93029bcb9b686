import hashlib
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from recoverline.lib.signing import hash_token, new_token, sign, unsign

KEY = "a key for tests"
START = datetime(2026, 3, 8, 6, 59, tzinfo=UTC)


@pytest.fixture
def signed(time_machine: object) -> str:
    time_machine.move_to(START, tick=False)  # type: ignore[attr-defined]
    return sign("book", "appointment 7", key=KEY)


def test_a_token_is_long_new_each_time_and_stored_as_a_hash() -> None:
    tokens = {new_token() for _ in range(100)}
    assert len(tokens) == 100
    assert {len(token) for token in tokens} == {43}
    assert hash_token("abc") == hashlib.sha256(b"abc").hexdigest()


def test_what_was_signed_comes_back(signed: str) -> None:
    assert unsign("book", signed, key=KEY, max_age=None, now=START + timedelta(days=9999)) == "appointment 7"


def test_it_holds_until_max_age_and_not_a_second_longer(signed: str) -> None:
    assert unsign("book", signed, key=KEY, max_age=60, now=START + timedelta(seconds=60)) == "appointment 7"
    assert unsign("book", signed, key=KEY, max_age=60, now=START + timedelta(seconds=61)) is None


def test_another_purpose_or_key_does_not_open_it(signed: str) -> None:
    assert unsign("cancel", signed, key=KEY, max_age=None, now=START) is None
    assert unsign("", signed, key=KEY, max_age=None, now=START) is None
    assert unsign("book", signed, key=KEY + "x", max_age=None, now=START) is None


def test_one_changed_character_anywhere_spoils_it(signed: str) -> None:
    for at, old in enumerate(signed):
        for new in "A.0é":
            if new != old:
                changed = signed[:at] + new + signed[at + 1 :]
                assert unsign("book", changed, key=KEY, max_age=None, now=START) is None
        assert unsign("book", signed[:at], key=KEY, max_age=None, now=START) is None
        assert unsign("book", signed[:at] + signed[at + 1 :], key=KEY, max_age=None, now=START) is None


@given(st.text(st.characters(codec=None)))
@example("")
@example("..")
@example("YQ.٣.\ud800")
def test_garbage_is_refused_without_an_error(garbage: str) -> None:
    assert unsign("book", garbage, key=KEY, max_age=60, now=START) is None


@given(st.text(), st.text())
def test_any_value_and_purpose_make_the_round_trip(purpose: str, value: str) -> None:
    signed = sign(purpose, value, key=KEY)
    assert unsign(purpose, signed, key=KEY, max_age=None, now=START) == value
    assert unsign(purpose + "x", signed, key=KEY, max_age=None, now=START) is None


def test_an_empty_key_is_refused(signed: str) -> None:
    with pytest.raises(ValueError, match="empty key"):
        sign("book", "x", key="")
    with pytest.raises(ValueError, match="empty key"):
        unsign("book", signed, key="", max_age=None, now=START)
