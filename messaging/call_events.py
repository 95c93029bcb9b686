"""What happens on the phone line, one function per event. Each may come twice, late, or never."""

from datetime import datetime, timedelta

from django.db import IntegrityError, transaction

from leads.models import Lead
from messaging import blocking, configuration, conversations, missed_calls, urgency, voicemail
from messaging.carriers.base import (
    BadPayload,
    CallArrived,
    CallEnded,
    CallReported,
    RingingEnded,
    TeamPickedUp,
    VoicemailLeft,
    VoicemailTranscribed,
    WhisperAsked,
)
from messaging.carriers.plans import AskToAccept, Connect, Ring, Say, TakeVoicemail, VoicePlan
from messaging.enums import CallState, CarrierKind, Happening, HoursState, MissReason, NumberMode, RingOrder, ScriptKind
from messaging.models import Call, CarrierAccount, PhoneNumber
from messaging.wording import worded
from recoverline.lib.phones import display_phone, is_anonymous, is_premium, is_short_code, parse_phone
from recoverline.lib.text import clean_inbound

# A recording shorter than this is somebody hanging up after the tone.
WORDLESS_SECONDS = 2


def find_call(account: CarrierAccount, call_id: str) -> Call | None:
    """With its business, location and number, as they are remembered."""
    call = _call_with_id(account, call_id)
    return call and _with_its_own(call)


def _call_with_id(account: CarrierAccount, call_id: str) -> Call | None:
    return Call.objects.filter(account=account, carrier_call_id=call_id).first()


def _with_its_own(call: Call) -> Call:
    call.business = configuration.business_with_id(call.business_id)
    call.location = configuration.location_with_id(call.location_id)
    call.number = configuration.number_with_id(call.number_id)
    return call


def open_call(
    account: CarrierAccount,
    number: PhoneNumber,
    *,
    call_id: str,
    caller: str,
    started_at: datetime,
    name: str = "",
    forwarded_from: str = "",
    verification: str = "",
    found_by_reconciler: bool = False,
) -> tuple[Call, bool]:
    """The call of this id and whether it is new; a second event about it finds the same row."""
    state = configuration.state_at(number, now=started_at)
    try:
        # Inserted first: nearly every event that gets here is the first of its call.
        with transaction.atomic():
            call = Call.objects.create(
                account=account,
                carrier_call_id=call_id,
                business=number.business,
                location=number.location,
                number=number,
                caller=_reachable(caller, number.business.country),
                caller_raw=clean_inbound(caller)[:64],
                caller_name=clean_inbound(name)[:120],
                forwarded_from=clean_inbound(forwarded_from)[:64],
                verification=clean_inbound(verification)[:60],
                hours_state=HoursState(state.kind),
                started_at=started_at,
                found_by_reconciler=found_by_reconciler,
                is_simulated=account.kind == CarrierKind.SIMULATOR,
            )
    except IntegrityError:
        call = Call.objects.get(account=account, carrier_call_id=call_id)
        call.business, call.location, call.number = number.business, number.location, number
        return call, False
    return call, True


def _reachable(caller: str, country: str) -> str:
    """The phone to call back or text, "" for who hides, for machines and for lines that bill whoever calls them."""
    if is_anonymous(caller) or is_short_code(caller):
        return ""
    phone = parse_phone(caller, country)
    return phone if phone is not None and not is_premium(phone) else ""


# ---------------------------------------------------------------- the caller's line
def _number_called(account: CarrierAccount, to: str) -> PhoneNumber:
    number = configuration.number_called(account, to)
    if number is None:
        # Kept with its webhook: a mistyped number must show somewhere.
        raise BadPayload(f"no number {to[:32]} of this account is known here")
    return number


def call_arrived(account: CarrierAccount, event: CallArrived, *, now: datetime) -> VoicePlan | None:
    number = _number_called(account, event.to)
    call, created = open_call(
        account, number, call_id=event.call_id, caller=event.caller, started_at=now, name=event.caller_name,
        forwarded_from=event.forwarded_from, verification=event.verification,
    )  # fmt: skip
    if created:
        _note_call(number, now)
    targets = _ring_targets(call) if number.mode == NumberMode.HOSTED and number.is_active else ()
    reason = missed_calls.classify_arrival(
        mode=NumberMode(number.mode),
        is_open=call.hours_state == HoursState.OPEN,
        rings_when_closed=number.rings_when_closed,
        has_targets=bool(targets),
    )
    if reason is None:
        return _ring(number, targets, attempt=1)
    # Nothing rang here: how long it rang elsewhere, or not at all, is not known.
    missed_calls.handle(call, reason, now=now, is_new=created)
    return _voicemail(call)


