"""What counts as missed, and how a missed call is decided: once, by rule and guard, with the reason kept."""

from datetime import timedelta
from itertools import product
from typing import Any

import pytest

from leads.enums import TaskReason
from leads.models import CallbackTask, Lead, LeadEvent
from messaging import missed_calls
from messaging.carriers.base import CallEnd
from messaging.enums import CallState, HoursState, MissReason, NumberMode, Outcome
from messaging.models import Call, Conversation, RingTarget
from recoverline.lib import clock
from tests.factories import (
    fresh,
    make_lead,
    make_member,
    make_never_text,
    make_opt_out,
    make_rule,
    make_script,
    make_user,
)
from tests.wire import CALLER, Wire

OPEN, SHUT = True, False
HOSTED, FORWARDED, EXTERNAL = NumberMode.HOSTED, NumberMode.FORWARDED, NumberMode.EXTERNAL


# ---------------------------------------------------------------- PURE
@pytest.mark.parametrize(
    ("mode", "is_open", "rings_when_closed", "has_targets", "reason"),
    [
        (HOSTED, OPEN, False, True, None),
        (HOSTED, OPEN, False, False, MissReason.NO_ANSWER),
        (HOSTED, SHUT, False, True, MissReason.AFTER_HOURS),
        (HOSTED, SHUT, True, True, None),
        (HOSTED, SHUT, True, False, MissReason.NO_ANSWER),
        (FORWARDED, OPEN, False, False, MissReason.FORWARDED),
        (FORWARDED, OPEN, True, True, MissReason.FORWARDED),
        (FORWARDED, SHUT, True, True, MissReason.AFTER_HOURS),
    ],
)
def test_on_arrival(
    mode: NumberMode, is_open: bool, rings_when_closed: bool, has_targets: bool, reason: MissReason | None
) -> None:
    assert reason == missed_calls.classify_arrival(
        mode=mode, is_open=is_open, rings_when_closed=rings_when_closed, has_targets=has_targets
    )


NOT_TAKEN = {
    CallEnd.COMPLETED: MissReason.NO_ANSWER,
    CallEnd.NO_ANSWER: MissReason.NO_ANSWER,
    CallEnd.BUSY: MissReason.BUSY,
    CallEnd.FAILED: MissReason.FAILED,
    CallEnd.CANCELED: MissReason.ABANDONED,
}


@pytest.mark.parametrize(
    ("end", "bridged", "accepted", "needs_accept"),
    list(product(CallEnd, [True, False, None], [True, False], [True, False])),
)
def test_at_the_end_of_ringing(end: CallEnd, bridged: bool | None, accepted: bool, needs_accept: bool) -> None:
    """All 60 cases against the sentence: bridged, or accepted and nothing said of a bridge, or all there can be."""
    best_guess = accepted or (end == CallEnd.COMPLETED and not needs_accept)
    taken = best_guess if bridged is None else bridged
    reason = missed_calls.classify_ringing(end=end, bridged=bridged, accepted=accepted, needs_accept=needs_accept)
    assert reason == (None if taken else NOT_TAKEN[end])


@pytest.mark.parametrize(("end", "accepted"), list(product(CallEnd, [True, False])))
def test_at_the_end_of_the_call(end: CallEnd, accepted: bool) -> None:
    taken = accepted and end == CallEnd.COMPLETED
    missed = MissReason.FAILED if end == CallEnd.FAILED else MissReason.ABANDONED
    assert missed_calls.classify_hang_up(end=end, accepted=accepted) == (None if taken else missed)


# ---------------------------------------------------------------- deciding
pytestmark = pytest.mark.django_db


def ringing(wire: Wire, **values: Any) -> Call:
    """A call that rings now."""
    defaults = {
        "carrier_call_id": f"CA{fresh():032x}", "caller": CALLER, "hours_state": HoursState.OPEN,
        "started_at": clock.now(),
    }  # fmt: skip
    return Call.objects.create(
        business=wire.business, location=wire.number.location, number=wire.number, account=wire.account,
        **{**defaults, **values},
    )  # fmt: skip


def miss(call: Call, reason: MissReason = MissReason.NO_ANSWER, **more: Any) -> bool:
    return missed_calls.handle(call, reason, now=clock.now(), **more)


def reasons() -> list[str]:
    return list(CallbackTask.objects.values_list("reason", flat=True))


