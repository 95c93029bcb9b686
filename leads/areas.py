"""Where a business works: the rows that a city, an address or a postal code leads to, as leads.places reads them."""

import re

from leads.gazetteer import plain, spot_of
from leads.knowledge import AreaFact
from leads.models import Business, Location, ServiceArea
from leads.places import find_in

# A house may have five digits too, but nothing follows a postal code except the country.
_LAST_CODE = re.compile(r"\b(\d{5})(?:-\d{4})?\W*(?:u\W?s\W?(?:a\W?)?|united states\W*)?$", re.IGNORECASE)


def find_area(business: Business, text: str, *, location: Location | None = None) -> ServiceArea | None:
    """The area that an address, a city in any spelling or a postal code lies in; None when it is not served.

    A postal code at the end decides alone: “Tucson 99999” is not served if the area Tucson lists other codes.
    `location`: whose area is meant when several bear the same name.
    """
    rows = {
        row.pk: row for row in ServiceArea.objects.filter(business=business).select_related("location").order_by("pk")
    }
    found = find_in([fact_of(row) for row in rows.values()], text, location_id=location.pk if location else None)
    return rows[found.id] if found else None


def fact_of(area: ServiceArea) -> AreaFact:
    return AreaFact(
        id=area.pk, city=area.city, region=area.region, postal_codes=tuple(area.postal_codes),
        aliases=tuple(area.aliases), radius_miles=area.radius_miles, location_id=area.location_id,
    )  # fmt: skip


def postal_code_of(text: str) -> str:
    """The postal code at the end of an address, "" if there is none."""
    found = _LAST_CODE.search(text.strip())
    return found[1] if found else ""


def names_street(address: str, area: ServiceArea | None) -> bool:
    """Whether `address` says more than a city, a region and a postal code: somebody has to find the door."""
    rest = plain(address)
    code = postal_code_of(address)
    known = [code]
    if area is not None:
        known += [area.city, area.region, *area.aliases]
        # Within the miles of an area the city may be another one.
        spot = spot_of(code) if area.radius_miles else None
        known += [*spot.names, spot.state] if spot else []
    for name in sorted(filter(None, map(plain, known)), key=len, reverse=True):
        rest = re.sub(rf"\b{re.escape(name)}\b", " ", rest)
    return any(char.isalpha() for char in rest)


def is_elsewhere(address: str, area: ServiceArea) -> bool:
    """Whether `address` ends in a postal code that is none of `area`, as far as the area lists its codes."""
    code = postal_code_of(address)
    return bool(code and area.postal_codes and find_in((fact_of(area),), code) is None)


def serves_everywhere(business: Business) -> bool:
    """A business that names no areas goes wherever it is asked to."""
    return not ServiceArea.objects.filter(business=business).exists()
