"""The texts that wait for an answer. They are put in order by their rows and not by the clock.

A text's row is written under the contact's lock, so the rows of one customer are in the order in which they were taken
in. The clock was read before the lock, may have been set back, and a stored webhook is handled late.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db.models import Count, Max, Min, QuerySet, Subquery
from django.db.models.functions import Coalesce

from messaging.agent.memory import NEVER_LEFT, NOT_SAID
from messaging.agent.words.intents import read_intents
from messaging.agent.words.sentences import is_reaction, sentences_of
from messaging.agent.words.yes_no import YesNo, read_yes_no
from messaging.appointment_words import says_more
from messaging.enums import Direction, Intent, MessageKind, TurnStatus
from messaging.models import AgentTurn, Conversation, Message
from recoverline.lib import prepared

SETTLED = (
    TurnStatus.SENT, TurnStatus.SILENT, TurnStatus.HANDED_OFF, TurnStatus.DRAFTED, TurnStatus.APPROVED,
    TurnStatus.DROPPED, TurnStatus.FAILED,
)  # fmt: skip
_LONGEST_LIST = 50
_LONGEST_YES = 4


def waiting_texts(conversation: Conversation) -> list[Message]:
    """What came in since the burst began and was not answered yet, oldest first; each with its number of `pictures`."""
    began = conversation.burst_began_at
    return list(reversed(prepared.rows(_waiting, [conversation.pk] if began is None else [conversation.pk, began])))


def _waiting(values: Sequence[Any]) -> "QuerySet[Message]":
    conversation, *began = values
    texts = _unanswered(conversation)
    if began:
        first = texts.filter(created_at__gte=began[0]).order_by("pk").values("pk")[:1]
        texts = Message.objects.filter(conversation=conversation, direction=Direction.IN, pk__gte=first)
    return texts.annotate(pictures=Count("media")).order_by("-id")[:_LONGEST_LIST]


def waiting_since(conversation: Conversation) -> datetime | None:
    """When the customer began to write what nobody has answered yet; None when all of it was."""
    ours = Message.objects.filter(
        conversation=conversation, direction=Direction.OUT,
        kind__in=[MessageKind.STAFF, MessageKind.ROBOT, MessageKind.AUTO_REPLY],
    ).exclude(status__in=NOT_SAID)  # fmt: skip
    last = ours.aggregate(pk=Max("pk"))["pk"] or 0
    began: datetime | None = _unanswered(conversation.pk).filter(pk__gt=last).aggregate(at=Min("created_at"))["at"]
    return began


def _unanswered(conversation: int) -> "QuerySet[Message]":
    """The customer's texts after the last one that a turn has settled or a person has answered, by their rows."""
    settled = AgentTurn.objects.filter(conversation=conversation, status__in=SETTLED)
    settled = settled.exclude(status__in=NEVER_LEFT).exclude(message__status__in=NOT_SAID)
    theirs = Message.objects.filter(conversation=conversation, direction=Direction.OUT, kind=MessageKind.STAFF)
    theirs = theirs.filter(turn=None).exclude(status__in=NOT_SAID)
    return Message.objects.filter(
        conversation=conversation, direction=Direction.IN,
        pk__gt=Coalesce(Subquery(settled.order_by("-trigger_id").values("trigger_id")[:1]), 0),
    ).filter(pk__gt=Coalesce(Subquery(theirs.order_by("-pk").values("pk")[:1]), 0))  # fmt: skip


def needs_no_answer(text: str) -> bool:
    """Thanks, a reaction, or a plain yes: whoever gets no answer to it misses nothing."""
    if not sentences_of(text) or is_reaction(text):
        return "?" not in text
    is_plain_yes = read_yes_no(text) == YesNo.YES and not says_more(text) and len(text.split()) <= _LONGEST_YES
    return is_plain_yes or read_intents(text) == {Intent.THANKS}
