"""Whether this installation does its work: for load balancers (/healthz/live), and for people and alarms (/healthz)."""

from collections import Counter
from datetime import datetime

from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone

from messaging import beats
from messaging.beats import SENDER, WORKER, Beats
from messaging.enums import MessageStatus
from messaging.escalation import watchdog
from messaging.models import Message
from recoverline.lib import clock

OVERDUE_SECONDS = 120


def live(request: HttpRequest) -> HttpResponse:
    """This process answers; says nothing about anything else."""
    return HttpResponse("ok", content_type="text/plain; charset=utf-8")


def ready(request: HttpRequest) -> JsonResponse:
    """200 when the database answers, sender and worker beat on each of their hosts, and nothing that is due waits for
    two minutes; else 503.
    """
    try:
        now, real_now = clock.now(), timezone.now()
        found = beats.read()
        oldest = _oldest_text_seconds(now)
        # By kind and count: whose work it is, is nobody's business here.
        overdue = Counter(each.what for each in watchdog.overdue(now))
    except DatabaseError:
        return JsonResponse({"status": "failing", "database": "unreachable"}, status=503)
    healthy = (
        all(found.hosts[process] and not found.silent(process, real_now) for process in (SENDER, WORKER))
        and (oldest or 0) < OVERDUE_SECONDS
        and not overdue
    )
    facts = {"oldest_text_seconds": oldest, **_of_processes(found, real_now)}
    return JsonResponse(
        {"status": "ok" if healthy else "failing", "database": "ok", **facts, "overdue": overdue},
        status=200 if healthy else 503,
    )


def _of_processes(found: Beats, now: datetime) -> dict[str, object]:
    """Of each process the newest beat, and those of all its hosts: unnamed, as anybody may ask."""
    return {
        **{f"{process}_seconds": _age(found.latest(process), now) for process in (SENDER, WORKER)},
        **{f"{process}_hosts": sorted(_seconds(at, now) for at in found.hosts[process].values())
           for process in (SENDER, WORKER)},
    }  # fmt: skip


def _oldest_text_seconds(now: datetime) -> float | None:
    oldest = (
        Message.objects.filter(status=MessageStatus.QUEUED, next_at__lte=now)
        .order_by("next_at")
        .values_list("next_at", flat=True)
    )
    return _age(oldest.first(), now)


def _seconds(moment: datetime, now: datetime) -> float:
    return round((now - moment).total_seconds(), 1)


def _age(moment: datetime | None, now: datetime) -> float | None:
    return None if moment is None else _seconds(moment, now)
