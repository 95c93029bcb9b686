"""Automatic answers by script: HELP, the confirmations of STOP and START, the answer to an urgent text."""

from datetime import datetime

from messaging import outbound
from messaging.enums import MessageKind, ScriptKind
from messaging.models import Conversation, Message
from messaging.wording import worded


def answer(
    conversation: Conversation,
    script: ScriptKind,
    *,
    idem_key: str,
    now: datetime,
    kind: MessageKind = MessageKind.COMPLIANCE,
) -> Message:
    """Queue the wording of `script`; the same `idem_key` (from what is answered) makes one answer."""
    body = worded(
        script, number=conversation.number, lead=conversation.lead, language=conversation.language, now=now
    ).body
    return outbound.queue_text(conversation, kind=kind, body=body, idem_key=idem_key, now=now)
