"""Which driver answers, what happens when the model cannot, and what of it is written down."""

import json
import time
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.conf import LazySettings

from messaging.agent.claude import api as claude_api
from messaging.enums import Driver, Handler, TurnStatus
from messaging.inbox import acts
from messaging.models import AgentTurn, Conversation, ModelOutage, ModelPrice
from recoverline.lib import clock
from tests.factories import NOON, make_opt_out, make_service, make_turn, make_user
from tests.fakes.messages_api import FAILURES, MODEL, MessagesApi, Step, fails, says, uses
from tests.messaging.agent.shop import CALL_COSTS, HAND_OFF, Shop, make_shop, meanwhile, with_model
from tests.messaging.agent.test_claude_failures import PAID, REASONS
from tests.wire import CALLER, Wire

pytestmark = pytest.mark.django_db

PRICE = "Drain cleaning is $129 to $249."
TIMES = "I have 1) Wed, Jun 17 at 3 PM or 2) Wed, Jun 17 at 5 PM. Which one suits you?"
CONFIRMED = "Alder Plumbing: you are booked for Drain cleaning, Wed, Jun 17 at 3 PM."
# After these a person looks; the others are trouble of the API.
LOOKED_AT = {"guarded", "refused", "too_many_calls", "malformed", "cut_off", "unknown"}
# The API may have done its work: a request that timed out or broke off, an answer that could not be read.
OF_UNKNOWN_COST = {
    "gateway_timeout", "request_timeout", "conflict", "teapot", "welcome_page", "drop", "cut", "invalid_json",
    "not_an_object", "no_usage", "odd_usage",
}  # fmt: skip
RESTS = {
    "no_key": 300, "bad_key": 300, "no_credit": 1800, "rate_limited": 3600, "overloaded": 30, "timeout": 30,
    "unreachable": 30, "bad_request": 300,
}  # fmt: skip


@pytest.fixture
def at() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller


@pytest.fixture
def shop(at: time_machine.Traveller, wire: Wire, messages_api: MessagesApi, settings: LazySettings) -> Iterator[Shop]:
    yield with_model(make_shop(wire, at), messages_api, settings)
    claude_api._forget()


def offered(shop: Shop) -> None:
    """The customer has two times to choose from."""
    shop.script(uses("find_slots", {"service": "Drain cleaning"}), says(TIMES))
    assert shop.says("I need drain cleaning") == [TIMES]


def _result(body: dict[str, Any]) -> str:
    """What the last tool has said."""
    result: str = body["messages"][-1]["content"][0]["content"]
    return result


# ---------------------------------------------------------------- who answers
def test_claude_answers_and_the_turn_says_how(shop: Shop) -> None:
    shop.script(says("Drain cleaning is $129 to $249. Would you like a time?"))
    assert shop.says("How much is drain cleaning?") == ["Drain cleaning is $129 to $249. Would you like a time?"]
    row = shop.turn()
    assert (row.status, row.driver, row.model) == (TurnStatus.SENT, Driver.MODEL, MODEL)
    assert (row.calls, row.input_tokens, row.output_tokens, row.cost_micros) == (1, 1500, 40, CALL_COSTS)
    assert row.reply == "Drain cleaning is $129 to $249. Would you like a time?"
    assert ["Drain cleaning is $129 to $249.", "Drain cleaning: $129 to $249. Planned for 1 h."] in row.facts
    assert (row.intents, row.message) == (["price"], shop.robot_texts()[0])


@pytest.mark.parametrize("why", ["no key", "rules", "outage", "conversation's money", "month's money"])
def test_without_key_wish_api_or_money_the_rules_answer(shop: Shop, settings: LazySettings, why: str) -> None:
    shop.says(" ")
    match why:
        case "no key":
            settings.ANTHROPIC_API_KEY = ""
        case "rules":
            shop.set(driver="rules")
        case "outage":
            ModelOutage.objects.create(model=MODEL, reason="overloaded", since=NOON, until=NOON + timedelta(hours=1))
        case "conversation's money":
            make_turn(shop.thread().messages.first(), cost_micros=100_000)
        case "month's money":
            shop.set(most_cents_per_conversation=0, most_cents_per_month=10)
            make_turn(shop.thread().messages.first(), cost_micros=100_000)
    assert shop.says("How much is drain cleaning?")[0].startswith(PRICE)
    assert (shop.asked, shop.turn().driver, shop.turn().cost_micros) == (0, Driver.RULES, 0)


