"""The one door to the task queue.

With the ORM broker an enqueue inside a transaction commits or vanishes with the data. Tasks may run twice and may be
lost with a killed worker, so rows are the truth and a task is only a doorbell: each one is harmless the second time,
and a sweep finds what a lost doorbell should have announced.
"""

from uuid import UUID

from django_q.tasks import async_task, queue_size

# Pickled into a row: plain values only, so that a task queued by yesterday's release still loads.
Argument = int | str | UUID


def enqueue(path: str, *args: Argument) -> None:
    """Run the function at the dotted `path` in the worker, soon."""
    for arg in args:
        if not isinstance(arg, int | str | UUID):
            raise TypeError(f"A task takes numbers, strings and UUIDs, not {type(arg).__name__}: {path}")
    async_task(path, *args)


def waiting() -> int:
    """Tasks that no worker has taken yet."""
    return int(queue_size())
