"""Charts as plain numbers for inline SVG; each stands beside a table that says the same. Pure.

Across in hundredths of the width, down in pixels, and nothing is scaled: words keep their size on a phone.
"""

from collections.abc import Sequence
from dataclasses import dataclass

HEIGHT, FOOT = 170, 20
LABELS = 8


@dataclass(frozen=True, slots=True)
class Column:
    """A column of `height`, the lower part of which, `inner`, is filled darker. `is_spare`: not labeled on a phone."""

    label: str
    count: int
    of_it: int
    x: float
    width: float
    y: float
    height: float
    inner_y: float
    inner: float
    is_labeled: bool
    is_spare: bool


@dataclass(frozen=True, slots=True)
class Columns:
    bars: tuple[Column, ...]
    most: int
    height: int = HEIGHT
    base: int = HEIGHT - FOOT


def columns(values: Sequence[tuple[str, int, int]]) -> Columns | None:
    """(label, count, part of it) each; None when there is nothing to draw."""
    most = max((count for _, count, _ in values), default=0)
    if not most:
        return None
    step, base, room = 100 / len(values), HEIGHT - FOOT, HEIGHT - FOOT - 14
    every = -(-len(values) // LABELS)
    bars = []
    for index, (label, count, part) in enumerate(values):
        height, inner = room * count / most, room * min(part, count) / most
        bars.append(
            Column(
                label, count, part, x=round(index * step + step * 0.12, 3), width=round(step * 0.76, 3),
                y=round(base - height, 2), height=round(height, 2), inner_y=round(base - inner, 2),
                inner=round(inner, 2), is_labeled=index % every == 0, is_spare=index // every % 2 == 1,
            )
        )  # fmt: skip
    return Columns(tuple(bars), most)


def level(count: int, most: int) -> int:
    """How dark a square of a heat map is: 0 for nothing, then four steps."""
    return 0 if not count or not most else min(4, 1 + count * 4 // (most + 1))
