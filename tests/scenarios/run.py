"""Play scenarios outside pytest, in a database of their own, and print figures.

    python -m tests.scenarios.run [--driver rules|scripted|claude] [--trials 4] [--only WORDS] [--show] [FILE...]

`claude` asks the real model: ANTHROPIC_API_KEY, and if set ANTHROPIC_BASE_URL and ANTHROPIC_MODEL. Exit status: 0 all
have passed, 1 some have not, 2 nothing could be run.
"""

import argparse
import logging
import os
import sys
import tempfile
import traceback
from collections.abc import Iterator, Sequence
from pathlib import Path

import django

# The settings of tests know no key, so that no test can use one; what is asked for here is read before.
KEY, URL, MODEL = (os.environ.get(f"ANTHROPIC_{name}", "") for name in ("API_KEY", "BASE_URL", "MODEL"))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
django.setup()

from django.conf import settings  # noqa: E402  only now are there settings
from django.db import transaction  # noqa: E402
from django.test.utils import (  # noqa: E402
    override_settings,
    setup_databases,
    setup_test_environment,
    teardown_databases,
)

from tests.fakes.carrier import FakeCarrier  # noqa: E402
from tests.scenarios.measures import Run, report  # noqa: E402
from tests.scenarios.outcome import Outcome, broken_off  # noqa: E402
from tests.scenarios.scenario import Scenario, files, read  # noqa: E402
from tests.scenarios.scripted_model import ScriptedApi  # noqa: E402
from tests.scenarios.stage import CLAUDE, RULES, SCRIPTED, Stage, accounts  # noqa: E402

NO_KEY = "There is no ANTHROPIC_API_KEY in the environment: the real model cannot be asked. Nothing was run."


def main(arguments: Sequence[str] | None = None) -> int:
    options = _read_options(arguments)
    if options.driver == CLAUDE and not KEY:
        print(NO_KEY, file=sys.stderr)
        return 2
    scenarios = _chosen(options.files or files(), options)
    if not scenarios:
        print("There is no such scenario.", file=sys.stderr)
        return 2
    logging.disable(logging.WARNING)
    os.environ["NO_PROXY"] = ",".join(filter(None, [os.environ.get("NO_PROXY"), "127.0.0.1", "localhost"]))
    setup_test_environment()
    databases = setup_databases(verbosity=0, interactive=False)
    try:
        with (
            tempfile.TemporaryDirectory() as folder,
            override_settings(MEDIA_ROOT=folder),
            transaction.atomic(),
            FakeCarrier(accounts()) as carrier,
            ScriptedApi() as api,
        ):
            model = MODEL or settings.ANTHROPIC_MODEL
            stage = Stage(carrier, api, key=KEY, base_url=URL or "https://api.anthropic.com", model=model)
            runs = list(perform(stage, scenarios, options.driver, trials=options.trials, shows=options.show))
            transaction.set_rollback(True)
    finally:
        teardown_databases(databases, verbosity=0)
    print("", f"driver: {options.driver}, {len(scenarios)} scenarios, {options.trials} trials", sep="\n")
    print(*report(runs, trials=options.trials), sep="\n")
    return 0 if all(run.has_passed for run in runs) else 1


def perform(
    stage: Stage, scenarios: Sequence[Scenario], driver: str, *, trials: int = 1, shows: bool = False
) -> Iterator[Run]:
    """Each scenario `trials` times, told line by line as it goes."""
    for scenario in scenarios:
        wanted = scenario.wanted_of_script if driver == SCRIPTED else scenario.wanted
        runs = []
        for _ in range(trials):
            runs.append(Run(scenario, wanted, _play(stage, scenario, driver)))
            yield runs[-1]
        passed = sum(run.has_passed for run in runs)
        print(f"{'pass' if passed == trials else 'FAIL'} {passed}/{trials}  {scenario}", flush=True)
        for run in runs:
            for problem in run.problems:
                print(f"       {problem}")
            if shows or run.problems:
                print(*(f"         {line}" for line in run.outcome.transcript), sep="\n")


def _play(stage: Stage, scenario: Scenario, driver: str) -> Outcome:
    """One that breaks the code fails, and the others still run."""
    try:
        return stage.play(scenario, driver)
    except Exception as error:
        return broken_off(error, traceback.format_exc().splitlines()[-12:])


def _read_options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.scenarios.run", description="Play scenarios.")
    parser.add_argument("--driver", choices=[RULES, SCRIPTED, CLAUDE], default=RULES)
    parser.add_argument("--trials", type=int, default=1, help="how often each one is played")
    parser.add_argument("--only", default="", metavar="WORDS", help="in the name or the tags of the scenario")
    parser.add_argument("--show", action="store_true", help="the transcript of those that pass, too")
    parser.add_argument("files", nargs="*", type=Path, metavar="FILE")
    return parser.parse_args(arguments)


def _chosen(paths: Sequence[Path], options: argparse.Namespace) -> list[Scenario]:
    """What a model is scripted to do wrong tells nothing about a real one."""
    found = [scenario for path in paths for scenario in read(path)]
    if options.driver == CLAUDE:
        found = [scenario for scenario in found if not scenario.is_misbehaving]
    return [row for row in found if options.only in row.name or options.only in row.tags]


if __name__ == "__main__":
    sys.exit(main())
