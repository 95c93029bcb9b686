"""What a page of the inbox must know to keep itself current."""

from collections.abc import Mapping
from typing import Any

from django import template

from leads.preferences import preferences_of
from messaging.enums import Presence
from messaging.inbox import live, queues
from messaging.inbox.presence import Visitor

register = template.Library()


@register.simple_tag(takes_context=True)
def live_cursor(context: Mapping[str, Any]) -> str:
    """What this page shows; "" for a page without a list, whose first question brings everything."""
    if "page" not in context:
        return ""
    rows = map(queues.shown_of, context["page"].rows)
    return live.write_cursor(live.page_digests(rows, context, context.get("thread_digests", {}), None))


@register.filter
def presence_words(visitor: Visitor) -> str:
    """What somebody does here, after their name."""
    return "is writing…" if visitor.state == Presence.COMPOSING else "is looking"


@register.simple_tag(takes_context=True)
def shortcuts(context: Mapping[str, Any]) -> str:
    """on, or off for whoever does not want keys to do anything."""
    return "on" if preferences_of(context["request"].user).has_shortcuts else "off"
