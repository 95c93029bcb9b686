"""What a calendar's answer means."""

from datetime import UTC, datetime, timedelta

import pytest

from scheduling.calendars.caldav_event import Seen
from scheduling.calendars.caldav_merge import Ours, Verdict, Wish, is_mass, judge, pause_after

TEN, ELEVEN, NOON, ONE = (datetime(2026, 6, 18, hour, tzinfo=UTC) for hour in (10, 11, 12, 13))
AT_TEN, AT_NOON = Seen(TEN, ELEVEN), Seen(NOON, ONE)
LONGER, CANCELED = Seen(TEN, NOON), Seen(TEN, ELEVEN, is_canceled=True)


def ours(wish: Wish = Wish.PRESENT, **values: object) -> Ours:
    defaults = {"version": 1, "pushed_version": 1, "starts_at": TEN, "ends_at": ELEVEN, "last": AT_TEN}
    return Ours(wish, **{**defaults, **values})  # type: ignore[arg-type]  # by name, as the tests give them


@pytest.mark.parametrize(
    ("seen", "verdict"),
    [
        (AT_TEN, Verdict.NOTHING_NEW),
        (AT_NOON, Verdict.MOVED),
        (Seen(NOON, ONE + timedelta(hours=1)), Verdict.MOVED),
        (LONGER, Verdict.RESTORED),
        (CANCELED, Verdict.CANCELED),
        (None, Verdict.CANCELED),
    ],
)
def test_whoever_changed_alone_is_followed(seen: Seen | None, verdict: Verdict) -> None:
    assert judge(ours(), seen) is verdict


@pytest.mark.parametrize("seen", [AT_NOON, LONGER, CANCELED, None])
def test_what_has_begun_is_not_changed_by_the_calendar(seen: Seen | None) -> None:
    assert judge(ours(has_begun=True), seen) is Verdict.NOTHING_NEW


@pytest.mark.parametrize(
    ("seen", "verdict"),
    [
        (AT_NOON, Verdict.NOTHING_NEW),  # the calendar has our new time already: an answer was lost
        (AT_TEN, Verdict.OURS),  # only its text was changed
        (LONGER, Verdict.CONFLICT),
        (CANCELED, Verdict.CONFLICT),
        (None, Verdict.CONFLICT),
    ],
)
def test_when_both_changed_ours_stands(seen: Seen | None, verdict: Verdict) -> None:
    moved = ours(version=2, starts_at=NOON, ends_at=ONE)
    assert judge(moved, seen) is verdict


def test_without_a_memory_a_difference_is_a_conflict() -> None:
    assert judge(ours(version=1, pushed_version=0, last=None), AT_NOON) is Verdict.CONFLICT
    assert judge(ours(version=1, pushed_version=0, last=None), AT_TEN) is Verdict.NOTHING_NEW


@pytest.mark.parametrize(
    ("seen", "verdict"),
    [
        (AT_TEN, Verdict.OURS),
        (AT_NOON, Verdict.CONFLICT),
        (CANCELED, Verdict.NOTHING_NEW),
        (None, Verdict.NOTHING_NEW),
    ],
)
def test_what_we_do_not_want_there_is_taken_away(seen: Seen | None, verdict: Verdict) -> None:
    assert judge(ours(Wish.ABSENT, version=2), seen) is verdict


@pytest.mark.parametrize("seen", [AT_TEN, AT_NOON, CANCELED, None])
def test_history_is_left_alone(seen: Seen | None) -> None:
    assert judge(ours(Wish.AS_IT_IS, version=2), seen) is Verdict.NOTHING_NEW


@pytest.mark.parametrize(
    ("gone", "known", "is_emptied", "is_too_many"),
    [
        (0, 0, True, False),
        (1, 1, True, True),
        (1, 1, False, False),
        (2, 2, False, False),
        (3, 5, False, True),
        (3, 6, False, False),
        (4, 6, False, True),
        (50, 200, False, False),
    ],
)
def test_too_many_at_once(gone: int, known: int, is_emptied: bool, is_too_many: bool) -> None:
    assert is_mass(gone, known=known, is_emptied=is_emptied) is is_too_many


def test_pauses_grow_to_an_hour() -> None:
    assert [pause_after(attempts) // timedelta(minutes=1) for attempts in range(9)] == [1, 1, 2, 5, 15, 30, 60, 60, 60]
