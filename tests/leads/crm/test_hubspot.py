"""A lead reaches HubSpot once, as what it is by then, over nothing that somebody typed there (CRM-09)."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from leads import events
from leads.crm import mapping, queueing, running
from leads.enums import CrmStatus
from leads.models import Business, CrmConnection, CrmLink, CrmSync, Lead, LeadEvent
from tests.factories import NOON, make_business, make_lead, make_location, make_opt_out, make_request
from tests.fakes.hubspot import TOKEN, FakeHubSpot

pytestmark = pytest.mark.django_db
PHONE = "+16025550123"


def connect(business: Business, **values: Any) -> CrmConnection:
    given = {"name": "Hub", "kind": "hubspot", "token": TOKEN, "created_at": NOON, **values}
    return CrmConnection.objects.create(business=business, **given)


def happen(lead: Lead, kind: str = "lead.noted", *, at: datetime = NOON, text: str = "") -> None:
    events.record(kind, business=lead.business, lead=lead, at=at, text=text)


def run(at: datetime = NOON + timedelta(minutes=1)) -> int:
    return running.ring(lambda: at)


def row() -> CrmSync:
    return CrmSync.objects.get()


def test_ten_events_are_one_contact_and_one_note(hubspot: FakeHubSpot) -> None:
    business = make_business()
    connect(business, field_map={"opted_out": {"field": "no_texts", "always": True}, "place": {"field": "city"}})
    lead = make_lead(business, phone=PHONE, name="Maria de la Cruz", email="maria@example.com")
    make_request(lead, make_location(business), need="No heat", place="Mesa")
    happen(lead, "call.missed", text="Missed call <b>")
    for _ in range(9):
        happen(lead)
    happen(make_lead(business, is_team=True))
    happen(make_lead(business, is_simulated=True))
    assert (run(NOON), run()) == (0, 1)
    [contact] = hubspot.contacts.values()
    assert contact == {
        "phone": PHONE, "firstname": "Maria", "lastname": "de la Cruz", "email": "maria@example.com", "city": "Mesa",
        "no_texts": "false",
    }  # fmt: skip
    [note] = hubspot.notes
    assert "Missed call &lt;b&gt;" in note["hs_note_body"]
    assert note["to"] == [(202, CrmLink.objects.get().external_id)]
    assert (row().status, row().last_error, run(NOON + timedelta(hours=1))) == (CrmStatus.DONE, "", 0)

    make_opt_out(business, phone=PHONE)
    happen(lead, at=NOON + timedelta(hours=2))
    run(NOON + timedelta(hours=3))
    assert (contact["no_texts"], len(hubspot.contacts), len(hubspot.notes)) == ("true", 1, 1)


@pytest.mark.parametrize("phone", [PHONE, "(602) 555-0123", "602.555.0123"])
def test_who_is_there_is_found_and_what_was_typed_there_stays(hubspot: FakeHubSpot, phone: str) -> None:
    business = make_business()
    connect(business, field_map={"last_name": {"field": "lastname", "always": True}})
    there = hubspot.put(phone=phone, firstname="Mary", lastname="Old")
    lead = make_lead(business, phone=PHONE, name="Maria Cruz", email="maria@example.com")
    happen(lead)
    run()
    assert hubspot.contacts == {
        there: {"phone": phone, "firstname": "Mary", "lastname": "Cruz", "email": "maria@example.com"}
    }
    lead.email = "new@example.com"
    lead.save()
    happen(lead, at=NOON + timedelta(hours=1))
    run(NOON + timedelta(hours=2))
    # Ours from before is replaced, as nobody touched it there.
    assert hubspot.contacts[there]["email"] == "new@example.com"


def test_several_are_a_question_and_never_a_guess(hubspot: FakeHubSpot) -> None:
    business = make_business()
    connect(business)
    one, two = hubspot.put(phone=PHONE, firstname="One"), hubspot.put(mobilephone="602-555-0123", firstname="Two")
    lead = make_lead(business, phone=PHONE, name="Maria")
    happen(lead)
    run()
    assert (row().status, [each["id"] for each in row().candidates]) == (CrmStatus.CONFLICT, [one, two])
    happen(lead, at=NOON + timedelta(hours=1))
    assert run(NOON + timedelta(hours=2)) == 0
    assert not queueing.choose(row(), "999", now=NOON)
    assert queueing.choose(row(), two, now=NOON + timedelta(hours=2))
    run(NOON + timedelta(hours=2))
    assert (row().status, row().choice, CrmLink.objects.get().external_id) == (CrmStatus.DONE, "", two)
    assert "phone" in hubspot.contacts[two]


def test_new_is_a_choice_too(hubspot: FakeHubSpot) -> None:
    business = make_business()
    connect(business)
    hubspot.put(phone=PHONE)
    hubspot.put(phone=PHONE)
    happen(make_lead(business, phone=PHONE))
    run()
    queueing.choose(row(), "new", now=NOON)
    run()
    assert (len(hubspot.contacts), row().status) == (3, CrmStatus.DONE)


def test_a_contact_deleted_there_is_made_anew_once(hubspot: FakeHubSpot) -> None:
    business = make_business()
    connect(business)
    lead = make_lead(business, phone=PHONE, name="Maria")
    said = []
    for hours in range(4):
        happen(lead, at=NOON + timedelta(hours=hours))
        run(NOON + timedelta(hours=hours, minutes=1))
        said.append((len(hubspot.contacts), row().status))
        hubspot.contacts.clear()
    assert said == [(1, "done"), (1, "done"), (0, "conflict"), (0, "conflict")]
    assert "deleted there twice" in row().last_error
    queueing.choose(row(), "new", now=NOON)
    run()
    assert (len(hubspot.contacts), row().status) == (1, CrmStatus.DONE)


def test_its_search_is_behind_and_an_address_is_taken(hubspot: FakeHubSpot) -> None:
    business = make_business()
    connect(business)
    there = hubspot.put(email="maria@example.com")
    hubspot.lags = True
    lead = make_lead(business, phone=PHONE, email="maria@example.com")
    happen(lead)
    run()
    assert (CrmLink.objects.get().external_id, len(hubspot.contacts)) == (there, 1)
    hubspot.lags = False
    hubspot.put(email="other@example.com")
    Lead.objects.filter(pk=lead.pk).update(email="other@example.com", name="Maria")
    happen(lead, at=NOON + timedelta(hours=1))
    run(NOON + timedelta(hours=2))
    assert (row().status, "left out" in row().last_error) == (CrmStatus.DONE, True)
    assert (hubspot.contacts[there]["firstname"], hubspot.contacts[there]["email"]) == ("Maria", "maria@example.com")


def test_requests_become_deals_that_move_once(hubspot: FakeHubSpot) -> None:
    business = make_business()
    connect(business, makes_deals=True, stage_open="new", stage_won="closedwon")
    lead, place = make_lead(business, phone=PHONE), make_location(business)
    request = make_request(lead, place, need="No heat")
    make_request(lead, place, status="spam")
    happen(lead)
    run()
    [deal] = hubspot.deals.values()
    assert deal == {
        "dealname": "No heat",
        "dealstage": "new",
        "pipeline": "default",
        "to": [(3, next(iter(hubspot.contacts)))],
    }
    deal["dealstage"] = "dragged"
    happen(lead, at=NOON + timedelta(hours=1))
    run(NOON + timedelta(hours=2))
    assert deal["dealstage"] == "dragged"
    type(request).objects.filter(pk=request.pk).update(status="won", value_cents=125_000)
    happen(lead, "request.won", at=NOON + timedelta(hours=3), text="Won, $1,250.00")
    run(NOON + timedelta(hours=4))
    assert (deal["dealstage"], deal["amount"], len(hubspot.deals)) == ("closedwon", "1250.00", 1)
    assert [kind for kind, _ in hubspot.notes[-1]["to"]] == [202, 214]


# ---------------------------------------------------------------- trouble
def test_a_bad_token_pauses_the_connection_and_loses_nothing(hubspot: FakeHubSpot) -> None:
    business = make_business()
    connection = connect(business, token="old")
    for _ in range(3):
        happen(make_lead(business))
    assert run() == 1
    connection.refresh_from_db()
    assert (connection.is_active, "does not know the token" in connection.last_error) == (False, True)
    assert LeadEvent.objects.filter(kind="crm.paused").count() == 1
    queueing._remembered.clear()
    happen(make_lead(business), at=NOON + timedelta(hours=1))
    assert (run(NOON + timedelta(hours=2)), CrmSync.objects.filter(status="waiting").count()) == (0, 4)
    connection.token, connection.is_active = TOKEN, True
    connection.save()
    running.start_over(connection, now=NOON + timedelta(hours=3))
    assert (run(NOON + timedelta(hours=3)), len(hubspot.contacts)) == (4, 4)


def test_it_waits_as_long_as_it_is_asked_to(hubspot: FakeHubSpot) -> None:
    business = make_business()
    connection = connect(business)
    happen(make_lead(business))
    hubspot.busy = 1
    at = NOON + timedelta(minutes=1)
    assert run(at) == 1
    connection.refresh_from_db()
    assert (connection.rests_until, row().tries) == (at + timedelta(seconds=7), 0)
    assert "Waits a moment" in running.health(connection, now=at)
    assert (run(at + timedelta(seconds=6)), run(at + timedelta(seconds=8)), row().status) == (0, 1, CrmStatus.DONE)
    connection.refresh_from_db()
    assert (connection.last_error, running.health(connection, now=at)) == ("", "Works.")


def test_a_broken_server_is_tried_for_a_day_and_then_by_hand(hubspot: FakeHubSpot) -> None:
    business = make_business()
    connect(business)
    happen(make_lead(business))
    hubspot.broken = 7
    for hours in range(0, 30, 2):
        run(NOON + timedelta(hours=hours + 1))
    assert (row().status, row().last_error) == (CrmStatus.FAILED, "HubSpot answered 502.")
    assert LeadEvent.objects.filter(kind="crm.failing").count() == 1
    assert queueing.again(CrmSync.objects.all(), now=NOON + timedelta(days=2)) == 1
    run(NOON + timedelta(days=2))
    assert row().status == CrmStatus.DONE


def test_a_field_that_is_not_there_is_said(hubspot: FakeHubSpot) -> None:
    business = make_business()
    connect(business, field_map={"place": {"field": "town"}})
    lead = make_lead(business)
    make_request(lead, make_location(business), place="Mesa")
    happen(lead)
    run()
    assert row().last_error == "HubSpot refused it: VALIDATION_ERROR (field town)."


def test_what_happens_while_it_is_written_is_written_after(hubspot: FakeHubSpot) -> None:
    business = make_business()
    connection = connect(business)
    lead = make_lead(business, phone=PHONE)
    happen(lead)
    claim = running.claim_next(connection, now=NOON + timedelta(minutes=1))
    assert claim is not None
    assert running.claim_next(connection, now=NOON + timedelta(minutes=1)) is None
    happen(lead, at=NOON + timedelta(minutes=1))
    running.run(claim, now=NOON + timedelta(minutes=1))
    assert (row().status, row().next_at) == (CrmStatus.WAITING, NOON + timedelta(minutes=1, seconds=30))


def test_whoever_is_erased_while_they_are_written_is_not_kept(hubspot: FakeHubSpot) -> None:
    business = make_business()
    connection = connect(business)
    lead = make_lead(business, phone=PHONE)
    happen(lead)
    claim = running.claim_next(connection, now=NOON + timedelta(minutes=1))
    assert claim is not None
    Lead.objects.filter(pk=lead.pk).update(erased_at=NOON)
    running.run(claim, now=NOON + timedelta(minutes=1))
    assert (CrmLink.objects.count(), CrmSync.objects.count()) == (0, 0)


def test_blocked_people_and_spam_never_get_there(hubspot: FakeHubSpot) -> None:
    business = make_business()
    connect(business)
    spam = make_lead(business)
    make_request(spam, make_location(business), status="spam")
    happen(spam)
    happen(make_lead(business, blocked_at=NOON))
    run()
    assert hubspot.contacts == {}


# ---------------------------------------------------------------- pure
def test_maps_are_lines() -> None:
    read = mapping.read_map("opted_out = no_texts always\n\nneed=what")
    assert read == {"opted_out": {"field": "no_texts", "always": True}, "need": {"field": "what", "always": False}}
    assert mapping.read_map(mapping.write_map(read)) == read
    for wrong in ("need", "shoe = size", "need = a b", "need = a-b", "need = a\nplace = a", "need ="):
        with pytest.raises(mapping.MapError):
            mapping.read_map(wrong)


def test_phones_are_alike_however_they_are_spelled() -> None:
    assert mapping.is_same("+16025550123", "(602) 555-0123")
    assert mapping.is_same("Maria  Cruz", "maria cruz")
    assert not mapping.is_same("5 Main St 6025550123", "6025550123")
    assert mapping.spellings("+442071234567") == ["+442071234567"]
