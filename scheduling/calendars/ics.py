"""Appointments as iCalendar text (RFC 5545): for calendars of staff, and for the customer's own."""

import re
from collections.abc import Iterable
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from icalendar import Calendar, Event

from leads.models import Location
from scheduling.enums import AppointmentStatus, VisitPlace
from scheduling.models import Appointment

KEPT_CANCELED = timedelta(days=30)  # so that every subscriber has seen it before it goes
REFRESH = timedelta(minutes=15)
_STATUS = {
    AppointmentStatus.CANCELED: "CANCELLED",
    AppointmentStatus.REQUESTED: "TENTATIVE",
}
# No line of text may hold them, and programs stumble over them; tab and line end stay.
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]")


def uid_of(appointment: Appointment) -> str:
    """The same in every calendar and for ever, so that a change is taken for a change."""
    return f"{appointment.key}@recoverline"


def write_calendar(
    appointments: Iterable[Appointment], *, name: str, zone: ZoneInfo, shows_customers: bool, now: datetime
) -> bytes:
    """What staff subscribe to. The same rows give the same bytes until 30 days after a cancellation.

    Without `shows_customers` it says nothing of a customer: not who, where or why. Touches `service`, `location`,
    `lead` and `resources` of each appointment; fetch them beforehand.
    """
    calendar = _calendar(name)
    calendar.add("x-wr-timezone", zone.key)
    calendar.add("refresh-interval", REFRESH, parameters={"VALUE": "DURATION"})
    calendar.add("x-published-ttl", f"PT{int(REFRESH.total_seconds() // 60)}M")
    for appointment in appointments:
        if not _is_forgotten(appointment, now):
            calendar.add_component(_event_for_staff(appointment, zone, shows_customers))
    return calendar.to_ical()


def write_invite(appointment: Appointment, *, now: datetime) -> bytes:
    """For the customer's own calendar: what, with whom, where. An arrival window is one event from start to end."""
    business, name = appointment.business, _line(appointment.business.name)
    calendar = _calendar(name)
    calendar.add("method", "PUBLISH")
    event = _event(appointment, stamped_at=now, ends_at=appointment.arrival_ends_at or appointment.ends_at)
    _say(event, summary=_line(f"{appointment.service.name} at {name}"))
    _say(event, location=_line(appointment.address or _address_of(appointment.location)))
    phone = appointment.location.phone or business.phone
    about = ["We come at some time in this window."] if appointment.arrival_ends_at else []
    _say(event, description="\n".join([*about, f"{name} {phone}".strip()]))
    calendar.add_component(event)
    return calendar.to_ical()


def _calendar(name: str) -> Calendar:
    calendar = Calendar()
    calendar.add("prodid", "-//Recoverline//Appointments//EN")
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("x-wr-calname", _line(name))
    return calendar


def _event(appointment: Appointment, *, stamped_at: datetime, ends_at: datetime) -> Event:
    event = Event()
    event.add("uid", uid_of(appointment))
    event.add("dtstamp", stamped_at.replace(microsecond=0))
    event.add("last-modified", appointment.updated_at.replace(microsecond=0))
    event.add("sequence", appointment.version - 1)
    event.add("dtstart", appointment.starts_at)
    event.add("dtend", ends_at)
    event.add("status", _STATUS.get(AppointmentStatus(appointment.status), "CONFIRMED"))
    return event


def _event_for_staff(appointment: Appointment, zone: ZoneInfo, shows_customers: bool) -> Event:
    # Without METHOD this is when it was last changed; the present moment would make every answer a new one.
    event = _event(appointment, stamped_at=appointment.updated_at, ends_at=appointment.ends_at)
    if appointment.status == AppointmentStatus.CANCELED:
        event.add("transp", "TRANSPARENT")
    who = _customer(appointment) if shows_customers else ""
    _say(event, summary=_line(f"{appointment.service.name}: {who}" if who else appointment.service.name))
    _say(event, location=_line(_place(appointment, shows_customers)))
    _say(event, description="\n".join(_details(appointment, zone, shows_customers)))
    return event


def _details(appointment: Appointment, zone: ZoneInfo, shows_customers: bool) -> list[str]:
    lines = []
    names = [_line(resource.name) for resource in appointment.resources.all()]
    if names:
        lines.append(f"With {', '.join(sorted(names))}")
    if appointment.arrival_ends_at:
        begins, ends = (at.astimezone(zone) for at in (appointment.starts_at, appointment.arrival_ends_at))
        lines.append(f"The customer was told: between {begins:%H:%M} and {ends:%H:%M}")
    if shows_customers:
        phone = appointment.lead.phone if appointment.lead else ""
        lines += [line for line in (phone, appointment.note) if line]
    return lines


def _customer(appointment: Appointment) -> str:
    return appointment.name or (appointment.lead.name if appointment.lead else "")


def _place(appointment: Appointment, shows_customers: bool) -> str:
    if shows_customers and appointment.address:
        return appointment.address
    rules = getattr(appointment.service, "booking_rules", None)
    visits_customer = bool(appointment.address) or (rules is not None and rules.place == VisitPlace.CUSTOMER)
    return "" if visits_customer else _address_of(appointment.location)


def _address_of(location: Location) -> str:
    parts = [location.address, location.city, " ".join(filter(None, (location.region, location.postal_code)))]
    return ", ".join(part for part in parts if part) or location.name


def _is_forgotten(appointment: Appointment, now: datetime) -> bool:
    closed_at = appointment.closed_at or appointment.updated_at
    return appointment.status == AppointmentStatus.CANCELED and closed_at < now - KEPT_CANCELED


def _say(event: Event, **texts: str) -> None:
    for name, text in texts.items():
        if text:
            event.add(name, _text(text))


def _line(value: str) -> str:
    """Names are one line; X-WR-CALNAME is written as it stands, and a line end in it would end the calendar."""
    return _text(" ".join(value.split()))


def _text(value: str) -> str:
    return _CONTROL.sub("", value.replace("\r\n", "\n").replace("\r", "\n"))
