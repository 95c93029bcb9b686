"""The engine: which starts are open for a visit, and why another one is not. Pure; every instant is aware UTC.

A visit needs one lane out of each group: any of the technicians, and one of the bays. A lane is one seat of a
resource, with its own open time and what is taken of it. `reason_against` judges a start whatever grid it stands on;
`slots` are the starts of the grid against which there is no reason. Listing and booking therefore cannot disagree.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from functools import cached_property, reduce
from itertools import islice, pairwise
from typing import Literal
from zoneinfo import ZoneInfo

from scheduling.intervals import Interval, intersect, merge

NOTHING = timedelta(0)
_DAY = timedelta(days=1)
_INSTANT = timedelta.resolution

# Minutes on the way from one area to another; an area that is not known is None.
Travel = Callable[[int | None, int | None], timedelta]


class Refusal(StrEnum):
    """Why a start cannot be had."""

    TOO_SOON = "too_soon"
    PAST = "past"
    TOO_FAR = "too_far"
    DAY_FULL = "day_full"
    CLOSED = "closed"
    TAKEN = "taken"
    NOT_BOOKABLE = "not_bookable"
    OFF_GRID = "off_grid"
    OUT_OF_AREA = "out_of_area"
    TOO_MANY = "too_many"
    TOO_LATE = "too_late"
    UNSURE = "unsure"
    CHANGED = "changed"
    GONE = "gone"


@dataclass(frozen=True, slots=True)
class Busy:
    """Taken time of a lane, with the gaps that it wants around it. An empty stretch takes nothing."""

    start: datetime
    end: datetime
    before: timedelta = NOTHING
    after: timedelta = NOTHING
    area: int | None = None


@dataclass(frozen=True, slots=True)
class Lane:
    """One seat of a resource: its open time (merged) and what is taken of it."""

    resource: int | str
    open: Sequence[Interval]
    busy: Sequence[Busy] = ()
    seat: int = 0


@dataclass(frozen=True, slots=True)
class Visit:
    """What is to be placed. Gaps may reach into closed time; `gaps` "add": both sides' gaps, "overlap": the larger."""

    duration: timedelta
    before: timedelta = NOTHING
    after: timedelta = NOTHING
    gaps: Literal["add", "overlap"] = "add"
    area: int | None = None
    window: timedelta = NOTHING  # it may begin this much later than its start, and then too within open time

    @property
    def needs_open(self) -> timedelta:
        """How long after the start the place must be open: nobody is told to wait until after closing."""
        return max(self.duration, self.window)


@dataclass(frozen=True, slots=True)
class Grid:
    """Where starts are offered, `step` apart.

    "opening": counted from each opening, whatever is booked; in an opening of more than a day, anew from each local
    midnight, so that a place that never closes has the same grid however far back one looks. "free": in each free
    stretch, from its beginning rounded up to `align` minutes of the local hour, plus `offset`.
    """

    step: timedelta
    anchor: Literal["opening", "free"] = "opening"
    align: int = 1
    offset: timedelta = NOTHING


@dataclass(frozen=True, slots=True)
class Limits:
    """What holds for the whole place: nothing before `earliest`, after the local day `last_day`, or on `full_days`."""

    zone: ZoneInfo
    earliest: datetime
    last_day: date | None = None
    full_days: frozenset[date] = frozenset()


def no_travel(_origin: int | None, _destination: int | None) -> timedelta:
    return NOTHING


def last_bookable_day(now: datetime, zone: ZoneInfo, days: int, *, business_days: frozenset[int] | None = None) -> date:
    """Today plus `days` in the zone; with `business_days` (0 = Monday) only those are counted."""
    day = now.astimezone(zone).date()
    if business_days is None:
        return day + timedelta(days=days)
    if not business_days:
        return day
    left = days
    while left:
        day += timedelta(days=1)
        left -= day.weekday() in business_days
    return day


def full_days(
    booked: Iterable[Interval],
    zone: ZoneInfo,
    *,
    most: int | None = None,
    most_time: timedelta | None = None,
) -> frozenset[date]:
    """The local days on which the blocking bookings (each counted where it starts) have reached a limit."""
    counts: dict[date, int] = {}
    lengths: dict[date, timedelta] = {}
    for start, end in booked:
        day = start.astimezone(zone).date()
        counts[day] = counts.get(day, 0) + 1
        lengths[day] = lengths.get(day, NOTHING) + (end - start)
    by_count = {day for day, count in counts.items() if most is not None and count >= most}
    by_time = {day for day, length in lengths.items() if most_time is not None and length >= most_time}
    return frozenset(by_count | by_time)


