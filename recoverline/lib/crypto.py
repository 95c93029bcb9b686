"""Secrets at rest: a text column that the database, a dump of it and a backup hold only encrypted.

The keys are settings.FIELD_KEYS: the first encrypts, all decrypt. To change a key put the new one in front, `reencrypt`
what is stored, take the old one out.
"""

import base64
import hashlib
from functools import lru_cache
from typing import Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.core.exceptions import FieldError, ImproperlyConfigured
from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models.lookups import Exact, IsNull, Lookup


class DecryptionFailed(Exception):
    """What is stored cannot be read with any of the keys: a key is missing, or the value is not ours."""


def encrypt(value: str) -> str:
    """`value` as stored, under the first key; nothing is stored for nothing."""
    return _cipher().encrypt(value.encode()).decode() if value else ""


def decrypt(stored: str) -> str:
    """What `encrypt` was given. Raises DecryptionFailed; the stored form itself is never handed out."""
    if not stored:
        return ""
    try:
        return _cipher().decrypt(stored.encode()).decode()
    except InvalidToken:
        # Not chained: the cause says nothing more, and a report of it would show the stored value.
        raise DecryptionFailed("No key in FIELD_KEYS reads this value.") from None


def reencrypt(value: str) -> str:
    """A stored `value` as stored under the first key. Raises DecryptionFailed."""
    return encrypt(decrypt(value))


class EncryptedTextField(models.TextField):  # type: ignore[type-arg]  # generic in the stubs only
    """Text that is plain in Python and encrypted in the database, so it cannot be searched or compared there.

    The only lookups are `isnull` and being empty. Saving a row encrypts under the first key.
    """

    def from_db_value(self, value: str | None, expression: object, connection: BaseDatabaseWrapper) -> str | None:
        return None if value is None else decrypt(value)

    def get_db_prep_save(self, value: Any, connection: BaseDatabaseWrapper) -> Any:
        prepared = super().get_db_prep_save(value, connection)
        return encrypt(prepared) if isinstance(prepared, str) else prepared

    def get_lookup(self, lookup_name: str) -> "type[Lookup[Any]] | None":
        allowed: dict[str, type[Lookup[Any]]] = {"isnull": IsNull, "exact": _ExactlyEmpty}
        if lookup_name not in allowed:
            raise FieldError(f"An encrypted field cannot be searched by {lookup_name}.")
        return allowed[lookup_name]

    def get_transform(self, lookup_name: str) -> None:
        return None


class _ExactlyEmpty(Exact):
    def get_prep_lookup(self) -> Any:
        if self.rhs is not None and self.rhs != "":
            raise FieldError("An encrypted field can only be compared with an empty text.")
        return super().get_prep_lookup()


def _cipher() -> MultiFernet:
    return _cipher_of(tuple(settings.FIELD_KEYS))


@lru_cache(maxsize=8)
def _cipher_of(keys: tuple[str, ...]) -> MultiFernet:
    if not keys or not all(keys):
        raise ImproperlyConfigured("FIELD_KEYS needs at least one key, none of them empty.")
    return MultiFernet([_fernet(key) for key in keys])


def _fernet(key: str) -> Fernet:
    try:
        return Fernet(key)
    except ValueError:
        # Any other text will do as a key, as long as it is hard to guess: SECRET_KEY is what a small installation has.
        return Fernet(base64.urlsafe_b64encode(hashlib.sha256(key.encode()).digest()))
