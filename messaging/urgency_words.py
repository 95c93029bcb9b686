"""Is it urgent? The script's own word (reply URGENT), and plain danger that must reach a person before a model runs.

Danger is told from talk about danger in two strengths. A plain statement ("I smell gas", "the basement is flooding")
counts unless it is denied or long past. A mere naming ("gas leak") counts only without the signs of shopping
("gas leak detection price?") or of a supposition ("in case of a gas leak"). When in doubt a person is woken up.
"""

import re
from collections.abc import Collection, Iterable

from messaging.danger_phrases import DANGERS
from messaging.danger_signs import NOT_NOW, SHOPPING
from messaging.danger_whole import LEFT_INSIDE, LOCKED_OUT, NO_HEAT, OFTEN_MISTYPED, OTHER_WORDS, VULNERABLE
from messaging.optout_words import clauses_of, is_one_slip


def asks_urgent(text: str, words: Collection[str]) -> bool:
    """Whether the text uses one of the script's urgent words ("URGENT", "EMERGENCIA") and means it.

    Alone, at the beginning or anywhere as a whole word; a slip of the finger counts. "Not urgent" anywhere in the
    text takes it back, and the word as part of a thing or a price ("emergency contact", "emergency rates") is none.
    """
    wanted = [clause for word in words for clause in clauses_of(word)]
    found = False
    for clause in clauses_of(text):
        for place in _places(clause, wanted):
            if _is_denied(clause[:place]):
                return False
            found = found or not _NAMES_A_THING.search(" ".join(clause[place:]))
    return found


def sounds_dangerous(text: str) -> str | None:
    """The reason to alarm somebody now, or None.

    gas, carbon_monoxide, fire, sparks, flooding, sewage, medical, no_heat_vulnerable, break_in, collapse (roof, tree),
    trapped (a child locked in), stranded (on the road), arrest.
    """
    clauses = [_since(" ".join(map(_mended, clause))) for clause in clauses_of(text)]
    for danger in DANGERS:
        if any(danger.is_in(clause) for clause in clauses):
            return danger.code
    whole = " ".join(clauses)
    if NO_HEAT.search(whole) and VULNERABLE.search(whole) and not (SHOPPING.search(whole) or NOT_NOW.search(whole)):
        return "no_heat_vulnerable"
    if LOCKED_OUT.search(whole) and LEFT_INSIDE.search(whole) and not SHOPPING.search(whole):
        return "trapped"
    return None


def _since(clause: str) -> str:
    """ "It flooded last year and now it is flooding again" from where it speaks of today."""
    past = NOT_NOW.search(clause)
    rest = clause[past.end() :] if past is not None else ""
    return rest if _TODAY.search(rest) else clause


def _mended(word: str) -> str:
    """The word, or the danger of which it is a slip of the finger."""
    if len(word) < 5 or word in OTHER_WORDS or word in OFTEN_MISTYPED:
        return word
    return next((target for target in OFTEN_MISTYPED if word[0] == target[0] and is_one_slip(word, target)), word)


_TODAY = re.compile(r"\b(?:now|again|today|tonight|right now)\b")


def _places(clause: list[str], wanted: Iterable[list[str]]) -> list[int]:
    return [
        place
        for target in wanted
        for place in range(len(clause) - len(target) + 1)
        if all(_is_word(clause[place + index], word) for index, word in enumerate(target))
    ]


def _is_word(word: str, target: str) -> bool:
    # Short words have too many neighbors for a slip: "now" is not "not".
    return word in (target, target + "ly", target + "s") or (len(target) >= 6 and is_one_slip(word, target))


def _is_denied(before: list[str]) -> bool:
    """Whether a negation reaches the word that follows: "not that urgent", but not "heat not working urgent"."""
    for word in reversed(before):
        if word in _NEGATIONS:
            return True
        if word not in _CARRIES_NEGATION:
            return False
    return False


_NEGATIONS = frozenset(
    ["not", "no", "non", "nothing", "never", "isnt", "arent", "wasnt", "aint", "dont", "doesnt", "nada", "pas", "nao"]
)
_CARRIES_NEGATION = frozenset(
    [
        *["a", "an", "the", "that", "so", "very", "super", "really", "too", "all", "at", "terribly", "exactly"],
        *["particularly", "overly", "currently", "is", "it", "its", "be", "been", "considered", "need", "in", "real"],
        *["true", "actual", "hay", "es", "e", "un", "una", "une", "uma", "muy", "tan", "tres", "muito"],
    ]
)
_NAMES_A_THING = re.compile(
    r"^\w+ (?:contacts?|rooms?|rates?|fees?|pric\w+|costs?|kits?|exits?|plans?|funds?|brakes?|generators?|lights?|"
    r"lighting|releases?|policy|number|line|charges?|coverage|insurance|hours)\b|"
    r"\b(?:pric\w+|costs?|how much|rates?|fees?)\b"
)
