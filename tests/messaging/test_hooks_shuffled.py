"""CHA-11: the carrier's events of a day in any order come to the same end.

In order is only what the carrier cannot turn around: a call has rung before anything else is told of it. Which of two
things was known first may decide whether somebody is texted, and the last word whether they wait for an answer; so a
caller who also wrote is compared without that.
"""

import random
from collections.abc import Callable
from typing import Any

import pytest
import time_machine

from leads.models import Lead
from messaging.models import Call, Conversation, Message, OptOut
from tests.factories import NOON, phone
from tests.fakes.carrier import FakeCarrier
from tests.messaging.team_line import make_hosted
from tests.rows import copy_rows, put_back
from tests.wire import Wire

pytestmark = pytest.mark.django_db(transaction=True)

ORDERS = (1, 2, 3)
TEXTED = [phone(700 + index) for index in range(4)]
CALLING = [phone(710 + index) for index in range(3)]
WRITING = {
    phone(720): ["Do you fix boilers?"],
    phone(721): ["STOP"],
    phone(722): ["START"],
    phone(723): ["STOP", "STOP"],
}
# They call, and they write.
BOTH = {phone(730): ["My basement is flooding"], phone(731): ["STOP"]}

# Each: post it. In order within one list, the lists in any order.
Hook = Callable[[Wire], Any]


def of_call(caller: str, index: int) -> list[list[Hook]]:
    """It rings, nobody takes it, a message is left; the rest is told at any time after it rang."""
    call_id = f"CA{index:032x}"
    who = {"From": caller, "Caller": caller, "CallSid": call_id}
    recording = f"RE{index:032x}"

    def post(event: str, name: str, **more: Any) -> Hook:
        query = {"attempt": "1"} if event == "dial" else None
        return lambda wire: wire.post(event, name, query=query, **more)

    later = [
        post("voicemail", "voicemail__recorded", **who, RecordingSid=recording),
        post("recording", "recording__completed", CallSid=call_id, RecordingSid=recording),
        post("transcription", "transcription__completed", **who, RecordingSid=recording),
        post("call-status", "call-status__completed", **who),
    ]
    return [
        [post("voice", "voice__ringing", **who), post("dial", "dial__no_answer", **who)],
        *([each] for each in later),
    ]


def of_text(sender: str, body: str, index: int) -> Hook:
    return lambda wire: wire.post("message", "message__plain", From=sender, Body=body, MessageSid=f"SM{index:032x}")


def of_status(text: Message, name: str) -> Hook:
    ours = {"MessageSid": text.carrier_message_id, "SmsSid": text.carrier_message_id}
    return lambda wire: wire.post("message-status", name, query={"text": str(text.key)}, **ours)


def shuffled(wire: Wire, seed: int) -> list[Hook]:
    dice = random.Random(seed)
    calls = [of_call(caller, index) for index, caller in enumerate([*CALLING, *BOTH], 100)]
    loose: list[Hook] = [
        of_text(sender, body, 1000 + 10 * index + number)
        for index, (sender, bodies) in enumerate({**WRITING, **BOTH}.items())
        for number, body in enumerate(bodies)
    ]
    ends = ["delivered", "delivered", "undelivered_30006", "delivered"]
    for text, end in zip(wire.texts(), ends, strict=True):
        loose += [of_status(text, f"message-status__{name}") for name in ("queued", "sent", end)]
    order: list[tuple[float, Hook]] = [(dice.random(), hook) for hook in loose]
    for (first, then), *rest in calls:
        rang = dice.random()
        order += [(rang, first), (dice.uniform(rang, 1), then)]
        order += [(dice.uniform(rang, 1), hook) for (hook,) in rest]
    return [hook for _, hook in sorted(order, key=lambda each: each[0])]


def state(wire: Wire) -> dict[str, list[Any]]:
    """What the day has come to, without ids and clock times."""
    wrote = [*WRITING, *BOTH]
    decided = {
        call.caller: "" if call.caller in wrote else f"{call.outcome} {call.decision}" for call in Call.objects.all()
    }
    left = Message.objects.filter(direction="out").exclude(lead__phone__in=wrote)
    return {
        "calls": sorted(
            (call.caller, call.state, call.miss_reason, call.voicemail_seconds, call.voicemail_status, call.transcript,
             call.ended_at is not None, decided[call.caller]) for call in Call.objects.all()
        ),
        "said": sorted(Message.objects.filter(direction="in").values_list("lead__phone", "kind", "body")),
        "texted": sorted(left.values_list("lead__phone", "kind", "body", "status", "error_code")),
        "opted out": sorted((row.phone, row.revoked_at is None) for row in OptOut.objects.all()),
        "leads": sorted(Lead.objects.values_list("phone", "language", "is_team")),
        "conversations": sorted(
            (row.lead.phone, row.status, row.handler, row.is_urgent, row.needs_reply and row.lead.phone not in BOTH,
             row.language) for row in Conversation.objects.select_related("lead")
        ),
    }  # fmt: skip


def test_a_day_in_any_order_comes_to_the_same_end(db: None, carrier: FakeCarrier) -> None:
    wire = make_hosted(carrier)
    with time_machine.travel(NOON, tick=False) as at:
        for index, caller in enumerate(TEXTED):
            for hook in of_call(caller, index)[0]:
                assert hook(wire).status_code == 200
        wire.deliver_due()
        morning = copy_rows()
        ends = []
        for seed in ORDERS:
            put_back(morning)
            at.move_to(NOON)
            day = shuffled(wire, seed)
            assert len(day) >= 40
            for hook in day:
                at.shift(20)
                assert hook(wire).status_code == 200
                wire.deliver_due()
            at.shift(600)
            wire.deliver_due()
            ends.append(state(wire))
    for other in ends[1:]:
        assert {what: set(rows) ^ set(other[what]) for what, rows in ends[0].items() if rows != other[what]} == {}
    assert all(ends[0].values())
    assert [gone for _, gone in ends[0]["opted out"]] == [True, True, True]
