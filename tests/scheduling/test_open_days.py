from datetime import date, time
from zoneinfo import ZoneInfo

from scheduling.hours import DayOverride, HoursRange
from scheduling.open_days import OpenDay, Span, clock_warnings, length_text, open_days

NEW_YORK = ZoneInfo("America/New_York")
PHOENIX = ZoneInfo("America/Phoenix")
FORWARD, BACK = date(2026, 3, 8), date(2026, 11, 1)


def daily(opens: time, closes: time, *, next_day: bool = False) -> list[HoursRange]:
    return [HoursRange(weekday, opens, closes, next_day) for weekday in range(7)]


def test_an_ordinary_day_with_lunch_and_a_closed_one() -> None:
    ranges = [HoursRange(0, time(8), time(12)), HoursRange(0, time(13), time(17, 30))]
    assert open_days(ranges, [], NEW_YORK, date(2026, 6, 15), days=2) == [
        OpenDay(date(2026, 6, 15), (Span(time(8), time(12)), Span(time(13), time(17, 30))), 510),
        OpenDay(date(2026, 6, 16), (), 0),
    ]


def test_a_night_is_shown_on_both_of_its_days_also_the_one_before_the_first() -> None:
    nights = daily(time(18), time(2), next_day=True)
    night = (Span(time(0), time(2)), Span(time(18), None))
    assert open_days(nights, [], PHOENIX, date(2026, 6, 15), days=2) == [
        OpenDay(date(2026, 6, 15), night, 480),
        OpenDay(date(2026, 6, 16), night, 480),
    ]


def test_always_open_has_the_length_that_the_day_really_has() -> None:
    always = daily(time(0), time(0), next_day=True)
    days = [open_days(always, [], NEW_YORK, day, days=1)[0] for day in (FORWARD, BACK, date(2026, 6, 15))]
    assert [(day.is_all_day, day.minutes, day.notes) for day in days] == [
        (True, 23 * 60, ("Clocks go forward: this day has 23 h",)),
        (True, 25 * 60, ("Clocks go back: this day has 25 h",)),
        (True, 24 * 60, ()),
    ]
    assert open_days(always, [], PHOENIX, BACK, days=1)[0].notes == ()


def test_a_day_names_the_override_that_owns_it() -> None:
    day = date(2026, 12, 24)
    week = DayOverride(date(2026, 12, 21), date(2026, 12, 31), "Winter break")
    short = DayOverride(day, day, "Christmas Eve", time(8), time(12))
    mine = DayOverride(date(2026, 12, 22), date(2026, 12, 22), "Doctor", rank=1)
    found = open_days(daily(time(9), time(17)), [week, short, mine], NEW_YORK, date(2026, 12, 22), days=3)
    assert [(each.minutes, each.notes) for each in found] == [
        (0, ("Doctor: closed",)),
        (0, ("Winter break: closed",)),
        (240, ("Christmas Eve: other hours",)),
    ]


def test_two_stretches_of_one_special_day_are_named_once() -> None:
    day = date(2026, 7, 4)
    parts = [DayOverride(day, day, "Fair", time(8), time(10)), DayOverride(day, day, "Fair", time(12), time(14))]
    assert open_days([], parts, NEW_YORK, day, days=1) == [
        OpenDay(day, (Span(time(8), time(10)), Span(time(12), time(14))), 240, ("Fair: other hours",))
    ]


def test_a_time_that_a_clock_change_skips_or_repeats_is_named() -> None:
    ranges = [HoursRange(6, time(2, 30), time(9)), HoursRange(5, time(20), time(1, 30), next_day=True)]
    assert clock_warnings(ranges, [], NEW_YORK, date(2026, 1, 1), days=365) == [
        "2:30 AM does not exist on Sunday, March 8, 2026, when clocks go forward; it counts as 3:30 AM.",
        "1:30 AM comes twice on Sunday, November 1, 2026, when clocks go back; the first one counts.",
    ]
    assert clock_warnings(ranges, [], PHOENIX, date(2026, 1, 1), days=365) == []


def test_special_hours_are_asked_where_they_replace_the_week() -> None:
    ranges = [HoursRange(6, time(2, 30), time(9))]
    special = DayOverride(FORWARD, FORWARD, "Race", time(2, 15), time(10))
    closed = DayOverride(FORWARD, FORWARD, "Race")
    assert clock_warnings(ranges, [special], NEW_YORK, FORWARD, days=1) == [
        "2:15 AM does not exist on Sunday, March 8, 2026, when clocks go forward; it counts as 3:15 AM."
    ]
    assert clock_warnings(ranges, [closed], NEW_YORK, FORWARD, days=1) == []


def test_the_length_of_a_day_in_words() -> None:
    assert [length_text(minutes) for minutes in (0, 45, 60, 510)] == ["0 h", "45 min", "1 h", "8 h 30 min"]
