"""A whole installation for a benchmark: database, fake carrier, web, sender and worker as real processes on
loopback.
"""

import json
import os
import re
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.fakes.carrier import ACCOUNT_SID, AUTH_TOKEN
from tests.postgres import postgres_server

ROOT = Path(__file__).resolve().parent.parent
# Models can be imported only after the setup.
MAKE_BUSINESS = "import django; django.setup(); from {module} import main; main()"
NUMBERS = 20  # lines of the business under load


def our_number(index: int) -> str:
    """One of the numbers that are reserved for fiction."""
    return f"+1{300 + index // 100}55501{index % 100:02}"


@dataclass
class Installation:
    """`site` is where web listens, `carrier` the fake carrier's API; `processes` by name. Each prints to NAME.log in
    `folder`.
    """

    site: str
    carrier: str
    environment: dict[str, str]
    account_key: str
    folder: Path
    processes: dict[str, subprocess.Popen[str]] = field(default_factory=dict)

    def start(self, role: str, name: str = "", environment: Mapping[str, str] | None = None) -> None:
        """One more process of this role ("web", "sender" or "worker"), or again the one that has ended."""
        name = name or role
        with (self.folder / f"{name}.log").open("a") as file:
            log = None if os.environ.get("BENCH_LOG") else file
            self.processes[name] = subprocess.Popen(
                [sys.executable, *_command(role, self.site)],
                cwd=ROOT,
                env={**self.environment, **(environment or {})},
                text=True,
                stdout=log,
                stderr=log,
            )

    def answers(self) -> bool:
        try:
            urllib.request.urlopen(f"{self.site}/healthz/live", timeout=2).read()
        except OSError:
            return False
        return True

    def ledger(self) -> list[dict[str, Any]]:
        """Every text that the carrier truly accepted."""
        with urllib.request.urlopen(f"{self.carrier}/ledger", timeout=60) as answer:
            content = json.load(answer)
        return content if isinstance(content, list) else content["texts"]

    def megabytes(self) -> float:
        """Proportional memory of web, sender and worker with their children; the database and the carrier excluded."""
        return sum(self.megabytes_each().values())

    def megabytes_each(self) -> dict[str, float]:
        """The same, by process."""
        return {name: tree_megabytes(row.pid) for name, row in self.processes.items() if name != "carrier"}

    def cpu_seconds(self) -> float:
        return sum(_tree_cpu(process.pid) for name, process in self.processes.items() if name != "carrier")


@contextmanager
def installation(
    *,
    database: str,
    latency_ms: int,
    callbacks: bool = False,
    settings: str = "recoverline.settings",
    threads: int = 32,
    worker: bool = True,
    business: str = "bench.business",
    carrier: str = "",
    more: Mapping[str, str] | None = None,
) -> Iterator[Installation]:
    """`database` is "sqlite" or "postgres" (durable); `latency_ms` is what the carrier takes for an answer.

    `business` is the module whose `main` makes it and prints its account's key. `carrier` is the address of one that
    runs already, `more` what the processes' environment has besides.
    """
    with tempfile.TemporaryDirectory(prefix="recoverline-bench-") as folder, _database(database, folder) as url:
        site = f"http://127.0.0.1:{_free_port()}"
        processes: dict[str, subprocess.Popen[str]] = {}
        try:
            carrier = carrier or start_carrier(processes, latency_ms, site if callbacks else "")
            environment = {
                **os.environ,
                "DJANGO_SETTINGS_MODULE": settings,
                "DATABASE_URL": url,
                "DATA_DIR": folder,
                "SITE_URL": site,
                "SECRET_KEY": "only-for-benchmarks",
                "FIELD_KEYS": "only-for-benchmarks",
                "DEBUG": "false",
                "SIMULATOR": "false",
                "TWILIO_API_BASE_URL": carrier,
                "SENDER_THREADS": str(threads),
                "LOG_LEVEL": "WARNING",
                "EMAIL_URL": "dummymail://",
                "PYTHONPATH": str(ROOT),
                **(more or {}),
            }
            _run(environment, "manage.py", "migrate", "--verbosity", "0")
            key = _run(environment, "-c", MAKE_BUSINESS.format(module=business)).strip().splitlines()[-1]
            made = Installation(site, carrier, environment, key, Path(folder), processes)
            _start(made, worker=worker)
            yield made
        finally:
            for process in processes.values():
                process.terminate()
            for process in processes.values():
                process.wait(150)


def _start(made: Installation, *, worker: bool) -> None:
    for role in ("web", "sender", *(["worker"] if worker else [])):
        made.start(role)
    deadline = time.monotonic() + 120
    while not made.answers():
        if time.monotonic() > deadline:
            raise RuntimeError("web did not start; run with BENCH_LOG=1")
        time.sleep(0.05)  # the server is starting: asked again until it answers or the deadline is over


def _command(role: str, site: str) -> list[str]:
    if role == "web":
        bind = site.removeprefix("http://")
        kind = ["--worker-class", "gthread", "--workers", "2", "--threads", "4", "--no-control-socket"]
        return ["-m", "gunicorn", "recoverline.wsgi", "--bind", bind, *kind, "--log-level", "warning"]
    return ["manage.py", {"sender": "send_texts", "worker": "run_worker"}[role]]


def start_carrier(processes: dict[str, subprocess.Popen[str]], latency_ms: int, callback_base: str) -> str:
    command = [
        sys.executable,
        "-m",
        "tests.fakes.carrier",
        "--latency-ms",
        str(latency_ms),
        "--account",
        f"{ACCOUNT_SID}:{AUTH_TOKEN}",
    ]
    command += ["--callback-base", callback_base] if callback_base else ["--no-callbacks"]
    process = subprocess.Popen(command, cwd=ROOT, text=True, stdout=subprocess.PIPE)
    processes["carrier"] = process
    assert process.stdout is not None
    return process.stdout.readline().strip()


@contextmanager
def _database(kind: str, folder: str) -> Iterator[str]:
    if kind == "sqlite":
        yield f"sqlite:///{folder}/bench.sqlite3"
        return
    with postgres_server(durable=True) as url:
        yield url


def _run(environment: dict[str, str], *arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, *arguments], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise RuntimeError(done.stderr)
    return done.stdout


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def tree(pid: int) -> list[int]:
    """The process and all below it."""
    try:
        names = [
            name for thread in Path(f"/proc/{pid}/task").iterdir() for name in (thread / "children").read_text().split()
        ]
    except OSError:
        return []
    return [pid, *(member for name in names for member in tree(int(name)))]


def tree_megabytes(pid: int) -> float:
    """Proportional memory of a process and all below it."""
    total = 0
    for member in tree(pid):
        try:
            found = re.search(r"^Pss:\s+(\d+) kB", Path(f"/proc/{member}/smaps_rollup").read_text(), re.M)
        except OSError:
            continue
        total += int(found[1]) if found else 0
    return total / 1024


def _tree_cpu(pid: int) -> float:
    ticks = 0
    for member in tree(pid):
        try:
            fields = Path(f"/proc/{member}/stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")
