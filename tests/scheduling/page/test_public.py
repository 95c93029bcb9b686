from datetime import date, datetime, timedelta
from typing import Any

import pytest

from recoverline.lib import clock
from scheduling.callback_windows import Window
from scheduling.models import Appointment, BookingRules, Resource
from scheduling.page import public
from scheduling.page.public import Entrance, Nowhere, Offer, Outside, Question, Spot
from tests.factories import (
    NOON,
    make_appointment,
    make_area,
    make_lead,
    make_location,
    make_resource,
    make_rules,
    make_service,
)
from tests.scheduling.page.visitor import at, make_page
from tests.scheduling.shop import Shop

pytestmark = pytest.mark.django_db

TODAY = date(2026, 6, 17)


@pytest.fixture
def shop() -> Shop:
    return make_page()


def entrance(shop: Shop) -> Entrance:
    found = public.open_entrance(shop.business.slug)
    assert found is not None
    return found


def offer(shop: Shop) -> Offer:
    shop.service.refresh_from_db()
    return Offer(shop.service, BookingRules.objects.get(service=shop.service))


def week(shop: Shop, **values: Any) -> public.Week:
    values = {"now": NOON, "first": None, "ignoring": None, **values}
    return public.slot_week(offer(shop), Spot(shop.location), **values)


# ---------------------------------------------------------------- what
def test_offers_are_what_customers_can_book_by_name(shop: Shop) -> None:
    for name, online, active in (
        ("Zinc", True, True),
        ("Apple", True, True),
        ("No", False, True),
        ("Gone", True, False),
    ):
        make_rules(make_service(shop.business, name, is_active=active), is_online=online)
    make_service(shop.business, "Without rules")
    make_rules(make_service(make_page(slug="birch").business, "Of others"))
    names = [found.service.name for found in public.offers_of(shop.business)]
    assert names == sorted(["Apple", shop.service.name, "Zinc"])


# ---------------------------------------------------------------- where
def find(shop: Shop, **values: str) -> object:
    return public.find_spot(entrance(shop), offer(shop), **values)


def test_one_location_needs_no_question(shop: Shop) -> None:
    assert find(shop) == Spot(shop.location)
    assert find(shop, location_slug="nowhere") == Spot(shop.location)


def test_which_location_is_asked_where_several_can(shop: Shop) -> None:
    annex = make_location(shop.business, "Annex", slug="annex")
    assert find(shop) == Question.LOCATION
    assert find(shop, location_slug="annex") == Spot(annex)
    Resource.objects.get().locations.add(annex)
    assert find(shop) == Spot(annex)  # nobody works at the other one
    Resource.objects.get().services.add(make_service(shop.business))
    assert find(shop) == Nowhere()


def test_a_location_of_others_is_none(shop: Shop) -> None:
    make_location(shop.business, "Annex")
    assert find(shop, location_slug=make_page(slug="birch").location.slug) == Question.LOCATION


def test_the_area_decides_where_we_go(shop: Shop) -> None:
    BookingRules.objects.update(place="customer")
    annex = make_location(shop.business, "Annex", slug="annex")
    assert find(shop) == Question.LOCATION  # no areas: everywhere
    tempe = make_area(shop.business, "Tempe", postal_codes=["85281"], location=annex)
    mesa = make_area(shop.business, "Mesa", postal_codes=["85201"])
    assert find(shop) == Question.PLACE
    assert find(shop, place="85281") == Spot(annex, tempe, "85281")
    assert find(shop, place="mesa") == Spot(annex, mesa, "mesa")  # of no location: the first by name
    assert find(shop, place="mesa", location_slug=shop.location.slug) == Spot(shop.location, mesa, "mesa")
    assert find(shop, place="Phoenix") == Outside("Phoenix")


def test_an_area_of_others_is_outside(shop: Shop) -> None:
    BookingRules.objects.update(place="customer")
    make_area(shop.business, "Mesa")
    make_area(make_page(slug="birch").business, "Tempe", postal_codes=["85281"])
    assert find(shop, place="85281") == Outside("85281")


# ---------------------------------------------------------------- when
def test_the_first_week_begins_today(shop: Shop) -> None:
    found = week(shop)
    assert (found.first, found.earlier, found.later, found.next_day, found.full) == (
        TODAY, None, date(2026, 6, 24), None, [],
    )  # fmt: skip
    assert [day.day for day in found.days] == [17, 18, 19, 22, 23]
    assert [len(starts) for starts in found.days.values()] == [5, 15, 15, 15, 15]


def test_without_times_today_it_begins_where_they_do(shop: Shop) -> None:
    BookingRules.objects.update(notice_minutes=10 * 24 * 60)
    found = week(shop)
    assert (found.first, found.earlier, found.next_day) == (date(2026, 6, 29), date(2026, 6, 22), None)
    asked = week(shop, first=date(2026, 6, 18))
    assert (asked.first, asked.days, asked.next_day) == (date(2026, 6, 18), {}, date(2026, 6, 29))


