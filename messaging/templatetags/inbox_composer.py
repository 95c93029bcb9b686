"""What the field for an answer says of the texts around it."""

from django import template
from django.db.models import Max

from messaging.inbox.timeline import Timeline
from messaging.models import Conversation

register = template.Library()


@register.simple_tag
def newest_text(timeline: Timeline, conversation: Conversation) -> int:
    """The newest text that the page shows: whoever sends from it has seen that one, and no later one."""
    shown = [entry.row.pk for entry in timeline.entries if entry.kind == "text"]
    if shown or not timeline.has_earlier:
        return max(shown, default=0)
    # So much else has happened that no text is left on the page; what is older than all of it counts as seen.
    earlier = conversation.messages.filter(created_at__lt=timeline.entries[0].at).aggregate(pk=Max("pk"))
    return earlier["pk"] or 0
