"""When a customer wants to come. data/when.jsonl: a text, whether we had asked, what is read on 2026-11-19, 10:15."""

import json
import time as clock
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from messaging.agent.when.grammar import When, read_ruled_out, read_when

THURSDAY = datetime(2026, 11, 19, 10, 15)
CASES = [
    json.loads(line) for line in (Path(__file__).parent / "data/when.jsonl").read_text(encoding="utf-8").splitlines()
]
SOLD = "bathrooms rooms people leaks windows outlets faucets floors units sinks doors chairs teeth cars tires visits"


def told(when: When) -> str:
    """ "2026-11-20 at 15:00", "2026-11-23..2026-11-29 06:00-12:00"; "?" is unsure, "~" means that no date was said."""
    days = f"{when.first}" if when.first == when.last else f"{when.first}..{when.last}"
    words = [f"{'' if when.has_date else '~'}{days}{'?' if when.is_unsure else ''}"]
    if when.at:
        words.append(f"at {when.at:%H:%M}")
    if when.starts or when.ends:
        words.append(f"{_hour(when.starts)}-{_hour(when.ends)}")
    return " ".join(words)


def _hour(at: time | None) -> str:
    return f"{at:%H:%M}" if at else ""


def test_each_text_means_what_a_person_reads() -> None:
    wrong = []
    for case in CASES:
        text, asked = str(case["text"]), bool(case["asked"])
        wanted = (case["when"], case.get("ruled_out", []))
        read = [told(when) for when in read_when(text, now=THURSDAY, asked=asked)]
        ruled_out = [told(when) for when in read_ruled_out(text, now=THURSDAY)]
        if (read, ruled_out) != wanted:
            wrong.append((text, asked, wanted, (read, ruled_out)))
    assert wrong == []
    assert len(CASES) >= 580


def test_a_reading_is_the_whole_value() -> None:
    friday = date(2026, 11, 20)
    assert read_when("tomorrow after 3", now=THURSDAY) == [When(friday, friday, starts=time(15))]
    assert read_when("at 3", now=THURSDAY) == [When(THURSDAY.date(), THURSDAY.date(), at=time(15), has_date=False)]
    assert read_when("next friday", now=THURSDAY) == [When(date(2026, 11, 27), date(2026, 11, 27), is_unsure=True)]


def test_an_aware_moment_is_read_as_its_own_local_time() -> None:
    late = datetime(2026, 11, 19, 23, 30, tzinfo=UTC)
    assert read_when("tomorrow", now=late) == read_when("tomorrow", now=late.replace(tzinfo=None))
    assert read_when("in 2 hours", now=late) == [When(date(2026, 11, 20), date(2026, 11, 20), at=time(1, 30))]


@pytest.mark.parametrize(
    ("now", "text", "expected"),
    [
        (datetime(2026, 11, 19, 15, 0), "at 9", ["~2026-11-20 at 09:00"]),
        (datetime(2026, 11, 19, 15, 0), "today at 8", ["2026-11-19 at 20:00"]),
        (datetime(2026, 11, 19, 15, 0), "this morning", []),
        (datetime(2026, 11, 19, 15, 0), "after 2", ["~2026-11-19 14:00-"]),
        (datetime(2026, 11, 19, 15, 0), "tomorrow morning 10-2", ["2026-11-20 10:00-14:00"]),
        (datetime(2026, 12, 31, 9, 0), "tomorrow", ["2027-01-01"]),
        (datetime(2026, 12, 31, 9, 0), "jan 2 at 10", ["2027-01-02 at 10:00"]),
        (datetime(2026, 11, 23, 9, 0), "next friday", ["2026-12-04?"]),
        (datetime(2026, 11, 20, 9, 0), "next friday", ["2026-11-27"]),
        (datetime(2026, 11, 20, 9, 0), "next monday", ["2026-11-23"]),
        (datetime(2026, 11, 21, 9, 0), "this weekend", ["2026-11-21..2026-11-22"]),
        (datetime(2026, 11, 22, 9, 0), "this weekend", ["2026-11-22"]),
        (datetime(2026, 11, 22, 9, 0), "next weekend", ["2026-11-28..2026-11-29"]),
        (datetime(2026, 11, 22, 9, 0), "next week", ["2026-11-23..2026-11-29"]),
        (datetime(2027, 1, 30, 9, 0), "the 31st at 9am", ["2027-01-31 at 09:00"]),
        (datetime(2027, 2, 1, 9, 0), "the 31st at 9am", ["2027-03-31 at 09:00"]),
        (datetime(2027, 2, 1, 9, 0), "feb 29", ["2028-02-29"]),
        (datetime(2027, 2, 1, 9, 0), "feb 30", []),
    ],
)
def test_the_calendar_turns(now: datetime, text: str, expected: list[str]) -> None:
    assert [told(when) for when in read_when(text, now=now)] == expected


