"""What is known of the person of a conversation, and of what they have asked for before."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from django.db.models import Count, Exists, Expression, IntegerField, Model, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce

from leads.models import JobRequest, LeadEvent
from messaging.access import Locations
from messaging.inbox.asking import opted_out_at
from messaging.inbox.timeline import Timeline, why_decided
from messaging.models import Call, Conversation, Message
from scheduling.enums import AppointmentStatus
from scheduling.models import Appointment

M = TypeVar("M", bound=Model)

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


def facts_of(locations: Locations) -> dict[str, Expression | Subquery]:
    """How often this person called and wrote, and whether there are other conversations: to be read along with one."""

    def count(rows: "QuerySet[Any]", at: str) -> Coalesce:
        theirs = seen_at(rows.filter(lead=OuterRef("lead")), locations, at)
        numbers = theirs.order_by().values("lead").annotate(many=Count("pk"))
        return Coalesce(Subquery(numbers.values("many")[:1], output_field=IntegerField()), 0)

    threads = Conversation.objects.filter(lead=OuterRef("lead"), is_team=False)
    others = seen_at(threads.exclude(pk=OuterRef("pk")), locations)
    return {
        "calls_heard": count(Call.objects.all(), "location"),
        "texts_said": count(Message.objects.filter(conversation__is_team=False), "conversation__location"),
        "has_others": Exists(others),
    }


def seen_at(rows: "QuerySet[M]", locations: Locations, at: str = "location") -> "QuerySet[M]":
    """As leads.access.visible_by_location, by what is known of the places already."""
    return rows if locations.everywhere else rows.filter(**{f"{at}__in": [place.pk for place in locations.seen]})


def visits_of(conversation: Conversation, locations: Locations, there: Mapping[str, int] | None) -> list[Appointment]:
    """Appointments of this person, the latest first."""
    if there is not None and not there.get("visit"):
        return []
    rows = seen_at(Appointment.objects.filter(lead=conversation.lead_id), locations)
    return list(rows.select_related("service", "location__business").order_by("-starts_at", "-id")[:MOST_VISITS])


def panel_of(
    conversation: Conversation,
    locations: Locations,
    *,
    visits: Iterable[Appointment],
    told: Timeline,
    there: Mapping[str, int] | None,
    now: datetime,
) -> Panel:
    """`visits`, `told` and `there` as the timeline has them: nothing is read twice."""
    kept = [visit for visit in visits if visit.status not in _NO_VISITS]
    decided = next((call for call in told.calls if call.decided_at), None)
    known = _facts(conversation, locations)
    return Panel(
        requests=_requests(conversation, locations, there),
        upcoming=[visit for visit in reversed(kept) if visit.ends_at > now],
        past=[visit for visit in kept if visit.ends_at <= now],
        others=_others(conversation, locations) if known["has_others"] else [],
        calls=known["calls_heard"],
        texts=known["texts_said"],
        opted_out_at=opted_out_at(conversation),
        decided=decided,
        why=why_decided(decided) if decided else "",
        said=_said(conversation, told.events),
    )


def _facts(conversation: Conversation, locations: Locations) -> dict[str, Any]:
    facts = facts_of(locations)
    if all(hasattr(conversation, name) for name in facts):
        return {name: getattr(conversation, name) for name in facts}
    return dict(Conversation.objects.filter(pk=conversation.pk).values(**facts)[0])


def _requests(conversation: Conversation, locations: Locations, there: Mapping[str, int] | None) -> list[JobRequest]:
    """The latest first. The only one there is has been read with the conversation."""
    only = conversation.request
    if there is not None and there.get("request", 0) <= (only is not None):
        seen = {place.pk for place in locations.seen}
        return [only] if only and (locations.everywhere or only.location_id in seen) else []
    rows = seen_at(JobRequest.objects.filter(lead=conversation.lead_id), locations)
    return list(rows.select_related("service").order_by("-opened_at", "-id"))


def _others(conversation: Conversation, locations: Locations) -> list[Conversation]:
    threads = Conversation.objects.filter(lead=conversation.lead_id, is_team=False).exclude(pk=conversation.pk)
    rows = seen_at(threads, locations)
    return list(rows.select_related("number", "location").order_by("-last_at", "-id")[:MOST_OTHERS])


def unopened(conversation: Conversation) -> JobRequest:
    """A request that nobody has written down yet."""
    return JobRequest(business=conversation.business, lead=conversation.lead, location=conversation.location)


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
