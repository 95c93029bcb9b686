"""Answering: a text, a second try, the robot's draft."""

import uuid

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import path
from django.views.decorators.http import require_POST

from messaging import access, outbound
from messaging.agent import drafts
from messaging.enums import MessageStatus
from messaging.inbox import replying
from messaging.inbox.asking import back_to, user_of, why_locked, writable
from messaging.inbox.reply_forms import DraftForm, ReplyForm
from messaging.inbox.thread_views import render_conversation
from messaging.models import AgentTurn, Conversation
from recoverline.lib import clock


@login_required
@require_POST
def reply(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """Text the customer; what cannot be sent comes back with its reason and the draft."""
    conversation = writable(request, key)
    form = ReplyForm(request.POST)
    locked = why_locked(conversation)
    if locked or not form.is_valid():
        return render_conversation(request, conversation, form, status=409 if locked else 422)
    message = replying.reply(
        conversation,
        by=user_of(request),
        body=form.cleaned_data["body"],
        client_id=form.cleaned_data["client_id"],
        now=clock.now(),
    )
    if message.status == MessageStatus.SUPPRESSED:
        messages.error(request, f"Not sent: {message.get_suppression_display()}.")
    return back_to(request, conversation)


@login_required
@require_POST
def retry_text(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """Send a failed text again."""
    message = get_object_or_404(access.messages_for(request.user), key=key)
    conversation = writable(request, message.conversation.key)
    if why_locked(conversation) or not outbound.retry(message, by=user_of(request), now=clock.now()):
        messages.error(request, "This text could not be sent again.")
    return back_to(request, conversation)


@login_required
@require_POST
def approve_draft(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """Send what the robot has drafted, as it was written or as it was changed."""
    turn, conversation = _draft(request, key)
    form = DraftForm(request.POST)
    if why := why_locked(conversation):
        messages.error(request, why)
    elif not form.is_valid():
        messages.error(request, "A draft without words cannot be sent. Discard it instead.")
    elif drafts.approve(turn, by=user_of(request), body=form.cleaned_data["body"], now=clock.now()) is None:
        messages.error(request, "This draft was overtaken by something newer. Please look again.")
    return back_to(request, conversation)


@login_required
@require_POST
def discard_draft(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    turn, conversation = _draft(request, key)
    if not drafts.discard(turn, by=user_of(request), now=clock.now()):
        messages.error(request, "This is no draft any more.")
    return back_to(request, conversation)


def _draft(request: HttpRequest, key: uuid.UUID) -> tuple[AgentTurn, Conversation]:
    turn = get_object_or_404(access.turns_for(request.user), key=key)
    conversation = writable(request, turn.conversation.key)
    turn.conversation = conversation
    return turn, conversation


urlpatterns = [
    path("<uuid:key>/reply/", reply, name="conversation-reply"),
    path("texts/<uuid:key>/retry/", retry_text, name="text-retry"),
    path("drafts/<uuid:key>/approve/", approve_draft, name="draft-approve"),
    path("drafts/<uuid:key>/discard/", discard_draft, name="draft-discard"),
]
