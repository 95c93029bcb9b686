import uuid

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q

from leads.models import Business, Location
from leads.models.business import validate_zone
from recoverline.lib.crypto import EncryptedTextField
from scheduling.enums import PushState
from scheduling.models.appointments import Appointment
from scheduling.models.resources import Resource


class CalendarFeed(models.Model):
    """An address under which somebody subscribes to the appointments of a resource or a location."""

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    business = models.ForeignKey(Business, on_delete=models.CASCADE, related_name="calendar_feeds")
    resource = models.ForeignKey(
        Resource, on_delete=models.CASCADE, null=True, blank=True, related_name="calendar_feeds"
    )
    location = models.ForeignKey(
        Location, on_delete=models.CASCADE, null=True, blank=True, related_name="calendar_feeds"
    )
    token_hash = models.CharField(max_length=64, unique=True)
    shows_customers = models.BooleanField(
        default=False, help_text="Name, phone, address and note of the customer. Off: only the service and the time."
    )
    created_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)
    fetched_at = models.DateTimeField(null=True, blank=True, help_text="When a calendar last asked for it.")

    class Meta:
        ordering = ["business", "-created_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(resource=None, location__isnull=False) | Q(resource__isnull=False, location=None),
                name="feed_of_one_resource_or_location",
            )
        ]

    def __str__(self) -> str:
        return f"Feed of {self.resource or self.location}"

    def clean(self) -> None:
        if (self.resource_id is None) == (self.location_id is None):
            raise ValidationError("Choose a resource or a location.")


class BusyCalendar(models.Model):
    """Somebody's calendar behind a secret iCal address; its events block the resource, or everybody at a location."""

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    business = models.ForeignKey(Business, on_delete=models.CASCADE, related_name="busy_calendars")
    resource = models.ForeignKey(
        Resource, on_delete=models.CASCADE, null=True, blank=True, related_name="busy_calendars"
    )
    location = models.ForeignKey(
        Location, on_delete=models.CASCADE, null=True, blank=True, related_name="busy_calendars"
    )
    name = models.CharField(max_length=80)
    url = EncryptedTextField(help_text="The secret address of the calendar in iCal format, https://...")
    time_zone = models.CharField(
        max_length=64,
        blank=True,
        validators=[validate_zone],
        help_text="For events without one. Empty: the location's, else the business's.",
    )
    is_active = models.BooleanField(default=True)
    etag = models.CharField(max_length=200, blank=True)
    last_modified = models.CharField(max_length=80, blank=True)
    next_at = models.DateTimeField(null=True, blank=True, help_text="When it is read next. Empty: now.")
    ok_at = models.DateTimeField(null=True, blank=True, help_text="When it was last read in full.")
    failing_since = models.DateTimeField(null=True, blank=True)
    failures = models.PositiveIntegerField(default=0)
    problem = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField()

    class Meta:
        ordering = ["business", "name"]
        constraints = [
            models.CheckConstraint(
                condition=Q(resource=None, location__isnull=False) | Q(resource__isnull=False, location=None),
                name="busy_calendar_of_one_resource_or_location",
            )
        ]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        if (self.resource_id is None) == (self.location_id is None):
            raise ValidationError("Choose a resource or a location.")


class CalDAVAccount(models.Model):
    """A calendar that we read and write: appointments of the resource go in, its other events block."""

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    business = models.ForeignKey(Business, on_delete=models.CASCADE, related_name="caldav_accounts")
    resource = models.OneToOneField(Resource, on_delete=models.CASCADE, related_name="caldav_account")
    url = models.URLField("address", max_length=300, help_text="Of the calendar itself, https://...")
    username = models.CharField(max_length=120)
    password = EncryptedTextField(help_text="An app password, not the one you sign in with.")
    time_zone = models.CharField(
        max_length=64,
        blank=True,
        validators=[validate_zone],
        help_text="For events without one. Empty: the location's, else the business's.",
    )
    shows_customers = models.BooleanField(default=True, help_text="Write name, phone, address and note into events.")
    is_active = models.BooleanField(default=True)
    sync_token = models.CharField(max_length=300, blank=True)
    next_at = models.DateTimeField(null=True, blank=True)
    ok_at = models.DateTimeField(null=True, blank=True)
    failing_since = models.DateTimeField(null=True, blank=True)
    failures = models.PositiveIntegerField(default=0)
    problem = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField()

    class Meta:
        verbose_name = "CalDAV calendar"
        ordering = ["business", "resource"]

    def __str__(self) -> str:
        return f"Calendar of {self.resource}"


class CalendarObject(models.Model):
    """One object of a CalDAV calendar as we last saw it: an appointment of ours, or a foreign event that blocks."""

    account = models.ForeignKey(CalDAVAccount, on_delete=models.CASCADE, related_name="objects_seen")
    appointment = models.ForeignKey(
        Appointment, on_delete=models.CASCADE, null=True, blank=True, related_name="calendar_objects"
    )
    href = models.CharField(max_length=500, blank=True, help_text="Empty until it was written.")
    uid = models.CharField(max_length=255)
    etag = models.CharField(max_length=200, blank=True)
    body = models.TextField(blank=True, help_text="A foreign event's own text, expanded anew as time goes on.")
    state = models.CharField(max_length=12, choices=PushState.choices, default=PushState.SYNCED)
    pushed_version = models.PositiveIntegerField(default=0, help_text="Of the appointment, as the calendar has it.")
    next_at = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveIntegerField(default=0)
    problem = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["account", "uid"], name="calendar_object_once_per_uid"),
            models.UniqueConstraint(fields=["account", "appointment"], name="calendar_object_once_per_appointment"),
        ]
        indexes = [models.Index(fields=["next_at"], name="calendar_push_due", condition=Q(next_at__isnull=False))]

    def __str__(self) -> str:
        return self.uid


class BusyTime(models.Model):
    """A stretch that a calendar blocks, expanded locally; replaced as a whole when its calendar is read."""

    calendar = models.ForeignKey(BusyCalendar, on_delete=models.CASCADE, null=True, blank=True, related_name="times")
    account = models.ForeignKey(CalDAVAccount, on_delete=models.CASCADE, null=True, blank=True, related_name="times")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()

    class Meta:
        ordering = ["starts_at"]
        indexes = [
            models.Index(fields=["calendar", "starts_at"], name="busy_by_calendar"),
            models.Index(fields=["account", "starts_at"], name="busy_by_account"),
        ]

    def __str__(self) -> str:
        return f"{self.starts_at} to {self.ends_at}"
