"""PURE: whether each figure of a reply is one that the business has given, or at least one that the customer named."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from messaging.agent.guards.days import Day, DaysSaid, resolved, today_in
from messaging.agent.guards.figures import Figures, Kind, Named, Quantity, read_figures
from messaging.agent.guards.text import sentences, wording


@dataclass(frozen=True, slots=True)
class Visit:
    """A day and a time that were said of each other: "Mon, Nov 23 at 9 AM"."""

    day: Day
    low: frozenset[int]
    high: frozenset[int] | None


@dataclass(frozen=True, slots=True)
class Known:
    """What one text of the business, or the customer, states.

    `offered` and `offered_days` leave out opening hours and today's date: being open is no free time.
    """

    figures: Figures
    visits: tuple[Visit, ...]
    offered: tuple[Visit, ...]
    offered_days: tuple[Day, ...]


@dataclass(frozen=True, slots=True)
class Ground:
    """Everything that a reply may repeat. `today` is told by the facts or unknown."""

    facts: tuple[Known, ...]
    customer: Known
    today: date | None


@dataclass(frozen=True, slots=True)
class Stranger:
    """A figure that stands nowhere, or together with what it never stood with."""

    code: str
    said: str
    why: str


def ground_of(facts: Sequence[str], customer: str) -> Ground:
    known = tuple(_known(fact) for fact in facts)
    today = next((found for fact in known if (found := today_in(fact.figures.days)) is not None), None)
    return Ground(known, _read_known(customer), today)


@lru_cache(maxsize=4096)
def _known(text: str) -> Known:
    """Facts are the same for many replies; what customers write is not kept."""
    return _read_known(text)


def _read_known(text: str) -> Known:
    lines = [(line, read_figures(line, any_case=True)) for line in _lines(text)]
    offers = [figures for line, figures in lines if not _is_hours(line, figures)]
    return Known(
        read_figures(text, any_case=True),
        tuple(visit for _, figures in lines for visit in visits_in(figures)),
        tuple(visit for figures in offers for visit in visits_in(figures)),
        tuple(day for figures in offers for group in figures.days if not _is_calendar(group) for day in group.days),
    )


_HOURS = re.compile(
    r"\b(?:open(?:s|ed)?|closed?|closes|hours|abiert[oa]s?|abrimos|abre|cerrad[oa]s?|cerramos|horarios?)\b",
    re.IGNORECASE,
)


def _is_hours(line: str, figures: Figures) -> bool:
    return _HOURS.search(line) is not None or any(len(group.days) > 1 for group in figures.days)


def _is_calendar(group: DaysSaid) -> bool:
    return any(day.relative == "today" and day.month is not None for day in group.days)


_LINE_END = re.compile(r"\n+|;|(?<!\d)\d\)\s")


def _lines(text: str) -> list[str]:
    return [line for part in _LINE_END.split(text) if part.strip() for line in sentences(part)]


# ---------------------------------------------------------------- days with their times
_OF_THE_NEXT_DAY = re.compile(r"\s*(?:(?:on|el|this|next|del?|of)\s+)?(?:the\s+)?", re.IGNORECASE)


def visits_in(figures: Figures) -> list[Visit]:
    """Each time with the day before it, or with the day after where it leads up to that ("at 9 AM on Monday")."""
    times = [quantity for quantity in figures.quantities if quantity.kind == "time"]
    found = []
    for time in times:
        before = [group for group in figures.days if group.end <= time.start]
        after = [group for group in figures.days if group.start >= time.end]
        leads = bool(after) and _OF_THE_NEXT_DAY.fullmatch(figures.text[time.end : after[0].start]) is not None
        groups = [*before[-1:]] if before and not leads else after[:1]
        if before and leads and not figures.text[time.end : after[0].start].strip():
            groups = [before[-1], after[0]]
        found += [Visit(day, time.low, time.high) for group in groups for day in group.days]
    return found


# ---------------------------------------------------------------- what stands nowhere
_WHY = {
    "money": "this amount stands in no fact: give only prices that you were told",
    "percent": "this percentage stands in no fact",
    "time": "this time is neither a fact nor an offered slot nor the customer's own",
    "duration": "this length of time stands in no fact: promise none",
    "phone": "this number stands in no fact",
    "email": "this address stands in no fact",
    "link": "this link stands in no fact",
    "hours": "no fact says that this holds at all hours",
}
_LOW_END = re.compile(
    r"\b(?:from|starts?|starting|begins?|at least|as low as|minimum|low|upwards?|desde|a partir|minimo|between|entre|"
    r"and up|o mas|range\w*)\b"
)
_HIGH_END = re.compile(
    r"\b(?:up to|at most|max\w*|no more than|not more than|under|high|top|hasta|como mucho|between|entre|range\w*)\b"
)
_OFFERS = re.compile(
    r"\b(?:(?:is|are|am) (?:\w+ )?(?:available|free)(?! (?:to|for questions))|(?:we|i) (?:do |also |"
    r"still )*(?:have|got|offer)\b|"
    r"openings?|(?:works?|good|fine|okay|perfect) for us|works? (?:great|fine|well|perfectly)|(?:it|that|this|"
    r"day|am|pm) works\b|"
    r"(?:we|i|someone|somebody|tech\w*|plumber|team|crew|they|he|she) (?:can|could|will|would)(?: \w+)? "
    r"(?:do|come|be|fit|get|make|see|offer|send|swing|stop|squeeze|arrive|schedule|book|start|take)|"
    r"(?:can|could|shall|should) (?:we|i|someone|a tech\w*) (?:come|do|be|send|make|swing|stop|fit)|"
    r"would .{0,60}\bwork\b|does .{0,60}\bwork\b|how about|what about|tenemos|hay|disponibles?|(?:podemos|"
    r"puedo)(?! (?:ayudar|servir|llamar|contactar|atender))|puede(?:n)? "
    r"(?:ir|llegar|pasar|venir)|le ofrezco|le (?:viene|queda|va) bien|que tal)\b"
)
_OFFERS_NOT = re.compile(
    r"\b(?:not|no|never|nothing|none|nobody|full|fully|unfortunately|closed|taken|gone|booked|did you mean|"
    r"you said|you (?:asked|"
    r"mentioned|wanted|prefer\w*)|whether|check(?:ing)?|ask(?:ing)?|see if|find out if|confirm(?:ing)? that|"
    r"instead of|rather than|en (?:vez|lugar) de|si|cerrad\w+|nada|ningun\w*|"
    r"ocupad\w+|preguntar\w*|verificar\w*|revisar\w*|consultar\w*)\b"
)
_NO_PROBLEM = re.compile(r"\b(?:no (?:problem|worries|rush|hay problema)|si claro|claro que si)\b|^si\b")
_ASKS_WHEN = re.compile(
    r"\b(?:what|which) (?:time|day|part|hour)\b|\bwhen (?:would|are|do|can)\b|\b(?:que|cual) (?:hora|dia|horario)\b|"
    r"^cuando\b"
)
_NOT_POSSIBLE = re.compile(
    r"\bnot (?:possible|available|open|free|an option)\b|\b(?:do|does|did) not have\b|\bno (?:openings?|times?|"
    r"slots?|availability)\b|"
    r"\bnothing\b|\b(?:full|taken|gone|fully booked)\b|\bno (?:tenemos|hay|es posible|esta disponible|podemos)\b|"
    r"\bnada\b"
)
_ASKS_OF_THEM = re.compile(
    r"\b(?:help|ayudar\w*|thank\w*|gracias|sorry|need|needs|necesita\w*|hope|have an?|enjoy|happen\w*|started?|"
    r"notic\w+|"
    r"que tenga\w*|feliz|urgen\w+|rush)\b"
)


# "Sunday is not possible, but Monday is": what is denied and what is offered are read apart.
_TURN = re.compile(
    r"\b(?:but|however|pero|sin embargo)\b|;|,(?= (?:how about|what about|would|could|can we|shall|we have|i have|"
    r"i can|we can|"
    r"que tal|tenemos|podemos|le ofrezco)\b)",
    re.IGNORECASE,
)


def strangers(sentence: str, ground: Ground) -> list[Stranger]:
    """What is wrong with the figures of one sentence of a reply; nothing if each of them is known."""
    is_question = sentence.rstrip().endswith("?")
    parts = [part for part in _TURN.split(sentence) if part.strip()]
    return [stranger for part in parts for stranger in _strangers(part, ground, is_question=is_question)]


def _strangers(part: str, ground: Ground, *, is_question: bool) -> list[Stranger]:
    figures, said = read_figures(part), wording(part)
    is_offer = (
        _OFFERS.search(said) is not None
        and _OFFERS_NOT.search(_NO_PROBLEM.sub("", said)) is None
        and _ASKS_WHEN.search(said) is None
    )
    found = [*_unknown_names(figures, ground), *_unknown_quantities(figures, said, ground, is_offer=is_offer)]
    found += _unknown_days(figures, said, ground, is_question=is_question, is_offer=is_offer)
    if not any(stranger.code in ("time", "date", "range") for stranger in found):
        found += _unknown_visits(figures, ground, is_offer=is_offer)
    return found


def _unknown_names(figures: Figures, ground: Ground) -> Iterator[Stranger]:
    for name in figures.names:
        if not any(_is_same(name, other) for fact in ground.facts for other in fact.figures.names):
            yield Stranger(name.kind, name.text, _WHY[name.kind])


def _is_same(said: Named, known: Named) -> bool:
    if said.kind != known.kind:
        return False
    if said.kind == "phone":
        short, long = sorted((said.value, known.value), key=len)
        return short == long or (len(short) >= 7 and long.endswith(short))
    # The bare domain of a known page is the business's own, another page of it is not known.
    return said.value == known.value or (said.kind == "link" and known.value.split("/", 1)[0] == said.value)


def _unknown_quantities(figures: Figures, said: str, ground: Ground, *, is_offer: bool) -> Iterator[Stranger]:
    for quantity in figures.quantities:
        sources = _sources_for(quantity, said, ground, is_offer=is_offer)
        if any(_holds(source.figures, quantity) for source in sources):
            is_theirs = (
                quantity.kind == "duration" and ground.customer in sources and _holds(ground.customer.figures, quantity)
            )
            if quantity.kind in ("money", "duration") and not is_theirs and not _is_whole(quantity, said, sources):
                why = "this is one end of a range: give the whole range"
                yield Stranger("range", quantity.text, why)
            continue
        ends_known = quantity.high is not None and all(
            any(_has(source.figures, quantity.kind, end) for source in sources) for end in (quantity.low, quantity.high)
        )
        if ends_known:
            yield Stranger("range", quantity.text, "both ends are known, but no fact gives them as one range")
        else:
            yield Stranger(quantity.kind, quantity.text, _WHY[quantity.kind])


_PROMISED = re.compile(
    r"\b(?:within|in|under|less than|takes?|only|about|arriv\w+|there|dentro de|en|menos de|tarda\w*|dura\w*|"
    r"llega\w*)\W*$"
)


def _sources_for(quantity: Quantity, said: str, ground: Ground, *, is_offer: bool) -> tuple[Known, ...]:
    """Whose words may ground it: times the customer's too, and how long they say that something lasts already."""
    own = (*ground.facts, ground.customer)
    if quantity.kind == "time":
        return ground.facts if is_offer else own
    if quantity.kind == "duration":
        before = said.partition(quantity.text.lower())[0]
        is_promise = _PROMISED.search(before[-30:]) or quantity.text.lower().startswith(
            ("in ", "within ", "en ", "dentro ")
        )
        return ground.facts if is_promise else own
    return ground.facts


