"""The phone line: whom it rings, what proves an answer, and that a call is decided once in any order of its events."""

import re
from datetime import timedelta
from itertools import permutations
from typing import Any

import pytest

from leads.models import CallbackTask
from messaging.enums import CallState, MissReason, NumberMode, Outcome, RingOrder
from messaging.models import Call, Conversation, InboundHook
from recoverline.lib import clock
from tests.factories import make_business, make_location, make_number, make_script
from tests.fakes.carrier import FakeCarrier
from tests.messaging.team_line import ANN, BOB, CAT, decided, make_hosted, post
from tests.wire import CALLER, OURS, Wire

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def hosted(db: None, carrier: FakeCarrier) -> Wire:
    return make_hosted(carrier)


# ---------------------------------------------------------------- ringing
def test_the_team_is_rung_together_with_a_key_to_press(hosted: Wire) -> None:
    leg = 'statusCallback="leg" statusCallbackEvent="answered" url="whisper"'
    assert post(hosted, "voice", "voice__ringing") == (
        '<Response><Dial action="dial?attempt=1" answerOnBridge="true" method="POST" timeout="15">'
        f"<Number {leg}>{ANN}</Number><Number {leg}>{BOB}</Number></Dial></Response>"
    )
    assert decided() == (CallState.RINGING, "")
    assert hosted.texts() == []


def test_without_a_key_the_whisper_is_left_out(carrier: FakeCarrier, db: None) -> None:
    wire = make_hosted(carrier, ANN, press_to_accept=False, ring_seconds=20)
    assert post(wire, "voice", "voice__ringing") == (
        '<Response><Dial action="dial?attempt=1" answerOnBridge="true" method="POST" timeout="20">'
        f'<Number statusCallback="leg" statusCallbackEvent="answered">{ANN}</Number></Dial></Response>'
    )


def rung(answer: str) -> list[str]:
    return re.findall(r">(\+\d+)</Number>", answer)


def test_one_after_the_other(carrier: FakeCarrier, db: None) -> None:
    wire = make_hosted(carrier, ANN, BOB, CAT, ring_order=RingOrder.IN_ORDER)
    assert rung(post(wire, "voice", "voice__ringing")) == [ANN]
    assert rung(post(wire, "dial", "dial__no_answer", query={"attempt": "1"})) == [BOB]
    again = post(wire, "dial", "dial__no_answer", query={"attempt": "1"})
    assert rung(again) == [BOB]  # a repetition hears the same
    second = post(wire, "dial", "dial__busy", query={"attempt": "2"})
    assert (rung(second), 'action="dial?attempt=3"' in second) == ([CAT], True)
    assert decided() == (CallState.RINGING, "")
    last = post(wire, "dial", "dial__no_answer", query={"attempt": "3"})
    assert "<Record" in last
    assert decided() == (CallState.MISSED, MissReason.NO_ANSWER)
    assert len(wire.texts()) == 1


def test_who_gave_up_is_not_rung_on(carrier: FakeCarrier, db: None) -> None:
    wire = make_hosted(carrier, ANN, BOB, ring_order=RingOrder.IN_ORDER)
    post(wire, "voice", "voice__ringing")
    assert rung(post(wire, "dial", "dial__canceled", query={"attempt": "1"})) == []
    assert decided() == (CallState.MISSED, MissReason.ABANDONED)


def test_more_than_ten_phones_are_not_rung_at_once(carrier: FakeCarrier, db: None) -> None:
    phones = [f"+155555501{n}" for n in range(30, 43)]
    assert rung(post(make_hosted(carrier, *phones), "voice", "voice__ringing")) == phones[:10]


# ---------------------------------------------------------------- loops
def test_phones_of_this_very_call_are_never_rung(carrier: FakeCarrier, db: None) -> None:
    """The number itself, the caller (a colleague), and whoever forwarded the call to us."""
    wire = make_hosted(carrier, OURS, CALLER, ANN)
    assert rung(post(wire, "voice", "voice__ringing")) == [ANN]
    assert rung(post(wire, "voice", "voice__ringing", CallSid="CA2", ForwardedFrom="(555) 555-0144")) == [ANN]


def test_our_own_ringing_that_comes_back_is_not_rung_again(hosted: Wire) -> None:
    """Ann's mobile forwards what she does not take to our number: ringing Bob would go on for ever."""
    answer = post(hosted, "voice", "voice__ringing", ForwardedFrom=ANN)
    assert (rung(answer), "<Record" in answer) == ([], True)
    assert decided() == (CallState.MISSED, MissReason.NO_ANSWER)


