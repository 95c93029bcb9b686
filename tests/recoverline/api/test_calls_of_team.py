"""Who of the team rings whom is told to no program."""

from typing import Any

import pytest
import time_machine

from leads.models import WebhookDelivery, WebhookEndpoint
from leads.webhooks import endpoints
from messaging import missed_calls
from messaging.enums import MissReason
from messaging.models import Call
from recoverline.api import bodies
from tests.factories import NOON, make_business, make_call, make_location, make_member, make_number, make_user
from tests.recoverline.api.conftest import make_program

pytestmark = pytest.mark.django_db
OWN = "+12125550999"


@pytest.fixture(autouse=True)
def noon() -> Any:
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller


def test_calls_from_own_phones_are_neither_listed_nor_sent(db: None) -> None:
    number = make_number(make_location(make_business("Alder Plumbing")))
    member = make_member(number.business, make_user("owner1"), phone=OWN)
    endpoint = WebhookEndpoint(business=number.business, name="x", url="https://example.com/x")
    endpoints.give_secret(endpoint, now=NOON)
    endpoint.save()
    ringing = {"state": "ringing", "miss_reason": "", "decided_at": None, "outcome": "", "decision": "", "facts": {}}
    for caller in (OWN, "+12125550142", ""):
        row = make_call(number, caller=caller, **ringing, trace=[])
        rows = Call.objects.select_related("business", "location__business", "number__account", "number__location")
        missed_calls.handle(rows.get(pk=row.pk), MissReason.NO_ANSWER, now=NOON)
    answered = make_call(number, caller=OWN, state="answered", miss_reason="")
    told = [bodies.body_of(row.event) for row in WebhookDelivery.objects.filter(kind="call.missed").order_by("id")]
    assert [body and body["data"]["call"]["caller"] for body in told] == [None, "+12125550142", ""]
    program = make_program(number.business)
    assert sorted(row["caller"] for row in program.get("calls/").json()["results"]) == ["", "+12125550142"]
    assert program.get(f"calls/{answered.key}/").status_code == 404
    member.delete()
    assert len(program.ids("calls/", state="missed")) == 2
