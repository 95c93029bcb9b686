"""What a customer has asked for so far, over several texts: a day, a time, or both. Pure.

A text with only a time keeps the day, one with only a day keeps the time, one with both replaces both. A yes takes
what our own last text proposed.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time

from messaging.agent.when.grammar import When, read_ruled_out, read_when
from messaging.agent.when.words import plain_words


@dataclass(frozen=True, slots=True)
class Wish:
    """Days and hours in the business's local time; None is not known. See `When` for `is_unsure`."""

    first: date | None = None
    last: date | None = None
    at: time | None = None
    starts: time | None = None
    ends: time | None = None
    is_unsure: bool = False

    @property
    def has_time(self) -> bool:
        return self.at is not None or self.starts is not None or self.ends is not None


def update_wish(wish: Wish, text: str, *, now: datetime, asked: bool = False, proposed: Sequence[When] = ()) -> Wish:
    """`wish` after one more text of the customer.

    `now`: the business's local time. `asked`: our last text asked for a day or time. `proposed`: `read_when` of our
    last text if it proposed a time; a yes accepts it if it is one time and not a list to choose from. What the customer
    rules out is forgotten, and so is a day that is over.
    """
    wish = _without_past(wish, now.date())
    whens = read_when(text, now=now, asked=asked or len(proposed) == 1)
    if not whens and len(proposed) > 1:
        # After several times a bare number may be a choice among them, "the 27th" is a day.
        whens = [when for when in read_when(text, now=now, asked=True) if when.has_date]
    words = plain_words(text)
    offer = proposed[0] if len(proposed) == 1 else None
    if offer is not None and not _SAYS_NO.search(words):
        if _is_yes(words, has_own=bool(whens)):
            wish = _merged(wish, [offer])
        elif whens and not any(when.has_date for when in whens) and offer.has_date:
            wish = _on_days(wish, [offer])
    for refused in read_ruled_out(text, now=now):
        wish = _without(wish, refused)
    wish = _merged(wish, whens)
    if _ANY_TIME.search(words) and not any(when.has_time for when in whens):
        wish = replace(wish, at=None, starts=None, ends=None)
    return wish


def _is_yes(words: str, *, has_own: bool) -> bool:
    """Whether plain words take what was proposed. A question says nothing, unless it starts with a yes."""
    if _DECLINES.search(words):
        return False
    if has_own:
        return _AGREES.search(words) is not None
    return _AGREES.search(words) is not None or _ACCEPTS.search(_QUESTION.sub(" ", words)) is not None


def _merged(wish: Wish, whens: Sequence[When]) -> Wish:
    dated = [when for when in whens if when.has_date]
    timed = [when for when in whens if when.has_time]
    if dated:
        wish = _on_days(wish, dated)
    if not timed:
        return wish
    if len({(when.at, when.starts, when.ends) for when in timed}) == 1:
        return replace(wish, at=timed[0].at, starts=timed[0].starts, ends=timed[0].ends)
    starts = [when.at or when.starts for when in timed]
    ends = [when.at or when.ends for when in timed]
    known_starts, known_ends = [start for start in starts if start], [end for end in ends if end]
    return replace(
        wish,
        at=None,
        starts=min(known_starts) if len(known_starts) == len(timed) else None,
        ends=max(known_ends) if len(known_ends) == len(timed) else None,
    )


def _on_days(wish: Wish, dated: Sequence[When]) -> Wish:
    first, last = min(when.first for when in dated), max(when.last for when in dated)
    return replace(wish, first=first, last=last, is_unsure=any(when.is_unsure for when in dated))


def _without(wish: Wish, refused: When) -> Wish:
    """A day that is no good takes the day, a time that is no good the time; "monday at 3" takes only that hour."""
    if refused.has_date and refused.has_time:
        is_that = wish.first == refused.first and wish.at == refused.at
        return replace(wish, at=None, starts=None, ends=None) if is_that else wish
    if refused.has_date and wish.first is not None and wish.last is not None:
        is_that = refused.first <= wish.first and wish.last <= refused.last
        return replace(wish, first=None, last=None, is_unsure=False) if is_that else wish
    if refused.at is not None and refused.at == wish.at:
        return replace(wish, at=None)
    return wish


def _without_past(wish: Wish, today: date) -> Wish:
    if wish.first is None or wish.last is None or wish.first >= today:
        return wish
    if wish.last < today:
        return replace(wish, first=None, last=None, is_unsure=False)
    return replace(wish, first=today)


# Only asked after our own proposal, so that a bare "that works" is an answer to it.
_YES = (
    r"yes|yeah|yea|yep|yup|ya|sure|ok|okay|k|correct|right|perfect|great|fine|good|works|work|suits|absolutely|"
    r"definitely|"
    r"exactly|certainly|please|confirm|confirmed|awesome|excellent|agreed|deal|nice|cool|lovely|wonderful|thank|thanks|"
    r"try it|go ahead|do it|go for it|book it|ill take it|that one|can make (?:it|that)|sounds|"
    r"si|claro|vale|perfecto|bueno|bien|correcto|de acuerdo|listo|esta bien|por favor|me sirve|me parece|confirmo|dale"
)
_ACCEPTS = re.compile(rf"\b(?:{_YES})\b|👍|👌|✅")
# With a time of its own a text still agrees to the rest of the proposal: "yes but 4".
_AGREES = re.compile(
    r"^(?:[,.!?] )*(?:yes|yeah|yea|yep|yup|ya|sure|ok|okay|perfect|great|si|claro|vale|perfecto|correct)\b"
)
_SAYS_NO = re.compile(
    r"^(?:(?:\W+|actually|well|oh|um|hmm|ok|okay) )*(?:no|nope|nah|never ?mind|sorry|unfortunately)\b(?! (?:problem|"
    r"worries))"
)
_DECLINES = re.compile(
    r"\b(?:not|dont|doesnt|cant|wont|isnt|no thanks|no thank|rather not|instead|too (?:late|early)|wrong|another|"
    r"different|no (?:puedo|me|gracias)|otro|otra|let me (?:check|ask|see|know|think|look)|get back|think about|maybe|"
    r"might|unless|if|hold on|depends|dejame|dejeme|tal vez|quizas|depende)\b"
)
_QUESTION = re.compile(r"[^.?!]*\?")
_ANY_TIME = re.compile(r"\b(?:any time|whenever|all day|any hour|doesnt matter|dont care|cualquier hour|todo el day)\b")
