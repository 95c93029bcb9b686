"""How a row of the list is put into words. Names and texts are a stranger's: everything here escapes."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django import template
from django.contrib.auth.base_user import AbstractBaseUser
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from messaging.enums import Happening
from messaging.inbox.escalations import Banner, Line
from messaging.models import Conversation
from messaging.templatetags.inbox import person
from recoverline.lib.text import one_line

register = template.Library()

# What stands before the first match in a row, so that the match itself is never cut off.
LED_UP = 30
LONGEST = 160


@dataclass(frozen=True, slots=True)
class Sign:
    """An icon and the word that says the same."""

    icon: str
    word: str


_SIGNS = {
    Happening.CALL: Sign("phone", "Call"),
    Happening.MISSED_CALL: Sign("missed-call", "Missed call"),
    Happening.VOICEMAIL: Sign("voicemail", "Voicemail"),
    Happening.TEXT_IN: Sign("text-in", "Text from the customer"),
    Happening.TEXT_OUT: Sign("text-out", "Text from us"),
    Happening.BOOKING: Sign("calendar", "Booking"),
}
_NOTHING_YET = Sign("text-in", "Conversation")


@register.filter
def sign(happening: str) -> Sign:
    """What happened last, in a picture."""
    return _SIGNS[Happening(happening)] if happening in Happening.values else _NOTHING_YET


@register.simple_tag
def escalation_of_row(banner: Banner | str | None, row: Conversation) -> Line | None:
    """What cannot wait in this conversation, if anything; a page without a banner knows of none."""
    return (banner.rows or {}).get(row.pk) if isinstance(banner, Banner) else None


@register.filter
def initials(user: AbstractBaseUser) -> str:
    """At most two letters: of the first and the last word of the name."""
    words = person(user).split()
    return "".join(word[0] for word in (words[:1] + words[1:][-1:])).upper() or "?"


@register.filter
def waited(since: datetime, now: datetime) -> str:
    """3 min, 2 h 5 min, 4 d: how long somebody waits."""
    minutes = max(int((now - since).total_seconds() // 60), 0)
    if minutes < 60:
        return f"{minutes} min"
    if minutes < 24 * 60:
        return f"{minutes // 60} h {minutes % 60} min" if minutes % 60 and minutes < 600 else f"{minutes // 60} h"
    return f"{minutes // (24 * 60)} d"


@register.simple_tag
def until(at: datetime, now: datetime, zone: ZoneInfo) -> str:
    """4:30 PM today; Mon 8:00 AM within a week; Dec 3 after that. On the location's clock."""
    local, today = at.astimezone(zone), now.astimezone(zone).date()
    clock = f"{local.hour % 12 or 12}:{local:%M %p}"
    if local.date() == today:
        return clock
    if local.date() - today < timedelta(days=7):
        return f"{local:%a} {clock}"
    return f"{local:%b} {local.day}"


@register.filter
def marked(text: str, words: Sequence[str]) -> SafeString:
    """`text` escaped, with what was searched for marked, from shortly before the first match."""
    pattern = _pattern(words)
    line = " ".join(text.split())
    first = pattern.search(line) if pattern else None
    if first is None:
        return format_html("{}", one_line(line, LONGEST))
    start = max(first.start() - LED_UP, 0)
    if start:
        start = line.find(" ", start, first.start()) + 1 or start
    cut = ("…" if start else "") + one_line(line[start:], LONGEST)
    return _mark(cut, pattern)


@register.filter
def marked_name(name: str, words: Sequence[str]) -> SafeString:
    """All of a name, with what was searched for marked."""
    return _mark(name, _pattern(words))


@register.filter
def holds_digits(e164: str, words: Sequence[str]) -> bool:
    """Whether a number was searched for by its digits: in its spelling for people they stand apart."""
    return any(word.isdigit() and len(word) >= 3 and word.lstrip("0") in e164 for word in words)


def _pattern(words: Sequence[str]) -> re.Pattern[str] | None:
    found = sorted((re.escape(word) for word in words if word), key=len, reverse=True)
    return re.compile("|".join(found), re.IGNORECASE) if found else None


def _mark(text: str, pattern: re.Pattern[str] | None) -> SafeString:
    if pattern is None:
        return format_html("{}", text)
    parts: list[str] = []
    end = 0
    for match in pattern.finditer(text):
        parts += [text[end : match.start()], format_html("<mark>{}</mark>", match.group())]
        end = match.end()
    return format_html_join("", "{}", ((part,) for part in [*parts, text[end:]]))
