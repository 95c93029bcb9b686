"""What staff do with a conversation, besides answering. Each is a conditional update: one winner, one event."""

from datetime import datetime

from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import User
from django.db import IntegrityError, transaction
from django.db.models import Q

from leads import colleagues, events, outcomes
from leads.enums import Urgency
from leads.models import JobRequest
from leads.outcomes import Outcome
from messaging import conversations
from messaging.agent import turn
from messaging.enums import ConversationStatus, Handler
from messaging.inbox import later
from messaging.models import Conversation


# ---------------------------------------------------------------- who answers
def take_over(conversation: Conversation, *, by: AbstractBaseUser, now: datetime) -> bool:
    """From here on a person answers, `by` if nobody has it yet; False when a person already does."""
    Conversation.objects.filter(pk=conversation.pk, assignee=None).update(assignee_id=by.pk)
    conversations.forget_what_was_asked(conversation)
    return take_from_robot(conversation, by=by, now=now)


def take_from_robot(conversation: Conversation, *, by: AbstractBaseUser, now: datetime) -> bool:
    taken = Conversation.objects.filter(pk=conversation.pk, handler=Handler.ROBOT).update(handler=Handler.PERSON)
    return _record(taken, "conversation.taken_over", "Took over from the robot", conversation, by, now)


def resume_automation(conversation: Conversation, *, by: AbstractBaseUser, now: datetime) -> bool:
    """Let the robot answer again; False when it already may, or when the person is blocked."""
    halted = Q(automation_paused=True) | Q(handler=Handler.PERSON)
    resumed = Conversation.objects.filter(halted, pk=conversation.pk, lead__blocked_at=None).update(
        automation_paused=False, pause_reason="", handler=Handler.ROBOT, robot_returns_at=None
    )
    if resumed:
        conversations.forget_what_was_asked(conversation)
        turn.wake_for_waiting(conversation, now=now)
    return _record(resumed, "automation.resumed", "Gave it back to the robot", conversation, by, now)


def may_have(conversation: Conversation, user: AbstractBaseUser) -> bool:
    """Whether `user` could answer there, which is who it can be given to."""
    if getattr(user, "is_superuser", False) and user.is_active:
        return True
    return colleagues.writers_at(conversation.location).filter(pk=user.pk).exists()


def assign(conversation: Conversation, to: AbstractBaseUser | None, *, by: AbstractBaseUser, now: datetime) -> bool:
    """Give it to `to` (None: to nobody), unless somebody changed who has it since `conversation` was read.

    False as well when `to` has it already or may not answer there.
    """
    before, after = conversation.assignee_id, to.pk if to else None
    if before == after or (to is not None and not may_have(conversation, to)):
        return False
    changed = Conversation.objects.filter(pk=conversation.pk, assignee_id=before).update(assignee_id=after)
    return _record_assigned(changed, conversation, to, by, now)


def take_what_nobody_has(conversation: Conversation, *, by: AbstractBaseUser, now: datetime) -> bool:
    """Whoever answers there has it from then on; False when somebody has it already."""
    changed = Conversation.objects.filter(pk=conversation.pk, assignee=None).update(assignee_id=by.pk)
    return _record_assigned(changed, conversation, by, by, now)


def _record_assigned(
    changed: int, conversation: Conversation, to: AbstractBaseUser | None, by: AbstractBaseUser, now: datetime
) -> bool:
    if changed:
        events.record(
            "conversation.assigned", business=conversation.business, lead=conversation.lead, at=now, actor=by,
            text=_assigned_words(to, by), conversation=str(conversation.key), user=to.pk if to else None,
        )  # fmt: skip
    return bool(changed)


def _assigned_words(to: AbstractBaseUser | None, by: AbstractBaseUser) -> str:
    if to is None:
        return "Assigned to nobody"
    if to.pk == by.pk:
        return "Took it"
    return f"Assigned to {colleagues.called(to) if isinstance(to, User) else to}"


# ---------------------------------------------------------------- read, urgent
def mark_read(conversation: Conversation) -> bool:
    """Not worth an event: reading is what the inbox is for."""
    return bool(Conversation.objects.filter(pk=conversation.pk, unread_count__gt=0).update(unread_count=0))


