"""The one place that opens a socket to an address which a user typed in: calendars, webhooks out, media.

requests-hardened resolves the name once, refuses private, loopback and shared addresses and connects to exactly the
address it judged, so a name that answers differently the second time gains nothing. Around it stand our own limits:
https on two ports, no proxy, netrc or other hint from the environment, a size, a deadline over everything, and
redirects judged like the first address.
"""

import socket
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from threading import Timer
from typing import Any, Literal
from urllib.parse import SplitResult, urljoin, urlsplit

import requests
from requests.adapters import HTTPAdapter
from requests_hardened.ip_filter import InvalidIPAddress
from requests_hardened.ip_filter_adapter import IPFilterAdapter
from urllib3 import HTTPConnectionPool
from urllib3.exceptions import HTTPError

PORTS = frozenset({443, 8443})
REDIRECTS = frozenset({301, 302, 303, 307, 308})
CHUNK = 65_536
# Which addresses a name may stand for: the public ones, loopback as well, or whatever it says.
Reach = Literal["public", "loopback", "anywhere"]


class FetchError(Exception):
    """A fetch without an answer. Its text is for staff and holds no part of the URL: a calendar's can be a secret."""


class FetchRefused(FetchError):
    """We would not ask: scheme, port, or an address inside a private network. Asking again changes nothing."""


class FetchFailed(FetchError):
    """We asked and got no whole answer in time. Asking again later may help."""


@dataclass(frozen=True, slots=True)
class Fetched:
    """An answer of any status. `content_type` without parameters and in lower case, as are the names in `headers`."""

    status: int
    content_type: str
    body: bytes
    url: str
    headers: Mapping[str, str] = field(default_factory=dict)


def fetch(
    url: str,
    *,
    timeout: tuple[float, float] = (3, 10),
    max_bytes: int = 5_000_000,
    auth: tuple[str, str] | None = None,
    allow_hosts: frozenset[str] = frozenset(),
    private_hosts: frozenset[str] = frozenset(),
    max_redirects: int = 0,
    method: str = "GET",
    headers: Mapping[str, str] | None = None,
    body: bytes | None = None,
    deadline: float = 15.0,
) -> Fetched:
    """Ask `url` and return the answer, whatever its status. Raises FetchRefused or FetchFailed.

    `timeout` is (connect, read) in seconds, `deadline` the seconds for everything together. `allow_hosts` names
    loopback servers ("127.0.0.1:8123") which may be asked, without TLS too. So may `private_hosts`, wherever in the
    operator's network their name leads ("cloud.lan:443"): a list from the settings, never from a user. Redirects are
    followed for GET and HEAD only, up to `max_redirects`; with 0 a redirect is an answer like any other. `auth` and
    `headers` go to the first host only.
    """
    hang_up = _HangUp()
    timer = Timer(deadline, hang_up)
    timer.daemon = True
    timer.start()
    try:
        request = requests.Request(method, url, headers=dict(headers or {}), data=body, auth=auth)
        hops = max_redirects if method in ("GET", "HEAD") else 0
        return _follow(request, hops, _Limits(timeout, max_bytes, allow_hosts, private_hosts, hang_up))
    finally:
        timer.cancel()


@dataclass(frozen=True, slots=True)
class _Limits:
    timeout: tuple[float, float]
    max_bytes: int
    allow_hosts: frozenset[str]
    private_hosts: frozenset[str]
    hang_up: "_HangUp"


def _follow(request: requests.Request, hops: int, limits: _Limits) -> Fetched:
    left = hops
    while True:
        prepared, parts = _prepare(request)
        answer = _ask(prepared, _judge(parts, limits), limits)
        location = answer.headers.get("location")
        if not hops or not location or answer.status not in REDIRECTS:
            return answer
        if not left:
            raise FetchFailed(f"The address led on more than {hops} times.")
        left -= 1
        request.url = urljoin(answer.url, location)
        if _origin(_prepare(request)[1]) != _origin(parts):
            # For good: a chain that comes back must not choose a page of the first host to be asked with our
            # credentials.
            request.auth, request.headers = None, {}


def _prepare(request: requests.Request) -> tuple[requests.PreparedRequest, SplitResult]:
    """The request as it will be sent, and its URL as the connection will read it: never judge another reading of it."""
    if any(c <= " " or c in "\\\x7f" for c in request.url):
        raise FetchRefused("The address has a space or a backslash in it.")
    try:
        prepared = request.prepare()
        parts = urlsplit(prepared.url or "")
        _origin(parts)
    except (requests.RequestException, ValueError):
        raise FetchRefused("This is not an address on the web.") from None
    return prepared, parts


