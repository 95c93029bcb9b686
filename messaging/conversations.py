"""One running conversation per lead and number: found, reopened or begun; and who waits in it, since when."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from types import MappingProxyType

from django.db import IntegrityError, transaction
from django.db.models import Case, F, Value, When
from django.db.models.functions import Coalesce, Greatest, Least

from leads import events, intake
from leads.enums import RequestStatus, Urgency
from leads.models import JobRequest, Lead
from messaging import configuration, consent, waiting
from messaging.enums import ConversationStatus, Handler, Happening
from messaging.models import Conversation, PhoneNumber, SlotOffer
from recoverline.lib.text import one_line
from scheduling.queries import ALWAYS_OPEN

# Whoever writes again this soon after "done" means the same matter.
REOPENS_WITHIN = timedelta(days=7)
MISSED_CALL = "Missed call"
_CLOSED = MappingProxyType({"status": ConversationStatus.DONE, "handler": Handler.PERSON})
# Nobody waits any more. Whoever answers, or decides that nothing is to be answered, writes all of it.
ANSWERED: Mapping[str, bool | None] = MappingProxyType(
    {"needs_reply": False, "waiting_since": None, "reply_due_at": None, "overdue_told_at": None}
)


def latest_conversation(lead: Lead, number: PhoneNumber) -> Conversation | None:
    """The running one, else the one that ended last; with `lead` and `number` themselves in it. Never a team line."""
    ended = Case(When(status=ConversationStatus.DONE, then=1), default=0)
    threads = Conversation.objects.filter(lead=lead, number=number, is_team=False).select_related("request")
    latest = threads.order_by(ended, "-last_at").first()
    return latest and _with_its_own(latest, lead, number)


def open_conversation(
    lead: Lead,
    number: PhoneNumber,
    *,
    now: datetime,
    is_new: bool = False,
    request: JobRequest | None = None,
    by_call: bool = False,
) -> Conversation:
    """The running conversation, the last one reopened if its request is recent, or a new one with a new request.

    `is_new`: the lead is, so there is nothing to look for. `request`: what a new conversation is about. `by_call`: a
    missed call is the first that happens in a new one.
    """
    if is_new:
        return _begin(lead, number, now, request, by_call=by_call)
    latest = latest_conversation(lead, number)
    # Whoever is blocked opens nothing again.
    if latest is not None and (latest.status != ConversationStatus.DONE or lead.blocked_at is not None):
        return latest
    try:
        with transaction.atomic():
            if latest is not None and _same_matter(latest, now):
                Conversation.objects.filter(pk=latest.pk).update(status=ConversationStatus.OPEN, closed_at=None)
                latest.status = ConversationStatus.OPEN
                return latest
            return _begin(lead, number, now, request, by_call=by_call)
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


def _begin(
    lead: Lead, number: PhoneNumber, now: datetime, request: JobRequest | None, *, by_call: bool
) -> Conversation:
    if lead.is_team:
        # Known only because of the alerts they get, and now they come as a customer would.
        Lead.objects.filter(pk=lead.pk).update(is_team=False)
        lead.is_team = False
    request = request or intake.open_request(lead, location=number.location, at=now, source=number.source)
    return Conversation.objects.create(
        business=number.business,
        location=number.location,
        number=number,
        lead=lead,
        request=request,
        language=lead.language,
        last_at=now,
        last_preview=MISSED_CALL if by_call else "",
        last_happening=Happening.MISSED_CALL if by_call else "",
        opened_at=now,
        is_simulated=lead.is_simulated,
        **_CLOSED if lead.blocked_at is not None else {},
    )


def note_said(
    conversation: Conversation,
    *,
    text: str,
    now: datetime,
    by_customer: bool,
    happening: Happening,
    is_held: bool = False,
) -> None:
    """Keep the list's columns: what happened last, unread, whether a reply is due, and by when.

    What a customer says reopens a conversation that is done, or is noted in the one that was opened since. `is_held`:
    the contact was held before `conversation` was read, so nobody has closed it since.
    """
    changes: dict[str, object] = {
        "last_at": now, "last_preview": one_line(text, 150), "last_happening": happening,
    }  # fmt: skip
    if by_customer:
        # Until a robot answers (its own turn), whatever a customer says waits for a person.
        changes |= {**waits_from(conversation, now), "unread_count": F("unread_count") + 1}
        changes |= {"status": ConversationStatus.OPEN, "closed_at": None, "snoozed_until": None}
    may_reopen = by_customer and not (is_held and conversation.status != ConversationStatus.DONE)
    try:
        with transaction.atomic(savepoint=may_reopen):
            Conversation.objects.filter(pk=conversation.pk).update(**changes)
    except IntegrityError:
        with transaction.atomic():
            # Whoever opens or closes one holds this as well.
            consent.hold_contact(conversation.lead_id)
            running = latest_conversation(conversation.lead, conversation.number)
            Conversation.objects.filter(pk=(running or conversation).pk).update(**changes)


def note_call(conversation: Conversation, *, is_told: bool, now: datetime) -> None:
    """They rang in vain: it is no longer put aside, and the row shows the call unless `is_told` by a text anyway."""
    changes: dict[str, object] = {}
    if conversation.status == ConversationStatus.SNOOZED:
        changes |= {"status": ConversationStatus.OPEN, "snoozed_until": None}
    if not is_told and conversation.last_at != now:
        changes |= {"last_at": now, "last_preview": MISSED_CALL, "last_happening": Happening.MISSED_CALL}
    if changes:
        Conversation.objects.filter(pk=conversation.pk).update(**changes)


# ---------------------------------------------------------------- who waits
def waits_from(conversation: Conversation, since: datetime) -> dict[str, object]:
    """The changes that make a customer wait from `since`; who waits already goes on waiting since before."""
    return {
        "needs_reply": True,
        "waiting_since": Coalesce("waiting_since", Value(since)),
        "reply_due_at": Coalesce("reply_due_at", Value(due_at(conversation, since))),
    }


def due_at(conversation: Conversation, since: datetime) -> datetime:
    """By when a person should answer what was said at `since`."""
    business = conversation.business
    if conversation.is_urgent:
        return waiting.urgent_due(since=since, minutes=business.urgent_due_minutes)
    location = conversation.location
    week = configuration.week_at(location, now=since)
    ranges = week.ranges or (ALWAYS_OPEN if week.overrides else ())
    return waiting.reply_due(
        ranges, week.overrides, location.zone, since=since, minutes=business.reply_due_minutes
    )  # fmt: skip


def wait_again(conversation: Conversation, *, now: datetime, since: datetime | None = None) -> None:
    """A person has to see to it after all, since `since` if that is known; nobody can be late already."""
    Conversation.objects.filter(pk=conversation.pk).update(**_waits_for_a_person(conversation, now, since or now))


def end_waiting(conversation: Conversation) -> bool:
    """Nobody needs to answer; False when nobody waited."""
    return bool(Conversation.objects.filter(pk=conversation.pk, needs_reply=True).update(**ANSWERED))


def _waits_for_a_person(conversation: Conversation, now: datetime, since: datetime) -> dict[str, object]:
    """Whoever was left to the robot until now: since their own words, but not late before anybody could know."""
    changes = waits_from(conversation, since)
    soonest = waiting.urgent_due(since=now, minutes=conversation.business.urgent_due_minutes)
    return {**changes, "reply_due_at": Greatest(changes["reply_due_at"], Value(soonest))}


def take_over(conversation: Conversation, *, user_id: int, returns_at: datetime | None = None) -> None:
    """A person writes: the robot is silent from now on, nobody else needs to answer, and the thread has an owner.

    `returns_at`: when the robot goes on, if the business wants that.
    """
    Conversation.objects.filter(pk=conversation.pk).update(
        **ANSWERED, handler=Handler.PERSON, unread_count=0, turn_due_at=None, robot_returns_at=returns_at
    )
    Conversation.objects.filter(pk=conversation.pk, assignee=None).update(assignee_id=user_id)
    forget_what_was_asked(conversation)


def forget_what_was_asked(conversation: Conversation) -> None:
    """Somebody else has spoken since: what the customer writes next answers them, and no list of the robot's."""
    SlotOffer.objects.filter(conversation=conversation, is_current=True).update(is_current=False)
    Conversation.objects.filter(pk=conversation.pk).update(agent_state={})
    conversation.agent_state = {}


