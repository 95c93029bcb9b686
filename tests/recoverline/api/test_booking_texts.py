"""Whom a program may have texted about a visit, and when."""

from datetime import UTC, datetime
from typing import Any

import pytest
import time_machine

from leads.models import LeadEvent
from messaging import appointment_events
from messaging.models import ConsentEntry, Message, Reminder
from recoverline.lib import clock
from tests.factories import NOON, make_conversation, make_lead, make_message
from tests.recoverline.api.conftest import World
from tests.recoverline.api.test_writing import bookable

pytestmark = pytest.mark.django_db
NIGHT = datetime(2026, 6, 18, 6, 0, tzinfo=UTC)  # 2:00 in New York
AGREED = {"text": "You may text me about this visit.", "at": "2026-06-17T10:00:00-04:00"}


@pytest.fixture(autouse=True)
def night() -> Any:
    with time_machine.travel(NIGHT, tick=False) as traveller:
        yield traveller


def book(world: World, **values: Any) -> Any:
    wanted = {**bookable(world.cast), "starts_at": "2026-06-19T13:00:00Z", **values}
    answer = world.b.post("appointments/", {name: value for name, value in wanted.items() if value is not None})
    assert answer.status_code == 201, answer.content
    tell()
    return answer.json()


def tell() -> None:
    for event in LeadEvent.objects.filter(kind__startswith="appointment."):
        appointment_events.handle(event, now=clock.now())


def test_without_a_sign_that_they_agreed_the_visit_stands_and_nobody_is_texted(world: World) -> None:
    visit = book(world)
    assert (visit["status"], visit["is_told_by_text"]) == ("confirmed", False)
    world.b.post(f"appointments/{visit['id']}/cancel/", {"version": 1})
    tell()
    assert (Message.objects.count(), Reminder.objects.count(), ConsentEntry.objects.count()) == (0, 0, 0)


def test_who_agreed_is_texted_in_the_morning_and_the_evidence_is_kept(world: World) -> None:
    assert book(world, phone="+12125550142", consent=AGREED)["is_told_by_text"] is True
    text = Message.objects.get()
    assert (text.status, text.next_at) == ("queued", datetime(2026, 6, 18, 12, 0, tzinfo=UTC))
    line = ConsentEntry.objects.get()
    assert (line.kind, line.means, line.said, line.at) == (
        "opted_in", "api", AGREED["text"], datetime(2026, 6, 17, 14, 0, tzinfo=UTC),
    )  # fmt: skip


def test_who_wrote_before_needs_no_other_sign(world: World) -> None:
    lead = make_lead(world.cast.b)
    make_message(
        make_conversation(lead, world.cast.b_number), "Hi", direction="in", kind="inbound", status="received",
        created_at=NOON,
    )  # fmt: skip
    assert book(world, phone=None, lead=str(lead.key))["is_told_by_text"] is True
    assert Message.objects.filter(kind="appointment").count() == 1


@pytest.mark.parametrize(
    "consent", [{"text": "x"}, {"at": AGREED["at"]}, {**AGREED, "at": "2026-07-01T00:00:00Z"}, "yes"]
)
def test_evidence_is_whole_or_refused(world: World, consent: Any) -> None:
    wanted = {**bookable(world.cast), "starts_at": "2026-06-19T13:00:00Z", "consent": consent}
    assert world.b.post("appointments/", wanted).status_code in (400, 422)
    assert ConsentEntry.objects.count() == 0
