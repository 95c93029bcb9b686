"""What staff do with conversations: see which ones wait, read what was said and done, answer, close."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import IntegrityError, transaction
from django.db.models import Count, Exists, OuterRef, Q, QuerySet, TextChoices

from leads import events
from leads.models import CallbackTask, LeadEvent
from messaging import consent, conversations, outbound
from messaging.agent import autonomy, turn
from messaging.enums import CallState, ConversationStatus, Handler, MessageKind, MessageStatus, Outcome, TurnStatus
from messaging.models import AgentTurn, Call, Conversation, Message, Note, OptOut

PAGE_SIZE = 25
# So many urgent conversations stand above the newest; more than that would hide what is new.
PINNED_AT_MOST = 20
TIMELINE_SIZE = 100
# Told by the call, the text or the robot's turn itself, which stand in the timeline already.
TOLD_BY_ROWS = Q(kind__startswith="call.") | Q(kind__startswith="text.") | Q(kind="lead.noted")

# Turns that left no text of their own: a draft, silence, something newer that came first.
TOLD_BY_THEMSELVES = (
    TurnStatus.DRAFTED, TurnStatus.DROPPED, TurnStatus.SILENT, TurnStatus.DISCARDED, TurnStatus.HANDED_OFF,
    TurnStatus.FAILED,
)  # fmt: skip

# How outbound.retry and delivery name the row that repeats another.
REPEATS = ("retry:", "again:")


class Tab(TextChoices):
    REPLY = "reply", "Needs reply"
    URGENT = "urgent", "Urgent"
    OPEN = "open", "Open"
    DONE = "done", "Done"


@dataclass(frozen=True, slots=True)
class Page:
    """Conversations, newest first, the first page below the urgent ones. `before`: where the next page starts."""

    rows: Sequence[Conversation]
    before: str


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing in the timeline. `kind`: call, text, turn, note or event; `row` says it, `why` decided it."""

    kind: str
    key: str
    at: datetime
    row: Call | Message | AgentTurn | Note | LeadEvent
    why: str = ""


@dataclass(frozen=True, slots=True)
class Timeline:
    """The newest entries, oldest first. `has_earlier`: some were left out; `retried`: keys of texts sent again."""

    entries: list[Entry]
    has_earlier: bool
    retried: frozenset[str]


# ---------------------------------------------------------------- lists
def in_tab(conversations: QuerySet[Conversation], tab: Tab) -> QuerySet[Conversation]:
    """Those that belong under `tab`."""
    if tab == Tab.DONE:
        return conversations.filter(status=ConversationStatus.DONE)
    active = conversations.exclude(status=ConversationStatus.DONE)
    if tab == Tab.REPLY:
        return active.filter(needs_reply=True)
    return active.filter(is_urgent=True) if tab == Tab.URGENT else active


def count_waiting(conversations: QuerySet[Conversation], tasks: QuerySet[CallbackTask]) -> dict[str, int]:
    """The numbers on the tabs: reply, urgent and callbacks."""
    active = conversations.exclude(status=ConversationStatus.DONE)
    counts = active.aggregate(
        reply=Count("pk", filter=Q(needs_reply=True)), urgent=Count("pk", filter=Q(is_urgent=True))
    )
    return {**counts, "callbacks": tasks.filter(done_at=None).count()}


def page_of(conversations: QuerySet[Conversation], before: str = "", *, size: int = PAGE_SIZE) -> Page:
    """A page by position, not by number: new rows shift nothing. An unreadable `before` is the start.

    The newest urgent ones stand above the first page and on no other, so that none sinks and none is shown twice.
    """
    rows = conversations.select_related("lead", "location", "business", "assignee").annotate(is_opted_out=_opted_out())
    waiting = rows.filter(is_urgent=True).exclude(status=ConversationStatus.DONE)
    pinned = list(waiting.order_by("-last_at", "-id")[:PINNED_AT_MOST])
    rows = rows.exclude(pk__in=[row.pk for row in pinned])
    position = _read_position(before)
    if position:
        at, pk = position
        rows = rows.filter(Q(last_at__lt=at) | Q(last_at=at, pk__lt=pk))
    found = list(rows.order_by("-last_at", "-id")[: size + 1])
    more = len(found) > size
    last = found[size - 1] if more else None
    shown = found[:size] if position else [*pinned, *found[:size]]
    return Page(shown, f"{last.last_at.isoformat()},{last.pk}" if last else "")


