"""Rows -> what the rules and guards ask about a missed call, in as few queries as possible: a carrier is waiting."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Exists, OuterRef, Q, Subquery

from leads.enums import LeadKind
from leads.models import Business, Lead, Membership
from messaging.enums import CallerKind, CallState, HoursState, MessageKind, MessageStatus, MissReason
from messaging.models import Call, Conversation, Message, NeverText, OptOut, PhoneNumber, RingTarget
from messaging.refusals import TextLimits
from messaging.rules import CallFacts
from recoverline.lib.phones import country_of, is_premium

# A text that never left does not count against anybody.
LEFT = (MessageStatus.SUPPRESSED, MessageStatus.EXPIRED, MessageStatus.FAILED, MessageStatus.DEAD)


@dataclass(frozen=True, slots=True)
class Situation:
    """Everything the decision about one missed call needs."""

    facts: CallFacts
    limits: TextLimits
    lead: Lead | None
    called_back: bool
    unreachable: bool


def situation_of(call: Call, *, reason: MissReason, now: datetime) -> Situation:
    """What is known about `call` (with its number, location and business loaded) at `now`."""
    found = _look_up(call)
    lead = Lead.objects.filter(business_id=call.business_id, phone=call.caller).first() if call.caller else None
    texts = _texts(call, now)
    last_text = texts["last"]
    limits = TextLimits(
        cooldown_hours=call.business.cooldown_hours,
        hours_since_last_text=None if last_text is None else (now - last_text).total_seconds() / 3600,
        number_last_hour=texts["number_hour"],
        number_per_hour=call.business.number_texts_per_hour,
        business_last_hour=texts["hour"],
        business_per_hour=call.business.texts_per_hour,
        business_last_day=texts["day"],
        business_per_day=call.business.texts_per_day,
    )
    last_missed: datetime | None = found.last_missed  # type: ignore[attr-defined]
    facts = CallFacts(
        location_id=call.location_id,
        number_id=call.number_id,
        hours=HoursState(call.hours_state),
        reason=reason,
        rang_seconds=call.rang_seconds,
        callers=_caller_kinds(call, lead, found),
        minutes_since_last=None if last_missed is None else int((call.started_at - last_missed).total_seconds() // 60),
    )
    return Situation(
        facts=facts,
        limits=limits,
        lead=lead,
        called_back=bool(found.called_back),  # type: ignore[attr-defined]
        unreachable=bool(lead and lead.is_unreachable),
    )


def _look_up(call: Call) -> Business:
    """One row with an answer per question about the caller."""
    phone, business = call.caller, OuterRef("pk")
    others = Call.objects.filter(business=business, caller=phone).exclude(pk=call.pk)
    mine = {"business": business, "phone": phone}
    return Business.objects.annotate(
        is_own=Exists(PhoneNumber.objects.filter(business=business, number=phone)),
        is_team=Exists(RingTarget.objects.filter(number__business=business, phone=phone)),
        is_member=Exists(Membership.objects.filter(**mine)),
        is_never=Exists(NeverText.objects.filter(**mine)),
        is_opted_out=Exists(OptOut.objects.filter(**mine, revoked_at=None)),
        in_conversation=Exists(
            Conversation.objects.filter(business=business, lead__phone=phone).exclude(status="done")
        ),
        called_back=Exists(
            others.filter(state__in=[CallState.ANSWERED, CallState.OUTBOUND], started_at__gt=call.started_at)
        ),
        last_missed=Subquery(
            others.filter(state=CallState.MISSED, started_at__lte=call.started_at)
            .order_by("-started_at")
            .values("started_at")[:1]
        ),
    ).get(pk=call.business_id)


def _texts(call: Call, now: datetime) -> dict[str, int | datetime | None]:
    """First texts: the last one to this caller, and how many left in the last hour and day."""
    hour = Q(created_at__gt=now - timedelta(hours=1))
    first = Message.objects.filter(business=call.business_id, kind=MessageKind.FIRST_TEXT).exclude(status__in=LEFT)
    counts = first.filter(created_at__gt=now - timedelta(days=1)).aggregate(
        day=Count("pk"), hour=Count("pk", filter=hour), number_hour=Count("pk", filter=hour & Q(number=call.number_id))
    )
    last = None
    if call.caller:
        since = now - timedelta(hours=call.business.cooldown_hours)
        mine = first.filter(lead__phone=call.caller, created_at__gt=since)
        last = mine.order_by("-created_at").values_list("created_at", flat=True).first()
    return {**counts, "last": last}


def _caller_kinds(call: Call, lead: Lead | None, found: Business) -> frozenset[CallerKind]:
    if not call.caller or is_premium(call.caller):
        return frozenset({CallerKind.ANONYMOUS})
    kinds = {CallerKind.KNOWN if lead else CallerKind.NEW}
    flags = {
        CallerKind.STAFF: found.is_own or found.is_team or found.is_member,  # type: ignore[attr-defined]
        CallerKind.NEVER_TEXT: found.is_never,  # type: ignore[attr-defined]
        CallerKind.OPTED_OUT: found.is_opted_out,  # type: ignore[attr-defined]
        CallerKind.CONVERSATION: found.in_conversation,  # type: ignore[attr-defined]
        CallerKind.FOREIGN: country_of(call.caller) not in call.business.served,
        CallerKind.EXISTING: bool(lead and lead.kind == LeadKind.EXISTING),
        CallerKind.LANDLINE: bool(lead and lead.is_landline),
        CallerKind.SPAM: call.verification.startswith("TN-Validation-Failed"),
    }
    return frozenset(kinds | {kind for kind, holds in flags.items() if holds})
