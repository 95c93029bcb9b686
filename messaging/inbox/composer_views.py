"""What helps to fill the field for an answer: prepared replies, and open times to offer or to book."""

import uuid

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import path
from django.views.decorators.http import require_GET, require_POST

from messaging.inbox import canned, offering
from messaging.inbox.asking import back_to, user_of, writable
from messaging.inbox.composer import offered_in
from messaging.inbox.slot_forms import BookForm, LookForm
from messaging.models import Conversation
from recoverline.lib import clock
from scheduling import records
from scheduling.refusals import BookingRefused


@login_required
@require_GET
def list_canned(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """The prepared replies as this customer would read them; as a page for whoever has no script."""
    conversation = writable(request, key)
    found = canned.replies_for(conversation, now=clock.now())
    if "text/html" in request.headers.get("Accept", ""):
        return render(request, "inbox/canned_list.html", {"conversation": conversation, "replies": found})
    return JsonResponse(
        {
            "replies": [
                {
                    "key": reply.key, "shortcut": reply.shortcut, "title": reply.title, "text": reply.text,
                    "language": reply.language, "theirs": reply.is_theirs,
                }
                for reply in found
            ]
        }
    )  # fmt: skip


@login_required
@require_GET
def list_slots(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """The next open times of a service; with ?text, the words that offer those which are ticked."""
    conversation = writable(request, key)
    if "text" in request.GET:
        offered = offered_in(request, conversation)
        if offered is None:
            return JsonResponse({"problem": "Tick at least one time."}, status=422)
        return JsonResponse(
            {"text": offering.text_of(conversation, offered, now=clock.now()), "offered": str(offered)}
        )  # fmt: skip
    return _render_slots(request, conversation, LookForm.of(conversation, user_of(request), request.GET))


@login_required
@require_POST
def book_slot(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """Book the time for this customer; who was too late is told the next ones."""
    conversation, user, now = writable(request, key), user_of(request), clock.now()
    look = LookForm.of(conversation, user, request.POST)
    form = BookForm(request.POST)
    offered = offering.read_offered(conversation, look.written(request.POST.get("start", "")), by=user)
    if offered is None or not form.is_valid():
        return _render_slots(request, conversation, look, problem="Choose one of the times.", status=422)
    values = form.cleaned_data
    try:
        visit = offering.book(
            conversation, offered, by=user, address=values["address"], client_id=values["client_id"], now=now
        )
    except BookingRefused as refused:
        return _render_slots(request, conversation, look, problem=str(refused), refused=refused, status=409)
    done = f"Booked: {records.describe(visit)}. The confirmation goes out by itself."
    if _wants_part(request):
        return JsonResponse({"done": done})
    messages.success(request, done)
    return back_to(request, conversation)


def _wants_part(request: HttpRequest) -> bool:
    """Whether a dialog of the thread asks, and not somebody without a script."""
    return request.headers.get("X-Part") == "slots"


def _render_slots(
    request: HttpRequest,
    conversation: Conversation,
    look: LookForm,
    *,
    problem: str = "",
    refused: BookingRefused | None = None,
    status: int = 200,
) -> HttpResponse:
    now = clock.now()
    service, location = look.chosen_service, look.chosen_location
    found = offering.open_times(conversation, service, location, day=look.chosen_day, now=now) if service else []
    instead = offering.slots_of(conversation, service, location, refused.alternatives) if refused and service else []
    context = {
        "conversation": conversation, "look": look, "slots": found, "instead": instead, "problem": problem,
        "book_form": BookForm(auto_id="book_%s", initial={"address": offering.address_of(conversation)}),
        "most": offering.MOST_OFFERED, "taken": offering.taken_offer(conversation, now=now),
    }  # fmt: skip
    if _wants_part(request):
        return HttpResponse(render_to_string("inbox/_slots.html", context, request), status=status)
    return render(request, "inbox/slot_list.html", context, status=status)


urlpatterns = [
    path("<uuid:key>/canned/", list_canned, name="canned-list"),
    path("<uuid:key>/times/", list_slots, name="slot-list"),
    path("<uuid:key>/times/book/", book_slot, name="slot-book"),
]