def open_tasks(tasks: QuerySet[CallbackTask], *, size: int = PAGE_SIZE * 4) -> list[CallbackTask]:
    """Call-backs that nobody has made yet, the most overdue first; `conversation_key` is where to read on, or None."""
    latest = Conversation.objects.filter(lead=OuterRef("lead"), location=OuterRef("location")).order_by("-last_at")
    rows = tasks.filter(done_at=None).select_related("lead", "location__business", "business")
    return list(rows.annotate(conversation_key=latest.values("key")[:1]).order_by("due_at", "id")[:size])


def _opted_out() -> Exists:
    return Exists(OptOut.objects.filter(business=OuterRef("business"), phone=OuterRef("lead__phone"), revoked_at=None))


def _read_position(before: str) -> tuple[datetime, int] | None:
    at, _, pk = before.partition(",")
    try:
        moment = datetime.fromisoformat(at)
        return (moment, int(pk)) if moment.tzinfo else None
    except ValueError:
        return None


# ---------------------------------------------------------------- one conversation
def timeline_of(conversation: Conversation, *, size: int | None = TIMELINE_SIZE) -> Timeline:
    """Calls, texts, notes and events in the order in which they happened; `size` None: all of them."""
    stop = None if size is None else size + 1
    texts = conversation.messages.select_related("author", "turn").prefetch_related("media")
    texts = texts.order_by("-created_at", "-id")
    turns = conversation.turns.filter(message=None, status__in=TOLD_BY_THEMSELVES).order_by("-started_at", "-id")
    calls = conversation.calls.select_related("rule").order_by("-started_at")
    notes = conversation.notes.select_related("author").order_by("-created_at", "-id")
    found = list(texts[:stop])
    # Oldest first already here: what has the same instant (a text and the answer to it) keeps its order.
    entries: list[Entry] = [
        *(Entry("call", str(call.key), call.started_at, call, why_decided(call)) for call in reversed(calls[:stop])),
        *(Entry("text", str(text.key), text.created_at, text) for text in reversed(found)),
        *(Entry("turn", str(turn.key), turn.started_at, turn) for turn in reversed(turns[:stop])),
        *(Entry("note", str(note.pk), note.created_at, note) for note in reversed(notes[:stop])),
        *(Entry("event", str(event.pk), event.at, event) for event in reversed(_events(conversation)[:stop])),
    ]
    entries.sort(key=lambda entry: entry.at)
    has_earlier = size is not None and len(entries) > size
    retried = frozenset(text.idem_key.partition(":")[2] for text in found if text.idem_key.startswith(REPEATS))
    return Timeline(entries[-size:] if size is not None else entries, has_earlier, retried)


def _events(conversation: Conversation) -> QuerySet[LeadEvent]:
    """Of this conversation, or of the person as a whole (such as an opt-out)."""
    here = Q(data__conversation=str(conversation.key)) | Q(data__conversation__isnull=True)
    rows = LeadEvent.objects.filter(here, lead=conversation.lead_id).exclude(TOLD_BY_ROWS).exclude(text="")
    return rows.select_related("actor").order_by("-at", "-id")


def why_decided(call: Call) -> str:
    """Why the caller of `call` did or did not get a text, in one sentence for staff."""
    if not call.decided_at:
        return "Nothing was decided about this call: " + (
            "it was answered." if call.state == CallState.ANSWERED else f"it is {call.get_state_display().lower()}."
        )
    asked = [step for step in call.trace if isinstance(step, dict)]
    matched = next((str(step.get("name")) for step in asked if step.get("kind") == "rule" and step.get("matched")), "")
    is_default = matched in ("", "Default")
    rule = "no rule matched, and the default is to text" if is_default else f"rule “{matched}” matched"
    if call.outcome == Outcome.TEXT:
        return f"This caller got a text because {rule}."
    if call.decision != "rule":
        guard = next((str(step.get("because", "")) for step in asked if step.get("kind") == "guard"), "")
        return f"This caller did not get a text: {guard or call.decision.replace('_', ' ')}."
    if call.outcome == Outcome.TASK:
        return f"This caller did not get a text but a callback task, because {rule}."
    return f"This caller did not get a text: {rule} and says so."


def why_locked(conversation: Conversation) -> str:
    """Why no text of ours can reach this person now, in a sentence for staff; "" when one can.

    The same questions as at the moment of sending (messaging.recheck), asked before anybody writes for nothing.
    """
    lead, number = conversation.lead, conversation.number
    if consent.is_opted_out(conversation.business_id, lead.phone):
        return "This person has opted out. No text can be sent unless they text START."
    if conversation.business.is_texting_paused or not number.is_active:
        return "Texting is paused for this business. An owner can switch it on again in the settings."
    if number.stopped_at or number.account.stopped_at or not number.account.is_active:
        problem = number.problem or number.account.problem or "its account is switched off."
        return f"Texting from this number is stopped: {problem}"
    if lead.is_landline:
        return "This number is a landline and cannot get texts."
    if lead.is_unreachable:
        return "The carrier says that this number does not exist."
    return ""


