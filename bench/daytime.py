"""Callers from where it is day now: one who is found late at night gets a task for people in place of a text."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

# Mobiles of these areas, any of whose exchanges from 200 on is in use; one of them has day at any hour but eleven UTC.
_AREAS = {"America/Phoenix": (602, 480, 623, 928), "America/Puerto_Rico": (787, 939), "Pacific/Guam": (671,)}
_DAY = range(8, 21)
COUNTRIES = ["US", "PR", "GU"]  # that a business of the bench has to serve for it
_PER_AREA = 1_000_000


def areas_at(now: datetime) -> tuple[int, ...]:
    """The area codes of a zone that has day at `now`; Arizona's if none has."""
    sunny = (areas for zone, areas in _AREAS.items() if now.astimezone(ZoneInfo(zone)).hour in _DAY)
    return next(sunny, _AREAS["America/Phoenix"])


# One hour of day for the whole of a run.
_areas = areas_at(datetime.now(UTC))


def phone(index: int) -> str:
    """Another number for each index, E.164."""
    area = _areas[index // _PER_AREA % len(_areas)]
    return f"+1{area}{200 + index // 10_000 % 100}{index % 10_000:04}"
