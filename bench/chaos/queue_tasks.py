"""Tasks that are long, many, unreadable, or interrupted by a stop."""

import sys
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from types import ModuleType

from django.conf import settings
from django.utils import timezone
from django_q.models import OrmQ
from django_q.signing import SignedPackage

from bench.chaos import tasks
from bench.chaos.callers import Callers, at
from bench.chaos.cases import Case
from bench.chaos.house import House
from bench.chaos.short_tasks import TIMEOUT
from bench.chaos.waiting import lasts
from leads.models import LeadEvent
from recoverline.lib import queue
from tests.chaos.family import wait_until

SHORT = {"DJANGO_SETTINGS_MODULE": "bench.chaos.short_tasks"}
WORK, FIRST = "bench.chaos.tasks.work", "bench.chaos.tasks.work_first"
BULK = 20_000
GRACE = 135


def once_each(path: Path, wanted: int) -> Iterator[str]:
    begun, ended = tasks.begun(path), tasks.ended(path)
    if missing := wanted - len(ended):
        yield f"{missing} of {wanted} tasks did not run to their end"
    if twice := sum(times > 1 for times in begun.values()):
        yield f"{twice} of {wanted} tasks ran more than once"


def long_tasks(house: House) -> Iterator[str]:
    path, took = house.made.folder / "work", time.monotonic()
    for each in range(10):
        queue.enqueue(WORK, str(path), str(each), int(0.8 * TIMEOUT * 1000))
    wait_until(lambda: len(tasks.ended(path)) == 10, seconds=300, what="the end of the long tasks")
    house.say(f"10 tasks of {0.8 * TIMEOUT:.1f} s, each once, in {time.monotonic() - took:.0f} s")
    wait_until(lambda: not OrmQ.objects.filter(payload__in=_payloads(WORK)).exists(), what="an empty queue")
    yield from once_each(path, 10)


def _payloads(function: str) -> list[str]:
    return [row.payload for row in OrmQ.objects.all() if row.func() == function]


class _Gone:
    """What a row of an earlier release may have held: the worker's processes do not know where it was."""


def unreadable_rows(house: House) -> Iterator[str]:
    path = house.made.folder / "work"
    _Gone.__module__ = "a.module.of.the.release.before"
    payload = _unreadable_payload()
    for each in range(3):
        queue.enqueue(WORK, str(path), f"before-{each}", 0)
    OrmQ.objects.create(key="recoverline", payload=payload, lock=OrmQ.objects.latest("pk").lock)
    OrmQ.objects.create(key="recoverline", payload="not even signed", lock=OrmQ.objects.latest("pk").lock)
    for each in range(3):
        queue.enqueue(WORK, str(path), f"after-{each}", 0)
    wait_until(lambda: len(tasks.ended(path)) == 6, seconds=60, what="the tasks beside it")
    wait_until(lambda: not OrmQ.objects.filter(payload=payload).exists(), seconds=60, what="the end of its row")
    told = LeadEvent.objects.filter(kind="work.given_up")
    wait_until(told.exists, seconds=90, what="word of it to the team")
    house.say(f"6 tasks beside it ran; the team was told {told.count()} times: {told.first().text}")  # type: ignore[union-attr]
    yield from once_each(path, 6)


def _unreadable_payload() -> str:
    # Pickle looks for the class where it says it is: there, as long as it is written, and nowhere afterwards.
    for name in ("a", "a.module", "a.module.of", "a.module.of.the", "a.module.of.the.release", _Gone.__module__):
        sys.modules[name] = ModuleType(name)
    sys.modules[_Gone.__module__]._Gone = _Gone  # type: ignore[attr-defined]
    payload = SignedPackage.dumps({"id": "1", "name": "gone", "func": WORK, "args": (_Gone(),), "kwargs": {}})
    for name in [name for name in sys.modules if name == "a" or name.startswith("a.module")]:
        del sys.modules[name]
    return str(payload)


