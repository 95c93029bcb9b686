"""Somebody says "mine", passes it on, or it is over: each one conditional update, so that there is one winner.

Whoever changes an escalation of a customer holds the contact's row first, as every text in and out does; so nobody
waits for somebody who waits for them.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import transaction
from django.db.models import F

from leads import colleagues, events
from leads.models import Membership
from messaging import consent
from messaging.enums import Handler
from messaging.escalation import chain, customer, opening
from messaging.escalation.enums import AckMeans, EscalationStatus, NoticeStatus
from messaging.models import Conversation, Escalation, EscalationNotice

SOMEBODY_HAS_IT, IS_CLOSED, PASSED_ON = "Somebody has it", "It is closed", "Passed on"


@dataclass(frozen=True, slots=True)
class Acknowledged:
    """`won`: it is theirs from now on. `by`: who has it, None where nobody does because it `is_closed`."""

    won: bool
    by: Membership | None
    is_closed: bool = False


def acknowledge(escalation: Escalation, *, member: Membership, via: AckMeans, now: datetime) -> Acknowledged:
    """Give it to `member` if nobody has it: nobody else is asked, the conversation is theirs, the customer is told.

    Raises ValueError for somebody of another business.
    """
    if member.business_id != escalation.business_id:
        raise ValueError("This person is of another business.")
    with transaction.atomic():
        hold(escalation)
        won = Escalation.objects.filter(pk=escalation.pk, status=EscalationStatus.OPEN).update(
            status=EscalationStatus.ACKNOWLEDGED, acknowledged_at=now, acknowledged_by=member, acknowledged_via=via,
            reminders=0, version=F("version") + 1,
            # What is about no customer has nothing by which we would see that somebody works on it.
            next_at=now + timedelta(minutes=escalation.remind_after_minutes) if escalation.conversation_id else None,
        )  # fmt: skip
        escalation.refresh_from_db()
        if not won:
            is_closed = escalation.status == EscalationStatus.CLOSED
            return Acknowledged(False, None if is_closed else escalation.acknowledged_by, is_closed)
        _drop_waiting(escalation, SOMEBODY_HAS_IT)
        theirs = EscalationNotice.objects.filter(escalation=escalation, member=member, answered_at=None)
        theirs.exclude(status=NoticeStatus.NOT_SENT).update(status=NoticeStatus.TAKEN, answered_at=now)
        _give_conversation(escalation, member)
        record(
            "escalation.acknowledged", escalation, f"{colleagues.called(member.user)} has it", now=now, by=member.user,
            via=via,
        )  # fmt: skip
        customer.tell_taken(escalation, member, now=now)
    return Acknowledged(True, member)


def pass_on(escalation: Escalation, *, member: Membership, now: datetime) -> bool:
    """`member` cannot: they are asked no more, and the next ones are at once if nobody else of the step is left.

    Also by whoever had it. False when it is closed, or somebody else has it.
    """
    with transaction.atomic():
        hold(escalation)
        row = Escalation.objects.select_for_update().get(pk=escalation.pk)
        is_theirs = row.status == EscalationStatus.ACKNOWLEDGED and row.acknowledged_by_id == member.pk
        if row.status != EscalationStatus.OPEN and not is_theirs:
            return False
        EscalationNotice.objects.filter(escalation=row, member=member).exclude(status=NoticeStatus.NOT_SENT).update(
            status=NoticeStatus.PASSED, answered_at=now, reason=PASSED_ON
        )
        if is_theirs:
            return give_back(row, f"{colleagues.called(member.user)} passed it on", now=now)
        steps = chain.without_members(row.chain, [member.pk], begin=row.step)
        changes: dict[str, object] = {"chain": steps}
        if not _waits_for_others(row, member):
            changes["next_at"] = now
        changed = Escalation.objects.filter(pk=row.pk, status=EscalationStatus.OPEN, version=row.version).update(
            **changes, version=F("version") + 1
        )
        if changed:
            record(
                "escalation.passed_on", row, f"{colleagues.called(member.user)} passed it on", now=now, by=member.user
            )  # fmt: skip
            opening.ring_bell()
    escalation.refresh_from_db()
    return bool(changed)


def give_back(row: Escalation, why: str, *, now: datetime) -> bool:
    """Whoever had it does not any more: those who come after them in the chain are asked, at once.

    At its end the policy is gone through once more without them. False when it was not as `row` says any more.
    """
    had = row.acknowledged_by_id
    gone = [had] if had is not None else []
    steps = chain.without_members(row.chain, gone, begin=row.step)
    if not any(step["people"] for step in steps[row.step :]):
        steps = steps[: row.step] + chain.plan(row.kind, row.location, now=now, without=gone).chain
    changed = Escalation.objects.filter(
        pk=row.pk, status=EscalationStatus.ACKNOWLEDGED, version=row.version
    ).update(
        status=EscalationStatus.OPEN, acknowledged_at=None, acknowledged_by=None, acknowledged_via="", reminders=0,
        exhausted_at=None, chain=steps[: chain.LONGEST], next_at=now, version=F("version") + 1,
    )  # fmt: skip
    if changed:
        _drop_waiting(row, PASSED_ON)
        customer.untell_taken(row)
        record("escalation.given_back", row, why, now=now, member=had)
        opening.ring_bell()
    return bool(changed)


def close(escalation: Escalation, *, by: AbstractBaseUser | None, now: datetime) -> bool:
    """It is over, also for whoever has it: nobody is asked or reminded any more. False when it was already."""
    with transaction.atomic():
        hold(escalation)
        running = Escalation.objects.filter(pk=escalation.pk).exclude(status=EscalationStatus.CLOSED)
        closed = running.update(
            status=EscalationStatus.CLOSED, closed_at=now, closed_by_id=by.pk if by else None, next_at=None,
            version=F("version") + 1,
        )  # fmt: skip
        if closed:
            _drop_waiting(escalation, IS_CLOSED)
            record("escalation.closed", escalation, "Closed", now=now, by=by)
    escalation.refresh_from_db()
    return bool(closed)


def close_all(conversation: Conversation, *, by: AbstractBaseUser | None, now: datetime) -> int:
    """The conversation is done, and with it whatever could not wait in it; how many that were."""
    rows = Escalation.objects.filter(conversation=conversation).exclude(status=EscalationStatus.CLOSED)
    return sum(close(row, by=by, now=now) for row in rows.select_related("business", "lead", "conversation"))


def is_still_wanted(notice: EscalationNotice) -> bool:
    """Whether this notice may still leave, asked of the rows as they are now: right before it does.

    One of a step as long as nobody has it, a reminder as long as its reader has it.
    """
    row = EscalationNotice.objects.select_related("escalation").filter(pk=notice.pk).first()
    if row is None or row.status not in (NoticeStatus.WAITING, NoticeStatus.BUNDLED, NoticeStatus.SENDING):
        return False
    escalation = row.escalation
    if row.position < chain.FIRST_REMINDER:
        return escalation.status == EscalationStatus.OPEN
    has_it = escalation.acknowledged_by_id == row.member_id
    return escalation.status == EscalationStatus.ACKNOWLEDGED and has_it


def hold(escalation: Escalation) -> None:
    """The contact's row, in the order in which everybody takes them."""
    if escalation.lead_id is not None:
        consent.hold_contact(escalation.lead_id)


