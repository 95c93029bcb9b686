"""Which appointments a feed shows, and who can open it."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from icalendar import Calendar
from pytest_django import Settings

from recoverline.lib.signing import hash_token
from scheduling.calendars import feeds
from scheduling.calendars.ics import uid_of
from scheduling.enums import AppointmentStatus
from scheduling.models import Appointment, CalendarFeed
from tests.factories import NOON, make_appointment, make_business, make_location, make_resource, make_service

DAY, SECOND = timedelta(days=1), timedelta(seconds=1)


class Shop:
    """A business with two technicians at two locations."""

    def __init__(self) -> None:
        self.business = make_business("Alder Plumbing", slug="alder", time_zone="America/Denver")
        self.main = make_location(self.business, "Main")
        self.west = make_location(self.business, "West", time_zone="America/Los_Angeles")
        self.zoe, self.max = make_resource(self.business, "Zoe"), make_resource(self.business, "Max")
        self.service = make_service(self.business, "Repair", duration_minutes=60)

    def book(self, *resources: object, at: object = None, **values: object) -> Appointment:
        location = values.pop("location", self.main)
        given = {"starts_at": at, "ends_at": at + timedelta(hours=1)} if at else {}  # type: ignore[operator]
        return make_appointment(self.service, location, *resources, **given, **values)  # type: ignore[arg-type]


@pytest.fixture
def shop(db: None) -> Shop:
    return Shop()


def uids(feed: CalendarFeed) -> list[str]:
    return sorted(str(event["UID"]) for event in Calendar.from_ical(feeds.write_feed(feed, now=NOON)).walk("VEVENT"))


def expected(*appointments: Appointment) -> list[str]:
    return sorted(map(uid_of, appointments))


def test_the_address_is_told_once_and_only_its_hash_is_kept(shop: Shop, settings: Settings) -> None:
    settings.SITE_URL = "https://calls.example.com"
    feed, address = feeds.create_feed(shop.business, resource=shop.zoe, shows_customers=True, now=NOON)
    start, token = address.removesuffix(".ics").rsplit("/", 1)
    assert start == "https://calls.example.com/book/alder/calendar"
    assert len(token) == 43
    saved = CalendarFeed.objects.get()
    assert (saved.token_hash, saved.created_at, saved.shows_customers) == (hash_token(token), NOON, True)
    assert (saved.resource, saved.location, saved.fetched_at, saved.revoked_at) == (shop.zoe, None, None, None)
    assert feeds.find_feed("alder", token) == feed


def test_a_feed_is_of_one_resource_or_one_location(shop: Shop) -> None:
    for wrong in ({}, {"resource": shop.zoe, "location": shop.main}):
        with pytest.raises(IntegrityError), transaction.atomic():
            feeds.create_feed(shop.business, shows_customers=False, now=NOON, **wrong)


def test_nobody_finds_what_is_revoked_unknown_or_of_another_business(shop: Shop) -> None:
    make_business("Birch", slug="birch")
    feed, address = feeds.create_feed(shop.business, location=shop.main, shows_customers=False, now=NOON)
    token = address.removesuffix(".ics").rsplit("/", 1)[1]
    assert feeds.find_feed("birch", token) is None
    assert feeds.find_feed("alder", token + "x") is None
    assert feeds.find_feed("alder", feed.token_hash) is None
    assert (feeds.revoke(feed, now=NOON), feeds.revoke(feed, now=NOON + DAY)) == (True, False)
    assert feeds.find_feed("alder", token) is None
    assert CalendarFeed.objects.get().revoked_at == NOON


def test_a_feed_of_a_resource_and_one_of_a_location(shop: Shop) -> None:
    both = shop.book(shop.zoe, shop.max)
    west = shop.book(shop.zoe, location=shop.west)
    max_only = shop.book(shop.max)
    stranger = make_business("Birch")
    make_appointment(make_service(stranger), make_location(stranger), make_resource(stranger))
    of_zoe = feeds.create_feed(shop.business, resource=shop.zoe, shows_customers=False, now=NOON)[0]
    of_main = feeds.create_feed(shop.business, location=shop.main, shows_customers=False, now=NOON)[0]
    assert uids(of_zoe) == expected(both, west)
    assert uids(of_main) == expected(both, max_only)


def test_from_thirty_days_ago_to_a_year_ahead(shop: Shop) -> None:
    hour = timedelta(hours=1)
    past, future = NOON - 30 * DAY, NOON + 365 * DAY
    first, last = shop.book(shop.zoe, at=past - hour + SECOND), shop.book(shop.zoe, at=future - SECOND)
    shop.book(shop.zoe, at=past - hour)
    shop.book(shop.zoe, at=future)
    feed = feeds.create_feed(shop.business, resource=shop.zoe, shows_customers=False, now=NOON)[0]
    assert uids(feed) == expected(first, last)


def test_holds_are_nobodys_business_yet(shop: Shop) -> None:
    by_status = {status: shop.book(shop.zoe, status=status) for status in AppointmentStatus}
    feed = feeds.create_feed(shop.business, resource=shop.zoe, shows_customers=False, now=NOON)[0]
    hidden = {AppointmentStatus.HOLD, AppointmentStatus.EXPIRED}
    assert uids(feed) == expected(*(row for status, row in by_status.items() if status not in hidden))


def test_name_and_zone_are_of_what_it_shows(shop: Shop) -> None:
    named = []
    for choice in ({"resource": shop.zoe}, {"location": shop.west}):
        feed = feeds.create_feed(shop.business, shows_customers=False, now=NOON, **choice)[0]
        calendar = Calendar.from_ical(feeds.write_feed(feed, now=NOON))
        named.append((str(calendar["X-WR-CALNAME"]), str(calendar["X-WR-TIMEZONE"])))
    assert named == [("Alder Plumbing: Zoe", "America/Denver"), ("Alder Plumbing: West", "America/Los_Angeles")]


def test_it_changes_when_any_appointment_of_the_business_does(shop: Shop) -> None:
    feed = feeds.create_feed(shop.business, resource=shop.zoe, shows_customers=False, now=NOON)[0]
    assert feeds.changed_at(feed) == NOON
    shop.book(shop.max, updated_at=NOON + DAY)
    assert feeds.changed_at(feed) == NOON + DAY


def test_fetches_are_noted_once_a_minute(shop: Shop) -> None:
    feed = feeds.create_feed(shop.business, resource=shop.zoe, shows_customers=False, now=NOON)[0]
    noted = []
    for seconds in (0, 30, 59, 60, 61):
        feeds.note_fetch(feed, now=NOON + seconds * SECOND)
        noted.append((CalendarFeed.objects.get().fetched_at - NOON).seconds)  # type: ignore[operator]
    assert noted == [0, 0, 0, 60, 60]
