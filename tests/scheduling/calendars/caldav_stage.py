"""Two technicians of a business, each with a calendar on a real server, and what happens there."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from time import monotonic
from typing import Any

from leads.models import Business, LeadEvent, Location, Service
from scheduling import booking
from scheduling.calendars import caldav_sync
from scheduling.calendars.caldav_client import CalendarClient
from scheduling.calendars.caldav_push import appointment_changed
from scheduling.enums import BookedBy
from scheduling.models import Appointment, BusyTime, CalDAVAccount, CalendarObject, Resource
from tests.factories import NOON, make_business, make_lead, make_location, make_resource, make_rules, make_service
from tests.fakes.radicale import PASSWORD, USER, Radicale

TOMORROW = NOON + timedelta(days=1)
FOREIGN = (
    "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Test//EN\r\nBEGIN:VEVENT\r\nUID:{uid}\r\nDTSTAMP:20260601T000000Z\r\n"
    "DTSTART:20260619T140000Z\r\nDTEND:20260619T150000Z\r\nSUMMARY:Dentist\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
)


@dataclass
class Stage:
    server: Radicale
    business: Business
    location: Location
    service: Service
    ana: CalDAVAccount
    ben: CalDAVAccount
    now: datetime = NOON
    _last_event: int = field(default=0)

    # ---------------------------------------------------------------- what we do
    def book(self, *, starts_at: datetime = TOMORROW, resource: Resource | None = None, **values: Any) -> Appointment:
        lead = values.pop("lead", None) or make_lead(self.business, name="Kim Lee")
        wanted = booking.Wanted(
            self.service, self.location, starts_at, lead=lead, resource=resource or self.ana.resource, **values
        )
        row = booking.book(wanted, by=BookedBy.STAFF, now=self.now, overrules=True)
        self.ring()
        return row

    def reschedule(self, row: Appointment, starts_at: datetime, **values: Any) -> Appointment:
        row.refresh_from_db()
        moved = booking.reschedule(
            row, starts_at=starts_at, by=BookedBy.STAFF, now=self.now, version=row.version, overrules=True, **values
        )
        self.ring()
        return moved

    def cancel(self, row: Appointment) -> None:
        row.refresh_from_db()
        booking.cancel(row, by=BookedBy.STAFF, now=self.now, version=row.version)
        self.ring()

    def ring(self) -> None:
        """What the worker does with the events of appointments."""
        fresh = LeadEvent.objects.filter(pk__gt=self._last_event, kind__startswith="appointment.").order_by("pk")
        for event in list(fresh):
            appointment_changed(event.pk, now=self.now)
            self._last_event = event.pk

    def sweep(self, *, minutes: int = 0) -> None:
        """Everything that is due, `minutes` later."""
        self.now += timedelta(minutes=minutes)
        caldav_sync.sweep(self.now)
        self.ring()

    def pull(self, account: CalDAVAccount | None = None) -> CalDAVAccount:
        account = account or self.ana
        CalDAVAccount.objects.filter(pk=account.pk).update(next_at=None)
        caldav_sync.sync(account.pk, now=self.now, until=monotonic() + 60)
        self.ring()
        account.refresh_from_db()
        return account

    # ---------------------------------------------------------------- what there is
    def client(self, account: CalDAVAccount | None = None, password: str = PASSWORD) -> CalendarClient:
        url = (account or self.ana).url
        return CalendarClient(url, username=USER, password=password, hosts=frozenset({self.server.host}))

    def texts(self, account: CalDAVAccount | None = None) -> dict[str, str]:
        return self.server.texts((account or self.ana).url)

    def event_lines(self, row: Appointment, *names: str, account: CalDAVAccount | None = None) -> list[str]:
        """Those lines of an appointment's event as they lie on the server."""
        lines = self.texts(account)[f"{row.key}.ics"].splitlines()
        return [line for line in lines if line.partition(":")[0] in names]

    def drag(self, row: Appointment, old: str, new: str) -> None:
        """Somebody changes the event in Ana's calendar."""
        self.server.edit(self.ana.url, f"{row.key}.ics", old, new)

    def drag_by(self, row: Appointment, hours: int = 2, minutes: int = 0) -> None:
        """Somebody drags it to another time in Ana's calendar."""
        by = timedelta(hours=hours, minutes=minutes)
        for name, at in (("DTSTART", row.starts_at), ("DTEND", row.ends_at)):
            self.drag(row, f"{name}:{at:%Y%m%dT%H%M%SZ}", f"{name}:{at + by:%Y%m%dT%H%M%SZ}")

    def several(self, row: Appointment, count: int) -> list[Appointment]:
        """`row`, and `count` more of Ana's after it, written and read."""
        rows = [self.book(starts_at=TOMORROW + timedelta(hours=2 * number)) for number in range(1, count + 1)]
        self.sweep()
        self.pull()
        return [row, *rows]

    def state_of(self, row: Appointment) -> tuple[str, datetime, int]:
        row.refresh_from_db()
        return row.status, row.starts_at, row.version

    def object_of(self, row: Appointment, account: CalDAVAccount | None = None) -> CalendarObject:
        return CalendarObject.objects.get(appointment=row, account=account or self.ana)

    def kinds(self) -> list[str]:
        return list(LeadEvent.objects.order_by("pk").values_list("kind", flat=True))

    def told(self, kind: str) -> list[str]:
        return list(LeadEvent.objects.filter(kind=kind).order_by("pk").values_list("text", flat=True))

    def busy(self) -> list[tuple[datetime, datetime]]:
        return list(BusyTime.objects.filter(account=self.ana).values_list("starts_at", "ends_at"))


def make_stage(server: Radicale) -> Stage:
    business = make_business(time_zone="America/New_York")
    location = make_location(business)
    service = make_service(business, "Furnace check", duration_minutes=60)
    make_rules(service)
    accounts = [
        CalDAVAccount.objects.create(
            business=business,
            resource=make_resource(business, name),
            url=server.make_calendar(),
            username=USER,
            password=PASSWORD,
            created_at=NOON,
        )
        for name in ("Ana", "Ben")
    ]
    return Stage(server, business, location, service, *accounts)
