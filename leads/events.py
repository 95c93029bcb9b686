"""The one door for "something happened": a timeline row, and a task for whoever listens (settings.EVENT_HANDLERS)."""

from datetime import datetime

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser

from leads.models import Business, Lead, LeadEvent
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
    """Write the event and enqueue its handlers, both in the caller's transaction.

    `kind` is noun.past_participle; `text` is a sentence for staff; `data` holds public keys ("call", "conversation",
    "message").
    """
    event = LeadEvent.objects.create(
        business=business, lead=lead, kind=kind, text=text[:300], data=data, actor_id=actor.pk if actor else None, at=at
    )
    for path in settings.EVENT_HANDLERS.get(kind, ()):
        queue.enqueue(path, event.pk)
    return event
