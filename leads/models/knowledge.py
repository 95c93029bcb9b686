"""What the business has told us, and the robot may tell customers. Nothing else is ever said."""

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models

from leads.enums import Danger, Language
from leads.models.business import Business, Location

MOST_PHRASES, LONGEST_PHRASE = 100, 200


def validate_phrases(phrases: object) -> None:
    """A list of short texts; the same check holds in the admin and in a business file."""
    if not isinstance(phrases, list) or not all(
        isinstance(item, str) and item.strip() and len(item) <= LONGEST_PHRASE for item in phrases
    ):
        raise ValidationError('Write short texts in a list, such as ["AC", "air conditioning"].')
    if len(phrases) > MOST_PHRASES:
        raise ValidationError(f"At most {MOST_PHRASES}.")


def refuse_crossed_prices(low: int | None, high: int | None) -> None:
    if low is not None and high is not None and high < low:
        raise ValidationError({"price_to_cents": "The upper price is below the lower one."})


class Fact(models.Model):
    """Something the robot may say: who keeps it right, and when somebody last did."""

    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+",
        help_text="Who keeps it right.",
    )  # fmt: skip
    checked_on = models.DateField(null=True, blank=True, help_text="When somebody last made sure that it holds.")

    class Meta:
        abstract = True


class Service(Fact):
    """What the business does, with the price range it is willing to name."""

    business = models.ForeignKey(Business, on_delete=models.CASCADE, related_name="services")
    name = models.CharField(max_length=80)
    aliases = models.JSONField(
        "also called", default=list, blank=True, validators=[validate_phrases],
        help_text="What customers say for it: AC out, furnace, no heat. One a line.",
    )  # fmt: skip
    description = models.TextField(blank=True)
    price_from_cents = models.PositiveIntegerField(null=True, blank=True)
    price_to_cents = models.PositiveIntegerField(null=True, blank=True)
    price_note = models.CharField(
        max_length=120, blank=True, help_text="Said after the price: taken off the bill if you go ahead."
    )
    financing = models.CharField(
        max_length=200, blank=True, help_text="What may be said about paying over time. Empty: a person answers."
    )
    duration_minutes = models.PositiveSmallIntegerField(default=60)
    is_active = models.BooleanField(default=True)

    class Meta:
        ordering = ["business", "name"]
        constraints = [models.UniqueConstraint(fields=["business", "name"], name="service_name_once_per_business")]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        refuse_crossed_prices(self.price_from_cents, self.price_to_cents)


class ServiceAtLocation(models.Model):
    """What is different about a service at one location: another price, or not offered there."""

    service = models.ForeignKey(Service, on_delete=models.CASCADE, related_name="at_locations")
    location = models.ForeignKey(Location, on_delete=models.CASCADE, related_name="service_differences")
    is_offered = models.BooleanField("offered here", default=True)
    price_from_cents = models.PositiveIntegerField(null=True, blank=True)
    price_to_cents = models.PositiveIntegerField(null=True, blank=True)

    class Meta:
        verbose_name = "difference at a location"
        verbose_name_plural = "differences at locations"
        ordering = ["service", "location"]
        constraints = [models.UniqueConstraint(fields=["service", "location"], name="service_once_per_location")]

    def __str__(self) -> str:
        return f"{self.service} at {self.location}"

    def clean(self) -> None:
        refuse_crossed_prices(self.price_from_cents, self.price_to_cents)


class ServiceArea(Fact):
    """A city, and its postal codes, that the business or one of its locations serves."""

    business = models.ForeignKey(Business, on_delete=models.CASCADE, related_name="areas")
    location = models.ForeignKey(Location, on_delete=models.CASCADE, null=True, blank=True, related_name="areas")
    city = models.CharField(max_length=80)
    region = models.CharField(max_length=40, blank=True)
    postal_codes = models.JSONField(default=list, blank=True, help_text='Such as ["85281", "85282"].')
    aliases = models.JSONField(
        "also called", default=list, blank=True, validators=[validate_phrases],
        help_text="What people say for it: SF, Frisco, downtown. One a line.",
    )  # fmt: skip
    radius_miles = models.PositiveSmallIntegerField(
        null=True, blank=True, validators=[MinValueValidator(1), MaxValueValidator(200)],
        help_text="Also everything so far around it (United States only). Empty: the city and its postal codes.",
    )  # fmt: skip

    class Meta:
        ordering = ["business", "city"]
        constraints = [
            models.UniqueConstraint(fields=["location", "city", "region"], name="area_once_per_location"),
            models.UniqueConstraint(
                fields=["business", "city", "region"], name="area_once_per_business", condition=models.Q(location=None)
            ),
        ]

    def __str__(self) -> str:
        return self.city


