"""Calendars as people and programs write them: what blocks, and when."""

from datetime import UTC, datetime

import pytest

from scheduling.calendars.reading import busy_in, read
from tests.scheduling.calendars.calendar_text import (
    END,
    HOUR,
    NEW_YORK,
    NINE_LOCAL,
    START,
    THAT_HOUR,
    at,
    busy,
    calendar,
    event,
    own_zone,
)


# ---------------------------------------------------------------- what blocks
@pytest.mark.parametrize(
    ("line", "blocks"),
    [
        ("STATUS:CONFIRMED", True),
        ("STATUS:TENTATIVE", True),
        ("STATUS:CANCELLED", False),
        ("STATUS:cancelled", False),
        ("TRANSP:OPAQUE", True),
        ("TRANSP:TRANSPARENT", False),
    ],
)
def test_canceled_and_free_events_do_not_block(line: str, blocks: bool) -> None:
    assert busy(event(*HOUR, line)) == ([THAT_HOUR] if blocks else [])


def test_a_free_series_with_one_busy_date_blocks_that_date() -> None:
    series = event("DTSTART:20260309T150000Z", "DURATION:PT1H", "RRULE:FREQ=DAILY;COUNT=5", "TRANSP:TRANSPARENT")
    changed = event("RECURRENCE-ID:20260311T150000Z", "DTSTART:20260311T180000Z", "DURATION:PT1H")
    assert busy(series, changed) == [(at(11, 18), at(11, 19))]


def test_times_of_no_length_do_not_block_but_a_day_without_an_end_does() -> None:
    assert busy(event("DTSTART:20260310T150000Z")) == []
    assert busy(event("DTSTART:20260310T150000Z", "DTEND:20260310T150000Z")) == []
    day = [(at(10, 4), at(11, 4))]
    assert busy(event("DTSTART;VALUE=DATE:20260310")) == day
    assert busy(event("DTSTART;VALUE=DATE:20260310", "DTEND;VALUE=DATE:20260310")) == day


def test_a_whole_day_is_as_long_as_the_day_is_there() -> None:
    """The clocks went forward on the 8th."""
    assert busy(event("DTSTART;VALUE=DATE:20260308", "DTEND;VALUE=DATE:20260309")) == [(at(8, 5), at(9, 4))]


def test_what_touches_the_window_is_whole_sorted_and_not_merged() -> None:
    parts = [
        event("DTSTART:20260310T160000Z", "DTEND:20260310T180000Z", uid="b"),
        event("DTSTART:20260310T130000Z", "DTEND:20260310T170000Z", uid="a"),
        event("DTSTART:20260310T120000Z", "DTEND:20260310T150000Z", uid="ends when it begins"),
        event("DTSTART:20260310T173000Z", "DTEND:20260310T180000Z", uid="begins when it ends"),
    ]
    found = busy(*parts, start=at(10, 15), end=at(10, 17, 30))
    assert found == [(at(10, 13), at(10, 17)), (at(10, 16), at(10, 18))]


def test_a_series_blocks_its_nominal_length_in_the_hour_that_is_skipped() -> None:
    series = event(
        "DTSTART;TZID=America/New_York:20260307T023000", "DTEND;TZID=America/New_York:20260307T030000",
        "RRULE:FREQ=DAILY;COUNT=3",
    )  # fmt: skip
    assert busy(series) == [
        (at(7, 7, 30), at(7, 8)),
        (at(8, 7, 30), at(8, 8)),
        (at(9, 6, 30), at(9, 7)),
    ]


def test_an_event_of_centuries_blocks_the_window() -> None:
    long = (datetime(1, 1, 2, tzinfo=UTC), datetime(9999, 12, 30, tzinfo=UTC))
    assert busy(event("DTSTART:00010102T000000Z", "DTEND:99991230T000000Z")) == [long]


