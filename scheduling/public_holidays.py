"""Public holidays by country and subdivision, as the holidays library lists them. Nothing here closes anything."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib import import_module
from typing import Any

LONGEST_NAME = 80
_ENGLISH = "en_US"


def _library() -> Any:
    """Loaded when the pick list is first opened: it costs 0.2 s and 26 MB, in every process that starts the admin."""
    return import_module("holidays")


@dataclass(frozen=True, slots=True)
class PublicHoliday:
    day: date
    name: str


@cache
def country_names() -> dict[str, str]:
    """Every country that can be asked for, by its two letters, in the order of the names."""
    known = _library().list_supported_countries(include_aliases=False)
    classes = import_module("holidays.registry").COUNTRIES.values()
    names = {codes[1]: _spaced(codes[0]) for codes in classes if codes[1] in known}
    return dict(sorted(names.items(), key=lambda item: item[1]))


@cache
def subdivision_names(country: str) -> dict[str, str]:
    """States or provinces of `country` by code; a code that has no name is its own. Empty for an unknown country."""
    codes = _library().list_supported_countries(include_aliases=False).get(country, [])
    named = {code: name for name, code in _aliases(country).items()}
    return {code: named.get(code, code) for code in codes}


def find_subdivision(country: str, text: str) -> str:
    """The code that `text` ("AZ", "arizona") means in `country`, or nothing."""
    wanted = text.strip().casefold()
    spellings = {code.casefold(): code for code in subdivision_names(country)}
    spellings |= {name.casefold(): code for name, code in _aliases(country).items()}
    return spellings.get(wanted, "")


def list_holidays(country: str, subdivision: str, years: Sequence[int]) -> list[PublicHoliday]:
    """In the order of the calendar, named in English where the library can. Empty for a place it does not know."""
    if country not in country_names() or (subdivision and subdivision not in subdivision_names(country)):
        return []
    found = _library().country_holidays(country, subdiv=subdivision or None, years=list(years), language=_ENGLISH)
    # A day moved to a weekday can lie in the year before.
    return [PublicHoliday(day, name[:LONGEST_NAME]) for day, name in sorted(found.items()) if day.year in years]


def _aliases(country: str) -> dict[str, str]:
    if country not in country_names():
        return {}
    return dict(getattr(_library().country_holidays(country), "subdivisions_aliases", {}))


def _spaced(class_name: str) -> str:
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", class_name).replace(" And ", " and ").replace(" Of ", " of ")
