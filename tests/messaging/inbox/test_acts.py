"""What staff do with a conversation besides answering: each act once, one event, and a word for who comes second."""

import html
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.contrib.messages import get_messages
from django.http import HttpResponse

from leads import callbacks
from leads.enums import RequestStatus, Role, TaskReason
from leads.models import CallbackTask, LeadEvent, Preferences
from leads.outcomes import Outcome
from messaging import configuration
from messaging.enums import ConversationStatus, Handler
from messaging.inbox import acts, later
from messaging.models import Conversation
from recoverline.lib import clock
from tests import factories
from tests.base import Cast, make_cast
from tests.factories import NOON, make_hours, make_location, make_member, make_user
from tests.messaging.desk import add_reader, as_user, converse, kinds_of_events, url
from tests.messaging.threads import run_at_once

pytestmark = pytest.mark.django_db

DONE, SNOOZED, OPEN = ConversationStatus.DONE, ConversationStatus.SNOOZED, ConversationStatus.OPEN
LIST = "?queue=open"


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def said(response: HttpResponse) -> list[str]:
    """The notices that the next page will show, without their buttons."""
    notices = (str(message) for message in get_messages(response.wsgi_request))  # type: ignore[attr-defined]
    return [" ".join(html.unescape(re.sub(r"<[^>]+>", " ", notice)).split()) for notice in notices]


def state_of(conversation: Conversation, *fields: str) -> tuple[Any, ...]:
    conversation.refresh_from_db()
    return tuple(getattr(conversation, field) for field in fields)


# ---------------------------------------------------------------- assign
def assign(who: User, conversation: Conversation, to: object, seen: object = "") -> HttpResponse:
    return as_user(who).post(url("assign", conversation), {"to": to, "seen": seen})


def test_somebody_takes_it_and_gives_it_on(cast: Cast) -> None:
    conversation = converse(cast)
    assign(cast.ben, conversation, cast.ben.pk)
    assert state_of(conversation, "assignee") == (cast.ben,)
    assign(cast.ben, conversation, cast.ana.pk, seen=cast.ben.pk)
    assert state_of(conversation, "assignee") == (cast.ana,)
    assign(cast.ben, conversation, "", seen=cast.ana.pk)
    assert state_of(conversation, "assignee") == (None,)
    rows = LeadEvent.objects.filter(kind="conversation.assigned").order_by("id")
    assert [(row.text, row.data["user"]) for row in rows] == [
        ("Took it", cast.ben.pk),
        ("Assigned to ana", cast.ana.pk),
        ("Assigned to nobody", None),
    ]


def test_who_comes_second_is_told_who_has_it(cast: Cast) -> None:
    conversation = converse(cast, assignee=cast.ana)
    response = assign(cast.ben, conversation, cast.ben.pk)
    assert said(response) == ["ana has just taken it. Nothing was changed."]
    assert (state_of(conversation, "assignee"), kinds_of_events(conversation)) == ((cast.ana,), [])


def test_to_have_what_one_has_is_nothing_new(cast: Cast) -> None:
    conversation = converse(cast, assignee=cast.ben)
    assert (said(assign(cast.ben, conversation, cast.ben.pk)), kinds_of_events(conversation)) == ([], [])


def test_it_is_given_to_nobody_who_could_not_answer(cast: Cast) -> None:
    conversation, rita, dee = converse(cast), add_reader(cast), make_user("dee")
    make_member(cast.a, dee).locations.add(make_location(cast.a, "Far"))
    for outsider in (rita, dee, cast.cleo):
        response = assign(cast.ben, conversation, outsider.pk)
        assert said(response) == ["This person cannot answer here. Choose somebody else."]
    for forged in ("999999", "x", "1" * 30, "-1", "²"):
        assert assign(cast.ben, conversation, forged).status_code == 302
    assert (state_of(conversation, "assignee"), kinds_of_events(conversation)) == ((None,), [])


@pytest.mark.django_db(transaction=True)
def test_of_two_who_claim_at_once_one_has_it(cast: Cast) -> None:
    conversation = converse(cast)

    def claim(user: User) -> Callable[[], bool]:
        mine = Conversation.objects.select_related("business", "lead", "location").get(pk=conversation.pk)
        return lambda: acts.assign(mine, user, by=user, now=NOON)

    won = run_at_once([claim(cast.ana), claim(cast.ben)])
    assert sorted(won) == [False, True]
    assert state_of(conversation, "assignee") == (cast.ana if won[0] else cast.ben,)
    assert kinds_of_events(conversation) == ["conversation.assigned"]


