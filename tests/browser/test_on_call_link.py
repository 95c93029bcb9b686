"""The link in an alert, on a small phone in the dark: read at a glance, taken with a thumb, without any script."""

import os
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from messaging.escalation import links
from messaging.escalation.enums import EscalationStatus
from messaging.models import EscalationNotice
from recoverline.lib import clock
from tests import factories
from tests.base import make_cast
from tests.browser import axe
from tests.browser.conftest import OpenPage, beyond_the_window
from tests.messaging.alarms import make_escalation, make_notice

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

SMALL = {"viewport": {"width": 320, "height": 640}, "has_touch": True}
# Where to keep pictures of the page, for people to look at.
PICTURES = os.environ.get("PICTURES", "")
LONG = "Maximiliane-Konstantinopolitanskaya de la Fuente y Villanueva-Sotomayor"


@pytest.fixture
def notice() -> EscalationNotice:
    cast, now = make_cast(), clock.now()
    lead = factories.make_lead(cast.a, name=LONG, created_at=now)
    request = factories.make_request(
        lead, cast.a_number.location, need="water in the basement", place="Tempe, AZ 85281"
    )
    conversation = factories.make_conversation(
        lead, cast.a_number, request=request, last_at=now, handler="person", is_urgent=True
    )
    factories.make_message(
        conversation, "The basement is flooding and the valve does not close, please come!", direction="in",
        kind="inbound", status="received", created_at=now,
    )  # fmt: skip
    ben = cast.a.memberships.get(user=cast.ben)
    row = make_escalation(conversation, ben, opened_at=now, next_at=now, kind="emergency")
    notice = make_notice(row, ben, status="sent", created_at=now, sent_at=now)
    notice.token_digest = links.digest_of(notice)
    notice.save(update_fields=["token_digest"])
    return notice


def keep(page: Page, name: str) -> None:
    if PICTURES:
        page.screenshot(path=Path(PICTURES) / f"{name}.png", full_page=True)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_is_read_and_taken_on_a_small_phone(notice: EscalationNotice, open_page: OpenPage, scheme: Any) -> None:
    page = open_page(None, f"/on-call/{links.token_of(notice)}/", color_scheme=scheme, **SMALL)
    expect(page.get_by_role("heading", level=1)).to_have_text(LONG)
    expect(page.get_by_text("The basement is flooding")).to_be_visible()
    take = page.get_by_role("button", name="Take it")
    expect(take).to_be_in_viewport(ratio=1)
    assert (axe.violations(page), beyond_the_window(page)) == ([], 0)
    keep(page, f"open-{scheme}")
    take.tap()
    expect(page.get_by_role("status")).to_have_text("You have it.")
    assert (axe.violations(page), beyond_the_window(page)) == ([], 0)
    keep(page, f"mine-{scheme}")
    notice.escalation.refresh_from_db()
    assert notice.escalation.status == EscalationStatus.ACKNOWLEDGED
    page.get_by_role("button", name="Give it to the next person").tap()
    expect(page.get_by_role("status")).to_contain_text("You passed it on.")
    keep(page, f"passed-{scheme}")
