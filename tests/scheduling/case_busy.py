"""The kind `busy`: a calendar's events to the time that they block, through the reader of real feeds."""

from typing import Any

from scheduling.calendars.reading import busy_in
from scheduling.intervals import merge
from tests.scheduling.calendars.case_calendar import ics_of
from tests.scheduling.case_values import Given, compare, need, refuse_unknown, shown, span, spans, zone_of

_EVENT = {
    *("uid", "dtstart", "dtend", "duration", "rrule", "exdate"),
    *("recurrence_id", "sequence", "status", "transp"),
}


def check(given: Given, expect: Given) -> list[str]:
    refuse_unknown(given, {"default_tz", "x_wr_timezone", "window", "events"}, "input")
    refuse_unknown(expect, {"busy", "busy_merged", "count", "contains"}, "expect")
    events: list[dict[str, Any]] = need(given, "events")
    for event in events:
        refuse_unknown(event, _EVENT, "events")
    start, end = span(need(given, "window"))
    calendar = ics_of(events, given.get("x_wr_timezone"))
    found = busy_in(calendar, zone=zone_of(need(given, "default_tz")), start=start, end=end)
    problems: list[str] = []
    if "busy" in expect:
        problems += compare("busy", spans(expect["busy"]), found)
    if "busy_merged" in expect:
        problems += compare("busy_merged", spans(expect["busy_merged"]), merge(found))
    if "count" in expect:
        problems += compare("count", expect["count"], len(found))
    missing = [interval for interval in spans(expect.get("contains") or ()) if interval not in found]
    if missing:
        problems.append(f"contains: without {shown(missing)}, found {shown(found)}")
    return problems
