"""The line above the inbox that says what is left to set up."""

from typing import Any

from django import template

from recoverline.getting_started.line import line_for

register = template.Library()


@register.inclusion_tag("start/_line.html", takes_context=True)
def getting_started_line(context: template.Context) -> dict[str, Any]:
    """Nothing for most of the team, and nothing when nothing is left."""
    return {"line": line_for(context["user"], context.get("seen_locations") or ())}
