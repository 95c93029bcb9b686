"""PURE: where things stand on a page that shows one local day as columns of time.

Everything is counted in steps of five minutes that really pass, from the instant at which the page begins. A day of a
clock change therefore simply has more or fewer of them, and only the labels of the hours know about it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from typing import TypeVar
from zoneinfo import ZoneInfo

from scheduling.intervals import Interval, subtract
from scheduling.open_days import clock_text

STEP = timedelta(minutes=5)
PER_HOUR = 12
# What the style sheet has classes for. More than this at once are a list and no picture.
MOST_SIDE_BY_SIDE = 8
_HOUR = timedelta(hours=1)
_DAY = timedelta(days=1)

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of the page: `at` steps from its beginning, `steps` long, and one of `of` that share the width."""

    at: int
    steps: int
    side: int = 0
    of: int = 1

    @property
    def css(self) -> str:
        """Classes instead of a style attribute, which the content security policy forbids."""
        hours, rest = divmod(self.at, PER_HOUR)
        long_hours, long_rest = divmod(self.steps, PER_HOUR)
        place = f"at-h{hours} at-m{rest} for-h{long_hours} for-m{long_rest}"
        return place if self.of == 1 else f"{place} side-{self.side} of-{self.of}"


@dataclass(frozen=True, slots=True)
class Tick:
    """A label of the time axis. The zone is said where an hour comes twice."""

    span: Span
    text: str


def day_bounds(day: date, zone: ZoneInfo) -> Interval:
    """The local day from midnight to midnight, in UTC; 23 or 25 hours where clocks change."""
    start, end = (datetime.combine(one, time(0), tzinfo=zone).astimezone(UTC) for one in (day, day + _DAY))
    return start, end


def window_of(
    day: date, zone: ZoneInfo, stretches: Iterable[Interval], *, usual: tuple[int, int] = (8, 18)
) -> Interval:
    """The part of a local day that is shown: whole hours around all stretches, and `usual` hours if there are none."""
    begins, ends = day_bounds(day, zone)
    clipped = [(max(start, begins), min(end, ends)) for start, end in stretches if start < ends and end > begins]
    if not clipped:
        first, last = (datetime.combine(day, time(hour), tzinfo=zone).astimezone(UTC) for hour in usual)
        return first, last
    first = min(start for start, _ in clipped)
    last = max(end for _, end in clipped)
    return begins + (first - begins) // _HOUR * _HOUR, min(begins - (begins - last) // _HOUR * _HOUR, ends)


def span_in(window: Interval, start: datetime, end: datetime) -> Span | None:
    """Where a stretch stands in the window, rounded outward; None when it is not in it."""
    start, end = max(start, window[0]), min(end, window[1])
    if start >= end:
        return None
    first = (start - window[0]) // STEP
    last = -((window[0] - end) // STEP)
    return Span(first, max(last - first, 1))


def on_step(origin: datetime, moment: datetime) -> datetime:
    """`moment` rounded up to a whole number of steps from `origin`."""
    return origin - (origin - moment) // STEP * STEP


def ticks_of(window: Interval, zone: ZoneInfo) -> list[Tick]:
    """A label for each hour that passes, as clocks show it."""
    instants = []
    moment = window[0]
    while moment < window[1]:
        instants.append(moment)
        moment += _HOUR
    texts = [clock_text(moment.astimezone(zone).time()) for moment in instants]
    return [
        Tick(
            Span((moment - window[0]) // STEP, min(PER_HOUR, -((moment - window[1]) // STEP))),
            f"{text} {moment.astimezone(zone):%Z}" if texts.count(text) > 1 else text,
        )
        for moment, text in zip(instants, texts, strict=True)
    ]


def pack(items: Sequence[tuple[Span, T]]) -> list[tuple[Span, T]]:
    """The same items, those that overlap side by side: each takes the first free place, a crowd shares the width."""
    placed: list[tuple[Span, T]] = []
    crowd: list[tuple[Span, T, int]] = []
    free_from: list[int] = []  # for each place of the crowd, the step from which it is free

    def close() -> None:
        placed.extend((Span(span.at, span.steps, side, len(free_from)), item) for span, item, side in crowd)
        crowd.clear()
        free_from.clear()

    for span, item in sorted(items, key=lambda one: (one[0].at, -one[0].steps)):
        if crowd and span.at >= max(free_from):
            close()
        side = next((index for index, step in enumerate(free_from) if step <= span.at), len(free_from))
        free_from[side : side + 1] = [span.at + span.steps]
        crowd.append((span, item, side))
    close()
    return placed


def room_in(open_time: Iterable[Interval], taken: Iterable[Interval], capacity: int) -> list[Interval]:
    """The open time in which fewer than `capacity` of the stretches that are taken run at once."""
    full: list[Interval] = []
    count = 0
    since: datetime | None = None
    changes = [change for start, end in taken if start < end for change in ((start, 1), (end, -1))]
    for moment, change in sorted(changes):
        count += change
        if count >= capacity and since is None:
            since = moment
        elif count < capacity and since is not None:
            full.append((since, moment))
            since = None
    return subtract(open_time, full)


def starts_in(
    stretch: Interval, *, every: timedelta, least: timedelta, zone: ZoneInfo
) -> list[tuple[Interval, datetime]]:
    """The stretch in pieces, each with the start it offers: where the local clock shows a multiple of `every`.

    A piece shorter than `least` is too small to be pressed and joins its neighbor; what follows begins on the multiple.
    """
    cuts = [stretch[0]]
    while cuts[-1] < stretch[1]:
        local = cuts[-1].astimezone(zone)
        into = timedelta(minutes=local.minute, seconds=local.second) % every
        cuts.append(min(cuts[-1] + every - into, stretch[1]))
    pieces = [((start, end), start) for start, end in pairwise(cuts)]
    if len(pieces) > 1 and _length(pieces[-1][0]) < least:
        (start, _), offered = pieces[-2]
        pieces[-2:] = [((start, stretch[1]), offered)]
    if len(pieces) > 1 and _length(pieces[0][0]) < least:
        (_, end), offered = pieces[1]
        pieces[:2] = [((stretch[0], end), offered)]
    return pieces


def _length(interval: Interval) -> timedelta:
    return interval[1] - interval[0]
