"""Erasing one person takes nothing from anybody else, and leaves nothing of theirs where the team reads along."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.auth.models import User
from django.contrib.contenttypes.models import ContentType
from django.db.models import Model

from leads import events
from leads.models import Business
from messaging.compliance import outside
from messaging.compliance.erasure import erase
from messaging.compliance.person import person_of
from messaging.escalation import acknowledging, relay, running
from messaging.escalation.enums import AckMeans
from messaging.models import Conversation, Erasure, Message, OnCallText
from tests.base import make_cast
from tests.factories import (
    NOON,
    fresh,
    make_call,
    make_conversation,
    make_lead,
    make_member,
    make_message,
    make_task,
    make_user,
)
from tests.messaging.escalation.scene import Scene, make_scene, minutes

pytestmark = pytest.mark.django_db
PHONE, LATER = "+16025550123", NOON + timedelta(days=1)


def forget(business: Business, phone: str = PHONE) -> Erasure:
    return erase(business, phone, reason="Asked", actor=None, now=LATER)


# ---------------------------------------------------------------- names are anybody's
@pytest.mark.parametrize("name", ["PHOENIX AZ", "WIRELESS CALLER", "water heater"])
def test_what_somebody_was_called_stays_in_the_texts_of_others(name: str) -> None:
    scene = make_scene()
    lead = make_lead(scene.business, phone=PHONE, name=name)
    make_call(scene.number, caller=PHONE, caller_name=name, lead=lead, state="missed")
    body = f"I am at 12 Elm St, {name}, please come"
    other = make_message(scene.conversation, body, direction="in", kind="inbound", status="received")
    other.idem_key = f"typed:{name}"
    other.save()
    task = make_task(scene.location, lead=scene.conversation.lead, detail=body, cause=f"asks:{name}")
    forget(scene.business)
    other.refresh_from_db()
    task.refresh_from_db()
    assert (other.body, other.idem_key) == (body, f"typed:{name}")
    assert (task.detail, task.cause) == (body, f"asks:{name}")


def test_beside_the_phone_or_the_address_a_name_is_theirs() -> None:
    scene = make_scene()
    make_lead(scene.business, phone=PHONE, name="Maria Lopez", email="maria@example.com")
    said = {
        "Maria Lopez has (602) 555-0123": "(erased) has(erased)",
        "Write Maria Lopez at maria@example.com": "Write (erased) at (erased)",
        "Maria Lopez is my boss": "Maria Lopez is my boss",
    }
    rows = {make_message(scene.conversation, body, carrier_message_id=None).pk: left for body, left in said.items()}
    keyed = make_message(scene.conversation, "x", carrier_message_id=None, idem_key=f"Maria Lopez:{PHONE}")
    pseudonym = forget(scene.business).pseudonym
    assert dict(Message.objects.filter(pk__in=rows).values_list("pk", "body")) == rows
    keyed.refresh_from_db()
    assert keyed.idem_key == f"Maria Lopez:{pseudonym}", "of a key only the phone goes"


def test_an_event_of_their_conversation_is_about_them() -> None:
    scene = make_scene()
    lead = make_lead(scene.business, phone=PHONE, name="Maria Lopez")
    thread = make_conversation(lead, scene.number)
    mine, other = (
        events.record(
            "person.seen", business=scene.business, at=NOON, text="Maria Lopez was here", conversation=str(row.key)
        )
        for row in (thread, scene.conversation)
    )
    forget(scene.business)
    mine.refresh_from_db()
    other.refresh_from_db()
    assert (mine.text, other.text) == ("(erased) was here", "Maria Lopez was here")


# ---------------------------------------------------------------- on the phones of the team
WORDS = "the gate code is 4431 and my baby is asleep upstairs"


@pytest.fixture
def scene() -> Scene:
    """Ana has it on her phone, and Dana's words have been passed on to her."""
    scene = make_scene()
    scene.on_call(scene.ana)
    scene.policy(("text", "first"))
    escalation = scene.open(summary=f"Dana: {WORDS}")
    running.run_due(NOON)
    acknowledging.acknowledge(escalation, member=scene.ana, via=AckMeans.TEXT, now=minutes(1))
    make_message(
        scene.conversation, WORDS, direction="in", kind="inbound", status="received", created_at=minutes(2)
    )  # fmt: skip
    Conversation.objects.filter(pk=scene.conversation.pk).update(last_at=minutes(2))
    assert relay.forward_waiting(minutes(5)) == 1
    line = Conversation.objects.get(is_team=True)
    for key in (f"seen:{escalation.key}:7:SM1", "oncall:SM2", "oncall:SM3"):
        make_message(line, f"Not sent. Before yours came: {WORDS}", kind="alert", idem_key=key)
    for number, owner in ((2, escalation), (3, None)):
        OnCallText.objects.create(
            business=scene.business, member=scene.ana, escalation=owner, phone=scene.ana.phone, at=NOON,
            carrier_message_id=f"SM{number}", body="x", command="reply",
        )  # fmt: skip
    first = Message.objects.get(idem_key__startswith="said:")
    make_message(line, first.body, kind="alert", idem_key=f"again:{first.key}", status="queued", next_at=LATER)
    return scene