# ---------------------------------------------------------------- each act once
ONCE = {
    "take-over": ({}, "conversation.taken_over", "A person already answers here."),
    "resume": ({"handler": Handler.PERSON}, "automation.resumed", "The robot already answers here."),
    "urgent": ({}, "urgency.set", "It is marked as urgent already."),
    "not-urgent": ({"is_urgent": True}, "urgency.cleared", "It is not marked as urgent."),
    "unsnooze": ({"status": SNOOZED, "snoozed_until": NOON}, "conversation.woken", "It is not snoozed any more."),
    "reopen": ({"status": DONE}, "conversation.reopened", "This person has an open conversation already."),
}


@pytest.mark.parametrize("name", ONCE)
def test_an_act_happens_once_and_says_so(cast: Cast, name: str) -> None:
    values, kind, otherwise = ONCE[name]
    conversation, ben = converse(cast, **values), as_user(cast.ben)
    first, second = (ben.post(url(name, conversation) + LIST) for _ in range(2))
    assert [(answer.status_code, answer["Location"]) for answer in (first, second)] == [
        (302, url("show", conversation) + LIST)
    ] * 2
    assert (said(first), said(second)) == ([], [otherwise])
    assert kinds_of_events(conversation) == [kind]


def test_unread_again_is_for_everybody(cast: Cast) -> None:
    conversation, ben = converse(cast), as_user(cast.ben)
    answers = [ben.post(url("unread", conversation) + LIST) for _ in range(2)]
    assert {answer["Location"] for answer in answers} == {"/inbox/" + LIST}
    assert state_of(conversation, "unread_count") == (1,)
    assert kinds_of_events(conversation) == ["conversation.marked_unread"]


# ---------------------------------------------------------------- snooze
# Fifteen hundred in New York, on a Wednesday.
AFTERNOON = datetime(2026, 6, 17, 19, 0, tzinfo=UTC)


def choices(cast: Cast, now: datetime) -> list[tuple[str, str, str]]:
    configuration._remembered.clear()
    found = later.snooze_choices(cast.a_location, now=now)
    return [(choice.value, choice.label, choice.words) for choice in found]


def test_moments_follow_the_hours_of_the_location(cast: Cast) -> None:
    make_hours(cast.a)
    assert choices(cast, AFTERNOON) == [
        ("later", "Later today", "Wed, Jun 17, 6:00 PM"),
        ("tomorrow", "Tomorrow morning", "Thu, Jun 18, 9:00 AM"),
        ("week", "Next week", "Mon, Jun 22, 9:00 AM"),
    ]
    cast.a_location.time_zone = "America/Los_Angeles"
    friday = AFTERNOON + timedelta(days=2)
    assert choices(cast, friday) == [
        ("later", "Later today", "Fri, Jun 19, 3:00 PM"),
        ("tomorrow", "Next opening", "Mon, Jun 22, 9:00 AM"),
    ]


def test_without_hours_a_morning_begins_at_eight(cast: Cast) -> None:
    assert [words for _, _, words in choices(cast, AFTERNOON)][1:] == ["Thu, Jun 18, 8:00 AM", "Mon, Jun 22, 8:00 AM"]


def test_snoozed_until_a_time_on_the_locations_clock(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: AFTERNOON)
    conversation = converse(cast, needs_reply=True)
    response = as_user(cast.ben).post(url("snooze", conversation) + LIST, {"when": "custom", "at": "2026-06-20T08:30"})
    assert state_of(conversation, "status", "snoozed_until", "needs_reply") == (
        SNOOZED,
        datetime(2026, 6, 20, 12, 30, tzinfo=UTC),
        True,
    )
    assert said(response) == ["Snoozed until Sat, Jun 20, 8:30 AM: Dana. Undo"]
    assert [(row.kind, row.text) for row in LeadEvent.objects.all()] == [
        ("conversation.snoozed", "Snoozed until Sat, Jun 20, 8:30 AM")
    ]


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        ({"when": "custom", "at": "2026-06-17T14:59"}, "That is over: there it is Wed, Jun 17, 3:00 PM now."),
        ({"when": "custom", "at": "2028-06-17T14:59"}, "Choose a day within the next year."),
        ({"when": "custom", "at": "soon"}, "Write a date and a time, such as 2026-11-23 08:00."),
        ({"when": "custom"}, "Choose the date and the time."),
        ({"when": "never"}, "Choose one of these."),
        ({}, "Choose when."),
    ],
)
def test_a_moment_that_will_not_do(
    cast: Cast, monkeypatch: pytest.MonkeyPatch, data: dict[str, str], problem: str
) -> None:
    monkeypatch.setattr(clock, "now", lambda: AFTERNOON)
    conversation = converse(cast)
    response = as_user(cast.ben).post(url("snooze", conversation), data)
    assert (response.status_code, problem in response.content.decode()) == (422, True)
    assert (state_of(conversation, "status"), kinds_of_events(conversation)) == ((OPEN,), [])


