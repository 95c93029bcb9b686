"""Calendars behind secret addresses, read from a real server that behaves well or badly."""

import logging
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pytest_django import Settings

from leads.models import LeadEvent
from recoverline.lib import http
from scheduling.calendars import polling
from scheduling.intervals import Interval
from scheduling.models import BusyCalendar, BusyTime
from tests.factories import NOON, make_business, make_location
from tests.scheduling.calendars.calendar_host import HOUR_BUSY, Answer, CalendarHost, calendar, make_calendar

MINUTE = timedelta(minutes=1)
THAT_HOUR = (datetime(2026, 6, 18, 15, tzinfo=UTC), datetime(2026, 6, 18, 16, tzinfo=UTC))


@pytest.fixture
def host(settings: Settings) -> Iterator[CalendarHost]:
    with CalendarHost() as server:
        settings.CALENDAR_HOSTS = [server.host]
        yield server


@pytest.fixture
def other(settings: Settings) -> Iterator[CalendarHost]:
    """A second server, inside the network, that nobody allowed."""
    with CalendarHost() as server:
        yield server


def poll(row: BusyCalendar, now: datetime = NOON) -> bool:
    """As the sweep does it: with the row as it stands in the database."""
    return polling.poll(BusyCalendar.objects.get(pk=row.pk), now=now)


def busy(row: BusyCalendar) -> list[Interval]:
    return list(BusyTime.objects.filter(calendar=row).values_list("starts_at", "ends_at"))


def events_of(row: BusyCalendar) -> list[tuple[str, datetime]]:
    found = LeadEvent.objects.filter(business=row.business, data__calendar=str(row.key)).order_by("id")
    return list(found.values_list("kind", "at"))


def state(row: BusyCalendar) -> tuple[Any, ...]:
    row.refresh_from_db()
    return row.ok_at, row.failing_since, row.failures, row.problem


# ---------------------------------------------------------------- reading
@pytest.mark.django_db
def test_busy_times_are_read_and_the_next_reading_is_due_in_five_to_ten_minutes(host: CalendarHost) -> None:
    row = make_calendar(host.url)
    assert poll(row)
    assert busy(row) == [THAT_HOUR]
    assert state(row) == (NOON, None, 0, "")
    assert row.next_at is not None
    assert NOON + 5 * MINUTE <= row.next_at < NOON + 10 * MINUTE
    assert events_of(row) == []


@pytest.mark.django_db
def test_what_is_gone_goes_what_stays_stays_and_what_is_new_comes(host: CalendarHost) -> None:
    row = make_calendar(host.url)
    gone = ("DTSTART:20260619T150000Z", "DURATION:PT1H")
    host.answer = Answer(body=calendar(HOUR_BUSY, gone))
    poll(row)
    kept = BusyTime.objects.get(calendar=row, starts_at=THAT_HOUR[0])
    host.answer = Answer(body=calendar(("DTSTART:20260620T150000Z", "DURATION:PT1H"), HOUR_BUSY))
    poll(row, NOON + 5 * MINUTE)
    assert [start.day for start, _ in busy(row)] == [18, 20]
    assert BusyTime.objects.get(calendar=row, starts_at=THAT_HOUR[0]) == kept
    host.answer = Answer(body=calendar())
    poll(row, NOON + 10 * MINUTE)
    assert busy(row) == []


@pytest.mark.django_db
def test_only_a_day_back_and_four_hundred_ahead_are_kept_and_overlaps_are_one(host: CalendarHost) -> None:
    row = make_calendar(host.url)
    second, hour = timedelta(seconds=1), timedelta(hours=1)
    back, ahead = NOON - timedelta(days=1), NOON + timedelta(days=400)
    starts = [back - hour, back - hour + second, ahead - second, ahead]
    host.answer = Answer(
        body=calendar(
            *[(f"DTSTART:{start:%Y%m%dT%H%M%SZ}", "DURATION:PT1H") for start in starts],
            *[HOUR_BUSY] * 3,
            ("DTSTART:20260618T153000Z", "DTEND:20260618T170000Z"),
        )
    )
    poll(row)
    long = (THAT_HOUR[0], THAT_HOUR[1] + hour)
    assert busy(row) == [(starts[1], starts[1] + hour), long, (starts[2], starts[2] + hour)]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("own", "of_location", "hour"), [("America/Chicago", "", 14), ("", "America/Denver", 15), ("", "", 13)]
)
def test_times_without_a_zone_are_the_calendars_the_locations_or_the_businesss(
    host: CalendarHost, own: str, of_location: str, hour: int
) -> None:
    business = make_business(time_zone="America/New_York")
    location = make_location(business, time_zone=of_location)
    row = make_calendar(host.url, business=business, resource=None, location=location, time_zone=own)
    host.answer = Answer(body=calendar(("DTSTART:20260618T090000", "DURATION:PT1H")))
    poll(row)
    assert [start.hour for start, _ in busy(row)] == [hour]


