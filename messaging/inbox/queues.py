"""Which conversations stand in which queue, in what order, and how many wait there.

What a member may see is a list of locations, and each queue has a partial index that begins with the location
(messaging.models.conversations). So the conditions below say word for word what those of the indexes say, and of
several locations a limited page each is merged (measured at 200,000 conversations: 0.4 ms where IN (...) takes 31).
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import reduce
from operator import or_
from typing import Any

from django.contrib.auth import get_user_model
from django.db import connection
from django.db.models import Exists, F, IntegerField, OuterRef, Q, QuerySet, Subquery, TextChoices

from leads.models import CallbackTask
from messaging.access import Locations
from messaging.enums import ConversationStatus, Handler
from messaging.models import Conversation, Mention, OptOut

PAGE_SIZE = 25
# Nobody needs to know how many more; and a count that stops is as quick in a full inbox as in an empty one.
COUNTED_AT_MOST = 100
# A statement with a part for each of more locations takes longer to plan than IN (...) to run.
MERGED_AT_MOST = 40


class Queue(TextChoices):
    REPLY = "reply", "Needs reply"
    URGENT = "urgent", "Urgent"
    MINE = "mine", "Mine"
    UNASSIGNED = "unassigned", "Unassigned"
    ROBOT = "robot", "Robot handling"
    OPEN = "open", "All open"
    SNOOZED = "snoozed", "Snoozed"
    DONE = "done", "Done"
    MENTIONS = "mentions", "Mentions"


COUNTED = (Queue.REPLY, Queue.URGENT, Queue.MINE, Queue.UNASSIGNED, Queue.ROBOT, Queue.MENTIONS)
BY_TIME = {Queue.REPLY: "reply_due_at", Queue.URGENT: "reply_due_at", Queue.SNOOZED: "snoozed_until"}


@dataclass(frozen=True, slots=True)
class Listing:
    """A list that somebody looks at. `queue` None: all conversations; `among`: what else they must be (a search),
    with `is_narrow` if that leaves only few.
    """

    user_id: int
    locations: Locations
    queue: Queue | None = Queue.REPLY
    location_id: int | None = None
    among: Q = field(default_factory=Q)
    is_narrow: bool = False

    @property
    def places(self) -> tuple[int | None, ...]:
        """Locations to ask at, one by one; (None,) is everywhere without a question."""
        if self.location_id is not None:
            return (self.location_id,)
        if self.locations.everywhere and len(self.locations.seen) > MERGED_AT_MOST:
            return (None,)
        return tuple(location.pk for location in self.locations.seen)

    @property
    def businesses(self) -> frozenset[int]:
        """Whose locations these are, as far as they are named."""
        seen = self.locations.seen
        return frozenset(place.business_id for place in seen if self.location_id in (None, place.pk))

    @property
    def time(self) -> str:
        """The column by which the list is ordered, soonest first; "": newest first by `last_at`."""
        return "" if self.queue is None or self.among else BY_TIME.get(self.queue, "")


@dataclass(frozen=True, slots=True)
class Position:
    """Where a row stands in its list: `at` is the time it is ordered by (None sorts last)."""

    at: datetime | None
    pk: int
    is_urgent: bool = False

    def __str__(self) -> str:
        return f"{int(self.is_urgent)},{self.at.isoformat() if self.at else ''},{self.pk}"


@dataclass(frozen=True, slots=True)
class Page:
    """Conversations in the order of the list. `before`: where the next page starts, "" at the end."""

    rows: Sequence[Conversation]
    before: str


def standing_in(queue: Queue | None, user_id: int) -> Q:
    """What makes a conversation stand in `queue` of this user."""
    is_open = Q(status=ConversationStatus.OPEN)
    if queue is None:
        return Q()
    if queue == Queue.DONE:
        return Q(status=ConversationStatus.DONE)
    if queue == Queue.REPLY:
        # While the robot is about to answer, nobody else has to.
        found = is_open & Q(needs_reply=True) & (Q(handler=Handler.PERSON) | Q(turn_due_at=None))
    elif queue == Queue.URGENT:
        found = Q(is_urgent=True) & ~Q(status=ConversationStatus.DONE)
    elif queue == Queue.MINE:
        found = is_open & Q(assignee=user_id)
    elif queue == Queue.UNASSIGNED:
        found = is_open & Q(handler=Handler.PERSON, assignee__isnull=True)
    elif queue == Queue.ROBOT:
        found = is_open & Q(handler=Handler.ROBOT)
    elif queue == Queue.SNOOZED:
        found = Q(status=ConversationStatus.SNOOZED)
    elif queue == Queue.MENTIONS:
        told = Mention.objects.filter(user=user_id)
        found = Q(pk__in=told.values("note__conversation")) & ~Q(status=ConversationStatus.SNOOZED)
    else:
        found = is_open
    return found & Q(lead__blocked_at=None)


def page_of(listing: Listing, before: str = "", *, size: int = PAGE_SIZE) -> Page:
    """A page by position, not by number: new rows shift nothing. An unreadable `before` is the start."""
    found = list(rows_after(listing, read_position(before), size + 1))
    return Page(found[:size], str(position_of(listing, found[size - 1])) if len(found) > size else "")


def next_in(listing: Listing, conversation: Conversation) -> Conversation | None:
    """The one after this in the list, or the first if this is the last; `conversation` as it stood in the list."""
    after = [*rows_after(listing, position_of(listing, conversation), 1)]
    others = after or (row for row in rows_after(listing, None, 2) if row.pk != conversation.pk)
    return next(iter(others), None)


def rows_after(listing: Listing, position: Position | None, count: int) -> QuerySet[Conversation]:
    """The next `count` rows of the list, with all that a row shows, in one statement."""
    opted_out = OptOut.objects.filter(business=OuterRef("business"), phone=OuterRef("lead__phone"), revoked_at=None)
    rows = Conversation.objects.select_related("lead", "location__business", "business", "assignee")
    return _first(rows.annotate(is_opted_out=Exists(opted_out)), listing, position, count)


def nth_after(listing: Listing, position: Position | None, count: int) -> Position | None:
    """Where the row stands that comes so many after `position`; None when there are fewer."""
    row = _first(Conversation.objects.all(), listing, position, count + 1)[count : count + 1].first()
    return position_of(listing, row) if row else None


def _first(
    rows: QuerySet[Conversation], listing: Listing, position: Position | None, count: int
) -> QuerySet[Conversation]:
    parts, order = _parts(listing, position), _order(listing)
    if len(parts) <= 1 or not connection.features.supports_slicing_ordering_in_compound:
        return rows.filter(reduce(or_, parts) if parts else Q(pk__in=())).order_by(*order)[:count]
    # Each half of Needs reply is all urgent or all not, and its index knows nothing of that.
    within = [by for by in order if by != "-is_urgent"]
    first, *others = [Conversation.objects.filter(part).order_by(*within).values("pk")[:count] for part in parts]
    return rows.filter(pk__in=first.union(*others, all=True)).order_by(*order)[:count]


def position_of(listing: Listing, row: Conversation) -> Position:
    if not listing.time:
        return Position(row.last_at, row.pk)
    return Position(getattr(row, listing.time), row.pk, row.is_urgent and listing.queue == Queue.REPLY)


def read_position(before: str) -> Position | None:
    """None for what is no position."""
    try:
        is_urgent, at, pk = before.split(",")
        moment = datetime.fromisoformat(at) if at else None
        if (moment is not None and moment.tzinfo is None) or not 0 < int(pk) < 2**63:
            return None
        return Position(moment, int(pk), is_urgent == "1")
    except (ValueError, OverflowError):
        return None


def _order(listing: Listing) -> tuple[Any, ...]:
    if not listing.time:
        return ("-last_at", "-id")
    soonest = F(listing.time).asc(nulls_last=True)
    return ("-is_urgent", soonest, "id") if listing.queue == Queue.REPLY else (soonest, "id")


def _parts(listing: Listing, position: Position | None) -> list[Q]:
    """Conditions that shut each other out and together are the rest of the list; each has an index in its order."""
    whole = standing_in(listing.queue, listing.user_id) & listing.among
    if listing.queue == Queue.REPLY and listing.time:
        # The urgent ones first, each half in its own order.
        halves = [] if position and not position.is_urgent else [whole & Q(is_urgent=True) & _after(listing, position)]
        halves.append(
            whole & Q(is_urgent=False) & _after(listing, None if position and position.is_urgent else position)
        )
    else:
        halves = [whole & _after(listing, position)]
    if listing.queue is None and not listing.is_narrow:
        # In every state: the only index is that of the business.
        businesses = listing.businesses
        return [half & Q(business=business) & _at(listing) for half in halves for business in businesses]
    if not _can_merge(listing):
        return [half & _at(listing) for half in halves]
    return [half & _place(place) for half in halves for place in listing.places]


def _can_merge(listing: Listing) -> bool:
    # Few are mine, or name me: their own indexes find them, and where they are is looked at afterwards.
    is_narrow = listing.is_narrow or listing.queue in (Queue.MINE, Queue.MENTIONS)
    return not is_narrow and len(listing.places) <= MERGED_AT_MOST


def _after(listing: Listing, position: Position | None) -> Q:
    if position is None:
        return Q()
    if not listing.time:
        # "At most" alone is what an index can begin with.
        at = position.at
        return Q(last_at__lte=at) & (Q(last_at__lt=at) | Q(pk__lt=position.pk)) if at else Q()
    if position.at is None:
        return Q(**{f"{listing.time}__isnull": True, "pk__gt": position.pk})
    later = Q(**{f"{listing.time}__gt": position.at}) | Q(**{listing.time: position.at, "pk__gt": position.pk})
    return later | Q(**{f"{listing.time}__isnull": True})


def _at(listing: Listing) -> Q:
    """All its locations at once."""
    return Q() if listing.places == (None,) else Q(location__in=listing.places)


def _place(place: int | None) -> Q:
    return Q() if place is None else Q(location=place)


# ---------------------------------------------------------------- how many wait
class _CountOf(Subquery):
    """How many rows a limited query has, as a value."""

    template = "(SELECT COUNT(*) FROM (%(subquery)s) counted)"
    output_field = IntegerField()


def count_waiting(listing: Listing) -> dict[str, int]:
    """What waits in each of COUNTED and among call-backs, up to COUNTED_AT_MOST of each; in one statement."""
    everywhere = replace(listing, queue=None, among=Q())
    at = _at(everywhere)
    counted: dict[str, QuerySet[Any]] = {}
    for queue in COUNTED:
        counted[queue.value] = Conversation.objects.filter(standing_in(queue, listing.user_id) & at)
    unseen = Mention.objects.filter(user=listing.user_id, seen_at__isnull=True).values("note__conversation")
    counted[Queue.MENTIONS.value] = counted[Queue.MENTIONS.value].filter(pk__in=unseen)
    counted["callbacks"] = CallbackTask.objects.filter(at, done_at=None)
    numbers = {f"n_{name}": _CountOf(rows.order_by().values("pk")[:COUNTED_AT_MOST]) for name, rows in counted.items()}
    row = get_user_model()._default_manager.filter(pk=listing.user_id).annotate(**numbers).values(*numbers).first()
    return {name.removeprefix("n_"): number for name, number in (row or {}).items()}


# ---------------------------------------------------------------- call-backs
def open_tasks(tasks: QuerySet[CallbackTask], *, size: int = 100) -> list[CallbackTask]:
    """Call-backs that nobody has made yet, the most overdue first; `conversation_key` is where to read on, or None."""
    latest = Conversation.objects.filter(lead=OuterRef("lead"), location=OuterRef("location")).order_by("-last_at")
    rows = tasks.filter(done_at=None).select_related("lead", "location__business", "business", "assignee")
    return list(rows.annotate(conversation_key=latest.values("key")[:1]).order_by("due_at", "id")[:size])
