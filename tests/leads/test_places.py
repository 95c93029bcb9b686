"""A business in and around Tempe, Arizona; Surprise goes farther than its city."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leads.knowledge import AreaFact
from leads.places import Place, find_in, read_place

TEMPE = AreaFact(1, "Tempe", "AZ", postal_codes=("85281", "85282"))
TUCSON = AreaFact(2, "Tucson", "AZ", aliases=("Old Pueblo", "the pueblo"))
SURPRISE = AreaFact(3, "Surprise", "AZ", radius_miles=8)
AREAS = (TEMPE, TUCSON, SURPRISE)
NOWHERE = Place()


def elsewhere(said: str) -> Place:
    return Place(None, said, is_elsewhere=True)


def read(text: str) -> Place:
    return read_place(AREAS, text, asked=False)


@pytest.mark.parametrize(
    ("text", "area"),
    [
        ("tempe", TEMPE),
        ("Do you guys come out to Tempe?", TEMPE),
        ("my AC died, TEMPE AZ", TEMPE),
        ("we're down in south tempe by the lake", TEMPE),
        ("I need somebody at the old pueblo", TUCSON),
        ("estamos en Tucson y no hay agua", TUCSON),
        ("vivo cerca de Tempe", TEMPE),
        # two in one text: what was corrected, denied, left or only near
        ("not Mesa, Tempe", TEMPE),
        ("I said Mesa but actually we're in Tempe", TEMPE),
        ("I used to live in Mesa, now it is Tempe", TEMPE),
        ("we moved from Mesa to Tempe", TEMPE),
        ("Tempe, close to Mesa", TEMPE),
        ("me mudé de Mesa a Tempe", TEMPE),
        ("no es Mesa, es Tempe", TEMPE),
        ("no en Mesa sino en Tempe", TEMPE),
        ("first Tempe, no wait, Tucson", TUCSON),
        # a slip of the finger
        ("I'm in tuscon", TUCSON),
        ("in Tucsn", TUCSON),
        ("tucsonn az", TUCSON),
        # streets that are called like a city
        ("1420 E Mesa Ave, Tempe", TEMPE),
        ("1420 Mesa, Tempe", TEMPE),
        ("calle Mesa 12, Tempe", TEMPE),
        # an everyday word is the city where it is spoken of as one
        ("do you come to surprise", SURPRISE),
        ("Surprise, AZ", SURPRISE),
        ("85281", TEMPE),
        ("zip is 85282-1234 thanks", TEMPE),
    ],
)
def test_a_served_place(text: str, area: AreaFact) -> None:
    assert read(text).area == area


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("in Mesa", "Mesa"),
        ("I'm from Glendale", "Glendale"),
        ("do you go to gilbert", "Gilbert"),
        ("mesa az", "Mesa"),
        ("Mesa, Arizona", "Mesa"),
        ("Portland ME", "Portland"),
        ("my place is in st. louis", "Saint Louis"),
        ("in O'Fallon", "O Fallon"),
        ("over in Winston-Salem", "Winston Salem"),
        ("in sanjose", "San Jose"),
        ("we are in LA", "Los Angeles"),
        ("15 minutes from Mesa", "Mesa"),
        ("742 Evergreen Ter, Chandler", "Chandler"),
        ("742 Evergreen Ter Chandler", "Chandler"),
        ("742 Evergreen Ter Apt 4 Chandler", "Chandler"),
        ("in Orange, CA", "Orange"),
        ("Golden CO", "Golden"),
        ("DO YOU COME TO PUEBLO", "Pueblo"),
        ("our shop is based out of Mesa", "Mesa"),
        ("not Tempe, Mesa", "Mesa"),
        ("I don't live in Tempe anymore, I'm in Waco now", "Waco"),
        ("¿atienden en Mesa?", "Mesa"),
        ("soy de Chandler", "Chandler"),
        ("85201", "85201"),
        ("I'm in the 60601 area", "60601"),
        ("Tempe 60601", "60601"),
        ("Tempe, TX 75001", "75001"),
        ("85281 Main St, Chicago 60601", "60601"),
    ],
)
def test_a_place_that_nobody_serves(text: str, said: str) -> None:
    assert read(text) == elsewhere(said)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "???",
        "call me",
        "I hope you have the best price",
        "my mobile is broken, reading this is no surprise",
        "the orange wire in the drain",
        "I need help in the kitchen",
        "I'm at home",
        "by friday, around noon",
        "in spring or in May",
        "in english please",
        "do you service York units",
        "Hi this is Mesa Plumbing",
        "my name is Tempe",
        "can I talk to Austin",
        "Hi Austin here, the heater is out",
        "thanks, Austin",
        "Tempe Dental told me to text you",
        "I'm not in Tempe",
        "1420 E Tempe Ave",
        "Tempestad",
        "in Maricopa County",
        "lo dejé en la mesa",
        "estoy en casa",
        "a la salida del pueblo",
        "I live in Arizona",
        # numbers that are no postal codes
        "invoice 85201",
        "I owe $85201",
        "order #85201",
        "15023 N Mill Ave",
        "852811",
        # a bare name of some city, and nobody asked
        "Mesa",
    ],
)
def test_no_place(text: str) -> None:
    assert read(text) == NOWHERE


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("mesa", elsewhere("Mesa")),
        ("it's Mesa I think", elsewhere("Mesa")),
        ("Hope", elsewhere("Hope")),
        ("1200 Main St, Waco, TX 76701", elsewhere("76701")),
        ("surprise", Place(SURPRISE, "Surprise")),
        ("Tempe, AZ. Gate code 85201", Place(TEMPE, "Tempe")),
        ("tuscon", Place(TUCSON, "Tucson")),
        ("Old pueblo", Place(TUCSON, "Old Pueblo")),
        ("99999", Place(None, "99999")),
        ("Tempe 99999", Place(None, "99999")),
        ("home", NOWHERE),
        ("yes", NOWHERE),
        ("okay", NOWHERE),
        ("why?", NOWHERE),
        ("best", NOWHERE),
        ("what's the price?", NOWHERE),
        ("I am Tyler", NOWHERE),
    ],
)
def test_an_answer(text: str, place: Place) -> None:
    assert read_place(AREAS, text, asked=True) == place
    assert find_in(AREAS, text) == place.area


def test_an_area_without_codes_is_its_whole_city() -> None:
    assert [read(text).area for text in ("85719", "Tucson 85719", "Tucson 99999", "85283")] == [
        TUCSON, TUCSON, TUCSON, None,
    ]  # fmt: skip
    assert read("Tucson 60601") == elsewhere("60601")


def test_miles_around() -> None:
    """El Mirage is 5 miles from the middle of Surprise, Glendale 13."""
    assert read("do you cover El Mirage") == Place(SURPRISE, "El Mirage")
    assert read("85335") == Place(SURPRISE, "85335")
    assert read("do you cover Glendale") == elsewhere("Glendale")
    around_a_code = AreaFact(9, "Tempe", postal_codes=("85281",), radius_miles=6)
    assert read_place((around_a_code,), "in Mesa", asked=False) == elsewhere("Mesa")
    assert read_place((around_a_code,), "85201", asked=False) == Place(around_a_code, "85201")
    assert read_place((around_a_code,), "85203", asked=False) == elsewhere("85203")


def test_the_nearest_area_has_a_place_that_two_reach() -> None:
    near, far = AreaFact(1, "Mesa", "AZ", radius_miles=30), AreaFact(2, "Surprise", "AZ", radius_miles=60)
    assert find_in((far, near), "Gilbert") == near
    assert find_in((far, near), "Glendale") == far


def test_miles_need_one_middle() -> None:
    """There are Springfields of the same size in several states: none of them is meant for sure."""
    assert read_place((AreaFact(1, "Springfield", radius_miles=10),), "in Chicopee", asked=False).area is None
    in_state = AreaFact(1, "Springfield", "MA", radius_miles=10)
    assert read_place((in_state,), "in Chicopee", asked=False) == Place(in_state, "Chicopee")


def test_the_same_city_twice() -> None:
    oregon, maine = AreaFact(1, "Portland", "OR", location_id=1), AreaFact(2, "Portland", "Maine", location_id=2)
    areas = (oregon, maine)
    assert find_in(areas, "Portland") == oregon
    assert find_in(areas, "Portland", location_id=2) == maine
    assert find_in(areas, "Portland OR", location_id=2) == oregon
    assert find_in(areas, "Portland, Maine", location_id=1) == maine
    assert find_in(areas, "04101", location_id=1) == maine
    assert read_place(areas, "Portland TX", asked=False) == elsewhere("Portland")


def test_what_cannot_be_told_is_asked_again() -> None:
    """Neither served nor elsewhere: a ZIP code will tell."""
    berkeley = (AreaFact(1, "Berkeley", "CA"),)
    assert read_place(berkeley, "in Berkley", asked=False) == Place(None, "Berkley")
    listed = (AreaFact(1, "Tucson", "AZ", postal_codes=("85737",)),)
    assert read_place(listed, "in Oro Valley", asked=False) == Place(None, "Oro Valley")
    buffalo = (AreaFact(1, "Buffalo", "NY"),)
    assert read_place(buffalo, "I live in New York", asked=False) == Place(None, "New York")
    assert read_place(AREAS, "I live in New York", asked=False) == elsewhere("New York")


def test_short_names_that_everybody_uses() -> None:
    city = AreaFact(1, "San Francisco")
    assert [find_in((city,), text) for text in ("SF", "in sf", "San Fran", "in South SF", "LA")] == [
        city, city, city, None, None,
    ]  # fmt: skip


def test_aliases_are_the_areas_own_names() -> None:
    city = AreaFact(1, "San Francisco", aliases=("the city", "La Ciudad"))
    assert read_place((city,), "I live in the city", asked=False) == Place(city, "the city")
    assert read_place((city,), "en la ciudad", asked=False) == Place(city, "La Ciudad")


def test_an_alias_that_is_a_little_word_needs_its_capitals() -> None:
    angeles = (AreaFact(1, "Los Angeles", "CA", aliases=("LA",)),)
    assert read_place(angeles, "need a plumber LA", asked=False).area == angeles[0]
    assert read_place(angeles, "se rompió la tubería", asked=False) == NOWHERE


def test_a_region_abroad() -> None:
    """Neither the codes nor the cities of the United States stand for a place in Canada."""
    london = AreaFact(1, "London", "Ontario", postal_codes=("N6A 1A1",), radius_miles=10)
    assert find_in((london,), "London") == london
    assert find_in((london,), "london, ontario") == london
    assert find_in((london,), "n6a 1a1") == london
    assert read_place((london,), "London KY", asked=False) == elsewhere("London")


def test_who_names_no_area_goes_everywhere() -> None:
    assert read_place((), "in Mesa", asked=False) == Place(None, "Mesa")


@given(st.text(max_size=300), st.booleans())
def test_any_text_is_read(text: str, asked: bool) -> None:
    place = read_place(AREAS, text, asked=asked)
    assert place.area is None or not place.is_elsewhere


WORDS = st.sampled_from(
    ["in", "not", "Mesa", "tempe", "AZ", "az", ",", ".", "85281", "85201", "1420", "st", "from", "we're", "LA", "area"]
)


@given(st.lists(WORDS, max_size=30).map(" ".join), st.booleans())
def test_any_words_are_read(text: str, asked: bool) -> None:
    place = read_place(AREAS, text, asked=asked)
    assert place.area is None or (place.area in AREAS and not place.is_elsewhere)


def test_a_long_text_is_read_at_once() -> None:
    texts = ("in Mesa not from Tempe ac " * 70, "a" * 5000, "85201 " * 300, "mesa " * 400)
    read("in Mesa")
    for text in texts:
        start = time.process_time()
        read_place(AREAS, text, asked=True)
        assert time.process_time() - start < 0.5