@pytest.mark.django_db
def test_events_without_sense_are_told_and_the_rest_counts(host: CalendarHost) -> None:
    row = make_calendar(host.url)
    host.answer = Answer(body=calendar(HOUR_BUSY, ("DTSTART:soon",)))
    assert poll(row)
    assert busy(row) == [THAT_HOUR]
    assert state(row) == (NOON, None, 0, "One event makes no sense and was left out.")


# ---------------------------------------------------------------- not modified
@pytest.mark.django_db
def test_an_unchanged_calendar_is_not_sent_again(host: CalendarHost) -> None:
    row = make_calendar(host.url)
    host.answer = Answer(
        body=calendar(HOUR_BUSY), headers={"ETag": '"v1"', "Last-Modified": "Wed, 17 Jun 2026 10:00:00 GMT"}
    )
    poll(row)
    later = NOON + 7 * MINUTE
    assert poll(row, later)
    assert host.asked == [(None, None), ('"v1"', "Wed, 17 Jun 2026 10:00:00 GMT")]
    assert (busy(row), state(row)) == ([THAT_HOUR], (later, None, 0, ""))


@pytest.mark.django_db
def test_once_a_day_it_is_read_whole_so_that_series_reach_as_far_as_before(host: CalendarHost) -> None:
    row = make_calendar(host.url)
    host.answer = Answer(
        body=calendar(("DTSTART:20260601T150000Z", "DURATION:PT1H", "RRULE:FREQ=DAILY")), headers={"ETag": '"v1"'}
    )
    poll(row)
    last = busy(row)[-1]
    evening = NOON.replace(hour=23)
    poll(row, evening)
    assert busy(row)[-1] == last
    midnight = NOON.replace(hour=0) + timedelta(days=1)
    poll(row, midnight)
    poll(row, midnight + 5 * MINUTE)
    assert host.asked == [(None, None), ('"v1"', None), (None, None), ('"v1"', None)]
    assert len(busy(row)) == 401
    poll(row, midnight + timedelta(days=3))
    assert busy(row)[-1][0] == last[0] + timedelta(days=3)


@pytest.mark.django_db
def test_not_modified_means_nothing_to_who_knows_nothing(host: CalendarHost) -> None:
    row = make_calendar(host.url)
    host.answer = Answer(status=304)
    assert not poll(row)
    assert state(row) == (None, NOON, 1, "The server answered 304.")


@pytest.mark.django_db
def test_a_tag_that_cannot_be_kept_is_not_used(host: CalendarHost) -> None:
    row = make_calendar(host.url)
    host.answer = Answer(body=calendar(HOUR_BUSY), headers={"ETag": '"' + "x" * 300 + '"', "Last-Modified": "ä"})
    poll(row)
    poll(row, NOON + 5 * MINUTE)
    assert host.asked == [(None, None), (None, None)]


# ---------------------------------------------------------------- failing
BAD = {
    "gone": (Answer(status=410), "The calendar at this address is gone."),
    "forbidden": (Answer(status=403), "The server refuses this address. It may have been reset: copy it again."),
    "broken": (Answer(status=500), "The server answered 500."),
    "sign-in": (Answer(body=b"<html>Sign in"), "This is not a calendar in iCal format."),
    "empty": (Answer(), "This is not a calendar in iCal format."),
    "cut": (Answer(body=calendar(HOUR_BUSY)[:-15]), "The calendar ends in the middle."),
    "huge": (Answer(body=b"x" * 5_000_001), "The answer is larger than 5,000,000 bytes."),
    "endless": (
        Answer(body=calendar((*HOUR_BUSY, "RRULE:FREQ=SECONDLY"))),
        "The calendar has events that repeat too often, or too many of them.",
    ),
    "metadata": (
        Answer(status=302, headers={"Location": "https://169.254.169.254/latest/"}),
        "The address lies inside a private network.",
    ),
    "downgrade": (
        Answer(status=302, headers={"Location": "http://example.com/a.ics"}),
        "The address must start with https://.",
    ),
    "round": (Answer(status=302, headers={"Location": "/again"}), "The address led on more than 3 times."),
}


