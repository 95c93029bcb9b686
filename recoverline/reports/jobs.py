"""Jobs that followed missed calls: each put down to one call, and what can be said about whether we brought it."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import DateTimeField, Exists, F, IntegerField, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce

from leads.enums import RequestStatus
from leads.models import JobRequest
from messaging.enums import CallState, MessageKind
from messaging.models import Call, Message
from recoverline.reports.calls import LEFT, replies
from recoverline.reports.measures import ATTRIBUTION_DAYS
from recoverline.reports.periods import Period
from recoverline.reports.scopes import Scope
from recoverline.reports.spans import DaysLater
from scheduling.enums import AppointmentStatus, BookedBy
from scheduling.models import Appointment

_WINDOW = timedelta(days=ATTRIBUTION_DAYS)
_FELL_THROUGH = (AppointmentStatus.CANCELED, AppointmentStatus.NO_SHOW, AppointmentStatus.EXPIRED)
# What somebody has written down about the whole job outweighs what became of one visit.
_NO_JOB = (RequestStatus.LOST, RequestStatus.SPAM, RequestStatus.WRONG_NUMBER)


@dataclass(frozen=True, slots=True)
class Job:
    """A booked visit, or a request that was won without one. `call_id`: the last missed call of the caller before it.

    `at`: when it was booked or won. `value_cents`: as somebody wrote it down. `by_us`: they had answered our text, or
    booked on the page after it. `rang_again`: a person answered another call of theirs in between. `fell_through`: the
    visit did not take place, or the request was lost, spam or meant for somebody else. `is_first`: of all visits of its
    request that stand and followed a missed call, in whatever week and location; it alone bears what the request is
    worth.
    """

    call_id: int
    request_id: int | None
    called_at: datetime
    at: datetime
    is_visit: bool
    is_kept: bool
    fell_through: bool
    is_paid: bool
    value_cents: int | None
    by_us: bool
    rang_again: bool
    is_first: bool = True

    @property
    def is_recovered(self) -> bool:
        return self.by_us and not self.rang_again and not self.fell_through


@dataclass(frozen=True, slots=True)
class Revenue:
    """In cents; `unknown` counts recovered jobs without an amount where no average is set."""

    said_cents: int = 0
    assumed_cents: int = 0
    said: int = 0
    assumed: int = 0
    unknown: int = 0

    @property
    def cents(self) -> int:
        return self.said_cents + self.assumed_cents


def jobs_of(scope: Scope, period: Period) -> list[Job]:
    """Every job that is put down to a missed call of `period`, in the order in which they came."""
    return sorted([*_visits(scope, period), *_won(scope, period)], key=lambda job: (job.at, job.call_id))


def calls_with(jobs: Iterable[Job], key: str) -> set[int]:
    """Ids of the calls that count for the measure `key`."""
    asked = {
        "booked": lambda job: job.is_visit,
        "kept": lambda job: job.is_kept,
        "paid": lambda job: job.is_paid,
        "recovered": lambda job: job.is_recovered,
        "rang_again": lambda job: job.by_us and job.rang_again and not job.fell_through,
    }[key]
    return {job.call_id for job in jobs if asked(job)}


def amounts(jobs: Iterable[Job], average_cents: int | None) -> dict[int, tuple[int | None, bool]]:
    """What each recovered call earned: {call id: (cents or None, whether they are written down)}. Pure.

    A request is worth its amount once, however many visits it takes, so that weeks and locations add up; what fell
    through is worth nothing.
    """
    earned: dict[int, tuple[int | None, bool]] = {}
    for job in jobs:
        if not job.is_recovered or not job.is_first:
            continue
        before, was_said = earned.get(job.call_id, (None, False))
        if job.value_cents is not None:
            earned[job.call_id] = ((before if was_said and before else 0) + job.value_cents, True)
        elif job.call_id not in earned:
            earned[job.call_id] = (average_cents, False)
    return earned


def revenue(jobs: Iterable[Job], average_cents: int | None) -> Revenue:
    """The same, added up. Pure."""
    each = amounts(jobs, average_cents).values()
    said = [cents or 0 for cents, is_said in each if is_said]
    assumed = [cents for cents, is_said in each if not is_said]
    return Revenue(
        said_cents=sum(said), said=len(said),
        assumed_cents=sum(cents or 0 for cents in assumed), assumed=sum(cents is not None for cents in assumed),
        unknown=sum(cents is None for cents in assumed),
    )  # fmt: skip


def _visits(scope: Scope, period: Period) -> Iterable[Job]:
    rows = Appointment.objects.filter(
        business=scope.business, is_simulated=scope.business.is_simulated, booked_at__gte=period.start,
        booked_at__lt=period.end + _WINDOW, lead__is_team=False,
    ).exclude(status__in=[AppointmentStatus.HOLD, AppointmentStatus.EXPIRED])  # fmt: skip
    found = _attributed(rows, F("booked_at"), scope).annotate(is_later=Exists(_earlier(scope))).values_list(
        "call_id", "call_at", "called_place", "at", "request_id", "is_told", "answered_us", "rang_again",
        "request__status", "request__value_cents", "status", "booked_by", "is_later",
    )  # fmt: skip
    is_counted = _counted(scope, period)
    for call_id, call_at, place, at, request_id, is_told, answered, again, *of_visit in found:
        if not is_counted(call_at, place, at):
            continue
        standing, cents, status, by, is_later = of_visit
        # A job that was won is one, even if this visit was canceled.
        fell = standing in _NO_JOB or (status in _FELL_THROUGH and standing != RequestStatus.WON)
        yield Job(
            call_id=call_id, request_id=request_id, called_at=call_at, at=at, is_visit=True,
            is_kept=status == AppointmentStatus.COMPLETED, fell_through=fell,
            is_paid=standing not in _NO_JOB and (standing == RequestStatus.WON or cents is not None),
            value_cents=cents, by_us=answered or (is_told and by == BookedBy.PAGE), rang_again=again,
            is_first=not is_later,
        )  # fmt: skip


def _earlier(scope: Scope) -> QuerySet[Appointment]:
    """Visits of the same request before this one that stand and followed a missed call, whenever and wherever."""
    calls = Call.objects.filter(
        lead=OuterRef("lead"), state=CallState.MISSED, started_at__lt=OuterRef("booked_at"),
        started_at__gte=DaysLater(OuterRef("booked_at"), days=-ATTRIBUTION_DAYS),
        is_simulated=scope.business.is_simulated,
    )  # fmt: skip
    booked_before = Q(booked_at__lt=OuterRef("booked_at")) | Q(booked_at=OuterRef("booked_at"), pk__lt=OuterRef("pk"))
    return (
        Appointment.objects.filter(
            booked_before, Exists(calls), request=OuterRef("request"), is_simulated=scope.business.is_simulated,
            lead__is_team=False,
        )
        .exclude(status__in=[AppointmentStatus.HOLD, AppointmentStatus.EXPIRED])
        .filter(~Q(status__in=_FELL_THROUGH) | Q(request__status=RequestStatus.WON))
        .order_by()
    )  # fmt: skip


def _won(scope: Scope, period: Period) -> Iterable[Job]:
    """Requests that were won without a visit in our books."""
    booked = Appointment.objects.filter(request=OuterRef("pk"), booked_at__isnull=False)
    rows = JobRequest.objects.filter(
        Q(status=RequestStatus.WON) | Q(value_cents__isnull=False), ~Exists(booked), business=scope.business,
        lead__is_simulated=scope.business.is_simulated, lead__is_team=False, closed_at__gte=period.start,
        closed_at__lt=period.end + _WINDOW,
    )  # fmt: skip
    found = _attributed(rows, F("closed_at"), scope).values_list(
        "call_id", "call_at", "called_place", "at", "pk", "answered_us", "rang_again", "value_cents", "status"
    )
    is_counted = _counted(scope, period)
    for call_id, call_at, place, at, request_id, answered, again, cents, standing in found:
        if is_counted(call_at, place, at):
            yield Job(
                call_id=call_id, request_id=request_id, called_at=call_at, at=at, is_visit=False,
                is_kept=False, fell_through=standing in _NO_JOB, is_paid=standing not in _NO_JOB,
                value_cents=cents, by_us=answered, rang_again=again,
            )  # fmt: skip


def _counted(scope: Scope, period: Period) -> Callable[[datetime | None, int | None, datetime], bool]:
    """Whether a job belongs to these days and locations, by its call. Asked here, one row after the other: a database
    would look for all missed calls of the period once more.
    """
    start, end, places = period.start, period.end, scope.locations

    def is_counted(call_at: datetime | None, place: int | None, at: datetime) -> bool:
        within = call_at is not None and start <= call_at < end and at - call_at <= _WINDOW
        return within and (places is None or place in places)

    return is_counted


def _attributed(rows: QuerySet[Appointment] | QuerySet[JobRequest], at: F, scope: Scope) -> QuerySet[Any]:
    """With the call that it is put down to: the last missed call of the same person before `at`, None without one."""
    before = Call.objects.filter(
        lead=OuterRef("lead"), state=CallState.MISSED, started_at__lt=OuterRef("at"),
        is_simulated=scope.business.is_simulated,
    ).order_by("-started_at", "-id")  # fmt: skip
    texts = Message.objects.filter(
        lead=OuterRef("lead"), kind=MessageKind.FIRST_TEXT, status__in=LEFT, created_at__lt=OuterRef("at"),
        created_at__gt=DaysLater(OuterRef("at"), days=-ATTRIBUTION_DAYS),
    )  # fmt: skip
    answers = replies().filter(
        lead=OuterRef("lead"), created_at__gt=OuterRef("text_at"), created_at__lt=OuterRef("at")
    )  # fmt: skip
    rang = Call.objects.filter(
        business=scope.business, caller=OuterRef("lead__phone"), state=CallState.ANSWERED,
        started_at__gt=OuterRef("call_at"), started_at__lt=OuterRef("at"),
    )  # fmt: skip
    first_text = texts.order_by("created_at").values(sent=Coalesce("sent_at", "created_at"))[:1]
    found: QuerySet[Any] = rows
    return (
        found.annotate(at=at)
        .annotate(
            call_id=Subquery(before.values("pk")[:1]),
            call_at=Subquery(before.values("started_at")[:1]),
            called_place=_place(before, scope),
            text_at=Subquery(first_text, output_field=DateTimeField()),
            is_told=Exists(texts),
            answered_us=Exists(answers),
            rang_again=Exists(rang),
        )
        .order_by()
    )


def _place(before: QuerySet[Call], scope: Scope) -> Subquery | Value:
    """The location of that call, where somebody asks for it."""
    if scope.locations is None:
        return Value(None, output_field=IntegerField())
    return Subquery(before.values("location")[:1])
