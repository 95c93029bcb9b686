"""The sender: many texts at once, each person's in order, each number at its pace, and nobody held up by a slow one."""

import gc
import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.db import OperationalError, connection, transaction

from messaging import beats, delivery, outbound, sender, settling, upkeep
from messaging.carriers.base import OutboundText, SendOutcome, SendResult
from messaging.carriers.twilio import TwilioCarrier
from messaging.enums import MessageKind, MessageStatus
from messaging.models import Conversation, Message, PhoneNumber
from messaging.sender import Pace, Sender
from recoverline.lib import clock
from tests.factories import fresh, make_account, make_conversation, make_lead, make_location, make_number, phone
from tests.fakes.carrier import AUTH_TOKEN, CallbackPlan, too_many_requests
from tests.wire import Wire

pytestmark = pytest.mark.django_db(transaction=True)

PATIENCE = 20.0


@pytest.fixture(autouse=True)
def _quiet_carrier(wire: Wire) -> None:
    wire.carrier.callbacks = CallbackPlan(statuses=())


def talk(number: PhoneNumber) -> Conversation:
    return make_conversation(make_lead(number.business, phone=phone()), number)


def queue(conversation: Conversation, body: str = "Hello") -> Message:
    return outbound.queue_text(
        conversation, kind=MessageKind.STAFF, body=body, idem_key=f"test:{fresh()}", now=clock.now()
    )


@contextmanager
def running(threads: int = 8) -> Iterator[Sender]:
    """A sender at work on a thread of its own."""
    working = Sender(threads)

    def run() -> None:
        try:
            working.run()
        finally:
            connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    try:
        yield working
    finally:
        working.stop()
        thread.join(PATIENCE)
        # The threads of its pool are gone; what is left of their connections would keep the test database busy.
        gc.collect()
    assert not thread.is_alive()


