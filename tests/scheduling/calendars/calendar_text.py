"""iCalendar text for tests of our reader, and what it says of it."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from scheduling.calendars.reading import CalendarUnreadable, busy_in, read
from scheduling.intervals import Interval

NEW_YORK = ZoneInfo("America/New_York")
START, END = datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 4, 1, tzinfo=UTC)


def calendar(*parts: str) -> bytes:
    return "\r\n".join(["BEGIN:VCALENDAR", "VERSION:2.0", *parts, "END:VCALENDAR", ""]).encode()


def event(*lines: str, uid: str = "one") -> str:
    return "\r\n".join(["BEGIN:VEVENT", f"UID:{uid}", *lines, "END:VEVENT"])


def at(day: int, hour: int = 0, minute: int = 0) -> datetime:
    return datetime(2026, 3, day, hour, minute, tzinfo=UTC)


def busy(*parts: str, start: datetime = START, end: datetime = END) -> list[Interval]:
    return busy_in(calendar(*parts), zone=NEW_YORK, start=start, end=end)


def refusal(text: bytes) -> str:
    with pytest.raises(CalendarUnreadable) as refused:
        read(text, zone=NEW_YORK, start=START, end=END)
    return str(refused.value)


HOUR = ("DTSTART:20260310T150000Z", "DTEND:20260310T160000Z")
THAT_HOUR = (at(10, 15), at(10, 16))
NINE_LOCAL = "20260310T090000"


def own_zone(offset: str) -> str:
    lines = [
        "BEGIN:VTIMEZONE", "TZID:Office", "X-LIC-LOCATION:Office", "BEGIN:STANDARD", "DTSTART:19700101T000000",
        f"TZOFFSETFROM:{offset}", f"TZOFFSETTO:{offset}", "X-ODD:1", "END:STANDARD", "END:VTIMEZONE",
    ]  # fmt: skip
    return "\r\n".join(lines)
