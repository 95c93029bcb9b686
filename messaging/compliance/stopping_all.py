"""Nothing runs for a person who is about to be erased: texts, follow-ups, alerts, drafts, reminders, tasks."""

from datetime import datetime

from django.db.models import F, Q

from leads.models import CallbackTask, Lead
from messaging.compliance.person import Person
from messaging.enums import CallState, Direction, MessageStatus, ReminderState, Suppression, TurnStatus
from messaging.escalation.enums import EscalationStatus, NoticeStatus
from messaging.followups.enums import EnrollmentStatus, StopReason
from messaging.models import AgentTurn, Call, Conversation, Enrollment, Escalation, EscalationNotice, Message, Reminder
from messaging.models.followups import RUNNING
from scheduling.enums import PushState, WaitlistStatus
from scheduling.models import CalendarObject, WaitlistEntry

ON_THEIR_WAY = (MessageStatus.SENDING, MessageStatus.UNKNOWN)


def under_way(person: Person) -> str:
    """What cannot be stopped any more, in a sentence; "" when there is nothing."""
    texts = Message.objects.filter(lead__in=person.leads, direction=Direction.OUT, status__in=ON_THEIR_WAY)
    if texts.exists():
        return "A text to this person is on its way. Try again in a few minutes."
    if Message.objects.filter(pk__in=person.alerts, status=MessageStatus.SENDING).exists():
        return "A text to the team about this person is on its way. Try again in a few minutes."
    if Call.objects.filter(pk__in=person.calls, state=CallState.RINGING).exists():
        return "This person is calling right now. Try again when the call is over."
    return ""


def stop_all(person: Person, *, now: datetime) -> None:
    """Within the caller's transaction, under the contact's lock."""
    theirs = Q(lead__in=person.leads)
    Message.objects.filter(theirs | Q(pk__in=person.alerts), status=MessageStatus.QUEUED).update(
        status=MessageStatus.SUPPRESSED, suppression=Suppression.REQUEST_CLOSED, next_at=None
    )
    Enrollment.objects.filter(theirs, status__in=RUNNING).update(
        status=EnrollmentStatus.STOPPED, stop_reason=StopReason.CLOSED, due_at=None, ended_at=now
    )
    open_ones = Escalation.objects.filter(pk__in=person.escalations).exclude(status=EscalationStatus.CLOSED)
    open_ones.update(status=EscalationStatus.CLOSED, closed_at=now, next_at=None, version=F("version") + 1)
    waiting = EscalationNotice.objects.filter(escalation__in=person.escalations, status=NoticeStatus.WAITING)
    waiting.update(status=NoticeStatus.NOT_SENT)
    turns = AgentTurn.objects.filter(conversation__in=person.conversations)
    turns.filter(status=TurnStatus.DRAFTED).update(status=TurnStatus.DROPPED, finished_at=now)
    turns.filter(status=TurnStatus.RUNNING).update(status=TurnStatus.DISCARDED, finished_at=now)
    Reminder.objects.filter(appointment__in=person.appointments, state=ReminderState.PLANNED).update(
        state=ReminderState.SKIPPED
    )
    WaitlistEntry.objects.filter(theirs, status__in=[WaitlistStatus.WAITING, WaitlistStatus.OFFERED]).update(
        status=WaitlistStatus.WITHDRAWN
    )
    tasks = CallbackTask.objects.filter(theirs | Q(business=person.business, phone=person.phone), done_at=None)
    tasks.update(done_at=now)
    Conversation.objects.filter(pk__in=person.conversations, closed_at=None).update(closed_at=now)
    CalendarObject.objects.filter(appointment__in=person.appointments).update(state=PushState.REMOVED)
    # Whatever still wants to write to them: there is nobody.
    Lead.objects.filter(pk__in=person.leads).update(erased_at=now, is_unreachable=True)