def test_the_model_that_the_business_has_chosen_is_asked(shop: Shop) -> None:
    shop.set(model="claude-sonnet-5-5", effort="medium")
    shop.script(says("We can help."))
    shop.says("hello there")
    assert shop.api is not None
    body = shop.api.bodies[0]
    assert (body["model"], body["output_config"]) == ("claude-sonnet-5-5", {"effort": "medium"})
    assert shop.turn().model == "claude-sonnet-5-5"


def test_a_model_without_a_price_costs_an_unknown_amount(shop: Shop) -> None:
    ModelPrice.objects.all().delete()
    shop.script(says("We can help."))
    shop.says("hello there")
    assert (shop.turn().calls, shop.turn().cost_micros) == (1, None)


# ---------------------------------------------------------------- the model books
def test_what_was_offered_is_booked_when_the_customer_chooses_it(shop: Shop) -> None:
    offered(shop)
    shop.script(uses("book_slot", {"number": 1}), says("You are booked for Wednesday at 3 PM!"))
    (text,) = shop.says("1 works")
    assert text.startswith(CONFIRMED)
    assert shop.booked_at() == [NOON + timedelta(hours=1)]
    row = shop.turn()
    assert (row.status, row.reply, row.calls) == (TurnStatus.SILENT, "", 2)
    assert [(done["name"], done["refused"]) for done in row.tools] == [("book", False)]
    assert shop.who() == (Handler.ROBOT, False)
    shop.tell()
    assert shop.waits() == []


def test_what_else_was_asked_is_answered_beside_the_confirmation(shop: Shop) -> None:
    offered(shop)
    shop.script(
        uses("book_slot", {"number": 1}), uses("save_lead", {"notes": "gate code 4432"}), says("I noted the gate code.")
    )
    texts = shop.says("1 works. the gate code is 4432 and the dog is friendly")
    assert texts[0].startswith(CONFIRMED)
    assert texts[1:] == ["I noted the gate code."]


def test_a_choice_beside_a_question_is_asked_about_once_more(shop: Shop) -> None:
    offered(shop)
    shop.script(
        uses("book_slot", {"number": 1}), says("Yes, licensed and insured in Arizona. Shall I book 1)?")
    )  # fmt: skip
    assert shop.says("1 works. are you licensed and insured?") == [
        "Yes, licensed and insured in Arizona. Shall I book 1)?"
    ]
    assert shop.visits() == []


def test_after_a_booking_where_we_come_to_the_address_is_asked(shop: Shop) -> None:
    shop.drains.booking_rules.place = "customer"
    shop.drains.booking_rules.save()
    shop.script(uses("find_slots", {"service": "Drain cleaning", "place": "Tempe"}), says(TIMES))
    shop.says("I need drain cleaning in Tempe")
    shop.script(uses("book_slot", {"number": 1}), says("Booked!"))
    _, asked = shop.says("1")
    assert asked == "What is the street address, please?"
    shop.script(uses("save_lead", {"address": "12 Elm St"}), says("Thank you."))
    shop.says("12 Elm St")
    assert [row.address for row in shop.visits()] == ["12 Elm St"]


def test_a_call_that_the_system_confirms_is_not_confirmed_twice(shop: Shop) -> None:
    shop.script(
        uses("find_call_times"),
        lambda body, _: says(f"We can call you {_result(body).splitlines()[0]}. Is that fine?"),
    )
    shop.says("can somebody call me today")
    (first, *_) = shop.thread().agent_state["windows"]
    shop.script(uses("arrange_call", {"number": first[0]}), says("Great, we will call you then."))
    shop.says("1")
    assert (len(shop.tasks()), shop.turn().reply) == (1, "")


