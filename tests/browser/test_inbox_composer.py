"""Answering as a person meets it: two windows, a session that ends, prepared replies by keyboard, open times."""

import re
from collections.abc import Iterator
from datetime import time
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from playwright.sync_api import Browser, expect

from messaging.enums import Direction, MessageKind, MessageStatus
from messaging.models import CannedReply, Conversation, Message
from recoverline.lib import clock
from scheduling.models import Appointment, OpeningHours
from tests import factories
from tests.base import Cast, make_cast
from tests.browser.axe import violations
from tests.browser.conftest import OpenPage, session_of, windows

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PHONE, DESK = {"width": 390, "height": 844}, {"width": 1280, "height": 800}


@pytest.fixture
def cast() -> Cast:
    return make_cast()


@pytest.fixture
def window(browser: Browser, live_server: Any) -> Iterator[OpenPage]:
    """As `open_page`, where the server may refuse something."""
    with windows(browser, live_server.url, refusals=("Failed to load resource",)) as open_one:
        yield open_one


def converse(cast: Cast) -> Conversation:
    now = clock.now()
    service = factories.make_service(cast.a, "Drain cleaning")
    factories.make_rules(service)
    technician = factories.make_resource(cast.a, "Sam")
    for weekday in range(7):
        OpeningHours.objects.create(
            business=cast.a, resource=technician, weekday=weekday, opens=time(6), closes=time(22)
        )
    lead = factories.make_lead(cast.a, name="Dana Whitfield", created_at=now)
    request = factories.make_request(lead, cast.a_location, service=service, opened_at=now)
    conversation = factories.make_conversation(lead, cast.a_number, request=request, last_at=now, needs_reply=True)
    says(conversation, "My kitchen drain is clogged. Can you come?")
    for shortcut, body in (("hours", "We are open all week."), ("way", "Hi {caller_name}, we are on our way.")):
        CannedReply.objects.create(business=cast.a, shortcut=shortcut, title=shortcut.capitalize(), body=body)
    return conversation


def says(conversation: Conversation, body: str) -> Message:
    theirs = {"direction": Direction.IN, "kind": MessageKind.INBOUND, "status": MessageStatus.RECEIVED}
    return factories.make_message(conversation, body, created_at=clock.now(), **theirs)


def thread(conversation: Conversation) -> str:
    return f"/inbox/{conversation.key}/"


def staff_texts() -> list[str]:
    return list(Message.objects.filter(kind=MessageKind.STAFF).order_by("pk").values_list("body", flat=True))


def test_of_two_windows_the_second_sees_the_first_before_it_sends(cast: Cast, window: OpenPage) -> None:
    path = thread(converse(cast))
    ana, ben = window(cast.ana, path, viewport=DESK), window(cast.ben, path, viewport=PHONE)
    # Ben's page must not have heard of it by itself.
    ben.route("**/inbox/poll/**", lambda route: route.abort())
    ana.get_by_label("Reply by text").fill("We come at ten.")
    ana.get_by_label("Reply by text").press("Control+Enter")
    expect(ana.locator("#region-timeline").get_by_text("We come at ten.")).to_be_visible()
    expect(ana.get_by_label("Reply by text")).to_have_value("")
    expect(ana.get_by_label("Reply by text")).to_be_focused()
    field = ben.get_by_label("Reply by text")
    field.fill("We come at noon.")
    field.press("Control+Enter")
    panel = ben.get_by_role("region", name="Not sent: a newer text came first")
    expect(panel.get_by_text("We come at ten.")).to_be_visible()
    expect(panel.get_by_text("Keep editing")).to_be_focused()
    assert (staff_texts(), violations(ben)) == (["We come at ten."], [])
    panel.get_by_text("Keep editing").press("Enter")
    expect(field).to_be_focused()
    field.fill("Or at noon, as you like.")
    ben.unroute("**/inbox/poll/**")
    ben.get_by_role("button", name="Send text").click()
    expect(ben.locator("#region-timeline").get_by_text("Or at noon, as you like.")).to_be_visible()
    assert staff_texts() == ["We come at ten.", "Or at noon, as you like."]


