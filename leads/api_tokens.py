"""Tokens of the API: issued once, known by their digest, limited by scopes, revoked for good."""

import hashlib
import secrets
from collections.abc import Collection
from datetime import datetime, timedelta

from django.contrib.auth.base_user import AbstractBaseUser
from django.db.models import Q

from leads.models import Business
from leads.models.api import ApiToken, IdempotentReply

PREFIX = "rl_"
# Scope -> what it lets a program do, as people choose it in the admin and read it in the documentation.
SCOPES: dict[str, str] = {
    "leads:read": "Read leads and their requests",
    "leads:write": "Add leads and correct them",
    "conversations:read": "Read conversations",
    "conversations:write": "Assign, close and reopen conversations",
    "messages:read": "Read texts",
    "messages:write": "Text customers",
    "calls:read": "Read calls",
    "appointments:read": "Read appointments",
    "appointments:write": "Book, move and cancel appointments",
    "availability:read": "Read open times, locations and services",
    "tasks:read": "Read callback tasks",
    "tasks:write": "Mark callback tasks as done",
    "consent:read": "Ask whether somebody may be texted",
    "consent:write": "Write down opt-outs and opt-ins",
    "reports:read": "Read the figures of the reports",
}
# `used_at` is for people who wonder which token is dead: to the minute is enough, and a write a request is not.
_USED_EVERY = timedelta(minutes=1)
REPLIES_KEPT_FOR = timedelta(hours=24)


def issue(token: ApiToken, *, by: AbstractBaseUser | None, now: datetime) -> str:
    """Give the unsaved `token` its secret, which is returned, and known to nobody from here on. The caller saves."""
    secret = PREFIX + secrets.token_urlsafe(32)
    token.digest, token.hint = _digest(secret), secret[-4:]
    token.created_by_id, token.created_at = by.pk if by else None, now
    return secret


def holder_of(secret: str, *, now: datetime) -> ApiToken | None:
    """The token that `secret` is, with its business; None for one that is unknown, revoked or over."""
    rows = ApiToken.objects.filter(Q(expires_at=None) | Q(expires_at__gt=now), digest=_digest(secret), revoked_at=None)
    token = rows.select_related("business").first()
    if token is not None and (token.used_at is None or now - token.used_at > _USED_EVERY):
        ApiToken.objects.filter(pk=token.pk).update(used_at=now)
    return token


def revoke(token: ApiToken, *, now: datetime) -> bool:
    """From the next request on nobody is let in by it; False when it was revoked already."""
    return bool(ApiToken.objects.filter(pk=token.pk, revoked_at=None).update(revoked_at=now))


def unknown_scopes(scopes: Collection[str]) -> list[str]:
    return [scope for scope in scopes if scope not in SCOPES]


def forget_replies(business: Business | None = None, *, before: datetime) -> int:
    """Delete answers that were kept for repetitions, with whatever they say of people; how many."""
    rows = IdempotentReply.objects.filter(created_at__lt=before)
    return (rows if business is None else rows.filter(business=business)).delete()[0]


def _digest(secret: str) -> str:
    # 256 random bits need no salt and no slow hash: nobody guesses them.
    return hashlib.sha256(secret.encode()).hexdigest()
