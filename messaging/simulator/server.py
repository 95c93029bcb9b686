"""A web server of our own for one command, where none is running: the webhooks go over HTTP all the same."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from django.core.servers.basehttp import ThreadedWSGIServer, WSGIRequestHandler, get_internal_wsgi_application

from messaging.simulator.line import own_hosts
from recoverline.lib import http


class _Silent(WSGIRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        """The terminal belongs to the trace."""


def is_running() -> bool:
    """Whether Recoverline answers where the simulator delivers."""
    try:
        answer = http.fetch(f"{settings.SIMULATOR_URL}/healthz/live", allow_hosts=own_hosts(), timeout=(1, 2))
    except http.FetchError:
        return False
    return answer.status == 200 and answer.body == b"ok"


@contextmanager
def own_server() -> Iterator[None]:
    """Serve this process's code on a free port of loopback, and let the simulator deliver there meanwhile."""
    server = ThreadedWSGIServer(("127.0.0.1", 0), _Silent)
    server.set_app(get_internal_wsgi_application())
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    before = settings.SIMULATOR_URL
    thread.start()
    settings.SIMULATOR_URL = f"http://127.0.0.1:{server.server_address[1]}"
    try:
        yield
    finally:
        settings.SIMULATOR_URL = before
        server.shutdown()
        server.server_close()
        thread.join()
