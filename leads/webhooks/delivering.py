"""One delivery: claimed by a conditional update with lease and fence, posted without a transaction, its end written.

The row is the truth. Whoever dies with a claim leaves it to its lease; then it is sent again under the same id, which
is how the receiver tells a repetition.
"""

import json
import logging
import random
import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.module_loading import import_string

from leads import events
from leads.enums import DeliveryStatus
from leads.models import LeadEvent, WebhookDelivery, WebhookEndpoint
from leads.webhooks import plan, signing
from leads.webhooks.plan import Answer, Verdict
from recoverline.lib import http

logger = logging.getLogger(__name__)

DEADLINE_SECONDS = 15.0
LARGEST_ANSWER = 65_536
LARGEST_BODY = 20_000
LEASE = timedelta(seconds=60)  # longer than a post takes, whatever the other side does
TRIES_KEPT = 20
UNDER_WAY = (DeliveryStatus.WAITING, DeliveryStatus.SENDING)
TELL_AFTER = timedelta(hours=1)
TELL_AGAIN_AFTER = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Parcel:
    """What is posted, and the fence: the number of this claim."""

    delivery_id: int
    endpoint_id: int
    fence: int
    url: str
    message_id: str
    body: str
    keys: tuple[str, ...]


def claim(delivery: WebhookDelivery, *, now: datetime) -> Parcel | None:
    """Own the row (with its endpoint and event) for LEASE, or leave it: another has it, or there is nothing to tell.

    Its body is written when it is claimed for the first time, and stays the same.
    """
    fence = delivery.attempts + 1
    lease = now + LEASE
    mine = WebhookDelivery.objects.filter(
        pk=delivery.pk, attempts=delivery.attempts, status__in=UNDER_WAY, next_at__lte=now, endpoint__is_active=True
    )
    if not mine.update(status=DeliveryStatus.SENDING, attempts=fence, lease_until=lease, next_at=lease):
        return None
    body = delivery.body or _write_body(delivery)
    if not body:
        WebhookDelivery.objects.filter(pk=delivery.pk, attempts=fence).delete()
        return None
    endpoint = delivery.endpoint
    keys = signing.keys_of(endpoint.secret, endpoint.old_secret, endpoint.old_secret_until, now=now)
    return Parcel(delivery.pk, endpoint.pk, fence, endpoint.url, str(delivery.key), body, keys)


def post(claim: Parcel) -> Answer:
    """Say it, once; whatever comes back, or does not. Touches no row, so that many can wait at the same time."""
    begun = time.monotonic()
    # The real time, wherever the simulator has moved ours to: the receiver compares it with its own.
    headers = {
        "Content-Type": "application/json",
        "User-Agent": "Recoverline-Webhooks/1",
        **signing.headers_of(claim.message_id, claim.body, claim.keys, at=timezone.now()),
    }
    try:
        answer = http.fetch(
            claim.url, method="POST", headers=headers, body=claim.body.encode(), timeout=(5, DEADLINE_SECONDS),
            deadline=DEADLINE_SECONDS, max_bytes=LARGEST_ANSWER, private_hosts=frozenset(settings.WEBHOOK_HOSTS),
        )  # fmt: skip
    except http.FetchError as problem:
        return Answer(None, str(problem), _since(begun))
    asked = plan.retry_after(answer.headers.get("retry-after", ""), now=timezone.now())
    said = f"Answered {answer.status}."
    if answer.status in http.REDIRECTS:
        said = f"Answered {answer.status}, which leads elsewhere. Enter the address to which it leads."
    return Answer(answer.status, said, _since(begun), asked)


def settle(claim: Parcel, answer: Answer, *, now: datetime) -> None:
    """Write how the post ended. Nothing, if the row has been claimed by another since."""
    with transaction.atomic():
        row = WebhookDelivery.objects.select_for_update(of=("self",)).filter(
            pk=claim.delivery_id, attempts=claim.fence, status=DeliveryStatus.SENDING
        ).select_related("endpoint").defer("body", "endpoint__secret", "endpoint__old_secret").first()  # fmt: skip
        if row is None:
            return
        entry = {"at": now.isoformat(), "status": answer.status, "seconds": answer.seconds, "said": answer.said}
        row.log = [*row.log, entry][-TRIES_KEPT:]
        row.lease_until = None
        match plan.verdict(answer):
            case Verdict.DELIVERED:
                row.status, row.delivered_at, row.next_at = DeliveryStatus.DELIVERED, now, None
            case Verdict.GONE:
                row.status, row.next_at = DeliveryStatus.DEAD, None
            case Verdict.AGAIN:
                _plan_again(row, answer, now=now)
        row.save(update_fields=["log", "lease_until", "status", "delivered_at", "next_at"])
        if row.status != DeliveryStatus.DELIVERED or row.endpoint.failures or row.endpoint.rests_until:
            _note_health(row, answer, now=now)


def _plan_again(row: WebhookDelivery, answer: Answer, *, now: datetime) -> None:
    roll = random.random()  # noqa: S311  spreading load, not a secret
    wait = plan.next_wait(plan.tries_of(row.log), roll=roll, asked=answer.asked)
    if wait is None or now - began_at(row) > plan.OLDEST:
        row.status, row.next_at = DeliveryStatus.DEAD, None
    else:
        row.status, row.next_at = DeliveryStatus.WAITING, now + wait


