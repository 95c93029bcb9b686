"""What happened in one conversation, in order, and why."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q, QuerySet

from leads.models import LeadEvent
from messaging import consent
from messaging.enums import CallState, Outcome, TurnStatus
from messaging.models import AgentTurn, Call, Conversation, Message, Note

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
