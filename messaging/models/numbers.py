import secrets
import uuid

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models

from leads.models import Business, Location
from messaging.enums import CarrierKind, NumberMode, Registration, RingOrder
from recoverline.lib.crypto import EncryptedTextField
from recoverline.lib.phones import parse_phone


def new_hook_key() -> str:
    return secrets.token_urlsafe(18)


class CarrierAccount(models.Model):
    """Credentials at a carrier, or the secret of a phone system that reports missed calls."""

    key = models.CharField(
        max_length=40, unique=True, default=new_hook_key, editable=False, help_text="In its webhook addresses."
    )
    business = models.ForeignKey(Business, on_delete=models.CASCADE, related_name="carrier_accounts")
    name = models.CharField(max_length=80)
    kind = models.CharField(max_length=16, choices=CarrierKind.choices, default=CarrierKind.TWILIO)
    account_sid = models.CharField(
        "account id", max_length=64, blank=True, help_text="Twilio: starts with AC. Empty: this installation's own."
    )
    auth_token = EncryptedTextField(
        blank=True, help_text="Twilio: the auth token. Webhook: the signing secret (whsec_...)."
    )
    previous_auth_token = EncryptedTextField(
        blank=True, help_text="Still accepted on webhooks while you rotate; empty it afterwards."
    )
    messaging_service_sid = models.CharField(
        "messaging service",
        max_length=64,
        blank=True,
        help_text="Twilio: starts with MG. Texts then leave through that service.",
    )
    handles_optout = models.BooleanField(
        "carrier answers STOP and HELP",
        default=True,
        help_text="Twilio does, for every number. Then we do not answer them a second time.",
    )
    uses_lookup = models.BooleanField(
        "look up line types", default=False, help_text="Paid. Finds landlines before a text is wasted on them."
    )
    is_active = models.BooleanField(default=True)
    problem = models.CharField(
        max_length=200, blank=True, editable=False, help_text="Why texting through it is stopped."
    )
    stopped_at = models.DateTimeField(null=True, blank=True, editable=False)
    reconciled_at = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        ordering = ["business", "name"]
        constraints = [models.UniqueConstraint(fields=["business", "name"], name="account_name_once_per_business")]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        own = bool(self.account_sid and self.auth_token)
        shared = bool(settings.TWILIO_ACCOUNT_SID and settings.TWILIO_AUTH_TOKEN) and not (
            self.account_sid or self.auth_token
        )
        if self.kind == CarrierKind.TWILIO and not own and not shared:
            raise ValidationError({"account_sid": "Twilio needs the account SID and the auth token."})
        if self.kind == CarrierKind.WEBHOOK and not self.auth_token:
            raise ValidationError({"auth_token": "Give the signing secret that the phone system uses."})


class PhoneNumber(models.Model):
    """A number customers call and get texts from."""

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    business = models.ForeignKey(Business, on_delete=models.CASCADE, related_name="numbers")
    location = models.ForeignKey(Location, on_delete=models.PROTECT, related_name="numbers")
    account = models.ForeignKey(
        CarrierAccount,
        on_delete=models.PROTECT,
        related_name="numbers",
        help_text="Carries its texts (and calls, unless external).",
    )
    reported_by = models.ForeignKey(
        CarrierAccount,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="reported_numbers",
        help_text="External numbers only: the phone system that posts its missed calls.",
    )
    number = models.CharField(max_length=16, unique=True, help_text="E.164, such as +15555550100.")
    label = models.CharField(max_length=60, blank=True, help_text="For staff, such as Main line.")
    source = models.CharField(max_length=60, blank=True, help_text="Where callers got it: ads, profile, website...")
    mode = models.CharField(max_length=16, choices=NumberMode.choices, default=NumberMode.HOSTED)
    ring_order = models.CharField(max_length=16, choices=RingOrder.choices, default=RingOrder.TOGETHER)
    ring_seconds = models.PositiveSmallIntegerField(
        default=15,
        validators=[MinValueValidator(5), MaxValueValidator(60)],
        help_text="Mobiles go to their own voicemail after about 20 seconds: stay below.",
    )
    rings_when_closed = models.BooleanField(default=False, help_text="Ring the team outside opening hours as well.")
    press_to_accept = models.BooleanField(
        "press 1 to accept", default=True, help_text="So that a mobile's own voicemail never counts as answered."
    )
    offers_voicemail = models.BooleanField(default=True)
    texts_per_second = models.FloatField(
        default=1.0,
        validators=[MinValueValidator(0.1), MaxValueValidator(200)],
        help_text="Local number 1, toll-free 3; more with a messaging service.",
    )
    registration = models.CharField(
        max_length=16,
        choices=Registration.choices,
        default=Registration.UNKNOWN,
        help_text="For texts to the United States: A2P 10DLC for local numbers, verification for toll-free ones.",
    )
    is_active = models.BooleanField(default=True)
    problem = models.CharField(max_length=200, blank=True, editable=False, help_text="Why texting from it is stopped.")
    stopped_at = models.DateTimeField(null=True, blank=True, editable=False)
    last_call_at = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        ordering = ["business", "number"]

    def __str__(self) -> str:
        return f"{self.label or self.location} {self.number}"

    def clean(self) -> None:
        if self.business_id:
            number = parse_phone(self.number, self.business.country)
            if number is None:
                raise ValidationError(
                    {"number": "This is not a phone number. Write it with the country code, as +15555550100."}
                )
            self.number = number
        if self.mode == NumberMode.EXTERNAL and self.reported_by is None:
            raise ValidationError(
                {"reported_by": "Choose the phone system that reports the missed calls of this number."}
            )


class RingTarget(models.Model):
    """Whom a hosted number rings."""

    number = models.ForeignKey(PhoneNumber, on_delete=models.CASCADE, related_name="ring_targets")
    label = models.CharField(max_length=60, blank=True)
    phone = models.CharField(max_length=16)
    position = models.PositiveSmallIntegerField(default=1)

    class Meta:
        ordering = ["position", "id"]
        constraints = [models.UniqueConstraint(fields=["number", "phone"], name="ring_target_once_per_number")]

    def __str__(self) -> str:
        return self.label or self.phone

    def clean(self) -> None:
        if not self.number_id:
            return
        phone = parse_phone(self.phone, self.number.business.country)
        if phone is None:
            raise ValidationError({"phone": "This is not a phone number. Write it with the area code."})
        if phone == self.number.number:
            raise ValidationError({"phone": "A number cannot ring itself: the call would come back to us."})
        self.phone = phone
