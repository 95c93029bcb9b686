"""How rows of the inbox are put into words. Customers' texts are a stranger's: everything here escapes."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

from django import template
from django.contrib.auth.base_user import AbstractBaseUser
from django.templatetags.static import static
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from messaging.enums import ConversationStatus, Handler, MessageStatus, Suppression
from messaging.models import Call, Conversation, Message
from recoverline.lib.phones import display_phone
from recoverline.lib.text import GSM_BASIC, GSM_EXTENDED, Segments, count_segments

register = template.Library()

# Only https, and never more than what can be read: a link must not hide where it goes.
_LINK = re.compile(r"https://[^\s<>\"'“”«»]+")
_AFTER_LINK = ".,;:!?)]}"


# ---------------------------------------------------------------- people, numbers, times
@register.filter
def phone(e164: str, country: str) -> str:
    """A number as people of `country` write it."""
    return display_phone(e164, country) if e164 else "Hidden number"


@register.filter
def person(user: AbstractBaseUser | None) -> str:
    """A member of staff by name."""
    if user is None:
        return "Somebody who left"
    full_name: str = getattr(user, "get_full_name", lambda: "")()
    return full_name or user.get_username()


@register.filter
def ago(at: datetime, now: datetime) -> str:
    """How long ago, as short as a list allows: now, 5 min, 3 h, 2 d; older than a week as so many weeks."""
    return "now" if now - at < timedelta(minutes=1) else _span(now - at)


@register.filter
def due(at: datetime, now: datetime) -> str:
    """due in 8 min, due now, overdue by 2 h."""
    if abs(at - now) < timedelta(minutes=1):
        return "due now"
    return f"due in {_span(at - now)}" if at > now else f"overdue by {_span(now - at)}"


@dataclass(frozen=True, slots=True)
class Due:
    """Whether somebody waits too long. `tone`: ok, soon, late, or "" while nobody waits for a person."""

    tone: str
    label: str
    due_at: datetime | None


# From here on a row says that it is high time.
_SOON = timedelta(minutes=5)
_NOT_WAITING = Due("", "", None)


@register.filter
def sla(row: Conversation, now: datetime) -> Due:
    """By when a person should answer `row`. Nobody needs to while the robot is about to."""
    at = row.reply_due_at
    is_robots = row.handler == Handler.ROBOT and row.turn_due_at is not None
    if at is None or is_robots or row.status != ConversationStatus.OPEN:
        return _NOT_WAITING
    if at <= now:
        return Due("late", due(at, now), at)
    return Due("soon" if at - now <= _SOON else "ok", due(at, now), at)


@register.filter
def dollars(micros: int) -> str:
    """Millionths of a dollar as money; what is below a hundredth of a cent is shown as such."""
    return f"${micros / 1_000_000:.4f}" if micros >= 100 else "under $0.0001"


@register.filter
def moment(at: datetime, zone: ZoneInfo) -> str:
    """Fri, Nov 21, 8:56 AM in the location's zone."""
    local = at.astimezone(zone)
    return f"{local:%a, %b} {local.day}, {local.hour % 12 or 12}:{local:%M %p}"


@register.filter
def seconds(count: int | None) -> str:
    """45 s, 1 min 5 s."""
    whole, rest = divmod(count or 0, 60)
    return f"{whole} min {rest} s" if whole else f"{rest} s"


def _span(length: timedelta) -> str:
    minutes = int(length.total_seconds() // 60)
    if minutes < 60:
        return f"{minutes} min"
    if minutes < 24 * 60:
        return f"{minutes // 60} h"
    return f"{minutes // (24 * 60)} d" if minutes < 14 * 24 * 60 else f"{minutes // (7 * 24 * 60)} weeks"


# ---------------------------------------------------------------- texts
@dataclass(frozen=True, slots=True)
class SendState:
    """How far a text of ours has come. `tone`: wait, good or bad; `icon` is a name in icons.svg."""

    icon: str
    label: str
    tone: str
    detail: str
    may_retry: bool


_ICONS = {
    MessageStatus.QUEUED: ("clock", "wait"),
    MessageStatus.SENDING: ("clock", "wait"),
    MessageStatus.ACCEPTED: ("tick", "good"),
    MessageStatus.SENT: ("tick", "good"),
    MessageStatus.DELIVERED: ("ticks", "good"),
    MessageStatus.UNKNOWN: ("question", "wait"),
    MessageStatus.UNDELIVERED: ("cross", "bad"),
    MessageStatus.FAILED: ("cross", "bad"),
    MessageStatus.DEAD: ("cross", "bad"),
    MessageStatus.EXPIRED: ("late", "bad"),
    MessageStatus.SUPPRESSED: ("blocked", "bad"),
}
RETRYABLE = frozenset({MessageStatus.FAILED, MessageStatus.DEAD, MessageStatus.EXPIRED, MessageStatus.UNDELIVERED})
# Suppressed for a reason that can pass.
PASSING = frozenset({Suppression.PAUSED, Suppression.SENDER_STOPPED, Suppression.CAPPED})


@register.filter
def send_state(message: Message) -> SendState:
    """The state in plain words. "Delivered" is the most that texts know: nobody can see that one was read."""
    status = MessageStatus(message.status)
    icon, tone = _ICONS[status]
    detail = message.error_text
    if status == MessageStatus.SUPPRESSED and message.suppression:
        detail = str(Suppression(message.suppression).label)
    elif status == MessageStatus.QUEUED and message.attempts:
        detail = detail or "Trying again soon"
    return SendState(icon, str(status.label), tone, detail, status in RETRYABLE or message.suppression in PASSING)


@register.filter
def linked(text: str) -> SafeString:
    """`text` escaped, with its https addresses as links that tell nobody where they were followed from."""
    link = '<a href="{}" rel="noopener noreferrer nofollow" target="_blank">{}</a>'
    parts: list[str] = []
    end = 0
    for match in _LINK.finditer(text):
        address = match.group().rstrip(_AFTER_LINK)
        parts += [text[end : match.start()], format_html(link, address, address)]
        end = match.start() + len(address)
    return format_html_join("", "{}", ((part,) for part in [*parts, text[end:]]))


@register.filter
def segments(text: str) -> Segments:
    """What the carrier would bill for `text`."""
    return count_segments(text)


@register.simple_tag
def gsm_alphabet() -> SafeString:
    """The alphabet of cheap texts as attributes, so that the counter in the browser has no list of its own."""
    basic, extended = "".join(sorted(GSM_BASIC - {"\r"})), "".join(sorted(GSM_EXTENDED - {"\f"}))
    return format_html('data-gsm="{}" data-gsm-extended="{}"', basic, extended)


# ---------------------------------------------------------------- decisions
@register.filter
def trace_lines(call: Call) -> list[Mapping[str, object]]:
    """The rules and guards that were asked, in order."""
    return [step for step in call.trace if isinstance(step, dict)]


@register.simple_tag
@cache
def icon(name: str) -> SafeString:
    """A drawing beside a word that says the same; hence hidden from screen readers. A page has a hundred of them."""
    return format_html(
        '<svg class="icon" width="16" height="16" aria-hidden="true" focusable="false"><use href="{}#{}"></use></svg>',
        static("site/icons.svg"),
        name,
    )
