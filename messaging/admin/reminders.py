"""Reminders, on the page of the appointment they are for."""

from leads.admin.tenant import ReadOnlyInline
from messaging.models import Reminder
from scheduling.admin.bookings import AppointmentAdmin


class ReminderInline(ReadOnlyInline):
    model = Reminder
    fields = ("due_at", "minutes_before", "version", "state", "reason")
    verbose_name_plural = "reminders by text; those of an earlier version are not sent"


AppointmentAdmin.also_shows(ReminderInline)