def test_numbers_that_come_back_to_us_are_never_rung(carrier: FakeCarrier, db: None) -> None:
    wire = make_hosted(carrier, "+15555550160", "+15555550161", "+15555550162", ANN)
    elsewhere = make_location(make_business())
    make_number(wire.number.location, number="+15555550160", mode=NumberMode.HOSTED)
    make_number(elsewhere, number="+15555550161", mode=NumberMode.FORWARDED)
    make_number(elsewhere, number="+15555550162", mode=NumberMode.EXTERNAL)  # another system's line: a phone like any
    assert rung(post(wire, "voice", "voice__ringing")) == ["+15555550162", ANN]


def test_with_nobody_to_ring_it_is_missed_at_once(carrier: FakeCarrier, db: None) -> None:
    wire = make_hosted(carrier, OURS)
    assert "<Record" in post(wire, "voice", "voice__ringing")
    assert decided() == (CallState.MISSED, MissReason.NO_ANSWER)
    assert len(wire.texts()) == 1


# ---------------------------------------------------------------- the whisper
def test_the_whisper_says_who_calls_and_asks_for_the_key(hosted: Wire) -> None:
    make_script(hosted.business, kind="whisper", body="{caller_name} for {business}. Press 1.")
    post(hosted, "voice", "voice__ringing")
    assert post(hosted, "whisper", "whisper__mobile_answered") == (
        '<Response><Gather action="whisper-answer" method="POST" numDigits="1" timeout="8">'
        '<Say language="en-US">(555) 555-0123 for Alder Plumbing. Press 1.</Say></Gather><Hangup /></Response>'
    )
    assert Call.objects.get().accepted_at is None


@pytest.mark.parametrize(
    ("name", "answer", "accepted"),
    [
        ("whisper-answer__pressed_1", "<Response />", True),
        ("whisper-answer__pressed_other", "<Response><Hangup /></Response>", False),
        ("whisper-answer__no_digits", "<Response><Hangup /></Response>", False),
    ],
)
def test_only_the_key_connects(hosted: Wire, name: str, answer: str, accepted: bool) -> None:
    post(hosted, "voice", "voice__ringing")
    assert post(hosted, "whisper-answer", name) == answer
    assert (Call.objects.get().accepted_at is not None) == accepted


def test_a_leg_that_was_picked_up_proves_nothing_with_a_key(hosted: Wire) -> None:
    leg = {"CallStatus": "in-progress", "Digits": None}
    post(hosted, "voice", "voice__ringing")
    hosted.post("leg", "whisper-answer__no_digits", **leg)
    assert Call.objects.get().accepted_at is None


# ---------------------------------------------------------------- what proves an answer
@pytest.mark.parametrize("by", ["dial", "call-status"])
def test_pressed_and_bridged_is_answered_wherever_it_is_reported(hosted: Wire, by: str) -> None:
    post(hosted, "voice", "voice__ringing")
    post(hosted, "whisper-answer", "whisper-answer__pressed_1")
    accepted_at = Call.objects.get().accepted_at
    hosted.post(by, {"dial": "dial__completed_bridged", "call-status": "call-status__completed"}[by])
    call = Call.objects.get()
    assert (call.state, call.accepted_at, call.outcome) == (CallState.ANSWERED, accepted_at, "")
    assert (hosted.texts(), CallbackTask.objects.count()) == ([], 0)


def test_bridged_is_answered_even_if_we_never_heard_the_key(hosted: Wire) -> None:
    post(hosted, "voice", "voice__ringing")
    assert post(hosted, "dial", "dial__completed_bridged") == "<Response><Hangup /></Response>"
    assert decided() == (CallState.ANSWERED, "")


@pytest.mark.parametrize("bridged", ["false", None], ids=["said", "not said"])
def test_a_mobiles_voicemail_never_counts_as_answered(hosted: Wire, bridged: str | None) -> None:
    post(hosted, "voice", "voice__ringing")
    hosted.post("leg", "whisper__mobile_answered")
    answer = post(hosted, "dial", "dial__completed_not_bridged", DialBridged=bridged)
    assert "<Record" in answer
    assert decided() == (CallState.MISSED, MissReason.NO_ANSWER)
    assert len(hosted.texts()) == 1


def test_without_a_key_picking_up_has_to_do(carrier: FakeCarrier, db: None) -> None:
    wire = make_hosted(carrier, ANN, press_to_accept=False)
    post(wire, "voice", "voice__ringing")
    wire.post("leg", "whisper__mobile_answered")
    wire.post("call-status", "call-status__completed")
    assert decided() == (CallState.ANSWERED, "")


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("dial__no_answer", MissReason.NO_ANSWER),
        ("dial__busy", MissReason.BUSY),
        ("dial__failed", MissReason.FAILED),
        ("dial__canceled", MissReason.ABANDONED),
    ],
)
def test_why_it_was_missed(hosted: Wire, name: str, reason: MissReason) -> None:
    post(hosted, "voice", "voice__ringing")
    post(hosted, "dial", name)
    call = Call.objects.get()
    assert (call.state, call.miss_reason, call.outcome) == (CallState.MISSED, reason, Outcome.TEXT)
    assert len(hosted.texts()) == 1


