"""The wire: HTTP/1.1 with kept-alive connections on loopback, and connections that can be broken on purpose."""

import socket
import struct
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Protocol
from urllib.parse import parse_qs, urlsplit

from tests.fakes.carrier_faults import Answer, Fault, FaultBox, refusal
from tests.fakes.carrier_rest import Request, Route, find_route

Connection = socket.socket | tuple[bytes, socket.socket]


@dataclass(frozen=True, slots=True)
class Seen:
    """One request in the log; `status` is None when nothing was answered."""

    operation: str
    method: str
    path: str
    query: Mapping[str, str]
    form: Mapping[str, str]
    at: float
    fault: str
    status: int | None


class Carrier(Protocol):
    """What the wire needs to know of the carrier behind it."""

    url: str
    faults: FaultBox
    requests: list[Seen]

    def answer(self, request: Request, route: Route, args: Mapping[str, str], fault: Fault | None) -> Answer | None: ...


class CarrierServer(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 256

    def __init__(self, address: tuple[str, int], carrier: Carrier) -> None:
        self.carrier = carrier
        self.connections: set[socket.socket] = set()
        super().__init__(address, CarrierHandler)

    def server_bind(self) -> None:
        # The standard server asks the resolver for this host's name here, which can take seconds.
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.socket.bind(self.server_address)
        self.server_address = self.server_name, self.server_port = self.socket.getsockname()

    def get_request(self) -> tuple[socket.socket, tuple[str, int]]:
        connection, address = super().get_request()
        self.connections.add(connection)
        return connection, address

    def shutdown_request(self, request: Connection) -> None:
        # Closing without the usual half-close first lets a dropped connection end in a reset.
        if isinstance(request, socket.socket):
            self.connections.discard(request)
            request.close()

    def handle_error(self, request: Connection, address: Any) -> None:
        """A client that has gone away is none of the carrier's business; anything else is a defect to be seen."""
        if not isinstance(sys.exc_info()[1], OSError):
            super().handle_error(request, address)

    def hang_up(self) -> None:
        for connection in list(self.connections):
            try:
                connection.shutdown(socket.SHUT_RDWR)
            except OSError:
                continue


class CarrierHandler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = 65536
    server: CarrierServer

    def do_GET(self) -> None:
        self.serve()

    def do_POST(self) -> None:
        self.serve()

    def do_DELETE(self) -> None:
        self.serve()

    def serve(self) -> None:
        carrier, at = self.server.carrier, time.monotonic()
        parts = urlsplit(self.path)
        found = find_route(self.command, parts.path)
        fault = carrier.faults.take(found[0].operation, found[1].get("account", "")) if found else None
        form: dict[str, list[str]] = {}
        if fault is None or not fault.unread:
            length = int(self.headers.get("Content-Length") or 0)
            form = parse_qs(self.rfile.read(length).decode(), keep_blank_values=True)
        query = {name: values[0] for name, values in parse_qs(parts.query, keep_blank_values=True).items()}
        first = {name: values[0] for name, values in form.items()}
        operation = found[0].operation if found else "unknown"
        answer: Answer | None = refusal(20404, 404, f"The requested resource {parts.path} was not found")
        if found:
            authorization = self.headers.get("Authorization", "")
            request = Request(operation, self.command, parts.path, query, first, form, authorization, carrier.url)
            answer = carrier.answer(request, *found, fault)
        status = answer.status if answer else None
        name = fault.name if fault else ""
        carrier.requests.append(Seen(operation, self.command, parts.path, query, first, at, name, status))
        if answer:
            self.write(answer)
        else:
            self.reset_connection()

    def write(self, answer: Answer) -> None:
        self.send_response(answer.status)
        self.send_header("Content-Type", answer.content_type)
        self.send_header("Content-Length", str(len(answer.body)))
        for name, value in answer.headers:
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(answer.body)
        self.wfile.flush()

    def reset_connection(self) -> None:
        """End the connection so that the client sees a reset, not an orderly end."""
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.close_connection = True

    def log_message(self, format: str, *args: object) -> None:
        """Silent: the request log is `FakeCarrier.requests`."""
