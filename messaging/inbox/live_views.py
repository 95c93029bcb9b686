"""What keeps an open page current, and tells the others who is there."""

import threading
import uuid
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import resolve_url
from django.template.loader import render_to_string
from django.urls import path
from django.views.decorators.http import require_POST, require_safe

from leads.preferences import preferences_of
from messaging import access
from messaging.inbox import acts, desktop, live, presence
from messaging.inbox.act_forms import acts_context
from messaging.inbox.asked import read_asked
from messaging.inbox.asking import locations_of, may_write, user_of, visible
from messaging.inbox.head import head_context
from messaging.inbox.list_views import around_list, list_context, shown_on
from messaging.inbox.thread_views import timeline_context
from messaging.models import Conversation
from recoverline.lib import clock, prepared

# The parts of a page that are swapped one by one; what is written in lies outside of them.
OF_LIST = {"queues": "inbox/_queues.html", "list": "inbox/_list.html", "banner": "inbox/_escalations.html"}
OF_THREAD = {"head": "inbox/_head.html", "timeline": "inbox/_timeline.html", "panel": "inbox/_panel.html"}
LEFT = "left"
# One of a process's threads at a time: the others are for carriers, whose callers wait, and for people who click.
_drawing = threading.Lock()


@dataclass(frozen=True, slots=True)
class Glance:
    """What a page shows, as far as it costs little to know."""

    locations: access.Locations
    around: dict[str, Any]
    conversation: Conversation | None
    thread: live.Thread | None
    alerts: list[desktop.Alert]
    digests: dict[str, str]


@require_safe
def poll(request: HttpRequest) -> HttpResponse:
    """204 when nothing has changed since `since`; else the regions that have, drawn. Changes nothing itself.

    A page that asks while another one is being answered hears that nothing has changed, and asks again soon: where
    many pages are open on a machine that has too much to do, they are later, and the texts are not.
    """
    if not request.user.is_authenticated:
        return _signed_out()
    if not _drawing.acquire(blocking=False):
        return _fresh(HttpResponse(status=204))
    try:
        return _news(request)
    finally:
        _drawing.release()


def _news(request: HttpRequest) -> HttpResponse:
    seen = _glance(request)
    news = live.changed(seen.digests, request.GET.get("since", ""))
    is_gone = bool(request.GET.get("open")) and seen.conversation is None
    if not news and not is_gone:
        return _fresh(HttpResponse(status=204))
    regions, context = {**OF_LIST, **OF_THREAD}, _context(request, seen, news)
    drawn = {f"region-{name}": render_to_string(regions[name], context, request) for name in news if name in regions}
    return _fresh(
        JsonResponse(
            {
                "cursor": live.write_cursor(seen.digests),
                "title": live.title_of(seen.around, seen.conversation),
                "regions": drawn,
                "newest": seen.thread.newest if seen.thread else 0,
                "alerts": [asdict(alert) for alert in seen.alerts] if "alerts" in news else [],
                "gone": is_gone,
            }
        )
    )


@require_POST
def beat(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """Somebody has this conversation in front of them: the others see it, and it is read."""
    if not request.user.is_authenticated:
        return _signed_out()
    conversation, user, now = visible(request, key), user_of(request), clock.now()
    state = request.POST.get("state", "")
    with transaction.atomic():
        # Whoever cannot write cannot collide with anybody either, and leaves no trace.
        if may_write(request, conversation):
            if state == LEFT:
                presence.leave(conversation, user)
            else:
                presence.mark(conversation, user, presence.state_of(state), now=now)
                acts.mark_read(conversation)
        presence.see_mentions(conversation, user, now=now)
    return _fresh(HttpResponse(status=204))


def _glance(request: HttpRequest) -> Glance:
    user, now = user_of(request), clock.now()
    locations = locations_of(request)
    asked = read_asked(request.GET.dict(), locations)
    conversation = _open_one(request, locations)
    thread = live.thread_of(conversation, apart_from=user.pk, now=now) if conversation else None
    around, alerts = around_list(user.pk, asked, locations), _alerts(request)
    digests = live.page_digests(
        shown_on(user.pk, asked, locations),
        around,
        live.digests_of_thread(conversation, thread, now=now) if conversation and thread else {},
        [alert.key for alert in alerts] if "alerts" in request.GET else None,
    )
    return Glance(locations, around, conversation, thread, alerts, digests)


def _open_one(request: HttpRequest, locations: access.Locations) -> Conversation | None:
    """As messaging.inbox.asking.visible says, with no more of it than changes."""
    try:
        key = uuid.UUID(request.GET.get("open", ""))
    except ValueError:
        return None
    places = [] if locations.everywhere else [place.pk for place in locations.seen]
    return next(iter(prepared.rows(_with_key, [key, *places], locations.everywhere)), None)


def _with_key(values: Sequence[Any], everywhere: bool) -> QuerySet[Conversation]:
    key, *places = values
    rows = Conversation.objects.filter(key=key, is_team=False).select_related("lead", "request").order_by()
    return rows if everywhere else rows.filter(location__in=places)


def _context(request: HttpRequest, seen: Glance, news: list[str]) -> dict[str, Any]:
    """For the regions that are news, and for no others."""
    context = {**seen.around, "conversation": seen.conversation}
    if OF_LIST.keys() & set(news):
        context |= list_context(request, seen.locations, seen.around)
    if seen.conversation is not None and OF_THREAD.keys() & set(news):
        conversation = visible(request, seen.conversation.key)
        context |= head_context(request, conversation, seen.thread)
        context |= timeline_context(request, conversation, thread=seen.thread) | acts_context(request, conversation)
    return context


def _alerts(request: HttpRequest) -> list[desktop.Alert]:
    """Asked for by one tab of those that may show them."""
    if "alerts" not in request.GET:
        return []
    return desktop.alerts_for(user_of(request), preferences_of(request.user), now=clock.now())


def _signed_out() -> HttpResponse:
    """For a script that asks: a redirect would end in a page that it takes for an answer."""
    return _fresh(JsonResponse({"error": "signed out", "sign_in": resolve_url(settings.LOGIN_URL)}, status=401))


def _fresh(response: HttpResponse) -> HttpResponse:
    response["Cache-Control"] = "no-store"
    return response


urlpatterns = [
    path("poll/", poll, name="poll"),
    path("<uuid:key>/presence/", beat, name="conversation-presence"),
]
