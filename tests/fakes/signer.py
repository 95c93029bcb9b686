"""Signatures as the senders compute them, written from their published rules.

Nothing here is shared with the application or with a client library: a mistake on either side must not cancel itself
out in a test.
"""

import base64
import hashlib
import hmac
import uuid
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

FORM_TYPE = "application/x-www-form-urlencoded; charset=UTF-8"

Params = Mapping[str, str | Sequence[str]]


def twilio_signature(token: str, url: str, params: Params | None = None) -> str:
    """`X-Twilio-Signature` of a webhook: base64 of HMAC-SHA1, keyed by the account's auth token, over the URL
    followed by each parameter's name and value, names in order, a name's distinct values in order, with nothing in
    between.

    `url` is the address as configured at the carrier, query included; a fragment is never sent and never signed.
    `params` are the form fields of a POST; for a GET they are in the URL already.
    """
    signed = url.partition("#")[0]
    for name, value in sorted({(name, value) for name, values in (params or {}).items() for value in each(values)}):
        signed += name + value
    return base64.b64encode(hmac.new(token.encode(), signed.encode(), hashlib.sha1).digest()).decode()


def each(values: str | Sequence[str]) -> Iterable[str]:
    return (values,) if isinstance(values, str) else values


def signed_headers(token: str, url: str, params: Params | None = None) -> dict[str, str]:
    """The headers the carrier sends with a form webhook; the idempotency token is fresh each time and is not
    signed."""
    return {
        "Content-Type": FORM_TYPE,
        "User-Agent": "TwilioProxy/1.1",
        "I-Twilio-Idempotency-Token": str(uuid.uuid4()),
        "X-Twilio-Signature": twilio_signature(token, url, params),
    }


def signed_json(token: str, url: str, body: str) -> tuple[str, dict[str, str]]:
    """The address and the headers of a JSON webhook: the body's SHA-256 travels in the query and only the URL is
    signed."""
    digest = hashlib.sha256(body.encode()).hexdigest()
    signed_url = f"{url}{'&' if '?' in url else '?'}bodySHA256={digest}"
    return signed_url, {**signed_headers(token, signed_url), "Content-Type": "application/json"}


def standard_webhook_headers(
    secret: str | Sequence[str], msg_id: str, timestamp: datetime | int, body: str | bytes
) -> dict[str, str]:
    """Headers of the Standard Webhooks specification 1.0.0 for a `whsec_...` secret, or for several during a
    rotation.

    `timestamp` is an aware datetime or Unix seconds.
    """
    seconds = timestamp if isinstance(timestamp, int) else int(timestamp.timestamp())
    content = body if isinstance(body, bytes) else body.encode()
    signatures = [standard_webhook_signature(one, msg_id, seconds, content) for one in each(secret)]
    return {
        "Content-Type": "application/json",
        "webhook-id": msg_id,
        "webhook-timestamp": str(seconds),
        "webhook-signature": " ".join(signatures),
    }


def standard_webhook_signature(secret: str, msg_id: str, seconds: int, body: bytes) -> str:
    key = base64.b64decode(secret.removeprefix("whsec_"))
    signed = f"{msg_id}.{seconds}.".encode() + body
    return "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
