"""The calculator, the week by e-mail and the replay in a browser: wide, narrow, dark, to axe's rules, as one types."""

import re

import pytest
from playwright.sync_api import expect

from leads.models import Location
from messaging.models import Experiment
from recoverline.lib import clock
from tests.base import Cast, make_cast
from tests.browser.axe import violations
from tests.browser.conftest import OpenPage, arrived, beyond_the_window
from tests.factories import make_call, make_lead, make_rule

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

DESK = {"width": 1280, "height": 800}
NARROW = {"width": 320, "height": 700}


@pytest.fixture
def cast() -> Cast:
    made = make_cast()
    make_call(made.a_number, lead=make_lead(made.a), started_at=clock.now(), state="missed")
    return made


def test_the_calculator_follows_what_is_typed_and_so_does_the_address(cast: Cast, open_page: OpenPage) -> None:
    page = open_page(None, "/roi/", viewport=NARROW)
    arrived(page.get_by_text("$6,250 to $10,000", exact=False).first)
    assert beyond_the_window(page) == 0
    assert violations(page) == []
    page.get_by_label("A job is worth").fill("300")
    expect(page.get_by_role("status")).to_contain_text("$7,500 to $12,000")
    expect(page).to_have_url(re.compile("value=300"))
    page.reload()
    arrived(page.get_by_role("status"))
    expect(page.get_by_role("status")).to_contain_text("$7,500 to $12,000")
    page.set_viewport_size(DESK)  # type: ignore[arg-type]
    page.emulate_media(color_scheme="dark")
    assert (beyond_the_window(page), violations(page)) == (0, [])


def test_pages_for_owners(cast: Cast, open_page: OpenPage) -> None:
    make_rule(cast.a, name="Nobody", outcome="no_text", script_kind="", is_active=False)
    experiment = Experiment.objects.create(business=cast.a, name="Wording", created_at=clock.now())
    experiment.arms.create(business=cast.a, name="As always")
    page = open_page(cast.ana, "/reports/roi/", viewport=NARROW)
    for path, sign in (
        ("/reports/roi/", "Your own figures"),
        ("/reports/digest/", "The week by e-mail"),
        (f"/admin/messaging/experiment/{experiment.pk}/results/", "Wording"),
        ("/admin/messaging/rule/replay/", "What would have been different"),
    ):
        page.goto(path)
        arrived(page.get_by_role("heading", name=sign).first)
        assert (path, beyond_the_window(page), violations(page)) == (path, 0, [])
    page.get_by_label("Nobody is on").check()
    page.get_by_role("button", name="Replay").click()
    arrived(page.get_by_text("1 of 1 call"))
    assert Location.objects.count() == 2
