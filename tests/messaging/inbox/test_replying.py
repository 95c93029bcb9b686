"""Answering a customer from the inbox, not over what somebody else has just written; sending a failed text again."""

import uuid
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.urls import reverse

from leads.enums import Role
from messaging.enums import ConversationStatus, Direction, Handler, MessageKind, MessageStatus, Suppression
from messaging.inbox import replying
from messaging.models import Conversation, Message
from tests import factories
from tests.base import Cast, make_cast
from tests.factories import NOON
from tests.messaging.desk import add_reader, as_user, converse, draft, kinds_of_events, opt_out, url
from tests.messaging.threads import run_at_once
from tests.wire import Wire

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Cast:
    return make_cast()


@pytest.fixture
def rita(cast: Cast) -> User:
    return add_reader(cast)


# ---------------------------------------------------------------- answering
def sign_in_wire(wire: Wire, **values: Any) -> tuple[Conversation, User]:
    user = factories.make_user("ana")
    factories.make_member(wire.business, user, Role.FRONT_DESK)
    lead = factories.make_lead(wire.business, phone="+12125550123")
    values = {"needs_reply": True, "unread_count": 1, **values}
    return factories.make_conversation(lead, wire.number, **values), user


def test_a_reply_reaches_the_customer_and_takes_the_conversation(wire: Wire) -> None:
    conversation, ana = sign_in_wire(wire)
    response = as_user(ana).post(url("reply", conversation), draft("We’re on our way."))
    assert (response.status_code, response["Location"]) == (302, url("show", conversation))
    wire.deliver_due()
    assert wire.sent == [("+12125550123", "We're on our way.")]
    conversation.refresh_from_db()
    assert (conversation.handler, conversation.assignee, conversation.needs_reply, conversation.unread_count) == (
        Handler.PERSON,
        ana,
        False,
        0,
    )
    message = conversation.messages.get()
    assert (message.kind, message.author) == (MessageKind.STAFF, ana)
    assert kinds_of_events(conversation) == ["conversation.taken_over"]


def test_a_reply_leaves_the_conversation_with_whom_it_was(cast: Cast) -> None:
    conversation = converse(cast, assignee=cast.ben, handler=Handler.PERSON)
    as_user(cast.ana).post(url("reply", conversation), draft())
    conversation.refresh_from_db()
    assert conversation.assignee == cast.ben
    assert kinds_of_events(conversation) == []


def test_a_page_sent_twice_is_one_text(cast: Cast) -> None:
    conversation, client_id, ana = converse(cast), uuid.uuid4(), as_user(cast.ana)
    for _ in range(2):
        assert ana.post(url("reply", conversation), draft("Yes", client_id)).status_code == 302
    assert [(text.body, text.idem_key) for text in Message.objects.all()] == [("Yes", f"inbox:{client_id}")]


def test_an_old_page_sent_again_answers_nothing_that_came_since(cast: Cast) -> None:
    conversation, client_id, ana = converse(cast), uuid.uuid4(), as_user(cast.ana)
    ana.post(url("reply", conversation), draft("Yes", client_id))
    Conversation.objects.filter(pk=conversation.pk).update(needs_reply=True, unread_count=1)
    ana.post(url("reply", conversation), draft("Yes", client_id))
    conversation.refresh_from_db()
    assert (conversation.needs_reply, conversation.unread_count) == (True, 1)


@pytest.mark.parametrize("body", ["", "   ", "x" * 1601])
def test_what_cannot_be_a_text_comes_back_with_the_reason(cast: Cast, body: str) -> None:
    conversation = converse(cast)
    response = as_user(cast.ana).post(url("reply", conversation), draft(body))
    assert response.status_code == 422
    assert 'id="id_body_error" role="alert"' in response.content.decode()
    assert Message.objects.count() == 0


def test_a_reply_needs_the_id_of_its_page(cast: Cast) -> None:
    response = as_user(cast.ana).post(url("reply", converse(cast)), {"body": "Yes", "client_id": "none"})
    assert response.status_code == 422
    assert Message.objects.count() == 0


# ---------------------------------------------------------------- not over a newer text
def says(conversation: Conversation, body: str = "No, wait", **values: Any) -> Message:
    theirs = {"direction": Direction.IN, "kind": MessageKind.INBOUND, "status": MessageStatus.RECEIVED}
    return factories.make_message(conversation, body, **{**theirs, **values})


def ours(conversation: Conversation) -> list[tuple[str, str]]:
    texts = conversation.messages.filter(kind=MessageKind.STAFF).order_by("pk")
    return list(texts.values_list("author__username", "body"))


def by_robot(cast: Cast, conversation: Conversation) -> Message:
    return factories.make_message(conversation, "No, wait", kind=MessageKind.ROBOT)


def by_colleague(cast: Cast, conversation: Conversation) -> Message:
    return factories.make_message(conversation, "No, wait", author=cast.ben)


def by_customer(cast: Cast, conversation: Conversation) -> Message:
    return says(conversation)


