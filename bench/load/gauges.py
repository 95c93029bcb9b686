"""What waits in the database, and what the processes use."""

import os
import re
import sqlite3
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg

from bench.installation import Installation, tree

# Name -> rows that are due by now and not done; %s is the moment.
WAITING = {
    "texts": "SELECT count(*) FROM messaging_message WHERE status = 'queued' AND next_at <= %s",
    "texts on their way": "SELECT count(*) FROM messaging_message WHERE status IN ('sending', 'unknown')",
    "turns": "SELECT count(*) FROM messaging_conversation WHERE turn_due_at <= %s",
    "tasks": "SELECT count(*) FROM django_q_ormq",
    "webhooks in": "SELECT count(*) FROM messaging_inboundhook WHERE processed_at IS NULL",
    "deliveries": "SELECT count(*) FROM leads_webhookdelivery WHERE status IN ('waiting', 'sending')",
}
LOOKS_EVERY = 5.0
# Sent and not yet answered by the carrier, or under way in a worker: there is always a little of it.
MAY_LINGER = ("tasks",)


class Backlog:
    """Counts on a connection of its own."""

    def __init__(self, url: str) -> None:
        self._connection: Any
        if url.startswith("sqlite"):
            self._connection = sqlite3.connect(url.removeprefix("sqlite:///"), check_same_thread=False, timeout=30)
            self._connection.execute("PRAGMA query_only = 1")
        else:
            self._connection = psycopg.connect(url, autocommit=True)
        self._is_sqlite = url.startswith("sqlite")

    def count(self, behind: float = 0.0) -> dict[str, int]:
        """Rows that wait, by kind; `behind`: only what has been due for so many seconds."""
        due = datetime.fromtimestamp(time.time() - behind, UTC)
        moment: object = due.strftime("%Y-%m-%d %H:%M:%S.%f") if self._is_sqlite else due
        counts = {}
        for name, statement in WAITING.items():
            statement = statement.replace("%s", "?") if self._is_sqlite else statement
            wanted = statement.count("?" if self._is_sqlite else "%s")
            counts[name] = int(self._connection.execute(statement, [moment] * wanted).fetchone()[0])
        return counts

    def server(self) -> int:
        """The process that all of the database's are children of; 0 where it is none."""
        if self._is_sqlite:
            return 0
        backend = self._connection.info.backend_pid
        found = re.search(r"^PPid:\s+(\d+)$", Path(f"/proc/{backend}/status").read_text(), re.M)
        return int(found[1]) if found else 0

    def ask(self, statement: str) -> list[tuple[Any, ...]]:
        return list(self._connection.execute(statement).fetchall())


@dataclass(frozen=True, slots=True)
class Sample:
    """`at` in Unix seconds; what waited then."""

    at: float
    waiting: Mapping[str, int]


@dataclass
class Gauges:
    """Looks every few seconds while the load runs."""

    backlog: Backlog
    samples: list[Sample] = field(default_factory=list)
    _over: threading.Event = field(default_factory=threading.Event)

    def __enter__(self) -> "Gauges":
        self._thread = threading.Thread(target=self._look_on, name="gauges")
        self._thread.start()
        return self

    def __exit__(self, *exc: object) -> None:
        self._over.set()
        self._thread.join()

    def _look_on(self) -> None:
        while not self._over.wait(LOOKS_EVERY):
            self.samples.append(Sample(time.time(), self.backlog.count()))

    def drained(self, *, at_most: float) -> float | None:
        """Seconds until nothing waits any more, None if something still does after `at_most`."""
        begun = time.monotonic()
        while time.monotonic() - begun < at_most:
            waiting = self.backlog.count()
            if not any(count for name, count in waiting.items() if name not in MAY_LINGER):
                return time.monotonic() - begun
            time.sleep(0.25)  # between looks, which cost the database time
        return None


def cpu_of(pids: Mapping[str, int]) -> dict[str, float]:
    """Seconds of processor time of each with its children, ended ones too; and of this process, which is the load."""
    spent = {name: sum(_spent(member) for member in tree(pid)) for name, pid in pids.items() if pid}
    return {**spent, "load": time.process_time()}


def pids_of(made: Installation, backlog: Backlog) -> dict[str, int]:
    named = {name: process.pid for name, process in made.processes.items()}
    return {**named, "database": backlog.server()}


def machine_busy() -> tuple[float, float]:
    """Seconds that all processors have worked, and seconds that they have had, since the machine started."""
    fields = [int(value) for value in Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:]]
    ticks = os.sysconf("SC_CLK_TCK")
    return (sum(fields[:8]) - fields[3] - fields[4]) / ticks, sum(fields[:8]) / ticks


def _spent(pid: int) -> float:
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return sum(int(field) for field in fields[11:15]) / os.sysconf("SC_CLK_TCK")
