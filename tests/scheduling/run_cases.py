"""Run worked scheduling cases through the project's own engine.

    python -m tests.scheduling.run_cases FILE.json

The file is a list of cases as in tests/scheduling/cases.json. Prints passed and failed per kind and what failed, and
exits with 1 when a case failed or was not understood. Cases that need rows get an SQLite file of their own, which is
gone afterwards; with --postgres a new database on the server that DATABASE_URL names
(`python -m tests.postgres -- python -m tests.scheduling.run_cases --postgres FILE.json`).
"""

import argparse
import json
import os
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Any

import django
from django.db import connection


def main(args: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.scheduling.run_cases")
    parser.add_argument("file", type=Path)
    parser.add_argument("--postgres", action="store_true", help="use the server that DATABASE_URL names")
    options = parser.parse_args(args)
    try:
        cases = read_cases(options.file)
    except (OSError, ValueError) as error:
        print(f"{options.file}: {error}", file=sys.stderr)
        return 2
    if not options.postgres:
        os.environ.pop("DATABASE_URL", None)
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
    django.setup()
    # Models can be imported only after the setup.
    kinds: Any = import_module("tests.scheduling.case_kinds")
    with _database(any(kinds.needs_database(case) for case in cases)):
        return report([kinds.outcome_of(case) for case in cases], print)


def read_cases(path: Path) -> list[dict[str, Any]]:
    """Raises OSError or ValueError when it is not a list of cases, each with an id of its own."""
    cases = json.loads(path.read_text())
    if not isinstance(cases, list) or not all(isinstance(case, dict) for case in cases):
        raise ValueError("this is not a list of cases")
    twice = [name for name, times in Counter(str(case.get("id")) for case in cases).items() if times > 1]
    if twice:
        raise ValueError(f"more than one case is called {', '.join(twice)}")
    return cases


def report(outcomes: Sequence[Any], say: Callable[[str], object]) -> int:
    """Say how it went; 1 when something failed."""
    run = [outcome for outcome in outcomes if outcome.verdict != "elsewhere"]
    say(f"{'kind':14} {'passed':>6} {'failed':>6}")
    for kind in dict.fromkeys(outcome.kind for outcome in run):
        verdicts = Counter(outcome.verdict for outcome in run if outcome.kind == kind)
        say(f"{kind:14} {verdicts['passed']:6} {verdicts['failed']:6}")
    failed = [outcome for outcome in run if outcome.verdict == "failed"]
    say(f"{'all':14} {len(run) - len(failed):6} {len(failed):6}")
    for outcome in failed:
        say(f"FAILED {outcome.id} ({outcome.kind})")
        for problem in outcome.problems:
            say(f"    {problem}")
    left = [outcome for outcome in outcomes if outcome.verdict == "elsewhere"]
    for kind in dict.fromkeys(outcome.kind for outcome in left):
        same = [outcome for outcome in left if outcome.kind == kind]
        ids = ", ".join(outcome.id for outcome in same)
        say(f"not run here but by {same[0].problems[0]}: {len(same)} of {kind}: {ids}")
    return 1 if failed or not outcomes else 0


@contextmanager
def _database(is_needed: bool) -> Iterator[None]:
    if not is_needed:
        yield
        return
    # Never the one that is named, always a new one beside it.
    connection.settings_dict.setdefault("TEST", {})["NAME"] = f"{connection.settings_dict['NAME']}_cases_{os.getpid()}"
    name = connection.settings_dict["NAME"]
    connection.creation.create_test_db(verbosity=0, autoclobber=True)
    try:
        yield
    finally:
        connection.creation.destroy_test_db(name, verbosity=0)


if __name__ == "__main__":
    sys.exit(main())
