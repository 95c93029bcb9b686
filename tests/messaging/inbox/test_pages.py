"""What waits, what was said, and what a conversation goes through."""

import importlib
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import clear_url_caches, reverse

from leads import events
from leads.models import CallbackTask
from messaging import access
from messaging.enums import ConversationStatus, Direction, Handler, MessageKind
from messaging.inbox import acts, queues, timeline
from messaging.models import Conversation, MessageMedia, Note
from recoverline import urls
from tests import factories
from tests.base import Cast, make_cast
from tests.factories import NOON
from tests.messaging.desk import add_reader, as_user, converse, kinds_of_events, url

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Cast:
    return make_cast()


@pytest.fixture
def simulator(settings: Any) -> Iterator[None]:
    """The addresses of an installation where the caller simulator is on."""
    settings.SIMULATOR = True
    _load_addresses()
    yield
    settings.SIMULATOR = False
    _load_addresses()


def _load_addresses() -> None:
    importlib.reload(urls)
    clear_url_caches()


@pytest.fixture
def rita(cast: Cast) -> User:
    return add_reader(cast)


# ---------------------------------------------------------------- lists
def count_queries(client: Client, path: str) -> int:
    with CaptureQueriesContext(connection) as queries:
        assert client.get(path).status_code == 200
    return len(queries)


def fill(cast: Cast, count: int) -> Conversation:
    """`count` conversations; the first has as much in it of everything."""
    conversations = [converse(cast, needs_reply=True, assignee=cast.ben) for _ in range(count)]
    first = conversations[0]
    for _ in range(count):
        text = factories.make_message(first, author=cast.ana)
        MessageMedia.objects.create(message=text, position=0, url="https://example.com/1")
        factories.make_call(cast.a_number, conversation=first, rule=factories.make_rule(cast.a))
        Note.objects.create(business=cast.a, conversation=first, author=cast.ben, body="Known", created_at=NOON)
        events.record("lead.changed", business=cast.a, lead=first.lead, at=NOON, text="Changed", actor=cast.ana)
        factories.make_task(cast.a_location, lead=first.lead)
    return first


def test_a_thread_asks_the_same_questions_however_much_there_is(cast: Cast) -> None:
    ana = as_user(cast.ana)
    counted = [count_queries(ana, url("show", fill(cast, count))) for count in (1, 3)]
    assert counted[0] == counted[1]


@pytest.mark.parametrize(
    ("asked", "heading"),
    [
        ("queue=reply", "Everybody has an answer."),
        ("queue=urgent", "Nothing urgent."),
        ("queue=mine", "Nothing is yours."),
        ("queue=unassigned", "Nothing is left over."),
        ("queue=mentions", "Nobody has mentioned you."),
        ("queue=snoozed", "Nothing is snoozed."),
        ("queue=done", "Nothing is done yet."),
        ("queue=open&before=0,,1", "Nothing further."),
        ("q=zzz", "Nothing found."),
        ("queue=nonsense", "Everybody has an answer."),
    ],
)
def test_empty_queues_say_what_to_do_next(cast: Cast, asked: str, heading: str) -> None:
    converse(cast, last_at=NOON + timedelta(minutes=1))
    before = "&before=0,2026-06-17T18:00:00%2B00:00,1" if "before" in asked else ""
    page = as_user(cast.ana).get(f"/inbox/?{asked.split('&before')[0]}{before}").content.decode()
    assert f"<h2>{heading}</h2>" in page


def test_a_new_inbox_leads_to_the_simulator(cast: Cast, simulator: None) -> None:
    page = as_user(cast.ana).get("/inbox/").content.decode()
    assert "<h2>No missed calls yet.</h2>" in page
    assert '<a class="button" href="/simulator/">Simulate one</a>' in page
    assert "nothing is really sent" in page


