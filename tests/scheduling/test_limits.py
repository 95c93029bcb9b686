from datetime import UTC, datetime, timedelta

import pytest

from scheduling import limits
from scheduling.models import RequestCount
from tests.factories import NOON

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)


def ask(subject: str = "a", *, now: datetime = NOON, most: int = 3) -> bool:
    return limits.allow(subject, most=most, per=HOUR, now=now)


def test_so_many_and_no_more() -> None:
    assert [ask() for _ in range(5)] == [True, True, True, False, False]
    assert RequestCount.objects.get().count == 5


def test_each_subject_is_counted_alone() -> None:
    assert [ask("a", most=1), ask("b", most=1), ask("a", most=1)] == [True, True, False]


def test_the_next_stretch_begins_anew() -> None:
    """Stretches are those of the clock: the last second of an hour, and the first of the next."""
    assert [ask(now=NOON + HOUR - timedelta(seconds=1), most=1) for _ in range(2)] == [True, False]
    assert ask(now=NOON + HOUR, most=1)


def test_a_long_subject_is_cut_on_both_databases() -> None:
    assert [ask("x" * 200, most=1), ask("x" * 200, most=1)] == [True, False]


def test_what_is_long_past_is_forgotten() -> None:
    ask(now=NOON - timedelta(days=3))
    ask(now=NOON)
    assert limits.forget(NOON) == 1
    assert RequestCount.objects.get().begins_at == NOON


def test_before_the_epoch_it_counts_too() -> None:
    assert ask(now=datetime(1969, 12, 31, 23, 30, tzinfo=UTC), most=1)
    assert RequestCount.objects.get().begins_at == datetime(1969, 12, 31, 23, tzinfo=UTC)
