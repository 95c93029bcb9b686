"""One CalDAV calendar on the wire: list it, ask what changed, read, write and delete objects under conditions.

The caldav library writes and reads the XML; every request goes through `recoverline.lib.http`, since users type the
address in. No redirect is followed and no other calendar is looked for: the address is the calendar's own. What a
server names that does not lie under it is not asked for, since the password would go along. Objects are always fetched
whole and expanded here, because servers expand series wrongly.
"""

from base64 import b64encode
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, unquote, urlsplit

from caldav.davclient import DAVClient
from caldav.elements import cdav, dav
from caldav.elements.base import BaseElement
from caldav.lib import error
from caldav.lib.http_sync import CaseInsensitiveDict
from caldav.response import CalendarQueryResult, DAVResponse, PropfindResult, SyncCollectionResult
from lxml import etree  # type: ignore[import-untyped]  # lxml ships no types

from recoverline.lib import http

DEADLINE = 10.0  # seconds for one request, whatever the server does
BATCH = 40  # objects read at once
_PAGES = 50  # of one report; a server that always has more is not asked for ever
_CALENDAR = cdav.Calendar.tag


class CalendarTrouble(Exception):
    """No use now; the text is for staff. `is_everywhere`: the account's trouble, not that of one object."""

    def __init__(self, text: str, *, is_everywhere: bool = True) -> None:
        super().__init__(text)
        self.is_everywhere = is_everywhere


class TokenLost(Exception):
    """The server does not know any more what has changed since the token: list everything and compare."""


class SomebodyElseWrote(Exception):
    """The object is not, or not any more, what the condition said (412)."""


@dataclass(frozen=True, slots=True)
class Found:
    """An object as the server has it. `href` is the unquoted path."""

    href: str
    etag: str
    text: str


@dataclass(frozen=True, slots=True)
class Changes:
    """What differs since a token, or everything there is. `etags`: by href; a server may leave an etag out."""

    etags: Mapping[str, str]
    removed: frozenset[str]
    token: str
    is_complete: bool = False


@dataclass(frozen=True, slots=True)
class _Answer:
    """An answer in the shape that the caldav library reads."""

    status_code: int
    headers: Any
    content: bytes
    reason: str = ""

    @property
    def text(self) -> str:
        return self.content.decode(errors="replace")


class _Session:
    """Stands where the caldav library keeps its HTTP session, and asks through our own door instead."""

    def __init__(self, username: str, password: str, hosts: frozenset[str]) -> None:
        # RFC 7617: Basic with UTF-8, the way of app passwords.
        self._basic = "Basic " + b64encode(f"{username}:{password}".encode()).decode()
        self._hosts = hosts

    def request(
        self, method: str, url: str, *, data: bytes | None = None, headers: Mapping[str, str], **_: object
    ) -> _Answer:
        sent = {**dict(headers), "Authorization": self._basic, "User-Agent": "Recoverline"}
        answer = http.fetch(
            url, method=method, headers=sent, body=data or None, private_hosts=self._hosts, deadline=DEADLINE
        )
        body = _clean(answer.body) if method == "GET" else answer.body
        return _Answer(answer.status, CaseInsensitiveDict(answer.headers), body)

    def close(self) -> None:
        """Nothing is kept open."""