def test_where_there_is_no_simulator_nothing_leads_there(cast: Cast) -> None:
    page = as_user(cast.ana).get("/inbox/").content.decode()
    assert "<h2>No missed calls yet.</h2>" in page
    assert ("/simulator/" in page, "nothing is really sent" in page) == (False, False)


def test_rows_show_the_number_of_whoever_has_no_name(cast: Cast) -> None:
    converse(cast, lead={"name": "", "phone": "+12125550123"}, needs_reply=True)
    assert '<bdi class="row-name">(212) 555-0123</bdi>' in as_user(cast.ana).get("/inbox/").content.decode()


def test_rows_mark_those_who_opted_out(cast: Cast) -> None:
    gone, back, _ = (converse(cast, lead={"name": name}) for name in ("gone", "back", "never"))
    factories.make_opt_out(cast.a, phone=gone.lead.phone)
    factories.make_opt_out(cast.a, phone=back.lead.phone, revoked_at=NOON)
    factories.make_opt_out(cast.b, phone=back.lead.phone)
    rows = as_user(cast.ana).get("/inbox/?queue=open").context["page"].rows
    assert {row.lead.name: row.is_opted_out for row in rows} == {
        "gone": True,
        "back": False,
        "never": False,
    }


# ---------------------------------------------------------------- one conversation


def test_a_long_timeline_begins_with_its_end(cast: Cast) -> None:
    conversation = converse(cast)
    for minute in range(4):
        factories.make_message(conversation, f"text {minute}", created_at=NOON + timedelta(minutes=minute))
    short = timeline.timeline_of(conversation, size=3)
    assert ([str(entry.row) for entry in short.entries], short.has_earlier) == (
        ["To the customer: text 1", "To the customer: text 2", "To the customer: text 3"],
        True,
    )
    assert len(timeline.timeline_of(conversation, size=None).entries) == 4


def test_why_a_caller_got_no_text_stands_at_the_call(cast: Cast) -> None:
    trace = [
        {"kind": "rule", "id": 1, "name": "At night", "matched": False, "because": "it was open, not closed"},
        {"kind": "rule", "id": None, "name": "Default", "matched": True, "because": ""},
        {"kind": "guard", "id": None, "name": "landline", "matched": True, "because": "the number is a landline"},
    ]
    conversation = converse(cast)
    factories.make_call(cast.a_number, conversation=conversation, trace=trace, outcome="no_text", decision="landline")
    page = " ".join(as_user(cast.ana).get(url("show", conversation)).content.decode().split())
    sentence = "This caller did not get a text: the number is a landline."
    assert f'<summary>Why no text</summary> <p class="hint">{sentence}</p>' in page
    assert "<strong>At night</strong> did not apply: it was open, not closed" in page
    assert "<strong>No text:</strong> the number is a landline" in page


def test_customers_cannot_inject_markup(cast: Cast) -> None:
    evil = '<script>alert(1)</script><img src=x onerror="alert(2)">'
    conversation = converse(cast, lead={"name": evil}, last_preview=evil, needs_reply=True)
    factories.make_message(conversation, evil, direction=Direction.IN, kind=MessageKind.INBOUND)
    factories.make_call(cast.a_number, conversation=conversation, transcript=evil)
    factories.make_task(cast.a_location, lead=conversation.lead, detail=evil)
    ana = as_user(cast.ana)
    for path in ("/inbox/", url("show", conversation), reverse("inbox:callback-list")):
        page = ana.get(path).content.decode()
        assert (page.count("<script>"), page.count("<img src=x")) == (0, 0)
        assert "&lt;script&gt;alert(1)" in page


# ---------------------------------------------------------------- acts
def test_taking_over_silences_the_robot_and_answers_nothing(cast: Cast) -> None:
    conversation = converse(cast, needs_reply=True)
    as_user(cast.ben).post(url("take-over", conversation))
    conversation.refresh_from_db()
    assert (conversation.handler, conversation.assignee, conversation.needs_reply) == (Handler.PERSON, cast.ben, True)
    assert acts.take_over(conversation, by=cast.ana, now=NOON) is False
    conversation.refresh_from_db()
    assert conversation.assignee == cast.ben
    assert kinds_of_events(conversation) == ["conversation.taken_over"]


