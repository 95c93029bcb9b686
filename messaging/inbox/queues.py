"""Which conversations stand in which queue, in what order, and how many wait there.

What a member may see is a list of locations, and each queue has a partial index that begins with the location
(messaging.models.conversations). So the conditions below say word for word what those of the indexes say. On PostgreSQL
the ids of a limited page of each location are asked for first, by one short statement that says what to do with a
location (a part for each of them took longer to plan than to run), and then the rows with these ids.

Whoever is blocked stands nowhere but among the done and the mentions: blocking closes (messaging.blocking). The lines
on which the team itself is alerted stand nowhere.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import reduce
from operator import attrgetter, or_
from typing import Any, NamedTuple

from django.contrib.auth import get_user_model
from django.contrib.postgres.expressions import ArraySubquery
from django.db import connection
from django.db.models import Exists, F, IntegerField, OuterRef, Q, QuerySet, Subquery, TextChoices

from leads.models import Business, CallbackTask, Location
from messaging import access
from messaging.access import Locations
from messaging.enums import ConversationStatus, Handler
from messaging.inbox import escalations
from messaging.models import Conversation, Mention, OptOut
from recoverline.lib import prepared

PAGE_SIZE = 25
# Nobody needs to know how many more; and a count that stops is as quick in a full inbox as in an empty one.
COUNTED_AT_MOST = 100
# Of more locations than a superuser's are not all known (messaging.access).
MERGED_AT_MOST = access.NAMED_AT_MOST - 1


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
    """Looked at by somebody. `queue` None: all; `among`: what else they must be, with `is_narrow` if few are left."""

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


class Shown(NamedTuple):
    """What a row of the list shows, but for what no act changes: enough to say whether it has to be drawn again."""

    pk: int
    last_at: datetime
    last_preview: str
    last_happening: str
    unread_count: int
    status: str
    handler: str
    assignee_id: int | None
    is_urgent: bool
    needs_reply: bool
    automation_paused: bool
    reply_due_at: datetime | None
    snoozed_until: datetime | None
    turn_due_at: datetime | None
    lead__name: str
    lead__blocked_at: datetime | None
    is_opted_out: bool


_shown = attrgetter(*(name.replace("__", ".") for name in Shown._fields))


@dataclass(frozen=True, slots=True)
class Page:
    """Conversations in the order of the list. `before`: where the next page starts, "" at the end."""

    rows: Sequence[Conversation]
    before: str


def standing_in(queue: Queue | None, user_id: int) -> Q:
    """What makes a conversation stand in `queue` of this user."""
    of_customers = Q(is_team=False)
    return of_customers if queue is None else _state_of(queue, user_id) & of_customers


def _state_of(queue: Queue, user_id: int) -> Q:
    is_open = Q(status=ConversationStatus.OPEN)
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
        found = Q(pk__in=told.values("note__conversation"), lead__blocked_at=None)
        found &= ~Q(status=ConversationStatus.SNOOZED)
    else:
        found = is_open
    return found


def page_of(listing: Listing, before: str = "", *, size: int = PAGE_SIZE) -> Page:
    """A page by position, not by number: new rows shift nothing. An unreadable `before` is the start."""
    found = rows_after(listing, read_position(before), size + 1)
    return Page(found[:size], str(position_of(listing, found[size - 1])) if len(found) > size else "")


def next_in(listing: Listing, conversation: Conversation) -> Conversation | None:
    """The one after this in the list, or the first if this is the last; `conversation` as it stood in the list."""
    after = rows_after(listing, position_of(listing, conversation), 1)
    others = after or (row for row in rows_after(listing, None, 2) if row.pk != conversation.pk)
    return next(iter(others), None)


def rows_after(listing: Listing, position: Position | None, count: int) -> list[Conversation]:
    """The next `count` rows of the list, with all that a row shows."""
    everywhere, pks = listing.locations.everywhere, _found(listing, position, count)
    if pks is None:
        found = list(_all_at_once(_rows(everywhere), listing, position)[:count])
    else:
        found = prepared.rows(_rows_in, pks, count, listing.time, listing.queue == Queue.REPLY, everywhere)
    if everywhere:
        return found
    places = {place.pk: place for place in listing.locations.seen}
    for row in found:
        # Nothing is listed from anywhere else.
        row.location = places[row.location_id]
        row.business = row.location.business
    return found


def _rows_in(pks: Sequence[int], count: int, time: str, urgent_first: bool, everywhere: bool) -> QuerySet[Conversation]:
    return _rows(everywhere).filter(pk__in=pks).order_by(*_order_by(time, urgent_first))[:count]


def _rows(everywhere: bool) -> QuerySet[Conversation]:
    rows = _told_of_stops(Conversation.objects.select_related("lead", "assignee")).defer("agent_state")
    return rows.select_related("location__business", "business") if everywhere else rows


def shown_after(listing: Listing, position: Position | None, count: int) -> list[Shown]:
    """The same in short."""
    pks = _found(listing, position, count)
    if pks is None:
        rows = _all_at_once(_told_of_stops(Conversation.objects.all()), listing, position)[:count]
        return list(map(Shown._make, rows.values_list(*Shown._fields)))
    return list(map(Shown._make, prepared.ask(_shown_in, pks, count, listing.time, listing.queue == Queue.REPLY)))


def _found(listing: Listing, position: Position | None, count: int) -> list[int] | None:
    """Ids among which the first `count` are; None where all places are asked at once."""
    if position is None and not listing.among and listing.queue is not None and _merges(listing):
        each = prepared.ask(_first_rows_of_each, _named(listing), listing.queue, count)
    elif (slices := first_of_each(listing, position, count)) is not None:
        each = list(slices)
    else:
        return None
    # Of few sizes, so that few statements are put together; no row has the number 0.
    pks = [pk for row in each for found_there in row for pk in found_there]
    return pks + [0] * (-len(pks) % (2 * PAGE_SIZE))


def _first_rows_of_each(places: Sequence[int], queue: Queue, count: int) -> "QuerySet[Any, Any]":
    listing = Listing(0, Locations((), frozenset()), queue)
    return _slices(Location.objects.filter(pk__in=places), {"location": OuterRef("pk")}, listing, None, count)


def _shown_in(pks: Sequence[int], count: int, time: str, urgent_first: bool) -> "QuerySet[Any, Any]":
    rows = _told_of_stops(Conversation.objects.filter(pk__in=pks)).order_by(*_order_by(time, urgent_first))
    return rows.values_list(*Shown._fields)[:count]


def shown_of(row: Conversation) -> Shown:
    """Of a row as `rows_after` has it."""
    return Shown(*_shown(row))


def _told_of_stops(rows: QuerySet[Conversation]) -> QuerySet[Conversation]:
    opted_out = OptOut.objects.filter(business=OuterRef("business"), phone=OuterRef("lead__phone"), revoked_at=None)
    return rows.annotate(is_opted_out=Exists(opted_out))


def nth_after(listing: Listing, position: Position | None, count: int) -> Position | None:
    """Where in a list of the newest the row stands that comes so many after `position`; None when there are fewer."""
    rows = _all_at_once(Conversation.objects.only("last_at"), listing, position)
    row = next(iter(rows[count : count + 1]), None)
    return Position(row.last_at, row.pk) if row else None


def nth_time(listing: Listing, position: Position | None, count: int) -> Subquery:
    """The same as a part of a statement: when that happened, null when there are fewer."""
    return Subquery(_all_at_once(Conversation.objects.all(), listing, position).values("last_at")[count : count + 1])


def _all_at_once(rows: QuerySet[Conversation], listing: Listing, position: Position | None) -> QuerySet[Conversation]:
    found = reduce(or_, _halves(listing, position))
    found &= Q() if listing.places == (None,) else Q(location__in=listing.places)
    if listing.queue is None and len(listing.businesses) == 1 and not listing.locations.everywhere:
        found &= Q(business__in=listing.businesses)  # in every state: the only index is that of the business
    return rows.filter(found).order_by(*_order(listing))


def first_of_each(listing: Listing, position: Position | None, count: int) -> "QuerySet[Any, Any] | None":
    """The ids of the first `count` at each place of the list; None where all places are asked at once."""
    if not _merges(listing):
        return None
    here: dict[str, Any] = {"location": OuterRef("pk")}
    named, places = _named(listing), Location.objects.all()
    if listing.queue is not None:
        return _slices(places.filter(pk__in=named), here, listing, position, count)
    is_anywhere = listing.places == (None,)  # in every state: the only index is that of the business
    here = {"business": OuterRef("pk")} | ({} if is_anywhere else {"location__in": named})
    businesses = Business.objects.all() if is_anywhere else Business.objects.filter(pk__in=listing.businesses)
    return _slices(businesses, here, listing, position, count)


def _slices(
    places: QuerySet[Any], here: dict[str, Any], listing: Listing, position: Position | None, count: int
) -> "QuerySet[Any, Any]":
    # Each half of Needs reply is all urgent or all not, and its index knows nothing of that.
    within = [by for by in _order(listing) if by != "-is_urgent"]
    halves = [Conversation.objects.filter(half, **here).order_by(*within) for half in _halves(listing, position)]
    return places.order_by().values_list(*(ArraySubquery(half.values("pk")[:count]) for half in halves))


def _named(listing: Listing) -> list[int]:
    return [place for place in listing.places if place is not None]


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
        # At either end of the calendar another zone's clock shows what no moment of ours can be.
        return Position(moment and moment.astimezone(UTC), int(pk), is_urgent == "1")
    except (ValueError, OverflowError):
        return None


def _order(listing: Listing) -> tuple[Any, ...]:
    return _order_by(listing.time, listing.queue == Queue.REPLY)


def _order_by(time: str, urgent_first: bool) -> tuple[Any, ...]:
    if not time:
        return ("-last_at", "-id")
    soonest = F(time).asc(nulls_last=True)
    return ("-is_urgent", soonest, "id") if urgent_first else (soonest, "id")


def _halves(listing: Listing, position: Position | None) -> list[Q]:
    """Conditions that shut each other out and together are the rest of the list; each has an index in its order."""
    whole = standing_in(listing.queue, listing.user_id) & listing.among
    if listing.queue != Queue.REPLY or not listing.time:
        return [whole & _after(listing, position)]
    # The urgent ones first, each half in its own order.
    calm = whole & Q(is_urgent=False) & _after(listing, None if position and position.is_urgent else position)
    if position and not position.is_urgent:
        return [calm]
    return [whole & Q(is_urgent=True) & _after(listing, position), calm]


def _merges(listing: Listing) -> bool:
    # Few are mine, or name me: their own indexes find them, and where they are is looked at afterwards.
    is_narrow = listing.is_narrow or listing.queue in (Queue.MINE, Queue.MENTIONS)
    is_postgres = connection.vendor == "postgresql"
    return is_postgres and not is_narrow and (listing.queue is None or listing.places != (None,))


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


# ---------------------------------------------------------------- how many wait
class _CountOf(Subquery):
    """How many rows a limited query has, as a value."""

    template = "(SELECT COUNT(*) FROM (%(subquery)s) counted)"
    output_field = IntegerField()


def count_waiting(listing: Listing) -> dict[str, int]:
    """What waits in each of COUNTED and among call-backs, up to COUNTED_AT_MOST of each; in one statement.

    `escalations` are those of all locations, whatever the list is narrowed to: they cannot wait.
    """
    names = [*(queue.value for queue in COUNTED), "callbacks", "escalations"]
    if not listing.places:
        return dict.fromkeys(names, 0)
    named = _named(listing)
    others = [place.pk for place in listing.locations.seen if place.pk not in named] if named else []
    row, *_ = prepared.ask(_counts, [listing.user_id, *named, *others], COUNTED_AT_MOST, len(named))
    return dict(zip(names, row, strict=True))


def _counts(values: Sequence[int], at_most: int, asked_at: int) -> "QuerySet[Any, Any]":
    """`asked_at`: so many of the places are those of the list; 0 is anywhere."""
    user, *places = values
    at = Q(location__in=places[:asked_at]) if asked_at else Q()
    counted: list[QuerySet[Any]] = []
    for queue in COUNTED:
        rows = Conversation.objects.filter(standing_in(queue, user) & at)
        if queue == Queue.MENTIONS:
            rows = rows.filter(pk__in=Mention.objects.filter(user=user, seen_at=None).values("note__conversation"))
        counted.append(rows)
    counted.append(CallbackTask.objects.filter(at, done_at=None))
    everywhere = Q(location__in=places) if places else Q()
    counted.append(escalations.not_closed().filter(everywhere))
    numbers = {f"n{index}": _CountOf(rows.order_by().values("pk")[:at_most]) for index, rows in enumerate(counted)}
    return get_user_model()._default_manager.filter(pk=user).order_by().annotate(**numbers).values_list(*numbers)


# ---------------------------------------------------------------- call-backs
def open_tasks(tasks: QuerySet[CallbackTask], *, size: int = 100) -> list[CallbackTask]:
    """Call-backs that nobody has made yet, the most overdue first; `conversation_key` is where to read on, or None."""
    threads = Conversation.objects.filter(lead=OuterRef("lead"), location=OuterRef("location"), is_team=False)
    latest = threads.order_by("-last_at").values("key")[:1]
    rows = tasks.filter(done_at=None).select_related("lead", "location__business", "business", "assignee")
    return list(rows.annotate(conversation_key=latest).order_by("due_at", "id")[:size])
