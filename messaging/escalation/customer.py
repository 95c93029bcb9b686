"""What the customer hears of it: once that somebody has it, once that nobody was reached. Never both the wrong way."""

from datetime import datetime

from leads.enums import Language
from leads.models import Membership
from messaging import outbound
from messaging.enums import MessageKind, ScriptKind
from messaging.escalation.enums import EscalationClass
from messaging.models import Conversation, Escalation, Message
from messaging.wording import wording

_KINDS = {EscalationClass.EMERGENCY: MessageKind.SAFETY, EscalationClass.URGENT: MessageKind.AUTO_REPLY}
_SOMEBODY = {Language.ENGLISH: "Somebody", Language.SPANISH: "Alguien"}


def tell_taken(escalation: Escalation, member: Membership, *, now: datetime) -> Message | None:
    """Tell them who is on it; None where they are told nothing, or were told before."""
    conversation = _listens(escalation)
    if conversation is None:
        return None
    language = _language(conversation)
    return _say(
        escalation, conversation, ScriptKind.ON_CALL_TAKEN, now=now,
        person=member.user.first_name.strip() or _SOMEBODY[language],
    )  # fmt: skip


def tell_nobody(escalation: Escalation, *, now: datetime) -> Message | None:
    """Tell them that nobody was reached and where to call; not after they heard that somebody has it."""
    conversation = _listens(escalation)
    if conversation is None or _was_said(escalation, ScriptKind.ON_CALL_TAKEN):
        return None
    return _say(escalation, conversation, ScriptKind.ON_CALL_NOBODY, now=now)


def _listens(escalation: Escalation) -> Conversation | None:
    """The thread in which the customer is told, None where they are not waiting for such news."""
    if not escalation.tells_customer or escalation.kind not in _KINDS or escalation.conversation_id is None:
        return None
    rows = Conversation.objects.select_related("lead", "business", "number__business", "number__location__business")
    return rows.select_related("number__account", "location").filter(pk=escalation.conversation_id).first()


def _say(
    escalation: Escalation, conversation: Conversation, script: ScriptKind, *, now: datetime, **values: str
) -> Message | None:
    if _was_said(escalation, script):
        return None
    body = wording(
        script, number=conversation.number, lead=conversation.lead, language=_language(conversation), now=now, **values
    )  # fmt: skip
    return outbound.queue_text(
        conversation, kind=_KINDS[EscalationClass(escalation.kind)], body=body, idem_key=_key(escalation, script),
        now=now,
    )  # fmt: skip


def _was_said(escalation: Escalation, script: ScriptKind) -> bool:
    return Message.objects.filter(business=escalation.business_id, idem_key=_key(escalation, script)).exists()


def _key(escalation: Escalation, script: ScriptKind) -> str:
    return f"{script}:{escalation.key}"


def _language(conversation: Conversation) -> Language:
    spoken = conversation.language or conversation.lead.language or conversation.business.language
    return Language.SPANISH if spoken == Language.SPANISH else Language.ENGLISH
