"""The inbox while things happen: it keeps itself current, and takes nothing away from whoever works in it."""

import itertools
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
from playwright.sync_api import Page, expect

from leads.models import Preferences
from messaging.enums import Direction, Handler, MessageKind, MessageStatus
from messaging.inbox import presence
from messaging.models import Conversation, Message
from recoverline.lib import clock
from tests import factories
from tests.base import Cast, make_cast
from tests.browser import axe
from tests.browser.conftest import OpenPage, arrived, beyond_the_window

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PHONE = {"width": 390, "height": 844}
DESK = {"width": 1280, "height": 800}
INBOUND = {"direction": Direction.IN, "kind": MessageKind.INBOUND, "status": MessageStatus.RECEIVED}
# Notifications as a browser that may show them would, told to the page instead of to the desktop.
TOLD = """
  window.told = [];
  Object.defineProperty(Notification, "permission", {get: () => "granted"});
  ServiceWorkerRegistration.prototype.showNotification = async (title, options) => {
    window.told.push([title, options.body]);
  };
"""


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def converse(cast: Cast, name: str = "Dana Whitfield", **values: Any) -> Conversation:
    now = clock.now()
    lead = factories.make_lead(cast.a, name=name, created_at=now)
    conversation = factories.make_conversation(
        lead, cast.a_number, last_at=now, last_preview="Water! " * 20, handler=Handler.PERSON, **values
    )
    factories.make_message(conversation, "Sorry we missed your call.", created_at=now)
    return conversation


def path_of(conversation: Conversation) -> str:
    return f"/inbox/{conversation.key}/?queue=open"


def ask_now(page: Page) -> None:
    page.evaluate("dispatchEvent(new Event('inbox:ask'))")


def ask_until(page: Page, holds: str) -> None:
    """The page asks without a pause until what it shows is so: a beat of somebody else may still be on its way.

    A mark that nobody took back goes after 25 seconds.
    """
    page.wait_for_function(f"() => (dispatchEvent(new Event('inbox:ask')), {holds})", polling=200, timeout=40_000)


def test_a_thread_grows_under_a_draft_without_touching_it(cast: Cast, open_page: OpenPage) -> None:
    conversation = converse(cast)
    waiting = factories.make_message(conversation, "Ours", status=MessageStatus.QUEUED, created_at=clock.now())
    page = open_page(cast.ben, path_of(conversation), viewport=DESK)
    draft = page.get_by_label("Reply by text")
    draft.press_sequentially("Half a th")
    draft.evaluate("(field) => field.setSelectionRange(2, 5)")
    page.locator("#about details summary").first.click()
    draft.focus()
    draft.evaluate("(field) => field.setSelectionRange(2, 5)")
    page.evaluate("document.querySelectorAll('[role=log] > *').forEach((entry) => (entry.wasThere = true))")

    Message.objects.filter(pk=waiting.pk).update(status=MessageStatus.DELIVERED)
    newest = factories.make_message(conversation, "Are you there?", created_at=clock.now(), **INBOUND)
    conversation.lead.name = "Dana W."
    conversation.lead.save()
    ask_now(page)

    expect(page.get_by_text("Are you there?")).to_be_visible()
    expect(page.locator(f"#entry-text-{waiting.key} .state strong")).to_have_text("Delivered")
    expect(page.locator("#thread-heading")).to_have_text("Dana W.")
    expect(page.locator("#region-timeline")).to_have_attribute("data-newest", str(newest.pk))
    expect(draft).to_have_value("Half a th")
    expect(draft).to_be_focused()
    assert draft.evaluate("(field) => [field.selectionStart, field.selectionEnd]") == [2, 5]
    expect(page.locator("#about details").first).to_have_attribute("open", "")
    # Only the new text is new: a log that is drawn again would be read out again.
    entries = "[...document.querySelectorAll('[role=log] > article')].map((entry) => entry.wasThere === true)"
    assert page.evaluate(entries) == [True, True, False]


