"""Dangers: answered at once, with fixed words, by nobody who could think otherwise, and then left to people."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine
from django.conf import LazySettings

from leads.enums import Danger, Language, TaskReason
from leads.models import CallbackTask
from messaging.enums import Handler
from messaging.models import Conversation
from messaging.safety_wording import WORDING
from recoverline.lib.text import count_segments
from tests.factories import NOON, make_safety_text
from tests.messaging.agent.shop import Shop, make_shop
from tests.wire import Wire

pytestmark = pytest.mark.django_db

SAID = "help I smell gas in my kitchen"
OURS = WORDING[Language.ENGLISH][Danger.GAS].replace("{business}", "Alder Plumbing")
SPANISH = WORDING[Language.SPANISH][Danger.GAS].replace("{business}", "Alder Plumbing")


@pytest.fixture
def at() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller


@pytest.fixture
def shop(at: time_machine.Traveller, wire: Wire) -> Shop:
    return make_shop(wire, at)


def hears(shop: Shop, text: str) -> list[str]:
    """What leaves at once, before any turn."""
    before = len(shop.wire.sent)
    shop.writes(text)
    shop.deliver()
    return [body for _, body in shop.wire.sent[before:]]


def test_a_danger_is_answered_at_once_told_and_left_to_a_person(shop: Shop, settings: LazySettings) -> None:
    # A model would fail here: nobody answers at that address.
    settings.ANTHROPIC_API_KEY, settings.ANTHROPIC_BASE_URL = "sk-ant-x", "http://127.0.0.1:9"
    shop.set(driver="model")
    assert hears(shop, SAID) == [OURS]
    thread = shop.thread()
    assert (thread.is_urgent, thread.handler, thread.needs_reply, thread.turn_due_at) == (
        True, Handler.PERSON, True, None,
    )  # fmt: skip
    assert thread.request is not None
    assert thread.request.urgency == "emergency"
    assert shop.events("conversation.urgent") == ["Urgent: gas"]
    assert (shop.waits(60), shop.turns()) == ([], [])


def test_a_turn_that_was_due_is_none_any_more(shop: Shop) -> None:
    shop.writes("how much is drain cleaning?")
    shop.writes(SAID)
    assert shop.waits() == [OURS]
    assert shop.turns() == []


def test_the_same_danger_is_answered_once_a_day_and_another_one_again(shop: Shop) -> None:
    assert hears(shop, SAID) == [OURS]
    shop.at.shift(timedelta(minutes=3))
    assert hears(shop, "the gas smell is getting worse") == []
    assert hears(shop, "and now there are sparks coming out of the outlet") == [
        WORDING[Language.ENGLISH][Danger.SPARKS].replace("{business}", "Alder Plumbing")
    ]
    assert shop.events("conversation.urgent") == ["Urgent: gas", "Urgent: sparks"]
    shop.at.shift(timedelta(days=1))
    assert hears(shop, "I smell gas again") == [OURS]


def test_it_is_answered_in_the_language_of_the_danger(shop: Shop) -> None:
    assert hears(shop, "Ayuda, huele a gas en mi cocina") == [SPANISH]


def test_the_businesss_own_words_come_first_and_its_locations_before_them(shop: Shop) -> None:
    make_safety_text(shop.wire.business, text="{business}: out, now.")
    assert hears(shop, SAID) == ["Alder Plumbing: out, now."]
    make_safety_text(shop.wire.business, location=shop.wire.number.location, text="Main: out, now.")
    make_safety_text(shop.wire.business, language="es", text="Salga.")
    shop.at.shift(timedelta(days=1))
    assert hears(shop, SAID) == ["Main: out, now."]


def test_words_that_are_switched_off_or_cannot_be_filled_give_way_to_ours(shop: Shop) -> None:
    make_safety_text(shop.wire.business, text="off", is_active=False)
    make_safety_text(shop.wire.business, location=shop.wire.number.location, text="Call {nobody}")
    assert hears(shop, SAID) == [OURS]


@pytest.mark.parametrize("state", ["person", "no robot", "off"])
def test_a_danger_is_answered_whoever_has_the_conversation(shop: Shop, state: str) -> None:
    shop.says("hi")
    match state:
        case "person":
            Conversation.objects.update(handler=Handler.PERSON)
        case "no robot":
            shop.robot.delete()
        case "off":
            shop.set(mode="off")
    assert hears(shop, SAID) == [OURS]


@pytest.mark.parametrize("language", list(WORDING))
def test_every_danger_has_words_that_are_short_and_promise_nobody(language: Language) -> None:
    assert set(WORDING[language]) == set(Danger)
    for text in WORDING[language].values():
        segments = count_segments(text.replace("{business}", "B" * 30))
        assert segments.count <= 2
        assert text.startswith("{business}: ")


def test_a_pause_does_not_keep_it_back(shop: Shop) -> None:
    for number in range(7):
        shop.writes(f"please hurry {number}")
    assert shop.thread().automation_paused
    assert hears(shop, "now I smell gas in the whole house") == [OURS]


def test_it_may_take_two_texts_to_say(shop: Shop) -> None:
    assert hears(shop, "I smell") == []
    assert hears(shop, "gas") == [OURS]


def test_who_says_stop_as_well_gets_no_text_but_a_call(shop: Shop) -> None:
    (answer,) = hears(shop, "please stop, I smell gas")
    assert "opted out" in answer
    thread = shop.thread()
    assert (thread.is_urgent, thread.needs_reply, thread.handler) == (True, True, Handler.PERSON)
    (task,) = CallbackTask.objects.all()
    assert (task.reason, task.due_at) == (TaskReason.URGENT, NOON)
    assert shop.events("conversation.urgent") == ["Urgent: gas"]
