"""People whom the team has blocked: what they say is kept, and goes no further."""

from datetime import datetime

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import transaction

from leads import callbacks, events
from leads.enums import TaskReason
from leads.models import CallbackTask, Lead
from messaging import consent, conversations, urgency
from messaging.access import Locations
from messaging.enums import ConversationStatus, Handler, Happening, TurnStatus
from messaging.escalation import acknowledging
from messaging.models import AgentTurn, Conversation
from messaging.urgency_words import sounds_dangerous


def reaches_beyond(lead: Lead, locations: Locations) -> bool:
    """Whether a block would end something at a place where whoever has `locations` may not act."""
    if locations.everywhere:
        return False
    running = Conversation.objects.filter(lead=lead).exclude(status=ConversationStatus.DONE)
    tasks = CallbackTask.objects.filter(lead=lead, done_at=None)
    return any(rows.exclude(location__in=locations.writable).exists() for rows in (running, tasks))


def block(lead: Lead, *, by: AbstractBaseUser, now: datetime) -> bool:
    """From here on nothing of theirs asks for anybody's time; False when they are blocked already."""
    with transaction.atomic():
        # A turn of the robot holds the same row: its answer is written before this, or not at all.
        consent.hold_contact(lead.pk)
        if not Lead.objects.filter(pk=lead.pk, blocked_at=None).update(blocked_at=now, blocked_by_id=by.pk):
            return False
        AgentTurn.objects.filter(conversation__lead=lead, status=TurnStatus.DRAFTED).update(status=TurnStatus.DISCARDED)
        Conversation.objects.filter(lead=lead).update(turn_due_at=None, robot_returns_at=None, handler=Handler.PERSON)
        Conversation.objects.filter(lead=lead).exclude(status=ConversationStatus.DONE).update(
            **conversations.ANSWERED, status=ConversationStatus.DONE, closed_at=now, snoozed_until=None,
            unread_count=0, is_urgent=False,
        )  # fmt: skip
        callbacks.drop_all(lead, by=by, at=now)
        for conversation in Conversation.objects.filter(lead=lead, escalations__isnull=False).distinct():
            acknowledging.close_all(conversation, by=by, now=now)
        events.record(
            "lead.blocked", business=lead.business, lead=lead, at=now, actor=by,
            text="Blocked: texts and calls are kept here, and nobody is told of them",
        )  # fmt: skip
    return True


def unblock(lead: Lead, *, by: AbstractBaseUser, now: datetime) -> bool:
    """Their next text or call counts again; False when they are not blocked."""
    if not Lead.objects.filter(pk=lead.pk).exclude(blocked_at=None).update(blocked_at=None, blocked_by=None):
        return False
    events.record("lead.unblocked", business=lead.business, lead=lead, at=now, actor=by, text="Unblocked")
    return True


def is_blocked(business_id: int, phone: str) -> bool:
    return bool(phone) and Lead.objects.filter(business=business_id, phone=phone, blocked_at__isnull=False).exists()


def keep(conversation: Conversation, said: str, *, cause: str, happening: Happening, now: datetime) -> None:
    """They said this, and nobody is told; but a danger is, for a mistaken block must not cost a life."""
    conversations.note_said(conversation, text=said, now=now, by_customer=False, happening=happening)
    danger = sounds_dangerous(said)
    if danger:
        urgency.notice(conversation, said, cause=cause, now=now)
        callbacks.ask_callback(
            business=conversation.business, location=conversation.location, lead=conversation.lead, at=now, due_at=now,
            reason=TaskReason.URGENT, cause=f"danger:{conversation.key}:{danger}:{now:%Y%m%d}",
            detail=f"Blocked, and may be in danger, so call: {said}",
        )  # fmt: skip