def test_the_first_evidence_decides_and_nothing_triggers_twice(wire: Wire) -> None:
    call = ringing(wire)
    assert miss(call, rang_seconds=15)
    assert not miss(call, MissReason.BUSY)
    assert not miss(Call.objects.get(), MissReason.ABANDONED)
    call.refresh_from_db()
    assert (call.state, call.miss_reason, call.rang_seconds) == (CallState.MISSED, MissReason.NO_ANSWER, 15)
    assert (call.outcome, call.decision, call.rule_id) == (Outcome.TEXT, "rule", None)
    assert call.trace == [{"kind": "rule", "id": None, "name": "Default", "matched": True, "because": ""}]
    assert call.facts == {
        "location_id": call.location_id, "number_id": call.number_id, "hours": "open", "reason": "no_answer",
        "rang_seconds": 15, "callers": ["new"], "minutes_since_last": None,
    }  # fmt: skip
    assert LeadEvent.objects.filter(kind="call.missed").count() == 1
    assert [(text.kind, text.idem_key) for text in wire.texts()] == [
        ("first_text", f"missedcall:{call.account_id}:{call.carrier_call_id}")
    ]
    assert (call.lead, call.conversation) == (Lead.objects.get(), Conversation.objects.get())


def test_an_answered_call_is_never_missed(wire: Wire) -> None:
    call = ringing(wire)
    assert missed_calls.mark_answered(call, now=clock.now())
    assert not missed_calls.mark_answered(call, now=clock.now())
    assert not miss(call)
    missed_calls.refine(call, reason=MissReason.VOICEMAIL, seconds=3)
    call.refresh_from_db()
    assert (call.state, call.miss_reason, call.voicemail_seconds) == (CallState.ANSWERED, "", 3)
    assert wire.texts() == []


def test_when_they_picked_up_is_kept(wire: Wire) -> None:
    picked_up = clock.now() - timedelta(minutes=3)
    call = ringing(wire, accepted_at=picked_up)
    missed_calls.mark_answered(call, now=clock.now())
    assert Call.objects.get().accepted_at == picked_up


def test_a_rule_decides_script_and_delay(wire: Wire) -> None:
    make_script(wire.business, kind="busy", body="{business}: we are on another call. {opt_out}")
    make_rule(wire.business, name="Others", reasons=["failed"], position=1, outcome="no_text")
    rule = make_rule(
        wire.business,
        name="Busy",
        reasons=["busy"],
        script_kind="busy",
        delay_seconds=60,
        position=2,
        alerts_staff=True,
    )
    call = ringing(wire)
    miss(call, MissReason.BUSY)
    (text,) = wire.texts()
    assert text.body == "Alder Plumbing: we are on another call. Reply STOP to opt out."
    assert text.next_at - text.created_at == timedelta(seconds=60)
    assert (call.rule_id, [step["name"] for step in call.trace]) == (rule.pk, ["Others", "Busy"])
    assert LeadEvent.objects.filter(kind="call.alerted").count() == 1


@pytest.mark.parametrize(("outcome", "tasks"), [(Outcome.TASK, [TaskReason.RULE]), (Outcome.NO_TEXT, [])])
def test_a_rule_may_ask_for_a_call_or_for_nothing(wire: Wire, outcome: Outcome, tasks: list[str]) -> None:
    make_rule(wire.business, outcome=outcome)
    call = ringing(wire)
    miss(call)
    assert (call.outcome, call.decision, reasons(), wire.texts()) == (outcome, "rule", tasks, [])


# ---------------------------------------------------------------- guards
def is_staff_by_membership(wire: Wire) -> None:
    make_member(wire.business, make_user(), phone=CALLER)


def is_a_ring_target(wire: Wire) -> None:
    RingTarget.objects.create(number=wire.number, phone=CALLER)


def is_the_office_line(wire: Wire) -> None:
    wire.number.location.phone = CALLER
    wire.number.location.save()


def is_the_main_line(wire: Wire) -> None:
    wire.business.phone = CALLER
    wire.business.save()


def is_the_number_itself(wire: Wire) -> None:
    wire.number.number = CALLER
    wire.number.save()


@pytest.mark.parametrize(
    "arrange",
    [is_staff_by_membership, is_a_ring_target, is_the_office_line, is_the_main_line, is_the_number_itself],
)
def test_own_people_and_lines_get_nothing(wire: Wire, arrange: Any) -> None:
    arrange(wire)
    call = ringing(wire)
    miss(call)
    assert (call.outcome, call.decision, call.lead) == (Outcome.NO_TEXT, "staff", None)
    assert (wire.texts(), reasons(), Lead.objects.count()) == ([], [], 0)


def is_on_the_list(wire: Wire) -> None:
    make_never_text(wire.business, phone=CALLER)


