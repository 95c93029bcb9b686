"""The pages of one conversation."""

import uuid

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.views.decorators.http import require_GET

from messaging.inbox import panel, timeline
from messaging.inbox.act_forms import acts_context
from messaging.inbox.asking import back_to, may_write, unless_unchanged, visible, why_locked
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
    conversation = visible(request, key)
    return render_conversation(request, conversation)


@login_required
@require_GET
def show_timeline(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """The timeline alone, for a page that keeps itself current."""
    conversation = visible(request, key)
    return unless_unchanged(request, "inbox/_timeline.html", timeline_context(request, conversation))


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
    refused: CorrectionForm | None = None,
) -> dict[str, object]:
    """The timeline, or the page of it `before` a position, and the panel; `refused`: its form that was not saved."""
    now, writes = clock.now(), may_write(request, conversation)
    visits = panel.visits_of(request.user, conversation.lead)
    told = timeline.timeline_of(conversation, before=before, visits={str(visit.key): visit for visit in visits})
    beside = panel.panel_of(request.user, conversation, visits, told, now=now)
    conversation.is_opted_out = beside.opted_out_at is not None  # type: ignore[attr-defined]  # asked once a page
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
        **(_forms(conversation, refused) if writes else {}),
    }


def _forms(conversation: Conversation, refused: CorrectionForm | None) -> dict[str, object]:
    row = conversation.request or panel.unopened(conversation)
    return {
        "lead_form": refused if isinstance(refused, LeadForm) else LeadForm(conversation.lead),
        "request_form": refused if isinstance(refused, RequestForm) else RequestForm(row),
    }


def render_conversation(
    request: HttpRequest,
    conversation: Conversation,
    form: ReplyForm | None = None,
    *,
    status: int = 200,
    before: timeline.Position | None = None,
    refused: CorrectionForm | None = None,
) -> HttpResponse:
    """The whole page. `form`: an answer that was refused; `refused`: what was not saved in the panel."""
    context = {
        **head_context(request, conversation),
        **timeline_context(request, conversation, before=before, refused=refused),
        **list_context(request),
        **acts_context(request, conversation),
        **composer_context(request, conversation, form),
    }
    return render(request, "inbox/conversation_show.html", context, status=status)


urlpatterns = [
    path("<uuid:key>/", show_conversation, name="conversation-show"),
    path("<uuid:key>/timeline/", show_timeline, name="conversation-timeline"),
    path("<uuid:key>/earlier/", show_earlier, name="conversation-earlier"),
]
