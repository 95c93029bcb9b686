"""Which of a business's questions did the customer ask? Compares wording, knows no meaning; pure, standard library.

A text and an example are compared by words, pairs of words and runs of three and four letters (typos and endings),
each weighted by how rare it is (tf-idf), and by trade language ("trip charge" and "come out" are one thing). A key
scores half by its three nearest examples and half by all of them together. What the business never wrote about weighs
more than anything else, so that a text on something else stays below the line.
"""

import math
import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from operator import itemgetter
from typing import Generic, TypeVar

from messaging.agent.words.faq_wording import COMMON_WORDS, EVERYDAY, concepts_in, spelled_out

Key = TypeVar("Key", bound=Hashable)

# Found by trial on public sets of intents and on made-up questions (bench.understanding, tests).
_NEAREST = 3
_DAMPING = 0.75  # of the weight of rare words: one of them is no proof
_UNKNOWN = 1.3  # what no example has, beside the rarest that some have
_ANSWER = 0.35  # the business's reply beside the example
_WORD_WITHOUT_LETTERS = 2.5  # common words are compared whole, which halves the time
# With one example per key, how a question is put says little and what it is about says nearly all. This fades with
# the number of examples: 1 for one, 0.1 for ten.
_CONCEPT = 4.0
_COMMON = 0.5
# Below the line an answer is a guess. Texts on something else score higher the more examples there are to resemble, and
# higher where one example and what it is about decide.
_LINE = 0.135
_LINE_PER_TENFOLD = 0.045
_LINE_OF_ONE_EXAMPLE = 0.113
_LONGEST = 400
_MOST_SENTENCES = 6


@dataclass(frozen=True, slots=True)
class Match(Generic[Key]):
    """score runs from 0 to 1; is_sure: high enough to answer with, else ask or hand off."""

    key: Key
    score: float
    is_sure: bool


class Matcher(Generic[Key]):
    """Built once from keys and examples of what customers write; one example is enough, ten are better.

    answers: what the business replies, by key. Its words help a little to find a question asked otherwise.
    """

    def __init__(self, entries: Sequence[tuple[Key, Sequence[str]]], answers: Mapping[Key, str] | None = None) -> None:
        self._sparse = 1 / max(1.0, sum(len(texts) for _, texts in entries) / max(1, len(entries)))
        examples = [(key, self._features(example[:_LONGEST])) for key, texts in entries for example in texts]
        self._keys = [key for key, _ in examples]
        per_key = Counter(self._keys)
        self._nearest = {key: min(_NEAREST, count) for key, count in per_key.items()}
        self._line = _LINE - _LINE_PER_TENFOLD * math.log10(self._sparse) + _LINE_OF_ONE_EXAMPLE * self._sparse**2
        read = [features for _, features in examples] + [self._features(text) for text in EVERYDAY]
        seen = Counter(feature for features in read for feature in features)
        self._weights = {word: math.log((len(read) + 1) / (count + 0.5)) ** _DAMPING for word, count in seen.items()}
        self._unknown = math.log((len(read) + 1) / 0.5) ** _DAMPING * _UNKNOWN
        self._by_example: defaultdict[str, list[tuple[int, float]]] = defaultdict(list)
        together: defaultdict[Key, defaultdict[str, float]] = defaultdict(lambda: defaultdict(float))
        replies = {key: self._scaled(self._features(answer[:_LONGEST])) for key, answer in (answers or {}).items()}
        for index, (key, features) in enumerate(examples):
            vector = self._scaled(features)
            for feature, weight in replies.get(key, {}).items():
                vector[feature] = vector.get(feature, 0.0) + _ANSWER * weight
            for feature, weight in _of_length_one(vector).items():
                self._by_example[feature].append((index, weight))
                together[key][feature] += weight
        self._by_key: defaultdict[str, list[tuple[Key, float]]] = defaultdict(list)
        for key, features in together.items():
            for feature, weight in _of_length_one(features).items():
                self._by_key[feature].append((key, weight))

    def best(self, text: str) -> Match[Key] | None:
        """The nearest key for the text or one of its sentences; None if they have nothing in common."""
        found = [(score, key) for part in _parts(text[:_LONGEST]) for key, score in self._scores(part).items()]
        if not found:
            return None
        score, key = max(found, key=itemgetter(0))
        return Match(key, score, score >= self._line)

    def _features(self, text: str) -> dict[str, float]:
        """How often a text has each word ("w:"), pair ("p:"), run of letters and thing asked about ("c:")."""
        words = spelled_out(_plain_words(text))
        common = 1 - _COMMON * self._sparse
        features: defaultdict[str, float] = defaultdict(float)
        for word in words:
            if word in COMMON_WORDS:
                features[f"w:{word}"] += _WORD_WITHOUT_LETTERS * common
                continue
            features[f"w:{word}"] += 1
            edged = f"<{word}>"
            for size in (3, 4):
                for at in range(len(edged) - size + 1):
                    features[edged[at : at + size]] += 1
        for first, second in pairwise(["<", *words, ">"] if words else []):
            features[f"p:{first} {second}"] += common if {first, second} <= COMMON_WORDS else 1
        features.update({f"c:{name}": 1 + _CONCEPT * self._sparse for name in concepts_in(words)})
        return features

    def _scaled(self, features: Mapping[str, float]) -> dict[str, float]:
        weights, unknown = self._weights, self._unknown
        return _of_length_one({feature: count * weights.get(feature, unknown) for feature, count in features.items()})

    def _scores(self, text: str) -> dict[Key, float]:
        """The keys with anything in common: half the nearest examples, half all of them together."""
        asked = self._scaled(self._features(text))
        near = [0.0] * len(self._keys)
        whole: defaultdict[Key, float] = defaultdict(float)
        for feature, weight in asked.items():
            for index, other in self._by_example.get(feature, ()):
                near[index] += weight * other
            for key, other in self._by_key.get(feature, ()):
                whole[key] += weight * other
        by_key: defaultdict[Key, list[float]] = defaultdict(list)
        for key, score in zip(self._keys, near, strict=True):
            if score:
                by_key[key].append(score)
        return {
            key: (sum(sorted(found)[-_NEAREST:]) / self._nearest[key] + whole[key]) / 2 for key, found in by_key.items()
        }


def _of_length_one(vector: Mapping[str, float]) -> dict[str, float]:
    length = math.sqrt(sum(weight * weight for weight in vector.values())) or 1.0
    return {feature: weight / length for feature, weight in vector.items()}


def _parts(text: str) -> Iterator[str]:
    yield text
    sentences = [sentence for sentence in re.split(r"[.?!;\n]+", text) if sentence.strip()]
    if len(sentences) > 1:
        yield from sentences[:_MOST_SENTENCES]


def _plain_words(text: str) -> list[str]:
    plain = unicodedata.normalize("NFKD", text).casefold()
    plain = "".join(sign for sign in plain if not unicodedata.combining(sign))
    return re.findall(r"\w+", re.sub(r"['’‘`´]", "", plain))
