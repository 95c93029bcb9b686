"""Notes of the team, and who can be named in them."""

import uuid

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import path
from django.views.decorators.http import require_GET, require_POST

from leads import colleagues
from messaging.inbox import notes
from messaging.inbox.act_forms import NoteForm
from messaging.inbox.asking import back_to, user_of, visible, writable
from messaging.inbox.thread_views import render_conversation
from recoverline.lib import clock


@login_required
@require_POST
def add_note(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """Keep a note; one that cannot be kept comes back with its reason."""
    conversation = writable(request, key)
    form = NoteForm(request.POST, conversation=conversation)
    if not form.is_valid():
        return render_conversation(request, conversation, status=422)
    notes.add(conversation, by=user_of(request), body=form.cleaned_data["body"], now=clock.now())
    return back_to(request, conversation)


@login_required
@require_GET
def list_members(request: HttpRequest, key: uuid.UUID) -> JsonResponse:
    """Who may read this conversation, for the list that opens at an "@"."""
    conversation = visible(request, key)
    people = colleagues.members_at(conversation.location)
    return JsonResponse(
        {"members": [{"name": colleagues.called(user), "user": user.get_username()} for user in people]}
    )


urlpatterns = [
    path("<uuid:key>/notes/", add_note, name="note-add"),
    path("<uuid:key>/members/", list_members, name="member-list"),
]
