"""What becomes an escalation although it was only an event: somebody waits too long, or something does not work."""

from dataclasses import dataclass
from datetime import datetime

from leads.models import Business, LeadEvent, Location
from messaging.escalation import chain, opening
from messaging.escalation.enums import AlertChannel, EscalationClass, EscalationStatus
from messaging.models import Conversation, Escalation, Message

# As messaging.agent.turn says it when the code, and not the customer, is the reason.
ROBOT_FAILED = ("The robot failed", "The robot broke off", "The robot began anew")
_TROUBLE = ("text.given_up", "text.blocked", "carrier.stopped", "model.unavailable", "conversation.handed_off")


@dataclass(frozen=True, slots=True)
class Cause:
    """What an event asks for, with the key under which it counts once while it is open."""

    kind: EscalationClass
    dedup_key: str
    location: Location
    summary: str
    conversation: Conversation | None = None


def escalate_conversation(
    conversation: Conversation, kind: EscalationClass, summary: str, *, now: datetime
) -> Escalation:
    """What a customer said cannot wait: in the transaction that has put their conversation first."""
    word = "danger" if kind == EscalationClass.EMERGENCY else "urgent"
    return opening.open_escalation(
        kind, location=conversation.location, summary=summary, dedup_key=f"{word}:{conversation.key}", now=now,
        conversation=conversation,
    )  # fmt: skip


def escalate(event: LeadEvent, *, now: datetime) -> Escalation | None:
    """Open what `event` asks for; None when it asks for nothing, or nothing any more."""
    cause = cause_of(event)
    if cause is None or (event.kind == "conversation.overdue" and not _still_waits(cause.conversation)):
        return None
    known = Escalation.objects.filter(business=event.business_id, dedup_key=cause.dedup_key, opened_at__gte=event.at)
    if known.exists():
        # The queue may hand over the same event twice.
        return None
    return opening.open_escalation(
        cause.kind, location=cause.location, summary=cause.summary, dedup_key=cause.dedup_key, now=now,
        conversation=cause.conversation,
    )  # fmt: skip


def cause_of(event: LeadEvent) -> Cause | None:
    """Pure reading of the event and the rows that it names; None for what people need not be woken for."""
    if event.kind == "conversation.overdue":
        conversation = _conversation(event)
        if conversation is None:
            return None
        return Cause(
            EscalationClass.WAITING, f"waiting:{conversation.key}", conversation.location, event.text, conversation
        )
    if event.kind not in _TROUBLE:
        return None
    if event.kind == "conversation.handed_off" and not event.text.startswith(ROBOT_FAILED):
        return None
    location = _location_of(event)
    if location is None:
        return None
    what = "robot" if event.kind == "conversation.handed_off" else event.kind
    # One customer's text is no reason to wake somebody for each of fifty: the trouble is one, wherever it shows.
    return Cause(EscalationClass.TROUBLE, f"trouble:{what}:{location.key}", location, event.text)


def mailed_by_chain(event: LeadEvent) -> set[str]:
    """Addresses that the alert of `event` leaves out, since the escalation it opens mails them in its very first step.

    That mail has the link to take it. Later steps are no double: they come minutes after, because nobody answered.
    """
    if event.kind == "conversation.urgent":
        # Opened in the same transaction, with the same time.
        urgent = Escalation.objects.filter(
            business=event.business_id, conversation__key=event.data.get("conversation"), opened_at=event.at
        ).first()
        return _mailed_first(urgent.chain) if urgent else set()
    cause = cause_of(event)
    if cause is None:
        return set()
    older = Escalation.objects.filter(business=event.business_id, dedup_key=cause.dedup_key, opened_at__lt=event.at)
    if older.exclude(status=EscalationStatus.CLOSED).exists():
        return set()
    return _mailed_first(chain.plan(cause.kind, cause.location, now=event.at).chain)


def _mailed_first(steps: list[chain.Step]) -> set[str]:
    first = steps[:1] if steps and steps[0]["channel"] == AlertChannel.EMAIL else []
    return {each["email"] for step in first for each in step["people"]}


def _still_waits(conversation: Conversation | None) -> bool:
    return conversation is not None and conversation.needs_reply


def _conversation(event: LeadEvent) -> Conversation | None:
    rows = Conversation.objects.select_related("location__business", "business", "lead")
    return rows.filter(business=event.business_id, key=event.data.get("conversation")).first()


def _location_of(event: LeadEvent) -> Location | None:
    """Where it happened; what concerns the whole business, at its first location."""
    if event.data.get("conversation"):
        conversation = _conversation(event)
        return conversation.location if conversation else None
    if event.data.get("message"):
        rows = Message.objects.select_related("conversation__location__business")
        message = rows.filter(business=event.business_id, key=event.data["message"]).first()
        return message.conversation.location if message else None
    return _first_location(event.business)


def _first_location(business: Business) -> Location | None:
    return Location.objects.select_related("business").filter(business=business).order_by("pk").first()
