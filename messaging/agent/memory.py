"""What the robot keeps between two turns, and how it forgets what the customer has never read.

A turn's answer may still be held back: by a newer text that comes before it leaves, by a person who discards the draft,
by the carrier. Then the next turn must begin where that one began: nobody can answer what was not asked, nor choose a
time that was not offered.
"""

import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import QuerySet

from messaging.agent.books import as_offer, offers_of
from messaging.agent.drivers import Answer
from messaging.agent.guards.check import Act
from messaging.agent.situation import Offer, Situation
from messaging.enums import Direction, MessageKind, MessageStatus, TurnStatus
from messaging.models import AgentTurn, Conversation, Message, SlotOffer
from recoverline.lib import prepared
from scheduling.enums import AppointmentStatus

# These never reached the customer.
NOT_SAID = (
    MessageStatus.SUPPRESSED,
    MessageStatus.EXPIRED,
    MessageStatus.FAILED,
    MessageStatus.UNDELIVERED,
    MessageStatus.DEAD,
)
# Nor did what these turns would have said.
NEVER_LEFT = (TurnStatus.DRAFTED, TurnStatus.DROPPED)
# What waited longer than this was seen to in another way.
_STILL_WAITS = timedelta(days=1)


def keep(conversation: Conversation, turn: AgentTurn, answer: Answer, situation: Situation) -> dict[str, Any]:
    """Remember what was said, on the condition that it will be read: the changes of the conversation's row."""
    before = {name: value for name, value in conversation.agent_state.items() if name != "before"}
    state = answer.state.to_json()
    if answer.state.asked == "window":
        state["windows"] = [
            [row.number, row.starts_at.isoformat(), row.ends_at.isoformat()] for row in answer.desk.windows
        ]
    began = conversation.burst_began_at
    state["before"] = {
        "turn": turn.pk,
        "state": before,
        "offers": [offer.key for offer in situation.offers],
        "began": began.isoformat() if began else None,
    }
    keys = _keep_offers(conversation, answer, situation)
    state["list"] = _list_after(conversation, turn, answer, situation, keys)
    if not conversation.lead.language:
        conversation.lead.language = situation.language
        conversation.lead.save(update_fields=["language"])
    return {"agent_state": state, "language": situation.language}


def take_back(conversation: Conversation, *, now: datetime) -> None:
    """Forget the last turn if what it said was never read; its texts wait together with the new ones."""
    known = conversation.agent_state.get("before")
    if not known:
        return
    turn = AgentTurn.objects.select_related("message").filter(pk=known["turn"]).first()
    if turn is None or _was_said(turn):
        return
    conversation.agent_state = known["state"]
    began = datetime.fromisoformat(known["began"]) if known["began"] else None
    if began is not None and began > now - _STILL_WAITS and conversation.burst_began_at is not None:
        conversation.burst_began_at = min(began, conversation.burst_began_at)
    Conversation.objects.filter(pk=conversation.pk).update(
        agent_state=conversation.agent_state, burst_began_at=conversation.burst_began_at
    )
    if not _has_acted(turn):
        _make_current(conversation, known["offers"])


def _was_said(turn: AgentTurn) -> bool:
    if turn.status in NEVER_LEFT or turn.status == TurnStatus.DISCARDED:
        return False
    return turn.message is None or turn.message.status not in NOT_SAID


def _has_acted(turn: AgentTurn) -> bool:
    """Whether a time of the list was taken, so that the rest of the list is of no use."""
    return any(row["name"] in ("book", "move") and not row["refused"] for row in turn.tools)


# ---------------------------------------------------------------- offers
def _keep_offers(conversation: Conversation, answer: Answer, situation: Situation) -> list[str]:
    """Only what stands in the text can be chosen next; if nothing new does, what was offered before still can. The keys
    of what can.
    """
    known = {offer.key for offer in situation.offers}
    current = _current_keys(conversation)
    new = [key for key in current if key not in known]
    if not new or answer.desk.acts & {Act.BOOKED, Act.MOVED}:
        return current
    shown = [offer.key for offer in answer.desk.offers if offer.key in new and is_named(offer, answer.text, situation)]
    if sorted(shown) == current:
        return current
    _make_current(conversation, shown or list(known))
    return _current_keys(conversation)


def _current_keys(conversation: Conversation) -> list[str]:
    return sorted(str(key) for (key,) in prepared.ask(_keys, [conversation.pk]))


def _keys(values: Sequence[Any]) -> "QuerySet[Any, Any]":
    rows = SlotOffer.objects.filter(conversation=values[0], is_current=True)
    return rows.order_by().values_list("key")


