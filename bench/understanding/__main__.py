"""How well customers' texts are understood, on files of labeled rows; no model, no network, no database.

Each file of the folder (or of its folder "public") that a part of this package knows is read; the others are left
alone. One line per measure: right, of how many, and the target set for that file.
"""

import argparse
import json
from collections.abc import Iterator, Sequence
from pathlib import Path

from bench.understanding import answers, cities, dates, matching, words
from bench.understanding.score import Row, Score

PARTS = (words, dates, answers, cities, matching)


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.understanding", description=__doc__)
    parser.add_argument("--data", type=Path, required=True, metavar="DIR", help="folder with the .jsonl files")
    parser.add_argument("--misses", action="store_true", help="show the rows behind every error, too")
    options = parser.parse_args(arguments)
    measured = False
    for name in sorted({name for part in PARTS for name in part.MEASURES}):
        rows = read_rows(options.data, name)
        if rows:
            measured = True
            print(f"{name} ({len(rows)} rows)")
            show(measure(options.data, name, rows), misses=options.misses)
    if not measured:
        print(f"no known files in {options.data}")


def measure(folder: Path, name: str, rows: Sequence[Row]) -> Iterator[Score]:
    """The scores of every part that knows the file, in the order of the parts."""
    for part in PARTS:
        if name in part.MEASURES:
            beside = matching.BESIDE.get(name) if part is matching else None
            yield from part.MEASURES[name]([*rows, *(read_rows(folder, beside) if beside else ())])


def read_rows(folder: Path, name: str) -> list[Row]:
    """The rows of a file here or in "public"; none if it is missing."""
    path = next(
        (path for path in (folder / f"{name}.jsonl", folder / "public" / f"{name}.jsonl") if path.exists()), None
    )
    if path is None:
        return []
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]


def show(scores: Iterator[Score], *, misses: bool) -> None:
    for found in scores:
        target = f"   target {found.target}" if found.target else ""
        print(f"  {found.name:42} {found.right:>6}/{found.total:<6} {found.percent:5.1f} %{target}")
        for miss in found.misses if misses else ():
            print(f"      {miss}")


if __name__ == "__main__":
    main()
