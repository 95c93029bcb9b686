"""Mine, not mine, over: one winner each, and what follows from it."""

from collections import Counter
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from leads.models import Membership
from messaging.enums import Handler
from messaging.escalation import acknowledging, running
from messaging.escalation.acknowledging import Acknowledged, is_still_wanted
from messaging.escalation.enums import AckMeans, EscalationClass, NoticeStatus
from messaging.inbox import acts
from messaging.models import Conversation, Escalation, EscalationNotice
from tests.factories import NOON, make_business, make_member, make_user
from tests.messaging.escalation.scene import TEXT_CALL_NEXT_OWNER, Scene, make_scene, minutes
from tests.messaging.threads import run_at_once

pytestmark = pytest.mark.django_db


def opened(scene: Scene, **policy: Any) -> Escalation:
    """Ana was asked at NOON."""
    scene.on_call(scene.ana, scene.ben)
    scene.policy(*TEXT_CALL_NEXT_OWNER, **policy)
    row = scene.open()
    running.run_due(NOON)
    return row


@pytest.fixture
def scene() -> Scene:
    return make_scene()


def take(row: Escalation, member: Membership, **values: Any) -> Acknowledged:
    return acknowledging.acknowledge(row, member=member, **{"via": AckMeans.TEXT, "now": minutes(1), **values})


def test_mine(scene: Scene) -> None:
    row = opened(scene)
    Conversation.objects.update(turn_due_at=NOON)
    assert take(row, scene.ana) == Acknowledged(True, scene.ana)
    assert (row.status, row.acknowledged_by, row.acknowledged_at, row.acknowledged_via, row.next_at) == (
        "acknowledged", scene.ana, minutes(1), "text", minutes(11),
    )  # fmt: skip
    thread = Conversation.objects.get()
    assert (thread.assignee, thread.handler, thread.turn_due_at, thread.needs_reply) == (
        scene.ana.user, Handler.PERSON, None, True,
    )  # fmt: skip
    assert scene.events() == ["escalation.opened", "escalation.acknowledged"]
    running.run_due(minutes(3))
    assert scene.told(row) == [(0, "text", "Ana")]


def test_the_second_hears_who_was_first(scene: Scene) -> None:
    row = opened(scene)
    take(row, scene.ana)
    assert take(row, scene.ben) == Acknowledged(False, scene.ana)
    assert take(row, scene.ana) == Acknowledged(False, scene.ana)
    assert scene.conversation.messages.count() == 1  # told once
    acknowledging.close(row, by=None, now=minutes(2))
    assert take(row, scene.ben) == Acknowledged(False, None, is_closed=True)


def test_nobody_of_another_business(scene: Scene) -> None:
    row = opened(scene)
    with pytest.raises(ValueError, match="another business"):
        take(row, make_member(make_business(), make_user("cleo")))


def test_what_waits_is_dropped_and_what_is_in_hands_is_not_wanted(scene: Scene) -> None:
    row = opened(scene)
    notice = EscalationNotice.objects.get()
    assert is_still_wanted(notice)
    EscalationNotice.objects.update(status=NoticeStatus.SENDING)
    take(row, scene.ben)
    assert not is_still_wanted(notice)
    notice.refresh_from_db()
    assert notice.status == NoticeStatus.SENDING  # its sender asks, and puts it away
    other = scene.open(EscalationClass.TROUBLE, conversation=None, dedup_key="trouble:x")
    running.run_due(NOON)
    take(other, scene.ben)
    left = EscalationNotice.objects.get(escalation=other)
    assert (left.status, left.reason) == (NoticeStatus.NOT_SENT, "Somebody has it")


def test_a_reminder_is_wanted_by_whoever_has_it(scene: Scene) -> None:
    row = opened(scene)
    take(row, scene.ana)
    running.run_due(minutes(11))
    reminder = EscalationNotice.objects.get(position=100)
    assert is_still_wanted(reminder)
    acknowledging.pass_on(row, member=scene.ana, now=minutes(12))
    assert not is_still_wanted(reminder)


