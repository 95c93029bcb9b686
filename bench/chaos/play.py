"""One case in a house of its own, in this process (bench.chaos starts it): prints what happened, and the verdict."""

import argparse
import os
import sys
import tempfile
import time
import traceback
from collections.abc import Sequence
from typing import TYPE_CHECKING

import django

from bench.installation import installation
from bench.storm import database
from tests.fakes.carrier import FakeCarrier

if TYPE_CHECKING:
    from bench.chaos.cases import Case


def main(words: Sequence[str]) -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("case")
    parser.add_argument("--database", required=True)
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--minutes", type=float, required=True)
    given = parser.parse_args(words)
    with (
        tempfile.TemporaryDirectory(prefix="recoverline-chaos-", ignore_cleanup_errors=True) as folder,
        database(given.database, folder) as url,
    ):
        set_up(url)
        from bench.chaos.cases import all_cases  # models need the setup above

        case = all_cases()[given.case]
        print(f"\n{case.name} on {given.database}, seed {given.seed}", flush=True)
        print(f"  fault: {case.fault}\n  expected: {case.expected}", flush=True)
        begun = time.monotonic()
        found = run(case, url, given)
    for line in found:
        print(f"  FOUND {line}", flush=True)
    print(f"  {'FAILED' if found else 'held'}: {case.name} after {time.monotonic() - begun:.0f} s", flush=True)
    return 1 if found else 0


def set_up(url: str) -> None:
    """Django on this database, with the settings of the house's processes."""
    os.environ |= {
        "DJANGO_SETTINGS_MODULE": "bench.settings", "DATABASE_URL": url, "DEBUG": "false", "SIMULATOR": "false",
        "SECRET_KEY": "only-for-benchmarks", "FIELD_KEYS": "only-for-benchmarks", "SITE_URL": "http://127.0.0.1",
        "LOG_LEVEL": "ERROR",
    }  # fmt: skip
    django.setup()


def run(case: "Case", url: str, given: argparse.Namespace) -> list[str]:
    """Play it, then ask what must hold in any case. A case that falls over has not held."""
    from bench.chaos.afterwards import broken  # models need the setup
    from bench.chaos.house import House

    house = None
    try:
        with (
            FakeCarrier(response_delay=0.03) as carrier,
            # The database runs already, so the installation is told of it.
            installation(
                database="sqlite", latency_ms=0, settings="bench.settings", carrier=carrier.url,
                more={"DATABASE_URL": url, **case.environment},
            ) as made,
        ):  # fmt: skip
            house = House(made, carrier, given.database, given.seed, given.minutes)
            try:
                house.wait_until_healthy()
                return [*case.play(house), *broken(house)]
            except Exception as error:
                traceback.print_exc()
                return [f"{type(error).__name__}: {error}"]
            finally:
                house.close()
    finally:
        if house is not None:
            house.end_database()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
