"""What a customer has asked for so far, over several texts."""

from dataclasses import replace
from datetime import date, datetime, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from messaging.agent.when.grammar import read_when
from messaging.agent.when.wishes import Wish, update_wish

THURSDAY = datetime(2026, 11, 19, 10, 15)
MONDAY, TUESDAY, FRIDAY = date(2026, 11, 23), date(2026, 11, 24), date(2026, 11, 20)
MONDAY_AT_9 = Wish(MONDAY, MONDAY, at=time(9))
OFFER = "Monday is full. How about Tuesday, November 24 at 9:30 AM?"


def wish_after(*texts: str, ours: str = "", wish: Wish | None = None, asked: bool = False) -> Wish:
    wish = wish or Wish()
    for text in texts:
        wish = update_wish(wish, text, now=THURSDAY, asked=asked, proposed=read_when(ours, now=THURSDAY))
    return wish


def test_day_and_time_come_together_over_two_texts() -> None:
    assert wish_after("i need someone monday", "9am works") == MONDAY_AT_9
    assert wish_after("9am works", "monday please") == MONDAY_AT_9
    assert wish_after("el lunes", "a las 9") == MONDAY_AT_9


def test_what_is_said_later_wins() -> None:
    assert wish_after("tuesday at 3", "actually monday at 9") == MONDAY_AT_9
    assert wish_after("monday at 3", "make that 9am") == MONDAY_AT_9
    assert wish_after("tuesday at 9am", "no, monday") == MONDAY_AT_9


def test_a_text_about_something_else_changes_nothing() -> None:
    assert wish_after("how much is it?", "we have 2 bathrooms", "1420 Oak St", wish=MONDAY_AT_9) == MONDAY_AT_9


def test_several_days_are_one_run_and_several_times_one_window() -> None:
    assert wish_after("mon or tues afternoon") == Wish(MONDAY, TUESDAY, starts=time(12), ends=time(18))
    assert wish_after("monday at 3 or 4") == Wish(MONDAY, MONDAY, starts=time(15), ends=time(16))
    assert wish_after("monday after 2 or tuesday before noon") == Wish(MONDAY, TUESDAY)


@pytest.mark.parametrize(
    "text",
    [
        "yes",
        "that works",
        "Sounds good, thank you",
        "ok perfect",
        "sí, gracias",
        "👍",
        "Correct!",
        "Yes, where are you located?",
    ],
)
def test_a_yes_takes_what_we_proposed(text: str) -> None:
    assert wish_after(text, ours=OFFER, wish=MONDAY_AT_9) == Wish(TUESDAY, TUESDAY, at=time(9, 30))


@pytest.mark.parametrize(
    "text",
    [
        "no",
        "No thanks",
        "not really",
        "that doesn't work",
        "what does it cost?",
        "too early",
        "how does it work?",
        "ok let me check",
    ],
)
def test_anything_but_a_yes_takes_nothing(text: str) -> None:
    assert wish_after(text, ours=OFFER, wish=MONDAY_AT_9) == MONDAY_AT_9


def test_a_yes_with_another_time_keeps_the_proposed_day() -> None:
    assert wish_after("yes but make it 4", ours=OFFER) == Wish(TUESDAY, TUESDAY, at=time(16))
    assert wish_after("10 would be better", ours=OFFER, wish=MONDAY_AT_9) == Wish(TUESDAY, TUESDAY, at=time(10))


def test_a_no_with_another_time_keeps_the_customers_day() -> None:
    assert wish_after("no, 10am", ours=OFFER, wish=MONDAY_AT_9) == Wish(MONDAY, MONDAY, at=time(10))


def test_a_yes_to_a_list_chooses_nothing() -> None:
    ours = "1) Mon, Nov 23 at 9:00 AM 2) Tue, Nov 24 at 1:00 PM"
    assert wish_after("yes", ours=ours) == Wish()
    assert wish_after("2", ours=ours) == Wish()
    assert wish_after("the 24th", ours=ours) == Wish(TUESDAY, TUESDAY)


def test_what_is_ruled_out_is_forgotten() -> None:
    assert wish_after("i can't do monday", wish=MONDAY_AT_9) == Wish(at=time(9))
    assert wish_after("not monday, tuesday", wish=MONDAY_AT_9) == Wish(TUESDAY, TUESDAY, at=time(9))
    assert wish_after("el lunes no puedo", wish=MONDAY_AT_9) == Wish(at=time(9))
    assert wish_after("can't do 9am", wish=MONDAY_AT_9) == Wish(MONDAY, MONDAY)
    assert wish_after("not friday", wish=MONDAY_AT_9) == MONDAY_AT_9


def test_any_time_takes_the_hour_back() -> None:
    assert wish_after("anytime is fine", wish=MONDAY_AT_9) == Wish(MONDAY, MONDAY)
    assert wish_after("anytime after 2", wish=MONDAY_AT_9) == Wish(MONDAY, MONDAY, starts=time(14))


def test_a_bare_number_counts_when_we_asked() -> None:
    assert wish_after("3", asked=True) == Wish(at=time(15))
    assert wish_after("3") == Wish()


def test_an_ambiguous_day_stays_unsure_until_a_clear_one() -> None:
    unsure = wish_after("next friday at 9am")
    assert unsure == Wish(date(2026, 11, 27), date(2026, 11, 27), at=time(9), is_unsure=True)
    assert wish_after("10am", wish=unsure) == replace(unsure, at=time(10))
    assert wish_after("nov 20", wish=unsure) == Wish(FRIDAY, FRIDAY, at=time(9))


def test_a_day_that_is_over_is_forgotten() -> None:
    yesterday, today = date(2026, 11, 18), THURSDAY.date()
    assert wish_after("ok", wish=Wish(yesterday, yesterday, at=time(9))) == Wish(at=time(9))
    assert wish_after("ok", wish=Wish(yesterday, MONDAY)) == Wish(today, MONDAY)


@given(st.text(), st.booleans())
def test_every_string_leaves_a_wish_that_can_be_met(text: str, asked: bool) -> None:
    wish = wish_after(text, ours=OFFER, wish=MONDAY_AT_9, asked=asked)
    assert (wish.first is None) == (wish.last is None)
    assert wish.first is None or (wish.last is not None and THURSDAY.date() <= wish.first <= wish.last)