def record(
    kind: str,
    escalation: Escalation,
    text: str,
    *,
    now: datetime,
    by: AbstractBaseUser | None = None,
    **data: str | int | None,
) -> None:
    if escalation.conversation is not None:
        data["conversation"] = str(escalation.conversation.key)
    events.record(
        kind, business=escalation.business, lead=escalation.lead, at=now, text=text, actor=by,
        escalation=str(escalation.key), **data,
    )  # fmt: skip


def _drop_waiting(escalation: Escalation, reason: str) -> None:
    waiting = EscalationNotice.objects.filter(escalation=escalation, status=NoticeStatus.WAITING)
    waiting.update(status=NoticeStatus.NOT_SENT, reason=reason)


def _give_conversation(escalation: Escalation, member: Membership) -> None:
    """The robot is out of it, and it has an owner; whoever waits there still waits until somebody writes."""
    if escalation.conversation is None:
        return
    from_robot = Conversation.objects.filter(pk=escalation.conversation.pk)
    from_robot.update(assignee_id=member.user_id, handler=Handler.PERSON, turn_due_at=None, robot_returns_at=None)


def _waits_for_others(row: Escalation, member: Membership) -> bool:
    """Whether somebody else of the step that was asked last has not said anything yet."""
    asked = EscalationNotice.objects.filter(escalation=row, position=row.step - 1).exclude(member=member)
    return asked.exclude(status__in=[NoticeStatus.NOT_SENT, NoticeStatus.PASSED]).exists()
