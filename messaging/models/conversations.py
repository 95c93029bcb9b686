import uuid

from django.conf import settings
from django.db import models

from leads.enums import Language
from leads.models import Business, JobRequest, Lead, Location
from messaging.enums import (
    ConversationStatus,
    Direction,
    Handler,
    Happening,
    MediaStatus,
    MessageKind,
    MessageStatus,
    Presence,
    Suppression,
)
from messaging.models.numbers import CarrierAccount, PhoneNumber
from scheduling.models import Appointment


class Conversation(models.Model):
    """What is being said with one lead on one number about one request."""

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    business = models.ForeignKey(Business, on_delete=models.CASCADE, related_name="conversations")
    location = models.ForeignKey(Location, on_delete=models.PROTECT, related_name="conversations")
    number = models.ForeignKey(PhoneNumber, on_delete=models.PROTECT, related_name="conversations")
    lead = models.ForeignKey(Lead, on_delete=models.CASCADE, related_name="conversations")
    request = models.ForeignKey(
        JobRequest, on_delete=models.SET_NULL, null=True, blank=True, related_name="conversations"
    )
    status = models.CharField(max_length=16, choices=ConversationStatus.choices, default=ConversationStatus.OPEN)
    handler = models.CharField(
        max_length=16, choices=Handler.choices, default=Handler.ROBOT, help_text="Who answers now."
    )
    assignee = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="conversations"
    )
    language = models.CharField(max_length=8, choices=Language.choices, blank=True)
    is_urgent = models.BooleanField(default=False)
    needs_reply = models.BooleanField(default=False, help_text="The customer said something that nobody has answered.")
    # Both are there exactly as long as somebody waits (messaging.conversations), and the list asks nothing else.
    waiting_since = models.DateTimeField(null=True, blank=True, help_text="Since when the customer waits.")
    reply_due_at = models.DateTimeField(null=True, blank=True, help_text="By when a person should answer.")
    overdue_told_at = models.DateTimeField(null=True, blank=True, help_text="When the team was told that it is late.")
    snoozed_until = models.DateTimeField(null=True, blank=True)
    automation_paused = models.BooleanField(default=False, help_text="No robot texts until staff decide.")
    pause_reason = models.CharField(max_length=120, blank=True)
    unread_count = models.PositiveIntegerField(default=0)
    # Kept here because a list ordered by max(message) takes 700 ms at 200,000 conversations and this takes 0.1
    # (measured).
    last_at = models.DateTimeField()
    last_preview = models.CharField(max_length=160, blank=True)
    last_happening = models.CharField(max_length=16, choices=Happening.choices, blank=True)
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, blank=True)
    # The robot's turn: due when the burst is over, and one at a time.
    turn_due_at = models.DateTimeField(null=True, blank=True)
    turn_lease_until = models.DateTimeField(null=True, blank=True)
    burst_began_at = models.DateTimeField(null=True, blank=True)
    robot_returns_at = models.DateTimeField(null=True, blank=True, help_text="When the robot takes over again.")
    agent_state = models.JSONField(default=dict, blank=True, help_text="What the robot asked last, and what it knows.")
    is_team = models.BooleanField(
        default=False, help_text="Alerts to somebody of the team and their commands: no customer, in no list."
    )
    is_simulated = models.BooleanField(default=False)

    class Meta:
        ordering = ["-last_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["lead", "number"],
                condition=~models.Q(status="done"),
                name="one_open_conversation_per_lead_and_number",
            )
        ]
        indexes = [
            models.Index(fields=["business", "-last_at", "-id"], name="conversation_by_last"),
            # A queue of the inbox each, per location: what somebody may see is a list of locations (measured: a limited
            # page of each, merged, takes 0.4 ms where IN (...) takes 31).
            models.Index(
                fields=["location", "-last_at", "-id"], name="conversation_open", condition=models.Q(status="open")
            ),
            models.Index(
                fields=["location", "-last_at", "-id"],
                name="conversation_of_robot",
                condition=models.Q(status="open", handler="robot"),
            ),
            models.Index(
                fields=["location", "-last_at", "-id"],
                name="conversation_unassigned",
                condition=models.Q(status="open", handler="person", assignee__isnull=True),
            ),
            models.Index(
                fields=["location", "-last_at", "-id"], name="conversation_done", condition=models.Q(status="done")
            ),
            models.Index(
                fields=["location", "reply_due_at", "id"],
                name="conversation_needs_reply",
                condition=models.Q(status="open", needs_reply=True),
            ),
            models.Index(
                fields=["location", "reply_due_at", "id"],
                name="conversation_urgent",
                condition=models.Q(is_urgent=True) & ~models.Q(status="done"),
            ),
            models.Index(
                fields=["location", "snoozed_until", "id"],
                name="conversation_snoozed",
                condition=models.Q(status="snoozed"),
            ),
            models.Index(
                fields=["assignee", "-last_at", "-id"], name="conversation_mine", condition=models.Q(status="open")
            ),
            models.Index(fields=["snoozed_until"], name="conversation_wakes", condition=models.Q(status="snoozed")),
            models.Index(
                fields=["reply_due_at"],
                name="conversation_overdue",
                condition=models.Q(needs_reply=True, overdue_told_at__isnull=True),
            ),
            models.Index(
                fields=["turn_due_at"], name="conversation_turn_due", condition=models.Q(turn_due_at__isnull=False)
            ),
            models.Index(
                fields=["robot_returns_at"],
                name="conversation_robot_returns",
                condition=models.Q(robot_returns_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.lead} on {self.number}"


class Message(models.Model):
    """One text. An outbound row is the outbox itself: the row is the truth, tasks and notifications are only bells."""

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    business = models.ForeignKey(Business, on_delete=models.CASCADE, related_name="messages")
    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="messages")
    lead = models.ForeignKey(Lead, on_delete=models.CASCADE, related_name="messages")
    number = models.ForeignKey(PhoneNumber, on_delete=models.PROTECT, related_name="messages")
    account = models.ForeignKey(CarrierAccount, on_delete=models.PROTECT, related_name="messages")
    direction = models.CharField(max_length=8, choices=Direction.choices)
    kind = models.CharField(max_length=16, choices=MessageKind.choices)
    body = models.TextField(blank=True)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    appointment = models.ForeignKey(Appointment, on_delete=models.CASCADE, null=True, blank=True, related_name="texts")
    appointment_version = models.PositiveIntegerField(
        null=True, blank=True, help_text="What the text says holds for this version; a later one keeps it from leaving."
    )
    status = models.CharField(max_length=16, choices=MessageStatus.choices)
    suppression = models.CharField(max_length=20, choices=Suppression.choices, blank=True)
    idem_key = models.CharField(
        max_length=200, help_text="From the cause, such as missedcall:<call id>: one cause, one text."
    )
    carrier_message_id = models.CharField(max_length=128, null=True, blank=True)
    segments = models.PositiveSmallIntegerField(default=0)
    error_code = models.CharField(max_length=16, blank=True)
    error_text = models.CharField(max_length=300, blank=True)
    attempts = models.PositiveIntegerField(default=0, help_text="Claims; also the fence of whoever claimed last.")
    unknowns = models.PositiveSmallIntegerField(
        default=0, help_text="Doubt: 2 for each send without an answer, 1 for a sender that died; 6 gives up."
    )
    next_at = models.DateTimeField(
        null=True, blank=True, help_text="Not before this instant: first try, retry or look-up."
    )
    lease_until = models.DateTimeField(null=True, blank=True)
    expires_at = models.DateTimeField(null=True, blank=True)
    claimed_at = models.DateTimeField(null=True, blank=True, help_text="Start of the last attempt.")
    sent_at = models.DateTimeField(null=True, blank=True)
    delivered_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField()
    request_id = models.CharField(max_length=64, blank=True, help_text="Of the webhook or page that caused it.")
    # Null where it was not noted: a column with a default would rewrite the largest table on SQLite.
    words_by = models.CharField(
        max_length=40, null=True, blank=True, help_text="Whose words a first text says: script id:version, or built-in."
    )
    is_simulated = models.BooleanField(default=False)

    class Meta:
        ordering = ["created_at", "id"]
        constraints = [
            models.UniqueConstraint(fields=["business", "idem_key"], name="text_once_per_cause"),
            models.UniqueConstraint(fields=["account", "carrier_message_id"], name="carrier_message_id_once"),
        ]
        indexes = [
            models.Index(fields=["conversation", "created_at", "id"], name="message_by_conversation"),
            models.Index(fields=["business", "kind", "created_at"], name="message_for_caps"),
            models.Index(fields=["business", "created_at", "key"], name="message_by_age"),
            models.Index(
                fields=["next_at", "id"],
                name="outbox_due",
                condition=models.Q(status__in=["queued", "sending", "unknown"]),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_direction_display()}: {self.body[:40]}"


class MessageMedia(models.Model):
    """A picture (or other file) of a text, fetched from the carrier by the worker."""

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="media")
    position = models.PositiveSmallIntegerField()
    url = models.URLField(max_length=500)
    content_type = models.CharField(max_length=80, blank=True)
    file = models.FileField(upload_to="texts/%Y/%m/", blank=True)
    status = models.CharField(max_length=16, choices=MediaStatus.choices, default=MediaStatus.PENDING)
    problem = models.CharField(max_length=120, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)

    class Meta:
        verbose_name_plural = "message media"
        ordering = ["position"]
        constraints = [models.UniqueConstraint(fields=["message", "position"], name="media_once_per_position")]

    def __str__(self) -> str:
        return f"{self.content_type} {self.position}"


class Note(models.Model):
    """What staff tell each other in a conversation; the customer never sees it."""

    business = models.ForeignKey(Business, on_delete=models.CASCADE, related_name="notes")
    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="notes")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    body = models.TextField()
    created_at = models.DateTimeField()

    class Meta:
        ordering = ["created_at", "id"]

    def __str__(self) -> str:
        return self.body[:40]


class Mention(models.Model):
    """Somebody is named in a note, and has or has not looked since."""

    note = models.ForeignKey(Note, on_delete=models.CASCADE, related_name="mentions")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="mentions")
    seen_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["note", "user"], name="mention_once_per_note")]
        indexes = [
            models.Index(fields=["user"], name="mention_unseen", condition=models.Q(seen_at__isnull=True)),
        ]

    def __str__(self) -> str:
        return f"@{self.user}"


class PresenceMark(models.Model):
    """Somebody has this conversation in front of them, as of `seen_at`; older than half a minute means no more."""

    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="presence")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    state = models.CharField(max_length=16, choices=Presence.choices, default=Presence.VIEWING)
    seen_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["conversation", "user"], name="presence_once_per_person")]

    def __str__(self) -> str:
        return f"{self.user} {self.get_state_display()}"
