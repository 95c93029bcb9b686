"""Where escalations come from: dangers and urgent words at once, waiting and failures by their events."""

from typing import Any

import pytest
from django.core import mail
from django.db import transaction

from leads import events
from messaging import alerts, urgency
from messaging.escalation import running, sources, tasks
from messaging.escalation.enums import EscalationClass
from messaging.inbox import tending
from messaging.models import Conversation, Escalation
from tests.factories import NOON, make_message
from tests.messaging.escalation.scene import Scene, bells, make_scene, minutes

pytestmark = pytest.mark.django_db


@pytest.fixture
def scene() -> Scene:
    made = make_scene()
    made.on_call(made.ana)
    made.policy(("text", "first"))
    return made


def says(scene: Scene, text: str, minute: int = 0) -> None:
    conversation = Conversation.objects.select_related(
        "lead", "business", "number__business", "number__location__business", "number__account", "location__business"
    ).get()
    urgency.notice(conversation, text, cause=f"text:{minute}", now=minutes(minute))


def opened() -> list[tuple[str, str, str, int]]:
    return [(row.kind, row.dedup_key.partition(":")[0], row.status, row.times) for row in Escalation.objects.all()]


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (["URGENT"], [("urgent", "urgent", "open", 1)]),
        (["I smell gas in my kitchen"], [("emergency", "danger", "open", 1)]),
        (["URGENT", "I smell gas in my kitchen"], [("emergency", "danger", "open", 2)]),
        (["I smell gas in my kitchen", "URGENT"], [("emergency", "danger", "open", 1)]),  # flagged already
        (["Hello"], []),
    ],
)
def test_what_a_customer_says(scene: Scene, said: list[str], expected: list[object]) -> None:
    for minute, text in enumerate(said):
        says(scene, text, minute)
    assert opened() == expected


def test_flag_escalation_and_bell_are_one_transaction(scene: Scene) -> None:
    with transaction.atomic():
        says(scene, "URGENT")
        assert (opened(), bells()) == ([("urgent", "urgent", "open", 1)], 1)
        transaction.set_rollback(True)
    assert (opened(), bells(), Conversation.objects.get().is_urgent) == ([], 0, False)


def test_within_five_seconds_somebody_is_told(scene: Scene) -> None:
    """PER-05: no AI, no tick to wait for: the task that was enqueued with the text makes the notice."""
    says(scene, "URGENT")
    assert bells() == 1
    running.run_due(minutes(0))
    assert scene.told(Escalation.objects.get()) == [(0, "text", "Ana")]


def happened(scene: Scene, kind: str, **values: Any) -> int:
    lead = values.pop("lead", None)
    values = {"text": "Something happened", **values}
    return events.record(kind, business=scene.business, lead=lead, at=NOON, **values).pk


def test_a_customer_who_waits_too_long(scene: Scene) -> None:
    event = happened(scene, "conversation.overdue", conversation=str(scene.conversation.key))
    tasks.escalate_event(event)
    tasks.escalate_event(event)  # the queue may do it twice
    assert opened() == [("waiting", "waiting", "open", 1)]
    Conversation.objects.update(needs_reply=False)
    Escalation.objects.all().delete()
    tasks.escalate_event(event)  # answered meanwhile
    assert opened() == []


def test_overdue_is_found_by_the_tick(scene: Scene) -> None:
    tending.tell_overdue(minutes(20))
    assert scene.events("conversation.") == ["conversation.overdue"]


@pytest.mark.parametrize(
    ("kind", "values", "expected"),
    [
        ("text.given_up", "message", "text.given_up"),
        ("text.blocked", "message", "text.blocked"),
        ("carrier.stopped", "", "carrier.stopped"),
        ("model.unavailable", "", "model.unavailable"),
        ("conversation.handed_off", "The robot failed: please read and answer", "robot"),
        ("conversation.handed_off", "The robot broke off twice", "robot"),
        ("conversation.handed_off", "Wants a person", None),
        ("conversation.urgent", "", None),
    ],
)
def test_what_does_not_work_is_one_trouble(scene: Scene, kind: str, values: str, expected: str | None) -> None:
    for _ in range(3):
        data = {"conversation": str(scene.conversation.key)} if kind.startswith("conversation") else {}
        if values == "message":
            data = {"message": str(make_message(scene.conversation).key)}
        elif values:
            data["text"] = values
        event = happened(scene, kind, **data)
        row = sources.escalate(scene.business.events.get(pk=event), now=minutes(1))
        Escalation.objects.update(opened_at=minutes(-1))
    rows = [(each.kind, each.dedup_key, each.times) for each in Escalation.objects.all()]
    if expected is None:
        assert (rows, row) == ([], None)
    else:
        assert rows == [("trouble", f"trouble:{expected}:{scene.location.key}", 3)]


def test_the_alert_leaves_out_whom_the_first_step_mails() -> None:
    scene = make_scene()
    scene.on_call(scene.ana)
    scene.policy(("email", "first"), ("email", "owner"))
    says(scene, "URGENT")
    event = scene.business.events.get(kind="conversation.urgent")
    alerts.alert_staff(event.pk)
    assert [message.to for message in mail.outbox] == [["ben@example.com", "olga@example.com"]]
    trouble = happened(scene, "carrier.stopped")
    assert sources.mailed_by_chain(scene.business.events.get(pk=trouble)) == {"ana@example.com"}
    scene.open(EscalationClass.TROUBLE, conversation=None, now=minutes(-5),
               dedup_key=f"trouble:carrier.stopped:{scene.location.key}")  # fmt: skip
    # It is open already, so nobody is mailed by its first step any more.
    assert sources.mailed_by_chain(scene.business.events.get(pk=trouble)) == set()
