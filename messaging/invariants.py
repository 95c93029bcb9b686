"""What must hold in the rows at any time: the promises of docs/architecture.md, asked of the database.

`manage.py check_invariants` runs them for operators, and the long tests after every simulated week or storm.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

from django.apps import apps
from django.db.models import CharField, Count, Exists, F, ForeignKey, Model, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Cast, Concat

from leads.models import Business, CallbackTask, LeadEvent
from messaging.compliance import quiet
from messaging.enums import CallState, Direction, MessageKind, MessageStatus, Outcome
from messaging.escalation.enums import EscalationStatus
from messaging.facts import NEVER_LEFT
from messaging.followups.enums import EnrollmentStatus
from messaging.models import Call, Conversation, Enrollment, Escalation, Message, OptOut
from messaging.models.followups import RUNNING
from messaging.upkeep import LONGEST_CALL

# How long something may be on its way before it counts as stuck.
JUST_NOW = timedelta(minutes=2)
STUCK_AFTER = timedelta(minutes=5)
NAMED_AT_MOST = 20
# Texts that have left, as far as the carrier says.
LEFT = (MessageStatus.ACCEPTED, MessageStatus.SENT, MessageStatus.DELIVERED, MessageStatus.UNDELIVERED)
OUR_APPS = ("leads", "scheduling", "messaging")


@dataclass(frozen=True, slots=True)
class Invariant:
    """`find` gives what breaks it: one line each, with the key or number of the row and no personal data."""

    code: str
    says: str
    find: Callable[["Period"], Iterable[str]]


@dataclass(frozen=True, slots=True)
class Period:
    """Rows from `since` to `now`; both aware."""

    since: datetime
    now: datetime


@dataclass(frozen=True, slots=True)
class Breach:
    """An invariant that does not hold; `rows` are the first of them."""

    code: str
    says: str
    rows: tuple[str, ...]


def check(*, since: datetime, now: datetime) -> list[Breach]:
    """Every invariant that is broken by what happened since `since`; an empty list is the good answer."""
    period = Period(since, now)
    found = ((each, tuple(each.find(period))) for each in INVARIANTS)
    return [Breach(each.code, each.says, rows) for each, rows in found if rows]


# ---------------------------------------------------------------- calls
def _undecided_calls(period: Period) -> Iterator[str]:
    missed = Call.objects.filter(
        state=CallState.MISSED, decided_at=None, started_at__range=(period.since, period.now - JUST_NOW)
    )
    ringing = Call.objects.filter(
        state=CallState.RINGING, started_at__range=(period.since, period.now - LONGEST_CALL - JUST_NOW)
    )
    yield from _keys("call", missed, "missed, and not decided")
    yield from _keys("call", ringing, "still ringing")


def _calls_without_their_text(period: Period) -> Iterator[str]:
    cause = Concat(
        Value("missedcall:"), Cast("account_id", CharField()), Value(":"), "carrier_call_id", output_field=CharField()
    )
    decided = Call.objects.filter(decided_at__range=(period.since, period.now), outcome=Outcome.TEXT)
    texts = Message.objects.filter(business=OuterRef("business"), idem_key=OuterRef("cause"))
    without = decided.annotate(cause=cause).filter(~Exists(texts))
    yield from _keys("call", without, "a text was decided, and there is none")


def _two_first_texts(period: Period) -> Iterator[str]:
    """More than one within the cooldown, whatever the calls were."""
    texts = Message.objects.filter(kind=MessageKind.FIRST_TEXT, created_at__range=(period.since, period.now))
    texts = texts.exclude(status__in=NEVER_LEFT).exclude(idem_key__startswith="again:")
    several = texts.values("lead").annotate(times=Count("pk")).filter(times__gt=1).values("lead")
    rows = texts.filter(lead__in=several).order_by("lead", "created_at")
    listed = rows.values_list("lead", "created_at", "key", "business__cooldown_hours")
    for (lead, at, _, _), (other, later, key, hours) in pairwise(list(listed)):
        if lead == other and later - at < timedelta(hours=hours):
            yield f"text {key}: {(later - at).total_seconds() / 3600:.1f} hours after another first text"


# ---------------------------------------------------------------- texts
def _texts_on_their_way_for_ever(period: Period) -> Iterator[str]:
    stuck = Message.objects.filter(
        status__in=[MessageStatus.SENDING, MessageStatus.UNKNOWN], claimed_at__lt=period.now - STUCK_AFTER,
        created_at__gte=period.since,
    )  # fmt: skip
    yield from _keys("text", stuck, "neither sent nor given up")


def _texts_after_stop(period: Period) -> Iterator[str]:
    stopped = OptOut.objects.filter(
        Q(revoked_at=None) | Q(revoked_at__gt=OuterRef("claimed_at")),
        business=OuterRef("business"), phone=OuterRef("lead__phone"), opted_out_at__lt=OuterRef("claimed_at"),
    )  # fmt: skip
    sent = _sent(period).exclude(kind=MessageKind.COMPLIANCE)
    yield from _keys("text", sent.filter(Exists(stopped)), "began to leave after STOP")


def _texts_in_quiet_hours(period: Period) -> Iterator[str]:
    """Follow-ups, at the moment when the carrier was asked to send them."""
    rows = _sent(period).filter(kind=MessageKind.FOLLOW_UP, lead__erased_at=None)
    for text in rows.select_related("lead__business", "conversation__location__business", "conversation__request"):
        place = text.conversation.location
        if text.claimed_at and not quiet.is_allowed(
            text.lead, place, text.claimed_at, request=text.conversation.request
        ):
            yield f"text {text.key}: sent at {text.claimed_at:%Y-%m-%d %H:%M} UTC"


def _texts_without_an_id(period: Period) -> Iterator[str]:
    yield from _keys("text", _sent(period).filter(carrier_message_id=None), "accepted, and no id from the carrier")


def _given_up_unheard(period: Period) -> Iterator[str]:
    """A text that was given up must be somebody's work."""
    dead = Message.objects.filter(status=MessageStatus.DEAD, created_at__range=(period.since, period.now))
    first = dead.filter(kind=MessageKind.FIRST_TEXT)
    known = {cause for (cause,) in CallbackTask.objects.filter(cause__startswith="text:").values_list("cause")}
    yield from (f"text {key}: given up, and no task" for key in _values(first, "key") if f"text:{key}" not in known)
    told = LeadEvent.objects.filter(kind="text.given_up", at__gte=period.since)
    heard = {data.get("message") for data in told.values_list("data", flat=True)}
    others = dead.exclude(kind=MessageKind.FIRST_TEXT)
    yield from (f"text {key}: given up, and nobody told" for key in _values(others, "key") if str(key) not in heard)


