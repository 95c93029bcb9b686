import uuid

from django.db import models
from django.db.models import Q

from leads.models import Business, Lead, Location, Service, ServiceArea
from scheduling.enums import LinkPurpose, WaitlistStatus
from scheduling.models.appointments import Appointment


class BookingLink(models.Model):
    """A personal link in a text: to book (of a lead), or to move or cancel one version of an appointment.

    The token is derived from `key` and the installation's secret and only its hash is stored.
    """

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    business = models.ForeignKey(Business, on_delete=models.CASCADE, related_name="booking_links")
    purpose = models.CharField(max_length=8, choices=LinkPurpose.choices)
    token_hash = models.CharField(max_length=64, unique=True)
    lead = models.ForeignKey(Lead, on_delete=models.CASCADE, null=True, blank=True, related_name="booking_links")
    location = models.ForeignKey(Location, on_delete=models.CASCADE, null=True, blank=True, related_name="+")
    appointment = models.ForeignKey(Appointment, on_delete=models.CASCADE, null=True, blank=True, related_name="links")
    version = models.PositiveIntegerField(default=0, help_text="Of the appointment; a later one makes it useless.")
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["appointment", "version"], name="link_once_per_version", condition=Q(purpose=LinkPurpose.MANAGE)
            ),
        ]

    def __str__(self) -> str:
        return self.get_purpose_display()


class WaitlistEntry(models.Model):
    """Somebody who wants a day that is full, and is offered what is freed."""

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    business = models.ForeignKey(Business, on_delete=models.CASCADE, related_name="waitlist")
    location = models.ForeignKey(Location, on_delete=models.CASCADE, related_name="waitlist")
    service = models.ForeignKey(Service, on_delete=models.CASCADE, related_name="waitlist")
    lead = models.ForeignKey(Lead, on_delete=models.CASCADE, related_name="waitlist")
    area = models.ForeignKey(ServiceArea, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    address = models.CharField(max_length=200, blank=True)
    name = models.CharField(max_length=120, blank=True)
    day = models.DateField(help_text="The local day that was wanted.")
    status = models.CharField(max_length=12, choices=WaitlistStatus.choices, default=WaitlistStatus.WAITING)
    offer = models.ForeignKey(Appointment, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    offered_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField()

    class Meta:
        verbose_name_plural = "waitlist"
        ordering = ["created_at", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["lead", "service", "location", "day"], name="waiting_once_per_day",
                condition=Q(status__in=[WaitlistStatus.WAITING, WaitlistStatus.OFFERED]),
            )
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.lead} for {self.day}"


class RequestCount(models.Model):
    """How often an address or a phone has asked something of the public pages in one stretch of time."""

    subject = models.CharField(max_length=80, help_text="What is counted, such as book:<hash of the address>.")
    begins_at = models.DateTimeField()
    count = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["subject", "begins_at"], name="count_once_per_stretch")]
        indexes = [models.Index(fields=["begins_at"], name="count_by_begin")]

    def __str__(self) -> str:
        return f"{self.subject}: {self.count}"
