"""How appointments are put into words for staff, in the zone of their location."""

from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from django import template
from django.contrib.auth.base_user import AbstractBaseUser
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString

from recoverline.lib.phones import display_phone
from scheduling.enums import AppointmentStatus
from scheduling.models import Appointment
from scheduling.open_days import day_text

register = template.Library()

register.filter("long_day", day_text)


@dataclass(frozen=True, slots=True)
class State:
    """`icon` is a name in icons.svg, `css` the class of whatever shows it."""

    icon: str
    label: str
    css: str


_STATES = {
    AppointmentStatus.HOLD: State("clock", "Held for a moment", "held"),
    AppointmentStatus.REQUESTED: State("question", "To confirm", "requested"),
    AppointmentStatus.CONFIRMED: State("tick", "Booked", "booked"),
    AppointmentStatus.COMPLETED: State("ticks", "Done", "done"),
    AppointmentStatus.NO_SHOW: State("cross", "Did not come", "missed"),
    AppointmentStatus.CANCELED: State("blocked", "Canceled", "canceled"),
    AppointmentStatus.EXPIRED: State("late", "Hold ran out", "canceled"),
}


@register.filter
def state(appointment: Appointment) -> State:
    return _STATES[AppointmentStatus(appointment.status)]


@register.filter
def who(appointment: Appointment) -> str:
    """The customer's name, or the phone, or what there is."""
    if appointment.name:
        return appointment.name
    lead = appointment.lead
    if lead is None:
        return "No name"
    return lead.name or display_phone(lead.phone, appointment.location.business.country)


@register.filter
def phone(e164: str, country: str) -> str:
    """A number as people of `country` write it."""
    return display_phone(e164, country)


@register.filter
def person(user: AbstractBaseUser | None) -> str:
    if user is None:
        return ""
    full_name: str = getattr(user, "get_full_name", lambda: "")()
    return full_name or user.get_username()


@register.filter
def clock(at: datetime, zone: ZoneInfo) -> str:
    """9:30 AM; 1:30 AM EST where the hour comes twice that day."""
    local = at.astimezone(zone)
    text = f"{local.hour % 12 or 12}:{local:%M %p}"
    twice = local.replace(fold=0).utcoffset() != local.replace(fold=1).utcoffset()
    return f"{text} {local:%Z}" if twice else text


@register.filter
def day(at: datetime, zone: ZoneInfo) -> str:
    """Thu, Jun 18."""
    local = at.astimezone(zone)
    return f"{local:%a, %b} {local.day}"


@register.filter
def short_day(on: date) -> str:
    """Thu, Jun 18."""
    return f"{on:%a, %b} {on.day}"


@register.filter
def resource_names(appointment: Appointment) -> str:
    """Everybody and everything it needs; "Nobody yet" when it has none."""
    return ", ".join(assignment.resource.name for assignment in appointment.assignments.all()) or "Nobody yet"


@register.filter
def local_day(at: datetime, zone: ZoneInfo) -> date:
    return at.astimezone(zone).date()


@register.filter
def wall_time(at: datetime, zone: ZoneInfo) -> str:
    """14:30, as a time field takes it."""
    return f"{at.astimezone(zone):%H:%M}"


@register.simple_tag
def icon(name: str) -> SafeString:
    """A drawing beside a word that says the same; hence hidden from screen readers."""
    return format_html(
        '<svg class="icon" width="16" height="16" aria-hidden="true" focusable="false"><use href="{}#{}"></use></svg>',
        static("site/icons.svg"),
        name,
    )