def began_at(row: WebhookDelivery) -> datetime:
    """Since when it is tried: since it happened, or since it was last sent by hand."""
    by_hand = [entry["at"] for entry in row.log if entry.get("by_hand")]
    return datetime.fromisoformat(by_hand[-1]) if by_hand else row.created_at


# ---------------------------------------------------------------- the endpoint
def _note_health(row: WebhookDelivery, answer: Answer, *, now: datetime) -> None:
    endpoint = WebhookEndpoint.objects.select_for_update().defer("secret", "old_secret").get(pk=row.endpoint_id)
    if row.status == DeliveryStatus.DELIVERED:
        _recover(endpoint, now=now)
        return
    if plan.verdict(answer) == Verdict.GONE:
        switch_off(endpoint, "It answered 410: it wants nothing more.", now=now)
        return
    endpoint.failures += 1
    endpoint.failing_since = endpoint.failing_since or now
    pause = plan.rest(endpoint.failures, answer)
    endpoint.rests_until = now + pause if pause else None
    endpoint.save(update_fields=["failures", "failing_since", "rests_until"])
    if row.status == DeliveryStatus.DEAD:
        tell_given_up(endpoint, now=now)
    elif now - endpoint.failing_since >= TELL_AFTER:
        said = f"The webhook “{endpoint.name}” has not worked for an hour: {answer.said}"
        _tell_once("webhook.failing", endpoint, said, since=endpoint.failing_since, now=now)


def _recover(endpoint: WebhookEndpoint, *, now: datetime) -> None:
    was_broken = endpoint.failures >= plan.BREAKS_AFTER
    endpoint.failures, endpoint.failing_since, endpoint.rests_until = 0, None, None
    endpoint.save(update_fields=["failures", "failing_since", "rests_until"])
    if was_broken:
        # It is back: what failed meanwhile need not wait for its hour.
        endpoint.deliveries.filter(status=DeliveryStatus.WAITING, next_at__gt=now).update(next_at=now)


def switch_off(endpoint: WebhookEndpoint, reason: str, *, now: datetime) -> bool:
    """Nothing more is told to it; what waits is given up. Staff are told."""
    on = WebhookEndpoint.objects.filter(pk=endpoint.pk, is_active=True)
    if not on.update(is_active=False, disabled_at=now, disabled_reason=reason, rests_until=None):
        return False
    endpoint.deliveries.filter(status=DeliveryStatus.WAITING).update(status=DeliveryStatus.DEAD, next_at=None)
    said = f"The webhook “{endpoint.name}” was switched off. {reason}"
    events.record("webhook.disabled", business=endpoint.business, at=now, text=said, endpoint=str(endpoint.key))
    return True


def tell_given_up(endpoint: WebhookEndpoint, *, now: datetime) -> None:
    """Staff hear of it once a day, however many events are lost."""
    said = f"The webhook “{endpoint.name}” did not take what happened, and it is given up. Send it again when it works."
    _tell_once("webhook.given_up", endpoint, said, since=now - TELL_AGAIN_AFTER, now=now)


def _tell_once(kind: str, endpoint: WebhookEndpoint, said: str, *, since: datetime, now: datetime) -> None:
    told = LeadEvent.objects.filter(
        business=endpoint.business_id, kind=kind, at__gte=since, data__endpoint=str(endpoint.key)
    )
    if not told.exists():
        events.record(kind, business=endpoint.business, at=now, text=said, endpoint=str(endpoint.key))


# ---------------------------------------------------------------- the body
def _write_body(delivery: WebhookDelivery) -> str:
    """The JSON that is signed and sent; "" when there is nothing to tell any more."""
    if delivery.event is None:
        return ""
    content: dict[str, Any] | None = import_string(settings.EVENT_BODY)(delivery.event)
    if content is None:
        return ""
    body = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
    if len(body.encode()) > LARGEST_BODY:
        # Who wants to know more asks the API by the keys.
        keys = {name: value for name, value in delivery.event.data.items() if isinstance(value, str)}
        body = json.dumps({**content, "data": {"is_shortened": True, "keys": keys}}, ensure_ascii=False)
    WebhookDelivery.objects.filter(pk=delivery.pk).update(body=body)
    return body


def count_failure(delivery_id: int, fence: int, said: str, *, now: datetime) -> None:
    """Something of ours went wrong before anything was posted: a try like any other."""
    row = WebhookDelivery.objects.filter(pk=delivery_id, attempts=fence, status=DeliveryStatus.SENDING).first()
    if row is None:
        return
    row.log = [*row.log, {"at": now.isoformat(), "status": None, "seconds": 0, "said": said}][-TRIES_KEPT:]
    _plan_again(row, Answer(None, said, 0.0), now=now)
    mine = WebhookDelivery.objects.filter(pk=delivery_id, attempts=fence, status=DeliveryStatus.SENDING)
    mine.update(log=row.log, status=row.status, next_at=row.next_at, lease_until=None)


def _since(begun: float) -> float:
    return round(time.monotonic() - begun, 2)
