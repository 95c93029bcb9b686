"""Where things stand on the page of a day."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduling.desk.day_layout import (
    STEP,
    Span,
    Tick,
    day_bounds,
    on_step,
    pack,
    room_in,
    span_in,
    starts_in,
    ticks_of,
    window_of,
)

NEW_YORK = ZoneInfo("America/New_York")
JUNE = date(2026, 6, 18)
FORWARD, BACK = date(2026, 3, 8), date(2026, 11, 1)
HOUR, HALF, QUARTER = timedelta(hours=1), timedelta(minutes=30), timedelta(minutes=15)


def at(day: date, hour: int, minute: int = 0, fold: int = 0) -> datetime:
    return datetime(day.year, day.month, day.day, hour, minute, fold=fold, tzinfo=NEW_YORK).astimezone(UTC)


@pytest.mark.parametrize(("day", "hours"), [(JUNE, 24), (FORWARD, 23), (BACK, 25)])
def test_a_day_has_the_hours_that_pass(day: date, hours: int) -> None:
    start, end = day_bounds(day, NEW_YORK)
    assert (end - start, len(ticks_of((start, end), NEW_YORK))) == (hours * HOUR, hours)


def test_a_page_is_whole_hours_around_everything() -> None:
    stretches = [(at(JUNE, 9, 30), at(JUNE, 12)), (at(JUNE, 16), at(JUNE, 17, 5))]
    assert window_of(JUNE, NEW_YORK, stretches) == (at(JUNE, 9), at(JUNE, 18))


@pytest.mark.parametrize("day", [JUNE, FORWARD, BACK])
def test_an_empty_day_shows_the_usual_hours(day: date) -> None:
    yesterday = (at(day, 9) - timedelta(days=1), at(day, 17) - timedelta(days=1))
    assert window_of(day, NEW_YORK, [yesterday]) == (at(day, 8), at(day, 18))


def test_a_night_is_cut_at_midnight() -> None:
    night = (at(JUNE, 22), at(date(2026, 6, 19), 6))
    assert window_of(JUNE, NEW_YORK, [night]) == (at(JUNE, 22), at(date(2026, 6, 19), 0))


@pytest.mark.parametrize(
    ("day", "labels"),
    [
        (JUNE, ["12 AM", "1 AM", "2 AM", "3 AM"]),
        (FORWARD, ["12 AM", "1 AM", "3 AM", "4 AM"]),
        (BACK, ["12 AM", "1 AM EDT", "1 AM EST", "2 AM"]),
    ],
)
def test_hours_are_named_as_clocks_show_them(day: date, labels: list[str]) -> None:
    start = day_bounds(day, NEW_YORK)[0]
    ticks = ticks_of((start, start + 4 * HOUR), NEW_YORK)
    assert ticks == [Tick(Span(12 * index, 12), label) for index, label in enumerate(labels)]


def test_hours_are_named_where_clocks_change_by_half_an_hour() -> None:
    zone = ZoneInfo("Australia/Lord_Howe")
    start = day_bounds(date(2026, 10, 4), zone)[0]
    assert [tick.text for tick in ticks_of((start, start + 4 * HOUR), zone)] == ["12 AM", "1 AM", "2:30 AM", "3:30 AM"]


def test_an_hour_after_the_change_stands_where_it_passes() -> None:
    """9 to 10 AM begins eight real hours after midnight when clocks go forward, ten when they go back."""
    spans = [span_in(day_bounds(day, NEW_YORK), at(day, 9), at(day, 10)) for day in (FORWARD, JUNE, BACK)]
    assert spans == [Span(96, 12), Span(108, 12), Span(120, 12)]


def test_a_stretch_is_rounded_outward_and_cut_by_the_page() -> None:
    window = (at(JUNE, 9), at(JUNE, 17))
    assert span_in(window, at(JUNE, 9, 7), at(JUNE, 9, 11)) == Span(1, 2)
    assert span_in(window, at(JUNE, 8), at(JUNE, 9, 30)) == Span(0, 6)
    assert span_in(window, at(JUNE, 16, 30), at(JUNE, 23)) == Span(90, 6)
    assert span_in(window, at(JUNE, 8), at(JUNE, 9)) is None
    assert span_in(window, at(JUNE, 17), at(JUNE, 18)) is None


def test_places_are_said_by_classes() -> None:
    assert Span(30, 18).css == "at-h2 at-m6 for-h1 for-m6"
    assert Span(0, 12, side=1, of=3).css == "at-h0 at-m0 for-h1 for-m0 side-1 of-3"


def test_what_overlaps_stands_side_by_side() -> None:
    items = [(Span(0, 12), "a"), (Span(6, 12), "b"), (Span(12, 6), "c"), (Span(30, 6), "d")]
    assert pack(items) == [
        (Span(0, 12, 0, 2), "a"),
        (Span(6, 12, 1, 2), "b"),
        (Span(12, 6, 0, 2), "c"),
        (Span(30, 6), "d"),
    ]


def test_what_only_touches_keeps_its_width() -> None:
    assert pack([(Span(0, 12), "a"), (Span(12, 12), "b")]) == [(Span(0, 12), "a"), (Span(12, 12), "b")]


@given(st.lists(st.tuples(st.integers(0, 280), st.integers(1, 40)), max_size=25))
def test_nothing_ever_covers_anything_else(places: list[tuple[int, int]]) -> None:
    items = [(Span(at, steps), index) for index, (at, steps) in enumerate(places)]
    placed = pack(items)
    assert sorted(index for _, index in placed) == list(range(len(places)))
    for one, index in placed:
        assert (one.at, one.steps) == places[index]
        assert 0 <= one.side < one.of
        for other, another in placed:
            if index != another and one.at < other.at + other.steps and other.at < one.at + one.steps:
                assert (one.of, one.side != other.side) == (other.of, True)


def test_room_is_what_is_not_full() -> None:
    open_time = [(at(JUNE, 9), at(JUNE, 17))]
    taken = [(at(JUNE, 9), at(JUNE, 11)), (at(JUNE, 10), at(JUNE, 12)), (at(JUNE, 12), at(JUNE, 13))]
    assert room_in(open_time, taken, 1) == [(at(JUNE, 13), at(JUNE, 17))]
    assert room_in(open_time, taken, 2) == [(at(JUNE, 9), at(JUNE, 10)), (at(JUNE, 11), at(JUNE, 17))]
    assert room_in(open_time, taken, 3) == open_time


def test_free_time_offers_half_hours() -> None:
    pieces = starts_in((at(JUNE, 9), at(JUNE, 10, 30)), every=HALF, least=QUARTER, zone=NEW_YORK)
    assert [(end - start, offered) for (start, end), offered in pieces] == [
        (HALF, at(JUNE, 9)),
        (HALF, at(JUNE, 9, 30)),
        (HALF, at(JUNE, 10)),
    ]


def test_slivers_join_their_neighbors() -> None:
    pieces = starts_in((at(JUNE, 9, 20), at(JUNE, 10, 10)), every=HALF, least=QUARTER, zone=NEW_YORK)
    assert pieces == [((at(JUNE, 9, 20), at(JUNE, 10, 10)), at(JUNE, 9, 30))]


def test_one_short_stretch_stays_as_it_is() -> None:
    short = (at(JUNE, 9, 40), at(JUNE, 9, 55))
    assert starts_in(short, every=HALF, least=HOUR, zone=NEW_YORK) == [(short, at(JUNE, 9, 40))]


def test_a_moment_goes_up_to_the_next_step() -> None:
    nine = at(JUNE, 9)
    assert on_step(nine, nine) == nine
    assert on_step(nine, nine + timedelta(seconds=1)) == nine + STEP
