"""Texts between a customer and whoever of the team has said "mine": by their own phones, through our number.

A customer's words go to the member's real phone only. A member's words go to a customer only while that member has the
escalation of that conversation, and each of them is confirmed; a forged text shows at once on the phone it pretends to
come from.
"""

import logging
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Q, QuerySet

from leads.models import Membership
from messaging import consent, outbound
from messaging.enums import ConversationStatus, Direction, Handler, MessageKind, MessageStatus
from messaging.escalation import codes, opening, telling, throttle
from messaging.escalation.alert_words import plain
from messaging.escalation.enums import AckMeans, EscalationStatus
from messaging.escalation.team_line import line_to
from messaging.inbox import acts, replying
from messaging.models import Conversation, Escalation, EscalationNotice, Message
from recoverline.lib.text import one_line

logger = logging.getLogger(__name__)

OPEN_FOR = timedelta(hours=12)
QUOTED_AT_MOST = 320
# Of one forward to the next nobody reads more.
FORWARDED_AT_MOST = 5
# So often the same words are tried when the texts that quote them are lost.
FORWARDED_UNTIL = 3
# Beginning of the idem_key of an answer that quotes the customer.
SEEN = "seen:"


@dataclass(frozen=True, slots=True)
class Answer:
    """What to tell a member; it quotes the customer of the escalation up to the text `seen` (0: it does not)."""

    text: str
    seen: int = 0


def open_relays(member: Membership, *, now: datetime) -> list[Escalation]:
    """What `member` has, in conversations that are still theirs and alive; the latest first."""
    rows = _relayed().filter(acknowledged_by=member).order_by("-acknowledged_at", "-id")
    return [row for row in rows if _is_alive(row, now)]


def _relayed() -> "QuerySet[Escalation]":
    rows = Escalation.objects.filter(
        status=EscalationStatus.ACKNOWLEDGED, conversation__isnull=False, conversation__handler=Handler.PERSON,
        conversation__lead__blocked_at=None,
    ).exclude(conversation__status=ConversationStatus.DONE)  # fmt: skip
    return rows.select_related(
        "business", "lead", "acknowledged_by__user", "conversation__request", "conversation__lead",
        "conversation__business", "conversation__location__business", "conversation__number__account",
        "conversation__number__business", "conversation__number__location__business",
    )  # fmt: skip


def _is_alive(escalation: Escalation, now: datetime) -> bool:
    conversation, since = escalation.conversation, escalation.acknowledged_at
    return conversation is not None and since is not None and max(since, conversation.last_at) > now - OPEN_FOR


# ---------------------------------------------------------------- from the member to the customer
def send(escalation: Escalation, *, member: Membership, body: str, text_id: str, now: datetime) -> Answer:
    """Text the customer as `member`. `text_id`: the carrier's id of what they wrote; the same again sends nothing.

    What the customer wrote and the member has not seen is told first, and nothing is sent.
    """
    conversation, who = escalation.conversation, telling.customer_of(escalation)
    if conversation is None or not acts.may_have(conversation, member.user):
        return Answer("Not sent: you may not answer there.")
    with transaction.atomic():
        consent.hold_contact(conversation.lead_id)
        unseen = unseen_texts(escalation)
        if unseen:
            told = f"Not sent. Before yours came: {quoted(unseen)} - Send yours again if it still fits."
            return Answer(told, seen=unseen[-1].pk)
        client_id = uuid.uuid5(uuid.NAMESPACE_OID, f"on-call {text_id}")
        try:
            message = replying.reply(conversation, by=member.user, body=body, client_id=client_id, now=now)
        except replying.Closed:
            return Answer(f"Not sent: the conversation with {who} is closed.")
    if message.status == MessageStatus.SUPPRESSED:
        return Answer(f"Not sent to {who}: {message.get_suppression_display().lower()}.")
    return Answer(f'Sent to {who}: "{one_line(body, 60)}"')


# ---------------------------------------------------------------- from the customer to the member
def ring_if_relayed(conversation: Conversation) -> None:
    """A customer wrote: if somebody has it by phone, they shall read it there soon."""
    theirs = Escalation.objects.filter(conversation=conversation.pk, status=EscalationStatus.ACKNOWLEDGED)
    if theirs.exists():
        opening.ring_bell()


def forward_waiting(now: datetime) -> int:
    """Send each member what their customers wrote since, as far as the phone has room; how many texts."""
    recent = _relayed().filter(acknowledged_by__works_by_text=True, acknowledged_by__user__is_active=True)
    recent = recent.exclude(acknowledged_by__phone="").filter(conversation__last_at__gt=now - OPEN_FOR)
    rows = recent.order_by("conversation__last_at", "id")[:200]
    sent = 0
    for row in rows:
        try:
            sent += _is_alive(row, now) and _forward(row, now=now)
        except Exception:  # one of them must not stand in the way of the others
            logger.exception("what the customer of escalation %s wrote could not be passed on", row.pk)
    return sent


