"""The link in an alert: it shows one notice to whoever holds it, and lets them take it or pass it on.

As with booking links the token is derived from the row's random key and the installation's secret, so that it can be
written again although only its digest is stored.
"""

import base64
import hashlib
import hmac
from datetime import datetime, timedelta

from django.conf import settings

from messaging.escalation.enums import EscalationStatus
from messaging.models import EscalationNotice
from recoverline.lib.signing import hash_token
from scheduling import oncall

# Whoever comes late is told that it is over, and by whom it was done.
OPENS_AFTER_CLOSING = timedelta(days=1)
# Whatever becomes of it: an old text on a lost phone opens nothing.
OPENS_FOR = timedelta(days=7)


def token_of(notice: EscalationNotice) -> str:
    """128 bits in 22 characters."""
    message = f"on-call link {notice.key}".encode()
    digest = hmac.digest(settings.SECRET_KEY.encode(), message, hashlib.sha256)
    return base64.urlsafe_b64encode(digest[:16]).rstrip(b"=").decode()


def address_of(notice: EscalationNotice) -> str:
    """Where it leads; works once `digest_of` is stored with the notice."""
    return f"{settings.SITE_URL}/on-call/{token_of(notice)}/"


def digest_of(notice: EscalationNotice) -> str:
    return hash_token(token_of(notice))


def find_notice(token: str, *, now: datetime) -> EscalationNotice | None:
    """The notice behind a token; None for what is unknown, what ran out, and whose business it is not any more."""
    rows = EscalationNotice.objects.select_related(
        "escalation__business", "escalation__location", "escalation__lead", "escalation__acknowledged_by__user",
        "escalation__conversation__request", "escalation__conversation__lead", "member__user", "member__business",
    )  # fmt: skip
    notice = rows.filter(token_digest=hash_token(token), member__user__is_active=True).order_by("id").first()
    if notice is None or (notice.sent_at or notice.created_at) + OPENS_FOR <= now:
        return None
    escalation = notice.escalation
    # Who is away may take it all the same.
    if oncall.bar(notice.member, escalation.location):
        return None
    is_over = escalation.status == EscalationStatus.CLOSED
    if is_over and (escalation.closed_at is None or escalation.closed_at + OPENS_AFTER_CLOSING <= now):
        return None
    return notice
