"""What became of a text, and what that asks us to do: statuses only ever move up, errors have consequences."""

import logging
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Case, F, Q, Value, When

from leads import callbacks, events
from leads.enums import TaskReason
from leads.models import Lead
from messaging import consent, conversations
from messaging.carriers.base import CarrierText, Delivery, ErrorClass, TextStatus
from messaging.carriers.registry import carrier_for
from messaging.compliance import quiet
from messaging.enums import Direction, Handler, MessageKind, MessageStatus, OptOutSource, Suppression
from messaging.models import CarrierAccount, Conversation, Message, NeverText, PhoneNumber
from scheduling import records
from scheduling.enums import AppointmentStatus

logger = logging.getLogger(__name__)

STATUS_OF = {
    Delivery.ACCEPTED: MessageStatus.ACCEPTED,
    Delivery.SENT: MessageStatus.SENT,
    Delivery.DELIVERED: MessageStatus.DELIVERED,
    Delivery.UNDELIVERED: MessageStatus.UNDELIVERED,
    Delivery.FAILED: MessageStatus.FAILED,
}
# Callbacks come unordered and doubled: a status may only follow one of a lower rank. A late "delivered" corrects a
# failure.
RANK = {
    MessageStatus.QUEUED: 0,
    MessageStatus.SENDING: 0,
    MessageStatus.UNKNOWN: 0,
    MessageStatus.EXPIRED: 0,
    MessageStatus.DEAD: 0,
    MessageStatus.SUPPRESSED: 0,
    MessageStatus.ACCEPTED: 1,
    MessageStatus.SENT: 2,
    MessageStatus.UNDELIVERED: 3,
    MessageStatus.FAILED: 3,
    MessageStatus.DELIVERED: 4,
}
# Not yet decided. Whatever error such a row carries is about the way to the carrier, not about the text.
UNSETTLED = (MessageStatus.QUEUED, MessageStatus.SENDING, MessageStatus.UNKNOWN)
# How the key of a text begins that tells of a booking or a change (messaging.appointment_events).
TOLD_OF_VISIT = "appointment:"
# How the key of a second try begins; the first text's own key follows.
AGAIN = "again:"
# Of the sixty columns of a text and its lead, what a callback without an error asks about.
_ASKED = (
    "key", "status", "carrier_message_id", "sent_at", "business", "account",
    "lead__is_landline", "lead__is_unreachable", "lead__is_team", "lead__is_simulated", "lead__erased_at",
)  # fmt: skip
RETRY_AFTER = {"30003": timedelta(minutes=5), "30008": timedelta(seconds=30)}


def apply_status(account: CarrierAccount, event: TextStatus, *, now: datetime) -> None:
    """A status callback, handled in the caller's transaction.

    Its row is found by our own key first: the callback may be quicker than our own bookkeeping.
    """
    mine = Message.objects.filter(account=account, direction=Direction.OUT).select_related("lead")
    if not event.error_code:
        mine = mine.only(*_ASKED)
    message = mine.filter(key=event.message_key).first() if _is_uuid(event.message_key) else None
    if message is None:
        message = mine.filter(carrier_message_id=event.message_id).first()
    if message is None:
        return
    if event.error_code:
        consent.hold_contact(message.lead_id)
    if message.carrier_message_id is None:
        keep_id(message, event.message_id, now=now)
    elif message.carrier_message_id != event.message_id:
        logger.error(
            "text %s has left twice: as %s and as %s", message.key, message.carrier_message_id, event.message_id
        )
        return
    _move_up(message, event.delivery, code=event.error_code, text=event.error_text, now=now)


def keep_id(message: Message, carrier_message_id: str, *, now: datetime) -> None:
    """The carrier itself says that this id is ours. A row that was given it because its words are equal asks again."""
    others = Message.objects.filter(account=message.account_id, carrier_message_id=carrier_message_id).exclude(
        pk=message.pk
    )
    others.filter(direction=Direction.OUT).update(
        carrier_message_id=None,
        status=MessageStatus.UNKNOWN,
        next_at=now + timedelta(seconds=settings.TEXT_GRACE_SECONDS),
    )
    Message.objects.filter(pk=message.pk, carrier_message_id=None).update(carrier_message_id=carrier_message_id)


