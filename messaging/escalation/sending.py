"""Alerts leave here: notices that wait are asked about once more, put together per phone, and sent.

A text is written into the outbox in the transaction that takes its notices, so there are both or neither. E-mails and
calls are claimed first and made outside of any transaction (messaging.escalation.mailing, messaging.escalation.calls).
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction

from messaging import consent, outbound
from messaging.enums import MessageKind, Suppression
from messaging.escalation import alert_words, calls, codes, links, mailing, notices, telling, throttle
from messaging.escalation.enums import AlertChannel, EscalationClass, NoticeStatus
from messaging.escalation.team_line import line_to
from messaging.models import EscalationNotice, Message, PhoneNumber

logger = logging.getLogger(__name__)

# So long the outcome of a text is looked at; later than this the chain has gone on anyway.
WATCHED_FOR = timedelta(minutes=30)
_MOST_URGENT_FIRST = {kind: rank for rank, kind in enumerate(EscalationClass)}


def send_waiting(now: datetime) -> int:
    """Send what waits, as far as each phone has room; how many notices left. Harmless when it runs twice at once."""
    _note_lost(now)
    sent = 0
    for (business_id, phone), keys in _texts_by_phone().items():
        try:
            sent += _text(business_id, phone, keys, now=now)
        except Exception:
            # One phone's trouble is not the others'.
            logger.exception("the alerts %s could not be texted", keys)
    return sent + mailing.mail_waiting(now) + calls.call_waiting(now)


# ---------------------------------------------------------------- texts
def _texts_by_phone() -> dict[tuple[int, str], list[int]]:
    rows = EscalationNotice.objects.filter(status=NoticeStatus.WAITING, channel=AlertChannel.TEXT)
    found: dict[tuple[int, str], list[int]] = {}
    for pk, business_id, phone in rows.order_by("created_at", "id").values_list(
        "pk", "member__business_id", "member__phone"
    )[:500]:
        found.setdefault((business_id, phone), []).append(pk)
    return found


def _text(business_id: int, phone: str, keys: Sequence[int], *, now: datetime) -> int:
    """One text about all of `keys` that still matter; how many of them it tells."""
    told = _write(business_id, phone, keys, now=now)
    if told.why_not:
        # After the transaction: whoever holds the escalation waits for its notices.
        notices.not_sent(told.rows, told.why_not, now=now)
    return 0 if told.why_not else len(told.rows)


@dataclass(frozen=True, slots=True)
class _Told:
    """The notices of which a text was written, or why there can be none about them; neither when the phone has had
    as many as it gets in a while.
    """

    rows: Sequence[EscalationNotice] = ()
    why_not: str = ""


def _write(business_id: int, phone: str, keys: Sequence[int], *, now: datetime) -> _Told:
    with transaction.atomic():
        rows = list(notices.waiting(AlertChannel.TEXT).filter(pk__in=keys))
        wanted = [row for row in rows if not notices.is_dropped(row)]
        if not wanted:
            return _Told()
        wanted.sort(key=lambda row: (_MOST_URGENT_FIRST[EscalationClass(row.escalation.kind)], row.pk))
        number = telling.number_for(wanted[0].escalation)
        if not phone or number is None:
            return _Told(wanted, "No phone is known." if not phone else "No number to text from.")
        line = line_to(wanted[0].member, number, now)
        # Whoever else sends to this phone, and an opt-out, take the same lock.
        consent.hold_contact(line.lead_id)
        is_danger = wanted[0].escalation.kind == EscalationClass.EMERGENCY
        if not throttle.has_room(phone, now=now, is_danger=is_danger):
            return _Told()
        reason = _reason_no_text(wanted[0], phone)
        if reason:
            return _Told(wanted, reason)
        taken = [row for row in wanted if _take(row, now=now)]
        if not taken:
            return _Told()
        for row in taken:
            # One by one: the next one's code must differ.
            _prepare(row, phone, number, now=now)
        told, link = [telling.told(row) for row in taken], links.address_of(taken[0])
        message = outbound.queue_text(
            line, kind=MessageKind.ALERT, body=alert_words.alert_text(number.business.name, told, link),
            idem_key=f"{throttle.ALERT}{taken[0].key}", now=now,
        )  # fmt: skip
        mine = EscalationNotice.objects.filter(pk__in=[row.pk for row in taken])
        mine.update(message=message)
        mine.exclude(pk=taken[0].pk).filter(status=NoticeStatus.SENT).update(status=NoticeStatus.BUNDLED)
    return _Told(taken)


def _take(notice: EscalationNotice, *, now: datetime) -> bool:
    """Nobody else sends it, and nobody has said meanwhile that it is not needed."""
    mine = EscalationNotice.objects.filter(pk=notice.pk, status=NoticeStatus.WAITING)
    return bool(mine.update(status=NoticeStatus.SENT, sent_at=now))


def _prepare(notice: EscalationNotice, phone: str, number: PhoneNumber, *, now: datetime) -> None:
    notice.phone, notice.number, notice.token_digest = phone, number, links.digest_of(notice)
    # Whoever may not work by text gets the link alone.
    notice.code = codes.code_for(notice, phone, now=now) if notice.member.works_by_text else ""
    notice.save(update_fields=["phone", "number", "token_digest", "code"])


def _reason_no_text(notice: EscalationNotice, phone: str) -> str:
    business = notice.escalation.business
    if business.is_texting_paused:
        return str(Suppression.PAUSED.label)
    if consent.is_opted_out(business.pk, phone):
        return "This phone has opted out."
    return ""


def _note_lost(now: datetime) -> None:
    """Texts that were written and have not reached anybody."""
    rows = EscalationNotice.objects.filter(
        status__in=[NoticeStatus.SENT, NoticeStatus.BUNDLED],
        sent_at__gt=now - WATCHED_FOR,
        message__status__in=throttle.LOST,
    ).select_related("message")
    notices.each(rows[:500], lambda notice: _note_if_lost(notice, now=now), until=WATCHED_FOR, now=now)


def _note_if_lost(notice: EscalationNotice, *, now: datetime) -> bool:
    message = notice.message
    if message is None:
        return False
    # The carrier may have taken a second try of the same words (messaging.delivery).
    again = Message.objects.filter(business=message.business_id, idem_key=f"again:{message.key}")
    if again.exclude(status__in=throttle.LOST).exists():
        return False
    notices.not_sent([notice], _why(message), now=now)
    return True


def _why(message: Message) -> str:
    said = message.get_suppression_display() if message.suppression else message.error_text
    return said or message.get_status_display()
