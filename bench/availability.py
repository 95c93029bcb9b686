"""Listing the open starts of two weeks: the engine alone, from the database, and the naive way beside it.

    python -m bench.availability --database sqlite --database postgres

20 resources, 2,000 appointments, 14 days unless it is said otherwise. The naive way probes every start by looking at
every appointment; it must find the same starts. Growth is the exponent of a straight line through the logarithms:
1 is linear. Prints p50/p95 in milliseconds, and from the database also this process's own time on the processor, which
a busy machine does not change; the engine's growth is measured in it.
"""

import argparse
import json
import math
import os
import platform
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from datetime import time as clock
from functools import partial
from pathlib import Path
from zoneinfo import ZoneInfo

from scheduling.availability import Availability, Busy, Grid, Lane, Limits, Visit
from scheduling.hours import HoursRange, open_intervals
from scheduling.intervals import Interval
from tests.postgres import postgres_server

ROOT = Path(__file__).resolve().parent.parent
# Models can be imported only after the setup.
MEASURE_ROWS = "import django; django.setup(); from bench.availability_rows import main; main()"
ZONE = ZoneInfo("America/New_York")
# The clocks change on the eighth of these days.
FIRST, DAYS = date(2026, 10, 25), 14
OPENS, CLOSES = clock(8), clock(18)
VISIT, STEP, TAKEN = timedelta(minutes=60), timedelta(minutes=30), timedelta(minutes=20)
RESOURCES, APPOINTMENTS = 20, 2_000
ROUNDS, NAIVE_ROUNDS = 60, 3


@dataclass(frozen=True, slots=True)
class Load:
    """Open time of each resource, and what is taken of which; no two appointments of a resource overlap."""

    open: list[Interval]
    resources: int
    taken: list[tuple[int, datetime, datetime]]