def test_the_higher_sequence_of_one_event_counts() -> None:
    moved = event("DTSTART:20260310T180000Z", "DTEND:20260310T190000Z", "SEQUENCE:2")
    assert busy(event(*HOUR, "SEQUENCE:1"), moved) == [(at(10, 18), at(10, 19))]
    assert busy(moved, event(*HOUR, "SEQUENCE:1")) == [(at(10, 18), at(10, 19))]


def test_this_and_all_following_dates_move() -> None:
    series = event("DTSTART:20260309T150000Z", "DURATION:PT1H", "RRULE:FREQ=DAILY;COUNT=4")
    later = event("RECURRENCE-ID;RANGE=THISANDFUTURE:20260311T150000Z", "DTSTART:20260311T170000Z", "DURATION:PT1H")
    hours = [start.hour for start, _ in busy(series, later)]
    assert hours == [15, 15, 17, 17]
    # The same where the calendar names a zone of its own, so that its times are rewritten.
    assert [start.hour for start, _ in busy("X-WR-TIMEZONE:UTC", series, later)] == hours


def test_extra_dates_and_periods() -> None:
    parts = event(*HOUR, "RDATE:20260312T150000Z", "RDATE;VALUE=PERIOD:20260313T150000Z/PT3H")
    assert busy(parts) == [THAT_HOUR, (at(12, 15), at(12, 16)), (at(13, 15), at(13, 18))]


def test_other_components_and_alarms_are_no_events() -> None:
    todo = "BEGIN:VTODO\r\nUID:t\r\nDTSTART:20260310T120000Z\r\nDUE:20260310T130000Z\r\nEND:VTODO"
    alarm = "BEGIN:VALARM\r\nTRIGGER:-PT15M\r\nDURATION:PT9H\r\nEND:VALARM"
    assert busy(todo, event(*HOUR, alarm)) == [THAT_HOUR]


# ---------------------------------------------------------------- zones
@pytest.mark.parametrize(
    ("zone", "hour"),
    [
        ("", 13),
        (";TZID=America/Chicago", 14),
        (';TZID="America/Chicago"', 14),
        (";TZID=Central Standard Time", 14),
        (";TZID=/example.org/20260101/America/Chicago", 14),
        (";VALUE=DATE-TIME;TZID=America/Chicago;X-OTHER=1", 14),
        (";tzid=America/Chicago", 14),
        (";TZID=Whatever", 13),
        (";TZID=../../etc/passwd", 13),
        (";TZID=" + "A" * 3000, 13),
        (";TZID=(UTC-05:00) Eastern Time", 13),
        (";TZID=", 13),
    ],
)
def test_zones_by_every_name_and_the_calendars_own_for_the_rest(zone: str, hour: int) -> None:
    found = busy(event(f"DTSTART{zone}:{NINE_LOCAL}", "DURATION:PT1H"))
    assert found == [(at(10, hour), at(10, hour + 1))]


def test_the_zone_that_the_calendar_declares_wins_if_it_is_one() -> None:
    floating, whole = event(f"DTSTART:{NINE_LOCAL}", "DURATION:PT1H"), event("DTSTART;VALUE=DATE:20260311", uid="two")
    in_chicago = [(at(10, 14), at(10, 15)), (at(11, 5), at(12, 5))]
    assert busy("X-WR-TIMEZONE:America/Chicago", floating, whole) == in_chicago
    assert busy("X-WR-TIMEZONE:Nowhere", floating, whole) == [(at(10, 13), at(10, 14)), (at(11, 4), at(12, 4))]


def test_a_series_in_utc_keeps_to_the_clock_of_a_calendar_with_a_zone() -> None:
    series = event("DTSTART:20260307T140000Z", "DURATION:PT1H", "RRULE:FREQ=DAILY;COUNT=2")
    assert [start for start, _ in busy(series)] == [at(7, 14), at(8, 14)]
    assert [start for start, _ in busy("X-WR-TIMEZONE:America/New_York", series)] == [at(7, 14), at(8, 13)]


