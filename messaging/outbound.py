"""THE door out. `queue_text` writes the row that is the truth; `deliver` hands it to the carrier, once.

A row is claimed by a conditional update, checked again under the contact's lock, and sent outside any transaction. Whatever may have
reached the carrier without an answer becomes `unknown` and is settled by the carrier's callback or its own log, never by sending again.
"""

import logging
import random
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.db import IntegrityError, connection, transaction
from django.db.models import Exists, F, OuterRef, Q

from leads.models import Lead
from messaging import conversations, delivery, late_text, recheck
from messaging.carriers.base import OutboundText, SendOutcome, SendResult
from messaging.carriers.registry import carrier_for
from messaging.enums import Direction, MessageKind, MessageStatus
from messaging.models import Conversation, Message, OptOut
from recoverline.lib import clock
from recoverline.lib.phones import mask_phone
from recoverline.lib.text import count_segments, normalize

logger = logging.getLogger(__name__)

BELL = "recoverline_outbox"
MAX_UNKNOWNS = 3
BACK_OFF_SECONDS = (1, 2, 4, 8)
# How long a text stays worth sending. A first text has the business's own limit.
VALID_FOR = {
    MessageKind.STAFF: timedelta(hours=1),
    MessageKind.AUTO_REPLY: timedelta(minutes=30),
    MessageKind.COMPLIANCE: timedelta(minutes=5),
}


def queue_text(
    conversation: Conversation,
    *,
    kind: MessageKind,
    body: str,
    idem_key: str,
    now: datetime,
    author: AbstractBaseUser | None = None,
    delay: timedelta = timedelta(),
) -> Message:
    """Write the text into the outbox and ring the sender's bell, in the caller's transaction.

    The same `idem_key` in a business gives the row that exists already. A text that may not be sent is written as `suppressed`,
    with the reason, so that staff see it. `delay` postpones it; its validity counts from then.
    """
    due = now + delay
    text = normalize(body).strip()
    message = Message(
        business_id=conversation.business_id,
        conversation=conversation,
        lead_id=conversation.lead_id,
        number=conversation.number,
        account_id=conversation.number.account_id,
        direction=Direction.OUT,
        kind=kind,
        body=text,
        author_id=author.pk if author else None,
        status=MessageStatus.QUEUED,
        idem_key=idem_key,
        segments=count_segments(text).count,
        next_at=due,
        expires_at=due + valid_for(conversation, kind),
        created_at=now,
        is_simulated=conversation.is_simulated,
    )
    reason = recheck.reason_not_to_queue(conversation, kind)
    if reason:
        message.status, message.suppression, message.next_at = MessageStatus.SUPPRESSED, reason, None
    try:
        with transaction.atomic():
            message.save(force_insert=True)
    except IntegrityError:
        return Message.objects.get(business_id=conversation.business_id, idem_key=idem_key)
    if not reason:
        conversations.note_said(conversation, text=text, now=now, by_customer=False)
        ring_bell()
    return message


def valid_for(conversation: Conversation, kind: MessageKind) -> timedelta:
    if kind == MessageKind.FIRST_TEXT:
        return timedelta(minutes=conversation.business.late_after_minutes)
    return VALID_FOR[kind]


