"""A thread and its panel in a browser: heard, read back to the beginning, corrected without leaving the page."""

import io
import wave
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.base import ContentFile
from playwright.sync_api import expect

from leads import events
from leads.models import Lead
from messaging.enums import Direction, MessageKind
from messaging.inbox import timeline
from messaging.models import AgentTurn, Call, Conversation, Note
from recoverline.lib import clock
from tests import factories
from tests.base import Cast, make_cast
from tests.browser.axe import violations
from tests.browser.conftest import OpenPage, beyond_the_window

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PHONE = {"width": 390, "height": 844}
DESK = {"width": 1280, "height": 800}
HOSTILE = "\u202eexe.gpj " + "W" * 200 + " <script>document.title='broken'</script> " + "\U0001f6b0" * 300


@pytest.fixture
def cast(settings: Any, tmp_path: Path) -> Cast:
    settings.MEDIA_ROOT = tmp_path
    return make_cast()


def sound() -> bytes:
    """A second of silence."""
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(1)
        file.setframerate(8000)
        file.writeframes(b"\x80" * 8000)
    return buffer.getvalue()


def tell(cast: Cast, name: str = "Dana Whitfield") -> Conversation:
    """A conversation with one of everything, over two days."""
    now = clock.now()
    before, old = now - timedelta(days=1), now - timedelta(days=40)
    lead = factories.make_lead(cast.a, name=name, created_at=old, source="ads", notes="Has a dog. Gate code 1234.")
    service = factories.make_service(cast.a, f"Leak repair {factories.fresh()}")
    request = factories.make_request(lead, cast.a_location, need="Basement floods", urgency="urgent", service=service)
    conversation = factories.make_conversation(
        lead, cast.a_number, last_at=now, last_preview="Water", request=request, needs_reply=True, handler="person"
    )
    past = factories.make_conversation(lead, cast.a_number, status="done", last_at=old, last_preview="Thanks, see you")
    factories.make_request(lead, cast.a_location, need="Furnace", status="won", value_cents=45_000, opened_at=old)
    assert past.pk
    call = factories.make_call(
        cast.a_number, conversation=conversation, lead=lead, started_at=before, transcript="My basement is flooding.",
        voicemail_seconds=14, voicemail_status="stored", miss_reason="voicemail",
    )  # fmt: skip
    call.voicemail_file.save("x.wav", ContentFile(sound()))
    call.save()

    def text(body: str, minutes: int, **values: Any) -> Any:
        return factories.make_message(conversation, body, created_at=before + timedelta(minutes=minutes), **values)

    text("Alder Plumbing: sorry we missed your call. How can we help? Reply STOP to opt out.", 1)
    theirs = text("There is water everywhere", 3, direction=Direction.IN, kind=MessageKind.INBOUND, status="received")
    answer = text("That sounds bad. Which city?", 4, kind=MessageKind.ROBOT)
    turn = factories.make_turn(theirs, summary="Asked for the place before offering times")
    AgentTurn.objects.filter(pk=turn.pk).update(message=answer)
    note = "@ben please call, she is upset"
    Note.objects.create(business=cast.a, conversation=conversation, author=cast.ana, body=note, created_at=before)
    text("On my way.", 8, kind=MessageKind.STAFF, author=cast.ben, status="failed", error_text="The phone is off")
    factories.make_turn(theirs, status="drafted", reply="We can come at 3 PM.", summary="Offers a time", started_at=now)
    factories.make_task(cast.a_location, lead=lead, phone=lead.phone, created_at=now, due_at=now + timedelta(minutes=9))
    visit = factories.make_appointment(service, cast.a_location, lead=lead, starts_at=now + timedelta(days=2))
    record = {"business": cast.a, "lead": lead, "actor": cast.ana}
    events.record("appointment.booked", at=now, text="Booked", appointment=str(visit.key), version=1, **record)
    key = str(conversation.key)
    events.record("conversation.assigned", at=now, text="Assigned to ben", conversation=key, **record)
    return conversation


def path_of(conversation: Conversation) -> str:
    return f"/inbox/{conversation.key}/"


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("window", [DESK, PHONE], ids=["desk", "phone"])
def test_everything_can_be_read_by_everybody(cast: Cast, open_page: OpenPage, window: Any, scheme: Any) -> None:
    conversation = tell(cast, name=HOSTILE[:120])
    factories.make_message(conversation, HOSTILE, direction=Direction.IN, kind=MessageKind.INBOUND)
    page = open_page(cast.ben, path_of(conversation), viewport=window, color_scheme=scheme)
    if window is PHONE:
        page.get_by_text("About this person").first.click()
    page.get_by_text("Edit person").click()
    expect(page.locator("#correct-person").get_by_label("E-mail")).to_be_visible()
    assert (beyond_the_window(page), violations(page)) == (0, [])
    assert "broken" not in page.title()


def test_a_voicemail_is_heard_from_the_middle(cast: Cast, open_page: OpenPage) -> None:
    page = open_page(cast.ben, path_of(tell(cast)), viewport=DESK)
    audio = page.locator("audio")
    length = audio.evaluate(
        """player => new Promise((done, fail) => {
          player.addEventListener("loadedmetadata", () => { player.currentTime = 0.5; });
          player.addEventListener("seeked", () => done([player.duration, player.currentTime]));
          player.addEventListener("error", () => fail(new Error(player.error.message)));
          player.load();
          player.preload = "auto";
        })"""
    )
    assert length == [1, 0.5]


def test_earlier_entries_come_above_those_that_are_read(
    cast: Cast, open_page: OpenPage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(timeline.timeline_of.__kwdefaults__, "size", 20)
    conversation = tell(cast)
    began = clock.now() - timedelta(days=3)
    for index in range(50):
        factories.make_message(conversation, f"old {index}", created_at=began + timedelta(minutes=index))
    page = open_page(cast.ben, path_of(conversation), viewport=DESK)
    old = page.locator(".bubble .body", has_text="old ")
    for shown in (30, 50):
        page.get_by_role("link", name="Show the whole conversation").click()
        expect(old).to_have_count(shown)
    expect(page.locator("[data-earlier]")).to_have_count(0)
    ids = page.locator("#region-timeline > [id]").evaluate_all("all => all.map(one => one.id)")
    assert len(ids) == len(set(ids))
    assert page.locator(".bubble .body").first.inner_text() == "old 0"


@pytest.mark.parametrize("with_script", [True, False])
def test_a_name_is_corrected_in_place(cast: Cast, open_form: OpenPage, with_script: bool) -> None:
    conversation = tell(cast, name="Dane")
    page = open_form(cast.ben, path_of(conversation), viewport=DESK, java_script_enabled=with_script)
    page.get_by_text("Edit person").click()
    person = page.locator("#correct-person")
    if not with_script:
        person.get_by_role("link", name="Open the form").click()
    person.get_by_label("E-mail").fill("nonsense")
    person.get_by_role("button", name="Save").click()
    expect(person.get_by_role("alert")).to_have_text("Enter a valid email address.")
    person.get_by_label("E-mail").fill("dana@example.com")
    person.get_by_label("Name").fill("Dana Whitfield")
    person.get_by_role("button", name="Save").click()
    expect(page.locator("#region-panel .facts").first).to_contain_text("dana@example.com")
    lead = Lead.objects.get(pk=conversation.lead_id)
    assert (lead.name, lead.email) == ("Dana Whitfield", "dana@example.com")
    assert Call.objects.count() == 1
