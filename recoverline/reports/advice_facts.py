"""Rows -> what the advice of the week is chosen from."""

from datetime import datetime, timedelta

from django.db.models import Count, Exists, OuterRef, Q

from leads.enums import RequestStatus
from leads.models import CallbackTask, JobRequest
from messaging.enums import ConversationStatus, HoursState, MessageKind, MessageStatus, QuestionStatus
from messaging.followups.enums import Trigger
from messaging.models import Conversation, Enrollment, Message, PhoneNumber, UnansweredQuestion
from messaging.models.followups import RUNNING
from recoverline.reports.advice import Facts
from recoverline.reports.call_times_page import hour_name
from recoverline.reports.calls import missed
from recoverline.reports.overview import Overview
from recoverline.reports.periods import Period
from recoverline.reports.scopes import Scope
from recoverline.reports.spans import hour_of_week

WAITED_LONG = timedelta(days=1)
ESTIMATE_IDLE = timedelta(days=2)
# Nobody takes up an estimate of last year by an e-mail.
ESTIMATE_OLD = timedelta(days=60)
PEAK_WEEKS = 4
_DID_NOT_ARRIVE = (MessageStatus.UNDELIVERED, MessageStatus.FAILED, MessageStatus.DEAD)


def facts_of(scope: Scope, week: Overview, before: Overview, *, now: datetime) -> Facts:
    """`week` and `before`: the figures of the week and of the one before it, of the same scope."""
    return Facts(
        stopped_numbers=_stopped(scope),
        is_paused=scope.business.is_texting_paused,
        calls_week=week.counts.calls,
        calls_before=before.counts.calls,
        callbacks_overdue=CallbackTask.objects.filter(
            scope.rows(simulated=""), _of_real(scope), done_at=None, due_at__lt=now
        ).count(),
        waiting_long=Conversation.objects.filter(
            scope.rows(), is_team=False, needs_reply=True, waiting_since__lt=now - WAITED_LONG
        ).exclude(status=ConversationStatus.DONE).count(),
        unanswered_questions=_questions(scope),
        peak=_peak(scope, week.period),
        idle_estimates=_idle_estimates(scope, now),
        texted=week.counts.texted,
        reply_rate=week.reply_rate,
        undelivered=_undelivered(scope, week.period),
        recovered_unknown=week.revenue.unknown,
        unknown_costs=week.cost_cents is None,
    )  # fmt: skip


def _of_real(scope: Scope) -> Q:
    """A task may be about nobody known; simulated people count only where all is simulated."""
    return Q(lead=None) | Q(lead__is_simulated=scope.business.is_simulated, lead__is_team=False)


def _stopped(scope: Scope) -> tuple[str, ...]:
    stopped = Q(stopped_at__isnull=False) | Q(account__stopped_at__isnull=False)
    lines = PhoneNumber.objects.filter(scope.rows(simulated=""), stopped, is_active=True)
    return tuple(line.label or line.number for line in lines.order_by("label", "number"))


def _questions(scope: Scope) -> int:
    open_ones = UnansweredQuestion.objects.filter(business=scope.business, status=QuestionStatus.OPEN)
    if scope.locations is not None:
        open_ones = open_ones.filter(conversation__location__in=scope.locations)
    return open_ones.exclude(conversation__is_simulated=not scope.business.is_simulated).count()


def _peak(scope: Scope, week: Period) -> tuple[str, int] | None:
    """The hour of the week in which most calls were missed while open, in the four weeks up to the end of `week`."""
    period = Period(week.last - timedelta(days=7 * PEAK_WEEKS - 1), week.last, week.zone)
    hour = hour_of_week("started_at", zone=period.zone, start=period.start, end=period.end)
    rows = missed(scope, period).filter(hours_state=HoursState.OPEN).order_by().annotate(hour=hour).values("hour")
    top = rows.annotate(n=Count("pk")).order_by("-n", "hour").first()
    return None if top is None else (hour_name(top["hour"]), top["n"])


def _idle_estimates(scope: Scope, now: datetime) -> int:
    followed = Enrollment.objects.filter(request=OuterRef("pk"), status__in=RUNNING, sequence__trigger=Trigger.ESTIMATE)
    planned = CallbackTask.objects.filter(lead=OuterRef("lead"), done_at=None)
    given = JobRequest.objects.filter(
        scope.rows(simulated="lead__is_simulated"), lead__is_team=False, status=RequestStatus.OPEN,
        estimated_at__lt=now - ESTIMATE_IDLE, estimated_at__gt=now - ESTIMATE_OLD,
    )  # fmt: skip
    return given.exclude(Exists(followed)).exclude(Exists(planned)).count()


def _undelivered(scope: Scope, week: Period) -> float | None:
    """Of the first texts that were tried, the share that did not arrive."""
    texts = Message.objects.filter(
        scope.rows(location="conversation__location", simulated=""), is_simulated=scope.business.is_simulated,
        kind=MessageKind.FIRST_TEXT, created_at__gte=week.start, created_at__lt=week.end,
    ).exclude(status__in=[MessageStatus.SUPPRESSED, MessageStatus.EXPIRED])  # fmt: skip
    found = texts.aggregate(all=Count("pk"), lost=Count("pk", filter=Q(status__in=_DID_NOT_ARRIVE)))
    return found["lost"] / found["all"] if found["all"] else None