def _list_after(
    conversation: Conversation, turn: AgentTurn, answer: Answer, situation: Situation, keys: list[str]
) -> dict[str, Any]:
    """Which offers (`keys`) can be chosen from, and which turn's text showed them last, or showed times for a call."""
    shown = [offer for offer in answer.desk.offers if offer.key in keys]
    without_marks = re.sub(r"\(?(?<!\d)\d\)", " ", answer.text)
    is_shown = bool(shown) and all(_names_hour(offer, without_marks, situation.zone) for offer in shown)
    if is_shown or answer.state.asked == "window":
        return {"turn": turn.pk, "offers": keys}
    return {"turn": conversation.agent_state.get("list", {}).get("turn"), "offers": keys}


# "Which number do you like?", "Number 1 is the first one. Does it work?": the question is still the same.
_OF_THE_LIST = re.compile(r"\b(?:numbers?|n[uú]mero|which (?:one|time|of)|cu[aá]l)\b", re.IGNORECASE)


def is_list_last(conversation: Conversation) -> bool:
    """Whether a bare number still means the list that is open: nothing of ours that asks something else came after it.

    Answers to HELP and STOP aside; a text that only tells something leaves the question before it open.
    """
    known = conversation.agent_state.get("list", {}).get("turn")
    turn = AgentTurn.objects.select_related("message").filter(pk=known).first() if known else None
    if turn is None or turn.message is None:
        return False
    ours = Message.objects.filter(conversation=conversation, direction=Direction.OUT)
    said = ours.exclude(kind=MessageKind.COMPLIANCE).exclude(status__in=NOT_SAID).filter(pk__gt=turn.message_id)
    # By its words: one that is sent again is another row.
    later = said.exclude(body=turn.message.body).values_list("kind", "body")
    return all(kind == MessageKind.ROBOT and ("?" not in body or _OF_THE_LIST.search(body)) for kind, body in later)


def forget_unsaid(conversation: Conversation) -> list[SlotOffer]:
    """Times that a turn has looked up which then died or was discarded were shown to nobody; the list before was. What
    can be chosen from, in order.
    """
    shown = conversation.agent_state.get("list", {}).get("offers", [])
    rows = SlotOffer.objects.filter(conversation=conversation)
    found = prepared.rows(_current, [conversation.pk])
    if all(str(row.key) in shown for row in found):
        return found
    rows.filter(is_current=True).exclude(key__in=shown).update(is_current=False)
    is_used = rows.filter(key__in=shown).exclude(appointment=None).exclude(appointment__status=AppointmentStatus.HOLD)
    if not is_used.exists():
        _make_current(conversation, shown)
    return prepared.rows(_current, [conversation.pk])


def _current(values: Sequence[Any]) -> "QuerySet[SlotOffer]":
    return offers_of(SlotOffer.objects.filter(conversation=values[0], is_current=True)).order_by("number")


def keep_named(conversation: Conversation, text: str) -> None:
    """A person has changed the robot's text: what it no longer names, as it was offered, cannot be chosen."""
    rows = SlotOffer.objects.filter(conversation=conversation, is_current=True)
    offers = [as_offer(row) for row in offers_of(rows)]
    zone, language = conversation.location.zone, conversation.language
    words = {offer.key: (offer.number, offer.words(zone, language)) for offer in offers}
    is_numbered = re.search(r"(?<!\d)\d\)", text) is not None
    named = [
        key for key, (number, when) in words.items() if (f"{number}) {when}" if is_numbered else when) in text
    ]  # fmt: skip
    _make_current(conversation, named)
    state = dict(conversation.agent_state)
    state["list"] = {**state.get("list", {}), "offers": named}
    if len(named) < len(words):
        state.pop("windows", None)
    Conversation.objects.filter(pk=conversation.pk).update(agent_state=state)
    conversation.agent_state = state


def _make_current(conversation: Conversation, keys: Sequence[str]) -> None:
    rows = SlotOffer.objects.filter(conversation=conversation)
    rows.filter(is_current=True).exclude(key__in=keys).update(is_current=False)
    rows.filter(is_current=False, key__in=keys).update(is_current=True)


def is_named(offer: Offer, text: str, situation: Situation) -> bool:
    """Whether somebody who reads `text` can know of this time: its number as a list has it, or its hour."""
    number = re.search(rf"(?<![\d.,$]){offer.number}\s?[).:](?!\d)", text)
    return number is not None or _names_hour(offer, text, situation.zone)


def _names_hour(offer: Offer, text: str, zone: ZoneInfo) -> bool:
    local = offer.starts_at.astimezone(zone)
    minutes = f":{local.minute:02}" if local.minute else r"(?::00)?"
    hours = f"(?:0?{local.hour}|{local.hour % 12 or 12})"
    return re.search(rf"(?<![\d:$.]){hours}{minutes}(?![\d:])", text) is not None