def _judge(parts: SplitResult, limits: _Limits) -> Reach:
    """How far the address may lead. Raises FetchRefused for what may not be asked at all."""
    scheme, host, port = _origin(parts)
    if parts.username is not None or parts.password is not None:
        raise FetchRefused("Name and password do not belong into the address: enter them separately.")
    if scheme in ("http", "https") and f"{host}:{port}" in limits.private_hosts:
        return "anywhere"
    if scheme in ("http", "https") and f"{host}:{port}" in limits.allow_hosts:
        return "loopback"
    if scheme != "https":
        raise FetchRefused("The address must start with https://.")
    if port not in PORTS:
        raise FetchRefused(f"Port {port} is not allowed.")
    return "public"


def _origin(parts: SplitResult) -> tuple[str, str, int]:
    host = parts.hostname or ""
    return parts.scheme, f"[{host}]" if ":" in host else host, parts.port or {"http": 80}.get(parts.scheme, 443)


def _ask(prepared: requests.PreparedRequest, reach: Reach, limits: _Limits) -> Fetched:
    """One request on a connection of its own.

    The adapter is used without a Session, which would read the whole body of a redirect into memory, whatever its size.
    """
    wire = _Wire(prepared, reach, limits.hang_up)
    prepared.headers.setdefault("User-Agent", "Recoverline")
    try:
        response = wire.send(prepared, stream=True, timeout=limits.timeout, verify=True, proxies={})
        try:
            content = _read(response, limits.max_bytes)
        finally:
            response.close()
    except InvalidIPAddress:
        raise FetchRefused("The address lies inside a private network.") from None
    except requests.exceptions.InvalidURL:
        raise FetchRefused("This is not an address on the web.") from None
    except (requests.RequestException, HTTPError, OSError, ValueError) as error:
        # Not chained: these exceptions repeat the URL.
        reason = "Deadline" if limits.hang_up.done else type(error).__name__
        raise FetchFailed(f"No whole answer came ({reason}).") from None
    finally:
        wire.close()
    if limits.hang_up.done:
        # Without a Content-Length a body cut by us looks whole.
        raise FetchFailed("No whole answer came (Deadline).")
    content_type = response.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    lowered = {name.lower(): value for name, value in response.headers.items()}
    return Fetched(response.status_code, content_type, content, prepared.url or "", lowered)


def _read(response: requests.Response, max_bytes: int) -> bytes:
    content = bytearray()
    # Counted after decompression, chunk by chunk: a small archive of a huge page stops here too.
    for chunk in response.raw.stream(CHUNK, decode_content=True):
        content += chunk
        if len(content) > max_bytes:
            raise FetchFailed(f"The answer is larger than {max_bytes:,} bytes.")
    return bytes(content)


class _HangUp:
    """Ends every connection it knows when called: no timeout per read stops a server that sends a byte now and then."""

    def __init__(self) -> None:
        self.done = False
        self._sockets: list[socket.socket] = []

    def __call__(self) -> None:
        self.done = True
        for connected in self._sockets:
            with suppress(OSError):
                connected.shutdown(socket.SHUT_RDWR)

    def know(self, connected: socket.socket) -> None:
        self._sockets.append(connected)
        if self.done:
            self()


class _Wire(IPFilterAdapter):  # type: ignore[misc]  # requests-hardened ships no types
    """The address filter, telling `hang_up` of the sockets it opens."""

    def __init__(self, prepared: requests.PreparedRequest, reach: Reach, hang_up: _HangUp) -> None:
        is_https = (prepared.url or "").startswith("https:")
        super().__init__(is_https_proto=is_https, allow_loopback=reach == "loopback")
        self._reach = reach
        self._hang_up = hang_up

    def build_connection_pool_key_attributes(self, *args: Any, **kwargs: Any) -> Any:
        if self._reach == "anywhere":
            return HTTPAdapter.build_connection_pool_key_attributes(self, *args, **kwargs)
        return super().build_connection_pool_key_attributes(*args, **kwargs)

    def get_connection_with_tls_context(self, *args: Any, **kwargs: Any) -> HTTPConnectionPool:
        pool: HTTPConnectionPool = super().get_connection_with_tls_context(*args, **kwargs)
        make = pool.ConnectionCls

        def make_known(**options: Any) -> Any:
            connection: Any = make(**options)
            connect = connection.connect

            def connect_known() -> None:
                connect()
                self._hang_up.know(connection.sock)

            connection.connect = connect_known
            return connection

        pool.ConnectionCls = make_known  # type: ignore[assignment]
        return pool
