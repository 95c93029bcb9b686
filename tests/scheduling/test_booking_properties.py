"""Hundreds of random acts, one after the other: the books balance after each, and what is listed can be had."""

import random
from collections import Counter
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from django.db import connection, transaction

from leads.models import LeadEvent, ServiceArea
from scheduling import booking
from scheduling.booking import BookingRefused
from scheduling.enums import AppointmentStatus, BookedBy
from scheduling.models import Appointment, Closure, OpeningHours, TravelTime
from scheduling.slots import open_slots
from tests.factories import NOON, make_area, make_booking_settings, make_lead, make_resource, make_user
from tests.scheduling.shop import Shop, check_books, make_shop

pytestmark = pytest.mark.django_db

WAY = 20


class Week:
    """A shop in which anything happens. Every act is one that some person could do at that moment."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)
        anchor = self.chance.choice(["opening", "free"])
        self.shop = make_shop(
            technicians=2, minutes=self.chance.choice([50, 33, 60]), gap_after_minutes=self.chance.choice([0, 10]),
            step_minutes=self.chance.choice([15, 30]), notice_minutes=60, horizon_days=3, place="customer",
            most_per_day=9, anchor=anchor,
        )  # fmt: skip
        make_resource(self.shop.business, kind="bay", capacity=2)
        make_booking_settings(self.shop.business, most_open_per_phone=40, move_notice_minutes=30)
        self.areas = [make_area(self.shop.business), make_area(self.shop.business)]
        TravelTime.objects.create(
            business=self.shop.business, origin=self.areas[0], destination=self.areas[1], minutes=WAY
        )
        self.lead, self.actor = make_lead(self.shop.business), make_user()
        self.now = NOON
        self.refused = Counter[tuple[str, str]]()
        self.done = Counter[str]()

    def act(self) -> None:
        acts: list[Callable[[], object]] = [
            self.book_listed, self.book_listed, self.book_listed, self.book_any, self.hold, self.book_held,
            self.move_listed, self.move_any, self.cancel, self.end, self.overrule, self.wait,
        ]  # fmt: skip
        act = self.chance.choice(acts)
        try:
            act()
        except BookingRefused as refused:
            self.refused[act.__name__, str(refused.reason)] += 1
        else:
            self.done[act.__name__] += 1

    # ------------------------------------------------------------ what people do
    def book_listed(self) -> None:
        area = self.chance.choice(self.areas)
        listed = self.listed(area)
        if listed:
            self.shop.book(self.chance.choice(listed), area=area, lead=self.lead, now=self.now)

    def book_any(self) -> None:
        by = self.chance.choice([BookedBy.PAGE, BookedBy.STAFF])
        self.shop.book(self.any_start(), area=self.chance.choice(self.areas), lead=self.lead, by=by, now=self.now)

    def hold(self) -> None:
        area = self.chance.choice(self.areas)
        listed = self.listed(area)
        if listed:
            self.shop.hold(self.chance.choice(listed), area=area, now=self.now)

    def book_held(self) -> None:
        held = self.any_row("hold", "expired")
        if held is not None:
            self.shop.book(held.starts_at, area=held.area, lead=self.lead, held=held, now=self.now)

    def move_listed(self) -> None:
        row = self.any_row("confirmed")
        if row is None or self.now + timedelta(minutes=30) > row.starts_at:
            return
        listed = self.listed(row.area, ignoring=row)
        if listed:
            self.move(row, self.chance.choice(listed), BookedBy.PAGE)

    def move_any(self) -> None:
        row = self.any_row("confirmed")
        if row is not None:
            self.move(row, self.any_start(), self.chance.choice([BookedBy.PAGE, BookedBy.STAFF, BookedBy.CALENDAR]))

    def move(self, row: Appointment, start: datetime, by: BookedBy) -> None:
        booking.reschedule(row, starts_at=start, by=by, now=self.now, version=row.version)

    def cancel(self) -> None:
        row = self.any_row("confirmed", "canceled")
        if row is not None:
            booking.cancel(row, by=BookedBy.STAFF, now=self.now, version=row.version)

    def end(self) -> None:
        row = self.any_row("confirmed")
        if row is not None and row.starts_at < self.now:
            self.chance.choice([booking.complete, booking.mark_no_show])(row, actor=self.actor, now=self.now)

    def overrule(self) -> None:
        start = self.any_start() + timedelta(minutes=self.chance.choice([0, 0, 3]))
        self.shop.book(start, area=self.chance.choice(self.areas), by=BookedBy.STAFF, overrules=True, now=self.now)

    def wait(self) -> None:
        self.now += timedelta(minutes=self.chance.choice([1, 9, 30, 240]))
        if self.chance.random() < 0.5:
            booking.expire_holds(self.now)

    # ------------------------------------------------------------ to choose from
    def listed(self, area: ServiceArea | None, ignoring: Appointment | None = None) -> list[datetime]:
        today = self.now.astimezone(self.shop.location.zone).date()
        return open_slots(
            self.shop.service, self.shop.location, now=self.now, first=today, last=today + timedelta(days=4), area=area,
            ignoring=ignoring,
        )  # fmt: skip

    def any_start(self) -> datetime:
        return self.now.replace(minute=0) + timedelta(minutes=5 * self.chance.randrange(-12, 12 * 60))

    def any_row(self, *status: str) -> Appointment | None:
        rows = list(Appointment.objects.filter(status__in=status).order_by("pk"))
        return self.chance.choice(rows) if rows else None


def check_ways() -> None:
    """Between two jobs in different areas there is time to get there."""
    rows = Appointment.objects.filter(status__in=("hold", "confirmed", "completed"), is_overbooked=False)
    routes: dict[tuple[int, int], list[Appointment]] = {}
    for row in rows.order_by("starts_at").prefetch_related("assignments"):
        for assignment in row.assignments.all():
            routes.setdefault((assignment.resource_id, assignment.seat), []).append(row)
    for route in routes.values():
        for one, other in pairwise(route):
            way = 0 if one.area_id == other.area_id else WAY
            assert other.starts_at >= one.ends_at + timedelta(minutes=one.gap_minutes + way)


def check_history() -> None:
    """Each version of an appointment is on the timeline, once."""
    told = Counter(
        (event.data["appointment"], event.data["version"])
        for event in LeadEvent.objects.filter(kind__startswith="appointment.")
    )
    stories = Appointment.objects.exclude(status__in=(AppointmentStatus.HOLD, AppointmentStatus.EXPIRED))
    assert told == {(str(row.key), version): 1 for row in stories for version in range(1, row.version + 1)}


# Fewer on PostgreSQL, where the same code asks over a wire.
STEPS = 60 if connection.vendor == "postgresql" else 150


@pytest.mark.parametrize("seed", range(4))
def test_the_books_balance_after_every_act(seed: int) -> None:
    week = Week(seed)
    for _ in range(STEPS):
        week.act()
        check_books()
        check_ways()
        assert not {name for name, _ in week.refused} & {"book_listed", "move_listed"}
    check_history()
    assert week.done["book_listed"] >= 5
    assert week.refused
    for area in week.areas:
        for start in week.listed(area):
            with transaction.atomic():
                week.shop.book(start, area=area, lead=week.lead, now=week.now)
                check_books()
                transaction.set_rollback(True)


@pytest.mark.parametrize("zone", ["America/New_York", "America/Adak", "America/St_Johns", "Australia/Lord_Howe"])
@pytest.mark.parametrize("minutes", [25, 90])
def test_what_is_listed_around_a_change_of_the_clock_can_be_booked(zone: str, minutes: int) -> None:
    """Nights too, and asked for one day at a time or for all: the door never knows better than the list."""
    shop = make_shop(zone=zone, minutes=minutes, horizon_days=60)
    OpeningHours.objects.all().delete()
    for weekday in range(7):
        for opens, closes, next_day in ((time(21), time(3, 30), True), (time(9), time(10, 30), False)):
            OpeningHours.objects.create(
                business=shop.business, weekday=weekday, opens=opens, closes=closes, next_day=next_day
            )
    change = last_change(ZoneInfo(zone))
    Closure.objects.create(
        business=shop.business, name="x", starts_on=change + timedelta(days=1), ends_on=change + timedelta(days=1)
    )
    now = datetime.combine(change - timedelta(days=3), time(12), tzinfo=UTC)
    first, last = change - timedelta(days=1), change + timedelta(days=2)
    listed = open_slots(shop.service, shop.location, now=now, first=first, last=last)
    assert len(listed) > 20
    daily = []
    for offset in range(4):
        day = first + timedelta(days=offset)
        daily += open_slots(shop.service, shop.location, now=now, first=day, last=day)
    assert daily == listed
    for start in listed:
        with transaction.atomic():
            row = shop.book(start, now=now)
            assert row.ends_at - row.starts_at == timedelta(minutes=minutes)
            transaction.set_rollback(True)


def last_change(zone: ZoneInfo) -> date:
    """The local day of 2026 on which the zone's clock last changes."""
    days = [date(2026, 1, 1) + timedelta(days=offset) for offset in range(365)]
    noons = [datetime.combine(day, time(12), tzinfo=zone) for day in days]
    return [
        day for day, (one, other) in zip(days[1:], pairwise(noons), strict=True) if one.utcoffset() != other.utcoffset()
    ][-1]


def test_the_check_sees_a_step_too_few() -> None:
    shop: Shop = make_shop()
    row = shop.book(shop.at(10))
    check_books()
    Appointment.objects.filter(pk=row.pk).update(gap_minutes=5)
    with pytest.raises(AssertionError):
        check_books()
