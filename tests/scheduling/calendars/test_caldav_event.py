"""An event of ours as people and their programs left it."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from scheduling.calendars import reading
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
        ("DTSTART:20260618T140000Z", "DTSTART:20260619T140000Z", "DTEND:20260618T150000Z"),  # the first, as in feeds
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
        (event("UID:a", "DTSTART:tomorrow", "DTEND:20260618T140000Z"), "its times cannot be read"),
        (event("UID:a", "DTSTART:20260618T140000Z", "DURATION:P3000000D"), "its times cannot be read"),
        (event("UID:a", "DTSTART:20260618T140000Z", "DURATION:P" + "9" * 30 + "D"), "it has no end"),
        (event("UID:a", "DTSTART:20260618T140000Z", "DURATION:P300000D"), "it lies too far away"),
        (event("UID:a", "DTSTART:00010101T000000Z", "DTEND:00010101T010000Z"), "it lies too far away"),
        (event("UID:a", "DTSTART;TZID=Asia/Tokyo:00010101T000000", "DTEND:20260618T140000Z"),
         "its times cannot be read"),
        (event("UID:a", "DTSTART:99991231T230000", "DTEND:99991231T235900"), "its times cannot be read"),
        (event("UID:a", "DTSTART:99991231T230000Z", "DTEND:99991231T235900Z"), "it lies too far away"),
    ],
)  # fmt: skip
def test_what_could_not_be_one_appointment(text: str, why: str) -> None:
    with pytest.raises(Unreadable) as unreadable:
        read_event(text, zone=ZONE)
    assert str(unreadable.value) == why


def test_the_uid_in_an_object() -> None:
    assert uid_in(event("UID:a@b", "DTSTART:20260618T140000Z")) == "a@b"
    assert [uid_in(text) for text in ("", "nonsense", event("SUMMARY:x"))] == ["", "", ""]


def zoned(name: str, *offsets: str, rule: str = "TZNAME:X") -> str:
    """10 to 11 in a zone that the object itself defines."""
    definition = ["BEGIN:VTIMEZONE", f"TZID:{name}"]
    for offset in offsets:
        definition += ["BEGIN:STANDARD", "DTSTART:16010101T000000", rule]
        definition += [f"TZOFFSETFROM:{offset}", f"TZOFFSETTO:{offset}", "END:STANDARD"]
    definition += ["END:VTIMEZONE", "BEGIN:VEVENT"]
    hour = event("UID:a", f"DTSTART;TZID={name}:20260618T100000", f"DTEND;TZID={name}:20260618T110000")
    return hour.replace("BEGIN:VEVENT", "\r\n".join(definition))


@pytest.mark.parametrize("offsets", [("+1300", "-0500"), ("-0500", "+1300")])
def test_what_one_object_calls_its_zone_is_nothing_to_another(offsets: tuple[str, str]) -> None:
    name = f"Customized Time Zone {offsets[0]}"  # met by nobody in this process so far
    hours = {"+1300": datetime(2026, 6, 17, 21, tzinfo=UTC), "-0500": datetime(2026, 6, 18, 15, tzinfo=UTC)}
    seen = [read_event(zoned(name, offset), zone=ZONE) for offset in (*offsets, offsets[0])]
    assert [one.starts_at for one in seen] == [hours[offset] for offset in (*offsets, offsets[0])]
    assert [one.ends_at - one.starts_at for one in seen] == [timedelta(hours=1)] * 3


def test_nor_does_asking_for_an_id_teach_anybody_a_zone() -> None:
    assert uid_in(zoned("Learned Time Zone", "+1300")) == "a"
    assert read_event(zoned("Learned Time Zone", "-0500"), zone=ZONE).starts_at == datetime(2026, 6, 18, 15, tzinfo=UTC)


def test_a_zone_that_changes_every_second_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "MAX_WORK", 100_000)
    with pytest.raises(Unreadable, match=r"^its times cannot be read$"):
        read_event(zoned("Restless", "+0100", "+0200", rule="RRULE:FREQ=SECONDLY"), zone=ZONE)
