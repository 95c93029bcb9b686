"""The figures of a period: what the overview page shows, the API gives and the weekly e-mail tells."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
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
from recoverline.reports.spans import Epoch, WholeSteps, local_day

_BEGIN = date(1970, 1, 1)
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
    """What a business (or some of its locations) had in a period. Money in cents, of costs None where unknown.

    `by_day`: how many calls were missed or answered on a local day, {(state, day): count}; days without any are not in
    it.
    """

    period: Period
    counts: Counts
    speed: Speed
    revenue: Revenue
    costs: Costs
    jobs: tuple[Job, ...] = field(default=(), repr=False)
    by_day: Mapping[tuple[str, date], int] = field(default_factory=dict, repr=False)

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
    return _figures(scope, period, job_rows.jobs_of(scope, period))


def compared(scope: Scope, period: Period) -> tuple[Overview, Overview]:
    """The figures of `period`, and of as many days before it."""
    # One look for the jobs of both: half of those of the days before were booked in this period.
    both = job_rows.jobs_of(scope, Period(period.before.first, period.last, period.zone))
    return (
        _figures(scope, period, [job for job in both if job.called_at >= period.start]),
        _figures(scope, period.before, [job for job in both if job.called_at < period.start]),
    )


def _figures(scope: Scope, period: Period, jobs: list[Job]) -> Overview:
    by_day, minutes = _taken(scope, period)
    answered = sum(count for (state, _), count in by_day.items() if state == CallState.ANSWERED)
    counts, speed = _told(scope, period, jobs, answered=answered)
    return Overview(
        period=period, counts=counts, speed=speed, jobs=tuple(jobs), by_day=by_day,
        revenue=job_rows.revenue(jobs, scope.business.average_job_cents),
        costs=costs_of(scope, period, call_minutes=minutes),
    )  # fmt: skip


def calls_behind(scope: Scope, period: Period, key: str, jobs: Sequence[Job] | None = None) -> QuerySet[Call]:
    """The calls that `key`, a measure of `Counts`, counts: as many rows as its figure says. KeyError for others.

    `jobs` of the period, where they are known already.
    """
    if key == "calls":
        return incoming(scope, period)
    if key == "answered":
        return incoming(scope, period).filter(state=CallState.ANSWERED)
    if key in JOB_MEASURES:
        found = job_rows.calls_with(job_rows.jobs_of(scope, period) if jobs is None else jobs, key)
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


def _taken(scope: Scope, period: Period) -> tuple[dict[tuple[str, date], int], int]:
    """How many calls there were of each state on each local day, and the begun minutes of all of them."""
    begun = WholeSteps(Epoch(F("ended_at")) - Epoch(F("started_at")) + Value(59), 60)
    day = local_day("started_at", zone=period.zone, start=period.start, end=period.end)
    rows = (
        incoming(scope, period)
        .order_by()
        .annotate(day=day)
        .values_list("state", "day")
        .annotate(n=Count("pk"), minutes=Sum(begun, filter=Q(ended_at__gt=F("started_at"))))
    )
    counts: Counter[tuple[str, date]] = Counter()
    minutes = 0
    for state, number, count, taken in rows:
        counts[state, _BEGIN + timedelta(days=number)] += count
        minutes += taken or 0
    return dict(counts), minutes


def _callers(scope: Scope, period: Period) -> int:
    """How many people are behind the missed calls; of hidden numbers each is somebody."""
    found = missed(scope, period).order_by().aggregate(
        callers=Count("caller", distinct=True, filter=Q(caller__gt="")), hidden=Count("pk", filter=Q(caller=""))
    )  # fmt: skip
    return int(found["callers"] + found["hidden"])


def _told(scope: Scope, period: Period, jobs: list[Job], *, answered: int) -> tuple[Counts, Speed]:
    # One pass over the calls: what is the same of many is counted by the database, and there are few kinds. Whether
    # they replied is counted and no kind: SQLite would ask for it twice of each call.
    kinds = (
        told(missed(scope, period))
        .order_by()
        .values_list("seconds", "text_status", "is_qualified")
        .annotate(n=Count("pk"), replied=Count("pk", filter=Q(is_replied=True)))
    )
    found = dict.fromkeys(TOLD, 0)
    by_seconds: Counter[float] = Counter()
    for seconds, status, is_qualified, n, replied in kinds:
        found["missed"] += n
        if seconds is None:
            continue
        by_seconds[max(0.0, seconds)] += n
        found["texted"] += n
        found["delivered"] += n * (status == MessageStatus.DELIVERED)
        found["reached_in_10"] += n * (seconds <= 10)
        found["reached_in_60"] += n * (seconds <= 60)
        found["replied"] += replied
        found["qualified"] += n * is_qualified
    counts = Counts(
        calls=answered + found["missed"], answered=answered, callers=_callers(scope, period), **found,
        **{key: len(job_rows.calls_with(jobs, key)) for key in JOB_MEASURES},
    )  # fmt: skip
    texts, ranked = counts.texted, sorted(by_seconds.items())
    speed = Speed(
        texts=texts, p50=percentile(ranked, 0.5), p95=percentile(ranked, 0.95),
        in_10=counts.reached_in_10 / texts if texts else None, in_60=counts.reached_in_60 / texts if texts else None,
    )  # fmt: skip
    return counts, speed
