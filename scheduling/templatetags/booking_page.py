"""Words, times and prices of the public pages; each reads the page's `language`."""

from datetime import date, datetime, timedelta
from typing import Any

from django import template
from django.template import Context

from leads.models import Location
from recoverline.lib.phones import display_phone
from scheduling.page import times
from scheduling.page.public import Offer
from scheduling.page.words import say as said

register = template.Library()


@register.simple_tag(takes_context=True)
def say(context: Context, text: str, **values: Any) -> str:
    """`text` in the customer's language, with what its {braces} name."""
    return said(text, context["language"], **values)


@register.simple_tag(takes_context=True)
def day(context: Context, moment: date | datetime, location: Location | None = None, mid: bool = False) -> str:
    """The day of an instant at `location`, or a date as it is; `mid`: inside of a sentence."""
    if isinstance(moment, datetime):
        zone = location.zone if location else None
        moment = moment.astimezone(zone).date()
    text = times.day_text(moment, context["language"])
    return text if mid else text[:1].upper() + text[1:]


@register.simple_tag(takes_context=True)
def when(context: Context, start: datetime, location: Location, end: datetime | None = None) -> str:
    """The time of day, or the window in which somebody comes."""
    return times.span_text(start, end, location.zone, context["language"])


@register.simple_tag(takes_context=True)
def slot_time(context: Context, start: datetime, offer: Offer, location: Location) -> str:
    """How the page offers a start: as a time, or as the window that would be told."""
    minutes = offer.rules.arrival_window_minutes
    end = start + timedelta(minutes=minutes) if minutes else None
    return times.span_text(start, end, location.zone, context["language"])


@register.simple_tag(takes_context=True)
def zone_name(context: Context, location: Location, at: datetime) -> str:
    return times.zone_text(location.zone, at, context["language"])


@register.simple_tag(takes_context=True)
def length(context: Context, minutes: int) -> str:
    return times.length_text(minutes, context["language"])


@register.simple_tag(takes_context=True)
def price(context: Context, offer: Offer) -> str:
    service = offer.service
    return times.price_text(service.price_from_cents, service.price_to_cents, context["language"])


@register.filter
def phone_text(e164: str, country: str) -> str:
    return display_phone(e164, country)


@register.filter
def last_digits(e164: str) -> str:
    """What is shown of a phone to whoever has the link: enough to know one's own."""
    return e164[-4:]
