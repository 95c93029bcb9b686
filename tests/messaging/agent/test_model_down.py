"""CHA-08: however the API of the model fails, within twenty seconds the rules answer, or a person has been told."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
import time_machine
from django.conf import LazySettings

from messaging.agent import drivers
from messaging.agent.claude import api as claude_api
from messaging.agent.claude.conversing import Limits, converse
from messaging.enums import Driver, Handler
from tests.factories import NOON
from tests.fakes.messages_api import MessagesApi, Scripted, drips, fails, replies, says, slowly, uses
from tests.messaging.agent.shop import HAND_OFF, Shop, make_shop, with_model
from tests.wire import Wire

pytestmark = pytest.mark.django_db

LONGEST = 20.0
PRICE = "Drain cleaning is $129 to $249."
# A tenth of the real patience, so that what hangs takes a second and not ten.
IMPATIENT = Limits(seconds=1.5, seconds_per_call=0.8)
WRONG_TOOL = uses("set_price", {"service": "Drain cleaning", "price": 1})
FAULTS: dict[str, list[Scripted]] = {
    "529": [fails("overloaded")],
    "529 with retry-after 600": [replace(fails("overloaded"), headers=(("retry-after", "600"),))],
    "429 with retry-after 600": [replace(fails("rate_limited"), headers=(("retry-after", "600"),))],
    "500": [fails("error")],
    "hang": [slowly(says("Too late."), seconds=30)],
    "a byte a second": [drips(says("Too late."), every=0.2)],
    "hang after a tool": [uses("check_area", {"place": "Tempe"}), slowly(says("Too late."), seconds=30)],
    "reset": [fails("drop")],
    "bad JSON": [fails("invalid_json")],
    "no object": [fails("not_an_object")],
    "empty": [says("")],
    "no content": [replies([])],
    "wrong tool, again and again": [WRONG_TOOL] * Limits().calls,
    "wrong arguments, again and again": [fails("odd_arguments")] * Limits().calls,
}


@pytest.fixture
def shop(wire: Wire, messages_api: MessagesApi, settings: LazySettings, monkeypatch) -> Iterator[Shop]:
    def impatient(**values: object) -> object:
        return converse(**values, limits=IMPATIENT)  # type: ignore[arg-type]

    monkeypatch.setattr(drivers, "converse", impatient)
    with time_machine.travel(NOON, tick=False) as at:
        yield with_model(make_shop(wire, at), messages_api, settings)
    claude_api._forget()


@pytest.mark.parametrize("name", FAULTS)
def test_the_customer_hears_from_the_rules_or_a_person_goes_on(shop: Shop, name: str) -> None:
    shop.script(*FAULTS[name])
    texts = shop.says("How much is drain cleaning?")
    assert texts, "silence"
    assert texts[0].startswith(PRICE)
    assert "Too late." not in texts[0]  # nor was it waited for, which a busy machine's clock could not tell
    is_handed_over = shop.who() == (Handler.PERSON, True)
    assert (HAND_OFF in texts[0]) == is_handed_over
    row = shop.turn()
    assert (row.driver, row.reply) == (Driver.MODEL, texts[0])
    while shop.api is not None and shop.api.steps_left:
        shop.api._steps.pop()  # what it was not asked for any more


def test_the_patience_of_a_turn_leaves_room_for_the_rules() -> None:
    """Both ends of what is waited for: one request, and the whole turn with its tools."""
    assert Limits().seconds_per_call <= Limits().seconds <= LONGEST - 3