@pytest.mark.parametrize("number", [1, 2, 3, 5, 8, 10, 12, 20])
@pytest.mark.parametrize(
    "frame",
    [
        "i have {n} {things}",
        "around {n} {things}",
        "at {n} {things}",
        "by {n} {things}",
        "between {n} and {m} {things}",
    ],
)
def test_a_count_is_no_time(number: int, frame: str) -> None:
    texts = [frame.format(n=number, m=number + 2, things=things) for things in SOLD.split()]
    assert [text for text in texts if read_when(text, now=THURSDAY)] == []


@pytest.mark.parametrize("frame", ["{}", "can you come {}?", "{} at 3 works", "3pm {}", "is {} ok", "for {}, thanks"])
def test_every_day_of_a_year_is_read_in_every_way_to_write_it(frame: str) -> None:
    misread = []
    for ahead in range(1, 330):
        day = THURSDAY.date() + timedelta(days=ahead)
        ways = [f"{day:%B} {day.day}", f"{day:%b} {day.day}", f"{day.day} {day:%B}", f"{day.month}/{day.day}/{day:%y}"]
        ways += [f"{day:%A}, {day:%b} {day.day}", f"{day:%Y-%m-%d}", f"in {ahead} days"]
        texts = [frame.format(way) for way in ways]
        misread += [
            text for text in texts if [(w.first, w.last) for w in read_when(text, now=THURSDAY)] != [(day, day)]
        ]
    assert misread == []


@pytest.mark.parametrize(
    "frame", ["{}", "tomorrow at {}", "can we do {} on friday", "before {} tomorrow", "tmrw {} pls"]
)
def test_every_quarter_hour_of_the_working_day_is_read(frame: str) -> None:
    misread = []
    for at in (time(hour, minute) for hour in range(7, 21) for minute in (0, 15, 30, 45)):
        half = "am" if at.hour < 12 else "pm"
        hour = (at.hour - 1) % 12 + 1
        for way in (f"{hour}:{at:%M}{half}", f"{hour}:{at:%M} {half[0]}.m.", f"{at:%H:%M}", f"{hour}{at:%M} {half}"):
            whens = read_when(frame.format(way), now=THURSDAY.replace(hour=6))
            if [when.at or when.starts or when.ends for when in whens] != [at]:
                misread.append((frame.format(way), whens))
    assert misread == []


WORDS = (
    "monday tues next this week weekend the 5th 24th 3 10 3:30 9.30 12/3 2/30 10-2 at after before by between "
    "and or not cant until pm am - , . ? noon morning mañana el lunes a las de y in 2 hours days dec may sat "
    "sun so actually ago last every half past quarter to 99 13/45 25:61 2026-02-30 $5 asap today 0 31st feb"
)
SENTENCES = st.lists(st.sampled_from(WORDS.split()), max_size=12).map(" ".join)
MOMENTS = st.datetimes(min_value=datetime(2020, 1, 1), max_value=datetime(2060, 1, 1))


@settings(max_examples=300, deadline=None)
@given(st.one_of(st.text(), SENTENCES), MOMENTS, st.booleans())
def test_every_string_is_read_and_no_day_is_past(text: str, now: datetime, asked: bool) -> None:
    for when in [*read_when(text, now=now, asked=asked), *read_ruled_out(text, now=now)]:
        assert now.date() <= when.first <= when.last
        assert when.at is None or (when.starts is None and when.ends is None)
        assert when.starts is None or when.ends is None or when.starts < when.ends


@pytest.mark.parametrize(
    "text",
    [
        "1 " * 2400,
        "monday or " * 480,
        "3" * 4800,
        "12/" * 1600,
        "not " * 1200,
        "( " * 2400,
        "a" * 4800,
        "at 3 to " * 600,
    ],
)
def test_a_hostile_text_takes_no_longer(text: str) -> None:
    began = clock.process_time()
    read_when(text, now=THURSDAY, asked=True)
    assert clock.process_time() - began < 0.5


def test_a_usual_text_is_read_at_once() -> None:
    texts = [str(case["text"]) for case in CASES]
    times = [clock.process_time()]
    for text in texts:
        read_when(text, now=THURSDAY)
        times.append(clock.process_time())
    spent = sorted(after - before for before, after in pairwise(times))
    assert spent[len(spent) // 2] < 0.002
