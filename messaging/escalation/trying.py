"""A test: somebody has the alerts sent to themselves, to see that they arrive and how to answer them."""

from datetime import datetime

from django.db import IntegrityError, transaction

from leads import events
from leads.models import Location, Membership
from messaging.escalation import chain, opening
from messaging.escalation.enums import AlertChannel, EscalationClass, EscalationStatus
from messaging.models import Escalation

# Nobody else has to hear of it: it stands in no banner.
PREFIX = "test:"
SUMMARY = "This is only a test: say that it is yours"
# Long enough to look for the phone, short enough to wait for the call.
WAIT_MINUTES = 2


def open_test(member: Membership, location: Location, *, now: datetime) -> Escalation | None:
    """Text `member`, then call them; without a phone, mail them. None while a test of theirs is still open.

    Raises ValueError for somebody who would not be told at all; the words are for them.
    """
    channels = [
        channel for channel in (AlertChannel.TEXT, AlertChannel.CALL) if chain.can_be_told(member, location, channel)
    ] or [channel for channel in (AlertChannel.EMAIL,) if chain.can_be_told(member, location, channel)]
    if not channels:
        raise ValueError("You have neither a phone nor an e-mail address here, or you are away.")
    steps = [
        {"channel": channel.value, "wait": WAIT_MINUTES, "target": "member", "people": [chain.person(member)]}
        for channel in channels
    ]
    key = f"{PREFIX}{member.pk}"
    waiting = Escalation.objects.filter(business=member.business_id, dedup_key=key)
    # One that nobody answered is over once it has run its course; the next test is a new one.
    waiting.filter(status=EscalationStatus.OPEN, exhausted_at__lt=now).update(
        status=EscalationStatus.CLOSED, closed_at=now, next_at=None
    )
    waiting.filter(status=EscalationStatus.ACKNOWLEDGED).update(
        status=EscalationStatus.CLOSED, closed_at=now, next_at=None
    )
    try:
        with transaction.atomic():
            row = Escalation.objects.create(
                business_id=member.business_id, location=location, kind=EscalationClass.TROUBLE, dedup_key=key,
                summary=SUMMARY, chain=steps, opened_at=now, next_at=now, is_simulated=member.business.is_simulated,
            )  # fmt: skip
            events.record(
                "escalation.opened", business=member.business, lead=None, at=now, text=f"Test alert to {member.user}",
                escalation=str(row.key),
            )  # fmt: skip
    except IntegrityError:
        return None
    opening.ring_bell()
    return row