def ringing_never_began(account: CarrierAccount, event: CallArrived, *, now: datetime) -> None:
    """The plan to ring never reached the carrier."""
    call = find_call(account, event.call_id)
    if call is not None:
        missed_calls.handle(call, MissReason.FAILED, now=now)


def ringing_ended(account: CarrierAccount, event: RingingEnded, *, now: datetime) -> VoicePlan | None:
    call = find_call(account, event.call_id)
    if call is None:
        return Say("", account.business.language)
    reason = missed_calls.classify_ringing(
        end=event.end,
        bridged=event.bridged,
        accepted=call.accepted_at is not None,
        needs_accept=call.number.press_to_accept,
    )
    if reason is None:
        if not missed_calls.mark_answered(call, now=now) and event.bridged:
            missed_calls.take_back(call, now=now)
        return Say("", call.business.language)
    in_order = call.number.ring_order == RingOrder.IN_ORDER
    targets = _ring_targets(call) if in_order else ()
    if event.attempt < len(targets) and reason != MissReason.ABANDONED and call.state == CallState.RINGING:
        return _ring(call.number, targets, attempt=event.attempt + 1)
    missed_calls.handle(call, reason, now=now, rang_seconds=_seconds_since(call.started_at, now))
    return _voicemail(call)


def call_ended(account: CarrierAccount, event: CallEnded, *, now: datetime) -> VoicePlan | None:
    """The only news of a caller who gave up while it rang, and perhaps the first we hear of the call at all."""
    known = Call.objects.filter(account=account, carrier_call_id=event.call_id)
    if known.filter(ended_at=None).exclude(state=CallState.RINGING).update(ended_at=now):
        return None  # decided by now, as nearly always
    call, opened = _call_with_id(account, event.call_id), False
    if call is None:
        number = _number_called(account, event.to)
        call, opened = open_call(account, number, call_id=event.call_id, caller=event.caller, started_at=now)
    if call.state == CallState.RINGING:
        _with_its_own(call)
        reason = missed_calls.classify_hang_up(end=event.end, accepted=call.accepted_at is not None)
        if reason is None:
            missed_calls.mark_answered(call, now=now)
        else:
            # Of a call whose beginning we never saw nobody knows how long it rang. One whose first webhook had to be
            # repeated rang for longer than we saw, and at least as long as the carrier says that it lasted.
            rang = None if opened else max(_seconds_since(call.started_at, now), event.seconds)
            missed_calls.handle(call, reason, now=now, rang_seconds=rang)
    Call.objects.filter(pk=call.pk, ended_at=None).update(ended_at=now)
    return None


def call_reported(account: CarrierAccount, event: CallReported, *, now: datetime) -> None:
    """An outside phone system tells us of a missed call, perhaps late."""
    number = _number_called(account, event.to)
    began = min(event.occurred_at, now)
    call, _ = open_call(
        account, number, call_id=event.call_id, caller=event.caller, started_at=began, name=event.caller_name
    )
    reason = MissReason(event.reason)
    if reason == MissReason.NO_ANSWER and call.hours_state != HoursState.OPEN:
        reason = MissReason.AFTER_HOURS
    if missed_calls.handle(call, reason, now=now, rang_seconds=event.rang_seconds):
        _note_call(number, now)
        Call.objects.filter(pk=call.pk).update(ended_at=call.started_at)
    _add_transcript(call, event.voicemail_text, now=now)


# ---------------------------------------------------------------- the team's phones
def whisper_asked(account: CarrierAccount, event: WhisperAsked, *, now: datetime) -> VoicePlan:
    call = find_call(account, event.call_id)
    if call is None:
        return Say("", account.business.language)
    caller = display_phone(call.caller, call.business.country) if call.caller else "an unknown number"
    return AskToAccept(_spoken(call, ScriptKind.WHISPER, phone=caller), call.business.language)


def team_picked_up(account: CarrierAccount, event: TeamPickedUp, *, now: datetime) -> VoicePlan | None:
    call = find_call(account, event.call_id)
    if call is None:
        return Say("", account.business.language)
    if event.accepted or not call.number.press_to_accept:
        # Without a key to press, picking up is the only evidence there is.
        Call.objects.filter(pk=call.pk, state=CallState.RINGING, accepted_at=None).update(accepted_at=now)
        return Connect()
    return Say("", call.business.language)


