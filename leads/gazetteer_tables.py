"""The tables of the gazetteer: built from the package `zipcodes`, kept as columns of numbers and long strings. Pure.

As Python objects the same rows take 45 MB, and the package another 40 MB that it never gives back, in every process
that reads where a customer is. As columns they are 5 MB.
"""

import re
import sys
from array import array
from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from math import isnan, nan
from typing import NamedTuple

import zipcodes

from leads.gazetteer_names import SHORT_NAMES, STATE_CODES, plain
from recoverline.lib.zones import valid_zone

_STATES = tuple(sorted(STATE_CODES))
_PARTICLE = re.compile(r"\b([do]) (?=\w)")
_DIRECTIONS = {"north": "n", "south": "s", "east": "e", "west": "w"}

Degrees = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Spot:
    """A ZIP code: its state, the plain names its post offices go by (the main one first), degrees or None.

    `zone`: its time zone, "" where the data names none.
    """

    state: str
    names: tuple[str, ...]
    degrees: Degrees | None
    zone: str = ""


@dataclass(frozen=True, slots=True)
class Town:
    """A city of one state. `is_postal`: the post office delivers under this name; else people only use it."""

    name: str
    state: str
    codes: tuple[str, ...]
    is_postal: bool
    degrees: Degrees | None


class _Words:
    """Many short strings in one."""

    __slots__ = ("_ends", "_text")

    def __init__(self, words: Iterable[str]) -> None:
        self._ends, parts, end = array("I", [0]), [], 0
        for word in words:
            parts.append(word)
            end += len(word)
            self._ends.append(end)
        self._text = "".join(parts)

    def __len__(self) -> int:
        return len(self._ends) - 1

    def __getitem__(self, at: int) -> str:
        return self._text[self._ends[at] : self._ends[at + 1]]


class _Lists:
    """Many short lists of numbers in one."""

    __slots__ = ("_ends", "_numbers")

    def __init__(self, lists: Iterable[Iterable[int]]) -> None:
        self._ends, self._numbers = array("I", [0]), array("I")
        for numbers in lists:
            self._numbers.extend(numbers)
            self._ends.append(len(self._numbers))

    def __getitem__(self, at: int) -> "array[int]":
        return self._numbers[self._ends[at] : self._ends[at + 1]]


class _Places:
    """Degrees, two numbers each; not a number where they are not known."""

    __slots__ = ("_degrees",)

    def __init__(self, places: Iterable[Degrees | None]) -> None:
        self._degrees = array("d")
        for place in places:
            self._degrees.extend(place or (nan, nan))

    def __getitem__(self, at: int) -> Degrees | None:
        north = self._degrees[2 * at]
        return None if isnan(north) else (north, self._degrees[2 * at + 1])


class Tables:
    """Every ZIP code with its post offices, and every name with the cities that bear it."""

    def __init__(self, spots: dict[str, Spot], towns: dict[str, tuple[Town, ...]]) -> None:
        names = sorted({*towns, *(name for spot in spots.values() for name in spot.names)})
        number_of = {name: number for number, name in enumerate(names)}
        codes = sorted(spots)
        place_of = {code: at for at, code in enumerate(codes)}
        every = list({id(town): town for rows in towns.values() for town in rows}.values())
        town_at = {id(town): at for at, town in enumerate(every)}
        self._codes = array("I", map(int, codes))
        self._spot_states = bytes(_STATES.index(spots[code].state) for code in codes)
        self._zones = tuple(sorted({spot.zone for spot in spots.values()}))
        self._spot_zones = bytes(self._zones.index(spots[code].zone) for code in codes)
        self._spot_names = _Lists([number_of[name] for name in spots[code].names] for code in codes)
        self._spot_places = _Places(spots[code].degrees for code in codes)
        self._names = _Words(names)
        self._bearers = _Lists([town_at[id(town)] for town in towns.get(name, ())] for name in names)
        self._town_names = _Words(town.name for town in every)
        self._town_states = bytes(_STATES.index(town.state) for town in every)
        self._town_codes = _Lists([place_of[code] for code in town.codes] for town in every)
        self._town_is_postal = bytes(town.is_postal for town in every)
        self._town_places = _Places(town.degrees for town in every)

    def spot(self, code: str) -> Spot | None:
        if len(code) != 5 or not (code.isascii() and code.isdecimal()):
            return None
        at = bisect_left(self._codes, int(code))
        if at == len(self._codes) or self._codes[at] != int(code):
            return None
        names = tuple([self._names[number] for number in self._spot_names[at]])
        return Spot(_STATES[self._spot_states[at]], names, self._spot_places[at], self._zones[self._spot_zones[at]])

    def towns(self, name: str) -> tuple[Town, ...]:
        at = bisect_left(self._names, name)
        if at == len(self._names) or self._names[at] != name:
            return ()
        return tuple([self._town(town) for town in self._bearers[at]])

    def _town(self, at: int) -> Town:
        codes = tuple([f"{self._codes[spot]:05}" for spot in self._town_codes[at]])
        return Town(
            sys.intern(self._town_names[at]), _STATES[self._town_states[at]], codes, bool(self._town_is_postal[at]),
            self._town_places[at],
        )  # fmt: skip


