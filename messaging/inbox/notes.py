"""Notes that staff write each other in a conversation, and who is named in them."""

import re
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.contrib.auth import get_user_model
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import User
from django.db import transaction

from leads import colleagues, events
from messaging.models import Conversation, Mention, Note

LONGEST = 2000
# The same words by the same person within this time are a button pressed twice.
_TWICE_WITHIN = timedelta(seconds=10)


def add(conversation: Conversation, *, by: AbstractBaseUser, body: str, now: datetime) -> Note:
    """Keep the note and tell whoever is named in it; the same words again at once are the same note."""
    again = Note.objects.filter(
        conversation=conversation, author_id=by.pk, body=body, created_at__gt=now - _TWICE_WITHIN
    ).first()
    if again is not None:
        return again
    with transaction.atomic():
        note = Note.objects.create(
            business=conversation.business, conversation=conversation, author_id=by.pk, body=body, created_at=now
        )
        for user in named_in(body, colleagues.members_at(conversation.location)):
            if user.pk == by.pk:
                continue
            Mention.objects.create(note=note, user=user)
            # No text: the note stands in the timeline itself.
            events.record(
                "person.mentioned", business=conversation.business, lead=conversation.lead, at=now, actor=by,
                conversation=str(conversation.key), user=user.pk, note=note.pk,
            )  # fmt: skip
    return note


def named_in(body: str, people: Iterable[User]) -> list[User]:
    """Those of `people` whose name or user name stands behind an "@"; of two names the longer one is meant."""
    by_name: dict[str, list[User]] = {}
    for user in people:
        for name in {user.get_full_name(), user.get_username()} - {""}:
            by_name.setdefault(name.casefold(), []).append(user)
    found: dict[int, User] = {}
    for name in _names_in(body, by_name):
        found.update((user.pk, user) for user in by_name[name])
    return list(found.values())


def named_without_access(conversation: Conversation, body: str) -> list[str]:
    """Names of colleagues who are named and may not read this conversation. Strangers to the business are no names."""
    if "@" not in body:
        return []
    inside = set(colleagues.members_at(conversation.location).values_list("pk", flat=True))
    everybody = get_user_model().objects.filter(memberships__business=conversation.business_id, is_active=True)
    return [colleagues.called(user) for user in named_in(body, everybody.distinct()) if user.pk not in inside]


def _names_in(body: str, names: Iterable[str]) -> list[str]:
    longest_first = sorted(names, key=len, reverse=True)
    if not longest_first:
        return []
    # Not inside a word, so that an e-mail address names nobody.
    pattern = rf"(?<!\w)@({'|'.join(map(re.escape, longest_first))})(?!\w)"
    return [match.group(1).casefold() for match in re.finditer(pattern, body.casefold())]
