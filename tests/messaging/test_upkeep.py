"""What a lost event, a dead process or a carrier left undone is done later: sweeps, and the carrier's own call log."""

import logging
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine

from leads.enums import TaskReason
from leads.models import CallbackTask
from messaging import upkeep
from messaging.carriers.twilio import TwilioCarrier
from messaging.enums import CallState, MissReason, NumberMode
from messaging.models import Call, CarrierAccount, Rule
from recoverline.lib import clock
from tests.factories import (
    fresh,
    make_account,
    make_business,
    make_hours,
    make_location,
    make_number,
    make_rule,
)
from tests.fakes.carrier import FakeCarrier, http
from tests.fakes.carrier_books import PhoneCall
from tests.wire import CALLER, OURS, Wire, make_wire

pytestmark = pytest.mark.django_db


@pytest.fixture
def hosted(db: None, carrier: FakeCarrier) -> Wire:
    return make_wire(carrier, mode=NumberMode.HOSTED)


@pytest.fixture(autouse=True)
def _at_noon() -> Iterator[None]:
    """Calls that are found late get no text at night, and tests run at any hour."""
    with time_machine.travel(datetime(2026, 6, 10, 16, tzinfo=UTC)):
        yield


def ago(**span: float) -> datetime:
    return clock.now() - timedelta(**span)


def ringing(wire: Wire, *, minutes: float, **values: Any) -> Call:
    return Call.objects.create(
        **{
            "business": wire.business, "location": wire.number.location, "number": wire.number, "account": wire.account,
            "carrier_call_id": f"CA{fresh():032x}", "caller": CALLER, "hours_state": "open",
            "started_at": ago(minutes=minutes), **values,
        }
    )  # fmt: skip


def at_the_carrier(wire: Wire, call: Call, status: str, *, leg: tuple[str, int] | None = None) -> None:
    """What the carrier's log says of a call, and of the leg to the team: its status and seconds."""
    wire.carrier.add_call(from_=CALLER, to=OURS, status=status, sid=call.carrier_call_id, start_time=call.started_at)
    if leg:
        wire.carrier.add_call(
            from_=CALLER, to="+15555550111", status=leg[0], duration=leg[1], direction="outbound-dial",
            parent_call_sid=call.carrier_call_id,
        )  # fmt: skip


def asked(wire: Wire, operation: str) -> int:
    return sum(request.operation == operation for request in wire.carrier.requests)


# ---------------------------------------------------------------- calls whose end never came
@pytest.mark.parametrize(
    ("status", "reason"),
    [
        ("completed", MissReason.ABANDONED),
        ("no-answer", MissReason.ABANDONED),
        ("busy", MissReason.ABANDONED),
        ("canceled", MissReason.ABANDONED),
        ("failed", MissReason.FAILED),
        (None, MissReason.ABANDONED),
    ],
)
def test_a_call_that_never_ended_is_closed_as_missed(hosted: Wire, status: str | None, reason: MissReason) -> None:
    call = ringing(hosted, minutes=7)
    if status:
        at_the_carrier(hosted, call, status)
    assert upkeep.sweep_calls(clock.now()) == 1
    assert upkeep.sweep_calls(clock.now()) == 0
    call.refresh_from_db()
    assert (call.state, call.miss_reason, call.ended_at is not None) == (CallState.MISSED, reason, True)
    hosted.deliver_due()
    assert len(hosted.sent) == 1


def test_a_call_may_still_ring(hosted: Wire) -> None:
    ringing(hosted, minutes=5)
    assert upkeep.sweep_calls(clock.now()) == 0
    assert asked(hosted, "fetch_call") == 0


def test_a_conversation_of_the_team_goes_on(hosted: Wire) -> None:
    call = ringing(hosted, minutes=30)
    at_the_carrier(hosted, call, "in-progress", leg=("in-progress", 0))
    assert upkeep.sweep_calls(clock.now()) == 0
    assert Call.objects.get().state == CallState.RINGING


