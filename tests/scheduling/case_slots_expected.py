"""What a `slots` case expects, compared with what the engine says."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from scheduling.availability import Availability
from tests.scheduling.case_values import Given, compare, instant, local, minutes, shown, span, wall, wall_at


@dataclass(frozen=True, slots=True)
class Found:
    """The engine's answer: `availability` can be asked of any start, `slots` are those of the case's grid."""

    availability: Availability
    slots: list[datetime]
    zone: ZoneInfo
    now: datetime
    time_from: time | None
    time_to: time | None

    def takes(self, start: datetime) -> bool:
        is_within = self.availability.is_within(start, time_from=self.time_from, time_to=self.time_to)
        return is_within and self.availability.is_bookable(start)

    @property
    def walls(self) -> list[datetime]:
        return [wall_at(slot, self.zone) for slot in self.slots]


def problems(found: Found, expect: Given) -> list[str]:
    """One sentence for each expectation that is not met."""
    return [problem for name, wanted in expect.items() for problem in _CHECKS[name](name, wanted, found)]


def _all_bookable(name: str, wanted: Any, found: Found) -> list[str]:
    starts = [local(text, found.zone) if name.endswith("_local") else instant(text) for text in wanted]
    is_wanted = not name.startswith("not_")
    wrong = [start for start in starts if found.takes(start) != is_wanted]
    return [f"{name}: it is the other way round for {shown(wrong)}"] if wrong else []


def _slots(name: str, wanted: Any, found: Found) -> list[str]:
    return compare(name, [instant(text) for text in wanted], found.slots)


def _slots_local(name: str, wanted: Any, found: Found) -> list[str]:
    return compare(name, [wall(text) for text in wanted], found.walls)


def _count(name: str, wanted: Any, found: Found) -> list[str]:
    return compare(name, wanted, len(found.slots))


def _edge(name: str, wanted: Any, found: Found) -> list[str]:
    index = 0 if name.startswith("first") else -1
    if name.endswith("_local"):
        return compare(name, wanted and wall(wanted), found.walls[index] if found.slots else None)
    return compare(name, wanted and instant(wanted), found.slots[index] if found.slots else None)


def _contains(name: str, wanted: Any, found: Found) -> list[str]:
    missing = [start for start in map(instant, wanted) if start not in found.slots]
    return [f"{name}: without {shown(missing)}, found {shown(found.slots)}"] if missing else []


def _assignable(name: str, wanted: Any, found: Found) -> list[str]:
    return [
        problem
        for start, ids in wanted.items()
        for problem in compare(f"{name} at {start}", sorted(ids), sorted(found.availability.assignable(instant(start))))
    ]


def _none_in(name: str, wanted: Any, found: Found) -> list[str]:
    """Nothing listed, and nothing that could be booked from any minute either."""
    wrong: list[datetime] = []
    for start, end in map(span, wanted):
        wrong += [slot for slot in found.slots if start <= slot < end]
        moment = start
        while moment < end:
            wrong += [moment] if found.takes(moment) else []
            moment += minutes(1)
    return [f"{name}: could begin at {shown(sorted(set(wrong)))}"] if wrong else []


def _none_before(name: str, wanted: Any, found: Found) -> list[str]:
    earliest = found.now + minutes(wanted)
    if not found.slots:
        return [f"{name}: there are no slots at all"]
    early = [slot for slot in found.slots if slot < earliest]
    return [f"{name}: earlier are {shown(early)}"] if early else []


_CHECKS: dict[str, Callable[[str, Any, Found], list[str]]] = {
    **dict.fromkeys(("bookable", "not_bookable", "bookable_local", "not_bookable_local"), _all_bookable),
    **dict.fromkeys(("first", "last", "first_local", "last_local"), _edge),
    "slots": _slots,
    "slots_local": _slots_local,
    "count": _count,
    "contains": _contains,
    "assignable": _assignable,
    "none_in": _none_in,
    "none_before_minutes_from_now": _none_before,
}
EXPECTED = frozenset(_CHECKS)