def test_a_page_of_earlier_days_does_not_say_that_it_showed_what_came_since(cast: Cast, open_page: OpenPage) -> None:
    conversation = converse(cast)
    shown, later = conversation.messages.get(), (clock.now() + timedelta(hours=1)).isoformat()
    path = f"/inbox/{conversation.key}/earlier/?{urlencode({'at': f'{later},1,1', 'queue': 'open'})}"
    page = open_page(cast.ben, path, viewport=DESK)

    def answers(status: int) -> Any:
        return page.expect_response(lambda answer: "/poll/" in answer.url and answer.status == status)

    with answers(200):  # to this question, or to one that the page asks by itself
        factories.make_message(conversation, "And one more thing", **INBOUND)
        ask_now(page)
    with answers(204):  # with this answer the first was taken
        ask_now(page)
    expect(page.locator("#region-timeline")).to_have_attribute("data-newest", str(shown.pk))


def test_two_people_see_each_other_and_looking_is_reading(cast: Cast, open_page: OpenPage) -> None:
    conversation = converse(cast, unread_count=2)
    ana = open_page(cast.ana, path_of(conversation), viewport=DESK)
    ben = open_page(cast.ben, path_of(conversation), viewport=DESK)
    expect(ben.get_by_text("ana is looking")).to_be_visible()
    ben.get_by_label("Reply by text").press_sequentially("We")
    ask_until(ana, "document.body.innerText.includes('ben is writing…')")
    ben.get_by_label("Reply by text").fill("")
    ask_until(ana, "document.body.innerText.includes('ben is looking')")
    conversation.refresh_from_db()
    assert conversation.unread_count == 0
    ben.goto("about:blank")
    ask_until(ana, "!document.body.innerText.includes('ben is')")


def test_whoever_is_signed_out_keeps_what_they_wrote(cast: Cast, open_page: OpenPage) -> None:
    conversation = converse(cast)
    page = open_page(cast.ben, path_of(conversation), viewport=PHONE, may_complain=True)
    draft = page.get_by_label("Reply by text")
    draft.fill("Nearly done")
    page.context.clear_cookies()
    ask_now(page)
    link = page.get_by_role("link", name="Sign in again")
    expect(link).to_be_visible()
    assert link.get_attribute("href") == f"/accounts/login/?next=%2Finbox%2F{conversation.key}%2F%3Fqueue%3Dopen"
    expect(draft).to_have_value("Nearly done")


def test_a_lost_connection_is_said_and_comes_back(cast: Cast, open_page: OpenPage) -> None:
    page = open_page(cast.ben, "/inbox/?queue=open", viewport=DESK, may_complain=True)
    page.context.set_offline(True)
    for _ in range(2):
        with page.expect_event("requestfailed"):
            ask_now(page)
    expect(page.locator("#live-line")).to_contain_text("Reconnecting…")
    converse(cast, "Nina")
    page.context.set_offline(False)
    expect(page.get_by_role("link", name="Nina")).to_be_visible()
    expect(page.locator("#live-line")).to_be_hidden()


def test_a_notification_is_shown_once_and_only_of_what_is_wanted(cast: Cast, open_page: OpenPage) -> None:
    page = open_page(cast.ben, "/inbox/?queue=done", viewport=DESK)
    page.add_init_script(TOLD)
    page.reload()
    now = clock.now()
    converse(cast, "Nina", needs_reply=True, is_urgent=True, waiting_since=now, reply_due_at=now.replace(year=2099))
    converse(cast, "Otto", needs_reply=True, waiting_since=now, reply_due_at=now.replace(year=2099))
    ask_now(page)
    page.wait_for_function("() => window.told.length")
    assert page.evaluate("window.told") == [["Urgent: Nina", ("Water! " * 20)[:80]]]
    expect(page).to_have_title("(2) Inbox · Recoverline")
    page.reload()
    with page.expect_response("**/inbox/poll/**"):
        ask_now(page)
    converse(cast, "Mine", assignee=cast.ben)
    ask_now(page)
    page.wait_for_function("() => window.told.length")
    assert page.evaluate("window.told") == [["Assigned to you: Mine", ""]]


