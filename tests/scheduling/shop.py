"""A business that takes bookings, and the books that must balance whatever was done to it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from django_q.models import OrmQ

from leads.models import Business, CallbackTask, JobRequest, LeadEvent, Location, Service
from scheduling import booking
from scheduling.enums import BookedBy
from scheduling.models import Appointment, Assignment, BookingRules, BusyCalendar, Claim, Resource
from scheduling.placing import Wanted
from scheduling.slots import open_slots
from tests.factories import NOON, make_business, make_hours, make_location, make_resource, make_rules, make_service

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
TAKES_TIME = ("hold", "confirmed", "completed")


@dataclass(frozen=True, slots=True)
class Shop:
    """In New York, open nine to five on weekdays; NOON is a Wednesday there."""

    business: Business
    location: Location
    service: Service
    rules: BookingRules
    technicians: Sequence[Resource]

    def at(self, hour: int, minute: int = 0, *, days: int = 1) -> datetime:
        """A local time, as an instant, so many days after NOON."""
        day = NOON.astimezone(self.location.zone) + timedelta(days=days)
        return day.replace(hour=hour, minute=minute).astimezone(UTC)

    def want(self, start: datetime, **values: Any) -> Wanted:
        return Wanted(**{"service": self.service, "location": self.location, "starts_at": start, **values})

    def book(
        self, start: datetime, *, by: BookedBy = BookedBy.PAGE, now: datetime = NOON, **values: Any
    ) -> Appointment:
        how = {name: values.pop(name) for name in ("actor", "idem_key", "held", "overrules") if name in values}
        return booking.book(self.want(start, **values), by=by, now=now, **how)

    def hold(self, start: datetime, *, now: datetime = NOON, idem_key: str | None = None, **values: Any) -> Appointment:
        return booking.hold(self.want(start, **values), by=BookedBy.PAGE, now=now, idem_key=idem_key)

    def open_on(self, days: int = 1, *, now: datetime = NOON, **values: Any) -> list[datetime]:
        """What a customer can choose on that day after NOON."""
        day = self.at(12, days=days).astimezone(self.location.zone).date()
        return open_slots(self.service, self.location, now=now, first=day, last=day, **values)


def make_shop(
    *, technicians: int = 1, capacity: int = 1, minutes: int = 60, zone: str = "America/New_York", **rules: Any
) -> Shop:
    business = make_business(time_zone=zone)
    make_hours(business)
    service = make_service(business, duration_minutes=minutes)
    return Shop(
        business=business,
        location=make_location(business),
        service=service,
        rules=make_rules(service, **rules),
        technicians=[make_resource(business, capacity=capacity) for _ in range(technicians)],
    )


def check_books() -> None:
    """The claims are those of what takes time, to the step, and nobody's time was given twice."""
    rows = Appointment.objects.filter(status__in=TAKES_TIME, is_overbooked=False).prefetch_related(
        "assignments__resource"
    )
    claims = set()
    taken: dict[tuple[int, int], list[tuple[datetime, datetime]]] = {}
    for row in rows:
        free_at = row.ends_at + timedelta(minutes=row.gap_minutes)
        first, last = int((row.starts_at - EPOCH).total_seconds()), int((free_at - EPOCH).total_seconds())
        assert row.assignments.all(), f"{row} takes nobody's time"
        for assignment in row.assignments.all():
            assert assignment.seat < assignment.resource.capacity
            taken.setdefault((assignment.resource_id, assignment.seat), []).append((row.starts_at, free_at))
            claims |= {
                (assignment.pk, assignment.resource_id, assignment.seat, second // 300)
                for second in range(first - first % 300, last, 300)
            }
    assert set(Claim.objects.values_list("assignment_id", "resource_id", "seat", "bucket")) == claims
    for stretches in taken.values():
        assert all(one[1] <= other[0] for one, other in pairwise(sorted(stretches)))


def events_of(business: Business) -> list[tuple[str, str]]:
    """What the timeline says about appointments: kind and text, in order."""
    rows = LeadEvent.objects.filter(business=business, kind__startswith="appointment.").order_by("pk")
    return list(rows.values_list("kind", "text"))


def snapshot() -> list[object]:
    """Everything that a booking writes, to see that a refusal wrote nothing."""
    tables = (Appointment, Assignment, Claim, LeadEvent, JobRequest, CallbackTask, OrmQ)
    return [list(table.objects.order_by("pk").values()) for table in tables]


def refused(act: Callable[[], object]) -> tuple[str, list[datetime]]:
    """Why `act` was refused, and what it offers instead; nothing may have been written."""
    before = snapshot()
    with pytest.raises(booking.BookingRefused) as error:
        act()
    assert snapshot() == before
    return str(error.value.reason), error.value.alternatives


def make_stale(shop: Shop, **owner: Any) -> BusyCalendar:
    """A calendar that was never read: the first technician's, if nobody else is named."""
    owner = owner or {"resource": shop.technicians[0]}
    return BusyCalendar.objects.create(
        business=shop.business, name="Own", url="https://example.com/a.ics", created_at=NOON, **owner
    )
