"""What is left to set up, and how somebody wants to work, in a browser: wide, narrow, and to axe's rules."""

import pytest
from playwright.sync_api import expect

from leads.preferences import preferences_of
from messaging.models import CarrierAccount
from recoverline.lib import clock
from tests.base import Cast, make_cast
from tests.browser.axe import violations
from tests.browser.conftest import OpenPage, arrived, beyond_the_window

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PHONE = {"width": 390, "height": 844}
DESK = {"width": 1280, "height": 800}


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def test_from_the_line_above_the_inbox_to_what_is_left(cast: Cast, open_page: OpenPage) -> None:
    CarrierAccount.objects.filter(pk=cast.a_account.pk).update(stopped_at=clock.now(), problem="Suspended")
    page = open_page(cast.ana, "/inbox/", viewport=PHONE)
    page.get_by_role("link", name="Connect your number: Stopped just now: Suspended").click()
    arrived(page.get_by_role("heading", name="Getting started"))
    assert beyond_the_window(page) == 0
    assert violations(page) == []
    page.set_viewport_size(DESK)  # type: ignore[arg-type]
    assert violations(page) == []
    page.get_by_role("button", name="Do not show it above the inbox").click()
    expect(page.get_by_role("button", name="Show it above the inbox again")).to_be_visible()


def test_preferences_are_kept(cast: Cast, open_page: OpenPage) -> None:
    page = open_page(cast.ben, "/inbox/preferences/", viewport=PHONE)
    expect(page.get_by_role("button", name="Turn on desktop notifications on this device")).to_be_visible()
    assert beyond_the_window(page) == 0
    assert violations(page) == []
    page.set_viewport_size(DESK)  # type: ignore[arg-type]
    assert violations(page) == []
    page.get_by_label("Keyboard shortcuts").uncheck()
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("status")).to_contain_text("Saved.")
    assert not preferences_of(cast.ben).has_shortcuts
