"""What is due: each enrollment in a transaction of its own, each step once, whoever else looks at the same moment.

One conditional update takes the step; its run, its text, task or call for staff and the time of the next step are
written in the same transaction.
"""

import logging
import random
from datetime import datetime, timedelta

from django.db import OperationalError, transaction

from leads import callbacks
from leads.enums import TaskReason
from messaging import consent, outbound
from messaging.enums import MessageKind, MessageStatus, Suppression
from messaging.escalation.enums import EscalationClass
from messaging.escalation.opening import open_escalation
from messaging.followups import limits, recipients, standing, steps, stopping, texts, timing
from messaging.followups.enums import AfterStaff, EnrollmentStatus, StepAction, StepOutcome, StopReason
from messaging.followups.recipients import Recipient
from messaging.followups.steps import Outcome
from messaging.followups.versions import StepTerms, terms_of
from messaging.models import Enrollment
from recoverline.lib.render import UnknownPlaceholder

logger = logging.getLogger(__name__)

# After an outage nothing bursts: so many at a sweep, and the sweeps come every few seconds.
AT_ONCE = 60
# What breaks the code is looked at again after this, behind all others.
PUT_OFF = timedelta(minutes=10)

UNKNOWN_PLACEHOLDER = "Its text names a placeholder that does not exist."
THEY_WAIT = "They wait for an answer of ours."
TOO_SOON = "Too soon after the follow-up before it."


def sweep(now: datetime) -> int:
    """Do what is due; how many steps were taken. Businesses that have paused follow-ups or texts are left alone."""
    due = Enrollment.objects.filter(
        status=EnrollmentStatus.ACTIVE, due_at__lte=now, business__are_follow_ups_paused=False,
        business__is_texting_paused=False,
    )  # fmt: skip
    batch, taken = list(due.order_by("due_at", "pk").values_list("pk", "lead_id")[:AT_ONCE]), 0
    # Several workers that sweep at once would queue up behind each other for the same row.
    random.shuffle(batch)
    for pk, lead_id in batch:
        try:
            # Another one may have taken it: a look needs no lock.
            taken += due.filter(pk=pk).exists() and advance(pk, lead_id, now=now)
        except OperationalError:
            logger.warning("follow-up %s waits for the database", pk, exc_info=True)
        except Exception:  # one person's trouble must not stand in the way of the others
            logger.exception("follow-up %s could not be advanced", pk)
            due.filter(pk=pk).update(due_at=now + PUT_OFF)
    return taken


@transaction.atomic
def advance(pk: int, lead_id: int, *, now: datetime) -> bool:
    """Take the step that is due; False when there is none any more, or when it has to wait, or when all is over."""
    consent.hold_contact(lead_id)
    rows = Enrollment.objects.filter(pk=pk, status=EnrollmentStatus.ACTIVE, due_at__lte=now)
    enrollment = standing.with_standing(rows, now=now).first()
    if enrollment is None:
        return False
    reason = standing.reason_to_stop(enrollment)
    if reason is not None:
        stopping.keep_back(lead_id, standing.SUPPRESSIONS[reason])
        stopping.end(enrollment, reason, now=now, note=_note(enrollment, reason))
        return False
    if vars(enrollment)["was_spoken_to"] and enrollment.sequence.after_staff == AfterStaff.RESTART:
        stopping.count_from(enrollment, now)
        return False
    return _take_next(enrollment, now=now)


