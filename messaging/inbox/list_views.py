"""The pages of the list."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.views.decorators.http import require_GET

from leads.access import WRITERS
from messaging import access
from messaging.inbox import queues
from messaging.inbox.asking import unless_unchanged
from recoverline.lib import clock


@login_required
@require_GET
def list_conversations(request: HttpRequest) -> HttpResponse:
    """The conversations under one tab."""
    return render(request, "inbox/conversation_list.html", list_context(request))


@login_required
@require_GET
def list_rows(request: HttpRequest) -> HttpResponse:
    """Tabs and rows alone, for a page that keeps itself current."""
    return unless_unchanged(request, "inbox/_list.html", list_context(request))


@login_required
@require_GET
def list_callbacks(request: HttpRequest) -> HttpResponse:
    """Who has to be called back, by when."""
    tasks = queues.open_tasks(access.tasks_for(request.user))
    mine = access.tasks_for(request.user, roles=WRITERS).filter(pk__in=[task.pk for task in tasks])
    writable = set(mine.values_list("pk", flat=True))
    context = {"tasks": tasks, "writable": writable, "now": clock.now(), "tab": "callbacks", **tabs_context(request)}
    return render(request, "inbox/callback_list.html", context)


def tab_of(request: HttpRequest) -> queues.Tab:
    asked = request.GET.get("tab", "")
    return queues.Tab(asked) if asked in queues.Tab.values else queues.Tab.REPLY


def tabs_context(request: HttpRequest) -> dict[str, object]:
    user = request.user
    return {"tabs": queues.Tab, "counts": queues.count_waiting(access.conversations_for(user), access.tasks_for(user))}


def list_context(request: HttpRequest) -> dict[str, object]:
    visible = access.conversations_for(request.user)
    tab, before = tab_of(request), request.GET.get("before", "")
    page = queues.page_of(queues.in_tab(visible, tab), before)
    # Asked only when there is nothing to show: "all answered" and "nothing has happened yet" need different words.
    has_any = bool(page.rows) or visible.exists()
    return {
        "tab": tab,
        "page": page,
        "has_any": has_any,
        "before": before,
        "now": clock.now(),
        **tabs_context(request),
    }


urlpatterns = [
    path("", list_conversations, name="conversation-list"),
    path("rows/", list_rows, name="conversation-rows"),
    path("callbacks/", list_callbacks, name="callback-list"),
]
