"""Where a recipient is, and from when on they may be texted."""

from collections.abc import Callable
from datetime import datetime
from zoneinfo import ZoneInfo

from leads.models import Lead, Location
from messaging.appointment_texts import decent_time


def zone_of(lead: Lead, location: Location) -> ZoneInfo:
    """The zone in which times of day of this person are meant."""
    return location.zone


def allowed_for(lead: Lead, location: Location) -> Callable[[datetime], datetime]:
    """The earliest moment from a given one on that their quiet hours allow."""
    return lambda at: decent_time(at, location.zone)