def apply_listed(message: Message, listed: CarrierText, *, now: datetime) -> None:
    """The same from the carrier's log."""
    with transaction.atomic():
        consent.hold_contact(message.lead_id)
        _move_up(message, listed.delivery, code=listed.error_code, text=listed.error_text, now=now)


def _move_up(message: Message, delivery: Delivery, *, code: str, text: str, now: datetime) -> None:
    status = STATUS_OF[delivery]
    row = Message.objects.filter(pk=message.pk)
    changes: dict[str, object] = {"status": status, "suppression": "", "next_at": None, "lease_until": None}
    if status == MessageStatus.DELIVERED:
        changes["delivered_at"] = now
    if message.status in UNSETTLED:
        for name in ("error_code", "error_text"):
            changes[name] = Case(When(status__in=UNSETTLED, then=Value("")), default=F(name))
    moved = row.filter(status__in=[other for other, rank in RANK.items() if rank < RANK[status]]).update(**changes)
    if moved and message.sent_at is None:
        was_first = row.filter(sent_at=None).update(sent_at=now)
        if was_first and status != MessageStatus.FAILED:
            tell_sent(message, now=now)
    if moved and status == MessageStatus.DELIVERED:
        _call_off_second_try(message)
        if message.lead.is_landline or message.lead.is_unreachable:
            believe_reachable(message.lead_id)
    if code and code != "0":
        # The first error is kept, whatever the order in which callbacks come.
        row.filter(error_code="").update(error_code=code, error_text=text)
        # What has arrived after all needs nothing done, except that a person who said stop is believed.
        if moved or carrier_for(message.account).classify(code) == ErrorClass.OPTED_OUT:
            act_on_error(message, code, now=now)


def tell_sent(message: Message, *, now: datetime) -> None:
    """Other software may want to know that it has left. Once a text: by whoever learned it first."""
    events.tell("text.sent", business=message.business, lead=message.lead, at=now, message=str(message.key))


def act_on_error(message: Message, code: str, *, now: datetime) -> None:
    """Do what an error asks for; `message` has its lead, number and account at hand or loads them."""
    carrier = carrier_for(message.account)
    match carrier.classify(code):
        case ErrorClass.OPTED_OUT:
            consent.opt_out(
                message.business,
                phone=message.lead.phone,
                source=OptOutSource.CARRIER,
                evidence=f"carrier error {code} of text {message.key}",
                now=now,
            )
            _ask_callback(message, TaskReason.OPTED_OUT, now=now)
        case ErrorClass.LANDLINE:
            Lead.objects.filter(pk=message.lead_id).update(is_landline=True)
            _ask_callback(message, TaskReason.LANDLINE, now=now)
        case ErrorClass.INVALID:
            Lead.objects.filter(pk=message.lead_id).update(is_unreachable=True)
            _ask_callback(message, TaskReason.UNTEXTABLE, now=now)
        case ErrorClass.AUTH:
            stop_sending(message, account=message.account, code=code, now=now)
            _ask_callback(message, TaskReason.SENDING_STOPPED, now=now)
        case ErrorClass.SENDER:
            stop_sending(message, number=message.number, code=code, now=now)
            _ask_callback(message, TaskReason.SENDING_STOPPED, now=now)
        case ErrorClass.TEMPORARY if code in RETRY_AFTER and not message.idem_key.startswith(AGAIN):
            _send_again_once(message, RETRY_AFTER[code], now=now)
        case ErrorClass.QUIET_HOURS if not message.idem_key.startswith(AGAIN):
            # By our own table it was allowed: the carrier's day has ended, so the next one of ours is meant.
            _send_again_once(message, _next_day(message, now=now) - now, now=now)
        case ErrorClass.LITIGATOR:
            # Neither a text nor a call: whoever is on that list sues over both.
            NeverText.objects.get_or_create(
                business=message.business, phone=message.lead.phone, defaults={"label": f"Carrier error {code}"}
            )
        case error:
            if error in (ErrorClass.FILTERED, ErrorClass.CONFIG, ErrorClass.CAPPED):
                events.record(
                    "text.blocked",
                    business=message.business,
                    lead=message.lead,
                    at=now,
                    message=str(message.key),
                    code=code,
                    text=f"The carrier did not deliver a text ({code}).",
                )
            _ask_callback(message, TaskReason.UNDELIVERABLE, now=now)


