"""Where and when: what the booking page asks before it shows times, and which times it shows."""

from typing import Any

import pytest

from scheduling.models import Appointment, BookingRules, Resource
from tests.factories import (
    make_appointment,
    make_area,
    make_location,
    make_resource,
    make_rules,
    make_service,
)
from tests.scheduling.page.visitor import (
    MARIA,
    Visitor,
    at,
    heading_of,
    make_page,
    starts_in,
    text_of,
    times,
    written,
)
from tests.scheduling.shop import Shop

pytestmark = pytest.mark.django_db


@pytest.fixture
def shop() -> Shop:
    return make_page()


@pytest.fixture
def visitor() -> Visitor:
    return Visitor()


def at_home(shop: Shop, **area: Any) -> None:
    """We come to the customer."""
    BookingRules.objects.update(place="customer")
    if area:
        make_area(shop.business, **area)


# ---------------------------------------------------------------- where
def test_the_place_is_asked_and_finds_the_location(shop: Shop, visitor: Visitor) -> None:
    annex = make_location(shop.business, "Annex", slug="annex", time_zone="America/Chicago")
    at_home(shop, city="Tempe", postal_codes=["85281"], location=annex)
    with at():
        assert heading_of(visitor.get(times(shop))) == "Where do you need us?"
        page = visitor.get(times(shop), place="85281")
        assert "All times are Chicago time (CDT)." in text_of(page)
        details = visitor.keep(f"{times(shop)}?location=annex&place=85281", shop.at(10))
        assert 'value="85281"' in visitor.get(details).content.decode()
        done = visitor.post(details, **MARIA, address="12 Mill Ave, Tempe 85281")
        assert "12 Mill Ave, Tempe 85281" in text_of(visitor.get(done["Location"]))
    row = Appointment.objects.get()
    assert (row.location, row.area.city, row.address) == (annex, "Tempe", "12 Mill Ave, Tempe 85281")


def test_outside_the_area_is_no_dead_end(shop: Shop, visitor: Visitor) -> None:
    at_home(shop, city="Tempe", postal_codes=["85281"])
    with at():
        before = written()
        page = visitor.get(times(shop), place="90210 <b>")
        assert heading_of(page) == "We do not usually come to 90210 <b>."
        posted = visitor.post(f"{times(shop)}?place=90210", start=shop.at(10).isoformat())
        assert heading_of(posted) == "We do not usually come to 90210."
    assert written() == before
    assert f"why=outside&amp;service={shop.service.pk}&amp;place=90210%20%3Cb%3E" in page.content.decode()


def test_an_address_in_another_area_is_told(shop: Shop, visitor: Visitor) -> None:
    at_home(shop, city="Tempe", postal_codes=["85281"])
    make_area(shop.business, "Mesa", postal_codes=["85201"])
    with at():
        details = visitor.keep(f"{times(shop)}?place=85281", shop.at(10))
        before = written()
        answer = visitor.post(details, **MARIA, address="12 Main St, Mesa 85201")
        assert (answer.status_code, written()) == (422, before)
        assert "This ZIP code is not part of Tempe." in text_of(answer)
        assert visitor.post(details, **MARIA, address="85201 Main St, Tempe").status_code == 302


def test_an_address_is_needed_where_we_come_to(shop: Shop, visitor: Visitor) -> None:
    at_home(shop)
    with at():
        details = visitor.keep(times(shop), shop.at(10))
        assert visitor.post(details, **MARIA).status_code == 422
        assert visitor.post(details, **MARIA, address="12 Mill Ave").status_code == 302


def test_several_locations_are_asked_for(shop: Shop, visitor: Visitor) -> None:
    annex = make_location(shop.business, "Annex", slug="annex")
    other = make_page(name="Birch", slug="birch")
    with at():
        before = written()
        page = visitor.get(times(shop))
        assert heading_of(page) == "Where would you like to come?"
        assert visitor.get(times(shop), location=other.location.slug).content == page.content
        for location in ("", other.location.slug, "\x00", "x" * 500):
            answer = visitor.post(f"{times(shop)}?location={location}", start=shop.at(10).isoformat())
            assert (answer.status_code, written()) == (400, before)
        visitor.book(f"{times(shop)}?location=annex", shop.at(10))
    assert Appointment.objects.get().location == annex


