"""What happened to a request, a visit or a person: it begins a sequence, or ends one. Harmless the second time."""

from datetime import datetime

from django.db import transaction

from leads.models import JobRequest, LeadEvent
from messaging import appointment_texts, consent
from messaging.followups import enrolling, standing, stopping
from messaging.followups.enums import StopReason, Trigger
from messaging.models import Conversation, Enrollment
from scheduling.enums import AppointmentStatus
from scheduling.models import Appointment

_STOPS = {
    "appointment.booked": StopReason.BOOKED,
    "appointment.requested": StopReason.BOOKED,
    "request.booked": StopReason.BOOKED,
    "request.won": StopReason.CLOSED,
    "request.lost": StopReason.CLOSED,
    "request.spam": StopReason.CLOSED,
    "request.wrong_number": StopReason.CLOSED,
    "lead.opted_out": StopReason.OPTED_OUT,
    "lead.blocked": StopReason.BLOCKED,
}
_STAFF = {
    "task.finished": StopReason.CALLED_BACK,
    "call.answered": StopReason.CALLED_BACK,
    "conversation.taken_over": StopReason.TAKEN_OVER,
}
# What a step that reached them led to.
_MARKS = {
    StopReason.BOOKED: "booked_at",
    StopReason.OPTED_OUT: "opted_out_at",
}


def handle(event: LeadEvent, *, now: datetime) -> None:
    """Do what `event` (with its business) means for the follow-ups of its lead."""
    if event.lead_id is None:
        return
    with transaction.atomic():
        consent.hold_contact(event.lead_id)
        running = stopping.running_of(event.lead_id)
        # What began later than this knows of it already.
        mine = running if running is not None and running.anchor_at <= event.at else None
        if event.kind in _STOPS:
            _stop(event, mine, now=now)
        elif event.kind in _STAFF and mine is not None:
            _note_staff(event, mine, now=now)
        elif (
            event.kind == "conversation.closed"
            and mine is not None
            and mine.sequence.trigger in standing.BEFORE_BOOKING
        ):
            stopping.stop_for(event.lead_id, StopReason.CLOSED, now=now)
        _begin(event, now=now)


def _stop(event: LeadEvent, running: Enrollment | None, *, now: datetime) -> None:
    assert event.lead_id is not None  # noqa: S101  asked by the caller
    reason = _STOPS[event.kind]
    if reason in _MARKS:
        stopping.mark(event.lead_id, _MARKS[reason], now=event.at)
    # The end of the job is where a sequence after the job begins.
    if running is not None and event.kind == "request.won" and running.sequence.trigger == Trigger.AFTER_JOB:
        return
    stopping.keep_back(event.lead_id, standing.SUPPRESSIONS[reason])
    if running is not None:
        stopping.end(running, reason, now=now)


def _note_staff(event: LeadEvent, running: Enrollment, *, now: datetime) -> None:
    # Whoever takes a thread after an estimate or a visit has said nothing to the customer yet.
    if event.kind != "conversation.taken_over" or running.sequence.trigger in standing.BEFORE_BOOKING:
        stopping.heard_from_staff(running.lead_id, _STAFF[event.kind], now=now)


def _begin(event: LeadEvent, *, now: datetime) -> None:
    match event.kind:
        case "request.estimated":
            _after_request(event, Trigger.ESTIMATE, f"estimate:{event.pk}", now=now)
        case "request.won":
            _after_request(event, Trigger.AFTER_JOB, f"job:{event.data.get('request')}", now=now)
        case "appointment.missed":
            _after_visit(event, Trigger.MISSED_VISIT, AppointmentStatus.NO_SHOW, now=now)
        case "appointment.completed":
            _after_visit(event, Trigger.AFTER_JOB, AppointmentStatus.COMPLETED, now=now)


def _after_request(event: LeadEvent, trigger: Trigger, cause: str, *, now: datetime) -> None:
    request = JobRequest.objects.filter(business=event.business_id, key=event.data.get("request")).first()
    thread = _thread(event, request)
    if request is not None and thread is not None:
        enrolling.begin(trigger, conversation=thread, cause=cause, at=event.at, now=now, request=request)


def _thread(event: LeadEvent, request: JobRequest | None) -> Conversation | None:
    """Where it happened, else where the request was last talked about."""
    threads = Conversation.objects.filter(business=event.business_id, lead=event.lead_id)
    threads = threads.select_related("business", "lead", "request", "number", "location__business")
    named = event.data.get("conversation")
    here = threads.filter(key=str(named)).first() if named else None
    return here or threads.filter(request=request).order_by("-last_at", "-id").first()


def _after_visit(event: LeadEvent, trigger: Trigger, status: AppointmentStatus, *, now: datetime) -> None:
    visits = Appointment.objects.select_related("business", "lead", "request", "location__business")
    visit = visits.filter(business=event.business_id, key=event.data.get("appointment"), status=status).first()
    if visit is None or visit.lead is None:
        return
    thread = appointment_texts.thread_for(visit.lead, visit.location, now=now, request=visit.request)
    if thread is None:
        return
    cause = f"missed:{visit.key}:{visit.version}"
    if trigger == Trigger.AFTER_JOB:
        # A job is one, whether its visit or its request is ended first.
        cause = f"job:{visit.request.key if visit.request else visit.key}"
    enrolling.begin(
        trigger, conversation=thread, cause=cause, at=event.at, now=now, request=visit.request, appointment=visit
    )
