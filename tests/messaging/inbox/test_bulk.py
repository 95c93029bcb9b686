"""The same act on many conversations: who is changed, who is not, and that nobody else is."""

import uuid
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.contrib.messages import get_messages
from django.http import HttpResponse
from django.urls import reverse

from leads.enums import Role
from leads.models import LeadEvent
from messaging.enums import ConversationStatus
from messaging.inbox import bulk
from messaging.models import Conversation
from tests import factories
from tests.base import Cast, make_cast
from tests.messaging.desk import add_reader, as_user, converse

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def act(user: User, name: str, *rows: Conversation, **data: Any) -> HttpResponse:
    keys = [str(row.key) for row in rows]
    return as_user(user).post(reverse("inbox:conversation-bulk") + "?queue=open", {"act": name, "key": keys, **data})  # type: ignore[return-value]


def said(answer: HttpResponse) -> list[str]:
    return [str(message) for message in get_messages(answer.wsgi_request)]  # type: ignore[attr-defined]


@pytest.mark.parametrize(("name", "values", "words"), [
    ("done", {"status": "done"}, "1 conversation marked as done. 1 left as they were: done already."),
    ("unread", {"unread_count": 1}, "1 conversation marked as unread. 1 left as they were: unread already."),
    ("read", {"unread_count": 0}, "1 conversation marked as read. 1 left as they were: read already."),
    ("not_urgent", {"is_urgent": False},
     "1 conversation marked as not urgent. 1 left as they were: not urgent anyway."),
])  # fmt: skip
def test_each_act_says_how_many_it_changed(cast: Cast, name: str, values: dict[str, Any], words: str) -> None:
    before = {"unread_count": 2 if name == "read" else 0, "is_urgent": True, "status": "open"}
    rows = [converse(cast, **before), converse(cast, **{**before, **values}), converse(cast, **before)]
    answer = act(cast.ben, name, *rows[:2])
    assert (answer["Location"], said(answer)) == ("/inbox/?queue=open", [words])
    field, value = next(iter(values.items()))
    untouched = before[field]
    assert list(Conversation.objects.order_by("id").values_list(field, flat=True)) == [value, value, untouched]


def test_snoozed_until_the_place_opens_tomorrow(cast: Cast) -> None:
    rows = [converse(cast), converse(cast, status=ConversationStatus.DONE)]
    assert said(act(cast.ben, "snooze", *rows)) == [
        "1 conversation snoozed until the next opening. 1 left as they were: done already."
    ]
    rows[0].refresh_from_db()
    assert rows[0].status == ConversationStatus.SNOOZED
    assert rows[0].snoozed_until is not None
    assert rows[0].snoozed_until.astimezone(cast.a_location.zone).hour == 8


def test_given_to_a_colleague_and_to_nobody(cast: Cast) -> None:
    rows = [converse(cast), converse(cast, assignee=cast.ana)]
    assert said(act(cast.ben, "assign", *rows, to=str(cast.ana.pk))) == [
        "1 conversation assigned. 1 left as they were: theirs already, or at a location where they do not work."
    ]
    assert set(Conversation.objects.values_list("assignee", flat=True)) == {cast.ana.pk}
    act(cast.ben, "assign", *rows, to="nobody")
    assert set(Conversation.objects.values_list("assignee", flat=True)) == {None}


@pytest.mark.parametrize("to", ["", "x", "cleo", "rita", "0"])
def test_nobody_gets_what_is_none_of_theirs(cast: Cast, to: str) -> None:
    rita = add_reader(cast)
    row = converse(cast)
    typed = {"cleo": str(cast.cleo.pk), "rita": str(rita.pk)}.get(to, to)
    assert said(act(cast.ben, "assign", row, to=typed)) == ["Choose whom to assign them to."]
    row.refresh_from_db()
    assert (row.assignee, LeadEvent.objects.count()) == (None, 0)


def test_what_belongs_to_others_is_as_if_it_were_not_there(cast: Cast) -> None:
    theirs = factories.make_conversation(factories.make_lead(cast.b), cast.b_number)
    mine = converse(cast)
    data = {"act": "done", "key": [str(theirs.key), str(mine.key), str(uuid.uuid4()), "forged", ""]}
    answer = as_user(cast.ben).post(reverse("inbox:conversation-bulk"), data)
    assert said(answer) == ["1 conversation marked as done."]  # type: ignore[arg-type]
    assert list(Conversation.objects.filter(status="done")) == [mine]


def test_what_may_only_be_read_stays(cast: Cast) -> None:
    """A reader at A who works the desk at B."""
    rita = add_reader(cast)
    factories.make_member(cast.b, rita, Role.FRONT_DESK)
    theirs = factories.make_conversation(factories.make_lead(cast.b), cast.b_number)
    rows = [converse(cast), theirs]
    assert said(act(rita, "done", *rows)) == ["1 conversation marked as done. 1 you may read but not change."]
    assert list(Conversation.objects.filter(status="done")) == [theirs]


def test_readers_change_nothing(cast: Cast) -> None:
    row = converse(cast)
    assert act(add_reader(cast), "done", row).status_code == 403
    row.refresh_from_db()
    assert row.status == ConversationStatus.OPEN


def test_nothing_chosen_and_too_much_chosen(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bulk, "ACTED_ON_AT_MOST", 1)
    rows = [converse(cast), converse(cast)]
    assert said(act(cast.ben, "done")) == ["Choose conversations first."]
    assert said(act(cast.ben, "done", *rows)) == ["Choose at most 1 at once."]
    assert act(cast.ben, "explode", rows[0]).status_code == 302
    assert set(Conversation.objects.values_list("status", flat=True)) == {"open"}


def test_everything_on_a_page_can_be_chosen_without_a_script(cast: Cast) -> None:
    row = converse(cast)
    page = as_user(cast.ben).get("/inbox/?queue=open&chosen=all").content.decode()
    box = f'<input type="checkbox" form="bulk" name="key" value="{row.key}" checked>'
    assert box in page
