"""Who stands in which queue, in what order, and how many there are; the same answers on either database."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from leads.enums import Role
from messaging import access, blocking
from messaging.enums import ConversationStatus, Handler
from messaging.inbox import queues
from messaging.inbox.queues import Listing, Queue
from messaging.models import Conversation, Mention, Note
from tests import factories
from tests.base import Cast, make_cast
from tests.factories import NOON
from tests.messaging.desk import add_reader, as_user, converse, listed

pytestmark = pytest.mark.django_db

PERSON = {"handler": Handler.PERSON}


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def at(minutes: int) -> datetime:
    return NOON + timedelta(minutes=minutes)


def waiting(cast: Cast, name: str, due: int, **values: Any) -> Conversation:
    """Waits for a person since an hour, who should answer `due` minutes from noon."""
    times = {"waiting_since": at(due - 60), "reply_due_at": at(due), "last_at": at(due - 60)}
    return converse(cast, lead={"name": name}, needs_reply=True, **{**PERSON, **times, **values})


def names(user: User, queue: Queue | None, **values: Any) -> list[str]:
    listing = Listing(user.pk, access.locations_for(user), queue)
    return [row.lead.name for row in queues.page_of(replace(listing, **values)).rows]


def all_pages(user: User, queue: Queue, size: int) -> list[list[str]]:
    listing, before, pages = Listing(user.pk, access.locations_for(user), queue), "", []
    while True:
        page = queues.page_of(listing, before, size=size)
        pages.append([row.lead.name for row in page.rows])
        before = page.before
        if not before:
            return pages


# ---------------------------------------------------------------- what stands where
def test_queues_hold_what_they_say(cast: Cast) -> None:
    def row(name: str, minutes: int, **values: Any) -> Conversation:
        return converse(cast, lead={"name": name}, last_at=at(-minutes), **values)

    waiting(cast, "asks", 5)
    waiting(cast, "urgent", 9, is_urgent=True, assignee=cast.ana)
    waiting(cast, "robot is about to answer", 1, handler=Handler.ROBOT, turn_due_at=NOON)
    waiting(cast, "robot gave up", 7, handler=Handler.ROBOT)
    row("answered, still urgent", 100, is_urgent=True, **PERSON, assignee=cast.ben)
    asleep = row("asleep", 2, status=ConversationStatus.SNOOZED, snoozed_until=at(60), assignee=cast.ana)
    row("urgent but asleep", 3, status=ConversationStatus.SNOOZED, snoozed_until=at(30), is_urgent=True)
    done = row("done", 4, status=ConversationStatus.DONE, is_urgent=True, assignee=cast.ana)
    blocked = waiting(cast, "blocked", 2, is_urgent=True, assignee=cast.ana)
    assert blocking.block(blocked.lead, by=cast.ana, now=NOON)
    for conversation in (asleep, done):
        note = Note.objects.create(business=cast.a, conversation=conversation, body="@ana", created_at=NOON)
        Mention.objects.create(note=note, user=cast.ana)

    assert {queue.value: names(cast.ana, queue) for queue in Queue} == {
        "reply": ["urgent", "asks", "robot gave up"],
        "urgent": ["urgent", "answered, still urgent", "urgent but asleep"],
        "mine": ["urgent"],
        "unassigned": ["asks"],
        "robot": ["robot gave up", "robot is about to answer"],
        "open": ["urgent", "robot gave up", "asks", "robot is about to answer", "answered, still urgent"],
        "snoozed": ["urgent but asleep", "asleep"],
        "done": ["done", "blocked"],
        "mentions": ["done"],
    }
    assert len(names(cast.ana, None)) == 9
    listing = Listing(cast.ana.pk, access.locations_for(cast.ana))
    assert queues.count_waiting(listing) == {
        "reply": 3, "urgent": 3, "mine": 1, "unassigned": 1, "mentions": 1, "robot": 2, "callbacks": 0,
        "escalations": 0,
    }  # fmt: skip


def test_a_blocked_person_is_found_among_the_done(cast: Cast) -> None:
    row = converse(cast, status=ConversationStatus.DONE)
    row.lead.blocked_at = NOON
    row.lead.save()
    assert names(cast.ana, Queue.DONE) == ["Dana"]


def test_mentions_that_were_seen_stay_and_count_no_more(cast: Cast) -> None:
    note = Note.objects.create(business=cast.a, conversation=converse(cast), body="@ben", created_at=NOON)
    Mention.objects.create(note=note, user=cast.ben, seen_at=NOON)
    listing = Listing(cast.ben.pk, access.locations_for(cast.ben))
    assert (names(cast.ben, Queue.MENTIONS), queues.count_waiting(listing)["mentions"]) == (["Dana"], 0)


def test_counting_stops(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queues, "COUNTED_AT_MOST", 3)
    for due in range(4):
        waiting(cast, str(due), due)
    page = as_user(cast.ana).get("/inbox/")
    assert page.context["counts"]["reply"] == "2+"


# ---------------------------------------------------------------- order and pages
def test_who_waits_longest_comes_first_and_urgent_ones_above_all_over_every_page(cast: Cast) -> None:
    for due in (40, 10, 30, 20, 20):
        waiting(cast, f"calm {due}", due)
    for due in (35, 5, 25):
        waiting(cast, f"urgent {due}", due, is_urgent=True)
    in_order = ["urgent 5", "urgent 25", "urgent 35", "calm 10", "calm 20", "calm 20", "calm 30", "calm 40"]
    for size in (1, 2, 3, 5, 8, 9):
        pages = all_pages(cast.ana, Queue.REPLY, size)
        assert [name for page in pages for name in page] == in_order
        assert [len(page) for page in pages[:-1]] == [size] * (len(pages) - 1)


@pytest.mark.parametrize("queue", [Queue.OPEN, Queue.URGENT])
def test_pages_show_every_row_once_even_at_the_same_instant(cast: Cast, queue: Queue) -> None:
    far = factories.make_number(factories.make_location(cast.a, "Far"), cast.a_account)
    for index in range(9):
        row = converse(cast, lead={"name": str(index)}, is_urgent=True, last_at=at(index // 3))
        place = far if index % 2 else cast.a_number
        due = None if index > 6 else at(index // 3)
        Conversation.objects.filter(pk=row.pk).update(location=place.location, number=place, reply_due_at=due)
    expected = {Queue.OPEN: "876543210", Queue.URGENT: "012345678"}[queue]
    for size in (1, 2, 4, 9):
        assert "".join(name for page in all_pages(cast.ana, queue, size) for name in page) == expected


@pytest.mark.parametrize("before", ["x", "0,2026-06-17T18:00:00,1", "0,,", "1,x,1", ",", "9" * 400, "0,,-1", "0,,1e9"])
def test_an_unreadable_position_is_the_first_page(cast: Cast, before: str) -> None:
    waiting(cast, "Dana", 1)
    assert listed(as_user(cast.ana).get("/inbox/", {"before": before})) == ["Dana"]


def test_a_page_leads_to_the_next(cast: Cast) -> None:
    for index in range(queues.PAGE_SIZE + 1):
        converse(cast, lead={"name": f"lead {index}"}, last_at=at(-index))
    ana = as_user(cast.ana)
    first = ana.get("/inbox/?queue=open")
    older = ana.get(f"/inbox/?{first.context['older']}")
    assert (len(listed(first)), listed(older)) == (queues.PAGE_SIZE, [f"lead {queues.PAGE_SIZE}"])
    assert f'href="/inbox/?{older.context["newest"]}"' in older.content.decode()


def test_what_is_next_after_done(cast: Cast) -> None:
    rows = [waiting(cast, name, due, is_urgent=name == "u") for name, due in (("u", 9), ("a", 1), ("b", 2), ("c", 3))]
    listing = Listing(cast.ana.pk, access.locations_for(cast.ana))
    following = [queues.next_in(listing, row) for row in rows]
    assert [row and row.lead.name for row in following] == ["a", "b", "c", "u"]
    # As it stood when it was read: by now it is done, and no longer in the list.
    Conversation.objects.filter(pk=rows[1].pk).update(status="done", reply_due_at=None, needs_reply=False)
    after = queues.next_in(listing, rows[1])
    assert after is not None
    assert after.lead.name == "b"
    Conversation.objects.exclude(pk=rows[0].pk).update(status="done")
    assert queues.next_in(listing, rows[0]) is None


# ---------------------------------------------------------------- who sees what
def test_members_see_their_locations_and_superusers_all(cast: Cast) -> None:
    far = factories.make_number(factories.make_location(cast.a, "Far"), cast.a_account)
    dee = factories.make_user("dee")
    factories.make_member(cast.a, dee, Role.READ_ONLY).locations.add(far.location)
    factories.make_conversation(factories.make_lead(cast.a, name="far"), far, last_at=at(1))
    factories.make_conversation(factories.make_lead(cast.b, name="other"), cast.b_number, last_at=at(2))
    converse(cast, lead={"name": "near"}, last_at=at(3))
    seen = {user.username: names(user, Queue.OPEN) for user in (cast.ana, dee, cast.cleo, cast.root)}
    assert seen == {"ana": ["near", "far"], "dee": ["far"], "cleo": ["other"], "root": ["near", "other", "far"]}
    places = {user.username: access.locations_for(user) for user in (cast.ana, dee, cast.cleo, cast.root)}
    assert {name: (len(found.seen), len(found.writable)) for name, found in places.items()} == {
        "ana": (2, 2), "dee": (1, 0), "cleo": (1, 1), "root": (3, 3),
    }  # fmt: skip
    cast.ana.is_active = cast.root.is_active = False
    assert [access.locations_for(user).seen for user in (cast.ana, cast.root)] == [(), ()]


def test_one_location_can_be_chosen_and_a_strangers_cannot(cast: Cast) -> None:
    far = factories.make_number(factories.make_location(cast.a, "Far"), cast.a_account)
    factories.make_conversation(factories.make_lead(cast.a, name="far"), far)
    converse(cast, lead={"name": "near"}, last_at=at(1))
    ana = as_user(cast.ana)
    shown = {
        key: listed(ana.get("/inbox/", {"queue": "open", "location": str(key)}))
        for key in (far.location.key, cast.b_location.key, "x")
    }
    assert shown == {far.location.key: ["far"], cast.b_location.key: ["near", "far"], "x": ["near", "far"]}


def test_boxes_are_for_those_who_may_change_something(cast: Cast) -> None:
    converse(cast)
    rita = add_reader(cast)
    pages = {user: as_user(user).get("/inbox/?queue=open").content.decode() for user in (cast.ben, rita)}
    assert ['type="checkbox"' in page for page in pages.values()] == [True, False]
    assert ['id="bulk"' in page for page in pages.values()] == [True, False]


# ---------------------------------------------------------------- what it costs
def statements(client: Client, path: str) -> int:
    with CaptureQueriesContext(connection) as made:
        assert client.get(path).status_code == 200
    # The last one is no statement of the page: the tests' own guard asks whose rows may be seen (tests.sight_guard).
    assert made[-1]["sql"].startswith('SELECT "leads_business"."id" AS "pk" FROM "leads_business"')
    return len(made) - 1


def fill(cast: Cast, count: int, locations: int) -> None:
    numbers = [cast.a_number]
    for index in range(locations - 1):
        numbers.append(factories.make_number(factories.make_location(cast.a, f"L{index}"), cast.a_account))
    for index in range(count):
        number = numbers[index % len(numbers)]
        lead = factories.make_lead(cast.a, name=f"Dana {index}")
        row = factories.make_conversation(
            lead, number, needs_reply=True, reply_due_at=at(index), assignee=cast.ben, **PERSON
        )
        factories.make_message(row, "water")
        factories.make_task(number.location, lead=lead)


@pytest.mark.parametrize("path", ["/inbox/", "/inbox/?queue=done", "/inbox/?q=water", "/inbox/callbacks/"])
def test_pages_make_the_same_few_statements_however_much_there_is(cast: Cast, path: str) -> None:
    ben = as_user(cast.ben)
    fill(cast, 1, 1)
    counted = [statements(ben, path)]
    fill(cast, 29, 1)
    counted.append(statements(ben, path))
    fill(cast, 10, 5)
    counted.append(statements(ben, path))
    assert len(set(counted)) == 1
    assert counted[0] <= 12


@pytest.mark.postgres
def test_each_queue_reads_its_own_index(cast: Cast) -> None:
    """With scans and sorts made dear, as they are in a full table: what is left is an index in the right order."""
    listing = Listing(cast.ana.pk, access.locations_for(cast.ana))
    indexes = {
        Queue.REPLY: "conversation_needs_reply",
        Queue.URGENT: "conversation_urgent",
        Queue.MINE: "conversation_mine",
        Queue.UNASSIGNED: "conversation_unassigned",
        Queue.ROBOT: "conversation_of_robot",
        Queue.OPEN: "conversation_open",
        Queue.SNOOZED: "conversation_snoozed",
        Queue.DONE: "conversation_done",
    }
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off; SET LOCAL enable_sort = off")
    asked = {queue: replace(listing, queue=queue) for queue in indexes}
    each = {queue: queues.first_of_each(asked[queue], None, 26) for queue in indexes}
    rows = {queue: queues._all_at_once(Conversation.objects.all(), asked[queue], None)[:26] for queue in indexes}
    plans = {queue: (rows[queue] if found is None else found).explain() for queue, found in each.items()}
    assert {queue: index for queue, index in indexes.items() if index not in plans[queue]} == {}
