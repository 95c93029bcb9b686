"""Nothing due is older than two minutes, of whatever kind; and who does not know yet is told once."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from messaging import beats
from messaging.enums import MessageStatus
from messaging.escalation import skew, throttle, watchdog
from messaging.escalation.enums import NoticeStatus
from messaging.escalation.skew import database_now
from messaging.models import (
    Conversation,
    Enrollment,
    Escalation,
    EscalationNotice,
    Heartbeat,
    InboundHook,
    Reminder,
    Sequence,
    SequenceVersion,
)
from recoverline.lib import clock
from scheduling.enums import AppointmentStatus
from tests.factories import NOON, make_appointment, make_message, make_service
from tests.messaging.escalation.scene import Scene, make_scene, minutes

pytestmark = pytest.mark.django_db


@pytest.fixture
def scene() -> Scene:
    made = make_scene()
    Conversation.objects.update(reply_due_at=None, needs_reply=False, waiting_since=None)
    return made


def text(scene: Scene, due: datetime) -> None:
    make_message(scene.conversation, status=MessageStatus.QUEUED, next_at=due)


def uncertain_text(scene: Scene, due: datetime) -> None:
    make_message(scene.conversation, status=MessageStatus.UNKNOWN, next_at=due)


def follow_up(scene: Scene, due: datetime) -> None:
    sequence = Sequence.objects.create(business=scene.business, name="After", trigger="no_reply")
    version = SequenceVersion.objects.create(sequence=sequence, number=1, steps=[], created_at=NOON)
    Enrollment.objects.create(
        business=scene.business, lead=scene.conversation.lead, location=scene.location, sequence=sequence,
        version=version, cause="test",
        status="active", due_at=due, anchor_at=NOON, created_at=NOON, conversation=scene.conversation,
    )  # fmt: skip


def escalation(scene: Scene, due: datetime) -> None:
    scene.open()
    Escalation.objects.update(next_at=due)


def notice(scene: Scene, due: datetime) -> None:
    row = scene.open()
    EscalationNotice.objects.create(
        escalation=row, member=scene.ana, position=0, channel="text", phone=scene.ana.phone, created_at=due
    )


def stuck_call(scene: Scene, due: datetime) -> None:
    notice(scene, due)
    EscalationNotice.objects.update(channel="call", status=NoticeStatus.SENDING, sent_at=due - timedelta(minutes=2))


def turn(scene: Scene, due: datetime) -> None:
    Conversation.objects.update(turn_due_at=due)


def reminder(scene: Scene, due: datetime) -> None:
    visit = make_appointment(make_service(scene.business), scene.location)
    Reminder.objects.create(
        business=scene.business, appointment=visit, version=visit.version, minutes_before=60, due_at=due
    )


def hook(scene: Scene, due: datetime) -> None:
    # After the first try it is due two seconds after it came.
    InboundHook.objects.create(
        account=scene.number.account, event="text", natural_key="x", payload={},
        received_at=due - timedelta(seconds=2), attempts=1,
    )  # fmt: skip


def snooze(scene: Scene, due: datetime) -> None:
    Conversation.objects.update(status="snoozed", snoozed_until=due)


def waiting_customer(scene: Scene, due: datetime) -> None:
    Conversation.objects.update(needs_reply=True, waiting_since=NOON, reply_due_at=due, handler="person")


def hold(scene: Scene, due: datetime) -> None:
    make_appointment(
        make_service(scene.business), scene.location, status=AppointmentStatus.HOLD, hold_expires_at=due
    )  # fmt: skip


Making = Callable[[Scene, datetime], None]
KINDS: dict[str, list[Making]] = {
    "texts": [text, uncertain_text],
    "follow-ups": [follow_up],
    "escalations": [escalation],
    "alerts": [notice, stuck_call],
    "turns": [turn],
    "reminders": [reminder],
    "webhooks": [hook],
    "snoozes": [snooze],
    "waiting customers": [waiting_customer],
    "holds": [hold],
}


@pytest.mark.parametrize(("kind", "make"), [(kind, make) for kind, makes in KINDS.items() for make in makes])
def test_each_kind(scene: Scene, kind: str, make: Making) -> None:
    make(scene, NOON)
    assert watchdog.overdue(minutes(1.5)) == []
    found = watchdog.overdue(minutes(4))
    assert [(each.what, each.business_id) for each in found] == [(kind, scene.business.pk)]


def test_what_a_full_phone_waits_for_is_not_late(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    notice(scene, NOON)
    monkeypatch.setattr(throttle, "has_room", lambda phone, now: False)
    assert watchdog.overdue(minutes(9)) == []


def test_it_is_told_once_when_it_stays_so_and_rests_when_it_is_over(scene: Scene) -> None:
    text(scene, NOON)
    assert watchdog.watch(minutes(1)) == 0
    assert watchdog.watch(minutes(10)) == 0  # the worker may just have come back
    assert [watchdog.watch(minutes(minute)) for minute in (11, 12, 13)] == [1, 0, 0]
    row = Escalation.objects.get()
    assert (row.kind, row.dedup_key, row.summary) == (
        "trouble", watchdog.KEY, "Work is late: 1 texts, since Jun 17, 18:00 UTC",
    )  # fmt: skip
    assert scene.events("work.") == ["work.overdue"]
    scene.conversation.messages.update(status=MessageStatus.DELIVERED)
    assert watchdog.watch(minutes(14)) == 0
    row.refresh_from_db()
    assert (row.status, Heartbeat.objects.count()) == ("closed", 0)


def test_healthz_counts_it_and_says_nothing_of_whose_it_is(scene: Scene, client: Client) -> None:
    for name in ("sender", "worker"):
        beats.beat(name, now=clock.now())
    reminder(scene, clock.now() - timedelta(minutes=3))
    answer = client.get("/healthz")
    assert (answer.status_code, answer.json()["overdue"]) == (503, {"reminders": 1})
    Reminder.objects.all().delete()
    answer = client.get("/healthz")
    assert (answer.status_code, answer.json()["overdue"]) == (200, {})


# ---------------------------------------------------------------- CHA-09: two clocks
@pytest.mark.parametrize(
    ("seconds", "is_off"), [(0, False), (4.5, False), (-4.5, False), (5.5, True), (-30, True), (3600, True)]
)
def test_a_clock_that_differs_from_the_databases(
    seconds: float, is_off: bool, scene: Scene, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(skew, "database_now", lambda: timezone.now() + timedelta(seconds=seconds))
    for name in ("sender", "worker"):
        beats.beat(name, now=clock.now())
    answer = client.get("/healthz")
    assert (answer.status_code, answer.json()["overdue"]) == ((503, {"clock": 1}) if is_off else (200, {}))
    assert sum(watchdog.watch(minutes(minute)) for minute in range(4)) == is_off
    told = list(Escalation.objects.values_list("summary", flat=True))
    assert told == [f"Work is late: {watchdog.CLOCK_IS_OFF}, since Jun 17, 18:01 UTC"] * is_off
    monkeypatch.setattr(skew, "database_now", timezone.now)
    watchdog.watch(minutes(5))
    assert set(Escalation.objects.values_list("status", flat=True)) == ({"closed"} if is_off else set())


def test_the_database_says_what_time_it_is(scene: Scene) -> None:
    theirs = database_now()
    assert (theirs is None) == (connection.vendor != "postgresql")
    assert theirs is None or abs(theirs - timezone.now()) < timedelta(seconds=2)
