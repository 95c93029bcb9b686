"""The queue's own processes die, one after the other."""

import os
import signal
from collections.abc import Iterator

from bench.chaos.callers import Callers
from bench.chaos.cases import Case
from bench.chaos.house import House


def kill_idle_workers(house: House) -> Iterator[str]:
    with Callers(house, rate=2) as callers:
        for pid in house.tree("worker")[-2:]:
            os.kill(pid, signal.SIGKILL)
        house.wait_until_healthy(120)
    yield from callers.findings()


CASES = (Case("QUE-02", "kill -9 an idle worker", "resumes <= 120 s, 0 lost", kill_idle_workers),)
