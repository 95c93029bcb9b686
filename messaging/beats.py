"""When each process of each host last showed that it does its work, and small notes of the same kind.

A sender beats by itself. A worker beats by having done a task: while there is nothing to do, its cluster hands itself
one that no other cluster can take (recoverline.lib.queue). So a beat never says more than is true of that very host.
"""

import time
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.utils import timezone

from messaging.models import Heartbeat

SENDER, WORKER = "sender", "worker"
PROCESSES = (SENDER, WORKER)
STALE_SECONDS = 90
# A host that is silent is told of for so long; then it has left for good.
GONE_AFTER = timedelta(hours=1)
# Of a longer name the end counts: what the names of containers have in common is their beginning.
HOST_CHARACTERS = 32
# A worker takes many tasks a second.
SHOWN_EVERY_SECONDS = 5.0
_shown = 0.0


@dataclass(frozen=True, slots=True)
class Beats:
    """What all rows say: the last beat of each host by process, and the small notes."""

    hosts: dict[str, dict[str, datetime]]
    notes: dict[str, datetime]

    def latest(self, process: str) -> datetime | None:
        """The newest of all hosts: whether anybody does such work at all."""
        return max(self.hosts[process].values(), default=None)

    def silent(self, process: str, now: datetime) -> list[str]:
        """Hosts that have not beaten for 90 seconds and are not forgotten yet."""
        return [host for host, at in self.hosts[process].items() if is_stale(at, now)]


def read() -> Beats:
    """Everything, in one statement."""
    found = Beats({process: {} for process in PROCESSES}, {})
    for name, at in Heartbeat.objects.order_by("name").values_list("name", "at"):
        process, _, host = name.partition(" ")
        if process in PROCESSES and host:
            found.hosts[process][host] = at
        else:
            found.notes[name] = at
    return found


def is_stale(at: datetime | None, now: datetime) -> bool:
    return at is None or (now - at).total_seconds() >= STALE_SECONDS


def beat(process: str, *, now: datetime, host: str = "") -> None:
    """Show that this process of this host works. `now` is the real time: a moved clock must not make it look dead."""
    note(_name(process, host), now=now)


def note(name: str, *, now: datetime) -> None:
    """Remember that something happened just now; `name` has at most 40 characters."""
    Heartbeat.objects.update_or_create(name=name, defaults={"at": now})


def show_worker() -> None:
    """In a cluster, after each task: its host takes tasks and is done with them."""
    global _shown
    if time.monotonic() - _shown >= SHOWN_EVERY_SECONDS:
        beat(WORKER, now=timezone.now())
        _shown = time.monotonic()


def of_this_host(process: str) -> datetime | None:
    return Heartbeat.objects.filter(name=_name(process, "")).values_list("at", flat=True).first()


def leave(process: str) -> None:
    """This process stops as it was asked to. Its host may never come back under this name, as containers do not."""
    Heartbeat.objects.filter(name=_name(process, "")).delete()


def forget_gone(now: datetime) -> None:
    """Forget hosts that have been silent for an hour, but not when all are: then the silence is the news."""
    for process in PROCESSES:
        rows = Heartbeat.objects.filter(name__startswith=f"{process} ")
        if rows.filter(at__gt=now - GONE_AFTER).exists():
            rows.filter(at__lte=now - GONE_AFTER).delete()


def _name(process: str, host: str) -> str:
    return f"{process} {(host or settings.HOST_NAME)[-HOST_CHARACTERS:]}"
