"""The middle of a change of FIELD_KEYS: the new key is in front, the old one still there, and this uses the new one."""

from typing import Any

from allauth.mfa.models import Authenticator
from django.apps import apps
from django.core.management.base import BaseCommand
from django.db import transaction

from recoverline.lib.crypto import EncryptedTextField, reencrypt


class Command(BaseCommand):
    help = "Encrypt under the first of FIELD_KEYS whatever is stored encrypted. Afterwards the other keys can go."

    def handle(self, *args: Any, **options: Any) -> None:
        with transaction.atomic():
            rows = sum(_save_again(model) for model in apps.get_models()) + _second_steps()
        self.stdout.write(f"{rows} rows encrypted anew.")


def _save_again(model: type[Any]) -> int:
    names = [field.name for field in model._meta.concrete_fields if isinstance(field, EncryptedTextField)]
    rows = list(model._default_manager.select_for_update()) if names else []
    for row in rows:
        row.save(update_fields=names)
    return len(rows)


def _second_steps() -> int:
    """Authenticators keep theirs inside a JSON value, as the library lays it out."""
    rows = list(Authenticator.objects.select_for_update())
    for row in rows:
        for name in ("secret", "seed"):
            if row.data.get(name):
                row.data[name] = reencrypt(row.data[name])
        if codes := row.data.get("migrated_codes"):
            row.data["migrated_codes"] = [reencrypt(code) for code in codes]
        row.save(update_fields=["data"])
    return len(rows)
