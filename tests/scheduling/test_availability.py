"""The engine's rules, one by one; each row of mistakes that others shipped is here by its issue (cal# = calcom/cal.diy,
dja# = adamspd/django-appointment, ea# = alextselegidis/easyappointments). Its laws are in test_availability_properties.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Literal
from zoneinfo import ZoneInfo

import pytest

from scheduling.availability import (
    Availability,
    Busy,
    Grid,
    Lane,
    Limits,
    Refusal,
    Visit,
    full_days,
    last_bookable_day,
)
from scheduling.hours import DayOverride, HoursRange, open_intervals
from scheduling.intervals import Interval

NEW_YORK = ZoneInfo("America/New_York")
UTC_ZONE = ZoneInfo("UTC")
DAY = date(2026, 6, 17)


def z(text: str, day: date = DAY) -> datetime:
    """A time of DAY, in UTC."""
    return datetime.combine(day, time.fromisoformat(text), tzinfo=UTC)


def m(count: int) -> timedelta:
    return timedelta(minutes=count)


def span(start: str, end: str) -> Interval:
    return z(start), z(end)


def busy(start: str, end: str, *, before: int = 0, after: int = 0, area: int | None = None) -> Busy:
    return Busy(z(start), z(end), m(before), m(after), area)


def lane(resource: str = "ana", *taken: Busy, hours: Sequence[Interval] | None = None, seat: int = 0) -> Lane:
    return Lane(resource, hours if hours is not None else [span("09:00", "17:00")], taken, seat)


def ask(
    *groups: Sequence[Lane],
    duration: int = 60,
    step: int = 60,
    anchor: Literal["opening", "free"] = "opening",
    earliest: datetime = datetime(2026, 1, 1, tzinfo=UTC),
    zone: ZoneInfo = UTC_ZONE,
    limits: dict[str, Any] | None = None,
    visit: dict[str, Any] | None = None,
    **values: Any,
) -> Availability:
    return Availability(
        groups,
        Visit(m(duration), **(visit or {})),
        Grid(m(step), anchor, align=5),
        Limits(zone=zone, earliest=earliest, **(limits or {})),
        **values,
    )


def clock(slots: Sequence[datetime], zone: ZoneInfo = UTC_ZONE) -> list[str]:
    return [f"{slot.astimezone(zone):%H:%M}" for slot in slots]


# ---------------------------------------------------------------- lengths and gaps
def test_a_visit_ends_before_closing_and_before_what_is_taken() -> None:
    """dja#497, dja#261: the last start ignored the length, or a long visit ran into the next booking."""
    asked = ask([lane("ana", busy("12:30", "13:00"))], duration=180, step=30)
    assert clock(asked.slots()) == ["09:00", "09:30", "13:00", "13:30", "14:00"]
    assert asked.reason_against(z("10:00")) is Refusal.TAKEN
    assert asked.reason_against(z("14:01")) is Refusal.CLOSED


def test_the_gap_counts_once_on_each_side() -> None:
    """cal#3662, cal#24253: an after-buffer counted twice or not before the next visit; 20 + 5 minutes stepped 20."""
    asked = ask([lane("ana", busy("12:00", "13:00", after=15))], duration=60, step=5, visit={"after": m(15)})
    assert [asked.is_bookable(z(text)) for text in ("10:45", "10:46", "13:14", "13:15")] == [True, False, False, True]
    chain = ask([lane("ana", busy("09:00", "09:20", after=5))], duration=20, step=25, visit={"after": m(5)})
    assert clock(chain.slots())[:3] == ["09:25", "09:50", "10:15"]


def test_two_ways_to_read_gaps_of_both_sides() -> None:
    taken = busy("12:00", "13:00", before=10, after=20)
    add = ask([lane("ana", taken)], duration=30, visit={"before": m(15), "after": m(5)})
    overlap = ask([lane("ana", taken)], duration=30, visit={"before": m(15), "after": m(5), "gaps": "overlap"})
    times = ("11:15", "11:16", "13:34", "13:35")
    assert [add.is_bookable(z(text)) for text in times] == [True, False, False, True]
    times = ("11:20", "11:21", "13:19", "13:20")
    assert [overlap.is_bookable(z(text)) for text in times] == [True, False, False, True]


