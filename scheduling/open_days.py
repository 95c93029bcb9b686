"""PURE: a week as it comes out, day by day, with what is unusual about each day said in words."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from scheduling.hours import DayOverride, HoursRange, open_intervals, owners_on
from scheduling.intervals import intersect

_DAY = timedelta(days=1)
_MIDNIGHT = time(0)


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of open time inside one local day; `until` None is midnight."""

    start: time
    until: time | None


@dataclass(frozen=True, slots=True)
class OpenDay:
    """`minutes` really pass while it is open, which on a day of a clock change differs from what the clock shows."""

    day: date
    spans: tuple[Span, ...]
    minutes: int
    notes: tuple[str, ...] = ()

    @property
    def is_all_day(self) -> bool:
        return self.spans == (Span(_MIDNIGHT, None),)


def open_days(
    ranges: Sequence[HoursRange], overrides: Sequence[DayOverride], zone: ZoneInfo, first: date, *, days: int
) -> list[OpenDay]:
    """What the engine makes of these hours on `days` local days from `first` on."""
    # The night before may reach into the first day.
    intervals = open_intervals(ranges, overrides, zone, first - _DAY, first + timedelta(days=days - 1))
    found = []
    for offset in range(days):
        day = first + timedelta(days=offset)
        pieces = intersect(intervals, [(_start_of(day, zone), _start_of(day + _DAY, zone))])
        found.append(
            OpenDay(
                day=day,
                spans=tuple(Span(start.astimezone(zone).time(), _until(end, day, zone)) for start, end in pieces),
                minutes=sum(round((end - start).total_seconds() / 60) for start, end in pieces),
                notes=(*_closure_notes(overrides, day), *_change_notes(day, zone)),
            )
        )
    return found


def clock_warnings(
    ranges: Sequence[HoursRange], overrides: Sequence[DayOverride], zone: ZoneInfo, first: date, *, days: int
) -> list[str]:
    """Opening and closing times that a clock change skips or repeats, one sentence each."""
    return [
        text
        for offset in range(days)
        if _change_on(day := first + timedelta(days=offset), zone)
        for text in dict.fromkeys(_warnings_on(day, ranges, overrides, zone))
    ]


def length_text(minutes: int) -> str:
    hours, left = divmod(minutes, 60)
    return " ".join(filter(None, (f"{hours} h" if hours else "", f"{left} min" if left else ""))) or "0 h"


def clock_text(wall: time) -> str:
    return f"{wall.hour % 12 or 12}{f':{wall.minute:02}' if wall.minute else ''} {'AM' if wall.hour < 12 else 'PM'}"


def day_text(day: date) -> str:
    return f"{day:%A, %B} {day.day}, {day.year}"


def _warnings_on(
    day: date, ranges: Sequence[HoursRange], overrides: Sequence[DayOverride], zone: ZoneInfo
) -> Iterator[str]:
    for wall in sorted(_times_on(day, ranges, overrides)):
        local = datetime.combine(day, wall, tzinfo=zone)
        real = local.astimezone(UTC).astimezone(zone)
        if real.time() != wall:
            yield (
                f"{clock_text(wall)} does not exist on {day_text(day)}, when clocks go forward; "
                f"it counts as {clock_text(real.time())}."
            )
        elif local.utcoffset() != local.replace(fold=1).utcoffset():
            yield f"{clock_text(wall)} comes twice on {day_text(day)}, when clocks go back; the first one counts."


def _times_on(day: date, ranges: Iterable[HoursRange], overrides: Sequence[DayOverride]) -> Iterator[time]:
    """Every wall time of `day` at which something opens or closes, also the end of the night before."""
    for start, is_today in ((day, True), (day - _DAY, False)):
        owners = owners_on(overrides, start)
        spans = (
            [(owner.opens, owner.closes, owner.next_day) for owner in owners]
            if owners
            else [(item.opens, item.closes, item.next_day) for item in ranges if item.weekday == start.weekday()]
        )
        for opens, closes, next_day in spans:
            if is_today and opens is not None:
                yield opens
            if closes is not None and next_day is not is_today:
                yield closes


def _closure_notes(overrides: Iterable[DayOverride], day: date) -> Iterator[str]:
    for owner in {override.name: override for override in owners_on(overrides, day)}.values():
        yield f"{owner.name or 'Closure'}: {'closed' if owner.is_closure else 'other hours'}"


def _change_notes(day: date, zone: ZoneInfo) -> Iterator[str]:
    change = _change_on(day, zone)
    if change:
        hours = length_text(round((_DAY + change).total_seconds() / 60))
        yield f"Clocks go {'back' if change > timedelta(0) else 'forward'}: this day has {hours}"


def _change_on(day: date, zone: ZoneInfo) -> timedelta:
    """How much longer than 24 hours the local day is; negative when clocks go forward."""
    return _start_of(day + _DAY, zone) - _start_of(day, zone) - _DAY


def _start_of(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, _MIDNIGHT, tzinfo=zone).astimezone(UTC)


def _until(end: datetime, day: date, zone: ZoneInfo) -> time | None:
    local = end.astimezone(zone)
    return local.time() if local.date() == day else None
