"""One running conversation per lead and number: found, reopened or begun."""

from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import Case, F, When

from leads import events, intake
from leads.enums import RequestStatus, Urgency
from leads.models import JobRequest, Lead
from messaging.enums import ConversationStatus, Handler
from messaging.models import Conversation, PhoneNumber, SlotOffer
from recoverline.lib.text import one_line

# Whoever writes again this soon after "done" means the same matter.
REOPENS_WITHIN = timedelta(days=7)


def latest_conversation(lead: Lead, number: PhoneNumber) -> Conversation | None:
    """The running one, else the one that ended last; with `lead` and `number` themselves in it."""
    ended = Case(When(status=ConversationStatus.DONE, then=1), default=0)
    latest = Conversation.objects.filter(lead=lead, number=number).order_by(ended, "-last_at").first()
    return latest and _with_its_own(latest, lead, number)


def open_conversation(
    lead: Lead,
    number: PhoneNumber,
    *,
    now: datetime,
    is_new: bool = False,
    request: JobRequest | None = None,
) -> Conversation:
    """The running conversation, the last one reopened if its request is recent, or a new one with a new request.

    `is_new`: the lead is, so there is nothing to look for. `request`: what a new conversation is about.
    """
    latest = None if is_new else latest_conversation(lead, number)
    if latest is not None and latest.status != ConversationStatus.DONE:
        return latest
    try:
        with transaction.atomic():
            if latest is not None and _same_matter(latest, now):
                Conversation.objects.filter(pk=latest.pk).update(status=ConversationStatus.OPEN, closed_at=None)
                latest.status = ConversationStatus.OPEN
                return latest
            return _begin(lead, number, now, request)
    except IntegrityError:
        # Somebody else opened it between our look and our insert: theirs is the one.
        found = latest_conversation(lead, number)
        if found is None:
            raise
        return found


def _with_its_own(conversation: Conversation, lead: Lead, number: PhoneNumber) -> Conversation:
    """The rows at hand instead of the same ones fetched again."""
    conversation.lead, conversation.number = lead, number
    conversation.business, conversation.location = number.business, number.location
    return conversation


def _same_matter(last: Conversation, now: datetime) -> bool:
    request = last.request
    is_recent = now - last.last_at < REOPENS_WITHIN
    return is_recent and (request is None or request.status in (RequestStatus.OPEN, RequestStatus.BOOKED))


def _begin(lead: Lead, number: PhoneNumber, now: datetime, request: JobRequest | None) -> Conversation:
    request = request or intake.open_request(lead, location=number.location, at=now, source=number.source)
    return Conversation.objects.create(
        business=number.business,
        location=number.location,
        number=number,
        lead=lead,
        request=request,
        language=lead.language,
        last_at=now,
        opened_at=now,
        is_simulated=lead.is_simulated,
    )


def note_said(conversation: Conversation, *, text: str, now: datetime, by_customer: bool) -> None:
    """Keep the list's columns: last text, unread, whether a reply is due."""
    changes: dict[str, object] = {"last_at": now, "last_preview": one_line(text, 150)}
    if by_customer:
        # Until a robot answers (its own turn), whatever a customer says waits for a person.
        changes |= {"needs_reply": True, "unread_count": F("unread_count") + 1}
        changes |= {"status": ConversationStatus.OPEN, "closed_at": None}
    Conversation.objects.filter(pk=conversation.pk).update(**changes)


def take_over(conversation: Conversation, *, user_id: int, returns_at: datetime | None = None) -> None:
    """A person writes: the robot is silent from now on, nobody else needs to answer, and the thread has an owner.

    `returns_at`: when the robot goes on, if the business wants that.
    """
    Conversation.objects.filter(pk=conversation.pk).update(
        handler=Handler.PERSON, needs_reply=False, unread_count=0, turn_due_at=None, robot_returns_at=returns_at
    )
    Conversation.objects.filter(pk=conversation.pk, assignee=None).update(assignee_id=user_id)
    forget_what_was_asked(conversation)


def forget_what_was_asked(conversation: Conversation) -> None:
    """Somebody else has spoken since: what the customer writes next answers them, and no list of the robot's."""
    SlotOffer.objects.filter(conversation=conversation, is_current=True).update(is_current=False)
    Conversation.objects.filter(pk=conversation.pk).update(agent_state={})
    conversation.agent_state = {}


def hand_off(conversation: Conversation, *, reason: str, summary: str, now: datetime) -> bool:
    """The robot gives the conversation to a person, who hears of it; False when a person had it already.

    Only the change itself is told, so that a thread which is reopened does not ring again.
    """
    with transaction.atomic():
        mine = Conversation.objects.filter(pk=conversation.pk, handler=Handler.ROBOT)
        if not mine.update(
            handler=Handler.PERSON, needs_reply=True, robot_returns_at=None, status=ConversationStatus.OPEN
        ):
            return False
        events.record(
            "conversation.handed_off", business=conversation.business, lead=conversation.lead, at=now,
            text=f"{reason}: {summary}" if summary else reason, conversation=str(conversation.key),
        )  # fmt: skip
    conversation.handler = Handler.PERSON
    return True


def leave_to_people(conversation: Conversation) -> None:
    """The robot is out of it, without a word: somebody is being told in another way."""
    Conversation.objects.filter(pk=conversation.pk).update(
        handler=Handler.PERSON, turn_due_at=None, robot_returns_at=None
    )
    conversation.handler = Handler.PERSON


def give_back(now: datetime) -> list[Conversation]:
    """Return to the robot what a person left alone for as long as the business has set."""
    due = Conversation.objects.filter(robot_returns_at__lte=now, handler=Handler.PERSON, automation_paused=False)
    due = due.exclude(status=ConversationStatus.DONE).select_related("business", "lead")
    returned = []
    for row in due[:200]:
        with transaction.atomic():
            mine = Conversation.objects.filter(pk=row.pk, handler=Handler.PERSON, robot_returns_at=row.robot_returns_at)
            if mine.update(handler=Handler.ROBOT, robot_returns_at=None):
                forget_what_was_asked(row)
                returned.append(row)
                events.record(
                    "conversation.returned", business=row.business, lead=row.lead, at=now,
                    text="The robot takes over again, as set for this business", conversation=str(row.key),
                )  # fmt: skip
    return returned


def pause(conversation: Conversation, *, reason: str) -> bool:
    """No automatic text until staff decide; False when it was paused already."""
    running = Conversation.objects.filter(pk=conversation.pk, automation_paused=False)
    paused = running.update(automation_paused=True, pause_reason=reason[:120], handler=Handler.PERSON)
    conversation.automation_paused = True
    return bool(paused)


def flag_urgent(conversation: Conversation, *, urgency: Urgency) -> bool:
    """Put it first; False when it was already."""
    flagged = Conversation.objects.filter(pk=conversation.pk, is_urgent=False).update(is_urgent=True)
    if conversation.request_id is not None:
        JobRequest.objects.filter(pk=conversation.request_id).exclude(urgency=Urgency.EMERGENCY).update(urgency=urgency)
    return bool(flagged)
