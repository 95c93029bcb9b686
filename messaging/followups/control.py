"""What the team does with a follow-up by hand. Each is one conditional update: one winner, one line in the timeline."""

from datetime import datetime

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import transaction

from leads import events
from leads.models import Business
from messaging import consent
from messaging.enums import Suppression
from messaging.followups import limits, recipients, running, standing, steps, stopping, timing
from messaging.followups.enums import EnrollmentStatus, StepAction, StepOutcome, StopReason
from messaging.followups.steps import Outcome
from messaging.followups.versions import terms_of
from messaging.models import Enrollment

BY_HAND = "Skipped by hand."
NOT_RUNNING = "It is not running any more."
PAUSED = "It is paused. Resume it first."
NOTHING_LEFT = "There is no step left."
PAUSED_FOR_ALL = "Follow-ups are paused for the whole business."
TEXTING_PAUSED = "Texting is paused for this business."
CAPPED = "They have had as many follow-ups in 30 days as one person may get."


def pause(enrollment: Enrollment, *, by: AbstractBaseUser, now: datetime) -> bool:
    """Nothing goes out until somebody resumes it, not even what was just written; False when it does not run."""
    with transaction.atomic():
        consent.hold_contact(enrollment.lead_id)
        active = Enrollment.objects.filter(pk=enrollment.pk, status=EnrollmentStatus.ACTIVE)
        if not active.update(status=EnrollmentStatus.PAUSED, due_at=None, changed_by_id=by.pk):
            return False
        stopping.keep_back(enrollment.lead_id, Suppression.FOLLOW_UP_STOPPED)
        stopping.record("follow_up.paused", enrollment, "Follow-ups paused", now=now, by=by)
    return True


def resume(enrollment: Enrollment, *, by: AbstractBaseUser, now: datetime) -> bool:
    """Go on; steps whose time has passed meanwhile are skipped. False when it is not paused."""
    with transaction.atomic():
        consent.hold_contact(enrollment.lead_id)
        paused = Enrollment.objects.filter(pk=enrollment.pk, status=EnrollmentStatus.PAUSED)
        if not paused.update(status=EnrollmentStatus.ACTIVE, changed_by_id=by.pk):
            return False
        stopping.record("follow_up.resumed", enrollment, "Follow-ups go on", now=now, by=by)
        row = stopping.running_of(enrollment.lead_id)
        if row is not None:
            steps.go_on(row, now=now)
    return True


def skip(enrollment: Enrollment, *, by: AbstractBaseUser, now: datetime) -> bool:
    """Leave out the step that `enrollment` shows as the next one; False when it was done meanwhile."""
    with transaction.atomic():
        consent.hold_contact(enrollment.lead_id)
        row = _same_step(enrollment, now=now)
        todo = terms_of(row.version) if row is not None else ()
        if row is None or row.step >= len(todo) or not steps.take(row, now=None):
            return False
        steps.close(row, todo[row.step], Outcome(StepOutcome.SKIPPED, BY_HAND), now=now, by=by)
    return True


def send_now(enrollment: Enrollment, *, by: AbstractBaseUser, now: datetime) -> str:
    """Take the step that `enrollment` shows as the next one at once, whatever its window and the gap between texts.

    "" when it was done; else why not, in a sentence: opted out, quiet hours, enough of them, paused, done meanwhile.
    """
    with transaction.atomic():
        consent.hold_contact(enrollment.lead_id)
        row = _same_step(enrollment, now=now)
        if row is None:
            return NOT_RUNNING
        if row.status == EnrollmentStatus.PAUSED:
            return PAUSED
        if row.business.are_follow_ups_paused:
            return PAUSED_FOR_ALL
        todo = terms_of(row.version)
        if row.step >= len(todo):
            return NOTHING_LEFT
        reason = standing.reason_to_stop(row)
        if reason is not None:
            return f"{StopReason(reason).label}."
        step, to = todo[row.step], recipients.recipient_of(row)
        why_not = _why_no_text(row, to, now=now) if step.action == StepAction.TEXT else ""
        if why_not:
            return why_not
        if not steps.take(row, now=None):
            return NOT_RUNNING
        done = running.act(row, step, to, deadline=now + timing.valid_for(step), now=now)
        stopping.record("follow_up.hastened", row, f"Follow-up {row.step + 1} was done at once", now=now, by=by)
        steps.close(row, step, done, now=now, by=by)
        return "" if done.outcome != StepOutcome.SKIPPED else done.reason


def _why_no_text(row: Enrollment, to: recipients.Recipient, *, now: datetime) -> str:
    if row.business.is_texting_paused:
        return TEXTING_PAUSED
    if limits.texts_had(row.lead, now=now).count >= row.business.follow_ups_per_lead:
        return CAPPED
    return to.why(now) if to.next_allowed(now) > now else ""


def stop(enrollment: Enrollment, *, by: AbstractBaseUser, now: datetime) -> bool:
    """End it for good; False when it was over."""
    with transaction.atomic():
        consent.hold_contact(enrollment.lead_id)
        stopped = stopping.end(enrollment, StopReason.BY_HAND, now=now, by=by)
        if stopped:
            stopping.keep_back(enrollment.lead_id, Suppression.FOLLOW_UP_STOPPED)
    return stopped


def _same_step(enrollment: Enrollment, *, now: datetime) -> Enrollment | None:
    """The row as it is now, if nobody has moved it on since `enrollment` was read; the contact's lock is held."""
    rows = Enrollment.objects.filter(pk=enrollment.pk, step=enrollment.step, status__in=stopping.RUNNING)
    return standing.with_standing(rows, now=now).first()


# ---------------------------------------------------------------- a whole business
def pause_all(business: Business, *, by: AbstractBaseUser, now: datetime) -> bool:
    """No follow-up of this business goes out, and nobody comes into one; False when that is so already."""
    return _switch(business, True, "follow_ups.paused", "Follow-ups are paused for everybody", by=by, now=now)


def resume_all(business: Business, *, by: AbstractBaseUser, now: datetime) -> bool:
    """Go on: what is too late by now is skipped, the rest goes out a few at a time. False when nothing was paused."""
    return _switch(business, False, "follow_ups.resumed", "Follow-ups go on for everybody", by=by, now=now)


def _switch(business: Business, pauses: bool, kind: str, text: str, *, by: AbstractBaseUser, now: datetime) -> bool:
    with transaction.atomic():
        rows = Business.objects.filter(pk=business.pk, are_follow_ups_paused=not pauses)
        if not rows.update(are_follow_ups_paused=pauses):
            return False
        business.are_follow_ups_paused = pauses
        events.record(kind, business=business, at=now, actor=by, text=text)
    return True
