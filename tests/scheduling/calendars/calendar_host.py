"""A real web server on loopback that keeps one calendar, as well or badly as it is told."""

import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any

from scheduling.models import BusyCalendar
from tests.factories import NOON, make_business, make_resource

HOUR_BUSY = ("DTSTART:20260618T150000Z", "DTEND:20260618T160000Z")


def calendar(*events: tuple[str, ...]) -> bytes:
    """Each event by its lines without UID."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0"]
    for number, event in enumerate(events):
        lines += ["BEGIN:VEVENT", f"UID:{number}", *event, "END:VEVENT"]
    return "\r\n".join([*lines, "END:VCALENDAR", ""]).encode()


def make_calendar(url: str, **values: Any) -> BusyCalendar:
    """The row of somebody's calendar at `url`, never read yet."""
    business = make_business(time_zone="America/New_York")
    given = {"business": business, "resource": make_resource(business), "name": "Zoe’s own", "created_at": NOON}
    return BusyCalendar.objects.create(url=url, **{**given, **values})


@dataclass(frozen=True, slots=True)
class Answer:
    status: int = 200
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    is_dripping: bool = False  # sends its body forever, a byte at a time


class CalendarHost:
    """Serves `answer`, with 304 to who has `answer`'s ETag; `asked` are the conditions of each request."""

    def __init__(self) -> None:
        self.answer = Answer(body=calendar(HOUR_BUSY))
        self.asked: list[tuple[str | None, str | None]] = []
        self.released = threading.Event()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self._server.server_address[1]}"

    @property
    def url(self) -> str:
        return f"http://{self.host}/private-secret/basic.ics"

    def __enter__(self) -> "CalendarHost":
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.released.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        host = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                asked, answer = self.headers.get("If-None-Match"), host.answer
                host.asked.append((asked, self.headers.get("If-Modified-Since")))
                is_known = asked is not None and asked == answer.headers.get("ETag")
                self.send_response(304 if is_known else answer.status)
                for name, value in answer.headers.items():
                    self.send_header(name, value)
                self.end_headers()
                if not is_known:
                    self.wfile.write(answer.body)
                try:
                    while answer.is_dripping and not host.released.wait(0.02):
                        self.wfile.write(b" ")
                except OSError:
                    pass

            def log_message(self, *args: object) -> None:
                pass

        return Handler