# ---------------------------------------------------------------- hung up early: both places
ENDS = {
    "completed": MissReason.ABANDONED,
    "no_answer": MissReason.ABANDONED,
    "busy": MissReason.ABANDONED,
    "canceled": MissReason.ABANDONED,
    "failed": MissReason.FAILED,
}


@pytest.mark.parametrize("end", ENDS)
def test_an_abandoned_call_whatever_status_the_callers_leg_gets(hosted: Wire, end: str) -> None:
    post(hosted, "voice", "voice__ringing")
    hosted.post("call-status", f"call-status__{end}")
    call = Call.objects.get()
    assert (call.state, call.miss_reason, call.ended_at is not None) == (CallState.MISSED, ENDS[end], True)
    assert len(hosted.texts()) == 1


@pytest.mark.parametrize("end", ENDS)
def test_the_end_may_be_the_first_we_hear_of_a_call(hosted: Wire, end: str) -> None:
    hosted.post("call-status", f"call-status__{end}")
    call = Call.objects.get()
    assert (call.state, call.miss_reason, call.rang_seconds) == (CallState.MISSED, ENDS[end], None)
    assert len(hosted.texts()) == 1


def test_hung_up_reported_in_both_places_is_one_text(hosted: Wire) -> None:
    post(hosted, "voice", "voice__ringing")
    hosted.post("call-status", "call-status__canceled")
    hosted.post("dial", "dial__canceled")
    assert decided() == (CallState.MISSED, MissReason.ABANDONED)
    assert len(hosted.texts()) == 1


@pytest.mark.parametrize("field", [{"ParentCallSid": "CA" + "9" * 32}, {"Direction": "outbound-dial"}])
def test_the_end_of_another_leg_is_not_the_end_of_the_call(hosted: Wire, field: dict[str, str]) -> None:
    post(hosted, "voice", "voice__ringing")
    hosted.post("call-status", "call-status__completed", **field)
    assert decided() == (CallState.RINGING, "")


def test_a_status_in_between_changes_nothing(hosted: Wire) -> None:
    post(hosted, "voice", "voice__ringing")
    hosted.post("call-status", "call-status__completed", CallStatus="in-progress")
    assert decided() == (CallState.RINGING, "")


# ---------------------------------------------------------------- WHK-02
EVENTS = (
    ("voice", "voice__ringing"),
    ("dial", "dial__no_answer"),
    ("voicemail", "voicemail__recorded"),
    ("call-status", "call-status__completed"),
)


@pytest.mark.parametrize("order", list(permutations(EVENTS)), ids=lambda order: "-".join(event for event, _ in order))
def test_24_orders_of_the_events_of_a_call_doubled_are_one_text(hosted: Wire, order: Any) -> None:
    for event, name in (*order, *order):
        assert hosted.post(event, name).status_code == 200
    assert Call.objects.get().state == CallState.MISSED
    assert InboundHook.objects.count() == 4
    hosted.deliver_due()
    assert len(hosted.sent) == 1


# ---------------------------------------------------------------- who called
@pytest.mark.parametrize(
    ("caller", "stored"),
    [
        ("+12125550123", "+12125550123"),
        ("2125550123", "+12125550123"),
        ("+19005550199", ""),  # bills whoever calls it back
        ("12345", ""),
        ("+1555", ""),
        ("+266696687", ""),
    ],
)
def test_whom_one_could_call_back(wire: Wire, caller: str, stored: str) -> None:
    wire.post("voice", "voice__ringing", From=caller)
    assert (Call.objects.get().caller, Call.objects.get().caller_raw) == (stored, caller)


def test_a_second_call_within_the_cooldown_is_shown_and_not_texted(wire: Wire) -> None:
    wire.post("voice", "voice__ringing")
    wire.deliver_due()
    wire.post("voice", "voice__ringing", CallSid="CA" + "2" * 32)
    second = Call.objects.latest("id")
    conversation = Conversation.objects.get()
    assert (second.outcome, second.decision) == (Outcome.NO_TEXT, "cooldown")
    assert (conversation.needs_reply, conversation.last_preview) == (True, "Called again")
    assert len(wire.texts()) == 1


def test_a_call_is_as_old_as_it_is_said_to_be(wire: Wire) -> None:
    before = clock.now()
    wire.post("voice", "voice__ringing")
    call = Call.objects.get()
    assert timedelta() <= call.started_at - before < timedelta(seconds=5)
    assert wire.number.__class__.objects.get().last_call_at == call.started_at