def test_gaps_may_reach_into_closed_time() -> None:
    asked = ask([lane()], visit={"before": m(60), "after": m(60)})
    assert clock(asked.slots())[0::7] == ["09:00", "16:00"]


def test_what_ended_before_the_day_still_keeps_its_gap() -> None:
    """cal#29532, cal#29540: a booking that ended before the queried range was not looked at."""
    asked = ask([lane("ana", busy("08:00", "08:50", after=30))], step=10)
    assert clock(asked.slots())[0] == "09:20"


def test_an_empty_stretch_takes_nothing() -> None:
    assert clock(ask([lane("ana", busy("10:30", "10:30", before=30, after=30))]).slots())[:3] == [
        "09:00",
        "10:00",
        "11:00",
    ]


def test_touching_is_fine() -> None:
    asked = ask([lane("ana", busy("09:00", "10:00"), busy("11:00", "12:00"))])
    assert clock(asked.slots())[:2] == ["10:00", "12:00"]


# ---------------------------------------------------------------- limits
def test_notice_holds_for_listing_and_booking() -> None:
    """cal#14868, cal#14465: notice and buffers were checked when listing, not when booking."""
    asked = ask([lane()], earliest=z("10:30"))
    assert clock(asked.slots())[0] == "11:00"
    assert asked.reason_against(z("10:29")) is Refusal.TOO_SOON
    assert asked.reason_against(z("10:30")) is None


def test_notice_over_a_clock_change_is_elapsed_time() -> None:
    """cal#12137, cal#30021: notice and openings were counted with clock strings on the change day."""
    hours = open_intervals([HoursRange(6, time(1), time(6))], [], NEW_YORK, date(2026, 3, 8), date(2026, 3, 8))
    now = datetime(2026, 3, 8, 1, 0, tzinfo=NEW_YORK).astimezone(UTC)
    asked = ask([Lane("ana", hours)], zone=NEW_YORK, earliest=now + m(120))
    assert clock(asked.slots(), NEW_YORK) == ["04:00", "05:00"]


def test_november_is_not_an_hour_early() -> None:
    """cal#10517, cal#4702."""
    week = [HoursRange(weekday, time(9), time(11)) for weekday in range(7)]
    hours = open_intervals(week, [], NEW_YORK, date(2026, 10, 31), date(2026, 11, 1))
    assert [slot.hour for slot in ask([Lane("ana", hours)], zone=NEW_YORK).slots()] == [13, 14, 14, 15]


def test_the_last_day_counts_in_the_zone_of_the_business() -> None:
    hours = [(datetime(2026, 6, 17, 22, tzinfo=UTC), datetime(2026, 6, 18, 8, tzinfo=UTC))]
    asked = ask([Lane("ana", hours)], zone=NEW_YORK, limits={"last_day": DAY})
    assert clock(asked.slots(), NEW_YORK)[-1] == "23:00"
    assert asked.reason_against(datetime(2026, 6, 18, 4, 0, tzinfo=UTC)) is Refusal.TOO_FAR
    assert asked.reason_against(datetime(2026, 6, 18, 3, 59, tzinfo=UTC)) is None


def test_a_full_day_is_the_local_one() -> None:
    booked = [(datetime(2026, 6, 18, 1, tzinfo=UTC), datetime(2026, 6, 18, 2, tzinfo=UTC))]
    assert full_days(booked, NEW_YORK, most=1) == {date(2026, 6, 17)}
    asked = ask([lane()], zone=NEW_YORK, limits={"full_days": full_days(booked, NEW_YORK, most=1)})
    assert asked.slots() == []
    assert asked.reason_against(z("10:00")) is Refusal.DAY_FULL


def test_full_days_by_count_by_time_and_without_limits() -> None:
    tomorrow = DAY + timedelta(days=1)
    booked = [span("09:00", "10:00"), span("11:00", "12:00"), (z("09:00", tomorrow), z("10:59", tomorrow))]
    assert full_days(booked, UTC_ZONE) == frozenset()
    assert full_days(booked, UTC_ZONE, most=2) == {DAY}
    assert full_days(booked, UTC_ZONE, most_time=m(120)) == {DAY}
    assert full_days(booked, UTC_ZONE, most_time=m(119)) == {DAY, tomorrow}
    assert full_days(booked, UTC_ZONE, most=3, most_time=m(121)) == frozenset()


