import uuid

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
    works_by_text = models.BooleanField(
        "works by text", default=True, help_text="May take urgent ones and answer customers by texting from that phone."
    )
    away_since = models.DateTimeField(
        null=True, blank=True, help_text="Texted AWAY: passed over by alerts until they text BACK."
    )
    gets_alerts = models.BooleanField(default=True, help_text="E-mail for urgent conversations and for callback tasks.")
    setup_folded_at = models.DateTimeField(
        null=True, blank=True, help_text="Since when the first steps are folded away; what breaks later shows again."
    )

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


class Invitation(models.Model):
    """An address that was asked to join a business. The link in the e-mail holds the token; here is its digest."""

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    business = models.ForeignKey(Business, on_delete=models.CASCADE, related_name="invitations")
    email = models.EmailField()
    role = models.CharField(max_length=16, choices=Role.choices, default=Role.FRONT_DESK)
    locations = models.ManyToManyField(Location, blank=True, related_name="+", help_text="Empty: all locations.")
    token_digest = models.CharField(max_length=64, unique=True, help_text="SHA-256 of the token, in hexadecimal.")
    invited_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True, blank=True)
    accepted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-created_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["business", "email"],
                condition=models.Q(accepted_at=None, revoked_at=None),
                name="one_open_invitation_per_address",
            )
        ]

    def __str__(self) -> str:
        return self.email


class Preferences(models.Model):
    """How one person wants to work, in every business. No row: the values below."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="preferences")
    email_urgent = models.BooleanField("urgent conversations", default=True)
    email_overdue = models.BooleanField("a customer has waited too long", default=True)
    email_assigned = models.BooleanField("something was assigned to me", default=True)
    email_mentions = models.BooleanField("somebody mentions me in a note", default=True)
    email_weekly = models.BooleanField("every Monday, what the week brought", default=True)
    desktop_urgent = models.BooleanField("urgent conversations", default=True)
    desktop_overdue = models.BooleanField("a customer has waited too long", default=True)
    desktop_mine = models.BooleanField("what is mine: assigned, mentioned, answered", default=True)
    desktop_all = models.BooleanField("every text that needs a reply", default=False)
    has_shortcuts = models.BooleanField("keyboard shortcuts", default=True)
    goes_on = models.BooleanField(
        "after Done, go on with the next conversation", default=True, help_text="Otherwise back to the list."
    )

    class Meta:
        verbose_name_plural = "preferences"

    def __str__(self) -> str:
        return f"Preferences of {self.user}"