def _holds(figures: Figures, wanted: Quantity) -> bool:
    same = [quantity for quantity in figures.quantities if quantity.kind == wanted.kind]
    if wanted.high is None:
        return _has(figures, wanted.kind, wanted.low)
    if any(other.high and other.low & wanted.low and other.high & wanted.high for other in same):
        return True
    # Two amounts that stand side by side, "from $89, at most $129", may become one range; ends of two ranges may not.
    alone = [other.low for other in same if other.high is None]
    begins, ends = (any(low & end for low in alone) for end in (wanted.low, wanted.high))
    return (begins and _has(figures, wanted.kind, wanted.high)) or (ends and _has(figures, wanted.kind, wanted.low))


def _has(figures: Figures, kind: Kind, value: frozenset[int]) -> bool:
    return any(
        value & quantity.low or (quantity.high is not None and value & quantity.high)
        for quantity in figures.quantities
        if quantity.kind == kind
    )


def _is_whole(wanted: Quantity, said: str, sources: Sequence[Known]) -> bool:
    """Whether a single price is nowhere only one end of a range, or is called that end."""
    if wanted.high is not None:
        return True
    known = [
        quantity
        for source in sources
        for quantity in source.figures.quantities
        if quantity.kind == wanted.kind
        and (wanted.low & quantity.low or (quantity.high and wanted.low & quantity.high))
    ]
    if any(quantity.high is None for quantity in known):
        return True
    is_low = any(wanted.low & quantity.low for quantity in known)
    return (_LOW_END if is_low else _HIGH_END).search(said) is not None


