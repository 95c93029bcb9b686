"""The panel "Open times": what the hours and closures on a page come to, saved or as they are being typed."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.db.models import QuerySet

from leads.models import Business, Location
from recoverline.lib.zones import valid_zone
from scheduling import queries
from scheduling.hours import DayOverride, HoursRange
from scheduling.models import Closure, OpeningHours, Resource
from scheduling.open_days import OpenDay, clock_warnings, length_text, open_days

DAYS_SHOWN = 14
# Clock changes are looked for a year and a bit ahead, so that both are always among them.
DAYS_WARNED = 400
MOST_PLACES = 4

Owner = Business | Location | Resource


@dataclass(frozen=True, slots=True)
class Table:
    """Two weeks at one place. `source` says whose weekly hours count there, where they are not those of the page."""

    title: str
    zone: str
    source: str
    days: tuple[OpenDay, ...]
    warnings: tuple[str, ...]

    @property
    def total(self) -> str:
        return length_text(sum(day.minutes for day in self.days))

    @property
    def is_never_open(self) -> bool:
        return not any(day.spans for day in self.days)


@dataclass(frozen=True, slots=True)
class Panel:
    """`problems` keep the page from being saved; `more` places of a resource are not shown."""

    tables: tuple[Table, ...]
    problems: tuple[str, ...] = ()
    more: int = 0


@dataclass(frozen=True, slots=True)
class Draft:
    """The rows of a page. `time_zone` is what its field says, None where it is as saved."""

    owner: Owner
    hours: Sequence[OpeningHours]
    closures: Sequence[Closure]
    time_zone: str | None = None
    problems: tuple[str, ...] = ()


def saved_draft(owner: Owner) -> Draft:
    hours, closures = OpeningHours.objects.filter(**_of(owner)), Closure.objects.filter(**_of(owner))
    return Draft(owner, list(hours), list(closures))


def panel_of(draft: Draft, *, now: datetime) -> Panel:
    owner = draft.owner
    ranges = [range_of(row) for row in draft.hours]
    if isinstance(owner, Business):
        zone = _zone(draft.time_zone, owner.zone)
        table = _table(str(owner), zone, "", ranges, overrides_of(draft.closures), now=now)
        return Panel((table,), draft.problems)
    if isinstance(owner, Location):
        table = _of_location(draft, owner, ranges, now=now)
        return Panel((table,), draft.problems)
    places = list(_places_of(owner))
    tables = tuple(_of_resource(draft, place, ranges, now=now) for place in places[:MOST_PLACES])
    return Panel(tables, draft.problems, more=max(len(places) - MOST_PLACES, 0))


def range_of(row: OpeningHours) -> HoursRange:
    return HoursRange(row.weekday, row.opens, row.closes, row.next_day)


def overrides_of(rows: Iterable[Closure], *, rank: int = 0) -> list[DayOverride]:
    return [
        DayOverride(row.starts_on, row.ends_on, row.name, row.opens, row.closes, row.next_day, rank) for row in rows
    ]


def _of_location(draft: Draft, location: Location, ranges: list[HoursRange], *, now: datetime) -> Table:
    everywhere = saved_draft(location.business)
    usual = ranges or [range_of(row) for row in everywhere.hours]
    overrides = overrides_of([*everywhere.closures, *draft.closures])
    source = "" if ranges else f"The weekly hours are those of {location.business}; this location has none of its own."
    zone = location.zone if draft.time_zone is None else _zone(draft.time_zone, location.business.zone)
    return _table(str(location), zone, source, usual, overrides, now=now)


def _of_resource(draft: Draft, location: Location, ranges: list[HoursRange], *, now: datetime) -> Table:
    usual = ranges or queries.hours_of(location)
    theirs = queries.overrides_of(location, now=now)
    source = "" if ranges else f"The weekly hours are those of {location}; {draft.owner} has none of its own."
    overrides = [*theirs, *overrides_of(draft.closures, rank=1)]
    return _table(f"{draft.owner} at {location}", location.zone, source, usual, overrides, now=now)


def _table(
    title: str, zone: ZoneInfo, source: str, ranges: list[HoursRange], overrides: list[DayOverride], *, now: datetime
) -> Table:
    today: date = now.astimezone(zone).date()
    near = [override for override in overrides if override.ends_on >= today - timedelta(days=2)]
    return Table(
        title=title,
        zone=zone.key,
        source=source,
        days=tuple(open_days(ranges, near, zone, today, days=DAYS_SHOWN)),
        warnings=tuple(clock_warnings(ranges, near, zone, today, days=DAYS_WARNED)),
    )


def _places_of(resource: Resource) -> QuerySet[Location]:
    own = resource.locations.all()
    rows = own if own.exists() else resource.business.locations.all()
    return rows.select_related("business")


def _of(owner: Owner) -> dict[str, object]:
    """The columns that make a row of hours this owner's own."""
    business = owner if isinstance(owner, Business) else owner.business
    return {
        "business": business,
        "location": owner if isinstance(owner, Location) else None,
        "resource": owner if isinstance(owner, Resource) else None,
    }


def _zone(name: str | None, otherwise: ZoneInfo) -> ZoneInfo:
    return ZoneInfo(name) if name and valid_zone(name) else otherwise
