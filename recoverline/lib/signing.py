"""Secrets in links: random tokens whose hash is stored, and values that carry their own proof.

A token opens one thing and can be withdrawn, because its row can go. A signed value needs no row; it can only grow too
old.
"""

import base64
import hashlib
import hmac
import secrets
from datetime import datetime

from recoverline.lib import clock


def new_token() -> str:
    """A link's secret of 256 random bits. Show it once and store its hash."""
    return secrets.token_urlsafe(32)


def hash_token(token: str) -> str:
    """What to store and look up: SHA-256 in hex. A token is random, so a slow hash with a salt would add nothing."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def sign(purpose: str, value: str, *, key: str) -> str:
    """`value`, readable by anyone, with the present second and a proof that holds for this `purpose` alone.

    The result is `value.seconds.proof`, the outer two in URL-safe base64.
    """
    stamped = f"{_encode(value.encode())}.{int(clock.now().timestamp())}"
    return f"{stamped}.{_proof(purpose, stamped, key)}"


def unsign(purpose: str, signed: str, *, key: str, max_age: int | None, now: datetime) -> str | None:
    """The value that `sign` was given, None for anything else and for what is more than `max_age` seconds old."""
    stamped, _, proof = signed.rpartition(".")
    # As bytes: compare_digest raises on text outside ASCII.
    if not hmac.compare_digest(_bytes(proof), _bytes(_proof(purpose, stamped, key))):
        return None
    encoded, _, seconds = stamped.partition(".")
    if max_age is not None and now.timestamp() - int(seconds) > max_age:
        return None
    return base64.urlsafe_b64decode(encoded + "=" * (-len(encoded) % 4)).decode()


def _proof(purpose: str, stamped: str, key: str) -> str:
    if not key:
        raise ValueError("An empty key proves nothing.")
    # The purpose goes in as a hash of fixed length, so that no purpose can be read as another one followed by a piece
    # of value.
    message = hashlib.sha256(_bytes(purpose)).digest() + _bytes(stamped)
    return _encode(hmac.digest(_bytes(key), message, "sha256"))


def _encode(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")
