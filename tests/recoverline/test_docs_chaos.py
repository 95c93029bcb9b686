"""Every case that can be played stands in docs/chaos.md, and nothing stands there as played that is not."""

import re

from bench.chaos.cases import all_cases
from tests.recoverline.pages import rows, text_of


def test_every_case_of_the_bench_is_listed() -> None:
    listed = {name for row in rows(text_of("chaos.md")) if "`bench.chaos`" in row[2] for name in named(row[0])}
    played = {name.rstrip("b") for name in all_cases()}
    assert (sorted(played - listed), sorted(listed - played)) == ([], [])


def named(cell: str) -> list[str]:
    """ "A-01, A-03 to A-05" names four."""
    found: list[str] = []
    for kind, first, last in re.findall(r"([A-Z]{3})-(\d\d)(?: to [A-Z]{3}-(\d\d))?", cell):
        found += [f"{kind}-{number:02}" for number in range(int(first), int(last or first) + 1)]
    return found
