"""Separate processes at one starting line, each with its own connection to the test's database."""

import multiprocessing
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from multiprocessing.connection import Connection
from multiprocessing.synchronize import Barrier
from typing import Generic, TypeVar

from django.db import connection, connections

from scheduling.booking import BookingRefused

Result = TypeVar("Result")
PATIENCE = 120.0
# A fork of a process that has imported everything: fifty fresh interpreters would take half a minute to begin.
_processes = multiprocessing.get_context("fork")


@dataclass(frozen=True, slots=True)
class Finish(Generic[Result]):
    """How a racer came in: what its work returned, or why it was refused, or with what else it failed.

    `database` is the error behind a refusal: a deadlock, say, which the door also answers with "just taken".
    """

    result: Result | None = None
    reason: str = ""
    database: str = ""
    alternatives: tuple[datetime, ...] = ()
    failure: str = ""


def starting_line(size: int) -> Barrier:
    """For works that set off together more than once."""
    return _processes.Barrier(size, timeout=PATIENCE)


def race(works: Sequence[Callable[[], Result]]) -> list[Finish[Result]]:
    """Run each in a process of its own, all let go at the same moment; how each came in, in order."""
    connections.close_all()  # a connection that two processes share is broken
    line = starting_line(len(works))
    runners = []
    for work in works:
        ours, theirs = _processes.Pipe(duplex=False)
        runner = _processes.Process(target=_run, args=(work, line, theirs), daemon=True)
        runner.start()
        theirs.close()
        runners.append((runner, ours))
    finishes: list[Finish[Result]] = []
    for runner, ours in runners:
        finishes.append(ours.recv() if ours.poll(PATIENCE) else Finish(failure="never came in"))
        runner.join(PATIENCE)
        ours.close()
    return finishes


def _run(work: Callable[[], Result], line: Barrier, answer: "Connection[object, object]") -> None:
    if connection.vendor == "sqlite":  # its waiting has no order: on a busy machine somebody is unlucky for long
        connection.settings_dict["OPTIONS"]["timeout"] = PATIENCE
    try:
        connection.ensure_connection()
        line.wait()
        finish = Finish(result=work())
    except BookingRefused as refused:
        cause = repr(refused.__cause__) if refused.__cause__ else ""
        finish = Finish(reason=str(refused.reason), database=cause, alternatives=tuple(refused.alternatives))
    except Exception as error:
        finish = Finish(failure=repr(error))
    finally:
        connections.close_all()
    answer.send(finish)
    answer.close()
