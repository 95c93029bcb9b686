"""The worker's own processes die or stand still, one after the other."""

import os
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from signal import SIGCONT, SIGKILL, SIGSTOP
from uuid import uuid4

from django.conf import settings
from django_q.models import OrmQ

from bench.chaos import tasks
from bench.chaos.callers import Callers
from bench.chaos.cases import Case
from bench.chaos.house import House
from bench.chaos.waiting import lasts
from recoverline.lib import queue
from tests.chaos.family import is_alive, wait_until

ROUNDS = 10
RESUMES_WITHIN = 120.0
STANDS_STILL = 30.0
WORK, NOTHING = "bench.chaos.tasks.work", "recoverline.lib.queue.prove_life"


def members(house: House) -> dict[str, int]:
    """Of a cluster that has just started: its processes by what they do. The order is that in which they are made."""
    _, main, sentinel, *others = house.tree("worker")
    *workers, monitor, pusher = others
    return {"main": main, "sentinel": sentinel, "worker": workers[0], "monitor": monitor, "pusher": pusher}


def wait_for_cluster(house: House) -> None:
    """Main, sentinel, two workers, monitor and pusher."""
    wait_until(lambda: len(house.tree("worker")) == 7, seconds=60, what="a whole cluster")


def resumes(house: House, since: float) -> float:
    """Seconds until a task that was enqueued after the fault has run to its end.

    One that the cluster had taken before it was found to hang comes back when its lock is over; so there is a new one
    every two seconds.
    """
    path, mine = house.made.folder / "resumed", set()
    while not mine & set(tasks.ended(path)):
        assert time.monotonic() - since < RESUMES_WITHIN + 60, "no task ran after the fault"
        mine.add(name := str(uuid4()))
        queue.enqueue(WORK, str(path), name, 0)
        lasts(2)
    return time.monotonic() - since


def kill_idle_workers(house: House) -> Iterator[str]:
    path, took = house.made.folder / "work", []
    for each in range(ROUNDS):
        # One of the workers waits inside the queue's lock: dead, it would hold that for ever.
        wait_for_cluster(house)
        idle = [pid for pid in house.tree("worker")[3:] if _waits(pid)]
        for task in range(3):
            queue.enqueue(WORK, str(path), f"{each}-{task}", 10)
        wait_until(lambda: len(tasks.ended(path)) == 3 * (each + 1), seconds=RESUMES_WITHIN, what="the tasks before")  # noqa: B023  used at once
        os.kill(house.dice.choice(idle), SIGKILL)
        took.append(resumes(house, time.monotonic()))
    retry = int(settings.Q_CLUSTER["retry"])
    wait_until(lambda: not OrmQ.objects.filter(payload__in=_payloads()).exists(), seconds=retry + 60, what="all tasks")
    all_of = tasks.ended(path) + tasks.ended(house.made.folder / "resumed")
    twice = sum(times > 1 for times in all_of.values())
    house.say(
        f"resumed after {', '.join(f'{seconds:.0f}' for seconds in took)} s; {len(all_of)} tasks ran, none is left; "
        f"{twice} ran again because their end was not noted in time, which is harmless"
    )
    yield from (f"resumed only after {seconds:.0f} s" for seconds in took if seconds > RESUMES_WITHIN)
    if (lost := 3 * ROUNDS - len(tasks.ended(path))) > 0:
        yield f"{lost} tasks from before a kill never ran to their end"


def _payloads() -> list[str]:
    return [row.payload for row in OrmQ.objects.all() if row.func() == WORK]


def _waits(pid: int) -> bool:
    """Whether it sleeps; which of a cluster's processes it is does not matter, the next round has another."""
    with suppress(OSError):
        return "\nState:\tS" in f"\n{open(f'/proc/{pid}/status').read()}"
    return False


def kill_each_member(house: House) -> Iterator[str]:
    with Callers(house, rate=0.5) as callers:
        for role in ("sentinel", "main", "pusher", "monitor"):
            wait_for_cluster(house)
            before = set(house.tree("worker")[1:])
            since = time.monotonic()
            os.kill(members(house)[role], SIGKILL)
            took = resumes(house, since)
            lasts(since + 30 - time.monotonic())  # the case says: no orphan after 30 s
            orphans = [pid for pid in before - set(house.tree("worker")) if is_alive(pid)]
            house.say(f"{role}: resumed after {took:.1f} s, orphans after 30 s: {len(orphans)}")
            if took > RESUMES_WITHIN:
                yield f"{role}: resumed only after {took:.0f} s"
            if orphans:
                yield f"{role}: {len(orphans)} orphans"
            yield from _acknowledged(house, role, since)
            # A fresh cluster for the next one, so that its processes are known by their order.
            house.stop("worker")
            house.start("worker")
    yield from callers.findings()


