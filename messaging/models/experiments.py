import uuid

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models

from leads.models import Business, Lead
from messaging.enums import ExperimentStatus, ExperimentSubject
from messaging.models.followups import Sequence
from messaging.models.scripts import Script


class Experiment(models.Model):
    """Two ways to treat callers, split by chance, to see which one brings more jobs; or how much we bring at all."""

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    business = models.ForeignKey(Business, on_delete=models.CASCADE, related_name="experiments")
    name = models.CharField(max_length=80)
    subject = models.CharField(max_length=12, choices=ExperimentSubject.choices, default=ExperimentSubject.FIRST_TEXT)
    status = models.CharField(
        max_length=8, choices=ExperimentStatus.choices, default=ExperimentStatus.DRAFT, editable=False
    )
    started_at = models.DateTimeField(null=True, blank=True, editable=False)
    ended_at = models.DateTimeField(null=True, blank=True, editable=False)
    created_at = models.DateTimeField(editable=False)

    class Meta:
        ordering = ["business", "-created_at"]
        constraints = [
            models.UniqueConstraint(fields=["business", "name"], name="experiment_name_once_per_business"),
            models.UniqueConstraint(
                fields=["business", "subject"],
                condition=models.Q(status="running"),
                name="one_running_experiment_per_subject",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class ExperimentArm(models.Model):
    """One of the ways. `share` is a weight: 50 and 50, or 90 and 10 for a small holdout."""

    business = models.ForeignKey(Business, on_delete=models.CASCADE, related_name="+")
    experiment = models.ForeignKey(Experiment, on_delete=models.CASCADE, related_name="arms")
    name = models.CharField(max_length=60)
    share = models.PositiveSmallIntegerField(default=50, validators=[MinValueValidator(1), MaxValueValidator(99)])
    script = models.ForeignKey(
        Script, on_delete=models.PROTECT, null=True, blank=True, related_name="+", help_text="Empty: as without it."
    )
    sequence = models.ForeignKey(
        Sequence, on_delete=models.PROTECT, null=True, blank=True, related_name="+", help_text="Empty: as without it."
    )
    is_holdout = models.BooleanField(
        default=False, help_text="No automatic text: a person calls back, as before there was this system."
    )

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["experiment", "name"], name="arm_name_once_per_experiment")]

    def __str__(self) -> str:
        return self.name


class ExperimentAssignment(models.Model):
    """In which arm a caller is: for as long as the experiment runs, whatever they do."""

    business = models.ForeignKey(Business, on_delete=models.CASCADE, related_name="+")
    experiment = models.ForeignKey(Experiment, on_delete=models.CASCADE, related_name="assignments")
    arm = models.ForeignKey(ExperimentArm, on_delete=models.CASCADE, related_name="assignments")
    lead = models.ForeignKey(Lead, on_delete=models.CASCADE, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ["-at"]
        constraints = [models.UniqueConstraint(fields=["experiment", "lead"], name="one_arm_per_caller")]

    def __str__(self) -> str:
        return f"{self.lead}: {self.arm}"
