"""Rows that prove, or not, that a business is set up; read in a dozen statements, however many calls it has."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Q

from leads.models import Business, Invitation, Membership
from messaging import beats
from messaging.beats import Beats
from messaging.enums import CallState, Direction, MessageKind, MessageStatus, ScriptKind
from messaging.models import (
    AgentSettings,
    Call,
    CarrierAccount,
    Message,
    PhoneNumber,
    Publication,
    Script,
)
from recoverline.getting_started.on_call import OnCallFacts, on_call_facts
from scheduling.models import BookingRules, OpeningHours

# The carrier refused because the number is not registered: 10DLC missing, toll-free not verified.
UNREGISTERED = ("30032", "30034")
CALLS_LOOKED_AT = 200
LATELY = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class CallSeen:
    """As much of a call as proves something. `rang`: a phone of the team did."""

    number_id: int
    at: datetime
    forwarded_from: str
    rang: bool


@dataclass(frozen=True, slots=True)
class SetUpFacts:
    """`calls` are the last ones, newest first; `refused_at` is when a carrier last refused a text for want of a
    registration, with its code, if none has arrived since.
    """

    business: Business
    accounts: tuple[CarrierAccount, ...]
    numbers: tuple[PhoneNumber, ...]
    calls: tuple[CallSeen, ...]
    has_hours: bool
    has_script: bool
    script_saved_at: datetime | None
    prices: int
    areas: int
    answers: int
    visits_customers: bool
    members: int
    invited: int
    alerted: int
    robot: AgentSettings | None
    has_published: bool
    refused_at: datetime | None
    refused_code: str
    paused_at: datetime | None
    beats: Beats
    on_call: OnCallFacts


def facts_of(business: Business, *, now: datetime) -> SetUpFacts:
    scripts = Script.objects.filter(business=business, kind=ScriptKind.MISSED_CALL, is_active=True)
    script_ids = list(scripts.values_list("pk", flat=True))
    members = Membership.objects.filter(business=business, user__is_active=True).aggregate(
        all=Count("pk"), alerted=Count("pk", filter=Q(gets_alerts=True) & ~Q(user__email=""))
    )
    knowledge = Business.objects.filter(pk=business.pk).aggregate(
        prices=Count(
            "services", filter=Q(services__is_active=True, services__price_from_cents__isnull=False), distinct=True
        ),
        areas=Count("areas", distinct=True),
        answers=Count("faqs", distinct=True),
    )
    refused_at, code = _refused(business, now)
    rules = BookingRules.objects.filter(service__business=business, service__is_active=True)
    return SetUpFacts(
        business=business,
        accounts=tuple(CarrierAccount.objects.filter(business=business, is_active=True)),
        numbers=tuple(PhoneNumber.objects.filter(business=business, is_active=True).select_related("account")),
        calls=_calls(business),
        has_hours=OpeningHours.objects.filter(business=business, resource=None).exists(),
        has_script=bool(script_ids),
        script_saved_at=_saved_by_hand(script_ids),
        **knowledge,
        # Who takes nobody's address needs no areas.
        visits_customers=not rules.exists() or rules.exclude(place="location").exists(),
        members=members["all"],
        invited=Invitation.objects.filter(
            business=business, accepted_at=None, revoked_at=None, expires_at__gt=now
        ).count(),
        alerted=members["alerted"],
        robot=AgentSettings.objects.filter(business=business).first(),
        has_published=Publication.objects.filter(business=business).exists(),
        refused_at=refused_at,
        refused_code=code,
        paused_at=_paused_at(business),
        beats=beats.read(),
        on_call=on_call_facts(business, now=now),
    )


def _calls(business: Business) -> tuple[CallSeen, ...]:
    rows = Call.objects.filter(business=business).exclude(state=CallState.OUTBOUND).order_by("-started_at")
    seen = rows.values_list("number_id", "started_at", "forwarded_from", "accepted_at", "rang_seconds")
    return tuple(
        CallSeen(number, at, forwarded, accepted is not None or bool(rang))
        for number, at, forwarded, accepted, rang in seen[:CALLS_LOOKED_AT]
    )


def _saved_by_hand(script_ids: list[int]) -> datetime | None:
    """When a person last saved one of them; a file that was loaded has no person in its history."""
    history = Script.history.filter(id__in=script_ids, history_user__isnull=False)
    saved: datetime | None = history.order_by("-history_date").values_list("history_date", flat=True).first()
    return saved


def _refused(business: Business, now: datetime) -> tuple[datetime | None, str]:
    texts = Message.objects.filter(
        business=business, direction=Direction.OUT, created_at__gt=now - LATELY,
        kind__in=[MessageKind.FIRST_TEXT, MessageKind.STAFF, MessageKind.ROBOT],
    ).order_by("-created_at")  # fmt: skip
    last = texts.filter(error_code__in=UNREGISTERED).values_list("created_at", "error_code").first()
    if last is None or texts.filter(status=MessageStatus.DELIVERED, created_at__gt=last[0]).exists():
        return None, ""
    return last


def _paused_at(business: Business) -> datetime | None:
    if not business.is_texting_paused:
        return None
    saved: datetime | None = business.history.order_by("-history_date").values_list("history_date", flat=True).first()
    return saved or business.created_at
