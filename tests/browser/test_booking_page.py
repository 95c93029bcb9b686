"""The booking page on a phone and on a desk, with and without its script, by thumb and by keyboard."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from leads.models import Business
from scheduling.enums import VisitPlace
from scheduling.models import Appointment, OpeningHours
from tests.browser.axe import violations
from tests.browser.conftest import OpenPage, arrived
from tests.factories import (
    make_area,
    make_booking_settings,
    make_business,
    make_hours,
    make_location,
    make_resource,
    make_rules,
    make_service,
)

pytestmark = pytest.mark.browser

PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "timezone_id": "America/Phoenix"}
LONG = "Saguaro Heating, Cooling & Plumbing of the Greater Tucson Valley"


@pytest.fixture
def business(transactional_db: None, live_server: Any, settings: Any) -> Business:
    """Open every day from nine to five in Phoenix; comes to customers in Tucson, and has a shop there."""
    settings.SITE_URL = live_server.url
    business = make_business(LONG, slug="saguaro", time_zone="America/Phoenix", phone="+15205550100")
    # The first slot may be minutes away, whatever the real time is when this runs.
    make_booking_settings(
        business,
        intro="Tell us what you need. Same-day visits most weekdays.",
        move_notice_minutes=0,
        cancel_notice_minutes=0,
    )
    make_location(business, "Tucson", address="2200 E Broadway Blvd", city="Tucson")
    make_hours(business)
    for weekday in (5, 6):
        OpeningHours.objects.create(business=business, weekday=weekday, opens="09:00", closes="17:00")
    repair = make_service(business, "AC repair", description="A technician finds the fault.", price_from_cents=8900)
    make_rules(repair, place=VisitPlace.CUSTOMER, arrival_window_minutes=120, step_minutes=60)
    make_rules(make_service(business, "Replacement-of-a-very-long-named-evaporative-cooler-combination-unit"))
    make_area(business, "Tucson", postal_codes=["85719"])
    make_resource(business, "Tess")
    return business


def arrive(page: Page, heading: str) -> None:
    arrived(page.get_by_role("heading", level=1, name=heading, exact=True))


def choose(page: Page, index: int) -> str:
    """Touch a time and go on; how it reads."""
    slot = page.locator("label.slot").nth(index)
    words = slot.locator("time").inner_text()
    slot.click()
    page.get_by_role("button", name=re.compile("Continue|Continuar")).click()
    return words


def fill_in(page: Page) -> None:
    page.get_by_label("Your name").fill("Maria Lopez")
    page.get_by_label("Your mobile phone").fill("(520) 555-0147")
    page.get_by_label("Address of the job").fill("12 Mill Ave, Tucson 85719")


def book_move_and_cancel(page: Page, look: Callable[[str], None]) -> None:
    """Every step of a customer's way; `look` is called on each page."""

    def see(name: str, heading: str) -> None:
        arrive(page, heading)
        look(name)

    see("services", "What can we do for you?")
    page.get_by_role("link", name="AC repair").click()
    see("place", "Where do you need us?")
    page.get_by_label("ZIP code or city").fill("90210")
    page.get_by_role("button", name="Show free times").click()
    see("outside", "We do not usually come to 90210.")
    page.get_by_label("Or try another ZIP code or city").fill("85719")
    page.get_by_role("button", name="Show free times").click()
    see("times", "When suits you?")
    window = choose(page, 1)
    expect(page.get_by_text("We keep this time for you until")).to_be_visible()
    expect(page.locator(".summary")).to_contain_text(window)
    see("details", "Almost done")
    fill_in(page)
    page.get_by_role("button", name="Book this time").click()
    see("done", "You are booked.")
    page.get_by_role("link", name="Move or cancel").click()
    see("appointment", "Your appointment")
    page.get_by_role("link", name="Move to another time").click()
    see("other times", "Move your appointment")
    window = choose(page, 3)
    see("move", "Move your appointment to this time?")
    page.get_by_role("button", name="Move it").click()
    expect(page.get_by_role("status")).to_have_text("Your appointment has been moved.")
    expect(page.locator(".summary")).to_contain_text(window)
    see("moved", "Your appointment")
    page.get_by_role("link", name="Cancel the appointment").click()
    see("cancel", "Cancel this appointment?")
    page.get_by_role("button", name="Yes, cancel it").click()
    see("canceled", "Your appointment is canceled.")
    page.get_by_role("link", name="Ask us to call you").click()
    see("call", "We call you")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
def test_a_customer_books_moves_and_cancels(business: Business, open_page: OpenPage, width: int, scheme: str) -> None:
    """On every page: nothing that axe-core objects to, nothing that sticks out, and fingers find their targets."""
    page = open_page(
        None, "/book/saguaro/", **{**PHONE, "viewport": {"width": width, "height": 844}}, color_scheme=scheme
    )
    seen: dict[str, object] = {}

    def look(name: str) -> None:
        faults = [*violations(page), *small_targets(page)]
        too_wide = page.evaluate("document.documentElement.scrollWidth") - width
        seen[name] = (faults, too_wide) if faults or too_wide > 0 else "fine"

    book_move_and_cancel(page, look)

    assert {name: found for name, found in seen.items() if found != "fine"} == {}
    assert len(seen) == 13
    row = Appointment.objects.get()
    assert (row.status, row.version, row.address) == ("canceled", 3, "12 Mill Ave, Tucson 85719")


