"""Which conversations are shown, in what order, and how many wait."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, TextChoices

from leads.models import CallbackTask
from messaging.enums import ConversationStatus
from messaging.models import Conversation, OptOut

PAGE_SIZE = 25
# So many urgent conversations stand above the newest; more than that would hide what is new.
PINNED_AT_MOST = 20


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