class Watch:
    """Lets a test wait for what has left, and hold chosen texts in the carrier's hands."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.changed = threading.Condition()
        self.begun: list[str] = []
        self.done: list[str] = []
        self.over: list[str] = []
        self.held: dict[str, threading.Event] = {}
        send = TwilioCarrier.send

        def watched(adapter: TwilioCarrier, text: OutboundText) -> SendResult:
            self.note(self.begun, text.body)
            if text.body in self.held:
                assert self.held[text.body].wait(PATIENCE)
            result = send(adapter, text)
            self.note(self.done, text.body)
            return result

        save, give_up = outbound._save_result, delivery.give_up

        def saved(claim, result: SendResult, *, now) -> None:
            save(claim, result, now=now)
            if result.outcome == SendOutcome.ACCEPTED:
                self.note(self.over, claim.message.body)

        def given_up(message: Message, *, now) -> None:
            give_up(message, now=now)
            self.note(self.over, message.body)

        monkeypatch.setattr(TwilioCarrier, "send", watched)
        monkeypatch.setattr(outbound, "_save_result", saved)
        monkeypatch.setattr(delivery, "give_up", given_up)

    def note(self, where: list[str], body: str) -> None:
        with self.changed:
            where.append(body)
            self.changed.notify_all()

    def hold(self, body: str) -> threading.Event:
        self.held[body] = threading.Event()
        return self.held[body]

    def wait_for(self, met: Callable[[], bool]) -> None:
        with self.changed:
            assert self.changed.wait_for(met, PATIENCE), (self.begun, self.done)


@pytest.fixture
def watch(monkeypatch: pytest.MonkeyPatch) -> Watch:
    return Watch(monkeypatch)


def settled(count: int) -> bool:
    return Message.objects.filter(status=MessageStatus.ACCEPTED).count() == count


def wait_until_settled(watch: Watch, count: int) -> None:
    """All are sent, and it is written down."""
    watch.wait_for(lambda: len(watch.over) == count)
    assert settled(count)


# ---------------------------------------------------------------- order and concurrency
def test_texts_to_one_person_leave_in_order_with_32_threads(wire: Wire, watch: Watch) -> None:
    """Ten people, four texts each, some of them throttled on the way."""
    conversations = [talk(wire.number) for _ in range(10)]
    wire.carrier.plan_faults(7, (0.2, too_many_requests(1)))
    for n in range(4):
        for conversation in conversations:
            queue(conversation, f"{n} to {conversation.pk}")
    with running(32):
        wait_until_settled(watch, 40)
    for conversation in conversations:
        assert [body for to, body in wire.sent if to == conversation.lead.phone] == [
            f"{n} to {conversation.pk}" for n in range(4)
        ]


def test_a_slow_carrier_call_holds_up_nobody_else(wire: Wire, watch: Watch) -> None:
    slow = watch.hold("slow")
    queue(talk(wire.number), "slow")
    with running(2):
        watch.wait_for(lambda: watch.begun == ["slow"])
        for n in range(5):
            queue(talk(wire.number), f"quick {n}")
        watch.wait_for(lambda: len(watch.done) == 5)
        assert "slow" not in watch.done
        slow.set()
        wait_until_settled(watch, 6)


def test_the_second_text_to_a_person_waits_for_the_first(wire: Wire, watch: Watch) -> None:
    held = watch.hold("one")
    conversation = talk(wire.number)
    queue(conversation, "one")
    queue(conversation, "two")
    queue(talk(wire.number), "other")
    with running(8):
        watch.wait_for(lambda: watch.done == ["other"])
        assert watch.begun.count("two") == 0
        held.set()
        wait_until_settled(watch, 3)
    assert watch.done == ["other", "one", "two"]


def test_no_more_than_its_threads(wire: Wire, watch: Watch) -> None:
    gates = [watch.hold(f"{n}") for n in range(5)]
    for n in range(5):
        queue(talk(wire.number), f"{n}")
    with running(3):
        watch.wait_for(lambda: len(watch.begun) == 3)
        assert Message.objects.filter(status=MessageStatus.QUEUED).count() == 2
        for gate in gates:
            gate.set()
        wait_until_settled(watch, 5)


def test_stop_finishes_what_is_in_hand_and_begins_nothing(wire: Wire, watch: Watch) -> None:
    gate = watch.hold("in hand")
    queue(talk(wire.number), "in hand")
    with running(1) as working:
        watch.wait_for(lambda: watch.begun == ["in hand"])
        queue(talk(wire.number), "waiting")
        working.stop()
        gate.set()
    assert list(Message.objects.order_by("id").values_list("body", "status")) == [
        ("in hand", MessageStatus.ACCEPTED),
        ("waiting", MessageStatus.QUEUED),
    ]
    assert watch.begun == ["in hand"]


def test_two_senders_send_each_text_once(wire: Wire, watch: Watch) -> None:
    rows = [queue(talk(wire.number), f"{n}") for n in range(60)]
    with running(8), running(8):
        wait_until_settled(watch, 60)
    assert sorted(body for _, body in wire.sent) == sorted(row.body for row in rows)


def test_an_account_whose_carrier_hangs_has_half_of_the_threads_at_most(wire: Wire, watch: Watch) -> None:
    """CHA-07: however much of its own is due and in front, the others' texts leave."""
    account = make_account(wire.business, auth_token=AUTH_TOKEN)
    other = make_number(make_location(wire.business), account, texts_per_second=100.0)
    gates = [watch.hold(f"hangs {n}") for n in range(20)]
    for n in range(20):
        queue(talk(other), f"hangs {n}")
    with running(4):
        watch.wait_for(lambda: len(watch.begun) == 2)
        for n in range(6):
            queue(talk(wire.number), f"quick {n}")
        watch.wait_for(lambda: len(watch.done) == 6)
        assert len([body for body in watch.begun if body.startswith("hangs")]) == 2
        wire.carrier.accounts[account.account_sid] = AUTH_TOKEN
        for gate in gates:
            gate.set()
        wait_until_settled(watch, 26)


# ---------------------------------------------------------------- pace
def test_a_number_sends_at_its_pace_after_a_first_rush() -> None:
    pace = Pace()
    assert [pace.take(1, 2.0, at=100.0) for _ in range(21)] == [True] * 20 + [False]
    assert [pace.take(1, 2.0, at) for at in (100.4, 100.5, 100.6, 101.0, 101.0)] == [False, True, False, True, False]
    assert pace.take(2, 0.1, at=100.0)
    assert not pace.take(2, 0.1, at=109.9)
    assert pace.take(2, 0.1, at=110.0)


