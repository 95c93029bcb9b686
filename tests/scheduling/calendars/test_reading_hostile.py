"""Calendars as nobody should write them: refused in a sentence, in time, whatever they hold."""

import sys
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scheduling.calendars import reading, reduction
from scheduling.calendars.reading import CalendarUnreadable, read
from tests.scheduling.calendars.calendar_text import (
    END,
    HOUR,
    NEW_YORK,
    NINE_LOCAL,
    START,
    busy,
    calendar,
    event,
    own_zone,
    refusal,
)

TOO_MUCH = "The calendar has events that repeat too often, or too many of them."
NO_CALENDAR = "This is not a calendar in iCal format."


# ---------------------------------------------------------------- no calendar, or a hostile one
@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (b"", NO_CALENDAR),
        (b"\r\n\r\n", NO_CALENDAR),
        (b"<!doctype html><title>Sign in</title>", NO_CALENDAR),
        (b"BEGIN:VEVENT\r\nEND:VEVENT\r\n", NO_CALENDAR),
        (b"BEGIN:VCARD\r\nEND:VCARD\r\n", NO_CALENDAR),
        (b"\x00" * 100, NO_CALENDAR),
        (bytes(range(256)), NO_CALENDAR),
        (calendar(event(*HOUR))[:-15], "The calendar ends in the middle."),
        (calendar(event(*HOUR))[:80], "The calendar ends in the middle."),
        (b"BEGIN:VCALENDAR\r\nEND:VEVENT\r\n", "The calendar is damaged: its parts do not end where they should."),
        (b"BEGIN:VCALENDAR\n" + b"BEGIN:VEVENT\n" * 100_000, "The calendar is nested too deeply."),
        (b"BEGIN:VCALENDAR" + b"\r\n " * 1_600_000, "The calendar ends in the middle."),
        (b" " * 5_000_001, "The calendar is larger than 5,000,000 bytes."),
        (
            calendar(event(*HOUR, "EXDATE:" + "20260310T150000Z," * 10_000)),
            "The calendar has a line that is longer than any event needs.",
        ),
        (calendar(*[event(*HOUR)] * 20_001), "The calendar has more than 20,000 events."),
        (
            calendar(*[event(f"DTSTART;TZID=Zone{number}:{NINE_LOCAL}") for number in range(701)]),
            "The calendar names more time zones than there are.",
        ),
    ],
)
def test_what_is_no_calendar_is_refused_in_a_sentence(text: bytes, sentence: str) -> None:
    assert refusal(text) == sentence


@pytest.mark.parametrize(
    "rules",
    [
        ("FREQ=SECONDLY",),
        ("FREQ=MINUTELY;INTERVAL=7",),
        ("FREQ=SECONDLY;BYMONTH=2;BYMONTHDAY=30",),
        ("FREQ=DAILY;BYHOUR=" + ",".join(map(str, range(24))) + ";BYMINUTE=" + ",".join(map(str, range(60))),),
        ("FREQ=DAILY;BYMONTHDAY=" + ",".join(["1"] * 300),),
        tuple(f"FREQ=DAILY;INTERVAL={interval}" for interval in range(1, 30)),
    ],
)
def test_rules_that_no_calendar_program_writes_are_refused(rules: tuple[str, ...]) -> None:
    lines = [f"RRULE:{rule}" for rule in rules]
    assert refusal(calendar(event(*HOUR, *lines))) == TOO_MUCH
    # Nobody is kept from anything by a free one.
    assert busy(event(*HOUR, *lines, "TRANSP:TRANSPARENT")) == []


@pytest.mark.parametrize(
    "rule",
    ["FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30", "FREQ=HOURLY;BYMONTH=2;BYMONTHDAY=30", "FREQ=MINUTELY;COUNT=999999999"],
)
def test_work_is_limited_also_where_a_rule_has_no_next_date(rule: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "MAX_WORK", 100_000)
    assert refusal(calendar(event("DTSTART:20100101T000000Z", "DURATION:PT1M", f"RRULE:{rule}"))) == TOO_MUCH


def test_work_is_limited_also_in_the_definition_of_a_zone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "MAX_WORK", 100_000)
    restless = own_zone("+0300").replace(
        "END:STANDARD",
        "END:STANDARD\r\nBEGIN:DAYLIGHT\r\nDTSTART:19700101T000000\r\nTZOFFSETFROM:+0300\r\nTZOFFSETTO:+0400\r\n"
        "RRULE:FREQ=SECONDLY\r\nEND:DAYLIGHT",
    )
    assert refusal(calendar(restless, event(f"DTSTART;TZID=Office:{NINE_LOCAL}", "DURATION:PT1H"))) == TOO_MUCH


def test_the_processors_time_is_limited_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "MAX_SECONDS", 0.0)
    assert refusal(calendar(event("DTSTART:20000101T000000Z", "DURATION:PT1H", "RRULE:FREQ=DAILY"))) == TOO_MUCH


def test_more_busy_times_than_a_diary_has_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "MAX_BUSY", 10)
    daily = ("DTSTART:20260301T150000Z", "DURATION:PT1H")
    assert len(busy(event(*daily, "RRULE:FREQ=DAILY;COUNT=10"))) == 10
    assert refusal(calendar(event(*daily, "RRULE:FREQ=DAILY;COUNT=11"))) == TOO_MUCH
    assert refusal(calendar(*[event(*daily, uid=str(number)) for number in range(11)])) == TOO_MUCH


