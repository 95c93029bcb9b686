import gzip
import socket
import ssl
import threading
import time
from base64 import b64encode
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import IPv4Address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from recoverline.lib import http
from recoverline.lib.http import Fetched, FetchFailed, FetchRefused, fetch


@dataclass
class Loopback:
    """A real server on loopback which remembers what reached it."""

    port: int
    asked: list[tuple[str, str, str | None, bytes]] = field(default_factory=list)
    redirects: dict[str, str] = field(default_factory=dict)
    released: threading.Event = field(default_factory=threading.Event)

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self.port}"

    def url(self, path: str = "/") -> str:
        return f"http://{self.host}{path}"

    def paths(self) -> list[str]:
        return [path for _, path, _, _ in self.asked]


def _handler(loopback: list[Loopback]) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _answer(self) -> None:
            here = loopback[0]
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            here.asked.append((self.command, self.path, self.headers.get("Authorization"), body))
            if self.path in here.redirects:
                self._send(302, b"moved", {"Location": here.redirects[self.path]})
            elif self.path == "/drip-head":
                self._drip(b"HTTP/1.1 200 OK\r\nX-Slow: ")
            elif self.path == "/drip-body":
                # No length, so that a body cut short looks whole.
                self._drip(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n")
            elif self.path == "/endless":
                self._drip(b"HTTP/1.1 302 Found\r\nLocation: /\r\nConnection: close\r\n\r\n", b"x" * 65_536, pause=0)
            elif self.path == "/silent":
                here.released.wait(10)
            elif self.path == "/short":
                self.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf")
                self.close_connection = True
            elif self.path == "/bomb":
                self._send(200, gzip.compress(b"\0" * 3_000_000), {"Content-Encoding": "gzip"})
            elif self.path.startswith("/status/"):
                self._send(int(self.path.rpartition("/")[2]), b"", {})
            else:
                self._send(200, b"BEGIN:VCALENDAR", {"Content-Type": "Text/Calendar; charset=utf-8", "ETag": '"1"'})

        do_GET = do_HEAD = do_POST = do_PROPFIND = _answer

        def _send(self, status: int, body: bytes, headers: dict[str, str]) -> None:
            self.send_response(status)
            for name, value in {**headers, "Content-Length": str(len(body))}.items():
                self.send_header(name, value)
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(body)

        def _drip(self, head: bytes, drop: bytes = b"x", pause: float = 0.02) -> None:
            self.close_connection = True
            try:
                self.wfile.write(head)
                while not loopback[0].released.wait(pause):
                    self.wfile.write(drop)
            except OSError:
                pass

        def log_message(self, *args: object) -> None:
            pass

    return Handler


@pytest.fixture
def server() -> Iterator[Loopback]:
    yield from _serve()


@pytest.fixture
def other() -> Iterator[Loopback]:
    yield from _serve()


def _serve() -> Iterator[Loopback]:
    here: list[Loopback] = []
    httpd = ThreadingHTTPServer(("127.0.0.1", 0), _handler(here))
    here.append(Loopback(httpd.server_address[1]))
    thread = threading.Thread(target=httpd.serve_forever, args=(0.01,))
    thread.start()
    yield here[0]
    here[0].released.set()
    httpd.shutdown()
    thread.join()
    httpd.server_close()


def test_an_answer(server: Loopback) -> None:
    answer = fetch(server.url("/ana.ics"), allow_hosts=frozenset({server.host}))
    assert answer == Fetched(200, "text/calendar", b"BEGIN:VCALENDAR", server.url("/ana.ics"), answer.headers)
    assert answer.headers["etag"] == '"1"'
    assert server.asked == [("GET", "/ana.ics", None, b"")]


@pytest.mark.parametrize("status", [204, 304, 401, 404, 410, 429, 500])
def test_any_status_is_an_answer(server: Loopback, status: int) -> None:
    assert fetch(server.url(f"/status/{status}"), allow_hosts=frozenset({server.host})).status == status


def test_another_method_with_headers_and_a_body(server: Loopback) -> None:
    answer = fetch(
        server.url("/dav/"),
        allow_hosts=frozenset({server.host}),
        method="PROPFIND",
        auth=("ana", "sesame"),
        headers={"Depth": "0"},
        body=b"<propfind/>",
    )
    assert answer.status == 200
    assert server.asked == [("PROPFIND", "/dav/", "Basic " + b64encode(b"ana:sesame").decode(), b"<propfind/>")]


# --------------------------------------------------------------- what may not be asked

# PORT is the loopback listener's, which the port rule is made to allow here, so that only the address is judged.
INSIDE = [
    "https://127.0.0.1:PORT/",
    "https://127.1:PORT/",
    "https://127.0.1:PORT/",
    "https://127.255.255.254:PORT/",
    "https://2130706433:PORT/",
    "https://0x7f000001:PORT/",
    "https://0x7f.0.0.1:PORT/",
    "https://0177.0.0.1:PORT/",
    "https://017700000001:PORT/",
    "https://0:PORT/",
    "https://0.0.0.0:PORT/",
    "https://localhost:PORT/",
    "https://LOCALHOST:PORT/",
    "https://[::1]:PORT/",
    "https://[::]:PORT/",
    "https://[0:0:0:0:0:0:0:1]:PORT/",
    "https://[::ffff:127.0.0.1]:PORT/",
    "https://[::ffff:7f00:1]:PORT/",
    "https://[64:ff9b::7f00:1]:PORT/",
    "https://[2002:7f00:1::]:PORT/",
    "https://[fe80::1]:PORT/",
    "https://[fd00::1]:PORT/",
    "https://１２７.０.０.１:PORT/",
    "https://10.0.0.1:PORT/",
    "https://172.16.0.1:PORT/",
    "https://192.168.0.1:PORT/",
    "https://100.64.0.1:PORT/",
    "https://169.254.169.254:PORT/latest/meta-data/",
    "https://192.0.2.1:PORT/",
    "https://198.18.0.1:PORT/",
    "https://224.0.0.1:PORT/",
    "https://255.255.255.255:PORT/",
]
# Refused before a name is looked up.
MALFORMED = [
    "http://127.0.0.1:PORT/",
    "http://example.com/",
    "HTTP://127.0.0.1:PORT/",
    "ftp://127.0.0.1:PORT/",
    "file:///secrets.txt",
    "gopher://127.0.0.1:PORT/_x",
    "https+unix://%2Frun%2Fdocker.sock/",
    "data:text/plain,x",
    "javascript:alert(1)",
    "//127.0.0.1:PORT/",
    "127.0.0.1:PORT",
    "",
    "https://",
    "https:///path",
    "https://ana:sesame@127.0.0.1:PORT/",
    "https://example.com@127.0.0.1:PORT/",
    "https://127.0.0.1:PORT\\@example.com/",
    "https://127.0.0.1:PORT /",
    "https://127.0.0.1:PORT/\r\nX-Evil: 1",
    "https://127.0.0.1:22/",
    "https://127.0.0.1:6379/",
    "https://127.0.0.1:99999/",
    "https://127.0.0.1:-1/",
    "https://[::1/",
    "https://[127.0.0.1]:PORT/",
    "https://" + "a" * 70 + ".example/",
]


@pytest.fixture
def listener(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[int]]:
    """Counts every connection to loopback on both families: [port, connections]."""
    both = socket.create_server(("::", 0), family=socket.AF_INET6, dualstack_ipv6=True)
    tally = [both.getsockname()[1], 0]
    monkeypatch.setattr(http, "PORTS", frozenset({443, tally[0]}))

    def count() -> None:
        while True:
            connection, _ = both.accept()
            with connection:
                if connection.recv(1) == b"!":
                    return
                tally[1] += 1

    thread = threading.Thread(target=count)
    thread.start()
    yield tally
    socket.create_connection(("127.0.0.1", tally[0])).send(b"!")
    thread.join()
    both.close()


@pytest.mark.parametrize("url", INSIDE + MALFORMED)
def test_a_hostile_address_is_refused_and_not_touched(listener: list[int], url: str) -> None:
    with pytest.raises(FetchRefused):
        fetch(url.replace("PORT", str(listener[0])), timeout=(1, 1))
    assert listener[1] == 0


def test_the_listener_would_have_seen_a_connection(listener: list[int]) -> None:
    with pytest.raises(FetchFailed):
        fetch(f"https://127.0.0.1:{listener[0]}/", allow_hosts=frozenset({f"127.0.0.1:{listener[0]}"}), timeout=(1, 1))
    assert listener[1] == 1


def test_a_name_is_looked_up_once_and_asked_where_it_pointed(monkeypatch: pytest.MonkeyPatch) -> None:
    looked_up: list[str] = []

    def resolve(host: str, port: int, *args: object, **kwargs: object) -> list[tuple[object, ...]]:
        looked_up.append(host)
        if looked_up == ["rebind.example"]:
            return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("93.184.216.34", port))]
        raise socket.gaierror("this test lets nothing out")

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    with pytest.raises(FetchFailed):
        fetch("https://rebind.example/")
    assert looked_up == ["rebind.example", "93.184.216.34"]


