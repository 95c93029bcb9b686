"""Allowed in every place where the reader may be, by its own clock and its own rules."""

from datetime import UTC, date, datetime, time, timedelta
from importlib import import_module
from zoneinfo import ZoneInfo

import pytest

from scheduling.quiet_hours import DECENT, Rule, Whereabouts, closes_at, is_allowed, next_allowed, rules_for

ROWS = import_module("scheduling.migrations.0004_quiet_hours").RULES
RULES = [Rule(country, region, since, until, frozenset(days)) for country, region, days, since, until, _ in ROWS]
ONE_MINUTE = timedelta(minutes=1)


def at(zone: str, *wall: int) -> datetime:
    return datetime(*wall, tzinfo=ZoneInfo(zone))  # type: ignore[arg-type,misc]  # year to minute


def in_state(state: str, zone: str, country: str = "US") -> Whereabouts:
    return Whereabouts(ZoneInfo(zone), country, state)


NEW_YORK = in_state("NY", "America/New_York")
LOS_ANGELES = in_state("CA", "America/Los_Angeles")

# 2026-06-17 is a Wednesday, the 20th a Saturday, the 21st a Sunday: place, day of June, first and last allowed minute.
DAYS = [
    (NEW_YORK, 17, "08:00", "20:59"),
    (NEW_YORK, 21, "08:00", "20:59"),
    (in_state("FL", "America/New_York"), 17, "08:00", "19:59"),
    (in_state("FL", "America/Chicago"), 17, "08:00", "19:59"),
    (in_state("MD", "America/New_York"), 17, "08:00", "19:59"),
    (in_state("MS", "America/Chicago"), 17, "08:00", "19:59"),
    (in_state("NJ", "America/New_York"), 17, "08:00", "19:59"),
    (in_state("OK", "America/Chicago"), 17, "08:00", "19:59"),
    (in_state("CT", "America/New_York"), 17, "09:00", "19:59"),
    (in_state("TX", "America/Chicago"), 17, "09:00", "20:59"),
    (in_state("TX", "America/Chicago"), 20, "09:00", "20:59"),
    (in_state("TX", "America/Chicago"), 21, "12:00", "20:59"),
    (in_state("TX", "America/Denver"), 21, "12:00", "20:59"),
    (in_state("RI", "America/New_York"), 17, "09:00", "17:59"),
    (in_state("RI", "America/New_York"), 20, "10:00", "16:59"),
    (in_state("RI", "America/New_York"), 21, "10:00", "16:59"),
    (in_state("ON", "America/Toronto", "CA"), 17, "09:00", "21:29"),
    (in_state("ON", "America/Toronto", "CA"), 20, "10:00", "17:59"),
    (in_state("", "America/St_Johns", "CA"), 17, "09:00", "21:29"),
    (in_state("AZ", "America/Phoenix"), 17, "08:00", "20:59"),
    (in_state("HI", "Pacific/Honolulu"), 17, "08:00", "20:59"),
    (in_state("", "Australia/Lord_Howe", "AU"), 17, "08:00", "20:59"),
    (in_state("PR", "America/Puerto_Rico"), 17, "08:00", "20:59"),
]


@pytest.mark.parametrize(("place", "day", "first", "last"), DAYS)
def test_the_table_state_by_state(place: Whereabouts, day: int, first: str, last: str) -> None:
    midnight = datetime(2026, 6, day, tzinfo=place.zone)
    minutes = [midnight + ONE_MINUTE * index for index in range(24 * 60)]
    allowed = [minute.strftime("%H:%M") for minute in minutes if is_allowed(minute, [place], RULES)]
    assert (allowed[0], allowed[-1], len(allowed)) == (first, last, _minutes(first, last))


def _minutes(first: str, last: str) -> int:
    hours = [int(text[:2]) * 60 + int(text[3:]) for text in (first, last)]
    return hours[1] - hours[0] + 1


