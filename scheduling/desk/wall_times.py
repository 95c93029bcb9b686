"""PURE: a day and a time as somebody typed them, to an instant, and what there is to say about that."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from scheduling.open_days import clock_text, day_text

_MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Reading:
    """`starts_at` is UTC. `problem`: there is no such time; `remark`: it was read in one of two ways."""

    starts_at: datetime
    problem: str = ""
    remark: str = ""


def read_wall_time(day: date, wall: time, zone: ZoneInfo) -> Reading:
    """A time that clocks skip is a problem, with the next one that exists; of one that comes twice the first counts."""
    local = datetime.combine(day, wall.replace(second=0, microsecond=0, fold=0), tzinfo=zone)
    moment = local.astimezone(UTC)
    if moment.astimezone(zone).replace(tzinfo=None) != local.replace(tzinfo=None):
        following = clock_text(_first_after_gap(moment, zone).time())
        gap = f"{clock_text(wall)} does not exist on {day_text(day)}, when clocks go forward."
        return Reading(moment, problem=f"{gap} The next time is {following}.")
    if local.utcoffset() != local.replace(fold=1).utcoffset():
        twice = f"{clock_text(wall)} comes twice on {day_text(day)}, when clocks go back; the first one counts."
        return Reading(moment, remark=twice)
    return Reading(moment)


def _first_after_gap(moment: datetime, zone: ZoneInfo) -> datetime:
    """The local time to which clocks went forward, a little before `moment`."""
    offset = moment.astimezone(zone).utcoffset()
    while (moment - _MINUTE).astimezone(zone).utcoffset() == offset:
        moment -= _MINUTE
    return moment.astimezone(zone)