@pytest.mark.parametrize("somebody", [by_customer, by_robot, by_colleague])
def test_a_newer_text_stops_the_answer_and_is_shown_beside_the_draft(cast: Cast, somebody: Any) -> None:
    conversation = converse(cast, needs_reply=True)
    seen = says(conversation, "When?")
    page = as_user(cast.ana).get(url("show", conversation)).content.decode()
    assert f'name="last_seen" value="{seen.pk}"' in page
    newer = somebody(cast, conversation)
    refused = as_user(cast.ana).post(url("reply", conversation), {**draft("At 10"), "last_seen": str(seen.pk)})
    page = refused.content.decode()
    assert (refused.status_code, [text.pk for text in refused.context["form"].newer]) == (409, [newer.pk])
    assert ("At 10</textarea>" in page, "Send anyway" in page, f'name="last_seen" value="{newer.pk}"' in page) == (
        True,
        True,
        True,
    )
    conversation.refresh_from_db()
    assert (conversation.needs_reply, conversation.handler) == (True, Handler.ROBOT)
    assert ("ana", "At 10") not in ours(conversation)
    # Who has seen it, and sends all the same.
    sent = as_user(cast.ana).post(url("reply", conversation), {**draft("At 10"), "last_seen": str(newer.pk)})
    assert (sent.status_code, ours(conversation)[-1]) == (302, ("ana", "At 10"))


def test_a_page_that_says_nothing_of_what_it_has_seen_sends_only_where_nothing_was_said(cast: Cast) -> None:
    conversation, ana = converse(cast), as_user(cast.ana)
    assert ana.post(url("reply", conversation), draft("First")).status_code == 302
    # What the writer wrote themselves is no news to them.
    assert ana.post(url("reply", conversation), draft("Second")).status_code == 302
    says(conversation)
    assert ana.post(url("reply", conversation), draft("Third")).status_code == 409
    assert ours(conversation) == [("ana", "First"), ("ana", "Second")]


def test_what_was_held_back_is_no_newer_text(cast: Cast) -> None:
    conversation = converse(cast)
    factories.make_message(conversation, kind=MessageKind.ROBOT, status=MessageStatus.SUPPRESSED)
    assert as_user(cast.ana).post(url("reply", conversation), draft()).status_code == 302


def test_a_page_sent_twice_is_answered_the_same_whatever_came_between(cast: Cast) -> None:
    conversation, client_id, ana = converse(cast), uuid.uuid4(), as_user(cast.ana)
    json = {"Accept": "application/json"}
    first = ana.post(url("reply", conversation), draft("Yes", client_id), headers=json).json()
    says(conversation)
    again = ana.post(url("reply", conversation), draft("Yes, certainly", client_id), headers=json).json()
    assert (first["sent"], again["sent"], again["newest"]) == ("Yes", "Yes", first["newest"])
    assert ours(conversation) == [("ana", "Yes")]


def test_the_script_of_the_page_is_told_what_came_first(cast: Cast) -> None:
    conversation = converse(cast)
    newer = says(conversation, "<b>No</b>, wait")
    ana, json = as_user(cast.ana), {"Accept": "application/json"}
    refused = ana.post(url("reply", conversation), draft(), headers=json)
    said = refused.json()
    assert (refused.status_code, said["newest"], said["problem"]) == (409, newer.pk, "Somebody has written since.")
    assert "&lt;b&gt;No&lt;/b&gt;, wait" in said["panel"]
    empty = ana.post(url("reply", conversation), draft(" "), headers=json)
    assert (empty.status_code, empty.json()) == (422, {"problem": "Write something first.", "panel": "", "newest": 0})


@pytest.mark.django_db(transaction=True)
def test_of_two_who_send_at_once_one_is_shown_the_text_of_the_other(cast: Cast) -> None:
    conversation = converse(cast)
    seen = says(conversation).pk

    def send(user: User) -> str:
        mine = Conversation.objects.select_related("business", "location", "number", "lead").get(pk=conversation.pk)
        try:
            replying.reply(mine, by=user, body=user.username, client_id=uuid.uuid4(), now=NOON, last_seen=seen)
        except replying.Overtaken as overtaken:
            return overtaken.texts[0].body
        return "sent"

    told = dict(zip(("ana", "ben"), run_at_once([lambda: send(cast.ana), lambda: send(cast.ben)]), strict=True))
    ((winner, _),) = ours(conversation)
    loser = "ben" if winner == "ana" else "ana"
    assert told == {winner: "sent", loser: winner}
    conversation.refresh_from_db()
    assert conversation.assignee is not None
    assert conversation.assignee.username == winner


def pause(conversation: Conversation) -> None:
    conversation.business.is_texting_paused = True
    conversation.business.save()


def retire_number(conversation: Conversation) -> None:
    conversation.number.is_active = False
    conversation.number.save()


def stop_number(conversation: Conversation) -> None:
    conversation.number.stopped_at, conversation.number.problem = NOON, "The number is not registered."
    conversation.number.save()


def stop_account(conversation: Conversation) -> None:
    conversation.number.account.stopped_at, conversation.number.account.problem = NOON, "The account is suspended."
    conversation.number.account.save()


