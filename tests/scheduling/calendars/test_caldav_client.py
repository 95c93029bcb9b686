"""The wire to a CalDAV server: a real one, and one that answers whatever a test wants."""

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import unquote

import pytest

from scheduling.calendars.caldav_client import CalendarClient, CalendarTrouble, Found, SomebodyElseWrote, TokenLost
from tests.fakes.radicale import PASSWORD, USER, Radicale
from tests.scheduling.calendars.caldav_stage import FOREIGN


@pytest.fixture
def url(radicale: Radicale) -> str:
    return radicale.make_calendar()


def connect(radicale: Radicale, url: str, password: str = PASSWORD) -> CalendarClient:
    return CalendarClient(url, username=USER, password=password, hosts=frozenset({radicale.host}))


# ---------------------------------------------------------------- a real server
def test_the_life_of_an_object(radicale: Radicale, url: str) -> None:
    client = connect(radicale, url)
    empty = client.listing()
    assert (dict(empty.etags), empty.removed, empty.is_complete, bool(empty.token)) == ({}, frozenset(), True, True)
    href, text = client.href_for("ä b%c"), FOREIGN.format(uid="one")
    first = client.create(href, text)
    with pytest.raises(SomebodyElseWrote):
        client.create(href, text)
    changes = client.changes(empty.token)
    assert (dict(changes.etags), changes.removed) == ({href: first}, frozenset())
    assert list(client.read([href])) == [client.find(href)]
    second = client.replace(href, text.replace("Dentist", "Doctor"), etag=first)
    with pytest.raises(SomebodyElseWrote):
        client.replace(href, text, etag=first)
    with pytest.raises(SomebodyElseWrote):
        client.remove(href, etag=first)
    assert dict(client.listing().etags) == {href: second}
    client.remove(href, etag=second)
    client.remove(href, etag=second)
    assert client.find(href) is None
    assert list(client.read([href])) == []
    assert client.changes(changes.token).removed == frozenset({href})


