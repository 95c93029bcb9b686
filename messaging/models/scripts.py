from django.core.exceptions import ValidationError
from django.db import models
from simple_history.models import HistoricalRecords

from leads.enums import Language
from leads.models import Business, Location
from messaging.enums import HoursState, ScriptKind
from messaging.models.numbers import PhoneNumber


class Script(models.Model):
    """A text (or a spoken greeting) with {placeholders}. Of those that fit, the most specific wins."""

    business = models.ForeignKey(Business, on_delete=models.CASCADE, related_name="scripts")
    kind = models.CharField(max_length=24, choices=ScriptKind.choices)
    name = models.CharField(max_length=80)
    body = models.TextField(max_length=1600)
    location = models.ForeignKey(
        Location,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="scripts",
        help_text="Empty: every location.",
    )
    number = models.ForeignKey(
        PhoneNumber,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="scripts",
        help_text="Empty: every number.",
    )
    language = models.CharField(max_length=8, choices=Language.choices, default=Language.ENGLISH)
    hours = models.CharField(max_length=16, choices=HoursState.choices, blank=True, help_text="Empty: open or closed.")
    urgent_words = models.CharField(
        max_length=120,
        blank=True,
        help_text="Replies that put a customer first, separated by commas: URGENT, EMERGENCY.",
    )
    is_active = models.BooleanField(default=True)
    history = HistoricalRecords()

    class Meta:
        ordering = ["business", "kind", "name"]
        constraints = [models.UniqueConstraint(fields=["business", "name"], name="script_name_once_per_business")]

    def __str__(self) -> str:
        return self.name

    @property
    def urgent_word_list(self) -> list[str]:
        return [word.strip() for word in self.urgent_words.split(",") if word.strip()]

    def clean(self) -> None:
        if self.number and self.location and self.number.location_id != self.location_id:
            raise ValidationError({"number": "This number belongs to another location."})
