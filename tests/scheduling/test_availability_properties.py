"""Laws of the engine, against a model that looks at every minute; and the length of every local day for two years."""

from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scheduling.availability import Availability, Busy, Grid, Lane, Limits, Travel, Visit
from scheduling.hours import HoursRange, open_intervals
from scheduling.intervals import merge

MINUTE = timedelta(minutes=1)
# The night of a change in New York lies in it.
START = datetime(2026, 3, 8, 3, 0, tzinfo=UTC)
LENGTH = 900
ZONES = ("America/New_York", "Asia/Kathmandu", "Australia/Lord_Howe", "UTC")


def at(minute: int) -> datetime:
    return START + minute * MINUTE


def miles(origin: int | None, destination: int | None) -> timedelta:
    """Longer one way than the other, so that a mix-up shows."""
    if origin is None or destination is None or origin == destination:
        return timedelta(0)
    return (7 if origin < destination else 3) * MINUTE


# ---------------------------------------------------------------- anything at all
spans = st.tuples(st.integers(0, LENGTH), st.integers(1, 300)).map(lambda pair: (at(pair[0]), at(sum(pair))))
gaps = st.integers(0, 30).map(lambda minutes: minutes * MINUTE)
areas = st.sampled_from([None, 1, 2])
busy_times = st.builds(
    lambda span, before, after, area: Busy(span[0], span[1], before, after, area), spans, gaps, gaps, areas
)  # fmt: skip
visits = st.builds(
    Visit,
    st.integers(5, 120).map(lambda minutes: minutes * MINUTE),
    gaps,
    gaps,
    st.sampled_from(["add", "overlap"]),
    areas,
    st.sampled_from([0, 60, 120]).map(lambda minutes: minutes * MINUTE),
)
grids = st.builds(
    Grid,
    st.sampled_from([5, 15, 25, 30, 60, 90]).map(lambda minutes: minutes * MINUTE),
    st.sampled_from(["opening", "free"]),
    st.sampled_from([1, 5, 15, 25, 60]),
    st.sampled_from([0, 5]).map(lambda minutes: minutes * MINUTE),
)