# ---------------------------------------------------------------- the model fails
@pytest.mark.parametrize("name", FAILURES)
def test_each_failure_ends_in_an_answer_at_once_and_where_needed_with_a_person(shop: Shop, name: str) -> None:
    shop.script(fails(name))
    began = time.perf_counter()
    (text,) = shop.says("How much is drain cleaning?")
    assert time.perf_counter() - began < 5.0
    reason = REASONS[name]
    # Where a person goes on, nobody is asked to choose a time.
    assert text == f"{PRICE} {HAND_OFF}" if reason in LOOKED_AT else text.startswith(PRICE)
    who = (Handler.PERSON, True) if reason in LOOKED_AT else (Handler.ROBOT, False)
    assert (shop.who(), shop.asked) == (who, 1)
    row = shop.turn()
    assert (row.driver, row.calls) == (Driver.MODEL, 1)
    unknown = None if name in OF_UNKNOWN_COST else 0
    assert row.cost_micros == (CALL_COSTS if name in PAID else unknown)
    outage = ModelOutage.objects.first()
    assert (outage.until - clock.now() if outage else None) == (
        timedelta(seconds=RESTS[reason] - 1) if reason in RESTS else None
    )


@pytest.mark.parametrize("name", ["rate_limited", "overloaded", "bad_key", "no_credit"])
def test_an_outage_is_remembered_and_told_once(shop: Shop, name: str) -> None:
    shop.script(fails(name))
    shop.says("How much is drain cleaning?")
    shop.says("are you licensed and insured?", sender="+15555550144")
    assert shop.asked == 1
    assert len(shop.events("model.unavailable")) == 1
    shop.at.shift(timedelta(hours=1, minutes=1))
    shop.script(says("Hello again."))
    assert shop.says("hello?") == ["Hello again."]


