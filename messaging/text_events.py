"""A text came in: consent first, then whose it is, then whether it is urgent.

What it says is answered by the robot, in a turn of its own (messaging.agent.turn), or by a person.
"""

import re
from datetime import datetime, timedelta

from leads import events, intake
from leads.models import Lead
from messaging import appointment_replies, blocking, consent, conversations, delivery, urgency
from messaging.agent import autonomy, turn
from messaging.agent.words.loops import LoopSign, Said, is_auto_reply, looks_automatic
from messaging.answers import answer
from messaging.carriers.base import BadPayload, TextReceived
from messaging.compliance import ledger
from messaging.configuration import number_called, own_phones
from messaging.enums import (
    ConsentKind,
    ConsentMeans,
    Direction,
    Happening,
    Intent,
    MessageKind,
    MessageStatus,
    OptOutSource,
    ScriptKind,
)
from messaging.escalation import commands, relay, team_line
from messaging.followups import enrolling, stopping
from messaging.followups.enums import StopReason
from messaging.models import CarrierAccount, Conversation, Message, MessageMedia, PhoneNumber
from messaging.optout_words import Meaning, is_carrier_keyword
from messaging.urgency_words import sounds_dangerous
from recoverline.lib import queue, request_ids
from recoverline.lib.phones import is_anonymous, is_short_code, parse_phone
from recoverline.lib.text import clean_inbound

# One such text is left alone; it says nothing about the person who may write next.
_ONLY_THIS_TEXT = (LoopSign.AUTO_REPLY, LoopSign.ECHO)
# So few words say that it is urgent, and not what it is.
_ONLY_URGENT = 3
TOLL_FREE = re.compile(r"^\+18(00|33|44|55|66|77|88)")


def text_received(account: CarrierAccount, event: TextReceived, *, now: datetime) -> None:
    number = number_called(account, event.to)
    if number is None:
        raise BadPayload(f"no number {event.to[:32]} of this account is known here")
    if is_anonymous(event.sender) or is_short_code(event.sender):
        # The stored webhook is all there is to keep: a bank's code opens no conversation.
        return
    phone = parse_phone(event.sender, number.business.country)
    if phone is None:
        return
    # Neither a line of ours nor anybody of the team, as nearly always: nothing to ask.
    is_own = phone in own_phones(number.business_id)
    if is_own and _is_ours(number, phone):
        return
    if Message.objects.filter(account=account, carrier_message_id=event.message_id).exists():
        return
    if is_own and commands.receive(account, number, phone, event, now=now):
        return
    # Held: a turn that is about to answer holds the same row. Either it sees this text, or this text sees its answer.
    lead = intake.open_lead(
        number.business, phone=phone, at=now, source=number.source, simulated=number.account.kind == "simulator",
        hold=True,
    )  # fmt: skip
    if lead.created_at == now:
        consent.recall(lead.business_id, phone)
    if lead.is_landline or lead.is_unreachable:
        delivery.believe_reachable(lead.pk)
    conversation = _conversation_for(lead, number, event, now=now)
    message = _store(conversation, event, now=now)
    meaning = consent.meaning_of(message.body, carrier_keyword=event.carrier_keyword)
    if meaning != Meaning.STOP:
        stopping.note_reply(conversation, now)
    if _is_about_consent(conversation, message, event, meaning, now=now):
        return
    if lead.blocked_at is not None:
        said, cause = message.body or "Picture", f"text:{message.pk}"
        blocking.keep(conversation, said, cause=cause, happening=Happening.TEXT_IN, now=now)
    else:
        _act_on(conversation, message, event, meaning, now=now)


def _is_about_consent(
    conversation: Conversation, message: Message, event: TextReceived, meaning: Meaning, *, now: datetime
) -> bool:
    """Do what STOP, START and HELP ask for; True when nothing else in the text counts."""
    if meaning == Meaning.STOP:
        _stop(conversation, message, event, now=now)
        urgency.tell_people(conversation, message.body, now=now)
        return True
    if meaning == Meaning.HELP:
        _help(conversation, message, event, now=now)
        return True
    if meaning != Meaning.START:
        return False
    # To the carrier YES is START. From somebody who never opted out it answers us.
    came_back = _start(conversation, message, event, now=now)
    return came_back or consent.meaning_of(message.body) == Meaning.START