class Local(models.Model):
    """Holds for the whole business, or for one location instead of what the business says."""

    location = models.ForeignKey(
        Location, on_delete=models.CASCADE, null=True, blank=True, related_name="+",
        help_text="Empty: every location.",
    )  # fmt: skip
    is_active = models.BooleanField(default=True)

    class Meta:
        abstract = True


class Faq(Fact, Local):
    """A question customers ask and the answer the business has approved."""

    business = models.ForeignKey(Business, on_delete=models.CASCADE, related_name="faqs")
    question = models.CharField(max_length=200)
    examples = models.JSONField(
        "other ways to ask it", default=list, blank=True, validators=[validate_phrases],
        help_text="One a line. Five or more make a clear difference.",
    )  # fmt: skip
    answer = models.TextField(max_length=320, help_text="As it is texted.")
    language = models.CharField(max_length=8, choices=Language.choices, default=Language.ENGLISH)

    class Meta:
        verbose_name = "FAQ"
        ordering = ["business", "question"]
        constraints = [
            models.UniqueConstraint(
                fields=["business", "question", "language"], name="faq_once_per_business",
                condition=models.Q(location=None),
            ),
            models.UniqueConstraint(fields=["location", "question", "language"], name="faq_once_per_location"),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.question


class Policy(Fact, Local):
    """A house rule: canceling, warranty, payment, pets. Told in its own words, or not at all."""

    business = models.ForeignKey(Business, on_delete=models.CASCADE, related_name="policies")
    title = models.CharField(max_length=80, help_text="What it is about: Late cancellation.")
    text = models.TextField(max_length=320, help_text="As it is texted.")
    language = models.CharField(max_length=8, choices=Language.choices, default=Language.ENGLISH)

    class Meta:
        verbose_name_plural = "policies"
        ordering = ["business", "title"]
        constraints = [
            models.UniqueConstraint(
                fields=["business", "title", "language"], name="policy_once_per_business",
                condition=models.Q(location=None),
            ),
            models.UniqueConstraint(fields=["location", "title", "language"], name="policy_once_per_location"),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.title


class IntakeQuestion(Fact):
    """What must be known of a job besides service, place and time. Asked one at a time."""

    business = models.ForeignKey(Business, on_delete=models.CASCADE, related_name="intake_questions")
    service = models.ForeignKey(
        Service, on_delete=models.CASCADE, null=True, blank=True, related_name="intake_questions",
        help_text="Empty: for every service.",
    )  # fmt: skip
    question = models.CharField(max_length=160)
    language = models.CharField(max_length=8, choices=Language.choices, default=Language.ENGLISH)
    before_offer = models.BooleanField(
        "before times are offered", default=False, help_text="Else once it is booked, when answering costs no patience."
    )
    position = models.PositiveSmallIntegerField(default=10)
    is_active = models.BooleanField(default=True)

    class Meta:
        ordering = ["business", "service", "position", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["business", "question"], name="intake_question_once_per_business",
                condition=models.Q(service=None),
            ),
            models.UniqueConstraint(fields=["service", "question"], name="intake_question_once_per_service"),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.question


class PersonTopic(Fact, Local):
    """What the robot never talks about: it hands over to a person at once."""

    business = models.ForeignKey(Business, on_delete=models.CASCADE, related_name="person_topics")
    name = models.CharField(max_length=80, help_text="What staff see: Complaint, Insurance claim.")
    phrases = models.JSONField(
        default=list, validators=[validate_phrases], help_text="Words that give it away, one a line: refund, lawyer."
    )

    class Meta:
        verbose_name = "topic for a person"
        verbose_name_plural = "topics for a person"
        ordering = ["business", "name"]
        constraints = [models.UniqueConstraint(fields=["business", "name"], name="person_topic_once_per_business")]

    def __str__(self) -> str:
        return self.name


class SafetyText(Fact, Local):
    """What is answered to a danger, at once and word for word, before anybody or anything else reads the text."""

    business = models.ForeignKey(Business, on_delete=models.CASCADE, related_name="safety_texts")
    danger = models.CharField(max_length=20, choices=Danger.choices)
    language = models.CharField(max_length=8, choices=Language.choices, default=Language.ENGLISH)
    text = models.TextField(max_length=320, help_text="{business} and {phone} are filled in.")

    class Meta:
        ordering = ["business", "danger", "language"]
        constraints = [
            models.UniqueConstraint(
                fields=["business", "danger", "language"], name="safety_text_once_per_business",
                condition=models.Q(location=None),
            ),
            models.UniqueConstraint(fields=["location", "danger", "language"], name="safety_text_once_per_location"),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.get_danger_display()