@pytest.mark.parametrize(
    ("now", "days", "business", "expected"),
    [
        ("2026-06-19T03:59", 0, None, "2026-06-18"),
        ("2026-06-19T04:00", 0, None, "2026-06-19"),
        ("2026-06-19T12:00", 3, None, "2026-06-22"),
        ("2026-06-19T12:00", 1, {0, 1, 2, 3, 4}, "2026-06-22"),
        ("2026-06-20T12:00", 1, {0, 1, 2, 3, 4}, "2026-06-22"),
        ("2026-06-19T12:00", 6, {0, 1, 2, 3, 4}, "2026-06-29"),
        ("2026-06-19T12:00", 2, {5}, "2026-06-27"),
        ("2026-06-19T12:00", 2, set(), "2026-06-19"),
    ],
)
def test_last_bookable_day(now: str, days: int, business: set[int] | None, expected: str) -> None:
    moment = datetime.fromisoformat(now).replace(tzinfo=UTC)
    counted = None if business is None else frozenset(business)
    assert last_bookable_day(moment, NEW_YORK, days, business_days=counted) == date.fromisoformat(expected)


# ---------------------------------------------------------------- days that are their own
def test_an_override_counts_on_its_local_day() -> None:
    """cal#10200, cal#8833, cal#6978: on the wrong day where the UTC day differs; cal#6279: on a closed one."""
    auckland = ZoneInfo("Pacific/Auckland")
    override = DayOverride(DAY, DAY, "Special", time(8), time(10))
    hours = open_intervals([], [override], auckland, DAY - timedelta(days=1), DAY + timedelta(days=1))
    slots = ask([Lane("ana", hours)], zone=auckland).slots()
    assert slots == [datetime(2026, 6, 16, 20, tzinfo=UTC), datetime(2026, 6, 16, 21, tzinfo=UTC)]


def test_the_night_before_does_not_spill_into_an_overridden_day() -> None:
    """cal#27220."""
    nights = [HoursRange(weekday, time(22), time(2), next_day=True) for weekday in range(7)]
    closed = DayOverride(DAY, DAY, "Closed")
    hours = open_intervals(nights, [closed], NEW_YORK, DAY - timedelta(days=1), DAY)
    asked = ask([Lane("ana", hours)], zone=NEW_YORK)
    assert clock(asked.slots(), NEW_YORK) == ["22:00", "23:00"]
    midnight = datetime.combine(DAY, time(0), tzinfo=NEW_YORK)
    assert asked.reason_against(midnight) is Refusal.CLOSED
    assert asked.reason_against(midnight - m(30)) is Refusal.CLOSED


# ---------------------------------------------------------------- who
def test_nobody_gets_a_visit_they_are_off_or_half_busy_for() -> None:
    """cal#3531, cal#10315, cal#12376."""
    early = lane("ana", busy("13:00", "15:00"), hours=[span("09:00", "17:00")])
    late = lane("ben", hours=[span("10:00", "17:00")])
    asked = ask([early, late], duration=120)
    assert asked.assignable(z("09:00")) == ["ana"]
    assert asked.assignable(z("12:00")) == ["ben"]
    assert asked.assignable(z("11:00")) == ["ana", "ben"]
    assert [chosen.resource for chosen in asked.choose(z("14:00"))] == ["ben"]


def test_the_one_with_the_least_to_do_that_day_is_chosen() -> None:
    yesterday = Busy(z("09:00", DAY - timedelta(days=1)), z("17:00", DAY - timedelta(days=1)))
    ana, ben, cleo = lane("ana", busy("09:00", "10:00")), lane("ben", yesterday), lane("cleo")
    asked = ask([ana, ben, cleo])
    assert asked.choose(z("12:00")) == [ben]
    assert asked.choose(z("12:00"), preferred=frozenset({"ana"})) == [ana]
    assert asked.choose(z("09:00"), preferred=frozenset({"ana"})) == [ben]
    assert asked.choose(z("08:00")) == []


