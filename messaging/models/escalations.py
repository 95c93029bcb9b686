import uuid

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models

from leads.models import Business, Lead, Location, Membership
from messaging.escalation.enums import (
    AckMeans,
    AlertChannel,
    AlertTarget,
    EscalationClass,
    EscalationStatus,
    NoticeStatus,
    OnCallCommand,
)
from messaging.models.conversations import Conversation, Message
from messaging.models.numbers import PhoneNumber


class EscalationPolicy(models.Model):
    """Who is told in which order when something cannot wait. Without one: the banner in the inbox, and e-mail."""

    business = models.ForeignKey(Business, on_delete=models.CASCADE, related_name="escalation_policies")
    location = models.ForeignKey(
        Location, on_delete=models.CASCADE, null=True, blank=True, related_name="escalation_policies",
        help_text="Empty: every location that has none of its own.",
    )  # fmt: skip
    name = models.CharField(max_length=80)
    applies_to = models.JSONField(default=list, help_text="Values of EscalationClass.")
    remind_after_minutes = models.PositiveSmallIntegerField(
        default=10, validators=[MinValueValidator(2), MaxValueValidator(240)],
        help_text="Whoever has said “mine” and then not written or called the customer is asked again after this time.",
    )  # fmt: skip
    rounds = models.PositiveSmallIntegerField(
        default=1,
        validators=[MinValueValidator(1), MaxValueValidator(5)],
        help_text="How often the steps are gone through.",
    )
    tells_customer = models.BooleanField(
        default=True, help_text="Tell the customer when somebody has it, or that nobody was reached."
    )
    is_active = models.BooleanField(default=True)

    class Meta:
        verbose_name_plural = "escalation policies"
        ordering = ["business", "name"]
        constraints = [models.UniqueConstraint(fields=["business", "name"], name="policy_name_once_per_business")]

    def __str__(self) -> str:
        return self.name


class EscalationStep(models.Model):
    """Tell somebody, then wait for a word."""

    policy = models.ForeignKey(EscalationPolicy, on_delete=models.CASCADE, related_name="steps")
    position = models.PositiveSmallIntegerField(default=1)
    channel = models.CharField(max_length=8, choices=AlertChannel.choices, default=AlertChannel.TEXT)
    target = models.CharField("whom", max_length=8, choices=AlertTarget.choices, default=AlertTarget.FIRST)
    member = models.ForeignKey(Membership, on_delete=models.CASCADE, null=True, blank=True, related_name="+")
    wait_minutes = models.PositiveSmallIntegerField(
        default=3, validators=[MinValueValidator(1), MaxValueValidator(240)], help_text="Then the next step comes."
    )

    class Meta:
        ordering = ["position", "id"]
        constraints = [models.UniqueConstraint(fields=["policy", "position"], name="alert_step_once_per_position")]

    def __str__(self) -> str:
        return f"{self.position}. {self.get_channel_display()}: {self.get_target_display()}"

    def clean(self) -> None:
        if self.target == AlertTarget.MEMBER and self.member_id is None:
            raise ValidationError({"member": "Choose who."})
        if self.target != AlertTarget.MEMBER and self.member_id is not None:
            raise ValidationError({"member": "Only for “this person”."})