def stop_under_load(house: House) -> Iterator[str]:
    path = house.made.folder / "work"
    with Callers(house, rate=3) as callers:
        for each in range(120):
            queue.enqueue(WORK, str(path), str(each), 500)
        wait_until(lambda: len(tasks.ended(path)) >= 10, seconds=60, what="the first tasks")
        took = {name: house.stop(name, grace=GRACE) for name in ("worker", "sender")}
        cut = tasks.begun(path) - tasks.ended(path)
        left = OrmQ.objects.filter(payload__in=_payloads(WORK)).count()
        house.say(f"stopped after {took}; {len(tasks.ended(path))} tasks done, {left} left in the queue")
        if cut:
            yield f"{len(cut)} tasks were cut off in the middle"
        if len(tasks.ended(path)) + left != 120:
            yield f"{len(tasks.ended(path))} done and {left} left are not 120"
        house.start("worker")
        house.start("sender")
        wait_until(lambda: len(tasks.ended(path)) >= 120, seconds=180, what="the other tasks")
    yield from once_each(path, 120)
    yield from callers.findings()


def two_clusters(house: House) -> Iterator[str]:
    path = house.made.folder / "work"
    house.start("worker", "worker-2", {"HOST_NAME": "second"})
    rows, began = 2000, time.monotonic()
    for each in range(rows):
        queue.enqueue(WORK, str(path), str(each), 0)
    wait_until(lambda: len(tasks.ended(path)) >= rows, seconds=600, what="the end of all tasks")
    took = time.monotonic() - began
    house.say(f"{rows} tasks in two clusters: {took:.0f} s, {rows / took:.0f} a second with the enqueueing")
    yield from once_each(path, rows)


def behind_bulk(house: House) -> Iterator[str]:
    """What must not wait begins at once, whatever lies in the queue."""
    path, bulk = house.made.folder / "work", house.made.folder / "bulk"
    queue.enqueue_later(WORK, str(bulk), "pattern", 0, delay=timedelta(hours=1))
    row = OrmQ.objects.get(payload__in=_payloads(WORK))
    package = SignedPackage.loads(row.payload)
    row.delete()
    OrmQ.objects.bulk_create(
        (
            OrmQ(
                key=row.key, lock=timezone.now(),
                payload=SignedPackage.dumps({**package, "id": f"bulk{n}", "args": (str(bulk), f"b{n}", 5)}),
            )
            for n in range(BULK)
        ),
        batch_size=1000,
    )  # fmt: skip
    asked: dict[str, float] = {}
    settings.FIRST_TASKS.add(FIRST)  # where it waits is decided here, in the process that enqueues
    with Callers(house, rate=3) as callers:
        for each in range(60):
            asked[str(each)] = time.time()
            queue.enqueue(FIRST, str(path), str(each), 0)
            lasts(0.5)  # each at its own time
        left = OrmQ.objects.count()
        wait_until(lambda: len(tasks.begun(path)) == 60, seconds=120, what="the urgent tasks")
    delays = sorted(float(when) - asked[name] for what, name, when in tasks.read(path) if what == "begin")
    house.say(
        f"{left} of {BULK} bulk rows were left; urgent tasks began after p50 {at(delays, 0.5):.2f} s, "
        f"p95 {at(delays, 0.95):.2f} s, most {delays[-1]:.2f} s"
    )
    if left < BULK / 4:
        yield "the bulk was done too soon to say anything"
    if at(delays, 0.95) > 2:
        yield f"p95 {at(delays, 0.95):.1f} s"
    # /healthz is about work that is late; this bulk is nobody's.
    status, said = house.get("/healthz")
    house.say(f"/healthz with that backlog: {status}")
    if status != 200:
        yield f"/healthz is {status} with a backlog: {said}"
    OrmQ.objects.filter(key=row.key).delete()
    yield from callers.findings()


CASES = (
    Case("QUE-04", f"10 tasks of 0.8 x the time limit (of {TIMEOUT} s)", "once each", long_tasks, SHORT),
    Case(
        "QUE-06", "a row that cannot be unpickled, and one that is not signed",
        "the others run, the team is told, the rows are gone", unreadable_rows,
    ),
    Case("QUE-07", "SIGTERM to worker and sender under load", "done or still queued, 0 doubled", stop_under_load),
    Case("QUE-08", "two clusters on 2 x 1000 tasks", "once each", two_clusters),
    Case("QUE-09", f"{BULK} bulk rows in the queue", "urgent tasks begin within 2 s (p95)", behind_bulk),
)  # fmt: skip