def test_resuming_lets_the_robot_answer_again(cast: Cast) -> None:
    conversation = converse(cast, automation_paused=True, pause_reason="May be a STOP", handler=Handler.PERSON)
    as_user(cast.ben).post(url("resume", conversation))
    conversation.refresh_from_db()
    assert (conversation.automation_paused, conversation.pause_reason, conversation.handler) == (
        False,
        "",
        Handler.ROBOT,
    )
    assert acts.resume_automation(conversation, by=cast.ben, now=NOON) is False
    assert kinds_of_events(conversation) == ["automation.resumed"]


def test_not_urgent_is_said_once(cast: Cast) -> None:
    conversation = converse(cast, is_urgent=True)
    for _ in range(2):
        as_user(cast.ben).post(url("not-urgent", conversation))
    conversation.refresh_from_db()
    assert conversation.is_urgent is False
    assert kinds_of_events(conversation) == ["urgency.cleared"]


def test_done_and_open_again(cast: Cast) -> None:
    conversation = converse(cast, needs_reply=True, unread_count=1)
    ana = as_user(cast.ana)
    for _ in range(2):
        assert ana.post(url("close", conversation))["Location"] == "/inbox/?queue=reply"
    conversation.refresh_from_db()
    assert (conversation.status, conversation.needs_reply, conversation.unread_count) == ("done", False, 0)
    assert conversation.closed_at is not None
    ana.post(url("reopen", conversation))
    conversation.refresh_from_db()
    assert (conversation.status, conversation.closed_at) == ("open", None)
    assert kinds_of_events(conversation) == ["conversation.closed", "conversation.reopened"]


def test_only_one_conversation_with_a_person_is_open(cast: Cast) -> None:
    old = converse(cast, status=ConversationStatus.DONE)
    factories.make_conversation(old.lead, cast.a_number)
    page = as_user(cast.ana).post(url("reopen", old), follow=True).content.decode()
    assert "This person has an open conversation already." in page
    old.refresh_from_db()
    assert old.status == ConversationStatus.DONE


# ---------------------------------------------------------------- call-backs
def test_callbacks_stand_in_the_order_in_which_they_are_due(cast: Cast) -> None:
    conversation = converse(cast)
    later = factories.make_task(cast.a_location, due_at=NOON + timedelta(hours=1))
    sooner = factories.make_task(cast.a_location, lead=conversation.lead, due_at=NOON)
    factories.make_task(cast.a_location, done_at=NOON)
    tasks = queues.open_tasks(access.tasks_for(cast.ana))
    assert [(task.pk, task.conversation_key) for task in tasks] == [  # type: ignore[attr-defined]
        (sooner.pk, conversation.key),
        (later.pk, None),
    ]
    assert as_user(cast.ana).get("/inbox/").context["counts"]["callbacks"] == "2"


def test_a_callback_is_done_once(cast: Cast) -> None:
    task = factories.make_task(cast.a_location)
    path = reverse("inbox:callback-finish", args=[task.key])
    assert as_user(cast.ben).post(path)["Location"] == reverse("inbox:callback-list")
    page = as_user(cast.ana).post(path, follow=True).content.decode()
    assert "Somebody has already done this call-back." in page
    task.refresh_from_db()
    assert task.done_by == cast.ben


def test_callbacks_of_others_stay(cast: Cast, rita: User) -> None:
    task = factories.make_task(cast.a_location)
    path = reverse("inbox:callback-finish", args=[task.key])
    assert (as_user(rita).post(path).status_code, as_user(cast.cleo).post(path).status_code) == (403, 404)
    assert CallbackTask.objects.filter(done_at=None).count() == 1
    assert path not in as_user(rita).get(reverse("inbox:callback-list")).content.decode()
