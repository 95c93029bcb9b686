"""The parent of the three processes, with small real children in the place of gunicorn and the others."""

import http.server
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import django
import pytest
from django.conf import LazySettings

from recoverline.processes import Backoff, answers, is_port_free, main, run_all, say_where, the_three

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 20.0

# A child that writes its process id where the test can read it, and then does what the test asks of it.
OBEDIENT = "import os, signal, sys; print('up', os.getpid(), flush=True); signal.pause()"
DEAF = "import os, signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('up', os.getpid(), flush=True)\n" + (
    "while True: signal.pause()"
)
WITH_A_CHILD = (
    "import os, signal, subprocess, sys\n"
    "grandchild = subprocess.Popen([sys.executable, '-c', 'import signal; signal.pause()'])\n"
    "print('up', os.getpid(), flush=True); print('grandchild', grandchild.pid, flush=True); signal.pause()"
)
POLITE = (
    "import os, signal, sys\n"
    "def leave(*_): print('bye', flush=True); sys.exit(0)\n"
    "signal.signal(signal.SIGTERM, leave); print('up', os.getpid(), flush=True)\n"
    "while True: signal.pause()"
)


class RunningParent:
    """`run_children` in a process of its own, and every line it has printed so far."""

    def __init__(self, children: dict[str, str], *, grace: float = 5.0, call: str = "") -> None:
        listed = ", ".join(f"Child({n!r}, (sys.executable, '-c', {c!r}), grace={grace})" for n, c in children.items())
        program = (
            "import sys; from recoverline.processes import Backoff, Child, run_children\n"
            f"sys.exit(run_children([{listed}], backoff=Backoff(first=0.05, longest=0.2, steady_after=60){call}))"
        )
        self.process = subprocess.Popen(
            [sys.executable, "-u", "-c", program], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
        self.lines: list[str] = []
        self.reader = threading.Thread(target=self._read, daemon=True)
        self.reader.start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        self.lines.extend(line.rstrip("\n") for line in iter(self.process.stdout.readline, ""))

    def ids(self, name: str, word: str = "up") -> list[int]:
        start = f"{name} | {word} "
        return [int(line.removeprefix(start)) for line in self.lines if line.startswith(start)]

    def wait_for_ids(self, name: str, *, count: int = 1, word: str = "up") -> list[int]:
        wait_until(lambda: len(self.ids(name, word)) >= count)
        return self.ids(name, word)

    def stop(self, signum: int = signal.SIGINT) -> int:
        self.process.send_signal(signum)
        return self.finish()

    def finish(self) -> int:
        code = self.process.wait(PATIENCE)
        self.reader.join(PATIENCE)
        return code


def wait_until(is_so: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not is_so():
        assert time.monotonic() < deadline, "it never came to be"
        time.sleep(0.01)


def is_alive(process_id: int) -> bool:
    """Whether the process runs. One that has ended and is only waiting to be reaped does not."""
    if Path("/proc/self/stat").exists():
        try:
            state = Path(f"/proc/{process_id}/stat").read_text().rpartition(")")[2].split()[0]
        except (FileNotFoundError, ProcessLookupError):
            return False
    else:
        asked = subprocess.run(
            ["ps", "-o", "stat=", "-p", str(process_id)], capture_output=True, text=True, check=False
        )
        state = asked.stdout.strip()[:1]
    return state not in ("", "Z", "X")


@pytest.fixture
def run_parent() -> Iterator[Callable[..., RunningParent]]:
    started: list[RunningParent] = []

    def run(children: dict[str, str], **options: object) -> RunningParent:
        started.append(RunningParent(children, **options))  # type: ignore[arg-type]
        return started[-1]

    yield run
    for parent in started:
        parent.process.kill()
        parent.process.wait()
        for line in parent.lines:
            _, _, word_and_id = line.partition(" | ")
            word, _, process_id = word_and_id.partition(" ")
            if word in ("up", "grandchild") and is_alive(int(process_id)):
                os.kill(int(process_id), signal.SIGKILL)


@pytest.mark.parametrize("signum", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_stops_every_child_and_the_exit_is_clean(
    run_parent: Callable[..., RunningParent], signum: int
) -> None:
    parent = run_parent({"one": POLITE, "two": POLITE})
    (one,), (two,) = parent.wait_for_ids("one"), parent.wait_for_ids("two")
    assert parent.stop(signum) == 0
    assert sorted(parent.lines) == ["one | bye", f"one | up {one}", "two | bye", f"two | up {two}"]
    assert [is_alive(one), is_alive(two)] == [False, False]


def test_a_killed_child_is_started_again_and_the_others_are_left_alone(
    run_parent: Callable[..., RunningParent],
) -> None:
    parent = run_parent({"one": OBEDIENT, "two": OBEDIENT})
    (first,), (other,) = parent.wait_for_ids("one"), parent.wait_for_ids("two")
    os.kill(first, signal.SIGKILL)
    _, second = parent.wait_for_ids("one", count=2)
    os.kill(second, signal.SIGKILL)
    third = parent.wait_for_ids("one", count=3)[-1]
    assert parent.stop() == 0
    assert [line for line in parent.lines if line.startswith("one")] == [
        f"one | up {first}",
        "one | ended (SIGKILL), starting again in 0.05 s",
        f"one | up {second}",
        "one | ended (SIGKILL), starting again in 0.1 s",
        f"one | up {third}",
    ]
    assert parent.ids("two") == [other]


def test_a_child_that_ends_by_itself_is_started_again(run_parent: Callable[..., RunningParent]) -> None:
    parent = run_parent({"one": "import sys; print('up 0', flush=True); sys.exit(3)"})
    parent.wait_for_ids("one", count=2)
    assert parent.stop() == 0
    assert parent.lines[:3] == ["one | up 0", "one | ended (exit code 3), starting again in 0.05 s", "one | up 0"]


def test_a_deaf_child_is_killed_after_its_grace(run_parent: Callable[..., RunningParent]) -> None:
    parent = run_parent({"one": DEAF, "two": POLITE}, grace=0.3)
    (deaf,), _ = parent.wait_for_ids("one"), parent.wait_for_ids("two")
    asked_at = time.monotonic()
    assert parent.stop() == 1
    assert time.monotonic() - asked_at >= 0.3
    assert not is_alive(deaf)
    assert parent.lines[-1] == "one | did not stop in time, killed"
    assert "two | bye" in parent.lines


def test_a_second_signal_does_not_wait_for_the_grace(run_parent: Callable[..., RunningParent]) -> None:
    parent = run_parent({"one": DEAF, "two": POLITE}, grace=3600)
    (deaf,), _ = parent.wait_for_ids("one"), parent.wait_for_ids("two")
    parent.process.send_signal(signal.SIGINT)
    wait_until(lambda: "two | bye" in parent.lines)
    assert is_alive(deaf)
    assert parent.stop() == 1
    assert not is_alive(deaf)


def test_the_children_of_a_child_go_with_it(run_parent: Callable[..., RunningParent]) -> None:
    parent = run_parent({"one": WITH_A_CHILD})
    (first,), (orphan,) = parent.wait_for_ids("one"), parent.wait_for_ids("one", word="grandchild")
    os.kill(first, signal.SIGKILL)
    last = parent.wait_for_ids("one", count=2, word="grandchild")[-1]
    wait_until(lambda: not is_alive(orphan))
    assert is_alive(last)
    assert parent.stop() == 0
    wait_until(lambda: not is_alive(last))


@pytest.mark.skipif(sys.platform != "linux", reason="only the Linux kernel tells children that their parent died")
def test_the_children_of_a_killed_parent_end(run_parent: Callable[..., RunningParent]) -> None:
    parent = run_parent({"one": OBEDIENT, "two": OBEDIENT})
    (one,), (two,) = parent.wait_for_ids("one"), parent.wait_for_ids("two")
    parent.process.kill()
    wait_until(lambda: not is_alive(one) and not is_alive(two))


def test_output_is_passed_on_line_by_line(run_parent: Callable[..., RunningParent]) -> None:
    talk = "import signal, sys; sys.stderr.write('a\\nb\\r\\n'); print('\\xe9 no end', end='', flush=True); sys.exit(0)"
    parent = run_parent({"one": talk})
    wait_until(lambda: len(parent.lines) >= 4)
    assert parent.stop() == 0
    assert [line for line in parent.lines[:4] if "ended" not in line] == ["one | a", "one | b", "one | \xe9 no end"]


def test_ready_is_said_once_when_the_address_answers(run_parent: Callable[..., RunningParent]) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    serve = (
        "import http.server; print('up 0', flush=True)\n"
        f"http.server.HTTPServer(('127.0.0.1', {port}), http.server.BaseHTTPRequestHandler).serve_forever()"
    )
    ready = f", on_ready=lambda: print('READY', flush=True), ready_url='http://127.0.0.1:{port}/healthz'"
    parent = run_parent({"web": serve, "two": OBEDIENT}, call=ready)
    wait_until(lambda: "READY" in parent.lines)
    assert parent.ids("web") == [0]
    assert parent.stop() == 0
    assert parent.lines.count("READY") == 1


def test_an_error_page_is_an_answer_and_a_closed_port_is_none() -> None:
    server = http.server.HTTPServer(("127.0.0.1", 0), http.server.BaseHTTPRequestHandler)  # it knows no GET: 501
    url = f"http://127.0.0.1:{server.server_port}/healthz"
    thread = threading.Thread(target=server.handle_request)
    thread.start()
    assert answers(url)
    thread.join(PATIENCE)
    server.server_close()
    assert not answers(url)


def test_the_wait_doubles_up_to_its_limit_and_begins_anew_after_a_steady_run() -> None:
    backoff = Backoff(first=1, longest=30, steady_after=60)
    waits = [0.0]
    for _ in range(7):
        waits.append(backoff.wait_after(0.2, last_wait=waits[-1]))
    assert waits[1:] == [1, 2, 4, 8, 16, 30, 30]
    assert backoff.wait_after(59.9, last_wait=30) == 30
    assert backoff.wait_after(60, last_wait=30) == 1


def test_a_taken_port_is_said_before_anything_starts(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert not is_port_free("127.0.0.1", port)
        assert run_all(port) == 1
    assert capsys.readouterr().out == (
        f"Port {port} of 127.0.0.1 is in use. Stop what listens there, or choose another: PORT={port + 1}.\n"
    )


def test_when_everything_runs_the_address_and_the_next_step_are_said(
    capsys: pytest.CaptureFixture[str], settings: LazySettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.SITE_URL = "https://calls.example.com"
    monkeypatch.setattr(sys, "executable", str(ROOT / ".venv" / "bin" / "python"))
    say_where()
    monkeypatch.setattr(sys, "executable", "/venv/bin/python")
    say_where()
    site = "https://calls.example.com"
    begins = f"Recoverline is running at {site}. Sign in: {site}/admin/ (create the "
    assert capsys.readouterr().out == (
        f"{begins}first person with: .venv/bin/python manage.py createsuperuser)\n"
        f"{begins}first person with: /venv/bin/python manage.py createsuperuser)\n"
    )


def test_the_three_and_their_graces() -> None:
    three = the_three(host="127.0.0.1", port=8123)
    assert [(child.name, child.grace) for child in three] == [("web", 10), ("sender", 15), ("worker", 135)]
    web, sender, worker = (child.argv for child in three)
    assert web[1:6] == ("-m", "gunicorn", "recoverline.wsgi", "--chdir", str(ROOT))
    assert web[6:8] == ("--bind", "127.0.0.1:8123")
    assert sender == (sys.executable, str(ROOT / "manage.py"), "send_texts")
    assert worker == (sys.executable, str(ROOT / "manage.py"), "run_worker")


def test_manage_becomes_the_command() -> None:
    argv = [sys.executable, "-m", "recoverline.processes", "manage", "version"]
    done = subprocess.run(argv, cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout == f"{django.get_version()}\n"


def test_an_unknown_role_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(["everything"])
    assert stopped.value.code == 2
    assert "invalid choice: 'everything'" in capsys.readouterr().err
