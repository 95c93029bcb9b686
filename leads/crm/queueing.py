"""What happened to a lead makes it due at each CRM of the business, in the transaction in which it happened."""

from collections.abc import Hashable
from datetime import datetime, timedelta
from threading import Lock

from cachetools import TTLCache
from django.conf import settings
from django.db.models import F, QuerySet

from leads.enums import CrmStatus
from leads.models import Business, CrmConnection, CrmSync, Lead, LeadEvent

# A burst of events is one write.
SETTLES = timedelta(seconds=30)
KINDS = frozenset(
    {
        *("call.missed", "lead.created", "lead.noted", "lead.corrected", "lead.opted_out", "lead.opted_in"),
        *("appointment.requested", "appointment.booked", "appointment.moved", "appointment.canceled"),
        *("appointment.completed", "appointment.missed", "conversation.handed_off", "conversation.urgent"),
        *("request.estimated", "request.booked", "request.won", "request.lost", "request.reopened"),
        *("request.spam", "request.wrong_number", "lead.unblocked"),
    }
)

_remembered: TTLCache[Hashable, list[int]] = TTLCache(maxsize=5000, ttl=settings.CONFIGURATION_SECONDS)
_lock = Lock()


def is_wanted(kind: str, *, business: Business, lead: Lead | None) -> bool:
    """Whether any CRM is to hear of it."""
    return bool(_connections_for(kind, business, lead))


def touch(event: LeadEvent, *, business: Business, lead: Lead | None) -> int:
    """Make the lead due wherever it is written to; at how many. Who is simulated, erased or of the team is nowhere."""
    connections = _connections_for(event.kind, business, lead)
    if connections and lead is not None:
        due(lead, connections, at=event.at)
    return len(connections)


def due(lead: Lead, connections: list[int], *, at: datetime) -> None:
    """Whoever waits keeps their moment; who was written or given up waits anew; a choice stays a choice."""
    CrmSync.objects.bulk_create(
        [
            CrmSync(
                business_id=lead.business_id, connection_id=pk, lead=lead, asked=0, status=CrmStatus.DONE, created_at=at
            )
            for pk in connections
        ],
        ignore_conflicts=True,
    )
    rows = CrmSync.objects.filter(lead=lead, connection__in=connections)
    rows.update(asked=F("asked") + 1)
    ended = rows.filter(status__in=[CrmStatus.DONE, CrmStatus.FAILED])
    ended.update(status=CrmStatus.WAITING, next_at=at + SETTLES, tries=0)


def again(rows: QuerySet[CrmSync], *, now: datetime) -> int:
    """Try by hand what was given up; how many. What waits is tried at once."""
    open_rows = CrmSync.objects.filter(
        pk__in=rows.values("pk"), status__in=[CrmStatus.FAILED, CrmStatus.WAITING], connection__is_active=True
    )
    return open_rows.update(status=CrmStatus.WAITING, next_at=now, tries=0, asked=F("asked") + 1)


def choose(row: CrmSync, choice: str, *, now: datetime) -> bool:
    """Staff say which of the candidates it is, or "new"; False for anything else, or when it is settled already."""
    if choice != "new" and choice not in {candidate["id"] for candidate in row.candidates}:
        return False
    mine = CrmSync.objects.filter(pk=row.pk, status=CrmStatus.CONFLICT)
    return bool(
        mine.update(
            status=CrmStatus.WAITING, choice=choice, candidates=[], last_error="", next_at=now, tries=0,
            asked=F("asked") + 1,
        )
    )  # fmt: skip


def _connections_for(kind: str, business: Business, lead: Lead | None) -> list[int]:
    if kind not in KINDS or lead is None or lead.is_team or lead.is_simulated or lead.erased_at:
        return []
    return _connections_of(business.pk)


def _connections_of(business_id: int) -> list[int]:
    """Remembered for settings.CONFIGURATION_SECONDS: every event asks, and hardly any business has one.

    Also those that are paused, so that nothing is missing when they go on; not those that somebody switched off.
    """
    with _lock:
        found = _remembered.get(business_id)
    if found is None:
        rows = CrmConnection.objects.filter(business=business_id)
        found = list((rows.filter(is_active=True) | rows.filter(paused_at__isnull=False)).values_list("pk", flat=True))
        with _lock:
            _remembered[business_id] = found
    return found
