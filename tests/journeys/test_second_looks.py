"""What a hostile reading of the first version found: each of these once texted somebody wrongly, or nobody at all."""

import struct
import uuid
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import time_machine
from django.conf import LazySettings
from django.test import Client

from leads import config
from leads.enums import TaskReason
from leads.models import CallbackTask, Lead
from messaging import call_events, tasks
from messaging.carriers.base import BadPayload
from messaging.carriers.webhook import WebhookCarrier
from messaging.enums import CallState, CarrierKind, MessageStatus, NumberMode, Outcome, Suppression
from messaging.inbox import replying
from messaging.models import Call, CarrierAccount, Conversation, Message, NeverText, OptOut, PhoneNumber, RingTarget
from messaging.simulator import clock_moves
from recoverline.lib import clock
from tests import payloads
from tests.factories import make_account, make_business, make_rule, make_user
from tests.fakes.carrier import ACCOUNT_SID, AUTH_TOKEN, FakeCarrier
from tests.recoverline.source import ROOT
from tests.wire import CALLER, Wire, make_wire

pytestmark = pytest.mark.django_db(transaction=True)

TEAM = "+15555550111"


@pytest.fixture
def hosted(db: None, carrier: FakeCarrier) -> Wire:
    """A number that rings the team."""
    wire = make_wire(carrier, mode=NumberMode.HOSTED)
    RingTarget.objects.create(number=wire.number, phone=TEAM)
    return wire


def miss(wire: Wire, call_id: str) -> None:
    wire.post("voice", "voice__ringing", CallSid=call_id)
    wire.post("dial", "dial__no_answer", query={"attempt": "1"}, CallSid=call_id)


def report(wire: Wire, message: Message, status: str, code: str | None) -> None:
    """The carrier's callback about a text."""
    message.refresh_from_db()
    wire.post(
        "message-status",
        "message-status__undelivered_30006",
        query={"text": str(message.key)},
        MessageSid=message.carrier_message_id,
        SmsSid=message.carrier_message_id,
        MessageStatus=status,
        SmsStatus=status,
        ErrorCode=code,
    )


def test_nobody_is_told_that_we_missed_them_while_they_are_on_the_line(hosted: Wire) -> None:
    make_rule(hosted.business, name="Wait a minute", delay_seconds=60)
    miss(hosted, "CA1")
    hosted.post("voice", "voice__ringing", CallSid="CA2")
    hosted.post("whisper-answer", "whisper-answer__pressed_1", CallSid="CA3", ParentCallSid="CA2", Digits="1")
    Message.objects.update(next_at=clock.now())

    hosted.deliver_due()

    assert hosted.sent == []
    assert Message.objects.get().suppression == Suppression.CALLED_BACK


def test_a_second_try_knows_what_happened_since_the_first(wire: Wire) -> None:
    wire.post("voice", "voice__ringing")
    wire.deliver_due()
    first = Message.objects.get()
    replying.reply(first.conversation, by=make_user(), body="I am here", client_id=uuid.uuid4(), now=clock.now())
    wire.deliver_due()
    report(wire, first, "undelivered", "30008")
    Message.objects.filter(idem_key__startswith="again:").update(next_at=clock.now())

    wire.deliver_due()

    assert [body for _, body in wire.sent] == [first.body, "I am here"]
    assert Message.objects.get(idem_key=f"again:{first.key}").suppression == Suppression.TAKEN_OVER


@pytest.mark.parametrize("switched_off", ["number", "account"])
def test_stop_counts_on_what_is_switched_off(wire: Wire, switched_off: str) -> None:
    wire.post("voice", "voice__ringing")
    wire.deliver_due()
    (PhoneNumber if switched_off == "number" else CarrierAccount).objects.update(is_active=False)

    assert wire.post("message", "message__stop").status_code == 200

    assert [row.phone for row in OptOut.objects.all()] == [CALLER]


def test_stop_counts_on_a_number_that_another_account_carries_by_now(wire: Wire) -> None:
    PhoneNumber.objects.update(account=make_account(wire.business))
    assert wire.post("message", "message__stop").status_code == 200
    assert [row.phone for row in OptOut.objects.all()] == [CALLER]


