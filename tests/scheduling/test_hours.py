"""Opening hours. Cases marked with a source restate a fact from that public test or issue on fixed dates."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from scheduling.hours import (
    DayOverride,
    HoursRange,
    OpenState,
    check_ranges,
    describe_hours,
    open_intervals,
    open_state,
)

NEW_YORK = ZoneInfo("America/New_York")
US_ZONES = (
    "America/New_York",
    "America/Chicago",
    "America/Denver",
    "America/Los_Angeles",
    "America/Anchorage",
    "America/Adak",
)


def t(text: str) -> time:
    return time.fromisoformat(text)


def z(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def d(text: str) -> date:
    return date.fromisoformat(text)


def weekly(days: str, opens: str, closes: str, *, next_day: bool = False) -> list[HoursRange]:
    return [HoursRange(int(day), t(opens), t(closes), next_day) for day in days]


def closed(first: str, last: str, name: str = "Holiday") -> DayOverride:
    return DayOverride(d(first), d(last), name)


def special(
    first: str, last: str, opens: str, closes: str, *, name: str = "Special", next_day: bool = False
) -> DayOverride:
    return DayOverride(d(first), d(last), name, t(opens), t(closes), next_day)


def spans(
    ranges: list[HoursRange], overrides: list[DayOverride], zone: str, first: str, last: str
) -> list[tuple[str, str]]:
    found = open_intervals(ranges, overrides, ZoneInfo(zone), d(first), d(last))
    assert all(start.tzinfo is UTC and end.tzinfo is UTC for start, end in found)
    return [(f"{start:%Y-%m-%dT%H:%M}", f"{end:%Y-%m-%dT%H:%M}") for start, end in found]


OFFICE = weekly("01234", "09:00", "17:00")
DAILY = "0123456"


@pytest.mark.parametrize(
    ("ranges", "overrides", "zone", "first", "last", "expected"),
    [
        pytest.param(
            weekly(DAILY, "15:00", "16:00"), [], "America/Chicago", "2025-03-09", "2025-03-09",
            [("2025-03-09T20:00", "2025-03-09T21:00")], id="calcom/cal.diy 20095: change day in Chicago",
        ),
        pytest.param(
            weekly(DAILY, "13:00", "18:00"), [], "America/New_York", "2026-03-07", "2026-03-09",
            [
                ("2026-03-07T18:00", "2026-03-07T23:00"),
                ("2026-03-08T17:00", "2026-03-08T22:00"),
                ("2026-03-09T17:00", "2026-03-09T22:00"),
            ], id="calcom/cal.diy 30021: spring",
        ),
        pytest.param(
            weekly(DAILY, "13:00", "18:00"), [], "America/New_York", "2026-11-01", "2026-11-01",
            [("2026-11-01T18:00", "2026-11-01T23:00")], id="calcom/cal.diy 30021: autumn",
        ),
        pytest.param(
            OFFICE, [], "America/Toronto", "2023-03-16", "2023-03-16",
            [("2023-03-16T13:00", "2023-03-16T21:00")], id="calcom/cal.diy 6217: the offset of the day itself",
        ),
        pytest.param(
            [], [special("2023-01-01", "2023-01-01", "10:00", "12:00", next_day=True)], "Europe/Helsinki",
            "2023-01-01", "2023-01-01", [("2023-01-01T08:00", "2023-01-02T10:00")],
            id="City-of-Helsinki/tilavarauspalvelu-core test_time_span_element: more than a day",
        ),
        pytest.param(
            weekly("01234", "08:00", "17:00"), [closed("2023-06-13", "2023-06-13")], "Europe/London",
            "2023-06-13", "2023-06-14", [("2023-06-14T07:00", "2023-06-14T16:00")],
            id="calcom/cal.com date-ranges: closed day",
        ),
        pytest.param(
            [], [special("2023-06-12", "2023-06-12", "08:00", "17:00")], "America/New_York",
            "2023-06-12", "2023-06-12", [("2023-06-12T12:00", "2023-06-12T21:00")],
            id="calcom/cal.com date-ranges: an override opens a day without hours",
        ),
        pytest.param(
            weekly("01234", "08:00", "17:00"), [special("2023-06-13", "2023-06-13", "10:00", "15:00")],
            "America/New_York", "2023-06-13", "2023-06-14",
            [("2023-06-13T14:00", "2023-06-13T19:00"), ("2023-06-14T12:00", "2023-06-14T21:00")],
            id="calcom/cal.com date-ranges: an override replaces its day only",
        ),
        pytest.param(
            [],
            [
                special("2023-08-15", "2023-08-15", "09:00", "17:00"),
                special("2023-08-15", "2023-08-15", "19:00", "21:00"),
            ], "Pacific/Honolulu", "2023-08-15", "2023-08-15",
            [("2023-08-15T19:00", "2023-08-16T03:00"), ("2023-08-16T05:00", "2023-08-16T07:00")],
            id="calcom/cal.com date-ranges: split override on its local day",
        ),
        pytest.param(
            weekly(DAILY, "08:00", "17:00"), [], "America/New_York", "2023-01-04", "2023-01-04",
            [("2023-01-04T13:00", "2023-01-04T22:00")], id="calcom/cal.com date-ranges: New York winter",
        ),
        pytest.param(
            OFFICE, [], "America/Vancouver", "2024-03-04", "2024-03-04",
            [("2024-03-04T17:00", "2024-03-05T01:00")], id="thunderbird/appointment test_schedule: Vancouver winter",
        ),
    ],
)  # fmt: skip
def test_restated_cases(
    ranges: list[HoursRange],
    overrides: list[DayOverride],
    zone: str,
    first: str,
    last: str,
    expected: list[tuple[str, str]],
) -> None:
    assert spans(ranges, overrides, zone, first, last) == expected


def test_a_month_after_the_autumn_change() -> None:
    """calcom/cal.com date-ranges: New York, Monday to Friday, November 2023."""
    found = spans(OFFICE, [], "America/New_York", "2023-11-06", "2023-11-30")
    assert (len(found), found[0], found[-1]) == (
        19,
        ("2023-11-06T14:00", "2023-11-06T22:00"),
        ("2023-11-30T14:00", "2023-11-30T22:00"),
    )


@pytest.mark.parametrize("zone", US_ZONES)
@pytest.mark.parametrize(("day", "hours"), [("2026-03-08", 23), ("2026-11-01", 25), ("2026-06-01", 24)])
def test_an_always_open_day_has_the_hours_of_that_day(zone: str, day: str, hours: int) -> None:
    ranges = weekly(DAILY, "00:00", "00:00", next_day=True)
    ((start, end),) = open_intervals(ranges, [], ZoneInfo(zone), d(day), d(day))
    assert end - start == timedelta(hours=hours)


@pytest.mark.parametrize("zone", US_ZONES)
@pytest.mark.parametrize(
    ("day", "opens", "closes", "minutes"),
    [
        ("2026-03-08", "01:00", "03:00", 60),  # the wall clock says two hours, one passes
        ("2026-03-08", "02:30", "06:00", 150),  # 02:30 does not exist: it becomes 03:30
        ("2026-03-08", "01:00", "02:30", 90),
        ("2026-03-08", "02:00", "02:45", 45),  # both ends move
        ("2026-11-01", "00:30", "01:30", 60),  # the first 01:30
        ("2026-11-01", "01:30", "02:30", 120),  # from the first 01:30
        ("2026-11-01", "01:00", "03:00", 180),
    ],
)
def test_change_days_in_all_us_zones(zone: str, day: str, opens: str, closes: str, minutes: int) -> None:
    ((start, end),) = open_intervals(weekly(DAILY, opens, closes), [], ZoneInfo(zone), d(day), d(day))
    assert end - start == timedelta(minutes=minutes)


def test_a_range_that_the_gap_turns_around_is_no_opening() -> None:
    assert spans(weekly("6", "02:30", "03:15"), [], "America/New_York", "2026-03-08", "2026-03-08") == []


def test_a_zone_that_skips_midnight_opens_at_one() -> None:
    assert spans(weekly("6", "00:00", "09:00"), [], "America/Havana", "2026-03-08", "2026-03-08") == [
        ("2026-03-08T05:00", "2026-03-08T13:00")
    ]


@pytest.mark.parametrize(
    ("zone", "day", "expected"),
    [
        ("America/Phoenix", "2026-03-08", ("2026-03-08T16:00", "2026-03-09T00:00")),
        ("America/Phoenix", "2026-07-05", ("2026-07-05T16:00", "2026-07-06T00:00")),
        ("America/Phoenix", "2026-11-01", ("2026-11-01T16:00", "2026-11-02T00:00")),
        ("America/St_Johns", "2026-03-07", ("2026-03-07T12:30", "2026-03-07T20:30")),
        ("America/St_Johns", "2026-03-08", ("2026-03-08T11:30", "2026-03-08T19:30")),
        ("America/St_Johns", "2026-11-01", ("2026-11-01T12:30", "2026-11-01T20:30")),
        ("Australia/Lord_Howe", "2026-04-04", ("2026-04-03T22:00", "2026-04-04T06:00")),
        ("Australia/Lord_Howe", "2026-04-05", ("2026-04-04T22:30", "2026-04-05T06:30")),
        ("Australia/Lord_Howe", "2026-10-04", ("2026-10-03T22:00", "2026-10-04T06:00")),
        ("Pacific/Honolulu", "2026-12-31", ("2026-12-31T19:00", "2027-01-01T03:00")),
        ("America/New_York", "2028-02-29", ("2028-02-29T14:00", "2028-02-29T22:00")),
    ],
)
def test_nine_to_five_around_the_world(zone: str, day: str, expected: tuple[str, str]) -> None:
    assert spans(weekly(DAILY, "09:00", "17:00"), [], zone, day, day) == [expected]


@pytest.mark.parametrize(("day", "minutes"), [("2026-04-05", 90), ("2026-10-04", 30)])
def test_lord_howe_changes_by_half_an_hour(day: str, minutes: int) -> None:
    ranges = weekly("6", "01:30", "02:30")
    ((start, end),) = open_intervals(ranges, [], ZoneInfo("Australia/Lord_Howe"), d(day), d(day))
    assert end - start == timedelta(minutes=minutes)


def test_overnight_over_the_year_end_and_the_leap_day() -> None:
    bar = weekly(DAILY, "18:00", "02:00", next_day=True)
    assert spans(bar, [], "America/New_York", "2027-12-31", "2027-12-31") == [("2027-12-31T23:00", "2028-01-01T07:00")]
    assert spans(bar, [], "America/New_York", "2028-02-28", "2028-02-29") == [
        ("2028-02-28T23:00", "2028-02-29T07:00"),
        ("2028-02-29T23:00", "2028-03-01T07:00"),
    ]


def test_touching_and_overlapping_ranges_merge() -> None:
    ranges = weekly("0", "08:00", "12:00") + weekly("0", "12:00", "15:00") + weekly("0", "14:00", "16:00")
    assert spans(ranges, [], "UTC", "2026-06-01", "2026-06-01") == [("2026-06-01T08:00", "2026-06-01T16:00")]
    always = weekly(DAILY, "00:00", "00:00", next_day=True)
    assert spans(always, [], "UTC", "2026-06-01", "2026-06-03") == [("2026-06-01T00:00", "2026-06-04T00:00")]


def test_lunch_break_stays_open_on_both_sides() -> None:
    ranges = weekly("0", "13:00", "17:00") + weekly("0", "08:00", "12:00")
    assert spans(ranges, [], "UTC", "2026-06-01", "2026-06-01") == [
        ("2026-06-01T08:00", "2026-06-01T12:00"),
        ("2026-06-01T13:00", "2026-06-01T17:00"),
    ]


def test_a_reversed_range_without_next_day_never_opens() -> None:
    assert spans(weekly(DAILY, "22:00", "02:00"), [], "UTC", "2026-06-01", "2026-06-07") == []


class TestOverridesAndNights:
    BAR = weekly(DAILY, "20:00", "03:00", next_day=True)

    def test_a_closed_day_cuts_the_night_before_at_its_midnight(self) -> None:
        """calcom/cal.diy 27220: overnight hours must not spill into an overridden day."""
        assert spans(
            self.BAR, [closed("2026-06-03", "2026-06-03")], "America/New_York", "2026-06-02", "2026-06-04"
        ) == [
            ("2026-06-03T00:00", "2026-06-03T04:00"),
            ("2026-06-05T00:00", "2026-06-05T07:00"),
        ]

    def test_special_hours_cut_it_too(self) -> None:
        overrides = [special("2026-06-03", "2026-06-03", "10:00", "12:00")]
        assert spans(self.BAR, overrides, "UTC", "2026-06-02", "2026-06-03") == [
            ("2026-06-02T20:00", "2026-06-03T00:00"),
            ("2026-06-03T10:00", "2026-06-03T12:00"),
        ]

    def test_a_special_night_runs_into_an_ordinary_day(self) -> None:
        overrides = [special("2026-12-31", "2026-12-31", "18:00", "04:00", next_day=True)]
        assert spans(OFFICE, overrides, "America/New_York", "2026-12-31", "2027-01-01") == [
            ("2026-12-31T23:00", "2027-01-01T09:00"),
            ("2027-01-01T14:00", "2027-01-01T22:00"),
        ]

    def test_a_special_night_is_cut_by_the_next_override(self) -> None:
        overrides = [
            special("2026-12-31", "2026-12-31", "18:00", "04:00", next_day=True),
            closed("2027-01-01", "2027-01-01", "New Year"),
        ]
        assert spans(OFFICE, overrides, "UTC", "2026-12-31", "2027-01-01") == [("2026-12-31T18:00", "2027-01-01T00:00")]

    def test_the_nights_inside_one_override_are_its_own(self) -> None:
        overrides = [special("2026-06-05", "2026-06-06", "18:00", "02:00", name="Festival", next_day=True)]
        assert spans([], overrides, "UTC", "2026-06-04", "2026-06-07") == [
            ("2026-06-05T18:00", "2026-06-06T02:00"),
            ("2026-06-06T18:00", "2026-06-07T02:00"),
        ]

    def test_the_cut_is_local_midnight_on_a_change_day(self) -> None:
        overrides = [closed("2026-11-01", "2026-11-01")]
        assert spans(self.BAR, overrides, "America/New_York", "2026-10-31", "2026-11-01") == [
            ("2026-11-01T00:00", "2026-11-01T04:00")
        ]

    def test_the_narrowest_override_owns_the_day(self) -> None:
        overrides = [
            closed("2026-12-24", "2027-01-01", "Winter break"),
            special("2026-12-28", "2026-12-28", "09:00", "12:00", name="Inventory sale"),
        ]
        assert spans(OFFICE, overrides, "UTC", "2026-12-24", "2027-01-01") == [("2026-12-28T09:00", "2026-12-28T12:00")]

    def test_among_equals_a_closure_wins(self) -> None:
        overrides = [special("2026-06-03", "2026-06-03", "09:00", "12:00"), closed("2026-06-03", "2026-06-03")]
        assert spans(OFFICE, overrides, "UTC", "2026-06-03", "2026-06-03") == []

    def test_a_higher_rank_owns_the_day_however_long_it_is(self) -> None:
        """A technician's three days with hours of their own, in which the shop is closed for one."""
        shop = closed("2026-06-03", "2026-06-03", "Inventory")
        theirs = replace(special("2026-06-02", "2026-06-04", "10:00", "11:00"), rank=1)
        assert spans(OFFICE, [shop, theirs], "UTC", "2026-06-02", "2026-06-04") == [
            ("2026-06-02T10:00", "2026-06-02T11:00"),
            ("2026-06-03T10:00", "2026-06-03T11:00"),
            ("2026-06-04T10:00", "2026-06-04T11:00"),
        ]
        assert spans(OFFICE, [shop, replace(theirs, rank=0)], "UTC", "2026-06-03", "2026-06-03") == []

    def test_within_a_rank_the_narrowest_still_wins(self) -> None:
        vacation = replace(closed("2026-06-01", "2026-06-05", "Vacation"), rank=1)
        comes_in = replace(special("2026-06-03", "2026-06-03", "09:00", "12:00"), rank=1)
        shop = closed("2026-06-03", "2026-06-03")
        assert spans(OFFICE, [shop, vacation, comes_in], "UTC", "2026-06-01", "2026-06-05") == [
            ("2026-06-03T09:00", "2026-06-03T12:00")
        ]

    def test_an_override_is_a_local_day_even_where_utc_is_another(self) -> None:
        overrides = [closed("2026-06-03", "2026-06-03")]
        evening = weekly(DAILY, "18:00", "22:00")
        assert spans(evening, overrides, "America/Los_Angeles", "2026-06-02", "2026-06-04") == [
            ("2026-06-03T01:00", "2026-06-03T05:00"),
            ("2026-06-05T01:00", "2026-06-05T05:00"),
        ]


