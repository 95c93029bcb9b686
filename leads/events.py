"""The one door for "something happened": a timeline row, a task for whoever listens here
(settings.EVENT_HANDLERS), and the way to whoever listens outside (leads.webhooks, leads.crm).
"""

from datetime import datetime

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser

from leads.crm import queueing
from leads.models import Business, Lead, LeadEvent
from leads.webhooks import announcing
from recoverline.lib import queue


def record(
    kind: str,
    *,
    business: Business,
    at: datetime,
    lead: Lead | None = None,
    text: str = "",
    actor: AbstractBaseUser | None = None,
    **data: str | int | bool | None,
) -> LeadEvent:
    """Write the event, enqueue its handlers and announce it to endpoints, all in the caller's transaction.

    `kind` is noun.past_participle; `text` is a sentence for staff; `data` holds public keys ("call", "conversation",
    "message").
    """
    event = LeadEvent.objects.create(
        business=business, lead=lead, kind=kind, text=text[:300], data=data, actor_id=actor.pk if actor else None, at=at
    )
    for path in settings.EVENT_HANDLERS.get(kind, ()):
        queue.enqueue(path, event.pk)
    announcing.announce(event, business=business, lead=lead)
    queueing.touch(event, business=business, lead=lead)
    return event


def tell(kind: str, *, business: Business, at: datetime, lead: Lead, message: str = "") -> None:
    """The same for what its own row says to everybody else: written only where other software wants to know."""
    is_wanted = announcing.is_wanted(kind, business=business, lead=lead)
    if is_wanted or queueing.is_wanted(kind, business=business, lead=lead):
        named = {"message": message} if message else {}
        record(kind, business=business, at=at, lead=lead, actor=None, **named)
