"""Quiet hours from rows and leads: the next allowed moment, the clock that is meant, and one sentence for staff."""

from datetime import datetime, time
from zoneinfo import ZoneInfo

import pytest

from leads.models import Lead, Location
from messaging.compliance import quiet
from scheduling.models import QuietHours
from tests.factories import make_business, make_lead, make_location, make_request
from tests.messaging.compliance.table import fill_table

pytestmark = pytest.mark.django_db


@pytest.fixture
def shop() -> Location:
    fill_table()
    return make_location(make_business(time_zone="America/Boise"), region="ID")


def lead_of(shop: Location, phone: str) -> Lead:
    return make_lead(shop.business, phone=phone)


def at(zone: str, day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 6, day, hour, minute, tzinfo=ZoneInfo(zone))


@pytest.mark.parametrize(
    ("phone", "asked", "given"),
    [
        # Idaho lies in two zones: until nine in Boise, from eight in Coeur d'Alene.
        ("+12085550123", at("America/Boise", 17, 8), at("America/Boise", 17, 9)),
        ("+12085550123", at("America/Boise", 17, 20, 59), at("America/Boise", 17, 20, 59)),
        ("+12085550123", at("America/Boise", 17, 21), at("America/Boise", 18, 9)),
        ("+12145550123", at("America/Chicago", 21, 9), at("America/Chicago", 21, 12)),
        ("+14015550123", at("America/New_York", 20, 17), at("America/New_York", 21, 10)),
        ("+17875550123", at("America/Puerto_Rico", 17, 7), at("America/Puerto_Rico", 17, 8)),
        ("+18005550123", at("America/Boise", 17, 7), at("America/Boise", 17, 8)),
        ("+442079460018", at("Europe/London", 17, 21), at("Europe/London", 18, 8)),
        ("+14165550123", at("America/Toronto", 20, 9), at("America/Toronto", 20, 10)),
    ],
)
def test_the_next_allowed_moment(shop: Location, phone: str, asked: datetime, given: datetime) -> None:
    lead = lead_of(shop, phone)
    assert quiet.next_allowed(lead, shop, asked) == given
    assert quiet.is_allowed(lead, shop, asked) == (asked == given)
    assert quiet.is_allowed(lead, shop, given)
    assert quiet.closes_at(lead, shop, given) > given


def test_an_address_narrows_it_down(shop: Location) -> None:
    lead = lead_of(shop, "+12085550123")
    eight = at("America/Boise", 17, 8)
    assert not quiet.is_allowed(lead, shop, eight)
    assert quiet.is_allowed(lead, shop, eight, request=make_request(lead, shop, place="83702"))
    assert quiet.is_allowed(lead, shop, eight)  # it is their latest request


def test_the_clock_is_the_locations_where_it_may_be_and_else_theirs(shop: Location) -> None:
    assert quiet.zone_of(lead_of(shop, "+12085550123"), shop).key == "America/Boise"
    assert quiet.zone_of(lead_of(shop, "+16025550123"), shop).key == "America/Phoenix"
    assert quiet.zone_of(lead_of(shop, "+18005550124"), shop).key == "America/Boise"


def test_where_no_hour_suits_every_place_the_location_counts(shop: Location) -> None:
    QuietHours.objects.create(country="AU", allowed_from=time(8), allowed_until=time(9))
    lead = lead_of(shop, "+61412345678")
    assert quiet.next_allowed(lead, shop, at("America/Boise", 17, 7)) == at("America/Boise", 17, 8)
    assert "in Boise, the place of the business" in quiet.why(lead, shop, at("America/Boise", 17, 7))


def test_a_row_that_is_switched_off_or_changed_counts_from_then_on(shop: Location) -> None:
    lead, nine = lead_of(shop, "+12145550123"), at("America/Chicago", 21, 9)
    assert not quiet.is_allowed(lead, shop, nine)
    QuietHours.objects.filter(region="TX").update(is_active=False)
    assert quiet.is_allowed(lead, shop, nine)


@pytest.mark.parametrize(
    ("phone", "asked", "words"),
    [
        ("+12145550123", at("America/Chicago", 21, 9),
         "Quiet hours: it is 9:00 AM in Chicago, allowed 12:00 PM to 9:00 PM in TX. Automatic texts may go out from "
         "Sunday 12:00 PM there."),
        ("+12125550123", at("America/New_York", 17, 14),
         "Automatic texts may go out: it is 2:00 PM in New York, allowed 8:00 AM to 9:00 PM in US."),
        ("+442079460018", at("Europe/London", 17, 22),
         "Quiet hours: it is 10:00 PM in London, allowed 8:00 AM to 9:00 PM. Automatic texts may go out from "
         "Thursday 8:00 AM there."),
    ],
)  # fmt: skip
def test_one_sentence_for_staff(shop: Location, phone: str, asked: datetime, words: str) -> None:
    assert quiet.why(lead_of(shop, phone), shop, asked) == words
