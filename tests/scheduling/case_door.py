"""The kinds `race` and `change_policy`: several people at the real door to appointments, with a real database.

Every racer is a thread with a connection of its own, and all of them start at once.
"""

import re
import threading
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from django.db import connections

from leads.models import Location, Service
from scheduling import booking, links, slots
from scheduling.booking import BookingRefused, Wanted
from scheduling.enums import AppointmentStatus, BookedBy
from scheduling.models import Appointment, Assignment
from scheduling.policy import may_cancel, may_move
from tests.factories import (
    NOON,
    make_appointment,
    make_booking_settings,
    make_business,
    make_hours,
    make_lead,
    make_location,
    make_resource,
    make_rules,
    make_service,
    make_user,
)
from tests.scheduling.case_values import Given, NotUnderstood, choice, compare, instant, need, refuse_unknown

_STATUSES: dict[str | None, AppointmentStatus] = {
    "accepted": AppointmentStatus.CONFIRMED,
    "confirmed": AppointmentStatus.CONFIRMED,
    "pending": AppointmentStatus.REQUESTED,
    "hold": AppointmentStatus.HOLD,
    "completed": AppointmentStatus.COMPLETED,
    "no_show": AppointmentStatus.NO_SHOW,
    **dict.fromkeys(("cancelled", "canceled", "rejected", "denied"), AppointmentStatus.CANCELED),
}
_STEP = re.compile(
    r"(?P<act>book|cancel|reschedule|move) (?P<name>[A-Z])(?: to (?P<target>[A-Z]))?"
    r"(?: with (?:the )?(?P<link>old|used|same|new|current) link)?(?: again)?"
)
MOST_RACERS = 64


# ---------------------------------------------------------------- races
def check_race(given: Given, expect: Given) -> list[str]:
    refuse_unknown(given, {"concurrent", "same_slot", "capacity", "action"}, "input")
    refuse_unknown(expect, {"booked", "refused", "slot_groups"}, "expect")
    racers = need(given, "concurrent")
    if not 1 <= racers <= MOST_RACERS:
        raise NotUnderstood(f"{racers} racers")
    service, location = _make_place(need(given, "capacity"))
    starts = _starts(service, location, racers)
    if need(given, "same_slot"):
        starts = [starts[0]] * racers
    action = choice(given.get("action"), {None: _book, "book": _book, "confirm": _confirm}, "action")
    outcomes = _at_once(action(service, location, starts))
    booked = Appointment.objects.filter(service=service, status=AppointmentStatus.CONFIRMED)
    groups = set(Assignment.objects.filter(appointment__in=booked).values_list("resource", "appointment__starts_at"))
    found = {"booked": booked.count(), "refused": outcomes["refused"], "slot_groups": len(groups)}
    problems = [problem for name, wanted in expect.items() for problem in compare(name, wanted, found[name])]
    return problems + compare("answers of the door", racers, outcomes["booked"] + outcomes["refused"])


def _book(service: Service, location: Location, starts: Sequence[datetime]) -> list[Callable[[], object]]:
    def make(start: datetime) -> Callable[[], object]:
        wanted = Wanted(service, location, start, lead=make_lead(service.business))
        return lambda: booking.book(wanted, by=BookedBy.PAGE, now=NOON)

    return [make(start) for start in starts]


def _confirm(service: Service, location: Location, starts: Sequence[datetime]) -> list[Callable[[], object]]:
    actor = make_user()

    def make(start: datetime) -> Callable[[], object]:
        asked = make_appointment(
            service, location, starts_at=start, status=AppointmentStatus.REQUESTED, lead=make_lead(service.business)
        )
        return lambda: booking.confirm_request(asked, actor=actor, now=NOON)

    return [make(start) for start in starts]


def _at_once(acts: Sequence[Callable[[], object]]) -> Counter[str]:
    """How many acts were taken and how many refused, all of them let go at the same moment."""
    gate = threading.Barrier(len(acts))

    def run(act: Callable[[], object]) -> str:
        try:
            gate.wait(60)
            act()
        except BookingRefused:
            return "refused"
        finally:
            connections.close_all()
        return "booked"

    with ThreadPoolExecutor(len(acts)) as pool:
        return Counter(pool.map(run, acts))