def _acknowledged(house: House, role: str, since: float) -> Iterator[str]:
    """What has run must leave the queue, or it runs again when its lock is over."""
    while time.monotonic() - since < RESUMES_WITHIN:
        before = _rows()
        queue.enqueue(NOTHING)
        mine = _rows() - before
        lasts(5)  # a new one each time: what was in dead hands comes back much later
        if not mine & _rows():
            house.say(f"{role}: tasks leave the queue again after at most {time.monotonic() - since:.0f} s")
            return
    yield f"{role}: what has run stays in the queue and would run again"


def _rows() -> set[int]:
    return {row.pk for row in OrmQ.objects.all() if row.func() == NOTHING}


def stand_still(house: House) -> Iterator[str]:
    parts: dict[str, Callable[[], list[int]]] = {
        "worker": lambda: house.tree("worker"), "sender": lambda: house.tree("sender")
    }  # fmt: skip
    if house.database == "postgres":
        parts["database"] = house.server_pids
    path = house.made.folder / "work"
    with Callers(house, rate=3) as callers:
        for task in range(40):
            queue.enqueue(WORK, str(path), str(task), 500)
        for name, find in parts.items():
            pids = find()  # of this moment: a server has a process for each connection
            for pid in pids:
                house.signal_pid(pid, SIGSTOP)
            lasts(STANDS_STILL)  # the fault itself
            for pid in pids:
                house.signal_pid(pid, SIGCONT)
            took = house.wait_until_healthy(RESUMES_WITHIN)
            house.say(f"{name} stood still for {STANDS_STILL:.0f} s; healthy {took:.1f} s afterwards")
    # What was in a sender's hands is settled by the carrier's log, after its lease and the grace.
    yield from callers.findings(at_most=240)
    wait_until(lambda: len(tasks.ended(path)) == 40, seconds=RESUMES_WITHIN, what="the tasks")
    if twice := [name for name, times in tasks.begun(path).items() if times > 1]:
        yield f"{len(twice)} tasks began twice"


def swell_up(house: House) -> Iterator[str]:
    """Four tasks need more than a worker may have (max_rss), between others."""
    wait_for_cluster(house)
    path, seen = house.made.folder / "work", set(house.tree("worker")[3:])
    at_start = len(seen)
    for task in range(4):
        queue.enqueue("bench.chaos.tasks.swell", str(path), f"large-{task}", 260)
        for small in range(10):
            queue.enqueue(WORK, str(path), f"small-{task}-{small}", 20)
    deadline = time.monotonic() + 90
    while len(tasks.ended(path)) < 44 and time.monotonic() < deadline:
        seen |= set(house.tree("worker")[3:])
        lasts(0.1)  # between looks at the family
    calm = time.monotonic() + 20
    while time.monotonic() < calm:
        seen |= set(house.tree("worker")[3:])
        lasts(0.2)  # a loop would show now, when there is nothing to do
    house.say(f"{len(tasks.ended(path))} of 44 tasks ran; {len(seen) - at_start} workers were new")
    yield from (f"{name} ran {times} times" for name, times in tasks.begun(path).items() if times > 1)
    if len(tasks.ended(path)) < 44:
        yield f"only {len(tasks.ended(path))} of 44 tasks ran"
    if not 1 <= len(seen) - at_start <= 4:
        yield f"{len(seen) - at_start} new workers for 4 tasks that were too large"


CASES = (
    Case(
        "QUE-02",
        f"kill -9 an idle process of the cluster, {ROUNDS} times",
        "resumes <= 120 s, 0 lost",
        kill_idle_workers,
    ),
    Case(
        "QUE-03", "kill -9 the cluster's sentinel, main process, pusher and monitor",
        "resumes <= 120 s, no orphan after 30 s, nothing that ran stays in the queue", kill_each_member,
    ),
    Case(
        "CHA-13", "worker, sender and database stand still for 30 s each (SIGSTOP)", "0 lost, 0 doubled", stand_still,
    ),
    Case("CHA-16", "tasks need more memory than max_rss", "the worker is recycled, and not in a loop", swell_up),
)  # fmt: skip
