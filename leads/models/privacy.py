import secrets

from django.db import models

from leads.models.business import Business
from recoverline.lib.crypto import EncryptedTextField


def new_salt() -> str:
    return secrets.token_urlsafe(24)


class PrivacySalt(models.Model):
    """What keeps the hashes that stand for a business's erased phones from being guessed. Made once, never changed."""

    business = models.OneToOneField(Business, on_delete=models.CASCADE, related_name="privacy_salt")
    salt = EncryptedTextField(default=new_salt, editable=False)

    def __str__(self) -> str:
        return f"Salt of {self.business}"