def test_what_is_done_is_not_snoozed(cast: Cast) -> None:
    conversation = converse(cast, status=DONE)
    response = as_user(cast.ben).post(url("snooze", conversation), {"when": "later"})
    assert said(response) == ["It is done already. Reopen it first."]
    assert (state_of(conversation, "status"), kinds_of_events(conversation)) == ((DONE,), [])


# ---------------------------------------------------------------- done
def test_done_goes_on_with_the_next_one(cast: Cast) -> None:
    first, second = (converse(cast, last_at=NOON - timedelta(minutes=age)) for age in (1, 2))
    ben = as_user(cast.ben)
    response = ben.post(url("close", first) + LIST)
    assert response["Location"] == url("show", second) + LIST
    assert said(response) == ["Done: Dana. It opens again if they write. Undo"]
    assert ben.post(url("close", second) + LIST)["Location"] == "/inbox/" + LIST
    assert {kind for row in (first, second) for kind in kinds_of_events(row)} == {"conversation.closed"}
    assert said(ben.post(url("close", second)))[-1] == "It was done already: Dana."


def test_done_goes_back_to_the_list_for_whoever_wants_that(cast: Cast) -> None:
    Preferences.objects.create(user=cast.ben, goes_on=False)
    first, _ = converse(cast), converse(cast)
    assert as_user(cast.ben).post(url("close", first) + LIST)["Location"] == "/inbox/" + LIST


def test_undo_is_a_button_that_opens_it_again(cast: Cast) -> None:
    conversation, ben = converse(cast), as_user(cast.ben)
    page = ben.post(url("close", conversation) + LIST, follow=True).content.decode()
    action = f'action="{url("reopen", conversation)}{LIST}"'
    assert page.count(action) == 1
    ben.post(url("reopen", conversation))
    assert state_of(conversation, "status", "closed_at") == (OPEN, None)


def end(who: User, conversation: Conversation, **data: str) -> HttpResponse:
    return as_user(who).post(url("end", conversation) + LIST, data)


def test_done_with_what_became_of_it(cast: Cast) -> None:
    conversation = converse(cast, needs_reply=True, unread_count=2, waiting_since=NOON, reply_due_at=NOON)
    response = end(cast.ben, conversation, outcome="won", value="1,250.00", lost_reason="price")
    assert said(response) == ["Done: Dana (Won, $1,250.00). It opens again if they write. Undo"]
    assert state_of(conversation, "status", "needs_reply", "unread_count", "waiting_since", "reply_due_at") == (
        DONE,
        False,
        0,
        None,
        None,
    )
    request = conversation.request
    assert request is not None
    assert (request.status, request.value_cents, request.lost_reason) == ("won", 125000, "")
    assert kinds_of_events(conversation) == ["request.won", "conversation.closed"]
    response = end(cast.ben, conversation, outcome="lost", lost_reason="price", value="5")
    assert (response["Location"], said(response)) == (
        url("show", conversation) + LIST,
        ["Written down: Lost, too expensive."],
    )
    assert kinds_of_events(conversation)[2:] == ["request.lost"]


@pytest.mark.parametrize(
    "data",
    [
        {"outcome": "won", "value": "lots"},
        {"outcome": "won", "value": "-5"},
        {"outcome": "lost"},
        {"outcome": "lost", "lost_reason": "moon"},
        {"outcome": "eaten"},
        {},
        {"outcome": "booked", "note": "x" * 201},
    ],
)
def test_an_outcome_that_says_nothing_is_refused(cast: Cast, data: dict[str, str]) -> None:
    conversation = converse(cast)
    assert end(cast.ben, conversation, **data).status_code == 422
    assert (state_of(conversation, "status", "request"), kinds_of_events(conversation)) == ((OPEN, None), [])


@pytest.mark.parametrize("status", [RequestStatus.SPAM, RequestStatus.WRONG_NUMBER])
def test_nobodys_customer_hears_no_more_of_the_robot(cast: Cast, status: RequestStatus) -> None:
    conversation = converse(cast, turn_due_at=NOON)
    acts.close(conversation, by=cast.ben, now=NOON, outcome=Outcome(status))
    assert state_of(conversation, "automation_paused", "handler", "turn_due_at", "pause_reason") == (
        True,
        Handler.PERSON,
        None,
        status.label,
    )


def test_nothing_to_write_down_is_just_done(cast: Cast) -> None:
    conversation = converse(cast)
    end(cast.ben, conversation, outcome="nothing", value="12", note="x")
    assert (state_of(conversation, "status", "request"), kinds_of_events(conversation)) == (
        (DONE, None),
        ["conversation.closed"],
    )


