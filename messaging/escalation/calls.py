"""Automated calls to the team: a key press proves a person, a mobile's voicemail presses none.

The call is made once, whatever its carrier answers: one that may ring is never made again, and the chain goes on.
"""

import logging
import uuid
from datetime import datetime, timedelta

from leads.enums import Language
from leads.models import Business
from messaging.carriers.base import (
    AlertAnswered,
    AlertCallEnded,
    AlertPickedUp,
    CallEnd,
    NotSupported,
    OutboundCall,
    SendOutcome,
    SendResult,
)
from messaging.carriers.plans import AskForKey, Bridge, Say, VoicePlan
from messaging.carriers.registry import carrier_for
from messaging.enums import CallState
from messaging.escalation import acknowledging, alert_words, notices, telling
from messaging.escalation.enums import AckMeans, AlertChannel, EscalationStatus, NoticeStatus
from messaging.models import Call, CarrierAccount, Escalation, EscalationNotice, PhoneNumber

logger = logging.getLogger(__name__)

# Mobiles go to their own voicemail after about 20 to 30 seconds; that is no harm, only time.
RING_SECONDS = 30
TRY_UNTIL = timedelta(minutes=3)
TAKE, CONNECT, PASS = "1", "2", "3"
_KEYS = {
    Language.ENGLISH: ("Press 1 to take it. ", "Press 2 to take it and talk to the customer now. ", "Press 3 to pass."),
    Language.SPANISH: (
        "Pulse 1 para encargarse. ", "Pulse 2 para encargarse y hablar ahora con el cliente. ", "Pulse 3 para pasarlo.",
    ),
}  # fmt: skip
_SAID = {
    Language.ENGLISH: {
        "yours": "Thank you. It is yours.", "connecting": "Thank you. Connecting you now.",
        "passed": "All right. We ask the next person.", "taken": "{name} already has it.",
        "closed": "This is closed already. Thank you.", "silence": "We ask the next person. Goodbye.",
    },
    Language.SPANISH: {
        "yours": "Gracias. Queda en sus manos.", "connecting": "Gracias. Le conectamos ahora.",
        "passed": "De acuerdo. Avisamos a la siguiente persona.", "taken": "{name} ya se encarga.",
        "closed": "Esto ya se ha cerrado. Gracias.", "silence": "Avisamos a la siguiente persona. Hasta luego.",
    },
}  # fmt: skip


# ---------------------------------------------------------------- out
def call_waiting(now: datetime) -> int:
    """Make the calls that wait, each once; how many the carrier took."""
    held = EscalationNotice.objects.filter(channel=AlertChannel.CALL, status=NoticeStatus.SENDING)
    died = notices.with_subject(held.filter(sent_at__lte=now - notices.LEASE))
    notices.each(died[:100], lambda notice: _uncertain(notice, now=now), until=notices.LEASE, now=now)
    waiting = notices.waiting(AlertChannel.CALL)[:100]
    return notices.each(waiting, lambda notice: _call(notice, now=now), until=TRY_UNTIL, now=now)


def _uncertain(notice: EscalationNotice, *, now: datetime) -> bool:
    notices.not_sent([notice], "It is not certain whether the call was made.", now=now)
    return False


def _call(notice: EscalationNotice, *, now: datetime) -> bool:
    if notices.is_dropped(notice):
        return False
    phone, number = notice.member.phone, telling.number_for(notice.escalation)
    if not phone or number is None:
        notices.not_sent([notice], "No phone is known." if not phone else "No number to call from.", now=now)
        return False
    if not notices.claim(notice, now=now):
        return False
    EscalationNotice.objects.filter(pk=notice.pk).update(phone=phone, number=number)
    result = _make(notice, phone, number)
    mine = EscalationNotice.objects.filter(pk=notice.pk, status=NoticeStatus.SENDING)
    match result.outcome:
        case SendOutcome.ACCEPTED:
            # A webhook of this call may have been quicker than the carrier's own answer.
            EscalationNotice.objects.filter(pk=notice.pk, carrier_call_id="").update(carrier_call_id=result.message_id)
            mine.update(status=NoticeStatus.SENT)
            return True
        case SendOutcome.THROTTLED | SendOutcome.UNREACHED if now - notice.created_at < TRY_UNTIL:
            # It surely does not ring.
            mine.update(status=NoticeStatus.WAITING, sent_at=None)
        case SendOutcome.UNKNOWN:
            _uncertain(notice, now=now)
        case _:
            notices.not_sent([notice], result.error_text or f"Carrier error {result.error_code}", now=now)
    return False


def _make(notice: EscalationNotice, phone: str, number: PhoneNumber) -> SendResult:
    call = OutboundCall(key=str(notice.key), caller=number.number, to=phone, ring_seconds=RING_SECONDS)
    try:
        return carrier_for(number.account).call(call)
    except NotSupported:
        text = "The account of this number makes no calls."
        return SendResult(SendOutcome.REJECTED, error_code="no_calls", error_text=text)
    except Exception as error:
        logger.exception("calling for notice %s failed in an unforeseen way", notice.key)
        return SendResult(SendOutcome.UNKNOWN, error_code=type(error).__name__[:16], error_text="Calling broke off.")


# ---------------------------------------------------------------- on the line
def picked_up(account: CarrierAccount, event: AlertPickedUp, *, now: datetime) -> VoicePlan:
    notice = _notice(account, event.key)
    if notice is None:
        return Say("", account.business.language)
    _note_call(notice, event.call_id, NoticeStatus.PICKED_UP)
    return _over(notice) or _ask(notice, attempt=1)


