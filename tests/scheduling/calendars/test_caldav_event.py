"""An event of ours as people and their programs left it."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from scheduling.calendars.caldav_event import Seen, Unreadable, read_event, uid_in

ZONE = ZoneInfo("America/New_York")
TEN, ELEVEN = datetime(2026, 6, 18, 14, tzinfo=UTC), datetime(2026, 6, 18, 15, tzinfo=UTC)


def event(*lines: str) -> str:
    return "\r\n".join(["BEGIN:VCALENDAR", "VERSION:2.0", "BEGIN:VEVENT", *lines, "END:VEVENT", "END:VCALENDAR", ""])


@pytest.mark.parametrize(
    "lines",
    [
        ("DTSTART:20260618T140000Z", "DTEND:20260618T150000Z"),
        ("DTSTART;TZID=America/New_York:20260618T100000", "DTEND;TZID=America/Chicago:20260618T100000"),
        ("DTSTART:20260618T100000", "DTEND:20260618T110000"),
        ("DTSTART;TZID=Nowhere:20260618T100000", "DTEND;TZID=Nowhere:20260618T110000"),
        ("DTSTART:20260618T140000Z", "DURATION:PT1H"),
    ],
)
def test_the_same_hour_in_many_spellings(lines: tuple[str, ...]) -> None:
    assert read_event(event("UID:a", *lines), zone=ZONE) == Seen(TEN, ELEVEN)


def test_a_canceled_event() -> None:
    text = event("UID:a", "DTSTART:20260618T140000Z", "DTEND:20260618T150000Z", "STATUS:Cancelled")
    assert read_event(text, zone=ZONE) == Seen(TEN, ELEVEN, is_canceled=True)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "it cannot be read"),
        ("nonsense", "it cannot be read"),
        (event("UID:a")[:-30], "it cannot be read"),
        ("BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n", "there is no event in it any more"),
        (event("UID:a").replace("VEVENT", "VTODO"), "there is no event in it any more"),
        (event("UID:a", "DTSTART:20260618T140000Z", "DTEND:20260618T150000Z", "RRULE:FREQ=DAILY"),
         "it was made a series"),
        (event("UID:a", "DTSTART:20260618T140000Z", "DTEND:20260618T150000Z", "RDATE:20260619T140000Z"),
         "it was made a series"),
        (event("UID:a", "DTSTART:20260618T140000Z", "DTEND:20260618T150000Z", "END:VEVENT", "BEGIN:VEVENT", "UID:a"),
         "it was made a series"),
        (event("UID:a", "DTSTART;VALUE=DATE:20260618"), "it was made an event of a whole day"),
        (event("UID:a", "DTSTART:20260618T140000Z"), "it has no end"),
        (event("UID:a", "DTEND:20260618T150000Z"), "it has no time"),
        (event("UID:a", "DTSTART:20260618T140000Z", "DTEND:20260618T140000Z"), "it ends before it begins"),
        (event("UID:a", "DTSTART:20260618T150000Z", "DTEND:20260618T140000Z"), "it ends before it begins"),
        (event("UID:a", "DTSTART:tomorrow", "DTEND:20260618T140000Z"), "it has no time"),
        (event("UID:a", "DTSTART:20260618T140000Z", "DTSTART:20260619T140000Z", "DTEND:20260618T150000Z"),
         "it has no time"),
    ],
)  # fmt: skip
def test_what_could_not_be_one_appointment(text: str, why: str) -> None:
    with pytest.raises(Unreadable) as unreadable:
        read_event(text, zone=ZONE)
    assert str(unreadable.value) == why


def test_the_uid_in_an_object() -> None:
    assert uid_in(event("UID:a@b", "DTSTART:20260618T140000Z")) == "a@b"
    assert [uid_in(text) for text in ("", "nonsense", event("SUMMARY:x"))] == ["", "", ""]
