"""Several hosts against one PostgreSQL: whole hosts are killed under load, and what a call costs each of them.

    python -m bench.hosts [--minutes 3] [--rate 1.5] [--redis] [--part kills] [--part costs]

Exits with 1 if a text or a task was lost, a text doubled, or an invariant broken.
"""

import argparse
import os
import platform
import sys

from bench.hosts.costs import costs
from bench.hosts.kills import kills


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=3)
    parser.add_argument("--rate", type=float, default=1.5, help="missed calls a second, each with two texts")
    parser.add_argument("--redis", action="store_true", help="doorbells on a Redis server")
    parser.add_argument("--part", action="append", choices=["kills", "costs"])
    given = parser.parse_args()
    load = ", ".join(f"{each:.1f}" for each in os.getloadavg())
    print(f"Python {platform.python_version()}, {os.cpu_count()} cores for everything, load before {load}", flush=True)
    parts, findings = given.part or ["costs", "kills"], []
    if "costs" in parts:
        findings += costs()
    if "kills" in parts:
        findings += kills(minutes=given.minutes, rate=given.rate, redis=given.redis)
    print("\nverdict: " + ("; ".join(findings) or "nothing lost, nothing doubled, every invariant holds"))
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
