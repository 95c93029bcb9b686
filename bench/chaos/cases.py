"""What a case is, and the list of all. Each module `faults_*` or `queue_*` beside this one exports its own as CASES."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path

from bench.chaos.house import House


@dataclass(frozen=True, slots=True)
class Case:
    """`play` breaks something in a house of its own and gives what did not hold: one line each, none is the good
    answer. What it measured it says with `house.say`.

    `environment` is what the house's processes have besides; `needs_postgres`: SQLite has no such part.
    """

    name: str
    fault: str
    expected: str
    play: Callable[[House], Iterable[str]]
    environment: Mapping[str, str] = field(default_factory=dict)
    needs_postgres: bool = False


def all_cases() -> dict[str, Case]:
    """By name, in the order of the names; Django must be set up. Two of one name are an error."""
    here = Path(__file__).parent
    names = [path.stem for pattern in ("queue_*.py", "faults_*.py") for path in here.glob(pattern)]
    cases = [case for name in names for case in import_module(f"bench.chaos.{name}").CASES]
    by_name = {case.name: case for case in sorted(cases, key=lambda case: case.name)}
    if len(by_name) != len(cases):
        raise ValueError("two cases have the same name")
    return by_name
