"""What a token reads: its own business's rows, all of them, in pages, and never a word of anybody else's (TEN-04)."""

from datetime import timedelta
from typing import Any

import pytest

from leads.models import CallbackTask, JobRequest, Lead
from messaging.models import Call, Conversation, Message
from scheduling.models import Appointment
from tests.factories import NOON, make_call, make_conversation, make_lead, make_message
from tests.leads.canaries import CANARY
from tests.recoverline.api.conftest import World

ROWS: dict[str, Any] = {
    "leads/": Lead, "requests/": JobRequest, "conversations/": Conversation, "messages/": Message, "calls/": Call,
    "appointments/": Appointment, "tasks/": CallbackTask,
}  # fmt: skip
LISTS = (*ROWS, "locations/", "services/")


def key_of(world: World, model: Any) -> str:
    return str(world.rows[model].key if model in world.rows else model.objects.get(business=world.cast.a).key)


def test_the_owner_of_a_token_reads_every_kind_of_row(full_world: World) -> None:
    world = full_world
    for path, model in ROWS.items():
        found = world.a.get(path)
        assert (path, found.status_code, CANARY in found.content.decode()) == (path, 200, True)
        one = world.a.get(f"{path}{key_of(world, model)}/")
        assert (path, one.status_code, one.json()["id"]) == (path, 200, key_of(world, model))
        assert one.json() in found.json()["results"]
        assert set(found.json()) == {"results", "next"}


def test_a_stranger_reads_nothing_in_whatever_way_it_asks(full_world: World) -> None:
    world = full_world
    lead, thread = key_of(world, Lead), key_of(world, Conversation)
    phone = world.rows[Lead].phone
    asked: list[tuple[str, dict[str, str]]] = [(path, {}) for path in LISTS]
    asked += [(path, {"order": "oldest", "limit": "100"}) for path in ROWS]
    asked += [(path, {"lead": lead}) for path in ROWS if path not in ("leads/", "messages/")]
    asked += [(path, {"phone": phone}) for path in ROWS if path not in ("requests/", "messages/")]
    asked += [("conversations/", {"location": "main"}), ("leads/", {"source": f"{CANARY} ads"})]
    for path, params in asked:
        answer = world.b.get(path, **params)
        assert (path, params, answer.status_code) == (path, params, 200)
        assert (path, params, CANARY in answer.content.decode()) == (path, params, False)
        if path in ROWS:
            assert (path, params, answer.json()["results"]) == (path, params, [])
    for path, model in ROWS.items():
        answer = world.b.get(f"{path}{key_of(world, model)}/")
        assert (path, answer.status_code, answer.json()["code"]) == (path, 404, "not_found")
    assert world.b.get(f"conversations/{thread}/messages/").status_code == 404
    service = world.b.get("availability/", service=f"{CANARY} service")
    assert (service.status_code, service.json()["errors"]) == (400, {"service": ["There is no such service."]})
    standing = world.b.get("consent/", phone=phone).json()
    assert (standing["ledger"], standing["opted_out_at"]) == ([], None)


def test_a_stranger_changes_nothing(full_world: World) -> None:
    world = full_world
    lead, thread, visit, task = (key_of(world, each) for each in (Lead, Conversation, Appointment, CallbackTask))
    for path, body in (
        (f"conversations/{thread}/messages/", {"body": "Hello"}),
        (f"conversations/{thread}/close/", {}),
        (f"conversations/{thread}/reopen/", {}),
        (f"conversations/{thread}/assign/", {"assignee": None}),
        (f"appointments/{visit}/cancel/", {"version": 1}),
        (f"appointments/{visit}/move/", {"version": 1, "starts_at": "2026-06-20T18:00:00Z"}),
        (f"tasks/{task}/complete/", {}),
    ):
        assert (path, world.b.post(path, body).status_code) == (path, 404)
    assert world.b.patch(f"leads/{lead}/", {"name": "Mine"}).status_code == 404
    other = {"service": f"{CANARY} service", "starts_at": "2026-06-20T18:00:00Z", "lead": lead}
    assert world.b.post("appointments/", other).status_code == 400
    assert Lead.objects.get(key=lead).name == f"{CANARY} lead"


