"""STOP is absolute: what was said about consent, applied before any rule or robot sees the text.

The only writer of opt-outs. Each of its acts adds its line to the ledger (messaging.compliance.ledger) in the same
transaction.
"""

import uuid
from datetime import datetime

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import IntegrityError, connection, transaction
from django.db.models import Exists

from leads import events
from leads.models import Business, Lead
from leads.models.privacy import PrivacySalt
from leads.pseudonyms import pseudonym
from messaging import configuration
from messaging.compliance import ledger
from messaging.enums import ConsentKind, ConsentMeans, Direction, MessageStatus, OptOutSource, Suppression
from messaging.models import Message, NeverText, OptOut
from messaging.optout_words import Meaning, read_consent

# What a carrier says it did itself outweighs our reading of the words.
_CARRIER_KEYWORDS = {"STOP": Meaning.STOP, "START": Meaning.START, "HELP": Meaning.HELP}
# How the key of the text begins that confirms an opt-out.
CONFIRMATION = "optout:"
# These come with the id of a text or of an error; what people write as evidence may be the same for many phones.
_NAMES_ITS_CAUSE = (OptOutSource.TEXT, OptOutSource.CARRIER)


def meaning_of(body: str, *, carrier_keyword: str = "") -> Meaning:
    """What a text says about consent."""
    return _CARRIER_KEYWORDS.get(carrier_keyword) or read_consent(body)


def names_of(business_id: int, phone: str) -> tuple[str, ...]:
    """What rows about `phone` may call it: itself, and what stands for it in a business that has erased somebody."""
    salt = configuration.remember(("salt", business_id), lambda: _salt_of(business_id))
    return (phone, pseudonym(phone, salt=salt)) if salt else (phone,)


def _salt_of(business_id: int) -> str:
    row = PrivacySalt.objects.filter(business=business_id).first()
    return row.salt if row else ""


def is_opted_out(business_id: int, phone: str) -> bool:
    """Also somebody whose data was erased, and who is back."""
    return OptOut.objects.filter(business=business_id, phone__in=names_of(business_id, phone), revoked_at=None).exists()


def recall(business_id: int, phone: str) -> None:
    """Somebody turns to the business as if for the first time: if they were erased, what they asked for holds again.

    Their opt-out, their place on the never-text list and their lines of the ledger bear `phone` once more.
    """
    erased = names_of(business_id, phone)[1:]
    if not erased:
        return
    opt_outs = OptOut.objects.filter(business=business_id, phone=erased[0])
    if OptOut.objects.filter(business=business_id, phone=phone, revoked_at=None).exists():
        opt_outs = opt_outs.exclude(revoked_at=None)  # one is enough, and all there may be
    opt_outs.update(phone=phone)
    listed = NeverText.objects.filter(business=business_id, phone=phone)
    NeverText.objects.filter(~Exists(listed), business=business_id, phone=erased[0]).update(phone=phone)
    ledger.restore(business_id, pseudonym=erased[0], phone=phone)


def hold_contact(lead_id: int) -> None:
    """For the rest of this transaction, let an opt-out and a claim for sending follow each other.

    Always taken before a row of the contact's texts is changed, or two transactions could wait for each other. Rows
    that refer to the lead may still be written meanwhile. SQLite has one writer anyway.
    """
    if connection.features.has_select_for_update:
        list(Lead.objects.select_for_update(no_key=True).filter(pk=lead_id).order_by().values_list("pk"))


def opt_out(
    business: Business,
    *,
    phone: str,
    source: OptOutSource,
    evidence: str,
    now: datetime,
    said: str = "",
    actor: AbstractBaseUser | None = None,
) -> OptOut | None:
    """Record it and stop everything that is queued for this phone; None when it was opted out already.

    `evidence`: the id of what shows it ("text SM1", "carrier error 21610 of text ..."), or who says so and why;
    `said`: their own words. Takes the contact's lock, as the sender does when it claims a text: after this commits, no
    claim can pass. What a sender has in its hands at this moment may still leave; the event says so.
    """
    with transaction.atomic():
        recall(business.pk, phone)
        lead = Lead.objects.filter(business=business, phone=phone).first()
        if lead is not None:
            hold_contact(lead.pk)
        kept = f"{evidence}: {said}" if said else evidence
        try:
            with transaction.atomic():
                row = OptOut.objects.create(
                    business=business, phone=phone, source=source, evidence=kept[:200], opted_out_at=now
                )
        except IntegrityError:
            row = None
        if row is not None or source in _NAMES_ITS_CAUSE:
            cause = evidence if row is None or source in _NAMES_ITS_CAUSE else f"opt-out {row.pk}: {evidence}"
            means = ConsentMeans(str(source))
            ledger.note(
                business.pk, phone, ConsentKind.OPTED_OUT, means=means, at=now, evidence=cause, said=said, actor=actor
            )
        if row is None:
            return None
        texts = Message.objects.filter(business=business, lead__phone=phone, direction=Direction.OUT)
        texts.filter(status=MessageStatus.QUEUED).update(
            status=MessageStatus.SUPPRESSED, suppression=Suppression.OPTED_OUT, next_at=None
        )
        leaving = texts.filter(status=MessageStatus.SENDING).count()
        told = f"Opted out ({OptOutSource(source).label.lower()})" + (
            "; a text may be on its way already" if leaving else ""
        )
        events.record("lead.opted_out", business=business, lead=lead, at=now, text=told, leaving=leaving)
    return row


def opt_in(
    business: Business,
    *,
    phone: str,
    evidence: str,
    now: datetime,
    said: str = "",
    means: ConsentMeans = ConsentMeans.TEXT,
    is_explicit: bool = True,
    actor: AbstractBaseUser | None = None,
) -> bool:
    """Take the opt-out back, by the person's own explicit word or by staff with evidence; False when there was none.

    `evidence` and `said` as in `opt_out`. Not `is_explicit`: a word that means it only to somebody who has opted out.
    """
    with transaction.atomic():
        recall(business.pk, phone)
        rows = OptOut.objects.filter(business=business, phone=phone, revoked_at=None)
        kept = f"{evidence}: {said}" if said else evidence
        revoked = rows.values_list("pk", flat=True).first()
        changed = rows.update(revoked_at=now, revoked_evidence=kept[:200])
        if changed or is_explicit:
            cause = evidence if means != ConsentMeans.STAFF else f"{_occasion(revoked)}: {evidence}"
            ledger.note(
                business.pk, phone, ConsentKind.OPTED_IN, means=means, at=now, evidence=cause, said=said, actor=actor
            )
        if not changed:
            return False
        lead = Lead.objects.filter(business=business, phone=phone).first()
        events.record("lead.opted_in", business=business, lead=lead, at=now, text="Opted in again")
    return True


def _occasion(revoked: int | None) -> str:
    """What no other line of the ledger begins with: staff write the same words for many phones."""
    return f"opt-out {revoked}" if revoked is not None else f"entry {uuid.uuid4().hex[:12]}"
