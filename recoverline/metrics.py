"""GET /metrics: what Prometheus asks for, computed from rows at the moment of asking. Numbers only, nobody's data.

Each figure comes from a partial index or from the newest rows by primary key, so that a table of millions costs what
one of thousands does.
"""

import base64
import binascii
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import Count, Max, Min, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from leads.enums import CrmStatus, DeliveryStatus
from leads.models import CrmConnection, CrmSync, WebhookDelivery
from messaging import beats
from messaging.enums import Direction, MessageStatus
from messaging.escalation import watchdog
from messaging.escalation.enums import EscalationStatus
from messaging.models import CarrierAccount, Escalation, InboundHook, Message, PhoneNumber
from recoverline.lib import clock, queue

WINDOW = timedelta(hours=1)
# Of a busier hour the newest ones are counted: enough to see a share of failures, and always as quick.
NEWEST = 20_000
OPEN_TEXTS = (MessageStatus.QUEUED, MessageStatus.SENDING, MessageStatus.UNKNOWN)
UNDER_WAY = (DeliveryStatus.WAITING, DeliveryStatus.SENDING)

CRM_UNDER_WAY = (CrmStatus.WAITING, CrmStatus.SENDING)

Labels = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Gauge:
    """One family of the text format. `samples`: the labels, and the number for them."""

    name: str
    text: str
    samples: list[tuple[Labels, float]]


@require_GET
@never_cache
def show_metrics(request: HttpRequest) -> HttpResponse:
    """The text format, for whoever shows METRICS_TOKEN; 401 for others, 404 where none is set."""
    if not settings.METRICS_TOKEN:
        return HttpResponse(status=404)
    if not _is_allowed(request.headers.get("Authorization", "")):
        return HttpResponse(status=401, headers={"WWW-Authenticate": 'Basic realm="metrics", charset="UTF-8"'})
    text = as_text(gauges(clock.now(), real_now=timezone.now()))
    return HttpResponse(text, content_type="text/plain; version=0.0.4; charset=utf-8")


def _is_allowed(authorization: str) -> bool:
    scheme, _, shown = authorization.partition(" ")
    if scheme.lower() == "basic":
        try:
            shown = base64.b64decode(shown, validate=True).decode().partition(":")[2]
        except (binascii.Error, UnicodeDecodeError):
            return False
    elif scheme.lower() != "bearer":
        return False
    return constant_time_compare(shown.strip(), settings.METRICS_TOKEN)


def as_text(families: Iterable[Gauge]) -> str:
    lines: list[str] = []
    for family in families:
        lines += [f"# HELP {family.name} {family.text}", f"# TYPE {family.name} gauge"]
        for labels, value in family.samples:
            said = ",".join(f'{name}="{_escaped(each)}"' for name, each in labels.items())
            lines.append(f"{family.name}{{{said}}} {value:g}" if said else f"{family.name} {value:g}")
    return "\n".join(lines) + "\n"


def _escaped(value: str) -> str:
    return value.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")


# ---------------------------------------------------------------- what is counted
def gauges(now: datetime, *, real_now: datetime) -> Iterator[Gauge]:
    """All families. `now` is the clock of the business, `real_now` that of the processes: the simulator moves one."""
    yield Gauge("recoverline_queue_tasks", "Tasks that no worker has taken yet.", [({}, queue.waiting())])
    oldest = queue.oldest_waiting()
    yield Gauge(
        "recoverline_queue_oldest_seconds", "How long the oldest of them waits.", [({}, _age(oldest, real_now))]
    )
    yield Gauge("recoverline_queue_failed_tasks", "Failed tasks that are kept.", [({}, queue.failed())])
    yield from _texts(now)
    yield from _webhooks_in(now)
    yield from _deliveries(now)
    yield from _crms(now)
    open_ones = Escalation.objects.exclude(status=EscalationStatus.CLOSED).order_by()
    counts = open_ones.values_list("kind", "status").annotate(count=Count("pk"))
    yield Gauge(
        "recoverline_escalations_open", "Escalations that are not closed.",
        [({"kind": kind, "status": status}, count) for kind, status, count in counts],
    )  # fmt: skip
    late = Counter(each.what for each in watchdog.overdue(now))
    yield Gauge(
        "recoverline_overdue", "What is due for longer than two minutes, at most fifty of a kind.",
        [({"what": what}, count) for what, count in sorted(late.items())],
    )  # fmt: skip
    yield Gauge(
        "recoverline_beat_age_seconds", "Since a process of a host last showed that it works.",
        [
            ({"process": process, "host": host}, _age(at, real_now))
            for process, hosts in beats.read().hosts.items() for host, at in hosts.items()
        ],
    )  # fmt: skip
    yield from _carriers(now)


