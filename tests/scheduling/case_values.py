"""What the cases share: their ways to write a time, and the refusal of whatever has not been understood.

A field that an adapter does not know must fail its case: passed over in silence, it would have proven nothing.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import UTC, datetime, time, timedelta
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from recoverline.lib.zones import valid_zone
from scheduling.intervals import Interval

# The decoded object of a case: what may stand in it depends on its kind.
Given = Mapping[str, Any]
DAY_MINUTES = 24 * 60
T = TypeVar("T")


class NotUnderstood(Exception):
    """The case says something that its adapter cannot read."""


def refuse_unknown(given: Given, known: Collection[str], where: str) -> None:
    unknown = sorted(set(given) - set(known))
    if unknown:
        raise NotUnderstood(f"unknown in {where}: {', '.join(unknown)}")


def need(given: Given, name: str) -> Any:
    if name not in given:
        raise NotUnderstood(f"{name} is missing")
    return given[name]


def choice(chosen: str | None, choices: Mapping[str | None, T], name: str) -> T:
    if chosen not in choices:
        raise NotUnderstood(f"unknown {name}: {chosen}")
    return choices[chosen]


def zone_of(name: str) -> ZoneInfo:
    if not valid_zone(name):
        raise NotUnderstood(f"no such zone: {name}")
    return ZoneInfo(name)


def instant(written: str) -> datetime:
    """An instant such as 2026-03-08T07:00:00Z, in UTC."""
    moment = datetime.fromisoformat(written)
    if moment.tzinfo is None:
        raise NotUnderstood(f"an instant without a zone: {written}")
    return moment.astimezone(UTC)


def wall(written: str) -> datetime:
    """A local time such as 2026-03-08T02:30, naive."""
    moment = datetime.fromisoformat(written)
    if moment.tzinfo is not None:
        raise NotUnderstood(f"a local time with a zone: {written}")
    return moment


def local(written: str, zone: ZoneInfo) -> datetime:
    """The instant of a local time: one that is skipped moves forward, one that is repeated means the first."""
    return wall(written).replace(tzinfo=zone, fold=0).astimezone(UTC)


def wall_at(moment: datetime, zone: ZoneInfo) -> datetime:
    return moment.astimezone(zone).replace(tzinfo=None)


def clock(written: str) -> int:
    """HH:MM as minutes since midnight; 24:00 and what follows it are legal."""
    hours, colon, minutes = written.partition(":")
    if not (colon and hours.isdecimal() and minutes.isdecimal() and int(minutes) < 60):
        raise NotUnderstood(f"not a time of day: {written}")
    return int(hours) * 60 + int(minutes)


def time_at(minutes: int) -> time:
    """The time of day; 24:00 is 00:00."""
    return time(minutes // 60 % 24, minutes % 60)


def span(pair: Sequence[str]) -> Interval:
    start, end = pair
    return instant(start), instant(end)


def local_span(pair: Sequence[str], zone: ZoneInfo) -> Interval:
    start, end = pair
    return local(start, zone), local(end, zone)


def minutes(count: float) -> timedelta:
    return timedelta(minutes=count)


def compare(name: str, wanted: object, found: object) -> list[str]:
    """Nothing when they are equal, else one sentence."""
    return [] if wanted == found else [f"{name}: expected {shown(wanted)}, found {shown(found)}"]


def shown(value: object) -> str:
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    if isinstance(value, list | tuple):
        return f"[{', '.join(shown(item) for item in value)}]"
    return str(value)


def spans(pairs: Iterable[Sequence[str]]) -> list[Interval]:
    return [span(pair) for pair in pairs]
