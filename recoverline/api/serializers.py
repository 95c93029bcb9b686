"""How rows look outside: the one shape for answers of the API and for the bodies of webhooks.

Every row is known by `id`, the UUID of its `key` column; other rows stand in it by theirs, locations by their slug and
services by their name. Instants are ISO 8601 in UTC, money is in cents. `related` names what a queryset has to load.
"""

from rest_framework import serializers

from leads.models import CallbackTask, JobRequest, Lead
from messaging.models import Call, Conversation, Message, MessageMedia
from scheduling.models import Appointment


class _Key(serializers.UUIDField):
    """The public id of another row; null when there is none."""

    def __init__(self, of: str = "") -> None:
        super().__init__(source=f"{of}.key" if of else "key", read_only=True, allow_null=bool(of))


class _Name(serializers.CharField):
    """What another row is called; null when there is none."""

    def __init__(self, source: str) -> None:
        super().__init__(source=source, read_only=True, allow_null=True)


class LeadShape(serializers.ModelSerializer):
    """A person who contacted the business: one per phone."""

    related: tuple[str, ...] = ()
    id = _Key()
    email = serializers.CharField(read_only=True, help_text="Empty where it is not known.")
    is_blocked = serializers.SerializerMethodField()

    class Meta:
        model = Lead
        fields = [
            "id", "phone", "name", "email", "kind", "language", "source", "notes", "is_landline", "is_unreachable",
            "is_blocked", "created_at",
        ]  # fmt: skip
        read_only_fields = fields

    def get_is_blocked(self, lead: Lead) -> bool:
        return lead.blocked_at is not None


class RequestShape(serializers.ModelSerializer):
    """One thing a person wants: a job from its first word to won or lost."""

    related = ("lead", "location", "service")
    id = _Key()
    lead = _Key("lead")
    location = _Name("location.slug")
    service = _Name("service.name")

    class Meta:
        model = JobRequest
        fields = [
            "id", "lead", "location", "status", "urgency", "need", "service", "place", "address", "preferred", "notes",
            "answers", "source", "value_cents", "estimate_cents", "estimated_at", "lost_reason", "opened_at",
            "closed_at",
        ]  # fmt: skip
        read_only_fields = fields


class ConversationShape(serializers.ModelSerializer):
    """What is being said with one person on one number of the business."""

    related = ("lead", "location", "number", "request", "assignee")
    id = _Key()
    lead = _Key("lead")
    request = _Key("request")
    location = _Name("location.slug")
    number = _Name("number.number")
    assignee = _Name("assignee.username")

    class Meta:
        model = Conversation
        fields = [
            "id", "lead", "request", "location", "number", "status", "handler", "assignee", "language", "is_urgent",
            "needs_reply", "waiting_since", "reply_due_at", "snoozed_until", "last_preview", "last_at", "opened_at",
            "closed_at",
        ]  # fmt: skip
        read_only_fields = fields


class MediaShape(serializers.ModelSerializer):
    """A picture that came with a text; people see it in the inbox."""

    id = _Key()

    class Meta:
        model = MessageMedia
        fields = ["id", "content_type", "status"]
        read_only_fields = fields


class MessageShape(serializers.ModelSerializer):
    """One text, in or out. `suppression` says why one that is `suppressed` did not leave."""

    related = ("conversation", "lead", "author", "appointment")
    id = _Key()
    conversation = _Key("conversation")
    lead = _Key("lead")
    appointment = _Key("appointment")
    author = _Name("author.username")
    media = MediaShape(many=True, read_only=True)

    class Meta:
        model = Message
        fields = [
            "id", "conversation", "lead", "appointment", "direction", "kind", "body", "author", "status", "suppression",
            "segments", "error_code", "error_text", "media", "created_at", "sent_at", "delivered_at",
        ]  # fmt: skip
        read_only_fields = fields


class CallShape(serializers.ModelSerializer):
    """A call to or from a number of the business. `outcome` and `decision` say what became of a missed one, and why."""

    related = ("lead", "conversation", "location", "number")
    id = _Key()
    lead = _Key("lead")
    conversation = _Key("conversation")
    location = _Name("location.slug")
    number = _Name("number.number")

    class Meta:
        model = Call
        fields = [
            "id", "lead", "conversation", "location", "number", "caller", "caller_name", "state", "miss_reason",
            "hours_state", "started_at", "ended_at", "accepted_at", "rang_seconds", "voicemail_seconds", "transcript",
            "outcome", "decision",
        ]  # fmt: skip
        read_only_fields = fields


class AppointmentShape(serializers.ModelSerializer):
    """A visit. `version` counts its changes: name the one you have seen when you move or cancel it."""

    related = ("lead", "request", "location", "service")
    id = _Key()
    lead = _Key("lead")
    request = _Key("request")
    location = _Name("location.slug")
    service = _Name("service.name")

    class Meta:
        model = Appointment
        fields = [
            "id", "lead", "request", "location", "service", "status", "version", "starts_at", "ends_at",
            "arrival_ends_at", "name", "address", "note", "booked_by", "is_overbooked", "customer_confirmed_at",
            "cancel_reason", "created_at", "booked_at", "closed_at", "updated_at",
        ]  # fmt: skip
        read_only_fields = fields


class TaskShape(serializers.ModelSerializer):
    """Somebody has to call this person back, by `due_at`."""

    related = ("lead", "location", "assignee")
    id = _Key()
    lead = _Key("lead")
    location = _Name("location.slug")
    assignee = _Name("assignee.username")

    class Meta:
        model = CallbackTask
        fields = [
            "id", "lead", "location", "phone", "reason", "detail", "assignee", "not_before", "due_at", "created_at",
            "done_at",
        ]  # fmt: skip
        read_only_fields = fields
