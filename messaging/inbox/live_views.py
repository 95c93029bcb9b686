"""What keeps an open page current, and tells the others who is there."""

import uuid
from dataclasses import asdict
from typing import Any

from django.conf import settings
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import resolve_url
from django.template.loader import render_to_string
from django.urls import path
from django.views.decorators.http import require_POST, require_safe

from leads.preferences import preferences_of
from messaging.inbox import acts, desktop, live, presence
from messaging.inbox.act_forms import acts_context
from messaging.inbox.asking import may_write, user_of, visible
from messaging.inbox.head import head_context
from messaging.inbox.list_views import list_context
from messaging.inbox.thread_views import timeline_context
from messaging.models import Conversation
from recoverline.lib import clock

# The parts of a page that are swapped one by one; what is written in lies outside of them.
OF_LIST = {"queues": "inbox/_queues.html", "list": "inbox/_list.html"}
OF_THREAD = {"head": "inbox/_head.html", "timeline": "inbox/_timeline.html", "panel": "inbox/_panel.html"}
LEFT = "left"


@require_safe
def poll(request: HttpRequest) -> HttpResponse:
    """204 when nothing has changed since `since`; else the regions that have, drawn. Changes nothing itself."""
    if not request.user.is_authenticated:
        return _signed_out()
    conversation = _open_one(request)
    around = list_context(request)
    head = head_context(request, conversation) if conversation else {}
    alerts = _alerts(request)
    digests = live.page_digests(around, head, [alert.key for alert in alerts] if "alerts" in request.GET else None)
    news = live.changed(digests, request.GET.get("since", ""))
    is_gone = bool(request.GET.get("open")) and conversation is None
    if not news and not is_gone:
        return _fresh(HttpResponse(status=204))
    context = around | _thread_context(request, conversation, head, news)
    regions = {**OF_LIST, **OF_THREAD}
    drawn = {f"region-{name}": render_to_string(regions[name], context, request) for name in news if name in regions}
    return _fresh(
        JsonResponse(
            {
                "cursor": live.write_cursor(digests),
                "title": live.title_of(around, conversation),
                "regions": drawn,
                "newest": head.get("newest", 0),
                "alerts": [asdict(alert) for alert in alerts] if "alerts" in news else [],
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


def _open_one(request: HttpRequest) -> Conversation | None:
    try:
        return visible(request, uuid.UUID(request.GET.get("open", "")))
    except (ValueError, Http404):
        return None


def _alerts(request: HttpRequest) -> list[desktop.Alert]:
    """Asked for by one tab of those that may show them."""
    if "alerts" not in request.GET:
        return []
    return desktop.alerts_for(user_of(request), preferences_of(request.user), now=clock.now())


def _thread_context(
    request: HttpRequest, conversation: Conversation | None, head: dict[str, object], news: list[str]
) -> dict[str, Any]:
    if conversation is None or not OF_THREAD.keys() & set(news):
        return {"conversation": conversation}
    return {**head, **timeline_context(request, conversation), **acts_context(request, conversation)}


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
