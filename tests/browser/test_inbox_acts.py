"""What staff do with a conversation, in a browser: by keys, by thumb, and without a script."""

import itertools
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from leads.models import CallbackTask, Lead
from messaging.enums import ConversationStatus
from messaging.models import Conversation, Mention
from recoverline.lib import clock
from tests import factories
from tests.base import Cast, make_cast
from tests.browser.axe import violations
from tests.browser.conftest import OpenPage, arrived, beyond_the_window
from tests.browser.test_inbox import DESK, PHONE, converse, path_of

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

NARROW = {"width": 320, "height": 640}


@pytest.fixture
def cast() -> Cast:
    cast = make_cast()
    cast.ana.first_name, cast.ana.last_name = "Ana", "Alder"
    cast.ana.save()
    return cast


def open_thread(open_page: OpenPage, cast: Cast, conversation: Conversation, **options: object) -> Page:
    return open_page(cast.ben, path_of(conversation) + "?queue=open", **options)


def test_done_by_one_key_and_undone(cast: Cast, open_page: OpenPage) -> None:
    conversation, following = converse(cast), converse(cast, "Nina Park")
    Conversation.objects.filter(pk=conversation.pk).update(is_urgent=False)
    page = open_thread(open_page, cast, conversation, viewport=DESK)
    page.keyboard.press("e")
    arrived(page.get_by_text("Done: Dana Whitfield. It opens again if they write."))
    expect(page.get_by_role("heading", level=1)).to_have_text("Nina Park")
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Dana Whitfield")
    rows = Conversation.objects.filter(pk__in=[conversation.pk, following.pk]).values_list("status", flat=True)
    assert set(rows) == {ConversationStatus.OPEN}


@pytest.mark.parametrize("keys", ["e", "s Enter"])
def test_a_text_that_the_page_does_not_show_is_read_first(cast: Cast, open_page: OpenPage, keys: str) -> None:
    conversation = converse(cast)
    page = open_thread(open_page, cast, conversation, viewport=DESK)
    page.route("**/inbox/poll/**", lambda route: route.fulfill(status=204))
    for words in ("They have written since. Read it first.", "Dana Whitfield."):
        expect(page.locator(".act-dialog")).to_have_count(6)
        if not conversation.messages.filter(body="Now it floods").exists():
            factories.make_message(conversation, "Now it floods", direction="in", kind="inbound", status="received")
        for key in keys.split():
            page.keyboard.press(key)
        expect(page.locator(".notice")).to_contain_text(words)
    conversation.refresh_from_db()
    assert conversation.status != ConversationStatus.OPEN


def test_two_keys_assign_and_snooze(cast: Cast, open_page: OpenPage) -> None:
    conversation = converse(cast)
    page = open_thread(open_page, cast, conversation, viewport=DESK)
    # Only the page that follows can say who has it, and not the one that is left.
    page.route("**/inbox/poll/**", lambda route: route.fulfill(status=204))
    dialogs = page.locator(".act-dialog")
    expect(dialogs).to_have_count(6)
    page.keyboard.press("a")
    page.keyboard.press("Enter")
    expect(page.locator(".acts .holder")).to_have_text("ben")
    expect(dialogs).to_have_count(6)
    page.keyboard.press("s")
    page.keyboard.press("Enter")
    expect(page.locator(".notice")).to_contain_text("Snoozed until")
    conversation.refresh_from_db()
    assert (conversation.assignee, conversation.status) == (cast.ben, ConversationStatus.SNOOZED)


@pytest.mark.parametrize("viewport", [PHONE, DESK])
def test_won_with_its_value(cast: Cast, open_page: OpenPage, viewport: dict[str, int]) -> None:
    conversation = converse(cast)
    page = open_thread(open_page, cast, conversation, viewport=viewport)
    page.locator('[data-opens="outcome-dialog"]').click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_label("Value in dollars")).to_be_hidden()
    dialog.get_by_label("Won").check()
    dialog.get_by_label("Value in dollars").fill("1,250.00")
    dialog.get_by_role("button", name="Done", exact=True).click()
    expect(page.get_by_text("Done: Dana Whitfield (Won, $1,250.00). It opens again if they write.")).to_be_visible()
    conversation.refresh_from_db()
    assert conversation.request is not None
    assert (conversation.request.status, conversation.request.value_cents) == ("won", 125000)