def _forward(escalation: Escalation, *, now: datetime) -> bool:
    member, conversation = escalation.acknowledged_by, escalation.conversation
    if member is None or conversation is None or not _works_by_phone(escalation):
        return False
    with transaction.atomic():
        line = line_to(member, conversation.number, now)
        consent.hold_contact(line.lead_id)
        unseen = [text for text in unseen_texts(escalation) if text.direction == Direction.IN]
        if not unseen or not throttle.has_room(member.phone, now=now):
            return False
        key = f"{throttle.SAID}{escalation.key}:{unseen[-1].pk}"
        # All of them were lost, or these words would not be unseen.
        tried = Message.objects.filter(Q(idem_key=key) | Q(idem_key__startswith=f"{key}:"), business=line.business_id)
        attempt = tried.count()
        if attempt >= FORWARDED_UNTIL:
            return False
        code = code_of(escalation, member, now=now)
        name = f"{code} {telling.customer_of(escalation)}".strip()
        body = plain(f"{name}: {quoted(unseen)}")
        idem_key = f"{key}:{attempt}" if attempt else key
        message = outbound.queue_text(line, kind=MessageKind.ALERT, body=body, idem_key=idem_key, now=now)
    return message.status not in throttle.LOST


def _works_by_phone(escalation: Escalation) -> bool:
    """Who took it in the inbox reads it there, unless they have texted about it."""
    return escalation.acknowledged_via != AckMeans.INBOX or escalation.texts.exists()


def code_of(escalation: Escalation, member: Membership, *, now: datetime) -> str:
    """The code under which `member` has it on their phone, "" where they were never told of it."""
    mine = EscalationNotice.objects.filter(escalation=escalation, member=member)
    notice = mine.exclude(code="").order_by("id").first() or mine.order_by("id").first()
    return codes.keep_code(notice, member.phone, now=now) if notice else ""


def last_was_forward(phone: str, business_id: int) -> bool:
    """Whether the last thing we sent to this phone were a customer's words."""
    texts = Message.objects.filter(business=business_id, lead__phone=phone, kind=MessageKind.ALERT)
    last = texts.order_by("-id").values_list("idem_key", flat=True).first() or ""
    return last.startswith((throttle.SAID, SEEN))


# ---------------------------------------------------------------- what was seen
def unseen_texts(escalation: Escalation) -> list[Message]:
    """What the customer, or a colleague, wrote and the member was not told yet; oldest first."""
    since = escalation.acknowledged_at
    texts = Message.objects.filter(conversation=escalation.conversation_id, pk__gt=_seen_up_to(escalation))
    texts = texts.filter(Q(direction=Direction.IN) | Q(kind=MessageKind.STAFF)).exclude(
        Q(status=MessageStatus.SUPPRESSED)
        | Q(direction=Direction.OUT, author=escalation.acknowledged_by.user_id if escalation.acknowledged_by else None)
    )
    # What came before they said "mine" was in the alert, on the page of its link, or in the answer.
    return list(texts.filter(created_at__gt=since).order_by("id").prefetch_related("media")) if since else []


def _seen_up_to(escalation: Escalation) -> int:
    told = Message.objects.filter(
        Q(idem_key__startswith=f"{throttle.SAID}{escalation.key}:")
        | Q(idem_key__startswith=f"{SEEN}{escalation.key}:"),
        business=escalation.business_id,
        conversation__is_team=True,
    ).exclude(status__in=throttle.LOST)
    return max((int(key.split(":")[2]) for key in told.values_list("idem_key", flat=True)), default=0)


def seen_key(escalation: Escalation, answer: Answer, text_id: str) -> str:
    return f"{SEEN}{escalation.key}:{answer.seen}:{text_id}"[:200]


def quoted(texts: Sequence[Message]) -> str:
    """Their words in one line; the latest where there are many."""
    shown = [_words(text) for text in texts[-FORWARDED_AT_MOST:]]
    more = f"({len(texts) - FORWARDED_AT_MOST} earlier) " if len(texts) > FORWARDED_AT_MOST else ""
    return one_line(more + " / ".join(shown), QUOTED_AT_MOST)


def _words(text: Message) -> str:
    said = f'"{" ".join(text.body.split())}"' if text.body else ""
    if text.direction == Direction.OUT:
        said = f"{telling.author_of(text)} answered {said}"
    if text.media.all():
        picture = f"a picture: {settings.SITE_URL}/inbox/{text.conversation.key}/"
        said = f"{said} and {picture}" if said else picture
    return said