# ---------------------------------------------------------------- follow-ups and escalations
def _follow_ups_after_the_end(period: Period) -> Iterator[str]:
    late = _sent(period).filter(
        kind=MessageKind.FOLLOW_UP, step_run__enrollment__status=EnrollmentStatus.STOPPED,
        claimed_at__gt=F("step_run__enrollment__ended_at"),
    )  # fmt: skip
    yield from _keys("text", late, "a follow-up that began to leave after its sequence was stopped")


def _enrollments_without_a_time(period: Period) -> Iterator[str]:
    adrift = Enrollment.objects.filter(
        Q(status=EnrollmentStatus.ACTIVE, due_at=None) | (~Q(status__in=RUNNING) & Q(ended_at=None)),
        created_at__range=(period.since, period.now),
    )
    yield from _keys("enrollment", adrift, "running without a time, or over without an end")


def _escalations_adrift(period: Period) -> Iterator[str]:
    rows = Escalation.objects.filter(opened_at__range=(period.since, period.now - JUST_NOW))
    nobody = rows.filter(status=EscalationStatus.OPEN, next_at=None, exhausted_at=None)
    yield from _keys("escalation", nobody, "open, nothing planned, and nobody told that it is exhausted")
    held = rows.filter(status=EscalationStatus.ACKNOWLEDGED, acknowledged_at=None)
    yield from _keys("escalation", held, "taken, and no word of when")


# ---------------------------------------------------------------- conversations
def _waiting_without_since(period: Period) -> Iterator[str]:
    torn = Conversation.objects.filter(
        Q(needs_reply=True, waiting_since=None) | Q(needs_reply=False, waiting_since__isnull=False),
        last_at__gte=period.since,
    )
    yield from _keys("conversation", torn, "waits without a moment, or has a moment and does not wait")


# ---------------------------------------------------------------- tenants
def _children_of_others(period: Period) -> Iterator[str]:
    """Whatever has a business refers to rows of that business only."""
    for model in apps.get_models():
        if model._meta.app_label not in OUR_APPS or not _has_business(model):
            continue
        for field in model._meta.get_fields():
            if not isinstance(field, ForeignKey) or not _has_business(field.related_model):
                continue
            rows = model._default_manager.filter(**{f"{field.name}__isnull": False})
            crossed = rows.exclude(**{f"{field.name}__business": F("business")})
            for pk in crossed.values_list("pk", flat=True)[:NAMED_AT_MOST]:
                yield f"{model.__name__} {pk}: its {field.name} belongs to another business"


def _has_business(model: object) -> bool:
    if not (isinstance(model, type) and issubclass(model, Model)):
        return False
    fields = {field.name: field for field in model._meta.get_fields()}
    own = fields.get("business")
    return isinstance(own, ForeignKey) and own.related_model is Business


def _sent(period: Period) -> QuerySet[Message]:
    return Message.objects.filter(
        direction=Direction.OUT, status__in=LEFT, created_at__range=(period.since, period.now)
    )


def _keys(what: str, rows: QuerySet[Model], how: str) -> Iterator[str]:
    return (f"{what} {key}: {how}" for key in _values(rows, "key"))


def _values(rows: QuerySet[Model], column: str) -> list[object]:
    return list(rows.order_by("pk").values_list(column, flat=True)[:NAMED_AT_MOST])


INVARIANTS = (
    Invariant("I1", "Each missed call is decided, once", _undecided_calls),
    Invariant("I2", "A call that was to get a text has one", _calls_without_their_text),
    Invariant("I3", "Nobody gets two first texts within the cooldown", _two_first_texts),
    Invariant("I4", "No text is on its way for more than five minutes", _texts_on_their_way_for_ever),
    Invariant("I5", "Nothing begins to leave after STOP", _texts_after_stop),
    Invariant("I6", "No follow-up leaves in quiet hours", _texts_in_quiet_hours),
    Invariant("I7", "Each text that left has the carrier's id", _texts_without_an_id),
    Invariant("I8", "Each text that was given up is somebody's work", _given_up_unheard),
    Invariant("I9", "No follow-up leaves after its sequence has ended", _follow_ups_after_the_end),
    Invariant("I10", "Each running sequence has a next moment", _enrollments_without_a_time),
    Invariant("I11", "Each escalation is planned, taken, or told to be exhausted", _escalations_adrift),
    Invariant("I12", "Who waits has waited since some moment", _waiting_without_since),
    Invariant("I13", "Rows refer to rows of their own business", _children_of_others),
)
