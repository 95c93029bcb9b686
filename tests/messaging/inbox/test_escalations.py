"""What cannot wait, in the inbox: the banner, the state in its conversation, and who is faster."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from leads.enums import Role
from leads.models import Membership
from messaging.inbox import escalations
from messaging.models import Conversation, Escalation
from recoverline.lib import clock
from tests import factories
from tests.base import Cast, make_cast
from tests.factories import NOON
from tests.messaging.alarms import make_escalation, make_notice, step_for
from tests.messaging.desk import add_reader, as_user, converse, kinds_of_events, url

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast(monkeypatch: pytest.MonkeyPatch) -> Cast:
    monkeypatch.setattr(clock, "now", lambda: NOON + timedelta(minutes=4))
    return make_cast()


def member(user: User) -> Membership:
    return Membership.objects.get(user=user)


def acting(name: str, row: Escalation) -> str:
    return reverse(f"inbox:escalation-{name}", args=[row.key])


def banner(user: User, address: str = "/inbox/") -> escalations.Banner:
    found = as_user(user).get(address).context["banner"]
    assert isinstance(found, escalations.Banner)
    return found


def poll(user: User, since: str = "", **query: Any) -> Any:
    return as_user(user).get(reverse("inbox:poll"), {"since": since, **query})


# ---------------------------------------------------------------- the banner
def test_every_page_says_that_nobody_has_it(cast: Cast) -> None:
    conversation, other = converse(cast, is_urgent=True), converse(cast, lead={"name": "Kim"})
    make_escalation(conversation, member(cast.ben))
    for address in ("/inbox/", "/inbox/callbacks/", url("show", other)):
        page = as_user(cast.ana).get(address).content.decode()
        words = " ".join(page.partition('id="region-banner"')[2].partition("</section>")[0].split())
        assert "Nobody has it yet:</strong> <bdi>Dana</bdi>," in words
        assert 'Gas smell</span>, <span class="escalation-since">4 min</span>' in words
        assert "Take it" in words
    # In its own conversation the head says the same, and more.
    page = as_user(cast.ana).get(url("show", conversation)).content.decode()
    assert page.partition('id="region-banner"')[2].partition("</section>")[0].count("Dana") == 0
    assert 'id="escalation-state"' in page


def test_the_worst_comes_first_and_what_is_over_not_at_all(cast: Cast) -> None:
    conversations = [converse(cast, lead={"name": name}) for name in ("Al", "Bo", "Cy", "Di", "Ed")]
    ben = member(cast.ben)
    make_escalation(conversations[0], ben, status="acknowledged", acknowledged_by=ben, acknowledged_at=NOON)
    make_escalation(conversations[1], ben, kind="urgent")
    make_escalation(conversations[2], ben)
    make_escalation(conversations[3], ben, kind="urgent", exhausted_at=NOON)
    make_escalation(conversations[4], ben, status="closed", closed_at=NOON)
    found = banner(cast.ana)
    assert [(line.who, line.tone) for line in found.lines] == [("Cy", "open"), ("Di", "loud"), ("Bo", "open")]
    assert found.more == 1


def test_nobody_was_reached_is_loud_and_says_whom_to_call(cast: Cast) -> None:
    conversation = converse(cast)
    make_escalation(conversation, member(cast.ben), exhausted_at=NOON)
    page = as_user(cast.ana).get("/inbox/").content.decode()
    assert "Nobody was reached. Call <bdi>Dana</bdi> now:" in page
    assert f'href="tel:{conversation.lead.phone}"' in page


def test_without_anybody_to_ask_it_is_open_and_not_loud(cast: Cast) -> None:
    make_escalation(converse(cast), exhausted_at=NOON)
    assert [line.tone for line in banner(cast.ana).lines] == ["open"]


def test_what_somebody_has_is_quieter(cast: Cast) -> None:
    ben = member(cast.ben)
    make_escalation(converse(cast), ben, status="acknowledged", acknowledged_by=ben, acknowledged_at=NOON)
    assert [(line.tone, line.held, line.is_mine) for line in banner(cast.ana).lines] == [("taken", "ben", False)]
    assert [line.is_mine for line in banner(cast.ben).lines] == [True]
    assert "Take it" not in as_user(cast.ana).get("/inbox/").content.decode()


def test_strangers_and_other_locations_see_no_banner(cast: Cast) -> None:
    make_escalation(converse(cast), member(cast.ben))
    far = factories.make_member(cast.a, factories.make_user("dee"), Role.FRONT_DESK)
    far.locations.add(factories.make_location(cast.a, "Far"))
    assert [banner(user).lines for user in (cast.cleo, far.user)] == [(), ()]
    assert banner(cast.ana, "/inbox/?location=far").lines != ()  # whatever the list is narrowed to


def test_readers_are_told_and_get_no_button(cast: Cast) -> None:
    row, rita = make_escalation(converse(cast), member(cast.ben)), add_reader(cast)
    page = as_user(rita).get("/inbox/").content.decode()
    assert ("Nobody has it yet" in page, "Take it" in page) == (True, False)
    for name in ("take", "pass-on", "close"):
        assert as_user(rita).post(acting(name, row)).status_code == 403
        assert as_user(cast.cleo).post(acting(name, row)).status_code == 404
        assert as_user(cast.ana).get(acting(name, row)).status_code == 405
    row.refresh_from_db()
    assert row.status == "open"


def test_a_row_of_the_list_says_who_has_it(cast: Cast) -> None:
    conversation, ben = converse(cast, is_urgent=True), member(cast.ben)
    row = make_escalation(conversation, ben)
    page = as_user(cast.ana).get("/inbox/?queue=urgent").content.decode()
    assert "Nobody has it yet" in page.partition('id="region-list"')[2]
    as_user(cast.ben).post(acting("take", row))
    page = as_user(cast.ana).get("/inbox/?queue=urgent").content.decode()
    assert "<bdi>ben</bdi> has it" in page.partition('id="region-list"')[2]


# ---------------------------------------------------------------- live
def test_it_appears_within_one_poll_and_goes_quietly(cast: Cast) -> None:
    conversation = converse(cast)
    first = poll(cast.ana).json()["cursor"]
    assert poll(cast.ana, first).status_code == 204
    row = make_escalation(conversation, member(cast.ben))
    news = poll(cast.ana, first).json()
    assert "Nobody has it yet" in news["regions"]["region-banner"]
    assert poll(cast.ana, news["cursor"]).status_code == 204
    as_user(cast.ben).post(acting("take", row))
    later = poll(cast.ana, news["cursor"]).json()
    assert "<bdi>ben</bdi> has it" in later["regions"]["region-banner"]
    as_user(cast.ben).post(acting("close", row))
    assert poll(cast.ana, later["cursor"]).json()["regions"]["region-banner"].strip() == ""


def test_an_open_conversation_follows_who_was_told(cast: Cast) -> None:
    conversation, ben = converse(cast), member(cast.ben)
    row = make_escalation(conversation, ben)
    first = poll(cast.ana, open=conversation.key).json()["cursor"]
    make_notice(row, ben, status="sent", sent_at=NOON)
    news = poll(cast.ana, first, open=conversation.key).json()["regions"]
    assert "ben by text: no answer yet" in news["region-head"]
    assert "region-timeline" not in news


def test_a_poll_asks_nothing_more_while_nothing_is_urgent_and_one_statement_while_something_is(cast: Cast) -> None:
    conversation, ben = converse(cast), member(cast.ben)
    client, address = as_user(cast.ana), reverse("inbox:poll")

    def statements() -> int:
        cursor = client.get(address).json()["cursor"]
        with CaptureQueriesContext(connection) as asked:
            assert client.get(address, {"since": cursor}).status_code == 204
        return len(asked)

    quiet = statements()
    make_escalation(conversation, ben)
    assert statements() == quiet + 1
    for name in ("Al", "Bo", "Cy", "Di"):
        make_escalation(converse(cast, lead={"name": name}), ben)
    assert statements() == quiet + 1


# ---------------------------------------------------------------- taking it
def test_whoever_takes_it_has_the_conversation(cast: Cast) -> None:
    conversation = converse(cast)
    row = make_escalation(conversation, member(cast.ben))
    answer = as_user(cast.ana).post(acting("take", row), follow=True)
    assert answer.redirect_chain[0][0] == url("show", conversation)
    assert "You have it. Nobody else is asked any more." in answer.content.decode()
    row.refresh_from_db()
    conversation.refresh_from_db()
    assert (row.status, row.acknowledged_by, row.acknowledged_via) == ("acknowledged", member(cast.ana), "inbox")
    assert (conversation.assignee, conversation.handler) == (cast.ana, "person")
    assert "escalation.acknowledged" in kinds_of_events(conversation)


def test_the_slower_one_is_told_who_was_faster(cast: Cast) -> None:
    row = make_escalation(converse(cast), member(cast.ben))
    as_user(cast.ben).post(acting("take", row))
    page = as_user(cast.ana).post(acting("take", row), follow=True).content.decode()
    assert "ben was faster and has it since 2:04 PM." in page
    again = as_user(cast.ben).post(acting("take", row), follow=True).content.decode()
    assert "You have it already." in again
    row.refresh_from_db()
    assert row.acknowledged_by == member(cast.ben)


def test_what_is_over_is_over_for_everybody(cast: Cast) -> None:
    row = make_escalation(converse(cast), member(cast.ben))
    assert "Closed. Nobody is asked" in as_user(cast.ana).post(acting("close", row), follow=True).content.decode()
    assert "It was closed already." in as_user(cast.ana).post(acting("close", row), follow=True).content.decode()
    assert "It is closed already." in as_user(cast.ben).post(acting("take", row), follow=True).content.decode()
    assert "It is closed already." in as_user(cast.ben).post(acting("pass-on", row), follow=True).content.decode()
    row.refresh_from_db()
    assert (row.status, row.closed_by) == ("closed", cast.ana)


def test_whoever_cannot_passes_it_on(cast: Cast) -> None:
    ana, ben = member(cast.ana), member(cast.ben)
    row = make_escalation(converse(cast), ben, ana)
    page = as_user(cast.ben).post(acting("pass-on", row), follow=True).content.decode()
    assert "Passed on. Whoever comes next is asked." in page
    row.refresh_from_db()
    assert [[each["member"] for each in step["people"]] for step in row.chain] == [[], [ana.pk]]
    as_user(cast.ana).post(acting("take", row))
    assert (
        "ana has it. Nothing was changed."
        in as_user(cast.ben).post(acting("pass-on", row), follow=True).content.decode()
    )


def test_a_superuser_of_no_team_cannot_have_it(cast: Cast) -> None:
    row = make_escalation(converse(cast), member(cast.ben))
    for name in ("take", "pass-on"):
        assert (
            "Only somebody of this business" in as_user(cast.root).post(acting(name, row), follow=True).content.decode()
        )
    row.refresh_from_db()
    assert row.status == "open"


def test_what_is_about_no_customer_leads_back_to_the_list(cast: Cast) -> None:
    row = make_escalation(converse(cast), member(cast.ben), conversation=None, lead=None, summary="No carrier")
    assert as_user(cast.ana).post(acting("take", row)).headers["Location"].startswith("/inbox/?")


# ---------------------------------------------------------------- in its conversation
def test_a_conversation_tells_who_was_told_when_by_what(cast: Cast) -> None:
    conversation, ben, ana = converse(cast), member(cast.ben), member(cast.ana)
    row = make_escalation(conversation, ben, ben, ana, next_at=NOON + timedelta(minutes=9), step=2, times=3)
    row.chain[1] = step_for(ben, channel="call")
    row.save()
    make_notice(row, ben, status="sent", sent_at=NOON)
    make_notice(row, ben, position=1, channel="call", status="not_sent", reason="No phone.", created_at=NOON)
    state = escalations.state_of(conversation, cast.ana)
    assert state is not None
    assert [told.words for told in state.told] == [
        "ben by text: no answer yet", "ben was not told by a call: no phone",
    ]  # fmt: skip
    assert (state.next, state.next_at) == ("a text to ana", NOON + timedelta(minutes=9))
    page = as_user(cast.ana).get(url("show", conversation)).content.decode()
    words = " ".join(page.partition('id="escalation-state"')[2].partition("</section>")[0].split())
    assert "raised 3 times" in words
    assert "Next: a text to ana at 2:09 PM." in words


def test_it_costs_two_statements_only_where_there_is_one(cast: Cast) -> None:
    conversation, ben = converse(cast), member(cast.ben)
    client = as_user(cast.ana)

    def statements() -> int:
        with CaptureQueriesContext(connection) as asked:
            client.get(url("show", conversation))
        return len(asked)

    statements()
    quiet = statements()
    row = make_escalation(conversation, ben)
    for position in range(3):
        make_notice(row, ben, position=position, status="sent")
    assert statements() == quiet + 3  # two here, and one for the banner


def test_the_timeline_tells_the_story(cast: Cast) -> None:
    conversation = converse(cast)
    row = make_escalation(conversation, member(cast.ben))
    as_user(cast.ben).post(acting("take", row))
    as_user(cast.ben).post(acting("close", row))
    page = as_user(cast.ana).get(url("show", conversation)).content.decode()
    log = page.partition('role="log"')[2]
    assert ("ben has it" in log, "Closed" in log) == (True, True)
    assert Conversation.objects.get().assignee == cast.ben