class _Entry(NamedTuple):
    """A name of a code; `lives`: it has houses."""

    code: str
    name: str
    is_postal: bool
    lives: bool
    degrees: Degrees | None


def build() -> Tables:
    """Read the package: a second of work, 80 MB while it lasts, 40 MB of them for as long as this process lives."""
    plainly, is_zone = cache(plain), cache(valid_zone)
    spots: dict[str, Spot] = {}
    towns: dict[str, list[Town]] = {}
    for state in _STATES:
        # State by state: the package keeps what `list_all` gives.
        found: dict[str, list[_Entry]] = {}
        for row in zipcodes.filter_by_state(state):
            code, lives = row["zip_code"], row["zip_code_type"] == "STANDARD"
            postal = (row["city"], *row["acceptable_cities"])
            # A firm with a code of its own is no place.
            names = (*postal, *row["unacceptable_cities"]) if lives else postal
            latitude, longitude = float(row["lat"] or 0), float(row["long"] or 0)
            degrees = (latitude, longitude) if latitude else None
            keys = [plainly(name) for name in names]
            zone = row["timezone"] if is_zone(row["timezone"]) else ""
            spots[code] = Spot(state, tuple(dict.fromkeys(filter(None, keys))), degrees, zone)
            for at, key in enumerate(keys):
                if key:
                    found.setdefault(key, []).append(_Entry(code, names[at], at < len(postal), lives, degrees))
        for key, entries in found.items():
            towns.setdefault(key, []).append(_town(state, entries))
    for key in SHORT_NAMES.keys() & towns.keys():
        del towns[key]  # all of them names that the post office turns down somewhere
    for key in [key for key in towns if " " in key]:
        written = key.replace(" ", "")
        # “sanjose”; a short one is rather a word of its own
        if len(written) > 5 and not any(town.is_postal for town in towns.get(written, ())):
            towns[written] = towns[key]
        towns.setdefault(_PARTICLE.sub(r"\1", key), towns[key])  # “dAlene”
        first, rest = key.split(" ", 1)
        if first in _DIRECTIONS:
            towns.setdefault(f"{_DIRECTIONS[first]} {rest}", towns[key])
    return Tables(spots, {key: tuple(rows) for key, rows in towns.items()})


def _town(state: str, entries: list[_Entry]) -> Town:
    postal = [entry for entry in entries if entry.is_postal]
    # Post-office boxes and firms lie where their building does, not where the city does.
    lived_in = [entry for entry in postal or entries if entry.lives] or postal
    codes = tuple(dict.fromkeys(entry.code for entry in lived_in))
    return Town((postal or entries)[0].name, state, codes, bool(postal), _middle(entry.degrees for entry in lived_in))


def _middle(places: Iterable[Degrees | None]) -> Degrees | None:
    known = [place for place in places if place is not None]
    if not known:
        return None
    return sum(place[0] for place in known) / len(known), sum(place[1] for place in known) / len(known)
