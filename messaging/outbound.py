"""THE door out. `queue_text` writes the row that is the truth; `deliver` hands it to the carrier, once.

A row is claimed by a conditional update, checked again under the contact's lock, and sent outside any transaction.
Whatever may have reached the carrier without an answer becomes `unknown` and is settled by the carrier's callback or
its own log (messaging.settling), never by sending again.
"""

import logging
import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet

from messaging import consent, conversations, delivery, late_text, line_types, recheck, settling
from messaging.carriers.base import NotSupported, OutboundText, SendOutcome, SendResult
from messaging.carriers.registry import carrier_for
from messaging.compliance import gate, ledger
from messaging.enums import Direction, Happening, MessageKind, MessageStatus, Suppression
from messaging.followups import standing, stopping
from messaging.models import Conversation, Message
from recoverline.lib import clock, prepared, request_ids
from recoverline.lib.phones import mask_phone
from recoverline.lib.text import count_segments, normalize
from scheduling.models import Appointment

logger = logging.getLogger(__name__)

BELL = "recoverline_outbox"
# An automatic answer does not hide what the customer said before it.
SHOWN_IN_LISTS = (MessageKind.FIRST_TEXT, MessageKind.STAFF, MessageKind.ROBOT, MessageKind.FOLLOW_UP)
BACK_OFF_SECONDS = (1, 2, 4, 8)
PUT_OFF = timedelta(minutes=5)
# What waits longer than this waits for the morning, and nobody else's text behind it.
LONGEST_BACK_OFF = timedelta(minutes=15)
# How long a text stays worth sending. A first text has the business's own limit.
VALID_FOR = {
    MessageKind.STAFF: timedelta(hours=1),
    MessageKind.AUTO_REPLY: timedelta(minutes=30),
    MessageKind.ROBOT: timedelta(minutes=10),
    MessageKind.SAFETY: timedelta(minutes=30),
    MessageKind.APPOINTMENT: timedelta(hours=2),
    MessageKind.FOLLOW_UP: timedelta(hours=4),
    MessageKind.ALERT: timedelta(minutes=10),
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
    appointment: Appointment | None = None,
    expires_at: datetime | None = None,
    words_by: str | None = None,
) -> Message:
    """Write the text into the outbox and ring the sender's bell, in the caller's transaction.

    The same `idem_key` in a business gives the row that exists already. A text that may not be sent is written as
    `suppressed`, with the reason, so that staff see it. `delay` postpones it; its validity counts from then, unless
    `expires_at` says until when it is of use. What it says of `appointment` holds for its present version only.
    `words_by`: of a first text, whose words it says (messaging.wording.Worded).
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
        expires_at=expires_at or due + valid_for(conversation, kind),
        appointment_id=appointment.pk if appointment else None,
        appointment_version=appointment.version if appointment else None,
        created_at=now,
        request_id=request_ids.current(),
        words_by=words_by,
        is_simulated=conversation.is_simulated,
    )
    reason = recheck.reason_not_to_queue(conversation, kind)
    if reason:
        message.status, message.suppression, message.next_at = MessageStatus.SUPPRESSED, reason, None
    if kind == MessageKind.STAFF and not reason:
        stopping.note_staff(conversation, now)
    try:
        with transaction.atomic():
            message.save(force_insert=True)
    except IntegrityError:
        return Message.objects.get(business_id=conversation.business_id, idem_key=idem_key)
    if not reason:
        if kind in SHOWN_IN_LISTS or (kind == MessageKind.APPOINTMENT and not conversation.needs_reply):
            happening = Happening.BOOKING if appointment else Happening.TEXT_OUT
            conversations.note_said(conversation, text=text, now=now, by_customer=False, happening=happening)
        ring_bell()
    return message


def call_off(lead_id: int, idem_key: str) -> bool:
    """Withdraw a text that nobody has claimed yet, because its cause turned out to be none;

    False when it is too late.
    """
    consent.hold_contact(lead_id)
    waiting = Message.objects.filter(lead=lead_id, idem_key=idem_key, status=MessageStatus.QUEUED)
    return bool(waiting.update(status=MessageStatus.SUPPRESSED, suppression=Suppression.CALLED_BACK, next_at=None))


def valid_for(conversation: Conversation, kind: MessageKind) -> timedelta:
    if kind == MessageKind.FIRST_TEXT:
        return timedelta(minutes=conversation.business.late_after_minutes)
    return VALID_FOR[kind]


def ring_bell() -> None:
    """Wake the sender when this transaction commits; where there is no NOTIFY it polls."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(f"NOTIFY {BELL}")


@dataclass(frozen=True, slots=True)
class Due:
    """A text to act on; only what deciding whose turn it is needs."""

    pk: int
    status: str
    lead_id: int
    number_id: int
    account_id: int
    texts_per_second: float
    request_id: str


_COLUMNS = ("pk", "status", "lead_id", "number_id", "account_id", "number__texts_per_second", "request_id")


