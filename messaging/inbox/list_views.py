"""The pages of the list."""

import uuid
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.views.decorators.http import require_GET, require_POST

from leads.models import CallbackTask
from messaging import access
from messaging.inbox import bulk, escalations, queues, saved_views, search
from messaging.inbox.asked import Asked, read_asked
from messaging.inbox.asking import user_of
from messaging.inbox.bulk_forms import BulkForm
from messaging.inbox.queues import Queue
from messaging.models import Conversation
from recoverline.lib import clock

# What somebody at a counter looks at all day.
FIRST = (Queue.REPLY, Queue.URGENT, Queue.MINE)
OTHERS = (Queue.UNASSIGNED, Queue.MENTIONS, Queue.ROBOT, Queue.OPEN, Queue.SNOOZED, Queue.DONE)


@dataclass(frozen=True, slots=True)
class QueueLink:
    """A queue above the list. `count`: "" where nobody counts, "99+" where there are more."""

    queue: Queue
    query: str
    count: str
    is_current: bool


@dataclass(frozen=True, slots=True)
class TaskGroup:
    """Call-backs under a heading."""

    heading: str
    tasks: list[CallbackTask]


@login_required
@require_GET
def list_conversations(request: HttpRequest) -> HttpResponse:
    """The conversations of one queue."""
    return render(request, "inbox/conversation_list.html", list_context(request))


@login_required
@require_GET
def list_callbacks(request: HttpRequest) -> HttpResponse:
    """Who has to be called back, by when."""
    context = queues_context(request, Asked(queue=None))
    tasks, me = queues.open_tasks(access.tasks_for(request.user)), user_of(request).pk
    mine = TaskGroup("Yours", [task for task in tasks if task.assignee_id == me])
    others = TaskGroup(
        "Everybody's" if mine.tasks else "Most overdue first", [one for one in tasks if one.assignee_id != me]
    )
    context |= {"task_groups": [group for group in (mine, others) if group.tasks], "current": "callbacks"}
    return render(request, "inbox/callback_list.html", context)


@login_required
@require_POST
def act_on_many(request: HttpRequest) -> HttpResponse:
    """The chosen rows of the list, all at once."""
    locations = access.locations_for(request.user)
    form = BulkForm(request.POST, locations=locations)
    if not (locations.writable or locations.everywhere):
        raise PermissionDenied
    if form.is_valid():
        act, by = bulk.Act(form.cleaned_data["act"]), user_of(request)
        done = bulk.act_on(
            form.seen, act, by=by, locations=locations, to=form.cleaned_data["to"], now=clock.now()
        )  # fmt: skip
        messages.add_message(request, messages.SUCCESS if done.changed else messages.INFO, done.words(act))
    else:
        messages.error(request, " ".join(str(error) for errors in form.errors.values() for error in errors))
    return back_to_list(request)


@login_required
@require_POST
def save_view(request: HttpRequest) -> HttpResponse:
    """The list of the address, under a name."""
    asked = read_asked(request.GET.dict(), access.locations_for(request.user))
    try:
        view = saved_views.save(
            user_of(request).pk, name=request.POST.get("name", ""), asked=asked, now=clock.now()
        )  # fmt: skip
        messages.success(request, f"Saved: {view.name}")
    except ValueError as error:
        messages.error(request, str(error))
    return back_to_list(request)


