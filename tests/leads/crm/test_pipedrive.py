"""Pipedrive gets the same: persons in any usual spelling, deals with a status, own fields (CRM-09)."""

from datetime import timedelta

import pytest

from leads.crm import running
from leads.crm.base import Busy
from leads.crm.pipedrive import Pipedrive
from leads.enums import CrmStatus
from leads.models import Business, CrmConnection, CrmLink, CrmSync
from tests.factories import NOON, make_business, make_lead, make_location, make_request
from tests.fakes.pipedrive import NO_TEXTS, TOKEN, FakePipedrive
from tests.leads.crm.test_hubspot import PHONE, happen, run

pytestmark = pytest.mark.django_db


def connect(business: Business, **values: object) -> CrmConnection:
    given = {"name": "Pipe", "kind": "pipedrive", "token": TOKEN, "created_at": NOON, **values}
    return CrmConnection.objects.create(business=business, **given)


def test_a_lead_becomes_a_person_with_a_deal_and_a_note(pipedrive: FakePipedrive) -> None:
    business = make_business()
    connect(
        business, field_map={"opted_out": {"field": NO_TEXTS}}, makes_deals=True, stage_open="3", stage_estimated="4"
    )
    lead = make_lead(business, phone=PHONE, name="Maria Cruz", email="maria@example.com")
    request = make_request(lead, make_location(business), need="No heat")
    happen(lead, "call.missed", text="Missed call")
    run()
    [person] = pipedrive.persons.values()
    assert (person["name"], person["phones"][0]["value"], person["emails"][0]["value"], person["custom_fields"]) == (
        "Maria Cruz", PHONE, "maria@example.com", {NO_TEXTS: "false"},
    )  # fmt: skip
    [deal] = pipedrive.deals.values()
    assert deal == {"id": deal["id"], "title": "No heat", "person_id": person["id"], "status": "open", "stage_id": 3}
    [note] = pipedrive.notes
    assert (note["person_id"], note["deal_id"], "Missed call" in note["content"]) == (person["id"], deal["id"], True)

    type(request).objects.filter(pk=request.pk).update(status="won", value_cents=99_950)
    happen(lead, "request.won", at=NOON + timedelta(hours=1))
    run(NOON + timedelta(hours=2))
    assert (deal["status"], deal["stage_id"], deal["value"], deal["currency"]) == ("won", 3, 999.5, "USD")
    assert (CrmSync.objects.get().status, len(pipedrive.persons)) == (CrmStatus.DONE, 1)


@pytest.mark.parametrize("phone", ["602-555-0123", "(602) 555-0123", "6025550123"])
def test_a_person_is_found_and_keeps_what_is_theirs(pipedrive: FakePipedrive, phone: str) -> None:
    business = make_business()
    connect(business)
    there = pipedrive.put("Mary", phones=("+16025550999", phone))
    happen(make_lead(business, phone=PHONE, name="Maria", email="maria@example.com"))
    run()
    person = pipedrive.persons[int(there)]
    assert CrmLink.objects.get().external_id == there
    assert (person["name"], [each["value"] for each in person["phones"]]) == ("Mary", ["+16025550999", phone])
    assert person["emails"][0]["value"] == "maria@example.com"


def test_a_phone_that_is_always_ours_leaves_the_others(pipedrive: FakePipedrive) -> None:
    business = make_business()
    connect(business, field_map={"email": {"field": "emails", "always": True}})
    there = pipedrive.put("Mary", phones=(PHONE,), emails=("old@example.com", "work@example.com"))
    happen(make_lead(business, phone=PHONE, email="new@example.com"))
    run()
    emails = [(each["value"], each["primary"]) for each in pipedrive.persons[int(there)]["emails"]]
    assert emails == [("new@example.com", True), ("work@example.com", False)]


def test_several_persons_deleted_ones_and_nobody(pipedrive: FakePipedrive) -> None:
    business = make_business()
    connect(business)
    for name in ("One", "Two"):
        pipedrive.put(name, phones=(PHONE,))
    lead = make_lead(business, phone=PHONE)
    happen(lead)
    run()
    assert [each["name"] for each in CrmSync.objects.get().candidates] == ["One", "Two"]
    CrmSync.objects.all().delete()
    for person in pipedrive.persons.values():
        person["is_deleted"] = True
    happen(lead, at=NOON + timedelta(hours=1))
    run(NOON + timedelta(hours=2))
    made = pipedrive.persons[int(CrmLink.objects.get().external_id)]
    assert (made["name"], len(pipedrive.persons)) == (PHONE, 3)
    made["is_deleted"] = True
    happen(lead, at=NOON + timedelta(hours=3))
    run(NOON + timedelta(hours=4))
    assert (len(pipedrive.persons), CrmLink.objects.get().made_anew_at) == (4, NOON + timedelta(hours=4))


def test_it_says_what_is_wrong(pipedrive: FakePipedrive) -> None:
    pipedrive.busy = 1
    with pytest.raises(Busy) as busy:
        Pipedrive(TOKEN).read("1", ["name"])
    assert busy.value.wait == timedelta(seconds=2)
    business = make_business()
    connection = connect(business, field_map={"need": {"field": "wish"}})
    lead = make_lead(business)
    make_request(lead, make_location(business), need="No heat")
    happen(lead)
    run()
    assert CrmSync.objects.get().last_error == "Pipedrive refused it: ERR_SCHEMA_VALIDATION_FAILED."
    pipedrive.token = "another"
    happen(lead, at=NOON + timedelta(hours=1))
    run(NOON + timedelta(hours=2))
    connection.refresh_from_db()
    assert running.health(connection, now=NOON).startswith("Paused. Pipedrive does not know the token.")
