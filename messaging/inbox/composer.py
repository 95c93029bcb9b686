"""What the field for an answer needs to know."""

from datetime import datetime

from django.conf import settings
from django.http import HttpRequest
from django.shortcuts import resolve_url

from messaging.inbox import canned, offering
from messaging.inbox.asking import user_of
from messaging.inbox.offering import Offered
from messaging.inbox.reply_forms import ReplyForm
from messaging.models import Conversation
from recoverline.lib import clock


def composer_context(
    request: HttpRequest, conversation: Conversation, form: ReplyForm | None = None
) -> dict[str, object]:
    """`form`: what was just refused, with its reason; None: an empty one, or what was asked to be put into it."""
    now = clock.now()
    return {
        "form": form or ReplyForm(initial=_asked_for(request, conversation, now=now)),
        "login_url": resolve_url(settings.LOGIN_URL),
        # Known already where the page has asked for it.
        "taken": offering.taken_offer(conversation, now=now) if getattr(conversation, "has_offers", True) else None,
    }


def offered_in(request: HttpRequest, conversation: Conversation) -> Offered | None:
    """The times that were ticked, as the address says them: ?service=&location=&start=&start="""
    asked = request.GET
    written = [asked.get("service", ""), asked.get("location", ""), *asked.getlist("start")]
    if not all(written[:2]):
        return None
    return offering.read_offered(conversation, " ".join(written), by=user_of(request))


def _asked_for(request: HttpRequest, conversation: Conversation, *, now: datetime) -> dict[str, str]:
    """What a page without a script puts into the field: a prepared reply or open times."""
    if key := request.GET.get("canned"):
        prepared = canned.reply_with(conversation, key, now=now)
        return {"body": prepared.text} if prepared else {}
    offered = offered_in(request, conversation) if "start" in request.GET else None
    if offered is None:
        return {}
    return {"body": offering.text_of(conversation, offered, now=now), "offered": str(offered)}