def test_their_words_do_not_stay_on_the_lines_of_the_team(scene: Scene) -> None:
    phone = scene.conversation.lead.phone
    forget(scene.business, phone)
    left = dict(Message.objects.filter(conversation__is_team=True).exclude(body="").values_list("idem_key", "body"))
    assert {key for key, body in left.items() if "4431" in body} == {"oncall:SM3"}, "of nobody's escalation"
    assert not Message.objects.filter(status="queued").exists(), "nor does a second try leave"
    assert scene.business.escalations.get().summary == ""


def test_what_was_passed_on_is_removed_at_the_carrier(scene: Scene) -> None:
    person = person_of(scene.business, scene.conversation.lead.phone)
    Message.objects.filter(idem_key__startswith="said:").update(status="delivered", carrier_message_id="SMfw")
    scene.number.account.__class__.objects.update(kind="twilio")
    assert "SMfw" in {item["id"] for item in outside.items_of(person)}


def test_a_name_behind_its_code_goes_from_a_list(scene: Scene) -> None:
    notice = scene.business.escalations.get().notices.get()
    notice.code = "KT"
    notice.save()
    line = Conversation.objects.get(is_team=True)
    row = make_message(line, "Which one? KT Dana, WX Dana. Reply with its code.", kind="alert")
    forget(scene.business, scene.conversation.lead.phone)
    row.refresh_from_db()
    assert row.body == "Which one? (erased), WX Dana. Reply with its code."


# ---------------------------------------------------------------- the admin's log
def _logged(user: User, row: Model, **values: Any) -> LogEntry:
    kind = ContentType.objects.get_for_model(row)
    return LogEntry.objects.create(
        user=user, content_type=kind, action_flag=CHANGE,
        **{"object_id": str(row.pk), "object_repr": PHONE, "change_message": f"Called {PHONE}", **values},
    )  # fmt: skip


def test_the_log_of_another_business_is_left_alone() -> None:
    cast = make_cast()
    ours, theirs, both = (make_user(f"log{fresh()}") for _ in range(3))
    make_member(cast.a, ours)
    make_member(cast.b, theirs)
    for business in (cast.a, cast.b):
        make_member(business, both)
    lead = make_lead(cast.a, phone=PHONE)
    gone = [
        _logged(both, lead),
        _logged(both, make_lead(cast.a)),
        _logged(both, cast.a),
        _logged(ours, lead, object_id="987654"),
    ]
    kept = [
        _logged(both, make_lead(cast.b, phone=PHONE)),
        _logged(both, cast.b),
        _logged(theirs, lead, object_id="987654"),
        _logged(both, lead, object_id="987654"),
    ]
    forget(cast.a)
    assert set(LogEntry.objects.filter(change_message="").values_list("pk", flat=True)) == {row.pk for row in gone}
    assert set(LogEntry.objects.exclude(change_message="").values_list("pk", flat=True)) >= {row.pk for row in kept}