def test_a_series_that_is_split_too_often_is_refused() -> None:
    series = event("DTSTART:20260301T150000Z", "DURATION:PT1H", "RRULE:FREQ=DAILY")
    splits = [
        event(f"RECURRENCE-ID;RANGE=THISANDFUTURE:20260301T15{number:02}00Z", *HOUR)
        for number in range(reading.MAX_SPLITS + 1)
    ]
    assert refusal(calendar(series, *splits)) == TOO_MUCH


def test_ten_thousand_events_stay_far_below_the_limit_of_work(monkeypatch: pytest.MonkeyPatch) -> None:
    """A fifth of the limit, which is about ten seconds of one processor: two seconds for a decade of appointments."""
    monkeypatch.setattr(reading, "MAX_WORK", reading.MAX_WORK // 5)
    many = [
        event(
            f"DTSTART;TZID=America/New_York:2026{1 + n % 12:02}{1 + n % 28:02}T{n % 24:02}0000",
            "DURATION:PT1H",
            uid=str(n),
        )
        for n in range(9_900)
    ]
    weekly = ("DTSTART:20160101T150000Z", "DURATION:PT1H", "RRULE:FREQ=WEEKLY")
    series = [event(*weekly, uid=f"weekly {n}") for n in range(100)]
    found = read(calendar(*many, *series), zone=NEW_YORK, start=START, end=START + timedelta(days=400))
    # Ten months of the single ones, 57 Fridays of each series.
    assert (len(found.busy), found.skipped) == (9_900 // 12 * 10 + 100 * 57, 0)


def test_the_interpreters_hook_is_put_back(monkeypatch: pytest.MonkeyPatch) -> None:
    before = sys.getprofile()
    busy(event(*HOUR, "RRULE:FREQ=DAILY"))
    monkeypatch.setattr(reading, "MAX_WORK", 10)
    refusal(calendar(event(*HOUR, "RRULE:FREQ=DAILY")))
    assert sys.getprofile() is before


# ---------------------------------------------------------------- whatever comes
LINES = st.sampled_from(
    [
        "BEGIN:VCALENDAR", "END:VCALENDAR", "BEGIN:VEVENT", "END:VEVENT", "BEGIN:VTIMEZONE", "END:VTIMEZONE",
        "BEGIN:STANDARD", "END:STANDARD", "TZID:Office", "TZOFFSETTO:+0100", "TZOFFSETFROM:+9999", "UID:one", "UID:",
        "DTSTART:20260310T150000Z", "DTSTART;TZID=Office:20260310T150000", "DTSTART;VALUE=DATE:20260310",
        "DTEND:20260310T140000Z", "DTEND;VALUE=DATE:20260312", "DURATION:PT1H", "DURATION:-P1D", "RRULE:FREQ=DAILY",
        "RRULE:FREQ=YEARLY;BYEASTER=0", "RRULE:FREQ=MONTHLY;BYSETPOS=-1;BYDAY=FR", "RRULE:;;==", "EXDATE:20260310",
        "EXDATE;TZID=Office:20260311T150000,20260312T150000", "RDATE:20260320T150000Z", "RDATE:",
        "RECURRENCE-ID:20260310T150000Z", "RECURRENCE-ID;RANGE=THISANDFUTURE:20260310", "SEQUENCE:1", "SEQUENCE:-",
        "STATUS:CANCELLED", "TRANSP:", "X-WR-TIMEZONE:America/Chicago", "X-WR-TIMEZONE:", ":", ";", " folded", "\x00",
    ]
)  # fmt: skip


def is_sound(text: bytes) -> bool:
    """Either a sentence, or sorted intervals with a length that touch the window."""
    try:
        found = read(text, zone=NEW_YORK, start=START, end=END).busy
    except CalendarUnreadable as refused:
        return str(refused).endswith(".")
    return found == sorted(found) and all(a < b and a < END and b > START for a, b in found)


@settings(max_examples=300, deadline=None)
@given(st.lists(LINES, max_size=25), st.booleans())
def test_lines_in_any_order(lines: list[str], is_wrapped: bool) -> None:
    body = "\n".join(lines)
    assert is_sound(
        (f"BEGIN:VCALENDAR\nBEGIN:VEVENT\n{body}\nEND:VEVENT\nEND:VCALENDAR" if is_wrapped else body).encode()
    )


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=400))
def test_any_bytes(noise: bytes) -> None:
    assert is_sound(noise)
    assert is_sound(b"BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART:" + noise + b"\nEND:VEVENT\nEND:VCALENDAR\n")


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_a_calendar_with_a_piece_cut_out_or_flipped(data: st.DataObject) -> None:
    whole = calendar(
        own_zone("+0300"), event(*HOUR, "RRULE:FREQ=WEEKLY;BYDAY=TU"), event("DTSTART;TZID=Office:20260310T090000")
    )
    first = data.draw(st.integers(0, len(whole) - 1))
    last = data.draw(st.integers(first, min(len(whole), first + 20)))
    assert is_sound(whole[:first] + data.draw(st.binary(max_size=5)) + whole[last:])


def test_what_is_private_goes_no_further_than_the_reduction() -> None:
    text = calendar(
        event(*HOUR, "SUMMARY:Biopsy", "DESCRIPTION:of my knee", "ATTENDEE:mailto:a@example.com", "LOCATION:Clinic")
    )
    assert reduction.reduce_text(text) == reduction.Reduced(
        events=["BEGIN:VEVENT\r\nUID:one\r\nDTSTART:20260310T150000Z\r\nDTEND:20260310T160000Z\r\nEND:VEVENT\r\n"]
    )
