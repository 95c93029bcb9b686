"""Half-open intervals [start, end) between aware UTC instants. Results are sorted, merged and without empty ones."""

from collections.abc import Iterable
from datetime import datetime

Interval = tuple[datetime, datetime]


def merge(intervals: Iterable[Interval]) -> list[Interval]:
    """The same time in as few intervals as possible. What touches becomes one, and what is reversed nothing."""
    merged: list[Interval] = []
    for start, end in sorted(interval for interval in intervals if interval[0] < interval[1]):
        if merged and start <= merged[-1][1]:
            if end > merged[-1][1]:
                merged[-1] = (merged[-1][0], end)
        else:
            merged.append((start, end))
    return merged


def intersect(one: Iterable[Interval], other: Iterable[Interval]) -> list[Interval]:
    """The time that lies in both."""
    a, b = merge(one), merge(other)
    both: list[Interval] = []
    i = j = 0
    while i < len(a) and j < len(b):
        start, end = max(a[i][0], b[j][0]), min(a[i][1], b[j][1])
        if start < end:
            both.append((start, end))
        if a[i][1] <= b[j][1]:
            i += 1
        else:
            j += 1
    return both


def subtract(one: Iterable[Interval], other: Iterable[Interval]) -> list[Interval]:
    """The time of `one` that does not lie in `other`."""
    holes = merge(other)
    left: list[Interval] = []
    first = 0
    for start, end in merge(one):
        while first < len(holes) and holes[first][1] <= start:
            first += 1
        for hole_start, hole_end in holes[first:]:
            if hole_start >= end:
                break
            if start < hole_start:
                left.append((start, hole_start))
            start = max(start, hole_end)
        if start < end:
            left.append((start, end))
    return left