class TestOpenState:
    def state(self, now: str, ranges: list[HoursRange] = OFFICE, overrides: tuple[DayOverride, ...] = ()) -> OpenState:
        return open_state(ranges, overrides, NEW_YORK, z(now))

    def test_open_until_closing(self) -> None:
        expected = OpenState(True, "open", "", z("2026-06-03T21:00"), z("2026-06-04T13:00"))
        assert self.state("2026-06-03T13:00") == expected
        assert self.state("2026-06-03T20:59") == expected

    def test_closed_at_the_closing_instant(self) -> None:
        opening = z("2026-06-04T13:00")
        assert self.state("2026-06-03T21:00") == OpenState(False, "closed", "", opening, opening)

    def test_closed_over_the_weekend(self) -> None:
        opening = z("2026-06-08T13:00")
        assert self.state("2026-06-06T15:00") == OpenState(False, "closed", "", opening, opening)

    def test_now_in_another_zone_is_the_same_instant(self) -> None:
        now = z("2026-06-03T14:00").astimezone(ZoneInfo("Asia/Tokyo"))
        assert open_state(OFFICE, [], NEW_YORK, now) == self.state("2026-06-03T14:00")

    def test_still_open_from_the_night_before(self) -> None:
        bar = weekly("4", "20:00", "03:00", next_day=True)
        assert self.state("2026-06-06T06:30", bar) == OpenState(
            True, "open", "", z("2026-06-06T07:00"), z("2026-06-13T00:00")
        )

    def test_a_closed_day_is_a_holiday_all_day(self) -> None:
        overrides = (closed("2026-12-25", "2026-12-25", "Christmas"),)
        opening = z("2026-12-28T14:00")
        expected = OpenState(False, "holiday", "Christmas", opening, opening)
        assert self.state("2026-12-25T05:00", OFFICE, overrides) == expected
        assert self.state("2026-12-25T15:00", OFFICE, overrides) == expected
        assert self.state("2026-12-26T04:59", OFFICE, overrides) == expected
        assert self.state("2026-12-26T05:00", OFFICE, overrides).kind == "closed"

    def test_special_hours_are_a_holiday_only_while_the_week_would_be_open(self) -> None:
        overrides = (special("2026-12-24", "2026-12-24", "09:00", "12:00", name="Christmas Eve"),)
        assert self.state("2026-12-24T15:00", OFFICE, overrides) == OpenState(
            True, "open", "", z("2026-12-24T17:00"), z("2026-12-25T14:00")
        )
        afternoon = self.state("2026-12-24T18:00", OFFICE, overrides)
        assert (afternoon.kind, afternoon.closure_name) == ("holiday", "Christmas Eve")
        night = self.state("2026-12-25T03:00", OFFICE, overrides)
        assert (night.kind, night.closure_name) == ("closed", "")

    def test_a_night_cut_by_a_closed_day(self) -> None:
        bar = weekly(DAILY, "20:00", "03:00", next_day=True)
        overrides = (closed("2026-06-03", "2026-06-03", "Staff party"),)
        assert self.state("2026-06-03T03:30", bar, overrides).changes_at == z("2026-06-03T04:00")
        assert self.state("2026-06-03T05:00", bar, overrides) == OpenState(
            False, "holiday", "Staff party", z("2026-06-05T00:00"), z("2026-06-05T00:00")
        )

    def test_no_hours_at_all(self) -> None:
        assert self.state("2026-06-03T14:00", []) == OpenState(False, "closed", "", None, None)

    def test_always_open_never_changes(self) -> None:
        always = weekly(DAILY, "00:00", "00:00", next_day=True)
        assert self.state("2026-06-03T14:00", always) == OpenState(True, "open", "", None, None)

    def test_looks_sixty_days_ahead_and_no_further(self) -> None:
        day = (special("2026-08-02", "2026-08-02", "10:00", "11:00"),)
        assert self.state("2026-06-03T14:00", [], day).opens_at == z("2026-08-02T14:00")
        assert self.state("2026-06-03T13:59", [], day).opens_at is None

    def test_across_the_spring_change_the_opening_is_an_hour_nearer(self) -> None:
        assert self.state("2026-03-06T22:00").opens_at == z("2026-03-09T13:00")
        assert self.state("2026-10-30T21:00").opens_at == z("2026-11-02T14:00")