class CalendarClient:
    """The calendar at `url`. Every method raises CalendarTrouble.

    `hosts`: servers in the operator's network ("host:port") that may be asked although they are not public.
    """

    def __init__(self, url: str, *, username: str, password: str, hosts: frozenset[str] = frozenset()) -> None:
        self.url = url.rstrip("/") + "/"
        with _plain_words():
            parts = urlsplit(self.url)
            self._origin, self._path = f"{parts.scheme}://{parts.netloc}", unquote(parts.path) or "/"
            self._dav = DAVClient(
                self.url, username=username, password=password, auth_type="basic", enable_rfc6764=False,
                rate_limit_handle=False,
            )  # fmt: skip
        self._dav.session = _Session(username, password, hosts)

    def href_for(self, name: str) -> str:
        """Where an object of ours is written."""
        return f"{self._path}{name}.ics"

    def listing(self) -> Changes:
        """Everything in the calendar, with a token for what changes from here on (empty: the server has none).

        Never empty by mistake: the calendar itself must be in the answer.
        """
        own, found = self._ask_itself(depth=1)
        etags = {
            href: _text(result.properties.get(dav.GetEtag.tag))
            for href, result in found.items()
            if self._is_object(href) and result.status == 200
        }
        return Changes(etags, frozenset(), _text(own.properties.get(dav.SyncToken.tag)), is_complete=True)

    def _ask_itself(self, *, depth: int) -> tuple[PropfindResult, dict[str, PropfindResult]]:
        """What the calendar says of itself and, with depth 1, of what is in it. Raises when it is no calendar."""
        props = _with(dav.Prop(), dav.GetEtag(), dav.ResourceType(), dav.SyncToken())
        with _plain_words():
            answer = self._dav.propfind(self.url, _xml(_with(dav.Propfind(), props)), depth=depth)
            _check(answer)
            # Some servers send a response that is about nothing.
            found = {result.href: result for result in answer.parse_propfind() if result.href}
        own = next((result for href, result in found.items() if self._is_self(href)), None)
        if own is None or _CALENDAR not in (own.properties.get(dav.ResourceType.tag) or ()):
            raise CalendarTrouble("There is no calendar at this address.")
        return own, found

    def changes(self, token: str) -> Changes:
        """What has changed since `token` (RFC 6578). Raises TokenLost."""
        etags: dict[str, str] = {}
        removed: set[str] = set()
        for _ in range(_PAGES):
            page = self._page(token)
            if not page.sync_token:
                # An answer without one says nothing, least of all that nothing has changed.
                raise TokenLost
            for result in page.changed:
                etags[result.href] = _text(result.etag)
                removed.discard(result.href)
            for href in page.deleted:
                etags.pop(href, None)
                removed.add(href)
            token = page.sync_token
            if not page.truncated:
                break
        hrefs = {href: etag for href, etag in etags.items() if self._is_object(href)}
        return Changes(hrefs, frozenset(filter(self._is_object, removed)), token)

    def _page(self, token: str) -> SyncCollectionResult:
        props = _with(dav.Prop(), dav.GetEtag())
        query = _with(dav.SyncCollection(), dav.SyncToken(value=token), dav.SyncLevel(value="1"), props)
        with _plain_words():
            try:
                answer = self._dav.report(self.url, _xml(query), depth=0)
            except error.AuthorizationError as refused:
                if refused.status == 401:
                    raise
                # 403 valid-sync-token. If it means something else, the listing that follows will be told so too.
                raise TokenLost from None
            if 400 <= answer.status < 500 and answer.status not in (401, 404, 410, 429):
                raise TokenLost
            _check(answer)
            return answer.parse_sync_collection()

    def read(self, hrefs: Iterable[str]) -> Iterator[Found]:
        """The objects at `hrefs`, those that still exist, in batches. Raises between objects too."""
        wanted = list(hrefs)
        for href in wanted:
            self._require_object(href)
        for start in range(0, len(wanted), BATCH):
            batch = wanted[start : start + BATCH]
            found = {result.href: result for result in self._multiget(batch)}
            for href in batch:
                result = found.get(href)
                if result is not None and result.calendar_data and result.etag:
                    yield Found(href, _text(result.etag), result.calendar_data)
                elif (single := self.find(href)) is not None:
                    # Some servers leave objects out of a multiget that they do have.
                    yield single

    def _multiget(self, hrefs: list[str]) -> list[CalendarQueryResult]:
        props = _with(dav.Prop(), dav.GetEtag(), cdav.CalendarData())
        query = _with(cdav.CalendarMultiGet(), props, *(dav.Href(value=_quoted(href)) for href in hrefs))
        with _plain_words():
            answer = self._dav.report(self.url, _xml(query), depth=None)
            _check(answer)
            return answer.parse_calendar_query()

    def find(self, href: str) -> Found | None:
        """The object at `href`; None when the calendar is there and the object is not."""
        with _plain_words():
            answer = self._dav.request(self._address(href), "GET")
            if answer.status in (404, 410):
                # A calendar that is gone takes all its objects with it; none of them was deleted.
                self._ask_itself(depth=0)
                return None
            _check(answer)
            return Found(href, _text(answer.headers.get("ETag")), answer.raw)

    def create(self, href: str, text: str) -> str:
        """Write a new object and return its etag ("" if the server does not say). Raises SomebodyElseWrote."""
        return self._put(href, text, {"If-None-Match": "*"})

    def replace(self, href: str, text: str, *, etag: str) -> str:
        """Write over what we saw and return the new etag. Raises SomebodyElseWrote, also when it is gone."""
        return self._put(href, text, {"If-Match": etag})

    def _put(self, href: str, text: str, condition: dict[str, str]) -> str:
        headers = {"Content-Type": "text/calendar; charset=utf-8", **condition}
        with _plain_words(writing=True):
            answer = self._dav.put(self._address(href), text, headers)
            # 409 is also Radicale's word for a UID that lies there under another name.
            if answer.status == 412 or (answer.status == 409 and "If-None-Match" in condition):
                raise SomebodyElseWrote
            _check(answer, writing=True)
        return _text(answer.headers.get("ETag"))

    def remove(self, href: str, *, etag: str) -> None:
        """Delete what we saw; harmless when it is gone. Raises SomebodyElseWrote."""
        with _plain_words(writing=True):
            answer = self._dav.delete(self._address(href), {"If-Match": etag} if etag else {})
            if answer.status == 412:
                raise SomebodyElseWrote
            if answer.status not in (404, 410):
                _check(answer, writing=True)

    def _is_self(self, href: str) -> bool:
        return href.rstrip("/") == self._path.rstrip("/")

    def _is_object(self, href: str | None) -> bool:
        """Whether an unquoted href is a place for an object of this calendar, and nothing that leads out of it."""
        if not href or not href.startswith(self._path):
            return False
        names = href[len(self._path) :].split("/")
        return "\\" not in href and href.isprintable() and not {"", ".", ".."} & set(names)

    def _require_object(self, href: str) -> None:
        if not self._is_object(href):
            raise CalendarTrouble("The event does not lie in this calendar.", is_everywhere=False)

    def _address(self, href: str) -> str:
        self._require_object(href)
        # Not joined as links are: there, a path that begins with two slashes names another server.
        return f"{self._origin}{_quoted(href)}"


