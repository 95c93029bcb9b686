"""The calendar of staff in a browser: a day at a desk and on a phone, an appointment booked, moved and canceled."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Page, expect

from leads.models import Service
from recoverline.lib import clock
from scheduling.enums import AppointmentStatus
from scheduling.models import Appointment, BusyCalendar, BusyTime, Resource, WaitlistEntry
from tests import factories
from tests.base import Cast, make_cast
from tests.browser.axe import violations
from tests.browser.conftest import OpenPage, arrived, beyond_the_window

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PHONE = {"width": 390, "height": 844}
DESK = {"width": 1280, "height": 800}
ZONE = ZoneInfo("America/Phoenix")
LONG_NAME = "Maximiliane-Theodora von Hohenstein-Wolkenkuckucksheim"
BOTH = pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])


@pytest.fixture
def cast() -> Cast:
    cast = make_cast()
    cast.a.time_zone = "America/Phoenix"
    cast.a.save()
    factories.make_hours(cast.a)
    return cast


@pytest.fixture
def service(cast: Cast) -> Service:
    service = factories.make_service(cast.a, "Drain cleaning")
    factories.make_rules(service)
    return service


@pytest.fixture
def maria(cast: Cast) -> Resource:
    return factories.make_resource(cast.a, "Maria")


@pytest.fixture
def day() -> date:
    """The next Monday but one, whatever today is."""
    today = clock.now().astimezone(ZONE).date()
    return today + timedelta(days=14 - today.weekday())


def at(day: date, hour: int, minute: int = 0) -> datetime:
    return datetime.combine(day, time(hour, minute), tzinfo=ZONE).astimezone(UTC)


def crowd(cast: Cast, service: Service, maria: Resource, day: date) -> None:
    """A day on which everything happens at once."""
    location, status = cast.a_location, AppointmentStatus
    long = factories.make_resource(cast.a, LONG_NAME)
    cases: list[tuple[int, int, Resource | None, dict[str, Any]]] = [
        (9, 0, maria, {"name": LONG_NAME, "address": "A long address " * 8, "customer_confirmed_at": clock.now()}),
        (10, 0, maria, {"status": status.REQUESTED}),
        (11, 0, long, {"status": status.COMPLETED}),
        (12, 0, long, {"status": status.NO_SHOW}),
        (13, 0, long, {"is_overbooked": True}),
        (13, 30, long, {"is_overbooked": True}),
        (15, 0, None, {}),
        (16, 0, long, {"status": status.CANCELED, "cancel_reason": "Found somebody else"}),
        (20, 0, maria, {}),
    ]
    for hour, minute, resource, values in cases:
        lead = factories.make_lead(cast.a, name="Dana Whitfield")
        who = [resource] if resource else []
        factories.make_appointment(service, location, *who, starts_at=at(day, hour, minute), lead=lead, **values)
    later = {"status": status.HOLD, "hold_expires_at": clock.now() + timedelta(days=30)}
    factories.make_appointment(service, location, maria, starts_at=at(day, 16), **later)
    calendar = BusyCalendar.objects.create(
        business=cast.a, resource=maria, name="Private", url="https://example.com/x.ics", created_at=clock.now()
    )
    BusyTime.objects.create(calendar=calendar, starts_at=at(day, 12), ends_at=at(day, 13))
    WaitlistEntry.objects.create(
        business=cast.a, location=location, service=service, lead=factories.make_lead(cast.a, name="Wanda"), day=day,
        created_at=clock.now(),
    )  # fmt: skip


def fill_in(page: Page, *, at: str) -> None:
    page.get_by_label("Service").select_option(label="Drain cleaning")
    page.get_by_label("Time", exact=True).fill(at)
    page.get_by_label("Phone").fill("(212) 555-0177")
    page.get_by_label("Name").fill("Quinn Avery")
    # The first one is for the Enter key and not to be seen.
    page.get_by_role("button", name="Book", exact=True).last.click()


# ---------------------------------------------------------------- one appointment's life
@BOTH
def test_book_move_and_cancel(
    cast: Cast, service: Service, maria: Resource, day: date, open_form: OpenPage, size: Any
) -> None:
    page = open_form(cast.ben, f"/appointments/?on={day}", viewport=size)
    page.get_by_role("link", name="New appointment").click()
    arrived(page.get_by_role("heading", level=1, name="New appointment"))

    fill_in(page, at="20:00")
    expect(page.get_by_role("alert")).to_contain_text("Nobody works at this time.")
    assert Appointment.objects.count() == 0
    expect(page.get_by_label("Name")).to_have_value("Quinn Avery")
    page.get_by_role("button", name="Book anyway").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Quinn Avery")
    row = Appointment.objects.get()
    assert (row.starts_at, row.status) == (at(day, 20), AppointmentStatus.CONFIRMED)

    page.get_by_role("link", name="Move").click()
    arrived(page.get_by_role("heading", level=1, name="Move Quinn Avery"))
    page.get_by_role("button", name="9:30 AM", exact=True).click()
    expect(page.get_by_label("Time", exact=True)).to_have_value("09:30")
    page.get_by_role("button", name="Move", exact=True).last.click()
    expect(page.get_by_role("status")).to_contain_text("Moved: Drain cleaning")
    row.refresh_from_db()
    assert (row.starts_at, row.version) == (at(day, 9, 30), 2)

    page.get_by_text("Cancel…").click()
    page.get_by_label("Why (for your team)").fill("Moved away")
    page.get_by_role("button", name="Cancel this appointment").click()
    expect(page.get_by_role("status")).to_contain_text("Canceled: Drain cleaning")
    row.refresh_from_db()
    assert (row.status, row.cancel_reason) == (AppointmentStatus.CANCELED, "Moved away")


def test_all_of_it_without_javascript(
    cast: Cast, service: Service, maria: Resource, day: date, open_form: OpenPage
) -> None:
    page = open_form(cast.ben, f"/appointments/new/?on={day}", java_script_enabled=False)
    page.get_by_role("button", name="11:00 AM", exact=True).click()  # the only service is chosen already
    expect(page.get_by_role("button", name="11:00 AM", exact=True)).to_have_attribute("aria-pressed", "true")
    fill_in(page, at="11:00")
    expect(page.get_by_role("heading", level=1)).to_have_text("Quinn Avery")
    assert Appointment.objects.get().starts_at == at(day, 11)


def test_enter_books_and_never_takes_another_time(
    cast: Cast, service: Service, maria: Resource, day: date, open_form: OpenPage
) -> None:
    page = open_form(cast.ben, f"/appointments/new/?on={day}")
    fill_in(page, at="20:00")
    arrived(page.get_by_role("alert"))
    page.get_by_label("Time", exact=True).fill("14:00")
    page.get_by_label("Name").press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Quinn Avery")
    assert Appointment.objects.get().starts_at == at(day, 14)


def test_an_empty_spot_is_reached_by_keyboard(
    cast: Cast, service: Service, maria: Resource, day: date, open_page: OpenPage
) -> None:
    page = open_page(cast.ben, f"/appointments/?on={day}", viewport=DESK)
    spot = page.get_by_role("link", name="Book 2:30 PM with Maria")
    spot.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_label("Time", exact=True)).to_have_value("14:30")
    expect(page.get_by_label("With")).to_have_value(str(maria.key))


# ---------------------------------------------------------------- where things stand
def test_blocks_stand_at_their_time(
    cast: Cast, service: Service, maria: Resource, day: date, open_page: OpenPage
) -> None:
    """An hour is as high as an hour, whoever has it, and nothing covers anything else."""
    crowd(cast, service, maria, day)
    page = open_page(cast.ben, f"/appointments/?on={day}", viewport=DESK)
    boxes = page.evaluate(
        """() => [...document.querySelectorAll("li.placed:not(.free)")].map((item) => {
            const [box, track] = [item.getBoundingClientRect(), item.parentElement.getBoundingClientRect()];
            const column = item.closest(".column").getAttribute("aria-label");
            return {column, top: box.top - track.top, height: box.height, left: box.left, right: box.right};
        })"""
    )
    mine = [(box["top"], box["height"]) for box in boxes if box["column"] == "Maria"]
    assert mine == [(0, 96), (96, 96), (288, 96), (672, 96), (1056, 96)]
    theirs = [box for box in boxes if box["column"] == LONG_NAME]
    assert [(box["top"], box["height"]) for box in theirs] == [(192, 96), (288, 96), (384, 96), (432, 96)]
    assert theirs[2]["right"] <= theirs[3]["left"] + 0.01
    assert beyond_the_window(page) == 0


def test_a_phone_shows_a_list(cast: Cast, service: Service, maria: Resource, day: date, open_page: OpenPage) -> None:
    crowd(cast, service, maria, day)
    page = open_page(cast.ben, f"/appointments/?on={day}", viewport=PHONE)
    tops = page.evaluate("[...document.querySelectorAll('.column')].map((one) => one.getBoundingClientRect().top)")
    lefts = page.evaluate("[...document.querySelectorAll('.column')].map((one) => one.getBoundingClientRect().left)")
    assert (tops == sorted(tops), len(set(lefts)), len(tops)) == (True, 1, 3)
    expect(page.locator(".axis")).to_be_hidden()


def test_the_day_keeps_itself_current(
    cast: Cast, service: Service, maria: Resource, day: date, open_page: OpenPage
) -> None:
    page = open_page(cast.ben, f"/appointments/?on={day}", viewport=DESK)
    # Not waited for half a minute: the address that is asked is what counts.
    address = page.locator("[data-poll]").get_attribute("data-poll")
    assert address is not None
    factories.make_appointment(service, cast.a_location, maria, starts_at=at(day, 9), name="Just Booked")
    assert "Just Booked" in page.evaluate("async (address) => (await fetch(address)).text()", address)


def test_a_day_chosen_is_a_day_shown(cast: Cast, maria: Resource, open_page: OpenPage) -> None:
    page = open_page(cast.ben, "/appointments/")
    page.get_by_label("Go to a day").fill("2026-07-04")
    page.wait_for_url("**on=2026-07-04")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Saturday, July 4, 2026")


# ---------------------------------------------------------------- for everybody
@BOTH
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_serious_is_wrong(
    cast: Cast, service: Service, maria: Resource, day: date, open_page: OpenPage, size: Any, scheme: str
) -> None:
    crowd(cast, service, maria, day)
    requested = Appointment.objects.get(status=AppointmentStatus.REQUESTED)
    page = open_page(cast.ben, f"/appointments/?on={day}", viewport=size, color_scheme=scheme)
    for path in (f"?on={day}", f"week/?on={day}", f"{requested.key}/", f"{requested.key}/move/", f"new/?on={day}"):
        page.goto(f"/appointments/{path}")
        assert (path, violations(page)) == (path, [])


@pytest.mark.parametrize("width", [320, 390, 768, 1280])
def test_no_page_is_wider_than_the_window(
    cast: Cast, service: Service, maria: Resource, day: date, open_page: OpenPage, width: int
) -> None:
    crowd(cast, service, maria, day)
    first = Appointment.objects.get(name=LONG_NAME)
    page = open_page(cast.ben, "/appointments/", viewport={"width": width, "height": 800})
    for path in (f"?on={day}", f"week/?on={day}", f"{first.key}/", f"{first.key}/move/", f"new/?on={day}"):
        page.goto(f"/appointments/{path}")
        assert (path, beyond_the_window(page)) == (path, 0)


def test_on_paper_the_day_is_a_list_without_buttons(
    cast: Cast, service: Service, maria: Resource, day: date, open_page: OpenPage
) -> None:
    crowd(cast, service, maria, day)
    page = open_page(cast.ben, f"/appointments/?on={day}", viewport=DESK)
    page.emulate_media(media="print")
    expect(page.locator(".axis")).to_be_hidden()
    expect(page.locator(".free").first).to_be_hidden()
    expect(page.get_by_role("link", name="New appointment")).to_be_hidden()
    expect(page.locator(".visit").get_by_text(LONG_NAME)).to_be_visible()
