"""Something happened to an appointment: tell the customer, plan or drop reminders, offer what was freed."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from leads import callbacks
from leads.enums import TaskReason
from leads.models import CallbackTask, LeadEvent
from messaging import appointment_texts, consent, outbound, reminders, waitlist_offers
from messaging.appointment_texts import LEAST_NOTICE
from messaging.compliance import ledger
from messaging.delivery import TOLD_OF_VISIT
from messaging.enums import ConsentMeans, MessageKind, ScriptKind
from messaging.models import Conversation, Message
from messaging.visit_words import describe_call
from messaging.wording import worded
from scheduling import records, waitlist
from scheduling.enums import AppointmentStatus, BookedBy
from scheduling.models import Appointment

# What the customer did in this very moment is answered at once; what others do at night waits for the morning.
BY_THE_CUSTOMER = (BookedBy.PAGE, BookedBy.TEXT, BookedBy.ROBOT)
# A lost task is made up for within this time (`catch_up`).
LOST_AFTER, GIVEN_UP_AFTER = timedelta(minutes=1), timedelta(minutes=30)


@dataclass(frozen=True, slots=True)
class _Told:
    """How an event is told, and as what the appointment must stand for it to be still true."""

    script: ScriptKind
    status: AppointmentStatus


_TOLD = {
    "appointment.booked": _Told(ScriptKind.BOOKING_CONFIRMED, AppointmentStatus.CONFIRMED),
    "appointment.requested": _Told(ScriptKind.BOOKING_REQUESTED, AppointmentStatus.REQUESTED),
    "appointment.moved": _Told(ScriptKind.BOOKING_MOVED, AppointmentStatus.CONFIRMED),
    "appointment.canceled": _Told(ScriptKind.BOOKING_CANCELED, AppointmentStatus.CANCELED),
}

_BEGINS = ("appointment.booked", "appointment.requested")


def handle(event: LeadEvent, *, now: datetime, appointment: Appointment | None = None) -> None:
    """Do what `event` asks for. Harmless the second time, and for what has changed again since.

    `appointment`: its own, for whoever has just changed it and handles the event before its task does.
    """
    told = _TOLD.get(event.kind)
    if told is None or (appointment is None and (appointment := _untold(event)) is None):
        return
    _note_consent(appointment, event)
    if appointment_texts.may_tell(appointment):
        reminders.plan(appointment, now=now)
    else:
        reminders.drop(appointment, now=now)
    if event.kind == "appointment.booked":
        waitlist.close_booked(appointment, now=now)
    if appointment.version == event.data.get("version"):
        _tell(appointment, event, told, now=now)
    if event.kind in ("appointment.canceled", "appointment.moved"):
        waitlist_offers.offer_freed(appointment.location, now=now)


def _note_consent(appointment: Appointment, event: LeadEvent) -> None:
    """Whoever books on the page turns to the business with their phone, perhaps after they were erased."""
    lead = appointment.lead
    if lead is None or event.data.get("by") != BookedBy.PAGE or event.kind not in _BEGINS:
        return
    consent.recall(appointment.business_id, lead.phone)
    ledger.note_contact(
        appointment.business_id, lead.phone, means=ConsentMeans.PAGE, at=event.at,
        evidence=f"appointment {appointment.key}",
    )  # fmt: skip


def catch_up(now: datetime) -> int:
    """Handle the events of the last half hour once more whose task may have been lost; how many there were."""
    recent = Appointment.objects.filter(
        updated_at__gt=now - GIVEN_UP_AFTER, updated_at__lte=now - LOST_AFTER, starts_at__gt=now
    ).exclude(status__in=[AppointmentStatus.HOLD, AppointmentStatus.EXPIRED])
    recent = recent.exclude(lead=None)
    count = 0
    for lead, key, version in recent.values_list("lead_id", "key", "version")[:500]:
        mine = LeadEvent.objects.filter(lead=lead, kind__in=_TOLD, data__appointment=str(key), data__version=version)
        for event in mine:
            handle(event, now=now)
            count += 1
    return count


def _untold(event: LeadEvent) -> Appointment | None:
    """What `event` is about; None where nothing is left to do: of a booking that was told all the rest is done."""
    rows = Appointment.objects.select_related("business", "lead", "service", "request", "location__business")
    found = rows.filter(business=event.business_id, key=event.data.get("appointment")).first()
    if found is None or event.kind not in _BEGINS:
        return found
    is_told = Message.objects.filter(business=event.business_id, idem_key=_key_of(found, event)).exists()
    return None if is_told else found


def _key_of(appointment: Appointment, event: LeadEvent) -> str:
    verb = event.kind.partition(".")[2]
    return f"{TOLD_OF_VISIT}{appointment.key}:{appointment.version}:{verb}"


def _tell(appointment: Appointment, event: LeadEvent, told: _Told, *, now: datetime) -> None:
    lead = appointment.lead
    if lead is None or appointment.starts_at <= now or appointment.status != told.status:
        return
    thread = None
    if appointment_texts.may_tell(appointment) and not consent.is_opted_out(appointment.business_id, lead.phone):
        thread = appointment_texts.thread_for(lead, appointment.location, now=now, request=appointment.request)
    if thread is None:
        if _must_hear(appointment, event):
            _ask_to_call(appointment, now=now)
        return
    appointment_texts.say(
        appointment,
        told.script,
        thread,
        idem_key=_key_of(appointment, event),
        now=now,
        delay=_delay(appointment, event, now=now),
    )


def _delay(appointment: Appointment, event: LeadEvent, *, now: datetime) -> timedelta:
    """Until the morning, unless the customer is waiting for it, or the morning is too late."""
    if event.data.get("by") in BY_THE_CUSTOMER:
        return timedelta()
    at = appointment_texts.decent_time(now, appointment)
    return at - now if at + LEAST_NOTICE <= appointment.starts_at else timedelta()


def _must_hear(appointment: Appointment, event: LeadEvent) -> bool:
    """Whether the customer believes something else as long as nobody tells them.

    What they did themselves they know, and a booking by staff was talked about.
    """
    if event.kind == "appointment.booked":
        return appointment.version > 1  # a request that was left open
    return event.kind != "appointment.requested" and event.data.get("by") not in BY_THE_CUSTOMER


def _ask_to_call(appointment: Appointment, *, now: datetime) -> None:
    callbacks.ask_callback(
        business=appointment.business,
        location=appointment.location,
        lead=appointment.lead,
        at=now,
        reason=TaskReason.APPOINTMENT,
        cause=f"untold:{appointment.key}:{appointment.version}",
        detail=f"No text can reach them. Tell them: {records.describe(appointment)}, "
        f"{AppointmentStatus(appointment.status).label.lower()}",
    )


# ---------------------------------------------------------------- calls that were promised
def tell_callback(event: LeadEvent, *, now: datetime) -> None:
    """Say by text in which window somebody will call."""
    tasks = CallbackTask.objects.select_related("lead", "location__business", "business")
    task = tasks.filter(business=event.business_id, key=event.data.get("task")).first()
    if task is None or task.lead is None or task.not_before is None or task.done_at is not None or task.due_at <= now:
        return
    thread = appointment_texts.thread_for(task.lead, task.location, now=now)
    if thread is not None and not consent.is_opted_out(task.business_id, task.lead.phone):
        _say_when(task, thread, task.not_before, now=now)


def _say_when(task: CallbackTask, thread: Conversation, starts_at: datetime, *, now: datetime) -> None:
    spoken = appointment_texts.language_of(thread)
    window = describe_call(starts_at, task.due_at, zone=task.location.zone, language=spoken)
    body = worded(
        ScriptKind.CALLBACK_PROMISED, number=thread.number, lead=thread.lead, language=spoken, now=now, when=window
    ).body
    outbound.queue_text(
        thread, kind=MessageKind.APPOINTMENT, body=body, idem_key=f"callback:{task.key}", now=now,
        expires_at=min(now + outbound.VALID_FOR[MessageKind.APPOINTMENT], task.due_at),
    )  # fmt: skip
