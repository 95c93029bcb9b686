from django.db import models
from django.db.models import Q

from leads.models import Business
from messaging.enums import ReminderState
from messaging.models.conversations import Message
from scheduling.models import Appointment


class Reminder(models.Model):
    """A reminder that is due at some instant, of one version of an appointment. The row is the truth, not a task."""

    business = models.ForeignKey(Business, on_delete=models.CASCADE, related_name="reminders")
    appointment = models.ForeignKey(Appointment, on_delete=models.CASCADE, related_name="reminders")
    version = models.PositiveIntegerField(help_text="Of the appointment; a later one skips it.")
    minutes_before = models.PositiveIntegerField()
    due_at = models.DateTimeField()
    state = models.CharField(max_length=12, choices=ReminderState.choices, default=ReminderState.PLANNED)
    reason = models.CharField(max_length=120, blank=True, help_text="Why it was not sent.")
    message = models.ForeignKey(Message, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")

    class Meta:
        ordering = ["due_at", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["appointment", "version", "minutes_before"], name="reminder_once_per_version"
            )
        ]
        indexes = [models.Index(fields=["due_at"], name="reminder_due", condition=Q(state=ReminderState.PLANNED))]

    def __str__(self) -> str:
        return f"{self.minutes_before} min before {self.appointment}"
