"""A receiver of webhooks on loopback that keeps everything it was sent, and an endpoint that leads to it."""

import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from leads.models import Business, WebhookEndpoint
from leads.webhooks import endpoints
from tests.factories import NOON, fresh


@dataclass
class Receiver:
    """`answer` says what each request gets: a status, and headers or a body besides."""

    port: int
    answer: Callable[[str], tuple[int, dict[str, str], bytes]] = lambda path: (204, {}, b"")
    got: list[tuple[str, dict[str, str], bytes]] = field(default_factory=list)

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self.port}"

    def url(self, path: str = "/") -> str:
        return f"http://{self.host}{path}"


@contextmanager
def receiving() -> Iterator[Receiver]:
    here: list[Receiver] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = int(self.headers.get("Content-Length", 0))
            body = self.rfile.read(length)
            if len(body) < length:  # whoever sent it died in the middle: no server hands that on
                return
            here[0].got.append((self.path, {name.lower(): value for name, value in self.headers.items()}, body))
            status, headers, content = here[0].answer(self.path)
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *args: object) -> None:
            pass

    class Server(ThreadingHTTPServer):
        def handle_error(self, request: object, client_address: object) -> None:
            if not isinstance(sys.exc_info()[1], ConnectionError):  # the sender has been killed
                super().handle_error(request, client_address)  # type: ignore[arg-type]  # a socket, as it came

    server = Server(("127.0.0.1", 0), Handler)
    here.append(Receiver(server.server_address[1]))
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield here[0]
    server.shutdown()
    thread.join()
    server.server_close()


def make_endpoint(business: Business, url: str = "https://crm.example/hook", **values: Any) -> WebhookEndpoint:
    endpoint = WebhookEndpoint(business=business, url=url, **{"name": f"Endpoint {fresh()}", **values})
    endpoints.give_secret(endpoint, now=NOON)
    endpoint.save()
    return endpoint