class TestCheckRanges:
    def test_a_good_week(self) -> None:
        ranges = [
            *OFFICE,
            *weekly("0", "17:00", "19:00"),
            *weekly("5", "20:00", "02:00", next_day=True),
            *weekly("6", "02:00", "00:00", next_day=True),
            *weekly("0", "00:00", "00:05"),
        ]
        assert check_ranges(ranges) == []

    @pytest.mark.parametrize(
        ("ranges", "expected"),
        [
            (
                weekly("0", "09:00", "12:00") + weekly("0", "10:00", "11:00"),
                ["Monday 9 AM-noon and Monday 10 AM-11 AM overlap."],
            ),
            (
                weekly("1", "10:00", "12:00") + weekly("1", "09:00", "11:00"),
                ["Tuesday 9 AM-11 AM and Tuesday 10 AM-noon overlap."],
            ),
            (
                weekly("2", "14:00", "13:00"),
                [
                    "Wednesday 2 PM-1 PM closes before it opens. "
                    "If it closes after midnight, mark it as closing the next day."
                ],
            ),
            (
                weekly("2", "00:00", "00:00"),
                [
                    "Wednesday midnight-midnight closes before it opens. "
                    "If it closes after midnight, mark it as closing the next day."
                ],
            ),
            (
                weekly("3", "09:00", "09:04"),
                ["Thursday 9 AM-9:04 AM is too short: it must last at least 5 minutes."],
            ),
            (
                weekly("4", "22:00", "02:00", next_day=True) + weekly("5", "01:30", "04:00"),
                ["Friday 10 PM-2 AM and Saturday 1:30 AM-4 AM overlap."],
            ),
            (
                weekly("6", "22:00", "02:00", next_day=True) + weekly("0", "01:00", "04:00"),
                ["Monday 1 AM-4 AM and Sunday 10 PM-2 AM overlap."],
            ),
            (
                weekly("0", "09:00", "12:00") * 2,
                ["Monday 9 AM-noon and Monday 9 AM-noon overlap."],
            ),
        ],
    )
    def test_problems(self, ranges: list[HoursRange], expected: list[str]) -> None:
        assert check_ranges(ranges) == expected


