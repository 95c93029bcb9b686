import uuid

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404
from django.template.loader import render_to_string
from django.urls import path
from django.views.decorators.http import require_POST

from messaging import access, outbound
from messaging.agent import drafts
from messaging.enums import MessageStatus
from messaging.inbox import offering, replying
from messaging.inbox.asking import back_to, user_of, why_locked, writable
from messaging.inbox.reply_forms import DraftForm, ReplyForm
from messaging.inbox.thread_views import render_conversation
from messaging.models import AgentTurn, Conversation, Message
from recoverline.lib import clock


@login_required
@require_POST
def reply(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """Text the customer; what cannot be sent comes back with its reason and the draft."""
    conversation = writable(request, key)
    form = ReplyForm(request.POST)
    if locked := why_locked(conversation):
        return _refused(request, conversation, form, locked, status=409)
    if not form.is_valid():
        return _refused(request, conversation, form, form.problem(), status=422)
    user, values = user_of(request), form.cleaned_data
    try:
        message = replying.reply(
            conversation, by=user, body=values["body"], client_id=values["client_id"], now=clock.now(),
            last_seen=values["last_seen"], offered=offering.read_offered(conversation, values["offered"], by=user),
        )  # fmt: skip
    except replying.Closed:
        conversation.refresh_from_db(fields=["status"])
        return _refused(request, conversation, form, why_locked(conversation), status=409)
    except replying.Overtaken as overtaken:
        form.newer = overtaken.texts
        return _refused(request, conversation, form, str(overtaken), status=409)
    return _sent(request, conversation, message)


def _wants_json(request: HttpRequest) -> bool:
    """Whether the page's own script asks, which stays on the page."""
    return request.headers.get("Accept") == "application/json"


def _refused(
    request: HttpRequest, conversation: Conversation, form: ReplyForm, problem: str, *, status: int
) -> HttpResponse:
    """Nothing was sent: the page again with the draft, or what its script has to show."""
    if not _wants_json(request):
        return render_conversation(request, conversation, form, status=status)
    context = {"form": form, "conversation": conversation, "zone": conversation.location.zone}
    panel = render_to_string("inbox/_overtaken.html", context, request) if form.newer else ""
    newest = max((text.pk for text in form.newer), default=0)
    return JsonResponse({"problem": problem, "panel": panel, "newest": newest}, status=status)


def _sent(request: HttpRequest, conversation: Conversation, message: Message) -> HttpResponse:
    held = message.status == MessageStatus.SUPPRESSED
    problem = f"Not sent: {message.get_suppression_display()}." if held else ""
    if _wants_json(request):
        # The words that have left: whoever sends one page twice learns which of two versions did.
        return JsonResponse(
            {"sent": message.body, "newest": message.pk, "client_id": str(uuid.uuid4()), "problem": problem}
        )
    if problem:
        messages.error(request, problem)
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