@dataclass(frozen=True)
class Availability:
    """Everything about one kind of visit at one place, asked as often as needed. `groups` must not be empty."""

    groups: Sequence[Sequence[Lane]]
    visit: Visit
    grid: Grid
    limits: Limits
    travel: Travel = field(default=no_travel)

    def slots(self, *, time_from: time | None = None, time_to: time | None = None) -> list[datetime]:
        """The open starts in order, each on the grid of somebody who can take it; optionally only those `is_within`."""
        if not self.groups or not all(self.groups):
            return []
        starts: set[datetime] = set()
        for lane in self._prepared[0]:
            starts |= {start for start in self._grid_starts(lane) if start not in starts and lane.takes(start)}
        found = [start for start in sorted(starts) if self.reason_against(start) is None]
        return [start for start in found if self.is_within(start, time_from=time_from, time_to=time_to)]

    def is_within(self, start: datetime, *, time_from: time | None = None, time_to: time | None = None) -> bool:
        """Whether a visit from `start` begins and ends between two local times of one day; `time_to` 00:00 is 24:00."""
        begins = start.astimezone(self.limits.zone).replace(tzinfo=None)
        if time_from is not None and begins.time() < time_from:
            return False
        if time_to is None:
            return True
        ends = (start + self.visit.duration).astimezone(self.limits.zone).replace(tzinfo=None)
        midnight = datetime.combine(begins.date() + timedelta(days=1), time(0))
        return ends <= (midnight if time_to == time(0) else datetime.combine(begins.date(), time_to))

    def is_bookable(self, start: datetime) -> bool:
        return self.reason_against(start) is None

    def is_offered(self, start: datetime) -> bool:
        """Whether a customer may choose `start`: it is listed, or the grid moves whenever somebody books.

        Of a free grid any open start will do, as one that was listed a minute ago is as good as the next.
        """
        return self.is_bookable(start) and (self.grid.anchor == "free" or start in self.slots())

    def reason_against(self, start: datetime) -> Refusal | None:
        """Why nobody can begin at `start`; None when somebody can."""
        limits = self.limits
        if start < limits.earliest:
            return Refusal.TOO_SOON
        if limits.last_day is not None or limits.full_days:
            day = start.astimezone(limits.zone).date()
            if limits.last_day is not None and day > limits.last_day:
                return Refusal.TOO_FAR
            if day in limits.full_days:
                return Refusal.DAY_FULL
        if not self.groups or not all(self.groups):
            return Refusal.NOT_BOOKABLE
        for group in self._prepared:
            if not any(lane.takes(start) for lane in group):
                return Refusal.TAKEN if any(lane.is_open(start) for lane in group) else Refusal.CLOSED
        return None

    def assignable(self, start: datetime) -> list[int | str]:
        """The resources that could take `start`, in order; empty when it cannot be had at all."""
        if not self.is_bookable(start):
            return []
        free = [lane.lane.resource for group in self._prepared for lane in group if lane.takes(start)]
        return list(dict.fromkeys(free))

    def choose(self, start: datetime, *, preferred: frozenset[int | str] = frozenset()) -> list[Lane]:
        """One free lane of each group for `start`, none when it cannot be had.

        Resources in `preferred` come first, then those with the least to do on that local day, then the order given.
        """
        if not self.is_bookable(start):
            return []
        day = start.astimezone(self.limits.zone).date()
        return [
            min(
                (lane for lane in group if lane.takes(start)),
                key=lambda lane: (lane.lane.resource not in preferred, lane.load_on(day)),
            ).lane
            for group in self._prepared
        ]

    # ---------------------------------------------------------------- inside
    @cached_property
    def _prepared(self) -> list[list["_Lane"]]:
        return [[_Lane(lane, self.visit, self.travel, self.limits.zone) for lane in group] for group in self.groups]

    @cached_property
    def _elsewhere(self) -> list[list[Interval]]:
        """For each group but the first, when anybody of it is open, or for a free grid could begin."""
        if self.grid.anchor == "opening":
            return [merge(stretch for lane in group for stretch in lane.lane.open) for group in self._prepared[1:]]
        return [_united(stretch for lane in group for stretch in lane.free_starts) for group in self._prepared[1:]]

    def _grid_starts(self, lane: "_Lane") -> Iterator[datetime]:
        """The grid as it stands for a lane of the first group, the other groups' time cut out of its own."""
        return self._from_openings(lane) if self.grid.anchor == "opening" else self._from_free(lane)

    def _from_openings(self, lane: "_Lane") -> Iterator[datetime]:
        step = self.grid.step
        for opens, closes in reduce(intersect, self._elsewhere, list(lane.lane.open)):
            anchors = _anchors(opens, closes, self.limits.zone)
            for anchor, following in pairwise([*anchors, closes]):
                last = min(following - _INSTANT, closes - self.visit.needs_open)
                start = anchor + max(-(-(self.limits.earliest - anchor) // step), 0) * step
                while start <= last:
                    yield start
                    start += step

    def _from_free(self, lane: "_Lane") -> Iterator[datetime]:
        grid, earliest = self.grid, self.limits.earliest
        for first, last in reduce(_common, self._elsewhere, lane.free_starts):
            start = _aligned(max(first, earliest), grid.align, self.limits.zone) + grid.offset
            while start <= last:
                yield start
                start += grid.step


class _Lane:
    """A lane prepared for one visit: the starts its open time allows, and the starts that something taken forbids."""

    def __init__(self, lane: Lane, visit: Visit, travel: Travel, zone: ZoneInfo) -> None:
        self.lane = lane
        self._visit, self._zone = visit, zone
        self._opens = [start for start, _ in lane.open]
        self._closes = [end for _, end in lane.open]
        # Open at both ends: right at the edge of what is taken a visit may begin.
        self._forbidden = _merge_open(self._forbid(busy, travel) for busy in lane.busy if busy.start < busy.end)
        self._after = [start for start, _ in self._forbidden]

    def _forbid(self, busy: Busy, travel: Travel) -> Interval:
        visit = self._visit
        if visit.gaps == "add":
            ahead, behind = visit.after + busy.before, busy.after + visit.before
        else:
            ahead, behind = max(visit.after, busy.before), max(busy.after, visit.before)
        ahead += travel(visit.area, busy.area)
        behind += travel(busy.area, visit.area)
        return busy.start - visit.duration - ahead, busy.end + behind

    def is_open(self, start: datetime) -> bool:
        index = bisect_right(self._opens, start) - 1
        return index >= 0 and start + self._visit.needs_open <= self._closes[index]

    def takes(self, start: datetime) -> bool:
        if not self.is_open(start):
            return False
        index = bisect_left(self._after, start) - 1
        return index < 0 or self._forbidden[index][1] <= start

    @cached_property
    def free_starts(self) -> list[Interval]:
        """Closed stretches [first, last] of starts that this lane takes; first and last may be the same."""
        found: list[Interval] = []
        for opens, closes in self.lane.open:
            first, last = opens, closes - self._visit.needs_open
            for low, high in islice(self._forbidden, max(bisect_right(self._after, opens) - 1, 0), None):
                if low >= last or first > last:
                    break
                if high <= first:
                    continue
                if first <= low:
                    found.append((first, low))
                first = max(first, high)
            if first <= last:
                found.append((first, last))
        return found

    def load_on(self, day: date) -> timedelta:
        """How much of the local day is taken."""
        whole = [(_midnight(day, self._zone), _midnight(day + _DAY, self._zone))]
        taken = intersect(((busy.start, busy.end) for busy in self.lane.busy), whole)
        return sum((end - start for start, end in taken), NOTHING)


def _merge_open(intervals: Iterable[Interval]) -> list[Interval]:
    """Open intervals: two that only touch stay apart, since the instant between them is allowed."""
    merged: list[Interval] = []
    for low, high in sorted(intervals):
        if merged and low < merged[-1][1]:
            if high > merged[-1][1]:
                merged[-1] = (merged[-1][0], high)
        else:
            merged.append((low, high))
    return merged


def _united(stretches: Iterable[Interval]) -> list[Interval]:
    """Closed stretches as few as possible; a single instant counts."""
    united: list[Interval] = []
    for first, last in sorted(stretches):
        if united and first <= united[-1][1]:
            if last > united[-1][1]:
                united[-1] = (united[-1][0], last)
        else:
            united.append((first, last))
    return united


def _common(one: Sequence[Interval], other: Sequence[Interval]) -> list[Interval]:
    """What sorted closed stretches have in common; a single instant counts."""
    both: list[Interval] = []
    i = j = 0
    while i < len(one) and j < len(other):
        first, last = max(one[i][0], other[j][0]), min(one[i][1], other[j][1])
        if first <= last:
            both.append((first, last))
        if one[i][1] <= other[j][1]:
            i += 1
        else:
            j += 1
    return both


def _anchors(opens: datetime, closes: datetime, zone: ZoneInfo) -> list[datetime]:
    """From where starts are counted in an opening: see `Grid`."""
    if closes - opens <= _DAY:
        return [opens]
    day = opens.astimezone(zone).date() + _DAY
    anchors = [opens]
    while (midnight := _midnight(day, zone)) < closes:
        anchors.append(midnight)
        day += _DAY
    return anchors


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(0), tzinfo=zone).astimezone(UTC)


def _aligned(moment: datetime, minutes: int, zone: ZoneInfo) -> datetime:
    """`moment` rounded up to a multiple of `minutes` of its local hour; the next full hour is always one."""
    unit, hour = timedelta(minutes=minutes), timedelta(hours=1)
    while True:
        local = moment.astimezone(zone)
        into_hour = timedelta(minutes=local.minute, seconds=local.second, microseconds=local.microsecond)
        if not into_hour % unit:
            return moment
        # Asked again: where clocks change by half an hour, the full hour can turn out to be a half.
        moment += min(-(-into_hour // unit) * unit, hour) - into_hour