def _act_on(
    conversation: Conversation, message: Message, event: TextReceived, meaning: Meaning, *, now: datetime
) -> None:
    """What a customer wrote: a danger, a machine, something urgent, their visit, the robot's turn; one answer."""
    body = message.body
    _note_first_text(conversation.lead, message, event, now=now)
    conversations.note_said(
        conversation, text=body or "Picture", now=now, by_customer=not _is_known_machine(conversation, message),
        happening=Happening.TEXT_IN, is_held=True,
    )  # fmt: skip
    relay.ring_if_relayed(conversation)
    if meaning == Meaning.MAYBE:
        _note_consent(conversation, event, ConsentKind.DOUBTFUL, said=body, now=now)
        _pause(conversation, "This may be a request to stop, or the wrong person. Please read it and decide.", now=now)
    # Danger comes before everything else, even if a machine says it. One may take two texts to say.
    burst = _burst(conversation, body)
    said = burst if sounds_dangerous(burst) else body
    if not sounds_dangerous(said) and _is_machine(conversation, now=now):
        return
    is_urgent = urgency.notice(conversation, said, cause=f"text:{message.pk}", now=now)
    # "URGENT, drain clogged in Tempe, how much?" says what the robot can go on with; a danger is for people alone.
    if is_urgent and (sounds_dangerous(said) or len(body.split()) <= _ONLY_URGENT):
        return
    enrolling.wait_for_booking(conversation, now=now, is_held=True)
    leaves_moves = autonomy.answers(conversation, Intent.RESCHEDULE)
    if not appointment_replies.notice(conversation, message, now=now, leaves_moves=leaves_moves):
        turn.wake(conversation, now=now)


def _is_ours(number: PhoneNumber, phone: str) -> bool:
    """One of the business's own numbers writes: two robots would talk to each other for ever."""
    return PhoneNumber.objects.filter(business=number.business_id, number=phone).exists()


def _conversation_for(lead: Lead, number: PhoneNumber, event: TextReceived, *, now: datetime) -> Conversation:
    """Where the text belongs. STOP and HELP do not begin a new matter if there is an old thread to put them in."""
    meaning = consent.meaning_of(event.body, carrier_keyword=event.carrier_keyword)
    if meaning in (Meaning.STOP, Meaning.START, Meaning.HELP):
        latest = conversations.latest_conversation(lead, number)
        if latest is None and lead.is_team:
            latest = team_line.line_of(lead, number)
        if latest is not None:
            return latest
    return conversations.open_conversation(lead, number, now=now)


def _store(conversation: Conversation, event: TextReceived, *, now: datetime) -> Message:
    message = Message.objects.create(
        business_id=conversation.business_id,
        conversation=conversation,
        lead_id=conversation.lead_id,
        number_id=conversation.number_id,
        account_id=conversation.number.account_id,
        direction=Direction.IN,
        kind=MessageKind.INBOUND,
        body=clean_inbound(event.body),
        status=MessageStatus.RECEIVED,
        idem_key=f"in:{conversation.number.account_id}:{event.message_id}"[:200],
        carrier_message_id=event.message_id,
        created_at=now,
        request_id=request_ids.current(),
        is_simulated=conversation.is_simulated,
    )
    if event.media:
        MessageMedia.objects.bulk_create(
            MessageMedia(message=message, position=position, url=media.url[:500], content_type=media.content_type[:80])
            for position, media in enumerate(event.media)
        )
        queue.enqueue("messaging.tasks.fetch_media", message.pk)
    events.tell(
        "text.received", business=conversation.business, lead=conversation.lead, at=now, message=str(message.key)
    )
    return message


# ---------------------------------------------------------------- consent
def _stop(conversation: Conversation, message: Message, event: TextReceived, *, now: datetime) -> None:
    row = consent.opt_out(
        conversation.business, phone=conversation.lead.phone, source=OptOutSource.TEXT,
        evidence=f"text {event.message_id}", said=message.body, now=now,
    )  # fmt: skip
    _note_keyword(conversation, message, now=now)
    conversations.end_waiting(conversation)
    stopping.stop_for(conversation.lead_id, StopReason.OPTED_OUT, now=now)
    appointment_replies.note_bare_cancel(conversation, message.body, now=now)
    if row is None:
        return
    if _carrier_answers(conversation, message, event):
        _note_consent(conversation, event, ConsentKind.CONFIRMED, means=ConsentMeans.CARRIER, now=now)
    else:
        answer(conversation, ScriptKind.OPT_OUT_CONFIRMATION, idem_key=f"{consent.CONFIRMATION}{row.pk}", now=now)


