"""The inbox as a person meets it: in a browser, on a phone, with and without JavaScript."""

import itertools

import pytest
from playwright.sync_api import expect

from messaging.enums import MediaStatus, MessageKind, MessageStatus
from messaging.models import Conversation, Message, MessageMedia
from recoverline.lib import clock
from recoverline.lib.text import count_segments, normalize
from tests import factories
from tests.base import Cast, make_cast
from tests.browser.conftest import OpenPage, arrived, beyond_the_window

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PHONE = {"width": 390, "height": 844}
DESK = {"width": 1280, "height": 800}
LONG_NAME = "Maximiliane-Theodora von Hohenstein-Wolkenkuckucksheim"


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def converse(cast: Cast, name: str = "Dana Whitfield") -> Conversation:
    now = clock.now()
    lead = factories.make_lead(cast.a, name=name, created_at=now)
    conversation = factories.make_conversation(
        lead, cast.a_number, last_at=now, last_preview="Water! " * 20, needs_reply=True, unread_count=1, is_urgent=True
    )
    factories.make_call(cast.a_number, conversation=conversation, started_at=now, transcript="Please call me back.")
    text = factories.make_message(conversation, "Sorry we missed your call.", created_at=now)
    MessageMedia.objects.create(message=text, position=0, url="https://example.com/1", status=MediaStatus.PENDING)
    return conversation


def path_of(conversation: Conversation) -> str:
    return f"/inbox/{conversation.key}/"


def test_from_the_list_to_an_answer(cast: Cast, open_page: OpenPage) -> None:
    conversation = converse(cast)
    page = open_page(cast.ben, "/inbox/", viewport=PHONE)
    page.get_by_role("link", name="Dana Whitfield").click()
    arrived(page.get_by_role("heading", level=1, name="Dana Whitfield"))
    page.get_by_label("Reply by text").fill("We are on our way.")
    page.get_by_role("button", name="Send text").click()
    expect(page.locator(".from-us .body").last).to_have_text("We are on our way.")
    expect(page.locator(".from-us .state strong").last).to_have_text("Waiting")
    message = Message.objects.get(kind=MessageKind.STAFF)
    assert (message.conversation_id, message.body, message.author) == (
        conversation.pk,
        "We are on our way.",
        cast.ben,
    )


def test_an_answer_needs_no_javascript(cast: Cast, open_page: OpenPage) -> None:
    page = open_page(cast.ben, path_of(converse(cast)), java_script_enabled=False)
    page.get_by_label("Reply by text").fill("Yes")
    page.get_by_role("button", name="Send text").click()
    expect(page.locator(".from-us .body").last).to_have_text("Yes")


def test_pressing_send_twice_is_one_text(cast: Cast, open_page: OpenPage) -> None:
    page = open_page(cast.ben, path_of(converse(cast)), java_script_enabled=False)
    page.get_by_label("Reply by text").fill("Yes")
    page.get_by_role("button", name="Send text").dblclick()
    expect(page.locator(".from-us .body").last).to_have_text("Yes")
    assert Message.objects.filter(kind=MessageKind.STAFF).count() == 1


def test_the_list_keeps_itself_current(cast: Cast, open_page: OpenPage) -> None:
    page = open_page(cast.ben, "/inbox/", viewport=DESK)
    expect(page.get_by_role("heading", name="No missed calls yet.")).to_be_visible()
    converse(cast, "Nina")
    expect(page.get_by_role("link", name="Nina")).to_be_visible()
    expect(page.get_by_role("link", name="1 Needs reply")).to_be_visible()


@pytest.mark.parametrize(
    "text",
    ["", "{}" * 79 + "abc", "x" * 161, "“It’s” — fine…", "😀" * 36, "naïve façade", "a\nb" * 60, "ü" * 160 + "€"],
)
def test_the_counter_bills_as_the_carrier_does(cast: Cast, open_page: OpenPage, text: str) -> None:
    page = open_page(cast.ben, path_of(converse(cast)))
    page.get_by_label("Reply by text").fill(text)
    bill = count_segments(normalize(text))
    said = page.locator("#segments").inner_text().split(";")[0]
    many = f"{bill.units} characters, {bill.count} texts"
    assert said == (many if bill.count > 1 else f"{bill.units} of {bill.per_segment} characters")


@pytest.mark.parametrize(("width", "scheme"), [*itertools.product((320, 390, 1280), ("light", "dark"))])
def test_pages_fit_the_window(cast: Cast, open_page: OpenPage, width: int, scheme: str) -> None:
    conversation = converse(cast, LONG_NAME)
    factories.make_message(conversation, "https://example.com/" + "x" * 200, created_at=clock.now(), status="failed")
    factories.make_task(cast.a_location, lead=conversation.lead, detail="y" * 200)
    page = open_page(cast.ana, "/inbox/", viewport={"width": width, "height": 700}, color_scheme=scheme)
    beyond = {}
    for path in ("/inbox/?queue=open", "/inbox/?queue=done", path_of(conversation), "/inbox/callbacks/"):
        page.goto(path)
        beyond[path] = beyond_the_window(page)
    assert set(beyond.values()) == {0}, beyond


@pytest.mark.parametrize(("viewport", "panes"), [(PHONE, [False, True, False]), (DESK, [True, True, True])])
def test_list_thread_and_lead_stand_side_by_side_where_there_is_room(
    cast: Cast, open_page: OpenPage, viewport: dict[str, int], panes: list[bool]
) -> None:
    page = open_page(cast.ben, path_of(converse(cast)), viewport=viewport)
    assert [page.locator(pane).is_visible() for pane in (".pane-list", ".timeline", "#region-panel")] == panes


def test_the_keyboard_reaches_the_content_first(cast: Cast, open_page: OpenPage) -> None:
    page = open_page(cast.ben, "/inbox/")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()


def test_everything_to_press_is_big_enough(cast: Cast, open_page: OpenPage) -> None:
    """WCAG 2.2, 2.5.8: 24 by 24 pixels, but for links inside sentences."""
    conversation = converse(cast)
    factories.make_message(conversation, status=MessageStatus.FAILED, created_at=clock.now())
    page = open_page(cast.ben, "/inbox/", viewport=PHONE)
    small: list[str] = []
    for path in ("/inbox/", path_of(conversation), "/inbox/callbacks/"):
        page.goto(path)
        small += page.evaluate(
            """() => [...document.querySelectorAll('button, a:not(p a, dd a, .skip-link), .state-acts a, summary')]
                .map((one) => [one.innerText, one.getBoundingClientRect()])
                .filter(([, box]) => box.width && (box.width < 24 || box.height < 24)).map(([text]) => text)"""
        )
    assert small == []
