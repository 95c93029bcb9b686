"""The kinds `ranges`, `hours_valid` and `set_op`: opening hours and interval arithmetic."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from functools import reduce
from typing import Any
from zoneinfo import ZoneInfo

from scheduling.hours import DayOverride, HoursRange, check_ranges, open_intervals
from scheduling.intervals import Interval, intersect, merge, subtract
from tests.scheduling.case_values import (
    DAY_MINUTES,
    Given,
    NotUnderstood,
    clock,
    compare,
    need,
    refuse_unknown,
    span,
    spans,
    time_at,
    zone_of,
)

_DAY = timedelta(days=1)
HOURS = ("hours", "overrides", "holidays")


def open_time(given: Given, zone: ZoneInfo, first: date, last: date) -> list[Interval]:
    """What `hours`, `overrides` and `holidays` open on the local days, both included."""
    overrides, tails = _overrides(given.get("overrides") or ())
    overrides += [_closed(date.fromisoformat(day)) for day in given.get("holidays") or ()]
    owned = {override.starts_on for override in overrides}
    found = open_intervals(list(_week(given.get("hours") or ())), overrides, zone, first, last)
    for tail in tails:
        if tail.starts_on not in owned:
            found += open_intervals((), [tail], zone, first, last)
    return merge(found)


def check_hours(given: Given, expect: Given) -> list[str]:
    refuse_unknown(given, {"tz", "date_from", "date_to", *HOURS}, "input")
    first, last = date.fromisoformat(need(given, "date_from")), date.fromisoformat(need(given, "date_to"))
    found = open_time(given, zone_of(need(given, "tz")), first, last)
    readers: dict[str, tuple[Any, Any]] = {
        "ranges": (spans, found),
        "count": (int, len(found)),
        "first": (span, found[0] if found else None),
        "last": (span, found[-1] if found else None),
        "first_start": (lambda text: span([text, text])[0], found[0][0] if found else None),
    }
    refuse_unknown(expect, readers, "expect")
    return [
        problem
        for name, (read, actual) in readers.items()
        if name in expect
        for problem in compare(name, None if expect[name] is None else read(expect[name]), actual)
    ]


def check_form(given: Given, expect: Given) -> list[str]:
    """One weekday's ranges as a person would enter them, without the box for the next day."""
    refuse_unknown(given, {"duration", "ranges"}, "input")
    refuse_unknown(expect, {"valid"}, "expect")
    pairs = [(clock(start), clock(end)) for start, end in need(given, "ranges")]
    if any(end > DAY_MINUTES for _, end in pairs):
        raise NotUnderstood("hours after midnight in a form for one day")
    ranges = [HoursRange(0, time_at(start), time_at(end), end == DAY_MINUTES) for start, end in pairs]
    is_long_enough = all(end - start >= need(given, "duration") for start, end in pairs)
    return compare("valid", need(expect, "valid"), not check_ranges(ranges) and is_long_enough)


def check_arithmetic(given: Given, expect: Given) -> list[str]:
    refuse_unknown(given, {"op", "a", "b"}, "input")
    refuse_unknown(expect, {"ranges"}, "expect")
    operations = {"subtract": subtract, "intersect": intersect}
    if given.get("op") not in operations:
        raise NotUnderstood(f"unknown operation: {given.get('op')}")
    found = operations[given["op"]](spans(need(given, "a")), spans(need(given, "b")))
    return compare("ranges", spans(need(expect, "ranges")), found)


def all_of(schedules: Sequence[list[Interval]]) -> list[Interval]:
    """The time that is open in every one of them."""
    return reduce(intersect, schedules)


def _week(rows: Iterable[Given]) -> Iterator[HoursRange]:
    for row in rows:
        refuse_unknown(row, {"days", "start", "end"}, "hours")
        for later, start, end in _pieces([(row["start"], row["end"])]):
            for day in row["days"]:
                yield HoursRange((day + later) % 7, time_at(start), time_at(end), end >= DAY_MINUTES)


def _overrides(rows: Iterable[Given]) -> tuple[list[DayOverride], list[DayOverride]]:
    """The overrides, and what of them lies more than a night behind their own day (36:00 is still the night)."""
    overrides: list[DayOverride] = []
    tails: list[DayOverride] = []
    for row in rows:
        refuse_unknown(row, {"date", "ranges"}, "overrides")
        day = date.fromisoformat(row["date"])
        own: list[DayOverride] = []
        for later, start, end in _pieces(row["ranges"]):
            on = day + later * _DAY
            piece = DayOverride(on, on, "Special", time_at(start), time_at(end), end >= DAY_MINUTES)
            (tails if later else own).append(piece)
        overrides += own or [_closed(day)]
    return overrides, tails


def _closed(day: date) -> DayOverride:
    return DayOverride(day, day, "Closed")


def _pieces(pairs: Iterable[Sequence[str]]) -> Iterator[tuple[int, int, int]]:
    """(days later, start, end) in minutes, each beginning before 24:00 and ending before 48:00 of its own day."""
    for written_start, written_end in pairs:
        start, end = clock(written_start), clock(written_end)
        if end <= start:
            end += DAY_MINUTES
        later = 0
        while end > start:
            if start < DAY_MINUTES:
                stop = end if end < 2 * DAY_MINUTES else DAY_MINUTES
                yield later, start, stop
                start = stop
            later, start, end = later + 1, start - DAY_MINUTES, end - DAY_MINUTES