def test_a_number_rests_until_it_may_send_again() -> None:
    pace = Pace()
    assert pace.take(1, 0.5, at=0.0)
    for _ in range(4):
        assert pace.take(1, 0.5, at=0.0)
    assert not pace.take(1, 0.5, at=0.0)
    assert set(pace.resting(1.9)) == {1}
    assert set(pace.resting(2.0)) == set()
    assert pace.take(1, 0.5, at=2.0)


def test_a_number_with_a_backlog_holds_up_no_other(wire: Wire, watch: Watch) -> None:
    """200 texts wait for a number that may send one in ten seconds; another number's text passes them all."""
    slow = make_number(wire.number.location, wire.account, texts_per_second=0.1)
    for n in range(200):
        queue(talk(slow), f"slow {n}")
    queue(talk(wire.number), "quick")
    with running(4):
        watch.wait_for(lambda: "quick" in watch.done)
    assert len([body for body in watch.begun if body.startswith("slow")]) == 1


def test_looking_up_costs_no_pace(wire: Wire, watch: Watch) -> None:
    """Only sending does: the log of a resting number is read all the same."""
    PhoneNumber.objects.filter(pk=wire.number.pk).update(texts_per_second=0.1)
    unknown = [queue(talk(wire.number), f"unknown {n}") for n in range(3)]
    Message.objects.update(status=MessageStatus.UNKNOWN, unknowns=settling.GIVE_UP_AT)
    queue(talk(wire.number), "first")
    queue(talk(wire.number), "second")
    with running(4):
        watch.wait_for(lambda: len(watch.over) == 4)
    assert set(watch.over) == {"first", *(row.body for row in unknown)}
    assert watch.begun == ["first"]


# ---------------------------------------------------------------- turns
class Turns:
    """Stands for the robot: takes note of which conversation's turn was taken when, and settles it."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.changed = threading.Condition()
        self.taken: list[tuple[int, datetime]] = []
        monkeypatch.setattr(sender.turn, "attempt", self._attempt)

    def _attempt(self, conversation_id: int) -> None:
        Conversation.objects.filter(pk=conversation_id).update(turn_due_at=None)
        with self.changed:
            self.taken.append((conversation_id, clock.now()))
            self.changed.notify_all()

    def wait_for(self, count: int) -> None:
        with self.changed:
            assert self.changed.wait_for(lambda: len(self.taken) >= count, PATIENCE)


@pytest.fixture
def turns(monkeypatch: pytest.MonkeyPatch) -> Turns:
    return Turns(monkeypatch)


def make_due(number: PhoneNumber, at: datetime, **more: datetime) -> Conversation:
    conversation = talk(number)
    Conversation.objects.filter(pk=conversation.pk).update(turn_due_at=at, **more)
    return conversation


def test_a_turn_is_taken_when_the_burst_is_over(wire: Wire, turns: Turns, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing rings at that moment, and the poll is an hour away."""
    monkeypatch.setattr(sender, "POLL_SECONDS", 3600.0)
    due_at = clock.now() + timedelta(seconds=0.7)
    later, sooner = make_due(wire.number, due_at + timedelta(seconds=0.4)), make_due(wire.number, due_at)
    with running(1):
        turns.wait_for(2)
    assert [pk for pk, _ in turns.taken] == [sooner.pk, later.pk]
    assert turns.taken[0][1] >= due_at


def test_how_long_until_the_next_turn(wire: Wire, turns: Turns) -> None:
    """As far as a look reaches, and of those only that nobody has in hand."""
    working = Sender(1)
    with time_machine.travel(clock.now(), tick=False):
        now = clock.now()
        assert working.dispatch_turns() == sender.POLL_SECONDS
        make_due(wire.number, now + timedelta(seconds=8))
        make_due(wire.number, now + timedelta(seconds=0.1), turn_lease_until=now + timedelta(seconds=45))
        assert working.dispatch_turns() == sender.POLL_SECONDS
        make_due(wire.number, now + timedelta(seconds=0.25))
        assert working.dispatch_turns() == 0.25
    assert turns.taken == []


