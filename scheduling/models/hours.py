from django.core.exceptions import ValidationError
from django.db import models
from simple_history.models import HistoricalRecords

from leads.models import Business, Location
from scheduling.models.resources import Resource

ONE_OWNER = "Choose a location or a resource, not both."


class Weekday(models.IntegerChoices):
    MONDAY = 0, "Monday"
    TUESDAY = 1, "Tuesday"
    WEDNESDAY = 2, "Wednesday"
    THURSDAY = 3, "Thursday"
    FRIDAY = 4, "Friday"
    SATURDAY = 5, "Saturday"
    SUNDAY = 6, "Sunday"


class OpeningHours(models.Model):
    """One range of a weekday in local time.

    A location with any range of its own ignores the business's, a resource with any of its own its location's.
    """

    business = models.ForeignKey(Business, on_delete=models.CASCADE, related_name="opening_hours")
    location = models.ForeignKey(
        Location,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="opening_hours",
        help_text="Empty: for all locations that have no hours of their own.",
    )
    resource = models.ForeignKey(
        Resource,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="opening_hours",
        help_text="Somebody's or something's own hours, instead of the location's.",
    )
    weekday = models.PositiveSmallIntegerField(choices=Weekday.choices)
    opens = models.TimeField()
    closes = models.TimeField()
    next_day = models.BooleanField(
        "closes the next day", default=False, help_text="For nights: 18:00 to 02:00. With 00:00 it means midnight."
    )
    history = HistoricalRecords()

    class Meta:
        verbose_name_plural = "opening hours"
        ordering = ["business", "location", "weekday", "opens"]

    def __str__(self) -> str:
        return f"{self.get_weekday_display()} {self.opens:%H:%M}-{self.closes:%H:%M}"

    def clean(self) -> None:
        if self.location_id and self.resource_id:
            raise ValidationError({"resource": ONE_OWNER})
        if not self.opens or not self.closes:
            return  # the form's own field says what is wrong; midnight counts as a time
        if not self.next_day and self.closes <= self.opens:
            raise ValidationError({"closes": "This is before opening. For a night shift tick “closes the next day”."})
        if self.next_day and self.closes > self.opens:
            raise ValidationError({"next_day": "This range would be longer than a day."})


class Closure(models.Model):
    """Days with other hours than usual: a holiday (no hours), or a short or extra day (with hours).

    Owns its local days.
    """

    business = models.ForeignKey(Business, on_delete=models.CASCADE, related_name="closures")
    location = models.ForeignKey(
        Location,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="closures",
        help_text="Empty: all locations.",
    )
    resource = models.ForeignKey(
        Resource,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="closures",
        help_text="Only this one is away, or works other hours; everybody else goes on.",
    )
    name = models.CharField(max_length=80, help_text="Such as Thanksgiving; {closure} in a script.")
    starts_on = models.DateField()
    ends_on = models.DateField(help_text="The last day, included.")
    opens = models.TimeField(null=True, blank=True, help_text="Empty: closed all day.")
    closes = models.TimeField(null=True, blank=True)
    next_day = models.BooleanField("closes the next day", default=False)
    history = HistoricalRecords()

    class Meta:
        ordering = ["-starts_on"]

    def __str__(self) -> str:
        return f"{self.name} ({self.starts_on})"

    def clean(self) -> None:
        if self.location_id and self.resource_id:
            raise ValidationError({"resource": ONE_OWNER})
        if self.starts_on and self.ends_on and self.ends_on < self.starts_on:
            raise ValidationError({"ends_on": "The last day is before the first."})
        if (self.opens is None) != (self.closes is None):
            raise ValidationError({"closes": "Give both times, or none for a day that is closed."})
        if self.opens is not None and self.closes is not None and not self.next_day and self.closes <= self.opens:
            raise ValidationError({"closes": "This is before opening. For a night tick “closes the next day”."})