def believe_reachable(lead_id: int) -> None:
    """A text went through, or came in: what an earlier error said about this phone is over."""
    Lead.objects.filter(Q(is_landline=True) | Q(is_unreachable=True), pk=lead_id).update(
        is_landline=False, is_unreachable=False, line_type="", line_type_at=None
    )


def stop_sending(
    message: Message,
    *,
    code: str,
    now: datetime,
    account: CarrierAccount | None = None,
    number: PhoneNumber | None = None,
) -> None:
    """Configuration is broken: stop this account or number until staff clear it, and say so once."""
    model, row = (CarrierAccount, account) if account is not None else (PhoneNumber, number)
    assert row is not None  # noqa: S101  the caller names one of the two
    problem = (
        Message.objects.filter(pk=message.pk).values_list("error_text", flat=True).first() or f"Carrier error {code}"
    )
    if model.objects.filter(pk=row.pk, stopped_at=None).update(stopped_at=now, problem=problem[:200]):
        events.record(
            "carrier.stopped",
            business=message.business,
            at=now,
            text=f"Texting through {row} is stopped: {problem}",
            code=code,
        )


def _send_again_once(message: Message, wait: timedelta, *, now: datetime) -> None:
    """The phone was off or the reason unknown: one more try, as a row of its own; after that it is undeliverable."""
    again = now + wait
    if message.expires_at is None or again >= message.expires_at:
        _ask_callback(message, TaskReason.UNDELIVERABLE, now=now)
        return
    Message.objects.get_or_create(
        business_id=message.business_id,
        idem_key=f"{AGAIN}{message.key}",
        defaults={
            "conversation_id": message.conversation_id,
            "lead_id": message.lead_id,
            "number_id": message.number_id,
            "account_id": message.account_id,
            "direction": Direction.OUT,
            "kind": message.kind,
            "body": message.body,
            "words_by": message.words_by,
            "author_id": message.author_id,
            "status": MessageStatus.QUEUED,
            "segments": message.segments,
            "next_at": again,
            "expires_at": message.expires_at,
            "appointment_id": message.appointment_id,
            "appointment_version": message.appointment_version,
            # As old as the first try: what happened since then is asked about once more.
            "created_at": message.created_at,
            "is_simulated": message.is_simulated,
        },
    )


def _next_day(message: Message, *, now: datetime) -> datetime:
    """The next beginning of hours in which this person may be texted."""
    location = message.conversation.location
    return quiet.next_allowed(message.lead, location, quiet.closes_at(message.lead, location, now))


def _call_off_second_try(message: Message) -> None:
    """It was delivered after all: the second try has not begun, so there is nothing to keep of it."""
    again = Message.objects.filter(
        business=message.business_id, idem_key=f"{AGAIN}{message.key}", status=MessageStatus.QUEUED, attempts=0
    )
    # Looked for first: deleting reads whole rows, and there is hardly ever one.
    if again.exists():
        again.delete()


# ---------------------------------------------------------------- texts that do not leave
@transaction.atomic
def suppress(message: Message, reason: Suppression, *, now: datetime) -> None:
    """A check said no between queueing and sending."""
    suppressed = Message.objects.filter(pk=message.pk, status=MessageStatus.SENDING, attempts=message.attempts).update(
        status=MessageStatus.SUPPRESSED, suppression=reason, next_at=None, lease_until=None
    )
    if not suppressed:
        return
    follow_up = {
        Suppression.OPTED_OUT: TaskReason.OPTED_OUT,
        Suppression.PAUSED: TaskReason.SENDING_STOPPED,
        Suppression.SENDER_STOPPED: TaskReason.SENDING_STOPPED,
        Suppression.LANDLINE: TaskReason.LANDLINE,
        Suppression.CAPPED: TaskReason.SENDING_STOPPED,
        Suppression.QUIET_HOURS: TaskReason.QUIET_HOURS,
    }.get(reason)
    if message.kind == MessageKind.APPOINTMENT and reason in (Suppression.TAKEN_OVER, Suppression.UNREACHABLE):
        follow_up = TaskReason.APPOINTMENT
    if follow_up:
        _ask_callback(message, follow_up, now=now)
    elif not _has_person_written(message):
        _wait_again(message, now=now)
    if reason == Suppression.OVERTAKEN:
        _answer_again(message, now=now)


