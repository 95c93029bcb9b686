"""The street address in a customer's text. Pure; as Americans write them, and as Spanish speakers do."""

import re

from messaging.agent.words.sentences import is_reaction, words


def read_address(text: str, *, asked: bool) -> str:
    """The address as written, on one line ("1420 E Apache Blvd apt 3, Tempe 85281"), or "".

    Unit, city, state and ZIP belong to it when they follow. `asked`: our last text asked for it, so that a house number
    and a name ("1420 Apache") are enough. Prices, counts and clock times are no addresses.
    """
    if is_reaction(text):
        return ""
    line = " ".join(text.split())[:_LONGEST]
    for pattern in (_STREET, _CALLE):
        for match in pattern.finditer(line):
            middle = [word.strip(".").lower() for word in match["middle"].split()]
            if not any(word in _NOT_IN_STREETS for word in middle) and not _is_measure(match):
                return _clean(line, match.start(), _end_of_place(line, match.end()))
    bare = _BARE.search(line) if asked else None
    if bare is not None:
        middle = [word.strip(".").lower() for word in bare["middle"].split()]
        if not any(word in _NOT_IN_STREETS or word in _COUNTED for word in middle):
            return _clean(line, bare.start("number"), _end_of_place(line, bare.end()))
    return ""


def _is_measure(match: re.Match[str]) -> bool:
    """ "3 ton units run": a number of things before a word that only sometimes ends a street."""
    middle = match["middle"].lower().split()
    is_doubtful = match.groupdict().get("kind", "").lower().strip(".") in _DOUBTFUL_KINDS
    return any(word in _COUNTED for word in middle) or (is_doubtful and not match["middle"][:1].isupper())


def _end_of_place(line: str, end: int) -> int:
    """Where unit, city, state and ZIP end that begin at `end`."""
    for pattern in (_DIRECTION, _UNIT, _CITY, _STATE_ZIP):
        match = pattern.match(line, end)
        if match is None:
            continue
        city = match.groupdict().get("city") or ""
        if any(word.lower() in _NOT_IN_STREETS for word in city.split()):
            continue
        end = match.end()
    return end


def _clean(line: str, start: int, end: int) -> str:
    return line[start:end].strip(" ,.;:-")


