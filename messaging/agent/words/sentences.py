"""A customer's text as sentences of plain words: what every reader of messaging.agent starts from. Pure."""

import re
import unicodedata
from dataclasses import dataclass
from itertools import islice

from messaging.optout_words import clauses_of


@dataclass(frozen=True, slots=True)
class Sentence:
    """Plain words (lower case, no accents, apostrophes or emoji) by clause; `asks`: a question mark closes it."""

    clauses: tuple[str, ...]
    asks: bool

    @property
    def words(self) -> str:
        return " ".join(self.clauses)


def within_reach(text: str) -> str:
    """As much of `text` as is read: what people write comes back as it is, what is made to keep us busy is cut.

    At most 1,600 characters once every sign is written out (one of them can stand for eighteen letters), 40 sentences
    and 400 words.
    """
    if len(unicodedata.normalize("NFKC", text)) > _LONGEST:
        text = unicodedata.normalize("NFKC", text)[:_LONGEST]
    text = _GAP.sub(lambda gap: "\n" if "\n" in gap.group() else " ", text)
    for pattern, most in ((_SENTENCE, _MOST_SENTENCES), (_WORD, _MOST_WORDS)):
        beyond = next(islice(pattern.finditer(text), most, None), None)
        if beyond is not None:
            text = text[: beyond.start()]
    return text


def sentences_of(text: str) -> list[Sentence]:
    """The sentences of `text` that hold a word. Total; "Great! Do you come out on Sundays?" are two."""
    found = []
    for match in islice(_SENTENCE.finditer(text), _MOST_SENTENCES):
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


_LONGEST, _MOST_SENTENCES, _MOST_WORDS = 1600, 40, 400
_GAP = re.compile(r"\s{3,}")
_WORD = re.compile(r"\w+")
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