# ---------------------------------------------------------------- changes
def check_policy(given: Given, expect: Given) -> list[str]:
    if "sequence" in given:
        refuse_unknown(given, {"sequence"}, "input")
        refuse_unknown(expect, {"active_bookings"}, "expect")
        return compare("active_bookings", need(expect, "active_bookings"), _Sequence().play(given["sequence"]))
    refuse_unknown(given, {"now", "start", "end", "status"}, "input")
    refuse_unknown(expect, {"cancel", "reschedule"}, "expect")
    now, starts_at = instant(need(given, "now")), instant(need(given, "start"))
    status = choice(need(given, "status"), _STATUSES, "status")
    found = {
        "cancel": may_cancel(status, starts_at=starts_at, now=now),
        "reschedule": may_move(status, starts_at=starts_at, now=now),
    }
    return [problem for name, wanted in expect.items() for problem in compare(name, wanted, found[name])]


class _Sequence:
    """Steps in words, done by a customer: A, B, C are start times, and every change gives a new link."""

    def __init__(self) -> None:
        self._service, self._location = _make_place(1)
        self._lead = make_lead(self._service.business)
        self._starts = dict(zip("ABCDEFGHIJ", _starts(self._service, self._location, 10), strict=True))
        self._appointments: dict[str, Appointment] = {}
        self._tokens: dict[int, list[str]] = {}
        self._used: dict[int, str] = {}

    def play(self, steps: Sequence[str]) -> int:
        """How many appointments are booked at the end. What the door refuses changes nothing."""
        for step in steps:
            said = _STEP.fullmatch(step)
            if said is None:
                raise NotUnderstood(f"step: {step}")
            try:
                self._do(**said.groupdict())
            except BookingRefused:
                continue
        return Appointment.objects.filter(service=self._service, status=AppointmentStatus.CONFIRMED).count()

    def _do(self, act: str, name: str, target: str | None, link: str | None) -> None:
        if act == "book" and link is None:
            wanted = Wanted(self._service, self._location, self._starts[name], lead=self._lead)
            self._keep(name, booking.book(wanted, by=BookedBy.PAGE, now=NOON))
            return
        if name not in self._appointments:
            raise NotUnderstood(f"{name} has not been booked before")
        found = links.find_link(self._token(self._appointments[name].pk, link), now=NOON)
        if found is None or found.appointment is None:
            return
        row = found.appointment
        if act == "cancel":
            self._keep(name, booking.cancel(row, by=BookedBy.PAGE, now=NOON, version=found.version))
            return
        to = target or (name if act == "book" else self._unused())
        moved = booking.reschedule(row, starts_at=self._starts[to], by=BookedBy.PAGE, now=NOON, version=found.version)
        self._keep(name, moved)
        self._keep(to, moved)

    def _keep(self, name: str, row: Appointment) -> None:
        self._appointments[name] = row
        token = urlsplit(links.link_to_manage(row, now=NOON)).path.strip("/").rpartition("/")[2]
        tokens = self._tokens.setdefault(row.pk, [])
        if token not in tokens:
            tokens.append(token)

    def _token(self, key: int, link: str | None) -> str:
        """The first link of an appointment, the one that was used last, or the newest."""
        tokens = self._tokens[key]
        token = {"old": tokens[0], "used": self._used.get(key, tokens[0]), "same": self._used.get(key, tokens[0])}.get(
            link or "new", tokens[-1]
        )
        self._used[key] = token
        return token

    def _unused(self) -> str:
        return next(name for name in self._starts if name not in self._appointments)


# ---------------------------------------------------------------- the place
def _make_place(capacity: int) -> tuple[Service, Location]:
    """A service of one resource with so many seats, open on weekdays."""
    business = make_business()
    make_booking_settings(business, most_open_per_phone=50)
    make_hours(business)
    service = make_service(business)
    make_rules(service)
    make_resource(business, capacity=capacity)
    return service, make_location(business)


def _starts(service: Service, location: Location, count: int) -> list[datetime]:
    """So many open starts that do not touch each other, from the real listing."""
    day = NOON.date() + timedelta(days=1)
    listed = slots.open_slots(service, location, now=NOON, first=day, last=day + timedelta(days=20))
    apart: list[datetime] = []
    for start in listed:
        if not apart or start >= apart[-1] + timedelta(minutes=service.duration_minutes):
            apart.append(start)
    return apart[:count]
