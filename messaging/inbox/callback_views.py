"""Call-backs: planned from a conversation, moved, done or tried in vain."""

import uuid

from django.contrib import messages
from django.contrib.auth import get_user_model
from django.contrib.auth.decorators import login_required
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path, reverse
from django.views.decorators.http import require_http_methods, require_POST

from leads import callbacks
from leads.access import WRITERS
from leads.models import CallbackTask
from messaging import access
from messaging.inbox import later
from messaging.inbox.act_forms import CallbackForm, people_for
from messaging.inbox.act_views import acts_page
from messaging.inbox.asking import back_to, user_of, writable
from recoverline.lib import clock

NO_ANSWER = "no_answer"
OVERTAKEN = "Somebody has changed or done this call-back meanwhile."


@login_required
@require_POST
def add_callback(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """Somebody shall call this person."""
    conversation, now, user = writable(request, key), clock.now(), user_of(request)
    people = people_for(conversation.location, user)
    form = CallbackForm(request.POST, location=conversation.location, now=now, people=people)
    if not form.is_valid():
        return acts_page(request, conversation, callback_form=form)
    callbacks.plan(
        business=conversation.business, location=conversation.location, lead=conversation.lead, by=user, at=now,
        due_at=form.moment, detail=form.cleaned_data["detail"], assignee=_chosen(form),
        conversation=conversation.key, client_id=form.cleaned_data["client_id"] or uuid.uuid4(),
    )  # fmt: skip
    messages.success(request, f"Call back by {later.spoken(form.moment, conversation.location)}.")
    return back_to(request, conversation)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def edit_callback(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """Another time or other hands; with `tried`, nobody picked up, and it is about when to try again."""
    task, now, user = _task(request, key), clock.now(), user_of(request)
    tried = "tried" in request.GET
    people = people_for(task.location, user)
    form = CallbackForm(
        request.POST or None, location=task.location, now=now, people=people, task=None if tried else task
    )
    if request.method != "POST" or not form.is_valid():
        context = {"task": task, "callback_form": form, "tried": tried, "back": _way_back(request)}
        return render(request, "inbox/callback_edit.html", context, status=422 if form.is_bound else 200)
    if tried:
        changed = callbacks.try_again(task, due_at=form.moment, by=user, at=now)
    else:
        changed = callbacks.change(task, due_at=form.moment, assignee=_chosen(form), by=user, at=now)
    if not changed:
        messages.info(request, OVERTAKEN)
    return redirect(_way_back(request))


@login_required
@require_POST
def finish_callback(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """Somebody has called: they reached this person, or have to try again."""
    task = _task(request, key)
    if request.POST.get("result") == NO_ANSWER:
        query = request.GET.copy()
        query["tried"] = "1"
        if here := request.POST.get("conversation", ""):
            query["conversation"] = here
        return redirect(f"{reverse('inbox:callback-edit', args=[task.key])}?{query.urlencode()}")
    if not callbacks.finish(task, by=user_of(request), at=clock.now()):
        messages.info(request, "Somebody has already done this call-back.")
    return redirect(_way_back(request))


def _task(request: HttpRequest, key: uuid.UUID) -> CallbackTask:
    rows = access.tasks_for(request.user).select_related("business", "location__business", "lead")
    task = get_object_or_404(rows, key=key)
    if not access.tasks_for(request.user, roles=WRITERS).filter(pk=task.pk).exists():
        raise PermissionDenied
    return task


def _chosen(form: CallbackForm) -> User | None:
    pk = form.cleaned_data["assignee"]
    return get_user_model().objects.get(pk=pk) if pk else None


def _way_back(request: HttpRequest) -> str:
    """The conversation from which one came, if it is named and visible, with its list; else that of call-backs."""
    try:
        named = uuid.UUID(request.POST.get("conversation") or request.GET.get("conversation") or "")
    except ValueError:
        return reverse("inbox:callback-list")
    if not access.conversations_for(request.user).filter(key=named).exists():
        return reverse("inbox:callback-list")
    query = request.GET.copy()
    for ours in ("tried", "conversation"):
        query.pop(ours, None)
    return reverse("inbox:conversation-show", args=[named]) + (f"?{query.urlencode()}" if query else "")


urlpatterns = [
    path("<uuid:key>/callbacks/", add_callback, name="callback-add"),
    path("callbacks/<uuid:key>/", edit_callback, name="callback-edit"),
    path("callbacks/<uuid:key>/done/", finish_callback, name="callback-finish"),
]
