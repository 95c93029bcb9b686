"""Changing what becomes of a conversation."""

import uuid
from collections.abc import Callable

from django import forms
from django.contrib import messages
from django.contrib.auth import get_user_model
from django.contrib.auth.decorators import login_required
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import path, reverse
from django.views.decorators.http import require_GET, require_POST

from leads import colleagues, outcomes
from leads.outcomes import Outcome
from leads.preferences import preferences_of
from messaging import blocking
from messaging.inbox import acts, later
from messaging.inbox.act_forms import OutcomeForm, dialogs_context, outcome_form, snooze_form
from messaging.inbox.asked import read_asked
from messaging.inbox.asking import back_to, locations_of, user_of, writable
from messaging.inbox.list_views import back_to_list, next_conversation
from messaging.models import Conversation
from recoverline.lib import clock
from recoverline.lib.phones import display_phone

Act = Callable[..., bool]
ELSEWHERE = "This person also has something open at a place where you do not work. Ask somebody there to block them."


@login_required
@require_GET
def show_acts(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """Everything that can be done: the dialogs of a thread, or as one page where they are without JavaScript."""
    return acts_page(request, writable(request, key))


# ---------------------------------------------------------------- who answers
@login_required
@require_POST
def take_over(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    return _act(request, key, acts.take_over, otherwise="A person already answers here.")


@login_required
@require_POST
def resume(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    return _act(request, key, acts.resume_automation, otherwise="The robot already answers here.")


@login_required
@require_POST
def assign(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """Give it to `to` (empty: to nobody), if `seen` still has it, which is who had it on the page (empty: nobody)."""
    conversation, user = writable(request, key), user_of(request)
    wanted, seen = _pk(request.POST.get("to", "")), _pk(request.POST.get("seen", ""))
    to = get_user_model().objects.filter(pk=wanted).first() if wanted else None
    if to is not None and not acts.may_have(conversation, to):
        messages.error(request, "This person cannot answer here. Choose somebody else.")
    elif (wanted and to is None) or wanted == conversation.assignee_id:
        # Nobody of that number, or they have it already: as the page shows now.
        pass
    elif seen != conversation.assignee_id or not acts.assign(conversation, to, by=user, now=clock.now()):
        conversation.refresh_from_db(fields=["assignee"])
        messages.info(request, f"{_holder(conversation)} Nothing was changed.")
    return back_to(request, conversation)


def _holder(conversation: Conversation) -> str:
    holder = conversation.assignee
    return f"{colleagues.called(holder)} has just taken it." if holder else "Somebody has just given it back."


# ---------------------------------------------------------------- read, urgent
@login_required
@require_POST
def mark_unread(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """And out of the thread: whoever looks at it has read it."""
    acts.mark_unread(writable(request, key), by=user_of(request), now=clock.now())
    return back_to_list(request)


@login_required
@require_POST
def mark_urgent(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    return _act(request, key, acts.mark_urgent, otherwise="It is marked as urgent already.")


@login_required
@require_POST
def mark_not_urgent(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    return _act(request, key, acts.mark_not_urgent, otherwise="It is not marked as urgent.")


# ---------------------------------------------------------------- later, done, open again
@login_required
@require_POST
def snooze(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    conversation, now = writable(request, key), clock.now()
    form = snooze_form(conversation, now=now, data=request.POST)
    if not form.is_valid():
        return acts_page(request, conversation, snooze_form=form)
    following = next_conversation(request, conversation)
    try:
        snoozed = acts.snooze(
            conversation, until=form.moment, by=user_of(request), now=now, seen=_seen(request)
        )  # fmt: skip
    except acts.Unseen as unseen:
        return _to_be_read(request, conversation, unseen)
    if not snoozed:
        messages.info(request, "It is done already. Reopen it first.")
        return back_to(request, conversation)
    until = later.spoken(form.moment, conversation.location)
    said = f"Snoozed until {until}: {_name(conversation)}."
    return _go_on(request, conversation, following, said, undo="inbox:conversation-unsnooze")


@login_required
@require_POST
def unsnooze(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    return _act(request, key, acts.unsnooze, otherwise="It is not snoozed any more.")


@login_required
@require_POST
def close(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """Done, and on to the next one."""
    conversation = writable(request, key)
    following = next_conversation(request, conversation)
    try:
        done = acts.close(conversation, by=user_of(request), now=clock.now(), seen=_seen(request))
    except acts.Unseen as unseen:
        return _to_be_read(request, conversation, unseen)
    return _done(request, conversation, following, is_news=done)


@login_required
@require_POST
def end(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """Done, with what became of the request; of one that is done already the outcome alone is changed."""
    conversation = writable(request, key)
    form: OutcomeForm = outcome_form(conversation, request.POST)
    if not form.is_valid():
        return acts_page(request, conversation, outcome_form=form)
    following, outcome = next_conversation(request, conversation), form.outcome_chosen()
    try:
        done = acts.close(
            conversation, by=user_of(request), now=clock.now(), outcome=outcome, seen=_seen(request)
        )  # fmt: skip
    except acts.Unseen as unseen:
        return _to_be_read(request, conversation, unseen)
    if faster := _who_was_faster(conversation, outcome):
        messages.error(request, faster)
    elif done:
        return _done(request, conversation, following, is_news=True, words=outcome.words if outcome else "")
    else:
        messages.success(request, f"Written down: {outcome.words}." if outcome else "It was done already.")
    return back_to(request, conversation)


def _who_was_faster(conversation: Conversation, outcome: Outcome | None) -> str:
    """Whose outcome stands where `outcome` should, in a sentence; "" when it stands there."""
    if outcome is None or conversation.request is None:
        return ""
    conversation.request.refresh_from_db()
    written = outcomes.outcome_of(conversation.request)
    if written == outcome:
        return ""
    writer = outcomes.last_writer(conversation.request)
    who, stands = colleagues.called(writer) if writer else "Somebody", written.words if written else "nothing yet"
    return f"{who} was faster: {stands}. Yours was not written down."


def _seen(request: HttpRequest) -> Q:
    """The texts that the page showed; one that does not say has shown none."""
    typed = request.POST.get("last_seen", "")
    return acts.seen_up_to(int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 19 else 0)


def _to_be_read(request: HttpRequest, conversation: Conversation, unseen: acts.Unseen) -> HttpResponse:
    messages.error(request, str(unseen))
    return back_to(request, conversation)


@login_required
@require_POST
def reopen(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    return _act(request, key, acts.reopen, otherwise="This person has an open conversation already.")


# ---------------------------------------------------------------- block
@login_required
@require_POST
def block(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    conversation = writable(request, key)
    if blocking.reaches_beyond(conversation.lead, locations_of(request)):
        messages.error(request, ELSEWHERE)
    elif blocking.block(conversation.lead, by=user_of(request), now=clock.now()):
        said = f"Blocked: {_name(conversation)}. Texts and calls are kept, and nobody is told of them."
        way_back = _with_undo(request, conversation, said, undo="inbox:conversation-unblock", label="Unblock")
        messages.success(request, way_back)
    else:
        messages.info(request, "This person is blocked already.")
    return back_to(request, conversation)


@login_required
@require_POST
def unblock(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    conversation = writable(request, key)
    if not blocking.unblock(conversation.lead, by=user_of(request), now=clock.now()):
        messages.info(request, "This person is not blocked.")
    return back_to(request, conversation)


# ---------------------------------------------------------------- what they have in common
def _act(request: HttpRequest, key: uuid.UUID, act: Act, *, otherwise: str) -> HttpResponse:
    """Change the conversation, or say why nothing changed, and show it again."""
    conversation = writable(request, key)
    if not act(conversation, by=user_of(request), now=clock.now()):
        messages.info(request, "This person is blocked." if conversation.lead.blocked_at else otherwise)
    return back_to(request, conversation)


def acts_page(request: HttpRequest, conversation: Conversation, **refused: forms.Form) -> HttpResponse:
    """All forms as a page; `refused` is the one that cannot be carried out, with its reasons."""
    asked = read_asked(request.GET.dict(), locations_of(request))
    last_seen = request.POST.get("last_seen") or request.GET.get("seen") or "0"
    context = {"list_query": asked.query, "last_seen": last_seen, **dialogs_context(request, conversation, **refused)}
    is_part = request.headers.get("X-Part") == "dialogs"
    template = "inbox/_dialogs.html" if is_part else "inbox/acts_page.html"
    return render(request, template, context, status=422 if refused else 200)


def _done(
    request: HttpRequest, conversation: Conversation, following: Conversation | None, *, is_news: bool, words: str = ""
) -> HttpResponse:
    if not is_news:
        messages.info(request, f"It was done already: {_name(conversation)}.")
        return _on(request, following)
    outcome = f" ({words})" if words else ""
    said = f"Done: {_name(conversation)}{outcome}. It opens again if they write."
    return _go_on(request, conversation, following, said, undo="inbox:conversation-reopen")


def _go_on(
    request: HttpRequest, conversation: Conversation, following: Conversation | None, said: str, *, undo: str
) -> HttpResponse:
    messages.success(request, _with_undo(request, conversation, said, undo=undo))
    return _on(request, following)


def _on(request: HttpRequest, following: Conversation | None) -> HttpResponse:
    """The next conversation of the list, for whoever wants that; else the list."""
    if following is not None and preferences_of(request.user).goes_on:
        return back_to(request, following)
    return back_to_list(request)


def _with_undo(request: HttpRequest, conversation: Conversation, said: str, *, undo: str, label: str = "Undo") -> str:
    query = request.GET.urlencode()
    action = reverse(undo, args=[conversation.key]) + (f"?{query}" if query else "")
    return render_to_string("inbox/_undo_notice.html", {"said": said, "action": action, "label": label}, request)


def _name(conversation: Conversation) -> str:
    return conversation.lead.name or display_phone(conversation.lead.phone, conversation.business.country)


def _pk(typed: str) -> int | None:
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 10 else None


urlpatterns = [
    path("<uuid:key>/acts/", show_acts, name="conversation-acts"),
    path("<uuid:key>/take-over/", take_over, name="conversation-take-over"),
    path("<uuid:key>/resume/", resume, name="conversation-resume"),
    path("<uuid:key>/assign/", assign, name="conversation-assign"),
    path("<uuid:key>/unread/", mark_unread, name="conversation-unread"),
    path("<uuid:key>/urgent/", mark_urgent, name="conversation-urgent"),
    path("<uuid:key>/not-urgent/", mark_not_urgent, name="conversation-not-urgent"),
    path("<uuid:key>/snooze/", snooze, name="conversation-snooze"),
    path("<uuid:key>/wake/", unsnooze, name="conversation-unsnooze"),
    path("<uuid:key>/done/", close, name="conversation-close"),
    path("<uuid:key>/outcome/", end, name="conversation-end"),
    path("<uuid:key>/reopen/", reopen, name="conversation-reopen"),
    path("<uuid:key>/block/", block, name="conversation-block"),
    path("<uuid:key>/unblock/", unblock, name="conversation-unblock"),
]
