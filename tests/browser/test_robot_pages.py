"""The robot's pages as an owner uses them, at a desk and on a phone, with and without scripts."""

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from leads.models import Faq, Service
from messaging.agent import publishing
from messaging.models import Publication, RegressionScenario, UnansweredQuestion
from recoverline.lib import clock
from tests.browser.axe import violations
from tests.browser.conftest import OpenPage
from tests.factories import make_conversation, make_lead, make_message, make_scenario, make_unanswered
from tests.messaging.agent.stage import Stage, make_stage

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PHONE = {"width": 390, "height": 844}
DESK = {"width": 1280, "height": 900}
LONG = "Donaudampfschifffahrtsgesellschaftskapitänsmützenreinigungsservicevertragsverlängerung"


@pytest.fixture
def stage() -> Stage:
    return make_stage()


def robot(stage: Stage, page: str) -> str:
    return f"/admin/messaging/agentsettings/{stage.robot.pk}/{page}/"


REVIEW = "/admin/messaging/unansweredquestion/review/"


def fits(page: Page) -> bool:
    page.wait_for_load_state()
    return bool(page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth"))


@pytest.mark.parametrize("options", [{"viewport": DESK}, {"viewport": PHONE, "java_script_enabled": False}])
def test_enter_sends_and_start_over_forgets(stage: Stage, open_page: OpenPage, options: dict[str, Any]) -> None:
    page = open_page(stage.cast.ana, robot(stage, "playground"), **options)
    for text in ("are you insured?", f"i smell gas {LONG}"):
        page.get_by_label("As the customer").fill(text)
        page.get_by_label("As the customer").press("Enter")
        expect(page.locator(".talk-them .bubble").last).to_have_text(text)
    expect(page.locator(".talk-them .bubble")).to_have_text(["are you insured?", f"i smell gas {LONG}"])
    expect(page.locator(".talk-us .bubble").first).to_contain_text("Yes, we are licensed and insured.")
    page.get_by_text("1 fact").click()
    expect(page.get_by_text("FAQ: Are you insured?", exact=True)).to_be_visible()
    expect(page.locator(".talk-note")).to_contain_text("[Danger (Gas): marked urgent")
    page.get_by_role("button", name="Start over").click()
    expect(page.get_by_text("Write what they would reply")).to_be_visible()


def test_an_answer_is_written_tried_and_published(stage: Stage, open_page: OpenPage) -> None:
    talk = make_conversation(make_lead(stage.cast.a), stage.number)
    said = make_message(talk, "do you fix kites?", direction="in", kind="inbound", status="received")
    make_unanswered(stage.cast.a, conversation=talk, message=said, asked_at=clock.now())
    page = open_page(stage.cast.ana, REVIEW, viewport=PHONE)
    page.get_by_text("Write the answer", exact=True).click()
    page.get_by_label("Answer", exact=True).fill("No, ask Elm Street Toys.")
    page.get_by_role("button", name="Save the answer").click()
    expect(page.get_by_text("Nothing waits for an answer.")).to_be_visible()
    assert Faq.objects.filter(answer="No, ask Elm Street Toys.").count() == 1
    page.get_by_role("link", name="Publish").click()
    expect(page.get_by_text("All 1 pass")).to_be_visible()
    page.get_by_role("button", name="Publish", exact=True).click()
    expect(page.get_by_text("Version 1 is published")).to_be_visible()
    assert (Publication.objects.count(), RegressionScenario.objects.count()) == (1, 1)
    assert UnansweredQuestion.objects.get().status == "answered"


def fill_pages(stage: Stage, page: Page) -> None:
    """Something of everything, with a word that no line can hold."""
    publishing.publish(stage.cast.a, now=clock.now())
    Service.objects.update(price_from_cents=1, name=LONG)
    make_scenario(stage.cast.a, "are you insured?", "what do you do", name=LONG, must_say=[LONG])
    make_unanswered(stage.cast.a, f"{LONG}?", asked_at=clock.now())
    page.goto(robot(stage, "playground"))
    for text in ("are you insured?", LONG, "i smell gas"):
        page.get_by_label("As the customer").fill(text)
        page.get_by_role("button", name="Send").click()
        expect(page.locator(".talk-them .bubble").last).to_have_text(text)


@pytest.mark.parametrize("viewport", [DESK, PHONE], ids=["desk", "phone"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_and_nothing_sticks_out(
    stage: Stage, open_page: OpenPage, viewport: dict[str, int], scheme: str
) -> None:
    # axe measures contrast with styles of its own, which the policy of the page would refuse.
    page = open_page(stage.cast.ana, REVIEW, viewport=viewport, color_scheme=scheme, bypass_csp=True)
    fill_pages(stage, page)
    for path in (robot(stage, "playground"), robot(stage, "publish"), REVIEW):
        page.goto(path)
        for opened in page.locator("details").all():
            opened.evaluate("each => { each.open = true }")
        assert (path, violations(page), fits(page)) == (path, [], True)
