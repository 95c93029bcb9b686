"""What cannot wait goes first: urgent words and plain dangers, in a text or in a voicemail.

No model is in this path. A danger is answered with fixed words, vetted by the business or by us, and from then on a
person has the conversation; an urgent word is answered by the script that asked for it, and the robot goes on.
"""

from datetime import datetime

from django.db.models import Q

from leads import callbacks, events
from leads.enums import Language, TaskReason, Urgency
from leads.models import SafetyText
from messaging import configuration, conversations, outbound
from messaging.agent.words.language import read_language
from messaging.answers import answer
from messaging.enums import MessageKind, ScriptKind
from messaging.escalation import sources
from messaging.escalation.enums import EscalationClass
from messaging.models import Conversation, Script
from messaging.safety_wording import WORDING
from messaging.urgency_words import asks_urgent, sounds_dangerous
from messaging.wording import fill
from recoverline.lib.render import UnknownPlaceholder

URGENT_WORDS = frozenset({"URGENT", "EMERGENCY", "URGENTE", "EMERGENCIA"})


def notice(conversation: Conversation, said: str, *, cause: str, now: datetime) -> bool:
    """Put the conversation first, tell the team and answer, once, if what the customer said is urgent.

    `cause` names what was said, such as text:<id>: the answer's key. True as well for a danger that is told again:
    whatever else is said about it waits for a person.
    """
    danger = sounds_dangerous(said)
    if danger:
        return _notice_danger(conversation, danger, said, now=now)
    if not asks_urgent(said, urgent_words(conversation)):
        return False
    if not conversations.flag_urgent(conversation, urgency=Urgency.URGENT, now=now):
        return False
    _alert(conversation, "The customer asked for urgent help", EscalationClass.URGENT, now=now)
    if not conversation.automation_paused:
        answer(conversation, ScriptKind.URGENT_REPLY, idem_key=f"urgent:{cause}", now=now, kind=MessageKind.AUTO_REPLY)
    return True


def _notice_danger(conversation: Conversation, danger: str, said: str, *, now: datetime) -> bool:
    """Once a day for each danger: who goes on about the flood is not told again to close the valve.

    Also where automation is paused: that somebody writes fast, or may be the wrong person, is no reason to be silent.
    """
    is_news = conversations.flag_urgent(conversation, urgency=Urgency.EMERGENCY, now=now)
    conversations.leave_to_people(conversation)
    text = outbound.queue_text(
        conversation,
        kind=MessageKind.SAFETY,
        body=safety_text(conversation, danger, said, now=now),
        idem_key=f"danger:{conversation.key}:{danger}:{now:%Y%m%d}",
        now=now,
    )
    if is_news or text.created_at == now:
        _alert(conversation, f"Urgent: {danger.replace('_', ' ')}", EscalationClass.EMERGENCY, now=now)
    return True


def cannot_wait(business_id: int, said: str) -> bool:
    """Whether it names a danger or an urgent word of the business."""
    return bool(sounds_dangerous(said)) or asks_urgent(said, _urgent_words(business_id))


def tell_people(
    conversation: Conversation, said: str, *, now: datetime, because: str = "Opted out", also_urgent: bool = False
) -> None:
    """They said STOP and something dangerous in one breath, or may not be texted for another reason: somebody calls.

    `also_urgent`: an urgent word that is no danger puts them first and alerts the team.
    """
    danger = sounds_dangerous(said)
    if not danger:
        if also_urgent and asks_urgent(said, urgent_words(conversation)):
            _put_first(conversation, now=now)
        return
    conversations.flag_urgent(conversation, urgency=Urgency.EMERGENCY, now=now)
    conversations.leave_to_people(conversation)
    conversations.wait_again(conversation, now=now)
    _alert(conversation, f"Urgent: {danger.replace('_', ' ')}", EscalationClass.EMERGENCY, now=now)
    callbacks.ask_callback(
        business=conversation.business, location=conversation.location, lead=conversation.lead, at=now, due_at=now,
        reason=TaskReason.URGENT, cause=f"danger:{conversation.key}:{danger}:{now:%Y%m%d}",
        detail=f"{because} and may be in danger, so call: {said}",
    )  # fmt: skip


def _put_first(conversation: Conversation, *, now: datetime) -> None:
    is_news = conversations.flag_urgent(conversation, urgency=Urgency.URGENT, now=now)
    conversations.wait_again(conversation, now=now)
    if is_news:
        _alert(conversation, "The customer asked for urgent help", EscalationClass.URGENT, now=now)


def _alert(conversation: Conversation, text: str, kind: EscalationClass, *, now: datetime) -> None:
    """In the inbox and by e-mail, and from person to person until somebody has it."""
    events.record(
        "conversation.urgent", business=conversation.business, lead=conversation.lead, at=now, text=text,
        conversation=str(conversation.key),
    )  # fmt: skip
    sources.escalate_conversation(conversation, kind, text, now=now)


def safety_text(conversation: Conversation, danger: str, said: str, *, now: datetime) -> str:
    """The business's words for this danger, its location's first, in the language of what was said; else ours."""
    kept = conversation.language or conversation.lead.language or conversation.business.language
    language = read_language(said) or kept
    spoken = Language.SPANISH if language == Language.SPANISH else Language.ENGLISH
    rows = SafetyText.objects.filter(
        Q(location=None) | Q(location=conversation.location_id),
        business=conversation.business_id, danger=danger, language=spoken, is_active=True,
    )  # fmt: skip
    own = sorted(rows, key=lambda row: row.location_id is None)
    built_in = WORDING[spoken][danger]
    for body in (*(row.text for row in own), built_in):
        try:
            return fill(
                body, number=conversation.number, lead=conversation.lead, language=spoken, now=now, also={}
            )  # fmt: skip
        except UnknownPlaceholder:
            continue
    raise AssertionError("the built-in words name known placeholders only")


def urgent_words(conversation: Conversation) -> set[str]:
    """The words of the business's scripts and those that everybody uses."""
    return _urgent_words(conversation.business_id)


def _urgent_words(business_id: int) -> set[str]:
    return configuration.remember(("urgent words", business_id), lambda: _find_urgent_words(business_id))


def _find_urgent_words(business_id: int) -> set[str]:
    scripted = Script.objects.filter(business=business_id, is_active=True).exclude(urgent_words="")
    return set(URGENT_WORDS).union(*(script.urgent_word_list for script in scripted))
