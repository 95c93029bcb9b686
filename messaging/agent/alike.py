"""Which questions ask the same? Compares wording alone, for people who read them; pure."""

import re
import unicodedata
from collections.abc import Sequence

from messaging.agent.words.faq_wording import COMMON_WORDS, concepts_in, spelled_out

# Above this share of common letters two questions stand under one heading. A wrong heading costs a click.
_ALIKE = 0.5
_LONGEST = 300


def group_alike(texts: Sequence[str]) -> list[list[int]]:
    """The places of `texts`, those that ask the same together; the largest group first, else in their order."""
    groups: list[list[int]] = []
    leaders: list[frozenset[str]] = []
    for place, text in enumerate(texts):
        features = _features(text)
        scores = [_likeness(features, leader) for leader in leaders]
        best = max(range(len(scores)), key=scores.__getitem__, default=None)
        if best is not None and scores[best] >= _ALIKE:
            groups[best].append(place)
        else:
            groups.append([place])
            leaders.append(features)
    return sorted(groups, key=len, reverse=True)


def _features(text: str) -> frozenset[str]:
    """Runs of three letters of the words that say something, and the things asked about."""
    plain = unicodedata.normalize("NFKD", text[:_LONGEST]).casefold()
    plain = "".join(sign for sign in plain if not unicodedata.combining(sign))
    words = spelled_out(re.findall(r"\w+", re.sub(r"['’‘`´]", "", plain)))
    said = [word for word in words if word not in COMMON_WORDS] or words
    runs = {f"<{word}>"[at : at + 3] for word in said for at in range(len(word))}
    return frozenset(runs | {f"c:{name}{sign}" for name in concepts_in(words) for sign in "123"})


def _likeness(one: frozenset[str], other: frozenset[str]) -> float:
    """Dice: 1 for the same, 0 for nothing in common."""
    together = len(one) + len(other)
    return 2 * len(one & other) / together if together else 1.0
