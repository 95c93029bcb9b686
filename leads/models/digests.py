from django.db import models

from leads.models.business import Business


class WeeklyDigest(models.Model):
    """The week of a business as its owners got it by e-mail: one a week, however often the worker looks."""

    business = models.ForeignKey(Business, on_delete=models.CASCADE, related_name="digests")
    week = models.DateField(help_text="The Monday with which it began.")
    sent_at = models.DateTimeField()
    recipients = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["-week"]
        constraints = [models.UniqueConstraint(fields=["business", "week"], name="digest_once_per_week")]

    def __str__(self) -> str:
        return f"Week of {self.week:%Y-%m-%d}"
