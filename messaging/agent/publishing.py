"""From draft to published: what changed, and one version more."""

import hashlib
import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import IntegrityError, transaction

from leads.knowledge import Knowledge, changes_between, from_json, to_json
from leads.models import Business
from messaging.agent.reading import draft_knowledge
from messaging.models import Publication


def latest(business: Business) -> Publication | None:
    return Publication.objects.filter(business=business).order_by("-version").first()


def pending_changes(business: Business) -> list[str]:
    """What publishing would change, in lines for staff; everything, when nothing was published yet."""
    before = latest(business)
    old = from_json(before.knowledge) if before else Knowledge()
    return changes_between(old, draft_knowledge(business))


def fingerprint(knowledge: Knowledge) -> str:
    """The same for the same knowledge: what a page has shown is what its button publishes."""
    return hashlib.sha256(json.dumps(to_json(knowledge), sort_keys=True).encode()).hexdigest()


def publish(
    business: Business,
    *,
    now: datetime,
    by: AbstractBaseUser | None = None,
    results: Sequence[dict[str, Any]] = (),
    knowledge: Knowledge | None = None,
) -> Publication | None:
    """Make the draft what the robot knows; None when nothing has changed.

    `knowledge`: the draft as it was rehearsed, so that what somebody else has saved meanwhile is not published unseen.
    """
    draft = knowledge or draft_knowledge(business)
    try:
        with transaction.atomic():
            before = Publication.objects.select_for_update().filter(business=business).order_by("-version").first()
            old = from_json(before.knowledge) if before else Knowledge()
            changes = changes_between(old, draft)
            if before is not None and not changes:
                return None
            return Publication.objects.create(
                business=business,
                version=before.version + 1 if before else 1,
                knowledge=to_json(draft),
                changes=changes[:200],
                results=list(results),
                published_by_id=by.pk if by else None,
                published_at=now,
            )
    except IntegrityError:
        # Somebody else was first; theirs is the version, and the next click sees what is left.
        return None
