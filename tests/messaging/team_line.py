"""A number that rings the team, and its TwiML made readable."""

import re
from typing import Any

from messaging.enums import NumberMode
from messaging.models import Call, RingTarget
from tests.fakes.carrier import FakeCarrier
from tests.wire import Wire, make_wire

ANN, BOB, CAT = "+15555550111", "+15555550112", "+15555550113"


def make_hosted(carrier: FakeCarrier, *phones: str, **number: Any) -> Wire:
    """A number that rings the team, Ann and Bob unless others are named."""
    wire = make_wire(carrier, mode=NumberMode.HOSTED, **number)
    for position, phone in enumerate(phones or (ANN, BOB), 1):
        RingTarget.objects.create(number=wire.number, phone=phone, position=position)
    return wire


def spoken(content: bytes) -> str:
    """The TwiML with its addresses cut down to their events."""
    address = r"http://127\.0\.0\.1:8000/hooks/twilio/[^/]+/([^#\"]+)#rc=2&amp;rp=ct,rt,5xx"
    return re.sub(address, r"\1", content.decode()).partition("?>")[2]


def post(wire: Wire, event: str, name: str, **more: Any) -> str:
    answer = wire.post(event, name, **more)
    assert answer.status_code == 200
    return spoken(answer.content)


def decided(call: Call | None = None) -> tuple[str, str]:
    row = call or Call.objects.get()
    return row.state, row.miss_reason
