import uuid
from datetime import time

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from simple_history.models import HistoricalRecords

from leads.models import Business, CallbackTask, JobRequest, Lead, Location
from messaging.followups.enums import (
    AfterStaff,
    Anchor,
    EnrollmentStatus,
    StepAction,
    StepOutcome,
    StopReason,
    Trigger,
    Unit,
)
from messaging.models.conversations import Conversation, Message
from scheduling.models import Appointment

RUNNING = (EnrollmentStatus.ACTIVE, EnrollmentStatus.PAUSED)


class Sequence(models.Model):
    """What follows for a lead who does not book. Its steps can be edited at any time: whoever is in it keeps theirs."""

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    business = models.ForeignKey(Business, on_delete=models.CASCADE, related_name="sequences")
    location = models.ForeignKey(
        Location, on_delete=models.CASCADE, null=True, blank=True, related_name="sequences",
        help_text="Empty: every location that has none of its own for the same trigger.",
    )  # fmt: skip
    name = models.CharField(max_length=80)
    trigger = models.CharField("begins with", max_length=16, choices=Trigger.choices)
    after_staff = models.CharField(
        "when a person wrote or called", max_length=8, choices=AfterStaff.choices, default=AfterStaff.STOP
    )
    is_active = models.BooleanField(default=True, help_text="Off: nobody new comes in, and nothing more goes out.")
    history = HistoricalRecords()

    class Meta:
        ordering = ["business", "trigger", "name"]
        constraints = [
            models.UniqueConstraint(fields=["business", "name"], name="sequence_name_once_per_business"),
            models.UniqueConstraint(
                fields=["location", "trigger"], condition=models.Q(is_active=True), name="sequence_per_location"
            ),
            models.UniqueConstraint(
                fields=["business", "trigger"],
                condition=models.Q(is_active=True, location=None),
                name="sequence_per_business",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class SequenceStep(models.Model):
    """One step as it is edited now. Times of day are local to whoever is texted."""

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    sequence = models.ForeignKey(Sequence, on_delete=models.CASCADE, related_name="steps")
    position = models.PositiveSmallIntegerField(default=1)
    action = models.CharField(max_length=8, choices=StepAction.choices, default=StepAction.TEXT)
    delay_amount = models.PositiveSmallIntegerField("after", default=1, validators=[MaxValueValidator(365)])
    delay_unit = models.CharField("unit", max_length=8, choices=Unit.choices, default=Unit.DAYS)
    anchor = models.CharField("counted from", max_length=12, choices=Anchor.choices, default=Anchor.EVENT)
    at_time = models.TimeField(null=True, blank=True, help_text="At this time of that day. Empty: whenever it is due.")
    window_from = models.TimeField("not before", default=time(9))
    window_until = models.TimeField("not after", default=time(19))
    weekdays = models.JSONField(default=list, blank=True, help_text="0 is Monday. Empty: every day.")
    valid_for_minutes = models.PositiveIntegerField(
        default=240, validators=[MinValueValidator(5), MaxValueValidator(10_080)],
        help_text="Later than this after its time it is skipped, never sent late.",
    )  # fmt: skip
    body = models.TextField(
        max_length=1600,
        blank=True,
        help_text="The text with {placeholders}; of a task or a call, what staff should know.",
    )
    body_es = models.TextField(
        "Spanish", max_length=1600, blank=True, help_text="Empty: Spanish speakers get the other one."
    )

    class Meta:
        ordering = ["position", "id"]
        constraints = [models.UniqueConstraint(fields=["sequence", "position"], name="step_once_per_position")]

    def __str__(self) -> str:
        return f"{self.position}. {self.get_action_display()}"


class SequenceVersion(models.Model):
    """The steps of a sequence as they once stood; enrollments run through the version they began with."""

    sequence = models.ForeignKey(Sequence, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    digest = models.CharField(max_length=64, help_text="SHA-256 of the steps.")
    steps = models.JSONField(help_text="List of steps, each as in SequenceStep, with its key.")
    created_at = models.DateTimeField()

    class Meta:
        ordering = ["sequence", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["sequence", "digest"], name="version_once_per_content"),
            models.UniqueConstraint(fields=["sequence", "number"], name="version_number_once"),
        ]

    def __str__(self) -> str:
        return f"{self.sequence}, version {self.number}"


class Enrollment(models.Model):
    """One lead on its way through one version of a sequence. The due table: `due_at` of what is active."""

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    business = models.ForeignKey(Business, on_delete=models.CASCADE, related_name="enrollments")
    location = models.ForeignKey(Location, on_delete=models.PROTECT, related_name="enrollments")
    lead = models.ForeignKey(Lead, on_delete=models.CASCADE, related_name="enrollments")
    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="enrollments")
    request = models.ForeignKey(
        JobRequest, on_delete=models.SET_NULL, null=True, blank=True, related_name="enrollments"
    )
    appointment = models.ForeignKey(Appointment, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    sequence = models.ForeignKey(Sequence, on_delete=models.CASCADE, related_name="enrollments")
    version = models.ForeignKey(SequenceVersion, on_delete=models.PROTECT, related_name="enrollments")
    cause = models.CharField(max_length=200, help_text="What began it: one cause, one enrollment.")
    status = models.CharField(max_length=12, choices=EnrollmentStatus.choices, default=EnrollmentStatus.ACTIVE)
    stop_reason = models.CharField(max_length=16, choices=StopReason.choices, blank=True)
    step = models.PositiveSmallIntegerField(default=0, help_text="Index of the step that comes next, from 0.")
    anchor_at = models.DateTimeField(help_text="When the event happened.")
    last_text_at = models.DateTimeField(null=True, blank=True, help_text="When the last text to them was written.")
    due_at = models.DateTimeField(null=True, blank=True, help_text="When the next step is due.")
    created_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+",
        help_text="Who paused, resumed or stopped it last.",
    )  # fmt: skip

    class Meta:
        ordering = ["-created_at", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["business", "cause"], name="enrollment_once_per_cause"),
            models.UniqueConstraint(
                fields=["lead"], condition=models.Q(status__in=RUNNING), name="one_running_enrollment_per_lead"
            ),
        ]
        indexes = [
            models.Index(fields=["due_at", "id"], name="enrollment_due", condition=models.Q(status="active")),
            models.Index(fields=["conversation", "-created_at"], name="enrollment_by_thread"),
        ]

    def __str__(self) -> str:
        return f"{self.lead} in {self.sequence}"


