"""The run with kills: whole hosts lose their power under load, one by one, and nothing may be lost or doubled."""

import os
import subprocess
import sys
import threading
import time
from dataclasses import dataclass, field

import django
import psutil

from bench.hosts.cluster import Cluster, cluster
from bench.hosts.customers import Customers
from bench.installation import ROOT

# When, as a share of the run; what; to whom. Of a hung cluster the workers are stopped: it lives, and does nothing.
PLAN = (
    (0.15, "kill", "worker-2"), (0.33, "start", "worker-2"),
    (0.40, "kill", "web-1"), (0.55, "start", "web-1"),
    (0.58, "hang", "worker-3"),
    (0.65, "kill", "sender-1"), (0.80, "start", "sender-1"),
)  # fmt: skip
TASKS_PER_SECOND = 2.0
# `retry` of the queue, after which tasks of a killed worker come back, and what they then take.
TASKS_COME_BACK_WITHIN = 420
HANG_IS_SEEN_WITHIN = 130
HUNG = "the task cluster takes no tasks; starting it again"


@dataclass
class Run:
    """Seconds since the epoch: `events` as they happened, `tasks` when each was enqueued."""

    begun: float = 0.0
    ended: float = 0.0
    events: list[tuple[float, str, str]] = field(default_factory=list)
    tasks: dict[int, float] = field(default_factory=dict)


def kills(*, minutes: float, rate: float, redis: bool) -> list[str]:
    """Prints what happened; what must not have, as sentences."""
    print(
        f"\nkills{' (Redis)' if redis else ''}: 2 web, 3 worker, 2 sender hosts, one PostgreSQL with fsync, carrier "
        f"150 ms; {rate:g} missed calls/s with two texts each for {minutes:g} minutes",
        flush=True,
    )
    with cluster(web=2, workers=3, senders=2, redis=redis) as made:
        os.environ.update(made.environment)
        django.setup()
        run = Run()
        with Customers(made, rate=2, seconds=5) as first:  # every process has its first request behind it
            pass
        first.finish()
        with Customers(made, rate=rate, seconds=minutes * 60) as them:
            _play(made, run, minutes * 60)
        run.ended = time.time()
        them.finish()
        print(f"  requests and their answers: {dict(sorted(them.tries.items()))}")
        _say_waits(run, them)
        findings = [*_tasks(run), *_texts(them), *_hang(made, run), *_health(made), *_invariants(made)]
    for each in findings:
        print(f"  BROKEN: {each}")
    return findings


def _play(made: Cluster, run: Run, seconds: float) -> None:
    from bench.hosts import work  # models need the setup
    from recoverline.lib import queue

    over = threading.Event()

    def feed() -> None:
        while not over.wait(1 / TASKS_PER_SECOND):
            number = len(run.tasks)
            run.tasks[number] = time.time()
            queue.enqueue(f"{work.__name__}.leave_mark", number)

    feeder = threading.Thread(target=feed)
    run.begun = time.time()
    feeder.start()
    try:
        for share, act, name in PLAN:
            time.sleep(max(0.0, run.begun + share * seconds - time.time()))  # the plan's own time
            {"kill": made.kill, "start": made.start, "hang": lambda name: _hang_up(made, name)}[act](name)
            run.events.append((time.time(), act, name))
            print(f"  {time.time() - run.begun:5.0f} s  {act} {name}", flush=True)
        time.sleep(max(0.0, run.begun + seconds - time.time()))  # until the load ends
    finally:
        over.set()
        feeder.join()


def _hang_up(made: Cluster, name: str) -> None:
    """Stop every process below the cluster's own two: pusher, monitor and workers."""
    ticker = psutil.Process(made.hosts[name].pid)
    for parent in [sentinel for main in ticker.children() for sentinel in main.children()]:
        for process in parent.children():
            process.suspend()


def _say_waits(run: Run, them: Customers) -> None:
    marks = [run.begun, *(at for at, _, _ in run.events), run.ended]
    names = ["all hosts", *(f"after {act} {name}" for _, act, name in run.events)]
    print("  | from a call or text to its answer at the carrier, ms | count | p50 | p95 | most |\n  |-|-|-|-|-|")
    for name, since, until in zip(names, marks, marks[1:], strict=False):
        waits = them.waits(since, until)
        if waits:
            p50, p95 = (waits[min(len(waits) - 1, int(len(waits) * share))] for share in (0.5, 0.95))
            print(f"  | {name} | {len(waits)} | {p50 * 1000:.0f} | {p95 * 1000:.0f} | {waits[-1] * 1000:.0f} |")
    for at, act, name in run.events:
        if act == "kill":
            after = [begun + took - at for one in them.all for begun, took in one.waits() if begun <= at < begun + took]
            said = f"the last of them {max(after):.1f} s after it" if after else "nothing to take over"
            print(f"  under way when {name} was killed: {len(after)} answers, {said}")


def _texts(them: Customers) -> list[str]:
    lost, doubled = them.lost(), them.doubled()
    print(f"  {len(them.all)} callers, {len(them.keys)} texts in the carrier's ledger: lost {lost}, doubled {doubled}")
    return [f"lost {lost} texts"] * bool(lost) + [f"doubled {doubled} texts"] * bool(doubled)


def _tasks(run: Run) -> list[str]:
    """Each task has been done in the end, also those that a dead worker had in hand."""
    from bench.hosts import work

    deadline = time.monotonic() + TASKS_COME_BACK_WITHIN
    while len(left := work.marks()) < len(run.tasks) and time.monotonic() < deadline:
        time.sleep(1)  # until those of a dead worker come back
    late = sorted(left[n] - at for n, at in run.tasks.items() if n in left and left[n] - at > 10)
    said = f", {len(late)} later than 10 s, after {late[0]:.0f} to {late[-1]:.0f} s" if late else ""
    print(f"  {len(run.tasks)} tasks, {len(run.tasks) - len(left)} not done{said}")
    missing = len(run.tasks) - len(left)
    return [f"{missing} tasks were never done"] if missing else []


def _hang(made: Cluster, run: Run) -> list[str]:
    """The host's own watch has seen it."""
    at, _, name = next(event for event in run.events if event[1] == "hang")
    while HUNG not in (printed := (made.folder / f"{name}.log").read_text()) and time.time() < at + HANG_IS_SEEN_WITHIN:
        time.sleep(1)  # until its watch looks
    if HUNG not in printed:
        return [f"nobody saw that {name} hung"]
    print(f"  {name} hung, and its own watch started it again")
    return []


def _health(made: Cluster) -> list[str]:
    """Every host is there again: two senders and three workers beat, and nothing is late."""
    deadline = time.monotonic() + 120
    while (found := made.health())[0] != 200 and time.monotonic() < deadline:
        time.sleep(1)  # until the last one that was started again has beaten
    print(f"  /healthz: {found[0]}, beats of senders {found[1].get('sender_hosts')}, {found[1].get('worker_hosts')}")
    counts = tuple(len(found[1].get(f"{role}_hosts", ())) for role in ("sender", "worker"))
    return [] if (found[0], counts) == (200, (2, 3)) else [f"/healthz: {found}"]


def _invariants(made: Cluster) -> list[str]:
    done = subprocess.run(
        [sys.executable, "manage.py", "check_invariants"], cwd=ROOT, env=made.environment, capture_output=True,
        text=True, check=False,
    )  # fmt: skip
    print(f"  check_invariants: {'clean' if not done.returncode else 'broken'}")
    return [f"check_invariants: {done.stdout[-1500:]}{done.stderr[-500:]}"] if done.returncode else []
