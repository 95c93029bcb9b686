"""What is listed: by whom, on which days, and that it can be booked."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from django.db import transaction
from pytest_django import DjangoAssertNumQueries

from scheduling.availability import Availability
from scheduling.enums import BookedBy
from scheduling.models import BusyCalendar, CalDAVAccount, Closure, OpeningHours
from scheduling.slots import (
    Circumstances,
    availability_in,
    eligible,
    local_days,
    next_slots,
    open_slots,
    stale_resources,
)
from tests.factories import NOON, make_appointment, make_lead, make_location, make_resource, make_service
from tests.scheduling.shop import Shop, make_shop

pytestmark = pytest.mark.django_db

THURSDAY = date(2026, 6, 18)


@pytest.fixture
def shop() -> Shop:
    return make_shop()


def test_a_day(shop: Shop) -> None:
    shop.book(shop.at(10))
    expected = [shop.at(9), *(shop.at(11) + timedelta(minutes=30 * index) for index in range(11))]
    assert shop.open_on() == expected


def test_today_begins_now(shop: Shop) -> None:
    assert shop.open_on(0, now=NOON + timedelta(minutes=1)) == [
        shop.at(14, 30, days=0), shop.at(15, days=0), shop.at(15, 30, days=0), shop.at(16, days=0),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("first", "last"),
    [
        (date(2026, 6, 1), date(2026, 6, 16)),
        (date.min, date(2020, 1, 1)),
        (date(2100, 1, 1), date.max),
        (date(2026, 6, 18), date(2026, 6, 17)),
        (date(2026, 6, 20), date(2026, 6, 21)),
    ],
)
def test_ranges_in_which_nothing_is(shop: Shop, first: date, last: date) -> None:
    assert open_slots(shop.service, shop.location, now=NOON, first=first, last=last) == []
    assert open_slots(shop.service, shop.location, now=NOON, first=first, last=last, for_staff=True) == []


def test_all_of_time_is_the_horizon() -> None:
    shop = make_shop(horizon_days=1, step_minutes=240)
    found = open_slots(shop.service, shop.location, now=NOON, first=date.min, last=date.max)
    assert found == [shop.at(9), shop.at(13)]


def test_a_visit_may_run_past_midnight_where_it_stays_open(shop: Shop) -> None:
    """Asked day by day, as the door does, or for the whole week: the same."""
    OpeningHours.objects.all().delete()
    for weekday in range(7):
        OpeningHours.objects.create(
            business=shop.business, weekday=weekday, opens=time(0), closes=time(0), next_day=True
        )
    week = open_slots(
        shop.service, shop.location, now=NOON, first=THURSDAY, last=THURSDAY + timedelta(days=6)
    )  # fmt: skip
    assert week == [start for days in range(1, 8) for start in shop.open_on(days)]
    assert len(week) == 7 * 48
    assert shop.book(shop.at(23, 30)).status == "confirmed"
    assert shop.at(0, days=2) not in shop.open_on(2)


def test_a_visit_of_several_days(shop: Shop) -> None:
    OpeningHours.objects.all().delete()
    for weekday in range(7):
        OpeningHours.objects.create(
            business=shop.business, weekday=weekday, opens=time(0), closes=time(0), next_day=True
        )
    shop.service.duration_minutes = 50 * 60
    shop.service.save()
    shop.book(shop.at(12))
    assert shop.open_on(2) == []
    assert [start for start in shop.open_on(3) if start < shop.at(15, days=3)] == [
        shop.at(14, days=3), shop.at(14, 30, days=3),
    ]  # fmt: skip


def test_everything_listed_can_be_booked(shop: Shop) -> None:
    make_resource(shop.business, kind="bay")
    shop.book(shop.at(10, 30))
    listed = shop.open_on() + shop.open_on(2)
    assert len(listed) > 20
    for start in listed:
        with transaction.atomic():
            shop.book(start)
            transaction.set_rollback(True)


def test_who_is_eligible(shop: Shop) -> None:
    business = shop.business
    bay = make_resource(business, kind="bay")
    skilled, here = make_resource(business), make_resource(business)
    skilled.services.add(shop.service, make_service(business))
    here.locations.add(shop.location, make_location(business))
    make_resource(business, is_active=False)
    make_resource(business).services.add(make_service(business))
    make_resource(business).locations.add(make_location(business))
    make_shop()
    technicians = [*shop.technicians, skilled, here]

    assert eligible(shop.service, shop.location) == [[bay], technicians]
    assert eligible(shop.service, shop.location, resource=skilled) == [[bay], [skilled]]
    assert eligible(shop.service, shop.location, without={bay.pk, here.pk}) == [[], technicians[:2]]
    unable = make_resource(business, kind="room", is_active=False)
    assert eligible(shop.service, shop.location, resource=unable) == [[bay], technicians, []]
    assert eligible(shop.service, shop.location, resource=unable, overrules=True) == [[bay], technicians, [unable]]


def test_a_bay_that_is_full_is_nobodys_fault(shop: Shop) -> None:
    bay = make_resource(shop.business, kind="bay")
    make_appointment(shop.service, shop.location, bay, starts_at=shop.at(9), ends_at=shop.at(17))
    assert shop.open_on() == []


def test_next_slots(shop: Shop) -> None:
    def following(**values: object) -> list[datetime]:
        return next_slots(shop.service, shop.location, **{"now": NOON, **values})

    assert following() == [shop.at(14, 30, days=0), shop.at(15, days=0), shop.at(15, 30, days=0)]
    assert following(after=shop.at(16), count=2) == [shop.at(9, days=2), shop.at(9, 30, days=2)]
    assert following(after=shop.at(15, 30), count=1) == [shop.at(16)]
    assert following(after=shop.at(12, days=-9), count=1) == [shop.at(14, 30, days=0)]
    assert following(after=shop.at(12, days=40)) == []
    assert following(after=shop.at(12, days=30), count=100) == [
        shop.at(12, 30, days=30) + timedelta(minutes=30 * index) for index in range(8)
    ]
    shop.rules.delete()
    assert following() == []


@pytest.mark.parametrize(("horizon", "days", "found"), [(365, 119, 1), (365, 120, 0), (30, 30, 1), (30, 31, 0)])
def test_next_slots_looks_to_the_end_of_the_horizon_but_not_for_ever(horizon: int, days: int, found: int) -> None:
    """Only from the last hour of one day on there is anything."""
    shop = make_shop(horizon_days=horizon)
    OpeningHours.objects.all().delete()
    day = (NOON + timedelta(days=days)).date()
    Closure.objects.create(
        business=shop.business, name="Open", starts_on=day, ends_on=day, opens=time(16), closes=time(17)
    )
    expected = [datetime.combine(day, time(16), tzinfo=shop.location.zone).astimezone(UTC)]
    assert next_slots(shop.service, shop.location, now=NOON) == expected[:found]


def test_next_slots_begins_where_the_notice_ends() -> None:
    shop = make_shop(horizon_days=365, notice_minutes=130 * 24 * 60)
    (start,) = next_slots(shop.service, shop.location, now=NOON, count=1)
    assert start == datetime(2026, 10, 26, 13, tzinfo=UTC)  # 130 days from NOON is a Sunday


def test_whom_a_full_day_counts() -> None:
    """Visits, and what is held for somebody; not what strangers hold."""
    shop = make_shop(technicians=3, most_per_day=2)
    shop.book(shop.at(9))
    shop.hold(shop.at(10))
    shop.hold(shop.at(11))
    assert shop.at(12) in shop.open_on()
    shop.hold(shop.at(12), lead=make_lead(shop.business))
    assert shop.open_on() == []


def test_staff_see_what_customers_do_not() -> None:
    shop = make_shop(notice_minutes=20 * 60, horizon_days=0, most_per_day=1)
    shop.book(shop.at(10), by=BookedBy.STAFF)
    assert shop.open_on() == []
    assert shop.at(9) in shop.open_on(for_staff=True)
    assert next_slots(shop.service, shop.location, now=NOON, count=1, for_staff=True) == [shop.at(14, 30, days=0)]


def test_stale_calendars() -> None:
    shop = make_shop(technicians=2)
    first, second = (row.pk for row in shop.technicians)

    def stale() -> set[int]:
        return set(stale_resources([first, second], shop.location, now=NOON))

    calendar = BusyCalendar.objects.create(
        business=shop.business, resource_id=first, name="x", url="https://example.com", created_at=NOON, ok_at=NOON
    )
    assert stale() == set()
    BusyCalendar.objects.update(ok_at=NOON - timedelta(hours=2))
    assert stale() == {first}
    CalDAVAccount.objects.create(
        business=shop.business, resource_id=second, url="https://example.com", username="x", password="x",
        created_at=NOON,
    )  # fmt: skip
    assert stale() == {first, second}
    CalDAVAccount.objects.update(is_active=False)
    assert stale() == {first}
    BusyCalendar.objects.filter(pk=calendar.pk).update(resource=None, location=shop.location)
    assert stale() == {first, second}
    BusyCalendar.objects.update(location=make_location(shop.business))
    assert stale() == set()


def test_starts_by_local_day(shop: Shop) -> None:
    late, early = datetime(2026, 6, 19, 3, 30, tzinfo=UTC), datetime(2026, 6, 19, 4, tzinfo=UTC)
    assert local_days([late, early], shop.location) == {THURSDAY: [late], date(2026, 6, 19): [early]}


@pytest.mark.parametrize(("technicians", "appointments"), [(1, 1), (6, 60)])
def test_a_fixed_number_of_queries(
    django_assert_num_queries: DjangoAssertNumQueries, technicians: int, appointments: int
) -> None:
    shop = make_shop(technicians=technicians, most_per_day=50)
    for index in range(appointments):
        make_appointment(
            shop.service, shop.location, shop.technicians[index % technicians], starts_at=shop.at(9 + index % 8)
        )
    with django_assert_num_queries(7):
        open_slots(shop.service, shop.location, now=NOON, first=THURSDAY, last=THURSDAY + timedelta(days=13))


def test_availability_says_why(shop: Shop) -> None:
    def asked(**circumstances: bool) -> Availability:
        return availability_in(
            Circumstances(**circumstances), shop.service, shop.location, now=NOON, first=THURSDAY, last=THURSDAY
        )

    assert (asked().reason_against(shop.at(8)), asked().is_bookable(shop.at(9))) == ("closed", True)
    assert asked(overrules=True).is_bookable(shop.at(3))
