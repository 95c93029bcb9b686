"""Things broken on purpose in a whole installation, and what became of it.

    python -m bench.chaos --list
    python -m bench.chaos QUE-02 QUE-07 --database sqlite --seed 2
    python -m bench.chaos                                             every case, on PostgreSQL

Each case has a house of its own: database, web, sender and worker as real processes, a carrier on loopback. It prints
the fault, what was expected, what happened, and whether it held; afterwards each house is asked what must hold in any
case (`manage.py check_invariants`, the carrier's ledger, the queue, the beats, the logs). Ends with 1 if anything did
not hold. docs/chaos.md lists all cases with their last results.
"""

import argparse
import os
import platform
import subprocess
import sys
from collections.abc import Sequence

from bench.chaos.play import set_up
from bench.installation import ROOT


def main(words: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("cases", nargs="*", metavar="CASE")
    parser.add_argument("--database", choices=["postgres", "sqlite"], default="postgres")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--minutes", type=float, default=5, help="of a case that may have any length (QUE-11)")
    parser.add_argument("--list", action="store_true", help="name the cases and end")
    given = parser.parse_args(words)
    before = dict(os.environ)
    set_up("sqlite://:memory:")
    from bench.chaos.cases import all_cases  # models need the setup above

    cases = all_cases()
    if unknown := sorted(set(given.cases) - set(cases)):
        parser.error(f"there is no {', '.join(unknown)}; see --list")
    chosen = [cases[name] for name in given.cases or cases]
    if given.list:
        for case in chosen:
            print(f"{case.name:8} {case.fault} -> {case.expected}")
        return 0
    print(f"Python {platform.python_version()}, {os.cpu_count()} CPUs, load {os.getloadavg()[0]:.1f}", flush=True)
    verdicts = {}
    for case in chosen:
        if case.needs_postgres and given.database != "postgres":
            continue
        command = ["-m", "bench.chaos.play", case.name, "--database", given.database, "--seed", str(given.seed)]
        command += ["--minutes", str(given.minutes)]
        done = subprocess.run([sys.executable, *command], cwd=ROOT, env=before, check=False)
        verdicts[case.name] = done.returncode == 0
    print(f"\n{given.database}, seed {given.seed}:")
    for name, held in verdicts.items():
        print(f"  {name:8} {'held' if held else 'FAILED'}")
    return 0 if all(verdicts.values()) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