def test_seats_are_lanes_of_one_resource() -> None:
    seats = [lane("room", busy("10:00", "11:00"), seat=0), lane("room", seat=1)]
    asked = ask(seats)
    assert asked.assignable(z("10:00")) == ["room"]
    assert [chosen.seat for chosen in asked.choose(z("10:00"))] == [1]
    full = ask([seats[0], replace(seats[1], busy=[busy("10:30", "11:00")])])
    assert full.reason_against(z("10:00")) is Refusal.TAKEN


def test_one_of_each_group_is_needed() -> None:
    technicians = [lane("ana", busy("09:00", "11:00")), lane("ben", hours=[span("09:00", "12:00")])]
    bays = [lane("bay", busy("10:00", "11:00"), hours=[span("08:00", "13:00")])]
    asked = ask(technicians, bays)
    assert clock(asked.slots()) == ["09:00", "11:00", "12:00"]
    assert asked.assignable(z("09:00")) == ["ben", "bay"]
    assert [chosen.resource for chosen in asked.choose(z("12:00"))] == ["ana", "bay"]
    assert asked.reason_against(z("10:00")) is Refusal.TAKEN
    assert asked.reason_against(z("13:00")) is Refusal.CLOSED


def test_the_free_grid_of_several_groups_begins_where_all_are_free() -> None:
    technician = lane("ana", busy("09:00", "09:20"))
    bays = [lane("one", busy("09:00", "10:10")), lane("two", busy("09:00", "16:00"))]
    asked = ask([technician], bays, duration=30, step=60, anchor="free")
    assert clock(asked.slots()) == ["10:10", "11:10", "12:10", "13:10", "14:10", "15:10", "16:10"]


def test_the_free_grid_goes_on_where_one_bay_follows_another() -> None:
    bays = [lane("one", hours=[span("09:00", "12:00")]), lane("two", hours=[span("11:00", "14:00")])]
    asked = ask([lane()], bays, step=45, anchor="free")
    assert clock(asked.slots()) == ["09:00", "09:45", "10:30", "11:15", "12:00", "12:45"]


@pytest.mark.parametrize("groups", [[], [[]], [[lane()], []], [[], [lane()]]])
@pytest.mark.parametrize("anchor", ["opening", "free"])
def test_without_anybody_nothing_is_bookable(groups: list[list[Lane]], anchor: Literal["opening", "free"]) -> None:
    asked = ask(*groups, anchor=anchor)
    assert asked.slots() == []
    assert asked.reason_against(z("10:00")) is Refusal.NOT_BOOKABLE
    assert (asked.assignable(z("10:00")), asked.choose(z("10:00"))) == ([], [])


# ---------------------------------------------------------------- the way
def test_travel_counts_in_the_direction_that_is_driven() -> None:
    """cal#21376: prev.end + travel <= start, and end + travel <= next.start."""
    minutes = {(1, 2): 30, (2, 1): 45}

    def drive(origin: int | None, destination: int | None) -> timedelta:
        return m(minutes.get((origin or 0, destination or 0), 0))

    asked = ask([lane("ana", busy("12:00", "13:00", area=2))], visit={"area": 1}, travel=drive)
    times = ("10:30", "10:31", "13:44", "13:45")
    assert [asked.is_bookable(z(text)) for text in times] == [True, False, False, True]
    same = ask([lane("ana", busy("12:00", "13:00", area=2))], visit={"area": 2}, travel=drive)
    assert [same.is_bookable(z(text)) for text in ("11:00", "13:00")] == [True, True]


def test_travel_comes_on_top_of_gaps() -> None:
    asked = ask(
        [lane("ana", busy("12:00", "13:00", after=10, area=2))],
        visit={"area": 1, "after": m(5)},
        travel=lambda origin, destination: m(20),
    )
    times = ("10:35", "10:36", "13:29", "13:30")
    assert [asked.is_bookable(z(text)) for text in times] == [True, False, False, True]


# ---------------------------------------------------------------- the grid
def test_a_grid_from_the_opening_does_not_move_for_bookings_or_notice() -> None:
    taken = lane("ana", busy("10:00", "10:50"))
    assert clock(ask([taken], step=90, earliest=z("09:10")).slots()) == ["12:00", "13:30", "15:00"]


