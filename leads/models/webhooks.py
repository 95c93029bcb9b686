import uuid

from django.db import models

from leads.enums import DeliveryStatus
from leads.models.business import Business
from leads.models.events import LeadEvent
from recoverline.lib.crypto import EncryptedTextField


class WebhookEndpoint(models.Model):
    """An address of the business's own software that is told what happens, signed as Standard Webhooks say."""

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    business = models.ForeignKey(Business, on_delete=models.CASCADE, related_name="webhook_endpoints")
    name = models.CharField(max_length=80)
    url = models.URLField("address", max_length=500, help_text="https, on port 443 or 8443.")
    kinds = models.JSONField("events", default=list, help_text="What it is told. Empty: everything.")
    is_active = models.BooleanField(default=True)
    secret = EncryptedTextField(editable=False, help_text="whsec_... in Base64, 32 bytes.")
    old_secret = EncryptedTextField(blank=True, editable=False, help_text="Signs as well until it expires.")
    old_secret_until = models.DateTimeField(null=True, blank=True, editable=False)
    failing_since = models.DateTimeField(null=True, blank=True, editable=False)
    failures = models.PositiveIntegerField(default=0, editable=False, help_text="In a row; one success ends them.")
    rests_until = models.DateTimeField(
        null=True, blank=True, editable=False, help_text="Nothing is tried before: it asked for a pause, or is dead."
    )
    disabled_at = models.DateTimeField(null=True, blank=True, editable=False)
    disabled_reason = models.CharField(max_length=200, blank=True, editable=False)
    created_at = models.DateTimeField(editable=False)

    class Meta:
        ordering = ["business", "name"]
        constraints = [models.UniqueConstraint(fields=["business", "name"], name="endpoint_name_once_per_business")]

    def __str__(self) -> str:
        return self.name


class WebhookDelivery(models.Model):
    """One event on its way to one endpoint. The row is the truth; tasks only make it sooner."""

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    business = models.ForeignKey(Business, on_delete=models.CASCADE, related_name="webhook_deliveries")
    endpoint = models.ForeignKey(WebhookEndpoint, on_delete=models.CASCADE, related_name="deliveries")
    event = models.ForeignKey(LeadEvent, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    kind = models.CharField(max_length=40)
    body = models.TextField(
        blank=True, help_text="JSON exactly as it is signed and sent, each time the same. Empty: not written yet."
    )
    status = models.CharField(max_length=12, choices=DeliveryStatus.choices, default=DeliveryStatus.WAITING)
    attempts = models.PositiveSmallIntegerField(default=0, help_text="Claims; also the fence of whoever claimed last.")
    log = models.JSONField(default=list, blank=True, help_text="[{at, status, seconds, said}] of each attempt.")
    next_at = models.DateTimeField(null=True, blank=True)
    lease_until = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField()
    delivered_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name_plural = "webhook deliveries"
        ordering = ["-created_at", "-id"]
        constraints = [models.UniqueConstraint(fields=["endpoint", "event"], name="delivery_once_per_event")]
        indexes = [
            # By endpoint: what a dead one has piled up is never walked over on the way to the others.
            models.Index(
                fields=["endpoint", "next_at", "id"],
                name="delivery_due",
                condition=models.Q(status__in=["waiting", "sending"]),
            ),
            models.Index(fields=["endpoint", "-created_at"], name="delivery_by_endpoint"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} to {self.endpoint}"
