"""The one door to the task queue.

An enqueue inside a transaction commits or vanishes with the data: the queue is a table. Where there is a Redis server
(recoverline.lib.queue_redis), what a sweep would find as well waits there, from the commit on. Tasks may run twice and
may be lost with a killed worker, so rows are the truth and a task is only a doorbell: each one is harmless the second
time, and a sweep finds what a lost doorbell should have announced.

A task whose worker dies comes back after `retry`, for ever if django-q were left to it. So each start is counted in the
task's own row before it runs, and what was started three times and never ended is given up, aloud.

A task carries the id of the request that asked for it, and works for that request.
"""

import logging
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Min, QuerySet
from django.utils import timezone
from django_q.brokers import get_broker
from django_q.brokers.orm import ORM
from django_q.humanhash import uuid as new_id
from django_q.models import OrmQ, Task
from django_q.signals import post_execute, pre_enqueue, pre_execute
from django_q.signing import BadSignature, SignedPackage
from django_q.tasks import async_task, queue_size

from recoverline.lib import request_ids

# Pickled into a row: plain values only, so that a task queued by yesterday's release still loads.
Argument = int | str | UUID

MOST_STARTS = 3
# How often a cluster hands itself something to do, so that whether it works never depends on what the others leave it.
PROOF_SECONDS = 10.0
# What is given up is a failed task of one of these groups: nobody has heard of it yet, and somebody has.
GIVEN_UP, TOLD = "given up", "given up and told"
TOLD_ONCE_IN = timedelta(days=1)
# The name of what is given up because nobody can say what it was.
UNREADABLE = "unreadable"

logger = logging.getLogger(__name__)


def enqueue(path: str, *args: Argument) -> None:
    """Run the function at the dotted `path` in the worker, soon."""
    _check(path, args)
    is_periodic = path in settings.PERIODIC_TASKS
    if settings.REDIS_URL and (is_periodic or path in settings.SWEPT_TASKS):
        transaction.on_commit(partial(async_task, path, *args), robust=True)
    else:
        is_first = is_periodic or path in settings.FIRST_TASKS
        async_task(path, *args, broker=Broker(_first_key() if is_first else None))


def enqueue_later(path: str, *args: Argument, delay: timedelta) -> None:
    """The same, but not before `delay` is over: for another try at what did not work."""
    _check(path, args)
    async_task(path, *args, broker=_Later(delay))


def _check(path: str, args: tuple[Argument, ...]) -> None:
    for arg in args:
        if not isinstance(arg, int | str | UUID):
            raise TypeError(f"A task takes numbers, strings and UUIDs, not {type(arg).__name__}: {path}")


class Broker(ORM):  # type: ignore[misc]
    """The queue's table, as settings.Q_CLUSTER names it: hands out no task that has killed its worker three times, and
    before all others those that must not wait (settings.FIRST_TASKS), which have a key of their own in the table.

    Beside the tasks of the table, which any cluster may take, each cluster hands itself a proof of life: it runs
    through the cluster's own pusher and workers, and nobody else can take it. It has no row, so its id is None.
    """

    proven = float("-inf")

    def dequeue(self) -> list[tuple[int | None, str]]:
        return [*self._proof(), *self.tasks()]

    def tasks(self) -> list[tuple[int | None, str]]:
        # The table's own look sleeps when nothing is there.
        first = ORM(_first_key()).dequeue() if _rows(_first_key()).exists() else None
        return [(pk, payload) for pk, payload in first or super().dequeue() or () if not _is_given_up(pk, payload)]

    def queue_size(self) -> int:
        return int(self.rows().count())

    def first_size(self) -> int:
        """Of those that could be taken now, how many must not wait."""
        return int(_rows(_first_key()).count())

    def oldest(self) -> datetime | None:
        """Since when the task that waits longest could have been taken."""
        since: datetime | None = self.rows().aggregate(at=Min("lock"))["at"]
        return since

    def rows(self) -> QuerySet[OrmQ]:
        """What the table has to be taken now."""
        return _rows(_first_key(), self.list_key)

    def _proof(self) -> list[tuple[int | None, str]]:
        if time.monotonic() - self.proven < PROOF_SECONDS:
            return []
        self.proven = time.monotonic()
        task_name, task_id = new_id()
        task = {"id": task_id, "name": task_name, "func": f"{__name__}.prove_life", "args": (), "kwargs": {}}
        return [(None, SignedPackage.dumps({**task, "started": timezone.now()}))]


def _first_key() -> str:
    return f"{settings.Q_CLUSTER['name']}:first"


def _rows(*keys: str) -> QuerySet[OrmQ]:
    rows: QuerySet[OrmQ] = OrmQ.objects.filter(key__in=keys, lock__lte=timezone.now())
    return rows


def prove_life() -> None:
    """Does nothing: that it has gone all the way says all there is to say (`after_each`)."""


def after_each(act: Callable[[], None]) -> None:
    """From now on a cluster of this process calls `act` after each task; its errors are logged.

    It is called by the cluster's monitor, the last of its processes that a task passes: when that one hangs, tasks run,
    stay in the queue, and run again.
    """

    def call(*, task: dict[str, Any], **_: object) -> None:
        try:
            act()
        except Exception:  # would end the monitor, which has more to do
            logger.warning("after %s: failed", task["func"], exc_info=True)

    post_execute.connect(call, dispatch_uid=f"{__name__}.{act.__name__}", weak=False)


