import uuid

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from simple_history.models import HistoricalRecords

from leads.models import Business, Location, Service, ServiceArea
from scheduling.enums import GridAnchor, ResourceKind, VisitPlace

STEP = 5  # minutes; every length and start is a multiple of it, which is what makes claims exact


def validate_step(minutes: int) -> None:
    if minutes % STEP:
        raise ValidationError(f"Use a multiple of {STEP} minutes.")


def default_reminders() -> list[int]:
    return [24 * 60, 2 * 60]


class Resource(models.Model):
    """Somebody or something an appointment needs: a technician, chair, bay or room.

    A service takes one of each kind among the resources that can do it: a technician alone, or a technician and a bay.
    """

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    business = models.ForeignKey(Business, on_delete=models.CASCADE, related_name="resources")
    name = models.CharField(max_length=80)
    kind = models.CharField(max_length=16, choices=ResourceKind.choices, default=ResourceKind.TECHNICIAN)
    locations = models.ManyToManyField(
        Location, blank=True, related_name="resources", help_text="Where it works. Empty: at every location."
    )
    services = models.ManyToManyField(
        Service, blank=True, related_name="resources", help_text="What it can do. Empty: every service."
    )
    capacity = models.PositiveSmallIntegerField(
        default=1,
        validators=[MinValueValidator(1), MaxValueValidator(50)],
        help_text="How many appointments it takes at the same time; a person takes 1.",
    )
    is_active = models.BooleanField(default=True)
    history = HistoricalRecords()

    class Meta:
        ordering = ["business", "name"]
        constraints = [models.UniqueConstraint(fields=["business", "name"], name="resource_name_once_per_business")]

    def __str__(self) -> str:
        return self.name


class BookingRules(models.Model):
    """How a service is booked. A service without them is not: callers are offered a call back."""

    service = models.OneToOneField(Service, on_delete=models.CASCADE, related_name="booking_rules")
    is_online = models.BooleanField("bookable by customers", default=True, help_text="On the page and by text.")
    place = models.CharField(
        max_length=16, choices=VisitPlace.choices, default=VisitPlace.CUSTOMER, help_text="Who travels."
    )
    arrival_window_minutes = models.PositiveSmallIntegerField(
        default=0,
        validators=[validate_step, MaxValueValidator(720)],
        help_text="120: customers are told “between 8 and 10 AM”. 0: an exact time.",
    )
    gap_after_minutes = models.PositiveSmallIntegerField(
        default=0, validators=[validate_step, MaxValueValidator(720)], help_text="Kept free after each appointment."
    )
    step_minutes = models.PositiveSmallIntegerField(
        default=30, validators=[MinValueValidator(STEP), MaxValueValidator(1440), validate_step],
        help_text="How far apart start times are.",
    )  # fmt: skip
    anchor = models.CharField(max_length=8, choices=GridAnchor.choices, default=GridAnchor.OPENING)
    notice_minutes = models.PositiveIntegerField(
        default=120, validators=[MaxValueValidator(60 * 24 * 60)], help_text="Nothing starts sooner than this from now."
    )
    horizon_days = models.PositiveSmallIntegerField(
        default=30, validators=[MinValueValidator(0), MaxValueValidator(365)],
        help_text="The last day that can be booked, counted from today.",
    )  # fmt: skip
    most_per_day = models.PositiveSmallIntegerField(
        null=True, blank=True, validators=[MinValueValidator(1)], help_text="Per location. Empty: no limit."
    )
    most_minutes_per_day = models.PositiveSmallIntegerField(
        null=True, blank=True, validators=[MinValueValidator(STEP)], help_text="Per location. Empty: no limit."
    )
    history = HistoricalRecords()

    class Meta:
        verbose_name = "booking rules"
        verbose_name_plural = "booking rules"

    def __str__(self) -> str:
        return f"Booking of {self.service}"