# ---------------------------------------------------------------- days
def _unknown_days(
    figures: Figures, said: str, ground: Ground, *, is_question: bool, is_offer: bool
) -> Iterator[Stranger]:
    for group in figures.days:
        if _is_small_talk(group, said, is_question=is_question, is_offer=is_offer):
            continue
        # "We can come Monday to Friday", "on Saturdays": the rule, not a time that is free.
        is_one = len(group.days) == 1 and not group.text.lower().endswith("s")
        if not all(_is_day_known(day, ground, is_offer=is_offer and is_one) for day in group.days):
            yield Stranger("date", group.text, "this day is neither a fact nor an offered slot nor the customer's own")


def _is_small_talk(group: DaysSaid, said: str, *, is_question: bool, is_offer: bool) -> bool:
    """ "How can we help you today?", "Which day next week suits you?", "Have a great weekend!" """
    if is_offer:
        return False
    if _NOT_POSSIBLE.search(said):
        return True
    relative = {day.relative for day in group.days}
    if "" not in relative and is_question and _ASKS_WHEN.search(said):
        return True
    if relative == {"today"}:
        return is_question or _ASKS_OF_THEM.search(said) is not None
    if all(name.split()[0] in ("this", "next") for name in relative if name) and "" not in relative:
        return is_question or _ASKS_OF_THEM.search(said) is not None
    is_span = len(group.days) > 1
    return (is_span and is_question) or re.search(r"\b(?:have an?|enjoy|hope|feliz|que tenga)\b", said) is not None


