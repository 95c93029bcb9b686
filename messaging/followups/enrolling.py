"""Who comes into a sequence: one running for each person, one for each cause."""

from datetime import datetime
from functools import partial

from django.db import IntegrityError, transaction

from leads.models import JobRequest
from messaging import configuration, consent, experiments
from messaging.followups import standing, stopping, versions
from messaging.followups.enums import EnrollmentStatus, StopReason, Trigger
from messaging.models import Conversation, Enrollment, SequenceVersion
from messaging.models import Sequence as SequenceRow
from messaging.models.followups import RUNNING
from scheduling.models import Appointment

# How far somebody has come. What is later takes the place of what is earlier.
_WAY = {
    Trigger.NO_REPLY: 0,
    Trigger.NOT_BOOKED: 1,
    Trigger.ESTIMATE: 2,
    Trigger.MISSED_VISIT: 2,
    Trigger.AFTER_JOB: 3,
}


def begin(
    trigger: Trigger,
    *,
    conversation: Conversation,
    cause: str,
    at: datetime,
    now: datetime,
    request: JobRequest | None = None,
    appointment: Appointment | None = None,
    is_held: bool = False,
    is_new: bool = False,
) -> Enrollment | None:
    """Let the sequence for `trigger` begin with what happened at `at`, in the caller's transaction if there is one.

    None where there is none, where `cause` has begun one before, where something may not be texted or needs no text,
    and where the person is in a sequence that is further on. `conversation` has its lead, business and location.
    `is_held`: the caller holds the contact; `is_new`: this transaction has made the lead, so nothing is known of them.
    """
    business = conversation.business
    if business.are_follow_ups_paused or business.is_texting_paused:
        return None
    sequence = versions.active_sequence(business.pk, conversation.location_id, trigger)
    if sequence is None:
        return None
    if not is_new and Enrollment.objects.filter(business=business, cause=cause[:200]).exists():
        return None
    request = request or conversation.request
    try:
        # Where the contact is held already, whatever is looked at below stays as it is.
        with transaction.atomic(savepoint=not is_held):
            if not is_held:
                # Two causes at once follow each other, and an opt-out comes before or after, never in between.
                consent.hold_contact(conversation.lead_id)
            if standing.reason_not_to_begin(sequence, conversation, request=request, now=now, is_new=is_new):
                return None
            sequence = experiments.sequence_for(sequence, conversation.lead, business, now=now)
            version = _version_of(sequence, now=now)
            if not version.steps or not (is_new or _makes_room(conversation.lead_id, trigger, now=now)):
                return None
            return _create(version, conversation, cause[:200], at, request, appointment, now=now)
    except IntegrityError:
        return None


def _version_of(sequence: SequenceRow, *, now: datetime) -> SequenceVersion:
    """The current one, remembered: but not one made just now, whose transaction may still fail."""
    key = ("version", sequence.pk)
    read = partial(versions.current_version, sequence, now=now)
    return configuration.remember(key, read, unless=lambda version: version.created_at == now)


def _makes_room(lead_id: int, trigger: Trigger, *, now: datetime) -> bool:
    """End what this takes the place of; False where what runs is further on, or the same."""
    # Asked first: nearly always nothing runs, and what runs is read with all that it refers to.
    mine = Enrollment.objects.filter(lead=lead_id, status__in=RUNNING)
    running = stopping.running_of(lead_id) if mine.exists() else None
    if running is None:
        return True
    before = Trigger(running.sequence.trigger)
    if before == trigger or _WAY[before] > _WAY[trigger]:
        return False
    stopping.keep_back(lead_id, standing.SUPPRESSIONS[StopReason.SUPERSEDED])
    return stopping.end(running, StopReason.SUPERSEDED, now=now)


def _create(
    version: SequenceVersion,
    conversation: Conversation,
    cause: str,
    at: datetime,
    request: JobRequest | None,
    appointment: Appointment | None,
    *,
    now: datetime,
) -> Enrollment:
    sequence = version.sequence
    enrollment = Enrollment(
        business=conversation.business, location=conversation.location, lead=conversation.lead,
        conversation=conversation, request=request, appointment=appointment, sequence=sequence, version=version,
        cause=cause, status=EnrollmentStatus.ACTIVE, anchor_at=at, last_text_at=at, created_at=now,
    )  # fmt: skip
    enrollment.due_at = stopping.due_or_now(enrollment, now=now)
    enrollment.save(force_insert=True)
    stopping.record("follow_up.began", enrollment, f"Follow-ups began: {sequence.name}", now=now)
    return enrollment


def wait_for_booking(conversation: Conversation, *, now: datetime, is_held: bool = False) -> Enrollment | None:
    """They wrote about something that is not booked yet; once a request."""
    if conversation.request is None:
        return None
    return begin(
        Trigger.NOT_BOOKED, conversation=conversation, cause=f"request:{conversation.request.key}", at=now, now=now,
        is_held=is_held,
    )  # fmt: skip
