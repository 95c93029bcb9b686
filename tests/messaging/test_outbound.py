"""The outbox: one cause, one text, whatever the carrier answers and whoever dies on the way (OUT-03 to 14, OUT-16)."""

import ast
import logging
import socket
import time
import uuid
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
import time_machine
from django.db import transaction
from django.db.models import Q
from django_q.models import OrmQ

from leads.enums import TaskReason
from leads.models import CallbackTask, LeadEvent
from messaging import conversations, outbound
from messaging.carriers.base import NotSupported, OutboundText, SendResult
from messaging.carriers.twilio import TwilioCarrier
from messaging.carriers.twilio_api import TIMEOUT_SECONDS, api_client
from messaging.enums import CarrierKind, MessageKind, MessageStatus, Suppression
from messaging.inbox import timeline
from messaging.models import CarrierAccount, Conversation, Message
from recoverline.lib import clock
from tests.factories import NOON, make_account, make_lead, make_user
from tests.fakes.carrier import CallbackPlan, drop_after, drop_before, error, hang, http, too_many_requests
from tests.messaging.threads import run_at_once
from tests.recoverline.source import modules
from tests.wire import CALLER, Wire

pytestmark = pytest.mark.django_db(transaction=True)

GRACE = 60


@pytest.fixture(autouse=True)
def _quiet_carrier(wire: Wire) -> None:
    wire.carrier.callbacks = CallbackPlan(statuses=())


@pytest.fixture
def at() -> Iterator[time_machine.Traveller]:
    """The clock stands still until a test moves it."""
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller


@pytest.fixture
def first(at: time_machine.Traveller, wire: Wire) -> Message:
    """The first text of a missed call, waiting."""
    wire.post("voice", "voice__ringing")
    (message,) = wire.texts()
    return message


def posts(wire: Wire) -> int:
    return sum(seen.operation == "create_message" for seen in wire.carrier.requests)


def look_ups(wire: Wire) -> int:
    return sum(seen.operation == "list_messages" for seen in wire.carrier.requests)


def status_of(message: Message) -> str:
    message.refresh_from_db()
    return message.status


def conversation_of(wire: Wire, phone: str = CALLER) -> Conversation:
    lead = make_lead(wire.business, phone=phone)
    return conversations.open_conversation(lead, wire.number, now=clock.now())


def write(conversation: Conversation, body: str, *, kind: MessageKind = MessageKind.STAFF, key: str = "") -> Message:
    return outbound.queue_text(
        conversation, kind=kind, body=body, idem_key=f"inbox:{key or uuid.uuid4()}", now=clock.now()
    )


# ---------------------------------------------------------------- what surely did not arrive
def test_out_03_a_refused_connection_is_tried_again(
    first: Message, wire: Wire, at: time_machine.Traveller, settings
) -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        settings.TWILIO_API_BASE_URL = f"http://127.0.0.1:{nobody.getsockname()[1]}"
        wire.deliver_due()
    first.refresh_from_db()
    assert (first.status, first.error_code, first.unknowns) == (MessageStatus.QUEUED, "ConnectionError", 0)
    assert NOON + timedelta(seconds=1) <= first.next_at <= NOON + timedelta(seconds=1.25)

    settings.TWILIO_API_BASE_URL = wire.carrier.url
    at.shift(2)
    wire.deliver_due()
    assert status_of(first) == MessageStatus.ACCEPTED
    assert (first.error_code, first.error_text) == ("", "")
    assert len(wire.sent) == posts(wire) == 1


def test_out_03_a_name_that_does_not_resolve_is_tried_again(first: Message, wire: Wire, settings) -> None:
    settings.TWILIO_API_BASE_URL = "http://carrier.invalid"
    wire.deliver_due()
    assert (status_of(first), first.unknowns) == (MessageStatus.QUEUED, 0)


