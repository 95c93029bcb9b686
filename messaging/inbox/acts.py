"""What staff do with a conversation, besides answering. Each is a conditional update: one winner, one event."""

from datetime import datetime

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import IntegrityError, transaction
from django.db.models import Q

from leads import events
from messaging import conversations
from messaging.agent import turn
from messaging.enums import ConversationStatus, Handler
from messaging.models import Conversation


def take_over(conversation: Conversation, *, by: AbstractBaseUser, now: datetime) -> bool:
    """From here on a person answers, `by` if nobody has it yet; False when a person already does."""
    Conversation.objects.filter(pk=conversation.pk, assignee=None).update(assignee_id=by.pk)
    conversations.forget_what_was_asked(conversation)
    return take_from_robot(conversation, by=by, now=now)


def take_from_robot(conversation: Conversation, *, by: AbstractBaseUser, now: datetime) -> bool:
    taken = Conversation.objects.filter(pk=conversation.pk, handler=Handler.ROBOT).update(handler=Handler.PERSON)
    return _record(taken, "conversation.taken_over", "Took over from the robot", conversation, by, now)


def resume_automation(conversation: Conversation, *, by: AbstractBaseUser, now: datetime) -> bool:
    """Let the robot answer again; False when it already may."""
    halted = Q(automation_paused=True) | Q(handler=Handler.PERSON)
    resumed = Conversation.objects.filter(halted, pk=conversation.pk).update(
        automation_paused=False, pause_reason="", handler=Handler.ROBOT, robot_returns_at=None
    )
    if resumed:
        conversations.forget_what_was_asked(conversation)
        turn.wake_for_waiting(conversation, now=now)
    return _record(resumed, "automation.resumed", "Automation resumed", conversation, by, now)


def mark_read(conversation: Conversation) -> None:
    Conversation.objects.filter(pk=conversation.pk, unread_count__gt=0).update(unread_count=0)


def mark_not_urgent(conversation: Conversation, *, by: AbstractBaseUser, now: datetime) -> bool:
    """False when it is not urgent already."""
    changed = Conversation.objects.filter(pk=conversation.pk, is_urgent=True).update(is_urgent=False)
    return _record(changed, "urgency.cleared", "Marked as not urgent", conversation, by, now)


def close(conversation: Conversation, *, by: AbstractBaseUser, now: datetime) -> bool:
    """Done: nothing is left to do until the customer writes or calls again. False when it was done already."""
    closed = (
        Conversation.objects.filter(pk=conversation.pk)
        .exclude(status=ConversationStatus.DONE)
        .update(status=ConversationStatus.DONE, closed_at=now, needs_reply=False, unread_count=0)
    )
    return _record(closed, "conversation.closed", "Marked as done", conversation, by, now)


def reopen(conversation: Conversation, *, by: AbstractBaseUser, now: datetime) -> bool:
    """False when it is not done, or when a newer conversation with this person is open: there can be only one."""
    done = Conversation.objects.filter(pk=conversation.pk, status=ConversationStatus.DONE)
    try:
        with transaction.atomic():
            reopened = done.update(status=ConversationStatus.OPEN, closed_at=None)
    except IntegrityError:
        return False
    return _record(reopened, "conversation.reopened", "Reopened", conversation, by, now)


def _record(
    changed: int, kind: str, text: str, conversation: Conversation, by: AbstractBaseUser, now: datetime
) -> bool:
    """Note the change in the timeline, if there was one."""
    if changed:
        events.record(
            kind,
            business=conversation.business,
            lead=conversation.lead,
            at=now,
            text=text,
            actor=by,
            conversation=str(conversation.key),
        )
    return bool(changed)
