"""Which of a business's areas a name or a postal code lies in, also by the miles around it. Pure."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING

from leads.gazetteer import Spot, Town, miles_between, plain, spot_of, state_code, towns_named

if TYPE_CHECKING:  # a value of the rows' side; whoever reads places needs no rows
    from leads.knowledge import AreaFact

_SHORTEST_SLIP = 6
_Degrees = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Found:
    """What a name or a code stands for.

    `is_area`: the area's own name; else `area` has it by a code or by miles. Neither `area` nor `is_elsewhere`: it
    cannot be told. `holds_area_name`: another city whose name contains that of an area, “South Tempe”.
    """

    said: str
    area: "AreaFact | None" = None
    is_elsewhere: bool = False
    is_area: bool = False
    code: str = ""
    holds_area_name: bool = False


@lru_cache(maxsize=64)
def served_by(areas: "tuple[AreaFact, ...]") -> "Served":
    return Served(areas)


class Served:
    """The areas of one business, ready to be asked; remembered, because the same are asked with every text."""

    def __init__(self, areas: "tuple[AreaFact, ...]") -> None:
        self.areas = areas
        self._named: dict[str, list[tuple[AreaFact, str]]] = defaultdict(list)
        self._codes: dict[str, list[AreaFact]] = defaultdict(list)
        for area in areas:
            for name in (area.city, *area.aliases):
                for key in {plain(name), plain(name.replace("'", "").replace("’", ""))} - {""}:
                    self._add(key, area, name)
            for code in area.postal_codes:
                self._codes[code.strip()].append(area)
                if not code.strip().isdecimal() and plain(code):
                    self._add(plain(code), area, code)
        for key in [key for key in self._named if " " in key]:
            # “sanjose” is written too; a name of one word that is an area's own goes first.
            self._named.setdefault(key.replace(" ", ""), self._named[key])
        self._regions = {plain(area.region): area for area in areas if area.region}
        self._slips = [key for key in self._named if len(key.replace(" ", "")) >= _SHORTEST_SLIP]

    def _add(self, key: str, area: "AreaFact", name: str) -> None:
        if all(known is not area for known, _ in self._named[key]):
            self._named[key].append((area, name))

    # ------------------------------------------------------------ asked by the reader
    def lists(self, code: str) -> bool:
        return code in self._codes

    def names(self, name: str) -> bool:
        return name in self._named

    def knows(self, name: str) -> bool:
        return name in self._named or bool(towns_named(name))

    def is_slip(self, name: str) -> bool:
        return any(is_one_slip(name, key) for key in self._slips)

    def has_region(self, name: str) -> bool:
        return name in self._regions

    def may_lie_in(self, area: "AreaFact", state: str) -> bool:
        """Whether the area can be in that state, or its region be `state` itself."""
        if plain(area.region) == plain(state):
            return True
        states = self._states_of[area]
        return states is None or state in states

    def by_code(self, code: str, location_id: int | None) -> Found:
        """A listed code is that area's; else the area that is the whole city, else the nearest within its miles."""
        if code in self._codes:
            return Found(code, _preferred(self._codes[code], location_id), code=code)
        spot = spot_of(code)
        if spot is None:
            return Found(code, code=code)
        area = self._having(spot, location_id) or self._around([spot.degrees], location_id)
        return Found(code, area, is_elsewhere=area is None, code=code)

    def by_name(self, name: str, region: str, location_id: int | None) -> Found | None:
        """`name` in plain words; `region`: a state's code or an area's region, "" if none is named."""
        own = self._own(name, region, location_id)
        if own is not None:
            return own
        known = towns_named(name)
        towns = [town for town in known if not region or town.state == region]
        postal = [town for town in towns if town.is_postal]
        said = (postal or towns)[0].name if towns else ""
        if towns:
            own = self._own(plain(said), region or (towns[0].state if len(towns) == 1 else ""), location_id)
            if own is not None:
                return own
        elif name in self._named:
            return Found(self._named[name][0][1], is_area=True)  # a state that has no such city: a slip, or far away
        area = self._around([town.degrees for town in towns], location_id) or self._all_of(towns, location_id)
        if area is not None:
            return Found(said, area)
        if not postal:
            return None
        is_doubtful = not region and (self._is_their_state(name) or self._may_be_a_slip(name, towns))
        is_clear = not is_doubtful and not self._is_partly_served(towns)
        return Found(said, is_elsewhere=is_clear, holds_area_name=self._holds_area_name(name))

    def by_slip(self, name: str, region: str, location_id: int | None) -> Found | None:
        """A served name that `name` is one letter away from, if it is only one."""
        close = {id(self._named[key]): key for key in self._slips if is_one_slip(name, key)}
        if len(close) != 1:
            return None
        (key,) = close.values()
        return self._own(key, region, location_id)

    # ------------------------------------------------------------ inside
    def _own(self, name: str, region: str, location_id: int | None) -> Found | None:
        named = self._named.get(name, ())
        fitting = [(area, said) for area, said in named if not region or self.may_lie_in(area, region)]
        if not fitting:
            return None
        area = _preferred([area for area, _ in fitting], location_id)
        said = next(said for known, said in fitting if known is area)
        return Found(said, area, is_area=True)

    @cached_property
    def _states_of(self) -> "dict[AreaFact, frozenset[str] | None]":
        """The states that each area may lie in; None: not known, any."""
        certain = {area: _states_by_itself(area) for area in self.areas}
        siblings = frozenset(state for states in certain.values() for state in states or ())
        found: dict[AreaFact, frozenset[str] | None] = {}
        for area, states in certain.items():
            if states is None:
                towns = {town.state for town in towns_named(plain(area.city))}
                states = frozenset(towns & siblings) or _main_state(area.city) or None
            found[area] = states
        return found

    @cached_property
    def _circles(self) -> "list[tuple[AreaFact, _Degrees, int]]":
        """Middle and miles of the areas that reach farther than their city."""
        circles = []
        for area in self.areas:
            middle = self._middle_of(area) if area.radius_miles else None
            if middle is not None and area.radius_miles:
                circles.append((area, middle, area.radius_miles))
        return circles

    def _middle_of(self, area: "AreaFact") -> _Degrees | None:
        for code in area.postal_codes[:1]:
            spot = spot_of(code.strip())
            if spot is not None:
                return spot.degrees
        states = self._states_of[area] or frozenset()
        towns = [town for town in towns_named(plain(area.city)) if town.state in states]
        return towns[0].degrees if len(towns) == 1 else None

    def _around(self, places: Iterable[_Degrees | None], location_id: int | None) -> "AreaFact | None":
        reached: dict[AreaFact, float] = {}
        for place in filter(None, places):
            for area, middle, radius in self._circles:
                miles = miles_between(middle, place)
                if miles <= radius:
                    reached[area] = min(miles, reached.get(area, miles))
        if not reached:
            return None
        others = {area for area in reached if location_id is not None and area.location_id != location_id}
        return min(reached, key=lambda area: (area in others, reached[area]))

    def _having(self, spot: Spot, location_id: int | None) -> "AreaFact | None":
        """The area that lists no codes and whose city the code belongs to."""
        areas = [
            area
            for name in spot.names
            for area, _ in self._named.get(name, ())
            if not area.postal_codes and self.may_lie_in(area, spot.state)
        ]
        return _preferred(areas, location_id) if areas else None

    def _all_of(self, towns: list[Town], location_id: int | None) -> "AreaFact | None":
        """The area that every code of one of the cities lies in."""
        for town in towns:
            areas = [self._area_of_code(code, location_id) for code in town.codes]
            if areas and all(area is not None for area in areas):
                return areas[0]
        return None

    def _is_partly_served(self, towns: list[Town]) -> bool:
        return any(self._area_of_code(code, None) is not None for town in towns for code in town.codes)

    def _area_of_code(self, code: str, location_id: int | None) -> "AreaFact | None":
        """As listed, or by the city that the post office puts first."""
        if code in self._codes:
            return _preferred(self._codes[code], location_id)
        spot = spot_of(code)
        return None if spot is None else self._having(Spot(spot.state, spot.names[:1], spot.degrees), location_id)

    def _may_be_a_slip(self, name: str, towns: list[Town]) -> bool:
        """“Berkley” is in Michigan, but also how people write Berkeley; in our own state it is no slip."""
        close = [area for key in self._slips if is_one_slip(name, key) for area, _ in self._named[key]]
        return any(not any(self.may_lie_in(area, town.state) for town in towns) for area in close)

    def _is_their_state(self, name: str) -> bool:
        """“New York” is the city, or the state that an area lies in."""
        state = state_code(name)
        return bool(state) and any(self.may_lie_in(area, state) for area in self.areas)

    def _holds_area_name(self, name: str) -> bool:
        words = name.split()
        parts = (" ".join(words[at:end]) for at in range(len(words)) for end in range(at + 1, len(words) + 1))
        return any(part != name and part in self._named for part in parts)