def has_opted_out(wire: Wire) -> None:
    make_opt_out(wire.business, phone=CALLER)


def is_a_landline(wire: Wire) -> None:
    make_lead(wire.business, phone=CALLER, is_landline=True)


def does_not_exist(wire: Wire) -> None:
    make_lead(wire.business, phone=CALLER, is_unreachable=True)


def is_from_abroad(wire: Wire) -> None:
    wire.business.countries_served = ["CA"]
    wire.business.save()


def texting_is_paused(wire: Wire) -> None:
    wire.business.is_texting_paused = True
    wire.business.save()


def the_account_is_stopped(wire: Wire) -> None:
    wire.account.stopped_at = clock.now()
    wire.account.save()


def the_number_is_stopped(wire: Wire) -> None:
    wire.number.stopped_at, wire.number.problem = clock.now(), "not registered"
    wire.number.save()


def the_cap_is_reached(wire: Wire) -> None:
    wire.business.texts_per_hour = 0
    wire.business.save()


@pytest.mark.parametrize(
    ("arrange", "code", "tasks"),
    [
        (is_on_the_list, "never_text", []),
        (has_opted_out, "opted_out", [TaskReason.OPTED_OUT]),
        (is_a_landline, "landline", [TaskReason.LANDLINE]),
        (does_not_exist, "unreachable", [TaskReason.UNTEXTABLE]),
        (is_from_abroad, "foreign", [TaskReason.UNTEXTABLE]),
        (texting_is_paused, "paused", [TaskReason.SENDING_STOPPED]),
        (the_account_is_stopped, "sender_stopped", [TaskReason.SENDING_STOPPED]),
        (the_number_is_stopped, "sender_stopped", [TaskReason.SENDING_STOPPED]),
        (the_cap_is_reached, "hourly_cap", [TaskReason.SENDING_STOPPED]),
    ],
)
def test_guards_say_no_and_why(wire: Wire, arrange: Any, code: str, tasks: list[str]) -> None:
    arrange(wire)
    call = ringing(wire)
    miss(call)
    call.refresh_from_db()
    assert (call.outcome, call.decision) == (Outcome.NO_TEXT, code)
    assert (call.trace[-1]["kind"], call.trace[-1]["name"], bool(call.trace[-1]["because"])) == ("guard", code, True)
    assert (wire.texts(), reasons()) == ([], tasks)
    assert call.lead is not None


def test_a_guard_says_nothing_to_a_rule_that_sends_nothing(wire: Wire) -> None:
    make_opt_out(wire.business, phone=CALLER)
    make_rule(wire.business, outcome=Outcome.TASK)
    call = ringing(wire)
    miss(call)
    assert (call.outcome, call.decision, reasons()) == (Outcome.TASK, "rule", [TaskReason.RULE])


@pytest.mark.parametrize("state", [CallState.ANSWERED, CallState.OUTBOUND])
def test_somebody_has_spoken_with_them_since(wire: Wire, state: CallState) -> None:
    call = ringing(wire, started_at=clock.now() - timedelta(minutes=5))
    ringing(wire, state=state, started_at=clock.now() - timedelta(minutes=1))
    miss(call)
    assert (call.decision, wire.texts(), reasons()) == ("called_back", [], [])


def test_an_answer_before_the_call_says_nothing_about_it(wire: Wire) -> None:
    ringing(wire, state=CallState.ANSWERED, started_at=clock.now() - timedelta(minutes=1))
    call = ringing(wire)
    miss(call)
    assert (call.decision, len(wire.texts())) == ("rule", 1)


@pytest.mark.parametrize(("minutes", "decision"), [(14, "rule"), (16, "too_late")])
def test_a_call_we_learn_of_late_is_called_back_instead(wire: Wire, minutes: int, decision: str) -> None:
    call = ringing(wire, started_at=clock.now() - timedelta(minutes=minutes))
    miss(call)
    assert (call.decision, len(wire.texts())) == (decision, 1 if decision == "rule" else 0)
    assert reasons() == ([] if decision == "rule" else [TaskReason.TOO_LATE])


def test_a_hidden_caller_is_a_task_without_a_lead(wire: Wire) -> None:
    call = ringing(wire, caller="", caller_raw="anonymous")
    miss(call)
    task = CallbackTask.objects.get()
    assert (call.decision, call.lead, call.conversation) == ("anonymous", None, None)
    assert (task.reason, task.phone, task.due_at - task.created_at) == (
        TaskReason.ANONYMOUS, "", timedelta(minutes=wire.business.callback_due_minutes),
    )  # fmt: skip