def test_a_call_to_a_number_that_is_switched_off_is_not_lost(hosted: Wire) -> None:
    PhoneNumber.objects.update(is_active=False)
    answer = hosted.post("voice", "voice__ringing")
    hosted.deliver_due()
    assert b"<Record" in answer.content
    assert b"<Dial" not in answer.content
    assert hosted.sent == []
    assert [(task.phone, task.reason) for task in CallbackTask.objects.all()] == [(CALLER, TaskReason.SENDING_STOPPED)]


def test_silence_after_a_text_is_no_conversation(db: None, carrier: FakeCarrier) -> None:
    """Who got a text days ago and never wrote gets another one when they call again."""
    text = Path(ROOT / "leads/kits/home_services.yaml").read_text()
    business = config.load(text).business
    account = business.carrier_accounts.filter(kind=CarrierKind.SIMULATOR).first()
    account.account_sid, account.auth_token, account.kind = ACCOUNT_SID, AUTH_TOKEN, CarrierKind.TWILIO
    account.save()
    number = business.numbers.filter(account=account).first()
    PhoneNumber.objects.filter(pk=number.pk).update(mode=NumberMode.FORWARDED)
    wire = Wire(business, account, number, carrier, Client())
    outcomes = []
    for day, call_id in ((8, "CA1"), (10, "CA2"), (25, "CA3")):
        with time_machine.travel(datetime(2026, 6, day, 18, tzinfo=UTC), tick=False):
            wire.post("voice", "voice__ringing", CallSid=call_id, To=number.number)
            wire.deliver_due()
            outcomes.append(Call.objects.get(carrier_call_id=call_id).outcome)
    assert outcomes == [Outcome.TEXT, Outcome.TEXT, Outcome.TEXT]
    assert len(wire.sent) == 3
    assert Conversation.objects.count() <= 2


class Busy:
    """The connection of a request that came in six seconds ago."""

    def getsockopt(self, _level: int, _option: int, length: int) -> bytes:
        return struct.pack("=8x 44x I", 6000)[:length]


def test_a_busy_moment_of_ours_is_no_short_call_of_theirs(hosted: Wire) -> None:
    """The call's own webhook waited for a thread, the end of the call did not: it rang for six seconds all the same."""
    make_rule(hosted.business, name="Hung up at once", reasons=["abandoned"], rang_at_most=3, outcome=Outcome.NO_TEXT)
    hosted.client.defaults["gunicorn.socket"] = Busy()
    hosted.post("voice", "voice__ringing")
    hosted.client.defaults.pop("gunicorn.socket")
    hosted.post("call-status", "call-status__canceled")
    hosted.deliver_due()
    assert [(call.miss_reason, call.rang_seconds) for call in Call.objects.all()] == [("abandoned", 6)]
    assert [to for to, _ in hosted.sent] == [CALLER]


def test_a_call_that_we_heard_of_late_is_as_long_as_the_carrier_says(hosted: Wire) -> None:
    """Nobody was there when its first webhook came, and the second try was just before its end."""
    make_rule(hosted.business, name="Hung up at once", reasons=["abandoned"], rang_at_most=3, outcome=Outcome.NO_TEXT)
    hosted.post("voice", "voice__ringing")
    hosted.post("call-status", "call-status__completed", CallDuration="4")
    hosted.deliver_due()
    assert [(call.miss_reason, call.rang_seconds) for call in Call.objects.all()] == [("abandoned", 4)]
    assert [to for to, _ in hosted.sent] == [CALLER]


def test_a_stop_counts_from_when_it_is_read(wire: Wire) -> None:
    """What left while it waited for a thread left before it, for whoever checks that nothing follows a STOP."""
    with time_machine.travel(datetime(2026, 6, 9, 18, tzinfo=UTC), tick=False):
        wire.client.defaults["gunicorn.socket"] = Busy()
        wire.post("message", "message__stop")
        assert [row.opted_out_at for row in OptOut.objects.all()] == [clock.now()]


