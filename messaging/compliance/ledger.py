"""THE writer of the ledger of consent: what was said about being texted, when, by which means, with which evidence.

Lines are only ever added. The same evidence makes one line of a kind, so that whatever is handled twice counts once.
"""

from datetime import datetime

from django.contrib.auth.base_user import AbstractBaseUser

from messaging.enums import ConsentKind, ConsentMeans, ConsentScope
from messaging.models import ConsentEntry, Message
from recoverline.lib.text import one_line

LONGEST = 200


def note(
    business_id: int,
    phone: str,
    kind: ConsentKind,
    *,
    means: ConsentMeans,
    at: datetime,
    evidence: str,
    said: str = "",
    scope: ConsentScope = ConsentScope.ALL,
    actor: AbstractBaseUser | None = None,
) -> None:
    """Add a line, in the caller's transaction; nothing when this `evidence` has made one of this kind already.

    `evidence` names one row or one outside id ("text SM1"), never a phone: it outlives the person's data. One
    statement.
    """
    entry = ConsentEntry(
        business_id=business_id, phone=phone, kind=kind, means=means, scope=scope, said=one_line(said, LONGEST),
        evidence=evidence[:LONGEST], actor_id=actor.pk if actor else None, at=at,
    )  # fmt: skip
    ConsentEntry.objects.bulk_create([entry], ignore_conflicts=True)


def note_contact(business_id: int, phone: str, *, means: ConsentMeans, at: datetime, evidence: str) -> None:
    """They turned to the business first, which lets it answer about that matter."""
    kind, scope = ConsentKind.CONTACTED, ConsentScope.REQUEST
    note(business_id, phone, kind, means=means, at=at, evidence=evidence, scope=scope)


def note_confirmed(message: Message, *, at: datetime) -> None:
    """Our own confirmation of an opt-out has left."""
    note(
        message.business_id, message.lead.phone, ConsentKind.CONFIRMED, means=ConsentMeans.TEXT, at=at,
        evidence=f"text {message.key}", said=message.body,
    )  # fmt: skip


def restore(business_id: int, *, pseudonym: str, phone: str) -> None:
    """The person behind an erased phone is back: their lines are theirs again. For messaging.consent.recall alone."""
    ConsentEntry.objects.filter(business=business_id, phone=pseudonym).update(phone=phone)