def test_nobody_is_on_the_phone_for_ever(hosted: Wire) -> None:
    at_the_carrier(hosted, ringing(hosted, minutes=241), "in-progress")
    accepted = ringing(hosted, minutes=241, accepted_at=ago(minutes=240), caller="+15555550177")
    assert upkeep.sweep_calls(clock.now()) == 2
    assert Call.objects.get(pk=accepted.pk).state == CallState.ANSWERED
    assert Call.objects.get(state=CallState.MISSED).decision == "too_late"


def test_a_call_that_was_taken_is_not_asked_about_for_hours(hosted: Wire) -> None:
    ringing(hosted, minutes=60, accepted_at=ago(minutes=59))
    assert upkeep.sweep_calls(clock.now()) == 0
    assert asked(hosted, "fetch_call") == 0


@pytest.mark.parametrize(
    ("press", "leg", "state"),
    [
        (True, ("completed", 12), CallState.MISSED),  # perhaps a mobile's voicemail that heard the whisper
        (False, ("completed", 12), CallState.ANSWERED),
        (False, ("completed", 0), CallState.MISSED),
        (False, ("no-answer", 0), CallState.MISSED),
    ],
)
def test_a_leg_that_was_picked_up(hosted: Wire, press: bool, leg: tuple[str, int], state: CallState) -> None:
    hosted.number.press_to_accept = press
    hosted.number.save()
    at_the_carrier(hosted, ringing(hosted, minutes=7), "completed", leg=leg)
    upkeep.sweep_calls(clock.now())
    assert Call.objects.get().state == state


def test_while_the_carrier_is_down_calls_stay_open(hosted: Wire, caplog: pytest.LogCaptureFixture) -> None:
    for _ in range(3):
        ringing(hosted, minutes=7, caller=f"+155555501{fresh() % 90 + 10}")
    hosted.carrier.inject(http(503), on="fetch_call")
    assert upkeep.sweep_calls(clock.now()) == 0
    assert asked(hosted, "fetch_call") == 1  # one silence is enough for one sweep
    assert [record for record in caplog.records if record.levelno >= logging.ERROR] == []
    assert upkeep.sweep_calls(clock.now()) == 3


def test_a_carrier_that_stays_down_is_not_waited_for_for_ever(hosted: Wire) -> None:
    hosted.carrier.accounts[hosted.account.account_sid] = "changed"
    ringing(hosted, minutes=241)
    assert upkeep.sweep_calls(clock.now()) == 1
    assert [task.reason for task in CallbackTask.objects.all()] == [TaskReason.TOO_LATE]


def test_one_call_that_breaks_the_code_does_not_stop_the_others(hosted: Wire, caplog: pytest.LogCaptureFixture) -> None:
    other = make_wire_of_another_business(hosted.carrier)
    make_rule(hosted.business, outcome="shout")
    ringing(hosted, minutes=8)
    ringing(other, minutes=7)
    assert upkeep.sweep_calls(clock.now()) == 1
    assert Call.objects.get(business=other.business).state == CallState.MISSED
    assert Call.objects.get(business=hosted.business).state == CallState.RINGING
    assert [record.levelno for record in caplog.records if record.exc_info] == [logging.ERROR]


def make_wire_of_another_business(carrier: FakeCarrier) -> Wire:
    sid, token = "AC" + "b" * 32, "of-birch"
    carrier.accounts[sid] = token
    business = make_business("Birch Dental")
    account = make_account(business, account_sid=sid, auth_token=token)
    number = make_number(make_location(business), account, number="+15555550188")
    return Wire(business, account, number, carrier, None)  # type: ignore[arg-type]


# ---------------------------------------------------------------- the carrier's call log
def unheard(wire: Wire, *, minutes: float = 3, status: str = "no-answer", **more: Any) -> PhoneCall:
    """A call that the carrier knows of and we do not."""
    values = {"from_": CALLER, "to": wire.number.number, "status": status, "start_time": ago(minutes=minutes), **more}
    return wire.carrier.add_call(**{"account_sid": wire.account.account_sid, **values})


