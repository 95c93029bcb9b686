"""The pages of one conversation."""

import uuid

from django.contrib.auth.decorators import login_required
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import path
from django.utils.cache import patch_cache_control
from django.views.decorators.http import require_GET

from messaging import access
from messaging.enums import MediaStatus
from messaging.inbox import acts, timeline
from messaging.inbox.act_forms import acts_context
from messaging.inbox.asking import may_write, unless_unchanged, visible, why_locked
from messaging.inbox.composer import composer_context
from messaging.inbox.list_views import list_context
from messaging.inbox.reply_forms import ReplyForm
from messaging.models import Conversation

# What a browser shows without running anything; whatever else a stranger sent is only handed down as a file.
SHOWN_INLINE = {"image/png": "png", "image/jpeg": "jpg", "image/gif": "gif", "image/webp": "webp"}


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
def show_media(request: HttpRequest, key: uuid.UUID) -> FileResponse:
    """A picture of a text: shown if it is one, else downloaded."""
    media = get_object_or_404(access.media_for(request.user), key=key, status=MediaStatus.STORED)
    suffix = SHOWN_INLINE.get(media.content_type)
    try:
        file = media.file.open("rb")
    except FileNotFoundError as error:
        raise Http404 from error
    response = FileResponse(
        file,
        as_attachment=suffix is None,
        filename=f"text-{media.position + 1}.{suffix or 'bin'}",
        content_type=media.content_type if suffix else "application/octet-stream",
    )
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    patch_cache_control(response, private=True, max_age=3600)
    return response


def timeline_context(request: HttpRequest, conversation: Conversation) -> dict[str, object]:
    writes = may_write(request, conversation)
    if writes and conversation.unread_count:
        acts.mark_read(conversation)
    everything = "all" in request.GET
    return {
        "conversation": conversation,
        "zone": conversation.location.zone,
        "timeline": timeline.timeline_of(conversation, size=None if everything else timeline.TIMELINE_SIZE),
        "may_write": writes,
        "locked": why_locked(conversation),
        "shown_inline": SHOWN_INLINE,
    }


def render_conversation(
    request: HttpRequest, conversation: Conversation, form: ReplyForm | None = None, *, status: int = 200
) -> HttpResponse:
    # The thread first: reading it takes the "new" off its row in the list.
    context = {
        **timeline_context(request, conversation),
        **list_context(request),
        **acts_context(request, conversation),
        **composer_context(request, conversation, form),
    }
    return render(request, "inbox/conversation_show.html", context, status=status)


urlpatterns = [
    path("<uuid:key>/", show_conversation, name="conversation-show"),
    path("<uuid:key>/timeline/", show_timeline, name="conversation-timeline"),
    path("media/<uuid:key>/", show_media, name="media-show"),
]
