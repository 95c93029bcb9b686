"""The pages of one conversation."""

import uuid

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.views.decorators.http import require_GET

from messaging.inbox import follow_ups, live, offering, panel, timeline
from messaging.inbox.act_forms import acts_context
from messaging.inbox.asking import back_to, locations_of, may_write, visible, why_locked
from messaging.inbox.composer import composer_context
from messaging.inbox.file_views import SHOWN_INLINE
from messaging.inbox.head import head_context
from messaging.inbox.list_views import list_context
from messaging.inbox.panel_forms import CorrectionForm, LeadForm, RequestForm
from messaging.inbox.reply_forms import ReplyForm
from messaging.models import Conversation
from recoverline.lib import clock


@login_required
@require_GET
def show_conversation(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """One conversation, with the list beside it where there is room."""
    facts = {**panel.facts_of(locations_of(request)), **offering.facts_of(now=clock.now())}
    return render_conversation(request, visible(request, key, **facts))


@login_required
@require_GET
def show_earlier(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """What stands before `at`: entries alone for a page that puts them above its own, else a page like any other."""
    conversation, before = visible(request, key), timeline.position_of(request.GET.get("at", ""))
    if before is None:
        return back_to(request, conversation)
    if request.headers.get("X-Requested-With") == "fetch":
        return render(request, "inbox/_timeline.html", timeline_context(request, conversation, before=before))
    return render_conversation(request, conversation, before=before)


def timeline_context(
    request: HttpRequest,
    conversation: Conversation,
    *,
    before: timeline.Position | None = None,
    correcting: CorrectionForm | None = None,
    thread: live.Thread | None = None,
) -> dict[str, object]:
    """The timeline, or the page of it `before` a position, and the panel; `correcting`: its form that is unfolded.

    `thread`: what there is, if it has been counted already; only that is then asked for.
    """
    now, writes, locations = clock.now(), may_write(request, conversation), locations_of(request)
    there = timeline.there_is(thread.tallies) if thread else None
    visits = panel.visits_of(conversation, locations, there)
    by_key = {str(visit.key): visit for visit in visits}
    told = timeline.timeline_of(conversation, before=before, visits=by_key, there=there)
    beside = panel.panel_of(conversation, locations, visits=visits, told=told, there=there, now=now)
    return {
        "conversation": conversation,
        "zone": conversation.location.zone,
        "now": now,
        "timeline": told,
        "is_earlier": before is not None,
        "may_write": writes,
        "locked": why_locked(conversation),
        "shown_inline": SHOWN_INLINE,
        "panel": beside,
        "follow_up": follow_ups.follow_up_of(conversation, there=there, now=now),
        "lead_form": correcting if isinstance(correcting, LeadForm) else None,
        "request_form": correcting if isinstance(correcting, RequestForm) else None,
    }


def render_conversation(
    request: HttpRequest,
    conversation: Conversation,
    form: ReplyForm | None = None,
    *,
    status: int = 200,
    before: timeline.Position | None = None,
    correcting: CorrectionForm | None = None,
) -> HttpResponse:
    """The whole page. `form`: an answer that was refused; `correcting`: the form of the panel that is unfolded."""
    head = head_context(request, conversation)
    context = {
        **head,
        **timeline_context(request, conversation, before=before, correcting=correcting, thread=head.get("thread")),
        **list_context(request, locations_of(request)),
        **acts_context(request, conversation),
        **composer_context(request, conversation, form),
    }
    return render(request, "inbox/conversation_show.html", context, status=status)


urlpatterns = [
    path("<uuid:key>/", show_conversation, name="conversation-show"),
    path("<uuid:key>/earlier/", show_earlier, name="conversation-earlier"),
]
