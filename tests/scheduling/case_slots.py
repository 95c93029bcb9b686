"""The kind `slots`: open time, taken time and rules of a case as the engine's own values."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from scheduling.availability import Availability, Busy, Grid, Lane, Limits, Visit, full_days, last_bookable_day
from scheduling.intervals import Interval, merge, subtract
from tests.scheduling.case_hours import HOURS, all_of, open_time
from tests.scheduling.case_slots_expected import EXPECTED, Found, problems
from tests.scheduling.case_values import (
    DAY_MINUTES,
    Given,
    NotUnderstood,
    choice,
    clock,
    instant,
    local,
    local_span,
    minutes,
    need,
    refuse_unknown,
    span,
    spans,
    time_at,
    zone_of,
)

_BLOCKING = ("accepted", "confirmed", "hold", None)
_FREE = ("rejected", "cancelled", "denied", "pending")
_INPUT = {
    *("tz", "now", "now_local", "duration", "step", "align", "offset", "grid", "time_from", "time_to"),
    *("ranges", "local_ranges", "date", *HOURS, "resources", "pool", "intersect"),
    *("busy", "bookings", "local_bookings", "local_closures"),
    *("buffer_before", "buffer_after", "buffer_mode"),
    *("notice", "window_days", "window_count", "business_days", "limit_per_day", "limit_minutes_per_day"),
}
_GAPS: dict[str | None, Literal["add", "overlap"]] = {"additive": "add", "overlap": "overlap"}
_ANCHORS: dict[str | None, Literal["opening", "free"]] = {None: "free", "opening": "opening"}
_MONDAY_TO_FRIDAY = (0, 1, 2, 3, 4)
_DAY = timedelta(days=1)


def check(given: Given, expect: Given) -> list[str]:
    refuse_unknown(given, _INPUT, "input")
    refuse_unknown(expect, EXPECTED, "expect")
    zone = zone_of(need(given, "tz"))
    now = instant(given["now"]) if "now" in given else local(need(given, "now_local"), zone)
    closures = [local_span(pair, zone) for pair in given.get("local_closures") or ()]
    bookings = [*_bookings(given), *_local_bookings(given, zone)]
    limits = _limits(given, zone, now, bookings)
    visit = Visit(
        minutes(need(given, "duration")),
        before=minutes(given.get("buffer_before", 0)),
        after=minutes(given.get("buffer_after", 0)),
        gaps=choice(given.get("buffer_mode", "additive"), _GAPS, "buffer_mode"),
    )
    groups = _groups(given, zone, bookings)
    asked = Availability(_without(groups, closures), visit, _grid(given), limits)
    within = _within(given)
    day = date.fromisoformat(given["date"]) if "date" in given else None
    found = Found(asked, _listed(asked, groups, day, within), zone, now, *within)
    return problems(found, expect)


def _listed(
    asked: Availability, groups: Sequence[Sequence[Lane]], day: date | None, within: tuple[time | None, time | None]
) -> list[datetime]:
    """The starts of the case's grid. Closures are taken time: they do not move a grid that counts from openings."""
    listing = replace(asked, groups=groups) if asked.grid.anchor == "opening" else asked
    if day is not None:
        begins = datetime.combine(day, time(0), tzinfo=asked.limits.zone).astimezone(UTC)
        listing = replace(listing, limits=replace(asked.limits, earliest=max(begins, asked.limits.earliest)))
    starts = listing.slots(time_from=within[0], time_to=within[1])
    if day is not None:
        starts = [start for start in starts if start.astimezone(asked.limits.zone).date() == day]
    return [start for start in starts if asked.is_bookable(start)]


# ---------------------------------------------------------------- rules
def _grid(given: Given) -> Grid:
    return Grid(
        minutes(need(given, "step")),
        anchor=choice(given.get("grid"), _ANCHORS, "grid"),
        align=given.get("align", 1),
        offset=minutes(given.get("offset", 0)),
    )


def _limits(given: Given, zone: ZoneInfo, now: datetime, bookings: Sequence[Busy]) -> Limits:
    last_day = None
    if "window_days" in given:
        counted = choice(given.get("window_count", "calendar"), {"calendar": False, "business": True}, "window_count")
        days = frozenset(given.get("business_days", _MONDAY_TO_FRIDAY)) if counted else None
        last_day = last_bookable_day(now, zone, given["window_days"], business_days=days)
    elif "window_count" in given:
        raise NotUnderstood("window_count without window_days")
    most_minutes = given.get("limit_minutes_per_day")
    full = full_days(
        ((booking.start, booking.end) for booking in bookings),
        zone,
        most=given.get("limit_per_day"),
        most_time=None if most_minutes is None else minutes(most_minutes),
    )
    return Limits(zone=zone, earliest=now + minutes(given.get("notice", 0)), last_day=last_day, full_days=full)