def test_keys_do_what_the_sheet_says_unless_they_are_off(cast: Cast, open_page: OpenPage) -> None:
    first, second = converse(cast, "First"), converse(cast, "Second")
    page = open_page(cast.ben, "/inbox/?queue=open", viewport=DESK)
    page.keyboard.press("j")
    expect(page.locator(f"#row-{second.key} a")).to_be_focused()
    page.keyboard.press("j")
    expect(page.locator(f"#row-{first.key} a")).to_be_focused()
    page.keyboard.press("Enter")
    arrived(page.get_by_role("heading", level=1, name="First"))
    expect(page).to_have_title("First · Recoverline")
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keyboard shortcuts")).to_be_visible()
    page.keyboard.press("e")  # in a dialog it is only a letter
    page.keyboard.press("Escape")
    page.keyboard.press("r")
    field = page.get_by_label("Reply by text")
    expect(field).to_be_focused()
    page.keyboard.type("jj?e")
    expect(field).to_have_value("jj?e")
    page.keyboard.press("Escape")
    page.keyboard.press("/")
    expect(page.get_by_role("searchbox")).to_be_focused()
    Preferences.objects.create(user=cast.ben, has_shortcuts=False)
    page.goto(path_of(first))
    page.keyboard.press("?")
    page.keyboard.press("r")
    expect(page.get_by_role("dialog", name="Keyboard shortcuts")).to_be_hidden()
    expect(page.get_by_label("Reply by text")).not_to_be_focused()
    assert Conversation.objects.filter(status="done").count() == 0


@pytest.mark.parametrize(("width", "scheme"), [*itertools.product((320, 1280), ("light", "dark"))])
def test_list_and_thread_are_accessible_and_fit(cast: Cast, open_page: OpenPage, width: int, scheme: str) -> None:
    conversation = converse(cast, "Maximiliane-Theodora von Hohenstein-Wolkenkuckucksheim" * 2, is_urgent=True)
    factories.make_message(conversation, "https://example.com/" + "x" * 200, created_at=clock.now(), status="failed")
    presence.mark(conversation, cast.ana, presence.state_of("composing"), now=clock.now())
    page = open_page(cast.ben, "/inbox/?queue=open", viewport={"width": width, "height": 640}, color_scheme=scheme)
    found = {}
    for path in ("/inbox/?queue=open", "/inbox/?queue=done", path_of(conversation)):
        page.goto(path)
        found[path] = (beyond_the_window(page), axe.violations(page))
    assert found == {path: (0, []) for path in found}


def test_the_check_finds_faults_that_are_there(cast: Cast, open_page: OpenPage) -> None:
    page = open_page(cast.ben, "/inbox/", viewport=DESK)
    page.evaluate(
        """() => document.querySelector("main").innerHTML = `<button></button>
          <img src="/static/site/favicon.svg" width="24"><input type="text"><p class="pale">Too pale to read</p>
          <a href="#a" class="tiny">a</a><a href="#b" class="tiny">b</a>`"""
    )
    page.evaluate(
        """() => {
          document.querySelector(".pale").style.color = "#ddd";
          for (const link of document.querySelectorAll(".tiny")) {
            link.style.cssText = "display: block; width: 9px; height: 9px";
          }
        }"""
    )
    rules = {line.partition(" ")[0] for line in axe.violations(page)}
    assert {"button-name", "image-alt", "label", "color-contrast", "target-size"} <= rules


def test_the_choice_of_colors_is_kept(cast: Cast, open_page: OpenPage) -> None:
    page = open_page(cast.ben, "/inbox/", viewport=DESK, color_scheme="light")
    background = "getComputedStyle(document.documentElement).backgroundColor"
    light = page.evaluate(background)
    page.locator(".site-menu > summary").click()
    page.get_by_label("Dark").check()
    dark = page.evaluate(background)
    page.reload()
    assert (page.evaluate(background), dark != light) == (dark, True)
