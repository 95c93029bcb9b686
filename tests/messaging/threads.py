"""Many threads at one starting line."""

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from django.db import connection

Result = TypeVar("Result")


def run_at_once(works: Sequence[Callable[[], Result]]) -> list[Result]:
    """Start all of them together, each with its own connection; their results in order. Raises the first exception."""
    line = threading.Barrier(len(works))

    def run(work: Callable[[], Result]) -> Result:
        line.wait()
        try:
            return work()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(works)) as pool:
        return [future.result() for future in [pool.submit(run, work) for work in works]]
