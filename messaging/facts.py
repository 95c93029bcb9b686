"""Rows -> what the rules and guards ask about a missed call, in as few queries as possible: a carrier is waiting."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import StrEnum
from typing import Any

from django.db.models import Count, Q, QuerySet, Value

from leads.enums import LeadKind
from leads.models import Lead
from messaging import configuration, consent
from messaging.compliance import quiet
from messaging.delivery import AGAIN
from messaging.enums import (
    CallerKind,
    CallState,
    ConversationStatus,
    Direction,
    HoursState,
    MessageKind,
    MessageStatus,
    MissReason,
)
from messaging.late_text import ANSWERS_FORM
from messaging.models import Call, Conversation, Message, NeverText, OptOut
from messaging.refusals import TextLimits
from messaging.rules import CallFacts
from recoverline.lib.phones import is_served
from scheduling.enums import AppointmentStatus
from scheduling.models import Appointment

# A text that never left does not count against anybody.
NEVER_LEFT = (MessageStatus.SUPPRESSED, MessageStatus.EXPIRED, MessageStatus.FAILED, MessageStatus.DEAD)
# Someone who has written this recently is in a conversation; silence after a text is none.
TALKING_FOR = timedelta(days=3)
# Whoever has a visit today or within these days most likely calls about it.
VISIT_WITHIN = timedelta(days=7)
SPOKEN = (CallState.ANSWERED, CallState.OUTBOUND)
# Anybody can fill in a form: together they may send one in so many of the first texts that calls may, beside these.
FORMS_SHARE = 3
_BY_FORM = Q(idem_key__startswith=ANSWERS_FORM)


class Asked(StrEnum):
    """How somebody turned to the business; FORM: they are there and wait, RELAYED: another program says so."""

    CALL = "call"
    FORM = "form"
    RELAYED = "relayed"


@dataclass(frozen=True, slots=True)
class Situation:
    """Everything the decision about one missed call needs. `quiet`: why it is answered by no text at this hour."""

    facts: CallFacts
    limits: TextLimits
    lead: Lead | None
    called_back: bool
    unreachable: bool
    quiet: str = ""


def situation_of(call: Call, *, reason: MissReason, now: datetime, asked: Asked = Asked.CALL) -> Situation:
    """What is known about `call` (with its number, location and business loaded) at `now`.

    With another `asked`, `call` is none that was made: it stands for whoever filled in a form.
    """
    lead = _lead_of(call) if call.caller else None
    known_as = _known_as(call, lead) if call.caller else set()
    called_back, last_missed = _other_calls(call) if call.caller else (False, None)
    last_text = _last_text(call, lead, now)
    by, share = ("", 1) if asked == Asked.CALL else ("form_", FORMS_SHARE)
    texts = _texts(call, now)
    limits = TextLimits(
        cooldown_hours=call.business.cooldown_hours,
        hours_since_last_text=None if last_text is None else (now - last_text).total_seconds() / 3600,
        number_last_hour=texts[f"{by}number_hour"],
        number_per_hour=_share(call.business.number_texts_per_hour, share),
        business_last_hour=texts[f"{by}hour"],
        business_per_hour=_share(call.business.texts_per_hour, share),
        business_last_day=texts[f"{by}day"],
        business_per_day=_share(call.business.texts_per_day, share),
    )
    facts = CallFacts(
        location_id=call.location_id,
        number_id=call.number_id,
        hours=HoursState(call.hours_state),
        reason=reason,
        rang_seconds=call.rang_seconds,
        callers=_caller_kinds(call, lead, known_as),
        minutes_since_last=None if last_missed is None else int((call.started_at - last_missed).total_seconds() // 60),
    )
    return Situation(
        facts=facts,
        limits=limits,
        lead=lead,
        called_back=called_back,
        unreachable=bool(lead and lead.is_unreachable),
        quiet=_why_quiet(call, lead, now, asked),
    )


def _share(most: int, of: int) -> int:
    """A limit divided, rounded up: one text stays possible where any is."""
    return -(-most // of)


def _why_quiet(call: Call, lead: Lead | None, now: datetime, asked: Asked) -> str:
    """One sentence if it is night where the caller is, and the text would be none that they are waiting for.

    It is the answer to their own call or form, unless the business does not answer at night, we learned of the call
    late, or another program tells us: it may hand over in the night what somebody wrote at noon.
    """
    here = call.location.answers_at_night
    answers = call.business.answers_at_night if here is None else here
    if not call.caller or (answers and not call.found_by_reconciler and asked != Asked.RELAYED):
        return ""
    person = lead or Lead(business_id=call.business_id, phone=call.caller)
    return "" if quiet.is_allowed(person, call.location, now) else quiet.why(person, call.location, now)


def _lead_of(call: Call) -> Lead | None:
    """The caller's lead, locked: of two calls decided at once the second one sees the first one's text."""
    leads = Lead.objects.select_for_update(no_key=True)
    return leads.filter(business_id=call.business_id, phone=call.caller).first()


def _known_as(call: Call, lead: Lead | None) -> set[CallerKind]:
    """On which of the business's lists this phone stands; those that change by the minute in one query."""
    business, phone = call.business_id, call.caller
    mine = {"business": business, "phone__in": consent.names_of(business, phone)}
    lists: list[tuple[CallerKind, QuerySet[Any]]] = [
        (CallerKind.NEVER_TEXT, NeverText.objects.filter(**mine)),
        (CallerKind.OPTED_OUT, OptOut.objects.filter(**mine, revoked_at=None)),
    ]
    if lead is not None:
        running = Conversation.objects.filter(
            lead=lead, messages__direction=Direction.IN, messages__created_at__gt=call.started_at - TALKING_FOR
        ).exclude(status=ConversationStatus.DONE)
        lists.append((CallerKind.CONVERSATION, running))
        today = datetime.combine(call.started_at.astimezone(call.location.zone).date(), time(0), call.location.zone)
        visits = Appointment.objects.filter(
            lead=lead, status=AppointmentStatus.CONFIRMED, starts_at__gte=today,
            starts_at__lt=call.started_at + VISIT_WITHIN,
        )  # fmt: skip
        lists.append((CallerKind.APPOINTMENT, visits))
    first, *rest = (rows.order_by().values_list(Value(kind.value)) for kind, rows in lists)
    known = {CallerKind(kind) for (kind,) in first.union(*rest, all=True)}
    return known | ({CallerKind.STAFF} if phone in configuration.own_phones(business) else set())


