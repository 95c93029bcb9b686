"""What the field for an answer needs to know."""

from django.http import HttpRequest

from messaging.inbox.reply_forms import ReplyForm
from messaging.models import Conversation


def composer_context(
    request: HttpRequest, conversation: Conversation, form: ReplyForm | None = None
) -> dict[str, object]:
    """`form`: what was just refused, with its reason; None: an empty one."""
    return {"form": form or ReplyForm()}
