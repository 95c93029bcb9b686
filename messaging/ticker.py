"""The worker process: the queue's cluster as a child, regular tasks for it, and a watch over whether it works at all.

django-q's own schedules fire up to half a minute late and its cluster can hang silently when an idle worker is killed,
so both the tick and the watch live here, in a parent that does nothing else.
"""

import logging
import os
import signal
import subprocess
import sys
import threading
import time
from contextlib import suppress
from datetime import timedelta

from django.conf import settings
from django.db import DatabaseError, connection
from django.utils import timezone

from messaging import beats
from recoverline.lib import queue
from recoverline.lib.children import die_with_parent

logger = logging.getLogger(__name__)

TICK_SECONDS = 10
HANGS_AFTER = timedelta(seconds=90)
MOST_WAITING = 500  # a cluster that is behind needs no further ticks
STOP_GRACE_SECONDS = 130


class Ticker:
    """Runs until `stop`; returns the exit status of the process."""

    def __init__(self) -> None:
        self._stopping = threading.Event()
        self._cluster: subprocess.Popen[bytes] | None = None
        self._started = 0.0
        self._enqueued: dict[str, float] = {}

    def stop(self) -> None:
        self._stopping.set()

    def run(self) -> int:
        self._start_cluster()
        while not self._stopping.is_set():
            try:
                self._enqueue_due()
                self._watch()
            except DatabaseError:
                logger.warning("the database is away; the next tick tries again")
                connection.close()
                self._enqueued.clear()  # as after a start: calls may have been missed meanwhile
            self._stopping.wait(TICK_SECONDS)
        self._stop_cluster()
        with suppress(DatabaseError):
            beats.leave(beats.WORKER)
        return 0

    def _enqueue_due(self) -> None:
        """Everything once right after the start: calls may have been missed while all was down."""
        if queue.waiting_first() >= MOST_WAITING:
            return
        now = time.monotonic()
        for path, seconds in settings.PERIODIC_TASKS.items():
            # A moment early is better than a whole round late.
            if now - self._enqueued.get(path, float("-inf")) >= seconds - TICK_SECONDS / 2:
                queue.enqueue(path)
                self._enqueued[path] = now

    def _watch(self) -> None:
        """Restart our cluster if it has died, or has taken no task for so long that it must hang.

        It takes one at least every ten seconds, whatever the clusters of other hosts leave it.
        """
        assert self._cluster is not None  # noqa: S101  started before the loop
        if self._cluster.poll() is not None:
            logger.warning("the task cluster ended with %s; starting it again", self._cluster.returncode)
            self._kill_group(signal.SIGKILL)
            self._start_cluster()
            return
        beat = beats.of_this_host(beats.WORKER)
        young = time.monotonic() - self._started < HANGS_AFTER.total_seconds()
        if not young and (beat is None or timezone.now() - beat > HANGS_AFTER):
            logger.error("the task cluster takes no tasks; starting it again")
            self._kill_group(signal.SIGKILL)
            self._cluster.wait()
            self._start_cluster()

    def _start_cluster(self) -> None:
        # A group of its own: when the cluster has to be killed, its workers must not stay behind. When it is us who are
        # killed, it finishes what it has and ends.
        command = [sys.executable, str(settings.BASE_DIR / "manage.py"), "qcluster"]
        self._cluster = subprocess.Popen(command, start_new_session=True, preexec_fn=die_with_parent(signal.SIGTERM))
        self._started = time.monotonic()

    def _stop_cluster(self) -> None:
        assert self._cluster is not None  # noqa: S101
        if self._cluster.poll() is None:
            self._cluster.terminate()
            try:
                self._cluster.wait(STOP_GRACE_SECONDS)
            except subprocess.TimeoutExpired:
                logger.warning("the task cluster does not stop; killing it")
        self._kill_group(signal.SIGKILL)

    def _kill_group(self, signum: signal.Signals) -> None:
        assert self._cluster is not None  # noqa: S101
        with suppress(ProcessLookupError):
            os.killpg(self._cluster.pid, signum)
