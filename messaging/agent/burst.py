"""The texts that wait for an answer. They are put in order by their rows and not by the clock.

A text's row is written under the contact's lock, so the rows of one customer are in the order in which they were taken
in. The clock was read before the lock, may have been set back, and a stored webhook is handled late.
"""

from datetime import datetime

from django.db.models import Max, Min

from messaging.agent.memory import NEVER_LEFT, NOT_SAID
from messaging.agent.words.intents import read_intents
from messaging.agent.words.sentences import is_reaction, sentences_of
from messaging.agent.words.yes_no import YesNo, read_yes_no
from messaging.appointment_words import says_more
from messaging.enums import Direction, Intent, MessageKind, TurnStatus
from messaging.models import AgentTurn, Conversation, Message

SETTLED = (
    TurnStatus.SENT, TurnStatus.SILENT, TurnStatus.HANDED_OFF, TurnStatus.DRAFTED, TurnStatus.APPROVED,
    TurnStatus.DROPPED, TurnStatus.FAILED,
)  # fmt: skip
_LONGEST_LIST = 50
_LONGEST_YES = 4


def waiting_texts(conversation: Conversation) -> list[Message]:
    """What came in since the burst began and was not answered yet, oldest first."""
    texts = Message.objects.filter(conversation=conversation, direction=Direction.IN)
    texts = texts.filter(pk__gt=_answered_until(conversation))
    if conversation.burst_began_at is not None:
        first = texts.filter(created_at__gte=conversation.burst_began_at).aggregate(pk=Min("pk"))["pk"]
        if first is None:
            return []
        texts = texts.filter(pk__gte=first)
    return list(reversed(texts.prefetch_related("media").order_by("-id")[:_LONGEST_LIST]))


def waiting_since(conversation: Conversation) -> datetime | None:
    """When the customer began to write what nobody has answered yet; None when all of it was."""
    texts = Message.objects.filter(conversation=conversation)
    ours = texts.filter(
        direction=Direction.OUT, kind__in=[MessageKind.STAFF, MessageKind.ROBOT, MessageKind.AUTO_REPLY]
    ).exclude(status__in=NOT_SAID)
    last = ours.aggregate(pk=Max("pk"))["pk"] or 0
    waiting = texts.filter(direction=Direction.IN, pk__gt=max(last, _answered_until(conversation)))
    began: datetime | None = waiting.aggregate(at=Min("created_at"))["at"]
    return began


def _answered_until(conversation: Conversation) -> int:
    """The last text that a turn has settled or a person has answered, by its row."""
    settled = AgentTurn.objects.filter(conversation=conversation, status__in=SETTLED)
    settled = settled.exclude(status__in=NEVER_LEFT).exclude(message__status__in=NOT_SAID)
    by_turn = settled.aggregate(pk=Max("trigger_id"))["pk"] or 0
    theirs = Message.objects.filter(conversation=conversation, direction=Direction.OUT, kind=MessageKind.STAFF)
    by_staff = theirs.filter(turn=None).exclude(status__in=NOT_SAID).aggregate(pk=Max("pk"))["pk"] or 0
    return max(by_turn, by_staff)


def needs_no_answer(text: str) -> bool:
    """Thanks, a reaction, or a plain yes: whoever gets no answer to it misses nothing."""
    if not sentences_of(text) or is_reaction(text):
        return "?" not in text
    is_plain_yes = read_yes_no(text) == YesNo.YES and not says_more(text) and len(text.split()) <= _LONGEST_YES
    return is_plain_yes or read_intents(text) == {Intent.THANKS}
