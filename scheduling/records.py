"""What a booking leaves behind: the state of what the lead asked for, the timeline, a task for staff."""

from datetime import datetime

from django.contrib.auth.base_user import AbstractBaseUser

from leads import callbacks, events, intake
from leads.enums import RequestStatus, TaskReason
from leads.models import JobRequest, Lead, Location
from recoverline.lib import queue
from scheduling.enums import AppointmentStatus, BookedBy
from scheduling.models import Appointment, CalDAVAccount

CALENDAR_TASK = "scheduling.tasks.calendar_appointment_changed"
# What changes the event that calendars have of it.
_IN_CALENDARS = frozenset(
    f"appointment.{verb}" for verb in ("booked", "moved", "canceled", "completed", "detailed", "missed")
)


def note_booked(row: Appointment, *, now: datetime, actor: AbstractBaseUser | None) -> None:
    """It is booked, or asked for: then a person has to say yes."""
    by = BookedBy(row.booked_by)
    if row.status == AppointmentStatus.REQUESTED:
        _note_requested(row, by=by, now=now, actor=actor)
        return
    _close_request(row)
    note("appointment.booked", row, "Booked", by=by, now=now, actor=actor)


def note_placed(row: Appointment, *, moves: bool, by: BookedBy, now: datetime, actor: AbstractBaseUser | None) -> None:
    """It was moved, or a person has said yes to it; out of date calendars make a move a request as well."""
    if row.status == AppointmentStatus.REQUESTED:
        reopen_request(row)
        _note_requested(row, by=by, now=now, actor=actor)
        return
    _close_request(row)
    kind, words = ("appointment.moved", "Moved to") if moves else ("appointment.booked", "Confirmed")
    note(kind, row, words, by=by, now=now, actor=actor)


def note(
    kind: str, row: Appointment, words: str, *, by: BookedBy, now: datetime, actor: AbstractBaseUser | None
) -> None:
    """The timeline's row, and whoever listens to it. Carries the appointment's key and version."""
    event = events.record(
        kind, business=row.business, lead=row.lead, at=now, text=f"{words}: {describe(row)}", actor=actor,
        appointment=str(row.key), version=row.version, by=str(by),
    )  # fmt: skip
    # Hardly any business has a calendar that is written to; an account that is added now is seen to by its sweep.
    if kind in _IN_CALENDARS and CalDAVAccount.objects.filter(business=row.business_id, is_active=True).exists():
        queue.enqueue(CALENDAR_TASK, event.pk)


def _note_requested(row: Appointment, *, by: BookedBy, now: datetime, actor: AbstractBaseUser | None) -> None:
    note("appointment.requested", row, "Asked for", by=by, now=now, actor=actor)
    callbacks.ask_callback(
        business=row.business, location=row.location, lead=row.lead, at=now, reason=TaskReason.APPOINTMENT,
        cause=f"appointment:{row.key}:requested:{row.version}",
        detail=f"Confirm or offer another time: {describe(row)}. A calendar was out of date when it was booked.",
    )  # fmt: skip


def _close_request(row: Appointment) -> None:
    if row.request is not None:
        row.request.status, row.request.closed_at = RequestStatus.BOOKED, None
        row.request.save(update_fields=["status", "closed_at"])


def describe(row: Appointment) -> str:
    """The service and when it is at the location, for staff."""
    local = row.starts_at.astimezone(row.location.zone)
    return f"{row.service.name}, {local:%a %b} {local.day}, {local:%H:%M}"


def request_for(lead: Lead, location: Location, *, now: datetime) -> JobRequest:
    """The open request of `lead` that a booking answers, or a new one."""
    found = JobRequest.objects.filter(lead=lead, status=RequestStatus.OPEN).order_by("-opened_at").first()
    return found or intake.open_request(lead, location=location, at=now, source="booking")


def reopen_request(row: Appointment) -> None:
    """Nothing is booked for it any more: what they need is open again."""
    done = (AppointmentStatus.CONFIRMED, AppointmentStatus.COMPLETED)
    others = Appointment.objects.filter(request=row.request_id, status__in=done).exclude(pk=row.pk)
    if row.request_id is not None and not others.exists():
        booked = JobRequest.objects.filter(pk=row.request_id, status=RequestStatus.BOOKED)
        booked.update(status=RequestStatus.OPEN, closed_at=None)
