"""The calculator as a page: for everybody, and beside the real figures of a business."""

from datetime import timedelta

import pytest
from django.test import Client

from leads.enums import Role
from messaging.enums import CallState, MissReason
from recoverline.lib import clock
from recoverline.reports.roi import MODELS
from recoverline.reports.roi_forms import AssumptionsForm, typed
from tests.base import Cast, make_cast, sign_in
from tests.factories import make_call, make_lead, make_location, make_member, make_user

pytestmark = pytest.mark.django_db
ASKED = {**typed(MODELS["five"].assumptions), "value": "300"}


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def figures(answer: object) -> dict[str, str]:
    return {step.key: step.shown for step in answer.context["outcome"].steps}  # type: ignore[attr-defined]  # of a test client


def test_the_bare_address_is_the_first_example_and_an_address_holds_what_was_typed() -> None:
    client = Client()
    bare = client.get("/roi/")
    assert figures(bare)["revenue"] == "$6,250 to $10,000"
    assert "$6,250 to $10,000" in bare.content.decode()
    assert figures(client.get("/roi/?model=shop"))["lost"] == "56"
    assert figures(client.get("/roi/?model=nonsense"))["missed"] == "168"
    assert figures(client.get("/roi/", ASKED))["revenue"] == "$7,500 to $12,000"
    part = client.get("/roi/", {**ASKED, "part": "1"}).content.decode()
    assert "$7,500 to $12,000" in part
    assert "<html" not in part


@pytest.mark.parametrize(
    ("changed", "wrong"),
    [
        ({"reply_low": "70"}, "reply_high"),
        ({"calls": ""}, "calls"),
        ({"calls": "-1"}, "calls"),
        ({"value": "1e30"}, "value"),
        ({"missed_share": "NaN"}, "missed_share"),
        ({"booked_by": "of_replies", "booked_high": "140"}, "booked_high"),
        ({"booked_by": "magic"}, "booked_by"),
        ({"voicemail": "101"}, "voicemail"),
    ],
)
def test_what_cannot_be_is_said_at_the_field(changed: dict[str, str], wrong: str) -> None:
    answer = Client().get("/roi/", {**ASKED, **changed})
    assert (answer.status_code, list(answer.context["form"].errors), answer.context["outcome"]) == (200, [wrong], None)


def test_people_type_thousands() -> None:
    form = AssumptionsForm({**ASKED, "calls": "1,200", "cost": "1 500"})
    assert form.is_valid()
    assert (form.assumptions().calls, form.assumptions().cost_cents) == (1200, 150_000)
    counted = AssumptionsForm({**ASKED, "calls": "", "missed_share": "", "missed": "30"})
    assert counted.is_valid()


def test_the_real_figures_stand_beside_what_is_assumed(cast: Cast) -> None:
    then, lead = clock.now() - timedelta(days=3), make_lead(cast.a)
    for reason in (MissReason.NO_ANSWER, MissReason.VOICEMAIL, MissReason.BUSY, MissReason.NO_ANSWER):
        make_call(cast.a_number, lead=lead, started_at=then, state=CallState.MISSED, miss_reason=reason)
    make_call(cast.a_number, lead=lead, started_at=then, state=CallState.ANSWERED)
    cast.a.average_job_cents = 31_000
    cast.a.save()
    page = sign_in(cast.ana).get("/reports/roi/", ASKED)
    rows = {row.name: (row.assumed, row.real) for row in page.context["rows"]}
    assert rows == {
        "Calls a month": ("1200", "5"),
        "Missed": ("14 %", "80 %"),
        "Come back by voicemail": ("22 %", "25 %"),
        "Answer a text": ("48 to 60 %", ""),
        "Booked": ("25 to 40", "0"),
        "A job is worth": ("$300", "$310"),
        "Cost a month": ("$497", ""),
    }
    own = sign_in(cast.ana).get(f"/reports/roi/?{page.context['real_address']}")
    assert (figures(own)["missed"], figures(own)["voicemail"], figures(own)["revenue"]) == ("4", "1", "$0")


def test_who_reads_no_reports_sees_no_figures_and_who_has_some_locations_only_theirs(cast: Cast) -> None:
    make_call(cast.a_number, lead=make_lead(cast.a), started_at=clock.now(), state=CallState.MISSED)
    assert "roi/nothing.html" in [each.name for each in sign_in(cast.ben).get("/reports/roi/").templates]
    far = make_user("far")
    make_member(cast.a, far, Role.MANAGER).locations.add(make_location(cast.a, "Far"))
    assert sign_in(far).get("/reports/roi/").context["real"].missed == 0
    assert sign_in(cast.ana).get("/reports/roi/").context["real"].missed == 1
    assert sign_in(cast.cleo).get(f"/reports/roi/?business={cast.a.slug}").status_code == 404