def mark_unread(conversation: Conversation, *, by: AbstractBaseUser, now: datetime) -> bool:
    """New again, for the whole team; False when it is already."""
    changed = Conversation.objects.filter(pk=conversation.pk, unread_count=0).update(unread_count=1)
    return _record(changed, "conversation.marked_unread", "Marked as unread", conversation, by, now)


def mark_urgent(conversation: Conversation, *, by: AbstractBaseUser, now: datetime) -> bool:
    """False when it is urgent already."""
    changed = conversations.flag_urgent(conversation, urgency=Urgency.URGENT, now=now)
    return _record(changed, "urgency.set", "Marked as urgent", conversation, by, now)


def mark_not_urgent(conversation: Conversation, *, by: AbstractBaseUser, now: datetime) -> bool:
    """False when it is not urgent already."""
    changed = conversations.clear_urgent(conversation)
    return _record(changed, "urgency.cleared", "Marked as not urgent", conversation, by, now)


# ---------------------------------------------------------------- later, done, open again
def snooze(conversation: Conversation, *, until: datetime, by: AbstractBaseUser, now: datetime) -> bool:
    """Out of sight until then, or until the customer writes or calls. False when it is done, or `until` is past."""
    if until <= now:
        return False
    awake = Conversation.objects.filter(pk=conversation.pk).exclude(status=ConversationStatus.DONE)
    changed = awake.update(status=ConversationStatus.SNOOZED, snoozed_until=until)
    text = f"Snoozed until {later.spoken(until, conversation.location)}"
    return _record(changed, "conversation.snoozed", text, conversation, by, now)


def unsnooze(conversation: Conversation, *, by: AbstractBaseUser, now: datetime) -> bool:
    """Back among the open ones before its time; False when it is not snoozed."""
    asleep = Conversation.objects.filter(pk=conversation.pk, status=ConversationStatus.SNOOZED)
    changed = asleep.update(status=ConversationStatus.OPEN, snoozed_until=None)
    return _record(changed, "conversation.woken", "Woken up", conversation, by, now)


def close(conversation: Conversation, *, by: AbstractBaseUser, now: datetime, outcome: Outcome | None = None) -> bool:
    """Done: nothing is left to do until the customer writes or calls again. False when it was done already.

    `outcome` ends its request as well, also that of a conversation which is done: what became of it can change.
    """
    with transaction.atomic():
        waiting = Conversation.objects.filter(pk=conversation.pk).exclude(status=ConversationStatus.DONE)
        closed = waiting.update(
            status=ConversationStatus.DONE,
            closed_at=now,
            snoozed_until=None,
            turn_due_at=None,
            unread_count=0,
            **conversations.ANSWERED,
        )
        if outcome is not None:
            end_request(conversation, outcome, by=by, now=now)
        return _record(closed, "conversation.closed", "Marked as done", conversation, by, now)


def end_request(conversation: Conversation, outcome: Outcome, *, by: AbstractBaseUser, now: datetime) -> bool:
    """Write down what became of the request; a stranger and an advertiser get no more robot."""
    request = conversation.request
    if request is None:
        request = _request_for(conversation, now=now)
    if outcome.ends_automation:
        conversations.pause(conversation, reason=outcome.words)
    return outcomes.end(request, outcome, by=by, at=now, conversation=str(conversation.key))


def _request_for(conversation: Conversation, *, now: datetime) -> JobRequest:
    """What the conversation was about, if nobody has said so yet."""
    request = JobRequest.objects.create(
        business=conversation.business, location=conversation.location, lead=conversation.lead, opened_at=now
    )
    Conversation.objects.filter(pk=conversation.pk, request=None).update(request=request)
    conversation.request = request
    return request


def reopen(conversation: Conversation, *, by: AbstractBaseUser, now: datetime) -> bool:
    """False when it is not done, or when a newer conversation with this person is open: there can be only one."""
    done = Conversation.objects.filter(pk=conversation.pk, status=ConversationStatus.DONE, lead__blocked_at=None)
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