def _start(conversation: Conversation, message: Message, event: TextReceived, *, now: datetime) -> bool:
    """Take an opt-out back; False when there was none."""
    _note_keyword(conversation, message, now=now)
    back = consent.opt_in(
        conversation.business, phone=conversation.lead.phone, evidence=f"text {event.message_id}", said=message.body,
        now=now, is_explicit=consent.meaning_of(message.body) == Meaning.START,
    )  # fmt: skip
    if back and not _carrier_answers(conversation, message, event):
        answer(conversation, ScriptKind.OPT_IN_CONFIRMATION, idem_key=f"optin:{message.pk}", now=now)
    return back


def _help(conversation: Conversation, message: Message, event: TextReceived, *, now: datetime) -> None:
    _note_keyword(conversation, message, now=now)
    _note_consent(conversation, event, ConsentKind.HELPED, said=message.body, now=now)
    if not _is_machine(conversation, now=now) and not _carrier_answers(conversation, message, event):
        answer(conversation, ScriptKind.HELP, idem_key=f"help:{message.pk}", now=now)


def _note_consent(
    conversation: Conversation,
    event: TextReceived,
    kind: ConsentKind,
    *,
    now: datetime,
    means: ConsentMeans = ConsentMeans.TEXT,
    said: str = "",
) -> None:
    ledger.note(
        conversation.business_id, conversation.lead.phone, kind, means=means, at=now,
        evidence=f"text {event.message_id}", said=said,
    )  # fmt: skip


def _note_first_text(lead: Lead, message: Message, event: TextReceived, *, now: datetime) -> None:
    """The first text from this phone: they turned to us by themselves."""
    earlier = Message.objects.filter(lead=lead, direction=Direction.IN, pk__lt=message.pk)
    if not earlier.exists():
        evidence = f"text {event.message_id}"
        ledger.note_contact(lead.business_id, lead.phone, means=ConsentMeans.TEXT, at=now, evidence=evidence)


def _note_keyword(conversation: Conversation, message: Message, *, now: datetime) -> None:
    """A word for the carrier asks nothing of a person."""
    conversations.note_said(conversation, text=message.body, now=now, by_customer=False, happening=Happening.TEXT_IN)


def _carrier_answers(conversation: Conversation, message: Message, event: TextReceived) -> bool:
    """Whether the carrier has confirmed already: ours would be refused (STOP) or be the second one (START, HELP)."""
    if not conversation.number.account.handles_optout:
        return False
    toll_free = bool(TOLL_FREE.match(conversation.number.number))
    return bool(event.carrier_keyword) or is_carrier_keyword(message.body, toll_free=toll_free)


def _pause(conversation: Conversation, reason: str, *, now: datetime) -> None:
    if conversations.pause(conversation, reason=reason):
        events.record(
            "conversation.paused", business=conversation.business, lead=conversation.lead, at=now, text=reason,
            conversation=str(conversation.key),
        )  # fmt: skip


def _burst(conversation: Conversation, body: str) -> str:
    """What they have written since the robot was waiting for them to finish, in one line; `body` is the last of it."""
    if conversation.turn_due_at is None or conversation.burst_began_at is None:
        return body
    texts = Message.objects.filter(
        conversation=conversation, direction=Direction.IN, created_at__gte=conversation.burst_began_at
    )
    return " ".join(texts.order_by("id").values_list("body", flat=True)) or body


# ---------------------------------------------------------------- loops
def _is_known_machine(conversation: Conversation, message: Message) -> bool:
    """An automatic answer, in the words in which it came before: it answers whatever we write, and nobody waits there.

    The first one waits for a person, who may see more in it. If they write back it comes again, and without this the
    team on call would be asked again each time.
    """
    if not is_auto_reply(message.body) or sounds_dangerous(message.body):
        return False
    earlier = Message.objects.filter(conversation=conversation, direction=Direction.IN, pk__lt=message.pk)
    return earlier.filter(body=message.body).exists()


def _is_machine(conversation: Conversation, *, now: datetime) -> bool:
    """Whether the latest text is not to be answered because a machine seems to write; it waits for a person."""
    recent = Message.objects.filter(conversation=conversation, created_at__gt=now - timedelta(hours=1))
    rows = recent.exclude(status=MessageStatus.SUPPRESSED).values_list("body", "created_at", "direction", "kind")
    # HELP and STOP are asked for word by word, so a quick answer to ours is no sign.
    asked_for = (MessageKind.STAFF, MessageKind.COMPLIANCE)
    sign = looks_automatic(
        [Said(body, at, side == Direction.OUT, kind not in asked_for) for body, at, side, kind in rows], now=now
    )
    if sign is not None and sign not in _ONLY_THIS_TEXT:
        _pause(conversation, sign.value, now=now)
    return sign is not None