def test_a_missed_call_nobody_told_us_of_gets_its_text(hosted: Wire) -> None:
    there = unheard(hosted)
    assert upkeep.reconcile(clock.now()) == 1
    assert upkeep.reconcile(clock.now()) == 0
    call = Call.objects.get()
    assert (call.carrier_call_id, call.found_by_reconciler, call.state) == (there.sid, True, CallState.MISSED)
    assert (call.miss_reason, call.started_at) == (MissReason.ABANDONED, there.start_time.replace(microsecond=0))
    hosted.deliver_due()
    assert len(hosted.sent) == 1


def test_a_webhook_that_comes_after_all_changes_nothing(hosted: Wire) -> None:
    there = unheard(hosted)
    upkeep.reconcile(clock.now())
    for event, name in (("voice", "voice__ringing"), ("call-status", "call-status__no_answer")):
        assert hosted.post(event, name, CallSid=there.sid).status_code == 200
    assert (Call.objects.count(), len(hosted.texts())) == (1, 1)


def test_too_late_for_a_text_is_a_task(hosted: Wire) -> None:
    CarrierAccount.objects.update(reconciled_at=ago(hours=3))  # everything was down
    unheard(hosted, minutes=120)
    assert upkeep.reconcile(clock.now()) == 1
    assert (Call.objects.get().decision, hosted.texts()) == ("too_late", [])
    assert [task.reason for task in CallbackTask.objects.all()] == [TaskReason.TOO_LATE]


def test_who_was_answered_since_gets_neither(hosted: Wire) -> None:
    CarrierAccount.objects.update(reconciled_at=ago(hours=1))
    unheard(hosted, minutes=30)
    ringing(hosted, minutes=10, state=CallState.ANSWERED)
    upkeep.reconcile(clock.now())
    assert Call.objects.get(found_by_reconciler=True).decision == "called_back"
    assert (hosted.texts(), CallbackTask.objects.count()) == ([], 0)


@pytest.mark.parametrize(
    ("leg", "state"),
    [(("completed", 95), CallState.ANSWERED), (("no-answer", 0), CallState.MISSED), (None, CallState.MISSED)],
)
def test_completed_is_answered_only_with_an_answered_leg(
    hosted: Wire, leg: tuple[str, int] | None, state: CallState
) -> None:
    there = unheard(hosted, status="completed")
    if leg:
        hosted.carrier.add_call(
            from_=CALLER, to="+15555550111", status=leg[0], duration=leg[1], direction="outbound-dial",
            parent_call_sid=there.sid,
        )  # fmt: skip
    upkeep.reconcile(clock.now())
    assert Call.objects.get().state == state


@pytest.mark.parametrize(
    ("mode", "is_open", "reason"),
    [
        (NumberMode.FORWARDED, True, MissReason.FORWARDED),
        (NumberMode.FORWARDED, False, MissReason.AFTER_HOURS),
        (NumberMode.HOSTED, True, MissReason.ABANDONED),
        (NumberMode.HOSTED, False, MissReason.AFTER_HOURS),
    ],
)
def test_why_it_was_missed(hosted: Wire, mode: NumberMode, is_open: bool, reason: MissReason) -> None:
    hosted.number.mode = mode
    hosted.number.save()
    if not is_open:
        make_hours(hosted.business, opens="00:00", closes="00:05")
    unheard(hosted, status="completed" if mode == NumberMode.FORWARDED else "no-answer")
    upkeep.reconcile(clock.now())
    assert (Call.objects.get().state, Call.objects.get().miss_reason) == (CallState.MISSED, reason)


@pytest.mark.parametrize(
    "more",
    [
        {"status": "in-progress"},
        {"status": "ringing"},
        {"direction": "outbound-dial"},
        {"direction": "outbound-api"},
        {"to": "+15555550199"},
        {"minutes": 30},
    ],
    ids=str,
)
def test_what_is_no_finished_call_of_ours_is_left_alone(hosted: Wire, more: dict[str, Any]) -> None:
    unheard(hosted, **more)
    assert upkeep.reconcile(clock.now()) == 0
    assert not Call.objects.exists()


