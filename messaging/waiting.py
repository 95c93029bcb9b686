"""PURE: by when somebody who waits should hear from a person.

Minutes count while the place is open, on the clock of the world: the hour that a change of clocks repeats counts twice.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from scheduling.hours import SEARCH_DAYS, DayOverride, HoursRange, open_intervals

_DAY = timedelta(days=1)
# Nearly every answer is due within days: so far is looked first, and only then as far as openings are known at all.
_HORIZONS = (3, 10, SEARCH_DAYS)


def reply_due(
    ranges: Sequence[HoursRange],
    overrides: Sequence[DayOverride],
    zone: ZoneInfo,
    *,
    since: datetime,
    minutes: int,
) -> datetime:
    """`since` plus so many `minutes` of opening time; who writes at night waits from the next opening on.

    Plain minutes for a place without any hours, and for one that does not open as long as that is known.
    """
    left = timedelta(minutes=minutes)
    since = since.astimezone(UTC)
    if not ranges and not overrides:
        return since + left
    today = since.astimezone(zone).date()
    for days in _HORIZONS:
        # Yesterday's opening may still be running.
        open_time = open_intervals(ranges, overrides, zone, today - _DAY, today + timedelta(days=days))
        due = _spend(open_time, since, left)
        if due is not None:
            return due
    return since + left


def urgent_due(*, since: datetime, minutes: int) -> datetime:
    """What is urgent waits for no opening."""
    return since + timedelta(minutes=minutes)


def _spend(open_time: Sequence[tuple[datetime, datetime]], since: datetime, left: timedelta) -> datetime | None:
    for opens, closes in open_time:
        begins = max(opens, since)
        if begins >= closes:
            continue
        if left <= closes - begins:
            return begins + left
        left -= closes - begins
    return None