@pytest.mark.parametrize(
    ("ranges", "english", "spanish"),
    [
        ([], "", ""),
        (
            weekly("01234", "08:00", "17:00") + weekly("5", "09:00", "12:00"),
            "Mon-Fri 8 AM-5 PM, Sat 9 AM-noon",
            "Lun-Vie 8 AM-5 PM, Sab 9 AM-12 PM",
        ),
        (weekly(DAILY, "00:00", "00:00", next_day=True), "24/7", "24/7"),
        (
            weekly("56", "00:00", "00:00", next_day=True),
            "Sat-Sun 24 hours",
            "Sab-Dom 24 horas",
        ),
        (
            weekly("02", "13:00", "17:30") + weekly("02", "08:15", "12:00"),
            "Mon 8:15 AM-noon and 1 PM-5:30 PM, Wed 8:15 AM-noon and 1 PM-5:30 PM",
            "Lun 8:15 AM-12 PM y 1 PM-5:30 PM, Mie 8:15 AM-12 PM y 1 PM-5:30 PM",
        ),
        (
            weekly("34", "18:00", "00:00", next_day=True) + weekly("5", "18:00", "02:00", next_day=True),
            "Thu-Fri 6 PM-midnight, Sat 6 PM-2 AM",
            "Jue-Vie 6 PM-medianoche, Sab 6 PM-2 AM",
        ),
        (
            weekly("4", "10:00", "12:00", next_day=True),
            "Fri 10 AM-noon the next day",
            "Vie 10 AM-12 PM (+1)",
        ),
        (weekly("1", "00:30", "12:30"), "Tue 12:30 AM-12:30 PM", "Mar 12:30 AM-12:30 PM"),
    ],
)
def test_describe_hours(ranges: list[HoursRange], english: str, spanish: str) -> None:
    assert describe_hours(ranges, language="en") == english
    assert describe_hours(ranges, language="es") == spanish
    assert (english + spanish).isascii()
