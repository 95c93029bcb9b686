"""What the steps of a sequence led to, across its versions: two queries, however many people were in it."""

import uuid
from collections import Counter
from dataclasses import dataclass, field

from django.db.models import Count, Q, QuerySet

from messaging.enums import MessageStatus, Suppression
from messaging.facts import NEVER_LEFT
from messaging.followups.enums import StepOutcome
from messaging.models import Sequence as SequenceRow
from messaging.models import StepRun


@dataclass(frozen=True, slots=True)
class StepResult:
    """How often a step was done, and what came of it. `sent` texts left us or are about to; `delivered` are those that
    the carrier has confirmed; `replied`, `booked`, `opted_out` followed it before another step did. `done` counts
    tasks and calls. `skipped`: why -> how often, texts held back at the last moment included.
    """

    sent: int = 0
    delivered: int = 0
    replied: int = 0
    booked: int = 0
    opted_out: int = 0
    done: int = 0
    skipped: Counter[str] = field(default_factory=Counter)


def of_steps(sequence: SequenceRow) -> dict[uuid.UUID, StepResult]:
    """Results by the step's key; steps that were deleted since are in it as well. Two queries."""
    runs = StepRun.objects.filter(enrollment__sequence=sequence).order_by()
    left = Q(outcome=StepOutcome.SENT) & ~Q(message__status__in=NEVER_LEFT)
    counted = runs.values("step_key").annotate(
        sent=Count("pk", filter=left),
        delivered=Count("pk", filter=Q(outcome=StepOutcome.SENT, message__status=MessageStatus.DELIVERED)),
        replied=Count("pk", filter=Q(replied_at__isnull=False)),
        booked=Count("pk", filter=Q(booked_at__isnull=False)),
        opted_out=Count("pk", filter=Q(opted_out_at__isnull=False)),
        done=Count("pk", filter=Q(outcome__in=[StepOutcome.TASK, StepOutcome.CALLED])),
    )
    skipped = _skipped(runs)
    results = {}
    for row in counted:
        results[row["step_key"]] = StepResult(
            sent=row["sent"], delivered=row["delivered"], replied=row["replied"], booked=row["booked"],
            opted_out=row["opted_out"], done=row["done"], skipped=skipped.get(row["step_key"], Counter()),
        )  # fmt: skip
    return results


def _skipped(runs: QuerySet[StepRun]) -> dict[uuid.UUID, Counter[str]]:
    held = Q(outcome=StepOutcome.SENT, message__status__in=NEVER_LEFT)
    rows = runs.filter(Q(outcome=StepOutcome.SKIPPED) | held)
    grouped = rows.values_list("step_key", "reason", "outcome", "message__status", "message__suppression")
    found: dict[uuid.UUID, Counter[str]] = {}
    for key, reason, outcome, status, suppression, count in grouped.annotate(count=Count("pk")):
        why = reason if outcome == StepOutcome.SKIPPED else _why_held(status, suppression)
        found.setdefault(key, Counter())[why] += count
    return found


def _why_held(status: str, suppression: str) -> str:
    return str(Suppression(suppression).label if suppression else MessageStatus(status).label)
