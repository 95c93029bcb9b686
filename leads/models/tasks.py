import uuid

from django.conf import settings
from django.db import models

from leads.enums import TaskReason
from leads.models.business import Business, Location
from leads.models.leads import Lead


class CallbackTask(models.Model):
    """Somebody has to call this person back, by `due_at`. What happens wherever a text cannot do the job."""

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    business = models.ForeignKey(Business, on_delete=models.CASCADE, related_name="tasks")
    location = models.ForeignKey(Location, on_delete=models.CASCADE, related_name="tasks")
    lead = models.ForeignKey(Lead, on_delete=models.CASCADE, null=True, blank=True, related_name="tasks")
    phone = models.CharField(max_length=16, blank=True, help_text="Empty for an anonymous caller.")
    reason = models.CharField(max_length=20, choices=TaskReason.choices)
    detail = models.CharField(max_length=300, blank=True)
    cause = models.CharField(
        max_length=160, help_text="What made it, such as missedcall:<call id>: the same cause makes one task."
    )
    assignee = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        help_text="Empty: the system.",
    )
    not_before = models.DateTimeField(
        null=True, blank=True, help_text="Start of the window in which a call was promised."
    )
    due_at = models.DateTimeField()
    created_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True, blank=True)
    done_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )

    class Meta:
        ordering = ["due_at"]
        constraints = [models.UniqueConstraint(fields=["business", "cause"], name="task_once_per_cause")]
        indexes = [
            models.Index(fields=["business", "due_at"], name="task_open_by_due", condition=models.Q(done_at=None)),
            models.Index(fields=["business", "created_at", "key"], name="task_by_age"),
        ]

    def __str__(self) -> str:
        return f"Call {self.phone or 'unknown caller'} back"
