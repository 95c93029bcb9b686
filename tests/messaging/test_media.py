"""Pictures of texts: fetched with the carrier's credentials, which go nowhere else; kept when small and harmless."""

import base64
import threading
from collections.abc import Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from messaging import media
from messaging.carriers.registry import carrier_for
from messaging.enums import MediaStatus
from messaging.models import Message, MessageMedia
from recoverline.lib import clock
from tests.fakes.carrier import ACCOUNT_SID, AUTH_TOKEN, http
from tests.messaging.threads import run_at_once
from tests.wire import Wire

pytestmark = pytest.mark.django_db(transaction=True)

JPEG = b"\xff\xd8\xff\xe0" + b"picture" * 50
HEIC = b"\x00\x00\x00\x18ftypheic" + b"picture" * 50


@pytest.fixture(autouse=True)
def _folder(settings, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path


def receive(wire: Wire, *urls: str, content_type: str = "image/jpeg") -> Message:
    """A text with these pictures, as its webhook says."""
    pictures = {f"MediaUrl{n}": url for n, url in enumerate(urls)} | {
        f"MediaContentType{n}": content_type for n in range(len(urls))
    }
    more = {"MediaUrl0": None, "MediaContentType0": None, **pictures}
    assert wire.post("message", "message__mms_only", NumMedia=str(len(urls)), **more).status_code == 200
    return Message.objects.get(direction="in")


def ends(message: Message) -> list[tuple[str, str, str]]:
    return [(row.status, row.content_type, row.problem) for row in message.media.order_by("position")]


def age(message: Message, by: timedelta) -> None:
    Message.objects.filter(pk=message.pk).update(created_at=clock.now() - by)


class Elsewhere:
    """Another server on loopback that notes who asks with which credentials."""

    def __init__(self) -> None:
        seen: list[str | None] = []

        class Page(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                seen.append(self.headers.get("Authorization"))
                self.send_response(200)
                self.send_header("Content-Type", "image/jpeg")
                self.send_header("Content-Length", str(len(JPEG)))
                self.end_headers()
                self.wfile.write(JPEG)

            def log_message(self, format: str, *args: object) -> None:
                """Silent."""

        self.seen = seen
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Page)
        self.host = f"127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


@pytest.fixture
def elsewhere() -> Iterator[Elsewhere]:
    server = Elsewhere()
    yield server
    server.server.shutdown()
    server.server.server_close()


# ---------------------------------------------------------------- what is kept
@pytest.mark.parametrize(
    ("content", "content_type", "ending"),
    [
        (JPEG, "image/jpeg", "jpg"),
        (HEIC, "image/heic", "heic"),
        (HEIC, "image/heif", "heif"),
        (b"moov", "video/quicktime", "mov"),
        (b"%PDF", "application/pdf; charset=binary", "pdf"),
    ],
)
def test_a_picture_is_stored_by_its_kind(content: bytes, content_type: str, ending: str, wire: Wire) -> None:
    """Also those of an iPhone, and several of them."""
    urls = [wire.carrier.add_media("MM1", content, content_type) for _ in range(2)]
    message = receive(wire, *urls, content_type=content_type)
    media.fetch_all(message)
    assert ends(message) == [(MediaStatus.STORED, content_type.partition(";")[0], "")] * 2
    for row in message.media.all():
        assert row.file.name.endswith(f"/{row.key}.{ending}")
        with row.file.open() as stored:
            assert stored.read() == content


@pytest.mark.parametrize(
    "content_type", ["text/html", "image/svg+xml", "application/octet-stream", "application/javascript", ""]
)
def test_other_kinds_are_refused(content_type: str, wire: Wire) -> None:
    """The carrier's answer decides, not what the webhook promised."""
    message = receive(wire, wire.carrier.add_media("MM1", b"<script>", content_type))
    media.fetch_all(message)
    assert ends(message) == [
        (MediaStatus.REFUSED, "image/jpeg", f"Files of type {content_type or 'unknown'} are not kept.")
    ]


def test_a_file_that_is_too_large_is_not_kept(wire: Wire, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(media, "MAX_BYTES", 1000)
    message = receive(wire, wire.carrier.add_media("MM1", JPEG * 10, "image/jpeg"))
    for _ in range(media.MAX_ATTEMPTS):
        media.fetch_all(message)
    assert ends(message) == [(MediaStatus.FAILED, "image/jpeg", "The answer is larger than 1,000 bytes.")]
    assert not message.media.get().file


def test_a_file_that_is_gone_is_not_asked_for_again(wire: Wire) -> None:
    message = receive(wire, f"{wire.carrier.url}/2010-04-01/Accounts/{ACCOUNT_SID}/Messages/MM1/Media/ME1")
    media.fetch_all(message)
    media.fetch_all(message)
    assert ends(message) == [(MediaStatus.FAILED, "image/jpeg", "The carrier answered 404.")]
    assert message.media.get().attempts == 1


# ---------------------------------------------------------------- credentials
def test_the_carrier_gets_its_credentials_and_its_file_store_does_not(
    wire: Wire, settings, elsewhere: Elsewhere
) -> None:
    """The carrier redirects to a storage address of another host."""
    url = wire.carrier.add_media("MM1", JPEG, "image/jpeg", redirect=True)
    message = receive(wire, url)
    media.fetch_all(message)
    assert [row[0] for row in ends(message)] == [MediaStatus.STORED]

    wire.carrier.require_media_auth = True
    expected = "Basic " + base64.b64encode(f"{ACCOUNT_SID}:{AUTH_TOKEN}".encode()).decode()
    settings.TWILIO_API_BASE_URL = f"http://{elsewhere.host}"
    MessageMedia.objects.update(url=f"http://{elsewhere.host}/picture", status=MediaStatus.PENDING, attempts=0)
    media.fetch_all(message)
    assert elsewhere.seen == [expected]


def test_a_redirect_to_another_host_carries_no_credentials(
    wire: Wire, elsewhere: Elsewhere, monkeypatch: pytest.MonkeyPatch
) -> None:
    carrier_host = wire.carrier.url.removeprefix("http://")
    kind = type(carrier_for(wire.account))
    monkeypatch.setattr(kind, "media_hosts", lambda self: frozenset({carrier_host, elsewhere.host}))
    wire.carrier.add_media("MM1", JPEG, "image/jpeg", redirect=True)
    url = wire.carrier.add_media("MM1", JPEG, "image/jpeg", redirect=True)
    message = receive(wire, url)
    real = wire.carrier.url
    wire.carrier.url = f"http://{elsewhere.host}"  # where its redirects lead
    media.fetch_all(message)
    wire.carrier.url = real
    assert [row[0] for row in ends(message)] == [MediaStatus.STORED]
    assert elsewhere.seen == [None]


@pytest.mark.parametrize(
    ("url", "known"),
    [
        ("https://api.twilio.com/2010-04-01/x", True),
        ("https://mcs.us1.twilio.com/x", True),
        ("https://twilio.com.example.com/x", False),
        ("https://eviltwilio.com/x", False),
        ("https://example.com/api.twilio.com", False),
        ("https://api.twilio.com@example.com/x", False),
        ("https://example.com/x", False),
        ("/x", False),
        ("", False),
    ],
)
def test_credentials_go_to_the_carriers_own_hosts_only(url: str, known: bool, wire: Wire, settings) -> None:
    settings.TWILIO_API_BASE_URL = ""
    assert carrier_for(wire.account).media_auth(url) == ((ACCOUNT_SID, AUTH_TOKEN) if known else None)


# ---------------------------------------------------------------- addresses that must not be asked
@pytest.mark.parametrize(
    "url",
    [
        "http://169.254.169.254/latest/meta-data/",
        "https://169.254.169.254/latest/meta-data/",
        "http://127.0.0.1/",
        "https://127.0.0.1/",
        "https://localhost/",
        "https://[::1]/",
        "https://10.0.0.1/",
        "https://100.64.0.1/",
        "https://2130706433/",
        "https://0x7f.1/",
        "file:///secrets.txt",
        "gopher://127.0.0.1/",
        "https://user:pass@api.twilio.com/x",
    ],
)
def test_inner_addresses_are_refused(url: str, wire: Wire) -> None:
    """SSRF: no socket is opened (the network guard would fail the test), and it is not tried again."""
    message = receive(wire, url)
    media.fetch_all(message)
    media.fetch_all(message)
    row = message.media.get()
    assert (row.status, row.attempts, bool(row.file)) == (MediaStatus.REFUSED, 1, False)


def test_another_loopback_server_is_refused(wire: Wire, elsewhere: Elsewhere) -> None:
    """Only the configured carrier may live there."""
    message = receive(wire, f"http://{elsewhere.host}/picture")
    media.fetch_all(message)
    assert [row[0] for row in ends(message)] == [MediaStatus.REFUSED]
    assert elsewhere.seen == []


def test_a_redirect_to_an_inner_address_is_refused(wire: Wire, elsewhere: Elsewhere) -> None:
    url = wire.carrier.add_media("MM1", JPEG, "image/jpeg", redirect=True)
    message = receive(wire, url)
    real, wire.carrier.url = wire.carrier.url, f"http://{elsewhere.host}"
    media.fetch_all(message)
    wire.carrier.url = real
    assert [row[0] for row in ends(message)] == [MediaStatus.REFUSED]
    assert elsewhere.seen == []


# ---------------------------------------------------------------- again
def test_a_carrier_in_trouble_is_asked_again_later(wire: Wire) -> None:
    """At growing ages of the text, until it works."""
    url = wire.carrier.add_media("MM1", JPEG, "image/jpeg")
    message = receive(wire, url)
    wire.carrier.inject(*[http(503)] * 3, on="fetch_media")
    media.fetch_all(message)
    tried = []
    for minutes in (1, 2, 3, 14, 15, 119, 120):
        age(message, timedelta(minutes=minutes, seconds=1))
        media.sweep(clock.now())
        tried.append(message.media.get().attempts)
    assert tried == [1, 1, 2, 2, 3, 3, 4]
    assert [row[0] for row in ends(message)] == [MediaStatus.STORED]


def test_a_carrier_that_stays_in_trouble_is_given_up(wire: Wire) -> None:
    message = receive(wire, wire.carrier.add_media("MM1", JPEG, "image/jpeg"))
    wire.carrier.plan_faults(1, (1.0, http(503)), on="fetch_media")
    age(message, timedelta(days=1))
    for _ in range(media.MAX_ATTEMPTS + 1):
        media.sweep(clock.now())
    assert ends(message) == [(MediaStatus.FAILED, "image/jpeg", "The carrier answered 503.")]
    assert message.media.get().attempts == media.MAX_ATTEMPTS


def test_a_lost_task_is_made_up_for(wire: Wire) -> None:
    message = receive(wire, wire.carrier.add_media("MM1", JPEG, "image/jpeg"))
    age(message, timedelta(seconds=59))
    assert media.sweep(clock.now()) == 0
    age(message, timedelta(seconds=61))
    assert media.sweep(clock.now()) == 1
    assert [row[0] for row in ends(message)] == [MediaStatus.STORED]
    assert media.sweep(clock.now()) == 0


def test_two_workers_fetch_a_picture_once(wire: Wire) -> None:
    message = receive(wire, wire.carrier.add_media("MM1", JPEG, "image/jpeg"))
    rows = [message.media.get() for _ in range(4)]
    run_at_once([lambda row=row: media._fetch(row) for row in rows])
    assert sum(seen.operation == "fetch_media" for seen in wire.carrier.requests) == 1
    assert [row[0] for row in ends(message)] == [MediaStatus.STORED]