# ---------------------------------------------------------------- voicemail
def voicemail_left(account: CarrierAccount, event: VoicemailLeft, *, now: datetime) -> VoicePlan | None:
    call = find_call(account, event.call_id)
    if call is None:
        return Say("", account.business.language)
    spoke = event.seconds >= WORDLESS_SECONDS
    reason = MissReason.VOICEMAIL if spoke else MissReason.SILENT
    if spoke:
        missed_calls.note_voicemail(call, now=now)
    # A missed call is refined, never decided a second time; one whose ringing nobody reported is decided now.
    missed_calls.handle(call, reason, now=now)
    if spoke or not (call.voicemail_url or call.transcript):
        missed_calls.refine(call, reason=reason, seconds=event.seconds, url=event.url if spoke else "")
    if spoke:
        voicemail.expect(call)
    return Say("", call.business.language)


def voicemail_transcribed(account: CarrierAccount, event: VoicemailTranscribed, *, now: datetime) -> None:
    call = find_call(account, event.call_id)
    if call is not None:
        _add_transcript(call, event.text, now=now)


def _add_transcript(call: Call, text: str, *, now: datetime) -> None:
    """What was said after the tone is shown in the conversation and waits there for a person."""
    text = clean_inbound(text)
    if not text or call.transcript or call.state == CallState.ANSWERED:
        return
    missed_calls.note_voicemail(call, now=now)
    missed_calls.handle(call, MissReason.VOICEMAIL, now=now)
    missed_calls.refine(call, reason=MissReason.VOICEMAIL, transcript=text)
    if call.lead is not None:
        conversation = conversations.open_conversation(call.lead, call.number, now=now)
        said, cause, happening = f"Voicemail: {text}", f"voicemail:{call.key}", Happening.VOICEMAIL
        if call.lead.blocked_at is not None:
            blocking.keep(conversation, said, cause=cause, now=now, happening=happening)
            return
        conversations.note_said(conversation, text=said, now=now, by_customer=True, happening=happening)
        urgency.notice(conversation, text, cause=cause, now=now)


# ---------------------------------------------------------------- what is said
def _ring_targets(call: Call) -> tuple[str, ...]:
    """Whom to ring; never a phone that is part of this call or comes back to us, or it would ring round and round."""
    targets = configuration.rung_by(call.number)
    phones = [phone for phone, _ in targets]
    if phones and blocking.is_blocked(call.business_id, call.caller):
        # They may leave a message, which is kept, and disturb nobody.
        return ()
    forwarded_from = parse_phone(call.forwarded_from, call.business.country)
    if forwarded_from in phones:
        # A phone of the team passes unanswered calls on to us: this is our own ringing, come back.
        return ()
    looped = {call.number.number, call.caller, forwarded_from}
    return tuple(phone for phone, is_ours in targets if phone not in looped and not is_ours)


def _ring(number: PhoneNumber, targets: tuple[str, ...], *, attempt: int) -> Ring:
    if number.ring_order == RingOrder.IN_ORDER:
        targets = targets[attempt - 1 : attempt]
    # Carriers ring ten phones at once at the most.
    return Ring(targets[:10], number.ring_seconds, number.press_to_accept, attempt)


def _voicemail(call: Call) -> VoicePlan:
    kind = ScriptKind.GREETING if call.hours_state == HoursState.OPEN else ScriptKind.GREETING_CLOSED
    greeting = _spoken(call, kind)
    language = call.business.language
    return TakeVoicemail(greeting, language) if call.number.offers_voicemail else Say(greeting, language)


def _spoken(call: Call, kind: ScriptKind, *, phone: str = "") -> str:
    # A hidden caller's leg has a name at most; the whisper says whichever is known.
    also = {"caller_name": call.caller_name or phone} if phone else {}
    lead = Lead(phone=call.caller)
    return worded(kind, number=call.number, lead=lead, hours=call.hours_state, now=call.started_at, **also).body


def _note_call(number: PhoneNumber, now: datetime) -> None:
    """When the line last proved to work; to the minute, or a rush of calls would queue for this one row."""
    if number.last_call_at is None or now - number.last_call_at > timedelta(minutes=1):
        PhoneNumber.objects.filter(pk=number.pk).update(last_call_at=now)
        number.last_call_at = now


def _seconds_since(start: datetime, now: datetime) -> int:
    return max(0, int((now - start).total_seconds()))
