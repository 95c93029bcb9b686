from django.core.exceptions import ValidationError
from django.db import models


class QuietHours(models.Model):
    """When automatic texts may go out in a country or a state of it; all other hours are quiet. For all businesses.

    A state with rows of its own counts instead of its country's. A day without a row is quiet as a whole.
    """

    country = models.CharField(max_length=2, help_text="Two letters, such as US.")
    region = models.CharField(max_length=10, blank=True, help_text="State, such as FL. Empty: the whole country.")
    weekdays = models.JSONField(default=list, blank=True, help_text="0 is Monday. Empty: every day.")
    allowed_from = models.TimeField()
    allowed_until = models.TimeField(help_text="From then on no more; 00:00 is midnight.")
    source = models.CharField(max_length=200, blank=True, help_text="Law or page that says so, and when it was read.")
    is_active = models.BooleanField(default=True)

    class Meta:
        verbose_name = verbose_name_plural = "quiet hours"
        ordering = ["country", "region", "allowed_from"]

    def __str__(self) -> str:
        place = f"{self.country}-{self.region}" if self.region else self.country
        return f"{place} {self.allowed_from:%H:%M}-{self.allowed_until:%H:%M}"

    def clean(self) -> None:
        self.country, self.region = self.country.upper(), self.region.upper()
        is_midnight = self.allowed_until is not None and not (self.allowed_until.hour or self.allowed_until.minute)
        if self.allowed_from is not None and not is_midnight and self.allowed_until <= self.allowed_from:
            raise ValidationError({"allowed_until": "This is before the start."})
        if not isinstance(self.weekdays, list) or not set(self.weekdays) <= set(range(7)):
            raise ValidationError({"weekdays": "Numbers from 0 (Monday) to 6 (Sunday)."})
