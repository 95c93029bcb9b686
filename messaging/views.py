"""The inbox. Strangers get 404 (nobody learns that something exists), members without the right to act get 403."""

import hashlib
import uuid
from collections.abc import Callable

from django.contrib import messages
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseNotModified
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.utils.cache import patch_cache_control
from django.utils.http import quote_etag
from django.views.decorators.http import require_GET, require_POST

from leads import callbacks
from leads.access import WRITERS
from messaging import access, inbox, outbound
from messaging.agent import drafts
from messaging.enums import ConversationStatus, MediaStatus, MessageStatus
from messaging.forms import DraftForm, ReplyForm
from messaging.models import AgentTurn, Conversation
from recoverline.lib import clock

# What a browser shows without running anything; whatever else a stranger sent is only handed down as a file.
SHOWN_INLINE = {"image/png": "png", "image/jpeg": "jpg", "image/gif": "gif", "image/webp": "webp"}

Act = Callable[..., bool]


# ---------------------------------------------------------------- pages
@login_required
@require_GET
def list_conversations(request: HttpRequest) -> HttpResponse:
    """The conversations under one tab."""
    return render(request, "inbox/conversation_list.html", _list_context(request))


@login_required
@require_GET
def list_rows(request: HttpRequest) -> HttpResponse:
    """Tabs and rows alone, for a page that keeps itself current."""
    return _unless_unchanged(request, "inbox/_list.html", _list_context(request))


