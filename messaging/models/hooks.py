from django.db import models

from messaging.models.numbers import CarrierAccount


class InboundHook(models.Model):
    """A verified carrier webhook as it came. Unique on the carrier's natural key: a repetition or a replay is
    recognized.
    """

    account = models.ForeignKey(CarrierAccount, on_delete=models.CASCADE, related_name="hooks")
    event = models.CharField(max_length=24)
    natural_key = models.CharField(max_length=255)
    payload = models.JSONField()
    answer = models.TextField(blank=True, help_text="What we answered, to say it again to a repetition.")
    received_at = models.DateTimeField()
    processed_at = models.DateTimeField(null=True, blank=True)
    problem = models.CharField(max_length=300, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    request_id = models.CharField(
        max_length=64, blank=True, help_text="Stands in the log lines of what came of it, and in its texts."
    )

    class Meta:
        verbose_name = "webhook received"
        verbose_name_plural = "webhooks received"
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["account", "event", "natural_key"], name="hook_once_per_natural_key")
        ]
        indexes = [
            models.Index(fields=["received_at"], name="hook_unprocessed", condition=models.Q(processed_at=None)),
        ]

    def __str__(self) -> str:
        return f"{self.event} {self.natural_key}"


class Heartbeat(models.Model):
    """When a process last showed that it does its work: sender, worker."""

    name = models.CharField(max_length=40, unique=True)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return self.name