def test_a_zone_that_a_feed_defines_is_its_own_and_stays_out_of_others() -> None:
    nine = event(f"DTSTART;TZID=Office:{NINE_LOCAL}", "DURATION:PT1H")
    assert busy(own_zone("+0300"), nine) == [(at(10, 6), at(10, 7))]
    assert busy(nine, own_zone("-0300")) == [(at(10, 12), at(10, 13))]
    assert busy(nine) == [(at(10, 13), at(10, 14))]


def test_a_definition_without_sense_is_as_good_as_none() -> None:
    broken = own_zone("+0300").replace("TZOFFSETTO:+0300", "TZOFFSETTO:noon")
    assert busy(broken, event(f"DTSTART;TZID=Office:{NINE_LOCAL}", "DURATION:PT1H")) == [(at(10, 13), at(10, 14))]


# ---------------------------------------------------------------- one bad event among good ones
@pytest.mark.parametrize(
    "lines",
    [
        ("DTSTART:tomorrow",),
        ("DTSTART:20260230T100000Z",),
        ("DTSTART:20260310T250000Z",),
        ("DTEND:20260310T160000Z",),
        ("DTSTART:20260310T150000Z", "DURATION:long"),
        ("DTSTART:20260310T150000Z", "DURATION:P99999999999D"),
        ("DTSTART:20260310T150000Z", "DTEND:99999999T000000Z"),
        (*HOUR, "RRULE:FREQ=SOMETIMES"),
        (*HOUR, "RRULE:BYDAY=MO"),
        (*HOUR, "RRULE:FREQ=DAILY;INTERVAL=0"),
        (*HOUR, "RRULE:FREQ=DAILY;INTERVAL=-1"),
        (*HOUR, "RRULE:FREQ=DAILY;UNTIL=whenever"),
        (*HOUR, "RRULE:FREQ=DAILY;COUNT=many"),
        (*HOUR, "RRULE:FREQ=WEEKLY;BYDAY=XX"),
        (*HOUR, "RRULE:FREQ=DAILY", "EXDATE:never"),
        ("DTSTART", "DTEND"),
    ],
)
def test_one_event_without_sense_is_left_out_and_counted(lines: tuple[str, ...]) -> None:
    found = read(calendar(event(*lines, uid="bad"), event(*HOUR)), zone=NEW_YORK, start=START, end=END)
    assert (found.busy, found.skipped) == ([THAT_HOUR], 1)


def test_a_property_given_twice_counts_once() -> None:
    assert busy(event(*HOUR, "DTSTART:20260311T150000Z", "SEQUENCE:many", "STATUS:CONFIRMED")) == [THAT_HOUR]


def test_the_text_may_be_folded_and_its_lines_may_end_as_they_like() -> None:
    text = calendar("X-WR-CALNAME:" + "x" * 60 + "\r\n  y", event("DTSTART:2026\r\n 0310T1500\r\n\t00Z", HOUR[1]))
    for variant in (text, text.replace(b"\r\n", b"\n"), text.replace(b"\r\n", b"\r"), b"\xef\xbb\xbf" + text):
        assert busy_in(variant, zone=NEW_YORK, start=START, end=END) == [THAT_HOUR]
    spoiled = text.replace(b"DTSTART", b"DT\x00START").replace(b"UID:one", b"UID:\xff\xfe\x01")
    assert busy_in(spoiled, zone=NEW_YORK, start=START, end=END) == [THAT_HOUR]


def test_two_calendars_in_one_text_both_count() -> None:
    second = calendar(event("DTSTART:20260311T150000Z", "DURATION:PT1H", uid="two"))
    found = busy_in(calendar(event(*HOUR)) + second, zone=NEW_YORK, start=START, end=END)
    assert found == [THAT_HOUR, (at(11, 15), at(11, 16))]
    assert busy() == []
