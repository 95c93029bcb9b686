"""STOP is absolute: what was said about consent, applied before any rule or robot sees the text."""

from datetime import datetime

from django.db import IntegrityError, transaction

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


def opt_out(business: Business, *, phone: str, source: OptOutSource, evidence: str, now: datetime) -> OptOut | None:
    """Record it and stop everything that is queued for this phone; None when it was opted out already.

    Takes the lead's row lock, as the sender does when it claims a text: after this commits, no claim can pass.
    """
    with transaction.atomic():
        lead = Lead.objects.select_for_update().filter(business=business, phone=phone).first()
        try:
            with transaction.atomic():
                row = OptOut.objects.create(
                    business=business, phone=phone, source=source, evidence=evidence[:200], opted_out_at=now
                )
        except IntegrityError:
            return None
        waiting = Message.objects.filter(business=business, lead__phone=phone, direction=Direction.OUT, status=MessageStatus.QUEUED)
        waiting.update(status=MessageStatus.SUPPRESSED, suppression=Suppression.OPTED_OUT, next_at=None)
        events.record(
            "lead.opted_out", business=business, lead=lead, at=now, text=f"Opted out ({OptOutSource(source).label.lower()})"
        )
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
