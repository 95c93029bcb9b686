"""Reminders: planned when a visit is booked or moved, sent when due, dead when it is moved or canceled.

A row is the truth. Whoever moves it from planned to queued writes the text in the same transaction, so two workers
send one.
"""

import logging
from datetime import datetime, timedelta

from django.db import transaction

from messaging import appointment_texts, consent
from messaging.appointment_texts import LEAST_NOTICE
from messaging.enums import MessageStatus, ReminderState, ScriptKind, Suppression
from messaging.models import Conversation, Reminder
from scheduling.enums import AppointmentStatus
from scheduling.models import Appointment
from scheduling.settings_of import booking_settings

logger = logging.getLogger(__name__)

# Nobody needs to be reminded of what they booked a moment ago.
AFTER_BOOKING = timedelta(hours=1)
# So long after its time a reminder may still leave, if nothing else ends it before.
VALID_FOR = timedelta(hours=2)
AT_ONCE = 200


def plan(appointment: Appointment, *, now: datetime) -> None:
    """Reminders for this version of the appointment, in place of those for earlier ones. Harmless the second time."""
    if appointment.version > 1 or appointment.status != AppointmentStatus.CONFIRMED:
        drop(appointment, now=now)
    if appointment.status != AppointmentStatus.CONFIRMED or appointment.lead_id is None:
        return
    # Of two that the night moves to the same morning the nearer one is enough.
    due = {}
    for minutes in sorted(booking_settings(appointment.business).reminder_minutes, reverse=True):
        at = due_at(appointment, minutes, now=now)
        if at is not None:
            due[at] = minutes
    Reminder.objects.bulk_create(
        [
            Reminder(
                business_id=appointment.business_id, appointment=appointment, version=appointment.version,
                minutes_before=minutes, due_at=at,
            )
            for at, minutes in due.items()
        ],
        ignore_conflicts=True,
    )  # fmt: skip


def due_at(appointment: Appointment, minutes: int, *, now: datetime) -> datetime | None:
    """When the reminder goes out; None when that is too near to the booking, or by the night too near to the visit."""
    wanted = appointment.starts_at - timedelta(minutes=minutes)
    at = appointment_texts.decent_time(wanted, appointment)
    if wanted <= now or at <= now + AFTER_BOOKING:
        return None
    return at if at + LEAST_NOTICE <= appointment.starts_at else None


def drop(appointment: Appointment, *, now: datetime) -> None:
    """What was planned for earlier versions, or for what is not booked any more, is not sent."""
    planned = Reminder.objects.filter(appointment=appointment, state=ReminderState.PLANNED)
    if appointment.status == AppointmentStatus.CONFIRMED:
        planned = planned.exclude(version=appointment.version)
    planned.update(state=ReminderState.SKIPPED, reason=_CHANGED)


def sweep(now: datetime) -> int:
    """Send what is due; how many texts were written."""
    due = Reminder.objects.filter(state=ReminderState.PLANNED, due_at__lte=now).order_by("due_at", "id")
    sent = 0
    for pk in list(due.values_list("pk", flat=True)[:AT_ONCE]):
        try:
            sent += _send(pk, now=now)
        except Exception:  # one reminder must not stand in the way of the others
            logger.exception("reminder %s could not be sent", pk)
    return sent


@transaction.atomic
def _send(pk: int, *, now: datetime) -> bool:
    row = Reminder.objects.filter(pk=pk)
    if not row.filter(state=ReminderState.PLANNED).update(state=ReminderState.QUEUED):
        return False
    reminder = row.select_related(
        "appointment__business", "appointment__lead", "appointment__service", "appointment__request",
        "appointment__location__business",
    ).get()  # fmt: skip
    appointment = reminder.appointment
    reason = _why_not(reminder, now=now)
    thread = None if reason else appointment_texts.thread_for(
        appointment.lead, appointment.location, now=now, request=appointment.request
    )  # fmt: skip
    reason = reason or _why_not_there(thread)
    if reason or thread is None:
        row.update(state=ReminderState.SKIPPED, reason=reason)
        return False
    text = appointment_texts.say(
        appointment, ScriptKind.BOOKING_REMINDER, thread, idem_key=f"reminder:{reminder.pk}", now=now,
        expires_at=_ends_at(reminder),
    )  # fmt: skip
    if text.status == MessageStatus.SUPPRESSED:
        row.update(state=ReminderState.SKIPPED, reason=Suppression(text.suppression).label, message=text)
        return False
    row.update(message=text)
    return True


def _why_not(reminder: Reminder, *, now: datetime) -> str:
    appointment = reminder.appointment
    if appointment.status != AppointmentStatus.CONFIRMED or appointment.version != reminder.version:
        return _CHANGED
    if now >= _ends_at(reminder):
        return "It was too late for it."
    if appointment.customer_confirmed_at is not None and not _is_last(reminder):
        return "The customer has said already that they will be there."
    lead = appointment.lead
    if lead is None:
        return "The appointment belongs to nobody."
    if consent.is_opted_out(appointment.business_id, lead.phone):
        return str(Suppression.OPTED_OUT.label)
    return ""


def _why_not_there(thread: Conversation | None) -> str:
    if thread is None:
        return "No text can reach this customer."
    return "Automatic texts are paused in this conversation." if thread.automation_paused else ""


def _is_last(reminder: Reminder) -> bool:
    """Whether no other one of this version is nearer to the visit: that one is sent to everybody."""
    nearer = Reminder.objects.filter(
        appointment=reminder.appointment_id, version=reminder.version, minutes_before__lt=reminder.minutes_before
    )
    return not nearer.exists()


def _ends_at(reminder: Reminder) -> datetime:
    """Until when it may leave: never at night, and not when it would be too late to be of use."""
    appointment = reminder.appointment
    # It was planned for an allowed hour, but they may have told us since that they are elsewhere.
    opens = appointment_texts.decent_time(reminder.due_at, appointment)
    night = appointment_texts.night_after(opens, appointment)
    return min(opens + VALID_FOR, appointment.starts_at - LEAST_NOTICE, night)


_CHANGED = "The appointment was moved or canceled."