def test_a_free_grid_follows_what_is_taken() -> None:
    taken = lane("ana", busy("10:00", "10:52"))
    assert clock(ask([taken], step=90, anchor="free", earliest=z("08:58")).slots()) == [
        "09:00", "10:55", "12:25", "13:55", "15:25",
    ]  # fmt: skip


def test_a_start_is_offered_on_the_grid_of_whoever_takes_it() -> None:
    asked = ask([lane("ana", busy("10:00", "11:00")), lane("ben", hours=[span("09:30", "12:30")])])
    assert clock(asked.slots())[:4] == ["09:00", "09:30", "10:30", "11:00"]
    assert asked.is_bookable(z("10:00"))


def test_the_grid_of_a_place_that_never_closes_is_the_same_from_wherever_one_looks() -> None:
    always = [HoursRange(weekday, time(0), time(0), next_day=True) for weekday in range(7)]

    def seen(first: date, last: date) -> list[datetime]:
        hours = open_intervals(always, [], NEW_YORK, first - timedelta(days=1), last)
        begins = datetime.combine(first, time(0), tzinfo=NEW_YORK)
        return ask([Lane("ana", hours)], duration=30, step=70, zone=NEW_YORK, earliest=begins).slots()

    day = date(2026, 11, 2)
    alone = [slot for slot in seen(day, day) if slot.astimezone(NEW_YORK).date() == day]
    among = [slot for slot in seen(date(2026, 10, 28), date(2026, 11, 8)) if slot.astimezone(NEW_YORK).date() == day]
    assert alone == among
    assert clock(alone, NEW_YORK)[:3] == ["00:00", "01:10", "02:20"]


def test_an_opening_over_midnight_is_one_opening() -> None:
    night = [(z("22:00"), z("06:00", DAY + timedelta(days=1)))]
    assert clock(ask([lane(hours=night)], step=90).slots()) == ["22:00", "23:30", "01:00", "02:30", "04:00"]


def test_aligned_to_the_full_hour_where_clocks_change_by_half_an_hour() -> None:
    """On 2026-10-04 at 02:00 Lord Howe's clocks show 02:30: the full hour after 01:45 comes 45 minutes later."""
    island = ZoneInfo("Australia/Lord_Howe")
    opens = datetime(2026, 10, 4, 1, 45, tzinfo=island).astimezone(UTC)
    asked = Availability(
        [[Lane("ana", [(opens, opens + m(180))])]],
        Visit(m(30)),
        Grid(m(60), "free", align=60),
        Limits(island, opens),
    )
    assert clock(asked.slots(), island) == ["03:00", "04:00"]


@pytest.mark.parametrize(
    ("time_from", "time_to", "expected"),
    [
        (None, None, ["20:00", "21:00", "22:00", "23:00", "00:00", "01:00"]),
        (time(21), None, ["21:00", "22:00", "23:00"]),
        (None, time(22), ["20:00", "21:00", "00:00", "01:00"]),
        (time(22), time(0), ["22:00", "23:00"]),
        (time(21, 30), time(23, 30), ["22:00"]),
    ],
)
def test_slots_within_a_stretch_of_the_day(time_from: time | None, time_to: time | None, expected: list[str]) -> None:
    asked = ask([lane(hours=[(z("20:00"), z("02:00", DAY + timedelta(days=1)))])])
    assert clock(asked.slots(time_from=time_from, time_to=time_to)) == expected


def test_nobody_is_told_to_wait_until_after_closing() -> None:
    """An arrival window has to end within open time as well; the job itself only takes its own length."""
    day = [(datetime(2026, 6, 18, 8, tzinfo=UTC), datetime(2026, 6, 18, 12, tzinfo=UTC))]
    visit = Visit(timedelta(hours=1), window=timedelta(hours=2))
    limits = Limits(ZoneInfo("UTC"), datetime(2026, 6, 17, tzinfo=UTC))
    taken = [Busy(datetime(2026, 6, 18, 9, tzinfo=UTC), datetime(2026, 6, 18, 10, tzinfo=UTC))]
    for anchor in ("opening", "free"):
        found = Availability([[Lane(1, day, taken)]], visit, Grid(timedelta(hours=1), anchor), limits)
        assert [start.hour for start in found.slots()] == [8, 10]
        assert found.reason_against(datetime(2026, 6, 18, 11, tzinfo=UTC)) == Refusal.CLOSED