# ---------------------------------------------------------------- call-backs
def plan(who: User, conversation: Conversation, **data: object) -> HttpResponse:
    return as_user(who).post(f"/inbox/{conversation.key}/callbacks/", {"when": "hour", **data})


def test_a_call_back_is_planned_once(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: AFTERNOON)
    conversation = converse(cast)
    page = {"client_id": "1" * 32, "detail": "Ask for the gate code", "assignee": cast.ana.pk}
    answers = [plan(cast.ben, conversation, **page) for _ in range(2)]
    assert said(answers[0]) == ["Call back by Wed, Jun 17, 4:00 PM."]
    task = CallbackTask.objects.get()
    assert (task.due_at, task.detail, task.assignee, task.created_by, task.reason, task.location) == (
        AFTERNOON + timedelta(hours=1),
        "Ask for the gate code",
        cast.ana,
        cast.ben,
        TaskReason.STAFF,
        cast.a_location,
    )
    assert kinds_of_events(conversation) == ["task.created"]


def test_a_call_back_is_for_somebody_who_may(cast: Cast) -> None:
    conversation = converse(cast)
    assert plan(cast.ben, conversation, assignee=cast.cleo.pk).status_code == 422
    assert CallbackTask.objects.count() == 0


def made_task(cast: Cast, conversation: Conversation) -> CallbackTask:
    return factories.make_task(cast.a_location, lead=conversation.lead, due_at=AFTERNOON)


def test_nobody_picked_up(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: AFTERNOON)
    conversation, ben = converse(cast), as_user(cast.ben)
    task = made_task(cast, conversation)
    asked = ben.post(
        f"/inbox/callbacks/{task.key}/done/", {"result": "no_answer", "conversation": str(conversation.key)}
    )
    assert ben.get(asked["Location"]).status_code == 200
    answer = ben.post(asked["Location"], {"when": "quarter"})
    assert answer["Location"] == url("show", conversation)
    task.refresh_from_db()
    assert (task.due_at, task.done_at) == (AFTERNOON + timedelta(minutes=15), None)
    assert [(row.kind, row.text) for row in LeadEvent.objects.all()] == [
        ("task.tried", "Called, no answer. Again by Wed, Jun 17, 3:15 PM")
    ]


def test_another_time_and_other_hands(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: AFTERNOON)
    conversation, ben = converse(cast), as_user(cast.ben)
    task = made_task(cast, conversation)
    stale = CallbackTask.objects.select_related("location__business", "lead").get(pk=task.pk)
    answer = ben.post(f"/inbox/callbacks/{task.key}/", {"when": "hour", "assignee": cast.ana.pk})
    assert answer["Location"] == "/inbox/callbacks/"
    task.refresh_from_db()
    assert (task.due_at, task.assignee) == (AFTERNOON + timedelta(hours=1), cast.ana)
    assert not callbacks.change(stale, due_at=NOON, assignee=None, by=cast.ben, at=NOON)
    assert not callbacks.try_again(stale, due_at=NOON, by=cast.ben, at=NOON)
    assert callbacks.finish(task, by=cast.ben, at=NOON)
    assert said(ben.post(f"/inbox/callbacks/{task.key}/", {"when": "hour"})) == [
        "Somebody has changed or done this call-back meanwhile."
    ]
    assert [row.text for row in LeadEvent.objects.order_by("id")] == [
        "Call back by Wed, Jun 17, 4:00 PM, ana",
        "Called back",
    ]


def test_a_way_back_leads_to_nobody_elses_conversation(cast: Cast) -> None:
    theirs = factories.make_conversation(factories.make_lead(cast.b), cast.b_number)
    for named in (str(theirs.key), "https://example.com", "//x"):
        task = made_task(cast, converse(cast))
        answer = as_user(cast.ben).post(f"/inbox/callbacks/{task.key}/done/", {"conversation": named})
        assert answer["Location"] == "/inbox/callbacks/"


# ---------------------------------------------------------------- the page without a script
def test_everything_can_be_reached_without_a_script(cast: Cast) -> None:
    make_member(cast.a, make_user("maya"), Role.MANAGER)
    conversation = converse(cast, assignee=cast.ana)
    page = as_user(cast.ben).get(f"/inbox/{conversation.key}/acts/{LIST}").content.decode()
    targets = set(re.findall(rf'action="/inbox/{conversation.key}/(\w+)/\?queue=open"', page))
    assert targets == {"assign", "snooze", "outcome", "estimate", "callbacks", "block"}
    assert re.findall(r"<bdi>(\w+)</bdi>(?: \(you\))?<span class=\"has-it\">", page) == ["ben", "ana", "maya"]