def due(now: datetime, *, limit: int, overdue: timedelta = timedelta(), passed_over: Q | None = None) -> list[Due]:
    """Texts to act on at `now`: queued ones whose time and turn has come, leases that ran out, unknown ones to look up.

    Those in `passed_over` are left out, so that they do not stand in front of everybody else's.
    """
    moments = [now - overdue, now, now + LONGEST_BACK_OFF]
    # What is passed over is hardly ever the same, so that only the statement without it is kept.
    rows = _due_at(moments, limit, passed_over) if passed_over else prepared.ask(_due_at, moments, limit)
    return [Due(*row) for row in rows]


def _due_at(moments: Sequence[datetime], limit: int, passed_over: Q | None = None) -> "QuerySet[Any, Any]":
    since, now, soon = moments
    rows = Message.objects.filter(
        status__in=[MessageStatus.QUEUED, MessageStatus.SENDING, MessageStatus.UNKNOWN], next_at__lte=since
    )
    rows = rows.filter(~Q(status=MessageStatus.QUEUED) | ~Exists(_earlier(now, soon)))
    if passed_over:
        rows = rows.exclude(passed_over)
    return rows.order_by("next_at", "id").values_list(*_COLUMNS)[:limit]


def _earlier(now: datetime, soon: datetime) -> QuerySet[Message]:
    """Texts to the same person that must leave first: in somebody's hands, due, or waiting for another try."""
    return Message.objects.filter(
        Q(status=MessageStatus.SENDING)
        | Q(status=MessageStatus.QUEUED, next_at__lte=now)
        | Q(status=MessageStatus.QUEUED, attempts__gt=0, next_at__lte=soon),
        lead=OuterRef("lead"), number=OuterRef("number"), direction=Direction.OUT, pk__lt=OuterRef("pk"),
    )  # fmt: skip


def attempt(text: Due) -> None:
    """`deliver`, for those who have others to look after: a text that breaks the code is put off.

    Raises DatabaseError only.
    """
    try:
        _advance(text)
    except DatabaseError:
        raise
    except Exception:
        logger.exception("text %s could not be handled", text.pk)
        now = clock.now()
        # Only while it is due: a lease that is running ends by itself.
        Message.objects.filter(pk=text.pk, next_at__lte=now).update(next_at=now + PUT_OFF)


def deliver(message_id: int) -> None:
    """Take one due text a step further: send it, look it up, or declare it over. Harmless when somebody else did."""
    for row in Message.objects.filter(pk=message_id).order_by().values_list(*_COLUMNS):
        _advance(Due(*row))


def _advance(text: Due) -> None:
    # Each step begins with a conditional update, so a status that is out of date does no harm.
    with request_ids.of(text.request_id):
        if text.status == MessageStatus.QUEUED:
            _send(text.pk, text.lead_id)
        elif text.status == MessageStatus.SENDING:
            settling.lease_over(text.pk)
        elif text.status == MessageStatus.UNKNOWN:
            settling.look_up(text.pk)


# ---------------------------------------------------------------- sending
@dataclass(frozen=True, slots=True)
class _Claim:
    message: Message
    attempt: int


def _send(message_id: int, lead_id: int) -> None:
    claim = _claim(message_id, lead_id, now=clock.now())
    if claim is None:
        return
    if not line_types.check_line(claim.message):
        delivery.suppress(claim.message, Suppression.LANDLINE, now=clock.now())
        return
    if not _still_ours(claim, now=clock.now()):
        return
    result = _hand_over(claim.message)
    _save_result(claim, result, now=clock.now())


def _hand_over(message: Message) -> SendResult:
    """The POST. What goes wrong in a way that no adapter foresaw may have gone out all the same."""
    text = OutboundText(
        key=str(message.key),
        sender=message.number.number,
        to=message.lead.phone,
        body=message.body,
        validity_seconds=_validity(message, clock.now()),
    )
    try:
        return carrier_for(message.account).send(text)
    except NotSupported:
        return SendResult(
            SendOutcome.REJECTED, error_code="no_texts", error_text="The account of this number carries no texts."
        )
    except Exception as error:
        logger.exception("sending text %s failed in an unforeseen way", message.key)
        return SendResult(SendOutcome.UNKNOWN, error_code=type(error).__name__[:16], error_text="Sending broke off.")


def _claim(message_id: int, lead_id: int, *, now: datetime) -> _Claim | None:
    """Own the row, or leave it: expired, refused by a check, taken by another, or behind an earlier text."""
    lease = now + timedelta(seconds=settings.TEXT_LEASE_SECONDS)
    with transaction.atomic():
        # An opt-out takes the same lock: after its commit the check below sees it, before it we are first.
        consent.hold_contact(lead_id)
        claimed = Message.objects.filter(
            ~Exists(_earlier(now, now + LONGEST_BACK_OFF)), pk=message_id, status=MessageStatus.QUEUED, next_at__lte=now
        ).update(
            status=MessageStatus.SENDING, attempts=F("attempts") + 1, claimed_at=now, lease_until=lease, next_at=lease
        )
        if not claimed:
            return None
        message = recheck.claimed(message_id)
        if message.expires_at is not None and message.expires_at <= now:
            delivery.expire(message, now=now)
            return None
        reason = recheck.reason_not_to_send(message)
        if reason:
            delivery.suppress(message, reason, now=now)
            return None
        if gate.keep_back(message, now=now):
            return None
        late_text.reword(message, now=now)
    return _Claim(message, message.attempts)


