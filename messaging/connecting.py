"""Let a carrier tell us of a number's calls and texts, and prove that it does.

What was set is asked back, whatever the carrier answered; a test call from another own number is a proof beyond that:
its webhook has to come in, signed, and is stored like any other.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

from messaging.carriers.number_settings import NumberAtCarrier
from messaging.carriers.registry import carrier_for
from messaging.enums import NumberMode
from messaging.models import InboundHook, PhoneNumber

TEST_CALL_SECONDS = 30.0
LOOK_SECONDS = 0.5
# The carrier's clock and ours, and a webhook that is quicker than the answer to the request for the call.
SKEW = timedelta(seconds=5)


class NotConnected(Exception):
    """Words for staff: why the number cannot be connected."""


@dataclass(frozen=True, slots=True)
class Change:
    """One address at the carrier; the same twice is none."""

    label: str
    before: str
    after: str

    @property
    def is_new(self) -> bool:
        return self.before != self.after


@dataclass(frozen=True, slots=True)
class Plan:
    """What would change. `others`: what stands in the way and goes; `problems`: what only a person can change."""

    number_id: str
    changes: tuple[Change, ...]
    others: tuple[str, ...]
    problems: tuple[str, ...]

    @property
    def is_new(self) -> bool:
        return bool(self.others) or any(change.is_new for change in self.changes)


def plan(number: PhoneNumber) -> Plan:
    """Raises NotConnected when the account has no such number, NotSupported when its carrier cannot be told."""
    carrier = carrier_for(number.account)
    found = carrier.number_at_carrier(number)
    if found is None:
        raise NotConnected(f"The account {number.account} has no number {number.number}. Is it another account's?")
    changes = [Change(label, found.urls.get(label, ""), url) for label, url in carrier.hook_urls(number).items()]
    return Plan(found.number_id, tuple(changes), tuple(_in_the_way(found, number)), found.problems)


def connect(number: PhoneNumber, planned: Plan) -> None:
    """Set the addresses, and ask the carrier what it has now. Raises NotConnected when that is not what was asked."""
    carrier = carrier_for(number.account)
    carrier.set_hook_urls(number, planned.number_id)
    left = [change.label for change in plan(number).changes if change.is_new]
    if left or plan(number).others:
        raise NotConnected(f"The carrier took the addresses, and has others all the same: {', '.join(left) or 'calls'}")


def test_caller(number: PhoneNumber) -> str:
    """Another number of ours in the same account: a call from it is known as the team's own and gets no text."""
    others = PhoneNumber.objects.filter(business=number.business_id, account=number.account_id, is_active=True)
    others = others.exclude(pk=number.pk).exclude(mode=NumberMode.EXTERNAL)
    return others.order_by("pk").values_list("number", flat=True).first() or ""


def prove_by_call(
    number: PhoneNumber, *, caller: str, now: datetime, pause: Callable[[float], None] = time.sleep
) -> float | None:
    """Ring the number and wait for its webhook; seconds until it was stored, None when it never came.

    The call counts like any: who called gets a text if they would get one.
    """
    carrier = carrier_for(number.account)
    last = InboundHook.objects.filter(account=number.account_id).order_by("-pk").values_list("pk", flat=True).first()
    begun = time.monotonic()
    call_id = carrier.ring_own(number, caller=caller)
    try:
        while time.monotonic() - begun < TEST_CALL_SECONDS:
            came = InboundHook.objects.filter(
                account=number.account_id, event="voice", pk__gt=last or 0, received_at__gte=now - SKEW
            )
            if any(_is_this(hook, number, caller) for hook in came):
                return time.monotonic() - begun
            pause(LOOK_SECONDS)
    finally:
        with suppress(Exception):  # it ends by itself as well, in half a minute
            carrier.hang_up(call_id)
    return None


def _is_this(hook: InboundHook, number: PhoneNumber, caller: str) -> bool:
    return (hook.payload.get("To"), hook.payload.get("From")) == (number.number, caller)


def _in_the_way(found: NumberAtCarrier, number: PhoneNumber) -> Iterator[str]:
    """Of an external number the calls are another system's, and stay so."""
    yield from (each for each in found.others if number.mode != NumberMode.EXTERNAL or "texts" in each)
