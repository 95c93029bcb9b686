"""Which of a business's services does a customer mean? By name and by what it is also called. Pure.

A phrase counts when all its words stand close together in a sentence, in any order: "my AC went out" is "AC out".
Of a name as much counts as tells it apart: "drain" is enough for "Drain cleaning" where no other service has a drain.
"""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from leads.knowledge import ServiceFact
from messaging.agent.words.faq_match import Matcher
from messaging.agent.words.sentences import plain, sentences_of, words
from messaging.optout_words import is_one_slip

# Words that may stand between those of a phrase.
_ROOM = 3
_SHORTEST_WITH_A_SLIP = 5
_SHORTEST_STEM = 3
_BY_ALIAS = 0.3
# As strong at least is a word that no other service has.
_UNIQUE = 0.5


@dataclass(frozen=True, slots=True)
class _Found:
    """`strength`: above 1 for a whole phrase, the longer the stronger; below 1 for a part of it. `place`: where."""

    service: ServiceFact
    strength: float
    place: int


def services_in(services: Sequence[ServiceFact], text: str) -> tuple[ServiceFact, ...]:
    """One service if it is plain which, several if they fit equally well, () if none fits.

    What is ruled out ("I don't need drain cleaning") does not count; after a correction ("actually") the later wins.
    """
    found: list[_Found] = []
    place = 0
    for sentence in sentences_of(text):
        for clause in _split(_RULED_OUT.sub(" ", f"{sentence.words} ")):
            found += _found_in(tuple(services), clause.split(), place)
            place += 1
    if not found:
        return ()
    whole = [row for row in found if row.strength > 1]
    best = max(row.strength for row in found)
    if _CORRECTS.search(plain(text)) and whole:
        last = max(row.place for row in whole)
        found = [row for row in whole if row.place == last]
        best = max(row.strength for row in found)
    kept = {row.service.id: row.service for row in found if row.strength >= best - 0.01}
    return tuple(service for service in services if service.id in kept)


def needs_in(services: Sequence[ServiceFact], text: str) -> tuple[ServiceFact, ...]:
    """Two or more services that stand beside each other ("a cleaning and a filling"); () if there are fewer.

    A phrase that holds an "and" itself is one need, and so is what both parts may be.
    """
    found = [
        (place, surely_in(services, part))
        for place, sentence in enumerate(sentences_of(text))
        for part in _BESIDE.split(" , ".join(sentence.clauses)) if part.strip()
    ]  # fmt: skip
    told = [(place, row[0]) for place, row in found if len(row) == 1]
    # A long story names this and that in passing.
    sure = [one for place, one in told if any(one != other and abs(place - at) <= 1 for at, other in told)]
    if len({row.id for row in sure}) < 2 or _CORRECTS.search(plain(text)) or _RULED_OUT.search(f"{plain(text)} "):
        return ()
    stems = [_stem(word) for word in plain(text).split()]
    joint = [
        alias for row in services for alias in (row.name, *row.aliases) if _BESIDE.search(alias) and _stems(alias)
        and _stands_in(_stems(alias), stems)
    ]  # fmt: skip
    return () if joint else tuple(dict.fromkeys(sure))


def surely_in(services: Sequence[ServiceFact], text: str) -> tuple[ServiceFact, ...]:
    """Those of `services_in` that a whole phrase names, or a word that no other service has."""
    stems = [stem for sentence in sentences_of(text) for stem in map(_stem, sentence.words.split())]
    weights = _weights(tuple(services))
    told = services_in(services, text)
    return tuple(
        row for row in told
        if any(_stands_in(phrase, stems) for phrase in map(_stems, (row.name, *row.aliases)) if phrase)
        or _told_by(set(_stems(row.name)), stems, weights) >= _UNIQUE
    )  # fmt: skip


def likely_service(services: Sequence[ServiceFact], text: str) -> ServiceFact | None:
    """The service whose names and description are nearest in wording, if that is near enough to go by."""
    match = _matcher(tuple(services)).best(text) if services else None
    if match is None or not match.is_sure:
        return None
    return next(service for service in services if service.id == match.key)


@lru_cache(maxsize=64)
def _matcher(services: tuple[ServiceFact, ...]) -> Matcher[int]:
    return Matcher(
        [(row.id, [row.name, *row.aliases, *([row.description] if row.description else [])]) for row in services]
    )


@lru_cache(maxsize=64)
def _phrases(services: tuple[ServiceFact, ...]) -> tuple[tuple[ServiceFact, tuple[tuple[str, ...], ...]], ...]:
    return tuple((row, tuple(filter(None, map(_stems, (row.name, *row.aliases))))) for row in services)


@lru_cache(maxsize=64)
def _weights(services: tuple[ServiceFact, ...]) -> dict[str, float]:
    """What a word of a name tells: all of it if one service has it, in its name or otherwise; the less the more do."""
    named = {stem for row in services for stem in _stems(row.name)}
    seen = Counter(stem for row in services for stem in _all_stems(row) if stem in named)
    return {stem: 0.0 if stem in _TELLS_NOTHING else 1 / count**2 for stem, count in seen.items()}


def _all_stems(service: ServiceFact) -> set[str]:
    return {stem for phrase in (service.name, *service.aliases) for stem in _stems(phrase)}


