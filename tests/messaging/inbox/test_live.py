"""The poll: nothing when nothing is new, else exactly the regions that are; and never a change by asking."""

import json
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from leads.models import Preferences
from messaging.enums import Direction, Handler, MessageKind, MessageStatus
from messaging.inbox import acts, live, live_views, presence
from messaging.models import Conversation, Mention, Message, Note
from recoverline.lib import clock
from tests import factories
from tests.base import Cast, make_cast
from tests.leads.canaries import snapshot
from tests.messaging.desk import as_user, converse, url

pytestmark = pytest.mark.django_db

POLL = "/inbox/poll/"
INBOUND = {"direction": Direction.IN, "kind": MessageKind.INBOUND, "status": MessageStatus.RECEIVED}


@pytest.fixture
def cast() -> Cast:
    return make_cast()


class Tab:
    """A page that is open in somebody's browser."""

    def __init__(self, client: Client, conversation: Conversation | None = None, **asked: str) -> None:
        self.client = client
        self.asked = {"queue": "open", **asked} | ({"open": str(conversation.key)} if conversation else {})
        self.cursor = ""

    def news(self) -> dict[str, Any]:
        answer = self.client.get(POLL, {**self.asked, "since": self.cursor})
        assert answer["Cache-Control"] == "no-store"
        if answer.status_code == 204:
            assert answer.content == b""
            return {}
        assert answer.status_code == 200
        told: dict[str, Any] = json.loads(answer.content)
        self.cursor = told["cursor"]
        return told

    def regions(self) -> set[str]:
        return {name.removeprefix("region-") for name in self.news().get("regions", {})}


ALL = {"queues", "list", "banner", "head", "timeline", "panel"}


def test_a_page_waits_while_another_one_is_answered_and_misses_nothing(cast: Cast) -> None:
    """Open pages must never take all threads of a process: carriers wait for the others."""
    conversation = converse(cast, last_at=clock.now())
    tab = Tab(as_user(cast.ana), conversation)
    with live_views._drawing:
        assert tab.news() == {}
        assert as_user(cast.ana).get("/inbox/").status_code == 200  # whoever opens a page is not put off
    assert tab.regions() == ALL
    assert tab.regions() == set()


def test_who_knows_nothing_gets_everything_and_then_nothing(cast: Cast) -> None:
    conversation = converse(cast, last_at=clock.now())
    tab = Tab(as_user(cast.ana), conversation)
    first = tab.news()
    assert {name.removeprefix("region-") for name in first["regions"]} == ALL
    assert (first["title"], first["newest"], first["alerts"], first["gone"]) == ("Dana · Recoverline", 0, [], False)
    assert tab.news() == {}


def test_a_page_that_was_just_drawn_has_nothing_to_ask_for(cast: Cast) -> None:
    conversation, ana = converse(cast, last_at=clock.now(), needs_reply=True), as_user(cast.ana)
    for path, shown in (("/inbox/?queue=open", None), (f"{url('show', conversation)}?queue=open", conversation)):
        page = ana.get(path).content.decode()
        tab = Tab(ana, shown)
        tab.cursor = page.partition('data-cursor="')[2].partition('"')[0]
        assert tab.news() == {}


def test_only_what_changed_is_drawn(cast: Cast) -> None:
    now = clock.now()
    conversation = converse(cast, last_at=now, handler=Handler.PERSON)
    text = factories.make_message(conversation, created_at=now, status=MessageStatus.QUEUED)
    tab = Tab(as_user(cast.ana), conversation)
    tab.news()
    here = Conversation.objects.filter(pk=conversation.pk)

    Message.objects.filter(pk=text.pk).update(status=MessageStatus.DELIVERED)
    assert tab.regions() == {"timeline"}
    factories.make_message(conversation, "Hello?", created_at=now, **INBOUND)
    news = tab.news()
    assert (set(news["regions"]), news["newest"]) == ({"region-timeline"}, Message.objects.latest("pk").pk)
    Note.objects.create(business=cast.a, conversation=conversation, author=cast.ben, body="Mine", created_at=now)
    assert tab.regions() == {"timeline", "panel"}
    presence.mark(conversation, cast.ben, presence.state_of("composing"), now=now)
    assert tab.regions() == {"head"}
    here.update(last_preview="Something else")
    assert tab.regions() == {"list"}
    acts.take_what_nobody_has(conversation, by=cast.ben, now=now)
    assert "head" in tab.regions()
    factories.make_task(cast.a_location, lead=conversation.lead)
    assert {"timeline", "panel"} <= tab.regions()
    assert tab.news() == {}


def test_someone_elses_conversation_changes_the_list_alone(cast: Cast) -> None:
    conversation, tab = converse(cast, last_at=clock.now()), None
    tab = Tab(as_user(cast.ana), conversation)
    tab.news()
    converse(cast, lead={"name": "Nina"}, last_at=clock.now(), needs_reply=True, handler=Handler.PERSON)
    news = tab.news()
    assert {name.removeprefix("region-") for name in news["regions"]} == {"queues", "list"}
    assert news["title"] == "(1) Dana · Recoverline"


@pytest.mark.parametrize(
    "cursor", ["x", "list-", "list-zzzzzzzzzzzz", "'; DROP TABLE", "queues-000000000000." * 200, "\x00"]
)
def test_a_forged_cursor_is_one_that_knows_nothing(cast: Cast, cursor: str) -> None:
    tab = Tab(as_user(cast.ana))
    tab.cursor = cursor
    assert tab.regions() == {"queues", "list", "banner"}


