import uuid
from datetime import datetime, timedelta

from django.conf import settings
from django.db import models
from django.db.models import Q

from leads.models import Business, JobRequest, Lead, Location, Service, ServiceArea
from scheduling.enums import AppointmentStatus, BookedBy
from scheduling.models.resources import Resource


class AppointmentQuerySet(models.QuerySet["Appointment"]):
    def blocking(self, now: datetime) -> "AppointmentQuerySet":
        """Those that take their time away from others: booked or done ones, and holds that have not run out."""
        taken = Q(status__in=[AppointmentStatus.CONFIRMED, AppointmentStatus.COMPLETED])
        return self.filter(taken | Q(status=AppointmentStatus.HOLD, hold_expires_at__gt=now))

    def upcoming(self, now: datetime) -> "AppointmentQuerySet":
        """Booked and not begun."""
        return self.filter(status=AppointmentStatus.CONFIRMED, starts_at__gt=now)


class Appointment(models.Model):
    """A visit, from its hold to its end. Written only by `scheduling.booking`; `version` counts its changes."""

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    business = models.ForeignKey(Business, on_delete=models.CASCADE, related_name="appointments")
    location = models.ForeignKey(Location, on_delete=models.PROTECT, related_name="appointments")
    service = models.ForeignKey(Service, on_delete=models.PROTECT, related_name="appointments")
    lead = models.ForeignKey(Lead, on_delete=models.CASCADE, null=True, blank=True, related_name="appointments")
    request = models.ForeignKey(
        JobRequest, on_delete=models.SET_NULL, null=True, blank=True, related_name="appointments"
    )
    resources = models.ManyToManyField(Resource, through="Assignment", related_name="appointments")
    status = models.CharField(max_length=12, choices=AppointmentStatus.choices)
    version = models.PositiveIntegerField(default=1, help_text="Counts changes; links and reminders belong to one.")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField(help_text="Without the gap after it.")
    gap_minutes = models.PositiveSmallIntegerField(default=0, help_text="Kept free after it.")
    arrival_ends_at = models.DateTimeField(
        null=True, blank=True, help_text="The customer was told a window from the start to here."
    )
    name = models.CharField(max_length=120, blank=True)
    address = models.CharField(max_length=200, blank=True, help_text="Where the job is, if not at the location.")
    area = models.ForeignKey(ServiceArea, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    note = models.CharField(max_length=500, blank=True, help_text="What the customer told us.")
    hold_expires_at = models.DateTimeField(null=True, blank=True)
    customer_confirmed_at = models.DateTimeField(null=True, blank=True, help_text="Answered that they will be there.")
    booked_by = models.CharField(max_length=12, choices=BookedBy.choices)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    cancel_reason = models.CharField(max_length=200, blank=True)
    idem_key = models.CharField(max_length=100, null=True, blank=True, help_text="The same key books once.")
    is_overbooked = models.BooleanField(default=False, help_text="Staff booked it over something else, knowingly.")
    is_simulated = models.BooleanField(default=False, editable=False)
    created_at = models.DateTimeField()
    booked_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True, help_text="When it was canceled, done or missed.")
    updated_at = models.DateTimeField(help_text="When it was last changed.")

    objects = AppointmentQuerySet.as_manager()

    class Meta:
        ordering = ["starts_at", "id"]
        constraints = [
            models.UniqueConstraint(fields=["business", "idem_key"], name="appointment_once_per_key"),
            models.CheckConstraint(condition=Q(ends_at__gt=models.F("starts_at")), name="appointment_ends_after_start"),
        ]
        indexes = [
            models.Index(fields=["business", "starts_at"], name="appointment_by_start"),
            models.Index(fields=["lead", "starts_at"], name="appointment_by_lead"),
            models.Index(fields=["business", "updated_at", "key"], name="appointment_by_change"),
            models.Index(
                fields=["hold_expires_at"], name="appointment_holds", condition=Q(status=AppointmentStatus.HOLD)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.service} on {self.starts_at:%Y-%m-%d %H:%M} UTC"

    @property
    def duration(self) -> timedelta:
        return self.ends_at - self.starts_at


class Assignment(models.Model):
    """A resource of an appointment, and which of its seats; kept when the appointment is canceled."""

    appointment = models.ForeignKey(Appointment, on_delete=models.CASCADE, related_name="assignments")
    resource = models.ForeignKey(Resource, on_delete=models.PROTECT, related_name="assignments")
    seat = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["appointment", "resource"]
        constraints = [models.UniqueConstraint(fields=["appointment", "resource"], name="resource_once_an_appointment")]

    def __str__(self) -> str:
        return str(self.resource)


class Claim(models.Model):
    """Five minutes of one seat of a resource, taken. Unique, so that the database itself refuses a second booking."""

    assignment = models.ForeignKey(Assignment, on_delete=models.CASCADE, related_name="claims")
    resource = models.ForeignKey(Resource, on_delete=models.CASCADE, related_name="+")
    seat = models.PositiveSmallIntegerField()
    bucket = models.PositiveIntegerField(help_text="Five-minute steps since 1970.")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["resource", "bucket", "seat"], name="claim_once")]

    def __str__(self) -> str:
        return f"{self.resource_id}/{self.seat}: {self.bucket}"