def test_every_state_of_the_table_is_tried_above() -> None:
    assert {rule.region for rule in RULES if rule.region} <= {place.region for place, *_ in DAYS}


@pytest.mark.parametrize(
    ("places", "asked", "given"),
    [
        # The start is allowed, the end is not any more; a second earlier it is.
        ([NEW_YORK], at("America/New_York", 2026, 6, 17, 8), at("America/New_York", 2026, 6, 17, 8)),
        ([NEW_YORK], at("America/New_York", 2026, 6, 17, 21), at("America/New_York", 2026, 6, 18, 8)),
        ([NEW_YORK], at("America/New_York", 2026, 6, 17, 20, 59, 59), at("America/New_York", 2026, 6, 17, 20, 59, 59)),
        ([NEW_YORK], at("America/New_York", 2026, 6, 17, 3), at("America/New_York", 2026, 6, 17, 8)),
        # Coast to coast: from eight in the west until nine in the east.
        ([NEW_YORK, LOS_ANGELES], at("UTC", 2026, 6, 17, 12, 30), at("UTC", 2026, 6, 17, 15)),
        ([NEW_YORK, LOS_ANGELES], at("UTC", 2026, 6, 18, 1), at("UTC", 2026, 6, 18, 15)),
        # Saturday night in Texas ends on Sunday noon, in Rhode Island at ten.
        ([in_state("TX", "America/Chicago")], at("America/Chicago", 2026, 6, 20, 22),
         at("America/Chicago", 2026, 6, 21, 12)),
        ([in_state("RI", "America/New_York")], at("America/New_York", 2026, 6, 19, 19),
         at("America/New_York", 2026, 6, 20, 10)),
        # The clock goes forward on March 8 and back on November 1: eight is eight by the wall.
        ([NEW_YORK], at("America/New_York", 2026, 3, 7, 22), at("UTC", 2026, 3, 8, 12)),
        ([NEW_YORK], at("America/New_York", 2026, 3, 8, 1, 59), at("UTC", 2026, 3, 8, 12)),
        ([NEW_YORK], at("America/New_York", 2026, 10, 31, 22), at("UTC", 2026, 11, 1, 13)),
        ([NEW_YORK], datetime(2026, 11, 1, 5, 30, tzinfo=UTC), at("UTC", 2026, 11, 1, 13)),
        ([NEW_YORK], datetime(2026, 11, 1, 6, 30, tzinfo=UTC), at("UTC", 2026, 11, 1, 13)),
        # No change in Arizona and Hawaii; half an hour on Lord Howe; St. John's is half an hour off.
        ([in_state("AZ", "America/Phoenix")], at("UTC", 2026, 3, 8, 12), at("UTC", 2026, 3, 8, 15)),
        ([in_state("HI", "Pacific/Honolulu")], at("UTC", 2026, 11, 1, 12), at("UTC", 2026, 11, 1, 18)),
        ([in_state("", "Australia/Lord_Howe", "AU")], at("UTC", 2026, 4, 3, 15), at("UTC", 2026, 4, 3, 21)),
        ([in_state("", "Australia/Lord_Howe", "AU")], at("UTC", 2026, 4, 4, 15), at("UTC", 2026, 4, 4, 21, 30)),
        ([in_state("NL", "America/St_Johns", "CA")], at("UTC", 2026, 6, 17, 5), at("UTC", 2026, 6, 17, 11, 30)),
    ],
)  # fmt: skip
def test_the_next_moment(places: list[Whereabouts], asked: datetime, given: datetime) -> None:
    assert next_allowed(asked, places, RULES) == given
    assert is_allowed(given, places, RULES)


@pytest.mark.parametrize("zone", ["America/New_York", "America/Phoenix", "Pacific/Honolulu", "Australia/Lord_Howe"])
def test_a_day_has_thirteen_hours_all_the_year_round(zone: str) -> None:
    place = Whereabouts(ZoneInfo(zone))
    for day in (date(2026, 1, 1) + timedelta(days=index) for index in range(365)):
        begins = next_allowed(datetime.combine(day, time(0), place.zone), [place], [])
        assert begins is not None
        assert (begins.astimezone(place.zone).date(), begins.astimezone(place.zone).time()) == (day, time(8))
        assert closes_at(begins, [place], []) - begins == timedelta(hours=13)


