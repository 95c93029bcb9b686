"""What an escalation does by the clock: the next step, a reminder, or its end. Late or twice, it does each once.

One transaction moves the step and writes its notices; the version of the row is the fence. A worker that was away goes
on from where it was: one step per due moment, and the next waits its full time from now.
"""

import logging
from datetime import datetime, timedelta

from django.db import OperationalError, transaction
from django.db.models import F, Max

from leads import callbacks
from leads.enums import TaskReason
from leads.models import CallbackTask, Membership
from messaging.enums import CallState, ConversationStatus, Direction, MessageKind
from messaging.escalation import acknowledging, chain, customer, opening
from messaging.escalation.enums import AlertChannel, EscalationClass, EscalationStatus, NoticeStatus
from messaging.models import Call, Escalation, EscalationNotice, Message

logger = logging.getLogger(__name__)

AT_ONCE = 200
# What breaks the code is looked at again after this, behind all others. Short: somebody may be in danger.
PUT_OFF = timedelta(minutes=2)
MOST_REMINDERS = 3
_LEFT = (NoticeStatus.SENDING, NoticeStatus.SENT, NoticeStatus.BUNDLED, NoticeStatus.PICKED_UP)
# Somebody waits for an answer; of a failure there is nobody to call.
_TO_CALL = {
    EscalationClass.EMERGENCY: TaskReason.URGENT,
    EscalationClass.URGENT: TaskReason.URGENT,
    EscalationClass.WAITING: TaskReason.URGENT,
    EscalationClass.FOLLOW_UP: TaskReason.FOLLOW_UP,
}


def run_due(now: datetime) -> int:
    """Take each escalation that is due one step further; how many were."""
    due = Escalation.objects.filter(next_at__lte=now).exclude(status=EscalationStatus.CLOSED)
    moved = 0
    for pk in due.order_by("next_at", "id").values_list("pk", flat=True)[:AT_ONCE]:
        try:
            moved += _advance(pk, now=now)
        except OperationalError:
            logger.warning("escalation %s waits for the database", pk, exc_info=True)
        except Exception:  # one of them must not stand in the way of the others
            logger.exception("escalation %s could not be moved", pk)
            due.filter(pk=pk).update(next_at=now + PUT_OFF)
    return moved


def go_on(escalation: Escalation, *, position: int, now: datetime) -> bool:
    """Bring the next step forward if nobody of the step at `position` is left to be waited for; harmless twice."""
    asked = EscalationNotice.objects.filter(escalation=escalation, position=position)
    if asked.exclude(status__in=[NoticeStatus.NOT_SENT, NoticeStatus.PASSED]).exists():
        return False
    last = Escalation.objects.filter(pk=escalation.pk, status=EscalationStatus.OPEN, step=position + 1, next_at__gt=now)
    moved = last.update(next_at=now, version=F("version") + 1)
    if moved:
        opening.ring_bell()
    return bool(moved)


def _advance(pk: int, *, now: datetime) -> bool:
    rows = Escalation.objects.select_related("business", "location__business", "lead", "conversation")
    with transaction.atomic():
        row = rows.filter(pk=pk).first()
        if row is None:
            return False
        acknowledging.hold(row)
        row = rows.filter(pk=pk, next_at__lte=now).first()
        if row is None or row.status == EscalationStatus.CLOSED:
            return False
        if row.status == EscalationStatus.OPEN:
            return _next_step(row, now=now)
        return _look_after(row, now=now)


# ---------------------------------------------------------------- nobody has it
def _next_step(row: Escalation, *, now: datetime) -> bool:
    until = _still_time(row, now=now)
    if until is not None:
        return _move(row, next_at=until)
    people: list[Membership] = []
    index = row.step
    while index < len(row.chain) and not people:
        # Who went away, or left, since the chain was written is passed over.
        people = _reachable(row, row.chain[index])
        index += 1
    if not people:
        return _exhaust(row, now=now)
    step = row.chain[index - 1]
    if not _move(row, step=index, next_at=now + timedelta(minutes=step["wait"])):
        return False
    _write_notices(row, people, index - 1, step["channel"], now=now)
    return True


