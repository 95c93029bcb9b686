"""The banner of what cannot wait: it comes by itself, takes nothing away from who works, and one of two has it."""

import itertools
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from leads.models import Membership
from messaging.models import Conversation, Escalation
from recoverline.lib import clock
from tests import factories
from tests.base import Cast, make_cast
from tests.browser import axe
from tests.browser.conftest import OpenPage, arrived, beyond_the_window
from tests.messaging.alarms import make_escalation, make_notice

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PHONE = {"width": 390, "height": 844}
DESK = {"width": 1280, "height": 800}


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def converse(cast: Cast, name: str = "Dana Smith") -> Conversation:
    now = clock.now()
    lead = factories.make_lead(cast.a, name=name, created_at=now)
    return factories.make_conversation(lead, cast.a_number, last_at=now, handler="person", is_urgent=True)


def alarm(cast: Cast, conversation: Conversation, **values: Any) -> Escalation:
    ben = Membership.objects.get(user=cast.ben)
    row = make_escalation(conversation, ben, opened_at=clock.now(), next_at=clock.now(), **values)
    make_notice(row, ben, status="sent", created_at=clock.now(), sent_at=clock.now())
    return row


def ask_until(page: Page, words: str) -> None:
    page.wait_for_function(
        "(words) => (dispatchEvent(new Event('inbox:ask')), "
        "document.getElementById('region-banner').textContent.replace(/\\s+/g, ' ').includes(words))",
        arg=words, polling=200, timeout=40_000,
    )  # fmt: skip


@pytest.mark.parametrize("viewport", [DESK, PHONE], ids=["desk", "phone"])
def test_it_comes_while_somebody_types_and_the_slower_one_learns_who_has_it(
    cast: Cast, open_page: OpenPage, viewport: dict[str, int]
) -> None:
    other = converse(cast, "Kim Lee")
    page = open_page(cast.ana, f"/inbox/{other.key}/?queue=open", viewport=viewport)
    draft = page.get_by_label("Reply by text")
    draft.press_sequentially("Half a th")
    urgent = converse(cast)
    row = alarm(cast, urgent)
    ask_until(page, "Nobody has it yet: Dana Smith")
    expect(draft).to_be_focused()
    expect(draft).to_have_value("Half a th")
    expect(page.locator("#live-status")).to_contain_text("Nobody has it yet: Dana Smith")
    assert beyond_the_window(page) == 0
    assert axe.violations(page) == []

    # Not asked again from here on: the button stays, and has to tell the truth.
    page.route("**/inbox/poll/**", lambda route: route.fulfill(status=204))
    faster = open_page(cast.ben, "/inbox/", viewport=viewport)
    faster.get_by_role("button", name="Take it for Dana Smith").click()
    arrived(faster.get_by_role("heading", name="You have it"))
    assert Escalation.objects.get(pk=row.pk).acknowledged_by == Membership.objects.get(user=cast.ben)
    assert axe.violations(faster) == []
    page.get_by_role("button", name="Take it for Dana Smith").click()
    arrived(page.get_by_text("ben was faster and has it since"))
    expect(page.get_by_role("heading", name="ben has it")).to_be_visible()
    assert beyond_the_window(page) == 0


@pytest.mark.parametrize(("viewport", "scheme"), itertools.product([DESK, PHONE], ["light", "dark"]))
def test_what_nobody_was_reached_for_is_loud_and_readable(
    cast: Cast, open_page: OpenPage, viewport: dict[str, int], scheme: str
) -> None:
    urgent = converse(cast)
    alarm(cast, urgent, exhausted_at=clock.now())
    page = open_page(cast.ana, "/inbox/?queue=open", viewport=viewport, color_scheme=scheme)
    banner = page.get_by_role("region", name="Cannot wait")
    expect(banner.get_by_text("Nobody was reached. Call Dana Smith now:")).to_be_visible()
    expect(banner.locator(f"a[href='tel:{urgent.lead.phone}']")).to_be_visible()
    assert (beyond_the_window(page), axe.violations(page)) == (0, [])
    page.goto(f"/inbox/{urgent.key}/?queue=open")
    page.get_by_text("Who was told (1)").click()
    expect(page.get_by_text("ben by text: no answer yet")).to_be_visible()
    assert beyond_the_window(page) == 0
    assert axe.violations(page) == []
