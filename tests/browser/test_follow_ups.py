"""Follow-ups as people use them: tried before they are saved, handled beside a thread; at a desk and on a phone."""

import os
import uuid
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from messaging.followups.versions import current_version
from messaging.models import Conversation, Enrollment, Sequence
from recoverline.lib import clock
from tests.base import Cast, make_cast
from tests.browser.axe import violations
from tests.browser.conftest import OpenPage, arrived, beyond_the_window
from tests.factories import make_conversation, make_lead, make_message, make_request

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

SIZES = pytest.mark.parametrize("viewport", [{"width": 1280, "height": 900}, {"width": 390, "height": 844}])


@pytest.fixture
def cast() -> Cast:
    return make_cast()


@pytest.fixture
def sequence(cast: Cast) -> Sequence:
    row = Sequence.objects.create(business=cast.a, name="After a missed call", trigger="no_reply")
    row.steps.create(position=1, body="{business}: shall we call you, {caller_name}? {opt_out}", weekdays=[0, 1, 2, 3])
    row.steps.create(position=2, action="task", delay_amount=2, body="Call them once.")
    return row


@pytest.fixture
def thread(cast: Cast, sequence: Sequence) -> Conversation:
    lead, now = make_lead(cast.a, name="Dana Reed"), clock.now()
    talk = make_conversation(lead, cast.a_number, request=make_request(lead, cast.a_location, opened_at=now))
    make_message(talk, "Sorry we missed your call.", created_at=now)
    Enrollment.objects.create(
        business=cast.a, location=cast.a_location, lead=lead, conversation=talk, sequence=sequence,
        version=current_version(sequence, now=now), cause=str(uuid.uuid4()), anchor_at=now, last_text_at=now,
        created_at=now, due_at=now + timedelta(days=1),
    )  # fmt: skip
    return talk


def look(page: Page, name: str) -> None:
    """No line runs out of the window, and nothing keeps people out who cannot see it; kept as a picture if wanted."""
    width = page.viewport_size["width"] if page.viewport_size else 0
    if "PICTURES" in os.environ:
        page.screenshot(path=Path(os.environ["PICTURES"]) / f"{name}-{width}.png", full_page=True)
    assert beyond_the_window(page) <= 0
    assert violations(page) == []


@SIZES
def test_a_step_is_written_and_tried_before_it_is_saved(
    cast: Cast, sequence: Sequence, open_page: OpenPage, viewport: dict[str, int]
) -> None:
    # axe complains of what the styles of Django's forms import, which its own request may not bring.
    page = open_page(cast.ana, f"/admin/messaging/sequence/{sequence.pk}/change/", viewport=viewport, may_complain=True)
    arrived(page.locator(".sequence-preview .bubble"))
    expect(page.locator(".sequence-preview .bubble")).to_contain_text("Alder Plumbing: shall we call you, Maria?")
    page.locator("#id_steps-0-body").fill("Do you still need us?")
    expect(page.locator(".sequence-preview .findings")).to_contain_text("The text does not say who writes")
    look(page, "sequence")
    page.locator("#id_steps-0-body").fill("{business}: do you still need us? {opt_out}")
    expect(page.locator(".sequence-preview .findings")).to_have_count(0)
    page.get_by_role("button", name="Save", exact=True).last.click()
    expect(page.locator(".messagelist")).to_contain_text("was changed successfully")
    assert sequence.steps.get(position=1).body == "{business}: do you still need us? {opt_out}"


@SIZES
def test_all_of_them_are_paused_after_a_second_press(
    cast: Cast, sequence: Sequence, open_page: OpenPage, viewport: dict[str, int]
) -> None:
    page = open_page(cast.ana, "/admin/messaging/sequence/", viewport=viewport)
    arrived(page.get_by_text("Pause all"))
    page.get_by_text("Pause all").click()
    page.get_by_role("button", name="Yes, pause every follow-up").click()
    arrived(page.get_by_text("All follow-ups are paused."))
    look(page, "sequences")
    cast.a.refresh_from_db()
    assert cast.a.are_follow_ups_paused


@SIZES
def test_a_follow_up_is_paused_resumed_and_stopped_beside_its_thread(
    cast: Cast, thread: Conversation, open_page: OpenPage, viewport: dict[str, int]
) -> None:
    page = open_page(cast.ana, f"/inbox/{thread.key}/", viewport=viewport)

    def part(sign: str) -> None:
        show_panel(page)
        arrived(page.get_by_role("button", name=sign, exact=True))

    part("Pause")
    expect(page.locator(".follow-up-words")).to_have_text(
        "Alder Plumbing: shall we call you, Dana? Reply STOP to opt out."
    )
    look(page, "panel")
    page.get_by_role("button", name="Pause", exact=True).click()
    part("Resume")
    page.get_by_role("button", name="Resume", exact=True).click()
    part("Skip step")
    page.get_by_role("button", name="Skip step", exact=True).click()
    part("Do it now")
    page.get_by_role("button", name="Stop", exact=True).click()
    expect(page.get_by_text("Stopped. Nothing more of it goes out.")).to_be_visible()
    show_panel(page)
    page.get_by_role("link", name="Start a follow-up").click()
    arrived(page.get_by_role("heading", name="Start a follow-up"))
    look(page, "begin")


def show_panel(page: Page) -> None:
    """On a phone it is folded away."""
    page.wait_for_load_state()
    if not page.locator("#panel-follow-up").is_visible():
        page.locator("details#about > summary").click()
    expect(page.locator("#panel-follow-up")).to_be_visible()