@pytest.mark.parametrize("key", ["not-a-key", "0b0f7f6e-0000-4000-8000-000000000000", "theirs"])
def test_what_one_may_not_see_is_gone(cast: Cast, key: str) -> None:
    theirs = factories.make_conversation(factories.make_lead(cast.b, name="Secret"), cast.b_number)
    told = as_user(cast.ana).get(POLL, {"open": str(theirs.key) if key == "theirs" else key})
    assert (told.json()["gone"], set(told.json()["regions"])) == (
        True, {"region-queues", "region-list", "region-banner"},
    )  # fmt: skip
    assert b"Secret" not in told.content


def test_asking_changes_nothing(cast: Cast) -> None:
    conversation = converse(cast, last_at=clock.now(), unread_count=2)
    before = snapshot(), Conversation.objects.values().get()
    ana = as_user(cast.ana)
    assert ana.get(POLL, {"open": str(conversation.key)}).status_code == 200
    assert ana.head(POLL).status_code == 200
    assert ana.post(POLL).status_code == 405
    assert ana.get(url("show", conversation)).status_code == 200
    assert (snapshot(), Conversation.objects.values().get()) == before


def test_whoever_is_signed_out_is_told_so_and_not_redirected(cast: Cast) -> None:
    answer = Client().get(POLL)
    assert (answer.status_code, answer.json()["sign_in"]) == (401, "/accounts/login/")
    assert answer["Cache-Control"] == "no-store"


def test_it_asks_the_same_few_questions_however_much_there_is(cast: Cast) -> None:
    conversation = converse(cast, last_at=clock.now())
    factories.make_message(conversation, created_at=clock.now())
    client = as_user(cast.ana)
    tab = Tab(client, conversation)
    tab.news()

    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert tab.news() == {}
        return len(queries)

    few = asked()
    for at in range(30):
        other = converse(cast, lead={"name": f"N{at}"}, last_at=clock.now() - timedelta(minutes=at), needs_reply=True)
        factories.make_message(other, created_at=clock.now())
        factories.make_message(conversation, created_at=clock.now())
    tab.news()
    assert asked() == few <= 10


# ---------------------------------------------------------------- what a desktop shows
def alerts(tab: Tab) -> list[tuple[str, str, str]]:
    return [(alert["kind"], alert["title"], alert["text"]) for alert in tab.news().get("alerts", [])]


def test_a_desktop_hears_of_what_began_just_now_and_of_what_is_mine(cast: Cast) -> None:
    now = clock.now()

    def wait(name: str, minutes: int = 1, due: int = 15, **values: Any) -> Conversation:
        since = now - timedelta(minutes=minutes)
        times = {"waiting_since": since, "reply_due_at": since + timedelta(minutes=due), "last_at": since}
        values = {"handler": Handler.PERSON, "last_preview": f"{name} says " + "x" * 100, **times, **values}
        return converse(cast, lead={"name": name}, needs_reply=True, **values)

    wait("Urgent", is_urgent=True)
    wait("Old urgent", minutes=60, due=600, is_urgent=True)
    wait("Late", minutes=16)
    wait("Late long ago", minutes=60)
    wait("Anybody's")
    wait("Mine", assignee=cast.ben)
    wait("Robot's", handler=Handler.ROBOT, turn_due_at=now)
    ben, text = as_user(cast.ben), "says " + "x" * 100
    assert alerts(Tab(ben)) == []  # this tab may not show any
    told = alerts(Tab(ben, alerts="1"))
    assert sorted(told) == [
        ("overdue", "Waits too long: Late", f"Late {text}"[:80]),
        ("urgent", "Urgent: Urgent", f"Urgent {text}"[:80]),
        ("waits", "New text: Mine", f"Mine {text}"[:80]),
    ]
    off = {"desktop_urgent": False, "desktop_overdue": False, "desktop_mine": False, "desktop_all": False}
    preferences = Preferences.objects.create(user=cast.ben, **off)
    assert alerts(Tab(ben, alerts="1")) == []
    preferences.desktop_all = True
    preferences.save()
    assert sorted(title for _, title, _ in alerts(Tab(ben, alerts="1"))) == [
        "New text: Anybody's",
        "New text: Mine",
        "New text: Urgent",
    ]


def test_an_alert_keeps_its_key_and_comes_once_with_each_cursor(cast: Cast) -> None:
    conversation = converse(cast, assignee=cast.ben, last_at=clock.now())
    note = Note.objects.create(
        business=cast.a, conversation=conversation, author=cast.ana, body="@ben", created_at=clock.now()
    )
    tab = Tab(as_user(cast.ben), alerts="1")
    assert [alert["key"] for alert in tab.news()["alerts"]] == [f"assigned:{conversation.key}"]
    assert tab.news() == {}
    mention = Mention.objects.create(note=note, user=cast.ben)
    assert [alert["key"] for alert in tab.news()["alerts"]] == [f"mention:{mention.pk}"]
    presence.see_mentions(conversation, cast.ben, now=clock.now())
    assert [alert["key"] for alert in tab.news()["alerts"]] == [f"assigned:{conversation.key}"]


def test_digests_of_the_same_are_the_same() -> None:
    assert live.digest_of([1, "a"]) == live.digest_of([1, "a"]) != live.digest_of([1, "b"])
    assert live.changed({"list": live.digest_of(1)}, live.write_cursor({"list": live.digest_of(1)})) == []
