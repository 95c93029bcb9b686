"""How many follow-ups somebody has had, and how soon after each other they may come."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from leads.models import Business, Lead
from messaging.enums import MessageKind
from messaging.facts import NEVER_LEFT
from messaging.models import Message

PERIOD = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Had:
    """Follow-up texts of the last 30 days, of whatever sequence: how many, and when the last one was written."""

    count: int
    last_at: datetime | None

    def and_at(self, at: datetime) -> "Had":
        return Had(self.count + 1, at)


def texts_had(lead: Lead, *, now: datetime) -> Had:
    """What `lead` had; nothing for one that is not saved."""
    if not lead.pk:
        return Had(0, None)
    texts = Message.objects.filter(lead=lead, kind=MessageKind.FOLLOW_UP, created_at__gt=now - PERIOD)
    times = list(texts.exclude(status__in=NEVER_LEFT).order_by("-created_at").values_list("created_at", flat=True))
    return Had(len(times), times[0] if times else None)


def gap_of(business: Business) -> timedelta:
    return timedelta(hours=business.follow_up_gap_hours)