def key_pressed(account: CarrierAccount, event: AlertAnswered, *, now: datetime) -> VoicePlan:
    notice = _notice(account, event.key)
    if notice is None:
        return Say("", account.business.language)
    _note_call(notice, event.call_id, NoticeStatus.PICKED_UP)
    escalation, member, language = notice.escalation, notice.member, _language(notice)
    if event.digit == PASS:
        acknowledging.pass_on(escalation, member=member, now=now)
        return Say(_SAID[language]["passed"], language)
    if event.digit not in (TAKE, CONNECT):
        again = event.attempt < 2 and _over(notice) is None
        return _ask(notice, attempt=event.attempt + 1) if again else Say(_SAID[language]["silence"], language)
    taken = acknowledging.acknowledge(escalation, member=member, via=AckMeans.KEY, now=now)
    is_theirs = taken.won or (taken.by is not None and taken.by.pk == member.pk)
    if not is_theirs:
        return _over(notice) or Say("", language)
    if event.digit == CONNECT and escalation.lead is not None and notice.number is not None:
        _note_connected(notice, account, event.call_id, now=now)
        return Bridge(_SAID[language]["connecting"], language, escalation.lead.phone, notice.number.number)
    return Say(_SAID[language]["yours"], language)


def call_ended(account: CarrierAccount, event: AlertCallEnded, *, now: datetime) -> None:
    """Nobody pressed a key: not taken. What never rang is not waited for."""
    notice = _notice(account, event.key)
    if notice is None:
        return
    _note_call(notice, event.call_id, "")
    if event.end in (CallEnd.FAILED, CallEnd.BUSY, CallEnd.CANCELED):
        if notice.status in (NoticeStatus.SENDING, NoticeStatus.SENT):
            notices.not_sent([notice], f"The call did not get through ({event.end.value}).", now=now)
        return
    why = "Nobody pressed a key." if event.end == CallEnd.COMPLETED else "Nobody picked up."
    unanswered = EscalationNotice.objects.filter(pk=notice.pk, answered_at=None)
    unanswered.filter(status__in=[NoticeStatus.SENDING, NoticeStatus.SENT]).update(
        status=NoticeStatus.SENT, reason=why
    )  # fmt: skip
    unanswered.filter(status=NoticeStatus.PICKED_UP).update(reason=why)


def _notice(account: CarrierAccount, key: str) -> EscalationNotice | None:
    """The notice of a call that this account has made; None for what is none of its own."""
    try:
        found = uuid.UUID(key)
    except ValueError:
        return None
    rows = notices.with_subject(EscalationNotice.objects.filter(key=found, channel=AlertChannel.CALL))
    rows = rows.select_related("number", "escalation__acknowledged_by__user")
    # Without its number it was never made.
    return rows.filter(number__account=account).first()


def _note_call(notice: EscalationNotice, call_id: str, status: str) -> None:
    EscalationNotice.objects.filter(pk=notice.pk, carrier_call_id="").update(carrier_call_id=call_id)
    if status:
        rings = EscalationNotice.objects.filter(pk=notice.pk, answered_at=None)
        rings.filter(status__in=[NoticeStatus.SENDING, NoticeStatus.SENT, NoticeStatus.NOT_SENT]).update(status=status)


def _over(notice: EscalationNotice) -> Say | None:
    """What they hear when there is nothing left to take."""
    escalation, language = Escalation.objects.select_related("acknowledged_by__user").get(
        pk=notice.escalation_id
    ), _language(notice)  # fmt: skip
    if escalation.status == EscalationStatus.CLOSED:
        return Say(_SAID[language]["closed"], language)
    has_it = escalation.acknowledged_by
    if escalation.status == EscalationStatus.ACKNOWLEDGED and has_it is not None and has_it.pk != notice.member_id:
        return Say(_SAID[language]["taken"].format(name=telling.called(has_it)), language)
    return None


def _ask(notice: EscalationNotice, *, attempt: int) -> AskForKey:
    language, business = _language(notice), notice.escalation.business
    take, connect, pass_on = _KEYS[language]
    keys = f"{take}{connect if notice.escalation.lead_id else ''}{pass_on}"
    words = alert_words.spoken(business.name, telling.told(notice), language=language)
    return AskForKey(f"{words}{keys}", language, str(notice.key), attempt)


def _language(notice: EscalationNotice) -> Language:
    business: Business = notice.escalation.business
    return Language.SPANISH if business.language == Language.SPANISH else Language.ENGLISH


def _note_connected(notice: EscalationNotice, account: CarrierAccount, call_id: str, *, now: datetime) -> None:
    """The customer is being called by a person: a call of ours, after which nobody needs to be reminded."""
    escalation, number, lead = notice.escalation, notice.number, notice.escalation.lead
    if number is None or lead is None:
        return
    _, created = Call.objects.get_or_create(
        account=account,
        carrier_call_id=call_id,
        defaults={
            "business_id": escalation.business_id, "location_id": escalation.location_id, "number": number,
            "lead": lead, "conversation_id": escalation.conversation_id, "caller": lead.phone,
            "state": CallState.OUTBOUND, "started_at": now, "is_simulated": escalation.is_simulated,
        },
    )  # fmt: skip
    if created:
        acknowledging.record(
            "call.connected", escalation, f"{telling.called(notice.member)} called them", now=now, by=notice.member.user
        )  # fmt: skip
