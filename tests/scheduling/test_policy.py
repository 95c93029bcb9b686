"""How late a customer may change an appointment, to the instant."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from scheduling.enums import AppointmentStatus
from scheduling.policy import may_cancel, may_move
from tests.factories import NOON

HOUR = timedelta(hours=1)
INSTANT = timedelta.resolution


@pytest.mark.parametrize("may", [may_cancel, may_move])
@pytest.mark.parametrize(
    ("now", "notice", "expected"),
    [
        (NOON - HOUR, HOUR, True),
        (NOON - HOUR + INSTANT, HOUR, False),
        (NOON - INSTANT, timedelta(), True),
        (NOON, timedelta(), False),
        (NOON + HOUR, timedelta(), False),
        (NOON - 30 * HOUR, 31 * HOUR, False),
    ],
)
def test_by_time(may: Callable[..., bool], now: datetime, notice: timedelta, expected: bool) -> None:
    assert may(AppointmentStatus.CONFIRMED, starts_at=NOON, now=now, notice=notice) is expected


@pytest.mark.parametrize("may", [may_cancel, may_move])
def test_by_status(may: Callable[..., bool]) -> None:
    changeable = {status for status in AppointmentStatus if may(status, starts_at=NOON, now=NOON - HOUR)}
    assert changeable == {AppointmentStatus.CONFIRMED, AppointmentStatus.REQUESTED}
