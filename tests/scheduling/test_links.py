from datetime import timedelta
from typing import Any

import pytest

from scheduling import booking, links
from scheduling.enums import BookedBy
from scheduling.models import Appointment, BookingLink
from tests.factories import NOON, make_business, make_lead, make_location, make_user
from tests.scheduling.shop import Shop, make_shop

pytestmark = pytest.mark.django_db


@pytest.fixture
def shop() -> Shop:
    return make_shop()


@pytest.fixture
def booked(shop: Shop) -> Appointment:
    return shop.book(shop.at(10), lead=make_lead(shop.business))


def token(address: str) -> str:
    return address.partition("/b/")[2].rstrip("/")


def test_a_link_is_short_and_only_its_hash_is_stored(booked: Appointment, settings: Any) -> None:
    address = links.link_to_manage(booked, now=NOON)
    row = BookingLink.objects.get()
    assert address == f"{settings.SITE_URL}/b/{links.token_of(row)}/"
    assert (len(token(address)), len(row.token_hash)) == (22, 64)
    assert token(address) not in str(BookingLink.objects.values())


def test_the_same_link_can_be_written_again(booked: Appointment) -> None:
    first = links.link_to_manage(booked, now=NOON)
    assert links.link_to_manage(booked, now=NOON + timedelta(hours=5)) == first
    book = links.link_to_book(booked.lead, now=NOON)
    assert links.link_to_book(booked.lead, now=NOON + timedelta(days=14)) == book
    assert BookingLink.objects.count() == 2


def test_a_link_that_lasts_less_than_half_its_time_is_made_anew(booked: Appointment) -> None:
    first = links.link_to_book(booked.lead, now=NOON)
    second = links.link_to_book(booked.lead, now=NOON + timedelta(days=15))
    assert first != second
    assert links.find_link(token(first), now=NOON + timedelta(days=29)) is not None
    assert links.find_link(token(first), now=NOON + timedelta(days=30)) is None


def test_each_location_has_its_own(booked: Appointment) -> None:
    annex = make_location(booked.business, "Annex")
    everywhere, there = (
        links.link_to_book(booked.lead, now=NOON),
        links.link_to_book(booked.lead, now=NOON, location=annex),
    )
    found = links.find_link(token(there), now=NOON)
    assert (found is not None and found.location, everywhere == there) == (annex, False)


def test_two_leads_never_share_one(shop: Shop) -> None:
    leads = [make_lead(shop.business), make_lead(shop.business), make_lead(make_business())]
    addresses = {links.link_to_book(lead, now=NOON) for lead in leads}
    found = [links.find_link(token(address), now=NOON) for address in addresses]
    assert {link.lead for link in found if link} == set(leads)


@pytest.mark.parametrize("forged", ["", "x", "A" * 22, "\x00", "\ud800", "é" * 500, "../admin"])
def test_what_is_no_token(booked: Appointment, forged: str) -> None:
    links.link_to_manage(booked, now=NOON)
    assert links.find_link(forged, now=NOON) is None
    assert links.just_changed(forged, now=NOON) is None


def test_a_move_ends_the_link_of_the_old_time(shop: Shop, booked: Appointment) -> None:
    old = token(links.link_to_manage(booked, now=NOON))
    moved = booking.reschedule(booked, starts_at=shop.at(14), by=BookedBy.STAFF, now=NOON, version=1)
    new = token(links.link_to_manage(moved, now=NOON))
    assert links.find_link(old, now=NOON) is None
    found = links.find_link(new, now=NOON)
    assert found is not None
    assert (found.appointment, found.version) == (moved, 2)


def test_a_cancellation_ends_every_link(booked: Appointment) -> None:
    old = token(links.link_to_manage(booked, now=NOON))
    canceled = booking.cancel(booked, by=BookedBy.STAFF, now=NOON, version=1)
    assert links.find_link(old, now=NOON) is None
    assert links.find_link(token(links.link_to_manage(canceled, now=NOON)), now=NOON) is None


def test_after_the_visit_the_link_still_shows_it_for_a_day(booked: Appointment) -> None:
    mine = token(links.link_to_manage(booked, now=NOON))
    booking.mark_no_show(booked, actor=make_user(), now=booked.ends_at)
    assert links.find_link(mine, now=booked.ends_at) is not None
    assert links.find_link(mine, now=booked.ends_at + timedelta(days=1)) is None


def test_another_secret_ends_them_and_makes_new_ones(booked: Appointment, settings: Any) -> None:
    first = links.link_to_manage(booked, now=NOON)
    settings.SECRET_KEY = "another"
    second = links.link_to_manage(booked, now=NOON)
    assert first != second
    assert links.find_link(token(first), now=NOON) is None
    assert links.find_link(token(second), now=NOON) is not None


def test_the_second_of_two_presses_is_known_for_a_moment(shop: Shop, booked: Appointment) -> None:
    old = token(links.link_to_manage(booked, now=NOON))
    assert links.just_changed(old, now=NOON) is None  # nothing has changed yet
    moved = booking.reschedule(booked, starts_at=shop.at(14), by=BookedBy.PAGE, now=NOON, version=1)
    soon, late = NOON + timedelta(minutes=2), NOON + timedelta(minutes=2, seconds=1)
    assert links.just_changed(old, now=soon) == moved
    assert links.just_changed(old, now=late) is None
    again = booking.reschedule(moved, starts_at=shop.at(15), by=BookedBy.PAGE, now=NOON, version=2)
    assert links.just_changed(old, now=soon) is None  # two changes ago
    assert again.version == 3
    book = token(links.link_to_book(booked.lead, now=NOON))
    assert links.just_changed(book, now=NOON) is None
