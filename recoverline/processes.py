"""The parent of web, sender and worker (`make demo`, `make run`), and the entry point of the container image.

The parent is one thread and one loop: it forwards what the children print, starts again what died, and leaves no
process behind when it goes. Each child leads a session of its own, so Ctrl-C reaches the parent alone and the whole
family of a child can be ended at once.

    python -m recoverline.processes [--host H] [--port P] up                 migrate, then all three under one parent
    python -m recoverline.processes [--host H] [--port P] web|sender|worker  become that one process
    python -m recoverline.processes manage COMMAND ...                       become `manage.py COMMAND ...`
"""

import argparse
import http.client
import os
import selectors
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import NoReturn
from urllib.parse import urlsplit

from django.conf import settings

from recoverline.lib.children import die_with_parent

ROOT = Path(__file__).resolve().parent.parent
STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
TICK = 0.1  # seconds between two looks at the children
LONGEST_LINE = 64 * 1024  # a child that never ends its line is shown in pieces


@dataclass(frozen=True, slots=True)
class Child:
    """A process to keep running. `grace` is the seconds it has between SIGTERM and SIGKILL."""

    name: str
    argv: tuple[str, ...]
    grace: float = 10.0


@dataclass(frozen=True, slots=True)
class Backoff:
    """Seconds to wait before a dead child is started again: doubling, and from `first` again once it was steady."""

    first: float = 1.0
    longest: float = 30.0
    steady_after: float = 60.0

    def wait_after(self, uptime: float, *, last_wait: float) -> float:
        if last_wait == 0 or uptime >= self.steady_after:
            return self.first
        return min(last_wait * 2, self.longest)


DEFAULT_BACKOFF = Backoff()


@dataclass(slots=True)
class _Place:
    """Where one child runs: the live process, or the moment at which the next one starts."""

    child: Child
    process: subprocess.Popen[bytes] | None = None
    started_at: float = 0.0
    last_wait: float = 0.0
    start_at: float = 0.0


@dataclass(slots=True)
class _Output:
    """The pipe of one process, and the line it has not finished yet."""

    name: str
    rest: bytes = b""


@dataclass(slots=True)
class _Parent:
    places: list[_Place]
    backoff: Backoff
    selector: selectors.BaseSelector = field(default_factory=selectors.DefaultSelector)
    stops_asked: int = 0
    killed: int = 0

    def ask_to_stop(self, _signum: int, _frame: FrameType | None) -> None:
        self.stops_asked += 1

    def say(self, name: str, line: str) -> None:
        width = max(len(place.child.name) for place in self.places)
        print(f"{name:<{width}} | {line}", flush=True)

    def serve(self, *, on_ready: Callable[[], None] | None, ready_url: str | None) -> None:
        """Run until a signal asks for the end. `on_ready` is called once, when `ready_url` (if any) answers."""
        ready = on_ready is None
        while not self.stops_asked:
            for place in self.places:
                self.keep_running(place)
            if not ready and (ready_url is None or answers(ready_url)):
                ready = True
                if on_ready is not None:
                    on_ready()
            self.forward_output(TICK)

    def keep_running(self, place: _Place) -> None:
        now = time.monotonic()
        if place.process is None:
            if now >= place.start_at:
                self.start(place)
            return
        code = place.process.poll()
        if code is None:
            return
        self.end(place)
        place.last_wait = self.backoff.wait_after(now - place.started_at, last_wait=place.last_wait)
        place.start_at = now + place.last_wait
        self.say(place.child.name, f"ended ({how_it_ended(code)}), starting again in {place.last_wait:g} s")

    def start(self, place: _Place) -> None:
        place.started_at = time.monotonic()
        place.process = subprocess.Popen(
            place.child.argv,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env=os.environ | {"PYTHONUNBUFFERED": "1"},
            start_new_session=True,
            preexec_fn=die_with_parent(signal.SIGTERM),  # safe: this process has one thread
        )
        assert place.process.stdout is not None  # noqa: S101  PIPE was asked for
        os.set_blocking(place.process.stdout.fileno(), False)
        self.selector.register(place.process.stdout, selectors.EVENT_READ, _Output(place.child.name))

    def forward_output(self, timeout: float) -> bool:
        """Pass on what the children printed, waiting at most `timeout` seconds for it. False when there was nothing."""
        found = self.selector.select(timeout)
        for key, _ in found:
            output: _Output = key.data
            chunk = os.read(key.fd, LONGEST_LINE)
            *lines, output.rest = (output.rest + chunk).split(b"\n")
            if output.rest and (not chunk or len(output.rest) > LONGEST_LINE):
                lines, output.rest = [*lines, output.rest], b""
            for line in lines:
                self.say(output.name, line.decode(errors="replace").rstrip("\r"))
            if not chunk:
                self.selector.unregister(key.fileobj)
                key.fileobj.close()  # type: ignore[union-attr]  # only pipes are registered
        return bool(found)

    def stop(self) -> None:
        """SIGTERM to every child, SIGKILL to those that outlast their grace or a second signal to the parent."""
        asked_at = time.monotonic()
        for place in self.places:
            if place.process is not None:
                place.process.terminate()
        while any([self.is_stopping(place, asked_at) for place in self.places]):  # a list: every place, each time
            self.forward_output(TICK)
        while self.forward_output(0):
            pass

    def is_stopping(self, place: _Place, asked_at: float) -> bool:
        if place.process is None:
            return False
        if place.process.poll() is None:
            if self.stops_asked < 2 and time.monotonic() - asked_at < place.child.grace:
                return True
            self.say(place.child.name, "did not stop in time, killed")
            self.killed += 1
        self.end(place)
        return False

    def end(self, place: _Place) -> None:
        """Kill what is left of a child and its family: its own children would hold its port and its locks."""
        if place.process is not None:
            kill_group(place.process)
            place.process.wait()
            place.process = None

    def end_all(self) -> None:
        for place in self.places:
            self.end(place)
        for key in self.selector.get_map().values():
            key.fileobj.close()  # type: ignore[union-attr]  # only pipes are registered
        self.selector.close()