def test_out_07_a_throttled_text_waits_as_long_as_asked(first: Message, wire: Wire, at: time_machine.Traveller) -> None:
    wire.carrier.inject(*[too_many_requests(2)] * 3)
    for tries in (1, 2, 3):
        began = time.perf_counter()
        wire.deliver_due()
        assert time.perf_counter() - began < 0.5
        first.refresh_from_db()
        assert (first.status, first.attempts, first.error_code) == (MessageStatus.QUEUED, tries, "20429")
        assert timedelta(seconds=2) <= first.next_at - clock.now() <= timedelta(seconds=2.5)
        at.shift(1.9)
        wire.deliver_due()
        assert posts(wire) == tries
        at.shift(0.6)
    wire.deliver_due()
    assert status_of(first) == MessageStatus.ACCEPTED
    assert posts(wire) == 4
    assert len(wire.sent) == 1


def test_out_07_without_advice_the_waits_double(first: Message, wire: Wire, at: time_machine.Traveller) -> None:
    wire.carrier.inject(*[too_many_requests()] * 5)
    for wait in (1, 2, 4, 8, 8):
        wire.deliver_due()
        first.refresh_from_db()
        assert timedelta(seconds=wait) <= first.next_at - clock.now() <= timedelta(seconds=wait * 1.25)
        at.shift(wait * 1.25)
    wire.deliver_due()
    assert (status_of(first), len(wire.sent)) == (MessageStatus.ACCEPTED, 1)


# ---------------------------------------------------------------- what may have arrived
AMBIGUOUS = [
    *(http(status, accepted=accepted) for status in (500, 502, 503, 504) for accepted in (True, False)),
    http(500, accepted=True, as_json=True),
    drop_before(),
    drop_after(),
    hang(30, accept=True),
    hang(30, accept=False),
]


