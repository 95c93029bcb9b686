"""A first text that leaves late says so, rather than pretend that the call was a moment ago."""

from datetime import datetime, timedelta

from messaging import scripts
from messaging.enums import HoursState, MessageKind, ScriptKind
from messaging.models import Message
from recoverline.lib.text import count_segments

LATE_AFTER = timedelta(minutes=3)


def reword(message: Message, *, now: datetime) -> None:
    """Give a late first text its honest wording, before its first try only: later its wording is how it is found again."""
    due = message.expires_at - timedelta(minutes=message.business.late_after_minutes) if message.expires_at else message.created_at
    if message.kind != MessageKind.FIRST_TEXT or message.unknowns or now - due < LATE_AFTER:
        return
    location, language = message.number.location, message.conversation.language or message.business.language
    script = scripts.find_script(
        message.business, ScriptKind.DELAYED, location=location, number=message.number, language=language, hours=HoursState.OPEN
    )
    body = script.body if script and script.kind == ScriptKind.DELAYED else scripts.fallback_body(ScriptKind.DELAYED, language)
    values = scripts.values_for(business=message.business, location=location, number=message.number, lead=message.lead, now=now)
    message.body = scripts.render_script(body, values)
    message.segments = count_segments(message.body).count
    message.save(update_fields=["body", "segments"])