def _still_ours(claim: _Claim, *, now: datetime) -> bool:
    """The last look before the carrier: the lease holds, nobody took over, nobody said STOP since the claim."""
    message = claim.message
    opted_out = recheck.opted_out_since(message, claim.attempt, now=now)
    if opted_out is None:
        return False
    if opted_out and message.kind != MessageKind.COMPLIANCE:
        delivery.suppress(message, Suppression.OPTED_OUT, now=now)
        return False
    reason = standing.reason_not_to_send(message) if message.kind == MessageKind.FOLLOW_UP else None
    if reason:
        delivery.suppress(message, reason, now=now)
    return reason is None


def _validity(message: Message, now: datetime) -> int:
    """Seconds for which the carrier may keep trying: what is left, within what carriers accept."""
    left = (message.expires_at - now).total_seconds() if message.expires_at else 3600
    return int(min(max(left, 10), 36_000))


def _save_result(claim: _Claim, result: SendResult, *, now: datetime) -> None:
    message = claim.message
    # We may have been held up until the row was declared uncertain or even looked up; the fence is the attempt.
    ours = Message.objects.filter(pk=message.pk, attempts=claim.attempt)
    match result.outcome:
        case SendOutcome.ACCEPTED:
            _save_accepted(message, claim.attempt, result.message_id, now=now)
        case SendOutcome.REJECTED:
            with transaction.atomic():
                consent.hold_contact(message.lead_id)
                if ours.filter(status__in=delivery.UNSETTLED).update(
                    status=MessageStatus.FAILED,
                    error_code=result.error_code,
                    error_text=result.error_text,
                    next_at=None,
                    lease_until=None,
                ):
                    delivery.act_on_error(message, result.error_code, now=now)
        case SendOutcome.THROTTLED | SendOutcome.UNREACHED:
            wait = result.retry_after or BACK_OFF_SECONDS[min(claim.attempt, len(BACK_OFF_SECONDS)) - 1]
            # Jitter only ever adds to what the carrier asked for.
            wait += wait * random.uniform(0, 0.25)  # noqa: S311  spreading load, not a secret
            ours.filter(status__in=delivery.UNSETTLED).update(
                status=MessageStatus.QUEUED, next_at=now + timedelta(seconds=wait), lease_until=None,
                error_code=result.error_code, error_text=result.error_text,
            )  # fmt: skip
        case SendOutcome.UNKNOWN:
            uncertain = ours.filter(status__in=[MessageStatus.SENDING, MessageStatus.QUEUED])
            settling.make_unknown(
                uncertain, settling.UNANSWERED, now=now, code=result.error_code, text=result.error_text
            )
    logger.info(
        "text %s to %s: %s %s", message.key, mask_phone(message.lead.phone), result.outcome.value, result.error_code
    )


def _save_accepted(message: Message, attempt: int, carrier_message_id: str, *, now: datetime) -> None:
    # It has left, so whatever was decided about the row in the meantime is overtaken.
    ours = Message.objects.filter(
        pk=message.pk, attempts=attempt, status__in=[*delivery.UNSETTLED, MessageStatus.DEAD, MessageStatus.SUPPRESSED]
    )
    changes = {
        "status": MessageStatus.ACCEPTED, "carrier_message_id": carrier_message_id, "sent_at": now, "next_at": None,
        "lease_until": None, "error_code": "", "error_text": "", "suppression": "",
    }  # fmt: skip
    try:
        accepted = _accept(message, ours, changes, now=now)
    except IntegrityError:
        delivery.keep_id(message, carrier_message_id, now=now)
        accepted = _accept(message, ours, changes, now=now)
    if not accepted:
        # The callback was quicker than our own answer: it has set the status, the id may be missing.
        delivery.keep_id(message, carrier_message_id, now=now)
    if message.idem_key.startswith(consent.CONFIRMATION):
        ledger.note_confirmed(message, at=now)


@transaction.atomic
def _accept(message: Message, ours: QuerySet[Message], changes: dict[str, object], *, now: datetime) -> bool:
    accepted = ours.update(**changes)
    if accepted:
        delivery.tell_sent(message, now=now)
    return bool(accepted)


# ---------------------------------------------------------------- by hand
def retry(message: Message, *, by: AbstractBaseUser, now: datetime) -> bool:
    """Staff send a failed text again: a new row, once however often the button is pressed.

    Not one about an appointment that has changed since.
    """
    if message.status not in (
        MessageStatus.FAILED,
        MessageStatus.UNDELIVERED,
        MessageStatus.DEAD,
        MessageStatus.EXPIRED,
        MessageStatus.SUPPRESSED,
    ):
        return False
    visit = message.appointment
    if visit is not None and visit.version != message.appointment_version:
        return False
    again = queue_text(
        message.conversation,
        kind=MessageKind.STAFF,
        body=message.body,
        idem_key=f"retry:{message.key}",
        now=now,
        author=by,
        appointment=visit,
    )
    return again.status == MessageStatus.QUEUED