def test_a_name_that_points_inside_is_refused(monkeypatch: pytest.MonkeyPatch, listener: list[int]) -> None:
    inside = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", listener[0]))]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *args, **kwargs: inside)
    with pytest.raises(FetchRefused):
        fetch(f"https://calendar.example:{listener[0]}/")
    # Naming a host lets loopback in, not the rest of a private network.
    inside[0] = (socket.AF_INET, socket.SOCK_STREAM, 6, "", ("10.0.0.1", listener[0]))
    with pytest.raises(FetchRefused):
        fetch("https://calendar.example/", allow_hosts=frozenset({"calendar.example:443"}))
    monkeypatch.undo()
    assert listener[1] == 0


def test_a_named_host_opens_that_port_only(server: Loopback, other: Loopback) -> None:
    with pytest.raises(FetchRefused):
        fetch(other.url(), allow_hosts=frozenset({server.host}))
    assert other.asked == []


def test_a_server_in_the_operators_own_network_is_asked_when_named(
    server: Loopback, other: Loopback, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[object] = []
    connect = socket.socket.connect

    def go_to_loopback(self: socket.socket, address: tuple[str, int]) -> None:
        asked.append(address[0])
        connect(self, ("127.0.0.1", address[1]))

    monkeypatch.setattr(socket.socket, "connect", go_to_loopback)
    hosts = frozenset({f"10.0.0.1:{server.port}"})
    assert fetch(f"http://10.0.0.1:{server.port}/a", private_hosts=hosts).status == 200
    assert asked == ["10.0.0.1"]
    for refused in (f"http://10.0.0.1:{other.port}/", f"http://10.0.0.2:{server.port}/", "https://10.0.0.1/"):
        with pytest.raises(FetchRefused):
            fetch(refused, private_hosts=hosts)
    server.redirects = {"/b": "https://10.0.0.2/"}
    with pytest.raises(FetchRefused):
        fetch(f"http://10.0.0.1:{server.port}/b", private_hosts=hosts, max_redirects=5)
    assert server.paths() == ["/a", "/b"]


def test_nothing_in_the_environment_changes_the_way(
    server: Loopback, other: Loopback, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login ana password sesame")
    monkeypatch.setenv("NETRC", str(netrc))
    for name in ("HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, other.url())
    fetch(server.url("/a"), allow_hosts=frozenset({server.host}))
    with pytest.raises(FetchRefused):
        fetch("https://10.0.0.1/")
    assert server.asked == [("GET", "/a", None, b"")]
    assert other.asked == []


def test_only_the_two_ports_of_https_are_asked() -> None:
    for port in (22, 80, 6379, 8080, 8444):
        with pytest.raises(FetchRefused, match=rf"^Port {port} is not allowed\.$"):
            fetch(f"https://10.0.0.1:{port}/")
    for port in ("", ":443", ":8443"):
        with pytest.raises(FetchRefused, match=r"^The address lies inside a private network\.$"):
            fetch(f"https://10.0.0.1{port}/")


def test_a_certificate_nobody_vouches_for_is_not_trusted(tmp_path: Path) -> None:
    here: list[Loopback] = []
    httpd = ThreadingHTTPServer(("127.0.0.1", 0), _handler(here))
    here.append(Loopback(httpd.server_address[1]))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(_own_certificate(tmp_path))
    httpd.socket = context.wrap_socket(httpd.socket, server_side=True, do_handshake_on_connect=False)
    thread = threading.Thread(target=httpd.serve_forever, args=(0.01,))
    thread.start()
    with pytest.raises(FetchFailed, match="SSLError"):
        fetch(f"https://{here[0].host}/", allow_hosts=frozenset({here[0].host}), auth=("ana", "sesame"))
    httpd.shutdown()
    thread.join()
    httpd.server_close()
    assert here[0].asked == []


def _own_certificate(folder: Path) -> Path:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(IPv4Address("127.0.0.1"))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    path = folder / "server.pem"
    secret = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    path.write_bytes(secret + certificate.public_bytes(Encoding.PEM))
    return path


# --------------------------------------------------------------- redirects


def test_a_redirect_is_an_answer_unless_it_may_be_followed(server: Loopback) -> None:
    server.redirects = {"/a": "/b", "/b": "c"}
    hosts = frozenset({server.host})
    assert fetch(server.url("/a"), allow_hosts=hosts).status == 302
    assert server.paths() == ["/a"]
    assert fetch(server.url("/a"), allow_hosts=hosts, max_redirects=2).url == server.url("/c")
    assert server.paths() == ["/a", "/a", "/b", "/c"]
    with pytest.raises(FetchFailed):
        fetch(server.url("/a"), allow_hosts=hosts, max_redirects=1)
    assert server.paths() == ["/a", "/a", "/b", "/c", "/a", "/b"]


def test_a_post_is_never_sent_on(server: Loopback) -> None:
    server.redirects = {"/a": "/b"}
    answer = fetch(server.url("/a"), allow_hosts=frozenset({server.host}), method="POST", body=b"x", max_redirects=5)
    assert answer.status == 302
    assert server.paths() == ["/a"]


@pytest.mark.parametrize(
    "target", ["https://10.0.0.1/", "https://[::1]/", "file:///secrets.txt", "http://example.com/"]
)
def test_a_redirect_is_judged_like_the_first_address(server: Loopback, target: str) -> None:
    server.redirects = {"/a": target}
    with pytest.raises(FetchRefused):
        fetch(server.url("/a"), allow_hosts=frozenset({server.host}), max_redirects=5)


def test_a_redirect_to_another_loopback_port_is_refused(server: Loopback, other: Loopback) -> None:
    server.redirects = {"/a": other.url("/inside")}
    with pytest.raises(FetchRefused):
        fetch(server.url("/a"), allow_hosts=frozenset({server.host}), max_redirects=5)
    assert other.asked == []


def test_credentials_stay_with_the_first_host_and_do_not_come_back(server: Loopback, other: Loopback) -> None:
    server.redirects = {"/a": "/b", "/b": other.url("/c")}
    other.redirects = {"/c": server.url("/d")}
    hosts = frozenset({server.host, other.host})
    fetch(server.url("/a"), allow_hosts=hosts, auth=("ana", "sesame"), max_redirects=3)
    basic = "Basic " + b64encode(b"ana:sesame").decode()
    assert server.asked == [("GET", "/a", basic, b""), ("GET", "/b", basic, b""), ("GET", "/d", None, b"")]
    assert other.asked == [("GET", "/c", None, b"")]
    fetch(server.url("/b"), allow_hosts=hosts, headers={"Authorization": "Bearer sesame"}, max_redirects=2)
    assert other.asked[1:] == [("GET", "/c", None, b"")]


# --------------------------------------------------------------- limits


def test_the_size_is_limited_after_decompression(server: Loopback) -> None:
    hosts = frozenset({server.host})
    assert fetch(server.url("/"), allow_hosts=hosts, max_bytes=15).body == b"BEGIN:VCALENDAR"
    with pytest.raises(FetchFailed, match="larger than 14 bytes"):
        fetch(server.url("/"), allow_hosts=hosts, max_bytes=14)
    assert fetch(server.url("/bomb"), allow_hosts=hosts, max_bytes=3_000_000).body == b"\0" * 3_000_000
    with pytest.raises(FetchFailed, match="larger than 2,999,999 bytes"):
        fetch(server.url("/bomb"), allow_hosts=hosts, max_bytes=2_999_999)


def test_an_endless_redirect_page_is_cut_too(server: Loopback) -> None:
    with pytest.raises(FetchFailed, match="larger than 100,000 bytes"):
        fetch(server.url("/endless"), allow_hosts=frozenset({server.host}), max_bytes=100_000, max_redirects=5)
    assert server.paths() == ["/endless"]


@pytest.mark.parametrize("path", ["/drip-head", "/drip-body", "/silent"])
def test_a_server_that_dawdles_is_cut_off(server: Loopback, path: str) -> None:
    began = time.monotonic()
    with pytest.raises(FetchFailed, match="Deadline"):
        fetch(server.url(path), allow_hosts=frozenset({server.host}), timeout=(5, 5), deadline=0.3)
    assert 0.3 <= time.monotonic() - began < 3


def test_the_read_timeout(server: Loopback) -> None:
    with pytest.raises(FetchFailed, match="ReadTimeout"):
        fetch(server.url("/silent"), allow_hosts=frozenset({server.host}), timeout=(1, 0.1))
    assert server.paths() == ["/silent"]


def test_half_an_answer_is_no_answer(server: Loopback) -> None:
    with pytest.raises(FetchFailed):
        fetch(server.url("/short"), allow_hosts=frozenset({server.host}))


def test_nobody_there(server: Loopback) -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        host = f"127.0.0.1:{closed.getsockname()[1]}"
    with pytest.raises(FetchFailed) as caught:
        fetch(f"http://{host}/private-abc123.ics", allow_hosts=frozenset({host}))
    # A private calendar's address must not reach a log by way of an exception.
    assert "abc123" not in str(caught.value)
    assert caught.value.__suppress_context__ is True
