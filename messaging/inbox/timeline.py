"""What happened in one conversation, in order, and why."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Literal

from django.db.models import Prefetch, Q, QuerySet

from leads.models import CallbackTask, LeadEvent
from messaging import consent
from messaging.enums import CallState, Outcome, TurnStatus
from messaging.models import AgentTurn, Call, Conversation, Message, MessageMedia, Note
from scheduling.models import Appointment

TIMELINE_SIZE = 50
# Told by the call, the text, the task or the robot's turn itself, which stand in the timeline already.
TOLD_BY_ROWS = (
    Q(kind__startswith="call.") | Q(kind__startswith="text.") | Q(kind__startswith="task.") | Q(kind="lead.created")
)
# Told by the text in which the customer said it; the panel reads it.
NOTED = "lead.noted"

# Turns that left no text of their own: a draft, silence, something newer that came first.
TOLD_BY_THEMSELVES = (
    TurnStatus.DRAFTED, TurnStatus.DROPPED, TurnStatus.SILENT, TurnStatus.DISCARDED, TurnStatus.HANDED_OFF,
    TurnStatus.FAILED,
)  # fmt: skip

# How outbound.retry and delivery name the row that repeats another.
REPEATS = ("retry:", "again:")

Kind = Literal["call", "text", "turn", "booking", "task", "note", "event"]
# What has the same instant: first what the customer did, then what came of it, last what is said about it.
RANKS: dict[Kind, int] = {"call": 0, "text": 1, "turn": 2, "task": 3, "note": 4, "event": 5}

WHEN: dict[Kind, str] = {
    "call": "started_at", "text": "created_at", "turn": "started_at", "task": "created_at", "note": "created_at",
    "event": "at",
}  # fmt: skip


@dataclass(frozen=True, slots=True, order=True)
class Position:
    """Where an entry stands: in time, then by kind, then in the order in which rows were made."""

    at: datetime
    rank: int
    pk: int

    def __str__(self) -> str:
        return f"{self.at.isoformat()},{self.rank},{self.pk}"


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing in the timeline. `row` says it, `why` decided it; a booking has the event as row, and the visit."""

    kind: Kind
    key: str
    position: Position
    row: Call | Message | AgentTurn | Note | LeadEvent | CallbackTask
    why: str = ""
    visit: Appointment | None = None

    @property
    def at(self) -> datetime:
        return self.position.at


@dataclass(frozen=True, slots=True)
class Timeline:
    """Entries, oldest first. `earlier`: where the page before begins, "" when this is the beginning.

    `retried`: keys of texts that were sent again; `newest`: id of the newest text, 0 without any. `calls` and `events`:
    what was read of them, the latest first, shown or not.
    """

    entries: list[Entry]
    earlier: str
    retried: frozenset[str]
    newest: int = 0
    calls: list[Call] = field(default_factory=list)
    events: list[LeadEvent] = field(default_factory=list)

    @property
    def has_earlier(self) -> bool:
        return bool(self.earlier)


def there_is(tallies: Iterable[tuple[str, int, int, int]]) -> Counter[str]:
    """How many of each kind there are, from what messaging.inbox.live has counted."""
    there: Counter[str] = Counter()
    for tag, rows, _, _ in tallies:
        kind, _, state = tag.partition(":")
        if kind != "turn" or state in TOLD_BY_THEMSELVES:
            there[kind] += rows
    return there


def timeline_of(
    conversation: Conversation,
    *,
    size: int | None = TIMELINE_SIZE,
    before: Position | None = None,
    visits: Mapping[str, Appointment] | None = None,
    there: Mapping[str, int] | None = None,
) -> Timeline:
    """The newest `size` entries, or those right before a position; `size` None: all of them.

    `visits`: the appointments that may be shown, by key. What happened to others is left out. `there`: what there is
    (`there_is`), so that nothing is asked for that is not; None: anything.
    """
    stop = None if size is None else size + 1

    def newest(kind: Kind, rows: "QuerySet[Any]") -> list[Any]:
        if there is not None and not there.get(kind):
            return []
        return list(_newest(rows, kind, WHEN[kind], before)[:stop])

    # Of this place only: who sees one location of two must not learn of the other.
    tasks = CallbackTask.objects.filter(lead=conversation.lead_id, location=conversation.location_id)
    found: dict[Kind, list[Any]] = {
        "call": newest("call", conversation.calls.all()),
        "text": newest("text", _texts(conversation, there)),
        "turn": newest("turn", conversation.turns.filter(message=None, status__in=TOLD_BY_THEMSELVES)),
        "task": newest("task", tasks.select_related("done_by")),
        "note": newest("note", conversation.notes.select_related("author")),
        "event": newest("event", _events(conversation)),
    }
    entries = [
        _entry(kind, Position(getattr(row, WHEN[kind]), RANKS[kind], row.pk), row)
        for kind, rows in found.items()
        for row in rows
    ]
    entries.sort(key=lambda entry: entry.position)
    has_earlier = size is not None and len(entries) > size
    shown = entries[-size:] if size is not None else entries
    return Timeline(
        entries=_shown(shown, visits or {}),
        earlier=str(shown[0].position) if has_earlier else "",
        retried=frozenset(
            text.idem_key.partition(":")[2] for text in found["text"] if text.idem_key.startswith(REPEATS)
        ),
        newest=max((text.pk for text in found["text"]), default=0),
        calls=found["call"],
        events=found["event"],
    )


