"""What programs do: only what may be set, through the same doors as people, and nothing when it is refused."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine

from leads.models import CallbackTask, Lead, LeadEvent
from messaging.models import ConsentEntry, Conversation, Message, OptOut
from scheduling.models import Appointment
from tests.base import Cast
from tests.factories import (
    NOON,
    make_area,
    make_conversation,
    make_hours,
    make_lead,
    make_location,
    make_message,
    make_never_text,
    make_opt_out,
    make_resource,
    make_rules,
    make_service,
    make_task,
    phone,
)
from tests.leads.canaries import snapshot
from tests.recoverline.api.conftest import World

TOMORROW_NINE = datetime(2026, 6, 18, 13, 0, tzinfo=UTC)  # 9:00 in New York
NIGHT = datetime(2026, 6, 18, 6, 0, tzinfo=UTC)  # 2:00 in New York, 23:00 in Los Angeles


@pytest.fixture(autouse=True)
def noon() -> Any:
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller


@pytest.fixture
def thread(world: World) -> Conversation:
    lead = make_lead(world.cast.b, name="Dana")
    return make_conversation(lead, world.cast.b_number, needs_reply=True)


# ---------------------------------------------------------------- leads
def test_a_lead_is_added_without_a_text_and_known_by_its_phone(world: World) -> None:
    body = {"phone": "(212) 555-0142", "name": "Dana", "email": "d@example.com", "source": "fair", "need": "A leak"}
    answer = world.b.post("leads/", body)
    assert (answer.status_code, answer.json()["outcome"]) == (201, "added")
    lead = Lead.objects.get(business=world.cast.b)
    assert (lead.phone, lead.name, lead.email, lead.source) == ("+12125550142", "Dana", "d@example.com", "fair")
    assert lead.requests.get().need == "A leak"
    assert world.b.post("leads/", {"phone": "212.555.0142", "name": "Other"}).json()["id"] == str(lead.key)
    lead.refresh_from_db()
    assert (lead.name, Message.objects.filter(lead=lead).count()) == ("Dana", 0)


def test_a_lead_that_agreed_is_texted_at_once_and_what_they_agreed_to_is_kept(world: World) -> None:
    consent = {"text": "Text me about my request.", "evidence": "form 7"}
    answer = world.b.post("leads/", {"phone": phone(), "name": "Dana", "consent": consent})
    assert answer.json()["outcome"] == "texted"
    text = Message.objects.get(business=world.cast.b)
    assert (text.kind, text.status) == ("first_text", "queued")
    assert text.body.startswith("Hi Dana, this is Birch Dental. We got your request, thank you!")
    line = ConsentEntry.objects.get(business=world.cast.b, kind="opted_in")
    assert (line.said, line.scope, line.means) == ("Text me about my request.", "request", "api")
    assert line.evidence.endswith(": form 7")


ODD: list[tuple[str, Any]] = [
    ("business", 1), ("id", "x"), ("is_team", True), ("blocked_at", None), ("phone", "+12125550142"), ("key", "x"),
    ("business_id", 1), ("created_at", "2020-01-01"), ("is_simulated", True), ("erased_at", None),
]  # fmt: skip


@pytest.mark.parametrize(("name", "value"), ODD)
def test_what_may_not_be_set_is_refused(world: World, name: str, value: Any) -> None:
    lead = make_lead(world.cast.b, name="Dana")
    before = Lead.objects.values().get(pk=lead.pk)
    answer = world.b.patch(f"leads/{lead.key}/", {"name": "Mine", name: value})
    assert (answer.status_code, list(answer.json()["errors"])) == (400, [name])
    assert Lead.objects.values().get(pk=lead.pk) == before
    if name != "phone":
        assert world.b.post("leads/", {"phone": phone(), name: value}).status_code == 400


def test_a_lead_is_corrected_and_the_timeline_says_what_was(world: World) -> None:
    lead = make_lead(world.cast.b, name="Dana")
    answer = world.b.patch(f"leads/{lead.key}/", {"name": "Dana Reed", "kind": "existing"})
    assert (answer.json()["name"], answer.json()["kind"]) == ("Dana Reed", "existing")
    event = LeadEvent.objects.get(lead=lead, kind="lead.corrected")
    assert (event.text, event.actor) == ("Name: Dana Reed, was Dana; Customer: Existing customer", None)


# ---------------------------------------------------------------- texts
def test_a_text_leaves_by_the_one_door_and_the_robot_is_silent_from_then_on(
    world: World, thread: Conversation
) -> None:  # fmt: skip
    answer = world.b.post(f"conversations/{thread.key}/messages/", {"body": "On our way"})
    assert (answer.status_code, answer.json()["status"], answer.json()["kind"]) == (201, "queued", "staff")
    thread.refresh_from_db()
    assert (thread.handler, thread.needs_reply, thread.assignee) == ("person", False, None)
    assert world.b.ids(f"conversations/{thread.key}/messages/") == [answer.json()["id"]]


def test_a_text_that_may_not_leave_is_refused_and_nothing_is_written(world: World, thread: Conversation) -> None:
    def refused() -> str:
        before = snapshot()
        answer = world.b.post(f"conversations/{thread.key}/messages/", {"body": "Hello"})
        assert (answer.status_code, snapshot()) == (409, before)
        return str(answer.json()["code"])

    world.b.get("leads/")  # the use of the token is known
    stop = make_opt_out(world.cast.b, phone=thread.lead.phone)
    assert refused() == "opted_out"
    stop.delete()
    entry = make_never_text(world.cast.b, phone=thread.lead.phone)
    assert refused() == "never_text"
    entry.delete()
    Lead.objects.filter(pk=thread.lead_id).update(blocked_at=NOON)
    assert refused() == "blocked"
    Lead.objects.filter(pk=thread.lead_id).update(blocked_at=None, is_landline=True)
    assert refused() == "unreachable"
    Lead.objects.filter(pk=thread.lead_id).update(is_landline=False)
    world.cast.b.is_texting_paused = True
    world.cast.b.save()
    assert refused() == "paused"
    world.cast.b.is_texting_paused = False
    world.cast.b.save()
    Conversation.objects.filter(pk=thread.pk).update(status="done", needs_reply=False)
    assert refused() == "conversation_done"


def test_at_night_only_somebody_who_is_there_is_texted(world: World, thread: Conversation, noon: Any) -> None:
    noon.move_to(NIGHT)
    path = f"conversations/{thread.key}/messages/"
    answer = world.b.post(path, {"body": "Hello"})
    assert (answer.status_code, answer.json()["code"]) == (409, "quiet_hours")
    assert answer.json()["allowed_from"] > NIGHT.isoformat()
    make_message(thread, "Are you there?", direction="in", kind="inbound", created_at=NIGHT - timedelta(minutes=5))
    assert world.b.post(path, {"body": "Yes"}).status_code == 201


@pytest.mark.parametrize("body", ["", "  ", "x" * 1601, "a\x00b", None, {"a": 1}])
def test_a_body_that_is_none(world: World, thread: Conversation, body: Any) -> None:
    assert world.b.post(f"conversations/{thread.key}/messages/", {"body": body}).status_code == 400


def test_one_person_gets_twenty_texts_a_day_at_the_most(world: World, thread: Conversation) -> None:
    path = f"conversations/{thread.key}/messages/"
    codes = [world.b.post(path, {"body": f"Text {n}"}).json().get("code", "") for n in range(21)]
    assert codes == [""] * 20 + ["too_many_texts"]


def test_a_conversation_is_given_closed_and_opened_again(world: World, thread: Conversation) -> None:
    path = f"conversations/{thread.key}"
    assert world.b.post(f"{path}/assign/", {"assignee": "cleo"}).json()["assignee"] == "cleo"
    assert world.b.post(f"{path}/assign/", {"assignee": "ana"}).status_code == 400  # of another business
    assert world.b.post(f"{path}/assign/", {"assignee": None}).json()["assignee"] is None
    assert world.b.post(f"{path}/close/").json()["status"] == "done"
    assert world.b.post(f"{path}/close/").json()["status"] == "done"
    assert world.b.post(f"{path}/reopen/").json()["status"] == "open"
    assert set(LeadEvent.objects.filter(lead=thread.lead).values_list("actor", flat=True)) == {None}


# ---------------------------------------------------------------- appointments
def bookable(cast: Cast) -> dict[str, Any]:
    make_hours(cast.b)
    make_rules(make_service(cast.b, "Cleaning"))
    make_resource(cast.b)
    return {"service": "cleaning", "starts_at": TOMORROW_NINE.isoformat(), "phone": phone(), "name": "Dana"}


def test_an_appointment_is_booked_moved_and_canceled(world: World) -> None:
    wanted = bookable(world.cast)
    days = world.b.get("availability/", service="Cleaning", first="2026-06-18", days=1).json()["results"]
    assert days[0]["local"] == "2026-06-18T09:00:00-04:00"
    booked = world.b.post("appointments/", wanted).json()
    assert (booked["status"], booked["booked_by"], booked["version"]) == ("confirmed", "api", 1)
    path = f"appointments/{booked['id']}"
    again = world.b.post("appointments/", {**wanted, "phone": phone()})
    assert (again.status_code, again.json()["code"]) == (409, "taken")
    assert again.json()["alternatives"][0] == "2026-06-18T14:00:00+00:00"
    moved = world.b.post(f"{path}/move/", {"starts_at": "2026-06-18T10:00:00-04:00", "version": 1}).json()
    assert (moved["starts_at"], moved["version"]) == ("2026-06-18T14:00:00Z", 2)
    late = world.b.post(f"{path}/cancel/", {"version": 1})
    assert (late.status_code, late.json()["code"]) == (409, "changed")
    ended = world.b.post(f"{path}/cancel/", {"version": 2, "reason": "Sold the house"}).json()
    assert (ended["status"], ended["cancel_reason"]) == ("canceled", "Sold the house")


def test_what_cannot_be_booked_leaves_nobody_behind(world: World) -> None:
    wanted = bookable(world.cast)
    make_location(world.cast.b, "Far", slug="far")
    world.b.get("leads/")
    before = snapshot()
    for change, status in (
        ({"starts_at": "2026-06-18T03:00:00Z", "location": "main"}, 409),
        ({"service": "Massage", "location": "main"}, 400),
        ({}, 400),  # which location?
        ({"location": "main", "lead": "0b0f7f6e-0000-4000-8000-000000000000"}, 400),  # and a phone
        ({"location": "main", "starts_at": "2026-06-18 at nine"}, 400),
    ):
        assert (change, world.b.post("appointments/", {**wanted, **change}).status_code) == (change, status)
    assert snapshot() == before


def test_where_the_team_goes_to_the_customer_the_place_decides(world: World) -> None:
    make_hours(world.cast.b)
    make_resource(world.cast.b)
    make_rules(make_service(world.cast.b, "Repair"), place="customer")
    make_area(world.cast.b, "Tempe", postal_codes=["85281"])
    assert world.b.get("availability/", service="Repair").json()["code"] == "out_of_area"
    assert world.b.get("availability/", service="Repair", place="99999").json()["code"] == "out_of_area"
    assert len(world.b.get("availability/", service="Repair", place="85281").json()["results"]) > 10


# ---------------------------------------------------------------- tasks and consent
def test_a_task_is_done_once(world: World) -> None:
    task = make_task(world.cast.b_location, lead=make_lead(world.cast.b))
    answers = [world.b.post(f"tasks/{task.key}/complete/", {"note": "Will call again"}) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [200, 409]
    done = CallbackTask.objects.get(pk=task.pk)
    assert (done.done_at, done.done_by) == (NOON, None)
    event = LeadEvent.objects.get(kind="task.finished")
    assert event.text == f"Called back ({world.b.token.name}): Will call again"
    assert world.b.ids("tasks/", is_done="true") == [str(task.key)]


def test_an_opt_out_holds_at_once_and_an_opt_in_takes_it_back(world: World, thread: Conversation) -> None:
    number = thread.lead.phone
    stopped = world.b.post("consent/opt-out/", {"phone": number, "evidence": "told us on the phone"}).json()
    assert (stopped["may_text"], stopped["opted_out_at"]) == (False, "2026-06-17T18:00:00Z")
    assert OptOut.objects.get(business=world.cast.b).source == "api"
    assert [line["kind"] for line in stopped["ledger"]] == ["opted_out"]
    assert world.b.post(f"conversations/{thread.key}/messages/", {"body": "Hello"}).json()["code"] == "opted_out"
    assert world.b.post("consent/opt-in/", {"phone": number}).status_code == 400  # not without evidence
    again = world.b.post("consent/opt-in/", {"phone": number, "evidence": "ticket 4", "said": "Text me"}).json()
    assert (again["may_text"], again["opted_out_at"]) == (True, None)
    assert [line["kind"] for line in again["ledger"]] == ["opted_in", "opted_out"]
    assert Appointment.objects.filter(business=world.cast.b).count() == 0
