from datetime import timedelta

from scheduling.calendars.staleness import is_stale, stale_from
from tests.factories import NOON

SECOND, HOUR = timedelta(seconds=1), timedelta(minutes=60)


def test_an_hour_after_it_was_last_read_a_calendar_is_stale() -> None:
    long_ago = NOON - timedelta(days=30)
    assert stale_from(ok_at=NOON, created_at=long_ago) == NOON + HOUR
    assert not is_stale(ok_at=NOON, created_at=long_ago, now=NOON + HOUR)
    assert is_stale(ok_at=NOON, created_at=long_ago, now=NOON + HOUR + SECOND)


def test_one_that_was_never_read_is_stale_from_the_start() -> None:
    assert is_stale(ok_at=None, created_at=NOON, now=NOON)
    assert stale_from(ok_at=None, created_at=NOON) == NOON
