"""What staff do with the follow-up of a conversation, and the estimate after which one may begin."""

import uuid
from collections.abc import Callable

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.views.decorators.http import require_http_methods, require_POST

from messaging.followups import control
from messaging.followups.enums import Trigger
from messaging.inbox import acts, follow_ups
from messaging.inbox.act_forms import EstimateForm
from messaging.inbox.act_views import acts_page
from messaging.inbox.asking import back_to, user_of, writable
from messaging.models import Conversation, Enrollment
from recoverline.lib import clock

FASTER = "Somebody was faster, or it was over already. Look at it again."


@login_required
@require_POST
def pause(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    return _act(request, key, control.pause, "Paused. Nothing goes out until somebody resumes it.")


@login_required
@require_POST
def resume(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    return _act(request, key, control.resume, "It goes on.")


@login_required
@require_POST
def skip(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    return _act(request, key, control.skip, "The step is left out.")


@login_required
@require_POST
def stop(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    return _act(request, key, control.stop, "Stopped. Nothing more of it goes out.")


@login_required
@require_POST
def send_now(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    conversation = writable(request, key)
    enrollment = _shown(request, conversation)
    why_not = control.send_now(enrollment, by=user_of(request), now=clock.now()) if enrollment else FASTER
    if why_not:
        messages.info(request, f"Not done: {why_not}")
    else:
        messages.success(request, "Done. What comes next is below.")
    return back_to(request, conversation)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def begin(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """The sequences that could begin here, and why not; POST lets one begin."""
    conversation, now = writable(request, key), clock.now()
    if request.method == "POST":
        trigger, client_id = request.POST.get("trigger", ""), _uuid(request.POST.get("client_id", ""))
        if trigger not in Trigger.values or client_id is None:
            raise Http404
        why_not = follow_ups.begin_by_hand(
            conversation, Trigger(trigger), client_id=client_id, by=user_of(request), now=now
        )
        if why_not:
            messages.info(request, f"It did not begin: {why_not}")
        else:
            messages.success(request, "It has begun. What comes next is in the panel.")
        return back_to(request, conversation)
    context = {
        "conversation": conversation,
        "choices": follow_ups.choices_for(conversation, now=now),
        "client_id": uuid.uuid4(),
        "list_query": request.GET.urlencode(),
    }
    return render(request, "inbox/follow_up_begin.html", context)


@login_required
@require_POST
def estimate(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """An estimate was given, with its amount or without."""
    conversation = writable(request, key)
    form = EstimateForm(request.POST)
    if not form.is_valid():
        return acts_page(request, conversation, estimate_form=form)
    if acts.give_estimate(conversation, form.cleaned_data["cents"], by=user_of(request), now=clock.now()):
        messages.success(request, "The estimate is written down.")
    else:
        messages.info(request, "Nothing was changed: the request is over, or somebody wrote down the same just now.")
    return back_to(request, conversation)


def _act(request: HttpRequest, key: uuid.UUID, act: Callable[..., bool], done: str) -> HttpResponse:
    conversation = writable(request, key)
    enrollment = _shown(request, conversation)
    if enrollment is not None and act(enrollment, by=user_of(request), now=clock.now()):
        messages.success(request, done)
    else:
        messages.info(request, FASTER)
    return back_to(request, conversation)


def _shown(request: HttpRequest, conversation: Conversation) -> Enrollment | None:
    """The follow-up as the page showed it: at the step that was next there."""
    wanted, step = _uuid(request.POST.get("enrollment", "")), request.POST.get("step", "")
    rows = Enrollment.objects.select_related("sequence", "lead", "business")
    enrollment = rows.filter(conversation=conversation, key=wanted).first() if wanted else None
    if enrollment is None or not (step.isascii() and step.isdecimal() and len(step) < 4):
        return None
    enrollment.step = int(step)
    return enrollment


def _uuid(typed: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(typed)
    except ValueError:
        return None


urlpatterns = [
    path("<uuid:key>/follow-up/", begin, name="follow-up-begin"),
    path("<uuid:key>/follow-up/pause/", pause, name="follow-up-pause"),
    path("<uuid:key>/follow-up/resume/", resume, name="follow-up-resume"),
    path("<uuid:key>/follow-up/skip/", skip, name="follow-up-skip"),
    path("<uuid:key>/follow-up/now/", send_now, name="follow-up-send-now"),
    path("<uuid:key>/follow-up/stop/", stop, name="follow-up-stop"),
    path("<uuid:key>/estimate/", estimate, name="request-estimate"),
]
