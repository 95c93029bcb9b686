import pytest
from pytest_django import DjangoAssertNumQueries

from leads.areas import find_area, is_elsewhere, names_street, postal_code_of, serves_everywhere
from leads.models import Business
from tests.factories import make_area, make_business, make_location

pytestmark = pytest.mark.django_db


@pytest.fixture
def business() -> Business:
    row = make_business()
    make_area(row, "Tempe", postal_codes=["85281", "85282"])
    make_area(row, "St. Paul", postal_codes=["55101"])
    make_area(row, "Peñasco", postal_codes=["87553"])
    make_area(row, "Salt Lake City", postal_codes=["84101"])
    make_area(row, "Lake City", postal_codes=["32025"])
    make_area(make_business(), "Mesa", postal_codes=["85201"])
    return row


@pytest.mark.parametrize(
    ("text", "city"),
    [
        ("85281", "Tempe"),
        (" 85282-1234 ", "Tempe"),
        ("12 Mill Ave, Tempe, AZ 85281", "Tempe"),
        ("12 Mill Ave, Tempe, AZ 85281, USA", "Tempe"),
        ("12 Mill Ave, Tempe, AZ 85281 United States.", "Tempe"),
        ("tempe", "Tempe"),
        ("TEMPE, AZ", "Tempe"),
        ("in Tempe near the lake", "Tempe"),
        ("st paul", "St. Paul"),
        ("St.Paul MN", "St. Paul"),
        ("penasco", "Peñasco"),
        ("PEN\u0303ASCO", "Peñasco"),
        ("salt lake city", "Salt Lake City"),
        ("lake city", "Lake City"),
        ("85281 Tempe", "Tempe"),
        # a house of five digits is no postal code
        ("15023 N Mill Ave, Tempe", "Tempe"),
        ("15023 N Mill Ave, Tempe 85281", "Tempe"),
        # nobody goes there
        ("99999", None),
        ("Tempe 99999", None),
        ("85281 Main St, Chicago 60601", None),
        ("Mesa", None),
        ("85201", None),
        ("Tempestad", None),
        ("", None),
        ("???", None),
        ("\x00", None),
        ("8528", None),
        ("852811", None),
    ],
)
def test_which_area(business: Business, text: str, city: str | None) -> None:
    found = find_area(business, text)
    assert (found.city if found else None) == city


def test_without_listed_codes_the_city_decides() -> None:
    business = make_business()
    area = make_area(business, "Tempe")
    assert (find_area(business, "Tempe 99999"), find_area(business, "99999")) == (area, None)


def test_an_area_without_letters_is_nowhere() -> None:
    business = make_business()
    make_area(business, "...")
    assert find_area(business, "anything") is None


def test_aliases_and_miles_count() -> None:
    business = make_business()
    area = make_area(business, "San Francisco", region="CA", aliases=["Frisco"], radius_miles=10)
    found = [
        find_area(business, text) for text in ("Frisco", "12 Geneva Ave, Daly City, CA", "94014", "94601", "San Jose")
    ]
    assert found == [area, area, area, None, None]


def test_the_area_of_the_location_that_is_asked() -> None:
    business = make_business()
    north, south = make_location(business), make_location(business)
    areas = {place: make_area(business, "Tempe", location=place) for place in (north, south)}
    assert [find_area(business, "Tempe", location=place) for place in (None, north, south)] == [
        areas[north], areas[north], areas[south],
    ]  # fmt: skip


def test_one_query_however_many_areas(business: Business, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    with django_assert_num_queries(1):
        find_area(business, "12 Mill Ave, Tempe, AZ 85281")


def test_who_names_no_area_goes_everywhere(business: Business) -> None:
    assert (serves_everywhere(business), serves_everywhere(make_business())) == (False, True)


@pytest.mark.parametrize(
    ("address", "code"),
    [
        ("12 Mill Ave, Tempe 85281", "85281"),
        ("12 Mill Ave 85281-1234", "85281"),
        ("85281, U.S.A.", "85281"),
        ("15023 N Mill Ave, Tempe", ""),
        ("Apt 123456", ""),
        ("", ""),
    ],
)
def test_the_postal_code_of_an_address(address: str, code: str) -> None:
    assert postal_code_of(address) == code


def test_an_address_in_another_area() -> None:
    business = make_business()
    tempe, open_city = make_area(business, "Tempe", postal_codes=["85281"]), make_area(business, "Mesa")
    assert [is_elsewhere(text, tempe) for text in ("1 A St 85281", "1 A St 85201", "1 A St", "15023 A St")] == [
        False, True, False, False,
    ]  # fmt: skip
    assert is_elsewhere("1 A St 85281", open_city) is False  # it lists no codes
    around = make_area(make_business(), "Tempe", postal_codes=["85281"], radius_miles=6)
    assert [is_elsewhere(text, around) for text in ("1 A St 85201", "1 A St 85203")] == [False, True]


@pytest.mark.parametrize(
    ("address", "named"),
    [
        ("85719", False),
        ("Tucson", False),
        ("Tucson, AZ 85719", False),
        ("  tucson 85719-1234 ", False),
        ("2200", False),
        ("", False),
        ("2200 E Broadway Blvd", True),
        ("742 Evergreen Ter, Tucson 85719", True),
        ("Rancho Santa Fe, km 4", True),
    ],
)
def test_an_address_has_to_lead_to_a_door(address: str, named: bool) -> None:
    area = make_area(make_business(), "Tucson", region="AZ")
    assert names_street(address, area) == named


@pytest.mark.parametrize(
    ("address", "named"),
    [
        ("Old Pueblo", False),
        ("Mesa, AZ 85201", False),
        ("Mesa 85201-1234", False),
        ("12 Oak St, Mesa, AZ 85201", True),
    ],
)
def test_aliases_and_cities_around_are_no_door(address: str, named: bool) -> None:
    area = make_area(make_business(), "Tempe", region="AZ", aliases=["Old Pueblo"], radius_miles=10)
    assert names_street(address, area) == named
