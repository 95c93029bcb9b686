"""A person answers the customer."""

import uuid
from datetime import datetime

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import transaction

from messaging import conversations, outbound
from messaging.agent import autonomy, turn
from messaging.enums import MessageKind, MessageStatus, TurnStatus
from messaging.inbox.acts import take_from_robot
from messaging.models import Conversation, Message


def reply(
    conversation: Conversation, *, by: AbstractBaseUser, body: str, client_id: uuid.UUID, now: datetime
) -> Message:
    """Text the customer as `by`, who thereby takes the conversation over. The same `client_id` makes one text.

    A text that may not leave comes back SUPPRESSED, and the customer goes on waiting for an answer.
    """
    with transaction.atomic():
        message = outbound.queue_text(
            conversation, kind=MessageKind.STAFF, body=body, idem_key=f"inbox:{client_id}", now=now, author=by
        )
        # An older row is a page sent twice: what the customer said since then still waits.
        if message.created_at == now and message.status != MessageStatus.SUPPRESSED:
            take_from_robot(conversation, by=by, now=now)
            turn.drafts_of(conversation).update(status=TurnStatus.DISCARDED)
            conversations.take_over(conversation, user_id=by.pk, returns_at=autonomy.returns_at(conversation, now=now))
    return message
