"""Hours and holidays as an owner enters them: the panel follows what is typed, and works without any script."""

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from recoverline.lib import clock
from scheduling.models import Closure, OpeningHours
from tests.base import Cast, make_cast
from tests.browser.axe import violations
from tests.browser.conftest import OpenPage
from tests.factories import make_hours, make_resource

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PHONE = {"width": 390, "height": 844}
DESK = {"width": 1280, "height": 900}
HOLIDAYS = "/admin/scheduling/closure/holidays/"


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def shown(page: Page) -> list[str]:
    """What the panel says of each of the fourteen days."""
    return [text.strip() for text in page.locator(".open-times-table tbody td:nth-child(2)").all_inner_texts()]


def test_the_panel_follows_what_is_typed_and_saves_nothing(cast: Cast, open_page: OpenPage) -> None:
    page = open_page(cast.ana, f"/admin/leads/location/{cast.a_location.pk}/change/", viewport=DESK)
    assert shown(page) == ["Closed"] * 14
    page.get_by_role("button", name="Add another Opening hours").click()
    page.locator("#id_opening_hours-0-weekday").select_option("1")
    page.locator("#id_opening_hours-0-opens").fill("9am")
    expect(page.locator(".open-times-problems")).to_have_text("Tuesday: not complete yet.")
    page.locator("#id_opening_hours-0-closes").fill("17:30")
    expect(page.get_by_text("9 AM – 5:30 PM")).to_have_count(2)
    expect(page.locator(".open-times-status")).to_have_text("Alder Main: open 17 h in the next 14 days.")
    page.locator("#id_opening_hours-0-closes").fill("08:00")
    expect(page.locator(".open-times-problems .error")).to_contain_text("This is before opening.")
    page.locator("#opening_hours-0 .inline-deletelink").click()
    expect(page.locator(".open-times-problems")).to_have_count(0)
    assert shown(page) == ["Closed"] * 14
    assert OpeningHours.objects.count() == 0


def test_days_from_the_calendar_count_as_typed(cast: Cast, open_page: OpenPage) -> None:
    make_hours(cast.a, weekday=0)
    page = open_page(cast.ana, f"/admin/scheduling/resource/{make_resource(cast.a, 'Dana').pk}/change/", viewport=DESK)
    page.get_by_role("button", name="Add another Closure").click()
    page.locator("#id_closures-0-name").fill("Vacation")
    for field in ("starts_on", "ends_on"):
        # The admin's own "Today" link fills the field in without saying so.
        page.locator(f".field-{field} .datetimeshortcuts a").first.click()
    expect(page.locator(".open-times-note")).to_have_text("Vacation: closed")


def test_without_javascript_the_panel_shows_what_is_saved(cast: Cast, open_page: OpenPage) -> None:
    make_hours(cast.a)
    page = open_page(cast.ana, f"/admin/leads/business/{cast.a.pk}/change/", java_script_enabled=False, viewport=PHONE)
    assert shown(page).count("9 AM – 5 PM") == 10


def test_holidays_are_ticked_on_a_phone(cast: Cast, open_page: OpenPage) -> None:
    page = open_page(cast.ana, HOLIDAYS, viewport=PHONE, java_script_enabled=False)
    boxes = page.get_by_role("checkbox")
    assert not any(boxes.nth(index).is_checked() for index in range(boxes.count()))
    assert page.evaluate("document.documentElement.scrollWidth") == PHONE["width"]
    page.locator(".holiday-tick", has_text="Christmas Day").first.click()
    page.get_by_role("button", name="Add the ticked days").click()
    expect(page.locator(".messagelist")).to_have_text("1 closure added.")
    row = Closure.objects.get()
    assert (row.starts_on.month, row.starts_on.day >= 24, row.opens) == (12, True, None)
    today = timezone.localdate(clock.now(), cast.a.zone)
    assert today <= row.starts_on <= today + timedelta(days=366)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("viewport", [PHONE, DESK], ids=["phone", "desk"])
def test_axe_finds_nothing_in_the_pick_list_and_the_panel(
    cast: Cast, open_page: OpenPage, viewport: dict[str, int], scheme: str
) -> None:
    make_hours(cast.a)
    today = timezone.localdate(clock.now(), cast.a.zone)
    Closure.objects.create(business=cast.a, name="Fair", starts_on=today, ends_on=today)
    # axe measures contrast with styles of its own, which the policy of the page would refuse.
    page = open_page(cast.ana, HOLIDAYS, viewport=viewport, color_scheme=scheme, bypass_csp=True)
    assert violations(page) == []
    page.goto(f"/admin/leads/location/{cast.a_location.pk}/change/")
    # The rest of the page is the admin's own.
    assert [text for text in violations(page) if ".open-times" in text] == []