def test_lines_of_the_team_simulated_rows_and_the_erased_are_not_there(world: World) -> None:
    business, number = world.cast.a, world.cast.a_number
    for values in ({"is_team": True}, {"is_simulated": True}, {"erased_at": NOON}):
        lead = make_lead(business, **values)
        mark = {"is_simulated": values.get("is_simulated", False)}
        thread = make_conversation(lead, number, is_team=values.get("is_team", False), **mark)
        text, call = make_message(thread, **mark), make_call(number, lead=lead, **mark)
        for path, row in (("leads/", lead), ("conversations/", thread), ("messages/", text), ("calls/", call)):
            assert (values, path, world.a.get(f"{path}{row.key}/").status_code) == (values, path, 404)
            assert (values, path, str(row.key) in world.a.ids(path)) == (values, path, False)


def test_a_business_that_is_simulated_as_a_whole_sees_its_own_rows(world: World) -> None:
    world.cast.b.is_simulated = True
    world.cast.b.save()
    lead = make_lead(world.cast.b, is_simulated=True)
    assert world.b.ids("leads/") == [str(lead.key)]


def test_pages_lead_through_all_rows_once_also_those_of_one_instant(world: World) -> None:
    made = [make_lead(world.cast.b, created_at=NOON + timedelta(seconds=n // 3)) for n in range(8)]
    for order in ("newest", "oldest"):
        answer = world.b.get("leads/", limit=3, order=order).json()
        seen = [row["id"] for row in answer["results"]]
        while answer["next"]:
            if order == "newest":  # what comes in meanwhile moves nothing
                make_lead(world.cast.b, created_at=NOON + timedelta(days=1))
            answer = world.b.get(answer["next"].partition("/api/v1/")[2]).json()
            seen += [row["id"] for row in answer["results"]]
        assert (order, sorted(seen)) == (order, sorted(str(lead.key) for lead in made))
        Lead.objects.filter(created_at__gt=NOON + timedelta(hours=1)).delete()


def test_filters(world: World) -> None:
    a, number = world.cast.b, world.cast.b_number
    old = make_lead(a, phone="+12125550142", created_at=NOON - timedelta(days=2), kind="existing")
    new = make_lead(a, created_at=NOON)
    for params, expected in (
        ({"phone": "(212) 555-0142"}, [old]),
        ({"created_since": "2026-06-17T00:00:00Z"}, [new]),
        ({"created_before": "2026-06-17T00:00:00-07:00"}, [old]),
        ({"kind": "existing"}, [old]),
    ):
        assert (params, world.b.ids("leads/", **params)) == (params, [str(lead.key) for lead in expected])
    thread = make_conversation(old, number, status="done")
    make_conversation(new, number, needs_reply=True)
    assert world.b.ids("conversations/", status="done") == [str(thread.key)]
    assert world.b.ids("conversations/", needs_reply="false") == [str(thread.key)]
    missed = make_call(number, lead=new, caller=new.phone)
    assert world.b.ids("calls/", state="missed", phone=new.phone) == [str(missed.key)]
    assert world.b.ids("calls/", state="answered") == []


@pytest.mark.parametrize(
    ("params", "field"),
    [
        ({"stauts": "open"}, "stauts"),
        ({"status": "opened"}, "status"),
        ({"limit": "0"}, "limit"),
        ({"updated_since": "yesterday"}, "updated_since"),
        ({"updated_since": "0001-01-01T00:00:00+23:59"}, "updated_since"),
        ({"phone": "12"}, "phone"),
        ({"location": "a\x00b"}, "location"),
    ],
)
def test_what_a_list_does_not_know_is_refused(world: World, params: dict[str, str], field: str) -> None:
    answer = world.a.get("conversations/", **params)
    assert (answer.status_code, answer["Content-Type"]) == (400, "application/problem+json")
    assert (answer.json()["code"], list(answer.json()["errors"])) == ("invalid", [field])


def test_a_cursor_of_ones_own_making_is_refused(world: World) -> None:
    for cursor in ("x", "%%%", "MjAyNg", "ÿ"):
        assert world.a.get("leads/", cursor=cursor).json()["code"] == "invalid_cursor"


def test_a_list_costs_the_same_with_one_row_and_with_ten(
    world: World, django_assert_max_num_queries: Any
) -> None:  # fmt: skip
    lead = make_lead(world.cast.b)
    thread = make_conversation(lead, world.cast.b_number)
    for _ in range(10):
        make_message(thread)
        make_call(world.cast.b_number, lead=make_lead(world.cast.b), conversation=thread)
    for path in ("messages/", "calls/", "leads/", "conversations/"):
        world.b.get(path)  # the first of a minute opens the count
        with django_assert_max_num_queries(6):  # token, its use, two of the throttle, rows, media
            assert world.b.get(path).status_code == 200
