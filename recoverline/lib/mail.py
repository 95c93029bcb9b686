"""E-mail leaves here."""

from collections.abc import Sequence

from django.conf import settings
from django.core.mail import EmailMultiAlternatives

SUBJECT_AT_MOST = 150


def send(subject: str, body: str, addresses: Sequence[str], *, html: str = "", unsubscribe: str = "") -> None:
    """One e-mail. Names in a subject are words of strangers, and a line break in them would end it.

    `html`: the same for readers who show it. `unsubscribe`: the page where it is stopped (RFC 2369, List-Unsubscribe).
    """
    message = EmailMultiAlternatives(
        " ".join(subject.split())[:SUBJECT_AT_MOST], body, settings.DEFAULT_FROM_EMAIL, list(addresses),
        headers={"List-Unsubscribe": f"<{unsubscribe}>"} if unsubscribe else None,
    )  # fmt: skip
    if html:
        message.attach_alternative(html, "text/html")
    message.send()
