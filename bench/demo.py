"""The demo as a stranger starts it, with web, sender and worker, for what only a running one can show."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


@contextmanager
def demo(folder: Path, extra: Mapping[str, str]) -> Iterator[tuple[str, dict[str, str]]]:
    """Its address, and the environment in which `manage` and `shell` reach its rows. All it keeps is in `folder`."""
    port = free_port()
    site = f"http://127.0.0.1:{port}"
    environment = os.environ | {
        "DEBUG": "true", "SECRET_KEY": "of-the-bench-only", "FIELD_KEYS": "of-the-bench-only",
        "DATA_DIR": str(folder / "data"), "DATABASE_URL": f"sqlite:///{folder}/demo.sqlite3", "PYTHONUNBUFFERED": "1",
    } | dict(extra)  # fmt: skip
    with running([sys.executable, "manage.py", "demo", "--port", str(port)], ROOT, environment, folder / "demo.log"):
        until(lambda: bool(ask(f"{site}/healthz/live")), seconds=300, what="the demo")
        yield site, environment | {"SITE_URL": site, "SIMULATOR_URL": site}


@contextmanager
def running(command: list[str], folder: Path, environment: dict[str, str], log: Path) -> Iterator[None]:
    with log.open("w") as file:
        process = subprocess.Popen(
            command, cwd=folder, env=environment, stdout=file, stderr=subprocess.STDOUT, start_new_session=True
        )
        try:
            yield
        except BaseException:
            file.flush()
            print(log.read_text()[-3000:])
            raise
        finally:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(30)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)


def manage(args: list[str], environment: dict[str, str]) -> str:
    done = subprocess.run(
        [sys.executable, "manage.py", *args], cwd=ROOT, env=environment, check=True, capture_output=True, text=True
    )
    return done.stdout


def shell(code: str, environment: dict[str, str], word: str) -> str:
    """What the code printed after `word`."""
    lines = manage(["shell", "--no-imports", "-c", code], environment).splitlines()
    return next(line.removeprefix(word).strip() for line in lines if line.startswith(word))


def ask(url: str, *, body: bytes | None = None, headers: dict[str, str] | None = None) -> int:
    """The status of the answer; 0 if there is none."""
    try:
        with urllib.request.urlopen(urllib.request.Request(url, body, headers or {}), timeout=5) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code
    except OSError:
        return 0


def until(is_so: Callable[[], bool], *, seconds: float, what: str) -> None:
    ends = time.monotonic() + seconds
    while not is_so():
        if time.monotonic() > ends:
            raise SystemExit(f"gave up waiting for {what}")
        time.sleep(0.3)  # between looks at another process, which tells nobody when it is ready


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])
