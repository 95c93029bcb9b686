"""The list at a counter and on a phone: found, chosen, saved; and nothing in it that axe complains about."""

from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from leads.models import CallbackTask
from messaging.models import Conversation, SavedView
from recoverline.lib import clock
from tests import factories
from tests.base import Cast, make_cast
from tests.browser.axe import violations
from tests.browser.conftest import OpenPage, arrived, beyond_the_window

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

SIZES = [{"width": 390, "height": 844}, {"width": 1280, "height": 800}]


@pytest.fixture
def cast() -> Cast:
    """A list with something of everything at two locations."""
    cast, now = make_cast(), clock.now()
    far = factories.make_number(factories.make_location(cast.a, "Northside"), cast.a_account)

    def row(name: str, minutes: int, **values: Any) -> None:
        at = now - timedelta(minutes=minutes)
        lead = factories.make_lead(cast.a, name=name, created_at=at)
        number = far if name == "Marcus" else cast.a_number
        conversation = factories.make_conversation(lead, number, last_at=at, **{"handler": "person", **values})
        factories.make_message(conversation, f"The boiler of {name} drips", created_at=at)

    waits = {"needs_reply": True, "unread_count": 2, "waiting_since": now - timedelta(hours=1)}
    row("Dana", 60, is_urgent=True, reply_due_at=now - timedelta(minutes=55), last_happening="text_in", **waits)
    row("Marcus", 61, reply_due_at=now - timedelta(minutes=5), last_happening="voicemail", assignee=cast.ana, **waits)
    row("Nina", 62, reply_due_at=now + timedelta(minutes=3), last_happening="missed_call", assignee=cast.ben, **waits)
    row("x" * 120, 63, reply_due_at=now + timedelta(minutes=20), last_preview="<b>" * 50, **waits)
    row("Rob", 3, handler="robot", last_happening="text_out")
    row("Sam", 4, status="snoozed", snoozed_until=now + timedelta(days=1))
    factories.make_task(cast.a_location, due_at=now - timedelta(minutes=30), assignee=cast.ben, detail="y" * 200)
    factories.make_task(cast.a_location, due_at=now + timedelta(minutes=30), phone="")
    return cast


def expect_names(page: Page, *names: str) -> None:
    expect(page.locator(".row-name")).to_have_text(list(names))


@pytest.mark.parametrize("viewport", SIZES, ids=["phone", "desk"])
def test_a_day_at_the_list(cast: Cast, open_page: OpenPage, viewport: dict[str, int]) -> None:
    page = open_page(cast.ben, "/inbox/", viewport=viewport)
    expect_names(page, "Dana", "Marcus", "Nina", "x" * 120)
    expect(page.locator(".due.late")).to_have_text(["overdue by 55 min", "overdue by 5 min"])

    page.get_by_role("checkbox", name="Select Nina").check()
    page.get_by_role("checkbox", name="Select Marcus").check()
    expect(page.locator("[data-chosen]")).to_have_text("2 selected")
    page.get_by_role("button", name="Done", exact=True).click()
    arrived(page.get_by_text("2 conversations marked as done."))
    expect_names(page, "Dana", "x" * 120)

    page.get_by_text("Select all").click()
    expect(page.locator("[data-chosen]")).to_have_text("2 selected")
    page.get_by_label("Assign to").select_option(label="ana")
    page.get_by_role("button", name="Assign", exact=True).click()
    arrived(page.get_by_text("2 conversations assigned."))
    assert set(Conversation.objects.filter(needs_reply=True).values_list("assignee", flat=True)) == {cast.ana.pk}

    page.get_by_role("searchbox").fill("boiler")
    page.keyboard.press("Enter")
    expect(page.locator(".row-preview mark")).to_have_text(["boiler"] * 6)
    page.wait_for_load_state()
    page.get_by_label("Location").select_option(label="Northside")
    expect_names(page, "Marcus")
    page.wait_for_load_state()
    page.get_by_text("Save this view").click()
    page.get_by_label("Name of the view").fill("Boilers up north")
    page.get_by_role("button", name="Save", exact=True).click()
    arrived(page.get_by_text("Saved: Boilers up north"))
    page.goto("/inbox/")
    page.get_by_role("link", name="Boilers up north").click()
    expect_names(page, "Marcus")
    assert SavedView.objects.get().query == f"location={cast.a.locations.get(name='Northside').key}&q=boiler"


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("viewport", SIZES, ids=["phone", "desk"])
def test_lists_are_accessible_and_fit(cast: Cast, open_page: OpenPage, viewport: dict[str, int], scheme: str) -> None:
    page = open_page(cast.ben, "/inbox/?chosen=all", viewport=viewport, color_scheme=scheme)
    found = {}
    for path in ("/inbox/?chosen=all", "/inbox/?q=boiler", "/inbox/?queue=mentions", "/inbox/callbacks/"):
        page.goto(path)
        found[path] = [*violations(page), *(["wider than the window"] if beyond_the_window(page) else [])]
    assert {path: faults for path, faults in found.items() if faults} == {}


def test_many_are_done_without_javascript(cast: Cast, open_page: OpenPage) -> None:
    page = open_page(cast.ben, "/inbox/?queue=snoozed", java_script_enabled=False)
    page.get_by_role("link", name="Select all").click()
    expect(page.get_by_role("checkbox", name="Select Sam")).to_be_checked()
    page.get_by_role("button", name="Done", exact=True).click()
    expect(page.get_by_text("1 conversation marked as done.")).to_be_visible()
    page.goto("/inbox/callbacks/")
    expect(page.get_by_role("heading", level=3)).to_have_text(["Yours", "Everybody's"])
    page.locator(".task-acts .primary").first.click()
    assert CallbackTask.objects.filter(done_by=cast.ben).count() == 1