# ---------------------------------------------------------------- acts
def reply(
    conversation: Conversation, *, by: AbstractBaseUser, body: str, client_id: uuid.UUID, now: datetime
) -> Message:
    """Text the customer as `by`, who thereby takes the conversation over. The same `client_id` makes one text.

    A text that may not leave comes back SUPPRESSED, and the customer goes on waiting for an answer.
    """
    with transaction.atomic():
        message = outbound.queue_text(
            conversation, kind=MessageKind.STAFF, body=body, idem_key=f"inbox:{client_id}", now=now, author=by
        )
        # An older row is a page sent twice: what the customer said since then still waits.
        if message.created_at == now and message.status != MessageStatus.SUPPRESSED:
            _take_from_robot(conversation, by=by, now=now)
            turn.drafts_of(conversation).update(status=TurnStatus.DISCARDED)
            conversations.take_over(conversation, user_id=by.pk, returns_at=autonomy.returns_at(conversation, now=now))
    return message


def take_over(conversation: Conversation, *, by: AbstractBaseUser, now: datetime) -> bool:
    """From here on a person answers, `by` if nobody has it yet; False when a person already does."""
    Conversation.objects.filter(pk=conversation.pk, assignee=None).update(assignee_id=by.pk)
    conversations.forget_what_was_asked(conversation)
    return _take_from_robot(conversation, by=by, now=now)


def _take_from_robot(conversation: Conversation, *, by: AbstractBaseUser, now: datetime) -> bool:
    taken = Conversation.objects.filter(pk=conversation.pk, handler=Handler.ROBOT).update(handler=Handler.PERSON)
    return _record(taken, "conversation.taken_over", "Took over from the robot", conversation, by, now)


def resume_automation(conversation: Conversation, *, by: AbstractBaseUser, now: datetime) -> bool:
    """Let the robot answer again; False when it already may."""
    halted = Q(automation_paused=True) | Q(handler=Handler.PERSON)
    resumed = Conversation.objects.filter(halted, pk=conversation.pk).update(
        automation_paused=False, pause_reason="", handler=Handler.ROBOT, robot_returns_at=None
    )
    if resumed:
        conversations.forget_what_was_asked(conversation)
        turn.wake_for_waiting(conversation, now=now)
    return _record(resumed, "automation.resumed", "Automation resumed", conversation, by, now)


def mark_read(conversation: Conversation) -> None:
    Conversation.objects.filter(pk=conversation.pk, unread_count__gt=0).update(unread_count=0)


def mark_not_urgent(conversation: Conversation, *, by: AbstractBaseUser, now: datetime) -> bool:
    """False when it is not urgent already."""
    changed = Conversation.objects.filter(pk=conversation.pk, is_urgent=True).update(is_urgent=False)
    return _record(changed, "urgency.cleared", "Marked as not urgent", conversation, by, now)


def close(conversation: Conversation, *, by: AbstractBaseUser, now: datetime) -> bool:
    """Done: nothing is left to do until the customer writes or calls again. False when it was done already."""
    closed = (
        Conversation.objects.filter(pk=conversation.pk)
        .exclude(status=ConversationStatus.DONE)
        .update(status=ConversationStatus.DONE, closed_at=now, needs_reply=False, unread_count=0)
    )
    return _record(closed, "conversation.closed", "Marked as done", conversation, by, now)


def reopen(conversation: Conversation, *, by: AbstractBaseUser, now: datetime) -> bool:
    """False when it is not done, or when a newer conversation with this person is open: there can be only one."""
    done = Conversation.objects.filter(pk=conversation.pk, status=ConversationStatus.DONE)
    try:
        with transaction.atomic():
            reopened = done.update(status=ConversationStatus.OPEN, closed_at=None)
    except IntegrityError:
        return False
    return _record(reopened, "conversation.reopened", "Reopened", conversation, by, now)


def _record(
    changed: int, kind: str, text: str, conversation: Conversation, by: AbstractBaseUser, now: datetime
) -> bool:
    """Note the change in the timeline, if there was one."""
    if changed:
        events.record(
            kind,
            business=conversation.business,
            lead=conversation.lead,
            at=now,
            text=text,
            actor=by,
            conversation=str(conversation.key),
        )
    return bool(changed)
