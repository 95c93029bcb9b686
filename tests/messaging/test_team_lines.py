"""The lines on which the team itself is alerted are no customers: they stand in no list, count, search or page.

The line here is open, urgent and unanswered, as none ever is: whatever looks at states alone would show it.
"""

from typing import Any

import pytest
from django.db.models import Model
from django.urls import reverse

from leads import intake
from leads.models import Lead
from leads.preferences import preferences_of
from messaging import access, conversations
from messaging.enums import Direction, Handler, MessageKind, MessageStatus
from messaging.inbox import desktop, queues, search
from messaging.inbox.bulk import Act, act_on
from messaging.inbox.queues import COUNTED, Listing, Queue
from messaging.models import AgentTurn, Conversation, Message, Note
from recoverline.getting_started.facts import facts_of
from tests import factories
from tests.base import Cast, make_cast
from tests.factories import NOON
from tests.messaging.desk import as_user, converse, url

pytestmark = pytest.mark.django_db

SAID = "Zebra alert"


@pytest.fixture
def cast() -> Cast:
    return make_cast()


@pytest.fixture
def line(cast: Cast) -> Conversation:
    """An alert to Ben, who is no lead otherwise, and what he wrote back."""
    lead = factories.make_lead(cast.a, name="Ben Zebra", phone="+12125550177", is_team=True)
    row = factories.make_conversation(
        lead, cast.a_number, is_team=True, is_urgent=True, needs_reply=True, handler=Handler.PERSON,
        assignee=cast.ana, last_preview=SAID,
    )  # fmt: skip
    factories.make_message(row, SAID, kind=MessageKind.ALERT)
    factories.make_message(
        row, f"{SAID} mine", direction=Direction.IN, kind=MessageKind.INBOUND, status=MessageStatus.RECEIVED
    )
    return row


def _listing(cast: Cast, queue: Queue | None) -> Listing:
    return Listing(cast.ana.pk, access.locations_for(cast.ana), queue)


@pytest.mark.parametrize("queue", [None, *Queue])
def test_no_queue_has_it(cast: Cast, line: Conversation, queue: Queue | None) -> None:
    for status in ("open", "snoozed", "done"):
        for handler in Handler:
            Conversation.objects.filter(pk=line.pk).update(status=status, handler=handler)
            assert queues.rows_after(_listing(cast, queue), None, 5) == []
            assert queues.shown_after(_listing(cast, queue), None, 5) == []


def test_it_counts_nowhere(cast: Cast, line: Conversation) -> None:
    counts = queues.count_waiting(_listing(cast, Queue.REPLY))
    assert (set(counts.values()), len(counts)) == ({0}, len(COUNTED) + 2)


@pytest.mark.parametrize("asked", ["Zebra", "212 555 0177", "alert mine"])
def test_no_search_finds_it(cast: Cast, line: Conversation, asked: str) -> None:
    assert list(search.page_of(_listing(cast, None), search.clean(asked)).rows) == []


def test_no_access_leads_to_it(cast: Cast, line: Conversation) -> None:
    for user in (cast.ana, cast.root):
        assert not access.conversations_for(user).exists()
        assert not access.messages_for(user).exists()
    for page in ("show", "acts"):
        assert as_user(cast.ana).get(url(page, line)).status_code == 404
    assert as_user(cast.ana).post(url("take-over", line)).status_code == 404


def test_no_poll_opens_it(cast: Cast, line: Conversation) -> None:
    answer = as_user(cast.ana).get(reverse("inbox:poll"), {"open": str(line.key)}).json()
    assert (answer["gone"], answer["newest"]) == (True, 0)
    assert "Zebra" not in str(answer)


def test_no_desktop_shows_it(cast: Cast, line: Conversation) -> None:
    assert desktop.alerts_for(cast.ana, preferences_of(cast.ana), now=NOON) == []


def test_no_act_on_many_reaches_it(cast: Cast, line: Conversation) -> None:
    result = act_on(
        {line.key: NOON}, Act.DONE, by=cast.ana, locations=access.locations_for(cast.ana), now=NOON
    )  # fmt: skip
    assert (result.changed, result.refused) == (0, 0)
    line.refresh_from_db()
    assert line.status == "open"


def test_no_page_of_the_admin_lists_it(cast: Cast, line: Conversation) -> None:
    rows: list[tuple[str, Model]] = [
        ("leads_lead", line.lead),
        ("messaging_conversation", line),
        ("messaging_message", line.messages.all()[0]),
    ]
    for user in (cast.ana, cast.root):
        for name, row in rows:
            page = as_user(user).get(reverse(f"admin:{name}_changelist"))
            assert page.context["cl"].result_count == 0, name
            assert as_user(user).get(reverse(f"admin:{name}_change", args=[row.pk])).status_code == 302, name


def test_the_person_is_a_customer_of_their_own_apart_from_it(cast: Cast, line: Conversation) -> None:
    """Owners try their line with their own phone: that is an ordinary conversation, which knows nothing of alerts."""
    Conversation.objects.filter(pk=line.pk).update(status="done")  # as they are
    lead = intake.open_lead(cast.a, phone=line.lead.phone, at=NOON)
    assert lead.is_team
    theirs = conversations.open_conversation(lead, cast.a_number, now=NOON)
    assert (theirs.pk == line.pk, theirs.is_team, Lead.objects.get().is_team) == (False, False, False)
    page = as_user(cast.ana).get(url("show", theirs))
    assert (page.context["panel"].texts, page.context["panel"].others) == (0, [])
    assert SAID not in page.content.decode()
    found = as_user(cast.ana).get("/inbox/?q=Zebra").context["page"].rows
    assert [row.lead.name for row in found] == ["Ben Zebra"]


def test_first_steps_and_costs_count_no_alert(cast: Cast, line: Conversation) -> None:
    Message.objects.filter(conversation=line).update(error_code="30034", created_at=NOON)
    assert facts_of(cast.a, now=NOON).refused_at is None
    assert not AgentTurn.objects.filter(conversation__is_team=True).exists()
    assert not Note.objects.filter(conversation__is_team=True).exists()


def test_what_is_listed_costs_no_statement_more(
    cast: Cast, line: Conversation, django_assert_num_queries: Any, django_assert_max_num_queries: Any
) -> None:
    converse(cast, needs_reply=True)
    listing = _listing(cast, Queue.REPLY)
    with django_assert_max_num_queries(2):  # PostgreSQL asks for the ids first
        assert [row.lead.name for row in queues.rows_after(listing, None, 5)] == ["Dana"]
    with django_assert_num_queries(1):
        assert queues.count_waiting(listing)["reply"] == 1
