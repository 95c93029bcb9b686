"""Whether this installation does its work: for load balancers (/healthz/live), and for people and alarms (/healthz)."""

from collections import Counter
from datetime import datetime

from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone

from messaging.enums import MessageStatus
from messaging.escalation import watchdog
from messaging.models import Heartbeat, Message
from recoverline.lib import clock

STALE_SECONDS = 90
OVERDUE_SECONDS = 120


def live(request: HttpRequest) -> HttpResponse:
    """This process answers; says nothing about anything else."""
    return HttpResponse("ok", content_type="text/plain; charset=utf-8")


def ready(request: HttpRequest) -> JsonResponse:
    """200 when the database answers, sender and worker beat, and nothing that is due waits longer than two minutes;
    else 503.
    """
    try:
        now = clock.now()
        facts = _facts(now)
        # By kind and count: whose work it is, is nobody's business here.
        overdue = Counter(each.what for each in watchdog.overdue(now))
    except DatabaseError:
        return JsonResponse({"status": "failing", "database": "unreachable"}, status=503)
    healthy = (
        _is_fresh(facts["sender_seconds"])
        and _is_fresh(facts["worker_seconds"])
        and (facts["oldest_text_seconds"] or 0) < OVERDUE_SECONDS
        and not overdue
    )
    return JsonResponse(
        {"status": "ok" if healthy else "failing", "database": "ok", **facts, "overdue": overdue},
        status=200 if healthy else 503,
    )


def _facts(now: datetime) -> dict[str, float | None]:
    beats = dict(Heartbeat.objects.values_list("name", "at"))
    oldest = (
        Message.objects.filter(status=MessageStatus.QUEUED, next_at__lte=now)
        .order_by("next_at")
        .values_list("next_at", flat=True)
    )
    return {
        "oldest_text_seconds": _age(oldest.first(), now),
        "sender_seconds": _age(beats.get("sender"), timezone.now()),
        "worker_seconds": _age(beats.get("worker"), timezone.now()),
    }


def _age(moment: datetime | None, now: datetime) -> float | None:
    return None if moment is None else round((now - moment).total_seconds(), 1)


def _is_fresh(seconds: float | None) -> bool:
    return seconds is not None and seconds < STALE_SECONDS