def count_starts() -> None:
    """From now on this process, and the workers it forks, count each start of a task."""
    pre_execute.connect(_count_start, dispatch_uid="recoverline.lib.queue")


def carry_request_ids() -> None:
    """From now on a task takes the id of its request along, and a worker works for that one."""
    pre_enqueue.connect(_note_request, dispatch_uid="recoverline.lib.queue.request")
    pre_execute.connect(_go_on_with_request, dispatch_uid="recoverline.lib.queue.request")


def _note_request(*, task: dict[str, Any], **_: object) -> None:
    if request_id := request_ids.current():
        task["request_id"] = request_id


def _go_on_with_request(*, task: dict[str, Any], **_: object) -> None:
    # A worker has one task at a time, and each begins here.
    request_ids.go_on_with(task.get("request_id", ""))


def _count_start(*, task: dict[str, Any], **_: object) -> None:
    """In the worker, right before the task runs. An error here would end the worker, so none leaves."""
    if task.get("ack_id") is None:
        return
    try:
        with transaction.atomic():
            row = OrmQ.objects.select_for_update().filter(pk=task["ack_id"]).first()
            if row is not None:
                package = SignedPackage.loads(row.payload)
                row.payload = SignedPackage.dumps({**package, "starts": package.get("starts", 0) + 1})
                row.save(update_fields=["payload"])
    except Exception:  # the database is away, say: the task may run all the same
        logger.warning("a start of %s could not be counted", task["func"], exc_info=True)


def _is_given_up(pk: int | None, payload: str) -> bool:
    """Whether it was started often enough, or cannot be read; then its row goes, and a failed task stays in its place.

    A row that was signed with another SECRET_KEY is none of it: django-q drops it, and a sweep does its work.
    """
    try:
        task = SignedPackage.loads(payload)
    except BadSignature:
        return False
    except Exception as error:  # as a class that this release does not have: it would end the pusher, over and over
        task_name, task_id = new_id()
        unread = {"id": task_id, "name": task_name, "func": UNREADABLE, "args": (), "kwargs": {}}
        _give_up(
            pk, {**unread, "started": timezone.now()}, f"Cannot be read: {type(error).__name__}: {error}", starts=0
        )
        return True
    if task.get("starts", 0) < MOST_STARTS:
        return False
    _give_up(pk, task, f"Started {MOST_STARTS} times, and each time its worker died.", starts=MOST_STARTS)
    return True


def _give_up(pk: int | None, task: dict[str, Any], why: str, *, starts: int) -> None:
    values = {
        "name": task["name"], "func": task["func"], "args": task["args"], "kwargs": task["kwargs"], "result": why,
        "group": GIVEN_UP, "started": task["started"], "stopped": timezone.now(), "success": False,
        "attempt_count": starts,
    }  # fmt: skip
    with transaction.atomic():
        Task.objects.update_or_create(id=task["id"], defaults=values)
        OrmQ.objects.filter(pk=pk).delete()
    logger.error("gave up the task %s. %s", task["func"], why)


@transaction.atomic
def untold(now: datetime) -> list[str]:
    """Names of the tasks that were given up and that nobody has heard of; from now on, all are told.

    Each name once a day: what rings every ten seconds may be given up as often.
    """
    rows = list(Task.objects.select_for_update().filter(group=GIVEN_UP))
    if not rows:
        return []
    names = {row.func for row in rows}
    known = Task.objects.filter(group=TOLD, func__in=names, stopped__gt=now - TOLD_ONCE_IN)
    names -= set(known.values_list("func", flat=True))
    Task.objects.filter(pk__in=[row.pk for row in rows]).update(group=TOLD)
    return sorted(names)


class _Later(ORM):  # type: ignore[misc]
    """The queue's table again; its rows are taken when their lock is over, and this one begins locked."""

    def __init__(self, delay: timedelta) -> None:
        super().__init__()
        self._delay = delay

    def enqueue(self, task: str) -> int:
        row = OrmQ.objects.create(key=self.list_key, payload=task, lock=timezone.now() + self._delay)
        return int(row.pk)


def waiting() -> int:
    """Tasks that no worker has taken yet."""
    return int(queue_size())


def waiting_first() -> int:
    """Those of them that must not wait."""
    return int(get_broker().first_size())


def oldest_waiting() -> datetime | None:
    """Since when the task that waits longest could have been taken; None when none waits."""
    since: datetime | None = get_broker().oldest()
    return since


def failed() -> int:
    """Failed tasks that are kept for somebody to look at."""
    return int(Task.objects.filter(success=False).count())


def forget_finished(is_personal: Callable[[str], bool]) -> int:
    """Delete tasks that are over and say something that must be gone: a failed one keeps its whole error. How many."""
    rows = Task.objects.only("id", "args", "kwargs", "result")
    gone = [row.pk for row in rows if is_personal(f"{row.args} {row.kwargs} {row.result}")]
    Task.objects.filter(pk__in=gone).delete()
    return len(gone)
