"""What the customer hears of it: who has it, or that nobody was reached; again only when the last word is not true."""

from datetime import datetime, timedelta

from django.db.models import Q, QuerySet

from leads.enums import Language
from leads.models import Membership
from messaging import outbound
from messaging.agent.words.language import read_language
from messaging.enums import Direction, MessageKind, MessageStatus, ScriptKind, Suppression
from messaging.escalation.enums import EscalationClass, EscalationStatus
from messaging.models import Conversation, Escalation, Message
from messaging.wording import worded

# After this it is no news: the rows are of yesterday's backup, and it may have been said already. The team has a task.
NEWS_FOR = timedelta(days=1)
_KINDS = {EscalationClass.EMERGENCY: MessageKind.SAFETY, EscalationClass.URGENT: MessageKind.AUTO_REPLY}
# Where people take it and give it back on and on.
MOST_TEXTS = 8
_SOMEBODY = {Language.ENGLISH: "Somebody", Language.SPANISH: "Alguien"}


def tell_taken(escalation: Escalation, member: Membership, *, now: datetime) -> Message | None:
    """Tell them who is on it; None where they are told nothing, or heard this last."""
    conversation = _listens(escalation)
    if conversation is None:
        return None
    language = _language(conversation)
    return _say(
        escalation, conversation, ScriptKind.ON_CALL_TAKEN, of=str(member.pk), now=now,
        person=member.user.first_name.strip() or _SOMEBODY[language],
    )  # fmt: skip


def tell_nobody(escalation: Escalation, *, now: datetime) -> Message | None:
    """Tell them that nobody was reached and where to call; also after who said "mine" has given it back."""
    conversation = _listens(escalation)
    if conversation is None or escalation.status != EscalationStatus.OPEN:
        return None
    if now - escalation.opened_at >= NEWS_FOR:
        return None
    return _say(escalation, conversation, ScriptKind.ON_CALL_NOBODY, now=now)


def untell_taken(escalation: Escalation) -> None:
    """Whoever had it does not any more: what still waits in the outbox is withdrawn."""
    if escalation.lead_id is None:
        return
    queued = _said(escalation).filter(
        idem_key__startswith=f"{ScriptKind.ON_CALL_TAKEN}:", status=MessageStatus.QUEUED
    )  # fmt: skip
    for key in queued.values_list("idem_key", flat=True):
        outbound.call_off(escalation.lead_id, key)


def _listens(escalation: Escalation) -> Conversation | None:
    """The thread in which the customer is told, None where they are not waiting for such news."""
    if not escalation.tells_customer or escalation.kind not in _KINDS or escalation.conversation_id is None:
        return None
    rows = Conversation.objects.select_related("lead", "business", "number__business", "number__location__business")
    return rows.select_related("number__account", "location").filter(pk=escalation.conversation_id).first()


def _say(
    escalation: Escalation, conversation: Conversation, script: ScriptKind, *, now: datetime, of: str = "",
    **values: str,
) -> Message | None:  # fmt: skip
    """Under the contact's lock. Not what they heard last, and not for ever."""
    said = list(_said(escalation).order_by("id").values_list("idem_key", "suppression"))
    heard = [key for key, why in said if why != Suppression.CALLED_BACK]
    begins = f"{script}:{escalation.key}:{of}:"
    if len(said) >= MOST_TEXTS or (heard and heard[-1].startswith(begins)):
        return None
    body = worded(
        script, number=conversation.number, lead=conversation.lead, language=_language(conversation), now=now, **values
    ).body  # fmt: skip
    return outbound.queue_text(
        conversation, kind=_KINDS[EscalationClass(escalation.kind)], body=body, idem_key=f"{begins}{len(said)}",
        now=now,
    )  # fmt: skip


def _said(escalation: Escalation) -> "QuerySet[Message]":
    return Message.objects.filter(
        Q(idem_key__startswith=f"{ScriptKind.ON_CALL_TAKEN}:{escalation.key}:")
        | Q(idem_key__startswith=f"{ScriptKind.ON_CALL_NOBODY}:{escalation.key}:"),
        business=escalation.business_id,
    )


def _language(conversation: Conversation) -> Language:
    spoken = conversation.language or conversation.lead.language
    if not spoken:
        # A danger is told before the robot has had its turn, so nobody has noted the language yet.
        texts = Message.objects.filter(conversation=conversation.pk, direction=Direction.IN).exclude(body="")
        last = texts.order_by("-id").values_list("body", flat=True).first()
        spoken = (read_language(last) if last else None) or conversation.business.language
    return Language.SPANISH if spoken == Language.SPANISH else Language.ENGLISH
