"""Several hosts on one machine: each a family of processes of its own, that can be killed as a whole."""

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil
import psycopg

from bench.hosts.balancer import Balancer
from bench.installation import MAKE_BUSINESS, ROOT
from tests.chaos.family import free_port
from tests.fakes.carrier import ACCOUNT_SID, AUTH_TOKEN
from tests.postgres import postgres_server
from tests.redis_server import redis_server

STARTS_WITHIN = 300


@dataclass
class Cluster:
    """`site` is the balancer, `carrier` the fake carrier's API; `hosts` by name: the process that leads each."""

    site: str
    carrier: str
    environment: dict[str, str]
    account_key: str
    folder: Path
    ports: dict[str, int]
    database_pid: int
    server_log: str
    hosts: dict[str, "subprocess.Popen[bytes]"] = field(default_factory=dict)

    def start(self, name: str) -> None:
        """`name` begins with its role: web-1, worker-2, sender-1. All share the folder, as they would share media."""
        role = name.partition("-")[0]
        argv = [sys.executable, "-m", "recoverline.processes", "--port", str(self.ports.get(name, 0)), role]
        with (self.folder / f"{name}.log").open("ab") as log:
            self.hosts[name] = subprocess.Popen(
                argv, cwd=ROOT, env={**self.environment, "HOST_NAME": name}, stdin=subprocess.DEVNULL, stdout=log,
                stderr=log, start_new_session=True,
            )  # fmt: skip

    def kill(self, name: str) -> None:
        """As if its power were cut: all of the family at once, and nobody is asked."""
        leader = psutil.Process(self.hosts.pop(name).pid)
        leader.suspend()  # it shall not see its children die first
        family = [leader, *leader.children(recursive=True)]
        for process in family:
            with suppress(psutil.NoSuchProcess):
                process.send_signal(signal.SIGKILL)
        psutil.wait_procs(family, timeout=10)

    def wait_until_it_answers(self, names: Sequence[str]) -> None:
        deadline = time.monotonic() + STARTS_WITHIN
        for name in names:
            while not _answers(f"http://127.0.0.1:{self.ports[name]}/healthz/live"):
                if time.monotonic() > deadline:
                    raise RuntimeError(f"{name} did not start: {(self.folder / f'{name}.log').read_text()[-2000:]}")
                time.sleep(0.1)  # until it answers or the deadline is over

    def wait_until_all_beat(self) -> None:
        """Until /healthz says that every sender and worker that runs has shown itself."""
        wanted = {role: sum(name.startswith(role) for name in self.hosts) for role in ("sender", "worker")}
        deadline = time.monotonic() + STARTS_WITHIN
        while any(len(self.health()[1].get(f"{role}_hosts", ())) < count for role, count in wanted.items()):
            if time.monotonic() > deadline:
                raise RuntimeError(f"not all hosts beat: {self.health()}")
            time.sleep(0.2)  # until they do or the deadline is over

    def health(self) -> tuple[int, dict[str, Any]]:
        try:
            with urllib.request.urlopen(f"{self.site}/healthz", timeout=20) as answer:
                return answer.status, json.load(answer)
        except urllib.error.HTTPError as error:
            return error.code, json.load(error)
        except OSError:
            return 0, {}

    def ledger(self, *, after: int = 0) -> list[dict[str, Any]]:
        """Every text that the carrier truly accepted, behind the first so many."""
        with urllib.request.urlopen(f"{self.carrier}/ledger?after={after}", timeout=60) as answer:
            texts: list[dict[str, Any]] = json.load(answer)
        return texts

    def cpu(self) -> dict[str, float]:
        """Seconds of processor time by role, and of PostgreSQL, with children that have ended."""
        found = {"web": 0.0, "sender": 0.0, "worker": 0.0, "postgres": _cpu_of(self.database_pid)}
        for name, leader in self.hosts.items():
            found[name.partition("-")[0]] += _cpu_of(leader.pid)
        return found

    def megabytes(self) -> dict[str, float]:
        """Proportional memory of each host."""
        return {name: _memory_of(leader.pid) for name, leader in self.hosts.items()}