def expire(message: Message, *, now: datetime) -> None:
    """Too late to be of use: it does not leave, somebody calls instead."""
    Message.objects.filter(pk=message.pk, status=MessageStatus.SENDING).update(
        status=MessageStatus.EXPIRED, next_at=None, lease_until=None
    )
    _ask_callback(message, TaskReason.TOO_LATE, now=now)


@transaction.atomic
def give_up(message: Message, *, now: datetime) -> None:
    """After several uncertain sends, or with a carrier that cannot be asked: a person decides."""
    given_up = Message.objects.filter(pk=message.pk, status=MessageStatus.UNKNOWN).update(
        status=MessageStatus.DEAD, next_at=None
    )
    if not given_up:
        return
    _ask_callback(message, TaskReason.UNCERTAIN, now=now)
    if message.kind != MessageKind.FIRST_TEXT:
        events.record(
            "text.given_up",
            business=message.business,
            lead=message.lead,
            at=now,
            message=str(message.key),
            conversation=str(message.conversation.key),
            text="It is not certain whether a text has left.",
        )


def _ask_callback(message: Message, reason: TaskReason, *, now: datetime) -> None:
    """Nobody hears from us by text, so somebody calls. A failed staff text shows in the thread: its author is there."""
    if message.kind == MessageKind.APPOINTMENT:
        _ask_to_tell(message, now=now)
    _wait_again(message, now=now)
    if message.kind != MessageKind.FIRST_TEXT:
        return
    callbacks.ask_callback(
        business=message.business,
        location=message.conversation.location,
        lead=message.lead,
        at=now,
        reason=reason,
        cause=f"text:{message.key}",
        detail=f"The first text did not reach {message.lead}.",
    )


def _wait_again(message: Message, *, now: datetime) -> None:
    """Nobody was answered by what did not arrive, so whoever looks for those who wait must see them."""
    if message.kind == MessageKind.ROBOT:
        conversations.wait_again(message.conversation, now=now, since=_answered_text_at(message))


def _answer_again(message: Message, *, now: datetime) -> None:
    """A newer text has a turn of its own as a rule; HELP and its like have none, and the question is still open."""
    began = _answered_text_at(message)
    idle = Conversation.objects.filter(
        pk=message.conversation_id, handler=Handler.ROBOT, automation_paused=False, turn_due_at=None
    )  # fmt: skip
    idle.update(turn_due_at=now, burst_began_at=began)


def _answered_text_at(message: Message) -> datetime | None:
    """When the customer wrote what the robot's text was to answer."""
    return Message.objects.filter(turns__message=message).values_list("created_at", flat=True).first()


def _has_person_written(message: Message) -> bool:
    texts = Message.objects.filter(conversation=message.conversation_id, kind=MessageKind.STAFF)
    return texts.filter(created_at__gt=message.created_at).exists()


def _ask_to_tell(message: Message, *, now: datetime) -> None:
    """What was booked, moved or canceled must be known to the customer; a reminder or an offer may be missed."""
    cause = message.idem_key
    if cause.startswith(AGAIN):
        first = Message.objects.filter(business=message.business_id, key=cause.removeprefix(AGAIN))
        cause = first.values_list("idem_key", flat=True).first() or ""
    appointment = message.appointment
    if appointment is None or not cause.startswith(TOLD_OF_VISIT):
        return
    callbacks.ask_callback(
        business=message.business,
        location=appointment.location,
        lead=message.lead,
        at=now,
        reason=TaskReason.APPOINTMENT,
        cause=f"untold:{appointment.key}:{message.appointment_version}",
        detail=f"Our text did not arrive. Tell them: {records.describe(appointment)}, "
        f"{AppointmentStatus(appointment.status).label.lower()}",
    )


def _is_uuid(text: str) -> bool:
    return len(text) == 36 and text.count("-") == 4 and all(char in "0123456789abcdef-" for char in text)
