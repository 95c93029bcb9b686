"""What is known about a missed call when it is decided."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from leads.enums import LeadKind
from messaging import facts
from messaging.enums import CallerKind, CallState, MessageStatus, MissReason
from messaging.models import Call
from tests.factories import (
    NOON,
    make_appointment,
    make_business,
    make_call,
    make_conversation,
    make_lead,
    make_location,
    make_member,
    make_message,
    make_never_text,
    make_number,
    make_opt_out,
    make_service,
    make_user,
)

pytestmark = pytest.mark.django_db

CALLER = "+12125550123"


@pytest.fixture
def call() -> Call:
    number = make_number(make_location(make_business("Alder Plumbing")))
    return make_call(number, caller=CALLER, state=CallState.MISSED)


def ask(call: Call, reason: MissReason = MissReason.NO_ANSWER) -> facts.Situation:
    return facts.situation_of(call, reason=reason, now=NOON)


def kinds(call: Call) -> set[str]:
    return {str(kind) for kind in ask(call).facts.callers}


def test_a_new_caller(call: Call) -> None:
    situation = ask(call, MissReason.BUSY)
    assert kinds(call) == {CallerKind.NEW}
    assert (situation.lead, situation.called_back, situation.unreachable) == (None, False, False)
    assert (situation.facts.reason, situation.facts.rang_seconds, situation.facts.minutes_since_last) == (
        "busy",
        15,
        None,
    )
    assert (situation.facts.location_id, situation.facts.number_id) == (call.location_id, call.number_id)


def test_a_lead_is_known(call: Call) -> None:
    lead = make_lead(call.business, phone=CALLER, kind=LeadKind.EXISTING, is_landline=True, is_unreachable=True)
    situation = ask(call)
    assert (situation.lead, situation.unreachable) == (lead, True)
    assert kinds(call) == {CallerKind.KNOWN, CallerKind.EXISTING, CallerKind.LANDLINE}


@pytest.mark.parametrize(
    ("status", "kind"), [("open", {CallerKind.CONVERSATION}), ("snoozed", {CallerKind.CONVERSATION}), ("done", set())]
)
def test_a_running_conversation(call: Call, status: str, kind: set[str]) -> None:
    conversation = make_conversation(make_lead(call.business, phone=CALLER), call.number, status=status)
    make_message(conversation, direction="in", kind="inbound", created_at=call.started_at - timedelta(days=2))
    assert kinds(call) == {CallerKind.KNOWN} | kind


def test_a_conversation_in_which_the_customer_is_silent_is_none(call: Call) -> None:
    conversation = make_conversation(make_lead(call.business, phone=CALLER), call.number)
    make_message(conversation, created_at=call.started_at - timedelta(hours=1))
    make_message(conversation, direction="in", kind="inbound", created_at=call.started_at - timedelta(days=4))
    assert kinds(call) == {CallerKind.KNOWN}


def test_every_list_at_once(call: Call) -> None:
    make_member(call.business, make_user(), phone=CALLER)
    make_never_text(call.business, phone=CALLER)
    make_opt_out(call.business, phone=CALLER)
    assert kinds(call) == {CallerKind.NEW, CallerKind.STAFF, CallerKind.NEVER_TEXT, CallerKind.OPTED_OUT}


def test_an_opt_out_that_was_taken_back_is_none(call: Call) -> None:
    make_opt_out(call.business, phone=CALLER, revoked_at=NOON)
    assert kinds(call) == {CallerKind.NEW}


def test_other_businesses_lists_say_nothing(call: Call) -> None:
    other = make_business("Birch Dental")
    make_number(make_location(other, phone=CALLER), number=CALLER)
    make_member(other, make_user(), phone=CALLER)
    make_never_text(other, phone=CALLER)
    make_opt_out(other, phone=CALLER)
    make_lead(other, phone=CALLER, kind=LeadKind.EXISTING)
    assert kinds(call) == {CallerKind.NEW}


@pytest.mark.parametrize(("caller", "served", "foreign"), [
    ("+14165550123", ["US"], True), ("+14165550123", ["US", "CA"], False), ("+442079460123", ["US", "CA"], True),
    ("+12125550123", [], False), ("+14165550123", [], True),
])  # fmt: skip
def test_countries_served(call: Call, caller: str, served: list[str], foreign: bool) -> None:
    call.caller, call.business.countries_served = caller, served
    assert (CallerKind.FOREIGN in ask(call).facts.callers) == foreign


@pytest.mark.parametrize(("verification", "spam"), [
    ("", False), ("TN-Validation-Passed-A", False), ("No-TN-Validation", False),
    ("TN-Validation-Failed", True), ("TN-Validation-Failed-C", True), ("TN-Validation-Failed-B-Diverted", True),
])  # fmt: skip
def test_what_the_carrier_says_of_the_caller(call: Call, verification: str, spam: bool) -> None:
    call.verification = verification
    assert (CallerKind.SPAM in ask(call).facts.callers) == spam


def test_nobody_knows_a_hidden_caller(call: Call) -> None:
    make_lead(call.business, phone="")
    call.caller = ""
    situation = ask(call)
    assert (situation.facts.callers, situation.lead) == (frozenset({CallerKind.ANONYMOUS}), None)


@pytest.mark.parametrize(("hours", "status", "known"), [
    (1, "confirmed", True),
    (-1, "confirmed", True),  # it runs, or is just over
    (-15, "confirmed", False),  # yesterday
    (7 * 24 - 1, "confirmed", True),
    (7 * 24, "confirmed", False),
    (1, "canceled", False),
    (1, "requested", False),
    (1, "hold", False),
])  # fmt: skip
def test_who_has_a_visit_today_or_this_week(call: Call, hours: int, status: str, known: bool) -> None:
    service = make_service(call.business)
    lead = make_lead(call.business, phone=CALLER)
    starts_at = NOON + timedelta(hours=hours)
    make_appointment(service, call.location, lead=lead, starts_at=starts_at, status=status)
    make_appointment(service, call.location, lead=make_lead(call.business), starts_at=NOON + timedelta(hours=2))
    assert kinds(call) == {CallerKind.KNOWN} | ({CallerKind.APPOINTMENT} if known else set())


# ---------------------------------------------------------------- other calls
def test_minutes_since_they_were_last_missed(call: Call) -> None:
    for minutes in (90, 30):
        make_call(call.number, caller=CALLER, started_at=NOON - timedelta(minutes=minutes))
    make_call(call.number, caller=CALLER, started_at=NOON - timedelta(minutes=5), state=CallState.ANSWERED)
    make_call(call.number, caller="+12125550124", started_at=NOON - timedelta(minutes=1))
    assert ask(call).facts.minutes_since_last == 30


@pytest.mark.parametrize(("state", "minutes", "called_back"), [
    (CallState.ANSWERED, 1, True), (CallState.OUTBOUND, 1, True), (CallState.MISSED, 1, False),
    (CallState.RINGING, 1, False), (CallState.ANSWERED, -1, False),
])  # fmt: skip
def test_whether_a_person_spoke_with_them_since(call: Call, state: CallState, minutes: int, called_back: bool) -> None:
    make_call(call.number, caller=CALLER, state=state, started_at=NOON + timedelta(minutes=minutes))
    assert ask(call).called_back == called_back


# ---------------------------------------------------------------- texts
def first_text(call: Call, *, minutes_ago: float, phone: str = CALLER, **values: Any) -> None:
    lead = call.business.leads.filter(phone=phone).first() or make_lead(call.business, phone=phone)
    number = values.pop("number", call.number)
    conversation = lead.conversations.filter(number=number).first() or make_conversation(lead, number)
    make_message(conversation, created_at=NOON - timedelta(minutes=minutes_ago), **values)


def test_limits_count_texts_that_left(call: Call) -> None:
    first_text(call, minutes_ago=30)
    first_text(call, minutes_ago=59, phone="+12125550125", number=make_number(call.location))
    first_text(call, minutes_ago=61)
    first_text(call, minutes_ago=24 * 60 - 1)
    first_text(call, minutes_ago=24 * 60 + 1)
    first_text(call, minutes_ago=1, kind="staff")
    for status in facts.NEVER_LEFT:
        first_text(call, minutes_ago=1, status=status)
    # A text to a form that was not delivered, and its second try: one text, and the forms' alone.
    first_text(call, minutes_ago=40, status="undelivered", idem_key="form:1")
    first_text(call, minutes_ago=40, idem_key="again:1")
    limits = ask(call).limits
    assert (limits.number_last_hour, limits.business_last_hour, limits.business_last_day) == (1, 2, 4)
    assert (limits.number_per_hour, limits.business_per_hour, limits.business_per_day) == (60, 200, 1000)
    assert limits.hours_since_last_text == 0.5


@pytest.mark.parametrize("status", [status for status in MessageStatus if status not in facts.NEVER_LEFT])
def test_whatever_may_have_left_counts(call: Call, status: MessageStatus) -> None:
    first_text(call, minutes_ago=60, status=status)
    assert ask(call).limits.hours_since_last_text == 1.0


@pytest.mark.parametrize(("hours", "since"), [(23, 23.0), (25, None)])
def test_the_cooldown_is_the_businesss_own(call: Call, hours: int, since: float | None) -> None:
    first_text(call, minutes_ago=hours * 60)
    assert ask(call).limits.hours_since_last_text == since


def test_it_takes_few_questions(call: Call) -> None:
    lead = make_lead(call.business, phone=CALLER)
    make_conversation(lead, call.number)
    with CaptureQueriesContext(connection) as queries:
        ask(call)
    # The seventh asks under which name erased phones are known, and is remembered for a second.
    assert len(queries) <= 7, [query["sql"][:200] for query in queries]
