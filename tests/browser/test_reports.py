"""The overview of the reports in a browser: wide and narrow, to axe's rules. What it is worth: test_roi.py."""

import pytest
from playwright.sync_api import ViewportSize

from leads.enums import Role
from tests.browser.axe import violations
from tests.browser.conftest import OpenPage, arrived, beyond_the_window
from tests.recoverline.reports.week import make_week

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PAGE = "/reports/?from=2026-03-02&to=2026-03-08"


def test_the_overview_fits_a_phone_and_a_desk(open_page: OpenPage) -> None:
    owner = make_week().business.memberships.get(role=Role.OWNER).user
    page = open_page(owner, PAGE, viewport={"width": 390, "height": 800})
    arrived(page.get_by_role("heading", level=1))
    for width in (390, 1280):
        page.set_viewport_size(ViewportSize(width=width, height=800))
        assert (width, beyond_the_window(page), violations(page)) == (width, 0, [])