@st.composite
def availabilities(draw: st.DrawFn, groups: int = 2) -> Availability:
    def lane(index: int) -> Lane:
        return Lane(index, merge(draw(st.lists(spans, max_size=3))), draw(st.lists(busy_times, max_size=4)))

    sizes = draw(st.lists(st.integers(1, 3), min_size=1, max_size=groups))
    lanes = [[lane(10 * group + index) for index in range(size)] for group, size in enumerate(sizes)]
    earliest = draw(st.integers(-60, LENGTH // 2).map(at))
    limits = Limits(ZoneInfo(draw(st.sampled_from(ZONES))), earliest)
    travel: Travel = miles
    return Availability(lanes, draw(visits), draw(grids), limits, travel)


# ---------------------------------------------------------------- the model
def takes(availability: Availability, lane: Lane, start: datetime) -> bool:
    """Word for word: open all along, and far enough from everything that is taken."""
    visit = availability.visit
    end = start + visit.duration
    if not any(opens <= start and max(end, start + visit.window) <= closes for opens, closes in lane.open):
        return False
    for busy in lane.busy:
        ahead, behind = [visit.after, busy.before], [busy.after, visit.before]
        join: Any = max if visit.gaps == "overlap" else lambda both: both[0] + both[1]
        leaves = end + join(ahead) + availability.travel(visit.area, busy.area)
        arrives = busy.end + join(behind) + availability.travel(busy.area, visit.area)
        if busy.start < leaves and start < arrives:
            return False
    return True


def is_free(availability: Availability, start: datetime) -> bool:
    return start >= availability.limits.earliest and all(
        any(takes(availability, lane, start) for lane in group) for group in availability.groups
    )


def minutes() -> list[datetime]:
    return [at(minute) for minute in range(-60, LENGTH + 320)]


def model_grid(availability: Availability) -> set[datetime]:
    """Where one lane alone may begin on its grid."""
    [[lane]] = availability.groups
    grid = availability.grid
    free = [start for start in minutes() if is_free(availability, start)]
    if grid.anchor == "opening":
        return {
            start
            for start in free
            for opens, closes in lane.open
            if opens <= start < closes and not (start - opens) % grid.step
        }
    found: set[datetime] = set()
    for index, first in enumerate(free):
        if index and free[index - 1] == first - MINUTE:
            continue
        start = first
        while start.astimezone(availability.limits.zone).minute % grid.align:
            start += MINUTE
        start += grid.offset
        last = first
        while last + MINUTE in free[index:]:
            last += MINUTE
        while start <= last:
            found.add(start)
            start += grid.step
    return found


# ---------------------------------------------------------------- laws
@given(availabilities())
@settings(deadline=None)
def test_a_start_is_bookable_exactly_when_the_model_says_so(availability: Availability) -> None:
    wrong = [start for start in minutes() if availability.is_bookable(start) != is_free(availability, start)]
    assert wrong == []


@given(availabilities())
@settings(deadline=None)
def test_whatever_is_listed_can_be_booked(availability: Availability) -> None:
    listed = availability.slots()
    assert listed == sorted(set(listed))
    for start in listed:
        assert availability.reason_against(start) is None
        assert is_free(availability, start)
        chosen = availability.choose(start)
        assert len(chosen) == len(availability.groups)
        assert all(takes(availability, lane, start) for lane in chosen)
        able = [lane.resource for group in availability.groups for lane in group if takes(availability, lane, start)]
        assert availability.assignable(start) == able


@given(availabilities(groups=1))
@settings(deadline=None)
def test_of_one_lane_exactly_the_grid_is_listed(availability: Availability) -> None:
    """Nothing on the grid that is not listed could be booked."""
    alone = replace(availability, groups=[availability.groups[0][:1]])
    assert set(alone.slots()) == model_grid(alone)


@given(availabilities(groups=1))
@settings(deadline=None)
def test_a_group_lists_what_each_of_its_lanes_does(availability: Availability) -> None:
    each = [set(replace(availability, groups=[[lane]]).slots()) for lane in availability.groups[0]]
    assert set(availability.slots()) == set().union(*each)


@given(availabilities(), busy_times, st.data())
@settings(deadline=None)
def test_what_is_taken_besides_adds_nothing(availability: Availability, more: Busy, data: st.DataObject) -> None:
    """It frees no start. A grid counted from openings loses starts only; one in free stretches may begin elsewhere."""
    group = data.draw(st.integers(0, len(availability.groups) - 1))
    first = availability.groups[group][0]
    fuller = [list(lanes) for lanes in availability.groups]
    fuller[group][0] = replace(first, busy=[*first.busy, more])
    after = replace(availability, groups=fuller)
    assert all(availability.is_bookable(start) for start in minutes() if after.is_bookable(start))
    if availability.grid.anchor == "opening":
        assert set(after.slots()) <= set(availability.slots())
    else:
        assert all(availability.is_bookable(start) for start in after.slots())


# ---------------------------------------------------------------- the length of local days
US = [
    "America/New_York",
    "America/Detroit",
    "America/Kentucky/Louisville",
    "America/Kentucky/Monticello",
    "America/Indiana/Indianapolis",
    "America/Indiana/Vincennes",
    "America/Indiana/Winamac",
    "America/Indiana/Marengo",
    "America/Indiana/Petersburg",
    "America/Indiana/Vevay",
    "America/Indiana/Tell_City",
    "America/Indiana/Knox",
    "America/Chicago",
    "America/Menominee",
    "America/North_Dakota/Center",
    "America/North_Dakota/New_Salem",
    "America/North_Dakota/Beulah",
    "America/Denver",
    "America/Boise",
    "America/Phoenix",
    "America/Los_Angeles",
    "America/Anchorage",
    "America/Juneau",
    "America/Sitka",
    "America/Metlakatla",
    "America/Yakutat",
    "America/Nome",
    "America/Adak",
    "Pacific/Honolulu",
    "America/Puerto_Rico",
    "America/St_Thomas",
    "Pacific/Guam",
    "Pacific/Saipan",
    "Pacific/Pago_Pago",
    "Pacific/Wake",
    "Pacific/Midway",
]
OTHERS = [
    "Australia/Lord_Howe",
    "America/St_Johns",
    "Pacific/Apia",
    "Pacific/Kiritimati",
    "Pacific/Chatham",
    "Africa/Casablanca",
    "Africa/Cairo",
    "Asia/Beirut",
    "Europe/Dublin",
    "Europe/London",
    "Asia/Tehran",
    "Asia/Kathmandu",
    "Antarctica/Troll",
    "America/Havana",
    "America/Santiago",
    "America/Asuncion",
    "America/Nuuk",
    "Atlantic/Azores",
    "Pacific/Norfolk",
    "UTC",
]
FIRST, LAST = date(2026, 1, 1), date(2027, 12, 31)
DAYS = [FIRST + timedelta(days=index) for index in range((LAST - FIRST).days + 1)]
QUARTER = 15


def always(opens: time, closes: time, *, next_day: bool = False) -> list[HoursRange]:
    return [HoursRange(weekday, opens, closes, next_day) for weekday in range(7)]


def open_minutes(ranges: list[HoursRange], zone: ZoneInfo, day: date) -> int:
    found = open_intervals(ranges, [], zone, day, day)
    return sum((end - start) // MINUTE for start, end in found)


@cache
def clock_minutes(name: str) -> tuple[Counter[date], Counter[date]]:
    """How many minutes a clock on the wall shows each date, and a time from 01:00 to 04:00 of it.

    Counted by looking at the clock every quarter of an hour that really passes.
    """
    zone = ZoneInfo(name)
    whole: Counter[date] = Counter()
    night: Counter[date] = Counter()
    moment = datetime(2025, 12, 31, tzinfo=UTC)
    while moment < datetime(2028, 1, 2, tzinfo=UTC):
        shown = moment.astimezone(zone)
        whole[shown.date()] += QUARTER
        if 1 <= shown.hour < 4:
            night[shown.date()] += QUARTER
        moment += QUARTER * MINUTE
    return whole, night


@pytest.mark.parametrize("name", [*US, *OTHERS])
def test_a_working_day_has_eight_hours_every_day_for_two_years(name: str) -> None:
    zone, ranges = ZoneInfo(name), always(time(9), time(17))
    assert [day for day in DAYS if open_minutes(ranges, zone, day) != 480] == []
    weekdays = [item for item in ranges if item.weekday < 5]
    total = sum((end - start) // MINUTE for start, end in open_intervals(weekdays, [], zone, FIRST, LAST))
    assert total == 480 * sum(day.weekday() < 5 for day in DAYS)


@pytest.mark.parametrize("name", [*US, *OTHERS])
def test_a_whole_day_is_as_long_as_the_clock_runs(name: str) -> None:
    zone, ranges = ZoneInfo(name), always(time(0), time(0), next_day=True)
    whole, _ = clock_minutes(name)
    assert {day: open_minutes(ranges, zone, day) for day in DAYS} == {day: whole[day] for day in DAYS}
    [(start, end)] = open_intervals(ranges, [], zone, FIRST, LAST)
    assert (end - start) // MINUTE == sum(whole[day] for day in DAYS)


@pytest.mark.parametrize("name", [*US, *OTHERS])
def test_the_hours_of_a_change_are_what_the_clock_really_gives(name: str) -> None:
    zone, ranges = ZoneInfo(name), always(time(1), time(4))
    _, night = clock_minutes(name)
    assert {day: open_minutes(ranges, zone, day) for day in DAYS} == {day: night[day] for day in DAYS}


@pytest.mark.parametrize("name", US)
def test_a_us_zone_has_two_changes_a_year_or_none(name: str) -> None:
    whole, _ = clock_minutes(name)
    odd = {day: whole[day] for day in DAYS if whole[day] != 1440}
    stays = ("Phoenix", "Honolulu", "Puerto_Rico", "St_Thomas", "Guam", "Saipan", "Pago_Pago", "Wake", "Midway")
    changes = {date(2026, 3, 8): 1380, date(2026, 11, 1): 1500, date(2027, 3, 14): 1380, date(2027, 11, 7): 1500}
    assert odd == ({} if name.endswith(stays) else changes)
