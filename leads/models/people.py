from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models

from leads.enums import Role
from leads.models.business import Business, Location
from recoverline.lib.phones import parse_phone


class Membership(models.Model):
    """What a person may do in a business. No membership, no sight of it."""

    business = models.ForeignKey(Business, on_delete=models.CASCADE, related_name="memberships")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=16, choices=Role.choices, default=Role.FRONT_DESK)
    phone = models.CharField(max_length=16, blank=True, help_text="Own phone. Calls from it never get a text.")
    locations = models.ManyToManyField(
        Location, blank=True, related_name="memberships", help_text="Empty: all locations of the business."
    )
    gets_alerts = models.BooleanField(default=True, help_text="E-mail for urgent conversations and for callback tasks.")

    class Meta:
        ordering = ["business", "user__username"]
        constraints = [models.UniqueConstraint(fields=["business", "user"], name="membership_once_per_business")]

    def __str__(self) -> str:
        return f"{self.user} ({self.get_role_display()})"

    def clean(self) -> None:
        if self.phone and self.business_id:
            phone = parse_phone(self.phone, self.business.country)
            if phone is None:
                raise ValidationError({"phone": "This is not a phone number. Write it with the area code."})
            self.phone = phone