def is_one_slip(typed: str, meant: str) -> bool:
    """Whether one letter is missing, added, wrong, or changed places with its neighbor."""
    if not typed or not meant or typed == meant or abs(len(typed) - len(meant)) > 1:
        return False
    if typed[0] != meant[0] and typed[-1] != meant[-1]:
        return False  # most words end here
    start = 0
    while start < min(len(typed), len(meant)) and typed[start] == meant[start]:
        start += 1
    one, other = typed[start:], meant[start:]
    if len(one) > len(other):
        return one[1:] == other
    if len(one) < len(other):
        return one == other[1:]
    return one[1:] == other[1:] or (one[:2] == other[1::-1] and one[2:] == other[2:])


def _preferred(areas: "list[AreaFact]", location_id: int | None) -> "AreaFact":
    """That of the location, else one of no location, else the first."""
    return min(areas, key=lambda area: (area.location_id != location_id, area.location_id is not None))


def _states_by_itself(area: "AreaFact") -> frozenset[str] | None:
    """By its region or its codes. A region abroad is no state: an empty set."""
    if area.region.strip():
        code = state_code(area.region)
        return frozenset((code,)) if code else frozenset()
    spots = (spot_of(code.strip()) for code in area.postal_codes)
    return frozenset(spot.state for spot in spots if spot is not None) or None


def _main_state(city: str) -> frozenset[str]:
    """Where nearly everybody who says its name means: the only such city, or by far the largest."""
    towns = sorted(towns_named(plain(city)), key=lambda town: -len(town.codes) * town.is_postal)
    if not towns:
        return frozenset()
    if len(towns) == 1 or len(towns[0].codes) >= 3 * max(1, len(towns[1].codes) * towns[1].is_postal):
        return frozenset((towns[0].state,))
    return frozenset()
