"""How times, days and prices read on the public pages, in the customer's language and the location's zone."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.utils.formats import date_format
from django.utils.translation import override

from leads.enums import Language
from scheduling.page.words import say

_HALVES = {Language.ENGLISH: ("AM", "PM"), Language.SPANISH: ("a.m.", "p.m.")}
_DAYS = {Language.ENGLISH: "l, F j", Language.SPANISH: r"l, j \d\e F"}


def day_text(day: date, language: str) -> str:
    """Wednesday, June 17; in the middle of a sentence, where Spanish days are small."""
    with override(language):
        return date_format(day, _DAYS[Language(language)])


def clock_text(moment: datetime, zone: ZoneInfo, language: str) -> str:
    """9:30 AM."""
    local = moment.astimezone(zone)
    half = _HALVES[Language(language)][local.hour >= 12]
    # Spaces that do not break, so that no line begins with AM.
    return f"{local.hour % 12 or 12}:{local:%M} {half}".replace(" ", "\u00a0")


def span_text(start: datetime, end: datetime | None, zone: ZoneInfo, language: str) -> str:
    """9:30 AM, or the window in which somebody comes."""
    if end is None:
        return clock_text(start, zone, language)
    return say(
        "{start} to {end}", language, start=clock_text(start, zone, language), end=clock_text(end, zone, language)
    )


def zone_text(zone: ZoneInfo, at: datetime, language: str) -> str:
    """Phoenix time (MST). Zones without letters of their own are named by their place alone."""
    place = zone.key.rpartition("/")[2].replace("_", " ")
    letters = at.astimezone(zone).tzname() or ""
    named = say("{place} time", language, place=place)
    return f"{named} ({letters})" if letters.isalpha() and letters != place else named


def length_text(minutes: int, language: str) -> str:
    """1 hour 30 minutes."""
    hours, rest = divmod(minutes, 60)
    parts = []
    if hours:
        parts.append(say("1 hour", language) if hours == 1 else say("{n} hours", language, n=hours))
    if rest or not hours:
        parts.append(say("{n} minutes", language, n=rest))
    return " ".join(parts)


def price_text(low: int | None, high: int | None, language: str) -> str:
    """$89 to $129, from whole cents; "" when no price may be named."""
    if low is None and high is None:
        return ""
    if low is None or high is None:
        words = "up to {price}" if low is None else "from {price}"
        return say(words, language, price=_dollars(low if low is not None else high or 0))
    if low == high:
        return _dollars(low) if low else say("free", language)
    return say("{start} to {end}", language, start=_dollars(low), end=_dollars(high))


def _dollars(cents: int) -> str:
    return f"${cents // 100:,}" if cents % 100 == 0 else f"${cents / 100:,.2f}"