def _is_day_known(day: Day, ground: Ground, *, is_offer: bool) -> bool:
    if is_offer:
        known = [other for fact in ground.facts for other in fact.offered_days]
    else:
        texts = (*ground.facts, ground.customer)
        known = [other for text in texts for group in text.figures.days for other in group.days]
    return any(_is_same_day(day, other, ground.today) for other in known)


def _is_same_day(day: Day, known: Day, today: date | None) -> bool:
    if day.is_said_by(known):
        return True
    exact, other = resolved(day, today), resolved(known, today)
    if exact.is_said_by(other):
        return True
    # "Tomorrow" is covered by hours that are given for its weekday.
    is_general = known.month is None and known.day is None and not known.relative
    return bool(day.relative) and is_general and known.weekday is not None and exact.weekday == known.weekday


def _unknown_visits(figures: Figures, ground: Ground, *, is_offer: bool) -> Iterator[Stranger]:
    """Days and times which are known each by itself but were never said of each other by anybody who may."""
    for visit in visits_in(figures):
        group = next((item for item in figures.days if visit.day in item.days), None)
        is_one = group is not None and len(group.days) == 1 and not group.text.lower().endswith("s")
        known = [other for fact in ground.facts for other in (fact.offered if is_offer and is_one else fact.visits)]
        if any(_is_same_day(visit.day, other.day, ground.today) and _is_same_time(visit, other) for other in known):
            continue
        # The customer's own time, in words that offer nothing: "9 on Monday is not possible".
        if not is_offer and _is_time_of(ground.customer, visit):
            continue
        quantity = next((item for item in figures.quantities if item.kind == "time" and item.low == visit.low), None)
        said = f"{group.text if group else ''} {quantity.text if quantity else ''}".strip()
        yield Stranger("slot", said, "this day and this time are not offered together")


def _is_time_of(customer: Known, visit: Visit) -> bool:
    return all(_has(customer.figures, "time", end) for end in (visit.low, visit.high) if end is not None)


def _is_same_time(visit: Visit, known: Visit) -> bool:
    if visit.high is not None:
        return bool(visit.low & known.low and known.high and visit.high & known.high)
    return bool(visit.low & known.low or (known.high and visit.low & known.high))


def figures_held_by(sentence: str, fact: str) -> bool:
    """Whether `fact` holds every figure of `sentence`, and there is one: it may be where the sentence comes from."""
    figures, known = read_figures(sentence), read_figures(fact, any_case=True)
    if not (figures.quantities or figures.names or figures.days):
        return False
    return (
        all(_holds(known, quantity) for quantity in figures.quantities)
        and all(any(_is_same(name, other) for other in known.names) for name in figures.names)
        and all(
            any(day.is_said_by(other) for group in known.days for other in group.days)
            for said in figures.days
            for day in said.days
        )
    )
