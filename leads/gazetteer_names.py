"""How states and cities are written, and their plain names: what the gazetteer is asked in. Pure."""

import re
import unicodedata

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
SHORT_NAMES = {
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
_SHORTENED = {"saint": "st", "sainte": "ste", "fort": "ft", "mount": "mt"}


def plain(text: str) -> str:
    """Lower case without accents and punctuation, saints shortened: “Saint Paul” and “St. Paul” are st paul."""
    letters = unicodedata.normalize("NFKD", text.casefold())
    kept = "".join(char for char in letters if not unicodedata.combining(char))
    words = re.sub(r"[^\w\s]|_", " ", kept).split()
    return " ".join(_SHORTENED.get(word, word) for word in words)


def short(word: str) -> str:
    """A plain word as it stands in plain names."""
    return _SHORTENED.get(word, word)


def state_code(region: str) -> str:
    """“Arizona”, “az” and “AZ” are AZ; "" for what is no state."""
    code = region.strip().upper().replace(".", "")
    return code if code in STATE_CODES else STATES.get(plain(region), "")