def run_children(
    children: Sequence[Child],
    *,
    on_ready: Callable[[], None] | None = None,
    ready_url: str | None = None,
    backoff: Backoff = DEFAULT_BACKOFF,
) -> int:
    """Keep `children` running until SIGINT, SIGTERM or SIGHUP; a second signal kills them at once.

    `on_ready` runs in the parent's loop, once, as soon as `ready_url` gives any answer: it must return quickly.
    Call it from the main thread of a process with no other threads. Returns 0 when every child stopped by itself in
    its grace, 1 when one had to be killed.
    """
    parent = _Parent([_Place(child) for child in children], backoff)
    before = {signum: signal.signal(signum, parent.ask_to_stop) for signum in STOP_SIGNALS}
    try:
        parent.serve(on_ready=on_ready, ready_url=ready_url)
        parent.stop()
    finally:
        parent.end_all()
        for signum, handler in before.items():
            signal.signal(signum, handler)
    return 1 if parent.killed else 0


def kill_group(process: subprocess.Popen[bytes]) -> None:
    # PermissionError: macOS says so when only zombies are left in the group.
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)


def how_it_ended(code: int) -> str:
    return signal.Signals(-code).name if code < 0 else f"exit code {code}"


def answers(url: str) -> bool:
    """Whether an HTTP server answers at `url`, whatever it says: a redirect or a 503 is an answer too."""
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=1)
    try:
        connection.request("GET", parts.path or "/")
        connection.getresponse()
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
    return True


def is_port_free(host: str, port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def web_argv(*, host: str, port: int) -> tuple[str, ...]:
    # gthread 2x4 was measured fastest at answering inbox polls. The control socket would want a writable home.
    gunicorn = (sys.executable, "-m", "gunicorn", "recoverline.wsgi", "--chdir", str(ROOT), "--bind", f"{host}:{port}")
    kind = ("--worker-class", "gthread", "--workers", "2", "--threads", "4", "--no-control-socket")
    return (*gunicorn, *kind, "--logger-class", "recoverline.web_logs.WebLogger")


def manage_argv(*words: str) -> tuple[str, ...]:
    return (sys.executable, str(ROOT / "manage.py"), *words)


def the_three(*, host: str, port: int) -> list[Child]:
    # The worker finishes the tasks that it has already taken: up to two time-outs of 60 s, and some seconds to settle.
    return [
        Child("web", web_argv(host=host, port=port), grace=10),
        Child("sender", manage_argv("send_texts"), grace=15),
        Child("worker", manage_argv("run_worker"), grace=135),
    ]


def run_all(port: int, *, host: str = "127.0.0.1", on_ready: Callable[[], None] | None = None) -> int:
    """Run web, sender and worker until a signal. Returns the exit code; 1 at once, and why, if the port is taken."""
    if not is_port_free(host, port):
        print(f"Port {port} of {host} is in use. Stop what listens there, or choose another: PORT={port + 1}.")
        return 1
    return run_children(
        the_three(host=host, port=port), on_ready=on_ready, ready_url=f"http://127.0.0.1:{port}/healthz/live"
    )


def say_where() -> None:
    """The line that tells people what to do next, once everything runs."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "recoverline.settings")
    site, python = settings.SITE_URL, Path(sys.executable)
    shown = python.relative_to(ROOT) if python.is_relative_to(ROOT) else python
    print(
        f"Recoverline is running at {site}. Sign in: {site}/admin/ "
        f"(create the first person with: {shown} manage.py createsuperuser)",
        flush=True,
    )


def become(argv: tuple[str, ...]) -> NoReturn:
    os.execv(argv[0], argv)  # noqa: S606  no shell: the process that gets the signals is the one that does the work


def main(args: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m recoverline.processes")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8000)
    parser.add_argument("role", choices=["up", "web", "sender", "worker", "manage"])
    parser.add_argument("words", nargs=argparse.REMAINDER, help="for the role manage: the command and its arguments")
    chosen = parser.parse_args(args)
    match chosen.role:
        case "manage":
            become(manage_argv(*chosen.words))
        case "up":
            migrated = subprocess.run(manage_argv("migrate", "--noinput"), check=False)
            if migrated.returncode:
                return migrated.returncode  # it has said why
            return run_all(chosen.port, host=chosen.host, on_ready=say_where)
        case role:
            (child,) = (child for child in the_three(host=chosen.host, port=chosen.port) if child.name == role)
            become(child.argv)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
