import uuid

from django.conf import settings
from django.db import models

from leads.models.business import Business, Location
from leads.models.leads import Lead
from recoverline.lib.crypto import EncryptedTextField


class ApiToken(models.Model):
    """What a program of the business shows to be let in. Only its digest is kept; it is shown once."""

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    business = models.ForeignKey(Business, on_delete=models.CASCADE, related_name="api_tokens")
    name = models.CharField(max_length=80, help_text="Which program uses it.")
    scopes = models.JSONField(default=list, help_text='What it may do, such as ["leads:read", "messages:write"].')
    digest = models.CharField(max_length=64, unique=True, editable=False, help_text="SHA-256, in hexadecimal.")
    hint = models.CharField(max_length=12, editable=False, help_text="Its last characters, to tell it from others.")
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+", editable=False
    )
    created_at = models.DateTimeField(editable=False)
    expires_at = models.DateTimeField(null=True, blank=True, help_text="Empty: until it is revoked.")
    revoked_at = models.DateTimeField(null=True, blank=True, editable=False)
    used_at = models.DateTimeField(null=True, blank=True, editable=False, help_text="Last used, to the minute.")

    class Meta:
        verbose_name = "API token"
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return self.name


class IdempotentReply(models.Model):
    """The first answer to a request with an Idempotency-Key, given again to each repetition for a day."""

    business = models.ForeignKey(Business, on_delete=models.CASCADE, related_name="+")
    token = models.ForeignKey(ApiToken, on_delete=models.CASCADE, related_name="+")
    idem_key = models.CharField(max_length=200)
    request_digest = models.CharField(max_length=64, help_text="SHA-256 of method, path and body.")
    status = models.PositiveSmallIntegerField(null=True, blank=True, help_text="Empty: still being worked on.")
    body = models.TextField(blank=True)
    created_at = models.DateTimeField()

    class Meta:
        verbose_name_plural = "idempotent replies"
        constraints = [models.UniqueConstraint(fields=["token", "idem_key"], name="reply_once_per_key")]
        indexes = [models.Index(fields=["created_at"], name="reply_by_age")]

    def __str__(self) -> str:
        return self.idem_key


class LeadSource(models.Model):
    """A form on the business's website or in its ads. What people enter there gets the same instant text as a call."""

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    business = models.ForeignKey(Business, on_delete=models.CASCADE, related_name="lead_sources")
    location = models.ForeignKey(Location, on_delete=models.CASCADE, related_name="lead_sources")
    name = models.CharField(max_length=60, help_text="Becomes the lead's source: website, spring ads...")
    consent_text = models.CharField(
        max_length=500,
        help_text="What stands beside the box people tick to be texted, word for word. Kept as evidence.",
    )
    requires_consent = models.BooleanField(
        default=True, help_text="Without the tick nobody is texted; the team gets a callback task instead."
    )
    shared_secret = EncryptedTextField(
        blank=True, help_text="What the ad platform sends with each lead (Google: the key in the form's settings)."
    )
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(editable=False)

    class Meta:
        ordering = ["business", "name"]
        constraints = [models.UniqueConstraint(fields=["business", "name"], name="source_name_once_per_business")]

    def __str__(self) -> str:
        return self.name


class FormEntry(models.Model):
    """What one person entered in a form, once, and what was made of it."""

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    business = models.ForeignKey(Business, on_delete=models.CASCADE, related_name="form_entries")
    source = models.ForeignKey(LeadSource, on_delete=models.CASCADE, related_name="entries")
    lead = models.ForeignKey(Lead, on_delete=models.CASCADE, null=True, blank=True, related_name="form_entries")
    external_id = models.CharField(max_length=128, help_text="The sender's own id, or a digest: one entry, one lead.")
    answers = models.JSONField(default=dict, blank=True, help_text="What they wrote, by field.")
    has_consented = models.BooleanField(default=False)
    consent_text = models.CharField(max_length=500, blank=True, help_text="As it stood in the form then.")
    address = models.GenericIPAddressField(null=True, blank=True, help_text="From where it was sent.")
    outcome = models.CharField(max_length=40, blank=True, help_text="texted, task, or why there was no text.")
    created_at = models.DateTimeField()

    class Meta:
        verbose_name_plural = "form entries"
        ordering = ["-created_at", "-id"]
        constraints = [models.UniqueConstraint(fields=["source", "external_id"], name="entry_once_per_source")]

    def __str__(self) -> str:
        return f"{self.source}, {self.created_at:%Y-%m-%d %H:%M}"
