"""What cannot wait goes first: urgent words and plain dangers, in a text or in a voicemail."""

from datetime import datetime

from leads import events
from leads.enums import Urgency
from messaging import conversations
from messaging.answers import answer
from messaging.enums import MessageKind, ScriptKind
from messaging.models import Conversation, Script
from messaging.urgency_words import asks_urgent, sounds_dangerous

URGENT_WORDS = frozenset({"URGENT", "EMERGENCY", "URGENTE", "EMERGENCIA"})


def notice(conversation: Conversation, said: str, *, cause: str, now: datetime) -> bool:
    """Put the conversation first, tell the team and answer, once, if what the customer said is urgent.

    `cause` names what was said, such as text:<id>: the answer's key.
    """
    danger = sounds_dangerous(said)
    if not danger and not asks_urgent(said, _urgent_words(conversation)):
        return False
    if not conversations.flag_urgent(conversation, urgency=Urgency.EMERGENCY if danger else Urgency.URGENT):
        return False
    events.record(
        "conversation.urgent",
        business=conversation.business,
        lead=conversation.lead,
        at=now,
        text=f"Urgent: {danger.replace('_', ' ')}" if danger else "The customer asked for urgent help",
        conversation=str(conversation.key),
    )
    if not conversation.automation_paused:
        answer(conversation, ScriptKind.URGENT_REPLY, idem_key=f"urgent:{cause}", now=now, kind=MessageKind.AUTO_REPLY)
    return True


def _urgent_words(conversation: Conversation) -> set[str]:
    """The words of the business's scripts and those that everybody uses."""
    scripted = Script.objects.filter(business=conversation.business_id, is_active=True).exclude(urgent_words="")
    return set(URGENT_WORDS).union(*(script.urgent_word_list for script in scripted))
