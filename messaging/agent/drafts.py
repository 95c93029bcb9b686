"""Drafts of the robot: a person sends them, as they are or changed, or does not."""

from datetime import datetime

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import transaction

from leads import events
from messaging import consent, conversations, outbound
from messaging.agent import memory
from messaging.enums import ConversationStatus, Direction, MessageKind, MessageStatus, TurnStatus
from messaging.models import AgentTurn, Conversation, Message


def approve(turn: AgentTurn, *, by: AbstractBaseUser, body: str, now: datetime) -> Message | None:
    """Send the draft as `body`, in the name of who approves it; None when it is none any more.

    A draft that the customer has written past is none: the newer text gets a draft of its own. Neither is one in a
    conversation that somebody has ended meanwhile. What was written and what was sent both stay, on the turn and on
    the text.
    """
    with transaction.atomic():
        # A text of the customer takes the same lock: it is seen here, or it sees what was sent.
        consent.hold_contact(turn.conversation.lead_id)
        if _is_overtaken(turn) or not _end(turn, TurnStatus.APPROVED):
            return None
        message = outbound.queue_text(
            turn.conversation, kind=MessageKind.STAFF, body=body, idem_key=f"draft:{turn.key}", now=now, author=by
        )
        AgentTurn.objects.filter(pk=turn.pk).update(message=message)
        # Who was told that a person goes on still waits for that person.
        if message.status != MessageStatus.SUPPRESSED and not _hands_off(turn):
            conversations.end_waiting(turn.conversation)
        if body.strip() != turn.reply.strip():
            memory.keep_named(turn.conversation, body)
        edited = " with changes" if body.strip() != turn.reply.strip() else ""
        _record(turn, "draft.approved", f"Approved the robot's draft{edited}", by=by, now=now)
    return message


def discard(turn: AgentTurn, *, by: AbstractBaseUser, now: datetime) -> bool:
    """Do not send it; what the customer wrote goes on waiting. False when it is no draft any more."""
    with transaction.atomic():
        if not _end(turn, TurnStatus.DROPPED):
            return False
        _record(turn, "draft.discarded", "Discarded the robot's draft", by=by, now=now)
    return True


def _hands_off(turn: AgentTurn) -> bool:
    return any(row["name"] == "hand_off" and not row["refused"] for row in turn.tools)


def _end(turn: AgentTurn, status: TurnStatus) -> bool:
    return bool(AgentTurn.objects.filter(pk=turn.pk, status=TurnStatus.DRAFTED).update(status=status))


def _is_overtaken(turn: AgentTurn) -> bool:
    texts = Message.objects.filter(conversation=turn.conversation_id, pk__gt=turn.trigger_id)
    if texts.filter(direction=Direction.IN).exists() or texts.filter(kind=MessageKind.STAFF).exists():
        return True
    return Conversation.objects.filter(pk=turn.conversation_id, status=ConversationStatus.DONE).exists()


def _record(turn: AgentTurn, kind: str, text: str, *, by: AbstractBaseUser, now: datetime) -> None:
    conversation = turn.conversation
    events.record(
        kind, business=conversation.business, lead=conversation.lead, at=now, text=text, actor=by,
        conversation=str(conversation.key),
    )  # fmt: skip
