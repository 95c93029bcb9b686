"""PURE: amounts without a unit, prices of another service, and what is said to cost nothing."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from messaging.agent.guards.figures import Quantity, read_figures
from messaging.agent.guards.text import content_words, sentences, stems_of, wording

# ---------------------------------------------------------------- amounts without a unit
_BEFORE = (
    r"(?:is|are|be|was|were|for|to|at|about|around|under|over|below|above|only|just|roughly|like|than|between|from|"
    r"\w+'s|so|say|offer|takes?|save|saves|knock|get|pay|charge|ask|want|do|least|most|approximately|total|all|maybe|"
    r"within|"
    r"in|by|"
    r"son|es|por|a|en|seria|serian|sale|salen|unos|unas|como|rebaj\w+|descuent\w+|ahorra\w*|menos|solo|desde|hasta|"
    r"entre|cobr\w+|queda\w*|de)"
)
_AFTER = (
    r"(?:for|all|in|total|flat|plus|and|up|or|so|per|each|out|to|off|altogether|max|tops|less|more|cash|quid|at|"
    r"upfront|a|"
    r"por|todo|de|menos|nada|o|y|mas|would|if|with|including|tax)"
)
_NUMBER = r"\d{1,3}(?:,\d{3})+|\d+(?:\.\d+)?"
_BARE = re.compile(
    rf"(?:^[\W]*|[.!?:]\s+|\b(?P<lead>{_BEFORE})\s+)(?P<pair>(?P<hundreds>\d) (?P<rest>\d\d)|(?P<number>{_NUMBER}))"
    rf"(?![\w)/:%\"'-]|[.,]\d|\x00)(?=\s*(?:$|[.,!?;)\n\x00]|{_AFTER}\b))",
    re.IGNORECASE,
)
_THOUSANDS = re.compile(r"(?<![\w.,])(?P<number>\d+(?:\.\d+)?)\s?k\b", re.IGNORECASE)
_CLOCK_DIGITS = re.compile(r"(?<![\w.,/-])(?P<hour>[01]\d|2[0-3])(?P<minute>[0-5]\d)(?![\w%/-]|[.,]\d)")
_TOKEN = re.compile(rf"(?<![\w.])(?:{_NUMBER})(?![\w])")
_AT_LEAST = 10  # below this it is a count, an option, an hour


def bare_amounts(sentence: str, *, facts: Sequence[str], customer: str) -> Iterator[tuple[str, str]]:
    """Numbers in the place of a price, a discount or a time that stand in no fact, each with its code."""
    left = read_figures(sentence).left
    known = _numbers_of(customer) if sentence.rstrip().endswith("?") else frozenset()
    for match in _THOUSANDS.finditer(left):
        if not _is_known(float(match["number"]) * 1000, facts):
            yield "money", match.group()
    for match in _BARE.finditer(left):
        hundreds = match["hundreds"]
        said = match["pair"]
        value = float(hundreds) * 100 + float(match["rest"]) if hundreds else float(said.replace(",", ""))
        lead = (match["lead"] or "").lower()
        is_year = 1900 <= value <= 2099 and lead in ("from", "in", "de", "desde", "en")
        is_zip = len(said) == 5 and said.isdigit() and lead in ("in", "to", "for", "at", "from", "en", "a", "de")
        if value < _AT_LEAST or is_year or is_zip or value in known or _is_known(value, facts):
            continue
        if (said.startswith("0") and _CLOCK_DIGITS.fullmatch(said)) or (
            hundreds and _is_clock(int(hundreds), int(match["rest"]), facts)
        ):
            continue
        yield ("duration" if lead in ("in", "within", "en") else "money"), said
    for match in _CLOCK_DIGITS.finditer(left):
        value = float(match.group())
        if match.group().startswith("0") and not _is_clock(int(match["hour"]), int(match["minute"]), facts):
            yield "time", match.group()


def _is_known(value: float, facts: Sequence[str]) -> bool:
    return any(value in _numbers_of(fact) for fact in facts)


def _is_clock(hour: int, minute: int, facts: Sequence[str]) -> bool:
    wanted = {(hour % 12) * 60 + minute, (hour % 12) * 60 + minute + 720}
    return any(
        quantity.kind == "time" and wanted & (quantity.low | (quantity.high or frozenset()))
        for fact in facts
        for quantity in _price_fact(fact).quantities
    )


@lru_cache(maxsize=4096)
def _numbers_of(text: str) -> frozenset[float]:
    figures = read_figures(text, any_case=True)
    left = {float(match.group().replace(",", "")) for match in _TOKEN.finditer(figures.left)}
    money = {
        cents / 100
        for quantity in figures.quantities
        if quantity.kind == "money"
        for cents in (quantity.low | (quantity.high or frozenset()))
    }
    return frozenset(left | money)


# ---------------------------------------------------------------- whose price it is
_SERVICE = re.compile(
    r"^(?P<name>[^:.?!\n]{2,60}): (?:(?:from |up to |de |desde |hasta |between )?[$€£]|free\b|gratis\b|"
    r"no price is named)"
)
_SPLIT = re.compile(r"[,;]\s|\b(?:and|plus|but|while|y|mas|pero)\b", re.IGNORECASE)
_FINANCE = re.compile(
    r"\bfinanc\w+|\bcredit\w*|\bmonthly\b|\bapr\b|\bpayment plan|\bloans?\b|\bprestamos?\b|\bplazos\b"
)
_THEMES = (
    _FINANCE,
    re.compile(r"\bdiscount\w*|\boff\b|\bsav\w+|\bdescuent\w+|\brebaj\w+|\bcoupon\w*|\bcredit\w*"),
)


@dataclass(frozen=True, slots=True)
class PriceFact:
    """One fact with its amounts. `service`: the words of the service's name, if it is the line of one.

    `themes`: for each amount, the numbers of the themes of its sentence (financing, discounts).
    """

    service: frozenset[str]
    words: frozenset[str]
    quantities: tuple[Quantity, ...]
    amounts: tuple[tuple[frozenset[int], frozenset[int]], ...]


@lru_cache(maxsize=4096)
def _price_fact(fact: str) -> PriceFact:
    service = _SERVICE.match(fact)
    amounts = []
    for part in sentences(fact):
        said = wording(part)
        themes = frozenset(number for number, theme in enumerate(_THEMES) if theme.search(said))
        amounts += [(_ends(quantity), themes) for quantity in read_figures(part).quantities if quantity.kind == "money"]
    return PriceFact(
        stems_of(service["name"]) if service else frozenset(),
        stems_of(fact),
        read_figures(fact, any_case=True).quantities,
        tuple(amounts),
    )


def _ends(quantity: Quantity) -> frozenset[int]:
    return quantity.low | (quantity.high or frozenset())


def foreign_prices(sentence: str, facts: Sequence[str]) -> Iterator[str]:
    """Amounts of `sentence` that the facts give, but for another service, for financing or as a discount."""
    figures = read_figures(sentence)
    prices = [quantity for quantity in figures.quantities if quantity.kind == "money"]
    if not prices:
        return
    known = [_price_fact(fact) for fact in facts]
    said = wording(sentence)
    themes = frozenset(number for number, theme in enumerate(_THEMES) if theme.search(said))
    for price in prices:
        begin = max((match.end() for match in _SPLIT.finditer(figures.text, 0, price.start)), default=0)
        close = _SPLIT.search(figures.text, price.end)
        clause = figures.text[begin : close.start() if close else len(figures.text)]
        named = _named(clause, known) or _named(figures.text, known)
        held = [(fact, about) for fact in known for ends, about in fact.amounts if _ends(price) & ends]
        if not held:
            continue  # No fact names it: guard_known has said so.
        is_own = not named or any(not fact.service or fact.service in named for fact, _ in held)
        if not is_own or all(about and not about & themes for _, about in held):
            yield price.text


def _named(text: str, known: Sequence[PriceFact]) -> frozenset[frozenset[str]]:
    words = stems_of(text)
    named = {fact.service for fact in known if fact.service and fact.service <= words}
    return frozenset(name for name in named if not any(name < other for other in named))


# ---------------------------------------------------------------- what costs nothing
COSTS_NOTHING = (
    r"\bfree(?: of charge)?\b|\bpor nuestra cuenta\b|\bnothing to pay\b|\bno money\b|\b(?:zero|0) (?:dollars|"
    r"bucks)\b|\bnot bill(?: you)?\b|"
    r"\b(?:no|zero) (?:extra |additional |upfront |hidden )?(?:charge|cost|fee|bill|price)s?\b|"
    r"\b(?:costs?|pay|owe|charge)(?: you| only)? (?:nothing|zero|0)\b|\bfor nothing\b|\bon (?:the house|us)\b|"
    r"\bcomplimentary\b|\bnot (?:have to |need to )?(?:pay|owe)(?: us)?(?: anything| a (?:thing|cent|dime|penny))\b|"
    r"\b(?:do|does|will|would) not (?:cost|charge)(?: you)?(?: a thing| anything| a (?:cent|dime|penny))?"
    r"(?=$|[.,!;?]| for\b)|\bwaiv\w+|\bgratis\b|\bgratuit[oa]s?\b|"
    r"\bsin (?:ningun )?(?:costo|cargo|cobro|costos)\b|\bcortesia\b|\$0(?:\.00)?(?![\d.])|"
    r"\bno (?:tiene|hay) (?:ningun )?(?:costo|cargo)\b|\bno (?:le |les |se )*(?:cobramos|cobro|cobra|cobran)\b|"
    r"\bno (?:le |les )?cuesta(?:n)?(?: nada)?\b|\bno (?:paga|pagara|pagaria)\b|\bcero (?:costo|pesos|dolares)\b|"
    r"\bnot? (?:be )?charged?\b"
)
_NOTHING = re.compile(COSTS_NOTHING)
_CONDITION = re.compile(
    r"\b(?:if|when|once|with|after|before|unless|only|up to|within|until|on (?:mon|tue|wed|thu|fri|sat|sun)\w*|"
    r"si|cuando|con|antes|despues|hasta|para quienes)\b"
)
_FOR = re.compile(r"^\s*(?:for|to|on|for all|de|por|para|la|el|las|los)\b")
_ADJECTIVE = re.compile(r"^\s+(?!of\b|for\b|to\b|on\b|if\b|when\b|and\b|or\b|with\b|in\b|at\b|y\b|o\b)[a-z]")
_ENDS = re.compile(r"[,;!?]|\.(?:\s|$)|\s(?:and|or|but|y|o|pero)\s")
_RESTRICTS = stems_of(
    "cancel move reschedule change rebook first second third return follow initial next cancelar mover cambiar "
    "reprogramar primera segunda proxima parking"
)
_PREPOSITION = re.compile(r"\s(?:for|of|on|in|at|de|del|para|en)\s")
_FILLER = content_words(
    "always completely totally absolutely entirely itself also course actually definitely usually siempre completamente"
    " totalmente claro course perfect there would basically simply friend sorry today tomorrow everything"
) | {"will", "cour", "ye"}


@dataclass(frozen=True, slots=True)
class _Gift:
    subject: tuple[frozenset[str], frozenset[str]]  # what is free; with what it is of or for
    heads: frozenset[str]
    conditions: frozenset[str]
    words: frozenset[str]


def is_free_by(sentence: str, facts: Sequence[str], *, context: str) -> bool:
    """Whether a fact says that what `sentence` calls free is free, under the same condition, and no price is named.

    `context`: what "it" can mean, the sentence before and the customer's text.
    """
    gifts = [gift for fact in facts for gift in _gifts_of(fact)]
    priced = [_price_fact(fact) for fact in facts]
    around = content_words(context)
    return all(_is_carried(said, gifts, priced, around) for said in _read_gifts(sentence))


def _is_carried(said: _Gift, gifts: Sequence[_Gift], priced: Sequence[PriceFact], around: frozenset[str]) -> bool:
    for gift in gifts:
        subject, whole = gift.subject
        words = said.words if said.heads else said.words | around
        limits = (subject & _RESTRICTS) - {"next"}
        if limits and not limits & words:
            continue
        if gift.conditions and not gift.conditions & said.words:
            continue
        if said.heads:
            if not said.heads & subject:
                continue
        elif not (whole | gift.conditions) & words:
            continue
        # An own price of it stands against it, unless the condition is told under which that is waived.
        services = [fact for fact in priced if said.heads and said.heads <= fact.service]
        if not gift.conditions and services and all(fact.amounts for fact in services):
            continue
        return True
    return False


@lru_cache(maxsize=4096)
def _gifts_of(fact: str) -> tuple[_Gift, ...]:
    found, before = [], ""
    for part in sentences(fact):
        for gift in _read_gifts(part):
            if not gift.heads:
                earlier = content_words(before)
                gift = _Gift((earlier, earlier), earlier, gift.conditions, gift.words | earlier)
            found.append(gift)
        before = part
    return tuple(found)


_DENIES = re.compile(r"\b(?:not|never|cannot|without|unable|nunca|jamas)\b[^.,;]*$|\b(?:no|sin)\s+(?:\w+\s+)?$")


def _read_gifts(sentence: str) -> Iterator[_Gift]:
    said = wording(sentence)
    for match in _NOTHING.finditer(said):
        if _DENIES.search(said[: match.start()][-40:]):
            continue
        before, after = said[: match.start()], said[match.end() :]
        conditions = content_words(
            " ".join(text[cut.end() :] for text in (before, after) if (cut := _CONDITION.search(text)))
        )
        clauses = [part for part in re.split(r"[,;!?]|\.\s", _cut(before, _CONDITION)) if content_words(part) - _FILLER]
        own = clauses[-1] if clauses else ""
        later = _cut(_cut(after, _CONDITION), _ENDS)
        adjective = match.group() in ("free", "complimentary", "gratis") and _ADJECTIVE.match(after)
        if adjective or (match.group().startswith("no ") and _FOR.match(after)) or (not own and _FOR.match(after)):
            own = _FOR.sub("", later)
        noun = next((part for part in _PREPOSITION.split(f" {own}") if content_words(part) - _FILLER), own)
        words = content_words(noun) - _FILLER
        ordered = [word for piece in noun.split() for word in content_words(piece) - _FILLER]
        spanish = re.match(r"\s*(?:la|el|las|los|su|una|un|nuestr\w+)\s", noun) is not None
        heads = frozenset(ordered[:1] if spanish else ordered[-1:])
        yield _Gift((words, content_words(own) | words), heads, conditions - words, content_words(sentence))


def _cut(text: str, end: re.Pattern[str]) -> str:
    found = end.search(text)
    return text[: found.start()] if found else text