class BookingSettings(models.Model):
    """What holds for all bookings of a business. Without a row: the page is off and the defaults below hold."""

    business = models.OneToOneField(Business, on_delete=models.CASCADE, related_name="booking_settings")
    is_page_on = models.BooleanField("public booking page", default=False, help_text="Opens /book/ for everybody.")
    intro = models.CharField(max_length=300, blank=True, help_text="A sentence on top of the booking page.")
    cancel_notice_minutes = models.PositiveIntegerField(
        default=120, validators=[MaxValueValidator(60 * 24 * 14)],
        help_text="How long before the start a customer may still cancel without calling.",
    )  # fmt: skip
    move_notice_minutes = models.PositiveIntegerField(
        default=120, validators=[MaxValueValidator(60 * 24 * 14)],
        help_text="How long before the start a customer may still move it without calling.",
    )  # fmt: skip
    hold_minutes = models.PositiveSmallIntegerField(
        default=10, validators=[MinValueValidator(1), MaxValueValidator(120)],
        help_text="How long a slot is kept for somebody who is still deciding.",
    )  # fmt: skip
    most_open_per_phone = models.PositiveSmallIntegerField(
        default=3, validators=[MinValueValidator(1)], help_text="Most appointments to come of one phone, booked online."
    )
    default_travel_minutes = models.PositiveSmallIntegerField(
        default=0, validators=[MaxValueValidator(480), validate_step],
        help_text="Between two areas that the travel table does not name.",
    )  # fmt: skip
    offers_callbacks = models.BooleanField(default=True, help_text="A call back in a window, instead of a slot.")
    callback_window_minutes = models.PositiveSmallIntegerField(
        default=120, validators=[MinValueValidator(30), MaxValueValidator(480), validate_step]
    )
    offers_waitlist = models.BooleanField(
        default=True, help_text="When a day is full: tell us, and be offered what is freed."
    )
    reminder_minutes = models.JSONField(
        default=default_reminders, blank=True, help_text="Minutes before the start, such as [1440, 120]. Empty: none."
    )
    history = HistoricalRecords()

    class Meta:
        verbose_name = "booking settings"
        verbose_name_plural = "booking settings"

    def __str__(self) -> str:
        return f"Booking at {self.business}"

    def clean(self) -> None:
        minutes = self.reminder_minutes
        if not isinstance(minutes, list) or not all(
            isinstance(item, int) and not isinstance(item, bool) and 15 <= item <= 20_160 for item in minutes
        ):
            raise ValidationError(
                {"reminder_minutes": "Write minutes in a list, each between 15 and 20160 (two weeks): [1440, 120]."}
            )
        if len(minutes) > 4 or len(set(minutes)) != len(minutes):
            raise ValidationError({"reminder_minutes": "At most four reminders, each at another time."})


class TravelTime(models.Model):
    """Minutes between two areas, the same in both directions; kept free between appointments there."""

    business = models.ForeignKey(Business, on_delete=models.CASCADE, related_name="travel_times")
    origin = models.ForeignKey(ServiceArea, on_delete=models.CASCADE, related_name="+")
    destination = models.ForeignKey(ServiceArea, on_delete=models.CASCADE, related_name="+")
    minutes = models.PositiveSmallIntegerField(validators=[MaxValueValidator(480), validate_step])

    class Meta:
        ordering = ["business", "origin", "destination"]
        constraints = [
            models.UniqueConstraint(fields=["origin", "destination"], name="travel_once_per_pair"),
        ]

    def __str__(self) -> str:
        return f"{self.origin} to {self.destination}: {self.minutes} min"

    def clean(self) -> None:
        if self.origin_id and self.destination_id:
            other_way = TravelTime.objects.filter(origin=self.destination_id, destination=self.origin_id)
            if self.origin_id != self.destination_id and other_way.exclude(pk=self.pk).exists():
                raise ValidationError("The way back is in the table already; it counts for both directions.")
