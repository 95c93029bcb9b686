"""The compliance page in a browser: wide, narrow, to axe's rules; a text copied, a number looked up, a person gone."""

import re

import pytest
from playwright.sync_api import expect

from leads.models import Lead
from tests.base import Cast, make_cast
from tests.browser.axe import violations
from tests.browser.conftest import OpenPage, arrived, beyond_the_window
from tests.factories import make_lead, make_opt_out

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PHONE = {"width": 390, "height": 844}
DESK = {"width": 1280, "height": 800}
CALLER = "+12125550142"


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def test_what_a_carrier_asks_for_and_what_one_number_may_be_sent(cast: Cast, open_page: OpenPage) -> None:
    make_opt_out(cast.a, phone=CALLER)
    page = open_page(cast.ana, "/compliance/", viewport=PHONE)
    arrived(page.get_by_role("heading", name="Compliance"))
    assert beyond_the_window(page) == 0
    assert violations(page) == []
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.get_by_role("button", name=re.compile("Copy ?: Answer to HELP")).click()
    expect(page.get_by_role("button", name=re.compile("Copied ?: Answer to HELP"))).to_be_visible()
    assert "Alder Plumbing" in page.evaluate("navigator.clipboard.readText()")
    page.set_viewport_size(DESK)  # type: ignore[arg-type]
    assert violations(page) == []

    page.get_by_label("Phone number").fill("(212) 555-0142")
    page.get_by_role("button", name="Look it up").click()
    expect(page.get_by_role("heading", name="(212) 555-0142")).to_be_visible()
    expect(page.get_by_text("They have asked us to stop").first).to_be_visible()
    assert "555" not in page.url
    assert violations(page) == []
    page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    assert beyond_the_window(page) == 0


def test_a_person_is_erased_after_a_second_look(cast: Cast, open_page: OpenPage) -> None:
    lead = make_lead(cast.a, phone=CALLER, name="Maria Zanzibar")
    page = open_page(cast.ana, f"/compliance/people/{lead.key}/", viewport=PHONE)
    arrived(page.get_by_role("heading", name="Erase this person"))
    assert beyond_the_window(page) == 0
    assert violations(page) == []
    page.get_by_label("Who asked for it, and how").fill("Letter of June 1")
    page.get_by_label("I know that this cannot be undone").check()
    page.get_by_role("button", name="Erase for good").click()
    expect(page.get_by_text("Erased. What carriers and calendars still hold")).to_be_visible()
    assert Lead.objects.get().name == ""