class StepRun(models.Model):
    """What became of one step of an enrollment. One row a step, whatever happens."""

    enrollment = models.ForeignKey(Enrollment, on_delete=models.CASCADE, related_name="runs")
    position = models.PositiveSmallIntegerField(help_text="Index of the step, from 0.")
    step_key = models.UUIDField(help_text="The step, across versions.")
    action = models.CharField(max_length=8, choices=StepAction.choices)
    outcome = models.CharField(max_length=8, choices=StepOutcome.choices)
    reason = models.CharField(max_length=160, blank=True, help_text="Why it was skipped.")
    due_at = models.DateTimeField()
    at = models.DateTimeField()
    message = models.OneToOneField(Message, on_delete=models.SET_NULL, null=True, blank=True, related_name="step_run")
    task = models.ForeignKey(CallbackTask, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    replied_at = models.DateTimeField(null=True, blank=True, help_text="They answered before the next step.")
    booked_at = models.DateTimeField(null=True, blank=True)
    opted_out_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["enrollment", "position"]
        constraints = [models.UniqueConstraint(fields=["enrollment", "position"], name="step_run_once")]
        indexes = [models.Index(fields=["step_key", "outcome"], name="step_run_by_step")]

    def __str__(self) -> str:
        return f"{self.enrollment}: step {self.position + 1}"
