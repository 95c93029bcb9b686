"""What is due, posted side by side, and no endpoint in the way of another.

One round runs at a time in the whole installation. It claims and writes in its own thread; the posts wait for the other
side on threads that touch no database. An endpoint that has failed gets one of them until it works again, all such
endpoints together half of them, and one that works a few.
"""

import logging
import time
from collections.abc import Callable
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from datetime import datetime, timedelta
from typing import Protocol

from django.core.cache import cache
from django.db.models import Count, OuterRef, Subquery

from leads.enums import DeliveryStatus
from leads.models import WebhookDelivery, WebhookEndpoint
from leads.webhooks import announcing, delivering, plan
from leads.webhooks.delivering import UNDER_WAY, Parcel
from leads.webhooks.plan import Answer
from recoverline.lib import queue

logger = logging.getLogger(__name__)

LANES = 16
LANES_OF_ONE = 4
LANES_OF_FAILING = LANES // 2
LOOK_SECONDS = 0.25
CLAIM_SECONDS = 30.0  # then nothing new is begun; a task has 60 for everything
LONGEST_ROUND_SECONDS = 60  # whoever was killed in a round is not waited for any longer
RUNNING = "webhooks-running"
KEPT = timedelta(days=30)


class Lanes(Protocol):
    """Posts under way."""

    def begin(self, claim: Parcel) -> None: ...

    def ended(self, seconds: float) -> list[tuple[Parcel, Answer]]:
        """Those that have ended, waiting up to `seconds` for the first."""

    def busy(self) -> int: ...

    def close(self) -> None: ...


class Threads:
    """Lanes that post for real."""

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(LANES, thread_name_prefix="webhook")
        self._under_way: dict[Future[Answer], Parcel] = {}

    def begin(self, claim: Parcel) -> None:
        self._under_way[self._pool.submit(delivering.post, claim)] = claim

    def ended(self, seconds: float) -> list[tuple[Parcel, Answer]]:
        done, _ = wait(self._under_way, timeout=seconds, return_when=FIRST_COMPLETED)
        return [(self._under_way.pop(future), _answer_of(future)) for future in done]

    def busy(self) -> int:
        return len(self._under_way)

    def close(self) -> None:
        self._pool.shutdown(wait=True)


def _answer_of(future: Future[Answer]) -> Answer:
    error = future.exception()
    if error is None:
        return future.result()
    # The error alone: its text may repeat the address, which may be a secret.
    logger.error("posting a webhook failed in an unforeseen way: %s", type(error).__name__)
    return Answer(None, "Posting it failed in an unforeseen way.", 0.0)


def ring(clock: Callable[[], datetime], *, lanes: Lanes | None = None) -> int:
    """Tell what is due, unless somebody else is at it; how many were tried. `clock` says what time it is."""
    if not due_endpoints(clock()) or not cache.add(RUNNING, True, timeout=LONGEST_ROUND_SECONDS):
        return 0
    lanes = lanes or Threads()
    try:
        tried = _run(clock, lanes)
    finally:
        lanes.close()
        cache.delete(RUNNING)
    if tried and due_endpoints(clock()):
        # Came in after our last look, and its bell found us still running; or our time was over. What we could not even
        # claim belongs to somebody who died: the sweep finds it when that lease is over.
        queue.enqueue(announcing.DELIVER)
    return tried


def _run(clock: Callable[[], datetime], lanes: Lanes) -> int:
    begun, tried = time.monotonic(), 0
    while True:
        claims = _claim_due(clock(), lanes) if time.monotonic() - begun < CLAIM_SECONDS else []
        for claim in claims:
            lanes.begin(claim)
        tried += len(claims)
        if not lanes.busy():
            return tried
        for claim, answer in lanes.ended(LOOK_SECONDS):
            delivering.settle(claim, answer, now=clock())


