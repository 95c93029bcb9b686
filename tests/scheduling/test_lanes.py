"""Rows to lanes: whose hours hold when, and what takes somebody's time."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from pytest_django import DjangoAssertNumQueries

from scheduling.intervals import Interval
from scheduling.lanes import groups_for, open_time_of
from scheduling.models import BusyCalendar, BusyTime, CalDAVAccount, Closure, OpeningHours, Resource
from tests.factories import NOON, make_appointment, make_location, make_resource
from tests.scheduling.shop import Shop, make_shop

pytestmark = pytest.mark.django_db

THURSDAY = date(2026, 6, 18)


@pytest.fixture
def shop() -> Shop:
    return make_shop()


def hours(*clock: tuple[int, int], day: int = 18) -> list[Interval]:
    """Local hours of New York in June."""
    midnight = datetime(2026, 6, day, 4, tzinfo=UTC)
    return [(midnight + timedelta(hours=start), midnight + timedelta(hours=end)) for start, end in clock]


def open_on_thursday(shop: Shop, row: Resource | None = None) -> list[Interval]:
    row = row or shop.technicians[0]
    found = open_time_of([row], shop.location, first=THURSDAY, last=THURSDAY)[row.pk]
    return [interval for interval in found if interval[1] > hours((0, 1))[0][0]]


def add_hours(shop: Shop, opens: int, closes: int, **owner: object) -> None:
    OpeningHours.objects.create(
        business=shop.business, weekday=3, opens=time(opens), closes=time(closes), next_day=closes <= opens, **owner
    )


def close(shop: Shop, **values: object) -> None:
    Closure.objects.create(
        **{"business": shop.business, "name": "x", "starts_on": THURSDAY, "ends_on": THURSDAY, **values}
    )


def test_hours_of_the_business_then_the_location_then_ones_own(shop: Shop) -> None:
    own, other = make_resource(shop.business), shop.technicians[0]
    assert open_on_thursday(shop) == hours((9, 17))
    add_hours(shop, 8, 12, location=shop.location)
    add_hours(shop, 1, 2, location=make_location(shop.business))
    assert open_on_thursday(shop) == hours((8, 12))
    add_hours(shop, 10, 11, resource=own)
    add_hours(shop, 13, 14, resource=own)
    assert (open_on_thursday(shop, own), open_on_thursday(shop, other)) == (hours((10, 11), (13, 14)), hours((8, 12)))


def test_without_any_hours_nothing_is_open(shop: Shop) -> None:
    OpeningHours.objects.all().delete()
    assert open_on_thursday(shop) == []


def test_whose_closure_it_is(shop: Shop) -> None:
    away, here = make_resource(shop.business), shop.technicians[0]
    close(shop, resource=away)
    assert (open_on_thursday(shop, away), open_on_thursday(shop, here)) == ([], hours((9, 17)))
    close(shop, location=make_location(shop.business))
    assert open_on_thursday(shop, here) == hours((9, 17))
    close(shop, opens=time(10), closes=time(12))
    assert (open_on_thursday(shop, away), open_on_thursday(shop, here)) == ([], hours((10, 12)))


def test_ones_own_special_day_beats_the_closure_of_the_house(shop: Shop) -> None:
    works = make_resource(shop.business)
    close(shop)
    close(shop, resource=works, opens=time(10), closes=time(12))
    assert (open_on_thursday(shop, works), open_on_thursday(shop)) == (hours((10, 12)), [])


def test_the_night_before_reaches_into_the_day_unless_that_is_closed(shop: Shop) -> None:
    OpeningHours.objects.all().delete()
    OpeningHours.objects.create(business=shop.business, weekday=2, opens=time(22), closes=time(4), next_day=True)
    assert open_on_thursday(shop) == hours((-2, 4))
    close(shop)
    assert open_on_thursday(shop) == []


def test_an_odd_opening_begins_at_the_next_full_step(shop: Shop) -> None:
    OpeningHours.objects.update(opens=time(9, 7), closes=time(16, 58))
    ((opens, closes),) = open_on_thursday(shop)
    assert (opens, closes) == (shop.at(9, 10), shop.at(16, 58))


def busy_of(shop: Shop) -> list[list[tuple[datetime, datetime]]]:
    """What is taken of each seat of the first technician on Thursday, with what follows it."""
    (group,) = groups_for([shop.technicians], shop.location, first=THURSDAY, last=THURSDAY, now=NOON)
    return [sorted((busy.start, busy.end + busy.after) for busy in lane.busy) for lane in group]


def test_what_takes_time(shop: Shop) -> None:
    (technician,) = shop.technicians
    for hour, status in enumerate(["confirmed", "completed", "hold", "requested", "canceled", "no_show", "expired"]):
        make_appointment(
            shop.service, shop.location, technician, starts_at=shop.at(9 + hour), status=status,
            hold_expires_at=NOON + timedelta(minutes=1) if status == "hold" else None,
        )  # fmt: skip
    make_appointment(
        shop.service, shop.location, technician, starts_at=shop.at(17), status="hold", hold_expires_at=NOON
    )
    assert busy_of(shop) == [[(shop.at(9), shop.at(10)), (shop.at(10), shop.at(11)), (shop.at(11), shop.at(12))]]


def test_time_is_taken_in_whole_steps_with_the_gap(shop: Shop) -> None:
    make_appointment(
        shop.service, shop.location, *shop.technicians, starts_at=shop.at(10, 2), ends_at=shop.at(10, 31), gap_minutes=7
    )
    assert busy_of(shop) == [[(shop.at(10), shop.at(10, 40))]]


def test_appointments_anywhere_take_it(shop: Shop) -> None:
    """A technician who works at two places is at one of them."""
    make_appointment(shop.service, make_location(shop.business), *shop.technicians, starts_at=shop.at(10))
    assert busy_of(shop) == [[(shop.at(10), shop.at(11))]]


def test_calendars_take_it(shop: Shop) -> None:
    other = make_resource(shop.business)
    common = {"business": shop.business, "created_at": NOON}
    calendar = {"name": "x", "url": "https://example.com/x", **common}
    own = BusyCalendar.objects.create(resource=shop.technicians[0], **calendar)
    house = BusyCalendar.objects.create(location=shop.location, **calendar)
    off = BusyCalendar.objects.create(resource=shop.technicians[0], is_active=False, **calendar)
    theirs = BusyCalendar.objects.create(resource=other, **calendar)
    far = BusyCalendar.objects.create(location=make_location(shop.business), **calendar)
    account = CalDAVAccount.objects.create(
        resource=shop.technicians[0], url="https://example.com/dav", username="x", password="x", **common
    )
    owners = [{"calendar": row} for row in (own, house, off, theirs, far)] + [{"account": account}]
    for hour, owner in enumerate(owners, start=9):
        BusyTime.objects.create(starts_at=shop.at(hour), ends_at=shop.at(hour, 20), **owner)
    assert busy_of(shop) == [[(shop.at(hour), shop.at(hour, 20)) for hour in (9, 10, 14)]]


def test_seats_are_lanes_of_their_own_and_a_cut_seat_blocks_the_rest() -> None:
    shop = make_shop(capacity=3)
    for seat, hour in enumerate((10, 12, 14)):
        row = make_appointment(shop.service, shop.location, *shop.technicians, starts_at=shop.at(hour))
        row.assignments.update(seat=seat)
    assert busy_of(shop) == [[(shop.at(hour), shop.at(hour + 1))] for hour in (10, 12, 14)]
    shop.technicians[0].capacity = 2
    assert busy_of(shop) == [[(shop.at(hour), shop.at(hour + 1)), (shop.at(14), shop.at(15))] for hour in (10, 12)]


def test_as_many_queries_for_many_as_for_one(shop: Shop, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    crowd = [make_resource(shop.business) for _ in range(12)]
    for row in crowd:
        add_hours(shop, 10, 11, resource=row)
        close(shop, resource=row)
        for hour in (9, 11, 13):
            make_appointment(shop.service, shop.location, row, starts_at=shop.at(hour))
    for group in (shop.technicians, crowd):
        with django_assert_num_queries(4):
            groups_for([group], shop.location, first=THURSDAY, last=THURSDAY, now=NOON)
