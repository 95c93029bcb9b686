import uuid

from django.conf import settings
from django.db import models

from leads.enums import Language, LeadKind, RequestStatus, Urgency
from leads.models.business import Business, Location
from leads.models.knowledge import Service


class Lead(models.Model):
    """A person who contacted a business: one per phone and business, however often they call."""

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    business = models.ForeignKey(Business, on_delete=models.CASCADE, related_name="leads")
    phone = models.CharField(max_length=16, help_text="E.164")
    name = models.CharField(max_length=120, blank=True)
    email = models.EmailField(blank=True)
    kind = models.CharField(max_length=16, choices=LeadKind.choices, default=LeadKind.UNKNOWN)
    language = models.CharField(max_length=8, choices=Language.choices, blank=True)
    source = models.CharField(max_length=60, blank=True, help_text="Label of the number first called: ads, website...")
    notes = models.TextField(blank=True)
    is_landline = models.BooleanField(default=False)
    line_type = models.CharField(max_length=16, blank=True, help_text="What the carrier's look-up said.")
    line_type_at = models.DateTimeField(null=True, blank=True, help_text="When it said so.")
    is_unreachable = models.BooleanField(default=False, help_text="The carrier says that this number does not exist.")
    blocked_at = models.DateTimeField(
        null=True, blank=True, help_text="Since when calls and texts from this number are kept and go no further."
    )
    blocked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    is_team = models.BooleanField(
        default=False,
        editable=False,
        help_text="Only there so that alerts can reach somebody of the team: no customer.",
    )
    erased_at = models.DateTimeField(
        null=True, blank=True, editable=False, help_text="Since when nothing personal is kept; phone is a salted hash."
    )
    is_simulated = models.BooleanField(default=False, editable=False)
    created_at = models.DateTimeField()

    class Meta:
        ordering = ["-created_at"]
        constraints = [models.UniqueConstraint(fields=["business", "phone"], name="lead_once_per_phone_and_business")]
        indexes = [models.Index(fields=["business", "created_at", "key"], name="lead_by_age")]

    def __str__(self) -> str:
        return self.name or self.phone


class JobRequest(models.Model):
    """One thing a lead wants. The furnace in May and the faucet in July are two."""

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    business = models.ForeignKey(Business, on_delete=models.CASCADE, related_name="requests")
    location = models.ForeignKey(Location, on_delete=models.PROTECT, related_name="requests")
    lead = models.ForeignKey(Lead, on_delete=models.CASCADE, related_name="requests")
    status = models.CharField(max_length=16, choices=RequestStatus.choices, default=RequestStatus.OPEN)
    urgency = models.CharField(max_length=16, choices=Urgency.choices, default=Urgency.UNKNOWN)
    need = models.CharField(max_length=200, blank=True, help_text="What they need, in their words.")
    service = models.ForeignKey(
        Service, on_delete=models.SET_NULL, null=True, blank=True, related_name="requests", help_text="What it is."
    )
    place = models.CharField(max_length=200, blank=True, help_text="City or ZIP of the job.")
    address = models.CharField(max_length=200, blank=True, help_text="Where to go: street and number.")
    preferred = models.CharField(max_length=120, blank=True, help_text="When it would suit, in their words.")
    notes = models.TextField(blank=True, help_text="What else they said about it.")
    answers = models.JSONField(default=dict, blank=True, help_text="Intake questions and what was answered.")
    source = models.CharField(max_length=60, blank=True)
    value_cents = models.PositiveIntegerField(null=True, blank=True)
    estimated_at = models.DateTimeField(null=True, blank=True, help_text="When an estimate was given.")
    estimate_cents = models.PositiveIntegerField(null=True, blank=True)
    lost_reason = models.CharField(max_length=120, blank=True, help_text="A value of LostReason.")
    outcome_note = models.CharField(max_length=200, blank=True, help_text="What else there is to say about the end.")
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-opened_at"]
        indexes = [models.Index(fields=["business", "opened_at", "key"], name="request_by_age")]

    def __str__(self) -> str:
        return self.need or f"Request of {self.opened_at:%Y-%m-%d}"