def test_a_slow_model_is_not_waited_for(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    from messaging.agent import drivers
    from messaging.agent.claude.conversing import Limits, converse

    def impatient(**values: object) -> object:
        return converse(**values, limits=Limits(seconds=1.0, seconds_per_call=0.4))  # type: ignore[arg-type]

    monkeypatch.setattr(drivers, "converse", impatient)
    from tests.fakes.messages_api import slowly

    shop.script(slowly(says("Too late."), seconds=3))
    began = time.perf_counter()
    assert shop.says("How much is drain cleaning?")[0].startswith(PRICE)
    assert time.perf_counter() - began < 2.5


@pytest.mark.parametrize("name", ["overloaded", "drop", "max_tokens", "refusal", "welcome_page"])
def test_a_model_that_fails_after_it_has_booked_leaves_one_appointment_and_the_truth(shop: Shop, name: str) -> None:
    offered(shop)
    shop.script(uses("book_slot", {"number": 1}), fails(name))
    (text,) = shop.says("1 please")
    assert text.startswith(CONFIRMED)
    shop.tell()
    assert (len(shop.visits()), shop.waits()) == (1, [])
    assert [done["name"] for done in shop.turn().tools] == ["book"]


def test_what_else_was_asked_then_goes_to_a_person(shop: Shop) -> None:
    offered(shop)
    shop.script(uses("book_slot", {"number": 1}), fails("overloaded"))
    confirmed, handed = shop.says("1 please. the gate code is 4432 and the dog bites strangers")
    assert (confirmed.startswith(CONFIRMED), handed) == (True, HAND_OFF)
    assert (len(shop.visits()), shop.who()) == (1, (Handler.PERSON, True))


def test_a_model_that_fails_after_it_has_canceled_does_not_ask_a_person_to_cancel(shop: Shop) -> None:
    book_monday(shop)
    shop.script(says("Do you want me to cancel it?"))
    shop.says("we sold the house")
    shop.script(uses("cancel_appointment"), fails("overloaded"))
    (text,) = shop.says("yes please")
    assert "Mon, Jun 22 at 6 AM" in text
    assert "cancel" in text
    assert ([row.status for row in shop.visits()], shop.events("conversation.handed_off")) == (["canceled"], [])


def book_monday(shop: Shop) -> None:
    text = "I have 1) Mon, Jun 22 at 6 AM or 2) Mon, Jun 22 at 8 AM."
    shop.script(uses("find_slots", {"service": "Drain cleaning", "first_day": "2026-06-22"}), says(text))
    assert shop.says("I need drain cleaning on monday") == [text]
    shop.script(uses("book_slot", {"number": 1}), says(""))
    shop.says("1")
    assert [row.status for row in shop.visits()] == ["confirmed"]


def test_a_visit_is_moved_to_an_offered_time_and_told_once(shop: Shop) -> None:
    book_monday(shop)
    text = "I have 1) Wed, Jun 24 at 6 AM or 2) Wed, Jun 24 at 8 AM."
    wanted = {"service": "Drain cleaning", "first_day": "2026-06-24", "moves_appointment": True}
    shop.script(uses("find_slots", wanted), says(text))
    assert shop.says("is wednesday the 24th free as well? we are away on monday") == [text]
    shop.script(uses("book_slot", {"number": 2}), fails("overloaded"))
    (moved,) = shop.says("2")
    assert "Wed, Jun 24 at 8 AM" in moved
    shop.tell()
    assert (shop.waits(), len(shop.visits()), shop.visits()[0].version) == ([], 1, 2)


def test_who_answers_what_the_model_had_asked_is_not_left_alone_by_the_rules(shop: Shop) -> None:
    book_monday(shop)
    shop.script(says("Do you want me to cancel it?"))
    shop.says("we sold the house")
    shop.script(fails("overloaded"))
    assert shop.says("yes please") == [HAND_OFF]
    assert shop.who() == (Handler.PERSON, True)


def test_a_model_that_fails_after_it_has_handed_off_says_so(shop: Shop) -> None:
    shop.script(uses("hand_off", {"reason": "complaint", "summary": "angry"}), fails("overloaded"))
    assert shop.says("you broke my sink") == [HAND_OFF]
    assert (shop.who(), len(shop.events("conversation.handed_off"))) == ((Handler.PERSON, True), 1)


def test_a_hand_off_without_a_word_is_told_all_the_same(shop: Shop) -> None:
    shop.script(uses("hand_off", {"reason": "complaint", "summary": "angry"}), says(""))
    assert shop.says("you broke my sink") == [HAND_OFF]
    assert shop.who() == (Handler.PERSON, True)


def test_times_that_only_a_failed_model_saw_cannot_be_chosen(shop: Shop) -> None:
    shop.script(uses("find_slots", {"service": "Drain cleaning"}), fails("overloaded"))
    shop.says("How late are you open today?")
    assert shop.thread().slot_offers.filter(is_current=True).count() == 0 or "1) " in shop.wire.sent[-1][1]


def test_times_that_the_model_kept_to_itself_cannot_be_chosen(shop: Shop) -> None:
    shop.script(uses("find_slots", {"service": "Drain cleaning"}), says("Sure, what day suits you?"))
    shop.says("I need drain cleaning")
    shop.script(uses("book_slot", {"number": 1}), says("Which day would you like?"))
    shop.says("1")
    assert (shop.visits(), shop.turn().tools[0]["refused"]) == ([], True)


# ---------------------------------------------------------------- overtaken, and what it cost
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("act", ["text", "person", "stop", "pause"])
def test_who_comes_first_while_the_model_thinks_wins_and_its_cost_counts(shop: Shop, act: str) -> None:
    offered(shop)
    ana = make_user("ana")

    def come_first() -> None:
        match act:
            case "text":
                shop.writes("wait, how much is it?")
            case "person":
                acts.take_over(shop.thread(), by=ana, now=clock.now())
            case "stop":
                make_opt_out(shop.wire.business, phone=CALLER)
            case "pause":
                Conversation.objects.update(automation_paused=True)

    shop.script(meanwhile(come_first, uses("book_slot", {"number": 1})))
    assert shop.says("1") == []
    row = shop.turns()[-1]
    assert (row.status, row.calls, row.cost_micros) == (TurnStatus.DISCARDED, 1, CALL_COSTS)
    assert shop.visits() == []
    if act == "text":
        shop.script(says("It is $129 to $249."))
        assert shop.waits() == ["It is $129 to $249."]
        assert shop.api is not None
        assert shop.api.bodies[-1]["messages"][-1]["content"] == "1\nwait, how much is it?"


def test_a_turn_that_breaks_the_code_has_cost_what_it_has(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    from messaging.agent.books import LiveBooks

    def fail(*args: object, **kwargs: object) -> None:
        raise LookupError("a mistake of ours")

    monkeypatch.setattr(LiveBooks, "find", fail)
    shop.script(uses("find_slots", {"service": "Drain cleaning"}))
    assert shop.says("I need drain cleaning") == []
    row = shop.turn()
    assert (row.status, row.calls, row.cost_micros) == (TurnStatus.FAILED, 1, CALL_COSTS)
    assert shop.who() == (Handler.PERSON, True)


# ---------------------------------------------------------------- what leaves the house
def test_no_card_no_number_and_no_name_as_an_identity_reaches_the_model(shop: Shop) -> None:
    shop.script(says("We take cards after the work."), says("All right."))
    shop.says("can i pay now? my card is 4111 1111 1111 1111, cvv 123")
    shop.says("and my ssn is 123-45-6789")
    assert shop.api is not None
    sent = json.dumps(shop.api.bodies)
    for secret in ("4111", "1111 1111", "123-45-6789", "6789", CALLER, "5550123", "cvv 123"):
        assert secret not in sent
    (identity,) = {body["metadata"]["user_id"] for body in shop.api.bodies}
    assert len(identity) == 32
    assert set(identity) <= set("0123456789abcdef")
    assert "[card number removed]" in sent


def test_the_history_is_rebuilt_from_texts_with_nothing_that_was_never_read(shop: Shop) -> None:
    shop.script(says("Hello, how can I help?"))
    shop.says("hi there")
    message = shop.robot_texts()[0]
    message.status = "failed"
    message.save()
    shop.script(says("It is $129 to $249."))
    shop.says("how much is drain cleaning")
    assert shop.api is not None
    assert shop.api.bodies[-1]["messages"] == [
        {
            "role": "user",
            "content": "[A call of this customer was missed. The texts follow.]\nhi there\nhow much is drain cleaning",
        }
    ]


def test_a_picture_alone_is_told_to_the_model(shop: Shop) -> None:
    shop.script(says("Thank you for the picture. What is it about?"))
    shop.wire.post("message", "message__mms_only", From=CALLER)
    shop.waits()
    assert shop.api is not None
    assert "[1 picture(s)]" in shop.api.bodies[0]["messages"][-1]["content"]


def test_an_empty_text_asks_nobody_anything(shop: Shop) -> None:
    shop.says("  ")
    assert (shop.asked, shop.statuses()) == (0, [TurnStatus.SILENT])


# ---------------------------------------------------------------- the rules go on
def test_the_rules_go_on_where_the_model_stopped(shop: Shop) -> None:
    offered(shop)
    shop.script(fails("overloaded"))
    texts = shop.says("2")
    assert texts[0].startswith("Alder Plumbing: you are booked for Drain cleaning, Wed, Jun 17 at 5 PM.")
    assert len(shop.visits()) == 1


def test_a_service_that_is_not_booked_by_text_is_offered_by_nobody(shop: Shop) -> None:
    make_service(shop.wire.business, "Water heater")
    shop.script(uses("find_slots", {"service": "Water heater"}), says("Somebody of us has to look. What is it about?"))
    shop.says("I need a water heater")
    assert shop.turn().tools[0] == {
        "name": "find_times", "arguments": {"service": str(shop.turn().tools[0]["arguments"]["service"])},
        "result": "This service is not booked by text.", "refused": True,
    }  # fmt: skip


def test_money_that_is_spent_during_the_conversation_ends_it_for_the_model(shop: Shop) -> None:
    shop.set(most_cents_per_conversation=1)
    costly: Step = says("Hello.", usage={"input_tokens": 100_000, "output_tokens": 10})
    shop.script(costly)
    assert shop.says("hi there") == ["Hello."]
    assert shop.says("How much is drain cleaning?")[0].startswith(PRICE)
    assert (shop.asked, shop.turn().summary.startswith("Rules (The limit for Claude is reached)")) == (1, True)
    assert AgentTurn.objects.filter(driver=Driver.RULES, cost_micros=0).count() == 1


def test_without_any_price_a_limit_holds_once_something_was_spent(shop: Shop) -> None:
    ModelPrice.objects.all().delete()
    shop.script(says("Hello."))
    assert shop.says("hi there") == ["Hello."]
    assert shop.says("How much is drain cleaning?")[0].startswith(PRICE)
    assert (shop.asked, shop.turn().summary.startswith("Rules (The limit for Claude is reached)")) == (1, True)


@pytest.mark.django_db(transaction=True)
def test_money_that_others_spend_during_the_turn_ends_it_for_the_model(shop: Shop) -> None:
    shop.set(most_cents_per_conversation=0, most_cents_per_month=1)
    message = shop.writes("How much is drain cleaning?")
    spent = meanwhile(
        lambda: make_turn(message, status=TurnStatus.DISCARDED, cost_micros=10_000, started_at=clock.now()),
        uses("check_area", {"place": "Tempe"}),
    )
    shop.script(spent)
    assert shop.waits()[0].startswith(PRICE)
    assert (shop.asked, shop.who()) == (1, (Handler.ROBOT, False))
