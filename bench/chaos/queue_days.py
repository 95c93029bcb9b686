"""A deployment in the middle of the traffic, hours of it at once, and a worker that has stopped working."""

import time
from collections.abc import Iterator
from signal import SIGCONT, SIGSTOP
from statistics import linear_regression

import psycopg
from django_q.models import OrmQ, Task

from bench.chaos.callers import Callers
from bench.chaos.cases import Case
from bench.chaos.house import House
from bench.chaos.waiting import lasts
from messaging.models import Message
from recoverline.lib import queue
from tests.chaos.family import wait_until
from tests.recoverline.test_task_forms import FORMS

DOWN_AT_MOST = 10.0
TOLD_WITHIN = 90.0
# What memory and connections may do in an hour, and in any case.
MEGABYTES_AN_HOUR, CONNECTIONS = 5.0, 20
LONG_ENOUGH_MINUTES = 25
ROWS_AT_MOST = 500
SPEED = 16  # of a business with a call every half minute


def deploy(house: House) -> Iterator[str]:
    """Each process is replaced in turn, as a new release would be; the one before has left its tasks in the queue."""
    with Callers(house, rate=4) as callers:
        lasts(5)  # traffic as usual
        for name in ("worker", "sender", "web"):
            took = house.stop(name)
            if name == "worker":
                forms = [(path, form) for path, of_task in FORMS.items() for form in of_task]
                for path, form in forms:
                    queue.enqueue(path, *form)
            house.start(name)
            up = house.wait_until_healthy(120)  # the next one follows when this one works
            house.say(f"{name}: stopped within {took:.1f} s, all well {up:.1f} s after its start")
        wait_until(lambda: queue.waiting() == 0, seconds=120, what="the tasks of the release before")
    failed = [(row.func, str(row.result)[:100]) for row in Task.objects.filter(success=False)]
    silence = callers.longest_silence()
    house.say(f"{len(forms)} forms of tasks run; no answer for {silence:.1f} s at most; failed tasks: {len(failed)}")
    yield from (f"the task {name} failed: {why}" for name, why in failed)
    if silence > DOWN_AT_MOST:
        yield f"down for {silence:.0f} s"
    yield from callers.findings()


def soak(house: House) -> Iterator[str]:
    """SPEED times the calls of a usual day, for as many minutes as the run was asked for."""
    begun, samples = time.monotonic(), []
    with Callers(house, rate=SPEED / 30) as callers:
        while (age := time.monotonic() - begun) < house.minutes * 60:
            samples.append((age / 3600, house.made.megabytes_each(), _connections(house), OrmQ.objects.count()))
            lasts(10)  # between samples
    usable = samples[len(samples) // 4 :]
    hours = [sample[0] for sample in usable]
    growth = {
        name: linear_regression(hours, [sample[1].get(name, 0.0) for sample in usable]).slope for name in usable[0][1]
    }
    connections, rows = max(sample[2] for sample in samples), max(sample[3] for sample in samples)
    last = {name: round(megabytes) for name, megabytes in samples[-1][1].items()}
    house.say(
        f"{house.minutes:.0f} min, {Message.objects.count()} texts; memory at the end {last} MB, growth "
        f"{ {name: round(each, 1) for name, each in growth.items()} } MB an hour; connections {connections} at most, "
        f"rows in the queue {rows} at most, kept tasks {Task.objects.count()}"
    )
    if house.minutes >= LONG_ENOUGH_MINUTES:
        # In less time an allocator that is still filling looks like a leak.
        yield from (
            f"{name} grows by {each:.0f} MB an hour" for name, each in growth.items() if each > MEGABYTES_AN_HOUR
        )
    if connections > CONNECTIONS:
        yield f"{connections} connections"
    if rows > ROWS_AT_MOST or Task.objects.count() > ROWS_AT_MOST:
        yield f"{rows} rows in the queue, {Task.objects.count()} kept tasks"
    yield from callers.findings()


def _connections(house: House) -> int:
    """Of the house's processes; SQLite has none."""
    if house.database != "postgres":
        return 0
    with psycopg.connect(house.made.environment["DATABASE_URL"]) as connection:
        row = connection.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()"
        ).fetchone()
    # This process has one of its own, for what it asks of the rows.
    return int(row[0]) - 1 if row else 0


def go_quiet(house: House) -> Iterator[str]:
    """The whole worker stands still: /healthz has to say so within 90 seconds, and to be well again afterwards."""
    family, since = house.tree("worker"), time.monotonic()
    for pid in family:
        house.signal_pid(pid, SIGSTOP)
    try:
        wait_until(lambda: house.get("/healthz")[0] == 503, seconds=TOLD_WITHIN + 15, what="a 503 of /healthz")
        told = time.monotonic() - since
    finally:
        for pid in family:
            house.signal_pid(pid, SIGCONT)
    well = house.wait_until_healthy(120)
    house.say(f"/healthz said 503 after {told:.0f} s, and 200 again {well:.0f} s after the worker went on")
    if told > TOLD_WITHIN + 1:
        yield f"told only after {told:.0f} s"


CASES = (
    Case("CHA-14", "web, sender and worker are replaced in the traffic", "0/0, <= 10 s down, old tasks run", deploy),
    Case(
        "QUE-11", f"{SPEED} times the usual traffic for --minutes",
        "<= 5 MB/h (from 25 minutes on), <= 20 connections, bounded rows", soak,
    ),
    Case("QUE-13", "the whole worker stands still", "/healthz 503 <= 90 s, and well again", go_quiet),
)  # fmt: skip
