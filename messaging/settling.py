"""What is uncertain: a text that may have reached the carrier without an answer, settled by asking the carrier's log.

Nothing is sent here. A text that the log does not show goes back into the outbox, where it is claimed like any other.
"""

import logging
from datetime import datetime, timedelta

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import F, QuerySet

from messaging import consent, delivery
from messaging.carriers.base import CarrierText, NotSupported
from messaging.carriers.registry import carrier_for
from messaging.compliance import ledger
from messaging.enums import MessageStatus
from messaging.models import Message
from recoverline.lib import clock

logger = logging.getLogger(__name__)

# A text is given up after three sends that the carrier left without an answer. A sender that died counts half: it is
# our own trouble, and often the carrier was not even asked.
UNANSWERED, SENDER_DIED, GIVE_UP_AT = 2, 1, 6
# How long after its time a text waits for a log that cannot be read, before a person decides.
LONGEST_SILENCE = timedelta(minutes=30)


def make_unknown(rows: QuerySet[Message], doubt: int, *, now: datetime, code: str, text: str) -> None:
    """Leave these rows alone for the grace: longer than a carrier may still be at work and its log lags behind."""
    rows.update(
        status=MessageStatus.UNKNOWN,
        unknowns=F("unknowns") + doubt,
        lease_until=None,
        next_at=now + timedelta(seconds=settings.TEXT_GRACE_SECONDS),
        error_code=code,
        error_text=text,
    )


def lease_over(message_id: int) -> None:
    """Whoever claimed this died or hangs: the text may have gone out."""
    now = clock.now()
    rows = Message.objects.filter(pk=message_id, status=MessageStatus.SENDING, lease_until__lte=now)
    make_unknown(rows, SENDER_DIED, now=now, code="lease_over", text="The sender stopped while sending.")


def look_up(message_id: int) -> None:
    """Ask the carrier's own log whether an uncertain text went out."""
    now = clock.now()
    mine = Message.objects.filter(pk=message_id, status=MessageStatus.UNKNOWN, next_at__lte=now)
    if not mine.update(next_at=now + timedelta(seconds=settings.TEXT_GRACE_SECONDS / 2)):
        return
    message = Message.objects.select_related("lead", "number", "account", "business", "conversation").get(pk=message_id)
    try:
        listed = carrier_for(message.account).find_texts(
            to=message.lead.phone, sender=message.number.number, since=message.created_at - timedelta(minutes=1)
        )
    except NotSupported:
        delivery.give_up(message, now=now)
    except Exception:  # whatever went wrong, the row stays due and is asked about again
        logger.warning("the carrier's log cannot be read for text %s", message.key, exc_info=True)
        if message.expires_at is not None and now > message.expires_at + LONGEST_SILENCE:
            delivery.give_up(message, now=now)
    else:
        _settle(message, listed, now=now)


def _settle(message: Message, listed: list[CarrierText], *, now: datetime) -> None:
    equal = [text for text in listed if text.body == message.body]
    for text in sorted(equal, key=lambda text: (text.created_at or now, text.message_id)):
        if _attach(message, text, now=now):
            return
    if message.unknowns >= GIVE_UP_AT:
        delivery.give_up(message, now=now)
    else:
        _as_asked(message).update(status=MessageStatus.QUEUED, next_at=now)


def _as_asked(message: Message) -> QuerySet[Message]:
    """The row, unless a callback settled it or somebody sent it again while we asked."""
    return Message.objects.filter(pk=message.pk, status=MessageStatus.UNKNOWN, attempts=message.attempts)


def _attach(message: Message, text: CarrierText, *, now: datetime) -> bool:
    """Take a carrier's text as this one, unless the row was settled meanwhile. False: another row has it already."""
    try:
        with transaction.atomic():
            attached = _as_asked(message).update(
                status=MessageStatus.ACCEPTED,
                carrier_message_id=text.message_id,
                sent_at=now,
                next_at=None,
                error_code="",
                error_text="",
            )
            if attached:
                delivery.tell_sent(message, now=now)
    except IntegrityError:
        return False
    if attached:
        delivery.apply_listed(message, text, now=now)
        if message.idem_key.startswith(consent.CONFIRMATION):
            ledger.note_confirmed(message, at=now)
    return True
