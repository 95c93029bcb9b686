"""The clock of an escalation: steps, late ticks, double ticks, its end, and reminders for whoever is silent."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import OperationalError

from leads.enums import TaskReason
from messaging.enums import CallState, MessageKind
from messaging.escalation import acknowledging, running
from messaging.escalation.enums import AckMeans, EscalationClass, NoticeStatus
from messaging.models import Conversation, Escalation, EscalationNotice
from tests.factories import NOON, make_call, make_message, make_task
from tests.messaging.escalation.scene import TEXT_CALL_NEXT_OWNER, Scene, make_scene, minutes

pytestmark = pytest.mark.django_db


@pytest.fixture
def scene() -> Scene:
    made = make_scene()
    made.on_call(made.ana, made.ben)
    return made


def test_the_whole_chain_minute_by_minute(scene: Scene) -> None:
    scene.policy(*TEXT_CALL_NEXT_OWNER)
    row = scene.open()
    seen: dict[int, list[tuple[int, str, str]]] = {}
    for minute in range(16):
        before = scene.told(row)
        running.run_due(minutes(minute))
        running.run_due(minutes(minute))  # a second worker, or the same tick twice
        fresh = scene.told(row)[len(before) :]
        if fresh:
            seen[minute] = fresh
    assert seen == {
        0: [(0, "text", "Ana")], 3: [(1, "call", "Ana")], 6: [(2, "text", "Ben")], 11: [(3, "text", "Olga")],
    }  # fmt: skip
    row.refresh_from_db()
    assert (row.status, row.exhausted_at, row.next_at) == ("open", minutes(14), None)


def test_a_worker_that_was_away_goes_on_without_a_burst_and_skips_nobody(scene: Scene) -> None:
    scene.policy(*TEXT_CALL_NEXT_OWNER)
    row = scene.open()
    running.run_due(NOON)
    for late in range(3):
        running.run_due(minutes(40) + timedelta(seconds=late))
    row.refresh_from_db()
    assert scene.told(row) == [(0, "text", "Ana"), (1, "call", "Ana")]
    assert row.next_at == minutes(43)  # the whole wait, from when they were asked


def test_a_notice_that_left_late_gets_its_whole_wait(scene: Scene) -> None:
    scene.policy(*TEXT_CALL_NEXT_OWNER)
    row = scene.open()
    running.run_due(NOON)
    EscalationNotice.objects.update(status=NoticeStatus.SENT, sent_at=minutes(2))
    running.run_due(minutes(3))
    row.refresh_from_db()
    assert (len(scene.told(row)), row.next_at) == (1, minutes(5))
    running.run_due(minutes(5))
    assert len(scene.told(row)) == 2


def test_a_notice_that_never_left_is_not_waited_for(scene: Scene) -> None:
    scene.policy(*TEXT_CALL_NEXT_OWNER)
    row = scene.open()
    running.run_due(NOON)
    assert not running.go_on(row, position=0, now=minutes(1))  # it may still leave
    EscalationNotice.objects.update(status=NoticeStatus.NOT_SENT)
    assert running.go_on(row, position=0, now=minutes(1))
    assert not running.go_on(row, position=0, now=minutes(1))
    running.run_due(minutes(1))
    assert scene.told(row)[1:] == [(1, "call", "Ana")]


def test_who_went_away_since_is_passed_over_at_once(scene: Scene) -> None:
    scene.policy(*TEXT_CALL_NEXT_OWNER)
    row = scene.open()
    type(scene.ana).objects.filter(pk=scene.ana.pk).update(away_since=NOON)
    running.run_due(NOON)
    assert scene.told(row) == [(2, "text", "Ben")]
    scene.ben.delete()
    running.run_due(minutes(5))
    assert scene.told(row) == [(3, "text", "Olga")]


def test_a_step_that_cannot_be_written_leaves_nothing_behind(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    scene.policy(*TEXT_CALL_NEXT_OWNER)
    row, other = scene.open(), scene.open(EscalationClass.TROUBLE, conversation=None, dedup_key="trouble:x")
    write = running._write_notices

    def crash(escalation: Escalation, *args: Any, **values: Any) -> None:
        if escalation.pk == row.pk:
            raise RuntimeError("killed between the step and its notices")
        write(escalation, *args, **values)

    monkeypatch.setattr(running, "_write_notices", crash)
    assert running.run_due(NOON) == 1  # the other one is none the worse
    row.refresh_from_db()
    assert (row.step, scene.told(row), len(scene.told(other))) == (0, [], 1)
    monkeypatch.undo()
    running.run_due(NOON + running.PUT_OFF)
    assert scene.told(row) == [(0, "text", "Ana")]


def test_what_breaks_the_code_goes_behind_all_others(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    """However many are broken: they are not the head of every tick."""
    scene.policy(*TEXT_CALL_NEXT_OWNER)
    broken = scene.open()
    good = scene.open(conversation=None, dedup_key="danger:later", now=minutes(0.5))
    advance, tried = running._advance, []

    def poisoned(pk: int, *, now: datetime) -> bool:
        tried.append(pk)
        if pk == broken.pk:
            raise ValueError("a row that no code can read")
        return advance(pk, now=now)

    monkeypatch.setattr(running, "_advance", poisoned)
    monkeypatch.setattr(running, "AT_ONCE", 1)
    assert [running.run_due(minutes(1)) for _ in range(3)] == [0, 1, 0]
    broken.refresh_from_db()
    assert (tried, broken.next_at) == ([broken.pk, good.pk], minutes(1) + running.PUT_OFF)
    running.run_due(minutes(3))
    assert tried[2:] == [broken.pk]


def test_a_database_that_is_busy_puts_nothing_off(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    scene.policy(*TEXT_CALL_NEXT_OWNER)
    row = scene.open()

    def busy(pk: int, *, now: datetime) -> bool:
        raise OperationalError("database is locked")

    monkeypatch.setattr(running, "_advance", busy)
    assert running.run_due(NOON) == 0
    row.refresh_from_db()
    assert row.next_at == NOON


def test_the_end_tells_the_truth_once(scene: Scene) -> None:
    scene.policy(("text", "first"))
    row = scene.open()
    running.run_due(NOON)
    running.run_due(minutes(3))
    running.run_due(minutes(9))
    task = scene.business.tasks.get()
    assert (task.reason, task.due_at, task.lead, task.detail) == (
        TaskReason.URGENT, minutes(3), scene.conversation.lead, "Nobody was reached: Urgent: flooding",
    )  # fmt: skip
    assert scene.events() == ["escalation.opened", "escalation.exhausted"]
    assert [(kind, body) for kind, _, body in scene.texts()] == [
        (
            MessageKind.SAFETY,
            "Alder Plumbing: we have not reached our on-call person yet. Please call (602) 555-0100. "
            "If anyone is in danger, call 911 first.",
        )
    ]
    # Somebody takes it in the inbox after all.
    assert acknowledging.acknowledge(row, member=scene.ben, via=AckMeans.INBOX, now=minutes(20)).won


def test_trouble_asks_nobody_to_call_anybody(scene: Scene) -> None:
    scene.policy(("text", "first"))
    scene.open(EscalationClass.TROUBLE, conversation=None, dedup_key="trouble:x")
    running.run_due(NOON)
    running.run_due(minutes(3))
    assert (scene.events()[-1], scene.business.tasks.count(), scene.texts()) == ("escalation.exhausted", 0, [])


# ---------------------------------------------------------------- somebody has it, and is silent
@pytest.fixture
def taken(scene: Scene) -> Escalation:
    """Ana has had it since NOON, to be reminded after ten minutes."""
    scene.policy(*TEXT_CALL_NEXT_OWNER, tells_customer=False)
    row = scene.open()
    running.run_due(NOON)
    acknowledging.acknowledge(row, member=scene.ana, via=AckMeans.TEXT, now=NOON)
    return row


def tick_until(end: datetime) -> None:
    moment = NOON
    while moment <= end:
        running.run_due(moment)
        moment += timedelta(minutes=1)


def test_who_is_silent_is_reminded_three_times_then_the_next_are_asked(scene: Scene, taken: Escalation) -> None:
    tick_until(minutes(39))
    assert scene.told(taken)[1:] == [(100, "text", "Ana"), (101, "text", "Ana"), (102, "text", "Ana")]
    tick_until(minutes(41))
    taken.refresh_from_db()
    assert (taken.status, taken.acknowledged_by, scene.events()[-1]) == ("open", None, "escalation.given_back")
    running.run_due(minutes(41))
    assert scene.told(taken)[1] == (2, "text", "Ben")  # Ana's own call is not made any more
    assert acknowledging.acknowledge(taken, member=scene.ben, via=AckMeans.TEXT, now=minutes(42)).won
    running.run_due(minutes(52))
    assert scene.told(taken)[-1] == (103, "text", "Ben")


def test_at_the_end_of_the_chain_the_others_are_asked_once_more(scene: Scene) -> None:
    scene.policy(("text", "all"), tells_customer=False)
    row = scene.open()
    running.run_due(NOON)
    acknowledging.acknowledge(row, member=scene.ana, via=AckMeans.TEXT, now=NOON)
    tick_until(minutes(42))
    assert [each for each in scene.told(row) if each[0] < 100] == [
        (0, "text", "Ana"),
        (0, "text", "Ben"),
        (1, "text", "Ben"),
    ]


def wrote(scene: Scene) -> None:
    make_message(scene.conversation, kind=MessageKind.STAFF, created_at=minutes(2))


def called(scene: Scene) -> None:
    make_call(scene.number, caller=scene.conversation.lead.phone, state=CallState.OUTBOUND, started_at=minutes(2))


def finished(scene: Scene) -> None:
    make_task(scene.location, lead=scene.conversation.lead, done_at=minutes(2))


def ended(scene: Scene) -> None:
    Conversation.objects.update(status="done")


@pytest.mark.parametrize("did", [wrote, called, finished, ended])
def test_who_does_something_is_not_reminded(scene: Scene, taken: Escalation, did: Any) -> None:
    did(scene)
    tick_until(minutes(60))
    taken.refresh_from_db()
    assert (scene.told(taken), taken.status, taken.next_at) == ([(0, "text", "Ana")], "acknowledged", None)


def test_the_robot_and_texts_before_do_not_count(scene: Scene, taken: Escalation) -> None:
    make_message(scene.conversation, kind=MessageKind.ROBOT, created_at=minutes(2))
    make_message(scene.conversation, kind=MessageKind.STAFF, created_at=minutes(-2))
    running.run_due(minutes(10))
    assert scene.told(taken)[-1] == (100, "text", "Ana")


@pytest.mark.parametrize(("change", "expected"), [({"phone": ""}, (100, "email", "Ana")), ({"away_since": NOON}, None)])
def test_whoever_cannot_be_reminded(scene: Scene, taken: Escalation, change: Any, expected: object) -> None:
    type(scene.ana).objects.filter(pk=scene.ana.pk).update(**change)
    running.run_due(minutes(10))
    taken.refresh_from_db()
    if expected is None:  # gone: the next ones, at once
        assert (taken.status, taken.next_at) == ("open", minutes(10))
    else:
        assert (scene.told(taken)[-1], taken.status) == (expected, "acknowledged")
