"""What an experiment has shown so far: for each way how many callers, and what they did since."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count as CountRows
from django.db.models import Exists, F, OuterRef, Q

from messaging.enums import Direction
from messaging.experiment_statistics import Comparison, Count, Interval, compare, score_interval
from messaging.models import Experiment, ExperimentArm, ExperimentAssignment, Message, OptOut
from scheduling.enums import AppointmentStatus
from scheduling.models import Appointment

# As in the reports: what happens later is not put down to the call.
COUNTED_FOR = timedelta(days=30)
_NEVER_BOOKED = (AppointmentStatus.HOLD, AppointmentStatus.EXPIRED)


@dataclass(frozen=True, slots=True)
class Outcome:
    """`key`, and what is counted, for whoever reads it."""

    key: str
    name: str
    definition: str


OUTCOMES = (
    Outcome("booked", "Booked", "Booked a visit within 30 days of the first call that counted, by whatever way."),
    Outcome("replied", "Wrote to us", "Sent us a text within 30 days. Who got no text has nothing to answer."),
    Outcome("opted_out", "Opted out", "Asked us to stop within 30 days."),
)


@dataclass(frozen=True, slots=True)
class Share:
    """Of one way: how many did it, where the true share lies, and how it stands against the first way."""

    outcome: Outcome
    count: Count
    interval: Interval
    against_first: Comparison | None


@dataclass(frozen=True, slots=True)
class ArmResult:
    arm: ExperimentArm
    callers: int
    shares: tuple[Share, ...]


def results_of(experiment: Experiment, *, now: datetime) -> list[ArmResult]:
    """The ways in their order, each compared with the first. People are counted in the way that chance gave them,
    whatever they got: else those who could not be texted would be missing on one side alone.
    """
    counts = _counts(experiment, now=now)
    arms = list(experiment.arms.select_related("script", "sequence"))
    first = counts.get(arms[0].pk, {}) if arms else {}
    results = []
    for index, arm in enumerate(arms):
        mine = counts.get(arm.pk, {})
        shares = []
        for outcome in OUTCOMES:
            count = Count(mine.get(outcome.key, 0), mine.get("callers", 0))
            other = Count(first.get(outcome.key, 0), first.get("callers", 0))
            shares.append(Share(outcome, count, score_interval(count), compare(count, other) if index else None))
        results.append(ArmResult(arm, mine.get("callers", 0), tuple(shares)))
    return results


def _counts(experiment: Experiment, *, now: datetime) -> dict[int, dict[str, int]]:
    """By the id of the way: callers, and how many of them did each of OUTCOMES."""
    since, until = OuterRef("at"), OuterRef("at") + COUNTED_FOR
    visits = Appointment.objects.filter(lead=OuterRef("lead"), booked_at__gte=since, booked_at__lt=until)
    texts = Message.objects.filter(
        lead=OuterRef("lead"), direction=Direction.IN, created_at__gt=since, created_at__lt=until
    )
    stops = OptOut.objects.filter(
        business=OuterRef("business"), phone=OuterRef("lead__phone"), opted_out_at__gt=since, opted_out_at__lt=until
    )
    rows = ExperimentAssignment.objects.filter(
        experiment=experiment, at__lte=now, lead__is_team=False, lead__is_simulated=F("business__is_simulated")
    )
    found = rows.annotate(
        has_booked=Exists(visits.exclude(status__in=_NEVER_BOOKED)), has_replied=Exists(texts),
        has_opted_out=Exists(stops),
    ).order_by().values("arm").annotate(
        callers=CountRows("pk"),
        **{each.key: CountRows("pk", filter=Q(**{f"has_{each.key}": True})) for each in OUTCOMES},
    )  # fmt: skip
    keys = ("arm", "callers", *(outcome.key for outcome in OUTCOMES))
    return {row[0]: dict(zip(keys[1:], row[1:], strict=True)) for row in found.values_list(*keys)}
