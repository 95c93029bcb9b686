"""Dialogs with the rule flow, word for word: from a need to a booking."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leads.knowledge import Knowledge
from messaging.agent.desk import TimesWanted
from messaging.agent.flow.talk import LONGEST_TEXT
from messaging.agent.situation import LeadFacts
from messaging.enums import Intent
from tests.messaging.agent.books import DIAGNOSIS, DRAIN, KNOWLEDGE, Customer, phoenix, wanted_days
from tests.messaging.agent.dialogs import (
    ADDRESS,
    ASKING,
    FIRST,
    MISSED,
    NAME,
    NEED,
    NEXT,
    NOTED,
    OFFER_CALL,
    PERSON,
    PLACE,
    PRICE,
    STILL_OPEN,
    TEMPE,
    TUESDAY,
    VISIT,
    dialog,
    offer,
)


# ---------------------------------------------------------------- from need to booking
def test_one_text_gets_price_area_and_times_and_the_next_one_books() -> None:
    ana = Customer()
    assert ana.says("AC is out, how much is a visit? we're in Tempe") == f"{PRICE} {TEMPE} {offer()}"
    assert ana.reply is not None
    assert ana.reply.sources == ((PRICE, "Price of AC or furnace diagnosis"), (TEMPE, "Service area Tempe"))
    assert Intent.PRICE in ana.reply.intents
    assert dialog(ana, "2", "1420 E Apache Blvd", "Joe Smith") == [ADDRESS, NAME, NOTED]
    assert ana.books.booked[0].starts_at == phoenix(23, 10)
    assert ana.books.saved == {
        "need": ana.books.saved["need"],
        "place": "Tempe",
        "urgency": "urgent",
        "address": "1420 E Apache Blvd",
        "name": "Joe Smith",
    }
    assert (ana.books.service_id, ana.books.address) == (DIAGNOSIS, "1420 E Apache Blvd")
    assert dialog(ana, "thanks!", "thank you") == ["You are welcome!", ""]


def test_what_is_missing_is_asked_one_by_one() -> None:
    ana = Customer()
    assert dialog(ana, "hi", "my drain is clogged", "Mesa") == [NEED, PLACE, f"Yes, we come to Mesa. {offer()}"]
    assert ana.says("the second one please. my name is Dan and address is 55 W Main St") == ""
    assert ana.books.booked[0].starts_at == phoenix(23, 10)
    assert ana.books.saved == {
        "need": "my drain is clogged", "place": "Mesa", "name": "Dan", "address": "55 W Main St"
    }  # fmt: skip


def test_a_burst_is_one_text() -> None:
    ana = Customer()
    assert ana.says("hi there", "toilet clogged", "85281") == f"{TEMPE} {offer()}"


def test_everything_at_once_leaves_nothing_to_ask() -> None:
    ana = Customer(lead=LeadFacts(name="Ana", address="1 Oak St"))
    assert dialog(ana, "drain cleaning in mesa", "monday 10 works") == [f"Yes, we come to Mesa. {offer()}", ""]
    assert ana.books.booked[0].starts_at == phoenix(23, 10)


def test_questions_before_and_after_the_offer() -> None:
    ana = Customer(knowledge=ASKING)
    assert dialog(ana, "ac out in tempe", "gas", "1", "12 Oak St", "I'm Bob Lee", "two dogs") == [
        f"{TEMPE} Is it gas or electric?", offer(), ADDRESS, NAME, "Any pets?", NOTED,
    ]  # fmt: skip
    assert ana.books.answers == {"Is it gas or electric?": "gas", "Any pets?": "two dogs"}


def test_urgency_and_kind_are_asked_where_the_business_wants_them() -> None:
    ana = Customer(settings={"asks_urgency": True, "asks_kind": True})
    urgency = "How soon do you need it: today, this week, or is there no rush?"
    assert dialog(ana, "drain cleaning in tempe", "no rush", "existing customer") == [
        f"{TEMPE} {urgency}", "Are you a new or an existing customer?", offer(),
    ]  # fmt: skip
    assert (ana.books.saved["urgency"], ana.books.saved["kind"]) == ("routine", "existing")
    eager = Customer(settings={"asks_urgency": True})
    assert eager.says("ac out in tempe, need someone asap").endswith(offer())


def test_a_business_with_one_service_does_not_ask_which() -> None:
    ana = Customer(knowledge=replace(KNOWLEDGE, services=KNOWLEDGE.services[:1], areas=()))
    assert ana.says("hello") == offer()


def test_two_needs_are_named_with_their_prices_and_one_is_asked_for() -> None:
    ana = Customer()
    assert dialog(ana, "how much for a new ac and a drain cleaning", "the drain") == [
        "New system estimate is free. Drain cleaning is from $129 (Camera included). "
        "We can do New system estimate and Drain cleaning. Which one should come first?",
        PLACE,
    ]
    assert ana.books.service_id == DRAIN


# ---------------------------------------------------------------- wishes and choices
@pytest.mark.parametrize(
    ("wish", "reply", "first_searched"),
    [
        (
            "on tuesday afternoon please",
            offer("1) Tue, Nov 24 between 1 and 3 PM or 2) Tue, Nov 24 between 3 and 5 PM"),
            None,
        ),
        ("tuesday?", offer(TUESDAY), wanted_days(phoenix(24, 0).date(), phoenix(24, 0).date())),
        ("friday", f"Sorry, nothing is free then. {offer()}", None),
        ("not monday", offer(TUESDAY), None),
        ("neither", offer(NEXT), None),
        ("another day", "Which day and time would suit you?", None),
    ],
)
def test_another_wish_is_looked_for(wish: str, reply: str, first_searched: TimesWanted | None) -> None:
    ana = Customer()
    ana.says("drain cleaning in mesa")
    searched = len(ana.books.searched)
    assert ana.says(wish) == reply
    assert first_searched is None or ana.books.searched[searched] == first_searched
    assert ana.books.booked == []


def test_what_is_wanted_may_be_refined() -> None:
    ana = Customer()
    dialog(ana, "drain cleaning in mesa", "another day")
    assert ana.says("wednesday") == offer(FIRST.replace("Mon, Nov 23", "Wed, Nov 25"))
    assert ana.says("after 2") == offer("1) Wed, Nov 25 between 3 and 5 PM")
    assert ana.says("yes") == ADDRESS
    assert ana.books.booked[0].starts_at == phoenix(25, 15)


def test_who_refuses_twice_gets_a_call() -> None:
    ana = Customer()
    assert dialog(ana, "drain cleaning in mesa", "neither", "none of those", "1")[1:] == [offer(NEXT), OFFER_CALL, ""]
    assert [call.starts_at for call in ana.books.calls if call] == [phoenix(23, 9)]
    assert ana.says("do you take credit cards?") == "Card, check or cash, after the work."


def test_a_yes_does_not_choose_between_two() -> None:
    ana = Customer()
    ana.says("drain cleaning in mesa")
    assert dialog(ana, "yes", "👍", "2") == [STILL_OPEN, "", ADDRESS]
    assert ana.books.booked[0].starts_at == phoenix(23, 10)
    eager = Customer()
    assert dialog(eager, "drain cleaning in mesa", "yes", "yes please")[1:] == [STILL_OPEN, PERSON]
    assert (eager.reasons, eager.books.booked) == (["Says yes, but not to which time"], [])


def test_a_yes_to_something_else_books_nothing() -> None:
    ana = Customer(starts=(phoenix(23, 8),))
    ana.says("drain cleaning in mesa")
    ana.says("how do you take payment?")
    ana.says("do you take credit cards?")
    assert ana.state.asked == ""
    assert ana.says("ok yes") == ""
    assert ana.books.booked == []
    ana.says("1")
    assert len(ana.books.booked) == 1


def test_first_available_takes_the_first() -> None:
    ana = Customer()
    assert dialog(ana, "drain cleaning in mesa", "either works")[1] == ADDRESS
    assert ana.books.booked[0].starts_at == phoenix(23, 8)


def test_a_time_that_is_gone() -> None:
    ana = Customer()
    ana.says("drain cleaning in mesa")
    ana.books.taken.add(phoenix(23, 10))
    assert ana.says("2") == (
        "Sorry, that time was just taken. I still have 1) Mon, Nov 23 between 8 and 10 AM or "
        "2) Mon, Nov 23 between 1 and 3 PM. Reply with the number."
    )
    assert ana.books.booked == []
    assert ana.says("1") == ADDRESS


def test_new_facts_beside_a_choice_ask_for_the_choice_again() -> None:
    ana = Customer()
    ana.says("drain cleaning in tempe")
    assert ana.says("2, but actually I'm in Mesa") == f"Yes, we come to Mesa. {STILL_OPEN}"
    assert (ana.books.booked, ana.books.saved["place"]) == ([], "Mesa")


def test_who_thinks_about_it_is_left_alone() -> None:
    ana = Customer()
    assert dialog(ana, "drain cleaning in mesa", "let me check with my wife", "ok 2 it is")[1:] == ["", ADDRESS]


def test_as_soon_as_possible_is_the_next_time() -> None:
    assert Customer().says("clogged toilet, tempe, asap please") == f"{TEMPE} {offer()}"


def test_who_insists_on_a_day_without_times_gets_a_call() -> None:
    ana = Customer()
    sorry = f"Sorry, nothing is free then. {offer()}"
    assert dialog(ana, "drain cleaning in tempe", "sunday", "sunday please", "I need sunday")[1:] == [
        sorry, f"Sorry, nothing is free then. {STILL_OPEN}", f"Sorry, nothing is free then. {OFFER_CALL}",
    ]  # fmt: skip


@pytest.mark.parametrize("text", ["never mind", "i found someone else thanks", "ya no lo necesito"])
def test_who_needs_nothing_more_is_offered_nothing_more(text: str) -> None:
    ana = Customer()
    assert dialog(ana, "drain cleaning in tempe", text, "ok")[1:] == [NOTED, ""]
    assert ana.books.handed_off == []
    booked = Customer(lead=LeadFacts(name="Ana", address="1 Oak St"))
    assert dialog(booked, "drain cleaning in tempe", "1", text)[1:] == ["", PERSON]


def test_what_was_offered_is_repeated() -> None:
    ana = Customer()
    assert dialog(ana, "drain cleaning in tempe", "what time is number 2 again?")[1:] == [STILL_OPEN]


def test_nothing_free_at_all() -> None:
    full = Customer(starts=())
    assert full.says("drain clogged tempe") == f"{TEMPE} Sorry, nothing is free then. {OFFER_CALL}"
    dead_end = Customer(starts=(), call_starts=())
    assert dead_end.says("drain clogged tempe") == f"{TEMPE} {PERSON}"
    assert dead_end.reasons == ["Nothing to offer"]


# ---------------------------------------------------------------- places
def test_a_place_that_is_not_served_is_told_once() -> None:
    ana = Customer()
    assert dialog(ana, "my ac is not cooling, I'm in Flagstaff", "ok", "do you take credit cards?") == [
        "Sorry, Flagstaff is outside the area we serve.", "", "Card, check or cash, after the work.",
    ]  # fmt: skip
    assert (ana.books.offered, ana.state.declined) == ([], "Flagstaff")
    assert ana.says("Actually it is in Mesa") == f"Yes, we come to Mesa. {offer()}"


def test_another_place_may_be_proposed() -> None:
    ana = Customer()
    ana.says("drain cleaning in Flagstaff")
    assert ana.says("what about mesa then, my other house") == f"Yes, we come to Mesa. {offer()}"


def test_the_last_place_wins() -> None:
    ana = Customer()
    assert ana.says("drain cleaning in tempe, actually mesa") == f"Yes, we come to Mesa. {offer()}"
    assert ana.books.saved["place"] == "Mesa"


# ---------------------------------------------------------------- anything at all
PIECES = st.sampled_from(
    [
        *("hi", "yes", "no", "1", "2", "3", "the second one", "neither", "monday", "tuesday at 3", "tomorrow", "asap"),
        *("drain cleaning", "ac out", "no hot water", "in Mesa", "Flagstaff", "85281", "how much?", "are you open?"),
        *("call me", "cancel my appointment", "reschedule", "thanks", "my name is Ana", "12 Oak St", "👍", "actually"),
        *("book it", "any time", "what about pets?", "sí", "el lunes", "ok", "not that", ",", ".", "?", "\n"),
    ]
)
TEXTS = st.lists(st.lists(PIECES, max_size=4).map(" ".join) | st.text(max_size=40), max_size=6)


@settings(max_examples=150, deadline=None)
@given(
    TEXTS,
    st.sampled_from(["en", "es"]),
    st.booleans(),
    st.booleans(),
    st.sampled_from([KNOWLEDGE, ASKING, Knowledge()]),
)
def test_whatever_is_written_nothing_breaks_and_nothing_unoffered_is_booked(
    texts: list[str], language: str, may_act: bool, has_visit: bool, knowledge: Knowledge
) -> None:
    ana = Customer(
        knowledge=knowledge, language=language, settings={"may_act": may_act}, visits=(VISIT,) if has_visit else ()
    )
    for text in texts:
        shown = ana.offers
        said = ana.says(text)
        assert len(said) <= LONGEST_TEXT
        # Only what was on the customer's screen before this text can have been booked by it.
        done = {row.key for row in (*ana.books.booked, *ana.books.moved)}
        assert done <= {row.key for row in ana.books.offered}
        assert not done or may_act
        new = [row for row in (*ana.books.booked, *ana.books.moved) if row in shown]
        assert len(new) <= 1
        if ana.reasons:
            break


def test_a_very_long_text_is_read_in_time() -> None:
    ana = Customer()
    assert ana.says("my toilet is clogged. " * 72) == PLACE
    assert len(ana.books.saved["need"]) == 200
    assert Customer().says("x" * 1600) == f"{MISSED} {NEED}"
