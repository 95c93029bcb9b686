"""Letters that cannot be encoded or kept are no reason to break."""

import json
from typing import Any

import pytest
from django.test import Client

from leads.models.api import FormEntry
from tests.factories import make_business, make_location, make_number
from tests.recoverline.api.conftest import make_program
from tests.recoverline.api.test_intake import make_source, outcomes

pytestmark = pytest.mark.django_db
ODD = ["\ud800", "a\x00b", "\udfff\x00"]


@pytest.mark.parametrize("odd", ODD)
def test_a_form_with_an_odd_id(odd: str) -> None:
    number = make_number(make_location(make_business("Alder Plumbing")))
    source = make_source(number.location)
    client = Client(raise_request_exception=False)
    fields = {"phone": "2125550142", "_id": odd, odd: odd, f"_{odd}": odd}
    answer = client.post(f"/api/v1/intake/{source.key}/", json.dumps(fields), content_type="application/json")
    assert (answer.status_code, outcomes()) == (201, ["no_consent"])
    assert "\x00" not in FormEntry.objects.get().external_id


@pytest.mark.parametrize(
    "body", [{odd: 1} for odd in ODD] + [{"language": odd} for odd in ODD] + [{"consent": {"\ud800": 1}}]
)
def test_a_program_that_sends_odd_names_is_told_so(body: dict[str, Any]) -> None:
    program = make_program(make_location(make_business("Alder Plumbing")).business)
    program.client.raise_request_exception = False
    answer = program.post("leads/", {"phone": "2125550142", **body})
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid")
