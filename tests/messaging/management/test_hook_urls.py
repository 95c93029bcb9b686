"""`manage.py hook_urls`: what to paste where."""

import json
from io import StringIO

import pytest
from django.conf import settings
from django.core.management import call_command
from django.test import Client

from messaging.enums import CarrierKind, NumberMode
from messaging.models import PhoneNumber
from tests.factories import make_account, make_business, make_location, make_number

pytestmark = pytest.mark.django_db

RETRY = "#rc=2&rp=ct,rt,5xx"


def run(*args: str) -> str:
    out = StringIO()
    call_command("hook_urls", *args, stdout=out)
    return out.getvalue()


@pytest.fixture
def hosted(db: None) -> PhoneNumber:
    location = make_location(make_business("Alder Plumbing", slug="alder"))
    return make_number(location, number="+15555550100", mode=NumberMode.HOSTED)


def test_for_people(hosted: PhoneNumber) -> None:
    base = f"{settings.SITE_URL}/hooks/twilio/{hosted.account.key}"
    assert run().splitlines() == [
        "+15555550100 (alder, hosted)",
        f"  A call comes in      {base}/voice{RETRY}",
        f"  Call status changes  {base}/call-status{RETRY}",
        f"  A message comes in   {base}/message{RETRY}",
    ]


def test_for_programs(hosted: PhoneNumber) -> None:
    rows = json.loads(run("--json"))
    assert [row["label"] for row in rows] == ["A call comes in", "Call status changes", "A message comes in"]
    assert rows[0] == {
        "business": "alder", "number": "+15555550100", "mode": "hosted", "account": hosted.account.name,
        "label": "A call comes in", "url": f"{settings.SITE_URL}/hooks/twilio/{hosted.account.key}/voice{RETRY}",
    }  # fmt: skip


def test_an_external_number_has_two_sides(hosted: PhoneNumber) -> None:
    """Texts at the carrier, calls at the phone system."""
    system = make_account(hosted.business, kind=CarrierKind.WEBHOOK)
    PhoneNumber.objects.update(mode=NumberMode.EXTERNAL, reported_by=system)
    assert run().splitlines() == [
        "+15555550100 (alder, external)",
        f"  A message comes in  {settings.SITE_URL}/hooks/twilio/{hosted.account.key}/message{RETRY}",
        f"  A call was missed   {settings.SITE_URL}/hooks/webhook/{system.key}/call",
    ]


def test_numbers_are_grouped_and_inactive_ones_left_out(hosted: PhoneNumber) -> None:
    make_number(make_location(make_business("Birch Dental", slug="birch")), number="+15555550101")
    make_number(hosted.location, number="+15555550102", is_active=False)
    headings = [line for line in run().splitlines() if line.startswith("+")]
    assert headings == ["+15555550100 (alder, hosted)", "+15555550101 (birch, hosted)"]
    assert run().count("\n\n") == 1


def test_without_numbers() -> None:
    assert run() == "There are no active numbers yet.\n"
    assert json.loads(run("--json")) == []


def test_every_address_leads_to_the_door(hosted: PhoneNumber) -> None:
    for row in json.loads(run("--json")):
        path = row["url"].removeprefix(settings.SITE_URL).partition("#")[0]
        assert Client().post(path).status_code == 403  # known, and not signed
        assert Client().get(path).status_code == 405