def _take_next(enrollment: Enrollment, *, now: datetime) -> bool:
    todo = terms_of(enrollment.version)
    if enrollment.step >= len(todo):
        steps.go_on(enrollment, now=now)
        return False
    step, to = todo[enrollment.step], recipients.recipient_of(enrollment)
    apart = now
    if step.action == StepAction.TEXT:
        had = limits.texts_had(enrollment.lead, now=now)
        if had.count >= enrollment.business.follow_ups_per_lead:
            stopping.end(enrollment, StopReason.CAPPED, now=now)
            return False
        if had.last_at is not None:
            apart = max(now, had.last_at + limits.gap_of(enrollment.business))
    try:
        deadline = recipients.wanted_at(step, enrollment, to) + timing.valid_for(step)
        at = timing.fit(step, apart, zone=to.zone, allowed=to.allowed(step))
    except ValueError:
        return _skip(enrollment, step, steps.NO_MOMENT, now=now)
    if at > deadline:
        return _skip(enrollment, step, TOO_SOON if apart > now else steps.TOO_LATE, now=now)
    if at > now:
        # Another look then; it stays valid as long as before.
        Enrollment.objects.filter(pk=enrollment.pk, step=enrollment.step).update(due_at=at)
        return False
    if step.action == StepAction.TEXT and enrollment.conversation.needs_reply:
        return _skip(enrollment, step, THEY_WAIT, now=now)
    if not steps.take(enrollment, now=now):
        return False
    ends = min(deadline, timing.ends_at(step, now, zone=to.zone))
    steps.close(enrollment, step, act(enrollment, step, to, deadline=ends, now=now), now=now)
    return True


def _skip(enrollment: Enrollment, step: StepTerms, reason: str, *, now: datetime) -> bool:
    if not steps.take(enrollment, now=now):
        return False
    steps.close(enrollment, step, Outcome(StepOutcome.SKIPPED, reason), now=now)
    return True


def act(enrollment: Enrollment, step: StepTerms, to: Recipient, *, deadline: datetime, now: datetime) -> Outcome:
    """Do what a step that was taken says, in the same transaction."""
    match step.action:
        case StepAction.TEXT:
            return _text(enrollment, step, to, deadline=deadline, now=now)
        case StepAction.TASK:
            return _task(enrollment, step, now=now)
        case StepAction.CALL:
            asked = open_escalation(
                EscalationClass.FOLLOW_UP, location=enrollment.location, conversation=enrollment.conversation,
                lead=enrollment.lead, summary=step.body or f"Follow up with {enrollment.lead}",
                dedup_key=key_of(enrollment), now=now,
            )  # fmt: skip
            # Without a policy nobody is asked to call, so that it stands in the list of calls to make.
            return Outcome(StepOutcome.CALLED) if asked.exhausted_at is None else _task(enrollment, step, now=now)


def _task(enrollment: Enrollment, step: StepTerms, *, now: datetime) -> Outcome:
    task = callbacks.ask_callback(
        business=enrollment.business, location=enrollment.location, lead=enrollment.lead, at=now,
        reason=TaskReason.FOLLOW_UP, cause=key_of(enrollment), detail=step.body,
    )  # fmt: skip
    return Outcome(StepOutcome.TASK, task=task)


def _text(enrollment: Enrollment, step: StepTerms, to: Recipient, *, deadline: datetime, now: datetime) -> Outcome:
    conversation = enrollment.conversation
    try:
        body = texts.text_for(step, conversation, now=now, appointment=enrollment.appointment)
    except UnknownPlaceholder:
        return Outcome(StepOutcome.SKIPPED, UNKNOWN_PLACEHOLDER)
    message = outbound.queue_text(
        conversation, kind=MessageKind.FOLLOW_UP, body=body, idem_key=key_of(enrollment), now=now,
        expires_at=min(deadline, to.closes_at(now)),
    )  # fmt: skip
    if message.status == MessageStatus.SUPPRESSED:
        return Outcome(StepOutcome.SKIPPED, Suppression(message.suppression).label, message)
    return Outcome(StepOutcome.SENT, message=message)


def key_of(enrollment: Enrollment) -> str:
    """What makes the step that comes next happen once, whatever it does."""
    return f"step:{enrollment.key}:{enrollment.step}"


def _note(enrollment: Enrollment, reason: StopReason) -> str:
    return "The sequence is switched off" if reason == StopReason.BY_HAND else ""