def test_a_colleague_is_named_by_keyboard_and_by_touch(cast: Cast, open_page: OpenPage) -> None:
    page = open_thread(open_page, cast, converse(cast), viewport=PHONE, has_touch=True)
    page.keyboard.press("n")
    page.locator(".note-tab").click()
    note = page.get_by_label("Note for the team")
    note.press_sequentially("@a")
    option = page.get_by_role("option", name="Ana Alder")
    expect(option).to_be_visible()
    note.press("Enter")
    expect(note).to_have_value("@Ana Alder ")
    note.press_sequentially("or @al")
    option.tap()
    expect(note).to_have_value("@Ana Alder or @Ana Alder ")
    page.get_by_role("button", name="Add note").click()
    expect(page.locator(".entry.note .body")).to_have_text("@Ana Alder or @Ana Alder")
    assert [mention.user for mention in Mention.objects.all()] == [cast.ana]


def test_a_call_back_and_a_block_from_the_menu(cast: Cast, open_page: OpenPage) -> None:
    page = open_thread(open_page, cast, converse(cast), viewport=NARROW)
    page.locator(".more > summary").click()
    page.get_by_role("link", name="Plan a call-back").click()
    page.get_by_role("dialog").get_by_label("What about").fill("Gate code")
    page.get_by_role("button", name="Plan the call-back").click()
    arrived(page.locator(".notice", has_text="Call back by"))
    page.locator(".more > summary").click()
    page.get_by_role("link", name="Block this person").click()
    page.get_by_role("dialog").get_by_role("button", name="Block this person").click()
    arrived(page.locator(".acts-state", has_text="Blocked by ben"))
    page.locator("#acts").get_by_role("button", name="Unblock").click()
    expect(page.locator(".acts-state")).to_have_count(0)
    task, lead = CallbackTask.objects.get(), Lead.objects.get()
    # What the team has planned stays: a block ends what the robot and the rules have asked for.
    assert (task.detail, task.done_by, lead.blocked_at) == ("Gate code", None, None)


def test_without_a_script_every_act_is_on_a_page(cast: Cast, open_page: OpenPage) -> None:
    conversation = converse(cast)
    page = open_thread(open_page, cast, conversation, java_script_enabled=False)
    page.get_by_role("link", name="Snooze", exact=True).click()
    day = clock.now() + timedelta(days=3)
    page.get_by_label("Another date and time").fill(f"{day:%Y-%m-%d}T08:00")
    page.locator(".custom-moment").get_by_role("button").click()
    expect(page.locator(".notice")).to_contain_text("8:00 AM: Dana Whitfield.")
    conversation.refresh_from_db()
    assert conversation.status == ConversationStatus.SNOOZED


@pytest.mark.parametrize(("viewport", "scheme"), [*itertools.product((NARROW, DESK), ("light", "dark"))])
def test_dialogs_are_accessible_and_fit(cast: Cast, open_page: OpenPage, viewport: dict[str, int], scheme: str) -> None:
    factories.make_hours(cast.a)
    page = open_thread(open_page, cast, converse(cast), viewport=viewport, color_scheme=scheme)
    expect(page.locator(".act-dialog")).to_have_count(6)
    for name in ("assign", "snooze", "outcome", "callback", "block"):
        page.evaluate(f"document.getElementById('{name}-dialog').showModal()")
        assert (name, violations(page)) == (name, [])
        box = page.locator(f"#{name}-dialog").bounding_box()
        assert box is not None
        assert (name, box["x"] >= 0, box["x"] + box["width"] <= viewport["width"]) == (name, True, True)
        page.keyboard.press("Escape")
    page.locator(".more > summary").click()
    assert beyond_the_window(page) == 0
    assert violations(page) == []