_LONGEST = 600
_NUMBER = r"(?<![\w$#./:-])(?P<number>\d{1,6}(?:-\d{1,4})?[A-Ha-h]?(?: ?1/2)?)(?![\d:%$])(?!\s*(?:am|pm|a\.m|p\.m)\b)"
_COMPASS = r"(?:[NSEW]|[NS][EW]|[NS]\.?\s?[EW]\.|north|south|east|west|north(?:east|west)|south(?:east|west))\b\.?"
_KIND = (
    r"street|st|str|avenue|ave|av|aven|boulevard|blvd|bld|boulvard|road|rd|drive|dr|lane|ln|court|ct|circle|cir|way|"
    r"wy|place|pl|parkway|pkwy|pky|highway|hwy|terrace|ter|terr|trail|trl|loop|square|sq|row|run|pass|path|plaza|plz|"
    r"broadway|alley|aly|crossing|xing|point|pt|ridge|cove|cv|bend|crescent|cres|freeway|fwy|expressway|expy|"
    r"turnpike|tpke|route|rte|walk|mews|landing|heights|hts|hollow|park|commons|grove|estates|village|junction|turn|"
    r"trace|pike|manor"
)
_STREET = re.compile(
    rf"{_NUMBER},?\s+(?:{_COMPASS}\s+)?(?P<middle>(?:[^\W_][\w'’.-]*\s+){{1,4}}?)(?P<kind>{_KIND})\b\.?(?!['’])",
    re.IGNORECASE,
)
_CALLE = re.compile(
    r"\b(?:calle|avenida|av\.?|ave\.?|boulevard|blvd\.?|carrera|camino|calzada|paseo|privada|callej[oó]n|carretera|"
    r"urb\.?|urbanizaci[oó]n|colonia|hwy|highway|county road|cr|"
    r"fm)\s+(?P<middle>(?:[^\W_][\w'’.-]*\s*){1,4}?),?\s*(?:#|n[uú]m(?:ero)?\.?|no\.?|"
    r"\bn[°º])?\s*(?P<number>\d{1,6}[A-Ha-h]?)\b(?!\s*(?:am|pm|horas|hrs|min|:\d))",
    re.IGNORECASE,
)
# Only when asked for: "1420 Apache", "1420 w 5th", "27 Oak hill, Mesa".
_BARE = re.compile(
    rf"^(?:[^\d$?]{{0,40}}\s)?(?P<number>(?<![\w$#./:-])\d{{2,6}}[A-Ha-h]?(?![\d:%$]))\s+(?P<compass>{_COMPASS}\s+)?"
    r"(?P<middle>[^\W\d_][\w'’.-]+(?:\s+[A-ZÀ-Þ][\w'’.-]+){0,2}|\d{1,3}(?:st|nd|rd|th))(?=\s*(?:$|[,.;#\n]|apt|unit|"
    r"suite|\d{5}\b|in\b|[a-z]+\s*$))",
    re.IGNORECASE,
)
_DIRECTION = re.compile(rf"\s+{_COMPASS}(?=\s|,|$)", re.IGNORECASE)
_UNIT = re.compile(
    r"[\s,]*(?:(?:apt|apartment|apto|apartamento|depto|departamento|unit|suite|ste|lot|space|spc|sp|bldg|building|"
    r"floor|fl|room|rm|trailer|casa|int|interior|no|num|unidad|edificio|piso)\b\.?\s*#?\s*(?:[a-z]?-?\d{1,5}[a-z]?|"
    r"[a-z])\b|#\s*[\w-]{1,6}\b)(?:[\s,]*(?:apt|unit|bldg|building|#)\.?\s*#?\s*\w{1,5}\b)?",
    re.IGNORECASE,
)
# What is a word in lower case is a state in capitals, or before a ZIP.
_STATES = (
    r"A[KZR]|C[AOT]|DC|FL|GA|I[AL]|K[SY]|M[DINSOT]|N[EVHJMYCD]|PR|RI|S[CD]|T[NX]|UT|V[TA]|W[AVIY]|"
    r"(?-i:AL|DE|HI|ID|IN|LA|MA|ME|O[HKR]|PA)|(?:AL|DE|HI|ID|IN|LA|MA|ME|O[HKR]|PA)(?=[\s,]+\d{5}\b)"
)
_STATE_NAMES = (
    r"arizona|california|texas|florida|nevada|new mexico|new york|colorado|georgia|illinois|ohio|michigan|washington|"
    r"oregon|utah|virginia|tennessee|alabama|indiana|kansas|missouri|oklahoma|pennsylvania|puerto rico|louisiana|"
    r"minnesota"
)
_STATE_ZIP_END = rf"(?:(?:{_STATES}|{_STATE_NAMES})\b\.?(?:[\s,]*\d{{5}}(?:-\d{{4}})?\b)?|\d{{5}}(?:-\d{{4}})?\b)"
_CITY = re.compile(
    r"(?:\s*,\s*(?P<city>[^\W\d_][^\W\d_.'-]+(?:\s+[^\W\d_][^\W\d_.'-]+){0,2}?)(?=\s*(?:$|[,.;!?\n]|\d{5}\b|"
    rf"(?:{_STATES}|{_STATE_NAMES})\b)))",
    re.IGNORECASE,
)
_STATE_ZIP = re.compile(
    rf"(?:[\s,]+(?P<city>[^\W\d_]+(?:\s[^\W\d_]+)?))??[\s,]+{_STATE_ZIP_END}(?![-\d])", re.IGNORECASE
)
_DOUBTFUL_KINDS = words(
    "way place court run pass path row loop drive park point walk turn route landing square plaza ridge bend "
    "grove estates village junction trace pike manor heights commons hollow crossing circle trail pl pt st dr ct"
) - words("st dr ct pl pt")
_NOT_IN_STREETS = words(
    "in on at of for my your our his her a an is are am was were be pm to and or with from per by if not no yes it "
    "its this that those these there here i we you they he she do does did have has had need want can will would get "
    "got than about around until till before after between because so but just only please thanks asap today "
    "tomorrow tonight monday tuesday wednesday thursday friday saturday sunday minutes minute mins min hours hour "
    "hrs hr days weeks months years year yrs zip oclock am dollars bucks percent times ago away down up out off when "
    "where what how who which why cuando para con por que es en mi su los las del una un tengo hay hoy manana "
    "minutos horas dias pesos dolares"
)
_COUNTED = words(
    "ton tons unit units car cars bath baths bed beds bedroom bedrooms bathroom bathrooms story stories sq sqft ft "
    "foot feet inch inches gallon gallons people persons guys kids dogs dog cats cat toilet toilets sink sinks "
    "faucet faucets drain drains window windows door doors room rooms house houses home homes tree trees outlet "
    "outlets light lights fan fans leak leaks pipe pipes heater heaters zone zones way ways amp amps volt volts watt "
    "watts psi degrees lbs pounds yards yard acres acre miles mile blocks block lines line texts calls appointments "
    "visits estimates quotes estrellas habitaciones recamaras banos personas cuartos ventanas puertas carros"
)
