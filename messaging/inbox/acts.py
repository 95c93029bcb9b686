"""What staff do with a conversation, besides answering. Each is a conditional update: one winner, one event."""

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType

from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import User
from django.db import IntegrityError, transaction
from django.db.models import Q

from leads import colleagues, events, outcomes
from leads.enums import Urgency
from leads.models import JobRequest, LeadEvent
from leads.outcomes import Outcome
from messaging import consent, conversations
from messaging.agent import burst, turn
from messaging.enums import ConversationStatus, Direction, Handler
from messaging.escalation import acknowledging
from messaging.inbox import later
from messaging.models import Conversation, Message
from messaging.optout_words import Meaning

# In the event of closing: since when the customer had waited, for whoever opens it again.
WAITED_SINCE = "waited_since"
# Words for the carrier.
_ASKS_NOBODY = (Meaning.STOP, Meaning.START, Meaning.HELP)


# ---------------------------------------------------------------- who answers
def take_over(conversation: Conversation, *, by: AbstractBaseUser, now: datetime) -> bool:
    """From here on a person answers, `by` if nobody has it yet; False when a person already does."""
    with transaction.atomic():
        taken = take_from_robot(conversation, by=by, now=now)
        if taken:
            Conversation.objects.filter(pk=conversation.pk, assignee=None).update(assignee_id=by.pk)
            conversations.forget_what_was_asked(conversation)
    return taken


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
class Unseen(Exception):
    """Nothing was changed: the customer has written what whoever puts the conversation away has not seen."""

    def __init__(self) -> None:
        super().__init__("They have written since. Read it first.")


def _hold_what_was_seen(conversation: Conversation, seen: Q | None) -> None:
    """Until the transaction ends no text comes in. Raises Unseen if one is there that `seen` does not cover; None
    covers all.
    """
    consent.hold_contact(conversation.lead_id)
    if seen is None:
        return
    is_running = Conversation.objects.filter(pk=conversation.pk).exclude(status=ConversationStatus.DONE)
    texts = Message.objects.filter(conversation=conversation.pk, direction=Direction.IN).exclude(seen)
    if texts.exists() and is_running.exists():
        raise Unseen


def seen_up_to(newest: int) -> Q:
    """For `seen`: a page that showed the texts up to this row."""
    return Q(pk__lte=newest)


def seen_until(moment: datetime | None) -> Q:
    """For `seen`: a list that showed what had happened by then; None: one that does not say."""
    return Q(created_at__lte=moment) if moment else Q(pk=None)


def snooze(
    conversation: Conversation, *, until: datetime, by: AbstractBaseUser, now: datetime, seen: Q | None = None
) -> bool:
    """Out of sight until then, or until the customer writes or calls. False when it is done, or `until` is past.

    Raises Unseen.
    """
    if until <= now:
        return False
    with transaction.atomic():
        _hold_what_was_seen(conversation, seen)
        awake = Conversation.objects.filter(pk=conversation.pk).exclude(status=ConversationStatus.DONE)
        changed = awake.update(status=ConversationStatus.SNOOZED, snoozed_until=until)
        text = f"Snoozed until {later.spoken(until, conversation.location)}"
        return _record(changed, "conversation.snoozed", text, conversation, by, now)


def unsnooze(conversation: Conversation, *, by: AbstractBaseUser, now: datetime) -> bool:
    """Back among the open ones before its time; False when it is not snoozed."""
    asleep = Conversation.objects.filter(pk=conversation.pk, status=ConversationStatus.SNOOZED)
    changed = asleep.update(status=ConversationStatus.OPEN, snoozed_until=None)
    return _record(changed, "conversation.woken", "Woken up", conversation, by, now)


