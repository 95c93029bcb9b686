"""The parts of a business file that belong to scheduling: weekly hours and special days, here and of resources."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import groupby

from django.db import models

from leads.config_fields import BrokenReference, Day, Ref, Text
from leads.config_loading import Loading
from leads.config_rows import Inner
from leads.config_yaml import Inline, Node, Problem, Quoted
from leads.models import Location
from scheduling.booking_sections import BOOKING_SECTIONS
from scheduling.hours import HoursRange, check_ranges
from scheduling.models import Closure, OpeningHours, Resource

# Opens, closes, closes the next day.
Range = tuple[time, time, bool]

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_DAY_NAMES = {
    **{day: index for index, day in enumerate(DAYS)},
    **dict(zip(("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"), range(7), strict=True)),
    **{"tues": 1, "weds": 2, "thur": 3, "thurs": 3},
}
_CLOCK = r"(\d{1,2})(?::(\d\d))?(?::(\d\d))?\s*(am|pm)?"
_RANGE = re.compile(rf"{_CLOCK}\s*-\s*{_CLOCK}", re.IGNORECASE | re.ASCII)
_MIDNIGHT = time(0)
# A night shift is shorter; a range like 9:00-5:00 is more often an afternoon written without its 12.
LONG_NIGHT = timedelta(hours=16)
# What a closure without hours holds instead of ranges.
_CLOSED = ((None, None, False),)
_HOURS = ("weekday", "opens", "closes", "next_day")
_CLOSURE = ("ends_on", "opens", "closes", "next_day")


def read_range(node: Node) -> Range:
    """8:00-17:00, 8am-5pm, 9:00-24:00; a closing time that is not after the opening one is on the next day."""
    text = node.as_text().strip()
    match = _RANGE.fullmatch(text)
    opens = _clock(match.groups()[:4]) if match else None
    closes = _clock(match.groups()[4:]) if match else None
    if opens is None or closes is None or opens[1]:
        raise Problem(node, f"“{text}” is not a range of hours. Write 8:00-17:00 or 8am-5pm, and 24:00 for midnight.")
    ends_late = closes[1] or closes[0] <= opens[0]
    return opens[0], closes[0], ends_late


def write_range(item: Range) -> Quoted:
    opens, closes, next_day = item
    return Quoted(f"{_clock_text(opens)}-{'24:00' if next_day and closes == _MIDNIGHT else _clock_text(closes)}")


def read_ranges(node: Node, loading: Loading) -> list[Range]:
    """One range or a list of them; “closed” is none. Wrong ones are reported and left out."""
    if isinstance(node.value, str) and node.value.strip().lower() == "closed":
        return []
    ranges = []
    for item in (node,) if isinstance(node.value, str) else node.as_list():
        try:
            ranges.append(read_range(item))
        except Problem as problem:
            loading.errors.append(problem.error)
            continue
        if _length(ranges[-1]) > LONG_NIGHT and ranges[-1][1] != _MIDNIGHT:
            loading.warn(item, f"“{item.value}” goes on until the next day. For an afternoon add 12: 17:00, not 5:00.")
    return ranges


@dataclass(frozen=True, slots=True)
class HoursSection:
    """A week as a mapping of days to ranges. Given, it is the whole week: a day it does not name is closed."""

    within: str = ""
    order: int = 30
    key: str = "hours"
    about: str = "When somebody picks up, in local time. A day that is not named is closed; 18:00-02:00 is a night."

    @property
    def tables(self) -> tuple[type[models.Model], ...]:
        return (OpeningHours,)

    def load(self, node: Node | None, owner: models.Model | None, loading: Loading) -> None:
        if node is None or node.value is None:
            if loading.is_pruning and owner is not None:
                stored = self._stored(owner)
                loading.keep_values(self.key, stored=stored, wanted=(), columns=_HOURS, node=Node(self.key, 1, None))
            return
        errors = len(loading.errors)
        week = self._read(node, loading)
        if self.within and not week and len(loading.errors) == errors:
            whose = "location" if self.within == "resources" else "business"
            loading.error(node, f"Without any range the hours of the {whose} would count. Name at least one.")
        if owner is None or len(loading.errors) > errors:
            return
        rows = [OpeningHours(**columns_of(owner), weekday=day, opens=opens, closes=closes, next_day=next_day)
                for day, (opens, closes, next_day) in week]  # fmt: skip
        if all([loading.is_valid(row, bad=set(), at=lambda _: node) for row in rows]):
            loading.keep_values(self.key, stored=self._stored(owner), wanted=rows, columns=_HOURS, node=node)

    def _read(self, node: Node, loading: Loading) -> list[tuple[int, Range]]:
        week: list[tuple[int, Range]] = []
        named: dict[int, str] = {}
        for name, child in node.as_mapping().items():
            try:
                days = read_days(child, name)
                ranges = read_ranges(child, loading)
            except Problem as problem:
                loading.errors.append(problem.error)
                continue
            for day in days:
                if day in named:
                    loading.error(child, f"“{DAYS[day]}” is already part of “{named[day]}”. Name each day once.")
                named[day] = name
                week.extend((day, item) for item in ranges)
        for message in check_ranges([HoursRange(day, *item) for day, item in week]):
            loading.error(node, message)
        return sorted(week)

    def dump(self, owner: models.Model, inner: Inner) -> dict[str, object]:
        by_day: list[list[Range]] = [[] for _ in DAYS]
        for row in self._stored(owner):
            by_day[row.weekday].append((row.opens, row.closes, row.next_day))
        data: dict[str, object] = {}
        for ranges, run in groupby(range(7), key=lambda day: sorted(by_day[day])):
            days = list(run)
            if ranges:
                name = DAYS[days[0]] if len(days) == 1 else f"{DAYS[days[0]]}-{DAYS[days[-1]]}"
                data[name] = Inline(write_range(item) for item in ranges)
        return data

    def _stored(self, owner: models.Model) -> Iterable[OpeningHours]:
        return OpeningHours.objects.filter(**columns_of(owner)).order_by("pk")


def columns_of(owner: models.Model) -> dict[str, models.Model | None]:
    """What makes a row of hours or a closure the own one of a business, location or resource."""
    return {
        "business": owner.business if isinstance(owner, Location | Resource) else owner,
        "location": owner if isinstance(owner, Location) else None,
        "resource": owner if isinstance(owner, Resource) else None,
    }


# What makes several rows one entry's: its location, name and first day.
ClosureId = tuple[Location | None, str, date]


@dataclass(frozen=True, slots=True)
class ClosureSection:
    """Special days as a list. Entries of the same name, location and first day are one: their hours add up.

    Those of a resource stand inside it and name no location.
    """

    within: str = ""
    key: str = "closures"
    order: int = 40
    about: str = "Holidays, and days with other hours. A date, or “from” and “to” with both days included."

    @property
    def tables(self) -> tuple[type[models.Model], ...]:
        return (Closure,)

    def load(self, node: Node | None, owner: models.Model | None, loading: Loading) -> None:
        # The rows of a resource with errors are only checked.
        resource = owner if isinstance(owner, Resource) else None
        stored = self._stored(owner) if owner is not None else {}
        wanted: dict[ClosureId, list[Closure]] = {}
        nodes: dict[ClosureId, Node] = {}
        for item in node.as_list() if node is not None else ():
            rows = self._read_item(item, resource, loading)
            for row in rows:
                identity = (row.location, row.name, row.starts_on)
                if _values(row) in map(_values, wanted.get(identity, ())):
                    loading.error(item, "This is already in the file. Keep one of the two.")
                wanted.setdefault(identity, []).append(row)
                nodes.setdefault(identity, item)
        for identity, rows in wanted.items() if owner is not None else ():
            loading.keep_values(
                self.key, stored=stored.pop(identity, ()), wanted=rows, columns=_CLOSURE, node=nodes[identity]
            )
        if loading.is_pruning:
            loading.leftovers.extend((self.key, row) for rows in stored.values() for row in rows)

    def _read_item(self, node: Node, resource: Resource | None, loading: Loading) -> list[Closure]:
        """The valid rows of an entry, one a range of hours; none when it has errors."""
        errors = len(loading.errors)
        try:
            keys = ("name", "date", "from", "to", "hours", *(() if self.within else ("location",)))
            loading.refuse_unknown_keys(node, keys)
            fields = {key: child for key, child in node.as_mapping().items() if child.value is not None}
            name = self._required(node, fields, "name")
            first = self._required(node, fields, "date" if "date" in fields or "from" not in fields else "from")
            last = fields.get("to", first)
            if "date" in fields and ("from" in fields or "to" in fields):
                raise Problem(node, "Write “date” for one day, or “from” and “to” for several.")
            has_place = "location" in fields and not self.within
            where = Ref("locations", "slug").read(fields["location"], loading) if has_place else None
            ranges = read_ranges(fields["hours"], loading) if "hours" in fields else []
            rows = [
                Closure(business=loading.business, location=where, resource=resource, next_day=next_day,
                        name=Text().read(name, loading), opens=opens, closes=closes,
                        starts_on=Day().read(first, loading), ends_on=Day().read(last, loading))
                for opens, closes, next_day in ranges or _CLOSED
            ]  # fmt: skip
        except Problem as problem:
            loading.errors.append(problem.error)
            return []
        except BrokenReference:
            return []
        places = {"name": name, "starts_on": first, "ends_on": last, "closes": fields.get("hours", node)}
        valid = [row for row in rows if loading.is_valid(row, bad=set(), at=lambda column: places.get(column, node))]
        return valid if len(loading.errors) == errors else []

    def _required(self, node: Node, fields: Mapping[str, Node], key: str) -> Node:
        if key not in fields:
            raise Problem(node, f"“{key}” is missing.")
        return fields[key]

    def dump(self, owner: models.Model, inner: Inner) -> list[dict[str, object]]:
        data: list[dict[str, object]] = []
        for (location, name, starts_on), rows in self._stored(owner).items():
            for ends_on, group in groupby(sorted(rows, key=lambda row: row.ends_on), key=lambda row: row.ends_on):
                data.extend(self._items(location, name, starts_on, ends_on, list(group)))
        return data

    def _items(
        self, location: Location | None, name: str, starts_on: date, ends_on: date, rows: list[Closure]
    ) -> Iterable[dict[str, object]]:
        days: dict[str, object] = {"date": starts_on} if starts_on == ends_on else {"from": starts_on, "to": ends_on}
        where: dict[str, object] = {"location": location.slug} if location is not None else {}
        ranges = sorted({(row.opens, row.closes, row.next_day) for row in rows if row.opens and row.closes})
        if any(row.opens is None for row in rows):
            yield {"name": name, **days, **where}
        if ranges:
            yield {"name": name, **days, "hours": Inline(write_range(item) for item in ranges), **where}

    def _stored(self, owner: models.Model) -> dict[ClosureId, list[Closure]]:
        stored: dict[ClosureId, list[Closure]] = {}
        own = columns_of(owner)
        # The list of the business names its locations; a resource's rows have none.
        del own["location"]
        for row in Closure.objects.filter(**own).select_related("location").order_by("pk"):
            stored.setdefault((row.location, row.name, row.starts_on), []).append(row)
        return stored


SECTIONS = (
    HoursSection(),
    HoursSection(within="locations"),
    ClosureSection(),
    *BOOKING_SECTIONS,
    HoursSection(within="resources"),
    ClosureSection(within="resources"),
)


def _values(row: Closure) -> tuple[object, ...]:
    return tuple(getattr(row, column) for column in _CLOSURE)


def read_days(node: Node, name: str) -> list[int]:
    """0 for Monday and so on, of mon, mon-fri, sat-mon, or several of these with commas between."""
    days: list[int] = []
    for part in name.lower().split(","):
        first, _, last = (word.strip() for word in part.partition("-"))
        if first not in _DAY_NAMES or (last or first) not in _DAY_NAMES:
            raise Problem(node, f"“{name}” names no day. Write mon, mon-fri, or “mon, wed”.")
        start = _DAY_NAMES[first]
        days.extend((start + step) % 7 for step in range((_DAY_NAMES[last or first] - start) % 7 + 1))
    return days


def _clock(parts: tuple[str | None, ...]) -> tuple[time, bool] | None:
    """The time of day, and whether it is the midnight that ends it (24:00)."""
    hour, minute, second = (int(part or 0) for part in parts[:3])
    half = (parts[3] or "").lower()
    if half and not 1 <= hour <= 12:
        return None
    if half:
        hour = hour % 12 + (12 if half == "pm" else 0)
    elif parts[1] is None:
        # "9-5" would be read as nine hours by people and as a night by a clock.
        return None
    if (hour, minute, second) == (24, 0, 0):
        return _MIDNIGHT, True
    return (time(hour, minute, second), False) if hour < 24 and minute < 60 and second < 60 else None


def _clock_text(wall: time) -> str:
    return f"{wall.hour}:{wall.minute:02}" + (f":{wall.second:02}" if wall.second else "")


def _length(item: Range) -> timedelta:
    opens, closes, next_day = item
    length = datetime.combine(date.min, closes) - datetime.combine(date.min, opens)
    return length + timedelta(days=next_day)
