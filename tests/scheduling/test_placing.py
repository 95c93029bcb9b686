"""Where a visit goes, and what is refused: to customers, to staff, to everybody."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from leads.models import CallbackTask
from scheduling import booking
from scheduling.enums import BookedBy
from scheduling.models import Claim, Closure
from tests.factories import (
    NOON,
    make_area,
    make_booking_settings,
    make_hours,
    make_lead,
    make_location,
    make_request,
    make_resource,
    make_service,
    make_user,
)
from tests.scheduling.shop import Shop, check_books, events_of, make_shop, make_stale, refused

pytestmark = pytest.mark.django_db


@pytest.fixture
def shop() -> Shop:
    return make_shop()


def test_somebody_elses_request_is_refused(shop: Shop) -> None:
    request = make_request(make_lead(shop.business), shop.location)
    lead = make_lead(shop.business)
    assert refused(lambda: shop.book(shop.at(10), lead=lead, request=request)) == ("not_bookable", [])
    assert refused(lambda: shop.book(shop.at(10), request=request)) == ("not_bookable", [])


@pytest.mark.parametrize(
    ("hour", "minute", "reason"),
    [(8, 30, "closed"), (16, 30, "closed"), (10, 7, "off_grid"), (17, 0, "closed"), (23, 55, "closed")],
)
def test_times_that_cannot_be_had(shop: Shop, hour: int, minute: int, reason: str) -> None:
    assert refused(lambda: shop.book(shop.at(hour, minute)))[0] == reason


def test_seconds_are_off_the_grid(shop: Shop) -> None:
    assert refused(lambda: shop.book(shop.at(10) + timedelta(seconds=1)))[0] == "off_grid"
    assert refused(lambda: shop.book(shop.at(10) + timedelta(microseconds=1)))[0] == "off_grid"


@pytest.mark.parametrize(
    ("start", "by", "reason"),
    [
        (datetime(1, 1, 1, tzinfo=UTC), BookedBy.PAGE, "too_soon"),
        (datetime(9999, 12, 31, 23, 55, tzinfo=UTC), BookedBy.PAGE, "too_far"),
        (datetime(1, 1, 1, tzinfo=UTC), BookedBy.STAFF, "too_soon"),
        (datetime(9999, 12, 31, 23, 55, tzinfo=UTC), BookedBy.STAFF, "too_far"),
        (NOON - timedelta(minutes=5), BookedBy.PAGE, "too_soon"),
        (NOON - timedelta(minutes=5), BookedBy.STAFF, "past"),
    ],
)
def test_past_and_absurd_times(shop: Shop, start: datetime, by: BookedBy, reason: str) -> None:
    answer = refused(lambda: shop.book(start, by=by))
    assert answer == (reason, [shop.at(14, 30, days=0), shop.at(15, days=0), shop.at(15, 30, days=0)])
    if start.year != NOON.year:
        assert refused(lambda: shop.book(start, by=BookedBy.STAFF, overrules=True))[0] == reason


def test_a_start_without_a_zone_is_a_mistake(shop: Shop) -> None:
    with pytest.raises(ValueError, match="without a zone"):
        shop.want(datetime(2026, 6, 18, 10))


def test_a_local_start_is_the_same_as_its_instant() -> None:
    """Two hours from 1:00 on the day the clock jumps are two real hours, whoever asks in whichever zone."""
    shop = make_shop(minutes=120)
    make_hours(shop.business, resource=shop.technicians[0], opens=time(0), closes=time(0), next_day=True)
    Closure.objects.create(
        business=shop.business, name="Extra", starts_on=date(2026, 3, 8), ends_on=date(2026, 3, 8), opens=time(0),
        closes=time(6),
    )  # fmt: skip
    start = datetime(2026, 3, 8, 1, tzinfo=ZoneInfo("America/New_York"))

    row = shop.book(start, now=datetime(2026, 3, 6, tzinfo=UTC))

    assert (row.starts_at, row.ends_at) == (datetime(2026, 3, 8, 6, tzinfo=UTC), datetime(2026, 3, 8, 8, tzinfo=UTC))
    assert Claim.objects.count() == 24


def test_a_service_without_any_length_is_refused(shop: Shop) -> None:
    shop.service.duration_minutes = 0
    shop.service.save()
    assert refused(lambda: shop.book(shop.at(10), by=BookedBy.STAFF, overrules=True))[0] == "not_bookable"


def test_the_named_technician_and_no_other() -> None:
    shop = make_shop(technicians=2)
    first, second = shop.technicians
    assert list(shop.book(shop.at(10), resource=second).resources.all()) == [second]
    assert refused(lambda: shop.book(shop.at(10), resource=second)) == (
        "taken", [shop.at(11), shop.at(11, 30), shop.at(12)],
    )  # fmt: skip
    assert list(shop.book(shop.at(10), resource=first).resources.all()) == [first]


@pytest.mark.parametrize("flaw", ["inactive", "elsewhere", "unskilled"])
def test_who_cannot_do_it_is_not_booked_even_by_name(shop: Shop, flaw: str) -> None:
    other = make_resource(shop.business, is_active=flaw != "inactive")
    if flaw == "elsewhere":
        other.locations.add(make_location(shop.business))
    if flaw == "unskilled":
        other.services.add(make_service(shop.business))
    for by in (BookedBy.PAGE, BookedBy.STAFF):
        assert refused(lambda by=by: shop.book(shop.at(10), resource=other, by=by)) == ("not_bookable", [])
    assert shop.open_on(resource=other) == []
    row = shop.book(shop.at(10), resource=other, by=BookedBy.STAFF, overrules=True)
    assert (list(row.resources.all()), row.is_overbooked) == ([other], False)


@pytest.mark.parametrize("closed", ["rules", "online", "service"])
def test_what_customers_may_not_book_by_themselves(shop: Shop, closed: str) -> None:
    if closed == "rules":
        shop.rules.delete()
    if closed == "online":
        shop.rules.is_online = False
        shop.rules.save()
    if closed == "service":
        shop.service.is_active = False
        shop.service.save()
    assert shop.open_on() == []
    for by in (BookedBy.PAGE, BookedBy.TEXT, BookedBy.ROBOT, BookedBy.API):
        assert refused(lambda by=by: shop.book(shop.at(10), by=by)) == ("not_bookable", [])
    assert shop.at(10) in shop.open_on(for_staff=True)
    assert shop.book(shop.at(10), by=BookedBy.STAFF).status == "confirmed"


def test_nothing_crosses_from_one_business_to_another(shop: Shop) -> None:
    other = make_shop()
    foreign = {
        "location": other.location,
        "service": other.service,
        "lead": make_lead(other.business),
        "resource": other.technicians[0],
        "area": make_area(other.business),
    }
    for by in (BookedBy.PAGE, BookedBy.STAFF):
        for name, value in foreign.items():
            answer = refused(lambda: shop.book(shop.at(10), by=by, overrules=by == "staff", **{name: value}))  # noqa: B023  called at once
            assert answer == ("not_bookable", [])


def test_only_served_areas() -> None:
    shop = make_shop(place="customer")
    shop.book(shop.at(9))  # a business without areas goes everywhere
    here, there = make_area(shop.business), make_area(shop.business, location=make_location(shop.business))

    assert refused(lambda: shop.book(shop.at(10))) == ("out_of_area", [])
    assert refused(lambda: shop.book(shop.at(10), area=there)) == ("out_of_area", [])
    assert shop.book(shop.at(10), area=here).area == here
    assert shop.book(shop.at(11), by=BookedBy.STAFF).area is None


def test_a_phone_can_only_have_so_many(shop: Shop) -> None:
    make_booking_settings(shop.business, most_open_per_phone=2)
    lead = make_lead(shop.business)
    shop.book(shop.at(9), lead=lead)
    shop.book(shop.at(10), lead=lead)
    assert refused(lambda: shop.book(shop.at(11), lead=lead)) == ("too_many", [])
    assert refused(lambda: shop.hold(shop.at(11), lead=lead)) == ("too_many", [])
    shop.book(shop.at(11), lead=lead, by=BookedBy.STAFF)
    shop.book(shop.at(12), lead=make_lead(shop.business))
    assert refused(lambda: shop.book(shop.at(13), lead=lead, now=shop.at(8, 55)))[0] == "too_many"
    shop.book(shop.at(13), lead=lead, now=shop.at(10))  # only one of the three is still to come by then


def test_requests_count_for_the_phone_too(shop: Shop) -> None:
    make_booking_settings(shop.business, most_open_per_phone=1)
    make_stale(shop)
    lead = make_lead(shop.business)
    assert shop.book(shop.at(9), lead=lead).status == "requested"
    assert refused(lambda: shop.book(shop.at(10), lead=lead))[0] == "too_many"


@pytest.mark.parametrize("limit", [{"most_per_day": 2}, {"most_minutes_per_day": 120}])
def test_a_full_day(limit: dict[str, int]) -> None:
    shop = make_shop(technicians=3, **limit)
    shop.book(shop.at(9))
    row = shop.book(shop.at(10))
    assert shop.open_on() == []
    reason, starts = refused(lambda: shop.book(shop.at(11)))
    assert (reason, starts[0]) == ("day_full", shop.at(9, days=2))
    booking.reschedule(row, starts_at=shop.at(12), by=BookedBy.PAGE, now=NOON, version=1)  # its own place is its own
    shop.book(shop.at(11), by=BookedBy.STAFF)


@pytest.mark.parametrize("limit", [{"most_per_day": 2}, {"most_minutes_per_day": 120}])
def test_holds_for_the_last_place_of_a_day(limit: dict[str, int]) -> None:
    """They do not fill the day, so the door counts again when one becomes a booking."""
    shop = make_shop(technicians=3, **limit)
    first, second, third = (shop.hold(shop.at(hour)) for hour in (9, 10, 11))
    for held in (first, second):
        assert shop.book(held.starts_at, held=held).pk == held.pk
    reason, starts = refused(lambda: shop.book(third.starts_at, held=third))
    assert (reason, starts[0]) == ("day_full", shop.at(9, days=2))
    assert shop.book(third.starts_at, held=third, by=BookedBy.STAFF).status == "confirmed"
    check_books()


def test_what_is_held_for_somebody_has_its_place() -> None:
    """Who was offered the last place of a day is not overtaken by a stranger, who is refused even with a hold."""
    shop = make_shop(technicians=3, most_per_day=1)
    lead = make_lead(shop.business)
    strangers = shop.hold(shop.at(9))
    offered = shop.hold(shop.at(10), lead=lead)
    assert refused(lambda: shop.book(strangers.starts_at, held=strangers))[0] == "day_full"
    assert shop.book(offered.starts_at, held=offered, lead=lead).status == "confirmed"


def test_notice_and_horizon_are_the_same_in_the_list_and_at_the_door() -> None:
    shop = make_shop(notice_minutes=23 * 60, horizon_days=2)
    listed = [start for days in range(5) for start in shop.open_on(days)]
    assert (listed[0], listed[-1]) == (shop.at(13), shop.at(16, days=2))
    assert refused(lambda: shop.book(shop.at(12, 55)))[0] == "too_soon"
    assert refused(lambda: shop.book(shop.at(9, days=5))) == ("too_far", listed[:3])
    shop.book(listed[0])
    shop.book(listed[-1])


def test_staff_book_outside_hours_only_knowingly(shop: Shop) -> None:
    assert refused(lambda: shop.book(shop.at(20), by=BookedBy.STAFF))[0] == "closed"
    assert refused(lambda: shop.book(shop.at(20), by=BookedBy.PAGE, overrules=True))[0] == "closed"
    row = shop.book(shop.at(20), by=BookedBy.STAFF, overrules=True)
    assert row.is_overbooked is False
    check_books()


def test_staff_book_over_something_knowingly() -> None:
    shop = make_shop()
    bay = make_resource(shop.business, kind="bay", capacity=2)
    first = shop.book(shop.at(10))

    row = shop.book(shop.at(10, 30), by=BookedBy.STAFF, overrules=True)

    assert (row.is_overbooked, set(row.resources.all())) == (True, {shop.technicians[0], bay})
    assert sorted(row.assignments.values_list("resource__kind", "seat")) == [("bay", 1), ("technician", 0)]
    check_books()
    booking.cancel(first, by=BookedBy.STAFF, now=NOON, version=1)
    assert Claim.objects.count() == 0
    assert refused(lambda: shop.book(shop.at(10)))[0] == "taken"  # it takes the time although it has no claims
    moved = booking.reschedule(row, starts_at=shop.at(14), by=BookedBy.STAFF, now=NOON, version=1)
    assert moved.is_overbooked is False
    shop.book(shop.at(10))
    check_books()


def test_staff_write_down_what_was(shop: Shop) -> None:
    assert shop.book(shop.at(9, days=-30), by=BookedBy.STAFF, overrules=True).status == "confirmed"


def test_a_stale_calendar_turns_a_booking_into_a_request(shop: Shop) -> None:
    make_stale(shop)
    lead = make_lead(shop.business)

    row = shop.book(shop.at(10), lead=lead)

    assert (row.status, row.request.status, Claim.objects.count()) == ("requested", "open", 0)
    assert events_of(shop.business) == [("appointment.requested", f"Asked for: {shop.service.name}, Thu Jun 18, 10:00")]
    task = CallbackTask.objects.get()
    assert (task.reason, task.lead) == ("appointment", lead)
    assert shop.at(10) in shop.open_on()
    assert shop.book(shop.at(10), by=BookedBy.STAFF).status == "confirmed"
    assert refused(lambda: booking.confirm_request(row, actor=make_user(), now=NOON))[0] == "taken"
    check_books()


def test_somebody_whose_calendar_is_fresh_comes_first() -> None:
    shop = make_shop(technicians=2)
    make_stale(shop)
    assert list(shop.book(shop.at(10)).resources.all()) == [shop.technicians[1]]
    assert shop.book(shop.at(10)).status == "requested"
    assert shop.hold(shop.at(11)).assignments.get().resource == shop.technicians[1]


def test_a_held_slot_of_a_stale_calendar_is_booked_as_a_request(shop: Shop) -> None:
    make_stale(shop, location=shop.location)
    held = shop.hold(shop.at(10))
    assert Claim.objects.count() == 12
    assert shop.book(shop.at(10), held=held).status == "requested"
    check_books()