def test_no_week_outside_of_what_can_be_booked(shop: Shop) -> None:
    assert week(shop, first=date(2026, 6, 1)).first == TODAY
    last = week(shop, first=date(2027, 6, 1))
    assert (last.first, last.later, [day.day for day in last.days]) == (date(2026, 7, 17), None, [17])


def test_nothing_in_the_whole_horizon(shop: Shop) -> None:
    BookingRules.objects.update(notice_minutes=60 * 24 * 60)
    found = week(shop)
    assert (found.days, found.next_day, found.earlier) == ({}, None, None)


def test_full_days_are_those_that_others_have_taken(shop: Shop) -> None:
    for hour in range(9, 17):
        make_appointment(shop.service, shop.location, *shop.technicians, starts_at=shop.at(hour))
    assert week(shop).full == [date(2026, 6, 18)]  # and neither Saturday nor Sunday
    BookingRules.objects.update(most_per_day=1)
    make_appointment(shop.service, shop.location, starts_at=shop.at(9, days=2))
    assert week(shop).full == [date(2026, 6, 18), date(2026, 6, 19)]


def test_ones_own_time_is_no_obstacle_and_can_be_left_out(shop: Shop) -> None:
    row = make_appointment(shop.service, shop.location, *shop.technicians, starts_at=shop.at(10))
    day = date(2026, 6, 18)
    assert shop.at(9, 30) not in week(shop).days[day]
    mine = week(shop, ignoring=row)
    assert {shop.at(9, 30), shop.at(10)} <= set(mine.days[day])
    other = public.without(mine, shop.at(10))
    assert set(mine.days[day]) - set(other.days[day]) == {shop.at(10)}


def test_a_day_that_has_no_other_start_is_left_out(shop: Shop) -> None:
    only = public.Week(TODAY, {TODAY: [NOON]}, [], None, None, None)
    assert public.without(only, NOON).days == {}


def test_days_that_can_be_booked_at_all(shop: Shop) -> None:
    days = [TODAY - timedelta(days=1), TODAY, TODAY + timedelta(days=30), TODAY + timedelta(days=31)]
    found = [public.is_bookable_day(offer(shop), Spot(shop.location), day, now=NOON) for day in days]
    assert found == [False, True, True, False]


# ---------------------------------------------------------------- what comes back from a browser
@pytest.mark.parametrize(
    ("text", "start"),
    [
        ("2026-06-18T14:00:00+00:00", datetime.fromisoformat("2026-06-18T14:00:00+00:00")),
        ("2026-06-18T10:00:00-04:00", datetime.fromisoformat("2026-06-18T14:00:00+00:00")),
        ("2026-06-18T14:00:00", None),
        ("2026-06-18", None),
        ("", None),
        ("2026-06-18T14:00:00\x00+00:00", None),
        ("9999-12-31T23:59:59-23:59", None),
        ("0001-01-01T00:00:00+23:59", None),
        ("2036-06-18T14:00:00+00:00", None),
    ],
)
def test_instants(text: str, start: datetime | None) -> None:
    assert public.parse_start(text, now=NOON) == start


def test_a_signature_is_good_for_one_thing_one_business_and_a_while(shop: Shop) -> None:
    row = shop.book(shop.at(10), lead=make_lead(shop.business))
    mine, other = entrance(shop), entrance(make_page(slug="birch"))
    with at():
        hold, done = public.sign_hold(row), public.sign_done(row)
        assert (public.find_held(mine, hold, now=NOON), public.find_done(mine, done, now=NOON)) == (row, (row, True))
        assert (public.find_held(mine, done, now=NOON), public.find_done(mine, hold, now=NOON)) == (None, None)
        assert (public.find_held(other, hold, now=NOON), public.find_done(other, done, now=NOON)) == (None, None)
    later = NOON + timedelta(days=3)
    assert (public.find_held(mine, hold, now=later), public.find_done(mine, done, now=later)) == (None, None)
    Appointment.objects.update(version=2)
    assert public.find_done(mine, done, now=NOON) == (row, False)


def test_which_call_was_asked_for() -> None:
    window = Window(NOON, NOON + timedelta(hours=2))
    now = clock.now()
    for asked in (window, None):
        found = public.find_asked(public.sign_asked(asked), now=now)
        assert found == public.Asked(asked)
    assert public.find_asked("forged", now=now) is None


def test_a_kind_that_only_others_have_is_not_needed(shop: Shop) -> None:
    bay = make_resource(shop.business, kind="bay")
    bay.locations.add(make_location(shop.business, "Annex"))
    assert [len(starts) for starts in week(shop).days.values()] == [5, 15, 15, 15, 15]
