"""E-mail leaves here."""

from collections.abc import Sequence

from django.conf import settings
from django.core.mail import send_mail

SUBJECT_AT_MOST = 150


def send(subject: str, body: str, addresses: Sequence[str]) -> None:
    """One e-mail. Names in a subject are words of strangers, and a line break in them would end it."""
    send_mail(" ".join(subject.split())[:SUBJECT_AT_MOST], body, settings.DEFAULT_FROM_EMAIL, list(addresses))