def _other_calls(call: Call) -> tuple[bool, datetime | None]:
    """Whether a person has spoken with this caller since the call began, and when they were last missed before it."""
    others = Call.objects.filter(business=call.business_id, caller=call.caller).exclude(pk=call.pk)
    recent = list(others.order_by("-started_at").values_list("state", "started_at", "accepted_at")[:50])
    # Whom the team has picked up and not hung up yet, they are talking with.
    spoken = any(
        started > call.started_at and (state in SPOKEN or (state == CallState.RINGING and accepted is not None))
        for state, started, accepted in recent
    )
    missed = (started for state, started, _ in recent if state == CallState.MISSED and started <= call.started_at)
    return spoken, next(missed, None)


def _first_texts(call: Call) -> "QuerySet[Message]":
    first = Message.objects.filter(business=call.business_id, kind=MessageKind.FIRST_TEXT)
    return first.exclude(status__in=NEVER_LEFT)


def _texts(call: Call, now: datetime) -> dict[str, int]:
    """How many first texts left in the last hour and day: those after calls, and as `form_...` those after forms."""
    spans = {"day": Q(), "hour": Q(created_at__gt=now - timedelta(hours=1))}
    counts = {name: Count("pk", filter=span & ~_BY_FORM) for name, span in spans.items()}
    counts |= {f"form_{name}": Count("pk", filter=span & _BY_FORM) for name, span in spans.items()}
    # A second try is the same text; its key does not say whether a form was its cause.
    texts = _first_texts(call).filter(created_at__gt=now - timedelta(days=1)).exclude(idem_key__startswith=AGAIN)
    # The limits are a shield against floods: a second old is new enough, counting anew for each call of one is not.
    rows: list[Any] = configuration.remember(
        ("texts", call.business_id), lambda: list(texts.order_by().values("number").annotate(**counts))
    )
    found = {name: sum(row[name] for row in rows) for name in counts}
    here = next((row for row in rows if row["number"] == call.number_id), dict.fromkeys(counts, 0))
    return found | {"number_hour": here["hour"], "form_number_hour": here["form_hour"]}


def _last_text(call: Call, lead: Lead | None, now: datetime) -> datetime | None:
    """When the last first text to this person left, however they turned to us, if within the cooldown."""
    if lead is None:
        return None
    mine = _first_texts(call).filter(lead=lead, created_at__gt=now - timedelta(hours=call.business.cooldown_hours))
    return mine.order_by("-created_at").values_list("created_at", flat=True).first()


def _caller_kinds(call: Call, lead: Lead | None, known_as: set[CallerKind]) -> frozenset[CallerKind]:
    if not call.caller:
        return frozenset({CallerKind.ANONYMOUS})
    flags = {
        # Premium numbers as well: to answer one costs what its owner likes.
        CallerKind.FOREIGN: not is_served(call.caller, call.business.served),
        CallerKind.EXISTING: bool(lead and lead.kind == LeadKind.EXISTING),
        CallerKind.LANDLINE: bool(lead and lead.is_landline),
        CallerKind.BLOCKED: lead is not None and lead.blocked_at is not None,
        CallerKind.SPAM: call.verification.startswith("TN-Validation-Failed"),
    }
    if call.caller == call.business.phone:
        known_as = known_as | {CallerKind.STAFF}
    kinds = {CallerKind.KNOWN if lead else CallerKind.NEW} | known_as
    return frozenset(kinds | {kind for kind, holds in flags.items() if holds})
