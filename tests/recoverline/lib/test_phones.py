import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from recoverline.lib.phones import (
    ANONYMOUS_NUMBERS,
    country_of,
    display_phone,
    is_anonymous,
    is_premium,
    is_served,
    is_short_code,
    mask_phone,
    parse_phone,
)


@pytest.mark.parametrize(
    "raw",
    [
        "+12125550123",
        "12125550123",
        "2125550123",
        "212-555-0123",
        "(212) 555-0123",
        "212.555.0123",
        "+1 (212) 555 0123",
        "  1-212-555-0123 ",
        "tel:+1-212-555-0123",
        "212-555-0123 ext. 9",
        "２１２５５５０１２３",
    ],
)
def test_every_spelling_is_one_number(raw: str) -> None:
    assert parse_phone(raw, "US") == "+12125550123"


def test_the_country_decides_how_a_national_number_is_read() -> None:
    assert parse_phone("020 7946 0018", "gb") == "+442079460018"
    assert parse_phone("+44 20 7946 0018", "US") == "+442079460018"
    assert parse_phone("011 44 20 7946 0018", "US") == "+442079460018"
    assert parse_phone("020 7946 0018", "US") is None
    assert parse_phone("2125550123", "") is None
    assert parse_phone("2125550123", "ZZ") is None


@pytest.mark.parametrize("raw", ["+15555550123", "555-555-0199", "+12005550100", "+12025550123"])
def test_numbers_reserved_for_fiction_are_accepted(raw: str) -> None:
    assert parse_phone(raw, "US") == "+1" + raw.removeprefix("+1").replace("-", "")


@pytest.mark.parametrize(
    "raw", ["+15555550223", "+15555551234", "+19115550123", "+11555550123", "+2005550123", "+155555501234"]
)
def test_what_only_resembles_fiction_is_not(raw: str) -> None:
    assert parse_phone(raw, "US") is None


@pytest.mark.parametrize("raw", ["", " ", "abc", "88811", "911", "+1212555", "2125550123" * 30, "\x00", "+", "\ud83d"])
def test_what_is_no_number_is_none(raw: str) -> None:
    assert parse_phone(raw, "US") is None


@pytest.mark.parametrize(
    "raw",
    [
        *sorted(ANONYMOUS_NUMBERS),
        "+7 (378) 742-833",
        "Anonymous",
        " RESTRICTED ",
        "unavailable",
        "unknown",
        "private",
        "",
        "  ",
        "sip:ana@example.com",
        "SIPS:ana@example.com",
        "client:ana",
    ],
)
def test_hidden_callers_are_anonymous_and_have_no_number(raw: str) -> None:
    assert is_anonymous(raw) is True
    assert parse_phone(raw, "US") is None


def test_a_number_that_spells_restricted_without_a_plus_is_somebody_in_texas() -> None:
    assert is_anonymous("737-874-2833") is False
    assert parse_phone("737-874-2833", "US") == "+17378742833"


@pytest.mark.parametrize(("raw", "expected"), [("911", True), ("88811", True), (" 262966 ", True), ("5550123", False)])
def test_short_codes(raw: str, expected: bool) -> None:
    assert is_short_code(raw) is expected


@pytest.mark.parametrize("raw", ["12", "+88811", "88a11", "٨٨٨١١", "", "+12125550123"])
def test_what_is_no_short_code(raw: str) -> None:
    assert is_short_code(raw) is False


@pytest.mark.parametrize(
    ("e164", "country"),
    [
        ("+12125550123", "US"),
        ("+14165550123", "CA"),
        ("+15555550123", "US"),
        ("+442079460018", "GB"),
        ("+80012345678", ""),
        ("+15555551234", ""),
        ("88811", ""),
        ("", ""),
    ],
)
def test_country_of(e164: str, country: str) -> None:
    assert country_of(e164) == country


@pytest.mark.parametrize(
    ("e164", "country", "shown"),
    [
        ("+12125550123", "US", "(212) 555-0123"),
        ("+12125550123", "us", "(212) 555-0123"),
        ("+15555550123", "US", "(555) 555-0123"),
        ("+14165550123", "US", "+1 416-555-0123"),
        ("+12125550123", "GB", "+1 212-555-0123"),
        ("+442079460018", "GB", "020 7946 0018"),
        ("88811", "US", "88811"),
        ("sip:ana@example.com", "US", "sip:ana@example.com"),
    ],
)
def test_display_phone(e164: str, country: str, shown: str) -> None:
    assert display_phone(e164, country) == shown


@pytest.mark.parametrize(
    ("e164", "masked"), [("+12125550123", "***0123"), ("88811", "***"), ("sip:ana@example.com", "***"), ("", "***")]
)
def test_mask_phone(e164: str, masked: str) -> None:
    assert mask_phone(e164) == masked


@pytest.mark.parametrize(
    ("e164", "expected"),
    [
        ("+19005551234", True),
        ("+448712345678", True),
        ("+12125550123", False),
        ("+18005551212", False),
        ("+15555550123", False),
        ("88811", False),
    ],
)
def test_is_premium(e164: str, expected: bool) -> None:
    assert is_premium(e164) is expected


@pytest.mark.parametrize(
    ("e164", "countries", "expected"),
    [
        ("+12125550123", {"US"}, True),
        ("+15555550123", {"US"}, True),
        ("+14165550123", {"US"}, False),
        ("+14165550123", {"US", "CA"}, True),
        ("+447911123456", {"US"}, False),
        ("+19005551234", {"US"}, False),
        ("+448712345678", {"GB"}, False),
        ("+870776123456", {"US"}, False),
        ("+12125550123", set(), False),
        ("88811", {"US"}, False),
    ],
)
def test_is_served(e164: str, countries: set[str], expected: bool) -> None:
    assert is_served(e164, countries) is expected


@given(st.text(), st.sampled_from(["US", "CA", "GB", "", "xx"]))
@example("+12125550123", "US")
def test_nothing_raises_and_a_result_is_stable(raw: str, country: str) -> None:
    e164 = parse_phone(raw, country)
    is_short_code(raw), country_of(raw), display_phone(raw, country), mask_phone(raw), is_premium(raw)
    if e164 is not None:
        assert parse_phone(e164, "") == e164