@login_required
@require_POST
def delete_view(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    if not saved_views.delete(user_of(request).pk, key):
        raise Http404
    return back_to_list(request)


def back_to_list(request: HttpRequest) -> HttpResponse:
    """The list that the address names."""
    query = read_asked(request.GET.dict(), access.locations_for(request.user)).query
    return redirect(reverse("inbox:conversation-list") + (f"?{query}" if query else ""))


def next_conversation(request: HttpRequest, conversation: Conversation) -> Conversation | None:
    """The one after `conversation` (as it stood when it was read) in the list of the address; None: it was the last."""
    locations = access.locations_for(request.user)
    asked = read_asked(request.GET.dict(), locations)
    if asked.q:
        return None  # who searches looks for one
    return queues.next_in(asked.listing(user_of(request).pk, locations), conversation)


# ---------------------------------------------------------------- what the pages show
def around_list(user_id: int, asked: Asked, locations: access.Locations) -> dict[str, Any]:
    """What an open page asks about again and again: which list, and how many wait."""
    counts, now = queues.count_waiting(asked.listing(user_id, locations)), clock.now()
    # A statement of its own only while there is something in it.
    banner = escalations.banner_of(user_id, locations, now=now) if counts["escalations"] else escalations.Banner()
    return {
        "asked": asked,
        "list_query": asked.query,
        "now": now,
        "banner": banner,
        "counts": {name: _shown(count) for name, count in counts.items()},
    }


def queues_context(
    request: HttpRequest,
    asked: Asked,
    locations: access.Locations | None = None,
    around: dict[str, Any] | None = None,
) -> dict[str, Any]:
    """The queues with their counts, and who may do what where. `around`: what is known of it already."""
    user = user_of(request)
    locations = locations or access.locations_for(user)
    around = around or around_list(user.pk, asked, locations)

    def link(queue: Queue) -> QueueLink:
        return QueueLink(
            queue, asked.in_queue(queue).query, around["counts"].get(queue.value, ""), asked.queue == queue
        )  # fmt: skip

    return {
        **around,
        "first_queues": [link(queue) for queue in FIRST],
        "other_queues": [link(queue) for queue in OTHERS],
        "seen_locations": locations.seen,
        "writable_at": {place.pk for place in locations.seen if locations.may_write_at(place.pk)},
        "writes_everywhere": locations.everywhere,
        "spans_businesses": len({place.business_id for place in locations.seen}) > 1,
        "views": list(saved_views.views_of(user.pk)),
    }


def list_context(
    request: HttpRequest, locations: access.Locations | None = None, around: dict[str, Any] | None = None
) -> dict[str, Any]:
    user = user_of(request)
    locations = locations or access.locations_for(user)
    asked = around["asked"] if around else read_asked(request.GET.dict(), locations)
    page = page_of(user.pk, asked, locations)
    texts = search.texts_found(page.rows, asked.q) if asked.q else {}
    for row in page.rows:
        row.found_text = texts.get(row.pk, "")  # type: ignore[attr-defined]
    return {
        **queues_context(request, asked, locations, around),
        "page": page,
        "words": search.words_of(asked.q),
        "older": asked.page_at(page.before) if page.before else "",
        "newest": asked.first_page if asked.before else "",
        "all_queues": Queue,
        # Not asked before a page shows them: a poll has no use for them.
        "colleagues": bulk.colleagues(locations),
        "all_chosen": "chosen" in request.GET,
        # "All answered" and "nothing has happened yet" need different words.
        "has_any": access.conversations_for(user).exists,
    }


def page_of(user_id: int, asked: Asked, locations: access.Locations) -> queues.Page:
    listing = asked.listing(user_id, locations)
    return search.page_of(listing, asked.q, asked.before) if asked.q else queues.page_of(listing, asked.before)


def shown_on(user_id: int, asked: Asked, locations: access.Locations) -> list[queues.Shown]:
    """The rows of the page in short; those of a search are found anew."""
    if asked.q:
        return [queues.shown_of(row) for row in page_of(user_id, asked, locations).rows]
    listing = asked.listing(user_id, locations)
    return queues.shown_after(listing, queues.read_position(asked.before), queues.PAGE_SIZE)


def _shown(count: int) -> str:
    return f"{queues.COUNTED_AT_MOST - 1}+" if count >= queues.COUNTED_AT_MOST else str(count or "")


urlpatterns = [
    path("", list_conversations, name="conversation-list"),
    path("callbacks/", list_callbacks, name="callback-list"),
    path("bulk/", act_on_many, name="conversation-bulk"),
    path("views/", save_view, name="view-save"),
    path("views/<uuid:key>/delete/", delete_view, name="view-delete"),
]