@pytest.mark.django_db
@pytest.mark.parametrize(("answer", "problem"), BAD.values(), ids=BAD)
def test_a_calendar_that_cannot_be_read_keeps_what_it_had(host: CalendarHost, answer: Answer, problem: str) -> None:
    row = make_calendar(host.url)
    poll(row)
    host.answer = answer
    later = NOON + 5 * MINUTE
    assert not poll(row, later)
    assert (busy(row), state(row)) == ([THAT_HOUR], (NOON, later, 1, problem))
    assert row.next_at == later + 5 * MINUTE


@pytest.mark.django_db
def test_a_redirect_to_a_server_inside_is_not_followed(host: CalendarHost, other: CalendarHost) -> None:
    row = make_calendar(host.url)
    host.answer = Answer(status=302, headers={"Location": other.url})
    assert not poll(row)
    assert (state(row)[3], other.asked) == ("The address must start with https://.", [])


@pytest.mark.django_db
def test_an_address_that_nobody_may_ask(host: CalendarHost, other: CalendarHost) -> None:
    row = make_calendar(other.url)
    assert not poll(row)
    assert (state(row)[3], other.asked) == ("The address must start with https://.", [])


@pytest.mark.django_db
def test_a_server_that_never_ends_is_left_in_time(host: CalendarHost, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(polling, "DEADLINE_SECONDS", 0.3)
    host.answer = Answer(body=calendar(HOUR_BUSY), is_dripping=True)
    row = make_calendar(host.url)
    assert not poll(row)
    assert state(row) == (None, NOON, 1, "No whole answer came (Deadline).")


@pytest.mark.django_db
def test_it_is_asked_less_and_less_often_but_in_time_to_say_that_it_is_stale(host: CalendarHost) -> None:
    row = make_calendar(host.url)
    poll(row)
    host.answer = Answer(status=503)
    now, waits = NOON, []
    for _ in range(8):
        row.refresh_from_db()
        assert row.next_at is not None
        waits.append(row.next_at - now)
        now = row.next_at
        poll(row, now)
    assert 5 * MINUTE <= waits[0] < 10 * MINUTE
    assert waits[1:4] == [5 * MINUTE, 10 * MINUTE, 20 * MINUTE]
    # The next would come in 40; the hour is over before that.
    assert waits[4] == 60 * MINUTE + timedelta(seconds=1) - sum(waits[:4], timedelta())
    assert waits[5:] == [60 * MINUTE] * 3


@pytest.mark.django_db
def test_staff_are_told_once_that_it_is_stale_and_once_that_it_is_back(host: CalendarHost) -> None:
    row = make_calendar(host.url)
    poll(row)
    good, host.answer = host.answer, Answer(status=503)
    poll(row, NOON + 60 * MINUTE)
    assert events_of(row) == []
    for minutes in (61, 90, 200):
        poll(row, NOON + minutes * MINUTE)
    assert events_of(row) == [("calendar.stale", NOON + 61 * MINUTE)]
    assert LeadEvent.objects.get(kind="calendar.stale").text == (
        "The calendar “Zoe’s own” cannot be read: The server answered 503. "
        "Slots it may block are only requests until then."
    )
    host.answer = good
    for minutes in (230, 240):
        assert poll(row, NOON + minutes * MINUTE)
    host.answer = Answer(status=503)
    poll(row, NOON + 400 * MINUTE)
    assert events_of(row) == [
        ("calendar.stale", NOON + 61 * MINUTE),
        ("calendar.recovered", NOON + 230 * MINUTE),
        ("calendar.stale", NOON + 400 * MINUTE),
    ]


@pytest.mark.django_db
def test_a_new_one_that_cannot_be_read_is_told_at_once(host: CalendarHost) -> None:
    host.answer = Answer(status=404)
    row = make_calendar(host.url)
    poll(row, NOON + MINUTE)
    poll(row, NOON + 10 * MINUTE)
    assert events_of(row) == [("calendar.stale", NOON + MINUTE)]


@pytest.mark.django_db
def test_our_own_silence_is_no_news_when_it_ends(host: CalendarHost) -> None:
    row = make_calendar(host.url)
    poll(row)
    poll(row, NOON + timedelta(days=2))
    assert events_of(row) == []


@pytest.mark.django_db
def test_no_part_of_the_address_is_kept_or_logged(host: CalendarHost, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    host.answer = Answer(status=500)
    row = make_calendar(host.url)
    poll(row)
    poll(make_calendar("https://private-secret.invalid:99999/"), NOON)
    said = [
        caplog.text,
        *BusyCalendar.objects.values_list("problem", flat=True),
        *LeadEvent.objects.values_list("text", flat=True),
    ]
    assert [text for text in said if "private-secret" in text] == []


@pytest.mark.django_db
@pytest.mark.parametrize(
    "change", [{"url": "https://example.com/new.ics"}, {"time_zone": "America/Chicago"}, {"is_active": False}]
)
def test_what_staff_change_while_we_read_wins(
    host: CalendarHost, change: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    row = make_calendar(host.url)
    ask = http.fetch

    def fetch_while_staff_save(*args: Any, **kwargs: Any) -> http.Fetched:
        answer = ask(*args, **kwargs)
        changed = BusyCalendar.objects.get(pk=row.pk)
        for name, value in change.items():
            setattr(changed, name, value)
        changed.save()
        return answer

    monkeypatch.setattr(http, "fetch", fetch_while_staff_save)
    assert not poll(row)
    assert (busy(row), state(row)) == ([], (None, None, 0, ""))


# ---------------------------------------------------------------- sweeping
@pytest.mark.django_db
def test_a_sweep_reads_what_is_due_and_one_bad_calendar_hides_no_other(host: CalendarHost, other: CalendarHost) -> None:
    new, bad = make_calendar(host.url), make_calendar(other.url, next_at=NOON - 9 * MINUTE)
    due = make_calendar(host.url, next_at=NOON)
    later, off = make_calendar(host.url, next_at=NOON + MINUTE), make_calendar(host.url, is_active=False)
    assert polling.sweep(NOON) == 3
    assert [len(busy(row)) for row in (new, bad, due, later, off)] == [1, 0, 1, 0, 0]
    assert polling.sweep(NOON) == 0


@pytest.mark.django_db
def test_a_fault_of_ours_stops_neither_the_sweep_nor_is_it_tried_at_once(
    host: CalendarHost, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    first, second = make_calendar(host.url, name="first"), make_calendar(host.url, name="second")
    whole = polling.poll

    def poll_badly(row: BusyCalendar, *, now: datetime) -> bool:
        if row == first:
            raise RuntimeError("of ours")
        return whole(row, now=now)

    monkeypatch.setattr(polling, "poll", poll_badly)
    assert polling.sweep(NOON) == 2
    assert (busy(first), busy(second)) == ([], [THAT_HOUR])
    assert [record.getMessage() for record in caplog.records] == [f"Reading the calendar {first.key} failed."]
    assert (polling.sweep(NOON + 2 * MINUTE), polling.sweep(NOON + 3 * MINUTE)) == (0, 1)


@pytest.mark.django_db
def test_two_workers_do_not_read_the_same(host: CalendarHost, monkeypatch: pytest.MonkeyPatch) -> None:
    make_calendar(host.url)
    whole, polled = polling.poll, []

    def poll_during_another_sweep(row: BusyCalendar, *, now: datetime) -> bool:
        polled.append(polling.sweep(NOON))
        return whole(row, now=now)

    monkeypatch.setattr(polling, "poll", poll_during_another_sweep)
    assert (polling.sweep(NOON), polled, len(host.asked)) == (1, [0], 1)


@pytest.mark.django_db
def test_a_sweep_is_limited_in_number_and_time(host: CalendarHost, monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(3):
        make_calendar(host.url)
    monkeypatch.setattr(polling, "MOST_PER_SWEEP", 2)
    assert (polling.sweep(NOON), polling.sweep(NOON)) == (2, 1)
    BusyCalendar.objects.update(next_at=None)
    monkeypatch.setattr(polling, "SWEEP_SECONDS", -1.0)
    assert polling.sweep(NOON) == 0


@pytest.mark.django_db
def test_what_shall_be_read_soon_is_read_whole(host: CalendarHost) -> None:
    host.answer = Answer(body=calendar(HOUR_BUSY), headers={"ETag": '"v1"'})
    row = make_calendar(host.url)
    poll(row)
    polling.read_soon(row)
    assert polling.sweep(NOON + MINUTE) == 1
    assert host.asked == [(None, None), (None, None)]
