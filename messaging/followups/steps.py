"""What becomes of one step: its run is written, and the next one gets its time. In the caller's transaction."""

from dataclasses import dataclass
from datetime import datetime

from django.contrib.auth.base_user import AbstractBaseUser

from leads.models import CallbackTask
from messaging.followups import recipients, stopping, timing
from messaging.followups.enums import EnrollmentStatus, StepOutcome
from messaging.followups.versions import StepTerms, terms_of
from messaging.models import Enrollment, Message, StepRun
from messaging.models.followups import RUNNING

TOO_LATE = "Its time had passed."
NO_MOMENT = "Its window, its weekdays and the quiet hours leave no moment."


@dataclass(frozen=True, slots=True)
class Outcome:
    """What was done about a step, and why not if nothing was."""

    outcome: StepOutcome
    reason: str = ""
    message: Message | None = None
    task: CallbackTask | None = None


def take(enrollment: Enrollment, *, now: datetime | None) -> bool:
    """Own the step that comes next: of two who try one gets it. `now`: only if it is due by then and runs."""
    mine = Enrollment.objects.filter(pk=enrollment.pk, step=enrollment.step, status__in=RUNNING)
    if now is not None:
        mine = mine.filter(status=EnrollmentStatus.ACTIVE, due_at__lte=now)
    return bool(mine.update(step=enrollment.step + 1))


def close(
    enrollment: Enrollment, step: StepTerms, done: Outcome, *, now: datetime, by: AbstractBaseUser | None = None
) -> None:
    """Write down what became of the step that was taken, and go on to the next one."""
    StepRun.objects.create(
        enrollment=enrollment, position=enrollment.step, step_key=step.key, action=step.action, outcome=done.outcome,
        reason=done.reason[:160], due_at=enrollment.due_at or now, at=now, message=done.message, task=done.task,
    )  # fmt: skip
    if done.outcome == StepOutcome.SKIPPED:
        told = f"Follow-up {enrollment.step + 1} was skipped: {done.reason}"
        stopping.record("follow_up.skipped", enrollment, told, now=now, by=by)
    elif done.outcome == StepOutcome.SENT:
        enrollment.last_text_at = now
    enrollment.step += 1
    go_on(enrollment, now=now)


def go_on(enrollment: Enrollment, *, now: datetime) -> None:
    """The step that is next gets its time; what is too late for its own is skipped, and after the last one it is over.

    A paused one gets no time until it is resumed.
    """
    steps, to = terms_of(enrollment.version), recipients.recipient_of(enrollment)
    row = Enrollment.objects.filter(pk=enrollment.pk)
    while enrollment.step < len(steps):
        step = steps[enrollment.step]
        try:
            wanted = recipients.wanted_at(step, enrollment, to)
            reason = TOO_LATE if wanted + timing.valid_for(step) < now else ""
        except ValueError:
            wanted, reason = now, NO_MOMENT
        if not reason or enrollment.status == EnrollmentStatus.PAUSED:
            due = wanted if enrollment.status == EnrollmentStatus.ACTIVE else None
            row.update(step=enrollment.step, due_at=due, last_text_at=enrollment.last_text_at)
            enrollment.due_at = due
            return
        StepRun.objects.create(
            enrollment=enrollment, position=enrollment.step, step_key=step.key, action=step.action,
            outcome=StepOutcome.SKIPPED, reason=reason, due_at=wanted, at=now,
        )  # fmt: skip
        told = f"Follow-up {enrollment.step + 1} was skipped: {reason}"
        stopping.record("follow_up.skipped", enrollment, told, now=now)
        enrollment.step += 1
    row.update(
        step=enrollment.step, due_at=None, last_text_at=enrollment.last_text_at, status=EnrollmentStatus.FINISHED,
        ended_at=now,
    )  # fmt: skip
    stopping.record("follow_up.finished", enrollment, "Follow-ups are done", now=now)