@contextmanager
def cluster(
    *, web: int, workers: int, senders: int, redis: bool = False, latency_ms: int = 150, log_statements: bool = False
) -> Iterator[Cluster]:
    """One database that waits for its disk, one carrier with callbacks, and so many hosts of each kind."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="recoverline-hosts-")))
        url = stack.enter_context(postgres_server(durable=True))
        ports = {f"web-{n + 1}": free_port() for n in range(web)}
        site = f"http://127.0.0.1:{free_port()}"
        carrier, stop = _carrier(latency_ms, site)
        stack.callback(stop)
        environment = {
            **os.environ, "DJANGO_SETTINGS_MODULE": "bench.settings", "DATABASE_URL": url, "DATA_DIR": str(folder),
            "SITE_URL": site, "SECRET_KEY": "only-for-benchmarks", "FIELD_KEYS": "only-for-benchmarks",
            "DEBUG": "false", "SIMULATOR": "false", "TWILIO_API_BASE_URL": carrier, "LOG_LEVEL": "WARNING",
            "EMAIL_URL": "dummymail://", "PYTHONPATH": str(ROOT),
            "REDIS_URL": stack.enter_context(redis_server()) if redis else "",
        }  # fmt: skip
        _run(environment, "manage.py", "migrate", "--verbosity", "0")
        key = _run(environment, "-c", MAKE_BUSINESS.format(module="bench.hosts.business")).split()[-1]
        stack.enter_context(Balancer(int(site.rpartition(":")[2]), list(ports.values())))
        server_log = _log_of(url, log_statements=log_statements)
        made = Cluster(site, carrier, environment, key, folder, ports, _server_of(url), server_log)
        stack.callback(lambda: [made.kill(name) for name in list(made.hosts)])
        names = [*ports, *(f"sender-{n + 1}" for n in range(senders)), *(f"worker-{n + 1}" for n in range(workers))]
        for name in names:
            made.start(name)
        made.wait_until_it_answers(list(ports))
        made.wait_until_all_beat()
        yield made


def _carrier(latency_ms: int, site: str) -> "tuple[str, Any]":
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.fakes.carrier", "--latency-ms", str(latency_ms), "--callback-base", site,
         "--account", f"{ACCOUNT_SID}:{AUTH_TOKEN}"],
        cwd=ROOT, text=True, stdout=subprocess.PIPE,
    )  # fmt: skip
    assert process.stdout is not None

    def stop() -> None:
        process.kill()
        process.wait()

    return process.stdout.readline().strip(), stop


def _run(environment: dict[str, str], *arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, *arguments], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise RuntimeError(done.stderr)
    return done.stdout


def _answers(url: str) -> bool:
    try:
        urllib.request.urlopen(url, timeout=2).read()
    except OSError:
        return False
    return True


def _log_of(url: str, *, log_statements: bool) -> str:
    """Where the server of tests.postgres writes; what connects from now on may have each statement logged."""
    with psycopg.connect(url, autocommit=True) as database:
        if log_statements:
            database.execute("ALTER DATABASE postgres SET log_min_messages = 'log'")
            database.execute("ALTER DATABASE postgres SET log_statement = 'all'")
        row = database.execute("SHOW data_directory").fetchone()
    assert row is not None
    return str(Path(row[0]).parent.parent / "log")


def _server_of(url: str) -> int:
    """The process id of the database server, found by the port that it was told."""
    port = url.rpartition(":")[2].partition("/")[0]
    return next(
        process.pid
        for process in psutil.process_iter(["name", "cmdline"])
        if process.info["name"] == "postgres" and port in (process.info["cmdline"] or ())
    )


def _family(pid: int) -> list[psutil.Process]:
    try:
        leader = psutil.Process(pid)
        return [leader, *leader.children(recursive=True)]
    except psutil.NoSuchProcess:
        return []


def _cpu_of(pid: int) -> float:
    total = 0.0
    for process in _family(pid):
        with suppress(psutil.NoSuchProcess):
            times = process.cpu_times()
            total += times.user + times.system + times.children_user + times.children_system
    return total


def _memory_of(pid: int) -> float:
    total = 0.0
    for process in _family(pid):
        with suppress(psutil.NoSuchProcess):
            total += process.memory_full_info().pss / 1e6
    return total
