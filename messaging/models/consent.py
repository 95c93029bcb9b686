from django.core.exceptions import ValidationError
from django.db import models

from leads.models import Business
from messaging.enums import OptOutSource
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
