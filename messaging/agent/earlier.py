"""The turns before this one, in one look: those on the same text, and those that nobody has finished."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet

from messaging.agent.burst import SETTLED
from messaging.agent.memory import NOT_SAID
from messaging.enums import TurnStatus
from messaging.models import AgentTurn, Conversation, Message
from recoverline.lib import prepared

_OPEN = (TurnStatus.RUNNING, TurnStatus.DRAFTED)


@dataclass(frozen=True, slots=True)
class Earlier:
    """Of the same text: how many were `discarded`, when each that broke off had begun, whether one `is_answered`.

    `is_any_open`: of this conversation, one that broke off or a draft.
    """

    discarded: int
    broken_at: tuple[datetime, ...]
    is_answered: bool
    is_any_open: bool


def _turns(values: Sequence[Any]) -> "QuerySet[Any, Any]":
    conversation, trigger = values
    rows = AgentTurn.objects.filter(Q(trigger=trigger) | Q(status__in=_OPEN), conversation=conversation).order_by()
    return rows.values_list("trigger_id", "status", "started_at", "message__status")


def read_earlier(conversation: Conversation, trigger: Message) -> Earlier:
    """Under the turn's lease, so that no other turn begins meanwhile."""
    rows = prepared.ask(_turns, [conversation.pk, trigger.pk])
    same = [(status, began, said) for trigger_id, status, began, said in rows if trigger_id == trigger.pk]
    return Earlier(
        discarded=sum(status == TurnStatus.DISCARDED for status, _, _ in same),
        broken_at=tuple(began for status, began, _ in same if status == TurnStatus.RUNNING),
        is_answered=any(status in SETTLED and said not in NOT_SAID for status, _, said in same),
        is_any_open=any(status in _OPEN for _, status, _, _ in rows),
    )
