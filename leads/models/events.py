from django.conf import settings
from django.db import models

from leads.models.business import Business
from leads.models.leads import Lead


class LeadEvent(models.Model):
    """Something that happened: a row of the timeline. Written only by `leads.events.record`."""

    business = models.ForeignKey(Business, on_delete=models.CASCADE, related_name="events")
    lead = models.ForeignKey(Lead, on_delete=models.CASCADE, null=True, blank=True, related_name="events")
    kind = models.CharField(max_length=40, help_text="noun.past_participle, such as call.missed")
    text = models.CharField(max_length=300, blank=True, help_text="What happened, for staff.")
    data = models.JSONField(default=dict, blank=True, help_text="Keys of the call, conversation or message concerned.")
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    at = models.DateTimeField()

    class Meta:
        ordering = ["-at", "-id"]
        indexes = [models.Index(fields=["lead", "-at"], name="event_by_lead")]

    def __str__(self) -> str:
        return self.kind