@login_required
@require_GET
def show_conversation(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """One conversation, with the list beside it where there is room."""
    conversation = _visible(request, key)
    return _render_conversation(request, conversation, ReplyForm())


@login_required
@require_GET
def show_timeline(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """The timeline alone, for a page that keeps itself current."""
    conversation = _visible(request, key)
    return _unless_unchanged(request, "inbox/_timeline.html", _timeline_context(request, conversation))


@login_required
@require_GET
def list_callbacks(request: HttpRequest) -> HttpResponse:
    """Who has to be called back, by when."""
    tasks = inbox.open_tasks(access.tasks_for(request.user))
    mine = access.tasks_for(request.user, roles=WRITERS).filter(pk__in=[task.pk for task in tasks])
    writable = set(mine.values_list("pk", flat=True))
    context = {"tasks": tasks, "writable": writable, "now": clock.now(), "tab": "callbacks", **_tabs_context(request)}
    return render(request, "inbox/callback_list.html", context)


@login_required
@require_GET
def show_media(request: HttpRequest, key: uuid.UUID) -> FileResponse:
    """A picture of a text: shown if it is one, else downloaded."""
    media = get_object_or_404(access.media_for(request.user), key=key, status=MediaStatus.STORED)
    suffix = SHOWN_INLINE.get(media.content_type)
    try:
        file = media.file.open("rb")
    except FileNotFoundError as error:
        raise Http404 from error
    response = FileResponse(
        file,
        as_attachment=suffix is None,
        filename=f"text-{media.position + 1}.{suffix or 'bin'}",
        content_type=media.content_type if suffix else "application/octet-stream",
    )
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    patch_cache_control(response, private=True, max_age=3600)
    return response


# ---------------------------------------------------------------- acts
@login_required
@require_POST
def reply(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """Text the customer; what cannot be sent comes back with its reason and the draft."""
    conversation = _writable(request, key)
    form = ReplyForm(request.POST)
    locked = _why_locked(conversation)
    if locked or not form.is_valid():
        return _render_conversation(request, conversation, form, status=409 if locked else 422)
    message = inbox.reply(
        conversation,
        by=_user(request),
        body=form.cleaned_data["body"],
        client_id=form.cleaned_data["client_id"],
        now=clock.now(),
    )
    if message.status == MessageStatus.SUPPRESSED:
        messages.error(request, f"Not sent: {message.get_suppression_display()}.")
    return _back_to(conversation)


@login_required
@require_POST
def retry_text(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """Send a failed text again."""
    message = get_object_or_404(access.messages_for(request.user), key=key)
    conversation = _writable(request, message.conversation.key)
    if _why_locked(conversation) or not outbound.retry(message, by=_user(request), now=clock.now()):
        messages.error(request, "This text could not be sent again.")
    return _back_to(conversation)


@login_required
@require_POST
def approve_draft(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """Send what the robot has drafted, as it was written or as it was changed."""
    turn, conversation = _draft(request, key)
    form = DraftForm(request.POST)
    if why := _why_locked(conversation):
        messages.error(request, why)
    elif not form.is_valid():
        messages.error(request, "A draft without words cannot be sent. Discard it instead.")
    elif drafts.approve(turn, by=_user(request), body=form.cleaned_data["body"], now=clock.now()) is None:
        messages.error(request, "This draft was overtaken by something newer. Please look again.")
    return _back_to(conversation)


@login_required
@require_POST
def discard_draft(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    turn, conversation = _draft(request, key)
    if not drafts.discard(turn, by=_user(request), now=clock.now()):
        messages.error(request, "This is no draft any more.")
    return _back_to(conversation)


def _draft(request: HttpRequest, key: uuid.UUID) -> tuple[AgentTurn, Conversation]:
    turn = get_object_or_404(access.turns_for(request.user), key=key)
    conversation = _writable(request, turn.conversation.key)
    turn.conversation = conversation
    return turn, conversation


@login_required
@require_POST
def take_over(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    return _act(request, key, inbox.take_over, otherwise="A person already answers here.")


@login_required
@require_POST
def resume(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    return _act(request, key, inbox.resume_automation, otherwise="Automation already runs here.")


@login_required
@require_POST
def mark_not_urgent(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    return _act(request, key, inbox.mark_not_urgent, otherwise="It is not marked as urgent.")


@login_required
@require_POST
def reopen(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    return _act(request, key, inbox.reopen, otherwise="This person has an open conversation already.")


@login_required
@require_POST
def close(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """Done, and on to the list."""
    conversation = _writable(request, key)
    if inbox.close(conversation, by=_user(request), now=clock.now()):
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
    if not callbacks.finish(task, by=_user(request), at=clock.now()):
        messages.info(request, "Somebody has already done this call-back.")
    return redirect("inbox:callback-list")


def _act(request: HttpRequest, key: uuid.UUID, act: Act, *, otherwise: str) -> HttpResponse:
    """Change the conversation, or say why nothing changed, and show it again."""
    conversation = _writable(request, key)
    if not act(conversation, by=_user(request), now=clock.now()):
        messages.info(request, otherwise)
    return _back_to(conversation)


# ---------------------------------------------------------------- what pages are made of
def _user(request: HttpRequest) -> AbstractBaseUser:
    assert isinstance(request.user, AbstractBaseUser)  # noqa: S101  behind login_required
    return request.user


def _visible(request: HttpRequest, key: uuid.UUID) -> Conversation:
    rows = access.conversations_for(request.user)
    loaded = rows.select_related("business", "location__business", "number__account", "lead", "request", "assignee")
    return get_object_or_404(loaded, key=key)


def _may_write(request: HttpRequest, conversation: Conversation) -> bool:
    return access.conversations_for(request.user, roles=WRITERS).filter(pk=conversation.pk).exists()


def _writable(request: HttpRequest, key: uuid.UUID) -> Conversation:
    conversation = _visible(request, key)
    if not _may_write(request, conversation):
        raise PermissionDenied
    return conversation


def _why_locked(conversation: Conversation) -> str:
    if conversation.status == ConversationStatus.DONE:
        return "This conversation is done. Reopen it to write."
    return inbox.why_locked(conversation)


def _tab(request: HttpRequest) -> inbox.Tab:
    asked = request.GET.get("tab", "")
    return inbox.Tab(asked) if asked in inbox.Tab.values else inbox.Tab.REPLY


def _tabs_context(request: HttpRequest) -> dict[str, object]:
    user = request.user
    return {"tabs": inbox.Tab, "counts": inbox.count_waiting(access.conversations_for(user), access.tasks_for(user))}


def _list_context(request: HttpRequest) -> dict[str, object]:
    visible = access.conversations_for(request.user)
    tab, before = _tab(request), request.GET.get("before", "")
    page = inbox.page_of(inbox.in_tab(visible, tab), before)
    # Asked only when there is nothing to show: "all answered" and "nothing has happened yet" need different words.
    has_any = bool(page.rows) or visible.exists()
    return {
        "tab": tab,
        "page": page,
        "has_any": has_any,
        "before": before,
        "now": clock.now(),
        **_tabs_context(request),
    }


def _timeline_context(request: HttpRequest, conversation: Conversation) -> dict[str, object]:
    may_write = _may_write(request, conversation)
    if may_write and conversation.unread_count:
        inbox.mark_read(conversation)
    everything = "all" in request.GET
    return {
        "conversation": conversation,
        "zone": conversation.location.zone,
        "timeline": inbox.timeline_of(conversation, size=None if everything else inbox.TIMELINE_SIZE),
        "may_write": may_write,
        "locked": _why_locked(conversation),
        "shown_inline": SHOWN_INLINE,
    }


def _render_conversation(
    request: HttpRequest, conversation: Conversation, form: ReplyForm, *, status: int = 200
) -> HttpResponse:
    # The thread first: reading it takes the "new" off its row in the list.
    context = _timeline_context(request, conversation) | _list_context(request)
    return render(request, "inbox/conversation_show.html", {**context, "form": form}, status=status)


def _back_to(conversation: Conversation) -> HttpResponse:
    return redirect("inbox:conversation-show", key=conversation.key)


def _unless_unchanged(request: HttpRequest, template: str, context: dict[str, object]) -> HttpResponse:
    """The fragment, or 304 when the asker has it already."""
    html = render_to_string(template, context, request)
    etag = quote_etag(hashlib.sha256(html.encode()).hexdigest()[:32])
    same = request.headers.get("If-None-Match") == etag
    response = HttpResponseNotModified() if same else HttpResponse(html)
    response["ETag"] = etag
    patch_cache_control(response, private=True, no_cache=True)
    return response
