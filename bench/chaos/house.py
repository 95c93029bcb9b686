"""An installation to break: its processes by name, its carrier in this process, its database in our hands."""

import http.client
import os
import random
import subprocess
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from signal import SIGCONT, SIGINT, SIGQUIT, Signals
from urllib.parse import urlsplit

import psycopg

from bench.installation import Installation
from tests.chaos.family import tree_of, wait_until
from tests.fakes.carrier import FakeCarrier
from tests.postgres import NOBODY


@dataclass
class House:
    """`made` runs the real processes: "web", "sender", "worker" and those that a case starts besides. `carrier` is the
    fake one: its `ledger` is the truth, `inject` and `plan_faults` make it fail. `dice` follow from the seed; `minutes`
    is how long a case shall take that may have any length.
    """

    made: Installation
    carrier: FakeCarrier
    database: str
    seed: int
    minutes: float = 5.0
    dice: random.Random = field(init=False)
    _server: "tuple[int, list[str], Path] | None" = None
    _restarted: "subprocess.Popen[bytes] | None" = None

    def __post_init__(self) -> None:
        self.dice = random.Random(self.seed)

    def say(self, line: str) -> None:
        """What was measured, for whoever reads the run."""
        print(f"  {line}", flush=True)

    # ------------------------------------------------------------ processes
    def start(self, role: str, name: str = "", environment: Mapping[str, str] | None = None) -> None:
        self.made.start(role, name, environment)

    def signal(self, name: str, signum: Signals) -> None:
        self.made.processes[name].send_signal(signum)

    def signal_pid(self, pid: int, signum: Signals) -> None:
        """To one process of a family; one that has ended meanwhile is none of our business."""
        with suppress(ProcessLookupError):
            os.kill(pid, signum)

    def kill(self, name: str) -> None:
        """SIGKILL, as when the memory has run out: this process alone, nothing is tidied up."""
        self.made.processes[name].kill()
        self.made.processes[name].wait()

    def stop(self, name: str, *, grace: float = 135) -> float:
        """SIGTERM and wait; the seconds it took. Raises TimeoutExpired after `grace`."""
        begun = time.monotonic()
        self.made.processes[name].terminate()
        self.made.processes[name].wait(grace)
        return time.monotonic() - begun

    def tree(self, name: str) -> list[int]:
        """Ids of the process and of all that descend from it, parents first."""
        return tree_of(self.made.processes[name].pid)

    def printed(self, name: str) -> str:
        return (self.made.folder / f"{name}.log").read_text(errors="replace")

    # ------------------------------------------------------------ over HTTP
    def get(self, path: str, *, timeout: float = 15) -> tuple[int, str]:
        """Status and body; status 0 when nobody answered."""
        connection = http.client.HTTPConnection(urlsplit(self.made.site).netloc, timeout=timeout)
        try:
            connection.request("GET", path)
            answer = connection.getresponse()
            return answer.status, answer.read().decode(errors="replace")
        except (OSError, http.client.HTTPException):
            return 0, ""
        finally:
            connection.close()

    def wait_until_healthy(self, seconds: float = 60) -> float:
        """Wait for /healthz to say 200; how long it took. Fails (AssertionError) after so many seconds."""
        begun = time.monotonic()
        try:
            wait_until(lambda: self.get("/healthz")[0] == 200, seconds=seconds, what="a 200 of /healthz")
        except AssertionError:
            raise AssertionError(f"not healthy after {seconds:.0f} s: {self.get('/healthz')}") from None
        return time.monotonic() - begun

    # ------------------------------------------------------------ the database server (PostgreSQL)
    def server_pids(self) -> list[int]:
        """The server's process and its backends: to stop with SIGSTOP, say."""
        return tree_of(self._know_server()[0])

    def stop_database(self, signum: Signals = SIGQUIT) -> None:
        """SIGQUIT is an immediate stop: no checkpoint, sessions are cut, the log is replayed at the next start."""
        pid = self._know_server()[0]
        os.kill(pid, signum)
        if self._restarted is not None:
            self._restarted.wait(30)
        wait_until(lambda: not _runs(pid), what="the end of the database server")

    def start_database(self) -> None:
        """The same server on the same folder and port, once it has been stopped."""
        assert self._server is not None, "stop it first"
        _, command, data = self._server
        (data / "postmaster.pid").unlink(missing_ok=True)
        owner = NOBODY if os.geteuid() == 0 else None
        self._restarted = subprocess.Popen(
            command, cwd=data, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, user=owner, group=owner
        )
        self._server = (self._restarted.pid, command, data)
        wait_until(self._database_answers, what="the database server")

    def close(self) -> None:
        """Let go on what a case has stopped, and end a server that a case has started."""
        for process in self.made.processes.values():
            if process.poll() is None:
                process.send_signal(SIGCONT)
        if self._server is not None:
            for pid in tree_of(self._server[0]):
                os.kill(pid, SIGCONT)

    def end_database(self) -> None:
        """After all processes have ended: the server that was started here is nobody else's to stop."""
        if self._restarted is not None and self._restarted.poll() is None:
            self._restarted.send_signal(SIGINT)
            self._restarted.wait(30)

    def _know_server(self) -> tuple[int, list[str], Path]:
        if self._server is None:
            with psycopg.connect(self.made.environment["DATABASE_URL"]) as connection:
                row = connection.execute("SHOW data_directory").fetchone()
            data = Path(row[0] if row else "")
            pid = int((data / "postmaster.pid").read_text().split()[0])
            command = Path(f"/proc/{pid}/cmdline").read_bytes().rstrip(b"\0").decode().split("\0")
            self._server = (pid, command, data)
        return self._server

    def _database_answers(self) -> bool:
        try:
            psycopg.connect(self.made.environment["DATABASE_URL"], connect_timeout=2).close()
        except psycopg.OperationalError:
            return False
        return True


def _runs(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False
