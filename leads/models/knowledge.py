from django.core.exceptions import ValidationError
from django.db import models

from leads.enums import Language
from leads.models.business import Business, Location


class Service(models.Model):
    """What the business does, with the price range it is willing to name."""

    business = models.ForeignKey(Business, on_delete=models.CASCADE, related_name="services")
    name = models.CharField(max_length=80)
    description = models.TextField(blank=True)
    price_from_cents = models.PositiveIntegerField(null=True, blank=True)
    price_to_cents = models.PositiveIntegerField(null=True, blank=True)
    duration_minutes = models.PositiveSmallIntegerField(default=60)
    is_active = models.BooleanField(default=True)

    class Meta:
        ordering = ["business", "name"]
        constraints = [models.UniqueConstraint(fields=["business", "name"], name="service_name_once_per_business")]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        low, high = self.price_from_cents, self.price_to_cents
        if low is not None and high is not None and high < low:
            raise ValidationError({"price_to_cents": "The upper price is below the lower one."})


class ServiceArea(models.Model):
    """A city, and its postal codes, that the business or one of its locations serves."""

    business = models.ForeignKey(Business, on_delete=models.CASCADE, related_name="areas")
    location = models.ForeignKey(Location, on_delete=models.CASCADE, null=True, blank=True, related_name="areas")
    city = models.CharField(max_length=80)
    region = models.CharField(max_length=40, blank=True)
    postal_codes = models.JSONField(default=list, blank=True, help_text='Such as ["85281", "85282"].')

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


class Faq(models.Model):
    """A question customers ask and the answer the business has approved."""

    business = models.ForeignKey(Business, on_delete=models.CASCADE, related_name="faqs")
    question = models.CharField(max_length=200)
    answer = models.TextField(max_length=600)
    language = models.CharField(max_length=8, choices=Language.choices, default=Language.ENGLISH)
    is_active = models.BooleanField(default=True)

    class Meta:
        verbose_name = "FAQ"
        ordering = ["business", "question"]
        constraints = [
            models.UniqueConstraint(fields=["business", "question", "language"], name="faq_once_per_business")
        ]

    def __str__(self) -> str:
        return self.question
