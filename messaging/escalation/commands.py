"""What somebody of the team texts to a business number: read, done, answered, and written down, each once."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from django.db import IntegrityError, transaction

from leads.models import Membership
from messaging import consent, outbound
from messaging.carriers.base import TextReceived
from messaging.enums import MessageKind
from messaging.escalation import deeds, relay
from messaging.escalation.alert_words import plain
from messaging.escalation.deeds import Desk, Done
from messaging.escalation.enums import OnCallCommand
from messaging.escalation.replies import Reply, read_reply
from messaging.escalation.team_line import hold_line, line_to
from messaging.models import CarrierAccount, OnCallText, PhoneNumber
from messaging.optout_words import Meaning
from recoverline.lib.text import clean_inbound, one_line

ANSWERS_TO_USELESS = 5
# Beginning of the idem_key of an answer to them; the carrier's id of their text follows.
ANSWER = "oncall:"
# These mean something although nothing is open.
_ALWAYS = (OnCallCommand.AWAY, OnCallCommand.BACK, OnCallCommand.LIST)
_CONSENT = (Meaning.STOP, Meaning.HELP)

_DEEDS: Mapping[OnCallCommand, Callable[[Desk, Reply], Done]] = {
    OnCallCommand.ACK: deeds.acknowledge,
    OnCallCommand.PASS: deeds.pass_on,
    OnCallCommand.TAKE: deeds.take,
    OnCallCommand.RESUME: deeds.resume,
    OnCallCommand.DONE: deeds.done,
    OnCallCommand.REPLY: deeds.reply,
    OnCallCommand.AWAY: deeds.away,
    OnCallCommand.BACK: deeds.back,
    OnCallCommand.LIST: deeds.list_open,
    OnCallCommand.HELP: deeds.explain,
    OnCallCommand.USELESS: deeds.useless,
}


@dataclass(frozen=True, slots=True)
class _Asked:
    desk: Desk
    reply: Reply


def receive(
    account: CarrierAccount, number: PhoneNumber, phone: str, event: TextReceived, *, now: datetime
) -> bool:  # fmt: skip
    """Do what a member of the team asks for by text, in the caller's transaction; False: it is a customer's text.

    False for everybody else, for words about consent, and for a member to whom nothing is open: owners try out their
    own number.
    """
    member = _member(number, phone)
    if member is None:
        return False
    if OnCallText.objects.filter(business=number.business_id, carrier_message_id=event.message_id).exists():
        return True
    body = clean_inbound(event.body)
    meaning = consent.meaning_of(body, carrier_keyword=event.carrier_keyword)
    if meaning in _CONSENT or (meaning == Meaning.START and _asks_for_start(number, phone, body)):
        return False
    hold_line(number.business_id, phone)
    desk = Desk.of(member, number, phone, event.message_id, now=now)
    reply = _read(desk, body, is_doubtful=meaning == Meaning.MAYBE)
    if not desk.has_context and reply.command not in _ALWAYS:
        return False
    return _act(_Asked(desk, reply), body, has_pictures=bool(event.media), event_id=event.message_id)


def _member(number: PhoneNumber, phone: str) -> Membership | None:
    """Whose phone this is in the business of `number`, if they may work by text; who was told last, of several."""
    members = Membership.objects.select_related("user", "business").filter(
        business=number.business_id, phone=phone, works_by_text=True, user__is_active=True
    )
    found = list(members.order_by("id"))
    if len(found) < 2:
        return found[0] if found else None
    told = found[0].notices.model.objects.filter(member__in=found, phone=phone).order_by("-sent_at", "-id")
    latest = told.values_list("member_id", flat=True).first()
    return next((member for member in found if member.pk == latest), found[0])


def _asks_for_start(number: PhoneNumber, phone: str, body: str) -> bool:
    """To the carrier YES is START as well; to us it is an answer, unless they had opted out."""
    return consent.meaning_of(body) == Meaning.START or consent.is_opted_out(number.business_id, phone)


def _read(desk: Desk, body: str, *, is_doubtful: bool) -> Reply:
    reply = read_reply(body, desk.by_code.keys())
    if reply.command == OnCallCommand.REPLY and not reply.codes and (is_doubtful or not desk.relays):
        # "Leave me alone" is nothing that a customer should get by mistake.
        return replace(reply, command=OnCallCommand.USELESS)
    is_for_customer = reply.is_weak and not desk.open and bool(desk.relays)
    if is_for_customer and relay.last_was_forward(desk.phone, desk.member.business_id):
        # Right after a customer's words "yes" is an answer to them.
        return replace(reply, command=OnCallCommand.REPLY)
    return reply


def _act(asked: _Asked, body: str, *, has_pictures: bool, event_id: str) -> bool:
    desk, reply = asked.desk, asked.reply
    try:
        with transaction.atomic():
            row = OnCallText.objects.create(
                business_id=desk.member.business_id, member=desk.member, phone=desk.phone, at=desk.now,
                carrier_message_id=event_id, body=body, command=reply.command,
            )  # fmt: skip
    except IntegrityError:
        return True
    result = _DEEDS[reply.command](desk, reply)
    text = result.text
    if has_pictures and reply.command == OnCallCommand.REPLY:
        text = f"{text} Your picture was not passed on."
    row.command, row.escalation, row.result = result.command or reply.command, result.escalation, one_line(text, 300)
    row.save(update_fields=["command", "escalation", "result"])
    if row.command != OnCallCommand.USELESS or _useless_in_a_row(desk) <= ANSWERS_TO_USELESS:
        _answer(desk, result, text, event_id)
    return True


def _useless_in_a_row(desk: Desk) -> int:
    """How many useless texts came from this phone since it last said something that did something."""
    mine = OnCallText.objects.filter(business=desk.member.business_id, phone=desk.phone)
    last = mine.exclude(command=OnCallCommand.USELESS).order_by("-id").values_list("pk", flat=True).first()
    return mine.filter(pk__gt=last or 0).count()


def _answer(desk: Desk, result: Done, text: str, event_id: str) -> None:
    line = line_to(desk.member, desk.number, desk.now)
    key = f"{ANSWER}{event_id}"
    if result.seen and result.escalation is not None:
        key = relay.seen_key(result.escalation, relay.Answer(text, result.seen), event_id)
    outbound.queue_text(line, kind=MessageKind.ALERT, body=plain(text), idem_key=key[:200], now=desk.now)
