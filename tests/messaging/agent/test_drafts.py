"""Drafts of the robot: a person sends them as they are, changed, or not at all."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine
from django.contrib.auth.models import User
from django.urls import reverse

from leads.enums import Role
from messaging.agent import drafts
from messaging.enums import ConversationStatus, Handler, MessageKind, TurnStatus
from messaging.inbox import replying
from messaging.models import AgentTurn, Conversation, Message, SlotOffer
from recoverline.lib import clock
from tests.base import make_cast
from tests.factories import NOON, make_member, make_opt_out, make_user
from tests.messaging.agent.shop import HAND_OFF, Shop, make_shop
from tests.messaging.desk import as_user
from tests.wire import CALLER, Wire

pytestmark = pytest.mark.django_db
TIMES = "I have 1) Wed, Jun 17 at 3 PM or 2) Wed, Jun 17 at 5 PM. Reply with the number, or tell me another day."


@pytest.fixture
def at() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller


@pytest.fixture
def shop(at: time_machine.Traveller, wire: Wire) -> Shop:
    return make_shop(wire, at, mode="draft")


@pytest.fixture
def ana(shop: Shop) -> User:
    user = make_user("ana")
    make_member(shop.wire.business, user, Role.FRONT_DESK)
    return user


def draft(shop: Shop, text: str = "I need drain cleaning") -> AgentTurn:
    shop.says(text)
    return AgentTurn.objects.get(status=TurnStatus.DRAFTED)


def approve(user: User, row: AgentTurn, body: str) -> str:
    path = reverse("inbox:draft-approve", args=[row.key])
    return as_user(user).post(path, {"body": body}, follow=True).content.decode()


def test_an_approved_draft_leaves_in_the_name_of_who_approved_it(shop: Shop, ana: User) -> None:
    row = draft(shop)
    assert row.reply == TIMES
    assert TIMES in as_user(ana).get(reverse("inbox:conversation-show", args=[shop.thread().key])).content.decode()
    approve(ana, row, TIMES)
    shop.deliver()
    assert shop.wire.sent == [(CALLER, TIMES)]
    row.refresh_from_db()
    message = Message.objects.get(direction="out")
    assert (row.status, row.message, message.kind, message.author) == (
        TurnStatus.APPROVED, message, MessageKind.STAFF, ana,
    )  # fmt: skip
    assert shop.who() == (Handler.ROBOT, False)
    assert shop.events("draft.approved") == ["Approved the robot's draft"]


def test_times_that_were_approved_can_be_chosen(shop: Shop, ana: User) -> None:
    approve(ana, draft(shop), TIMES)
    shop.deliver()
    shop.set(mode="auto")
    assert shop.says("2")[0].startswith("Alder Plumbing: you are booked for Drain cleaning, Wed, Jun 17 at 5 PM.")


def test_a_draft_may_be_changed_and_both_stay(shop: Shop, ana: User) -> None:
    row = draft(shop)
    approve(ana, row, "Hi, Ana here. When suits you?")
    shop.deliver()
    assert shop.wire.sent == [(CALLER, "Hi, Ana here. When suits you?")]
    row.refresh_from_db()
    assert row.reply == TIMES
    assert shop.events("draft.approved") == ["Approved the robot's draft with changes"]


def test_a_discarded_draft_leaves_the_customer_waiting(shop: Shop, ana: User) -> None:
    row = draft(shop)
    as_user(ana).post(reverse("inbox:draft-discard", args=[row.key]))
    row.refresh_from_db()
    assert (row.status, shop.who(), shop.wire.sent) == (TurnStatus.DROPPED, (Handler.ROBOT, True), [])
    assert "overtaken by something newer" in approve(ana, row, TIMES)
    assert Message.objects.filter(direction="out").count() == 0


@pytest.mark.parametrize("newer", ["customer", "staff"])
def test_a_draft_that_something_newer_came_before_is_none(shop: Shop, ana: User, newer: str) -> None:
    row = draft(shop)
    shop.at.shift(timedelta(seconds=5))
    if newer == "customer":
        shop.writes("never mind, how much is it?")
    else:
        replying.reply(shop.thread(), by=ana, body="Hi", client_id=row.key, now=clock.now())
    page = approve(ana, row, TIMES)
    assert "overtaken by something newer" in page
    assert TIMES not in [text.body for text in shop.wire.texts()]


def test_a_draft_in_what_somebody_has_ended_meanwhile_is_none(shop: Shop, ana: User) -> None:
    row = draft(shop)
    Conversation.objects.filter(pk=row.conversation_id).update(status=ConversationStatus.DONE)
    assert drafts.approve(row, by=ana, body=TIMES, now=clock.now()) is None
    row.refresh_from_db()
    assert (row.status, Message.objects.filter(direction="out").count()) == (TurnStatus.DRAFTED, 0)


def test_a_reply_by_hand_ends_the_draft(shop: Shop, ana: User) -> None:
    row = draft(shop)
    replying.reply(shop.thread(), by=ana, body="Hi", client_id=row.key, now=clock.now())
    row.refresh_from_db()
    assert row.status == TurnStatus.DISCARDED


def test_a_draft_is_sent_once_whoever_clicks(shop: Shop, ana: User) -> None:
    row = draft(shop)
    for _ in range(3):
        approve(ana, row, TIMES)
    shop.deliver()
    assert shop.wire.sent == [(CALLER, TIMES)]


def test_an_empty_draft_is_not_sent(shop: Shop, ana: User) -> None:
    row = draft(shop)
    assert "cannot be sent" in approve(ana, row, "   ")
    row.refresh_from_db()
    assert row.status == TurnStatus.DRAFTED


def test_a_draft_to_somebody_who_opted_out_stays_where_it_is(shop: Shop, ana: User) -> None:
    row = draft(shop)
    make_opt_out(shop.wire.business, phone=CALLER)
    assert "opted out" in approve(ana, row, TIMES)
    row.refresh_from_db()
    assert (row.status, shop.wire.texts()) == (TurnStatus.DRAFTED, [])


def test_a_hand_off_that_is_approved_still_waits_for_a_person(shop: Shop, ana: User) -> None:
    row = draft(shop, "I want to talk to a real person")
    assert (row.reply, shop.who()) == (HAND_OFF, (Handler.PERSON, True))
    approve(ana, row, HAND_OFF)
    assert shop.who() == (Handler.PERSON, True)


def test_drafts_are_for_those_who_may_write_there(shop: Shop) -> None:
    row, cast = draft(shop), make_cast()
    reader = make_user("rita")
    make_member(shop.wire.business, reader, Role.READ_ONLY)
    for name in ("approve", "discard"):
        path = reverse(f"inbox:draft-{name}", args=[row.key])
        codes = [as_user(user).post(path, {"body": "x"}).status_code for user in (reader, cast.cleo)]
        assert codes == [403, 404]
    row.refresh_from_db()
    assert (row.status, shop.wire.texts()) == (TurnStatus.DRAFTED, [])


def test_approving_twice_at_once_is_one_text(shop: Shop, ana: User) -> None:
    row = draft(shop)
    first = drafts.approve(row, by=ana, body=TIMES, now=clock.now())
    assert first is not None
    assert drafts.approve(row, by=ana, body=TIMES, now=clock.now()) is None


@pytest.mark.parametrize(
    ("body", "left"),
    [
        (f"Hi, Ana here. {TIMES}", [1, 2]),
        ("We can come Wed, Jun 17 at 5 PM, does that suit you?", [2]),
        ("We can do 1) Thu at 9 AM or 2) Fri at 9 AM. Which?", []),
        ("We can do 1) Wed, Jun 17 at 5 PM or 2) Fri at 9 AM. Which?", []),
    ],
)
def test_what_a_changed_draft_no_longer_names_cannot_be_chosen(
    shop: Shop, ana: User, body: str, left: list[int]
) -> None:
    approve(ana, draft(shop), body)
    shop.deliver()
    rows = SlotOffer.objects.filter(is_current=True).order_by("number")
    assert list(rows.values_list("number", flat=True)) == left
    shop.set(mode="auto")
    shop.says("2")
    assert len(shop.visits()) == (2 in left)