def position_of(written: str) -> Position | None:
    """What `str(position)` has written, or None for anything else."""
    at, _, rest = written.partition(",")
    rank, _, pk = rest.partition(",")
    try:
        moment = datetime.fromisoformat(at)
        # A number that no column holds is somebody's own invention, as is a moment beyond our calendar.
        known = moment.tzinfo and len(rank) < 3 and len(pk) < 19
        return Position(moment.astimezone(UTC), int(rank), int(pk)) if known else None
    except (ValueError, OverflowError):
        return None


def _newest(rows: "QuerySet[Any]", kind: Kind, at: str, before: Position | None) -> "QuerySet[Any]":
    rows = rows.order_by(f"-{at}", "-id")
    if before is None:
        return rows
    rank, same = RANKS[kind], Q(**{at: before.at})
    if rank == before.rank:
        return rows.filter(
            Q(**{f"{at}__lte": before.at}) & (Q(**{f"{at}__lt": before.at}) | same & Q(pk__lt=before.pk))
        )
    return rows.filter(**{f"{at}__{'lte' if rank < before.rank else 'lt'}": before.at})


def _entry(kind: Kind, position: Position, row: Any) -> Entry:
    if kind == "event" and row.kind.startswith("appointment.") and row.data.get("appointment"):
        return Entry("booking", str(row.pk), position, row)
    return Entry(kind, str(getattr(row, "key", row.pk)), position, row, why_decided(row) if kind == "call" else "")


def _shown(entries: list[Entry], visits: Mapping[str, Appointment]) -> list[Entry]:
    """Bookings with their appointment where the event tells its present state; earlier states stay lines.

    What is about an appointment that may not be seen (a calendar's complaint, at another location) is left out too.
    """
    shown = []
    for entry in entries:
        if entry.kind != "booking":
            about = entry.row.data.get("appointment") if isinstance(entry.row, LeadEvent) else None
            if getattr(entry.row, "kind", "") != NOTED and (about is None or str(about) in visits):
                shown.append(entry)
            continue
        assert isinstance(entry.row, LeadEvent)  # noqa: S101  what _entry makes
        visit = visits.get(str(entry.row.data["appointment"]))
        if visit is None:
            continue
        kind: Kind = "booking" if entry.row.data.get("version") == visit.version else "event"
        shown.append(Entry(kind, entry.key, entry.position, entry.row, visit=visit))
    return shown


def _texts(conversation: Conversation, there: Mapping[str, int] | None) -> "QuerySet[Message]":
    """With their files as `files`, where there are any."""
    rows = conversation.messages.select_related("author", "turn")
    if there is None or there.get("follow"):
        rows = rows.select_related("step_run__enrollment__version")
    if there is None or there.get("media"):
        rows = rows.prefetch_related(Prefetch("media", MessageMedia.objects.order_by("position"), to_attr="files"))
    return rows


def _events(conversation: Conversation) -> QuerySet[LeadEvent]:
    """Of this conversation, or of the person as a whole (such as an opt-out)."""
    here = Q(data__conversation=str(conversation.key)) | Q(data__conversation__isnull=True)
    rows = LeadEvent.objects.filter(here, lead=conversation.lead_id).exclude(TOLD_BY_ROWS).exclude(text="")
    return rows.select_related("actor")


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
    known: bool | None = getattr(conversation, "is_opted_out", None)  # rows of lists bring it along
    if consent.is_opted_out(conversation.business_id, lead.phone) if known is None else known:
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
