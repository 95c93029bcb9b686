"""A first text that leaves late says so, rather than pretend that the call was a moment ago."""

from datetime import datetime, timedelta

from messaging.enums import MessageKind, ScriptKind
from messaging.models import Message
from messaging.wording import wording
from recoverline.lib.text import count_segments

LATE_AFTER = timedelta(minutes=3)


def reword(message: Message, *, now: datetime) -> None:
    """Give a late first text its honest wording. Not once it may have left: its wording is how it is found again."""
    due = (
        message.expires_at - timedelta(minutes=message.business.late_after_minutes)
        if message.expires_at
        else message.created_at
    )
    if message.kind != MessageKind.FIRST_TEXT or message.unknowns or now - due < LATE_AFTER:
        return
    message.body = wording(
        ScriptKind.DELAYED,
        number=message.number,
        lead=message.lead,
        language=message.conversation.language,
        now=now,
    )
    message.segments = count_segments(message.body).count
    message.save(update_fields=["body", "segments"])
