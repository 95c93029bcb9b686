"""A busy hour, or ten minutes of it: 300 missed calls a minute, replies, robot and 50 open inboxes on one machine.

    python -m bench.load
    python -m bench.load --minutes 1
    python -m bench.load --node-red FOLDER

Calls come at their own times whether or not earlier ones were answered (a fixed seed); half of the callers write back,
most of them for a price and then to choose a time, some STOP, some URGENT. Then everything of ours is killed in the
middle of a minute and started again some seconds later. With --node-red (a folder with node_modules/node-red) a flow
that does nothing but "webhook -> one text" gets the same calls and the same death. Exit status 1 if anybody was lost,
texted twice, answered twice or not at all, or if an invariant is broken.
"""

import argparse
import os
import platform
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from bench.installation import installation
from bench.load import comparison, hour, outage


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="bench.load", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--database", choices=["sqlite", "postgres"], default="postgres")
    parser.add_argument("--minutes", type=float, default=10, help="0: only what is killed")
    parser.add_argument("--per-minute", type=int, default=300)
    parser.add_argument("--replying", type=float, default=0.5, help="share of callers who write back")
    parser.add_argument("--tabs", type=int, default=50)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--latency-ms", type=int, default=150, help="what the carrier takes for an answer")
    parser.add_argument("--no-outage", action="store_true")
    parser.add_argument("--node-red", type=Path, metavar="FOLDER")
    given = parser.parse_args(arguments)
    print(
        f"Python {platform.python_version()}, {os.cpu_count()} cores, load average {os.getloadavg()[0]:.1f} before it; "
        f"{given.database}, gunicorn gthread 2x4, sender 32 + 8 threads, worker; carrier {given.latency_ms} ms, "
        f"callbacks on; the load from this process; seed {given.seed}",
        flush=True,
    )
    problems: list[str] = []
    with installation(
        database=given.database, latency_ms=given.latency_ms, callbacks=True, settings="bench.settings",
        business="bench.load.business",
    ) as made:  # fmt: skip
        if given.minutes:
            problems += hour.play(
                made, minutes=given.minutes, per_minute=given.per_minute, replying=given.replying, tabs=given.tabs,
                seed=given.seed,
            )  # fmt: skip
        if not given.no_outage:
            problems += outage.play(made, per_minute=given.per_minute, seed=given.seed)
        problems += hour.check_invariants(made)
    if given.node_red:
        with tempfile.TemporaryDirectory(prefix="recoverline-load-") as folder:
            comparison.play(
                given.node_red, Path(folder), minutes=min(given.minutes, 2) or 1, per_minute=given.per_minute,
                latency_ms=given.latency_ms, seed=given.seed,
            )  # fmt: skip
    print("wrong: " + "; ".join(problems) if problems else "nobody lost, nobody twice, every invariant holds")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
