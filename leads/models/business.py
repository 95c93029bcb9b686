import uuid
from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from simple_history.models import HistoricalRecords

from leads.enums import Language, Voice
from recoverline.lib.optout_line import offers_stop
from recoverline.lib.phones import parse_phone
from recoverline.lib.zones import valid_zone

DEFAULT_OPT_OUT_LINE = "Reply STOP to opt out."


def validate_zone(name: str) -> None:
    if not valid_zone(name):
        raise ValidationError(f"“{name}” is not a time zone. Use a name such as America/New_York.")


class Business(models.Model):
    """A company whose missed calls are recovered. Every other row belongs to exactly one."""

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    name = models.CharField(max_length=80, help_text="As customers know it; every first text names it.")
    slug = models.SlugField(max_length=60, unique=True, help_text="Short name in links and files.")
    time_zone = models.CharField(
        max_length=64, default="America/New_York", validators=[validate_zone], help_text="For example America/Chicago."
    )
    country = models.CharField(
        max_length=2, default="US", help_text="Two letters. How numbers without a country code are read."
    )
    countries_served = models.JSONField(
        default=list,
        blank=True,
        help_text='Countries whose callers may get a text, such as ["US", "CA"]. Empty: only the country above.',
    )
    voice = models.CharField(
        max_length=16, choices=Voice.choices, default=Voice.FRIENDLY, help_text="The tone of texts."
    )
    language = models.CharField(max_length=8, choices=Language.choices, default=Language.ENGLISH)
    phone = models.CharField(
        max_length=16,
        blank=True,
        help_text="The number customers may call; HELP answers with it. Empty: the number they texted.",
    )
    email = models.EmailField(blank=True, help_text="Named in the HELP answer.")
    website = models.URLField(blank=True)
    booking_url = models.URLField(
        blank=True, help_text="What {booking_link} becomes. Your own domain; carriers filter link shorteners."
    )
    opt_out_line = models.CharField(
        max_length=80, default=DEFAULT_OPT_OUT_LINE, help_text="What {opt_out} becomes. Must name the word STOP."
    )
    cooldown_hours = models.PositiveSmallIntegerField(
        default=24,
        validators=[MinValueValidator(4), MaxValueValidator(720)],
        help_text="A caller gets at most one automatic first text in this time. Never below 4 hours.",
    )
    number_texts_per_hour = models.PositiveIntegerField(
        default=60, help_text="Most first texts from one number in an hour."
    )
    texts_per_hour = models.PositiveIntegerField(
        default=200, help_text="Most first texts of the whole business in an hour."
    )
    texts_per_day = models.PositiveIntegerField(
        default=1000, help_text="Most first texts of the whole business in 24 hours."
    )
    late_after_minutes = models.PositiveSmallIntegerField(
        default=15,
        validators=[MinValueValidator(1), MaxValueValidator(240)],
        help_text="A first text older than this does not leave; staff get a callback task instead.",
    )
    callback_due_minutes = models.PositiveSmallIntegerField(default=10, help_text="When a callback task is due.")
    reply_due_minutes = models.PositiveSmallIntegerField(
        default=15,
        validators=[MinValueValidator(1), MaxValueValidator(1440)],
        help_text="A person should answer a customer's text within so many minutes of opening hours.",
    )
    urgent_due_minutes = models.PositiveSmallIntegerField(
        default=5,
        validators=[MinValueValidator(1), MaxValueValidator(240)],
        help_text="An urgent one within so many minutes, at any hour.",
    )
    answers_at_night = models.BooleanField(
        "answers calls in quiet hours", default=True,
        help_text="The first text is the answer to their own call. Off: in quiet hours somebody calls back instead.",
    )  # fmt: skip
    are_follow_ups_paused = models.BooleanField("follow-ups are paused", default=False)
    follow_ups_per_lead = models.PositiveSmallIntegerField(
        default=6, validators=[MaxValueValidator(50)], help_text="Most follow-up texts to one person in 30 days."
    )
    follow_up_gap_hours = models.PositiveSmallIntegerField(
        default=20,
        validators=[MaxValueValidator(720)],
        help_text="Least time between two of them, whatever the sequence.",
    )
    retention_days = models.PositiveIntegerField(
        null=True, blank=True, validators=[MinValueValidator(30)],
        help_text="People who were not in touch for so long are erased; statistics stay. Empty: nobody is.",
    )  # fmt: skip
    average_job_cents = models.PositiveIntegerField(
        null=True, blank=True,
        help_text="What a job is worth on average, in cents. Counts for booked jobs without a value of their own.",
    )  # fmt: skip
    subscription_cents = models.PositiveIntegerField(
        null=True, blank=True, help_text="What this system costs a month besides texts and calls, in cents."
    )
    segment_micros = models.PositiveIntegerField(
        null=True, blank=True, help_text="What the carrier asks for a text segment: millionths of a dollar."
    )
    call_minute_micros = models.PositiveIntegerField(
        null=True, blank=True, help_text="What the carrier asks for a minute of a call: millionths of a dollar."
    )
    is_texting_paused = models.BooleanField(default=False, help_text="Stops every text of this business at once.")
    is_simulated = models.BooleanField(default=False, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    history = HistoricalRecords()

    class Meta:
        verbose_name_plural = "businesses"
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)

    @property
    def served(self) -> frozenset[str]:
        """ISO codes of the countries whose callers may get a text."""
        return frozenset(self.countries_served or [self.country])

    def clean(self) -> None:
        if self.phone:
            phone = parse_phone(self.phone, self.country)
            if phone is None:
                raise ValidationError({"phone": "This is not a phone number. Write it with the area code."})
            self.phone = phone
        if not offers_stop(self.opt_out_line):
            raise ValidationError(
                {"opt_out_line": f"Callers must be told to answer STOP, as in “{DEFAULT_OPT_OUT_LINE}”"}
            )
        if not isinstance(self.countries_served, list) or not all(
            isinstance(code, str) and len(code) == 2 and code.isupper() for code in self.countries_served
        ):
            raise ValidationError({"countries_served": 'Write two-letter codes in a list, such as ["US", "CA"].'})


class Location(models.Model):
    """A shop, office or crew of a business, with its own hours and perhaps its own zone."""

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    business = models.ForeignKey(Business, on_delete=models.CASCADE, related_name="locations")
    name = models.CharField(max_length=80)
    slug = models.SlugField(max_length=60)
    time_zone = models.CharField(
        max_length=64, blank=True, validators=[validate_zone], help_text="Empty: the business's zone."
    )
    phone = models.CharField(
        max_length=16, blank=True, help_text="The number customers may call. Empty: the business's."
    )
    address = models.CharField(max_length=200, blank=True)
    city = models.CharField(max_length=80, blank=True)
    region = models.CharField(max_length=40, blank=True, help_text="State or province.")
    postal_code = models.CharField(max_length=16, blank=True)
    answers_at_night = models.BooleanField(
        "answers calls in quiet hours", null=True, blank=True, help_text="Empty: as the business does."
    )
    alert_email = models.EmailField(blank=True, help_text="Gets alerts of this location besides the team.")

    class Meta:
        ordering = ["business", "name"]
        constraints = [models.UniqueConstraint(fields=["business", "slug"], name="location_slug_once_per_business")]

    def __str__(self) -> str:
        return self.name

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone or self.business.time_zone)

    def clean(self) -> None:
        if self.phone and self.business_id:
            phone = parse_phone(self.phone, self.business.country)
            if phone is None:
                raise ValidationError({"phone": "This is not a phone number. Write it with the area code."})
            self.phone = phone