def test_turns_do_not_stand_in_the_way_of_texts(
    wire: Wire, watch: Watch, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    """Every thread for turns waits for the model; a text leaves, and the next turn begins when one is free."""
    settings.TURN_THREADS = 2
    waiting, begun = threading.Event(), []

    def attempt(conversation_id: int) -> None:
        begun.append(conversation_id)
        assert waiting.wait(PATIENCE)
        Conversation.objects.filter(pk=conversation_id).update(turn_due_at=None)

    monkeypatch.setattr(sender.turn, "attempt", attempt)
    rows = [make_due(wire.number, clock.now() - timedelta(seconds=3 - n)) for n in range(3)]
    with running(1):
        queue(talk(wire.number), "quick")
        wait_until_settled(watch, 1)
        assert sorted(begun) == [row.pk for row in rows[:2]]
        waiting.set()
    assert set(begun) >= {row.pk for row in rows[:2]}
    assert len(begun) == len(set(begun))


# ---------------------------------------------------------------- trouble
def test_a_text_that_breaks_the_code_stops_no_other(wire: Wire, watch: Watch, monkeypatch, caplog) -> None:
    caplog.set_level(logging.CRITICAL)
    claim = outbound._claim
    poison = queue(talk(wire.number), "poison")

    def break_on_poison(message_id: int, lead_id: int, **more):
        if message_id == poison.pk:
            raise ValueError("poison")
        return claim(message_id, lead_id, **more)

    monkeypatch.setattr(outbound, "_claim", break_on_poison)
    for n in range(3):
        queue(talk(wire.number), f"{n}")
    with running(2):
        wait_until_settled(watch, 3)
    poison.refresh_from_db()
    assert poison.status == MessageStatus.QUEUED
    assert poison.next_at > clock.now() + timedelta(minutes=4)


def test_the_sender_survives_a_database_that_is_away(wire: Wire, watch: Watch, monkeypatch, caplog) -> None:
    caplog.set_level(logging.CRITICAL)
    ask = outbound.due
    failures = iter([OperationalError("away"), OperationalError("away")])

    def away(*args, **more):
        if failure := next(failures, None):
            raise failure
        return ask(*args, **more)

    monkeypatch.setattr(outbound, "due", away)
    queue(talk(wire.number), "after all")
    with running(2):
        wait_until_settled(watch, 1)


def test_the_sender_shows_that_it_lives(wire: Wire, watch: Watch) -> None:
    queue(talk(wire.number))
    with running(1):
        wait_until_settled(watch, 1)
        assert beats.read().latest(beats.SENDER) is not None
    assert beats.read().latest(beats.SENDER) is None


def cut_all_other_connections() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )


@pytest.mark.postgres
@pytest.mark.skipif(connection.vendor != "postgresql", reason="asks PostgreSQL")
def test_the_bell_wakes_the_sender(wire: Wire, watch: Watch, monkeypatch: pytest.MonkeyPatch) -> None:
    """NOTIFY alone: the poll is an hour away. It rings with the commit, not before."""
    monkeypatch.setattr(sender, "POLL_SECONDS", 3600.0)
    listening = threading.Event()
    listen = sender.Bell._listen

    def heard(bell: sender.Bell):
        line = listen(bell)
        listening.set()
        return line

    monkeypatch.setattr(sender.Bell, "_listen", heard)
    with running(4):
        assert listening.wait(PATIENCE)
        with transaction.atomic():
            for n in range(3):
                queue(talk(wire.number), f"{n}")
            assert watch.begun == []
        wait_until_settled(watch, 3)
        queue(talk(wire.number), "once more")
        wait_until_settled(watch, 4)


@pytest.mark.postgres
@pytest.mark.skipif(connection.vendor != "postgresql", reason="asks PostgreSQL")
def test_a_freed_thread_wakes_the_sender(wire: Wire, watch: Watch, monkeypatch: pytest.MonkeyPatch) -> None:
    """The second text to a person leaves as soon as the first is done: nothing rings, and the poll is an hour away."""
    monkeypatch.setattr(sender, "POLL_SECONDS", 3600.0)
    conversation = talk(wire.number)
    for n in range(4):
        queue(conversation, f"{n}")
    with running(4):
        wait_until_settled(watch, 4)
    assert watch.done == ["0", "1", "2", "3"]


