"""May we text this number, now, and why: asked of the very code that decides when a text is about to leave.

A call or a text is made up inside a transaction, decided about as a real one would be, and taken back. So there is no
second copy of the rules that could differ from the first.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

from django.db import transaction

from leads import intake
from leads.models import Business, Lead
from messaging import call_events, configuration, consent, conversations, missed_calls, outbound, recheck
from messaging.compliance import gate, quiet
from messaging.enums import MessageKind, MessageStatus, MissReason, Outcome, Suppression
from messaging.followups import standing as follow_ups
from messaging.followups.enums import EnrollmentStatus, StepAction, StepOutcome, Trigger
from messaging.models import (
    Call,
    ConsentEntry,
    Conversation,
    Enrollment,
    Message,
    NeverText,
    OptOut,
    PhoneNumber,
    Sequence,
    SequenceVersion,
    StepRun,
)
from messaging.models.followups import RUNNING

LEDGER_SHOWN = 50
# What a person is told of each; the rest of the words are the gate's own.
BECAUSE: dict[str, str] = {
    Suppression.OPTED_OUT: "They have asked us to stop: nothing leaves until they opt in again.",
    Suppression.NEVER_TEXT: "The number is on the never-text list.",
    Suppression.PAUSED: "Texting is paused, or the number that would text is switched off.",
    Suppression.SENDER_STOPPED: "The carrier has stopped the number or account that would text.",
    Suppression.TAKEN_OVER: "A person of the team has this conversation, so nothing automatic goes out.",
    Suppression.LANDLINE: "The number is a landline.",
    Suppression.UNREACHABLE: "The carrier says that this number cannot be reached by text.",
    Suppression.NOT_SERVED: "Its country, or numbers of its kind, are not served.",
    Suppression.BLOCKED: "The team has blocked this person.",
    Suppression.CALLED_BACK: "Somebody has already spoken with them.",
}


@dataclass(frozen=True, slots=True)
class Verdict:
    """Of one kind of text. `because`: one sentence; `from_when`: when it may go out next, where that is known."""

    label: str
    may: bool
    because: str
    from_when: datetime | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """Everything about one phone. `zone`: whose clock counts there; `hours`: a sentence about quiet hours there."""

    phone: str
    lead: Lead | None
    verdicts: tuple[Verdict, ...]
    opted_out_at: datetime | None
    never_text: bool
    blocked_at: datetime | None
    is_landline: bool
    is_unreachable: bool
    is_ours: bool
    zone: ZoneInfo
    local: datetime
    hours: str
    ledger: tuple[ConsentEntry, ...]


class _TakenBack(Exception):
    """Ends a transaction in which something was only made up."""


def standing(business: Business, phone: str, now: datetime, *, number: PhoneNumber | None = None) -> Standing | None:
    """How `phone` (E.164) stands with `business` at `now`; None while the business has no number to text from."""
    number = number or _number_for(business, phone)
    if number is None:
        return None
    names = consent.names_of(business.pk, phone)
    mine = {"business": business, "phone__in": names}
    lead = Lead.objects.filter(business=business, phone=phone, is_team=False).first()
    someone = lead or Lead(business=business, phone=phone, created_at=now)
    zone = quiet.zone_of(someone, number.location)
    stopped = OptOut.objects.filter(**mine, revoked_at=None).values_list("opted_out_at", flat=True).first()
    entries = ConsentEntry.objects.filter(**mine).select_related("actor")[:LEDGER_SHOWN]
    return Standing(
        phone=phone,
        lead=lead,
        verdicts=verdicts(number, phone, now=now),
        opted_out_at=stopped,
        never_text=NeverText.objects.filter(**mine).exists(),
        blocked_at=lead.blocked_at if lead else None,
        is_landline=bool(lead and lead.is_landline),
        is_unreachable=bool(lead and lead.is_unreachable),
        is_ours=phone in configuration.own_phones(business.pk),
        zone=zone,
        local=now.astimezone(zone),
        hours=quiet.why(someone, number.location, now),
        ledger=tuple(entries),
    )


def verdicts(number: PhoneNumber, phone: str, *, now: datetime) -> tuple[Verdict, ...]:
    """One for each kind of text that leaves `number` (with its business, location and account loaded)."""
    live, calm = "Somebody who has just written is answered at any hour.", "Nothing stands against it at this hour."
    by_hand = "A person decides by themselves when to write; mind the hour there."
    return (
        _first_text(number, phone, now=now),
        _text(number, phone, MessageKind.ROBOT, "Automatic answer in a conversation", live, now=now),
        _text(number, phone, MessageKind.FOLLOW_UP, "Follow-up", calm, now=now),
        _text(number, phone, MessageKind.APPOINTMENT, "Reminder of an appointment", calm, now=now, cause="reminder"),
        _text(number, phone, MessageKind.STAFF, "Text of a person of the team", by_hand, now=now),
        _text(number, phone, MessageKind.SAFETY, "Answer to a danger", "It may save somebody.", now=now),
    )


def _number_for(business: Business, phone: str) -> PhoneNumber | None:
    """The one they last had to do with, else the first."""
    numbers = PhoneNumber.objects.filter(business=business).select_related("business", "location__business", "account")
    last = Conversation.objects.filter(business=business, lead__phone=phone).order_by("-last_at")
    used = numbers.filter(pk__in=last.values("number")[:1]).first()
    return used or numbers.order_by("-is_active", "pk").first()


def _made_up(act: Callable[[], Verdict]) -> Verdict:
    found: list[Verdict] = []
    try:
        with transaction.atomic():
            found.append(act())
            raise _TakenBack
    except _TakenBack:
        return found[0]


def _first_text(number: PhoneNumber, phone: str, *, now: datetime) -> Verdict:
    label = "First text, if they called now and nobody answered"

    def decide() -> Verdict:
        call_id = f"asked:{uuid4().hex}"
        call, _ = call_events.open_call(number.account, number, call_id=call_id, caller=phone, started_at=now)
        missed_calls.handle(call, MissReason.NO_ANSWER, now=now)
        call.refresh_from_db()
        if call.outcome != Outcome.TEXT:
            return Verdict(label, False, _why_no_text(call))
        text = Message.objects.filter(conversation=call.conversation, kind=MessageKind.FIRST_TEXT).latest("id")
        if text.status == MessageStatus.SUPPRESSED:
            return _refused(text, label)
        text.lead, text.number = call.lead or text.lead, number
        return _asked_again(text, label, "It answers their own call.", now=now)

    return _made_up(decide)


def _why_no_text(call: Call) -> str:
    held: Any = next((step for step in call.trace if step.get("kind") == "guard"), None)
    if held is not None:
        said = str(held.get("because", ""))
        return f"{said[:1].upper()}{said[1:]}."
    rule: Any = next((step for step in call.trace if step.get("matched")), {})
    return f"The rule “{rule.get('name', '')}” sends no text."


def _text(
    number: PhoneNumber, phone: str, kind: MessageKind, label: str, said: str, *, now: datetime, cause: str = "asked"
) -> Verdict:
    """`said` where nothing stands against it; `cause`: how the key of such a text begins."""

    def decide() -> Verdict:
        lead = intake.open_lead(number.business, phone=phone, at=now)
        thread = conversations.latest_conversation(lead, number) or conversations.open_conversation(
            lead, number, now=now
        )
        text = outbound.queue_text(thread, kind=kind, body="?", idem_key=f"{cause}:{uuid4().hex}", now=now)
        if text.status == MessageStatus.SUPPRESSED:
            return _refused(text, label)
        if kind == MessageKind.FOLLOW_UP:
            problem = _follow_up(text, now=now)
            if problem:
                return Verdict(label, False, problem)
        return _asked_again(text, label, said, now=now)

    return _made_up(decide)


def _follow_up(text: Message, *, now: datetime) -> str:
    """Put the made-up text into a made-up sequence; why none would begin, "" when one would."""
    thread = text.conversation
    Enrollment.objects.filter(lead=text.lead_id, status__in=RUNNING).update(status=EnrollmentStatus.FINISHED)
    sequence = Sequence.objects.filter(business=text.business_id, trigger=Trigger.NO_REPLY, is_active=True).first()
    if sequence is None:
        name = f"asked:{uuid4().hex}"
        sequence = Sequence.objects.create(business_id=text.business_id, trigger=Trigger.NO_REPLY, name=name)
    reason = follow_ups.reason_not_to_begin(sequence, thread, request=thread.request, now=now)
    if reason is not None:
        return f"{reason.label}."
    version = SequenceVersion.objects.create(
        sequence=sequence, number=1_000_000, digest=uuid4().hex, steps=[], created_at=now
    )
    enrollment = Enrollment.objects.create(
        business_id=text.business_id, location_id=thread.location_id, lead_id=text.lead_id, conversation=thread,
        sequence=sequence, version=version, cause=f"asked:{uuid4().hex}", anchor_at=now, created_at=now,
    )  # fmt: skip
    StepRun.objects.create(
        enrollment=enrollment, position=0, step_key=sequence.key, action=StepAction.TEXT, outcome=StepOutcome.SENT,
        due_at=now, at=now, message=text,
    )  # fmt: skip
    return ""


def _refused(text: Message, label: str) -> Verdict:
    return Verdict(label, False, BECAUSE.get(text.suppression, f"{text.get_suppression_display()}."))


def _asked_again(text: Message, label: str, said: str, *, now: datetime) -> Verdict:
    """What is asked when a sender has claimed it, in the same order (messaging.outbound)."""
    mine = Message.objects.filter(pk=text.pk)
    mine.update(status=MessageStatus.SENDING, attempts=1, expires_at=None)
    claimed = recheck.with_circumstances(mine).get()
    reason = recheck.reason_not_to_send(claimed)
    if reason is not None:
        return Verdict(label, False, BECAUSE.get(reason, f"{reason.label}."))
    if gate.keep_back(claimed, now=now):
        opens = mine.values_list("next_at", flat=True).get()
        return Verdict(label, False, quiet.why(text.lead, text.number.location, now), opens)
    return Verdict(label, True, said)
