"""Dialogs with the rule flow, word for word: calls, people, silence, and appointments that exist."""

from dataclasses import replace
from typing import Any

import pytest

from messaging.agent.situation import LeadFacts
from tests.messaging.agent.books import DRAIN, HEATER, Customer, phoenix
from tests.messaging.agent.dialogs import (
    FIRST,
    MISSED,
    NEED,
    NEED_AGAIN,
    NOTED,
    OFFER_CALL,
    PERSON,
    PLACE,
    TUESDAY,
    VISIT,
    dialog,
    offer,
    still_open,
)


# ---------------------------------------------------------------- calls
def test_a_service_that_is_not_booked_by_text_gets_a_call() -> None:
    ana = Customer()
    assert dialog(ana, "no hot water", "2") == [OFFER_CALL, ""]
    assert [call.starts_at for call in ana.books.calls if call] == [phoenix(23, 14)]
    assert ana.books.service_id == HEATER


def test_call_me() -> None:
    assert dialog(Customer(), "can you call me please", "first one") == [OFFER_CALL, ""]
    now = Customer()
    assert now.says("call me right now") == PERSON
    assert (now.books.calls, now.reasons) == ([None], ["Wants a call now"])
    refusing = Customer()
    assert dialog(refusing, "please call me", "neither") == [OFFER_CALL, PERSON]


# ---------------------------------------------------------------- people
@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("can I talk to a real person", "Asks for a person"),
        ("I have an insurance claim for my ac", "Insurance claim"),
        ("you people are idiots", "Is angry"),
        ("você pode consertar meu ar condicionado hoje por favor", "Writes in another language"),
        ("can I reschedule my appointment?", "Wants another time for an appointment"),
        ("please cancel my appointment", "Wants to cancel"),
        ("the guy who came last week broke my valve", "About an earlier visit"),
    ],
)
def test_what_is_for_a_person(text: str, reason: str) -> None:
    ana = Customer()
    assert (ana.says(text), ana.reasons) == (PERSON, [reason])


def test_when_a_person_is_back_is_said() -> None:
    ana = Customer(settings={"back": "We open Monday at 8 AM."})
    assert ana.says("can I talk to a real person") == f"{PERSON} We open Monday at 8 AM."


def test_a_picture_without_a_word() -> None:
    ana = Customer()
    assert (ana.says("", pictures=1), ana.reasons) == (PERSON, ["Sent a picture"])
    assert Customer().says("my drain is clogged", pictures=1) == PLACE


def test_wrong_number_and_spam() -> None:
    wrong = Customer()
    assert wrong.says("sorry, wrong number") == (
        "Sorry for the mix-up, we had the wrong number. We will not text you about this again."
    )
    assert wrong.reasons == ["Wrong number"]
    spam = Customer()
    assert spam.says("we help contractors rank #1 on google, interested in more leads?") == ""
    assert spam.reasons == ["Selling something"]


def test_not_understood_twice() -> None:
    ana = Customer()
    assert dialog(ana, "hello", "blorp", "fnord") == [NEED, f"{MISSED} {NEED_AGAIN}", PERSON]
    assert ana.reasons == ["Not understood twice"]


@pytest.mark.parametrize("text", ["👍", "no", "🙂🙂", "Liked “Sorry we missed your call”"])
def test_what_answers_nothing_is_not_answered(text: str) -> None:
    ana = Customer()
    assert (ana.says(text), ana.books.handed_off) == ("", [])


def test_what_is_told_after_the_booking_is_kept_for_the_team() -> None:
    ana = Customer(lead=LeadFacts(name="Ana", address="1 Oak St"))
    dialog(ana, "drain cleaning in mesa", "2")
    assert ana.says("the gate code is 4411, dog in the yard") == NOTED
    assert ana.books.saved["notes"] == "the gate code is 4411, dog in the yard"
    assert ana.says("actually my address is 14 Oak St") == "That is noted as well."
    assert ana.books.address == "14 Oak St"


# ---------------------------------------------------------------- appointments that exist
def test_another_time_for_the_only_visit() -> None:
    ana = Customer(visits=(VISIT,))
    wednesday = FIRST.replace("Mon, Nov 23", "Wed, Nov 25")
    assert dialog(ana, "can we move my appointment to wednesday?", "do you take credit cards?", "2") == [
        offer(wednesday), f"Card, check or cash, after the work. {still_open(wednesday)}", "",
    ]  # fmt: skip
    assert [(row.visit_key, row.starts_at) for row in ana.books.moved] == [("visit-1", phoenix(25, 10))]


def test_a_change_of_mind_after_booking() -> None:
    ana = Customer(lead=LeadFacts(name="Ana", address="1 Oak St"))
    dialog(ana, "drain cleaning in mesa", "1")
    assert ana.says("can I reschedule to tuesday instead") == offer(TUESDAY)
    assert ana.says("1") == ""
    assert [row.starts_at for row in ana.books.moved] == [phoenix(24, 8)]


def test_canceling_the_only_visit() -> None:
    ana = Customer(visits=(VISIT,))
    assert (ana.says("please cancel my appointment"), ana.books.canceled) == ("", ["visit-1"])
    two = Customer(visits=(VISIT, replace(VISIT, key="visit-2")))
    assert (two.says("please cancel my appointment"), two.books.canceled) == (PERSON, [])
    unsure = Customer(visits=(VISIT,))
    assert (unsure.says("can I cancel my appointment?"), unsure.reasons) == (PERSON, ["Asks about canceling"])


def test_who_has_a_visit_is_offered_no_other() -> None:
    ana = Customer(visits=(VISIT,), lead=LeadFacts(service_id=DRAIN, name="Ana"))
    assert ana.says("do you take credit cards?") == "Card, check or cash, after the work."
    assert ana.says("I'll be home at 5 on monday") == PERSON
    assert ana.reasons == ["About an appointment"]


# ---------------------------------------------------------------- drafts
@pytest.mark.parametrize(
    ("customer", "texts", "todo"),
    [
        ({}, ("drain cleaning in mesa", "2"), "Book 2) Mon, Nov 23 between 10 AM and 12 PM"),
        ({"visits": (VISIT,)}, ("I need to reschedule", "2"), "Move to 2) Mon, Nov 23 between 10 AM and 12 PM"),
        ({"visits": (VISIT,)}, ("cancel my appointment please",), "Cancel Mon, Nov 23 at 1 PM"),
        ({}, ("no hot water", "1"), "Call on Mon, Nov 23 between 9 and 11 AM"),
        ({}, ("call me asap",), "Call as soon as possible"),
    ],
)
def test_in_drafts_a_person_acts(customer: dict[str, Any], texts: tuple[str, ...], todo: str) -> None:
    ana = Customer(settings={"may_act": False}, **customer)
    assert dialog(ana, *texts)[-1] == PERSON
    assert [summary.split(";")[0] for _, summary in ana.books.handed_off] == [todo]
    books = ana.books
    assert (books.booked, books.moved, books.canceled, books.calls) == ([], [], [], [])
