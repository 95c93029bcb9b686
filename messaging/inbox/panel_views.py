"""What staff correct of a person and of a request, in place."""

import uuid
from collections.abc import Callable

from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.views.decorators.http import require_http_methods

from leads import intake
from leads.models import JobRequest, Lead
from messaging.inbox import panel
from messaging.inbox.asking import back_to, user_of, writable
from messaging.inbox.panel_forms import CorrectionForm, LeadForm, RequestForm
from messaging.inbox.thread_views import render_conversation, timeline_context
from messaging.models import Conversation
from recoverline.lib import clock

ANOTHER_REQUEST = "This conversation is about another request by now. Nothing was changed: look at it again."


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def edit_lead(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """Correct what is known of the person."""
    conversation = writable(request, key)
    lead = conversation.lead
    if request.method != "POST":
        return _unfold(request, conversation, LeadForm(lead))

    def save(form: CorrectionForm) -> bool:
        return _correct(request, conversation, lead, form)

    return _save(request, conversation, lambda: LeadForm(lead, request.POST), save)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def edit_request(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """Correct what is known of their present request; the first words about it open a request."""
    conversation = writable(request, key)
    row = conversation.request or panel.unopened(conversation)
    if request.method != "POST":
        return _unfold(request, conversation, RequestForm(row))
    shown = request.POST.get("request", "")

    def fill() -> RequestForm:
        form = RequestForm(row, request.POST)
        if shown != ("" if row._state.adding else str(row.key)):
            form.add_error(None, ANOTHER_REQUEST)
        return form

    def save(form: CorrectionForm) -> bool:
        with transaction.atomic():
            if row._state.adding and form.changes() and not _open(conversation, row):
                transaction.set_rollback(True)
                return False
            return _correct(request, conversation, row, form)

    return _save(request, conversation, fill, save)


def _open(conversation: Conversation, row: JobRequest) -> bool:
    """Make `row` the request of this conversation, unless it has one by now."""
    opened = intake.open_request(
        conversation.lead, location=conversation.location, at=clock.now(), source=conversation.number.source
    )
    if not Conversation.objects.filter(pk=conversation.pk, request=None).update(request=opened):
        return False
    row.pk, row.key, row._state.adding = opened.pk, opened.key, False
    return True


def _correct(request: HttpRequest, conversation: Conversation, row: Lead | JobRequest, form: CorrectionForm) -> bool:
    return intake.correct(row, form.changes(), by=user_of(request), at=clock.now(), conversation=str(conversation.key))


def _unfold(request: HttpRequest, conversation: Conversation, form: LeadForm | RequestForm) -> HttpResponse:
    """The form alone for a page that unfolds it, else the page with the form unfolded."""
    if request.headers.get("X-Requested-With") != "fetch":
        return render_conversation(request, conversation, correcting=form)
    context = {"conversation": conversation, "form": form, "name": form.called, "action": request.path}
    return render(request, "inbox/_correct_form.html", {**context, "list_query": request.GET.urlencode()})


def _save(
    request: HttpRequest,
    conversation: Conversation,
    fill: Callable[[], CorrectionForm],
    save: Callable[[CorrectionForm], bool],
) -> HttpResponse:
    form = fill()
    if form.is_valid() and not save(form):
        if not form.row._state.adding:
            form.row.refresh_from_db()
        form = fill()
        if form.is_valid():
            form.add_error(None, ANOTHER_REQUEST)
    refused = None if form.is_valid() else form
    if request.headers.get("X-Requested-With") == "fetch":
        context = timeline_context(request, conversation, correcting=refused)
        return render(request, "inbox/_panel.html", context, status=422 if refused else 200)
    return (
        render_conversation(request, conversation, correcting=refused, status=422)
        if refused
        else back_to(request, conversation)
    )


urlpatterns = [
    path("<uuid:key>/lead/", edit_lead, name="lead-edit"),
    path("<uuid:key>/request/", edit_request, name="request-edit"),
]
