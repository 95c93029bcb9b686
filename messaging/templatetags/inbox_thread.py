"""How one conversation is put into words: days, times, what strangers wrote. Everything here escapes."""

import re
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from leads.enums import LostReason
from leads.models import LeadEvent
from messaging.enums import MessageKind
from messaging.inbox.panel import Panel
from messaging.models import Message
from messaging.templatetags.inbox import linked, moment
from recoverline.lib.text import displayable
from scheduling.enums import AppointmentStatus
from scheduling.models import Appointment

register = template.Library()

# As messaging.inbox.notes reads it: an @ that begins a word, and the name behind it.
_MENTION = re.compile(r"(?<![\w@.])@[\w.+-]*\w")


# ---------------------------------------------------------------- what others wrote
@register.filter
def harmless(text: str | None) -> str:
    """`text` without characters that turn or hide what stands beside it."""
    return displayable(text or "")


@register.filter
def said(text: str) -> SafeString:
    """What a customer or a colleague wrote, with https addresses as links."""
    return linked(displayable(text))


@register.filter
def noted(text: str) -> SafeString:
    """A note: as `said`, with @names marked."""
    parts: list[SafeString] = []
    end, whole = 0, displayable(text)
    for match in _MENTION.finditer(whole):
        parts += [linked(whole[end : match.start()]), format_html('<b class="mention">{}</b>', match.group())]
        end = match.end()
    return format_html_join("", "{}", ((part,) for part in [*parts, linked(whole[end:])]))


# ---------------------------------------------------------------- when
@register.filter
def local_date(at: datetime, zone: ZoneInfo) -> date:
    """The day on which it is there."""
    return at.astimezone(zone).date()


@register.simple_tag
def day_name(on: date, now: datetime, zone: ZoneInfo) -> str:
    """Today, Yesterday, Fri, Nov 20, and with the year when that is another one."""
    today = now.astimezone(zone).date()
    if on in (today, today - timedelta(days=1)):
        return "Today" if on == today else "Yesterday"
    year = f", {on.year}" if on.year != today.year else ""
    return f"{on:%a, %b} {on.day}{year}"


@register.filter
def hour(at: datetime, zone: ZoneInfo) -> str:
    """8:56 AM in the location's zone."""
    local = at.astimezone(zone)
    return f"{local.hour % 12 or 12}:{local:%M %p}"


@register.simple_tag
def time_of(at: datetime, zone: ZoneInfo) -> SafeString:
    """The hour of an entry, whose day stands above it; pointed at, the whole moment."""
    local = at.astimezone(zone)
    whole, short = moment(local, zone), hour(local, zone)
    return format_html('<time datetime="{}" title="{}">{}</time>', local.isoformat(timespec="seconds"), whole, short)


@register.filter
def visit_time(appointment: Appointment) -> str:
    """Fri, Nov 20, 9:00 AM; with the end of the window where one was told."""
    zone = appointment.location.zone
    local = appointment.starts_at.astimezone(zone)
    starts = f"{local:%a, %b} {local.day}, {hour(appointment.starts_at, zone)}"
    return f"{starts} – {hour(appointment.arrival_ends_at, zone)}" if appointment.arrival_ends_at else starts


# ---------------------------------------------------------------- who, and how it stands
@register.filter
def is_automatic(message: Message) -> bool:
    """Nobody of the team wrote it."""
    return message.author_id is None and message.kind not in (MessageKind.STAFF, MessageKind.INBOUND)


_VISITS = {
    AppointmentStatus.HOLD: ("clock", "Held for a moment", "wait"),
    AppointmentStatus.REQUESTED: ("question", "To confirm", "wait"),
    AppointmentStatus.CONFIRMED: ("tick", "Booked", "good"),
    AppointmentStatus.COMPLETED: ("ticks", "Done", "good"),
    AppointmentStatus.NO_SHOW: ("cross", "Did not come", "bad"),
    AppointmentStatus.CANCELED: ("blocked", "Canceled", "bad"),
    AppointmentStatus.EXPIRED: ("late", "Hold ran out", "bad"),
}


@register.filter
def visit_state(appointment: Appointment) -> tuple[str, str, str]:
    """Icon, word and tone."""
    return _VISITS[AppointmentStatus(appointment.status)]


_EVENTS = (
    ("lead.opted_out", "blocked"), ("lead.opted_in", "tick"), ("lead.blocked", "blocked"), ("lead.", "person"),
    ("conversation.urgent", "urgent"), ("conversation.snoozed", "clock"), ("conversation.woken", "clock"),
    ("conversation.closed", "tick"), ("conversation.overdue", "late"), ("conversation.paused", "pause"),
    ("conversation.returned", "robot"), ("conversation.", "person"), ("automation.", "robot"), ("model.", "robot"),
    ("appointment.", "clock"), ("consent.", "blocked"),
    ("escalation.acknowledged", "tick"), ("escalation.closed", "tick"), ("escalation.", "bell"),
)  # fmt: skip


@register.filter
def event_icon(event: LeadEvent) -> str:
    """A name in icons.svg, "" for what needs no drawing."""
    return next((icon for prefix, icon in _EVENTS if event.kind.startswith(prefix)), "")


# ---------------------------------------------------------------- the panel
@register.simple_tag
def said_at(panel: Panel, field: str) -> datetime | None:
    """When the customer said what stands in `field`."""
    return panel.said.get(field)


@register.simple_tag
def short_day(at: datetime, zone: ZoneInfo) -> str:
    """Nov 20."""
    local = at.astimezone(zone)
    return f"{local:%b} {local.day}"


@register.filter
def money(cents: int) -> str:
    """$1,250.00, without the cents where there are none."""
    return f"${cents // 100:,}" + (f".{cents % 100:02}" if cents % 100 else "")


@register.filter
def lost_words(reason: str) -> str:
    return str(dict(LostReason.choices).get(reason, reason))
