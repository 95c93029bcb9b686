"""A customer's text as sentences of plain words: what every reader of messaging.agent starts from. Pure."""

import re
from dataclasses import dataclass

from messaging.optout_words import clauses_of


@dataclass(frozen=True, slots=True)
class Sentence:
    """Plain words (lower case, no accents, apostrophes or emoji) by clause; `asks`: a question mark closes it."""

    clauses: tuple[str, ...]
    asks: bool

    @property
    def words(self) -> str:
        return " ".join(self.clauses)


def sentences_of(text: str) -> list[Sentence]:
    """The sentences of `text` that hold a word. Total; "Great! Do you come out on Sundays?" are two."""
    found = []
    for match in _SENTENCE.finditer(text):
        clauses = tuple(" ".join(clause) for clause in clauses_of(match[1]))
        if clauses:
            found.append(Sentence(clauses, "?" in match[2]))
    return found


def plain(text: str) -> str:
    """All words of `text` in one line, as a Sentence has them."""
    return " ".join(sentence.words for sentence in sentences_of(text))


def is_reaction(text: str) -> bool:
    """Whether a phone says that our own text was liked, questioned, laughed at: the quoted words are ours."""
    return _REACTION.search(text) is not None


def is_liking(text: str) -> bool:
    """Whether a phone says that our own text was liked or loved."""
    return _LIKING.search(text) is not None


def words(text: str) -> frozenset[str]:
    """A word list written as one string."""
    return frozenset(text.split())


_SENTENCE = re.compile(r"([^.!?;\n]+)([.!?;\n]*)")
_QUOTE = r"\s*.{0,4}[\"“«]"
_LIKING = re.compile(
    rf"^\W*(?:(?:liked|loved|le gust[oó]|le encant[oó]|me gust[aoó]){_QUOTE}|reacted .{{0,4}}?(?:👍|❤|👌|✅).{{0,4}} "
    rf"to\b)",
    re.IGNORECASE,
)
_REACTION = re.compile(
    r"^\W*(?:(?:liked|loved|disliked|laughed at|emphasi[sz]ed|questioned|removed an? .{0,20}? from|le gust[oó]|"
    rf"le encant[oó]|me gust[aoó]){_QUOTE}|reacted .{{1,20}}? to\b)",
    re.IGNORECASE,
)
