"""OUT-15: STOP against a text that is being sent, at every point and in 200 random interleavings."""

import random
import time
from collections.abc import Callable

import pytest

from leads.enums import TaskReason
from leads.models import CallbackTask, LeadEvent
from messaging import outbound
from messaging.carriers.base import OutboundText, SendResult
from messaging.carriers.twilio import TwilioCarrier
from messaging.enums import MessageKind, MessageStatus, Suppression
from messaging.models import Message, OptOut
from recoverline.lib import clock
from tests.factories import make_conversation, make_lead, phone
from tests.fakes.carrier import CallbackPlan
from tests.messaging.threads import run_at_once
from tests.wire import CALLER, Wire

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _quiet_carrier(wire: Wire) -> None:
    wire.carrier.callbacks = CallbackPlan(statuses=())


def say_stop(wire: Wire, sid: str = "SM" + "5" * 32, sender: str = CALLER) -> None:
    answer = wire.post("message", "message__stop", MessageSid=sid, SmsMessageSid=sid, SmsSid=sid, From=sender)
    assert answer.status_code == 200


def at_point(monkeypatch: pytest.MonkeyPatch, point: str, act: Callable[[], None]) -> None:
    """Let `act` happen at this point of the delivery."""
    last_look, send, save = outbound._still_ours, TwilioCarrier.send, outbound._save_result

    def look(claim, *, now):
        if point == "claimed":
            act()
        still = last_look(claim, now=now)
        if point == "looked":
            act()
        return still

    def hand_over(self: TwilioCarrier, text: OutboundText) -> SendResult:
        result = send(self, text)
        if point == "taken by the carrier":
            act()
        return result

    def save_result(claim, result, *, now):
        save(claim, result, now=now)
        if point == "saved":
            act()

    monkeypatch.setattr(outbound, "_still_ours", look)
    monkeypatch.setattr(TwilioCarrier, "send", hand_over)
    monkeypatch.setattr(outbound, "_save_result", save_result)


@pytest.mark.parametrize(
    ("point", "leaves", "told"),
    [
        ("queued", False, "Opted out (text)"),
        ("claimed", False, "Opted out (text); a text may be on its way already"),
        ("looked", True, "Opted out (text); a text may be on its way already"),
        ("taken by the carrier", True, "Opted out (text); a text may be on its way already"),
        ("saved", True, "Opted out (text)"),
    ],
)
def test_out_15_stop_at_each_point_of_a_delivery(
    point: str, leaves: bool, told: str, wire: Wire, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Up to the last look nothing leaves; afterwards the text in flight is sent, recorded and told."""
    wire.post("voice", "voice__ringing")
    (message,) = wire.texts()
    if point == "queued":
        say_stop(wire)
    else:
        at_point(monkeypatch, point, lambda: say_stop(wire))
    outbound.deliver(message.pk)

    message.refresh_from_db()
    assert len(wire.sent) == leaves
    assert message.status == (MessageStatus.ACCEPTED if leaves else MessageStatus.SUPPRESSED)
    assert message.suppression == ("" if leaves else Suppression.OPTED_OUT)
    assert LeadEvent.objects.get(kind="lead.opted_out").text == told
    reasons = [task.reason for task in CallbackTask.objects.all()]
    assert reasons == ([TaskReason.OPTED_OUT] if point == "claimed" else [])


def test_out_15_two_hundred_races(wire: Wire, monkeypatch: pytest.MonkeyPatch) -> None:
    """STOP and the sender start together, 200 times, with random delays: no POST begins after the commit.

    A POST begins at the sender's last look; the commit has happened at the latest when the webhook is answered.
    """
    dice = random.Random(15)
    looked: dict[int, float] = {}
    last_look = outbound._still_ours

    def look(claim, *, now):
        looked[claim.message.pk] = time.monotonic()
        return last_look(claim, now=now)

    monkeypatch.setattr(outbound, "_still_ours", look)
    in_flight = 0
    for race in range(200):
        lead = make_lead(wire.business, phone=phone(race))
        conversation = make_conversation(lead, wire.number)
        message = outbound.queue_text(
            conversation, kind=MessageKind.STAFF, body="Hello", idem_key=f"race:{race}", now=clock.now()
        )
        before = len(wire.sent)
        committed: list[float] = []
        delays = [dice.randrange(10), dice.randrange(60)]

        def stop(reads: int = delays[0], sid: str = f"SM{race:032x}", sender: str = lead.phone) -> None:
            for _ in range(reads):
                OptOut.objects.exists()
            say_stop(wire, sid, sender)
            committed.append(time.monotonic())  # noqa: B023  read in the same round

        def send(reads: int = delays[1], pk: int = message.pk) -> None:
            for _ in range(reads):
                OptOut.objects.exists()
            outbound.deliver(pk)

        run_at_once([stop, send])
        sent = len(wire.sent) - before
        message.refresh_from_db()
        if sent:
            in_flight += 1
            assert looked[message.pk] < committed[0]
            assert message.status == MessageStatus.ACCEPTED
        else:
            assert (message.status, message.suppression) == (MessageStatus.SUPPRESSED, Suppression.OPTED_OUT)
        assert not Message.objects.filter(lead=lead, status__in=[MessageStatus.QUEUED, MessageStatus.SENDING]).exists()
    assert OptOut.objects.filter(revoked_at=None).count() == 200
    print(f"{in_flight} of 200 texts were in flight when STOP came")
    assert 0 < in_flight < 200


def test_two_stops_and_a_claim_at_once_do_not_block_each_other(wire: Wire) -> None:
    """The contact's lock is taken before its rows, so no two transactions wait for each other."""
    for race in range(20):
        lead = make_lead(wire.business, phone=phone(300 + race))
        conversation = make_conversation(lead, wire.number)
        rows = [
            outbound.queue_text(
                conversation, kind=MessageKind.STAFF, body=f"{n}", idem_key=f"{race}:{n}", now=clock.now()
            )
            for n in range(2)
        ]
        sids = [f"SM{race:031x}{n}" for n in range(3)]
        run_at_once(
            [
                *[lambda sid=sid, sender=lead.phone: say_stop(wire, sid, sender) for sid in sids],
                *[lambda pk=row.pk: outbound.deliver(pk) for row in rows],
            ]
        )
        assert OptOut.objects.filter(phone=lead.phone).count() == 1
        assert LeadEvent.objects.filter(kind="lead.opted_out", lead=lead).count() == 1
        assert (
            wire.account.hooks.filter(natural_key__in=sids).exclude(processed_at=None).exclude(problem="").count() == 0
        )
        assert wire.account.hooks.filter(natural_key__in=sids, problem="").count() == 3
