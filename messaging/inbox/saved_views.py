"""Somebody's own links above the list: a queue, a place and a search, under a name."""

import uuid
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet

from messaging.inbox.asked import Asked
from messaging.models import SavedView
from recoverline.lib.text import clean_inbound

VIEWS_AT_MOST = 20
LONGEST_NAME, LONGEST_QUERY = 40, 400  # of the columns


def clean_name(typed: str) -> str:
    """One line without anything invisible."""
    return " ".join(clean_inbound(typed, 4 * LONGEST_NAME).split())[:LONGEST_NAME].strip()


def views_of(user_id: int) -> QuerySet[SavedView]:
    return SavedView.objects.filter(user=user_id)


def save(user_id: int, *, name: str, asked: Asked, now: datetime) -> SavedView:
    """Keep the first page of what is asked for; a name that is there already means this list from now on.

    ValueError says in words why it cannot be kept.
    """
    name, query = clean_name(name), asked.first_page
    if not name:
        raise ValueError("Give the view a name.")
    if len(query) > LONGEST_QUERY:
        raise ValueError("This search is too long to be saved.")
    mine = SavedView.objects.select_for_update().filter(user=user_id)
    with transaction.atomic():
        saved = {view.name: view for view in mine}
        if name not in saved and len(saved) >= VIEWS_AT_MOST:
            raise ValueError(f"You have {VIEWS_AT_MOST} views already. Delete one first.")
        # By name, so that saving twice at once makes one.
        view, _ = SavedView.objects.update_or_create(
            user_id=user_id, name=name, defaults={"query": query}, create_defaults={"query": query, "created_at": now}
        )
    return view


def delete(user_id: int, key: uuid.UUID) -> bool:
    """False when it is gone, or somebody else's."""
    return bool(views_of(user_id).filter(key=key).delete()[0])
