"""When an automatic text may go out. The worked cases of these kinds run in test_cases.py."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduling.send_times import SendWindow, Unit, due_at, in_window, next_allowed

NEW_YORK = ZoneInfo("America/New_York")
DAYTIME = SendWindow(time(8), time(20))
NIGHT = SendWindow(time(20), time(8), next_day=True)


def z(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def local(text: str, zone: ZoneInfo = NEW_YORK) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone).astimezone(UTC)


def is_in(window: SendWindow, at: datetime, zone: ZoneInfo = NEW_YORK) -> bool:
    return in_window(at, zone=zone, starts=window.starts, ends=window.ends, next_day=window.next_day)


# ---------------------------------------------------------------- windows
@pytest.mark.parametrize(
    ("starts", "ends", "next_day"),
    [(time(20), time(8), False), (time(9), time(9), False), (time(8), time(9), True), (time(0, 1), time(0, 2), True)],
)
def test_a_window_that_is_no_window_is_refused(starts: time, ends: time, next_day: bool) -> None:
    with pytest.raises(ValueError, match="This window "):
        SendWindow(starts, ends, next_day)
    with pytest.raises(ValueError, match="This window "):
        in_window(z("2026-06-17T12:00"), zone=NEW_YORK, starts=starts, ends=ends, next_day=next_day)


@pytest.mark.parametrize(
    ("window", "at", "expected"),
    [
        (DAYTIME, "2026-06-17T07:59:59.999999", False),
        (DAYTIME, "2026-06-17T08:00", True),
        (DAYTIME, "2026-06-17T19:59:59.999999", True),
        (DAYTIME, "2026-06-17T20:00", False),
        (NIGHT, "2026-06-17T20:00", True),
        (NIGHT, "2026-06-18T00:00", True),
        (NIGHT, "2026-06-18T07:59", True),
        (NIGHT, "2026-06-18T08:00", False),
        (NIGHT, "2026-06-17T12:00", False),
        (SendWindow(time(8), time(0)), "2026-06-17T23:59:59", True),
        (SendWindow(time(8), time(0)), "2026-06-18T00:00", False),
        (SendWindow(time(8), time(0), next_day=True), "2026-06-18T00:00", False),
        (SendWindow(time(0), time(0)), "2026-06-17T03:00", True),
        (SendWindow(time(9), time(9), next_day=True), "2026-06-17T03:00", True),
    ],
)
def test_in_window(window: SendWindow, at: str, expected: bool) -> None:
    assert is_in(window, local(at)) is expected


@pytest.mark.parametrize(
    ("window", "at", "expected"),
    [
        # 2026-03-08: 01:59:59 EST is followed by 03:00 EDT.
        (DAYTIME, "2026-03-08T11:59", False),
        (DAYTIME, "2026-03-08T12:00", True),
        (DAYTIME, "2026-03-08T23:59", True),
        (DAYTIME, "2026-03-09T00:00", False),
        # 02:30 is skipped and means 03:30.
        (SendWindow(time(2, 30), time(5)), "2026-03-08T07:29", False),
        (SendWindow(time(2, 30), time(5)), "2026-03-08T07:30", True),
        (SendWindow(time(2), time(3)), "2026-03-08T07:00", False),
        # 2026-11-01: 01:59:59 EDT is followed by 01:00 EST; 01:30 means the first.
        (DAYTIME, "2026-11-01T12:59", False),
        (DAYTIME, "2026-11-01T13:00", True),
        (DAYTIME, "2026-11-02T00:59", True),
        (DAYTIME, "2026-11-02T01:00", False),
        (SendWindow(time(1, 30), time(2)), "2026-11-01T05:29", False),
        (SendWindow(time(1, 30), time(2)), "2026-11-01T05:30", True),
        (SendWindow(time(1, 30), time(2)), "2026-11-01T06:59", True),
        (SendWindow(time(1, 30), time(2)), "2026-11-01T07:00", False),
    ],
)
def test_in_window_on_change_days(window: SendWindow, at: str, expected: bool) -> None:
    assert is_in(window, z(at)) is expected


# ---------------------------------------------------------------- the next moment
def test_next_allowed_is_the_same_moment_to_the_microsecond() -> None:
    at = local("2026-06-17T08:00:00.000001")
    assert next_allowed(at, zone=NEW_YORK, window=DAYTIME) == at
    assert next_allowed(at, zone=NEW_YORK) == at
    assert next_allowed(at.astimezone(NEW_YORK), zone=NEW_YORK).tzinfo is UTC


@pytest.mark.parametrize(
    ("at", "window", "weekdays", "at_time", "expected"),
    [
        ("2026-06-17T20:00", DAYTIME, None, None, "2026-06-18T08:00"),
        ("2026-06-17T03:00", DAYTIME, None, None, "2026-06-17T08:00"),
        ("2026-06-17T20:00", DAYTIME, {0}, None, "2026-06-22T08:00"),
        ("2026-06-22T20:00", DAYTIME, {0}, None, "2026-06-29T08:00"),
        ("2026-06-17T12:00", None, {0}, None, "2026-06-22T00:00"),
        ("2026-06-17T12:00", NIGHT, None, None, "2026-06-17T20:00"),
        # The night that began on Wednesday, and only that one.
        ("2026-06-18T02:00", NIGHT, {2}, None, "2026-06-18T02:00"),
        ("2026-06-18T08:00", NIGHT, {2}, None, "2026-06-24T20:00"),
        ("2026-06-17T12:00", None, None, time(12), "2026-06-17T12:00"),
        ("2026-06-17T12:00:01", None, None, time(12), "2026-06-18T12:00"),
        ("2026-06-17T12:00", NIGHT, None, time(2), "2026-06-18T02:00"),
        ("2026-06-17T12:00", NIGHT, {4}, time(2), "2026-06-20T02:00"),
        # The window of the change day is swallowed whole: a week later.
        ("2026-03-08T00:00", SendWindow(time(2), time(3)), {6}, None, "2026-03-15T02:00"),
        ("2026-10-31T20:00", DAYTIME, None, None, "2026-11-01T08:00"),
        ("2026-03-07T20:00", DAYTIME, None, None, "2026-03-08T08:00"),
    ],
)
def test_next_allowed(
    at: str, window: SendWindow | None, weekdays: set[int] | None, at_time: time | None, expected: str
) -> None:
    found = next_allowed(local(at), zone=NEW_YORK, window=window, weekdays=weekdays, at_time=at_time)
    assert found == local(expected)


def test_what_can_never_be_allowed_is_refused() -> None:
    with pytest.raises(ValueError, match="No weekday"):
        next_allowed(z("2026-06-17T12:00"), zone=NEW_YORK, weekdays=set())
    with pytest.raises(ValueError, match="The time of day"):
        next_allowed(z("2026-06-17T12:00"), zone=NEW_YORK, window=DAYTIME, at_time=time(20))


zones = st.sampled_from(
    [ZoneInfo(name) for name in ("America/New_York", "America/Adak", "Australia/Lord_Howe", "Africa/Casablanca", "UTC")]
)
moments = st.integers(0, 2 * 365 * 24 * 60).map(lambda minute: z("2026-01-01T00:00") + timedelta(minutes=minute))
windows = st.tuples(st.integers(0, 23), st.integers(0, 23)).map(
    lambda hours: SendWindow(time(hours[0]), time(hours[1]), next_day=hours[1] <= hours[0] and hours[1] > 0)
)


@given(moments, zones, windows, st.none() | st.sets(st.integers(0, 6), min_size=1))
def test_next_allowed_is_allowed_and_nothing_before_it_is(
    at: datetime, zone: ZoneInfo, window: SendWindow, weekdays: set[int] | None
) -> None:
    found = next_allowed(at, zone=zone, window=window, weekdays=weekdays)
    assert found >= at
    assert is_in(window, found, zone)
    assert next_allowed(found, zone=zone, window=window, weekdays=weekdays) == found
    if weekdays is None:
        between = [at + (found - at) * step / 20 for step in range(20)]
        assert found == at or not any(is_in(window, moment, zone) for moment in between)


# ---------------------------------------------------------------- when a step is due
@pytest.mark.parametrize(
    ("event", "amount", "unit", "at_time", "expected"),
    [
        ("2026-03-07T12:00", 1, "days", None, "2026-03-08T12:00"),
        ("2026-03-07T12:00", 24, "hours", None, "2026-03-08T13:00"),
        ("2026-10-31T12:00", 1, "days", None, "2026-11-01T12:00"),
        ("2026-10-31T12:00", 24, "hours", None, "2026-11-01T11:00"),
        ("2026-03-07T02:30", 1, "days", None, "2026-03-08T03:30"),
        ("2026-11-02T12:00", -1, "weeks", None, "2026-10-26T12:00"),
        ("2026-06-17T12:00:00.000001", 5, "minutes", None, "2026-06-17T12:06"),
        ("2026-06-17T12:00:59", 0, "days", None, "2026-06-17T12:01"),
        ("2026-06-17T12:00", 2, "days", time(9, 30), "2026-06-19T09:30"),
        ("2026-06-17T23:30", 1, "hours", time(9), "2026-06-18T09:00"),
    ],
)
def test_due_at(event: str, amount: int, unit: Unit, at_time: time | None, expected: str) -> None:
    found = due_at(local(event), zone=NEW_YORK, amount=amount, unit=unit, at_time=at_time)
    assert found == local(expected)
    assert found.tzinfo is UTC


def test_what_has_passed_is_not_due() -> None:
    event, due = local("2026-06-17T12:00"), local("2026-06-17T12:10")
    assert due_at(event, zone=NEW_YORK, amount=10, unit="minutes", now=due) == due
    late = due + timedelta.resolution
    assert due_at(event, zone=NEW_YORK, amount=10, unit="minutes", now=late) is None