def _still_time(row: Escalation, *, now: datetime) -> datetime | None:
    """Until when those have who were asked last, as their notice left late; None when their time is over.

    What has not left at all is not waited for: the next ones are asked meanwhile.
    """
    if row.step == 0 or row.step > len(row.chain):
        return None
    wait = timedelta(minutes=row.chain[row.step - 1]["wait"])
    asked = EscalationNotice.objects.filter(escalation=row, position=row.step - 1)
    times = asked.filter(status__in=_LEFT).aggregate(written=Max("created_at"), sent=Max("sent_at"))
    if times["sent"] is None or row.next_at != times["written"] + wait:
        # Somebody has brought the next step forward, or the time was given already.
        return None
    until: datetime = times["sent"] + wait
    return until if until > now else None


def _exhaust(row: Escalation, *, now: datetime) -> bool:
    """Everybody was asked. The customer hears the truth, somebody has to call, and the banner stays."""
    if not _move(row, step=len(row.chain), next_at=None, exhausted_at=now):
        return False
    acknowledging.record("escalation.exhausted", row, "Nobody of those who were asked has it", now=now)
    customer.tell_nobody(row, now=now)
    if row.lead is not None and row.kind in _TO_CALL:
        callbacks.ask_callback(
            business=row.business, location=row.location, lead=row.lead, at=now, due_at=now,
            reason=_TO_CALL[EscalationClass(row.kind)], cause=f"escalation:{row.key}",
            detail=f"Nobody was reached: {row.summary}",
        )  # fmt: skip
    return True


# ---------------------------------------------------------------- somebody has it
def _look_after(row: Escalation, *, now: datetime) -> bool:
    """Remind whoever has it and does nothing that we could see; in the end, ask the next ones."""
    if _is_being_done(row):
        return _move(row, next_at=None)
    member = row.acknowledged_by
    channel = _channel_to(row, member)
    if member is None or not channel or row.reminders >= MOST_REMINDERS:
        name = chain.person(member)["name"] if member else "Somebody"
        return acknowledging.give_back(row, f"{name} had it, but did not write or call", now=now)
    later = now + timedelta(minutes=row.remind_after_minutes)
    if not _move(row, next_at=later, reminders=row.reminders + 1):
        return False
    last = EscalationNotice.objects.filter(escalation=row).aggregate(last=Max("position"))["last"] or 0
    _write_notices(row, [member], max(last + 1, chain.FIRST_REMINDER), channel, now=now)
    return True


def _is_being_done(row: Escalation) -> bool:
    """Whether since "mine" somebody wrote, called or finished the task, or the conversation is done."""
    since, conversation = row.acknowledged_at, row.conversation
    if conversation is None or since is None or conversation.status == ConversationStatus.DONE:
        return True
    wrote = Message.objects.filter(
        conversation=conversation, direction=Direction.OUT, kind=MessageKind.STAFF, created_at__gte=since
    )
    if wrote.exists():
        return True
    spoke = Call.objects.filter(business=row.business_id, caller=conversation.lead.phone, started_at__gte=since)
    if spoke.filter(state__in=[CallState.OUTBOUND, CallState.ANSWERED]).exists():
        return True
    return CallbackTask.objects.filter(lead=conversation.lead_id, done_at__gte=since).exists()


def _channel_to(row: Escalation, member: Membership | None) -> str:
    if member is None:
        return ""
    channels = (AlertChannel.TEXT, AlertChannel.EMAIL)
    return next((each for each in channels if chain.can_be_told(member, row.location, each)), "")


# ---------------------------------------------------------------- rows
def _move(row: Escalation, **changes: object) -> bool:
    same = Escalation.objects.filter(pk=row.pk, status=row.status, version=row.version)
    return bool(same.update(**changes, version=F("version") + 1))


def _reachable(row: Escalation, step: chain.Step) -> list[Membership]:
    ids = [each["member"] for each in step["people"]]
    found = Membership.objects.select_related("user").prefetch_related("locations").in_bulk(ids)
    members = [found[pk] for pk in ids if pk in found]
    return [each for each in members if chain.can_be_told(each, row.location, step["channel"])]


def _write_notices(row: Escalation, people: list[Membership], position: int, channel: str, *, now: datetime) -> None:
    by_phone = channel != AlertChannel.EMAIL
    EscalationNotice.objects.bulk_create(
        EscalationNotice(
            escalation=row, member=member, position=position, channel=channel, created_at=now,
            phone=member.phone if by_phone else "",
        )
        for member in people
    )  # fmt: skip