def _within(given: Given) -> tuple[time | None, time | None]:
    starts, ends = (None if given.get(name) is None else clock(given[name]) for name in ("time_from", "time_to"))
    if (starts or 0) >= DAY_MINUTES or (ends is not None and not (starts or 0) < ends <= DAY_MINUTES):
        raise NotUnderstood("time_from and time_to must be in order in a day")
    return None if starts is None else time_at(starts), None if ends is None else time_at(ends)


# ---------------------------------------------------------------- lanes
def _groups(given: Given, zone: ZoneInfo, bookings: Sequence[Busy]) -> list[list[Lane]]:
    """One group of everybody for the pool "any", one of each for "all"."""
    if "resources" not in given:
        if "pool" in given:
            raise NotUnderstood("pool without resources")
        return [[_lane(given, {"id": "only"}, zone, bookings)]]
    lanes = [_lane(given, resource, zone, bookings) for resource in given["resources"]]
    is_any = choice(given.get("pool", "any"), {"any": True, "all": False}, "pool")
    return [lanes] if is_any else [[lane] for lane in lanes]


def _lane(given: Given, resource: Given, zone: ZoneInfo, bookings: Sequence[Busy]) -> Lane:
    refuse_unknown(resource, {"id", *HOURS, "busy"}, "resources")
    busy = spans(resource.get("busy", given.get("busy")) or ())
    taken = [*(Busy(start, end) for start, end in busy), *bookings]
    return Lane(need(resource, "id"), _open_time(given, resource, zone), taken)


def _open_time(given: Given, resource: Given, zone: ZoneInfo) -> list[Interval]:
    """What the case opens for a resource; a field that it does not have is the case's own."""
    if "date" not in given:
        return _stretches(given, resource, zone)
    day = date.fromisoformat(given["date"])
    # The night before can spill into the day, and a visit can last beyond it.
    days = timedelta(days=2 + need(given, "duration") // DAY_MINUTES)
    first, last = day - days, day + days
    schedules = []
    for entry in given.get("intersect") or ():
        refuse_unknown(entry, {"tz", *HOURS}, "intersect")
        own_zone = zone_of(entry.get("tz", given["tz"]))
        schedules.append(open_time({**_hours_of(given), **entry}, own_zone, first, last))
    has_hours = any(name in source for source in (given, resource) for name in ("hours", "overrides"))
    if not schedules or "hours" in given or "hours" in resource:
        if not has_hours:
            raise NotUnderstood("date without hours")
        schedules.append(open_time({**_hours_of(given), **_hours_of(resource)}, zone, first, last))
    return all_of(schedules)


def _hours_of(given: Given) -> dict[str, object]:
    return {name: given[name] for name in HOURS if name in given}


def _stretches(given: Given, resource: Given, zone: ZoneInfo) -> list[Interval]:
    if _hours_of(given) or _hours_of(resource) or "intersect" in given:
        raise NotUnderstood("hours without a date")
    if "ranges" in given and "local_ranges" not in given:
        return merge(span(pair) for pair in given["ranges"])
    if "local_ranges" in given and "ranges" not in given:
        return merge(local_span(pair, zone) for pair in given["local_ranges"])
    raise NotUnderstood("no open time, or two kinds of it")


def _without(groups: Sequence[Sequence[Lane]], closures: Sequence[Interval]) -> list[list[Lane]]:
    """Closed time has no gaps around it, not even the visit's own, so it is not open rather than taken."""
    return [[replace(lane, open=subtract(lane.open, closures)) for lane in group] for group in groups]


# ---------------------------------------------------------------- bookings
def _bookings(given: Given) -> Iterator[Busy]:
    for row in given.get("bookings") or ():
        refuse_unknown(row, {"start", "end", "status", "before", "after", "service"}, "bookings")
        if _blocks(row.get("status")):
            start, end = span([row["start"], row["end"]])
            yield Busy(start, end, minutes(row.get("before", 0)), minutes(row.get("after", 0)))


def _local_bookings(given: Given, zone: ZoneInfo) -> Iterator[Busy]:
    for row in given.get("local_bookings") or ():
        if not 2 <= len(row) <= 5:
            raise NotUnderstood(f"a local booking of {len(row)} values")
        before, after = (row[index] if len(row) > index else 0 for index in (3, 4))
        if _blocks(row[2] if len(row) > 2 else None):
            start, end = local_span(row[:2], zone)
            yield Busy(start, end, minutes(before), minutes(after))


def _blocks(status: str | None) -> bool:
    return choice(status, {**dict.fromkeys(_BLOCKING, True), **dict.fromkeys(_FREE, False)}, "status")
