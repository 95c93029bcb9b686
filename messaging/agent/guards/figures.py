"""PURE: every figure in a text, by value: money, percentages, times, days, durations, numbers, addresses, links."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal

from messaging.agent.guards.clock import read_clocks
from messaging.agent.guards.days import DaysSaid, read_days
from messaging.agent.guards.numbers import in_digits
from messaging.agent.guards.text import plain

Kind = Literal["money", "percent", "time", "duration"]
Name = Literal["phone", "email", "link", "hours"]


@dataclass(frozen=True, slots=True)
class Quantity:
    """An amount, or a range of them if `high` is given.

    Cents, hundredths of a percent, minutes of the day (two where AM or PM is left open), minutes.
    """

    kind: Kind
    text: str
    start: int
    end: int
    low: frozenset[int]
    high: frozenset[int] | None = None


@dataclass(frozen=True, slots=True)
class Named:
    """A way to reach somebody, or "24/7": `value` is the same for all its spellings."""

    kind: Name
    text: str
    value: str


@dataclass(frozen=True, slots=True)
class Figures:
    quantities: tuple[Quantity, ...]
    names: tuple[Named, ...]
    days: tuple[DaysSaid, ...]
    # The text in which the places above count: plain letters, numbers in digits.
    text: str
    # The same with those places blanked: numbers that are left in it have no unit.
    left: str = ""


# 2026-11-23T09:00:00-07:00, as programs write it.
_STAMP = re.compile(r"\b(20\d\d-\d\d-\d\d)[T ](\d\d:\d\d)(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)?\b")


def read_figures(text: str, *, any_case: bool = False) -> Figures:
    """The figures of `text`. `any_case`: short weekdays count without a capital, as customers write them."""
    whole = left = _STAMP.sub(r"\1 \2", in_digits(plain(text)))
    names: list[Named] = []
    for pattern, read_name in _NAMES:
        for match in pattern.finditer(left):
            named = read_name(match)
            if named is not None:
                names.append(named)
                left = _blank(left, match.start(), match.end())
    quantities: list[Quantity] = []
    left = _take(left, _AMOUNTS, quantities)
    days, left = read_days(left, any_case=any_case)
    clocks, left = read_clocks(left)
    quantities += [Quantity("time", clock.text, clock.start, clock.end, clock.low, clock.high) for clock in clocks]
    left = _take(left, _DURATIONS, quantities)
    left = _take(left, _BARE_AMOUNTS, quantities)
    return Figures(tuple(quantities), tuple(names), tuple(days), whole, left)


def _blank(text: str, start: int, end: int) -> str:
    return text[:start] + "\x00" * (end - start) + text[end:]


_Reader = Callable[[re.Match[str]], Iterator[tuple[Kind, int, int | None]]]


def _take(text: str, readers: tuple[tuple[re.Pattern[str], _Reader], ...], quantities: list[Quantity]) -> str:
    """Add what the patterns find in `text` to `quantities`, blanking each place so that nothing is read twice."""
    for pattern, read in readers:
        for match in pattern.finditer(text):
            for kind, low, high in read(match):
                said = match.group().strip()
                both = None if high is None else frozenset({high})
                quantities.append(Quantity(kind, said, match.start(), match.end(), frozenset({low}), both))
                text = _blank(text, match.start(), match.end())
    return text


# ---------------------------------------------------------------- phones, addresses, links
_TLD = (
    r"(?:com|net|org|io|co|us|biz|info|app|dev|example|test|me|ly|gg|gl|be|link|shop|store|site|online|xyz|"
    r"page|pro|tv|uk|"
    r"ca|mx|es|ai|services|plumbing|health|salon|clinic)"
)
_EMAIL = re.compile(
    r"[\w.+%-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63})+|"
    r"\b[\w.+-]{1,64} ?[(\[]at[)\] ]{1,3}[\w-]{1,63}(?: ?[(\[]?dot[)\]]? ?|"
    r"\.)\w{2,}",
    re.IGNORECASE,
)
_LINK = re.compile(
    rf"\bhttps?://[^\s\x00]+|\bwww\.[^\s\x00]+|"
    rf"(?<![\w@.-])(?:[a-z0-9-]{{1,63}}\.){{1,4}}{_TLD}(?![\w-])(?!\.\w)(?:/[^\s\x00]*)?|"
    # Any ending at all: before a path, or in small letters where no new sentence can begin.
    r"(?<![\w@.-])(?:[a-z0-9-]{1,63}\.){1,4}[a-z]{2,12}/[^\s\x00]+|"
    r"(?<![\w@.-])[a-z0-9-]{3,63}\.(?-i:[a-z]{2,12})(?![\w@-])(?!\.\w)",
    re.IGNORECASE,
)
_SPOKEN_LINK = re.compile(rf"\b([a-z0-9-]{{2,63}}) ?[(\[]? ?(?:dot|punto) ?[)\]]? ?({_TLD})\b", re.IGNORECASE)
_HANDLE = re.compile(r"(?<![\w.@])@[a-z_][\w.]{1,40}", re.IGNORECASE)
_PHONE = re.compile(
    r"(?<![\w$.,/-])(?:\+\d[\d ().-]{6,18}\d|(?:1[-. ]?)?\(?\d{3}\)?[-. ]{0,2}\d{3}[-. ]?\d{4}|1?\d{10}|"
    r"\d{3}[-.]\d{4})(?![\w%-]|[.:]\d)"
)
# Digits set apart in any way, or said one by one, if there are as many as a number has.
_LOOSE_PHONE = re.compile(
    r"(?<![\w$.,:/-])(?!20\d\d-\d\d-\d\d)[+(]?\d(?:[ ()./-]{0,3}\d){6,10}(?![\w%]|[.:,/-]\d|\s?(?:am|pm)\b)",
    re.IGNORECASE,
)
_SPOKEN_PHONE = re.compile(r"\b(?:(?:\d|zero|oh|cero|uno)[ ,.-]{1,3}){6,10}(?:\d|zero|oh|cero|uno)\b", re.IGNORECASE)
_VANITY = re.compile(
    r"\b(?:1[- ]?)?8\d\d[- ](?=[A-Z0-9-]{0,12}[A-Z])[A-Z0-9]{3,12}(?:-[A-Z0-9]{2,8})?\b|"
    r"\b1-\d{3}-(?=[A-Z0-9-]{0,12}[A-Z])[A-Z0-9-]{4,16}\b"
)
_EMERGENCY_NUMBER = re.compile(
    r"(?<![\d$.,/#-])\b(?:911|988|9-1-1|112)\b(?![\d%-]|[.,]\d|\s+(?:\w+ )?(?:st|street|ave|avenue|rd|road|dr|"
    r"drive|blvd|ln|lane|w|e|n|s|main)\b)",
    re.IGNORECASE,
)
_ALWAYS = re.compile(
    r"\b24\s?/\s?7(?:/365)?\b|\baround the clock\b|\b24[ -]?(?:hours?|hrs?|horas)(?: (?:a|per|al|cada) (?:day|"
    r"dia)|,? 7 (?:days|dias)|"
    r"[- ](?:service|emergency|availability))|\blas 24 horas\b|\bday (?:or|and) night\b|\bdia y noche\b",
    re.IGNORECASE,
)
_KEYPAD = str.maketrans("ABCDEFGHIJKLMNOPQRSTUVWXYZ", "22233344455566677778889999")


def _email(match: re.Match[str]) -> Named:
    return Named("email", match.group(), match.group().rstrip(".").casefold())


def _link(match: re.Match[str]) -> Named:
    said = match.group().rstrip(".,;:!?)\"'>")
    bare = re.sub(r"^https?://", "", said, flags=re.IGNORECASE)
    host, slash, path = bare.partition("/")
    host = host.casefold().removeprefix("www.")
    return Named("link", said, f"{host}/{path.rstrip('/')}" if slash and path.rstrip("/") else host)


def _phone(match: re.Match[str]) -> Named | None:
    digits = re.sub(r"\D", "", match.group().upper().translate(_KEYPAD))
    if len(digits) > 15:
        return None
    return Named("phone", match.group().strip(), digits.removeprefix("1") if len(digits) == 11 else digits.lstrip("0"))


def _loose_phone(match: re.Match[str]) -> Named | None:
    digits = re.sub(r"\D", "", re.sub(r"zero|oh|cero", "0", match.group().lower()).replace("uno", "1"))
    if len(digits) not in (7, 10, 11):
        return None
    return Named("phone", match.group().strip(), digits.removeprefix("1") if len(digits) == 11 else digits)


def _spoken_link(match: re.Match[str]) -> Named:
    return Named("link", match.group(), f"{match[1]}.{match[2]}".casefold())


def _handle(match: re.Match[str]) -> Named:
    return Named("link", match.group(), match.group().rstrip(".").casefold())


def _always(match: re.Match[str]) -> Named:
    return Named("hours", match.group(), "24/7")


_NAMES: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], Named | None]], ...] = (
    (_EMAIL, _email),
    (_LINK, _link),
    (_SPOKEN_LINK, _spoken_link),
    (_HANDLE, _handle),
    (_ALWAYS, _always),
    (_VANITY, _phone),
    (_PHONE, _phone),
    (_LOOSE_PHONE, _loose_phone),
    (_SPOKEN_PHONE, _loose_phone),
    (_EMERGENCY_NUMBER, _phone),
)


# ---------------------------------------------------------------- money and percentages
_NUM = r"(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d{1,2})?(?!\d)"
_BEFORE = r"(?:US|USD|CA|MX)?\s?[$€£]\s?"
_AFTER = r"(?:\s?k\b)?(?:\s?[$€£]|[\s-]?(?:dollars?|bucks|usd|dolares|dolar|pesos|euros?)\b)"
_K = r"(?P<{0}k>\s?k\b)?"
_TO = r"\s*(?:-|\b(?:to|a|up to|thru|through|hasta)\b)\s*"
_FIRST, _LAST, _ONLY = (
    rf"(?P<first>{_NUM}){_K.format('f')}",
    rf"(?P<last>{_NUM}){_K.format('l')}",
    rf"(?P<first>{_NUM}){_K.format('f')}",
)
_CUR = r"(?:/\w+|\s?[$€£]|[\s-]?(?:dollars?|bucks|usd|dolares|pesos|euros?)\b)?"
_MONEY_RANGE = re.compile(
    rf"(?:{_BEFORE}){_FIRST}{_CUR}{_TO}(?:{_BEFORE})?{_LAST}(?!\s*(?:minutes?|mins?|hours?|hrs?|days?|years?|"
    rf"am\b|pm\b|%))|"
    rf"\b(?:between|entre)\s+(?:{_BEFORE})(?P<bf>{_NUM}){_CUR}\s+(?:and|y)\s+(?:{_BEFORE})?(?P<bl>{_NUM})|"
    rf"\b(?:(?:between|entre)\s+)?(?P<af>{_NUM})(?:{_TO}|\s+(?:and|y)\s+)(?P<al>{_NUM}){_AFTER}|"
    rf"\b(?P<cf>{_NUM}){_TO}(?:{_BEFORE})(?P<cl>{_NUM})",
    re.IGNORECASE,
)
_MONEY = re.compile(
    rf"(?:{_BEFORE}){_ONLY}|(?<![\w.,/-])(?P<after>{_NUM})(?P<ak>\s?k\b)?(?:\s?[$€£]|[\s-]?(?:dollars?|bucks|"
    rf"usd|dolares|dolar|pesos|euros?)\b)|"
    rf"\busd\s?(?P<usd>{_NUM})|(?<![\w.,/-])(?P<cents>\d+)\s?(?:cents|centavos|¢)|\bcents\W{{1,4}}(?P<in_cents>\d+)",
    re.IGNORECASE,
)
_PRICE_WORD = (
    r"(?:prices?|priced|fees?|costs?|charges?|charged?|rates?|runs|totals?|deposit|pay|precios?|tarifas?|"
    r"cuestan?|cobramos|"
    r"cargo|deposito|pagar?|quoted?|starts? at|starting at|estimates?|amount)"
)
_NO_UNIT = (
    r"(?![\d:/%]|\.\d)(?!\s*(?:am\b|pm\b|a\.m|p\.m|o'clock|min|hour|hr|day|week|month|year|dia|hora|semana|mes|"
    r"ano|%|percent|por ciento|unit|"
    r"people|item|room|bed|stor|visit|time|question|option|slot|step|technician|business))"
)
_BARE_RANGE = re.compile(
    rf"\b{_PRICE_WORD}\b(?:\W{{1,3}}(?:is|are|of|at|from|about|around|just|only|be|would|will|between|es|de|"
    rf"desde|entre|a|por|you|"
    rf"anywhere|partir|usually|typically|runs)\b){{0,4}}\W{{1,3}}{_FIRST}(?:{_TO}|\s+(?:and|y)\s+){_LAST}{_NO_UNIT}",
    re.IGNORECASE,
)
_BARE_PRICE = re.compile(
    rf"\b{_PRICE_WORD}\b(?:\W{{1,3}}(?:is|are|of|at|from|about|around|just|only|be|would|will|between|es|de|"
    rf"desde|entre|a|por|you|"
    rf"anywhere|partir|usually|typically|runs)\b){{0,4}}\W{{1,3}}{_FIRST}{_NO_UNIT}",
    re.IGNORECASE,
)
_DECIMAL = re.compile(r"(?<![\w.,:/-])(?P<first>(?:\d{1,3}(?:,\d{3})+|\d+)\.\d\d)(?P<fk>\Z.)?(?![\d.,]*\d|\s*%)")
_PERCENT = re.compile(
    r"(?<![\w.,])(?:(?P<first>\d+(?:\.\d+)?)\s?(?:%|percent)?\s?(?:-|to|a)\s?)?(?P<last>\d+(?:\.\d+)?)\s?(?:%|"
    r"per ?cent\b|pct\b|por ciento\b)",
    re.IGNORECASE,
)
_HALF_PRICE = re.compile(
    r"\bhalf[- ](?:price|off)\b|\bmitad de(?:l)? precio\b|\b50/50\b|\b2 (?:for|por) (?:the price of )?(?:1|one|"
    r"uno)\b|\b2x1\b",
    re.IGNORECASE,
)


def _cents(said: str, thousands: str | None = None) -> int:
    return round(float(said.replace(",", "")[:15]) * (100_000 if thousands else 100))


def _money_range(match: re.Match[str]) -> Iterator[tuple[Kind, int, int | None]]:
    for first, last in (("first", "last"), ("bf", "bl"), ("af", "al"), ("cf", "cl")):
        if match[first] is not None:
            is_k = first == "first" and bool(match["lk"])
            high = _cents(match[last], match["lk"] if is_k else None)
            low = _cents(match[first], match["fk"] if first == "first" else None)
            # "$1-2k"
            yield "money", low * 1000 if is_k and not match["fk"] else low, high


def _money(match: re.Match[str]) -> Iterator[tuple[Kind, int, int | None]]:
    if match["cents"] or match["in_cents"]:
        yield "money", int((match["cents"] or match["in_cents"])[:15]), None
    elif match["after"]:
        yield "money", _cents(match["after"], match["ak"]), None
    else:
        yield "money", _cents(match["first"] or match["usd"], match["fk"]), None


def _bare_range(match: re.Match[str]) -> Iterator[tuple[Kind, int, int | None]]:
    yield "money", _cents(match["first"], match["fk"]), _cents(match["last"], match["lk"])


def _bare(match: re.Match[str]) -> Iterator[tuple[Kind, int, int | None]]:
    yield "money", _cents(match["first"], match["fk"]), None


def _percent(match: re.Match[str]) -> Iterator[tuple[Kind, int, int | None]]:
    last = round(float(match["last"][:15]) * 100)
    if match["first"] is None:
        yield "percent", last, None
    else:
        yield "percent", round(float(match["first"][:15]) * 100), last


def _half_price(match: re.Match[str]) -> Iterator[tuple[Kind, int, int | None]]:
    yield "percent", 5000, None


_AMOUNTS: tuple[tuple[re.Pattern[str], _Reader], ...] = (
    (_MONEY_RANGE, _money_range),
    (_MONEY, _money),
    (_PERCENT, _percent),
    (_HALF_PRICE, _half_price),
)
_BARE_AMOUNTS: tuple[tuple[re.Pattern[str], _Reader], ...] = (
    (_BARE_RANGE, _bare_range),
    (_BARE_PRICE, _bare),
    (_DECIMAL, _bare),
)

# ---------------------------------------------------------------- durations
_MINUTES = {
    "min": 1, "hour": 60, "hr": 60, "hora": 60, "day": 1440, "dia": 1440, "week": 10080, "semana": 10080,
    "month": 43200, "mes": 43200, "year": 525_600, "yr": 525_600, "ano": 525_600,
}  # fmt: skip
_UNIT = (
    r"(?P<unit>min(?:ute|uto)?|hour|hr|hora|(?:(?:business|working|calendar) )?day|dia|week|semana|month|mes|"
    r"year|yr|ano)(?:e?s)?\b"
)
_LASTING = re.compile(
    rf"(?<![\w$.,:/-])(?:(?P<first>\d+(?:\.\d+)?)\s*(?:-|to|or|a|o|and|"
    rf"y)\s*)?(?P<last>\d+(?:\.\d+)?)[\s-]*{_UNIT}",
    re.IGNORECASE,
)
_AN_HOUR = re.compile(
    r"\b(?:(?P<half>half[- ]an?[- ]hour|half[- ]hour|media hora)|(?P<more>an hour and a half|hora y media)|"
    r"(?P<one>an hour|una hora|(?:within|in|dentro de|en) (?:(?:the|la|1) )?(?:next |proxima )?(?:hour|hora)))\b",
    re.IGNORECASE,
)
_SOON = re.compile(
    r"\b(?:with ?in|in|dentro de|en)\s+(?:just\s+|only\s+|solo\s+)?(?:(?P<few>(?:a |the next )?(?:few|"
    r"couple(?: of)?|several)|unos?|unas|"
    rf"un par de|pocos|pocas)\s+|(?:an?|one|un|una|the)\s+|)(?:short\s+)?{_UNIT}(?! of\b)",
    re.IGNORECASE,
)
_UNKNOWN_FEW = 1_000_000_000  # "in a few hours": no number, so only the same words in a fact carry it


def _lasting(match: re.Match[str]) -> Iterator[tuple[Kind, int, int | None]]:
    size = _size(match["unit"])
    last = round(float(match["last"][:9]) * size)
    if match["first"] is None:
        yield "duration", last, None
    else:
        yield "duration", round(float(match["first"][:9]) * size), last


def _an_hour(match: re.Match[str]) -> Iterator[tuple[Kind, int, int | None]]:
    yield "duration", 30 if match["half"] else 90 if match["more"] else 60, None


def _soon(match: re.Match[str]) -> Iterator[tuple[Kind, int, int | None]]:
    size = _size(match["unit"])
    # "In minutes" and "in a few hours" give no number; "in a day" does.
    is_vague = bool(match["few"]) or not re.search(r"\b(?:an?|one|un|una|the)\s", match.group(), re.IGNORECASE)
    yield "duration", _UNKNOWN_FEW + size if is_vague else size, None


def _size(unit: str) -> int:
    name = unit.lower().split()[-1]
    return next(minutes for start, minutes in _MINUTES.items() if name.startswith(start))


_DURATIONS: tuple[tuple[re.Pattern[str], _Reader], ...] = ((_AN_HOUR, _an_hour), (_LASTING, _lasting), (_SOON, _soon))
