"""A text that another program sends: the way of a person's text, with more asked before, for programs know no hour."""

import uuid
from datetime import datetime, timedelta

from django.contrib.auth.models import User

from messaging import consent, conversations, outbound, recheck
from messaging.agent import autonomy, turn
from messaging.compliance import quiet
from messaging.compliance.gate import LIVE_FOR
from messaging.enums import ConversationStatus, Direction, Handler, MessageKind, MessageStatus, TurnStatus
from messaging.inbox.acts import take_from_robot
from messaging.models import Conversation, Message, NeverText
from recoverline.api.problems import Problem
from scheduling import limits

# A program that runs wild must not empty somebody's patience.
MOST_PER_LEAD, PER = 20, timedelta(hours=24)


def send(thread: Conversation, body: str, *, by: User, now: datetime) -> Message:
    """Queue the text, in the caller's transaction. Raises Problem when it may not leave, and then nothing was written.

    `thread` with its lead, location, number and business.
    """
    consent.hold_contact(thread.lead_id)
    current = Conversation.objects.filter(pk=thread.pk).values_list("status", flat=True).first()
    if current == ConversationStatus.DONE:
        raise Problem(409, "conversation_done", "This conversation is marked as done. Reopen it first.")
    _refuse_if_forbidden(thread, now=now)
    _refuse_if_quiet(thread, now=now)
    if not limits.allow(f"api-text:{thread.lead_id}", most=MOST_PER_LEAD, per=PER, now=now):
        raise Problem(409, "too_many_texts", f"At most {MOST_PER_LEAD} texts a day to one person through the API.")
    text = outbound.queue_text(thread, kind=MessageKind.STAFF, body=body, idem_key=f"api:{uuid.uuid4()}", now=now)
    if text.status == MessageStatus.SUPPRESSED:
        raise Problem(409, text.suppression, "It may not leave.")
    take_from_robot(thread, by=by, now=now)
    turn.drafts_of(thread).update(status=TurnStatus.DISCARDED)
    Conversation.objects.filter(pk=thread.pk).update(
        **conversations.ANSWERED, handler=Handler.PERSON, unread_count=0, turn_due_at=None,
        robot_returns_at=autonomy.returns_at(thread, now=now),
    )  # fmt: skip
    conversations.forget_what_was_asked(thread)
    return text


def _refuse_if_forbidden(thread: Conversation, *, now: datetime) -> None:
    reason = recheck.reason_not_to_queue(thread, MessageKind.STAFF)
    if reason is not None:
        raise Problem(409, reason.value, f"{reason.label}.")
    lead, number = thread.lead, thread.number
    if NeverText.objects.filter(business=thread.business_id, phone=lead.phone).exists():
        raise Problem(409, "never_text", "This phone is on the never-text list.")
    if lead.is_landline or lead.is_unreachable:
        raise Problem(409, "unreachable", "This phone cannot get texts.")
    if thread.business.is_texting_paused:
        raise Problem(409, "paused", "Texting is paused for this business.")
    stopped = number.stopped_at or number.account.stopped_at
    if stopped or not (number.is_active and number.account.is_active):
        raise Problem(409, "sender_stopped", "The number of this conversation, or its account, is stopped.")


def _refuse_if_quiet(thread: Conversation, *, now: datetime) -> None:
    opens = quiet.next_allowed(thread.lead, thread.location, now, request=thread.request)
    if opens <= now:
        return
    recent = Message.objects.filter(conversation=thread, direction=Direction.IN, created_at__gt=now - LIVE_FOR)
    if not recent.exists():
        said = quiet.why(thread.lead, thread.location, now, request=thread.request)
        raise Problem(409, "quiet_hours", said, allowed_from=opens.isoformat())