def make_landline(conversation: Conversation) -> None:
    conversation.lead.is_landline = True
    conversation.lead.save()


def make_unreachable(conversation: Conversation) -> None:
    conversation.lead.is_unreachable = True
    conversation.lead.save()


def finish(conversation: Conversation) -> None:
    conversation.status = ConversationStatus.DONE
    conversation.save()


PAUSED = "Texting is paused for this business. An owner can switch it on again in the settings."


@pytest.mark.parametrize(
    ("obstacle", "reason"),
    [
        (opt_out, "This person has opted out. No text can be sent unless they text START."),
        (pause, PAUSED),
        (retire_number, PAUSED),
        (stop_number, "Texting from this number is stopped: The number is not registered."),
        (stop_account, "Texting from this number is stopped: The account is suspended."),
        (make_landline, "This number is a landline and cannot get texts."),
        (make_unreachable, "The carrier says that this number does not exist."),
        (finish, "This conversation is done. Reopen it to write."),
    ],
)
def test_where_no_text_can_leave_the_composer_says_why_and_keeps_the_draft(
    cast: Cast, obstacle: Any, reason: str
) -> None:
    conversation = converse(cast, needs_reply=True)
    obstacle(conversation)
    ana = as_user(cast.ana)
    page = ana.get(url("show", conversation))
    assert page.context["locked"] == reason
    assert 'id="id_body"' not in page.content.decode()
    refused = ana.post(url("reply", conversation), draft("A long draft"))
    assert refused.status_code == 409
    assert (reason in refused.content.decode(), "A long draft</textarea>" in refused.content.decode()) == (True, True)
    assert Message.objects.count() == 0
    conversation.refresh_from_db()
    assert (conversation.needs_reply, conversation.handler) == (True, Handler.ROBOT)


def test_an_opt_out_between_page_and_queue_leaves_the_customer_waiting(cast: Cast) -> None:
    conversation = converse(cast, needs_reply=True)
    opt_out(conversation)
    message = replying.reply(conversation, by=cast.ana, body="Yes", client_id=uuid.uuid4(), now=NOON)
    conversation.refresh_from_db()
    assert (message.status, message.suppression) == (MessageStatus.SUPPRESSED, Suppression.OPTED_OUT)
    assert (conversation.needs_reply, conversation.handler) == (True, Handler.ROBOT)


# ---------------------------------------------------------------- sending again
@pytest.mark.parametrize(
    "status", [MessageStatus.FAILED, MessageStatus.DEAD, MessageStatus.EXPIRED, MessageStatus.UNDELIVERED]
)
def test_a_failed_text_is_sent_again_once(cast: Cast, status: MessageStatus) -> None:
    conversation = converse(cast)
    text = factories.make_message(conversation, "Hello", status=status)
    ana, path = as_user(cast.ana), reverse("inbox:text-retry", args=[text.key])
    assert path in ana.get(url("show", conversation)).content.decode()
    for _ in range(2):
        assert ana.post(path).status_code == 302
    again = Message.objects.exclude(pk=text.pk).get()
    assert (again.body, again.status, again.author) == ("Hello", MessageStatus.QUEUED, cast.ana)
    page = ana.get(url("show", conversation)).content.decode()
    assert ("Sent again as a new text." in page, path in page) == (True, False)


def test_a_text_on_its_way_is_not_sent_again(cast: Cast) -> None:
    conversation = converse(cast)
    text = factories.make_message(conversation, status=MessageStatus.UNKNOWN)
    ana, path = as_user(cast.ana), reverse("inbox:text-retry", args=[text.key])
    assert path not in ana.get(url("show", conversation)).content.decode()
    page = ana.post(path, follow=True).content.decode()
    assert "This text could not be sent again." in page
    assert Message.objects.count() == 1


def test_nothing_is_sent_again_to_whoever_opted_out(cast: Cast) -> None:
    conversation = converse(cast)
    text = factories.make_message(conversation, status=MessageStatus.FAILED)
    opt_out(conversation)
    as_user(cast.ana).post(reverse("inbox:text-retry", args=[text.key]))
    assert Message.objects.count() == 1


def test_sending_again_is_for_those_who_may_write(cast: Cast, rita: User) -> None:
    text = factories.make_message(converse(cast), status=MessageStatus.FAILED)
    path = reverse("inbox:text-retry", args=[text.key])
    assert (as_user(rita).post(path).status_code, as_user(cast.cleo).post(path).status_code) == (403, 404)
    assert Message.objects.count() == 1


def test_what_is_done_meanwhile_gets_no_reply_and_keeps_the_draft(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    conversation, send = converse(cast, needs_reply=True), replying.reply

    def come_second(*args: Any, **more: Any) -> Message:
        Conversation.objects.update(status=ConversationStatus.DONE)
        return send(*args, **more)

    monkeypatch.setattr(replying, "reply", come_second)
    response = as_user(cast.ben).post(url("reply", conversation), draft("On our way to you."))
    page = response.content.decode()
    assert (response.status_code, Message.objects.count()) == (409, 0)
    assert "This conversation is done. Reopen it to write." in page
    assert "On our way to you." in page