def test_what_is_written_outlives_the_session(cast: Cast, window: OpenPage, live_server: Any) -> None:
    page = window(cast.ben, thread(converse(cast)))
    field = page.get_by_label("Reply by text")
    field.fill("A long answer.")
    Session.objects.all().delete()
    page.get_by_role("button", name="Send text").click()
    expect(page.get_by_text("You were signed out. Sign in again; what you wrote is kept.")).to_be_visible()
    page.locator("#composer-status").get_by_role("link", name="Sign in").click()
    page.wait_for_url("**/accounts/login/**")
    page.context.add_cookies([session_of(cast.ben, live_server.url)])
    page.goto(page.url.partition("next=")[2].replace("%2F", "/"))
    expect(field).to_have_value("A long answer.")
    page.get_by_role("button", name="Send text").click()
    expect(page.locator("#region-timeline").get_by_text("A long answer.")).to_be_visible()
    page.reload()
    expect(field).to_have_value("")
    assert staff_texts() == ["A long answer."]


def test_without_a_connection_it_goes_on_trying_and_sends_once(cast: Cast, window: OpenPage) -> None:
    page = window(cast.ben, thread(converse(cast)))
    # The first try arrives, and its answer does not.
    page.route("**/reply/**", lambda route: (route.fetch(), route.abort()), times=1)
    page.get_by_label("Reply by text").fill("On our way.")
    page.get_by_role("button", name="Send text").click()
    expect(page.get_by_text("Not sent yet: no connection. Trying again…")).to_be_visible()
    expect(page.get_by_label("Reply by text")).to_have_value("")
    assert staff_texts() == ["On our way."]


def test_a_slash_and_the_keys_put_a_prepared_reply_in(cast: Cast, open_page: OpenPage) -> None:
    page = open_page(cast.ben, thread(converse(cast)), viewport=DESK)
    field = page.get_by_label("Reply by text")
    field.press_sequentially("Hello. /")
    options = page.locator("#canned-list").get_by_role("option")
    expect(options).to_have_count(2)
    assert violations(page) == []
    page.keyboard.press("Escape")
    expect(options).to_have_count(0)
    field.press_sequentially("w")
    expect(options).to_have_count(1)
    page.keyboard.press("Backspace")
    expect(options).to_have_count(2)
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(field).to_have_value("Hello. Hi Dana, we are on our way.")
    expect(field).to_be_focused()
    field.fill("/h")
    options.first.click()
    expect(field).to_have_value("We are open all week.")


def test_a_costly_letter_is_named_and_made_plain(cast: Cast, open_page: OpenPage) -> None:
    page = open_page(cast.ben, thread(converse(cast)))
    field = page.get_by_label("Reply by text")
    field.fill("Sábado " + "x" * 70)
    expect(page.get_by_text("“á” makes this 2 texts instead of 1: replace it.")).to_be_visible()
    page.get_by_role("button", name="Use plain letters").click()
    expect(field).to_have_value("Sabado " + "x" * 70)
    expect(page.locator("#segments")).to_have_text("77 of 160 characters")
    expect(page.get_by_role("button", name="Use plain letters")).to_have_count(0)


def test_times_are_offered_and_booked_without_leaving_the_thread(cast: Cast, open_page: OpenPage) -> None:
    page = open_page(cast.ben, thread(converse(cast)), viewport=PHONE)
    page.get_by_role("link", name="Offer times").click()
    dialog = page.get_by_role("dialog", name="Open times")
    boxes = dialog.get_by_role("checkbox")
    expect(boxes).to_have_count(6)
    for at in range(3):
        boxes.nth(at).check()
    expect(boxes.nth(3)).to_be_disabled()
    assert violations(page) == []
    dialog.get_by_role("button", name="Put into the text").click()
    field = page.get_by_label("Reply by text")
    expect(field).to_have_value(re.compile(r"1\) .+ 2\) .+ 3\) "))
    expect(field).to_be_focused()
    page.get_by_role("link", name="Offer times").click()
    dialog.get_by_role("button", name="Book").first.click()
    expect(page.get_by_text("The confirmation goes out by itself.")).to_be_visible()
    expect(dialog).to_have_count(0)
    visit = Appointment.objects.get()
    assert (visit.booked_by, visit.lead) == ("staff", Conversation.objects.get().lead)
