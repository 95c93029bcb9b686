"""The kinds `send_window`, `in_window` and `offset`: when an automatic text may go out, and when it is due.

`in_window` asks the rule itself, `scheduling.send_times.in_window`, and then whether quiet hours
(`scheduling.quiet_hours`, which merge windows of several places) say the same of that one place.
"""

from datetime import UTC, datetime, time, timedelta

from recoverline.lib.zones import valid_zone
from scheduling.quiet_hours import Rule, Whereabouts, is_allowed
from scheduling.send_times import SendWindow, Unit, due_at, in_window, next_allowed
from tests.scheduling.case_values import (
    DAY_MINUTES,
    Given,
    NotUnderstood,
    choice,
    clock,
    compare,
    instant,
    local,
    need,
    refuse_unknown,
    time_at,
    wall,
    wall_at,
    zone_of,
)

_UNITS: dict[str | None, Unit] = {"minutes": "minutes", "hours": "hours", "days": "days", "weeks": "weeks"}


def check_send_window(given: Given, expect: Given) -> list[str]:
    refuse_unknown(given, {"at_utc", "tz", "window", "days", "hour", "default_tz"}, "input")
    refuse_unknown(expect, {"at_local", "at_utc"}, "expect")
    name = need(given, "tz")
    zone = zone_of(name if valid_zone(name) else need(given, "default_tz"))
    window = given.get("window")
    found = next_allowed(
        wall(need(given, "at_utc")).replace(tzinfo=UTC),
        zone=zone,
        window=None if window is None else _window(clock(window[0]), clock(window[1])),
        weekdays=given.get("days"),
        at_time=_time_of_day(given.get("hour")),
    )
    problems: list[str] = []
    if "at_utc" in expect:
        problems += compare("at_utc", _utc(expect["at_utc"]), found)
    if "at_local" in expect and found != local(expect["at_local"], zone):
        # A repeated local time may be meant the second time.
        problems += compare("at_local", wall(expect["at_local"]), wall_at(found, zone))
    return problems


def check_in_window(given: Given, expect: Given) -> list[str]:
    refuse_unknown(given, {"now", "tz", "start_hour", "end_hour"}, "input")
    refuse_unknown(expect, {"allowed"}, "expect")
    window = _window(_minutes(need(given, "start_hour")), _minutes(need(given, "end_hour")))
    at, zone = instant(need(given, "now")), zone_of(need(given, "tz"))
    found = in_window(at, zone=zone, starts=window.starts, ends=window.ends, next_day=window.next_day)
    problems = compare("allowed", need(expect, "allowed"), found)
    if not window.next_day:
        # No law has hours over midnight.
        quiet = is_allowed(at, [Whereabouts(zone)], [Rule("", "", window.starts, window.ends)])
        problems += compare("allowed by quiet hours", found, quiet)
    return problems


def check_offset(given: Given, expect: Given) -> list[str]:
    refuse_unknown(given, {"tz", "now_local", "start_local", "offset", "unit", "delivery_hour"}, "input")
    refuse_unknown(expect, {"at_local"}, "expect")
    zone = zone_of(need(given, "tz"))
    found = due_at(
        local(need(given, "start_local"), zone),
        zone=zone,
        amount=need(given, "offset"),
        unit=choice(need(given, "unit"), _UNITS, "unit"),
        at_time=_time_of_day(given.get("delivery_hour")),
        now=local(need(given, "now_local"), zone),
    )
    wanted = need(expect, "at_local")
    if wanted is None or found is None:
        return compare("at_local", wanted, found)
    return [] if found == local(wanted, zone) else compare("at_local", wall(wanted), wall_at(found, zone))


def _window(starts: int, ends: int) -> SendWindow:
    """A case writes a window over midnight as one that ends before it starts, as with hours."""
    if starts >= DAY_MINUTES or ends > 2 * DAY_MINUTES:
        raise NotUnderstood("a window that does not begin in its own day")
    next_day = ends <= starts or ends > DAY_MINUTES
    return SendWindow(time_at(starts), time_at(ends), next_day and ends % DAY_MINUTES != 0)


def _minutes(hour: int | str) -> int:
    return clock(hour) if isinstance(hour, str) else hour * 60


def _time_of_day(hour: int | str | None) -> time | None:
    if hour is None:
        return None
    if _minutes(hour) >= DAY_MINUTES:
        raise NotUnderstood(f"not within a day: {hour}")
    return time_at(_minutes(hour))


def _utc(written: str) -> datetime:
    moment = datetime.fromisoformat(written)
    if moment.utcoffset() not in (None, timedelta(0)):
        raise NotUnderstood(f"not in UTC: {written}")
    return moment.replace(tzinfo=UTC)