def _texts(now: datetime) -> Iterator[Gauge]:
    under_way = Message.objects.filter(status__in=OPEN_TEXTS, next_at__isnull=False).order_by()
    waiting = dict(under_way.values_list("status").annotate(count=Count("pk")))
    yield Gauge(
        "recoverline_texts_open", "Texts on their way, planned ones among them.",
        [({"status": status.value}, waiting.get(status.value, 0)) for status in OPEN_TEXTS],
    )  # fmt: skip
    due = under_way.filter(next_at__lte=now).aggregate(at=Min("next_at"))["at"]
    yield Gauge("recoverline_texts_oldest_due_seconds", "Since when the oldest due text waits.", [({}, _age(due, now))])
    recent = _newest(Message.objects.filter(direction=Direction.OUT), "created_at", now)
    yield Gauge(
        "recoverline_texts_last_hour", "Texts written in the last hour, by what became of them.",
        _by(recent, "status"),
    )  # fmt: skip
    yield Gauge(
        "recoverline_carrier_errors_last_hour", "Texts of the last hour with an error of the carrier, by its code.",
        _by(recent.exclude(error_code=""), "error_code", "code"),
    )  # fmt: skip


def _webhooks_in(now: datetime) -> Iterator[Gauge]:
    recent = _newest(InboundHook.objects.all(), "received_at", now)
    results = {
        "done": recent.exclude(processed_at=None).filter(problem=""),
        "not_understood": recent.exclude(processed_at=None).exclude(problem=""),
        "not_processed": InboundHook.objects.filter(processed_at=None),
    }
    yield Gauge(
        "recoverline_webhooks_in",
        "Webhooks received in the last hour, by result; of those not processed all that there are.",
        [({"result": name}, rows.count()) for name, rows in results.items()],
    )


def _deliveries(now: datetime) -> Iterator[Gauge]:
    under_way = WebhookDelivery.objects.filter(status__in=UNDER_WAY).order_by()
    counts = dict(under_way.values_list("status").annotate(count=Count("pk")))
    yield Gauge(
        "recoverline_deliveries_open", "Webhooks to others' software that are on their way.",
        [({"status": status.value}, counts.get(status.value, 0)) for status in UNDER_WAY],
    )  # fmt: skip
    due = under_way.filter(next_at__lte=now).aggregate(at=Min("next_at"))["at"]
    yield Gauge(
        "recoverline_deliveries_oldest_due_seconds", "Since when the oldest due one waits.", [({}, _age(due, now))]
    )  # fmt: skip
    recent = _newest(WebhookDelivery.objects.all(), "created_at", now)
    yield Gauge("recoverline_deliveries_last_hour", "Those of the last hour, by status.", _by(recent, "status"))


def _crms(now: datetime) -> Iterator[Gauge]:
    is_on = Q(is_active=True)
    rows = CrmConnection.objects.order_by().aggregate(
        works=Count("pk", filter=is_on & Q(failures=0)), fails=Count("pk", filter=is_on & Q(failures__gt=0)),
        paused=Count("pk", filter=~is_on & Q(paused_at__isnull=False)), written=Max("written_at"),
    )  # fmt: skip
    yield Gauge(
        "recoverline_crm_connections", "Connections to CRMs, by how they are.",
        [({"state": state}, rows[state]) for state in ("works", "fails", "paused")],
    )  # fmt: skip
    under_way = CrmSync.objects.filter(connection__is_active=True, status__in=CRM_UNDER_WAY).order_by()
    waiting = under_way.aggregate(count=Count("pk"), due=Min("next_at", filter=Q(next_at__lte=now)))
    yield Gauge("recoverline_crm_leads_waiting", "Leads on their way to a CRM that is on.", [({}, waiting["count"])])
    yield Gauge(
        "recoverline_crm_oldest_due_seconds", "Since when the oldest due one waits.", [({}, _age(waiting["due"], now))]
    )  # fmt: skip
    written = rows["written"]
    yield Gauge(
        "recoverline_crm_last_written_seconds", "Since a lead was last written to any CRM.",
        [({}, _age(written, now))] if written else [],
    )  # fmt: skip


def _carriers(now: datetime) -> Iterator[Gauge]:
    accounts = CarrierAccount.objects.filter(is_active=True)
    stopped = {
        "account": accounts.exclude(stopped_at=None).count(),
        "number": PhoneNumber.objects.filter(is_active=True).exclude(stopped_at=None).count(),
    }
    yield Gauge(
        "recoverline_senders_stopped", "Accounts and numbers through which no text leaves.",
        [({"what": what}, count) for what, count in stopped.items()],
    )  # fmt: skip
    oldest = accounts.exclude(reconciled_at=None).aggregate(at=Min("reconciled_at"))["at"]
    yield Gauge(
        "recoverline_reconciliation_age_seconds", "Since the call log that was read longest ago was read.",
        [({}, _age(oldest, now))] if oldest else [],
    )  # fmt: skip


def _newest(rows: "QuerySet[Any]", at: str, now: datetime) -> "QuerySet[Any]":
    """Those of the last hour among the newest rows of the table."""
    last = rows.model._base_manager.aggregate(pk=Max("pk"))["pk"] or 0
    return rows.filter(**{"pk__gt": last - NEWEST, f"{at}__gt": now - WINDOW}).order_by()


def _by(rows: "QuerySet[Any]", column: str, label: str = "") -> list[tuple[Labels, float]]:
    counts = rows.values_list(column).annotate(count=Count("pk")).order_by(column)
    return [({label or column: value}, count) for value, count in counts]


def _age(at: datetime | None, now: datetime) -> float:
    return 0.0 if at is None else max(0.0, round((now - at).total_seconds(), 1))