def hand_off(conversation: Conversation, *, reason: str, summary: str, now: datetime) -> bool:
    """The robot gives the conversation to a person, who hears of it; False when a person had it already, or is done
    with it.

    Only the change itself is told, so that a thread which is reopened does not ring again.
    """
    with transaction.atomic():
        mine = Conversation.objects.filter(pk=conversation.pk, handler=Handler.ROBOT)
        if not mine.exclude(status=ConversationStatus.DONE).update(
            **_waits_for_a_person(conversation, now, now),
            handler=Handler.PERSON,
            robot_returns_at=None,
            status=ConversationStatus.OPEN,
            snoozed_until=None,
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


def lift_pause(conversation: Conversation, *, reason: str) -> bool:
    """The reason for a pause was none; False when it is not paused, or for another one."""
    paused = Conversation.objects.filter(pk=conversation.pk, automation_paused=True, pause_reason=reason[:120])
    lifted = paused.update(automation_paused=False, pause_reason="")
    if lifted:
        conversation.automation_paused = False
    return bool(lifted)


def clear_urgent(conversation: Conversation) -> bool:
    """It can wait as long as others, from when it began to wait; False when it was not urgent."""
    cleared = Conversation.objects.filter(pk=conversation.pk, is_urgent=True).update(is_urgent=False)
    conversation.is_urgent = False
    since = conversation.waiting_since
    if cleared and since is not None:
        still = Conversation.objects.filter(pk=conversation.pk, waiting_since=since)
        still.update(reply_due_at=due_at(conversation, since))
    return bool(cleared)


def flag_urgent(conversation: Conversation, *, urgency: Urgency, now: datetime) -> bool:
    """Put it first, and whoever waits in it is due as soon as that; False when it was urgent already."""
    soon = Value(waiting.urgent_due(since=now, minutes=conversation.business.urgent_due_minutes))
    sooner = Case(When(needs_reply=True, then=Least(Coalesce("reply_due_at", soon), soon)), default=None)
    flagged = Conversation.objects.filter(pk=conversation.pk, is_urgent=False).update(
        is_urgent=True, reply_due_at=sooner
    )
    conversation.is_urgent = True
    if conversation.request_id is not None:
        JobRequest.objects.filter(pk=conversation.request_id).exclude(urgency=Urgency.EMERGENCY).update(urgency=urgency)
    return bool(flagged)