def test_objects_are_read_in_batches(radicale: Radicale, url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("scheduling.calendars.caldav_client.BATCH", 2)
    client = connect(radicale, url)
    hrefs = [client.href_for(str(number)) for number in range(5)]
    for number, href in enumerate(hrefs):
        client.create(href, FOREIGN.format(uid=number))
    assert [found.href for found in client.read(hrefs)] == hrefs


def test_what_a_server_refuses_is_said_in_plain_words(radicale: Radicale, url: str) -> None:
    text = FOREIGN.format(uid="one")
    wrong = connect(radicale, url, "wrong")
    missing = connect(radicale, f"{radicale.url}/{USER}/missing/")
    folder = connect(radicale, f"{radicale.url}/{USER}/")
    others = connect(radicale, f"{radicale.url}/ben/calendar/")
    lost = "There is no calendar at this address."
    password = "The calendar server did not accept user name or password."
    read_only = "The calendar server does not let us write into this calendar."
    for ask, words, is_everywhere in (
        (wrong.listing, password, True),
        (lambda: wrong.create(wrong.href_for("x"), text), password, True),
        (missing.listing, lost, True),
        (lambda: missing.find(missing.href_for("x")), lost, True),
        (lambda: missing.changes("data:,1"), lost, True),
        (folder.listing, lost, True),
        (others.listing, "The calendar server does not let us read this calendar.", True),
        (lambda: others.create(others.href_for("x"), text), read_only, False),
    ):
        with pytest.raises(CalendarTrouble) as trouble:
            ask()
        assert (str(trouble.value), trouble.value.is_everywhere) == (words, is_everywhere)


# ---------------------------------------------------------------- where it will not go
@pytest.mark.parametrize(
    "url",
    [
        "http://calendar.example/ana/",
        "https://127.0.0.1/ana/",
        "https://10.0.0.1/ana/",
        "https://169.254.169.254/latest/",
        "https://[::1]/ana/",
        "https://ana:secret@calendar.example/",
        "https://calendar.example:6379/",
        "ftp://calendar.example/ana/",
        "calendar.example",
        "ana@calendar.example",
        "https://",
    ],
)
def test_an_address_that_is_not_public_is_refused(url: str) -> None:
    client = CalendarClient(url, username=USER, password=PASSWORD)
    for ask in (client.listing, lambda: client.changes("t"), lambda: client.create("/x.ics", "x")):
        with pytest.raises(CalendarTrouble) as trouble:
            ask()
        assert "secret" not in str(trouble.value)


def test_the_real_server_is_refused_when_it_is_not_named(radicale: Radicale, url: str) -> None:
    with pytest.raises(CalendarTrouble, match=r"^The address must start with https://\.$"):
        CalendarClient(url, username=USER, password=PASSWORD).listing()


# ---------------------------------------------------------------- a server that says anything
@dataclass
class Puppet:
    """Answers each request with the next of `answers`: status, content type, body, headers."""

    answers: list[tuple[int, str, str | bytes]] = field(default_factory=list)
    headers: dict[str, str] = field(default_factory=dict)
    asked: list[tuple[str, str, str | None]] = field(default_factory=list)
    port: int = 0

    @property
    def client(self) -> CalendarClient:
        host = f"127.0.0.1:{self.port}"
        return CalendarClient(f"http://{host}/cal/", username="ana", password="pässword", hosts=frozenset({host}))


@pytest.fixture
def puppet() -> Iterator[Puppet]:
    here = Puppet()

    class Handler(BaseHTTPRequestHandler):
        def answer(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length") or 0))
            here.asked.append((self.command, self.path, self.headers.get("Authorization")))
            status, content_type, body = here.answers.pop(0)
            self.send_response(status)
            for name, value in {"Content-Type": content_type, **here.headers}.items():
                self.send_header(name, value)
            content = body if isinstance(body, bytes) else body.encode()
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_PROPFIND = do_REPORT = do_GET = do_PUT = do_DELETE = answer

        def log_message(self, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    here.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield here
    server.shutdown()
    thread.join()
    server.server_close()


def multistatus(*responses: str, token: str = "") -> str:
    tail = f"<sync-token>{token}</sync-token>" if token else ""
    body = "".join(f"<response>{response}</response>" for response in responses)
    return f'<multistatus xmlns="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav">{body}{tail}</multistatus>'


def having(href: str, props: str) -> str:
    return f"<href>{href}</href><propstat><prop>{props}</prop><status>HTTP/1.1 200 OK</status></propstat>"


LOST = "There is no calendar at this address."
ITSELF = having("/cal/", "<resourcetype><collection/><C:calendar/></resourcetype><sync-token>t1</sync-token>")


@pytest.mark.parametrize(
    ("status", "kind", "body", "words"),
    [
        (207, "text/xml", "", LOST),
        (200, "text/html", "<html><p>Sign in</html>", LOST),
        (207, "text/xml", "<multistatus", "The calendar server's answer could not be understood."),
        (207, "text/xml", multistatus(), LOST),
        (207, "text/xml", multistatus(having("/cal/a.ics", "<getetag>1</getetag>")), LOST),
        (207, "text/xml", multistatus(ITSELF, "<href>/cal/a.ics</href><status>HTTP/1.1 507 No</status>"),
         "The calendar server's answer could not be understood."),
        (301, "text/plain", "", "The calendar server sends us to another address. Enter the one it leads to."),
        (429, "text/plain", "", "The calendar server asks us to come back later."),
        (500, "text/plain", "", "The calendar server answered with status 500."),
        (503, "text/plain", "", "The calendar server answered with status 503."),
    ],
)  # fmt: skip
def test_a_listing_is_never_empty_by_mistake(puppet: Puppet, status: int, kind: str, body: str, words: str) -> None:
    puppet.answers = [(status, kind, body)]
    puppet.headers = {"Location": "http://127.0.0.1:1/elsewhere/"} if status == 301 else {}
    with pytest.raises(CalendarTrouble) as trouble:
        puppet.client.listing()
    assert str(trouble.value) == words
    assert puppet.asked == [("PROPFIND", "/cal/", "Basic YW5hOnDDpHNzd29yZA==")]


def test_a_listing(puppet: Puppet) -> None:
    event, folder = having("/cal/a%20b.ics", '<getetag>"1"</getetag>'), having("/cal/sub/", "<getetag>2</getetag>")
    puppet.answers = [(207, "text/xml", multistatus(ITSELF, event, folder))]
    listing = puppet.client.listing()
    assert (dict(listing.etags), listing.token) == ({"/cal/a b.ics": '"1"'}, "t1")


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (403, '<error xmlns="DAV:"><valid-sync-token/></error>'),
        (403, ""),
        (409, ""),
        (412, ""),
        (400, ""),
        (207, multistatus()),
        (207, ""),
    ],
)
def test_an_answer_about_a_token_that_says_nothing_is_a_lost_token(puppet: Puppet, status: int, body: str) -> None:
    puppet.answers = [(status, "text/xml", body)]
    with pytest.raises(TokenLost):
        puppet.client.changes("t0")


def test_changes_come_in_pages(puppet: Puppet) -> None:
    more = "<href>/cal/</href><status>HTTP/1.1 507 Insufficient Storage</status>"
    gone = "<href>/cal/b.ics</href><status>HTTP/1.1 404 Not Found</status>"
    puppet.answers = [
        (207, "text/xml", multistatus(having("/cal/a.ics", "<getetag>1</getetag>"), gone, more, token="t1")),
        (207, "text/xml", multistatus(having("/cal/b.ics", "<getetag>2</getetag>"), token="t2")),
    ]
    changes = puppet.client.changes("t0")
    assert (dict(changes.etags), changes.removed, changes.token) == (
        {"/cal/a.ics": "1", "/cal/b.ics": "2"}, frozenset(), "t2",
    )  # fmt: skip


def test_what_a_multiget_leaves_out_is_asked_for_by_name(puppet: Puppet) -> None:
    puppet.headers = {"ETag": '"7"'}
    puppet.answers = [(207, "text/xml", multistatus()), (200, "text/calendar", "BEGIN:VCALENDAR\nEND:VCALENDAR\n")]
    assert list(puppet.client.read(["/cal/a.ics"])) == [Found("/cal/a.ics", '"7"', "BEGIN:VCALENDAR\nEND:VCALENDAR\n")]
    assert [method for method, _, _ in puppet.asked] == ["REPORT", "GET"]


def test_an_object_is_not_missing_when_its_calendar_is(puppet: Puppet) -> None:
    puppet.answers = [(404, "text/plain", ""), (404, "text/plain", "")]
    with pytest.raises(CalendarTrouble, match=r"^There is no calendar at this address\.$"):
        puppet.client.find("/cal/a.ics")
    puppet.answers = [(404, "text/plain", ""), (207, "text/xml", multistatus(ITSELF))]
    assert puppet.client.find("/cal/a.ics") is None


def test_entities_are_not_expanded(puppet: Puppet) -> None:
    bomb = '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///secrets.txt">]>' + multistatus(
        having("/cal/", "<getetag>&a;</getetag>")
    )
    puppet.answers = [(207, "text/xml", bomb)]
    with pytest.raises(CalendarTrouble) as trouble:
        puppet.client.listing()
    assert str(trouble.value) == "There is no calendar at this address."


def test_an_etag_that_is_not_said_is_empty(puppet: Puppet) -> None:
    puppet.answers = [(201, "text/plain", "")]
    assert puppet.client.create("/cal/a.ics", "text") == ""


@pytest.mark.parametrize(
    "href",
    [
        "/%2Fcloud.lan/secret.ics",
        "//cloud.lan/cal/x.ics",
        "/other/x.ics",
        "/calendar/x.ics",
        "/cal/../other/x.ics",
        "/cal/%2E%2E/other/x.ics",
        "/cal/%2Fcloud.lan/x.ics",
        "/cal/./x.ics",
        "/cal/..%5Cx.ics",
        "/cal/a%0D%0Ab.ics",
        "https://cloud.lan/other/x.ics",
        "x.ics",
        "",
    ],
)
def test_what_leads_out_of_the_calendar_is_not_gone_after(puppet: Puppet, href: str) -> None:
    named, mine = having(href, "<getetag>1</getetag>"), having("/cal/a.ics", "<getetag>2</getetag>")
    gone = f"<href>{href}</href><status>HTTP/1.1 404 Not Found</status>"
    puppet.answers = [
        (207, "text/xml", multistatus(ITSELF, named, mine)),
        (207, "text/xml", multistatus(named, mine, token="t1")),
        (207, "text/xml", multistatus(gone, token="t2")),
    ]
    assert dict(puppet.client.listing().etags) == {"/cal/a.ics": "2"}
    assert dict(puppet.client.changes("t0").etags) == {"/cal/a.ics": "2"}
    assert puppet.client.changes("t1").removed == frozenset()
    unquoted = unquote(href)
    client, asked = puppet.client, len(puppet.asked)
    for ask in (
        lambda: client.find(unquoted),
        lambda: list(client.read(["/cal/a.ics", unquoted])),
        lambda: client.create(unquoted, "x"),
        lambda: client.replace(unquoted, "x", etag="1"),
        lambda: client.remove(unquoted, etag="1"),
    ):
        with pytest.raises(CalendarTrouble) as trouble:
            ask()
        assert (str(trouble.value), trouble.value.is_everywhere) == ("The event does not lie in this calendar.", False)
    assert len(puppet.asked) == asked


def test_a_calendar_whose_own_path_looks_like_a_server_is_asked_where_it_is(puppet: Puppet) -> None:
    host = f"127.0.0.1:{puppet.port}"
    client = CalendarClient(f"http://{host}//cloud.lan/cal/", username="ana", password="x", hosts=frozenset({host}))
    puppet.answers = [(201, "text/plain", "")]
    client.create(client.href_for("a"), "x")
    # Python's server reads two slashes as one.
    assert [(method, path) for method, path, _ in puppet.asked] == [("PUT", "/cloud.lan/cal/a.ics")]


def test_an_answer_about_nothing_is_passed_over(puppet: Puppet) -> None:
    event = having("/cal/a.ics", '<getetag>"1"</getetag>')
    puppet.answers = [
        (207, "text/xml", multistatus("", ITSELF, "<href/>", event)),
        (207, "text/xml", multistatus("", event, token="t2")),
        (207, "text/xml", multistatus("")),
        (200, "text/calendar", "BEGIN:VCALENDAR"),
    ]
    assert dict(puppet.client.listing().etags) == {"/cal/a.ics": '"1"'}
    assert dict(puppet.client.changes("t1").etags) == {"/cal/a.ics": '"1"'}
    assert [found.text for found in puppet.client.read(["/cal/a.ics"])] == ["BEGIN:VCALENDAR"]


def test_bytes_that_are_no_utf_8_do_not_keep_an_object_from_being_read(puppet: Puppet) -> None:
    puppet.answers = [(200, "text/calendar", b"SUMMARY:M\xfcller\x00")]
    found = puppet.client.find("/cal/a.ics")
    assert found is not None
    assert found.text == "SUMMARY:M\ufffdller"
