"""What a day and a week show, from rows."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from pytest_django import DjangoAssertNumQueries

from leads.models import Business, Location, Service
from scheduling.desk import agenda
from scheduling.desk.agenda import Block, Column
from scheduling.desk.day_layout import Span
from scheduling.enums import AppointmentStatus, WaitlistStatus
from scheduling.models import Appointment, BusyCalendar, BusyTime, CalDAVAccount, Closure, Resource, WaitlistEntry
from tests.factories import (
    make_appointment,
    make_business,
    make_hours,
    make_lead,
    make_location,
    make_resource,
    make_service,
)

pytestmark = pytest.mark.django_db

DAY = date(2026, 6, 18)  # a Thursday; Phoenix is UTC-7 all year
NOW = datetime(2026, 6, 17, 18, tzinfo=UTC)


def at(hour: int, minute: int = 0, day: date = DAY) -> datetime:
    return datetime.combine(day, time(hour, minute), tzinfo=UTC) + timedelta(hours=7)


@pytest.fixture
def business() -> Business:
    business = make_business("Alder Plumbing", time_zone="America/Phoenix")
    make_hours(business)
    return business


@pytest.fixture
def location(business: Business) -> Location:
    return make_location(business)


@pytest.fixture
def service(business: Business) -> Service:
    return make_service(business, "Drain cleaning", duration_minutes=60)


@pytest.fixture
def maria(business: Business) -> Resource:
    return make_resource(business, "Maria")


def book(service: Service, location: Location, *who: Resource, hour: int = 10, **values: object) -> Appointment:
    values.setdefault("starts_at", at(hour))
    return make_appointment(service, location, *who, **values)


def page_of(location: Location, **wanted: object) -> agenda.DayPage:
    return agenda.day_page(location, **{"day": DAY, "now": NOW, **wanted})  # type: ignore[arg-type]


def shown(column: Column) -> list[tuple[str, Span]]:
    return [(block.kind, block.span) for block in column.blocks]


# ---------------------------------------------------------------- columns
def test_a_column_is_somebodys_day(service: Service, location: Location, maria: Resource) -> None:
    booked = book(service, location, maria)
    page = page_of(location)
    (column,) = page.columns
    assert (column.resource, column.hours, column.width, column.closed) == (maria, "9 AM – 5 PM", 1, ())
    assert column.blocks == (Block("visit", Span(12, 12), at(10), at(11), booked),)
    assert [tick.text for tick in page.ticks] == [
        "9 AM", "10 AM", "11 AM", "12 PM", "1 PM", "2 PM", "3 PM", "4 PM",
    ]  # fmt: skip
    assert (page.visits, page.now_at, page.canceled, page.is_crowded) == (1, None, (), False)


def test_outside_hours_is_shown_and_shaded(service: Service, location: Location, maria: Resource) -> None:
    book(service, location, maria, hour=19)
    (column,) = page_of(location).columns
    assert shown(column) == [("visit", Span(120, 12))]
    assert column.closed == (Span(96, 36),)


def test_free_time_is_for_those_who_may_book(service: Service, location: Location, maria: Resource) -> None:
    book(service, location, maria, gap_minutes=15)
    (column,) = page_of(location, may_book=True).columns
    assert shown(column) == [("free", Span(0, 12)), ("visit", Span(12, 12)), ("free", Span(27, 69))]
    assert [start for _, start in column.blocks[0].starts] == [at(9), at(9, 30)]
    # The quarter of an hour after the gap joins the half hour that follows.
    assert [start for _, start in column.blocks[2].starts][:2] == [at(11, 15), at(11, 30)]


def test_what_has_passed_is_not_free(location: Location, maria: Resource) -> None:
    page = page_of(location, may_book=True, now=at(15, 2))
    (column,) = page.columns
    assert shown(column) == [("free", Span(73, 23))]
    assert column.blocks[0].starts[0][1] == at(15, 5)
    assert page.now_at == Span(72, 2)


def test_overlaps_stand_side_by_side(service: Service, location: Location, maria: Resource) -> None:
    book(service, location, maria, starts_at=at(10))
    book(service, location, maria, starts_at=at(10, 30), is_overbooked=True)
    (column,) = page_of(location).columns
    assert (column.width, [block.span for block in column.blocks]) == (2, [Span(12, 12, 0, 2), Span(18, 12, 1, 2)])


def test_more_than_can_be_drawn_is_a_list(service: Service, location: Location, maria: Resource) -> None:
    for _ in range(9):
        book(service, location, maria)
    assert page_of(location).is_crowded is True


def test_a_room_has_room_beside_its_visits(service: Service, location: Location, business: Business) -> None:
    room = make_resource(business, "Room", kind="room", capacity=3)
    book(service, location, room)
    (column,) = page_of(location, may_book=True).columns
    assert shown(column) == [("free", Span(0, 96)), ("visit", Span(12, 12))]
    assert column.width == 2


def test_calendars_and_other_locations_only_say_that_it_is_taken(
    service: Service, location: Location, maria: Resource, business: Business
) -> None:
    calendar = BusyCalendar.objects.create(
        business=business, resource=maria, name="Private", url="https://example.com/x.ics", created_at=NOW
    )
    BusyTime.objects.create(calendar=calendar, starts_at=at(9), ends_at=at(10))
    book(service, make_location(business, "Far"), maria, hour=12)
    (column,) = page_of(location).columns
    assert column.blocks == (
        Block("calendar", Span(0, 12), at(9), at(10)),
        Block("elsewhere", Span(36, 12), at(12), at(13)),
    )


def test_a_calendar_of_the_location_blocks_everybody(location: Location, business: Business) -> None:
    first, second = make_resource(business, "A"), make_resource(business, "B")
    calendar = BusyCalendar.objects.create(
        business=business, location=location, name="Shop", url="https://example.com/x.ics", created_at=NOW
    )
    BusyTime.objects.create(calendar=calendar, starts_at=at(9), ends_at=at(10))
    BusyTime.objects.create(calendar=calendar, starts_at=at(9, 30), ends_at=at(11))
    page = page_of(location)
    assert [column.resource for column in page.columns] == [first, second]
    assert [shown(column) for column in page.columns] == [[("calendar", Span(0, 24))]] * 2


def test_what_nobody_has_stands_in_a_column_of_its_own(service: Service, location: Location, maria: Resource) -> None:
    booked = book(service, location)
    columns = page_of(location, may_book=True).columns
    assert [column.resource for column in columns] == [maria, None]
    assert (columns[1].hours, columns[1].closed) == ("", ())
    assert [block.appointment for block in columns[1].blocks] == [booked]


def test_somebody_out_of_use_is_shown_while_they_have_something(
    service: Service, location: Location, business: Business, maria: Resource
) -> None:
    gone = make_resource(business, "Gone", is_active=False)
    assert [column.resource for column in page_of(location).columns] == [maria]
    book(service, location, gone)
    assert [column.resource for column in page_of(location).columns] == [gone, maria]


def test_each_status_is_where_it_belongs(service: Service, location: Location, maria: Resource) -> None:
    """Canceled ones beside the columns; missed ones leave their time free; asked-for ones and live holds take it."""
    status = AppointmentStatus
    canceled = book(service, location, maria, hour=9, status=status.CANCELED)
    for hour, state in ((10, status.REQUESTED), (11, status.NO_SHOW), (12, status.COMPLETED), (13, status.EXPIRED)):
        book(service, location, maria, hour=hour, status=state)
    book(service, location, maria, hour=14, status=status.HOLD, hold_expires_at=NOW + timedelta(minutes=5))
    book(service, location, maria, hour=15, status=status.HOLD, hold_expires_at=NOW)
    page = page_of(location, may_book=True)
    assert shown(page.columns[0]) == [
        ("free", Span(0, 12)),
        ("visit", Span(12, 12)),
        ("visit", Span(24, 12)),
        ("free", Span(24, 12)),
        ("visit", Span(36, 12)),
        ("free", Span(48, 12)),
        ("hold", Span(60, 12)),
        ("free", Span(72, 24)),
    ]
    assert (page.canceled, page.visits) == ((canceled,), 3)


def test_one_resource_alone(service: Service, location: Location, maria: Resource, business: Business) -> None:
    book(service, location, make_resource(business, "Sam"))
    book(service, location)
    (column,) = page_of(location, only=maria).columns
    assert (column.resource, column.blocks) == (maria, ())


def test_closures_are_named(location: Location, maria: Resource, business: Business) -> None:
    Closure.objects.create(business=business, name="Inventory", starts_on=DAY, ends_on=DAY)
    Closure.objects.create(business=business, resource=maria, name="Dentist", starts_on=DAY, ends_on=DAY)
    page = page_of(location)
    assert (page.opening.notes, agenda.hours_of_day(page.opening)) == (("Inventory: closed",), "Closed")
    assert (page.columns[0].notes, page.columns[0].hours) == (("Dentist: away",), "Closed")
    assert [tick.text for tick in page.ticks][::9] == ["8 AM", "5 PM"]


@pytest.mark.parametrize(("day", "labels"), [(date(2026, 3, 8), 23), (date(2026, 11, 1), 25)])
def test_days_of_a_clock_change(business: Business, service: Service, day: date, labels: int) -> None:
    location = make_location(business, "East", time_zone="America/New_York")
    resource = make_resource(business, "Night owl")
    resource.opening_hours.create(business=business, weekday=6, opens=time(0), closes=time(0), next_day=True)
    page = agenda.day_page(location, day=day, now=NOW, only=resource)
    assert (len(page.ticks), page.columns[0].closed, page.columns[0].hours) == (labels, (), "midnight – midnight")
    assert page.opening.notes == (
        f"Clocks go {'forward' if labels == 23 else 'back'}: this day has {labels} h",
    )  # fmt: skip


# ---------------------------------------------------------------- week and lists
def test_a_week_by_local_day(service: Service, location: Location, maria: Resource) -> None:
    monday = date(2026, 6, 15)
    late = book(service, location, maria, starts_at=at(23, day=date(2026, 6, 16)))  # Wednesday in UTC
    early = book(service, location, maria, starts_at=at(0, 30, day=monday))
    book(service, location, maria, starts_at=at(23, 30, day=date(2026, 6, 14)), ends_at=at(0, day=monday))
    days = agenda.week_page(location, first=monday, now=NOW)
    assert [one.opening.day.day for one in days] == [15, 16, 17, 18, 19, 20, 21]
    assert [one.visits for one in days] == [(early,), (late,), (), (), (), (), ()]
    assert [one.hours for one in days] == [*["9 AM – 5 PM"] * 5, "Closed", "Closed"]


def test_a_week_of_one_resource(service: Service, location: Location, business: Business, maria: Resource) -> None:
    sam = make_resource(business, "Sam")
    sam.opening_hours.create(business=business, weekday=3, opens=time(12), closes=time(15))
    account = CalDAVAccount.objects.create(
        business=business, resource=sam, url="https://example.com/", username="x", password="x", created_at=NOW
    )
    BusyTime.objects.create(account=account, starts_at=at(13), ends_at=at(14))
    book(service, location, maria)
    mine = book(service, location, sam)
    thursday = agenda.week_page(location, first=date(2026, 6, 15), now=NOW, only=sam)[3]
    assert (thursday.visits, thursday.busy, thursday.hours) == ((mine,), ((at(13), at(14)),), "noon – 3 PM")


def test_requests_wait_until_they_are_over(service: Service, location: Location, business: Business) -> None:
    asked = [
        book(service, place, status=AppointmentStatus.REQUESTED, starts_at=start)
        for place, start in (
            (location, at(12)),
            (location, at(9)),
            (location, NOW - timedelta(days=1)),
            (make_location(business, "Far"), at(9)),
        )
    ]
    book(service, location)
    assert agenda.requests_to_confirm(Appointment.objects.all(), location, now=NOW) == [asked[1], asked[0]]


def test_who_waits_for_a_day(service: Service, location: Location, business: Business) -> None:
    entries = [
        WaitlistEntry.objects.create(
            business=business,
            location=location,
            service=service,
            lead=make_lead(business),
            day=day,
            status=status,
            created_at=NOW,
        )
        for day, status in (
            (DAY, WaitlistStatus.WAITING),
            (DAY, WaitlistStatus.OFFERED),
            (DAY, WaitlistStatus.WITHDRAWN),
            (DAY + timedelta(days=1), WaitlistStatus.WAITING),
        )
    ]
    assert agenda.waiting_on(WaitlistEntry.objects.all(), location, DAY) == entries[:2]


def test_calendars_that_were_not_read_are_named(location: Location, business: Business, maria: Resource) -> None:
    elsewhere = make_resource(business, "Elsewhere")
    elsewhere.locations.add(make_location(business, "Far"))
    for owner, name, ok_at, is_active in (
        ({"resource": maria}, "Old", NOW - timedelta(hours=2), True),
        ({"resource": maria}, "Fresh", NOW - timedelta(minutes=5), True),
        ({"location": location}, "Shop calendar", None, True),
        ({"location": location}, "Off", None, False),
        ({"resource": elsewhere}, "Not here", None, True),
    ):
        BusyCalendar.objects.create(
            business=business, name=name, url="https://example.com/x.ics", created_at=NOW, ok_at=ok_at,
            is_active=is_active, **owner,
        )  # fmt: skip
    found = {(one.name, one.since) for one in agenda.stale_calendars(location, now=NOW)}
    assert found == {("Maria", NOW - timedelta(hours=2)), ("Shop calendar", None)}


@pytest.mark.parametrize("kind", ["day", "week"])
def test_queries_do_not_grow_with_appointments(
    service: Service, location: Location, maria: Resource, kind: str,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:  # fmt: skip
    def look() -> list[str]:
        if kind == "day":
            columns = page_of(location, may_book=True).columns
            blocks = [block for column in columns for block in column.blocks if block.appointment]
            return [f"{block.appointment.service} {block.appointment.lead}" for block in blocks if block.appointment]
        days = agenda.week_page(location, first=date(2026, 6, 15), now=NOW)
        return [f"{row.assignments.all()[0].resource} {row.lead}" for one in days for row in one.visits]

    book(service, location, maria, lead=make_lead(service.business))
    with CaptureQueriesContext(connection) as captured:
        assert len(look()) == 1
    for minute in range(29):
        sam = make_resource(service.business)
        book(service, location, sam, lead=make_lead(service.business), starts_at=at(9, minute))
    with django_assert_num_queries(len(captured)):
        assert len(look()) == 30