def test_it_works_without_its_script(business: Business, open_page: OpenPage) -> None:
    page = open_page(None, "/book/saguaro/", **PHONE, java_script_enabled=False)
    book_move_and_cancel(page, lambda _name: None)
    assert Appointment.objects.get().status == "canceled"


def test_nothing_sticks_out_of_a_small_screen_with_large_letters(business: Business, open_page: OpenPage) -> None:
    page = open_page(None, "/book/saguaro/", **{**PHONE, "viewport": {"width": 320, "height": 600}})
    page.get_by_role("link", name="Replacement").click()
    arrive(page, "When suits you?")
    choose(page, 2)
    arrive(page, "Almost done")
    page.evaluate("document.documentElement.style.setProperty('font-size', '2rem')")
    assert page.evaluate("document.documentElement.scrollWidth") == 320


def test_with_the_keyboard_alone(business: Business, open_page: OpenPage) -> None:
    page = open_page(None, "/book/saguaro/", **PHONE)
    page.get_by_role("link", name="Replacement").focus()
    page.keyboard.press("Enter")
    arrive(page, "When suits you?")
    page.get_by_role("radio").first.focus()
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("radio").nth(1)).to_be_checked()
    # What has the focus is seen although the button to go on sticks to the bottom.
    for _ in range(12):
        page.keyboard.press("ArrowDown")
    # Chromium scrolls to it in later frames (the page scrolls smoothly), so it is waited for.
    page.wait_for_function("""() => {
      const slot = document.activeElement.getBoundingClientRect();
      return slot.bottom <= document.querySelector(".sticky").getBoundingClientRect().top;
    }""")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Almost done")


@pytest.mark.parametrize(("zone", "notes"), [("America/Phoenix", 0), ("America/Creston", 0), ("America/New_York", 1)])
def test_the_visitors_own_time_stands_beside_where_it_differs(
    business: Business, open_page: OpenPage, zone: str, notes: int
) -> None:
    """Creston keeps the same time as Phoenix; New York does not, in summer and in winter."""
    page = open_page(None, "/book/saguaro/", **{**PHONE, "timezone_id": zone})
    page.get_by_role("link", name="Replacement").click()
    arrived(page.get_by_text("All times are Phoenix time (MST)."))
    expect(page.locator("label.slot").first.locator(".there")).to_have_count(notes)
    if notes:
        expect(page.locator("label.slot .there").first).to_have_text(re.compile(r"^\d+:\d\d [AP]M your time$"))


def test_back_and_reload_keep_the_way(business: Business, open_page: OpenPage) -> None:
    """Who goes back finds the time that is kept for them, chosen, and can choose another one."""
    page = open_page(None, "/book/saguaro/", **PHONE)
    page.get_by_role("link", name="Replacement").click()
    arrive(page, "When suits you?")
    first = choose(page, 1)
    arrive(page, "Almost done")
    page.reload()
    expect(page.locator(".summary")).to_contain_text(first)
    page.get_by_role("link", name="Choose another time").click()
    arrive(page, "When suits you?")
    expect(page.get_by_role("radio", checked=True)).to_have_count(1)
    second = choose(page, 2)
    expect(page.locator(".summary")).to_contain_text(second)
    assert sorted(Appointment.objects.values_list("status", flat=True)) == ["expired", "hold"]


FAULTS = """<!doctype html><html><head></head><body>
  <button></button><input type="text"><img src="data:image/png;base64,iVBORw0KGgo=">
  <p style="color:#999;background:#fff">Too pale to be read</p>
  <a href="#a" style="display:inline-block;width:9px;height:9px;overflow:hidden">a</a>
  <a href="#b" style="display:inline-block;width:9px;height:9px;overflow:hidden">b</a>
</body></html>"""


def test_the_check_sees_what_is_wrong(browser: Any) -> None:
    """A check that cannot fail would prove nothing."""
    page = browser.new_page()
    page.set_content(FAULTS)
    found = {fault.partition(" ")[0] for fault in violations(page)}
    assert found >= {
        "button-name", "label", "image-alt", "color-contrast", "target-size", "document-title", "html-has-lang",
    }  # fmt: skip
    assert len(small_targets(page)) == 4
    page.close()


def small_targets(page: Page) -> list[str]:
    """What is to be touched and lower than 44 px; links inside of a sentence and what is off the screen apart."""
    found: list[str] = page.evaluate("""() =>
      [...document.querySelectorAll("a, button, input:not([type=hidden]), textarea, label.slot")]
        .filter((part) => !part.closest(".trap, .skip-link"))
        .filter((part) => part.getBoundingClientRect().height < 44)
        .map((part) => part.outerHTML.slice(0, 80))
    """)
    return found
