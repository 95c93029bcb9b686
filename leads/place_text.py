"""A customer's text as words, and what stands around one of them. Pure; see leads.places."""

import re
import unicodedata
from dataclasses import dataclass
from itertools import pairwise

from leads.gazetteer import STATE_CODES, STATES, short
from leads.place_words import DIRECTIONS, DOTTED, FILLERS, INTRODUCED, LITTLE_WORDS, NEAR, STREET_ENDS, UNITS

_LONGEST_TEXT = 4000  # characters; a text message has 1,600
_MOST_TOKENS = 400


@dataclass(frozen=True, slots=True)
class Token:
    """`word`: as in plain names; `raw`: as written; `gap`: what stands before it; `goes_on`: may continue a name."""

    word: str
    raw: str
    gap: str
    starts_clause: bool
    goes_on: bool


_WORD = re.compile(r"[^\W_]+")
_APOSTROPHES = re.compile(r"(?<=\w)['’`´](?=\w)")
_BREAK = re.compile(r"[,;:!?()\n|/]|\s[-–—]|[-–—]\s")
_JOINT = re.compile(r"[ \t.\-]*")


def _tokens(text: str) -> list[Token]:
    letters = "".join(
        char for char in unicodedata.normalize("NFKD", text[:_LONGEST_TEXT]) if not unicodedata.combining(char)
    )
    letters = _APOSTROPHES.sub("", letters)
    tokens: list[Token] = []
    end = 0
    for match in _WORD.finditer(letters):
        gap, end = letters[end : match.start()], match.end()
        word = short(match[0].casefold())
        is_dotted = bool(tokens) and tokens[-1].word in DOTTED
        breaks = not tokens or _BREAK.search(gap) is not None or ("." in gap and not is_dotted)
        goes_on = not breaks and _JOINT.fullmatch(gap) is not None
        tokens.append(Token(word, match[0], gap, breaks, goes_on))
        if len(tokens) == _MOST_TOKENS:
            break
    return tokens


class PlaceText:
    """The words of one text. A clause goes to the next comma or stop."""

    def __init__(self, text: str) -> None:
        self.tokens = _tokens(text)
        # Where everything is in capitals, or every word starts with one, they say nothing.
        self.is_shouted = sum(token.raw.isupper() for token in self.tokens) > 0.7 * len(self.tokens)
        self.is_titled = sum(token.raw[0].isupper() for token in self.tokens) > 0.7 * len(self.tokens)
        self._befores: dict[int, str] = {}
        self._introduced: dict[int, bool] = {}
        starts = [at for at, token in enumerate(self.tokens) if token.starts_clause]
        bounds = pairwise([*starts, len(self.tokens)])
        self._clauses = [(start, end) for start, end in bounds for _ in range(start, end)]

    def ends_clause(self, end: int) -> bool:
        return end >= len(self.tokens) or self.tokens[end].starts_clause

    def before(self, at: int) -> str:
        """The plain words before `at` in its clause, each followed by a space; the nearest eight."""
        known = self._befores.get(at)
        if known is not None:
            return known
        start = at
        while start > max(0, at - 8) and not self.tokens[start].starts_clause:
            start -= 1
        self._befores[at] = before = "".join(f"{token.word} " for token in self.tokens[start:at])
        return before

    def is_spoken_of(self, at: int) -> bool:
        """Whether what stands before `at` introduces a place; remembered, since names of every length start there."""
        known = self._introduced.get(at)
        if known is None:
            known = self._introduced[at] = INTRODUCED.search(self.before(at)) is not None
        return known

    def is_near(self, at: int) -> bool:
        return NEAR.search(self.before(at)) is not None

    def words_before(self, at: int, count: int) -> set[str]:
        return {token.word for token in self.tokens[max(0, at - count) : at]}

    def clause_of(self, at: int) -> tuple[int, int]:
        """First token of the clause that holds `at`, and the token after its last."""
        return self._clauses[at]

    def is_whole_clause(self, at: int, end: int) -> bool:
        """Whether beside the name there are only courtesies, “we are in” and the like."""
        start, stop = self.clause_of(at)[0], self.clause_of(end - 1)[1]
        beside = [*self.tokens[start:at], *self.tokens[end:stop]]
        return all(token.word in FILLERS or is_state(token.word) or is_code(token.word) for token in beside)

    def follows_a_street(self, at: int) -> bool:
        """“1420 E Main St Mesa”, “1420 E Main St Apt 4 Mesa”."""
        start, last = self.clause_of(at)[0], at - 1
        if last - 1 > start and self.tokens[last - 1].word in UNITS:
            last -= 2
        if last < start or self.tokens[last].word not in STREET_ENDS:
            return False
        return any(token.word.isdecimal() for token in self.tokens[start:at])

    def is_end_of_address(self, at: int) -> bool:
        """“1420 E Main St, Mesa”: a clause behind one with a house number and a street."""
        start = self.clause_of(at)[0]
        if start == 0:
            return False
        line = self.tokens[self.clause_of(start - 1)[0] : start]
        if any(token.word in UNITS for token in line) and line[0].starts_clause:
            line = self.tokens[max(0, start - 8) : start]
        number = next((index for index, token in enumerate(line) if token.word.isdecimal()), len(line))
        return any(token.word in STREET_ENDS | DIRECTIONS for token in line[number + 1 :])


def is_state(word: str) -> bool:
    return word in STATES or (word.upper() in STATE_CODES and word not in LITTLE_WORDS)


def is_code(word: str) -> bool:
    return len(word) == 5 and word.isascii() and word.isdecimal()
