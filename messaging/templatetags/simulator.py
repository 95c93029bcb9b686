"""Times of the simulator's trace."""

from datetime import datetime
from zoneinfo import ZoneInfo

from django import template

register = template.Library()


@register.filter
def clock_seconds(at: datetime, zone: ZoneInfo) -> str:
    """8:56:04 AM in the location's zone."""
    local = at.astimezone(zone)
    return f"{local.hour % 12 or 12}:{local:%M:%S %p}"
