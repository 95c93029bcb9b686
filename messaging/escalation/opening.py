"""The one door through which something that cannot wait comes in. Once while it is open; again only counts."""

from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import F

from leads import events
from leads.models import Lead, Location
from messaging import consent
from messaging.escalation import chain
from messaging.escalation.enums import EscalationClass, EscalationStatus
from messaging.models import Conversation, Escalation
from recoverline.lib import queue

# What a conversation can be in for, from the most urgent on: it has one of these at a time.
_RANKS = (EscalationClass.EMERGENCY, EscalationClass.URGENT, EscalationClass.WAITING)
# Where nobody can be asked, the customer hears that only when nobody has seen the banner or the e-mail either.
SEEN_WITHIN = timedelta(minutes=5)
# Nobody was reached, or somebody has had it for a while, and it happens again: then people are asked anew, but not for
# every text of the same minute.
ASKED_ANEW_AFTER = timedelta(minutes=15)


def open_escalation(
    kind: EscalationClass,
    *,
    location: Location,
    summary: str,
    dedup_key: str,
    now: datetime,
    conversation: Conversation | None = None,
    lead: Lead | None = None,
) -> Escalation:
    """Let people be told, in the caller's transaction, until somebody has it; `summary` is a sentence for staff.

    What is open under `dedup_key` only counts, unless whoever had it is done with it: then it begins anew. A
    conversation has one escalation at a time: less than what it is in for counts there as well, and more makes one that
    nobody has yet the worse one. Without a policy nobody is asked.
    """
    lead = lead or (conversation.lead if conversation else None)
    with transaction.atomic():
        if lead is not None:
            # Whoever takes, passes on or closes it holds this row first as well.
            consent.hold_contact(lead.pk)
        found = _running(location, dedup_key, kind, conversation, now=now)
        if found is not None and found.dedup_key == dedup_key[:160] and _is_settled(found, now=now):
            _end(found, now=now)
            found = None
        if found is None:
            found = _begin(kind, location, summary, dedup_key, conversation, lead, now=now)
            if found is not None:
                return found
            # Somebody else opened it between our look and our insert.
            found = Escalation.objects.exclude(status=EscalationStatus.CLOSED).get(
                business=location.business_id, dedup_key=dedup_key[:160]
            )
        _raise_again(found, kind, location, summary, dedup_key, now=now)
    found.refresh_from_db()
    return found


def _running(
    location: Location, dedup_key: str, kind: EscalationClass, conversation: Conversation | None, *, now: datetime
) -> Escalation | None:
    """What this is a part of: the same cause, or what the conversation is in for already."""
    not_closed = Escalation.objects.filter(business=location.business_id).exclude(status=EscalationStatus.CLOSED)
    same = not_closed.filter(dedup_key=dedup_key[:160]).first()
    if same is not None or conversation is None or kind not in _RANKS:
        return same
    for row in not_closed.filter(conversation=conversation, kind__in=_RANKS).order_by("pk"):
        is_less = _RANKS.index(kind) > _RANKS.index(EscalationClass(row.kind))
        # Who has said "mine" to something smaller has not said so to a danger: that asks everybody again.
        # And who is done with a danger does not see that the customer waits again.
        if row.status == EscalationStatus.OPEN or (is_less and not _is_settled(row, now=now)):
            return row
    return None


def _is_settled(row: Escalation, *, now: datetime) -> bool:
    """Whether somebody has had it so long, or has done so much about it, that the same again is a new matter."""
    if row.status != EscalationStatus.ACKNOWLEDGED or row.acknowledged_at is None:
        return False
    # What is about no customer is never looked after, so that says nothing there.
    is_done_with = row.next_at is None and row.conversation_id is not None
    return is_done_with or row.acknowledged_at <= now - ASKED_ANEW_AFTER


def _end(row: Escalation, *, now: datetime) -> None:
    """Make room for the new one, in which everybody is asked and the customer is told again."""
    had = Escalation.objects.filter(pk=row.pk, status=EscalationStatus.ACKNOWLEDGED, version=row.version)
    if had.update(status=EscalationStatus.CLOSED, closed_at=now, next_at=None, version=F("version") + 1):
        events.record(
            "escalation.closed", business=row.business, lead=row.lead, at=now,
            text="Raised again: the team is asked anew", escalation=str(row.key),
            conversation=str(row.conversation.key) if row.conversation else None,
        )  # fmt: skip


def _begin(
    kind: EscalationClass,
    location: Location,
    summary: str,
    dedup_key: str,
    conversation: Conversation | None,
    lead: Lead | None,
    *,
    now: datetime,
) -> Escalation | None:
    """A new one; None when somebody else was quicker."""
    plan = chain.plan(kind, location, now=now)
    row = Escalation(
        business_id=location.business_id, location=location, conversation=conversation, lead=lead, kind=kind,
        dedup_key=dedup_key[:160], summary=summary[:300], chain=plan.chain, tells_customer=plan.tells_customer,
        remind_after_minutes=plan.remind_after_minutes, opened_at=now,
        # Without a policy it is at its end at once: the banner and the e-mail of the event are all there is.
        next_at=_first_due(plan, now=now), exhausted_at=None if plan.has_policy else now,
        is_simulated=lead.is_simulated if lead else False,
    )  # fmt: skip
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError:
        return None
    if plan.has_policy:
        events.record(
            "escalation.opened", business=location.business, lead=lead, at=now, text=f"Asking the team: {summary}",
            escalation=str(row.key), conversation=str(conversation.key) if conversation else None,
        )  # fmt: skip
        ring_bell()
    return row


def _first_due(plan: chain.Plan, *, now: datetime) -> datetime | None:
    """At once; where there is nobody to ask, the end comes after somebody could have seen banner or e-mail."""
    if not plan.has_policy:
        return None
    return now if plan.chain else now + SEEN_WITHIN


def _raise_again(
    row: Escalation, kind: EscalationClass, location: Location, summary: str, dedup_key: str, *, now: datetime
) -> None:
    Escalation.objects.filter(pk=row.pk).update(times=F("times") + 1)
    is_worse = (
        row.dedup_key != dedup_key
        and row.kind in _RANKS
        and _RANKS.index(kind) < _RANKS.index(EscalationClass(row.kind))
    )
    is_over = row.exhausted_at is not None and row.exhausted_at <= now - ASKED_ANEW_AFTER
    if row.status != EscalationStatus.OPEN or not (is_worse or is_over):
        return
    changes: dict[str, object] = {}
    if is_worse:
        changes |= {"kind": kind, "dedup_key": dedup_key[:160], "summary": summary[:300]}
    plan = chain.plan(kind if is_worse else row.kind, location, now=now)
    steps = [*row.chain[: row.step], *plan.chain]
    # Where nobody can be reached, only what is worse comes to its end once more.
    if (plan.chain or (is_worse and plan.has_policy)) and len(steps) <= chain.LONGEST:
        changes |= {
            "chain": steps, "next_at": _first_due(plan, now=now), "exhausted_at": None,
            "tells_customer": plan.tells_customer, "remind_after_minutes": plan.remind_after_minutes,
        }  # fmt: skip
        ring_bell()
    still = Escalation.objects.filter(pk=row.pk, status=EscalationStatus.OPEN, version=row.version)
    if changes:
        still.update(**changes, version=F("version") + 1)


def ring_bell() -> None:
    """Have the worker do what is due as soon as this transaction commits; the tick would in ten seconds."""
    queue.enqueue("messaging.escalation.tasks.run_due")
