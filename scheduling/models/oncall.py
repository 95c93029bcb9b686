from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from simple_history.models import HistoricalRecords

from leads.models import Business, Location, Membership
from scheduling.models.hours import Weekday

RANK = "1 is asked first, 2 if nobody answers, and so on."


class OnCallShift(models.Model):
    """Who is on call at a location in one range of a weekday, in its local time."""

    business = models.ForeignKey(Business, on_delete=models.CASCADE, related_name="on_call_shifts")
    location = models.ForeignKey(
        Location, on_delete=models.CASCADE, null=True, blank=True, related_name="on_call_shifts",
        help_text="Empty: for all locations that have no shifts of their own.",
    )  # fmt: skip
    member = models.ForeignKey(Membership, on_delete=models.CASCADE, related_name="on_call_shifts")
    weekday = models.PositiveSmallIntegerField(choices=Weekday.choices)
    starts = models.TimeField()
    ends = models.TimeField()
    next_day = models.BooleanField(
        "ends the next day", default=False, help_text="For nights: 18:00 to 08:00. With 00:00 it means midnight."
    )
    rank = models.PositiveSmallIntegerField(
        "order", default=1, validators=[MinValueValidator(1), MaxValueValidator(9)], help_text=RANK
    )
    history = HistoricalRecords()

    class Meta:
        ordering = ["business", "location", "weekday", "starts", "rank"]

    def __str__(self) -> str:
        return f"{self.get_weekday_display()} {self.starts:%H:%M}-{self.ends:%H:%M}: {self.member}"

    def clean(self) -> None:
        if not self.starts or not self.ends:
            return  # the form's own field says what is wrong
        if not self.next_day and self.ends <= self.starts:
            raise ValidationError({"ends": "This is before the start. For a night tick “ends the next day”."})
        if self.next_day and self.ends > self.starts:
            raise ValidationError({"next_day": "This shift would be longer than a day."})


class OnCallOverride(models.Model):
    """From one moment to another, these people instead of the weekly shifts: a vacation, a swap, a storm."""

    business = models.ForeignKey(Business, on_delete=models.CASCADE, related_name="on_call_overrides")
    location = models.ForeignKey(
        Location, on_delete=models.CASCADE, null=True, blank=True, related_name="on_call_overrides",
        help_text="Empty: at every location.",
    )  # fmt: skip
    member = models.ForeignKey(Membership, on_delete=models.CASCADE, related_name="on_call_overrides")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    rank = models.PositiveSmallIntegerField(
        "order", default=1, validators=[MinValueValidator(1), MaxValueValidator(9)], help_text=RANK
    )

    class Meta:
        ordering = ["-starts_at", "rank"]

    def __str__(self) -> str:
        return f"{self.member}, {self.starts_at:%Y-%m-%d %H:%M}"

    def clean(self) -> None:
        if self.starts_at and self.ends_at and self.ends_at <= self.starts_at:
            raise ValidationError({"ends_at": "This is before the start."})
