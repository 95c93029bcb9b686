"""Where somebody may be: by the address they gave alone, else everywhere their number may be from."""

import pytest

from leads.gazetteer_names import STATE_CODES
from leads.models import Location
from messaging.compliance.area_codes import state_of
from messaging.compliance.places import place_of_location, places_of, places_of_number
from tests.factories import make_business, make_lead, make_location, make_request

NUMBERS = [
    ("+12125550123", ["America/New_York US NY"]),
    ("+12085550123", ["America/Boise US ID", "America/Los_Angeles US ID"]),
    ("+13175550123", ["America/New_York US IN"]),
    ("+17875550123", ["America/Puerto_Rico US PR"]),
    ("+16025550123", ["America/Phoenix US AZ"]),
    ("+18085550123", ["Pacific/Honolulu US HI"]),
    # Two clocks in one area, whatever the exchange: Pensacola and Tallahassee, Evansville, the Navajo Nation.
    ("+18504325678", ["America/Chicago US FL", "America/New_York US FL"]),
    ("+18125550123", ["America/Chicago US IN", "America/New_York US IN"]),
    ("+19285550123", ["America/Denver US AZ", "America/Phoenix US AZ"]),
    ("+17095550123", ["America/Halifax CA NL", "America/St_Johns CA NL"]),
    ("+19025550123", ["America/Halifax CA NS", "America/Halifax CA PE"]),
    ("+442079460018", ["Europe/London GB "]),
    ("+12423456789", ["America/Nassau BS "]),
    # Nowhere: toll-free, unknown, a word that is no number.
    ("+18005550123", []),
    ("+18335550123", []),
    ("+15555550123", []),
    ("+17871234567", []),
    ("+80012345678", []),
    ("#0123456789abcde", []),
    ("", []),
]


@pytest.mark.parametrize(("phone", "places"), NUMBERS)
def test_every_place_a_number_may_be_from(phone: str, places: list[str]) -> None:
    assert [f"{each.zone.key} {each.country} {each.region}" for each in places_of_number(phone)] == places


def test_australia_reaches_from_perth_to_lord_howe() -> None:
    zones = {each.zone.key for each in places_of_number("+61412345678")}
    assert {"Australia/Perth", "Australia/Lord_Howe"} <= zones


def test_every_state_has_an_area_code_and_each_code_one_country() -> None:
    known = [state_of(str(code)) for code in range(200, 1000)]
    states = {state for country, regions in known for state in regions if country == "US"}
    assert states == STATE_CODES - {"PR", "VI", "GU", "AS", "MP"}
    assert {country for country, _ in known} == {"", "US", "CA"}
    assert [state_of(code) for code in ("203", "310", "713", "718", "905")] == [
        ("US", ("CT",)), ("US", ("CA",)), ("US", ("TX",)), ("US", ("NY",)), ("CA", ("ON",)),
    ]  # fmt: skip


@pytest.fixture
def shop(db: None) -> Location:
    business = make_business(time_zone="America/Phoenix")
    return make_location(business, region="Arizona", postal_code="85281")


def found(shop: Location, phone: str = "+12125550123", **said: str) -> list[str]:
    lead = make_lead(shop.business, phone=phone)
    request = make_request(lead, shop, **said) if said else None
    return [f"{each.zone.key} {each.region}" for each in places_of(lead, shop, request=request)]


@pytest.mark.parametrize(
    ("said", "place"),
    [
        ({"place": "85281"}, "America/Phoenix AZ"),
        ({"place": "Tempe"}, "America/Phoenix AZ"),
        ({"place": "Mesa"}, "America/Phoenix AZ"),  # one of five, and the one that is near
        ({"place": "Mesa, CO"}, "America/Denver CO"),
        ({"place": "Mesa Colorado"}, "America/Denver CO"),
        ({"place": "79901"}, "America/Denver TX"),
        ({"address": "100 Main St, El Paso, TX 79901-1234"}, "America/Denver TX"),
        ({"address": "12345 Elm St, Coeur d'Alene, ID"}, "America/Los_Angeles ID"),
        ({"place": "Tempe", "address": "12345 Elm St"}, "America/Phoenix AZ"),
    ],
)
def test_what_they_said_counts_alone(shop: Location, said: dict[str, str], place: str) -> None:
    assert found(shop, **said) == [place]


@pytest.mark.parametrize(
    "said", [{"address": "12345 Elm St"}, {"place": "my place"}, {"place": "00000"}, {"place": "Springfield"}]
)
def test_what_is_not_certain_does_not_count(shop: Location, said: dict[str, str]) -> None:
    assert found(shop, **said) == ["America/New_York NY"]


def test_without_a_request_the_latest_one_that_names_a_place_counts(shop: Location) -> None:
    lead = make_lead(shop.business, phone="+12125550123")
    make_request(lead, shop, place="79901")
    make_request(lead, shop)
    assert [each.region for each in places_of(lead, shop)] == ["TX"]


def test_toll_free_and_unknown_numbers_are_where_the_business_is(shop: Location) -> None:
    assert found(shop, "+18005550123") == found(shop, "+15555550123") == ["America/Phoenix AZ"]
    assert place_of_location(make_location(shop.business, postal_code="02903")).region == "RI"
