"""An event is put on its way to every endpoint that wants it, in the transaction in which it happened."""

from collections.abc import Hashable
from dataclasses import dataclass
from threading import Lock

from cachetools import TTLCache
from django.conf import settings

from leads.models import Business, Lead, LeadEvent, WebhookDelivery, WebhookEndpoint
from leads.webhook_kinds import KINDS
from recoverline.lib import queue

DELIVER = "leads.tasks.deliver_webhooks"

_remembered: TTLCache[Hashable, list["Listener"]] = TTLCache(maxsize=5000, ttl=settings.CONFIGURATION_SECONDS)
_lock = Lock()


@dataclass(frozen=True, slots=True)
class Listener:
    """An endpoint that is on; no `kinds` are all of them."""

    pk: int
    kinds: frozenset[str]

    def wants(self, kind: str) -> bool:
        return not self.kinds or kind in self.kinds


def is_wanted(kind: str, *, business: Business, lead: Lead | None = None) -> bool:
    """Whether any endpoint is to be told: what only they want to know needs no row otherwise."""
    return bool(_listeners(kind, business, lead))


def announce(event: LeadEvent, *, business: Business, lead: Lead | None) -> int:
    """Write a delivery for each endpoint that wants this, and ring; how many. `business` and `lead` are the event's.

    Lines of the team are told to nobody, nor is what the simulator caused, unless the whole business is simulated.
    """
    listeners = _listeners(event.kind, business, lead)
    if not listeners:
        return 0
    WebhookDelivery.objects.bulk_create(
        WebhookDelivery(
            business_id=event.business_id, endpoint_id=listener.pk, event=event, kind=event.kind, next_at=event.at,
            created_at=event.at,
        )
        for listener in listeners
    )  # fmt: skip
    queue.enqueue(DELIVER)
    return len(listeners)


def _listeners(kind: str, business: Business, lead: Lead | None) -> list[Listener]:
    if kind not in KINDS:
        return []
    if lead is not None and (lead.is_team or lead.erased_at or lead.is_simulated != business.is_simulated):
        return []
    return [each for each in _endpoints_of(business.pk) if each.wants(kind)]


def _endpoints_of(business_id: int) -> list[Listener]:
    """Remembered for settings.CONFIGURATION_SECONDS: every event asks, and hardly any business has an endpoint."""
    with _lock:
        found = _remembered.get(business_id)
    if found is None:
        rows = WebhookEndpoint.objects.filter(business=business_id, is_active=True).order_by("pk")
        found = [Listener(pk, frozenset(kinds)) for pk, kinds in rows.values_list("pk", "kinds")]
        with _lock:
            _remembered[business_id] = found
    return found