def due_endpoints(now: datetime) -> list[WebhookEndpoint]:
    """Endpoints for which something is due and that may be asked, the longest waiting first."""
    due = WebhookDelivery.objects.filter(endpoint=OuterRef("pk"), status__in=UNDER_WAY, next_at__lte=now)
    first = Subquery(due.order_by("next_at").values("next_at")[:1])
    awake = WebhookEndpoint.objects.filter(is_active=True).exclude(rests_until__gt=now)
    # A secret that cannot be read is in the way of its own endpoint only.
    awake = awake.select_related("business").defer("secret", "old_secret")
    return list(awake.annotate(first=first).filter(first__isnull=False).order_by("first"))


def _claim_due(now: datetime, lanes: Lanes) -> list[Parcel]:
    endpoints = due_endpoints(now)
    if not endpoints:
        return []
    under_way = _under_way(now)
    busy = {pk: count for pk, _, count in under_way}
    room, failing = LANES - lanes.busy(), sum(count for _, failures, count in under_way if failures)
    claims: list[Parcel] = []
    for endpoint in endpoints:
        allowed = (1 if endpoint.failures else LANES_OF_ONE) - busy.get(endpoint.pk, 0)
        if endpoint.failures:
            allowed = min(allowed, LANES_OF_FAILING - failing)
        taken = _claim_of(endpoint, min(allowed, room - len(claims)), now=now)
        failing += len(taken) if endpoint.failures else 0
        claims += taken
    return claims


def _under_way(now: datetime) -> list[tuple[int, int, int]]:
    """Endpoint, its failures and how many posts to it are under way, whoever posts them."""
    rows = WebhookDelivery.objects.filter(status=DeliveryStatus.SENDING, next_at__gt=now).order_by()
    return list(rows.values_list("endpoint", "endpoint__failures").annotate(count=Count("pk")))


def _claim_of(endpoint: WebhookEndpoint, count: int, *, now: datetime) -> list[Parcel]:
    if count <= 0:
        return []
    due = endpoint.deliveries.filter(status__in=UNDER_WAY, next_at__lte=now).order_by("next_at", "id")
    claims = []
    for row in due.select_related("event__business", "event__lead")[:count]:
        row.endpoint = endpoint
        try:
            claim = delivering.claim(row, now=now)
        except Exception:
            # A body that cannot be written stands in nobody's way.
            logger.exception("the body of delivery %s could not be written", row.key)
            delivering.count_failure(row.pk, row.attempts + 1, "Its text could not be written.", now=now)
            continue
        if claim is not None:
            claims.append(claim)
    return claims


def give_up_old(now: datetime) -> int:
    """What waits for an endpoint that is off, or for longer than all tries take; how many."""
    waiting = WebhookDelivery.objects.filter(status=DeliveryStatus.WAITING)
    off = waiting.filter(endpoint__is_active=False).update(status=DeliveryStatus.DEAD, next_at=None)
    return off + sum(_give_up_old_of(endpoint, now=now) for endpoint in _failing(now))


def _failing(now: datetime) -> list[WebhookEndpoint]:
    failing = WebhookEndpoint.objects.filter(is_active=True, failing_since__lt=now - plan.OLDEST)
    return list(failing.select_related("business"))


def _give_up_old_of(endpoint: WebhookEndpoint, *, now: datetime) -> int:
    """Each gets its tries as long as the endpoint is asked at all; a long row of them would wait for ever."""
    old = endpoint.deliveries.filter(status=DeliveryStatus.WAITING, created_at__lt=now - plan.OLDEST)
    ended = 0
    for row in old.only("pk", "log", "attempts", "created_at").iterator(chunk_size=500):
        if now - delivering.began_at(row) > plan.OLDEST:
            mine = WebhookDelivery.objects.filter(pk=row.pk, status=DeliveryStatus.WAITING)
            ended += mine.update(status=DeliveryStatus.DEAD, next_at=None)
    if ended:
        delivering.tell_given_up(endpoint, now=now)
    return ended


def forget_old(now: datetime) -> int:
    """Delete what was told, or given up, more than a month ago; how many."""
    over = WebhookDelivery.objects.filter(
        status__in=[DeliveryStatus.DELIVERED, DeliveryStatus.DEAD], created_at__lt=now - KEPT
    )
    return over.delete()[0]
