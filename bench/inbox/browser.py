"""A tab of somebody who is signed in: one connection that is kept, one cookie."""

import http.client
import time
from dataclasses import dataclass
from urllib.parse import urlsplit

from bench.inbox.counting import CPU, DATABASE, STATEMENTS


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    body: str
    seconds: float
    statements: int
    cpu_ms: float
    database_ms: float


class Browser:
    def __init__(self, site: str, cookie: str) -> None:
        self._connection = http.client.HTTPConnection(urlsplit(site).netloc, timeout=60)
        self._headers = {"Cookie": f"sessionid={cookie}", "User-Agent": "bench"}

    def get(self, path: str) -> Answer:
        """The answer, timed from the request to its last byte; on a new connection if the old one was closed."""
        try:
            return self._get(path)
        except (http.client.RemoteDisconnected, ConnectionResetError, BrokenPipeError):
            self._connection.close()  # kept for two seconds by the server, as browsers know
            return self._get(path)

    def _get(self, path: str) -> Answer:
        begun = time.perf_counter()
        self._connection.request("GET", path, headers=self._headers)
        response = self._connection.getresponse()
        body = response.read()
        took = time.perf_counter() - begun
        said = [float(response.headers.get(name) or 0) for name in (STATEMENTS, CPU, DATABASE)]
        return Answer(response.status, body.decode(), took, int(said[0]), said[1], said[2])
