"""Signing in, the second step, the team and the devices, in a real browser."""

from typing import Any

import pytest
from django.core import mail
from django.core.cache import cache
from playwright.sync_api import Page, expect

from leads.models import Membership
from tests.base import Cast, make_cast
from tests.browser.axe import violations
from tests.browser.conftest import OpenPage, arrived, beyond_the_window
from tests.factories import make_invitation, make_location
from tests.recoverline.accounts.people import PASSWORD, code, give_app

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PHONE = {"width": 390, "height": 844}
DESK = {"width": 1280, "height": 800}
BOTH = pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])


@pytest.fixture
def cast() -> Cast:
    # Its table is no model's, so nobody else empties it, and the next test has the same numbers of people.
    cache.clear()
    cast = make_cast()
    cast.ana.first_name, cast.ana.last_name = "Ana", "Alder"
    cast.ana.set_password(PASSWORD)
    cast.ana.save()
    return cast


def sound(page: Page) -> None:
    assert (page.url, violations(page)) == (page.url, [])
    assert beyond_the_window(page) == 0


def fill_in(page: Page) -> None:
    page.get_by_label("E-mail or username").fill("ana")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()


@BOTH
def test_a_second_step_is_set_up_and_used(cast: Cast, open_page: OpenPage, settings: Any, size: Any) -> None:
    settings.SECOND_FACTOR_REQUIRED = True
    page = open_page(None, "/inbox/", viewport=size)
    sound(page)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Show password").click()
    expect(page.get_by_label("Password", exact=True)).to_have_attribute("type", "text")
    fill_in(page)

    arrived(page.get_by_role("heading", level=1, name="Set up the second step", exact=True))
    sound(page)
    assert page.locator("img.qr").evaluate("image => image.naturalWidth > 0")
    page.get_by_text("On this very phone").click()
    secret = page.locator(".secret").inner_text()
    page.get_by_label("The 6 digits").fill(code(secret))
    page.get_by_role("button", name="Turn it on").click()
    arrived(page.get_by_role("heading", level=1, name="Recovery codes", exact=True))
    sound(page)
    assert page.locator(".codes li").count() == 10
    expect(page.get_by_role("button", name="Print")).to_be_visible()
    page.get_by_role("link", name="Go to the inbox").click()
    page.wait_for_url("**/inbox/")

    page.context.clear_cookies()
    page.goto("/accounts/login/")
    fill_in(page)
    arrived(page.get_by_role("heading", level=1, name="Second step", exact=True))
    sound(page)
    # The code that set it up is used up; the app's next one is right already.
    page.get_by_label("Code").fill(code(secret, steps=1))
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url("**/inbox/")


@BOTH
def test_somebody_is_invited_and_joins(cast: Cast, open_page: OpenPage, size: Any) -> None:
    make_location(cast.a, "Alder Far")
    owner = open_page(cast.ana, "/team/", viewport=size)
    owner.get_by_label("E-mail").fill("nina@example.com")
    owner.get_by_label("Role").select_option("manager")
    owner.get_by_label("Alder Far").check()
    owner.get_by_role("button", name="Send the invitation").click()
    expect(owner.get_by_role("status")).to_contain_text("Invited: nina@example.com")
    sound(owner)

    line = next(line for line in mail.outbox[0].body.splitlines() if line.startswith("http"))
    page = open_page(None, line.partition(":8000")[2], viewport=size)
    sound(page)
    page.get_by_label("First name").fill("Nina")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Join").click()
    page.wait_for_url("**/inbox/")
    member = Membership.objects.get(user__email="nina@example.com")
    assert (member.role, [str(place) for place in member.locations.all()]) == ("manager", ["Alder Far"])


def test_signed_out_everywhere_else(cast: Cast, open_page: OpenPage) -> None:
    there = open_page(None, "/accounts/login/", viewport=PHONE)
    fill_in(there)
    there.wait_for_url("**/inbox/")
    there.goto("/accounts/sessions/")  # the inbox asks again and again, and would complain before it is looked at
    here = open_page(None, "/accounts/login/", viewport=DESK)
    fill_in(here)
    here.wait_for_url("**/inbox/")
    here.goto("/accounts/sessions/")
    here.get_by_role("button", name="Sign out everywhere else").click()
    expect(here.get_by_role("status")).to_contain_text("signed out everywhere else")
    there.reload()
    expect(there.get_by_role("heading", level=1)).to_have_text("Sign in")


@pytest.mark.parametrize("where", ["/accounts/sessions/", "/admin/"])
def test_whoever_signs_out_leaves_no_draft_behind(cast: Cast, open_page: OpenPage, where: str) -> None:
    page = open_page(cast.ana, where, viewport=DESK)
    page.evaluate("localStorage.setItem('recoverline:draft:1:x:1', '{}'); localStorage.setItem('theme', 'dark')")
    page.locator('form[action$="/logout/"] button').evaluate("button => button.click()")
    page.wait_for_url(lambda address: not address.endswith(where))
    assert page.evaluate("[localStorage.length, localStorage.theme]") == [1, "dark"]


@BOTH
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_is_wrong_on_the_other_pages(
    cast: Cast, open_page: OpenPage, live_server: Any, size: Any, scheme: str
) -> None:
    make_invitation(cast.a)
    page = open_page(None, "/accounts/password/reset/", viewport=size, color_scheme=scheme)
    sound(page)
    page.goto("/accounts/password/reset/done/")
    sound(page)
    fill_in_at(page)
    give_app(cast.ana)
    ben = Membership.objects.get(user=cast.ben).pk
    for path in ("accounts/2fa/", "accounts/password/change/", "accounts/sessions/", "team/", f"team/members/{ben}/",
                 "accounts/2fa/totp/deactivate/", "accounts/2fa/recovery-codes/generate/"):  # fmt: skip
        page.goto(f"/{path}")
        sound(page)


def fill_in_at(page: Page) -> None:
    page.goto("/accounts/login/")
    fill_in(page)
    page.wait_for_url("**/inbox/")