@lru_cache(maxsize=64)
def _only_here(services: tuple[ServiceFact, ...]) -> dict[int, frozenset[str]]:
    """Longer words that only one service has in what it is also called: "toilet" of "clogged toilet"."""
    mine = {row.id: {stem for alias in row.aliases for stem in _stems(alias)} for row in services}
    seen = Counter(stem for row in services for stem in {*mine[row.id], *_stems(row.name)})
    telling = {stem for stem, count in seen.items() if count == 1 and len(stem) >= _SHORTEST_WITH_A_SLIP}
    return {key: frozenset(stems & telling - _TELLS_NOTHING) for key, stems in mine.items()}


def _found_in(services: tuple[ServiceFact, ...], spoken: list[str], place: int) -> list[_Found]:
    stems = [_stem(word) for word in spoken]
    telling = [word for word in stems if word not in _TELLS_NOTHING]
    weights, only_here = _weights(services), _only_here(services)
    found = []
    for service, phrases in _phrases(services):
        whole = max((len(phrase) for phrase in phrases if _stands_in(phrase, stems)), default=0)
        if whole:
            found.append(_Found(service, 1 + whole, place))
            continue
        strength = _told_by(set(_stems(service.name)), stems, weights)
        if strength < _UNIQUE:
            # What a name and other services' aliases have in common leaves the choice open between them.
            strength = max(strength, _shared(_all_stems(service), stems, weights))
        if not strength and any(_is_word(word, stem) for stem in only_here[service.id] for word in telling):
            strength = _BY_ALIAS
        if strength:
            found.append(_Found(service, strength, place))
    return found


def _shared(mine: set[str], stems: Sequence[str], weights: dict[str, float]) -> float:
    said = (weights[stem] for stem in mine if 0 < weights.get(stem, 0) < 1 and any(_is_word(w, stem) for w in stems))
    return max(said, default=0.0)


def _told_by(name: set[str], stems: Sequence[str], weights: dict[str, float]) -> float:
    """How far a part of the name gives the service away, below 1; what several share leaves the choice open."""
    said = {stem: weights[stem] for stem in name if weights[stem] and any(_is_word(word, stem) for word in stems)}
    if not said:
        return 0
    strongest = max(said.values())
    return 0.5 + 0.4 * sum(said.values()) / sum(weights[stem] for stem in name) if strongest == 1 else strongest


def _stands_in(phrase: Sequence[str], stems: Sequence[str]) -> bool:
    places = [[at for at, word in enumerate(stems) if _is_word(word, wanted)] for wanted in phrase]
    if not all(places):
        return False
    return any(
        all(any(abs(at - start) < len(phrase) + _ROOM for at in others) for others in places) for start in places[0]
    )


def _is_word(word: str, wanted: str) -> bool:
    is_long = len(wanted) >= _SHORTEST_WITH_A_SLIP and word[:1] == wanted[:1]
    return word == wanted or (is_long and is_one_slip(word, wanted))


# Names and aliases alone, never what a customer wrote: each text is held against all of them, over and over.
@lru_cache(maxsize=4096)
def _stems(phrase: str) -> tuple[str, ...]:
    return tuple(_stem(word) for word in plain(phrase).split() if word not in _LINKS)


def _stem(word: str) -> str:
    """Without the ending of a plural or of a participle: leaks and leaking are leak, reparaciones is reparacion."""
    for ending in ("ing", "ed"):
        stem = word.removesuffix(ending)
        if stem != word and len(word) >= _SHORTEST_WITH_A_SLIP and len(stem) >= _SHORTEST_STEM:
            # "Clogged" is of "clog", "drilled" of "drill" written with one l: the same on both sides.
            word = stem[:-1] if stem[-1] == stem[-2] else stem
            break
    if len(word) > _SHORTEST_STEM and word[-1] == word[-2] and word[-1] not in "se":
        word = word[:-1]
    return word.removesuffix("s").removesuffix("e") if len(word) > 3 and not word.endswith("ss") else word


def _split(line: str) -> Iterable[str]:
    return (part for part in _CORRECTS.split(line) if part and part.strip())


def _stemmed(listed: str) -> frozenset[str]:
    return frozenset(map(_stem, words(listed)))


_LINKS = words("a an the and or of for to in on my your our de del la el los las un una y o con para por mi su")
# Every trade has these; they name no service.
_TELLS_NOTHING = _stemmed(
    "service repair visit new estimate appointment job work call replacement installation install check consultation "
    "cleaning clean water house home quote free tapado tapada working broken servicio reparacion limpieza visita nuevo "
    "nueva cita trabajo consulta agua casa gratis someone somebody anyone come out look check help first today please "
    "patient customer client paciente cliente dentist dentista lawyer attorney abogado mechanic mecanico doctor price "
    "precio cost alguien primera hoy favor with charge charges change take long much many does still"
)
_BESIDE = re.compile(
    r" (?:and(?: also| then)?|also|plus|as well as|along with|y(?: tambien)?|e|tambien|ademas) | ?[,&+/] ?"
)
_CORRECTS = re.compile(
    r"\b(?:actually|i mean|i meant|sorry|rather|instead|scratch that|no wait|wait no|mejor dicho|perdon|quiero decir|"
    r"digo|en realidad|mas bien)\b"
)
_RULED_OUT = re.compile(
    r"\b(?:(?:i |we )?(?:dont|do not|no longer) (?:need|want)(?: the| a| an| any| my)?|not (?:the|a|an|my|for)|"
    r"instead of|rather than|(?:ya )?no (?:necesito|quiero|ocupo|es)(?: el| la| un| una)?|en vez de|"
    r"en lugar de)(?: \w+){1,3}?"
    r"(?= but | i | we | just | sino | pero | instead | actually | is | $)"
)
