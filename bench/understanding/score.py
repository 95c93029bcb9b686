"""What a part of the understanding scored on one file."""

from collections.abc import Iterable
from dataclasses import dataclass

Row = dict[str, object]


@dataclass(frozen=True, slots=True)
class Score:
    """`right` of `total`; `target` in words, as set for this file; `misses` are lines to read."""

    name: str
    right: int
    total: int
    target: str = ""
    misses: tuple[str, ...] = ()

    @property
    def percent(self) -> float:
        return 100 * self.right / self.total if self.total else 0.0


def score(name: str, results: Iterable[tuple[bool, str]], target: str = "") -> Score:
    """Count (was it right, the line to show if not)."""
    found = list(results)
    misses = tuple(line for is_right, line in found if not is_right)
    return Score(name, len(found) - len(misses), len(found), target, misses)
