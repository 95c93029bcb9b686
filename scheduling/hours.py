"""Opening hours as a pure decision: weekly ranges and dated overrides in, open or closed out.

Wall-clock times become instants once, with the zone of the location; every comparison after that is in UTC.
A wall-clock time that a clock change skips moves forward by the length of the gap (RFC 5545, 3.3.5); one that
happens twice means the first. Intervals are half-open: at the closing instant the place is closed.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from typing import Literal
from zoneinfo import ZoneInfo

from scheduling.intervals import Interval, merge

SEARCH_DAYS = 60
SHORTEST_RANGE = timedelta(minutes=5)

_DAY = timedelta(days=1)
_WEEK = timedelta(days=7)
_MIDNIGHT = time(0)
_FULL_NAMES = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")

Language = Literal["en", "es"]
Kind = Literal["open", "closed", "holiday"]


@dataclass(frozen=True, slots=True)
class HoursRange:
    """One opening per week in local wall time, belonging to the weekday (0 = Monday) on which it starts.

    With next_day it closes on the following day; closes=00:00 and next_day is the end of the day, 24:00.
    """

    weekday: int
    opens: time
    closes: time
    next_day: bool = False


@dataclass(frozen=True, slots=True)
class DayOverride:
    """What replaces the weekly hours on the local days starts_on..ends_on, both included; opens None is closed.

    A higher rank owns a day whatever else covers it: a technician's own day off beats the long day of the shop.
    """

    starts_on: date
    ends_on: date
    name: str
    opens: time | None = None
    closes: time | None = None
    next_day: bool = False
    rank: int = 0

    @property
    def is_closure(self) -> bool:
        return self.opens is None or self.closes is None

    @property
    def days(self) -> int:
        return (self.ends_on - self.starts_on).days + 1

    def covers(self, day: date) -> bool:
        return self.starts_on <= day <= self.ends_on


@dataclass(frozen=True, slots=True)
class OpenState:
    """Open or not at one instant, and what comes next.

    closure_name is the override that keeps the place closed, else empty. changes_at is the next instant at which
    is_open flips, opens_at the next opening after now; both UTC, None when there is none within 60 days.
    """

    is_open: bool
    kind: Kind
    closure_name: str
    changes_at: datetime | None
    opens_at: datetime | None


def open_state(
    ranges: Sequence[HoursRange], overrides: Sequence[DayOverride], zone: ZoneInfo, now: datetime
) -> OpenState:
    """Whether the location is open at now (an aware instant), why not, and when that changes."""
    now = now.astimezone(UTC)
    today = now.astimezone(zone).date()
    horizon = now + timedelta(days=SEARCH_DAYS)
    # Yesterday's opening may still be running; the extra day keeps an always-open place from "closing" at the edge.
    intervals = open_intervals(ranges, overrides, zone, today - _DAY, today + timedelta(days=SEARCH_DAYS + 1))
    current = next((interval for interval in intervals if interval[0] <= now < interval[1]), None)
    opens_at = next((start for start, _ in intervals if now < start <= horizon), None)
    if current is not None:
        return OpenState(True, "open", "", current[1] if current[1] <= horizon else None, opens_at)
    closure = _closure_at(ranges, overrides, zone, now, today)
    if closure is None:
        return OpenState(False, "closed", "", opens_at, opens_at)
    return OpenState(False, "holiday", closure.name, opens_at, opens_at)


def open_intervals(
    ranges: Sequence[HoursRange], overrides: Sequence[DayOverride], zone: ZoneInfo, first: date, last: date
) -> list[Interval]:
    """The open time that starts on the local days first..last (both included) as merged UTC intervals.

    An override owns its local days: it replaces the weekly hours and cuts what spills over from the night before.
    Of several that cover a day the highest rank owns it, then the narrowest; among equals a closure wins, otherwise
    their hours add up.
    """
    return merge(
        interval
        for offset in range((last - first).days + 1)
        for interval in _intervals_on(first + timedelta(days=offset), ranges, overrides, zone)
    )


def owners_on(overrides: Iterable[DayOverride], day: date) -> list[DayOverride]:
    """The overrides whose hours (or closure) count on a local day; empty when the ordinary week does."""
    covering = [override for override in overrides if override.covers(day)]
    if not covering:
        return []
    first = min((-override.rank, override.days) for override in covering)
    owners = [override for override in covering if (-override.rank, override.days) == first]
    closures = [override for override in owners if override.is_closure]
    return closures or owners


def check_ranges(ranges: Sequence[HoursRange]) -> list[str]:
    """What is wrong with a week of ranges, one sentence each, in the order of the week; empty when all is well.

    Touching ranges are fine. The week is a circle: Sunday night can overlap Monday morning.
    """
    problems: list[str] = []
    usable: list[HoursRange] = []
    for item in sorted(ranges, key=lambda item: (item.weekday, item.opens, item.next_day, item.closes)):
        length = _nominal_length(item)
        if length <= timedelta(0):
            problems.append(
                f"{_range_name(item)} closes before it opens. "
                "If it closes after midnight, mark it as closing the next day."
            )
        elif length < SHORTEST_RANGE:
            problems.append(f"{_range_name(item)} is too short: it must last at least 5 minutes.")
        else:
            usable.append(item)
    problems.extend(
        f"{_range_name(one)} and {_range_name(other)} overlap."
        for index, one in enumerate(usable)
        for other in usable[index + 1 :]
        if _overlap(one, other)
    )
    return problems


def describe_hours(ranges: Sequence[HoursRange], *, language: Language) -> str:
    """The week in a few words for a text, such as "Mon-Fri 8 AM-5 PM, Sat 9 AM-noon"; empty without any hours.

    Only ASCII: an accent such as the one in "sábado" would switch the text to UCS-2 and more than halve its segment.
    """
    words = _WORDS[language]
    by_day = {
        day: tuple(sorted((item for item in ranges if item.weekday == day), key=lambda item: item.opens))
        for day in range(7)
    }
    texts = [words.joiner.join(_hours_text(item, words) for item in by_day[day]) for day in range(7)]
    if set(texts) == {words.all_day}:
        return "24/7"
    return ", ".join(f"{_days_text(start, end, words)} {texts[start]}" for start, end in _runs(texts))


def _closure_at(
    ranges: Sequence[HoursRange], overrides: Sequence[DayOverride], zone: ZoneInfo, now: datetime, today: date
) -> DayOverride | None:
    """The override that keeps a closed place closed at now.

    A day with special hours counts only while the ordinary week would be open: the night after them is just night.
    """
    owners = owners_on(overrides, today)
    if not owners:
        return None
    usual = open_intervals(ranges, (), zone, today - _DAY, today)
    if owners[0].is_closure or any(start <= now < end for start, end in usual):
        return owners[0]
    return None


def _intervals_on(
    day: date, ranges: Sequence[HoursRange], overrides: Sequence[DayOverride], zone: ZoneInfo
) -> Iterator[Interval]:
    owners = owners_on(overrides, day)
    next_owners = owners_on(overrides, day + _DAY)
    if not owners:
        for item in ranges:
            if item.weekday == day.weekday():
                yield _interval(day, item.opens, item.closes, item.next_day, bool(next_owners), zone)
    for owner in owners:
        if owner.opens is not None and owner.closes is not None:
            # The nights inside one override of several days are its own, only a stranger's day cuts them.
            is_cut = bool(next_owners) and owner not in next_owners
            yield _interval(day, owner.opens, owner.closes, owner.next_day, is_cut, zone)


def _interval(day: date, opens: time, closes: time, next_day: bool, is_cut: bool, zone: ZoneInfo) -> Interval:
    start = _instant(day, opens, zone)
    end = _instant(day + _DAY if next_day else day, closes, zone)
    return (start, min(end, _instant(day + _DAY, _MIDNIGHT, zone))) if is_cut else (start, end)


def _instant(day: date, wall: time, zone: ZoneInfo) -> datetime:
    # fold=0 is both rules at once: the offset before a gap (so the time moves forward) and the first of a repeat.
    return datetime.combine(day, wall.replace(tzinfo=None, fold=0), tzinfo=zone).astimezone(UTC)


def _since_midnight(wall: time) -> timedelta:
    return timedelta(hours=wall.hour, minutes=wall.minute, seconds=wall.second)


def _nominal_length(item: HoursRange) -> timedelta:
    return _since_midnight(item.closes) - _since_midnight(item.opens) + (_DAY if item.next_day else timedelta(0))


def _overlap(one: HoursRange, other: HoursRange) -> bool:
    start = _week_start(one)
    other_start = _week_start(other)
    return any(
        start < other_start + shift + _nominal_length(other) and other_start + shift < start + _nominal_length(one)
        for shift in (-_WEEK, timedelta(0), _WEEK)
    )


def _week_start(item: HoursRange) -> timedelta:
    return item.weekday * _DAY + _since_midnight(item.opens)


def _range_name(item: HoursRange) -> str:
    words = _WORDS["en"]
    return f"{_FULL_NAMES[item.weekday]} {_clock(item.opens, words)}-{_clock(item.closes, words)}"


@dataclass(frozen=True, slots=True)
class _Words:
    days: tuple[str, ...]
    noon: str
    midnight: str
    all_day: str
    following_day: str
    joiner: str


_WORDS: dict[Language, _Words] = {
    "en": _Words(
        days=("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"),
        noon="noon",
        midnight="midnight",
        all_day="24 hours",
        following_day=" the next day",
        joiner=" and ",
    ),
    "es": _Words(
        days=("Lun", "Mar", "Mie", "Jue", "Vie", "Sab", "Dom"),
        noon="12 PM",
        midnight="medianoche",
        all_day="24 horas",
        following_day=" (+1)",
        joiner=" y ",
    ),
}


def _days_text(start: int, end: int, words: _Words) -> str:
    return words.days[start] if start == end else f"{words.days[start]}-{words.days[end]}"


def _hours_text(item: HoursRange, words: _Words) -> str:
    if item.opens == item.closes == _MIDNIGHT and item.next_day:
        return words.all_day
    beyond = words.following_day if item.next_day and item.closes >= item.opens else ""
    return f"{_clock(item.opens, words)}-{_clock(item.closes, words)}{beyond}"


def _clock(wall: time, words: _Words) -> str:
    if (wall.hour, wall.minute) == (0, 0):
        return words.midnight
    if (wall.hour, wall.minute) == (12, 0):
        return words.noon
    minutes = f":{wall.minute:02}" if wall.minute else ""
    return f"{wall.hour % 12 or 12}{minutes} {'AM' if wall.hour < 12 else 'PM'}"


def _runs(texts: Sequence[str]) -> list[tuple[int, int]]:
    """First and last index of each run of equal, non-empty texts."""
    starts = [index for index, text in enumerate(texts) if index == 0 or text != texts[index - 1]]
    return [(start, end - 1) for start, end in pairwise([*starts, len(texts)]) if texts[start]]
