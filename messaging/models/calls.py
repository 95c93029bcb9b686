import uuid

from django.db import models

from leads.models import Business, Lead, Location
from messaging.enums import CallState, HoursState, MediaStatus, MissReason, Outcome
from messaging.models.conversations import Conversation
from messaging.models.numbers import CarrierAccount, PhoneNumber
from messaging.models.rules import Rule


class Call(models.Model):
    """A call to (or from) one of our numbers, and what was decided about it."""

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    business = models.ForeignKey(Business, on_delete=models.CASCADE, related_name="calls")
    location = models.ForeignKey(Location, on_delete=models.PROTECT, related_name="calls")
    number = models.ForeignKey(PhoneNumber, on_delete=models.PROTECT, related_name="calls")
    account = models.ForeignKey(CarrierAccount, on_delete=models.PROTECT, related_name="calls")
    carrier_call_id = models.CharField(max_length=128)
    lead = models.ForeignKey(Lead, on_delete=models.SET_NULL, null=True, blank=True, related_name="calls")
    conversation = models.ForeignKey(
        Conversation, on_delete=models.SET_NULL, null=True, blank=True, related_name="calls"
    )
    caller = models.CharField(max_length=16, blank=True, help_text="E.164; empty when anonymous or not a phone number.")
    caller_raw = models.CharField(max_length=64, blank=True, help_text="As the carrier said it.")
    caller_name = models.CharField(max_length=120, blank=True)
    forwarded_from = models.CharField(max_length=64, blank=True)
    verification = models.CharField(max_length=60, blank=True, help_text="STIR/SHAKEN result.")
    state = models.CharField(max_length=16, choices=CallState.choices, default=CallState.RINGING)
    miss_reason = models.CharField(max_length=16, choices=MissReason.choices, blank=True)
    hours_state = models.CharField(max_length=16, choices=HoursState.choices, blank=True)
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    rang_seconds = models.PositiveIntegerField(null=True, blank=True)
    accepted_at = models.DateTimeField(
        null=True, blank=True, help_text="When a person pressed 1 or the team's phone was picked up."
    )
    voicemail_url = models.URLField(max_length=500, blank=True)
    voicemail_file = models.FileField(upload_to="voicemails/%Y/%m/", blank=True)
    voicemail_status = models.CharField(
        max_length=16, choices=MediaStatus.choices, blank=True, help_text="Whether the recording is here; empty: none."
    )
    voicemail_problem = models.CharField(max_length=120, blank=True)
    voicemail_attempts = models.PositiveSmallIntegerField(default=0)
    voicemail_seconds = models.PositiveIntegerField(null=True, blank=True)
    transcript = models.TextField(blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)
    outcome = models.CharField(max_length=16, choices=Outcome.choices, blank=True)
    decision = models.CharField(
        max_length=40, blank=True, help_text="rule, or the guard that said no: cooldown, opted_out..."
    )
    rule = models.ForeignKey(Rule, on_delete=models.SET_NULL, null=True, blank=True, related_name="calls")
    trace = models.JSONField(
        default=list, blank=True, help_text="Each rule and guard that was asked, and what it answered."
    )
    facts = models.JSONField(default=dict, blank=True, help_text="What was known when the decision was made.")
    found_by_reconciler = models.BooleanField(default=False)
    is_simulated = models.BooleanField(default=False)

    class Meta:
        ordering = ["-started_at"]
        constraints = [models.UniqueConstraint(fields=["account", "carrier_call_id"], name="call_once_per_carrier_id")]
        indexes = [
            models.Index(fields=["business", "-started_at"], name="call_by_business"),
            models.Index(fields=["business", "caller", "-started_at"], name="call_by_caller"),
            models.Index(fields=["started_at"], name="call_still_ringing", condition=models.Q(state="ringing")),
            # Most of what reports ask is asked of missed calls, one call in seven.
            models.Index(fields=["business", "-started_at"], name="call_missed", condition=models.Q(state="missed")),
        ]

    def __str__(self) -> str:
        return f"{self.caller or self.caller_raw or 'Unknown caller'}, {self.started_at:%Y-%m-%d %H:%M}"
