"""Where a business works: a city or postal code, however it was written, and the area it belongs to."""

import re
import unicodedata

from leads.models import Business, ServiceArea

_POSTAL_CODE = re.compile(r"\b(\d{5})(?:-\d{4})?\b")


def find_area(business: Business, text: str) -> ServiceArea | None:
    """The area that `text` names by a postal code, or by a city in any spelling; None when it is not served.

    A postal code decides alone: "Tucson 99999" is not served if nobody serves 99999, unless no area lists codes.
    """
    areas = list(ServiceArea.objects.filter(business=business).select_related("location").order_by("pk"))
    codes = {code for area in areas for code in area.postal_codes}
    # The last number of an address is its postal code; the first may be a house.
    named = _POSTAL_CODE.findall(text)
    if named and codes:
        return next((area for area in areas if named[-1] in area.postal_codes), None)
    words = _plain(text)
    cities = sorted(areas, key=lambda area: -len(area.city))
    return next((area for area in cities if re.search(rf"\b{re.escape(_plain(area.city))}\b", words)), None)


def serves_everywhere(business: Business) -> bool:
    """A business that names no areas goes wherever it is asked to."""
    return not ServiceArea.objects.filter(business=business).exists()


def _plain(text: str) -> str:
    """Lower case without accents and punctuation: “St. Paul” is st paul, “Peñasco” is penasco."""
    letters = unicodedata.normalize("NFKD", text.casefold())
    kept = "".join(char for char in letters if not unicodedata.combining(char))
    return " ".join(re.sub(r"[^\w\s]", " ", kept).split())
