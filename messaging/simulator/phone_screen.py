"""What the person with the simulated phone sees and hears, read from rows and from the answers that we gave."""

from dataclasses import dataclass
from datetime import datetime

from messaging.enums import CallState, Direction, MessageStatus
from messaging.models import Call, InboundHook, Message, PhoneNumber
from messaging.optout_words import is_carrier_keyword
from messaging.simulator.twiml import spoken

RECENT = 40
ARRIVED = (MessageStatus.SENT, MessageStatus.DELIVERED)
_STOPPED = "You get no more texts from this number. Reply START to get them again. (The carrier's own answer)"
_STARTED = "You get texts from this number again. Reply STOP to end them. (The carrier's own answer)"
_HELP = "Reply STOP to end texts from this number. Message and data rates may apply. (The carrier's own answer)"
_CARRIER_ANSWERS = {"START": _STARTED, "UNSTOP": _STARTED, "YES": _STARTED, "HELP": _HELP, "INFO": _HELP}


@dataclass(frozen=True, slots=True)
class Bubble:
    """A text on the phone. `is_mine`: the person wrote it; `status` is only known of what came in."""

    is_mine: bool
    body: str
    at: datetime
    pictures: int = 0
    is_from_carrier: bool = False


@dataclass(frozen=True, slots=True)
class PhoneScreen:
    """`heard`: what was said in the last call, `call_line`: how that call went; "" without one."""

    call_line: str
    heard: tuple[str, ...]
    called_at: datetime | None
    bubbles: tuple[Bubble, ...]
    last_call: Call | None = None


def screen_of(number: PhoneNumber, phone: str) -> PhoneScreen:
    call = Call.objects.filter(number=number, caller_raw=phone).order_by("-id").first()
    return PhoneScreen(
        call_line=_call_line(call) if call else "",
        heard=_heard(call) if call else (),
        called_at=call.started_at if call else None,
        bubbles=tuple(_bubbles(number, phone)),
        last_call=call,
    )


def _call_line(call: Call) -> str:
    if call.state == CallState.RINGING:
        return "Ringing…"
    if call.state == CallState.ANSWERED:
        return "Answered: talked with the team"
    if call.rang_seconds:
        return f"Rang {call.rang_seconds} s, nobody answered"
    return "Nobody answered"


def _heard(call: Call) -> tuple[str, ...]:
    """From the answers to the caller's own leg; what the team's phones heard is not for the caller."""
    hooks = InboundHook.objects.filter(
        account=call.account_id, event__in=["voice", "dial", "voicemail"], natural_key__startswith=call.carrier_call_id
    ).order_by("id")
    return tuple(words for hook in hooks for words in spoken(hook.answer))


def _bubbles(number: PhoneNumber, phone: str) -> list[Bubble]:
    rows = Message.objects.filter(number=number, lead__phone=phone).prefetch_related("media").order_by("-id")[:RECENT]
    bubbles: list[Bubble] = []
    for row in reversed(rows):
        if row.direction == Direction.IN:
            bubbles.append(Bubble(True, row.body, row.created_at, len(row.media.all())))
            if number.account.handles_optout and is_carrier_keyword(row.body):
                answer = _CARRIER_ANSWERS.get(row.body.strip().upper(), _STOPPED)
                bubbles.append(Bubble(False, answer, row.created_at, is_from_carrier=True))
        elif row.status in ARRIVED:
            bubbles.append(Bubble(False, row.body, row.sent_at or row.created_at))
    return bubbles
