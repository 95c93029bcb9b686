import uuid

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models

from leads.models import Business
from messaging.enums import ConsentKind, ConsentMeans, ConsentScope, OptOutSource
from recoverline.lib.phones import parse_phone


class OptOut(models.Model):
    """This phone asked this business to stop: no robot, no staff, no follow-up, on any of its numbers, until it says
    START.
    """

    business = models.ForeignKey(Business, on_delete=models.CASCADE, related_name="opt_outs")
    phone = models.CharField(max_length=16)
    source = models.CharField(max_length=16, choices=OptOutSource.choices)
    evidence = models.CharField(
        max_length=200, blank=True, help_text="The text, the carrier's error, or who entered it."
    )
    opted_out_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True, help_text="When the person opted in again.")
    revoked_evidence = models.CharField(max_length=200, blank=True)

    class Meta:
        verbose_name = "opt-out"
        ordering = ["-opted_out_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["business", "phone"], condition=models.Q(revoked_at=None), name="one_active_opt_out_per_phone"
            )
        ]

    def __str__(self) -> str:
        return self.phone


class ConsentEntry(models.Model):
    """One line of the ledger of consent: only ever added to. Erasing puts a salted hash in the place of the phone."""

    business = models.ForeignKey(Business, on_delete=models.CASCADE, related_name="consent_entries")
    phone = models.CharField(max_length=16, help_text="E.164; once erased, # and a salted hash.")
    kind = models.CharField(max_length=16, choices=ConsentKind.choices)
    means = models.CharField(max_length=16, choices=ConsentMeans.choices)
    scope = models.CharField(max_length=16, choices=ConsentScope.choices)
    said = models.CharField(max_length=200, blank=True, help_text="Their words; empty once erased.")
    evidence = models.CharField(
        max_length=200, blank=True, help_text="Id of the call or text, or who entered it and why."
    )
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    at = models.DateTimeField()

    class Meta:
        verbose_name = "consent ledger entry"
        verbose_name_plural = "consent ledger"
        ordering = ["-at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["business", "kind", "evidence"],
                condition=~models.Q(evidence=""),
                name="consent_once_per_evidence",
            )
        ]
        indexes = [models.Index(fields=["business", "phone", "-at"], name="consent_by_phone")]

    def __str__(self) -> str:
        return f"{self.phone}: {self.get_kind_display()}"


class Erasure(models.Model):
    """A phone was erased, on request or because its time is over: what was removed, and what still has to be."""

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    business = models.ForeignKey(Business, on_delete=models.CASCADE, related_name="erasures")
    pseudonym = models.CharField(max_length=16, help_text="What stands in the place of the phone.")
    reason = models.CharField(max_length=200, help_text="Who asked for it, or that the time to keep it is over.")
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    counts = models.JSONField(default=dict, help_text="How many rows of which kind.")
    outside = models.JSONField(
        default=list, help_text="What is still kept by carriers and calendars: kind, account and id of each."
    )
    next_at = models.DateTimeField(null=True, blank=True, help_text="When to try that again.")
    problem = models.CharField(max_length=200, blank=True)
    requested_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-requested_at"]
        indexes = [models.Index(fields=["next_at"], name="erasure_due", condition=models.Q(next_at__isnull=False))]

    def __str__(self) -> str:
        return f"Erasure of {self.requested_at:%Y-%m-%d}"


class NeverText(models.Model):
    """Staff, family, vendors: people whose missed calls get no text."""

    business = models.ForeignKey(Business, on_delete=models.CASCADE, related_name="never_text")
    phone = models.CharField(max_length=16)
    label = models.CharField(max_length=120, blank=True, help_text="Who this is.")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = "never-text entry"
        verbose_name_plural = "never-text list"
        ordering = ["business", "label", "phone"]
        constraints = [models.UniqueConstraint(fields=["business", "phone"], name="never_text_once_per_phone")]

    def __str__(self) -> str:
        return self.label or self.phone

    def clean(self) -> None:
        if self.business_id:
            phone = parse_phone(self.phone, self.business.country)
            if phone is None:
                raise ValidationError({"phone": "This is not a phone number. Write it with the area code."})
            self.phone = phone
