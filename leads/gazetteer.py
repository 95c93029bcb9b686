"""The ZIP codes and cities of the United States: which city a code belongs to, and how far apart two of them are. Pure.

The data is the package `zipcodes`. Its own search walks through 42,000 rows, so the rows become two dicts, once per
process and only when somebody first asks: measured on a small server 1 s and 90 MB, afterwards microseconds. It is
read state by state because the package keeps what `list_all` gives, another 100 MB, for good.
"""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from math import asin, cos, radians, sin, sqrt
from typing import NamedTuple

import zipcodes

_EARTH_MILES = 3958.8

STATES = {
    "alabama": "AL", "alaska": "AK", "arizona": "AZ", "arkansas": "AR", "california": "CA", "colorado": "CO",
    "connecticut": "CT", "delaware": "DE", "district of columbia": "DC", "florida": "FL", "georgia": "GA",
    "hawaii": "HI", "idaho": "ID", "illinois": "IL", "indiana": "IN", "iowa": "IA", "kansas": "KS", "kentucky": "KY",
    "louisiana": "LA", "maine": "ME", "maryland": "MD", "massachusetts": "MA", "michigan": "MI", "minnesota": "MN",
    "mississippi": "MS", "missouri": "MO", "montana": "MT", "nebraska": "NE", "nevada": "NV", "new hampshire": "NH",
    "new jersey": "NJ", "new mexico": "NM", "new york": "NY", "north carolina": "NC", "north dakota": "ND",
    "ohio": "OH", "oklahoma": "OK", "oregon": "OR", "pennsylvania": "PA", "puerto rico": "PR", "rhode island": "RI",
    "south carolina": "SC", "south dakota": "SD", "tennessee": "TN", "texas": "TX", "utah": "UT", "vermont": "VT",
    "virginia": "VA", "washington": "WA", "west virginia": "WV", "wisconsin": "WI", "wyoming": "WY",
    "nuevo mexico": "NM", "nueva york": "NY", "nueva jersey": "NJ", "carolina del norte": "NC",
    "carolina del sur": "SC", "pensilvania": "PA", "luisiana": "LA", "misisipi": "MS", "misuri": "MO",
}  # fmt: skip
STATE_CODES = frozenset(STATES.values()) | {"VI", "GU", "AS", "MP"}

