"""What is known of the person of a conversation, and of what they have asked for before."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, IntegerField, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce

from leads.access import User, visible_by_location
from leads.models import JobRequest, Lead, LeadEvent
from messaging import access
from messaging.inbox.timeline import Timeline, why_decided
from messaging.models import Call, Conversation, OptOut
from scheduling import access as scheduling_access
from scheduling.enums import AppointmentStatus
from scheduling.models import Appointment

MOST_VISITS, MOST_OTHERS = 200, 10
# How leads.intake names what it keeps, by field of the forms.
_LEAD_WORDS = {"name": "Name", "kind": "Customer"}
_REQUEST_WORDS = {
    "service": "Service", "need": "Need", "urgency": "Urgency", "place": "Place", "address": "Address",
    "preferred": "Preferred time", "notes": "Notes",
}  # fmt: skip
# Never came to be a visit.
_NO_VISITS = (AppointmentStatus.HOLD, AppointmentStatus.EXPIRED)


@dataclass(frozen=True, slots=True)
class Panel:
    """Only what the asker may see. `said`: by field, when the customer said what stands there."""

    requests: list[JobRequest]
    upcoming: list[Appointment]
    past: list[Appointment]
    others: list[Conversation]
    calls: int
    texts: int
    opted_out_at: datetime | None
    decided: Call | None
    why: str
    said: Mapping[str, datetime]


def visits_of(user: User, lead: Lead) -> list[Appointment]:
    """Appointments of this person, the latest first."""
    rows = scheduling_access.appointments_for(user).filter(lead=lead)
    return list(rows.select_related("service", "location__business").order_by("-starts_at", "-id")[:MOST_VISITS])


def panel_of(
    user: User, conversation: Conversation, visits: Iterable[Appointment], told: Timeline, *, now: datetime
) -> Panel:
    """`visits` and `told` as the timeline has them: nothing is read twice."""
    lead = conversation.lead
    kept = [visit for visit in visits if visit.status not in _NO_VISITS]
    requests = visible_by_location(user, JobRequest.objects.filter(lead=lead)).select_related("service")
    others = access.conversations_for(user).filter(lead=lead).exclude(pk=conversation.pk)
    decided = next((call for call in told.calls if call.decided_at), None)
    counted = _counted(user, lead)
    return Panel(
        requests=list(requests.order_by("-opened_at", "-id")),
        upcoming=[visit for visit in reversed(kept) if visit.ends_at > now],
        past=[visit for visit in kept if visit.ends_at <= now],
        others=list(others.select_related("number", "location").order_by("-last_at", "-id")[:MOST_OTHERS]),
        calls=counted["calls_heard"],
        texts=counted["texts_said"],
        opted_out_at=counted["opted_out_at"],
        decided=decided,
        why=why_decided(decided) if decided else "",
        said=_said(conversation, told.events),
    )


def unopened(conversation: Conversation) -> JobRequest:
    """A request that nobody has written down yet."""
    return JobRequest(business=conversation.business, lead=conversation.lead, location=conversation.location)


def _counted(user: User, lead: Lead) -> dict[str, Any]:
    """How often, and whether they opted out, in one question."""

    def count(rows: QuerySet[Any]) -> Coalesce:
        numbers = rows.filter(lead=OuterRef("pk")).order_by().values("lead").annotate(many=Count("pk"))
        return Coalesce(Subquery(numbers.values("many")[:1], output_field=IntegerField()), 0)

    gone = OptOut.objects.filter(business=OuterRef("business"), phone=OuterRef("phone"), revoked_at=None)
    found = Lead.objects.filter(pk=lead.pk).values(
        calls_heard=count(access.calls_for(user)),
        texts_said=count(access.messages_for(user)),
        opted_out_at=Subquery(gone.values("opted_out_at")[:1]),
    )[0]
    return dict(found)


def _said(conversation: Conversation, events: Iterable[LeadEvent]) -> dict[str, datetime]:
    """When a customer said what stands in a field: only where it still is what they said, and no colleague wrote it."""
    found: dict[str, tuple[datetime, bool, str]] = {}
    for event in events:
        if event.kind not in ("lead.noted", "lead.corrected"):
            continue
        for line in event.text.split("; "):
            word, _, value = line.partition(": ")
            found.setdefault(word, (event.at, event.actor_id is None, re.sub(r", was .*", "", value)))
    said = {}
    for prefix, row, words in (
        ("lead", conversation.lead, _LEAD_WORDS), ("request", conversation.request, _REQUEST_WORDS)
    ):  # fmt: skip
        for name, word in words.items():
            at, by_them, value = found.get(word, (None, False, ""))
            stored = str(getattr(row, name, "") or "")
            if at and by_them and value and stored.startswith(value):
                said[f"{prefix}-{name}"] = at
    return said
