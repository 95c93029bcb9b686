"""A person answers the customer, who may have written since, as may somebody else."""

import uuid
from collections.abc import Sequence
from datetime import datetime

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import transaction

from messaging import consent, conversations, outbound
from messaging.agent import autonomy, turn
from messaging.enums import ConversationStatus, MessageKind, MessageStatus, TurnStatus
from messaging.inbox import offering
from messaging.inbox.acts import take_from_robot, take_what_nobody_has
from messaging.inbox.offering import Offered
from messaging.models import Conversation, Message

# More of them than anybody reads before they answer; the thread has the rest.
_SHOWN = 5


class Closed(Exception):
    """Nothing was sent: somebody has marked the conversation as done."""


class Overtaken(Exception):
    """Nothing was sent: these `texts`, oldest first, came after what the writer has seen."""

    def __init__(self, texts: Sequence[Message]) -> None:
        super().__init__("Somebody has written since.")
        self.texts = list(texts)


def reply(
    conversation: Conversation,
    *,
    by: AbstractBaseUser,
    body: str,
    client_id: uuid.UUID,
    now: datetime,
    last_seen: int | None = None,
    offered: Offered | None = None,
) -> Message:
    """Text the customer as `by`, who thereby takes the conversation over. The same `client_id` makes one text.

    `last_seen`: the newest text that `by` has in front of them, 0 for none; None does not ask. Raises Overtaken when
    somebody else's is newer, and Closed when the conversation is done. `offered`: the times that the text may name. A
    text that may not leave comes back SUPPRESSED, and the customer goes on waiting for an answer.
    """
    with transaction.atomic():
        # Whoever else writes here, customer, robot or colleague, takes the same lock: one of two is first.
        consent.hold_contact(conversation.lead_id)
        idem_key = f"inbox:{client_id}"
        again = Message.objects.filter(business=conversation.business_id, idem_key=idem_key).first()
        if again is not None:
            # A page sent twice: what the customer said since then still waits.
            return again
        if Conversation.objects.filter(pk=conversation.pk, status=ConversationStatus.DONE).exists():
            raise Closed
        if last_seen is not None and (newer := newer_texts(conversation, than=last_seen, by=by)):
            raise Overtaken(newer)
        message = outbound.queue_text(
            conversation, kind=MessageKind.STAFF, body=body, idem_key=idem_key, now=now, author=by
        )
        if message.status != MessageStatus.SUPPRESSED:
            # One line in the thread either way: that it was the robot's says more.
            if not take_from_robot(conversation, by=by, now=now):
                take_what_nobody_has(conversation, by=by, now=now)
            turn.drafts_of(conversation).update(status=TurnStatus.DISCARDED)
            conversations.take_over(conversation, user_id=by.pk, returns_at=autonomy.returns_at(conversation, now=now))
            if offered is not None:
                offering.keep_offered(conversation, offered, text=message.body, now=now)
    return message


def newer_texts(conversation: Conversation, *, than: int, by: AbstractBaseUser) -> list[Message]:
    """The last few texts after the row `than` that are not by the own hand, oldest first; none that was held back."""
    texts = Message.objects.filter(conversation=conversation.pk, pk__gt=than).exclude(author_id=by.pk)
    texts = texts.exclude(status=MessageStatus.SUPPRESSED).select_related("author").order_by("-pk")
    return list(reversed(texts[:_SHOWN]))
