"""When something shall come back: later today, when the place opens again, next week, or a time that somebody types."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from leads.models import Location
from messaging import configuration
from scheduling.hours import open_intervals
from scheduling.queries import ALWAYS_OPEN

LATER = timedelta(hours=3)
# What is put off for longer is forgotten, not put off.
LONGEST = timedelta(days=366)
# Where no opening says when a morning begins, or one that begins in the night.
MORNING = time(8)
_NOT_BEFORE = time(6)
_DAYS_AHEAD = 28


@dataclass(frozen=True, slots=True)
class Choice:
    """A moment under a name. `words` say when it is, on the clock of the location."""

    value: str
    label: str
    at: datetime
    words: str


def snooze_choices(location: Location, *, now: datetime) -> list[Choice]:
    """The moments that a conversation is usually put off to."""
    return [_choice("later", "Later today", now + LATER, location), *_openings(location, now=now)]


def due_choices(location: Location, *, now: datetime) -> list[Choice]:
    """The moments by which a call-back is usually due."""
    tomorrow = _openings(location, now=now)[:1]
    soon = (("quarter", "In 15 minutes", timedelta(minutes=15)), ("hour", "In an hour", timedelta(hours=1)))
    return [*(_choice(value, label, now + wait, location) for value, label, wait in soon), *tomorrow]


def read_local(typed: datetime, location: Location, *, now: datetime) -> datetime:
    """What somebody typed without a zone, as an instant. ValueError says in words why it will not do."""
    at = typed.replace(tzinfo=location.zone)
    if at <= now:
        raise ValueError(f"That is over: there it is {spoken(now, location)} now.")
    if at > now + LONGEST:
        raise ValueError("Choose a day within the next year.")
    return at


def spoken(at: datetime, location: Location) -> str:
    """Mon, Nov 23, 8:00 AM"""
    local = at.astimezone(location.zone)
    return f"{local:%a, %b} {local.day}, {local.hour % 12 or 12}:{local:%M %p}"


def _openings(location: Location, *, now: datetime) -> Sequence[Choice]:
    """When it opens on the next day with hours, and in the week after this one; one of them where both are the same."""
    today = now.astimezone(location.zone).date()
    monday = today + timedelta(days=7 - today.weekday())
    tomorrow, week = (
        _opens(location, day_offset=(day - today).days, now=now) for day in (today + timedelta(1), monday)
    )
    is_tomorrow = tomorrow.astimezone(location.zone).date() == today + timedelta(days=1)
    choices = [_choice("tomorrow", "Tomorrow morning" if is_tomorrow else "Next opening", tomorrow, location)]
    return choices if tomorrow == week else [*choices, _choice("week", "Next week", week, location)]


def _opens(location: Location, *, day_offset: int, now: datetime) -> datetime:
    """The first opening on that day or after it; eight o'clock of that day where nothing says when."""
    week = configuration.week_at(location, now=now)
    first = now.astimezone(location.zone).date() + timedelta(days=day_offset)
    for offset in range(_DAYS_AHEAD):
        day = first + timedelta(days=offset)
        ranges = week.ranges or ALWAYS_OPEN
        for start, _ in open_intervals(ranges, week.overrides, location.zone, day, day):
            local = start.astimezone(location.zone)
            return start if local.time() >= _NOT_BEFORE else datetime.combine(day, MORNING, location.zone)
    return datetime.combine(first, MORNING, location.zone)


def _choice(value: str, label: str, at: datetime, location: Location) -> Choice:
    return Choice(value, label, at, spoken(at, location))