class Escalation(models.Model):
    """Something that cannot wait, until a person has it. The chain is frozen when it opens."""

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    business = models.ForeignKey(Business, on_delete=models.CASCADE, related_name="escalations")
    location = models.ForeignKey(Location, on_delete=models.CASCADE, related_name="escalations")
    conversation = models.ForeignKey(
        Conversation, on_delete=models.CASCADE, null=True, blank=True, related_name="escalations"
    )
    lead = models.ForeignKey(Lead, on_delete=models.CASCADE, null=True, blank=True, related_name="escalations")
    kind = models.CharField(max_length=12, choices=EscalationClass.choices)
    dedup_key = models.CharField(max_length=160, help_text="The same again while it is open only counts.")
    summary = models.CharField(max_length=300, help_text="For staff: what it is about.")
    status = models.CharField(max_length=12, choices=EscalationStatus.choices, default=EscalationStatus.OPEN)
    chain = models.JSONField(default=list, help_text="Steps with the people who were on call when it opened.")
    tells_customer = models.BooleanField(default=False)
    remind_after_minutes = models.PositiveSmallIntegerField(default=10)
    step = models.PositiveSmallIntegerField(default=0, help_text="Index of the step that comes next, from 0.")
    next_at = models.DateTimeField(null=True, blank=True, help_text="When the next step, or reminder, is due.")
    version = models.PositiveIntegerField(default=1, help_text="Counts changes: the fence of every update.")
    times = models.PositiveIntegerField(default=1, help_text="How often it was raised while open.")
    opened_at = models.DateTimeField()
    exhausted_at = models.DateTimeField(null=True, blank=True, help_text="The chain is through and nobody answered.")
    acknowledged_at = models.DateTimeField(null=True, blank=True)
    acknowledged_by = models.ForeignKey(Membership, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    acknowledged_via = models.CharField(max_length=8, choices=AckMeans.choices, blank=True)
    reminders = models.PositiveSmallIntegerField(default=0, help_text="How often whoever has it was reminded.")
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    is_simulated = models.BooleanField(default=False)

    class Meta:
        ordering = ["-opened_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["business", "dedup_key"],
                condition=~models.Q(status="closed"),
                name="one_open_escalation_per_key",
            )
        ]
        indexes = [
            models.Index(fields=["next_at", "id"], name="escalation_due", condition=models.Q(next_at__isnull=False)),
            models.Index(
                fields=["location", "-opened_at"], name="escalation_not_closed", condition=~models.Q(status="closed")
            ),
            models.Index(fields=["conversation", "-opened_at"], name="escalation_by_thread"),
        ]

    def __str__(self) -> str:
        return self.summary


class EscalationNotice(models.Model):
    """One alert to one person, by text, call or e-mail. Claimed before it leaves; `code` is what they reply."""

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    escalation = models.ForeignKey(Escalation, on_delete=models.CASCADE, related_name="notices")
    member = models.ForeignKey(Membership, on_delete=models.CASCADE, related_name="notices")
    position = models.PositiveSmallIntegerField(help_text="Index of the step; a reminder counts on from 100.")
    channel = models.CharField(max_length=8, choices=AlertChannel.choices)
    phone = models.CharField(max_length=16, blank=True, help_text="Where it went.")
    number = models.ForeignKey(
        PhoneNumber, on_delete=models.SET_NULL, null=True, blank=True, related_name="+", help_text="From which it went."
    )
    code = models.CharField(max_length=2, blank=True, help_text="Two letters that stand for it on this phone.")
    token_digest = models.CharField(max_length=64, blank=True, help_text="SHA-256 of the link's token.")
    status = models.CharField(max_length=12, choices=NoticeStatus.choices, default=NoticeStatus.WAITING)
    reason = models.CharField(max_length=160, blank=True, help_text="Why it was not sent.")
    message = models.ForeignKey(Message, on_delete=models.SET_NULL, null=True, blank=True, related_name="notices")
    carrier_call_id = models.CharField(max_length=128, blank=True)
    created_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["created_at", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["escalation", "position", "member", "channel"], name="notice_once_per_step_and_member"
            )
        ]
        indexes = [
            models.Index(fields=["created_at"], name="notice_waiting", condition=models.Q(status="waiting")),
            models.Index(fields=["phone", "-created_at"], name="notice_by_phone"),
            models.Index(fields=["token_digest"], name="notice_by_token", condition=~models.Q(token_digest="")),
            models.Index(fields=["carrier_call_id"], name="notice_by_call", condition=~models.Q(carrier_call_id="")),
        ]

    def __str__(self) -> str:
        return f"{self.get_channel_display()} to {self.member}"


class OnCallText(models.Model):
    """What somebody of the team texted to a business number, how it was read, and what it did: the audit."""

    business = models.ForeignKey(Business, on_delete=models.CASCADE, related_name="on_call_texts")
    member = models.ForeignKey(Membership, on_delete=models.CASCADE, related_name="on_call_texts")
    escalation = models.ForeignKey(Escalation, on_delete=models.SET_NULL, null=True, blank=True, related_name="texts")
    phone = models.CharField(max_length=16)
    carrier_message_id = models.CharField(max_length=128)
    body = models.TextField(blank=True)
    command = models.CharField(max_length=8, choices=OnCallCommand.choices)
    result = models.CharField(max_length=300, blank=True, help_text="What was done, or answered.")
    at = models.DateTimeField()

    class Meta:
        ordering = ["-at", "-id"]
        constraints = [models.UniqueConstraint(fields=["business", "carrier_message_id"], name="on_call_text_once")]
        indexes = [models.Index(fields=["phone", "-at"], name="on_call_text_by_phone")]

    def __str__(self) -> str:
        return f"{self.member}: {self.get_command_display()}"
