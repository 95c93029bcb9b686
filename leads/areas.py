"""Where a business works: a city or postal code, however it was written, and the area it belongs to."""

import re
import unicodedata

from leads.models import Business, ServiceArea

_POSTAL_CODE = re.compile(r"\b(\d{5})(?:-\d{4})?\b")
# A house may have five digits too, but nothing follows a postal code except the country.
_LAST_CODE = re.compile(r"\b(\d{5})(?:-\d{4})?\W*(?:u\W?s\W?(?:a\W?)?|united states\W*)?$", re.IGNORECASE)


def find_area(business: Business, text: str) -> ServiceArea | None:
    """The area that `text` names by a postal code, or by a city in any spelling; None when it is not served.

    A postal code at the end decides alone: "Tucson 99999" is not served if nobody serves 99999, unless no area lists
    codes.
    """
    areas = list(ServiceArea.objects.filter(business=business).select_related("location").order_by("pk"))
    codes = {code for area in areas for code in area.postal_codes}
    last = postal_code_of(text)
    named = [last] if last else [code for code in _POSTAL_CODE.findall(text) if code in codes][-1:]
    if named and codes:
        return next((area for area in areas if named[0] in area.postal_codes), None)
    words = _plain(text)
    cities = sorted(((_plain(area.city), area) for area in areas), key=lambda pair: -len(pair[0]))
    return next((area for city, area in cities if city and re.search(rf"\b{re.escape(city)}\b", words)), None)


def postal_code_of(text: str) -> str:
    """The postal code at the end of an address, "" if there is none."""
    found = _LAST_CODE.search(text.strip())
    return found[1] if found else ""


def names_street(address: str, area: ServiceArea | None) -> bool:
    """Whether `address` says more than a city, a region and a postal code: somebody has to find the door."""
    rest = _plain(address)
    code = postal_code_of(address)
    for known in (code, area.city if area else "", area.region if area else ""):
        rest = re.sub(rf"\b{re.escape(_plain(known))}\b", " ", rest) if known else rest
    return any(char.isalpha() for char in rest)


def is_elsewhere(address: str, area: ServiceArea) -> bool:
    """Whether `address` ends in a postal code that is none of `area`, as far as the area lists its codes."""
    code = postal_code_of(address)
    return bool(code and area.postal_codes and code not in area.postal_codes)


def serves_everywhere(business: Business) -> bool:
    """A business that names no areas goes wherever it is asked to."""
    return not ServiceArea.objects.filter(business=business).exists()


def _plain(text: str) -> str:
    """Lower case without accents and punctuation: “St. Paul” is st paul, “Peñasco” is penasco."""
    letters = unicodedata.normalize("NFKD", text.casefold())
    kept = "".join(char for char in letters if not unicodedata.combining(char))
    return " ".join(re.sub(r"[^\w\s]", " ", kept).split())
