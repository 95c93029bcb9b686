"""Something is killed between making a deal or a note there and noting it: the next try finds it (CRM-09, QUE-04)."""

from datetime import timedelta
from typing import Any

import pytest

from leads.crm import running
from leads.crm.base import Unclear
from leads.crm.hubspot import HubSpot
from leads.crm.pipedrive import Pipedrive
from leads.enums import CrmStatus
from leads.models import CrmLink, CrmSync, Lead
from tests.factories import NOON, make_business, make_lead, make_location, make_request
from tests.fakes import hubspot as hubspot_fake
from tests.fakes import pipedrive as pipedrive_fake
from tests.leads.crm.test_hubspot import PHONE, connect, happen, run

pytestmark = pytest.mark.django_db
LATER = NOON + timedelta(minutes=10)


class Killed(BaseException):
    """As kill -9: nothing after it runs, nothing catches it."""


def a_lead(kind: str) -> Lead:
    business = make_business()
    stages = {"stage_open": "appointmentscheduled"} if kind == "hubspot" else {}
    token = {"hubspot": hubspot_fake.TOKEN, "pipedrive": pipedrive_fake.TOKEN}[kind]
    connect(business, kind=kind, token=token, makes_deals=True, **stages)
    lead = make_lead(business, phone=PHONE, name="Maria Cruz")
    make_request(lead, make_location(business), need="No heat & no water")
    happen(lead, "call.missed", text="Missed call & <b>")
    return lead


def die_after(monkeypatch: pytest.MonkeyPatch, client: type[Any], name: str, death: BaseException) -> None:
    """Once: what it asks for is done there, and we never hear of it."""
    whole = getattr(client, name)

    def act(self: Any, *args: Any, **more: Any) -> Any:
        whole(self, *args, **more)
        monkeypatch.setattr(client, name, whole)
        raise death

    monkeypatch.setattr(client, name, act)


@pytest.fixture(params=["hubspot", "pipedrive"])
def there(request: pytest.FixtureRequest) -> tuple[str, Any, type[Any]]:
    client = {"hubspot": HubSpot, "pipedrive": Pipedrive}[request.param]
    return request.param, request.getfixturevalue(request.param), client


@pytest.mark.parametrize("act", ["create_deal", "note"])
def test_what_was_made_before_the_kill_is_found_again(
    there: tuple[str, Any, type[Any]], act: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    kind, fake, client = there
    a_lead(kind)
    die_after(monkeypatch, client, act, Killed())
    with pytest.raises(Killed):
        run()
    assert CrmSync.objects.get().status == CrmStatus.SENDING
    assert (running.ring(lambda: LATER), CrmSync.objects.get().status) == (1, CrmStatus.DONE)
    assert (len(fake.deals), len(fake.notes)) == (1, 1)
    [deal_id] = fake.deals
    [known] = CrmLink.objects.get().deals.values()
    assert (known["id"], "title" in known) == (str(deal_id), False)
    # What happens afterwards is told in a second note, as ever.
    happen(Lead.objects.get(), "request.won", at=LATER, text="Won")
    running.ring(lambda: LATER + timedelta(minutes=5))
    assert (len(fake.deals), len(fake.notes)) == (1, 2)


def test_an_answer_that_is_lost_makes_no_second_deal(hubspot: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    a_lead("hubspot")
    die_after(monkeypatch, HubSpot, "create_deal", Unclear("HubSpot: no answer"))
    run()
    running.ring(lambda: LATER)
    assert (len(hubspot.deals), CrmSync.objects.get().status) == (1, CrmStatus.DONE)


def test_a_deal_that_somebody_made_under_another_title_is_left_alone(
    hubspot: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    a_lead("hubspot")
    whole = HubSpot.create_deal

    def never(*args: Any) -> str:
        monkeypatch.setattr(HubSpot, "create_deal", whole)
        raise Killed

    monkeypatch.setattr(HubSpot, "create_deal", never)
    with pytest.raises(Killed):
        run()
    [contact] = hubspot.contacts
    hubspot.deals["9"] = {"dealname": "Boiler", "to": [(3, contact)]}
    running.ring(lambda: LATER)
    assert sorted(deal["dealname"] for deal in hubspot.deals.values()) == ["Boiler", "No heat & no water"]
