"""The calendar that staff subscribe to: no session, no cookie, only the secret in the address."""

import hashlib
from datetime import timedelta

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.utils.cache import get_conditional_response
from django.utils.http import http_date, quote_etag
from django.views.decorators.http import require_safe

from recoverline.lib import clock
from scheduling import limits
from scheduling.calendars import feeds

MOST = 120  # of one address in `PER`: a dozen phones that ask every minute
PER = timedelta(minutes=10)


@require_safe
def show_feed(request: HttpRequest, slug: str, token: str) -> HttpResponseBase:
    """The feed as text/calendar, or 304; the same 404 whatever is wrong with the address."""
    feed, now = feeds.find_feed(slug, token), clock.now()
    if feed is None:
        raise Http404
    if not limits.allow(f"feed:{feed.key}", most=MOST, per=PER, now=now):
        return HttpResponse(
            "Too many requests.\n", status=429, content_type="text/plain", headers={"Retry-After": "600"}
        )
    feeds.note_fetch(feed, now=now)
    changed_at = int(feeds.changed_at(feed).timestamp())
    body = feeds.write_feed(feed, now=now)
    etag = quote_etag(hashlib.sha256(body).hexdigest()[:32])
    answer = HttpResponse(body, content_type="text/calendar; charset=utf-8")
    answer["ETag"], answer["Last-Modified"] = etag, http_date(changed_at)
    answer["Cache-Control"] = "private, no-cache"
    answer["Content-Disposition"] = 'inline; filename="appointments.ics"'
    answer["X-Robots-Tag"] = "noindex"
    return get_conditional_response(request, etag=etag, last_modified=changed_at, response=answer) or answer