def test_is_allowed_and_next_allowed_agree_at_every_quarter_of_an_hour() -> None:
    places = [in_state("ID", "America/Boise"), in_state("ID", "America/Los_Angeles"), in_state("TX", "America/Chicago")]
    asked = datetime(2026, 3, 5, tzinfo=UTC)
    for _ in range(4 * 24 * 8):
        found = next_allowed(asked, places, RULES)
        assert found is not None
        assert is_allowed(asked, places, RULES) == (found == asked)
        assert is_allowed(found, places, RULES)
        assert found == asked or not is_allowed(found - ONE_MINUTE, places, RULES)
        asked += timedelta(minutes=15)


def test_a_state_counts_instead_of_its_country() -> None:
    wide = [Rule("US", "", time(8), time(21)), Rule("US", "AK", time(6), time(23))]
    assert rules_for(in_state("AK", "America/Anchorage"), wide) == [wide[1]]
    assert rules_for(in_state("AL", "America/Chicago"), wide) == [wide[0]]
    assert rules_for(in_state("", "America/Chicago"), wide) == [wide[0]]
    assert rules_for(in_state("BY", "Europe/Berlin", "DE"), wide) == [DECENT]


def test_a_day_without_a_row_is_quiet() -> None:
    weekdays = [Rule("DE", "", time(8), time(20), frozenset(range(5)))]
    place = in_state("", "Europe/Berlin", "DE")
    assert next_allowed(at("Europe/Berlin", 2026, 6, 19, 20), [place], weekdays) == at("Europe/Berlin", 2026, 6, 22, 8)
    assert closes_at(at("Europe/Berlin", 2026, 6, 20, 12), [place], weekdays) == at("Europe/Berlin", 2026, 6, 20, 12)


def test_two_rows_of_a_day_leave_its_middle_quiet_and_midnight_is_the_end() -> None:
    rules = [Rule("ES", "", time(9), time(14)), Rule("ES", "", time(17), time(0))]
    place = in_state("", "Europe/Madrid", "ES")
    assert next_allowed(at("Europe/Madrid", 2026, 6, 17, 14), [place], rules) == at("Europe/Madrid", 2026, 6, 17, 17)
    assert is_allowed(at("Europe/Madrid", 2026, 6, 17, 23, 59), [place], rules)
    assert not is_allowed(at("Europe/Madrid", 2026, 6, 18, 0), [place], rules)


def test_windows_that_never_overlap_are_told_and_not_searched_for_ever() -> None:
    rules = [Rule("AA", "", time(8), time(10)), Rule("BB", "", time(8), time(10))]
    places = [in_state("", "America/New_York", "AA"), in_state("", "Asia/Tokyo", "BB")]
    assert next_allowed(at("UTC", 2026, 6, 17, 12), places, rules) is None
    mondays = [Rule("AA", "", time(8), time(21), frozenset({0})), Rule("BB", "", time(8), time(21), frozenset({3}))]
    assert next_allowed(at("UTC", 2026, 6, 17, 12), places, mondays) is None


def test_nowhere_is_no_place() -> None:
    with pytest.raises(ValueError, match="Without a place"):
        next_allowed(at("UTC", 2026, 6, 17, 12), [], RULES)


def test_the_end_of_what_is_allowed_is_the_earliest_one() -> None:
    florida = in_state("FL", "America/Chicago")
    noon = at("America/New_York", 2026, 6, 17, 12)
    assert closes_at(noon, [florida, NEW_YORK], RULES) == at("America/New_York", 2026, 6, 17, 21)
    assert closes_at(noon, [florida], RULES) == at("America/Chicago", 2026, 6, 17, 20)