def ring_bell() -> None:
    """Wake the sender when this transaction commits; where there is no NOTIFY it polls."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(f"NOTIFY {BELL}")


def due(now: datetime, *, limit: int, overdue: timedelta = timedelta()) -> list[Message]:
    """Texts to act on at `now`: queued ones whose time has come, leases that ran out, unknown ones to look up."""
    rows = Message.objects.filter(
        status__in=[MessageStatus.QUEUED, MessageStatus.SENDING, MessageStatus.UNKNOWN], next_at__lte=now - overdue
    )
    return list(rows.select_related("number").order_by("next_at", "id")[:limit])


def deliver(message_id: int) -> None:
    """Take one due text a step further: send it, look it up, or declare it over. Harmless when somebody else did."""
    status = Message.objects.filter(pk=message_id).values_list("status", flat=True).first()
    if status == MessageStatus.QUEUED:
        _send(message_id)
    elif status == MessageStatus.SENDING:
        _lease_over(message_id)
    elif status == MessageStatus.UNKNOWN:
        _look_up(message_id)


# ---------------------------------------------------------------- sending
@dataclass(frozen=True, slots=True)
class _Claim:
    message: Message
    attempt: int


def _send(message_id: int) -> None:
    claim = _claim(message_id, now=clock.now())
    if claim is None or not _still_ours(claim, now=clock.now()):
        return
    message = claim.message
    text = OutboundText(
        key=str(message.key),
        sender=message.number.number,
        to=message.lead.phone,
        body=message.body,
        validity_seconds=_validity(message, clock.now()),
    )
    result = carrier_for(message.account).send(text)
    _save_result(claim, result, now=clock.now())


def _claim(message_id: int, *, now: datetime) -> _Claim | None:
    """Own the row, or leave it: expired, refused by a check, taken by another, or behind an earlier text to the same person."""
    lease = now + timedelta(seconds=settings.TEXT_LEASE_SECONDS)
    with transaction.atomic():
        earlier = Message.objects.filter(
            Q(status=MessageStatus.SENDING) | Q(status=MessageStatus.QUEUED, next_at__lte=now),
            lead=OuterRef("lead"), number=OuterRef("number"), direction=Direction.OUT, pk__lt=OuterRef("pk"),
        )  # fmt: skip
        claimed = Message.objects.filter(
            ~Exists(earlier), pk=message_id, status=MessageStatus.QUEUED, next_at__lte=now
        ).update(
            status=MessageStatus.SENDING, attempts=F("attempts") + 1, claimed_at=now, lease_until=lease, next_at=lease
        )
        if not claimed:
            return None
        message = Message.objects.select_related("lead", "number__location", "account", "business", "conversation").get(pk=message_id)
        if connection.features.has_select_for_update:
            # The lock that an opt-out takes: after its commit this check sees it, before it we are first.
            Lead.objects.select_for_update().only("pk").get(pk=message.lead_id)
        if message.expires_at is not None and message.expires_at <= now:
            delivery.expire(message, now=now)
            return None
        reason = recheck.reason_not_to_send(message, now=now)
        if reason:
            delivery.suppress(message, reason, now=now)
            return None
        late_text.reword(message, now=now)
    return _Claim(message, message.attempts)


def _still_ours(claim: _Claim, *, now: datetime) -> bool:
    """The last look before the carrier: the lease holds, nobody took over, nobody said STOP since the claim."""
    message = claim.message
    opted_out = OptOut.objects.filter(business=message.business_id, phone=message.lead.phone, revoked_at=None)
    row = Message.objects.filter(
        pk=message.pk, status=MessageStatus.SENDING, attempts=claim.attempt, lease_until__gt=now
    ).annotate(opted_out=Exists(opted_out))
    found = row.values_list("opted_out", flat=True).first()
    if found is None:
        return False
    if found and message.kind != MessageKind.COMPLIANCE:
        delivery.suppress(message, recheck.Suppression.OPTED_OUT, now=now)
        return False
    return True


def _validity(message: Message, now: datetime) -> int:
    """Seconds for which the carrier may keep trying: what is left, within what carriers accept."""
    left = (message.expires_at - now).total_seconds() if message.expires_at else 3600
    return int(min(max(left, 10), 36_000))


def _save_result(claim: _Claim, result: SendResult, *, now: datetime) -> None:
    message = claim.message
    ours = Message.objects.filter(pk=message.pk, status__in=[MessageStatus.SENDING, MessageStatus.UNKNOWN], attempts=claim.attempt)
    match result.outcome:
        case SendOutcome.ACCEPTED:
            accepted = ours.update(
                status=MessageStatus.ACCEPTED, carrier_message_id=result.message_id, sent_at=now, next_at=None, lease_until=None,
                error_code="", error_text="",
            )  # fmt: skip
            if not accepted:
                # The callback was quicker than our own answer: it has set the status, the id may be missing.
                Message.objects.filter(pk=message.pk, carrier_message_id=None).update(carrier_message_id=result.message_id)
        case SendOutcome.REJECTED:
            if ours.update(
                status=MessageStatus.FAILED, error_code=result.error_code, error_text=result.error_text, next_at=None, lease_until=None
            ):
                delivery.act_on_error(message, result.error_code, now=now)
        case SendOutcome.THROTTLED | SendOutcome.UNREACHED:
            wait = result.retry_after or BACK_OFF_SECONDS[min(claim.attempt, len(BACK_OFF_SECONDS)) - 1]
            # Jitter only ever adds to what the carrier asked for.
            wait += wait * random.uniform(0, 0.25)  # noqa: S311  spreading load, not a secret
            ours.update(
                status=MessageStatus.QUEUED, next_at=now + timedelta(seconds=wait), lease_until=None,
                error_code=result.error_code, error_text=result.error_text,
            )  # fmt: skip
        case SendOutcome.UNKNOWN:
            _make_unknown(message, claim.attempt, now=now, code=result.error_code, text=result.error_text)
    logger.info("text %s to %s: %s %s", message.key, mask_phone(message.lead.phone), result.outcome.value, result.error_code)


# ---------------------------------------------------------------- settling what is uncertain
def _make_unknown(message: Message, attempt: int, *, now: datetime, code: str, text: str) -> None:
    Message.objects.filter(pk=message.pk, status=MessageStatus.SENDING, attempts=attempt).update(
        status=MessageStatus.UNKNOWN, unknowns=F("unknowns") + 1, lease_until=None, error_code=code, error_text=text,
        next_at=now + timedelta(seconds=settings.TEXT_GRACE_SECONDS),
    )  # fmt: skip


def _lease_over(message_id: int) -> None:
    """Whoever claimed this died or hangs: the text may have gone out."""
    now = clock.now()
    message = Message.objects.filter(pk=message_id, lease_until__lte=now).first()
    if message:
        _make_unknown(message, message.attempts, now=now, code="lease_over", text="The sender stopped while sending.")


def _look_up(message_id: int) -> None:
    """Ask the carrier's own log whether an uncertain text went out."""
    now = clock.now()
    mine = Message.objects.filter(pk=message_id, status=MessageStatus.UNKNOWN, next_at__lte=now)
    if not mine.update(next_at=now + timedelta(seconds=settings.TEXT_GRACE_SECONDS / 2)):
        return
    message = Message.objects.select_related("lead", "number__location", "account", "business", "conversation").get(pk=message_id)
    since = message.created_at - timedelta(minutes=1)
    try:
        listed = carrier_for(message.account).find_texts(to=message.lead.phone, sender=message.number.number, since=since)
    except Exception:  # whatever went wrong, the row stays due and is asked about again
        logger.warning("the carrier's log cannot be read for text %s", message.key, exc_info=True)
        if message.expires_at is not None and now > message.expires_at + timedelta(minutes=30):
            delivery.give_up(message, now=now)
        return
    for text in sorted((text for text in listed if text.body == message.body), key=lambda text: text.message_id):
        if _attach(message, text.message_id, now=now):
            delivery.apply_listed(message, text, now=now)
            return
    if message.unknowns >= MAX_UNKNOWNS:
        delivery.give_up(message, now=now)
    else:
        Message.objects.filter(pk=message.pk, status=MessageStatus.UNKNOWN).update(status=MessageStatus.QUEUED, next_at=now)


def _attach(message: Message, carrier_message_id: str, *, now: datetime) -> bool:
    """Claim a carrier's text for this row; False when it belongs to another."""
    if Message.objects.filter(account=message.account_id, carrier_message_id=carrier_message_id).exclude(pk=message.pk).exists():
        return False
    try:
        with transaction.atomic():
            Message.objects.filter(pk=message.pk, status=MessageStatus.UNKNOWN).update(
                status=MessageStatus.ACCEPTED, carrier_message_id=carrier_message_id, sent_at=now, next_at=None
            )
    except IntegrityError:
        return False
    return True


def retry(message: Message, *, by: AbstractBaseUser, now: datetime) -> bool:
    """Staff send a failed text again: a new row, once however often the button is pressed."""
    if message.status not in (
        MessageStatus.FAILED, MessageStatus.UNDELIVERED, MessageStatus.DEAD, MessageStatus.EXPIRED, MessageStatus.SUPPRESSED
    ):  # fmt: skip
        return False
    again = queue_text(
        message.conversation, kind=MessageKind.STAFF, body=message.body, idem_key=f"retry:{message.key}", now=now, author=by
    )
    return again.status == MessageStatus.QUEUED
