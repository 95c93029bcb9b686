"""Who asks for which conversation, and may they. Strangers get 404 (nobody learns that something exists), members
without the right to act get 403.
"""

import uuid
from datetime import datetime

from django.contrib.auth.base_user import AbstractBaseUser
from django.core.exceptions import PermissionDenied
from django.db.models import Expression, OuterRef, Subquery
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse

from messaging import access
from messaging.enums import ConversationStatus
from messaging.inbox import timeline
from messaging.models import Conversation, OptOut


def user_of(request: HttpRequest) -> AbstractBaseUser:
    assert isinstance(request.user, AbstractBaseUser)  # noqa: S101  behind login_required
    return request.user


def locations_of(request: HttpRequest) -> access.Locations:
    """Where who asks may look and write: read once a request, however many parts of a page want to know."""
    known: access.Locations | None = getattr(request, "_inbox_locations", None)
    if known is None:
        known = access.locations_for(request.user)
        request._inbox_locations = known  # type: ignore[attr-defined]
    return known


def visible(request: HttpRequest, key: uuid.UUID, **facts: Expression | Subquery) -> Conversation:
    """With everything that a page says of it in one statement; `facts`: what else is to be read along with it."""
    locations = locations_of(request)
    seen = {place.pk: place for place in locations.seen}
    rows = Conversation.objects.select_related("number__account", "lead", "request__service", "assignee")
    rows = rows.filter(is_team=False)
    if locations.everywhere:
        rows = rows.select_related("business", "location__business")
    else:
        rows = rows.filter(location__in=seen)
    gone = OptOut.objects.filter(business=OuterRef("business"), phone=OuterRef("lead__phone"), revoked_at=None)
    conversation = get_object_or_404(
        rows.annotate(opted_out_at=Subquery(gone.values("opted_out_at")[:1]), **facts), key=key
    )
    if not locations.everywhere:
        conversation.location = seen[conversation.location_id]
        conversation.business = conversation.location.business
    conversation.is_opted_out = opted_out_at(conversation) is not None  # type: ignore[attr-defined]
    return conversation


def opted_out_at(conversation: Conversation) -> datetime | None:
    """Since when the person of a conversation that `visible` has found wants no texts."""
    found: datetime | None = getattr(conversation, "opted_out_at", None)
    return found


def may_write(request: HttpRequest, conversation: Conversation) -> bool:
    return locations_of(request).may_write_at(conversation.location_id)


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
