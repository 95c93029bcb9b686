from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator
from django.db import models
from simple_history.models import HistoricalRecords

from leads.models import Business, Location
from messaging.enums import FIRST_TEXT_KINDS, CallerKind, HoursState, MissReason, Outcome, ScriptKind
from messaging.models.numbers import PhoneNumber


class Rule(models.Model):
    """What to do with a missed call. Rules are asked in order; the first whose conditions all hold decides."""

    business = models.ForeignKey(Business, on_delete=models.CASCADE, related_name="rules")
    position = models.PositiveSmallIntegerField(default=100, help_text="Lower is asked first.")
    name = models.CharField(max_length=80)
    is_active = models.BooleanField(default=True)
    location = models.ForeignKey(Location, on_delete=models.CASCADE, null=True, blank=True, help_text="Empty: any.")
    number = models.ForeignKey(PhoneNumber, on_delete=models.CASCADE, null=True, blank=True, help_text="Empty: any.")
    hours = models.CharField(max_length=16, choices=HoursState.choices, blank=True, help_text="Empty: any time.")
    reasons = models.JSONField(
        "why it was missed", default=list, blank=True, help_text="Any of these; empty: every reason."
    )
    callers = models.JSONField("kind of caller", default=list, blank=True, help_text="Any of these; empty: everybody.")
    rang_at_least = models.PositiveSmallIntegerField(null=True, blank=True, help_text="Seconds.")
    rang_at_most = models.PositiveSmallIntegerField(null=True, blank=True, help_text="Seconds.")
    repeat_within_minutes = models.PositiveSmallIntegerField(
        null=True, blank=True, help_text="Only if the same caller was missed before within this time."
    )
    outcome = models.CharField(max_length=16, choices=Outcome.choices, default=Outcome.TEXT)
    script_kind = models.CharField(
        max_length=24,
        choices=ScriptKind.choices,
        blank=True,
        default=ScriptKind.MISSED_CALL,
        help_text="Which script the text uses.",
    )
    delay_seconds = models.PositiveIntegerField(
        default=0, validators=[MaxValueValidator(3600)], help_text="Wait so that staff can call back first."
    )
    alerts_staff = models.BooleanField(default=False, help_text="E-mail the team as well.")
    history = HistoricalRecords()

    class Meta:
        ordering = ["business", "position", "id"]
        constraints = [models.UniqueConstraint(fields=["business", "name"], name="rule_name_once_per_business")]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        for field, choices in (("reasons", MissReason), ("callers", CallerKind)):
            unknown = set(getattr(self, field) or []) - set(choices.values)
            if unknown:
                raise ValidationError({field: f"Unknown: {', '.join(sorted(map(str, unknown)))}."})
        if self.outcome == Outcome.TEXT and not self.script_kind:
            raise ValidationError({"script_kind": "Choose which script the text uses."})
        if self.outcome == Outcome.TEXT and self.script_kind not in FIRST_TEXT_KINDS:
            raise ValidationError({"script_kind": "This script is not for a text after a missed call."})
        if None not in (self.rang_at_least, self.rang_at_most) and self.rang_at_most < self.rang_at_least:  # type: ignore[operator]
            raise ValidationError({"rang_at_most": "This is below the lower limit, so the rule could never match."})
