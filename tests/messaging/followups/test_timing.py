"""When a step is due: wall time, windows, weekdays and quiet hours together (CHA-10)."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from messaging.followups import timing
from messaging.followups.enums import Anchor, StepAction, Unit
from messaging.followups.versions import StepTerms
from scheduling.send_times import SendWindow, next_allowed

NEW_YORK, PHOENIX = "America/New_York", "America/Phoenix"
STEP = StepTerms(
    key=UUID(int=1), position=0, action=StepAction.TEXT, delay_amount=1, delay_unit=Unit.DAYS, anchor=Anchor.EVENT,
    at_time=None, window_from=time(0), window_until=time(0), weekdays=(), valid_for_minutes=240, body="Hi", body_es="",
)  # fmt: skip


def local(text: str, zone: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone))


def due(step: StepTerms, at: str, zone: str = NEW_YORK, *, quiet: SendWindow | None = None, last: str = "") -> str:
    def allowed(moment: datetime) -> datetime:
        return next_allowed(moment, zone=ZoneInfo(zone), window=quiet) if quiet else moment

    found = timing.due_at(
        step, anchor_at=local(at, zone), last_text_at=local(last, zone) if last else None, zone=ZoneInfo(zone),
        allowed=allowed,
    )  # fmt: skip
    assert found.tzinfo is UTC
    return found.astimezone(ZoneInfo(zone)).isoformat(timespec="seconds")[:19]


@pytest.mark.parametrize(
    ("zone", "at", "changes", "expected"),
    [
        # Days and weeks keep the wall clock, minutes and hours are elapsed; seconds count as a whole minute.
        (NEW_YORK, "2026-03-02T10:00:00", {}, "2026-03-03T10:00:00"),
        (NEW_YORK, "2026-03-02T10:00:01", {}, "2026-03-03T10:01:00"),
        (NEW_YORK, "2026-03-07T10:00:00", {}, "2026-03-08T10:00:00"),
        (NEW_YORK, "2026-03-07T10:00:00", {"delay_amount": 24, "delay_unit": Unit.HOURS}, "2026-03-08T11:00:00"),
        (NEW_YORK, "2026-10-31T10:00:00", {}, "2026-11-01T10:00:00"),
        (NEW_YORK, "2026-10-31T10:00:00", {"delay_amount": 24, "delay_unit": Unit.HOURS}, "2026-11-01T09:00:00"),
        (NEW_YORK, "2026-10-25T10:00:00", {"delay_unit": Unit.WEEKS}, "2026-11-01T10:00:00"),
        (NEW_YORK, "2026-02-22T14:30:00", {"delay_amount": 2, "delay_unit": Unit.WEEKS}, "2026-03-08T14:30:00"),
        # A time that the change skips moves forward by the hour, one that comes twice means the first.
        (NEW_YORK, "2026-03-07T02:30:00", {}, "2026-03-08T03:30:00"),
        (NEW_YORK, "2026-10-31T01:30:00", {}, "2026-11-01T01:30:00"),
        # Half an hour only, zones off the hour, no change at all.
        ("Australia/Lord_Howe", "2026-10-03T02:15:00", {}, "2026-10-04T02:45:00"),
        ("Australia/Lord_Howe", "2026-04-04T10:00:00", {}, "2026-04-05T10:00:00"),
        ("America/St_Johns", "2026-03-07T09:00:00", {}, "2026-03-08T09:00:00"),
        (PHOENIX, "2026-03-07T10:00:00", {"delay_amount": 24, "delay_unit": Unit.HOURS}, "2026-03-08T10:00:00"),
        # The end of the year, and the day that most years do not have.
        (NEW_YORK, "2026-12-31T23:59:30", {"delay_amount": 1, "delay_unit": Unit.MINUTES}, "2027-01-01T00:01:00"),
        (NEW_YORK, "2026-12-31T12:00:00", {}, "2027-01-01T12:00:00"),
        (NEW_YORK, "2028-02-28T12:00:00", {}, "2028-02-29T12:00:00"),
        (NEW_YORK, "2028-02-29T12:00:00", {"delay_amount": 365}, "2029-02-28T12:00:00"),
        # At once is at once, to the second.
        (NEW_YORK, "2026-03-02T10:00:17", {"delay_amount": 0}, "2026-03-02T10:00:17"),
        # A time of day: of that day, or of the next if it has passed by then.
        (NEW_YORK, "2026-03-02T16:00:00", {"at_time": time(9)}, "2026-03-03T09:00:00"),
        (NEW_YORK, "2026-03-02T16:00:00", {"at_time": time(9), "delay_amount": 0}, "2026-03-03T09:00:00"),
        (NEW_YORK, "2026-03-02T08:00:00", {"at_time": time(9), "delay_amount": 0}, "2026-03-02T09:00:00"),
        (NEW_YORK, "2026-03-07T16:00:00", {"at_time": time(2, 30)}, "2026-03-08T03:30:00"),
    ],
)
def test_delays(zone: str, at: str, changes: dict[str, object], expected: str) -> None:
    assert due(replace(STEP, **changes), at, zone) == expected  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("at", "changes", "quiet", "expected"),
    [
        # 2026-03-06 is a Friday.
        ("2026-03-05T22:00", {"window_from": time(9), "window_until": time(19)}, None, "2026-03-07T09:00:00"),
        ("2026-03-05T19:00", {"window_from": time(9), "window_until": time(19)}, None, "2026-03-07T09:00:00"),
        ("2026-03-05T18:59", {"window_from": time(9), "window_until": time(19)}, None, "2026-03-06T18:59:00"),
        ("2026-03-06T12:00", {"weekdays": (0, 1, 2, 3, 4)}, None, "2026-03-09T00:00:00"),
        ("2026-03-06T12:00", {"weekdays": (0,), "at_time": time(10)}, None, "2026-03-09T10:00:00"),
        # The later of the two mornings.
        ("2026-03-05T22:00", {"window_from": time(7), "window_until": time(21)}, (9, 20), "2026-03-07T09:00:00"),
        ("2026-03-05T20:30", {"window_from": time(7), "window_until": time(21)}, (9, 20), "2026-03-07T09:00:00"),
        # Quiet hours push past the end of the window: the next day on which both are open.
        ("2026-03-05T06:00", {"window_from": time(6), "window_until": time(8)}, (7, 20), "2026-03-06T07:00:00"),
        ("2026-03-05T20:30", {"weekdays": (4,), "window_from": time(7), "window_until": time(21)}, (9, 20),
         "2026-03-13T09:00:00"),
        # A time of day that is too early gives way on that day, and one outside the window to the window.
        ("2026-03-05T12:00", {"at_time": time(7)}, (9, 20), "2026-03-06T09:00:00"),
        ("2026-03-05T12:00", {"at_time": time(21)}, (9, 20), "2026-03-07T09:00:00"),
        ("2026-03-05T12:00", {"at_time": time(7), "window_from": time(9), "window_until": time(19)}, None,
         "2026-03-06T09:00:00"),
        # A window into the night of the change to summer time, which has no such hour.
        ("2026-03-06T23:00", {"window_from": time(2), "window_until": time(3)}, None, "2026-03-09T02:00:00"),
    ],
)  # fmt: skip
def test_windows_weekdays_and_quiet_hours_agree(
    at: str, changes: dict[str, object], quiet: tuple[int, int] | None, expected: str
) -> None:
    window = SendWindow(time(quiet[0]), time(quiet[1])) if quiet else None
    assert due(replace(STEP, **changes), at, quiet=window) == expected  # type: ignore[arg-type]


def test_the_last_text_is_another_anchor() -> None:
    step = replace(STEP, anchor=Anchor.LAST_TEXT, delay_amount=2)
    assert due(step, "2026-03-02T10:00", last="2026-03-05T11:30") == "2026-03-07T11:30:00"
    assert due(step, "2026-03-02T10:00") == "2026-03-04T10:00:00"
    assert due(replace(step, anchor=Anchor.EVENT), "2026-03-02T10:00", last="2026-03-05T11:30") == "2026-03-04T10:00:00"


def test_a_window_that_quiet_hours_swallow_says_so() -> None:
    step = replace(STEP, window_from=time(5), window_until=time(7))
    with pytest.raises(ValueError, match="leave no moment"):
        due(step, "2026-03-02T10:00", quiet=SendWindow(time(8), time(21)))


@pytest.mark.parametrize("zone", [NEW_YORK, "Australia/Lord_Howe", "America/St_Johns", PHOENIX, "Pacific/Apia"])
def test_every_day_of_three_years_keeps_its_time_and_its_window(zone: str) -> None:
    step = replace(STEP, window_from=time(9), window_until=time(19))
    at = datetime(2026, 1, 1, 15, 0, tzinfo=ZoneInfo(zone))
    for day in range(0, 1100, 5):
        anchor = datetime.combine(at.date() + timedelta(days=day), at.time(), tzinfo=ZoneInfo(zone))
        found = timing.due_at(step, anchor_at=anchor, last_text_at=None, zone=ZoneInfo(zone), allowed=timing.always)
        there = found.astimezone(ZoneInfo(zone))
        assert (there.date(), there.time()) == (anchor.date() + timedelta(days=1), time(15))


def test_a_follow_up_waits_for_the_gap_only_as_long_as_it_is_valid() -> None:
    wanted = datetime(2026, 3, 3, 15, tzinfo=UTC)
    apart = {"gap": timedelta(hours=20), "zone": ZoneInfo(NEW_YORK), "allowed": timing.always}
    step = replace(STEP, valid_for_minutes=180)
    late = wanted - timedelta(hours=18)
    assert timing.keep_apart(step, wanted, last_follow_up_at=None, **apart) == wanted  # type: ignore[arg-type]
    assert timing.keep_apart(step, wanted, last_follow_up_at=late, **apart) == late + timedelta(hours=20)  # type: ignore[arg-type]
    assert timing.keep_apart(step, wanted, last_follow_up_at=wanted, **apart) is None  # type: ignore[arg-type]
    task = replace(step, action=StepAction.TASK)
    assert timing.keep_apart(task, wanted, last_follow_up_at=wanted, **apart) == wanted  # type: ignore[arg-type]


def test_the_window_ends_on_the_local_day() -> None:
    step = replace(STEP, window_from=time(9), window_until=time(19))
    at = datetime(2026, 3, 7, 0, 30, tzinfo=UTC)
    assert timing.ends_at(step, at, zone=ZoneInfo(NEW_YORK)) == local("2026-03-06T19:00", NEW_YORK)
    assert date(2026, 3, 6) == at.astimezone(ZoneInfo(NEW_YORK)).date()