def close(
    conversation: Conversation,
    *,
    by: AbstractBaseUser,
    now: datetime,
    outcome: Outcome | None = None,
    seen: Q | None = None,
) -> bool:
    """Done: nothing is left to do until the customer writes or calls again. False when it was done already.

    `outcome` ends its request as well, also that of a conversation which is done: what became of it can change. Raises
    Unseen.
    """
    with transaction.atomic():
        _hold_what_was_seen(conversation, seen)
        waiting = Conversation.objects.filter(pk=conversation.pk).exclude(status=ConversationStatus.DONE)
        since = waiting.values_list("waiting_since", flat=True).first()
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
        if closed or outcome is not None:
            acknowledging.close_all(conversation, by=by, now=now)
        waited = {WAITED_SINCE: since.isoformat() if since else None}
        return _record(closed, "conversation.closed", "Marked as done", conversation, by, now, waited)


def end_request(conversation: Conversation, outcome: Outcome, *, by: AbstractBaseUser, now: datetime) -> bool:
    """Write down what became of the request; a stranger and an advertiser get no more robot."""
    if conversation.request is None and not _begin_request(conversation, now=now):
        return False
    request = conversation.request
    assert request is not None  # noqa: S101  begun just now
    before = outcomes.outcome_of(request)
    if not outcomes.end(request, outcome, by=by, at=now, conversation=str(conversation.key)):
        return False
    if outcome.ends_automation:
        conversations.pause(conversation, reason=outcome.words)
    elif before is not None and before.ends_automation:
        # It was somebody's customer after all.
        conversations.lift_pause(conversation, reason=before.words)
    return True


def give_estimate(conversation: Conversation, cents: int | None, *, by: AbstractBaseUser, now: datetime) -> bool:
    """Write down that an estimate was given; it is the first that is known of a request nobody has written down."""
    if conversation.request is None and not _begin_request(conversation, now=now):
        return False
    assert conversation.request is not None  # noqa: S101  begun just now
    return outcomes.give_estimate(
        conversation.request, cents, by=by, at=now, conversation=str(conversation.key)
    )  # fmt: skip


def _begin_request(conversation: Conversation, *, now: datetime) -> bool:
    """What the conversation was about; False when somebody has said so since it was read, which then is at hand."""
    request = JobRequest.objects.create(
        business=conversation.business, location=conversation.location, lead=conversation.lead, opened_at=now
    )
    if Conversation.objects.filter(pk=conversation.pk, request=None).update(request=request):
        conversation.request = request
        return True
    request.delete()
    conversation.refresh_from_db(fields=["request"])
    return False


def reopen(conversation: Conversation, *, by: AbstractBaseUser, now: datetime) -> bool:
    """Whoever had waited for an answer waits again. False when it is not done, or when a newer conversation with this
    person is open: there can be only one.
    """
    done = Conversation.objects.filter(pk=conversation.pk, status=ConversationStatus.DONE, lead__blocked_at=None)
    try:
        with transaction.atomic():
            consent.hold_contact(conversation.lead_id)
            reopened = done.update(status=ConversationStatus.OPEN, closed_at=None)
            since = _waited_since(conversation) if reopened else None
            if since is not None:
                conversations.wait_again(conversation, now=now, since=since)
            return _record(reopened, "conversation.reopened", "Reopened", conversation, by, now)
    except IntegrityError:
        return False


def _waited_since(conversation: Conversation) -> datetime | None:
    """Since when somebody waited when it was marked as done; if it was closed in another way, the texts say it."""
    closings = LeadEvent.objects.filter(
        lead=conversation.lead_id, kind="conversation.closed", data__conversation=str(conversation.key)
    )
    last = closings.order_by("-id").first()
    if last is not None and last.at == conversation.closed_at and WAITED_SINCE in last.data:
        since = last.data[WAITED_SINCE]
        return datetime.fromisoformat(since) if since else None
    began = burst.waiting_since(conversation)
    if began is None or consent.is_opted_out(conversation.business_id, conversation.lead.phone):
        return None
    texts = Message.objects.filter(conversation=conversation.pk, direction=Direction.IN, created_at__gte=began)
    rows = texts.order_by("id").values_list("created_at", "body")[:50]
    return next((at for at, body in rows if consent.meaning_of(body) not in _ASKS_NOBODY), None)


def _record(
    changed: int,
    kind: str,
    text: str,
    conversation: Conversation,
    by: AbstractBaseUser,
    now: datetime,
    data: Mapping[str, str | None] = MappingProxyType({}),
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
            **data,
        )
    return bool(changed)
