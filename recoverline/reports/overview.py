"""The figures of a period: what the overview page shows, the API gives and the weekly e-mail tells."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import accumulate

from django.db.models import Count, F, Q, QuerySet, Sum, Value

from leads.models import Business, Location
from messaging.enums import CallState, MessageStatus
from messaging.models import Call
from recoverline.reports import jobs as job_rows
from recoverline.reports.calls import TOLD, incoming, missed, told
from recoverline.reports.costs import Costs, costs_of
from recoverline.reports.jobs import Job, Revenue
from recoverline.reports.periods import Period
from recoverline.reports.scopes import Scope, scope_of
from recoverline.reports.spans import Epoch, WholeSteps

JOB_MEASURES = ("booked", "kept", "paid", "recovered", "rang_again")


@dataclass(frozen=True, slots=True)
class Counts:
    """Calls, each as `measures.MEASURES` defines it; `callers` are people."""

    calls: int
    answered: int
    missed: int
    callers: int
    texted: int
    delivered: int
    reached_in_10: int
    reached_in_60: int
    replied: int
    qualified: int
    booked: int
    kept: int
    paid: int
    recovered: int
    rang_again: int


@dataclass(frozen=True, slots=True)
class Speed:
    """Seconds from the end of a call to its first text, None without one. Shares are of `texts`, 0 to 1."""

    texts: int
    p50: float | None
    p95: float | None
    in_10: float | None
    in_60: float | None


@dataclass(frozen=True, slots=True)
class Overview:
    """What a business (or some of its locations) had in a period. Money in cents, of costs None where unknown."""

    period: Period
    counts: Counts
    speed: Speed
    revenue: Revenue
    costs: Costs
    jobs: tuple[Job, ...] = field(default=(), repr=False)

    @property
    def reply_rate(self) -> float | None:
        """0 to 1; None when nobody was texted."""
        return self.counts.replied / self.counts.texted if self.counts.texted else None

    @property
    def revenue_cents(self) -> int:
        return self.revenue.cents

    @property
    def revenue_assumed_cents(self) -> int:
        return self.revenue.assumed_cents

    @property
    def cost_cents(self) -> int | None:
        return self.costs.cents

    @property
    def net_cents(self) -> int | None:
        return None if self.costs.cents is None else self.revenue.cents - self.costs.cents

    @property
    def roi(self) -> float | None:
        """Dollars recovered for each dollar of cost; None where the cost is unknown or nothing."""
        return self.revenue.cents / self.costs.cents if self.costs.cents else None


def figures_of(business: Business, period: Period, *, location: Location | None = None) -> Overview:
    """All figures of `period`, of the whole business or of one location of it."""
    return figures(scope_of(business, location), period)


def figures(scope: Scope, period: Period) -> Overview:
    """The same for whatever `scope` counts."""
    jobs = job_rows.jobs_of(scope, period)
    answered, minutes, callers = _taken(scope, period)
    counts, speed = _told(scope, period, jobs, answered=answered, callers=callers)
    return Overview(
        period=period, counts=counts, speed=speed, jobs=tuple(jobs),
        revenue=job_rows.revenue(jobs, scope.business.average_job_cents),
        costs=costs_of(scope, period, call_minutes=minutes),
    )  # fmt: skip


def calls_behind(scope: Scope, period: Period, key: str) -> QuerySet[Call]:
    """The calls that `key`, a measure of `Counts`, counts: as many rows as its figure says. KeyError for others."""
    if key == "calls":
        return incoming(scope, period)
    if key == "answered":
        return incoming(scope, period).filter(state=CallState.ANSWERED)
    if key in JOB_MEASURES:
        found = job_rows.calls_with(job_rows.jobs_of(scope, period), key)
        return told(missed(scope, period).filter(pk__in=found))
    return told(missed(scope, period)).filter(TOLD[key])


def percentile(seconds: Iterable[tuple[float, int]], share: float) -> float | None:
    """The nearest-rank percentile of (value, how often), in ascending order; None of nothing. Pure."""
    values = list(seconds)
    total = sum(count for _, count in values)
    # In whole numbers: 0.95 of 20 must be the 19th, not the 20th by a rounding error.
    rank = max(1, -(-total * round(share * 100) // 100))
    reached = accumulate(count for _, count in values)
    return next((value for (value, _), up_to in zip(values, reached, strict=True) if up_to >= rank), None)


def _taken(scope: Scope, period: Period) -> tuple[int, int, int]:
    """How many calls were answered, begun minutes of all of them, and how many people are behind the missed ones."""
    is_missed = Q(state=CallState.MISSED)
    begun = WholeSteps(Epoch(F("ended_at")) - Epoch(F("started_at")) + Value(59), 60)
    found = (
        incoming(scope, period)
        .order_by()
        .aggregate(
            answered=Count("pk", filter=Q(state=CallState.ANSWERED)),
            minutes=Sum(begun, filter=Q(ended_at__gt=F("started_at"))),
            callers=Count("caller", distinct=True, filter=is_missed & Q(caller__gt="")),
            hidden=Count("pk", filter=is_missed & Q(caller="")),
        )
    )
    return found["answered"], found["minutes"] or 0, found["callers"] + found["hidden"]


def _told(scope: Scope, period: Period, jobs: list[Job], *, answered: int, callers: int) -> tuple[Counts, Speed]:
    # One pass over the calls: what is the same of many is counted by the database, and there are few kinds.
    kinds = (
        told(missed(scope, period))
        .order_by()
        .values_list("seconds", "text_status", "is_replied", "is_qualified")
        .annotate(n=Count("pk"))
    )
    found = dict.fromkeys(TOLD, 0)
    by_seconds: Counter[float] = Counter()
    for seconds, status, is_replied, is_qualified, n in kinds:
        found["missed"] += n
        if seconds is None:
            continue
        by_seconds[max(0.0, seconds)] += n
        found["texted"] += n
        found["delivered"] += n * (status == MessageStatus.DELIVERED)
        found["reached_in_10"] += n * (seconds <= 10)
        found["reached_in_60"] += n * (seconds <= 60)
        found["replied"] += n * is_replied
        found["qualified"] += n * is_qualified
    counts = Counts(
        calls=answered + found["missed"], answered=answered, callers=callers, **found,
        **{key: len(job_rows.calls_with(jobs, key)) for key in JOB_MEASURES},
    )  # fmt: skip
    texts, ranked = counts.texted, sorted(by_seconds.items())
    speed = Speed(
        texts=texts, p50=percentile(ranked, 0.5), p95=percentile(ranked, 0.95),
        in_10=counts.reached_in_10 / texts if texts else None, in_60=counts.reached_in_60 / texts if texts else None,
    )  # fmt: skip
    return counts, speed