@contextmanager
def _plain_words(*, writing: bool = False) -> Iterator[None]:
    """Whatever the library or the network makes of it, in one exception that repeats neither address nor password."""
    try:
        yield
    except http.FetchError as problem:
        raise CalendarTrouble(str(problem)) from None
    except error.AuthorizationError as refused:
        if refused.status == 401:
            raise CalendarTrouble("The calendar server did not accept user name or password.") from None
        raise CalendarTrouble(_FORBIDDEN[writing], is_everywhere=not writing) from None
    except error.RateLimitError:
        raise CalendarTrouble("The calendar server asks us to come back later.") from None
    except (error.DAVError, etree.LxmlError, ValueError, AttributeError, TypeError, KeyError):
        raise CalendarTrouble("The calendar server's answer could not be understood.") from None


_FORBIDDEN = {
    True: "The calendar server does not let us write into this calendar.",
    False: "The calendar server does not let us read this calendar.",
}


def _check(answer: DAVResponse, *, writing: bool = False) -> None:
    """Raises CalendarTrouble for an answer that is none."""
    status = answer.status
    if 200 <= status < 300:
        return
    if status in http.REDIRECTS:
        raise CalendarTrouble("The calendar server sends us to another address. Enter the one it leads to.")
    if status in (404, 410) or (writing and status == 409):
        raise CalendarTrouble("There is no calendar at this address.", is_everywhere=not writing)
    raise CalendarTrouble(
        f"The calendar server answered with status {status}.", is_everywhere=not writing or status >= 500
    )


def _with(parent: BaseElement, *children: BaseElement) -> BaseElement:
    for child in children:
        parent.append(child)
    return parent


def _xml(element: BaseElement) -> str:
    return str(etree.tostring(element.xmlelement(), encoding="unicode"))


def _quoted(href: str) -> str:
    return quote(href, safe="/@:~!$&'()*+,;=")


def _clean(body: bytes) -> bytes:
    """Readable as UTF-8, and storable: times are ASCII, and a title in Latin-1 is not our business."""
    return body.decode(errors="replace").replace("\0", "").encode()


def _text(value: object) -> str:
    return str(value).strip() if value else ""
