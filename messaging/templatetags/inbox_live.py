"""What a page of the inbox must know to keep itself current."""

from collections.abc import Mapping
from typing import Any

from django import template

from messaging.inbox import live
from messaging.inbox.presence import Visitor
from messaging.enums import Presence
from messaging.templatetags.inbox import person

register = template.Library()


@register.simple_tag(takes_context=True)
def live_cursor(context: Mapping[str, Any]) -> str:
    """What this page shows; "" for a page without a list, whose first question brings everything."""
    if "page" not in context:
        return ""
    return live.write_cursor(live.page_digests(context, {"thread_digests": context.get("thread_digests", {})}, None))


@register.filter
def presence_words(visitors: list[Visitor]) -> list[str]:
    """Ben is writing…, Ana is looking."""
    ends = {Presence.COMPOSING.value: "is writing…", Presence.VIEWING.value: "is looking"}
    return [f"{person(visitor.user)} {ends[visitor.state]}" for visitor in visitors]