def test_calls_we_know_are_not_opened_again(hosted: Wire) -> None:
    known = ringing(hosted, minutes=3, state=CallState.ANSWERED)
    at_the_carrier(hosted, known, "completed")
    assert upkeep.reconcile(clock.now()) == 0
    assert (Call.objects.count(), asked(hosted, "fetch_call")) == (1, 0)


@pytest.mark.parametrize(("down_for", "opened"), [(timedelta(hours=10), 1), (timedelta(hours=30), 0)])
def test_how_far_it_looks_back(hosted: Wire, down_for: timedelta, opened: int) -> None:
    """As far as we were away, a day at the most."""
    now = clock.now()
    CarrierAccount.objects.update(reconciled_at=now - down_for)
    unheard(hosted, start_time=now - down_for + timedelta(minutes=1))
    assert upkeep.reconcile(now) == opened
    assert CarrierAccount.objects.get().reconciled_at == now


def test_one_accounts_trouble_does_not_hide_the_others(hosted: Wire, caplog: pytest.LogCaptureFixture) -> None:
    other = make_wire_of_another_business(hosted.carrier)
    CarrierAccount.objects.filter(pk=hosted.account.pk).update(auth_token="wrong")
    unheard(hosted)
    unheard(other)
    assert upkeep.reconcile(clock.now()) == 1
    assert Call.objects.get().business == other.business
    assert CarrierAccount.objects.get(pk=hosted.account.pk).reconciled_at is None
    assert [record for record in caplog.records if record.exc_info] == []


def test_a_call_that_cannot_be_opened_waits_for_the_next_run(hosted: Wire, caplog: pytest.LogCaptureFixture) -> None:
    rule = make_rule(hosted.business, outcome="shout")
    unheard(hosted)
    assert upkeep.reconcile(clock.now()) == 0
    assert (Call.objects.count(), CarrierAccount.objects.get().reconciled_at) == (0, None)
    assert len([record for record in caplog.records if record.exc_info]) == 1
    Rule.objects.filter(pk=rule.pk).delete()
    assert upkeep.reconcile(clock.now()) == 1


def test_other_tenants_log_opens_nothing_here(hosted: Wire) -> None:
    other = make_wire_of_another_business(hosted.carrier)
    unheard(hosted, account_sid=other.account.account_sid)
    assert upkeep.reconcile(clock.now()) == 0


def test_external_and_inactive_numbers_are_not_asked_about(hosted: Wire) -> None:
    hosted.number.mode = NumberMode.EXTERNAL
    hosted.number.save()
    make_account(hosted.business, kind="webhook")
    assert upkeep.reconcile(clock.now()) == 0
    assert asked(hosted, "list_calls") == 0


def test_it_stops_before_its_task_is_killed(hosted: Wire, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(upkeep, "SWEEP_SECONDS", -1.0)
    unheard(hosted)
    ringing(hosted, minutes=7)
    assert (upkeep.reconcile(clock.now()), upkeep.sweep_calls(clock.now())) == (0, 0)
    assert hosted.carrier.requests == []


def test_who_waited_longest_is_read_first(hosted: Wire, monkeypatch: pytest.MonkeyPatch) -> None:
    other = make_wire_of_another_business(hosted.carrier)
    CarrierAccount.objects.filter(pk=hosted.account.pk).update(reconciled_at=ago(minutes=5))
    read: list[int] = []
    list_calls = TwilioCarrier.list_calls

    def noting(self: TwilioCarrier, **more: Any) -> Any:
        read.append(self.account.pk)
        return list_calls(self, **more)

    monkeypatch.setattr(TwilioCarrier, "list_calls", noting)
    upkeep.reconcile(clock.now())
    assert read == [other.account.pk, hosted.account.pk]
