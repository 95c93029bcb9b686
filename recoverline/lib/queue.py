"""The one door to the task queue.

With the ORM broker an enqueue inside a transaction commits or vanishes with the data. Tasks may run twice and may be
lost with a killed worker, so rows are the truth and a task is only a doorbell: each one is harmless the second time,
and a sweep finds what a lost doorbell should have announced.
"""

from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

from django.utils import timezone
from django_q.brokers.orm import ORM
from django_q.models import OrmQ, Task
from django_q.tasks import async_task, queue_size

# Pickled into a row: plain values only, so that a task queued by yesterday's release still loads.
Argument = int | str | UUID


def enqueue(path: str, *args: Argument) -> None:
    """Run the function at the dotted `path` in the worker, soon."""
    _check(path, args)
    async_task(path, *args)


def enqueue_later(path: str, *args: Argument, delay: timedelta) -> None:
    """The same, but not before `delay` is over: for another try at what did not work."""
    _check(path, args)
    async_task(path, *args, broker=_Later(delay))


def _check(path: str, args: tuple[Argument, ...]) -> None:
    for arg in args:
        if not isinstance(arg, int | str | UUID):
            raise TypeError(f"A task takes numbers, strings and UUIDs, not {type(arg).__name__}: {path}")


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


def forget_finished(is_personal: Callable[[str], bool]) -> int:
    """Delete tasks that are over and say something that must be gone: a failed one keeps its whole error. How many."""
    rows = Task.objects.only("id", "args", "kwargs", "result")
    gone = [row.pk for row in rows if is_personal(f"{row.args} {row.kwargs} {row.result}")]
    Task.objects.filter(pk__in=gone).delete()
    return len(gone)