@pytest.mark.postgres
@pytest.mark.skipif(connection.vendor != "postgresql", reason="asks PostgreSQL")
def test_every_connection_is_cut_and_the_sender_goes_on(wire: Wire, watch: Watch, caplog) -> None:
    caplog.set_level(logging.CRITICAL)
    queue(talk(wire.number), "before")
    with running(4):
        wait_until_settled(watch, 1)
        cut_all_other_connections()
        queue(talk(wire.number), "after")
        wait_until_settled(watch, 2)
    assert watch.done == ["before", "after"]


@pytest.mark.postgres
@pytest.mark.skipif(connection.vendor != "postgresql", reason="asks PostgreSQL")
def test_the_database_goes_between_the_post_and_its_saving(wire: Wire, watch: Watch, monkeypatch, caplog) -> None:
    """The carrier has the text, we could not write it down: the lease ends, the log is read, nothing is sent twice."""
    caplog.set_level(logging.CRITICAL)
    save = outbound._save_result
    cut = threading.Event()

    def cut_first(claim, result, *, now):
        if not cut.is_set():
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_backend_pid()")
                (mine,) = cursor.fetchone()
            other = connection.copy()
            with other.cursor() as cursor:
                cursor.execute("SELECT pg_terminate_backend(%s)", [mine])
            other.close()
            cut.set()
        save(claim, result, now=now)

    monkeypatch.setattr(outbound, "_save_result", cut_first)
    row = queue(talk(wire.number), "once")
    with running(2):
        watch.wait_for(lambda: watch.done == ["once"])
        assert cut.wait(PATIENCE)
    row.refresh_from_db()
    assert row.status == MessageStatus.SENDING
    for seconds in (31, 92):
        with time_machine.travel(clock.now() + timedelta(seconds=seconds), tick=False):
            outbound.deliver(row.pk)
    row.refresh_from_db()
    assert (row.status, row.carrier_message_id) == (MessageStatus.ACCEPTED, wire.carrier.ledger[0].sid)
    assert len(wire.sent) == 1


# ---------------------------------------------------------------- the worker's sweep
def test_the_worker_takes_over_what_is_ten_seconds_late(wire: Wire, watch: Watch) -> None:
    row = queue(talk(wire.number))
    assert upkeep.sweep_texts(clock.now() + timedelta(seconds=9)) == 0
    assert upkeep.sweep_texts(clock.now() + timedelta(seconds=11)) == 1
    row.refresh_from_db()
    assert row.status == MessageStatus.ACCEPTED


def test_the_sweep_ends_in_time(wire: Wire, watch: Watch, monkeypatch: pytest.MonkeyPatch) -> None:
    """A tick is killed after 60 seconds: what is left is for the next one."""
    for _ in range(3):
        queue(talk(wire.number))
    monkeypatch.setattr(upkeep, "SWEEP_SECONDS", -1.0)
    assert upkeep.sweep_texts(clock.now() + timedelta(seconds=11)) == 0


def test_the_sweep_waits_once_for_a_carrier_that_hangs(wire: Wire, watch: Watch, monkeypatch) -> None:
    """CHA-07: each of its texts would cost ten seconds of a worker that has others to look after."""
    other = make_number(make_location(wire.business), make_account(wire.business, auth_token=AUTH_TOKEN))
    wire.carrier.accounts[other.account.account_sid] = AUTH_TOKEN
    for n in range(3):
        queue(talk(other), f"hangs {n}")
    queue(talk(wire.number), "quick")
    monkeypatch.setattr(upkeep, "SILENCE_SECONDS", -1.0)
    assert upkeep.sweep_texts(clock.now() + timedelta(seconds=11)) == 2
    assert watch.begun == ["hangs 0", "quick"]


def test_a_poisoned_text_does_not_stop_the_sweep(wire: Wire, watch: Watch, monkeypatch, caplog) -> None:
    caplog.set_level(logging.CRITICAL)
    advance = outbound._advance
    poison, good = queue(talk(wire.number), "poison"), queue(talk(wire.number), "good")

    def break_on_poison(text: outbound.Due) -> None:
        if text.pk == poison.pk:
            raise ValueError("poison")
        advance(text)

    monkeypatch.setattr(outbound, "_advance", break_on_poison)
    Message.objects.update(next_at=clock.now() - timedelta(seconds=11))
    assert upkeep.sweep_texts(clock.now()) == 2
    good.refresh_from_db()
    assert good.status == MessageStatus.ACCEPTED
    assert watch.done == ["good"]
