"""Whether a follow-up may still go on: asked when it begins, when a step is due, and when its text is claimed."""

from datetime import datetime

from django.db.models import Exists, OuterRef, Q, QuerySet

from leads.enums import RequestStatus
from leads.models import CallbackTask, JobRequest, Lead
from messaging.enums import CallState, ConversationStatus, Direction, ExperimentStatus, Handler, Suppression
from messaging.followups.enums import AfterStaff, EnrollmentStatus, StopReason, Trigger
from messaging.models import Call, Conversation, Enrollment, ExperimentArm, Message, NeverText, OptOut
from messaging.models import Sequence as SequenceRow
from scheduling.enums import AppointmentStatus
from scheduling.models import Appointment

# These are about somebody who has not decided yet, in a thread that the robot may still have.
BEFORE_BOOKING = (Trigger.NO_REPLY, Trigger.NOT_BOOKED)
_BOOKED = (AppointmentStatus.REQUESTED, AppointmentStatus.CONFIRMED)
_NEVER_A_CUSTOMER = (RequestStatus.LOST, RequestStatus.SPAM, RequestStatus.WRONG_NUMBER)
# Why a text that was written already does not leave after all.
SUPPRESSIONS = {
    StopReason.REPLIED: Suppression.REPLIED,
    StopReason.BOOKED: Suppression.BOOKED,
    StopReason.OPTED_OUT: Suppression.OPTED_OUT,
    StopReason.TAKEN_OVER: Suppression.TAKEN_OVER,
    StopReason.CALLED_BACK: Suppression.CALLED_BACK,
    StopReason.CLOSED: Suppression.REQUEST_CLOSED,
    StopReason.UNREACHABLE: Suppression.UNREACHABLE,
    StopReason.BLOCKED: Suppression.BLOCKED,
    StopReason.NOT_WANTED: Suppression.NEVER_TEXT,
    StopReason.SUPERSEDED: Suppression.FOLLOW_UP_STOPPED,
    StopReason.CAPPED: Suppression.CAPPED,
    StopReason.BY_HAND: Suppression.FOLLOW_UP_STOPPED,
}
_ASKED_OF = ("business", "sequence", "lead", "request", "conversation")
_ASKED = (
    "status", "stop_reason", "business__are_follow_ups_paused", "sequence__trigger", "sequence__after_staff",
    "sequence__is_active", "lead__blocked_at", "lead__is_landline", "lead__is_unreachable", "lead__erased_at",
    "lead__is_team", "request__status", "conversation__automation_paused", "conversation__is_team",
    "conversation__status", "conversation__handler",
)  # fmt: skip
# How the key of a second try begins (messaging.delivery).
_AGAIN = "again:"
# A person has talked with them, or is on the line with them right now.
_SPOKEN = Q(state__in=[CallState.ANSWERED, CallState.OUTBOUND]) | Q(state=CallState.RINGING, accepted_at__isnull=False)


def with_standing(enrollments: QuerySet[Enrollment], *, now: datetime) -> QuerySet[Enrollment]:
    """The rows with everything that `reason_to_stop` and a step ask about, in one query."""
    return _annotated(enrollments, now=now).select_related(
        "sequence", "version", "lead", "request", "appointment__service", "appointment__location__business",
        "appointment__business", "business", "location__business", "conversation__number__location",
        "conversation__number__business", "conversation__business", "conversation__lead",
    )  # fmt: skip


def _annotated(enrollments: QuerySet[Enrollment], *, now: datetime) -> QuerySet[Enrollment]:
    mine = {"business": OuterRef("business"), "phone": OuterRef("lead__phone")}
    since = OuterRef("anchor_at")
    calls = Call.objects.filter(business=OuterRef("business"), caller=OuterRef("lead__phone"), started_at__gt=since)
    tasks = CallbackTask.objects.filter(lead=OuterRef("lead"), done_at__gt=since)
    replies = Message.objects.filter(lead=OuterRef("lead"), direction=Direction.IN, created_at__gt=since)
    # Also one that they have booked and had since then.
    recent = Q(ends_at__gt=now) | Q(created_at__gt=since)
    visits = Appointment.objects.filter(recent, lead=OuterRef("lead"), status__in=_BOOKED)
    # A sequence that an experiment tries is switched off for everybody else.
    tried = ExperimentArm.objects.filter(sequence=OuterRef("sequence"), experiment__status=ExperimentStatus.RUNNING)
    return enrollments.annotate(
        is_opted_out=Exists(OptOut.objects.filter(**mine, revoked_at=None)),
        is_never_text=Exists(NeverText.objects.filter(**mine)),
        has_replied=Exists(replies),
        has_booked=Exists(visits),
        was_spoken_to=Exists(calls.filter(_SPOKEN)) | Exists(tasks),
        is_tried=Exists(tried),
    )