@pytest.mark.parametrize("fault", AMBIGUOUS, ids=lambda fault: fault.name)
def test_out_04_an_ambiguous_answer_is_never_sent_again_blindly(
    fault, first: Message, wire: Wire, at: time_machine.Traveller, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Unknown, no POST for 60 s, then the carrier's log decides; the customer gets one text in every case."""
    client = TwilioCarrier._client
    wire.carrier.inject(fault)
    with monkeypatch.context() as impatient:
        if fault.delay:
            impatient.setattr(TwilioCarrier, "_client", lambda self: client(self, 0.2))
        wire.deliver_due()
    assert status_of(first) == MessageStatus.UNKNOWN
    assert len(wire.sent) == fault.accepts

    hanging = bool(fault.delay)  # such a request is logged when it is over
    at.shift(GRACE - 1)
    wire.deliver_due()
    assert (posts(wire) + hanging, look_ups(wire)) == (1, 0)

    at.shift(1)
    wire.deliver_due()
    assert status_of(first) == MessageStatus.ACCEPTED
    assert (posts(wire) + hanging, look_ups(wire)) == (1 if fault.accepts else 2, 1)
    assert [text.sid for text in wire.carrier.ledger] == [first.carrier_message_id]
    assert (first.error_code, first.error_text, first.next_at, first.lease_until) == ("", "", None, None)


@pytest.mark.parametrize("answer", [b"<html>hello</html>", b"{}", b'{"sid": null}'])
def test_out_04_an_acceptance_that_cannot_be_read_is_ambiguous(answer: bytes, first: Message, wire: Wire) -> None:
    fault = http(201, accepted=True)
    wire.carrier.inject(replace(fault, reply=replace(fault.reply, body=answer)))
    wire.deliver_due()
    assert (status_of(first), posts(wire)) == (MessageStatus.UNKNOWN, 1)


def test_an_adapter_that_breaks_counts_as_ambiguous(
    first: Message, wire: Wire, at: time_machine.Traveller, monkeypatch: pytest.MonkeyPatch
) -> None:
    def break_after_sending(self: TwilioCarrier, text: OutboundText) -> SendResult:
        original(self, text)
        raise KeyError("sid")

    original = TwilioCarrier.send
    monkeypatch.setattr(TwilioCarrier, "send", break_after_sending)
    wire.deliver_due()
    assert (status_of(first), first.error_code) == (MessageStatus.UNKNOWN, "KeyError")
    at.shift(GRACE)
    wire.deliver_due()
    assert (status_of(first), len(wire.sent)) == (MessageStatus.ACCEPTED, 1)


@pytest.mark.parametrize("word", ["sent", "delivered"])
def test_out_05_a_callback_settles_an_unknown_text_at_once(word: str, first: Message, wire: Wire, at) -> None:
    wire.carrier.inject(http(500, accepted=True))
    wire.deliver_due()
    sid = wire.carrier.ledger[0].sid

    wire.post("message-status", f"message-status__{word}", query={"text": str(first.key)}, MessageSid=sid)

    assert (status_of(first), first.carrier_message_id) == (word, sid)
    assert (first.error_code, first.error_text, first.next_at) == ("", "", None)
    at.shift(3600)
    wire.deliver_due()
    assert (posts(wire), look_ups(wire)) == (1, 0)


def test_out_06_each_of_two_equal_texts_finds_its_own_in_the_log(wire: Wire, at) -> None:
    """Two of three equal texts went out: each id is claimed once, and the third is sent."""
    conversation = conversation_of(wire)
    rows = [write(conversation, "On my way") for _ in range(3)]
    wire.carrier.inject(drop_after(), http(503), drop_after())
    wire.deliver_due()
    assert [status_of(row) for row in rows] == [MessageStatus.UNKNOWN] * 3
    at.shift(GRACE)
    wire.deliver_due()
    assert [status_of(row) for row in rows] == [MessageStatus.ACCEPTED] * 3
    assert {row.carrier_message_id for row in rows} == {text.sid for text in wire.carrier.ledger}
    assert (posts(wire), len(wire.sent)) == (4, 3)


@pytest.mark.parametrize(
    ("to", "body", "earlier"),
    [(CALLER, "Nearly there", 0), ("+15555550177", "On my way", 0), (CALLER, "On my way", 120)],
    ids=["another body", "another person", "before the row was written"],
)
def test_out_06_other_texts_of_the_log_are_not_taken_for_ours(to: str, body: str, earlier: int, wire: Wire, at) -> None:
    conversation = conversation_of(wire)
    client, _ = api_client(wire.account.account_sid, wire.account.auth_token, wire.carrier.url)
    client.messages.create(to=to, from_=wire.number.number, body=body)
    at.shift(earlier)
    row = write(conversation, "On my way")
    wire.carrier.inject(http(500))
    wire.deliver_due()
    at.shift(GRACE)
    wire.deliver_due()
    assert (status_of(row), look_ups(wire)) == (MessageStatus.ACCEPTED, 1)
    assert [text.sid for text in wire.carrier.ledger][1:] == [row.carrier_message_id]


def test_out_06_the_carriers_own_answer_outweighs_a_guess(wire: Wire, at, monkeypatch: pytest.MonkeyPatch) -> None:
    """An unknown text takes the id of an equal one that is being sent; when that one's answer comes, it asks again."""
    conversation = conversation_of(wire)
    lost, taken = write(conversation, "On my way"), write(conversation, "On my way")
    wire.carrier.inject(http(500))
    outbound.deliver(lost.pk)
    at.shift(GRACE)
    original = TwilioCarrier.send

    def look_up_meanwhile(self: TwilioCarrier, text: OutboundText) -> SendResult:
        result = original(self, text)
        if text.key == str(taken.key):
            outbound.deliver(lost.pk)
            assert Message.objects.get(pk=lost.pk).carrier_message_id == result.message_id
        return result

    monkeypatch.setattr(TwilioCarrier, "send", look_up_meanwhile)
    outbound.deliver(taken.pk)
    assert (status_of(taken), status_of(lost)) == (MessageStatus.ACCEPTED, MessageStatus.UNKNOWN)
    at.shift(GRACE)
    wire.deliver_due()
    assert [status_of(lost), status_of(taken)] == [MessageStatus.ACCEPTED] * 2
    assert [taken.carrier_message_id, lost.carrier_message_id] == [text.sid for text in wire.carrier.ledger]


def test_a_log_that_cannot_be_read_is_asked_again(first: Message, wire: Wire, at) -> None:
    wire.carrier.inject(drop_after())
    wire.deliver_due()
    wire.carrier.inject(*[http(503)] * 3, on="list_messages")
    for _ in range(3):
        at.shift(GRACE)
        wire.deliver_due()
        assert status_of(first) == MessageStatus.UNKNOWN
    at.shift(GRACE)
    wire.deliver_due()
    assert (status_of(first), posts(wire), look_ups(wire)) == (MessageStatus.ACCEPTED, 1, 4)


def test_a_log_that_stays_closed_leaves_it_to_a_person(first: Message, wire: Wire, at) -> None:
    wire.carrier.inject(drop_after())
    wire.deliver_due()
    wire.carrier.plan_faults(1, (1.0, http(503)), on="list_messages")
    at.shift(44 * 60)
    wire.deliver_due()
    assert status_of(first) == MessageStatus.UNKNOWN
    at.shift(2 * 60)
    wire.deliver_due()
    assert status_of(first) == MessageStatus.DEAD
    assert CallbackTask.objects.get().reason == TaskReason.UNCERTAIN


def test_an_answer_of_the_log_that_comes_too_late_changes_nothing(first: Message, wire: Wire, at, monkeypatch) -> None:
    """While we waited for it, another process read the log, sent the text again and is uncertain in its turn."""
    find = TwilioCarrier.find_texts
    asked = []

    def slow_find(self: TwilioCarrier, **what: object) -> list[object]:
        listed = find(self, **what)
        asked.append(len(listed))
        if len(asked) == 1:
            at.shift(31)
            wire.deliver_due()
        return listed

    monkeypatch.setattr(TwilioCarrier, "find_texts", slow_find)
    wire.carrier.inject(http(500), drop_after())
    wire.deliver_due()
    at.shift(GRACE)
    outbound.deliver(first.pk)
    first.refresh_from_db()
    assert (first.status, first.attempts, first.next_at) == (
        MessageStatus.UNKNOWN,
        2,
        clock.now() + timedelta(seconds=GRACE),
    )
    at.shift(GRACE)
    wire.deliver_due()
    assert (status_of(first), posts(wire), asked) == (MessageStatus.ACCEPTED, 2, [0, 0, 1])
    assert len(wire.sent) == 1


# ---------------------------------------------------------------- final answers
@pytest.mark.parametrize("code", [21211, 21614, 21610, 30007])
def test_out_08_a_refusal_is_final(code: int, first: Message, wire: Wire, at) -> None:
    wire.carrier.inject(error(code))
    wire.deliver_due()
    assert (status_of(first), first.error_code, first.next_at) == (MessageStatus.FAILED, str(code), None)
    at.shift(3600)
    wire.deliver_due()
    assert (posts(wire), look_ups(wire), wire.sent) == (1, 0, [])
    assert wire.business.opt_outs.filter(phone=CALLER, revoked_at=None).exists() == (code == 21610)


def test_an_account_that_carries_no_texts_refuses(wire: Wire, at) -> None:
    account = make_account(wire.business, kind=CarrierKind.WEBHOOK)
    wire.number.account = account
    wire.number.save()
    row = write(conversation_of(wire), "Hello")
    wire.deliver_due()
    assert (status_of(row), row.error_code) == (MessageStatus.FAILED, "no_texts")


def test_a_carrier_without_a_log_leaves_it_to_a_person(first: Message, wire: Wire, at, monkeypatch) -> None:
    def find_texts(self: TwilioCarrier, **_: object) -> list[object]:
        raise NotSupported

    monkeypatch.setattr(TwilioCarrier, "find_texts", find_texts)
    wire.carrier.inject(drop_after())
    wire.deliver_due()
    at.shift(GRACE)
    wire.deliver_due()
    assert (status_of(first), posts(wire)) == (MessageStatus.DEAD, 1)


# ---------------------------------------------------------------- once
def test_out_09_one_cause_twenty_times_at_once_is_one_text(wire: Wire) -> None:
    """20 threads write the same cause, then 20 threads send the row: one row, one POST."""
    conversation = conversation_of(wire)
    written = run_at_once([lambda: write(conversation, "Once", key="same").pk] * 20)
    assert len(set(written)) == Message.objects.count() == 1
    run_at_once([lambda: outbound.deliver(written[0])] * 20)
    assert (posts(wire), len(wire.sent)) == (1, 1)
    assert Message.objects.get().attempts == 1


def test_out_10_a_cause_that_rolls_back_leaves_nothing(wire: Wire) -> None:
    class Undone(Exception):
        pass

    conversation = conversation_of(wire)
    preview = Conversation.objects.get().last_preview

    @transaction.atomic
    def write_and_fail() -> None:
        write(conversation, "Never")
        raise Undone

    with pytest.raises(Undone):
        write_and_fail()
    wire.deliver_due()
    assert not Message.objects.exists()
    assert not OrmQ.objects.exists()
    assert Conversation.objects.get().last_preview == preview
    assert posts(wire) == 0


def hold_up(monkeypatch: pytest.MonkeyPatch, where: str, meanwhile) -> None:
    """Let `meanwhile` happen once, at the named point of a delivery, as if its process had been stopped there."""
    done = []

    def once() -> None:
        if not done:
            done.append(True)
            meanwhile()

    if where == "before the last look":
        last_look = outbound._still_ours

        def held_up(claim, *, now):
            once()
            return last_look(claim, now=clock.now())

        monkeypatch.setattr(outbound, "_still_ours", held_up)
        return
    send = TwilioCarrier.send

    def held_up_after(self: TwilioCarrier, text: OutboundText) -> SendResult:
        result = send(self, text)
        once()
        return result

    monkeypatch.setattr(TwilioCarrier, "send", held_up_after)


@pytest.mark.parametrize("where", ["before the last look", "after the carrier took it"])
def test_out_12_a_stopped_lease_holder_that_continues_sends_nothing(
    where: str, first: Message, wire: Wire, at, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another sender settles the text while the first is stopped for two minutes: no second POST."""

    def others() -> None:
        for seconds in (31, GRACE, 1):
            at.shift(seconds)
            wire.deliver_due()

    hold_up(monkeypatch, where, others)
    outbound.deliver(first.pk)
    assert status_of(first) == MessageStatus.ACCEPTED
    assert (posts(wire), len(wire.sent)) == (1, 1)
    assert first.carrier_message_id == wire.carrier.ledger[0].sid


def test_out_12_an_answer_that_comes_before_the_repetition_prevents_it(
    first: Message, wire: Wire, at, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The log did not show the text yet, so it was to be sent again; then its own sender wakes up with the answer."""

    def others() -> None:
        wire.carrier.list_lag = 3600
        for seconds in (31, GRACE):
            at.shift(seconds)
            outbound.deliver(first.pk)
        assert status_of(first) == MessageStatus.QUEUED

    hold_up(monkeypatch, "after the carrier took it", others)
    outbound.deliver(first.pk)
    wire.deliver_due()
    assert (status_of(first), posts(wire)) == (MessageStatus.ACCEPTED, 1)


def test_out_13_a_text_that_waited_too_long_does_not_leave(first: Message, wire: Wire, at) -> None:
    at.shift(15 * 60)
    wire.deliver_due()
    assert status_of(first) == MessageStatus.EXPIRED
    assert posts(wire) == 0
    task = CallbackTask.objects.get()
    assert (task.reason, task.lead_id, task.due_at) == (
        TaskReason.TOO_LATE,
        first.lead_id,
        clock.now() + timedelta(minutes=10),
    )
    shown = [entry.row for entry in timeline.timeline_of(first.conversation).entries if entry.kind == "text"]
    assert [(row.pk, row.get_status_display()) for row in shown] == [(first.pk, "Too late, not sent")]


def test_out_13_an_expired_staff_text_makes_no_task(wire: Wire, at) -> None:
    row = write(conversation_of(wire), "See you soon")
    at.shift(3601)
    wire.deliver_due()
    assert (status_of(row), posts(wire), CallbackTask.objects.count()) == (MessageStatus.EXPIRED, 0, 0)


def go_through_doubt(wire: Wire, at, times: int) -> None:
    for _ in range(times):
        wire.deliver_due()
        at.shift(GRACE)
    wire.deliver_due()


def test_out_14_after_three_uncertain_sends_a_person_decides(first: Message, wire: Wire, at) -> None:
    """Dead, an alert (the callback task), and Retry works once."""
    wire.carrier.inject(*[http(500)] * 3)
    go_through_doubt(wire, at, 3)
    assert (status_of(first), posts(wire), look_ups(wire)) == (MessageStatus.DEAD, 3, 3)
    assert CallbackTask.objects.get().reason == TaskReason.UNCERTAIN
    assert [event.kind for event in LeadEvent.objects.filter(kind="task.created")] == ["task.created"]

    ana = make_user("ana")
    assert outbound.retry(first, by=ana, now=clock.now())
    outbound.retry(first, by=ana, now=clock.now())
    wire.deliver_due()
    again = Message.objects.exclude(pk=first.pk).get()
    assert (again.status, again.kind, again.body, again.author_id) == (
        MessageStatus.ACCEPTED,
        MessageKind.STAFF,
        first.body,
        ana.pk,
    )
    assert len(wire.sent) == 1
    assert not outbound.retry(again, by=ana, now=clock.now())


def test_out_14_a_staff_text_given_up_alerts_as_well(wire: Wire, at) -> None:
    row = write(conversation_of(wire), "Coming at nine")
    wire.carrier.inject(*[http(500)] * 3)
    go_through_doubt(wire, at, 3)
    assert status_of(row) == MessageStatus.DEAD
    event = LeadEvent.objects.get(kind="text.given_up")
    assert event.data == {"message": str(row.key), "conversation": str(row.conversation.key)}


def test_a_text_whose_sender_died_is_tried_more_often(
    first: Message, wire: Wire, at, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Dying senders are our own trouble: six of them before a person is asked, not three."""

    class Killed(BaseException):
        pass

    def die(self: TwilioCarrier, text: OutboundText) -> SendResult:
        raise Killed

    with monkeypatch.context() as dying:
        dying.setattr(TwilioCarrier, "send", die)
        for _ in range(5):
            with pytest.raises(Killed):
                outbound.deliver(first.pk)
            at.shift(30)
            outbound.deliver(first.pk)
            assert status_of(first) == MessageStatus.UNKNOWN
            at.shift(GRACE)
            outbound.deliver(first.pk)
            assert status_of(first) == MessageStatus.QUEUED
    outbound.deliver(first.pk)
    assert (status_of(first), first.attempts, posts(wire)) == (MessageStatus.ACCEPTED, 6, 1)


@pytest.mark.parametrize(
    ("status", "again"),
    [
        (MessageStatus.DEAD, True),
        (MessageStatus.FAILED, True),
        (MessageStatus.UNDELIVERED, True),
        (MessageStatus.EXPIRED, True),
        (MessageStatus.SUPPRESSED, True),
        (MessageStatus.QUEUED, False),
        (MessageStatus.SENDING, False),
        (MessageStatus.UNKNOWN, False),
        (MessageStatus.ACCEPTED, False),
        (MessageStatus.SENT, False),
        (MessageStatus.DELIVERED, False),
    ],
)
def test_only_what_has_surely_ended_can_be_retried(status: MessageStatus, again: bool, wire: Wire, at) -> None:
    row = write(conversation_of(wire), "Hello")
    Message.objects.filter(pk=row.pk).update(status=status, next_at=None)
    row.refresh_from_db()
    assert outbound.retry(row, by=make_user(), now=clock.now()) == again
    assert Message.objects.count() == 1 + again


# ---------------------------------------------------------------- order and what is due
def test_texts_to_one_person_leave_in_order_also_after_a_throttling(wire: Wire, at) -> None:
    conversation = conversation_of(wire)
    write(conversation, "One")
    write(conversation, "Two")
    wire.carrier.inject(too_many_requests(5))
    wire.deliver_due()
    assert posts(wire) == 1
    at.shift(7)
    wire.deliver_due()
    assert [body for _, body in wire.sent] == ["One", "Two"]


def test_a_later_text_cannot_be_claimed_before_an_earlier_one(wire: Wire, at) -> None:
    conversation = conversation_of(wire)
    first, second = write(conversation, "One"), write(conversation, "Two")
    outbound.deliver(second.pk)
    assert (status_of(second), posts(wire)) == (MessageStatus.QUEUED, 0)
    outbound.deliver(first.pk)
    outbound.deliver(second.pk)
    assert [body for _, body in wire.sent] == ["One", "Two"]


def test_a_text_for_later_holds_nobody_up(wire: Wire, at) -> None:
    conversation = conversation_of(wire)
    outbound.queue_text(
        conversation,
        kind=MessageKind.AUTO_REPLY,
        body="Later",
        idem_key="later",
        now=clock.now(),
        delay=timedelta(minutes=1),
    )
    write(conversation, "Now")
    wire.deliver_due()
    assert [body for _, body in wire.sent] == ["Now"]


def test_a_resting_number_stands_in_nobodys_way(wire: Wire, at) -> None:
    first, second = conversation_of(wire), conversation_of(wire, "+15555550124")
    write(first, "One")
    Message.objects.update(status=MessageStatus.UNKNOWN)
    row = write(second, "Two")
    assert [message.pk for message in outbound.due(clock.now(), limit=9)] == [row.pk - 1, row.pk]
    resting = Q(status=MessageStatus.QUEUED, number=wire.number.pk)
    assert [message.pk for message in outbound.due(clock.now(), limit=9, passed_over=resting)] == [row.pk - 1]


def test_a_text_that_breaks_the_code_is_put_off(wire: Wire, at, monkeypatch, caplog: pytest.LogCaptureFixture) -> None:
    row = write(conversation_of(wire), "Hello")

    def broken(*_: object, **__: object) -> None:
        raise ValueError("poison")

    monkeypatch.setattr(outbound.recheck, "reason_not_to_send", broken)
    with caplog.at_level(logging.CRITICAL):
        outbound.attempt(*outbound.due(clock.now(), limit=9))
    row.refresh_from_db()
    assert (row.status, row.attempts, row.next_at) == (MessageStatus.QUEUED, 0, NOON + timedelta(minutes=5))


def test_a_suppressed_text_is_kept_with_its_reason(wire: Wire, at) -> None:
    conversation = conversation_of(wire)
    CarrierAccount.objects.update(stopped_at=NOON)
    row = write(conversation, "Hello")
    wire.deliver_due()
    assert (status_of(row), row.suppression, posts(wire)) == (MessageStatus.SUPPRESSED, Suppression.SENDER_STOPPED, 0)


# ---------------------------------------------------------------- OUT-16
def test_out_16_every_client_of_the_carrier_has_a_deadline() -> None:
    """The SDK's own default is to wait for ever."""
    made = [
        (name, {keyword.arg for keyword in node.keywords})
        for name, tree in modules().items()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and ast.unparse(node.func) in ("Client", "twilio.rest.Client")
    ]
    assert [(name, "http_client" in words) for name, words in made] == [("messaging.carriers.twilio_api", True)]
    client, http_client = api_client("AC0", "token", "")
    assert client.http_client is http_client
    assert http_client.timeout == TIMEOUT_SECONDS == 10.0
    assert {adapter.max_retries.total for adapter in http_client.session.adapters.values()} == {0}
