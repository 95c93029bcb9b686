"""The processes of an installation, as children of a test: started, killed, and gone at the end whatever happened."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

from django.db import connection

from recoverline.lib.children import die_with_parent
from recoverline.processes import kill_group

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 30.0


def database_url() -> str:
    """The database that this process is connected to (in a test: the test database), for its children."""
    values = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{values['NAME']}"
    password = f":{values['PASSWORD']}" if values["PASSWORD"] else ""
    return f"postgres://{values['USER']}{password}@{values['HOST']}:{values['PORT']}/{values['NAME']}"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_until(is_so: Callable[[], bool], *, seconds: float = PATIENCE, what: str = "it") -> None:
    deadline = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < deadline, f"{what} never came to be"
        time.sleep(0.02)


def is_alive(process_id: int) -> bool:
    """Whether the process runs; one that only waits to be reaped does not."""
    try:
        return Path(f"/proc/{process_id}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def tree_of(process_id: int) -> list[int]:
    """The process and all that descend from it."""
    try:
        children = Path(f"/proc/{process_id}/task/{process_id}/children").read_text().split()
    except (FileNotFoundError, ProcessLookupError):
        return []
    return [process_id, *(found for child in children for found in tree_of(int(child)))]


class Family:
    """`start`, `kill` and `signal` children by name; use it as a context, from the main thread of a process.

    `environment` is on top of what every child needs; `folder` holds their data and what they print.
    """

    def __init__(self, folder: Path, *, carrier: str, site: str, environment: Mapping[str, str] | None = None) -> None:
        self.folder = folder
        self.site = site
        self.children: dict[str, subprocess.Popen[bytes]] = {}
        self.environment = {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "tests.chaos.settings",
            "DATABASE_URL": database_url(),
            "DATA_DIR": str(folder),
            "SITE_URL": site,
            "TWILIO_API_BASE_URL": carrier,
            "SECRET_KEY": "only-for-tests",
            "FIELD_KEYS": "only-for-tests",
            "DEBUG": "false",
            "SIMULATOR": "false",
            "EMAIL_URL": "dummymail://",
            "PYTHONPATH": str(ROOT),
            **(environment or {}),
        }

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for child in self.children.values():
            child.send_signal(signal.SIGCONT)
            child.terminate()
        for child in self.children.values():
            try:
                child.wait(PATIENCE)
            except subprocess.TimeoutExpired:
                kill_group(child)
                child.wait()

    def start(self, name: str, *argv: str) -> None:
        with (self.folder / f"{name}.log").open("ab") as log:
            self.children[name] = subprocess.Popen(
                [sys.executable, *argv],
                cwd=ROOT,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                preexec_fn=die_with_parent(signal.SIGKILL),
            )

    def start_web(self) -> None:
        bind = self.site.removeprefix("http://")
        self.start(
            "web",
            "-m",
            "gunicorn",
            "recoverline.wsgi",
            "--bind",
            bind,
            "--worker-class",
            "gthread",
            "--workers",
            "1",
            "--threads",
            "4",
            "--no-control-socket",
            "--log-level",
            "warning",
        )
        wait_until(self.answers, what="the web server")

    def start_sender(self, name: str) -> None:
        self.start(name, "manage.py", "send_texts")

    def start_worker(self) -> None:
        self.start("worker", "manage.py", "run_worker")

    def answers(self) -> bool:
        try:
            urllib.request.urlopen(f"{self.site}/healthz/live", timeout=2).read()
        except OSError:
            return False
        return True

    def kill(self, name: str) -> None:
        """SIGKILL, as the kernel does it when memory runs out: the process alone, nothing is tidied up."""
        assert self.children[name].poll() is None, f"{name} had ended by itself: {self.printed(name)}"
        self.children[name].kill()
        self.children[name].wait()

    def tree(self, name: str) -> list[int]:
        return tree_of(self.children[name].pid)

    def signal(self, name: str, signum: signal.Signals) -> None:
        self.children[name].send_signal(signum)

    def printed(self, name: str) -> str:
        return (self.folder / f"{name}.log").read_text(errors="replace")