def make_load(resources: int, appointments: int) -> Load:
    """Appointments spread at random over the working time of everybody."""
    last = FIRST + timedelta(days=DAYS - 1)
    week = [HoursRange(weekday, OPENS, CLOSES) for weekday in range(7)]
    hours = open_intervals(week, [], ZONE, FIRST, last)
    cells = [
        (resource, opens + index * TAKEN)
        for resource in range(resources)
        for opens, closes in hours
        for index in range((closes - opens) // TAKEN)
    ]
    chosen = random.Random(7).sample(cells, appointments)
    return Load(hours, resources, [(resource, start, start + TAKEN) for resource, start in chosen])


def engine(load: Load, anchor: str) -> Callable[[], list[datetime]]:
    """The listing from prepared lanes; nothing is remembered from one call to the next."""
    busy: dict[int, list[Busy]] = {resource: [] for resource in range(load.resources)}
    for resource, start, end in load.taken:
        busy[resource].append(Busy(start, end))
    lanes = [[Lane(resource, load.open, busy[resource]) for resource in busy]]
    grid = Grid(STEP, "opening" if anchor == "opening" else "free", align=5)
    limits = Limits(ZONE, load.open[0][0])
    return lambda: Availability(lanes, Visit(VISIT), grid, limits).slots()


def naive(load: Load) -> list[datetime]:
    """Every start of the grid, every resource, every appointment."""
    found = []
    for opens, closes in load.open:
        start = opens
        while start + VISIT <= closes:
            end = start + VISIT
            for resource in range(load.resources):
                if not any(who == resource and begins < end and start < ends for who, begins, ends in load.taken):
                    found.append(start)
                    break
            start += STEP
    return found


def timed(act: Callable[[], object], rounds: int, *, watch: Callable[[], float] = time.perf_counter) -> list[float]:
    """Milliseconds of each round, sorted."""
    spent = []
    for _ in range(rounds):
        started = watch()
        act()
        spent.append((watch() - started) * 1000)
    return sorted(spent)


def at(spent: Sequence[float], share: float) -> float:
    return spent[min(len(spent) - 1, int(len(spent) * share))]


def exponent(sizes: Sequence[int], spent: Sequence[float]) -> float:
    """The slope of the line through the logarithms, by least squares."""
    x, y = [math.log(size) for size in sizes], [math.log(value) for value in spent]
    middle_x, middle_y = sum(x) / len(x), sum(y) / len(y)
    covariance = sum((a - middle_x) * (b - middle_y) for a, b in zip(x, y, strict=True))
    return covariance / sum((a - middle_x) ** 2 for a in x)


def measure_engine() -> None:
    load = make_load(RESOURCES, APPOINTMENTS)
    if engine(load, "opening")() != naive(load):
        raise SystemExit("the engine and the naive way find different starts")
    slow = timed(lambda: naive(load), NAIVE_ROUNDS)
    print(f"  naive, from openings    p50 {at(slow, 0.5):8.1f}  p95 {at(slow, 0.95):8.1f} ms")
    for anchor in ("opening", "free"):
        spent = timed(engine(load, anchor), ROUNDS)
        ratio = f"  naive takes {at(slow, 0.5) / at(spent, 0.5):.0f} times as long" if anchor == "opening" else ""
        print(f"  engine, grid {anchor:10} p50 {at(spent, 0.5):8.1f}  p95 {at(spent, 0.95):8.1f} ms{ratio}")
    for name, sizes, loads in growths():
        spent = [at(timed(engine(load, "opening"), ROUNDS // 2, watch=time.process_time), 0.5) for load in loads]
        print(f"  {growth(name, sizes, spent)}")
    for name, sizes, loads in growths():
        spent = [at(timed(partial(naive, load), 1, watch=time.process_time), 0.5) for load in loads]
        print(f"  naive: {growth(name, sizes, spent)}")


def growths() -> Iterator[tuple[str, list[int], list[Load]]]:
    """One size grows while the other stays; with the resources, their appointments too (100 each) or not."""
    resources, appointments = [5, 10, 20, 40, 80], [500, 1_000, 2_000, 4_000, 8_000]
    yield "resources, 2,000 appointments in all", resources, [make_load(size, APPOINTMENTS) for size in resources]
    yield "resources, 100 appointments each", resources, [make_load(size, 100 * size) for size in resources]
    yield "appointments of 20 resources", appointments, [make_load(RESOURCES, size) for size in appointments]


def growth(name: str, sizes: Sequence[int], spent: Sequence[float]) -> str:
    steps = "  ".join(f"{size}: {value:.1f}" for size, value in zip(sizes, spent, strict=True))
    return f"{name}: {steps} ms; grows with the power of {exponent(sizes, spent):.2f}"


def measure_rows(database: str) -> None:
    """In a process of its own, since Django is set up for one database."""
    with tempfile.TemporaryDirectory(prefix="recoverline-bench-") as folder, _database(database, folder) as url:
        environment = {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "tests.settings",
            "DATABASE_URL": url,
            "PYTHONPATH": str(ROOT),
        }
        command = [sys.executable, "-c", MEASURE_ROWS]
        done = subprocess.run(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True, check=True)
    found = json.loads(done.stdout.splitlines()[-1])
    main_size = found["listing"]
    print(
        f"  from {database:8}           p50 {at(main_size, 0.5):8.1f}  p95 {at(main_size, 0.95):8.1f} ms  "
        f"(processor {at(found['processor'], 0.5):.1f}), {found['queries']} queries, {found['slots']} starts"
    )
    for name, sizes, spent in found["growth"]:
        print(f"  {growth(name, sizes, spent)}")


@contextmanager
def _database(kind: str, folder: str) -> Iterator[str]:
    if kind == "sqlite":
        yield f"sqlite:///{folder}/bench.sqlite3"
        return
    with postgres_server(durable=True) as url:
        yield url


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--database", action="append", choices=["sqlite", "postgres"], default=[])
    options = parser.parse_args()
    now = datetime.now(UTC)
    print(
        f"{now:%Y-%m-%d} Python {platform.python_version()}, {os.cpu_count()} processors, {RESOURCES} resources, ",
        end="",
    )
    print(f"{APPOINTMENTS} appointments, {DAYS} days, a visit of 60 minutes every 30")
    measure_engine()
    for database in options.database:
        measure_rows(database)


if __name__ == "__main__":
    main()
