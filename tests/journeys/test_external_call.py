"""An outside phone system reports a missed call; the text leaves through the account of the number's texts."""

from datetime import timedelta

import pytest

from leads.enums import TaskReason
from leads.models import CallbackTask, Lead
from messaging.enums import CallState, MissReason
from messaging.models import Call, Conversation, InboundHook
from recoverline.lib import clock
from tests.factories import make_account, make_business, make_hours, make_location, make_number
from tests.phone_system import SECRET, PhoneSystem, connect_phone_system
from tests.wire import CALLER, Wire

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def system(wire: Wire) -> PhoneSystem:
    return connect_phone_system(wire)


def test_a_report_becomes_a_text(wire: Wire, system: PhoneSystem) -> None:
    answer = system.report("call__no_answer")

    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})
    call = Call.objects.get()
    assert (call.state, call.miss_reason, call.rang_seconds) == (CallState.MISSED, MissReason.NO_ANSWER, 18)
    assert (call.account, call.number, call.ended_at) == (system.account, wire.number, call.started_at)
    assert Lead.objects.get().name == "Pat Example"
    wire.deliver_due()
    assert [to for to, _ in wire.sent] == [CALLER]
    assert wire.texts()[0].account == wire.account

    wire.post("message", "message__plain")  # the reply comes from the carrier, to the same conversation
    assert Conversation.objects.get().needs_reply


def test_a_voicemail_comes_with_its_words(wire: Wire, system: PhoneSystem) -> None:
    system.report("call__voicemail")
    call = Call.objects.get()
    assert (call.miss_reason, call.transcript[:22]) == (MissReason.VOICEMAIL, "Hi, this is Pat Exampl")
    assert Conversation.objects.get().needs_reply
    assert len(wire.texts()) == 1


def test_a_second_report_of_the_same_call_refines_it(wire: Wire, system: PhoneSystem) -> None:
    system.report("call__no_answer")
    system.report("call__voicemail", call_id="pbx-2026-11-19-0001")
    call = Call.objects.get()
    assert (call.miss_reason, bool(call.transcript)) == (MissReason.VOICEMAIL, True)
    assert (InboundHook.objects.count(), len(wire.texts())) == (2, 1)


def test_a_repetition_changes_nothing(wire: Wire, system: PhoneSystem) -> None:
    for _ in range(3):
        assert system.report("call__voicemail", message_id="msg_same").status_code == 200
    assert (InboundHook.objects.count(), Call.objects.count(), Conversation.objects.get().unread_count) == (1, 1, 1)


def test_a_report_that_comes_late_is_a_task(wire: Wire, system: PhoneSystem) -> None:
    system.report("call__no_answer", occurred_at=(clock.now() - timedelta(hours=1)).isoformat())
    assert [task.reason for task in CallbackTask.objects.all()] == [TaskReason.TOO_LATE]
    assert wire.texts() == []


def test_a_clock_that_runs_ahead_is_not_believed(wire: Wire, system: PhoneSystem) -> None:
    system.report("call__no_answer", occurred_at=(clock.now() + timedelta(hours=1)).isoformat())
    assert Call.objects.get().started_at <= clock.now()
    assert len(wire.texts()) == 1


def test_no_answer_while_closed_is_after_hours(wire: Wire, system: PhoneSystem) -> None:
    make_hours(wire.business, opens="00:00", closes="00:01")
    system.report("call__no_answer")
    system.report("call__busy", from_="+15555550124")
    assert list(Call.objects.order_by("id").values_list("miss_reason", flat=True)) == ["after_hours", "busy"]


def test_it_speaks_for_its_own_numbers_only(wire: Wire, system: PhoneSystem) -> None:
    make_number(wire.number.location, wire.account, number="+15555550177", mode="forwarded")
    other = make_account(make_business("Birch Dental"), kind="webhook", auth_token=SECRET)
    make_number(make_location(other.business), number="+15555550188", mode="external", reported_by=other)
    for to in ("+15555550177", "+15555550188", "+15555550199"):
        assert system.report("call__no_answer", to=to).status_code == 200
    assert (InboundHook.objects.count(), Call.objects.count()) == (3, 0)


def test_a_stranger_is_403(system: PhoneSystem) -> None:
    assert system.post("{}", secret="whsec_c3RyYW5nZXI=").status_code == 403
    assert system.post("{}", at=clock.now() - timedelta(days=1)).status_code == 403
    assert not InboundHook.objects.exists()


@pytest.mark.parametrize("body", ["[]", "{", "7", '{"type": "call.missed"}', "[" * 100_000, "\ufeff{}"])
def test_signed_nonsense_is_a_2xx(system: PhoneSystem, body: str) -> None:
    assert system.post(body).status_code == 200
    assert not InboundHook.objects.exists()


def test_odd_characters_and_numbers_can_be_stored(wire: Wire, system: PhoneSystem) -> None:
    body = (
        '{"type":"call.missed","data":{"call_id":"a\\u0000b","from":"+15555550123","to":"+15555550100",'
        f'"occurred_at":"{clock.now().isoformat()}","caller_name":"\\ud800 \\u202ePat","rang_seconds":1e400,'
        '"score":NaN,"list":[Infinity,"\\u0000"]}}'
    )
    assert system.post(body).status_code == 200
    stored = InboundHook.objects.get()
    assert (stored.problem, stored.payload["data"]["score"], stored.payload["data"]["list"]) == ("", None, [None, ""])
    assert (Call.objects.get().caller_name, Call.objects.get().rang_seconds) == ("Pat", None)


def test_a_deeply_nested_body_is_a_2xx(system: PhoneSystem) -> None:
    assert system.post('{"data": ' + "[" * 700 + "]" * 700 + "}").status_code == 200
