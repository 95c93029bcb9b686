"""A request that waits for a thread of the real web server says since when."""

import http.client
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from datetime import timedelta
from typing import Any

import pytest

from recoverline.lib.arrivals import waited

HELD_SECONDS = 0.2


def app(environ: dict[str, Any], start_response: Callable[..., object]) -> Iterable[bytes]:
    """Reads what it is sent, however long that takes, and answers with how long it had waited, in ms."""
    since = waited(environ)
    environ["wsgi.input"].read()
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [str(since // timedelta(milliseconds=1)).encode()]


@pytest.fixture
def port() -> Iterator[int]:
    """Of a web server with one thread."""
    with socket.create_server(("127.0.0.1", 0)) as door:
        bound = f"fd://{door.fileno()}"
        words = ("-m", "gunicorn", "tests.recoverline.lib.test_arrivals:app", "--bind", bound, "--no-control-socket")
        kind = ("--worker-class", "gthread", "--workers", "1", "--threads", "1", "--log-level", "error")
        server = subprocess.Popen([sys.executable, *words, *kind], pass_fds=[door.fileno()])
        yield door.getsockname()[1]
        server.terminate()
        server.wait(30)


def test_a_request_knows_how_long_it_waited_for_a_thread(port: int) -> None:
    slow, other = (http.client.HTTPConnection("127.0.0.1", port, timeout=30) for _ in range(2))
    slow.putrequest("POST", "/")
    slow.putheader("Content-Length", "1")
    slow.endheaders()
    other.request("GET", "/")
    time.sleep(HELD_SECONDS)  # what is measured: the only thread waits for the other's last byte so long
    slow.send(b"!")
    slow.getresponse().read()
    assert int(other.getresponse().read()) >= HELD_SECONDS * 1000 * 0.9
    other.request("GET", "/")
    assert int(other.getresponse().read()) < HELD_SECONDS * 1000 * 0.9, "of the request before, on the same connection"
    slow.close()
    other.close()


def test_what_says_nothing_has_not_waited() -> None:
    mine, theirs = socket.socketpair()
    with mine, theirs:
        assert waited({}) == waited({"gunicorn.socket": mine}) == timedelta()
