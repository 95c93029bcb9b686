import uuid

from django.db import models

from leads.enums import CrmKind, CrmStatus
from leads.models.business import Business
from leads.models.leads import Lead
from recoverline.lib.crypto import EncryptedTextField


class CrmConnection(models.Model):
    """An account at a CRM to which the business's leads are written."""

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    business = models.ForeignKey(Business, on_delete=models.CASCADE, related_name="crm_connections")
    name = models.CharField(max_length=80)
    kind = models.CharField("CRM", max_length=12, choices=CrmKind.choices)
    token = EncryptedTextField(help_text="HubSpot: of a private app. Pipedrive: your personal API token.")
    is_active = models.BooleanField("is on", default=True)
    field_map = models.JSONField(
        "fields", default=dict, blank=True, help_text="Ours to theirs: {ours: {field, always}}; the usual ones besides."
    )
    makes_notes = models.BooleanField(default=True, help_text="Write what happened as notes at the contact.")
    makes_deals = models.BooleanField(default=False, help_text="Make a deal of each request, and move it on.")
    pipeline = models.CharField(max_length=60, blank=True, help_text="Id of the pipeline; empty: the usual one.")
    stage_open = models.CharField("stage: new", max_length=60, blank=True)
    stage_estimated = models.CharField("stage: estimate given", max_length=60, blank=True)
    stage_booked = models.CharField("stage: booked", max_length=60, blank=True)
    stage_won = models.CharField("stage: won", max_length=60, blank=True)
    stage_lost = models.CharField("stage: lost", max_length=60, blank=True)
    failing_since = models.DateTimeField(null=True, blank=True, editable=False)
    failures = models.PositiveIntegerField(default=0, editable=False, help_text="In a row; one success ends them.")
    rests_until = models.DateTimeField(null=True, blank=True, editable=False)
    written_at = models.DateTimeField(null=True, blank=True, editable=False, help_text="When a lead last got there.")
    paused_at = models.DateTimeField(null=True, blank=True, editable=False, help_text="Switched off by a refusal.")
    last_error = models.CharField(max_length=300, blank=True, editable=False)
    created_at = models.DateTimeField(editable=False)

    class Meta:
        verbose_name = "CRM connection"
        ordering = ["business", "name"]
        constraints = [models.UniqueConstraint(fields=["business", "name"], name="crm_name_once_per_business")]

    def __str__(self) -> str:
        return self.name


class CrmLink(models.Model):
    """Which contact there is which lead here. It holds nothing of the person but ids and hashes."""

    business = models.ForeignKey(Business, on_delete=models.CASCADE, related_name="crm_links")
    connection = models.ForeignKey(CrmConnection, on_delete=models.CASCADE, related_name="links")
    lead = models.ForeignKey(Lead, on_delete=models.CASCADE, related_name="crm_links")
    external_id = models.CharField("contact there", max_length=60)
    written = models.JSONField(default=dict, help_text="Their field -> hash of what was written into it last.")
    deals = models.JSONField(default=dict, help_text="Key of the request -> {id, stage, amount} as written last.")
    noted_to = models.PositiveBigIntegerField(default=0, help_text="Events up to this one stand in notes.")
    noting_to = models.PositiveBigIntegerField(default=0, help_text="The same for a note on its way.")
    made_anew_at = models.DateTimeField(null=True, blank=True, help_text="When a contact deleted there was made again.")
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    class Meta:
        verbose_name = "CRM contact"
        ordering = ["-updated_at"]
        constraints = [models.UniqueConstraint(fields=["connection", "lead"], name="crm_link_once_per_lead")]

    def __str__(self) -> str:
        return f"{self.external_id} at {self.connection}"


class CrmSync(models.Model):
    """One lead that is due at one CRM: however much happened to it, it is written once, as it is by then."""

    business = models.ForeignKey(Business, on_delete=models.CASCADE, related_name="crm_syncs")
    connection = models.ForeignKey(CrmConnection, on_delete=models.CASCADE, related_name="syncs")
    lead = models.ForeignKey(Lead, on_delete=models.CASCADE, related_name="crm_syncs")
    status = models.CharField(max_length=12, choices=CrmStatus.choices, default=CrmStatus.WAITING)
    asked = models.PositiveIntegerField(default=1, help_text="Grows with all that happens; tells what came meanwhile.")
    claims = models.PositiveIntegerField(default=0, help_text="The fence of whoever claimed last.")
    tries = models.PositiveSmallIntegerField(default=0, help_text="Failed ones in a row.")
    next_at = models.DateTimeField(null=True, blank=True)
    last_error = models.CharField("what it said last", max_length=300, blank=True)
    candidates = models.JSONField(default=list, blank=True, help_text="[{id, name}] when several contacts would fit.")
    choice = models.CharField(max_length=60, blank=True, help_text='Id of the one that staff chose, or "new".')
    done_at = models.DateTimeField("last written", null=True, blank=True)
    created_at = models.DateTimeField()

    class Meta:
        verbose_name = "lead on its way to a CRM"
        verbose_name_plural = "leads on their way to a CRM"
        ordering = ["-created_at", "-id"]
        constraints = [models.UniqueConstraint(fields=["connection", "lead"], name="crm_sync_once_per_lead")]
        indexes = [
            models.Index(
                fields=["connection", "next_at"],
                name="crm_sync_due",
                condition=models.Q(status__in=["waiting", "sending"]),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.lead} to {self.connection}"