# What people text for a city, where the whole country means the same one. Areas have names of their own beside these.
_SHORT_NAMES = {
    "sf": ("san francisco", "CA"), "sfo": ("san francisco", "CA"), "san fran": ("san francisco", "CA"),
    "sanfran": ("san francisco", "CA"), "la": ("los angeles", "CA"),
    "l a": ("los angeles", "CA"), "nyc": ("new york", "NY"), "new york city": ("new york", "NY"),
    "vegas": ("las vegas", "NV"), "philly": ("philadelphia", "PA"), "phx": ("phoenix", "AZ"),
    "abq": ("albuquerque", "NM"), "atl": ("atlanta", "GA"), "okc": ("oklahoma city", "OK"),
    "slc": ("salt lake city", "UT"), "pdx": ("portland", "OR"), "indy": ("indianapolis", "IN"),
    "nola": ("new orleans", "LA"), "jax": ("jacksonville", "FL"), "stl": ("st louis", "MO"),
    "cincy": ("cincinnati", "OH"), "kcmo": ("kansas city", "MO"), "dc": ("washington", "DC"),
    "d c": ("washington", "DC"), "htx": ("houston", "TX"), "atx": ("austin", "TX"), "satx": ("san antonio", "TX"),
    "chi town": ("chicago", "IL"), "chitown": ("chicago", "IL"), "south san fran": ("south san francisco", "CA"),
    "south sf": ("south san francisco", "CA"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Spot:
    """A ZIP code: its state, the plain names its post offices go by (the main one first), degrees or None."""

    state: str
    names: tuple[str, ...]
    degrees: tuple[float, float] | None


@dataclass(frozen=True, slots=True)
class Town:
    """A city of one state. `is_postal`: the post office delivers under this name; else people only use it."""

    name: str
    state: str
    codes: tuple[str, ...]
    is_postal: bool
    degrees: tuple[float, float] | None


def plain(text: str) -> str:
    """Lower case without accents and punctuation, saints shortened: “Saint Paul” and “St. Paul” are st paul."""
    letters = unicodedata.normalize("NFKD", text.casefold())
    kept = "".join(char for char in letters if not unicodedata.combining(char))
    words = re.sub(r"[^\w\s]|_", " ", kept).split()
    return " ".join(_SHORTENED.get(word, word) for word in words)


def short(word: str) -> str:
    """A plain word as it stands in plain names."""
    return _SHORTENED.get(word, word)


def spot_of(code: str) -> Spot | None:
    return _country().spots.get(code)


def towns_named(name: str) -> tuple[Town, ...]:
    """Every city of this plain name, at most one per state; () if there is none."""
    country = _country()
    if name in _SHORT_NAMES:
        city, state = _SHORT_NAMES[name]
        return tuple(town for town in country.towns.get(city, ()) if town.state == state)
    return country.towns.get(name, ())


def state_code(region: str) -> str:
    """“Arizona”, “az” and “AZ” are AZ; "" for what is no state."""
    code = region.strip().upper().replace(".", "")
    return code if code in STATE_CODES else STATES.get(plain(region), "")


def miles_between(one: tuple[float, float], other: tuple[float, float]) -> float:
    """Along the great circle; degrees of latitude and longitude."""
    north, west, south, east = map(radians, (*one, *other))
    half = sin((south - north) / 2) ** 2 + cos(north) * cos(south) * sin((east - west) / 2) ** 2
    return 2 * _EARTH_MILES * asin(sqrt(min(1.0, half)))


_SHORTENED = {"saint": "st", "sainte": "ste", "fort": "ft", "mount": "mt"}
_PARTICLE = re.compile(r"\b([do]) (?=\w)")
_DIRECTIONS = {"north": "n", "south": "s", "east": "e", "west": "w"}


@dataclass(frozen=True, slots=True)
class _Country:
    spots: dict[str, Spot]
    towns: dict[str, tuple[Town, ...]]


class _Entry(NamedTuple):
    """A name of a code; `lives`: it has houses."""

    code: str
    name: str
    is_postal: bool
    lives: bool
    degrees: tuple[float, float] | None


@cache
def _country() -> _Country:
    plainly = cache(plain)
    spots: dict[str, Spot] = {}
    towns: dict[str, list[Town]] = {}
    for state in sorted(STATE_CODES):
        # State by state, so that what is only needed on the way is given back early.
        found: dict[str, list[_Entry]] = {}
        for row in zipcodes.filter_by_state(state):
            code, lives = row["zip_code"], row["zip_code_type"] == "STANDARD"
            postal = (row["city"], *row["acceptable_cities"])
            # A firm with a code of its own is no place.
            names = (*postal, *row["unacceptable_cities"]) if lives else postal
            latitude, longitude = float(row["lat"] or 0), float(row["long"] or 0)
            degrees = (latitude, longitude) if latitude else None
            keys = [plainly(name) for name in names]
            spots[code] = Spot(state, tuple(dict.fromkeys(filter(None, keys))), degrees)
            for at, key in enumerate(keys):
                if key:
                    found.setdefault(key, []).append(_Entry(code, names[at], at < len(postal), lives, degrees))
        for key, entries in found.items():
            towns.setdefault(key, []).append(_town(state, entries))
    for key in _SHORT_NAMES.keys() & towns.keys():
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
    return _Country(spots, {key: tuple(rows) for key, rows in towns.items()})


def _town(state: str, entries: list[_Entry]) -> Town:
    postal = [entry for entry in entries if entry.is_postal]
    # Post-office boxes and firms lie where their building does, not where the city does.
    lived_in = [entry for entry in postal or entries if entry.lives] or postal
    codes = tuple(dict.fromkeys(entry.code for entry in lived_in))
    return Town((postal or entries)[0].name, state, codes, bool(postal), _middle(entry.degrees for entry in lived_in))


def _middle(places: Iterable[tuple[float, float] | None]) -> tuple[float, float] | None:
    known = [place for place in places if place is not None]
    if not known:
        return None
    return sum(place[0] for place in known) / len(known), sum(place[1] for place in known) / len(known)
