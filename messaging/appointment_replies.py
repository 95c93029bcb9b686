"""What a customer's text does to their visit: confirm, cancel, ask for another time; or take a time that was freed.

The robot acts only where one meaning and one visit are meant, and is silent where a person writes: then it changes
nothing but the note that they will come.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import F

from leads import callbacks, events
from leads.enums import TaskReason
from messaging import appointment_texts, conversations
from messaging.appointment_words import AppointmentReply, is_bare_cancel, read_reply, says_more
from messaging.enums import Direction, MessageKind, MessageStatus, ReminderState, ScriptKind
from messaging.models import Conversation, Message, Reminder
from scheduling import booking, records, waitlist
from scheduling.availability import Refusal
from scheduling.booking import BookingRefused
from scheduling.enums import AppointmentStatus, BookedBy
from scheduling.models import Appointment, WaitlistEntry
from scheduling.policy import CHANGEABLE, may_move
from scheduling.settings_of import booking_settings

ASKED_WITHIN = timedelta(hours=48)
# For so long after a person's text the conversation is theirs.
A_PERSON_TALKS = timedelta(minutes=30)
# Texts that come so close together are one burst, which gets one answer.
ONE_BURST = timedelta(seconds=20)
# Who is late may write after the start.
STILL_EXPECTED = timedelta(hours=2)


@dataclass(frozen=True, slots=True)
class _Case:
    """What is at stake when a text comes in. `asked_about`: our last text was a reminder of this visit, or `offer`."""

    conversation: Conversation
    message: Message
    visits: list[Appointment]
    offer: WaitlistEntry | None
    asked_about: int | None
    is_silent: bool


def notice(conversation: Conversation, message: Message, *, now: datetime, leaves_moves: bool = False) -> bool:
    """Act on what the customer's text says about their visit; False when it says nothing about one.

    `leaves_moves`: the robot answers here and offers other times itself, instead of a link to them.
    Runs in the webhook's transaction, after consent was read. What is not settled stays for a person.
    """
    if read_reply(message.body, asked=True) == AppointmentReply.NONE:
        return False
    visits = _visits(conversation.lead_id, now=now)
    offer = waitlist.offers_of(conversation.lead, now=now).first()
    if not visits and offer is None:
        return False
    asked = _asked(conversation, message, offer, now=now)
    reply = read_reply(message.body, asked=asked is not None)
    case = _Case(conversation, message, visits, offer, asked, _is_silent(conversation, now=now))
    match reply:
        case AppointmentReply.CONFIRM:
            return _confirm(case, now=now)
        case AppointmentReply.NO | AppointmentReply.CANCEL if _means_offer(case):
            return _decline(case, now=now)
        case AppointmentReply.CANCEL:
            return _cancel(case, now=now)
        case AppointmentReply.MOVE if leaves_moves:
            return False
        case AppointmentReply.MOVE:
            return _offer_change(case, now=now)
        case AppointmentReply.LATE:
            return _note_late(case, now=now)
    return False


def note_bare_cancel(conversation: Conversation, body: str, *, now: datetime) -> None:
    """A bare CANCEL ends our texts, as the law has it. Whether it was meant for the visit a person must ask."""
    if not is_bare_cancel(body):
        return
    for visit in _visits(conversation.lead_id, now=now):
        if visit.starts_at > now:
            _ask_call(
                visit, "bare", f"Bare CANCEL: opted out of texts; has an appointment on {_on(visit)}: call", now=now
            )


# ---------------------------------------------------------------- what is at stake
def _visits(lead_id: int, *, now: datetime) -> list[Appointment]:
    rows = Appointment.objects.filter(lead=lead_id, status__in=CHANGEABLE, starts_at__gt=now - STILL_EXPECTED)
    return list(rows.select_related("business", "service", "lead", "location__business").order_by("starts_at")[:5])


def _asked(conversation: Conversation, message: Message, offer: WaitlistEntry | None, *, now: datetime) -> int | None:
    """The appointment (or the hold that is offered) that our last text asked about; None when it asked nothing."""
    ours = Message.objects.filter(
        conversation=conversation, direction=Direction.OUT, created_at__gt=now - ASKED_WITHIN, pk__lt=message.pk
    ).exclude(status__in=[MessageStatus.SUPPRESSED, MessageStatus.EXPIRED, MessageStatus.FAILED, MessageStatus.QUEUED])
    last = ours.order_by("-created_at", "-id").first()
    if last is None or last.appointment_id is None:
        return None
    if offer is not None and last.appointment_id == offer.offer_id:
        return last.appointment_id
    # A reminder of how it was before a move asks nothing any more.
    is_reminder = Reminder.objects.filter(
        message=last, state=ReminderState.QUEUED, version=F("appointment__version")
    ).exists()
    return last.appointment_id if is_reminder else None


def _is_silent(conversation: Conversation, *, now: datetime) -> bool:
    """Whether the robot leaves this to a person: it is paused, or one of them has just written."""
    if conversation.automation_paused:
        return True
    recent = Message.objects.filter(
        conversation=conversation, kind=MessageKind.STAFF, created_at__gt=now - A_PERSON_TALKS
    )
    return recent.exists()


def _has_just_answered(case: _Case, *, now: datetime) -> bool:
    answers = Message.objects.filter(conversation=case.conversation, kind=MessageKind.AUTO_REPLY)
    return answers.filter(created_at__gt=now - ONE_BURST).exists()


def _means_offer(case: _Case) -> bool:
    """Whether a yes or a no is about the time that was offered, not about a visit that is booked."""
    offer = case.offer
    return offer is not None and (case.asked_about == offer.offer_id or not case.visits)


# ---------------------------------------------------------------- yes
def _confirm(case: _Case, *, now: datetime) -> bool:
    if _means_offer(case):
        return _take_offer(case, now=now)
    visit = _one_of(case, now=now)
    if visit is None or (case.offer is not None and case.asked_about is None):
        return False
    if visit.status != AppointmentStatus.CONFIRMED:
        return False
    is_news = booking.confirm_attendance(visit, version=visit.version, now=now)
    if case.is_silent:
        return True
    if is_news and not _has_just_answered(case, now=now):
        appointment_texts.say(
            visit, ScriptKind.BOOKING_KEPT, case.conversation, idem_key=f"kept:{visit.key}:{visit.version}", now=now,
            kind=MessageKind.AUTO_REPLY,
        )  # fmt: skip
    _settle(case)
    return True


def _take_offer(case: _Case, *, now: datetime) -> bool:
    """Book what was offered; the confirmation comes with the booking. When it is gone a person writes."""
    if case.is_silent or case.offer is None:
        return False
    try:
        waitlist.accept(case.offer, by=BookedBy.TEXT, now=now)
    except BookingRefused as refused:
        _note(case, f"They want the time that was offered, and it is gone. {refused}", now=now)
        return True
    _settle(case)
    return True


def _decline(case: _Case, *, now: datetime) -> bool:
    """They do not want what was offered, nor wait any more; the next in line hears of it at the next sweep."""
    if case.is_silent or case.offer is None or not waitlist.withdraw(case.offer, now=now):
        return False
    _settle(case)
    return True


# ---------------------------------------------------------------- no, or not then
def _cancel(case: _Case, *, now: datetime) -> bool:
    """Cancel the one visit they have. Of several a person asks which."""
    ahead = [visit for visit in case.visits if visit.starts_at > now]
    if case.is_silent or len(ahead) != 1:
        return False
    visit = ahead[0]
    try:
        booking.cancel(visit, by=BookedBy.TEXT, now=now, version=visit.version, reason=f"By text: {case.message.body}")
    except BookingRefused as refused:
        if refused.reason == Refusal.TOO_LATE:
            _say_too_late(case, visit, "cancel", now=now)
        return True
    _settle(case)
    return True


def _offer_change(case: _Case, *, now: datetime) -> bool:
    """Send the link to another time, once per version; the text stays for a person, who may know better."""
    visit = _one_of(case, now=now)
    if visit is None or case.is_silent:
        return False
    notice = timedelta(minutes=booking_settings(visit.business).move_notice_minutes)
    if not may_move(visit.status, starts_at=visit.starts_at, now=now, notice=notice):
        _say_too_late(case, visit, "move", now=now)
        return True
    if not _has_just_answered(case, now=now):
        appointment_texts.say(
            visit,
            ScriptKind.BOOKING_CHANGE,
            case.conversation,
            idem_key=f"change:{visit.key}:{visit.version}",
            now=now,
            kind=MessageKind.AUTO_REPLY,
        )
    return True


def _say_too_late(case: _Case, visit: Appointment, what: str, *, now: datetime) -> None:
    """Only a call helps, and one is asked for on both sides."""
    key = f"toolate:{visit.key}:{visit.version}"
    appointment_texts.say_too_late(visit, case.conversation, idem_key=key, now=now)
    _ask_call(visit, "toolate", f"Wants to {what}, too late to do it by text: {_on(visit)}. Call", now=now)


def _note_late(case: _Case, *, now: datetime) -> bool:
    """The team hears of it; the text stays for a person."""
    near = [visit for visit in case.visits if visit.starts_at < now + timedelta(hours=24)]
    if not near:
        return False
    _note(case, f"The customer is running late: {records.describe(near[0])}", now=now, kind="appointment.delayed")
    return True


# ---------------------------------------------------------------- small acts
def _one_of(case: _Case, *, now: datetime) -> Appointment | None:
    """The visit that is meant: the one we asked about, or the only one to come."""
    ahead = [visit for visit in case.visits if visit.starts_at > now]
    asked = next((visit for visit in ahead if visit.pk == case.asked_about), None)
    return asked or (ahead[0] if len(ahead) == 1 else None)


def _settle(case: _Case) -> None:
    """Nobody needs to answer this, unless there is more in it, or more waited before it."""
    before = Message.objects.filter(
        conversation=case.conversation, direction=Direction.IN, pk__lt=case.message.pk,
        created_at__gt=case.message.created_at - A_PERSON_TALKS,
    )  # fmt: skip
    if not says_more(case.message.body) and not _waits(before):
        conversations.end_waiting(case.conversation)


def _waits(texts: Iterable[Message]) -> bool:
    """Whether one of the texts just before said something that no rule has answered."""
    return any(
        says_more(text.body) or read_reply(text.body, asked=True) == AppointmentReply.NONE for text in texts
    )  # fmt: skip


def _note(case: _Case, text: str, *, now: datetime, kind: str = "conversation.noted") -> None:
    conversation = case.conversation
    events.record(
        kind, business=conversation.business, lead=conversation.lead, at=now, text=text,
        conversation=str(conversation.key),
    )  # fmt: skip


def _ask_call(visit: Appointment, cause: str, detail: str, *, now: datetime) -> None:
    callbacks.ask_callback(
        business=visit.business,
        location=visit.location,
        lead=visit.lead,
        at=now,
        reason=TaskReason.APPOINTMENT,
        cause=f"{cause}:{visit.key}:{visit.version}",
        detail=detail,
    )


def _on(visit: Appointment) -> str:
    return appointment_texts.when(visit, language="en")
