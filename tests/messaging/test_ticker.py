"""The worker process: real tasks at intervals, a cluster that is restarted when it dies, nothing left behind."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest
from django.conf import settings
from django.db import connection

from messaging import beats

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.chaos]

ROOT = Path(__file__).resolve().parent.parent.parent


def until(holds: Callable[[], object], *, seconds: float = 90) -> None:
    """Wait for something that must become true."""
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.05)


@pytest.fixture
def worker() -> Iterator[subprocess.Popen[bytes]]:
    """`manage.py run_worker` on the test's own database."""
    database = connection.settings_dict
    url = f"sqlite:///{database['NAME']}" if connection.vendor == "sqlite" else _postgres_url(database)
    environment = {**os.environ, "DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "tests.settings"}
    process = subprocess.Popen([sys.executable, "manage.py", "run_worker"], cwd=ROOT, env=environment)
    yield process
    if process.poll() is None:
        process.send_signal(signal.SIGTERM)
        process.wait(60)


def _postgres_url(database: dict[str, object]) -> str:
    return (
        f"postgres://{database['USER']}:{database['PASSWORD']}@{database['HOST']}:{database['PORT']}/{database['NAME']}"
    )


def beaten() -> object:
    return beats.read().latest(beats.WORKER)


def test_it_ticks_survives_the_death_of_its_cluster_and_leaves_nothing(worker: subprocess.Popen[bytes]) -> None:
    until(beaten)
    (cluster,) = psutil.Process(worker.pid).children()
    members = [cluster, *cluster.children(recursive=True)]

    cluster.kill()
    first = beaten()
    until(lambda: beaten() != first)

    fresh = psutil.Process(worker.pid).children(recursive=True)
    worker.send_signal(signal.SIGTERM)
    assert worker.wait(60) == 0
    assert beaten() is None
    _, alive = psutil.wait_procs([*members, *fresh], timeout=20)
    assert [process for process in alive if process.status() != psutil.STATUS_ZOMBIE] == []


def test_the_settings_keep_the_queues_own_schedules_off() -> None:
    assert settings.Q_CLUSTER["scheduler"] is False
