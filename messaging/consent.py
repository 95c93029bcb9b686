"""STOP is absolute: what was said about consent, applied before any rule or robot sees the text."""

from datetime import datetime

from django.db import IntegrityError, connection, transaction

from leads import events
from leads.models import Business, Lead
from messaging.enums import Direction, MessageStatus, OptOutSource, Suppression
from messaging.models import Message, OptOut
from messaging.optout_words import Meaning, read_consent

# What a carrier says it did itself outweighs our reading of the words.
_CARRIER_KEYWORDS = {"STOP": Meaning.STOP, "START": Meaning.START, "HELP": Meaning.HELP}


def meaning_of(body: str, *, carrier_keyword: str = "") -> Meaning:
    """What a text says about consent."""
    return _CARRIER_KEYWORDS.get(carrier_keyword) or read_consent(body)


def is_opted_out(business_id: int, phone: str) -> bool:
    return OptOut.objects.filter(business=business_id, phone=phone, revoked_at=None).exists()


def hold_contact(lead_id: int) -> None:
    """For the rest of this transaction, let an opt-out and a claim for sending follow each other.

    Always taken before a row of the contact's texts is changed, or two transactions could wait for each other. Rows
    that refer to the lead may still be written meanwhile. SQLite has one writer anyway.
    """
    if connection.features.has_select_for_update:
        list(Lead.objects.select_for_update(no_key=True).filter(pk=lead_id).values_list("pk"))


def opt_out(business: Business, *, phone: str, source: OptOutSource, evidence: str, now: datetime) -> OptOut | None:
    """Record it and stop everything that is queued for this phone; None when it was opted out already.

    Takes the contact's lock, as the sender does when it claims a text: after this commits, no claim can pass. What a
    sender has in its hands at this moment may still leave; the event says so.
    """
    with transaction.atomic():
        lead = Lead.objects.filter(business=business, phone=phone).first()
        if lead is not None:
            hold_contact(lead.pk)
        try:
            with transaction.atomic():
                row = OptOut.objects.create(
                    business=business, phone=phone, source=source, evidence=evidence[:200], opted_out_at=now
                )
        except IntegrityError:
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


def opt_in(business: Business, *, phone: str, evidence: str, now: datetime) -> bool:
    """Take the opt-out back, by the person's own explicit word or by staff with evidence; False when there was none."""
    with transaction.atomic():
        rows = OptOut.objects.filter(business=business, phone=phone, revoked_at=None)
        if not rows.update(revoked_at=now, revoked_evidence=evidence[:200]):
            return False
        lead = Lead.objects.filter(business=business, phone=phone).first()
        events.record("lead.opted_in", business=business, lead=lead, at=now, text="Opted in again")
    return True
