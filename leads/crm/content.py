"""From the rows of a lead: what is known of them, their requests as deals, what happened as one note."""

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.utils.module_loading import import_string

from leads.crm import mapping
from leads.crm.mapping import Deal
from leads.enums import RequestStatus
from leads.models import JobRequest, Lead, LeadEvent

# What is worth a line at the contact, with the words for events that say nothing themselves.
NOTED = {
    "call.missed": "Called and was missed.",
    "conversation.handed_off": "The robot gave the conversation to the team.",
    "conversation.urgent": "It became urgent.",
    "appointment.requested": "Asked for an appointment.",
    "appointment.booked": "Booked an appointment.",
    "appointment.moved": "An appointment was moved.",
    "appointment.canceled": "An appointment was canceled.",
    "appointment.completed": "An appointment took place.",
    "appointment.missed": "Did not come to an appointment.",
    "request.estimated": "An estimate was given.",
    "request.won": "The request became a job.",
    "request.lost": "The request was lost.",
    "lead.opted_out": "Wants no more texts.",
    "lead.opted_in": "Wants texts again.",
}
LINES = 20
DEALS = 20


@dataclass(frozen=True, slots=True)
class Note:
    """`at` is when the last of it happened, `noted_to` the event up to which it tells."""

    text: str
    at: datetime
    noted_to: int


def is_somebody(lead: Lead, requests: list[JobRequest]) -> bool:
    """Whether they belong into a CRM: not who is blocked, nor whose every request was spam or a wrong number."""
    if lead.erased_at or lead.is_team or lead.is_simulated or lead.blocked_at:
        return False
    return not requests or any(request.status not in mapping.NOTHING for request in requests)


def requests_of(lead: Lead) -> list[JobRequest]:
    """The newest first."""
    return list(lead.requests.order_by("-opened_at", "-pk")[:DEALS])


def known_of(lead: Lead, requests: list[JobRequest]) -> dict[str, str]:
    """By our names (mapping.OURS); empty ones say that we do not know."""
    latest = next((each for each in requests if each.status not in mapping.NOTHING), None)
    first, last = mapping.split_name(lead.name)
    is_opted_out = import_string(settings.IS_OPTED_OUT)(lead.business_id, lead.phone)
    return {
        "phone": lead.phone, "email": lead.email, "name": lead.name, "first_name": first, "last_name": last,
        "language": lead.language, "kind": lead.kind, "source": lead.source,
        "opted_out": "true" if is_opted_out else "false",
        "need": latest.need if latest else "", "place": latest.place if latest else "",
        "address": latest.address if latest else "", "status": latest.status if latest else "",
    }  # fmt: skip


def deals_of(lead: Lead, requests: list[JobRequest]) -> list[Deal]:
    """The oldest first; none of what was nobody's customer."""
    return [_deal(lead, request) for request in reversed(requests) if request.status not in mapping.NOTHING]


def _deal(lead: Lead, request: JobRequest) -> Deal:
    stage = request.status
    if stage == RequestStatus.OPEN and request.estimated_at:
        stage = "estimated"
    cents = request.value_cents if request.value_cents is not None else request.estimate_cents
    title = request.need or f"Request of {lead.name or lead.phone}"
    return Deal(str(request.key), title[:200], str(stage), cents)


def note_of(lead: Lead, *, after: int) -> Note | None:
    """What happened since event `after`, a line each; None if nothing that is worth one."""
    rows = LeadEvent.objects.filter(lead=lead, pk__gt=after, kind__in=NOTED).order_by("-pk")[:LINES]
    events = list(reversed(rows))
    if not events:
        return None
    zone = lead.business.zone
    lines = [_line(event.at.astimezone(zone), event.text or NOTED[event.kind]) for event in events]
    last = events[-1].pk
    return Note("\n".join([mark_of(last), *lines]), max(event.at for event in events), last)


def mark_of(noted_to: int) -> str:
    """The first line of the note up to that event: by it a note is known again."""
    return f"Recoverline, note {noted_to}."


def _line(at: datetime, said: str) -> str:
    return f"{at:%b} {at.day}, {at:%H:%M}: {said}"
