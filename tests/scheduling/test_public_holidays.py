from datetime import date

import pytest

from scheduling.public_holidays import (
    PublicHoliday,
    country_names,
    find_subdivision,
    list_holidays,
    subdivision_names,
)


def test_a_state_has_holidays_of_its_own() -> None:
    of_the_country = list_holidays("US", "", [2026])
    of_new_york = list_holidays("US", "NY", [2026])
    assert PublicHoliday(date(2026, 11, 26), "Thanksgiving Day") in of_the_country
    assert PublicHoliday(date(2026, 2, 12), "Lincoln's Birthday") not in of_the_country
    assert PublicHoliday(date(2026, 2, 12), "Lincoln's Birthday") in of_new_york
    assert [item.day for item in of_new_york] == sorted(item.day for item in of_new_york)


def test_years_are_those_that_were_asked_for() -> None:
    # The New Year's Day of 2028 is observed on the last day of 2027.
    assert {item.day.year for item in list_holidays("US", "", [2027])} == {2027}
    assert PublicHoliday(date(2027, 12, 31), "New Year's Day (observed)") in list_holidays("US", "", [2027])


def test_names_are_english_where_the_library_has_them() -> None:
    assert PublicHoliday(date(2026, 6, 24), "Saint John the Baptist Day") in list_holidays("CA", "QC", [2026])


@pytest.mark.parametrize(("country", "subdivision"), [("QQ", ""), ("US", "XX"), ("", ""), ("../etc", "NY")])
def test_a_place_that_nobody_knows_has_none(country: str, subdivision: str) -> None:
    assert list_holidays(country, subdivision, [2026]) == []


@pytest.mark.parametrize(
    ("country", "text", "code"),
    [("US", "AZ", "AZ"), ("US", " arizona ", "AZ"), ("US", "az", "AZ"), ("CA", "Ontario", "ON"), ("US", "Utopia", ""),
     ("QQ", "AZ", ""), ("US", "", "")],
)  # fmt: skip
def test_a_subdivision_by_code_or_name(country: str, text: str, code: str) -> None:
    assert find_subdivision(country, text) == code


def test_countries_and_subdivisions_have_names_that_people_know() -> None:
    names = country_names()
    assert (names["US"], names["CA"], names["GB"]) == ("United States", "Canada", "United Kingdom")
    assert list(names.values()) == sorted(names.values())
    assert subdivision_names("US")["NM"] == "New Mexico"
    assert subdivision_names("QQ") == {}
