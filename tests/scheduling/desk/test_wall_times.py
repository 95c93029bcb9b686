"""What a typed time means."""

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import pytest

from scheduling.desk.wall_times import Reading, read_wall_time

NEW_YORK = ZoneInfo("America/New_York")


def test_an_ordinary_time_needs_no_words() -> None:
    at = datetime(2026, 6, 18, 13, 30, tzinfo=UTC)
    assert read_wall_time(date(2026, 6, 18), time(9, 30), NEW_YORK) == Reading(at)


@pytest.mark.parametrize(
    ("zone", "day", "wall", "problem"),
    [
        ("America/New_York", date(2026, 3, 8), time(2), "2 AM does not exist on Sunday, March 8, 2026"),
        ("America/New_York", date(2026, 3, 8), time(2, 45), "2:45 AM does not exist on Sunday, March 8, 2026"),
    ],
)
def test_a_skipped_time_is_refused_with_the_next_one(zone: str, day: date, wall: time, problem: str) -> None:
    reading = read_wall_time(day, wall, ZoneInfo(zone))
    assert reading.problem == f"{problem}, when clocks go forward. The next time is 3 AM."


def test_a_skip_of_half_an_hour() -> None:
    reading = read_wall_time(date(2026, 10, 4), time(2, 10), ZoneInfo("Australia/Lord_Howe"))
    assert reading.problem == (
        "2:10 AM does not exist on Sunday, October 4, 2026, when clocks go forward. The next time is 2:30 AM."
    )


def test_of_a_time_that_comes_twice_the_first_counts() -> None:
    reading = read_wall_time(date(2026, 11, 1), time(1, 30), NEW_YORK)
    assert reading == Reading(
        datetime(2026, 11, 1, 5, 30, tzinfo=UTC),
        remark="1:30 AM comes twice on Sunday, November 1, 2026, when clocks go back; the first one counts.",
    )


@pytest.mark.parametrize("wall", [time(0, 59), time(2), time(3)])
def test_around_the_change_all_is_plain(wall: time) -> None:
    assert read_wall_time(date(2026, 11, 1), wall, NEW_YORK).remark == ""
