"""Who asks for which conversation, and may they. Strangers get 404 (nobody learns that something exists), members
without the right to act get 403.
"""

import hashlib
import uuid

from django.contrib.auth.base_user import AbstractBaseUser
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseNotModified
from django.shortcuts import get_object_or_404, redirect
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.cache import patch_cache_control
from django.utils.http import quote_etag

from leads.access import WRITERS
from messaging import access
from messaging.enums import ConversationStatus
from messaging.inbox import timeline
from messaging.models import Conversation


def user_of(request: HttpRequest) -> AbstractBaseUser:
    assert isinstance(request.user, AbstractBaseUser)  # noqa: S101  behind login_required
    return request.user


def visible(request: HttpRequest, key: uuid.UUID) -> Conversation:
    rows = access.conversations_for(request.user)
    loaded = rows.select_related("business", "location__business", "number__account", "lead", "request", "assignee")
    return get_object_or_404(loaded, key=key)


def may_write(request: HttpRequest, conversation: Conversation) -> bool:
    return access.conversations_for(request.user, roles=WRITERS).filter(pk=conversation.pk).exists()


def writable(request: HttpRequest, key: uuid.UUID) -> Conversation:
    conversation = visible(request, key)
    if not may_write(request, conversation):
        raise PermissionDenied
    return conversation


def why_locked(conversation: Conversation) -> str:
    if conversation.lead.blocked_at is not None:
        return "This person is blocked. Unblock them to write."
    if conversation.status == ConversationStatus.DONE:
        return "This conversation is done. Reopen it to write."
    return timeline.why_locked(conversation)


def back_to(request: HttpRequest, conversation: Conversation) -> HttpResponse:
    """The conversation again, beside the list it was opened from: the query string is the list's."""
    query = request.GET.urlencode()
    return redirect(reverse("inbox:conversation-show", args=[conversation.key]) + (f"?{query}" if query else ""))


def unless_unchanged(request: HttpRequest, template: str, context: dict[str, object]) -> HttpResponse:
    """The fragment, or 304 when the asker has it already."""
    html = render_to_string(template, context, request)
    etag = quote_etag(hashlib.sha256(html.encode()).hexdigest()[:32])
    same = request.headers.get("If-None-Match") == etag
    response = HttpResponseNotModified() if same else HttpResponse(html)
    response["ETag"] = etag
    patch_cache_control(response, private=True, no_cache=True)
    return response
