"""The simulator's page in a real browser, with and without its script."""

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from playwright.sync_api import Page, expect

from messaging.enums import CarrierKind
from messaging.models import RingTarget
from messaging.simulator import jobs
from recoverline.lib import clock
from tests import simulator_site
from tests.browser.conftest import OpenPage, arrived, beyond_the_window
from tests.factories import make_account, make_business, make_location, make_member, make_number, make_user

pytestmark = pytest.mark.browser


@pytest.fixture
def site(
    transactional_db: None, live_server: Any, settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[User]:
    """The owner of a simulated business on the live server. What was begun there is over when the test is."""
    settings.SIMULATOR, settings.DATA_DIR, settings.MEDIA_ROOT = True, tmp_path, tmp_path / "media"
    settings.ROOT_URLCONF = simulator_site.__name__
    settings.SITE_URL = settings.SIMULATOR_URL = live_server.url
    business = make_business("Saguaro Plumbing", is_simulated=True)
    account = make_account(business, kind=CarrierKind.SIMULATOR, account_sid="", handles_optout=False)
    number = make_number(make_location(business), account, mode="hosted")
    RingTarget.objects.create(number=number, phone="+12125550177")
    owner = make_user("ana")
    make_member(business, owner)
    with ThreadPoolExecutor(2) as pool:
        monkeypatch.setattr(jobs, "_pool", pool)
        yield owner
    clock.move_to(None)


def test_a_press_calls_and_the_trace_fills_by_itself(site: User, open_page: OpenPage) -> None:
    page = open_page(site, "/simulator/")
    page.get_by_role("button", name="Line is busy").click()
    trace = page.get_by_role("region", name="What the system did")
    expect(trace.get_by_text("Ringing is over: busy")).to_be_visible()
    missed = trace.get_by_text(re.compile(r"^Missed: busy after \d+ s of ringing \(open\)\. Text\.$"))
    expect(missed).to_be_visible()
    # Two seconds, and those that the machine needs meanwhile: the same on the phone.
    seconds = int(re.sub(r"\D", "", missed.inner_text()))
    assert seconds >= 2
    expect(page.locator(".screen-call")).to_contain_text(f"Rang {seconds} s, nobody answered")
    expect(trace.get_by_text("The call is over: completed")).to_be_visible()
    key = trace.locator("details.raw").first.get_attribute("id")
    page.locator(f"#{key} summary").click()
    page.get_by_label("Text to Saguaro Plumbing").fill("half a sent")
    # What comes in now must not close what is open, or take what is being typed.
    origin = page.url.partition("/simulator/")[0]
    page.request.post(f"{origin}/simulator/call/", form=_form(page, ending="no-answer"), headers={"Referer": page.url})
    expect(page.locator("details.episode")).to_have_count(2)
    expect(page.locator(f"#{key} pre").first).to_be_visible()
    assert page.get_by_label("Text to Saguaro Plumbing").input_value() == "half a sent"


def test_it_works_without_its_script(site: User, open_page: OpenPage, monkeypatch: pytest.MonkeyPatch) -> None:
    # Without the script it would be looked at with a reload, some time later.
    monkeypatch.setattr(jobs, "MOMENT_SECONDS", 60)
    page = open_page(site, "/simulator/", java_script_enabled=False)
    page.get_by_label("Text to Saguaro Plumbing").fill("my basement is flooding")
    page.get_by_role("button", name="Send").click()
    expect(page.locator(".sms.mine")).to_have_text(re.compile("my basement is flooding"))
    page.reload()
    expect(page.locator(".sms.mine")).to_have_text(re.compile("my basement is flooding"))
    expect(page.get_by_text("Urgent: flooding")).to_be_visible()


@pytest.mark.parametrize("width", [390, 900, 1280])
def test_nothing_sticks_out(site: User, open_page: OpenPage, width: int) -> None:
    page = open_page(site, "/simulator/", viewport={"width": width, "height": 844})
    page.get_by_role("button", name="Leaves a voicemail").click()
    arrived(page.locator("details.episode"))
    assert beyond_the_window(page) == 0


def _form(page: Page, **fields: str) -> dict[str, str]:
    form = page.locator("form.handset-reply")
    names = ("csrfmiddlewaretoken", "number", "caller")
    return {name: form.locator(f"input[name={name}]").input_value() for name in names} | fields
