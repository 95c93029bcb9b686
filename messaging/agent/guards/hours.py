"""PURE: what a reply says about opening hours and holidays, held against the hours that the business gives."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from messaging.agent.guards.days import resolved
from messaging.agent.guards.figures import read_figures
from messaging.agent.guards.text import sentences, wording

_ALWAYS = re.compile(
    r"\b(?:never|do not|does not|are not ever) closed?s?\b|\balways open\b|\bopen (?:all (?:day|night|week|hours)|"
    r"late|nonstop|"
    r"non-stop)\b|\ba toda hora\b|\bsiempre estamos abiert\w+|\bnunca (?:cerramos|cierra)\b|\bsiempre (?:abiert\w+|"
    r"abrimos)\b|\babiert\w+ (?:siempre|"
    r"toda la noche)\b"
)
_OPEN = re.compile(
    r"\b(?:open|opens|abrimos|abre|abren|abiert[oa]s?)\b(?! (?:to|for questions|up|slots?|times?|spots?|is\b))"
)
_CLOSED = re.compile(
    r"\b(?:clos\w+|not|never|no|nobody|nothing|none|sorry|unless|isn't|aren't|cerr\w+|cierra\w*|nunca)\b"
)
_WE = re.compile(r"\b(?:we|us|our|office|shop|team|store|they|abrimos|estamos|oficina|taller|tienda)\b")
_EXCEPT = re.compile(r"\b(?:except|excluding|but not|excepto|salvo|menos)\b", re.IGNORECASE)
_OPENS_AT = re.compile(r"\b(?:open|opens|abrimos|abre|abren)\b(?: \w+){0,3}? (?:at|from|a las?|desde las?)\s*$")
_CLOSES_AT = re.compile(
    r"\b(?:(?:close|closes|cerramos|cierra|cierran)\b(?: \w+){0,3}? (?:at|a las?)|(?:open|abiert[oa]s?)\b"
    r"(?: \w+){0,4}? (?:until|till|hasta(?: las?)?))\s*$"
)
_CLAUSE = re.compile(r"[,;.\n](?!\d)")
_HOLIDAY = re.compile(
    r"\b(?:thanksgiving|christmas(?: eve)?|xmas|new year'?s?(?: eve| day)?|easter|memorial day|labor day|"
    r"independence day|"
    r"(?:the )?(?:4th|fourth) of july|july 4th|veterans day|presidents'? day|mlk day|juneteenth|columbus day|halloween|"
    r"black friday|mother'?s day|father'?s day|navidad|nochebuena|ano nuevo|accion de gracias|pascua|semana santa)\b"
)
_WISHES = re.compile(r"\b(?:happy|merry|enjoy|have a|feliz|felices)\b")


@dataclass(frozen=True, slots=True)
class _Hours:
    weekdays: frozenset[int]
    starts: frozenset[int]
    ends: frozenset[int]
    text: str


def wrong_hours(sentence: str, facts: Sequence[str], *, today: date | None) -> Iterator[tuple[str, str]]:
    """What no fact says of when the business is open, as a code and the words; questions say nothing."""
    said = wording(sentence)
    known = [_hours_of(fact) for fact in facts]
    holiday = _HOLIDAY.search(said)
    is_denied = _CLOSED.search(said) is not None or _WISHES.search(said) is not None
    if holiday and not is_denied:
        is_told = any(holiday.group() in hours.text and not _CLOSED.search(hours.text) for hours in known)
        if not is_told:
            yield "date", holiday.group()
    if sentence.rstrip().endswith("?"):
        return
    always = _ALWAYS.search(said)
    if always and not any("24/7" in hours.text or always.group() in hours.text for hours in known):
        yield "hours", always.group()
        return
    figures = read_figures(sentence)
    open_days = frozenset(day for hours in known for day in hours.weekdays)
    if _OPEN.search(said) and _WE.search(said) and not _CLOSED.search(said) and open_days:
        days = [resolved(day, today).weekday for group in figures.days for day in group.days]
        if any(day is not None and day not in open_days for day in days):
            yield "date", figures.days[0].text
    for time in figures.quantities:
        if time.kind != "time" or time.high is not None:
            continue
        # The word before the hour is read with it: "at 6".
        lead = f"{figures.text[: time.start]}{re.split(r'[0-9]', time.text, maxsplit=1)[0]}".lower()
        for pattern, wanted in (
            (_OPENS_AT, frozenset(minute for hours in known for minute in hours.starts)),
            (_CLOSES_AT, frozenset(minute for hours in known for minute in hours.ends)),
        ):
            if wanted and pattern.search(lead) and not time.low & wanted:
                yield "time", time.text


@lru_cache(maxsize=4096)
def _hours_of(fact: str) -> _Hours:
    weekdays: set[int] = set()
    starts: set[int] = set()
    ends: set[int] = set()
    for line in sentences(fact):
        if re.match(r"\d+\)", line):
            continue  # an offered time
        for clause in _CLAUSE.split(line):
            whole = _EXCEPT.split(clause)[0]
            figures = read_figures(whole, any_case=True)
            low = wording(whole)
            times = [quantity for quantity in figures.quantities if quantity.kind == "time"]
            is_closed = re.search(r"\b(?:closed|cerrad\w*)\b", low) is not None
            if not is_closed and (times or _OPEN.search(low)):
                weekdays |= {day.weekday for group in figures.days for day in group.days if day.weekday is not None}
            for time in times:
                if time.high is not None:
                    starts |= time.low
                    ends |= time.high
                elif re.search(r"\b(?:opens?|abrimos|abre)\b", low):
                    starts |= time.low
                if time.high is None and re.search(r"\b(?:clos\w+|until|till|cerramos|cierra|hasta)\b", low):
                    ends |= time.low
    return _Hours(frozenset(weekdays), frozenset(starts), frozenset(ends), wording(fact))
