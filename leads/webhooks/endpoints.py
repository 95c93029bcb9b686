"""An endpoint's life: its secret, a test, what is sent again, and how it is, in words for staff."""

import json
from collections.abc import Collection
from datetime import datetime, timedelta

from django.db.models import QuerySet
from django.utils.timesince import timesince

from leads.enums import DeliveryStatus
from leads.models import WebhookDelivery, WebhookEndpoint
from leads.webhook_kinds import TEST
from leads.webhooks import announcing, plan, signing
from recoverline.lib import queue

OLD_SECRET_SIGNS_FOR = timedelta(hours=24)
ENDED = (DeliveryStatus.DELIVERED, DeliveryStatus.DEAD)


def give_secret(endpoint: WebhookEndpoint, *, now: datetime) -> str:
    """Set the first secret of an endpoint that is about to be saved; show the answer once."""
    endpoint.secret = signing.new_secret()
    endpoint.created_at = endpoint.created_at or now
    return endpoint.secret


def rotate(endpoint: WebhookEndpoint, *, now: datetime) -> str:
    """A new secret, to be shown once. The old one signs as well for a day, so that receivers change without a gap."""
    endpoint.old_secret, endpoint.old_secret_until = endpoint.secret, now + OLD_SECRET_SIGNS_FOR
    endpoint.secret = signing.new_secret()
    endpoint.save(update_fields=["secret", "old_secret", "old_secret_until"])
    return endpoint.secret


def start_over(endpoint: WebhookEndpoint) -> None:
    """It was switched on, or got another address: what is known of its health holds no more."""
    endpoint.failures, endpoint.failing_since, endpoint.rests_until = 0, None, None
    endpoint.disabled_at, endpoint.disabled_reason = None, ""
    endpoint.save(
        update_fields=["failures", "failing_since", "rests_until", "disabled_at", "disabled_reason"]
    )  # fmt: skip


def send_test(endpoint: WebhookEndpoint, *, now: datetime) -> WebhookDelivery:
    """An event that says nothing, on the same way as every other."""
    said = f"Everything works: this is a test from {endpoint.business.name}."
    content = {"type": TEST, "timestamp": now.isoformat(), "data": {"message": said}}
    delivery = WebhookDelivery.objects.create(
        business=endpoint.business, endpoint=endpoint, kind=TEST, body=json.dumps(content), next_at=now, created_at=now
    )
    _try_now([endpoint.pk])
    return delivery


def send_again(rows: "QuerySet[WebhookDelivery]", *, by: str, now: datetime) -> int:
    """Send what has ended once more, under its old id and with all its tries; how many. `by` names who asked."""
    count, endpoint_ids = 0, set()
    for row in rows.filter(status__in=ENDED, endpoint__is_active=True).only("pk", "log", "attempts", "endpoint"):
        entry = {"at": now.isoformat(), "status": None, "seconds": 0, "said": f"Sent again by {by}.", "by_hand": True}
        # The attempts are not counted anew: they are the fence.
        unchanged = WebhookDelivery.objects.filter(pk=row.pk, attempts=row.attempts, status__in=ENDED)
        count += unchanged.update(
            status=DeliveryStatus.WAITING, next_at=now, delivered_at=None, log=[*row.log, entry][-20:]
        )
        endpoint_ids.add(row.endpoint_id)
    if count:
        _try_now(endpoint_ids)
    return count


def _try_now(endpoint_ids: Collection[int]) -> None:
    """Somebody looks at it and wants to know: it rests no longer."""
    WebhookEndpoint.objects.filter(pk__in=endpoint_ids).update(rests_until=None)
    queue.enqueue(announcing.DELIVER)


def failed_since(endpoint: WebhookEndpoint, since: datetime) -> "QuerySet[WebhookDelivery]":
    return endpoint.deliveries.filter(status=DeliveryStatus.DEAD, created_at__gte=since)


def health(endpoint: WebhookEndpoint, *, now: datetime) -> str:
    """How it is, in a sentence or two."""
    if not endpoint.is_active:
        reason = f": {endpoint.disabled_reason}" if endpoint.disabled_reason else "."
        return f"Switched off{reason} Nothing is told to it."
    last = endpoint.deliveries.exclude(log=[]).order_by("-created_at", "-id").values_list("log", flat=True).first()
    waiting = endpoint.deliveries.filter(status=DeliveryStatus.WAITING).count()
    behind = f" {_events(waiting)} waiting." if waiting else ""
    if endpoint.failing_since is not None:
        said = next((entry["said"] for entry in reversed(last or []) if not entry.get("by_hand")), "")
        return f"Failing for {_length(endpoint.failing_since, now)}. {said}{behind}{_next_try(endpoint, now)}"
    if endpoint.rests_until is not None and endpoint.rests_until > now:
        return f"It asked for a pause.{behind}{_next_try(endpoint, now)}"
    at = endpoint.deliveries.filter(status=DeliveryStatus.DELIVERED).order_by("-created_at").first()
    if at is None or at.delivered_at is None:
        return f"Nothing was told to it yet.{behind}" if not waiting else f"Not tried yet.{behind}"
    return f"Works. Last told {_length(at.delivered_at, now)} ago.{behind}"


def _next_try(endpoint: WebhookEndpoint, now: datetime) -> str:
    if endpoint.rests_until is not None and endpoint.rests_until > now:
        return f" It is tried again in {_length(now, endpoint.rests_until)}."
    return " One at a time is tried until it works." if endpoint.failures >= plan.BREAKS_AFTER else ""


def _events(count: int) -> str:
    return "1 event is" if count == 1 else f"{count:,} events are"


def _length(since: datetime, now: datetime) -> str:
    if now - since < timedelta(minutes=1):
        return "less than a minute"
    return timesince(since, now).replace("\xa0", " ")
