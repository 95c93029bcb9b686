"""A first text that leaves late says so, rather than pretend that the call was a moment ago."""

from datetime import datetime, timedelta

from messaging.delivery import AGAIN
from messaging.enums import MessageKind, ScriptKind
from messaging.models import Message
from messaging.wording import worded
from recoverline.lib.text import count_segments

LATE_AFTER = timedelta(minutes=3)
# How the key of a text begins that answers a form (messaging.forms_in).
ANSWERS_FORM = "form:"
# Of one that another program handed in: whoever wrote it may be asleep by now.
ANSWERS_RELAYED = "form:relayed:"


def reword(message: Message, *, now: datetime) -> None:
    """Give a late first text its honest wording. Not once it may have left: its wording is how it is found again."""
    due = (
        message.expires_at - timedelta(minutes=message.business.late_after_minutes)
        if message.expires_at
        else message.created_at
    )
    if message.kind != MessageKind.FIRST_TEXT or message.unknowns or now - due < LATE_AFTER or _answers_form(message):
        return
    said = worded(
        ScriptKind.DELAYED,
        number=message.number,
        lead=message.lead,
        language=message.conversation.language,
        now=now,
    )
    message.body, message.words_by = said.body, said.by
    message.segments = count_segments(message.body).count
    message.save(update_fields=["body", "segments", "words_by"])


def _answers_form(message: Message) -> bool:
    """Who filled in a form never called: what it says is true however late."""
    keys = [message.idem_key]
    if message.idem_key.startswith(AGAIN):
        first = Message.objects.filter(business=message.business_id, key=message.idem_key.removeprefix(AGAIN))
        keys += first.values_list("idem_key", flat=True)
    return any(key.startswith(ANSWERS_FORM) for key in keys)
