"""What ends a follow-up, or makes it wait: whatever the customer or the team does. Holds at once.

Each takes the contact's lock, as whoever writes or claims a text does: after it nothing of the sequence can leave.
"""

from datetime import datetime

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import transaction

from leads import events
from messaging import consent
from messaging.enums import MessageKind, MessageStatus, Suppression
from messaging.facts import NEVER_LEFT
from messaging.followups import recipients, standing
from messaging.followups.enums import AfterStaff, EnrollmentStatus, StepOutcome, StopReason, Trigger
from messaging.followups.versions import terms_of
from messaging.models import Conversation, Enrollment, Message, StepRun
from messaging.models.followups import RUNNING


def running_of(lead_id: int) -> Enrollment | None:
    """The one enrollment of this lead that is not over, with what its events and times need."""
    rows = Enrollment.objects.select_related("sequence", "version", "lead", "request", "location__business", "business")
    return rows.filter(lead=lead_id, status__in=RUNNING).first()


def stop_for(
    lead_id: int, reason: StopReason, *, now: datetime, by: AbstractBaseUser | None = None, note: str = ""
) -> bool:
    """End what runs for this lead, and keep back its text if that has not been claimed yet; False when nothing ran.

    `note` says more than the reason, in the timeline.
    """
    with transaction.atomic():
        consent.hold_contact(lead_id)
        keep_back(lead_id, standing.SUPPRESSIONS[reason])
        enrollment = running_of(lead_id)
        return enrollment is not None and end(enrollment, reason, now=now, by=by, note=note)


def end(
    enrollment: Enrollment, reason: StopReason, *, now: datetime, by: AbstractBaseUser | None = None, note: str = ""
) -> bool:
    """End this one; False when it was over."""
    stopped = Enrollment.objects.filter(pk=enrollment.pk, status__in=RUNNING).update(
        status=EnrollmentStatus.STOPPED, stop_reason=reason, ended_at=now, due_at=None,
        changed_by_id=by.pk if by else None,
    )  # fmt: skip
    if stopped:
        told = note or StopReason(reason).label
        record("follow_up.stopped", enrollment, f"Follow-ups stopped: {told}", now=now, by=by, reason=reason.value)
    return bool(stopped)


def keep_back(lead_id: int, suppression: Suppression) -> int:
    """Follow-up texts that nobody has claimed yet do not leave; the contact's lock is held."""
    waiting = Message.objects.filter(lead=lead_id, kind=MessageKind.FOLLOW_UP, status=MessageStatus.QUEUED)
    return waiting.update(status=MessageStatus.SUPPRESSED, suppression=suppression, next_at=None)


# ---------------------------------------------------------------- the customer
def note_reply(conversation: Conversation, now: datetime) -> None:
    """They wrote. What runs is over, unless it waits for a booking and nothing of it has gone out: then it waits anew,
    from this text on.
    """
    with transaction.atomic():
        consent.hold_contact(conversation.lead_id)
        mark(conversation.lead_id, "replied_at", now=now)
        enrollment = running_of(conversation.lead_id)
        if enrollment is None:
            keep_back(conversation.lead_id, Suppression.REPLIED)
        elif enrollment.sequence.trigger == Trigger.NOT_BOOKED and not enrollment.step:
            count_from(enrollment, now)
        else:
            keep_back(conversation.lead_id, Suppression.REPLIED)
            end(enrollment, StopReason.REPLIED, now=now)


def mark(lead_id: int, column: str, *, now: datetime) -> None:
    """Count what they did for the last step that reached them, once a step."""
    sent = StepRun.objects.filter(enrollment__lead=lead_id, outcome=StepOutcome.SENT, at__lte=now)
    last = sent.exclude(message__status__in=NEVER_LEFT).order_by("-at", "-pk").values_list("pk", flat=True).first()
    if last is not None:
        StepRun.objects.filter(pk=last, **{column: None}).update(**{column: now})


# ---------------------------------------------------------------- the team
def note_staff(conversation: Conversation, now: datetime, reason: StopReason = StopReason.TAKEN_OVER) -> None:
    """A person wrote to them, called them, or took the conversation: what the sequence says happens."""
    with transaction.atomic():
        consent.hold_contact(conversation.lead_id)
        heard_from_staff(conversation.lead_id, reason, now=now)


def heard_from_staff(lead_id: int, reason: StopReason, *, now: datetime) -> None:
    """The same for a lead, with the contact's lock held."""
    enrollment = running_of(lead_id)
    if enrollment is None or enrollment.sequence.after_staff == AfterStaff.GO_ON:
        return
    keep_back(lead_id, standing.SUPPRESSIONS[reason])
    if enrollment.sequence.after_staff == AfterStaff.RESTART:
        count_from(enrollment, now)
    else:
        end(enrollment, reason, now=now)


def count_from(enrollment: Enrollment, now: datetime) -> None:
    """The next step is counted from `now`, as if the event had just happened."""
    enrollment.anchor_at = enrollment.last_text_at = now
    steps = terms_of(enrollment.version)
    due = None
    if enrollment.status == EnrollmentStatus.ACTIVE and enrollment.step < len(steps):
        due = due_or_now(enrollment, now=now)
    Enrollment.objects.filter(pk=enrollment.pk, status=enrollment.status, step=enrollment.step).update(
        anchor_at=now, last_text_at=now, due_at=due
    )


def due_or_now(enrollment: Enrollment, *, now: datetime) -> datetime:
    """When its next step is due; a step that has no moment is looked at now, and skipped by the sweep."""
    step = terms_of(enrollment.version)[enrollment.step]
    try:
        return recipients.wanted_at(step, enrollment, recipients.recipient_of(enrollment))
    except ValueError:
        return now


def record(
    kind: str, enrollment: Enrollment, text: str, *, now: datetime, by: AbstractBaseUser | None = None, **data: str
) -> None:
    """A line in the lead's timeline."""
    events.record(
        kind, business=enrollment.business, lead=enrollment.lead, at=now, actor=by, text=text,
        enrollment=str(enrollment.key), sequence=enrollment.sequence.name, **data,
    )  # fmt: skip