def test_pass_it_on(scene: Scene) -> None:
    row = opened(scene)
    assert acknowledging.pass_on(row, member=scene.ana, now=minutes(1))
    running.run_due(minutes(1))
    assert scene.told(row) == [(0, "text", "Ana"), (2, "text", "Ben")]  # Ana is not called after that
    assert EscalationNotice.objects.get(member=scene.ana).status == NoticeStatus.PASSED
    take(row, scene.ben)
    assert not acknowledging.pass_on(row, member=scene.ana, now=minutes(2))
    assert acknowledging.pass_on(row, member=scene.ben, now=minutes(2))  # had it, and cannot after all
    row.refresh_from_db()
    assert (row.status, row.acknowledged_by, row.next_at) == ("open", None, minutes(2))
    running.run_due(minutes(2))
    assert scene.told(row)[-1] == (3, "text", "Olga")


def test_pass_it_on_while_others_were_asked_as_well(scene: Scene) -> None:
    scene.on_call(scene.ana, scene.ben)
    scene.policy(("text", "all", 5), ("call", "owner"))
    row = scene.open()
    running.run_due(NOON)
    EscalationNotice.objects.update(status=NoticeStatus.SENT, sent_at=NOON)
    acknowledging.pass_on(row, member=scene.ana, now=minutes(1))
    running.run_due(minutes(1))
    assert len(scene.told(row)) == 2  # Ben still has his time
    acknowledging.pass_on(row, member=scene.ben, now=minutes(2))
    running.run_due(minutes(2))
    assert scene.told(row)[-1] == (1, "call", "Olga")


# ---------------------------------------------------------------- over
def test_over(scene: Scene) -> None:
    row = opened(scene)
    assert acknowledging.close(row, by=scene.ben.user, now=minutes(1))
    assert (row.status, row.closed_by, row.closed_at, row.next_at) == ("closed", scene.ben.user, minutes(1), None)
    assert not acknowledging.close(row, by=scene.ana.user, now=minutes(2))
    running.run_due(minutes(30))
    assert EscalationNotice.objects.get().status == NoticeStatus.NOT_SENT
    assert (scene.events()[-1], scene.told(row)) == ("escalation.closed", [(0, "text", "Ana")])


def test_a_conversation_that_is_done_ends_it_and_reopened_it_is_a_new_one(scene: Scene) -> None:
    row = opened(scene)
    assert acts.close(scene.conversation, by=scene.ben.user, now=minutes(1))
    row.refresh_from_db()
    assert (row.status, row.closed_by) == ("closed", scene.ben.user)
    Conversation.objects.update(status="open")
    assert scene.open(now=minutes(9)).pk != row.pk


# ---------------------------------------------------------------- at once
def taking(row: Escalation, member: Membership) -> Callable[[], Acknowledged]:
    return lambda: take(Escalation.objects.get(pk=row.pk), member)


def passing_on(row: Escalation, member: Membership) -> Callable[[], bool]:
    return lambda: acknowledging.pass_on(Escalation.objects.get(pk=row.pk), member=member, now=minutes(2))


@pytest.mark.django_db(transaction=True)
def test_of_many_who_say_mine_one_wins(scene: Scene) -> None:
    row = opened(scene)
    results = run_at_once([taking(row, member) for member in (scene.ana, scene.ben, scene.olga) * 2])
    assert Counter(each.won for each in results) == {True: 1, False: 5}
    row.refresh_from_db()
    assert {each.by for each in results} == {row.acknowledged_by}
    assert (scene.events().count("escalation.acknowledged"), len(scene.texts())) == (1, 1)


@pytest.mark.django_db(transaction=True)
def test_mine_against_the_next_step_and_against_done(scene: Scene) -> None:
    scene.on_call(scene.ana, scene.ben)
    scene.policy(*TEXT_CALL_NEXT_OWNER, tells_customer=False)
    ticks: list[Callable[[], object]] = [lambda: running.run_due(NOON)] * 2
    for _ in range(5):
        row = scene.open()
        run_at_once([taking(row, scene.ana), *ticks])
        row.refresh_from_db()
        waiting = EscalationNotice.objects.filter(escalation=row, status=NoticeStatus.WAITING)
        assert (row.status, waiting.count(), len(scene.told(row)) <= 1) == ("acknowledged", 0, True)
        done = partial(acts.close, Conversation.objects.get(), by=scene.ben.user, now=minutes(2))
        run_at_once([done, passing_on(row, scene.ana)])
        row.refresh_from_db()
        assert (row.status, row.next_at) == ("closed", None)
        Conversation.objects.update(status="open")