def test_nobody_can_do_it_anywhere(shop: Shop, visitor: Visitor) -> None:
    Resource.objects.update(is_active=False)
    with at():
        page = visitor.get(times(shop))
    assert heading_of(page) == "This cannot be booked online."
    assert "Ask us to call you" in text_of(page)


# ---------------------------------------------------------------- when
def test_the_first_page_is_the_first_week_with_times(shop: Shop, visitor: Visitor) -> None:
    BookingRules.objects.update(notice_minutes=10 * 24 * 60)
    with at():
        page = visitor.get(times(shop))
    # Ten days from a Saturday noon on: the Monday after that.
    assert starts_in(page)[0] == shop.at(9, days=12).isoformat()


def test_a_week_without_times_names_the_next_day(shop: Shop, visitor: Visitor) -> None:
    BookingRules.objects.update(notice_minutes=10 * 24 * 60)
    with at():
        page = visitor.get(times(shop), **{"from": "2026-06-18"})
        assert "There is no free time in the week of Thursday, June 18." in text_of(page)
        assert "Next free day: Monday, June 29" in text_of(page)


def test_no_time_in_the_whole_horizon_is_no_dead_end(shop: Shop, visitor: Visitor) -> None:
    BookingRules.objects.update(notice_minutes=40 * 24 * 60)
    with at():
        page = visitor.get(times(shop))
    assert page.status_code == 200
    assert "There is no free time at the moment." in text_of(page)
    assert "Ask us to call you" in text_of(page)


@pytest.mark.parametrize("day", ["", "x", "2026-02-30", "0001-01-01", "9999-12-31", "2026-06-17\x00", "9" * 4000])
def test_a_garbled_week_is_the_first_one(shop: Shop, visitor: Visitor, day: str) -> None:
    with at():
        usual = starts_in(visitor.get(times(shop)))
        page = visitor.get(times(shop), **{"from": day, "gone": day, "place": day, "location": day})
    assert (page.status_code, starts_in(page)) == (200, usual)


def test_weeks_go_on_to_the_horizon_and_back(shop: Shop, visitor: Visitor) -> None:
    with at():
        seen, path = [], times(shop)
        for _ in range(9):
            page = visitor.get(path)
            seen.append(page.context["week"].first.isoformat())
            if not page.context["week"].later:
                break
            path = f"{times(shop)}?from={page.context['week'].later.isoformat()}"
    assert seen == ["2026-06-17", "2026-06-24", "2026-07-01", "2026-07-08", "2026-07-15"]
    assert page.context["week"].earlier.isoformat() == "2026-07-08"


def test_an_arrival_window_is_offered_as_one(visitor: Visitor) -> None:
    shop = make_page(arrival_window_minutes=120)
    with at():
        assert "We arrive within a window of 2 hours." in text_of(visitor.get(times(shop)))
        done = visitor.book(times(shop), shop.at(10))
    assert "10:00 AM to 12:00 PM" in text_of(done)


def test_the_number_of_questions_does_not_grow(shop: Shop, visitor: Visitor, django_assert_num_queries: Any) -> None:
    def look(queries: int) -> None:
        with django_assert_num_queries(queries), at():
            visitor.get(times(shop))

    with at():
        visitor.get(times(shop))  # the cookie, and the first of this minute's counts
    look(14)
    for hour in (9, 10, 11, 12, 13):
        make_appointment(shop.service, shop.location, *shop.technicians, starts_at=shop.at(hour, days=5))
    for _ in range(5):
        make_resource(shop.business)
        make_rules(make_service(shop.business))
    look(14)
    with django_assert_num_queries(3), at():
        visitor.get("/book/alder/")
