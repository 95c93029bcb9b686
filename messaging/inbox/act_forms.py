"""What can be done with a conversation, as forms."""

from django.http import HttpRequest

from messaging.models import Conversation


def acts_context(request: HttpRequest, conversation: Conversation) -> dict[str, object]:
    """What the buttons above a thread need."""
    return {}