def test_how_long_it_rang_elsewhere_is_not_known(wire: Wire) -> None:
    make_rule(wire.business, name="Hung up at once", rang_at_most=5, outcome=Outcome.NO_TEXT)
    wire.post("voice", "voice__ringing")
    wire.deliver_due()
    assert [to for to, _ in wire.sent] == [CALLER]


def test_a_phone_that_just_called_is_called_back_even_if_texts_do_not_reach_it(wire: Wire) -> None:
    Lead.objects.create(business=wire.business, phone=CALLER, is_unreachable=True, created_at=clock.now())
    wire.post("voice", "voice__ringing")
    assert [task.reason for task in CallbackTask.objects.all()] == [TaskReason.UNTEXTABLE]


def test_what_arrives_proves_that_a_phone_can_be_texted(wire: Wire) -> None:
    wire.post("voice", "voice__ringing")
    wire.deliver_due()
    message = Message.objects.get()
    report(wire, message, "undelivered", "30006")
    assert Lead.objects.get().is_landline
    report(wire, message, "delivered", None)
    assert not Lead.objects.get().is_landline

    Lead.objects.update(is_unreachable=True)
    wire.post("message", "message__plain")
    assert not Lead.objects.get().is_unreachable


def test_a_litigator_gets_neither_text_nor_call(wire: Wire) -> None:
    wire.post("voice", "voice__ringing")
    wire.deliver_due()
    report(wire, Message.objects.get(), "undelivered", "30640")
    assert [row.phone for row in NeverText.objects.all()] == [CALLER]
    assert not CallbackTask.objects.exists()


def test_ringing_that_never_began_is_a_missed_call(hosted: Wire, monkeypatch: pytest.MonkeyPatch) -> None:
    """The caller heard our excuse because of a fault of our own; the sweep acts on the stored event."""
    real = call_events.open_call
    monkeypatch.setattr(call_events, "open_call", lambda *_, **__: 1 / 0)
    assert b"<Say" in hosted.post("voice", "voice__ringing").content
    monkeypatch.setattr(call_events, "open_call", real)
    with time_machine.travel(clock.now() + timedelta(minutes=2), tick=False):
        tasks.tick()
        hosted.deliver_due()
    assert Call.objects.get().state == CallState.MISSED
    assert [to for to, _ in hosted.sent] == [CALLER]


def test_proof_of_a_person_takes_a_miss_back(hosted: Wire) -> None:
    PhoneNumber.objects.update(press_to_accept=False)
    hosted.post("voice", "voice__ringing", CallSid="CA1")
    hosted.post("call-status", "call-status__completed", CallSid="CA1")
    assert Call.objects.get().state == CallState.MISSED
    hosted.post("dial", "dial__completed_bridged", query={"attempt": "1"}, CallSid="CA1")
    hosted.deliver_due()
    assert Call.objects.get().state == CallState.ANSWERED
    assert hosted.sent == []
    assert Message.objects.get().status == MessageStatus.SUPPRESSED


def test_the_clock_is_real_where_a_real_account_is(settings: LazySettings, tmp_path: Path) -> None:
    settings.SIMULATOR, settings.DATA_DIR = True, tmp_path
    clock_moves.move_to(clock.now() + timedelta(days=1))
    business = make_business(is_simulated=True)
    make_account(business, kind=CarrierKind.SIMULATOR)
    tasks.tick()
    assert clock.offset() > timedelta(hours=23)

    make_account(business)
    tasks.tick()
    assert clock.offset() == timedelta()
    with pytest.raises(clock_moves.ClockStands):
        clock_moves.move_to(clock.now() + timedelta(days=1))


@pytest.mark.parametrize("moment", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "1999-12-31T23:59:59Z"])
def test_a_time_that_no_phone_system_can_mean_is_refused(moment: str) -> None:
    body = payloads.load("webhook", "call__no_answer", occurred_at=moment)
    with pytest.raises(BadPayload):
        WebhookCarrier(CarrierAccount(kind=CarrierKind.WEBHOOK)).parse("call", body)
