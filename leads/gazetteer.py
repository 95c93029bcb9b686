"""The ZIP codes and cities of the United States: which city a code belongs to, and how far apart two of them are.

The data is the package `zipcodes`. Its own search walks through 42,000 rows; the tables made of them answer within
microseconds. They are made once per process, when somebody first asks, by a child: what that takes ends with it.
"""

import logging
import pickle
import subprocess
import sys
from functools import lru_cache
from math import asin, cos, radians, sin, sqrt
from pathlib import Path
from threading import Lock

from leads.gazetteer_names import SHORT_NAMES, STATE_CODES, STATES, plain, short, state_code
from leads.gazetteer_tables import Spot, Tables, Town, build

__all__ = [
    "STATES", "STATE_CODES", "Spot", "Town", "miles_between", "plain", "short", "spot_of", "state_code", "towns_named",
    "warm_up",
]  # fmt: skip

logger = logging.getLogger(__name__)

_EARTH_MILES = 3958.8
_ROOT = Path(__file__).resolve().parent.parent
_BUILD = "import pickle, sys; from leads.gazetteer_tables import build; sys.stdout.buffer.write(pickle.dumps(build()))"
_BUILD_SECONDS = 60
_tables: Tables | None = None
_building = Lock()


@lru_cache(maxsize=1024)
def spot_of(code: str) -> Spot | None:
    return _country().spot(code)


@lru_cache(maxsize=1024)
def towns_named(name: str) -> tuple[Town, ...]:
    """Every city of this plain name, at most one per state; () if there is none."""
    if name in SHORT_NAMES:
        city, state = SHORT_NAMES[name]
        return tuple(town for town in _country().towns(city) if town.state == state)
    return _country().towns(name)


def miles_between(one: tuple[float, float], other: tuple[float, float]) -> float:
    """Along the great circle; degrees of latitude and longitude."""
    north, west, south, east = map(radians, (*one, *other))
    half = sin((south - north) / 2) ** 2 + cos(north) * cos(south) * sin((east - west) / 2) ** 2
    return 2 * _EARTH_MILES * asin(sqrt(min(1.0, half)))


def warm_up() -> None:
    """Have the tables ready before the first question, which would wait a second for them."""
    _country()


def _country() -> Tables:
    global _tables
    with _building:
        if _tables is None:
            _tables = _built_by_a_child() or build()
        return _tables


def _built_by_a_child() -> Tables | None:
    """None where no child can be had: then this process does it, and keeps the memory it takes."""
    try:
        child = subprocess.run(
            [sys.executable, "-c", _BUILD], cwd=_ROOT, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, check=True,
            timeout=_BUILD_SECONDS,
        )  # fmt: skip
        tables: Tables = pickle.loads(child.stdout)  # noqa: S301  what our own child has just written
    except (OSError, subprocess.SubprocessError, pickle.UnpicklingError, EOFError):
        logger.warning("the tables of ZIP codes are built in this process", exc_info=True)
        return None
    return tables
