"""The events of a `busy` case as iCalendar text."""

from collections.abc import Mapping, Sequence
from typing import Any


def ics_of(events: Sequence[Mapping[str, Any]], x_wr_timezone: str | None) -> bytes:
    """A whole calendar. Times are ZONE:value with ZONE an IANA name, UTC, DATE, FLOAT or a text that is no zone."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Recoverline//Cases//EN"]
    if x_wr_timezone:
        lines.append(f"X-WR-TIMEZONE:{x_wr_timezone}")
    for event in events:
        lines += ["BEGIN:VEVENT", *_event(event), "END:VEVENT"]
    return "\r\n".join([*lines, "END:VCALENDAR", ""]).encode()


def _event(event: Mapping[str, Any]) -> list[str]:
    lines = [f"UID:{event['uid']}", "DTSTAMP:20200101T000000Z", "SUMMARY:Somebody’s own business, at length"]
    for name in ("dtstart", "dtend", "recurrence_id"):
        if event.get(name) is not None:
            lines.append(_time(name.upper().replace("_", "-"), event[name]))
    lines += [_time("EXDATE", excluded) for excluded in event.get("exdate") or []]
    for name in ("duration", "rrule", "sequence", "status", "transp"):
        if event.get(name) is not None:
            lines.append(f"{name.upper()}:{event[name]}")
    return lines


def _time(name: str, written: str) -> str:
    # From the left, as far as a zone may go: the value has colons of its own, and an unknown zone may as well.
    zone, value = _split(written)
    digits = value.replace("-", "").replace(":", "")
    if zone == "DATE":
        return f"{name};VALUE=DATE:{digits}"
    digits = digits.removesuffix("Z")
    digits = f"{digits}00" if len(digits) == len("20260101T1000") else digits
    if zone == "UTC":
        return f"{name}:{digits}Z"
    if zone == "FLOAT":
        return f"{name}:{digits}"
    quoted = f'"{zone}"' if set(zone) & set(':;, "') else zone
    return f"{name};TZID={quoted}:{digits}"


def _split(written: str) -> tuple[str, str]:
    """The value begins four digits and a hyphen behind the last colon that is followed by such."""
    for at in range(len(written) - 1, -1, -1):
        if written[at] == ":" and written[at + 1 : at + 5].isdigit() and written[at + 5 : at + 6] == "-":
            return written[:at], written[at + 1 :]
    raise ValueError(f"not ZONE:value: {written}")
