"""The way into the public pages: which business, which link, how often from one address. Strangers learn nothing.

An unknown business and one whose page is off look the same, and so do unknown, expired and outdated links.
"""

import hashlib
import hmac
from collections.abc import Callable, Collection
from datetime import datetime, timedelta
from functools import wraps
from typing import NamedTuple

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from leads.enums import Language
from leads.models import Location
from recoverline.lib import clock
from recoverline.lib.client_address import client_address
from recoverline.lib.text import clean_inbound, one_line
from scheduling import limits, links
from scheduling.enums import LinkPurpose
from scheduling.models import Appointment
from scheduling.page.public import Entrance, link_entrance, open_entrance

View = Callable[..., HttpResponse]
Again = Callable[[HttpRequest, Appointment, datetime], HttpResponse | None]


class Limit(NamedTuple):
    most: int
    per: timedelta


_DAY, _HOUR, _MINUTE = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)
LIMITS = {
    # from one address
    "look": Limit(120, _MINUTE),
    "hold": Limit(20, _HOUR),
    "holds-at-once": Limit(6, 10 * _MINUTE),
    "book": Limit(10, _HOUR),
    "callback": Limit(10, _HOUR),
    "waitlist": Limit(10, _HOUR),
    "change": Limit(10, _HOUR),
    "link": Limit(60, _MINUTE),
    "wrong-link": Limit(10, _MINUTE),
    # whatever the address: what is done for one phone, and for one business
    "phone": Limit(3, _DAY),
    "business": Limit(60, _HOUR),
}


def entered(
    *, by_slug: bool = True, purposes: Collection[LinkPurpose] = (LinkPurpose.BOOK,), personal: bool = False,
    even_if_off: bool = False, again: Again | None = None,
) -> Callable[[View], View]:  # fmt: skip
    """A view `(request, entrance, ...)` for addresses with a `slug` or a `token`; who may not come in gets a page.

    `personal` pages are not kept by any cache, like everything behind a token. `even_if_off`: what proves itself by a
    signature works though the page is closed. `again` answers the second of two presses: the first one has changed the
    appointment, and with it the link.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def come_in(request: HttpRequest, *, slug: str = "", token: str = "", **kwargs: object) -> HttpResponse:
            if token:
                answer = _by_token(request, view, token, purposes, again, kwargs)
            else:
                entrance = open_entrance(slug, even_if_off=even_if_off) if by_slug else None
                answer = view(request, entrance, **kwargs) if entrance else no_page(request)
            is_open = not (token or personal)
            answer["Cache-Control"] = "private, no-cache" if is_open else "no-store"
            if not is_open:
                answer["X-Robots-Tag"] = "noindex, nofollow"
            return answer

        return come_in

    return decorate


def _by_token(
    request: HttpRequest,
    view: View,
    token: str,
    purposes: Collection[LinkPurpose],
    again: Again | None,
    kwargs: dict[str, object],
) -> HttpResponse:
    now = clock.now()
    if not allowed(request, "link", now=now):
        return too_many(request, "link")
    link = links.find_link(token, now=now)
    if link is not None and link.purpose in purposes:
        return view(request, link_entrance(link, token), **kwargs)
    changed = links.just_changed(token, now=now) if again and request.method == "POST" else None
    answer = again(request, changed, now) if again and changed else None
    if answer is not None:
        return answer
    if not allowed(request, "wrong-link", now=now):
        return too_many(request, "wrong-link")
    return no_link(request)


def allowed(request: HttpRequest, act: str, *, now: datetime) -> bool:
    """Count one more `act` from where this request comes. The address itself is not stored."""
    most, per = LIMITS[act]
    address = client_address(
        request.META.get("REMOTE_ADDR", ""),
        request.META.get("HTTP_X_FORWARDED_FOR", ""),
        proxies=settings.PROXY_COUNT,
    )
    return limits.allow(f"page-{act}:{_hidden(f'visitor {address}')}", most=most, per=per, now=now)


class TooOften(Exception):
    """More than `limit`, a name in LIMITS, allows."""

    def __init__(self, limit: str) -> None:
        super().__init__(limit)
        self.limit = limit


def count_done(entrance: Entrance, act: str, phone: str, *, now: datetime) -> None:
    """Count one more `act` (book, callback, waitlist) that was done. Raises TooOften, and then it must not be done.

    Belongs into the transaction of the act, at its end: what is undone is not counted. On a personal link the phone is
    known to be theirs, and what strangers do on the open page does not count against them.
    """
    business = entrance.business.pk
    if entrance.link is None:
        _count("phone", f"{act}-phone:{business}:{_hidden(f'phone {phone}')}", now=now)
    _count("business", f"{'link' if entrance.link else 'open'}-business:{business}", now=now)


def _count(limit: str, subject: str, *, now: datetime) -> None:
    most, per = LIMITS[limit]
    if not limits.allow(f"page-{subject}", most=most, per=per, now=now):
        raise TooOften(limit)


def _hidden(value: str) -> str:
    return hmac.digest(settings.SECRET_KEY.encode(), value.encode(), hashlib.sha256).hex()[:32]


# ---------------------------------------------------------------- answers
def show(
    request: HttpRequest,
    entrance: Entrance,
    template: str,
    *,
    location: Location | None = None,
    status: int = 200,
    **context: object,
) -> HttpResponse:
    """A page of `entrance` in its customer's language."""
    values = {
        "page": entrance,
        "business": entrance.business,
        "language": entrance.language,
        "phone": (location.phone if location else "") or entrance.business.phone,
        "location": location,
        "now": clock.now(),
        **context,
    }
    return render(request, f"booking/{template}.html", values, status=status)


def no_page(request: HttpRequest) -> HttpResponse:
    return _refused(request, "There is no booking page here.", "Please check the address, or call us.", status=404)


def no_link(request: HttpRequest) -> HttpResponse:
    return _refused(
        request, "This link does not work any more.", "It may be old, or your appointment has changed since. "
        "The newest text from us has the link that works. Or call us or text us.", status=404,
    )  # fmt: skip


def too_many(request: HttpRequest, act: str) -> HttpResponse:
    answer = _refused(request, "That was a lot at once.", "Please wait a while and try again, or call us.", status=429)
    answer["Retry-After"] = str(int(LIMITS[act].per.total_seconds()))
    return answer


def thanks(request: HttpRequest, entrance: Entrance) -> HttpResponse:
    """For robots that fill in every field: it looks like an answer, and nothing was written."""
    return show(request, entrance, "thanks")


def query(request: HttpRequest, name: str, *, limit: int = 80) -> str:
    """A parameter of the address as one clean line."""
    return one_line(clean_inbound(request.GET.get(name, ""), limit), limit)


def _refused(request: HttpRequest, title: str, advice: str, *, status: int) -> HttpResponse:
    """Nobody knows yet whose customer this is, so the browser's language has to do."""
    wanted = request.headers.get("Accept-Language", "").strip().lower()
    language = Language.SPANISH if wanted.startswith("es") else Language.ENGLISH
    values = {"title": title, "advice": advice, "language": language}
    return render(request, "booking/refused.html", values, status=status)
