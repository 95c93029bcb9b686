"""Interval arithmetic: exact examples, and laws against sets of minutes."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduling.intervals import Interval, intersect, merge, subtract

START = datetime(2026, 3, 8, 6, 0, tzinfo=UTC)


def at(minute: int) -> datetime:
    return START + timedelta(minutes=minute)


def spans(*pairs: tuple[int, int]) -> list[Interval]:
    return [(at(start), at(end)) for start, end in pairs]


def minutes_of(intervals: list[Interval]) -> set[int]:
    return {
        minute
        for start, end in intervals
        for minute in range((start - START) // timedelta(minutes=1), (end - START) // timedelta(minutes=1))
    }


@pytest.mark.parametrize(
    ("given_pairs", "expected"),
    [
        ([], []),
        ([(0, 10), (10, 20)], [(0, 20)]),
        ([(0, 10), (11, 20)], [(0, 10), (11, 20)]),
        ([(30, 40), (0, 50), (10, 20)], [(0, 50)]),
        ([(5, 5), (9, 3)], []),
        ([(0, 10), (0, 5), (5, 12)], [(0, 12)]),
    ],
)
def test_merge(given_pairs: list[tuple[int, int]], expected: list[tuple[int, int]]) -> None:
    assert merge(spans(*given_pairs)) == spans(*expected)


@pytest.mark.parametrize(
    ("one", "other", "both", "left"),
    [
        ([(0, 60)], [(20, 30)], [(20, 30)], [(0, 20), (30, 60)]),
        ([(0, 60)], [(0, 60)], [(0, 60)], []),
        ([(0, 60)], [(60, 90)], [], [(0, 60)]),
        ([(0, 60)], [(30, 30)], [], [(0, 60)]),
        ([(0, 20), (40, 60)], [(10, 50)], [(10, 20), (40, 50)], [(0, 10), (50, 60)]),
        ([(0, 60)], [(50, 70), (10, 20), (15, 30)], [(10, 30), (50, 60)], [(0, 10), (30, 50)]),
        ([], [(0, 10)], [], []),
        ([(0, 10)], [], [], [(0, 10)]),
    ],
)
def test_intersect_and_subtract(
    one: list[tuple[int, int]],
    other: list[tuple[int, int]],
    both: list[tuple[int, int]],
    left: list[tuple[int, int]],
) -> None:
    assert intersect(spans(*one), spans(*other)) == spans(*both)
    assert subtract(spans(*one), spans(*other)) == spans(*left)


# Ends before starts among them: what is reversed or empty takes no time.
pairs = st.tuples(st.integers(0, 120), st.integers(0, 120))
some = st.lists(pairs, max_size=12).map(lambda found: spans(*found))


def is_tidy(intervals: list[Interval]) -> bool:
    ends = [moment for interval in intervals for moment in interval]
    return all(before < after for before, after in pairwise(ends))


@given(some)
def test_merge_keeps_every_minute(intervals: list[Interval]) -> None:
    merged = merge(intervals)
    assert minutes_of(merged) == minutes_of(intervals)
    assert is_tidy(merged)
    assert merge(reversed(intervals)) == merge(merged) == merged


@given(some, some)
def test_intersect_is_what_lies_in_both(one: list[Interval], other: list[Interval]) -> None:
    both = intersect(one, other)
    assert minutes_of(both) == minutes_of(one) & minutes_of(other)
    assert is_tidy(both)
    assert both == intersect(other, one)


@given(some, some)
def test_subtract_is_what_lies_in_one_alone(one: list[Interval], other: list[Interval]) -> None:
    left = subtract(one, other)
    assert minutes_of(left) == minutes_of(one) - minutes_of(other)
    assert is_tidy(left)
    assert merge([*left, *intersect(one, other)]) == merge(one)
