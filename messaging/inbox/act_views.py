"""Changing what becomes of a conversation."""

import uuid
from collections.abc import Callable

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import path
from django.views.decorators.http import require_POST

from leads import callbacks
from leads.access import WRITERS
from messaging import access
from messaging.inbox import acts
from messaging.inbox.asking import back_to, user_of, writable
from recoverline.lib import clock

Act = Callable[..., bool]


@login_required
@require_POST
def take_over(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    return _act(request, key, acts.take_over, otherwise="A person already answers here.")


@login_required
@require_POST
def resume(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    return _act(request, key, acts.resume_automation, otherwise="Automation already runs here.")


@login_required
@require_POST
def mark_not_urgent(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    return _act(request, key, acts.mark_not_urgent, otherwise="It is not marked as urgent.")


@login_required
@require_POST
def reopen(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    return _act(request, key, acts.reopen, otherwise="This person has an open conversation already.")


@login_required
@require_POST
def close(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """Done, and on to the list."""
    conversation = writable(request, key)
    if acts.close(conversation, by=user_of(request), now=clock.now()):
        messages.success(
            request, f"Done: {conversation.lead.name or 'the conversation'}. It opens again if they write."
        )
    return redirect("inbox:conversation-list")


@login_required
@require_POST
def finish_callback(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """Somebody has called this person back."""
    task = get_object_or_404(access.tasks_for(request.user).select_related("business", "lead"), key=key)
    if not access.tasks_for(request.user, roles=WRITERS).filter(pk=task.pk).exists():
        raise PermissionDenied
    if not callbacks.finish(task, by=user_of(request), at=clock.now()):
        messages.info(request, "Somebody has already done this call-back.")
    return redirect("inbox:callback-list")


def _act(request: HttpRequest, key: uuid.UUID, act: Act, *, otherwise: str) -> HttpResponse:
    """Change the conversation, or say why nothing changed, and show it again."""
    conversation = writable(request, key)
    if not act(conversation, by=user_of(request), now=clock.now()):
        messages.info(request, otherwise)
    return back_to(request, conversation)


urlpatterns = [
    path("<uuid:key>/take-over/", take_over, name="conversation-take-over"),
    path("<uuid:key>/resume/", resume, name="conversation-resume"),
    path("<uuid:key>/not-urgent/", mark_not_urgent, name="conversation-not-urgent"),
    path("<uuid:key>/done/", close, name="conversation-close"),
    path("<uuid:key>/reopen/", reopen, name="conversation-reopen"),
    path("callbacks/<uuid:key>/done/", finish_callback, name="callback-finish"),
]
