"""Signatures by Standard Webhooks 1.0.0 (https://www.standardwebhooks.com)."""

import base64
import secrets
from collections.abc import Sequence
from datetime import UTC, datetime

from standardwebhooks import Webhook

SECRET_BYTES = 32


def new_secret() -> str:
    """`whsec_` and 32 random bytes in Base64."""
    return f"whsec_{base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode()}"


def headers_of(message_id: str, body: str, keys: Sequence[str], *, at: datetime) -> dict[str, str]:
    """The three headers. `keys`: the secrets, each signs; `at` is aware and must be the real time."""
    # The library reads the clock's face alone: any other zone than UTC would be stamped wrong.
    moment = at.astimezone(UTC)
    signatures = [Webhook(key).sign(message_id, moment, body) for key in keys]
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(int(moment.timestamp())),
        "webhook-signature": " ".join(signatures),
    }


def keys_of(secret: str, old: str, old_until: datetime | None, *, now: datetime) -> tuple[str, ...]:
    """The secrets that sign at `now`: while one is being replaced, both."""
    return (secret, old) if old and old_until is not None and old_until > now else (secret,)