def reason_to_stop(enrollment: Enrollment) -> StopReason | None:
    """Why nothing more of it may go out. `enrollment`: from `with_standing`, under the contact's lock."""
    trigger, conversation = Trigger(enrollment.sequence.trigger), enrollment.conversation
    found = vars(enrollment)
    reasons = (
        (found["is_opted_out"], StopReason.OPTED_OUT),
        (not enrollment.sequence.is_active and not found["is_tried"], StopReason.BY_HAND),
        (found["has_replied"], StopReason.REPLIED),
        (trigger != Trigger.AFTER_JOB and found["has_booked"], StopReason.BOOKED),
        (found["is_never_text"], StopReason.NOT_WANTED),
        (
            found["was_spoken_to"] and enrollment.sequence.after_staff == AfterStaff.STOP,
            StopReason.CALLED_BACK,
        ),
    )
    said = next((reason for holds, reason in reasons if holds), None)
    return (
        said
        or _of_lead(enrollment.lead)
        or _of_request(enrollment.request, trigger)
        or _of_thread(conversation, enrollment.sequence)
    )


def reason_not_to_send(message: Message, *, staff_wrote: bool = False) -> Suppression | None:
    """Why a claimed follow-up text must not leave after all, in one query: under the contact's lock, and once more
    right before the carrier.

    `staff_wrote`: a person has texted them since it was written.
    """
    first = message.idem_key.removeprefix(_AGAIN)
    mine = Q(runs__message=message.pk) if first == message.idem_key else Q(runs__message__key=first)
    # A visit counts that ends after the text was written.
    rows = _annotated(Enrollment.objects.filter(mine), now=message.created_at).order_by()
    # Each text is asked twice, and a statement of two hundred columns takes three times as long to build.
    enrollment = rows.select_related(*_ASKED_OF).only(*_ASKED).first()
    if enrollment is None or enrollment.business.are_follow_ups_paused:
        return Suppression.FOLLOW_UP_STOPPED
    if enrollment.status in (EnrollmentStatus.PAUSED, EnrollmentStatus.STOPPED):
        return SUPPRESSIONS.get(StopReason(enrollment.stop_reason or StopReason.BY_HAND))
    reason = reason_to_stop(enrollment)
    if reason is not None:
        return SUPPRESSIONS[reason]
    if enrollment.sequence.after_staff == AfterStaff.GO_ON:
        return None
    if staff_wrote:
        return Suppression.TAKEN_OVER
    return Suppression.CALLED_BACK if vars(enrollment)["was_spoken_to"] else None


def reason_not_to_begin(
    sequence: SequenceRow,
    conversation: Conversation,
    *,
    request: JobRequest | None,
    now: datetime,
    is_new: bool = False,
) -> StopReason | None:
    """The same before there is anything to stop. `conversation` has its lead.

    `is_new`: the lead was made in this transaction, by what has asked about opt-outs before.
    """
    lead, trigger = conversation.lead, Trigger(sequence.trigger)
    known = _of_lead(lead) or _of_request(request, trigger) or _of_thread(conversation, sequence)
    if known or is_new:
        return known
    mine = {"business": conversation.business_id, "phone": lead.phone}
    rows = Lead.objects.filter(pk=lead.pk).values_list(
        Exists(OptOut.objects.filter(**mine, revoked_at=None)),
        Exists(NeverText.objects.filter(**mine)),
        Exists(Appointment.objects.filter(lead=OuterRef("pk"), status__in=_BOOKED, ends_at__gt=now)),
    )
    opted_out, never_text, booked = rows.get()
    if opted_out:
        return StopReason.OPTED_OUT
    if never_text:
        return StopReason.NOT_WANTED
    return StopReason.BOOKED if booked and trigger != Trigger.AFTER_JOB else None


def _of_lead(lead: Lead) -> StopReason | None:
    if lead.blocked_at is not None:
        return StopReason.BLOCKED
    if lead.is_landline or lead.is_unreachable or lead.erased_at is not None:
        return StopReason.UNREACHABLE
    return StopReason.NOT_WANTED if lead.is_team else None


def _of_request(request: JobRequest | None, trigger: Trigger) -> StopReason | None:
    status = request.status if request is not None else RequestStatus.OPEN
    if status in _NEVER_A_CUSTOMER:
        return StopReason.CLOSED
    if trigger == Trigger.AFTER_JOB:
        return None
    if status == RequestStatus.WON:
        return StopReason.CLOSED
    # A visit that they missed was booked.
    return StopReason.BOOKED if status == RequestStatus.BOOKED and trigger != Trigger.MISSED_VISIT else None


def _of_thread(conversation: Conversation, sequence: SequenceRow) -> StopReason | None:
    if conversation.automation_paused or conversation.is_team:
        return StopReason.NOT_WANTED
    if sequence.trigger not in BEFORE_BOOKING:
        return None
    if conversation.status == ConversationStatus.DONE:
        return StopReason.CLOSED
    if conversation.handler == Handler.PERSON and sequence.after_staff == AfterStaff.STOP:
        return StopReason.TAKEN_OVER
    return None
