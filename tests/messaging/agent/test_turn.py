"""One burst, one answer, whoever else writes, dies or takes over meanwhile."""

from collections.abc import Iterator
from datetime import timedelta
from uuid import uuid4

import pytest
import time_machine

from messaging import conversations
from messaging.agent import drivers, memory, turn
from messaging.agent.books import LiveBooks
from messaging.agent.desk import Desk
from messaging.agent.situation import Situation
from messaging.enums import ConversationStatus, Handler, Intent, MessageStatus, Suppression, TurnStatus
from messaging.inbox import acts, replying
from messaging.models import AgentTurn, Conversation, IntentMode, Message, SlotOffer
from recoverline.lib import clock
from tests.factories import NOON, make_message, make_opt_out, make_service, make_turn, make_user
from tests.messaging.agent.shop import HAND_OFF, Shop, make_shop
from tests.messaging.threads import run_at_once
from tests.messaging.visits import book
from tests.wire import CALLER, Wire

pytestmark = pytest.mark.django_db

PRICE = "Drain cleaning is $129 to $249."
TIMES = "I have 1) Wed, Jun 17 at 3 PM or 2) Wed, Jun 17 at 5 PM. Reply with the number, or tell me another day."


@pytest.fixture
def at() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller


@pytest.fixture
def shop(at: time_machine.Traveller, wire: Wire) -> Shop:
    return make_shop(wire, at)


def drafts() -> list[str]:
    return list(AgentTurn.objects.filter(status=TurnStatus.DRAFTED).values_list("reply", flat=True))


# ---------------------------------------------------------------- when
def test_a_text_is_answered_when_the_customer_has_stopped_typing(shop: Shop) -> None:
    shop.writes("How much is drain cleaning?")
    assert shop.thread().turn_due_at == NOON + timedelta(seconds=8)
    assert shop.waits(7) == []
    (answer,) = shop.waits(1)
    assert answer.startswith(PRICE)
    assert (shop.thread().turn_due_at, shop.thread().burst_began_at, shop.thread().turn_lease_until) == (None,) * 3
    assert shop.who() == (Handler.ROBOT, False)


def test_a_burst_gets_one_answer_to_all_of_it(shop: Shop) -> None:
    (answer,) = shop.says("hi", "how much is drain cleaning", "and are you licensed and insured?")
    assert answer.startswith(f"{PRICE} Yes, licensed and insured in Arizona.")
    assert (shop.statuses(), len(shop.robot_texts())) == ([TurnStatus.SENT], 1)
    assert shop.turn().trigger.body == "and are you licensed and insured?"


def test_each_text_puts_the_answer_off_but_never_beyond_half_a_minute(shop: Shop) -> None:
    dues = []
    for second in range(0, 36, 6):
        shop.at.move_to(NOON + timedelta(seconds=second))
        shop.writes(f"text number {second}")
        due_at = shop.thread().turn_due_at
        assert due_at is not None
        dues.append(int((due_at - NOON).total_seconds()))
    assert dues == [8, 14, 20, 26, 30, 30]


def test_a_robot_without_quiet_time_answers_at_once(shop: Shop) -> None:
    shop.set(quiet_seconds=0)
    shop.writes("How much is drain cleaning?")
    assert shop.waits(0)[0].startswith(PRICE)


def test_the_next_burst_is_a_new_one(shop: Shop) -> None:
    shop.says("How much is drain cleaning?")
    (answer,) = shop.says("are you licensed and insured?")
    assert answer.startswith("Yes, licensed and insured in Arizona.")
    assert PRICE not in answer


@pytest.mark.parametrize("silenced", ["off", "no robot", "person", "paused"])
def test_where_the_robot_does_not_answer_the_customer_waits_for_a_person(shop: Shop, silenced: str) -> None:
    shop.writes("hello")
    shop.waits()
    match silenced:
        case "off":
            shop.set(mode="off")
        case "no robot":
            shop.robot.delete()
        case "person":
            Conversation.objects.update(handler=Handler.PERSON)
        case "paused":
            Conversation.objects.update(automation_paused=True)
    assert shop.says("How much is drain cleaning?") == []
    assert (shop.thread().turn_due_at, shop.thread().needs_reply) == (None, True)


def test_the_sweep_takes_what_the_sender_has_left(shop: Shop) -> None:
    shop.writes("How much is drain cleaning?")
    shop.at.shift(timedelta(seconds=17))
    assert turn.sweep(clock.now()) == 0
    shop.at.shift(timedelta(seconds=2))
    assert turn.sweep(clock.now()) == 1
    assert shop.statuses() == [TurnStatus.SENT]


# ---------------------------------------------------------------- once
@pytest.mark.django_db(transaction=True)
def test_two_processes_that_take_the_same_turn_give_one_answer(shop: Shop) -> None:
    shop.writes("How much is drain cleaning?")
    shop.at.shift(timedelta(seconds=9))
    conversation_id = shop.thread().pk

    results = run_at_once([lambda: turn.attempt(conversation_id)] * 4)

    assert sorted(results, key=str) == [None, None, None, TurnStatus.SENT]
    shop.deliver()
    assert (len(shop.wire.sent), shop.statuses()) == (1, [TurnStatus.SENT])


def test_a_turn_that_died_is_taken_again_when_its_lease_is_over(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    shop.writes("How much is drain cleaning?")
    die_once(monkeypatch)
    assert shop.waits() == []
    assert shop.waits(40) == []
    assert shop.waits(10)[0].startswith(PRICE)
    assert shop.statuses() == [TurnStatus.DISCARDED, TurnStatus.SENT]


def test_two_turns_that_died_go_to_a_person(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    shop.writes("How much is drain cleaning?")
    for _ in range(2):
        die_once(monkeypatch)
        assert shop.waits(46) == []
    assert shop.waits(46) == [HAND_OFF]
    assert shop.who() == (Handler.PERSON, True)
    assert shop.events("conversation.handed_off") == ["The robot broke off twice"]
    assert AgentTurn.objects.filter(status=TurnStatus.RUNNING).count() == 0


def die_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """As a killed process does: nothing behind it runs, not even an except."""

    class Killed(BaseException):
        pass

    def end(*args: object, **kwargs: object) -> None:
        monkeypatch.undo()
        raise Killed

    def attempt(conversation_id: int) -> None:
        with pytest.raises(Killed):
            turn.take(conversation_id)

    monkeypatch.setattr(turn, "_finish", end)
    monkeypatch.setattr(turn, "attempt", attempt)


def test_a_turn_that_died_after_it_had_booked_does_not_book_again(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    shop.says("I need drain cleaning")
    shop.writes("1")
    die_once(monkeypatch)
    (confirmation,) = shop.waits()
    assert confirmation.startswith("Alder Plumbing: you are booked for Drain cleaning, Wed, Jun 17 at 3 PM.")
    assert shop.waits(46) == [HAND_OFF]
    assert len(shop.visits()) == 1
    assert shop.who() == (Handler.PERSON, True)


def test_whoever_was_too_slow_says_nothing_once_somebody_else_has_the_turn(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop.writes("How much is drain cleaning?")
    conversation_id = shop.thread().pk
    finish = turn._finish

    def be_slow(*args: object, **kwargs: object) -> None:
        monkeypatch.undo()
        shop.at.shift(timedelta(seconds=50))
        turn.attempt(conversation_id)
        finish(*args, **kwargs)  # type: ignore[arg-type]

    monkeypatch.setattr(turn, "_finish", be_slow)
    assert len(shop.waits()) == 1
    assert sorted(shop.statuses()) == [TurnStatus.DISCARDED, TurnStatus.SENT]


def test_a_turn_that_breaks_the_code_goes_to_a_person(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*args: object, **kwargs: object) -> None:
        raise LookupError("a mistake of ours")

    monkeypatch.setattr(turn, "read_situation", fail)
    assert shop.says("How much is drain cleaning?") == []
    assert shop.who() == (Handler.PERSON, True)
    assert shop.statuses() == [TurnStatus.FAILED]
    assert shop.events("conversation.handed_off") == ["The robot failed: please read and answer"]
    assert (shop.thread().turn_due_at, shop.thread().turn_lease_until) == (None, None)


# ---------------------------------------------------------------- texts that the clock puts in another order
def test_two_texts_whose_times_are_the_other_way_round_get_one_answer(shop: Shop) -> None:
    shop.writes("How much is drain cleaning?")
    shop.writes("and are you licensed and insured?", apart=0)
    first, second = Message.objects.order_by("id")
    Message.objects.filter(pk=second.pk).update(created_at=first.created_at - timedelta(milliseconds=20))
    (answer,) = shop.waits()
    assert answer.startswith(f"{PRICE} Yes, licensed and insured in Arizona.")
    assert (shop.turn().trigger, shop.statuses(), shop.waits(60)) == (second, [TurnStatus.SENT], [])


def test_a_text_that_comes_late_is_answered_although_a_newer_one_was(shop: Shop) -> None:
    shop.says("How much is drain cleaning?")
    now = clock.now()
    shop.at.move_to(NOON - timedelta(seconds=5))
    late = shop.writes("are you licensed and insured?")
    shop.at.move_to(now)
    (answer,) = shop.waits()
    assert answer.startswith("Yes, licensed and insured in Arizona.")
    assert PRICE not in answer
    assert (shop.turn().trigger, shop.waits(60)) == (late, [])


def test_a_turn_that_is_discarded_again_and_again_goes_to_a_person(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    shop.writes("How much is drain cleaning?")
    monkeypatch.setattr(LiveBooks, "is_overtaken", lambda self: True)
    for _ in range(6):
        Conversation.objects.filter(handler=Handler.ROBOT).update(turn_due_at=clock.now())
        shop.waits(60)
    assert shop.statuses() == [TurnStatus.DISCARDED] * 3
    assert (shop.who(), shop.thread().turn_due_at) == ((Handler.PERSON, True), None)
    assert shop.events("conversation.handed_off") == ["The robot began anew again and again: please read and answer"]


# ---------------------------------------------------------------- silence
@pytest.mark.parametrize(("text", "waits"), [("thanks!", False), ("\U0001f44d", False), ("ok", False)])
def test_whoever_needs_no_answer_does_not_wait_for_one(shop: Shop, text: str, waits: bool) -> None:
    shop.says("I need drain cleaning")
    shop.says("1")
    shop.says("thanks")
    shop.says(text)
    assert shop.who() == (Handler.ROBOT, waits)


def test_silence_about_anything_else_leaves_the_text_for_a_person(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    def be_silent(situation: Situation, books: LiveBooks, *args: object, **kwargs: object) -> drivers.Answer:
        return drivers.Answer("", Desk(situation, books), situation.state)

    monkeypatch.setattr(drivers, "answer", be_silent)
    assert shop.says("the leak is worse now") == []
    assert (shop.statuses(), shop.who()) == ([TurnStatus.SILENT], (Handler.ROBOT, True))
    assert (shop.says("thanks"), shop.who()) == ([], (Handler.ROBOT, False))


# ---------------------------------------------------------------- what may be chosen
@pytest.mark.parametrize("how", ["resumed", "returned"])
@pytest.mark.parametrize("by", ["text", "click"])
def test_what_was_offered_before_a_person_stepped_in_cannot_be_chosen(shop: Shop, by: str, how: str) -> None:
    shop.set(returns_after_minutes=5)
    shop.says("I need drain cleaning")
    ana, thread = make_user("ana"), shop.thread()
    acts.take_over(thread, by=ana, now=clock.now())
    if by == "text" or how == "returned":
        body = "Is it upstairs (1) or downstairs (2)?"
        replying.reply(thread, by=ana, body=body, client_id=uuid4(), now=clock.now())
        shop.deliver()
    assert (SlotOffer.objects.filter(is_current=True).count(), shop.thread().agent_state) == (0, {})
    if how == "resumed":
        acts.resume_automation(shop.thread(), by=ana, now=clock.now())
    else:
        shop.at.shift(timedelta(minutes=6))
        turn.return_from_people(clock.now())
    assert shop.thread().handler == Handler.ROBOT
    shop.says("1")
    assert shop.visits() == []


def test_a_number_after_a_later_text_of_the_systems_chooses_nothing(shop: Shop) -> None:
    shop.says("I need drain cleaning")
    make_message(
        shop.thread(), direction="out", kind="appointment", status="delivered", body="Reminder: reply 1 to confirm.",
        created_at=clock.now(),
    )  # fmt: skip
    assert shop.says("1")[0].startswith("Sorry")
    assert shop.visits() == []
    assert shop.says("1")[0].startswith("Alder Plumbing: you are booked for Drain cleaning, Wed, Jun 17 at 3 PM.")


def test_times_of_a_turn_that_was_discarded_cannot_be_chosen(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    shop.says("I need drain cleaning")
    shown = set(SlotOffer.objects.filter(is_current=True).values_list("pk", flat=True))
    shop.writes("do you have anything on Friday?")
    interrupt(monkeypatch, lambda: shop.writes("never mind, 2"))
    shop.waits()
    assert set(SlotOffer.objects.filter(is_current=True).values_list("pk", flat=True)) != shown
    conversation = shop.thread()
    memory.forget_unsaid(conversation)
    assert set(SlotOffer.objects.filter(is_current=True).values_list("pk", flat=True)) == shown


# ---------------------------------------------------------------- less for one intent
def test_where_booking_is_off_a_trouble_leads_to_a_person_and_to_no_offer(shop: Shop) -> None:
    IntentMode.objects.create(settings=shop.robot, intent=Intent.BOOKING, mode="off")
    assert shop.says("my drain is clogged, it is drain cleaning") == [HAND_OFF]
    assert (SlotOffer.objects.count(), shop.who()) == (0, (Handler.PERSON, True))


def test_where_booking_is_drafted_an_offer_is_a_draft_whatever_was_written(shop: Shop) -> None:
    IntentMode.objects.create(settings=shop.robot, intent=Intent.BOOKING, mode="draft")
    assert shop.says("my drain is clogged, it is drain cleaning") == []
    assert len(drafts()) == 1


@pytest.mark.parametrize("text", ["2", "the second one", "yes wednesday at 5 works"])
@pytest.mark.parametrize("mode", ["draft", "off"])
def test_a_choice_counts_as_booking(shop: Shop, mode: str, text: str) -> None:
    shop.says("I need drain cleaning")
    IntentMode.objects.create(settings=shop.robot, intent=Intent.BOOKING, mode=mode)
    assert (shop.says(text), shop.visits()) == ([], [])
    assert shop.turn().intents == ["booking", "other"] or shop.turn().intents == ["booking"]
    assert shop.thread().needs_reply


# ---------------------------------------------------------------- overtaken
def interrupt(monkeypatch: pytest.MonkeyPatch, act: object) -> None:
    """`act` happens when the turn has its answer, right before it looks whether that may leave."""
    finish = turn._finish

    def end(*args: object, **kwargs: object) -> None:
        monkeypatch.undo()
        act()  # type: ignore[operator]
        finish(*args, **kwargs)  # type: ignore[arg-type]

    monkeypatch.setattr(turn, "_finish", end)


def test_a_newer_text_discards_the_answer_and_the_next_turn_answers_both(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop.writes("How much is drain cleaning?")
    interrupt(monkeypatch, lambda: shop.writes("and are you licensed and insured?"))
    assert shop.waits() == []
    assert shop.statuses() == [TurnStatus.DISCARDED]
    (answer,) = shop.waits()
    assert answer.startswith(f"{PRICE} Yes, licensed and insured in Arizona.")
    assert shop.statuses() == [TurnStatus.DISCARDED, TurnStatus.SENT]
    assert shop.waits(60) == []


def test_a_newer_text_that_is_due_at_the_same_instant_is_not_forgotten(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """At the end of the longest burst each text is due when the one before it was."""
    for second in range(0, 30, 6):
        shop.at.move_to(NOON + timedelta(seconds=second))
        shop.writes(f"one more thing {second}")
    interrupt(monkeypatch, lambda: shop.writes("how much is drain cleaning?"))
    shop.at.move_to(NOON + timedelta(seconds=21))
    assert shop.waits(10) == []
    assert shop.thread().turn_due_at == NOON + timedelta(seconds=30)
    (answer,) = shop.waits(1)
    assert PRICE in answer


def test_a_person_who_takes_over_silences_the_turn(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    shop.writes("How much is drain cleaning?")
    ana = make_user("ana")
    interrupt(monkeypatch, lambda: acts.take_over(shop.thread(), by=ana, now=clock.now()))
    assert (shop.waits(), shop.waits(60)) == ([], [])
    assert (shop.statuses(), shop.who()) == ([TurnStatus.DISCARDED], (Handler.PERSON, True))


def test_an_opt_out_silences_the_turn(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    shop.writes("How much is drain cleaning?")
    interrupt(monkeypatch, lambda: make_opt_out(shop.wire.business, phone=CALLER))
    assert (shop.waits(), shop.waits(60)) == ([], [])
    assert (shop.statuses(), shop.thread().turn_due_at) == ([TurnStatus.DISCARDED], None)


def test_a_pause_silences_the_turn(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    shop.writes("How much is drain cleaning?")
    interrupt(monkeypatch, lambda: conversations.pause(shop.thread(), reason="Please look"))
    assert (shop.waits(), shop.waits(60)) == ([], [])
    assert (shop.statuses(), shop.who()) == ([TurnStatus.DISCARDED], (Handler.PERSON, True))


def test_help_during_a_turn_takes_no_answer_away(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    shop.writes("How much is drain cleaning?")
    interrupt(monkeypatch, lambda: shop.writes("HELP"))
    shop.waits()
    shop.waits()
    assert [body.startswith(PRICE) for _, body in shop.wire.sent].count(True) == 1
    assert shop.waits(60) == []


@pytest.mark.parametrize("act", ["text", "person", "stop", "done"])
def test_what_an_overtaken_turn_would_do_is_not_done(shop: Shop, monkeypatch: pytest.MonkeyPatch, act: str) -> None:
    shop.says("I need drain cleaning")
    shop.writes("1")
    ask = LiveBooks.is_overtaken

    def come_first(self: LiveBooks) -> bool:
        monkeypatch.undo()
        match act:
            case "text":
                shop.writes("wait, actually not today")
            case "person":
                Conversation.objects.update(handler=Handler.PERSON)
            case "stop":
                make_opt_out(shop.wire.business, phone=CALLER)
            case "done":
                Conversation.objects.update(status=ConversationStatus.DONE, turn_due_at=None)
        return ask(self)

    monkeypatch.setattr(LiveBooks, "is_overtaken", come_first)
    assert shop.waits(8) == []
    assert (shop.visits(), shop.statuses()[-1]) == ([], TurnStatus.DISCARDED)


# ---------------------------------------------------------------- between queue and carrier
def answer_without_delivery(shop: Shop, text: str) -> Message:
    shop.writes(text)
    shop.at.shift(timedelta(seconds=8))
    shop.take_turns()
    shop.at.shift(timedelta(seconds=1))
    return shop.robot_texts()[-1]


def test_a_text_that_comes_before_the_answer_leaves_is_answered_together_with_the_first(shop: Shop) -> None:
    message = answer_without_delivery(shop, "How much is drain cleaning?")
    shop.writes("and are you licensed and insured?")
    shop.wire.deliver_due()
    message.refresh_from_db()
    assert (message.status, message.suppression) == (MessageStatus.SUPPRESSED, Suppression.OVERTAKEN)
    assert shop.who() == (Handler.ROBOT, True)
    (answer,) = shop.waits()
    assert answer.startswith(f"{PRICE} Yes, licensed and insured in Arizona.")
    assert shop.who() == (Handler.ROBOT, False)


def test_times_that_were_never_read_cannot_be_chosen(shop: Shop) -> None:
    answer_without_delivery(shop, "I need drain cleaning")
    shop.writes("1 thing I forgot: how much is it?")
    shop.wire.deliver_due()
    (answer,) = shop.waits()
    assert answer.startswith(PRICE)
    assert shop.visits() == []
    assert shop.says("2")[0].startswith("Alder Plumbing: you are booked for Drain cleaning, Wed, Jun 17 at 5 PM.")


def test_help_before_the_answer_leaves_does_not_swallow_it(shop: Shop) -> None:
    answer_without_delivery(shop, "How much is drain cleaning?")
    shop.writes("HELP")
    shop.wire.deliver_due()
    assert PRICE not in "".join(body for _, body in shop.wire.sent)
    (answer,) = shop.waits()
    assert answer.startswith(PRICE)


def test_a_person_who_takes_over_before_the_answer_leaves_keeps_it_back(shop: Shop) -> None:
    message = answer_without_delivery(shop, "How much is drain cleaning?")
    acts.take_over(shop.thread(), by=make_user("ana"), now=clock.now())
    shop.wire.deliver_due()
    message.refresh_from_db()
    assert (message.status, message.suppression) == (MessageStatus.SUPPRESSED, Suppression.TAKEN_OVER)
    assert shop.who() == (Handler.PERSON, True)


def test_an_answer_that_may_not_leave_lets_the_customer_wait_for_a_person(shop: Shop) -> None:
    answer_without_delivery(shop, "How much is drain cleaning?")
    shop.wire.business.is_texting_paused = True
    shop.wire.business.save()
    shop.wire.deliver_due()
    assert shop.wire.sent == []
    assert shop.who() == (Handler.ROBOT, True)


def test_an_answer_that_came_too_late_to_leave_does_so_too(shop: Shop) -> None:
    answer_without_delivery(shop, "How much is drain cleaning?")
    shop.at.shift(timedelta(minutes=11))
    shop.wire.deliver_due()
    assert (shop.robot_texts()[-1].status, shop.who()) == (MessageStatus.EXPIRED, (Handler.ROBOT, True))


def test_a_hand_off_leaves_although_a_person_has_the_conversation(shop: Shop) -> None:
    assert shop.says("I want to talk to a real person") == [HAND_OFF]
    assert (shop.who(), shop.statuses()) == ((Handler.PERSON, True), [TurnStatus.HANDED_OFF])


# ---------------------------------------------------------------- how much it does
def test_a_draft_waits_for_a_person_and_nothing_is_done(shop: Shop) -> None:
    shop.set(mode="draft")
    assert shop.says("I need drain cleaning") == []
    assert (drafts(), shop.who()) == ([TIMES], (Handler.ROBOT, True))
    assert shop.robot_texts() == []


def test_a_booking_in_draft_mode_is_for_a_person(shop: Shop) -> None:
    shop.says("I need drain cleaning")
    shop.set(mode="draft")
    assert shop.says("1") == []
    assert (shop.visits(), drafts(), shop.who()) == ([], [HAND_OFF], (Handler.PERSON, True))
    (told,) = shop.events("conversation.handed_off")
    assert told.startswith("Chose a time: Book 1) Wed, Jun 17 at 3 PM;")


def test_a_newer_text_overtakes_a_draft_and_the_next_one_answers_both(shop: Shop) -> None:
    shop.set(mode="draft")
    shop.says("How much is drain cleaning?")
    shop.says("are you licensed and insured?")
    (draft,) = drafts()
    assert draft.startswith(f"{PRICE} Yes, licensed and insured in Arizona.")
    assert shop.statuses() == [TurnStatus.DISCARDED, TurnStatus.DRAFTED]


def test_times_in_a_draft_that_nobody_sent_cannot_be_chosen(shop: Shop) -> None:
    shop.set(mode="draft")
    shop.says("I need drain cleaning")
    shop.set(mode="auto")
    shop.says("hello? 1")
    assert shop.visits() == []


def test_the_least_that_is_allowed_for_anything_they_want_holds(shop: Shop) -> None:
    IntentMode.objects.create(settings=shop.robot, intent=Intent.PRICE, mode="draft")
    IntentMode.objects.create(settings=shop.robot, intent=Intent.FINANCING, mode="off")
    assert shop.says("are you licensed and insured?") != []
    assert shop.says("how much is drain cleaning?") == []
    assert len(drafts()) == 1
    assert shop.says("how much is it, and do you offer financing?") == []
    assert shop.turn().status == TurnStatus.SILENT
    assert shop.turn().summary == "Left to people: financing and payment by installments, what it costs"
    assert shop.who() == (Handler.ROBOT, True)


def test_after_so_many_texts_a_person_goes_on_and_may_hand_back(shop: Shop) -> None:
    shop.set(most_texts=2)
    assert len(shop.says("how much is drain cleaning?")) == 1
    assert len(shop.says("are you licensed and insured?")) == 1
    assert shop.says("what is your warranty?") == [HAND_OFF]
    assert shop.events("conversation.handed_off") == ["The limit of the robot's texts is reached"]
    acts.resume_automation(shop.thread(), by=make_user("ana"), now=clock.now())
    assert shop.says("how much is drain cleaning?")[0].startswith(PRICE)


# ---------------------------------------------------------------- back to the robot
def test_handing_back_wakes_the_robot_with_all_that_waits(shop: Shop) -> None:
    ana = make_user("ana")
    shop.says("hi")
    acts.take_over(shop.thread(), by=ana, now=clock.now())
    assert shop.says("How much is drain cleaning?") == []
    assert shop.says("are you licensed and insured?") == []
    acts.resume_automation(shop.thread(), by=ana, now=clock.now())
    (answer,) = shop.waits(1)
    assert answer.startswith(f"{PRICE} Yes, licensed and insured in Arizona.")
    assert shop.who() == (Handler.ROBOT, False)


def test_handing_back_answers_nothing_that_was_answered(shop: Shop) -> None:
    ana = make_user("ana")
    shop.says("How much is drain cleaning?")
    acts.take_over(shop.thread(), by=ana, now=clock.now())
    acts.resume_automation(shop.thread(), by=ana, now=clock.now())
    assert shop.waits() == []


def test_an_old_hand_off_never_fires_again(shop: Shop) -> None:
    shop.says("I want to talk to a real person")
    acts.resume_automation(shop.thread(), by=make_user("ana"), now=clock.now())
    assert shop.waits() == []
    assert len(shop.events("conversation.handed_off")) == 1
    assert shop.says("ok, how much is drain cleaning?")[0].startswith(PRICE)


def write_as_staff(shop: Shop, body: str) -> None:
    ana = make_user(f"ana{clock.now():%H%M%S}")
    replying.reply(shop.thread(), by=ana, body=body, client_id=Message().key, now=clock.now())
    shop.deliver()


def test_the_robot_returns_in_the_time_that_is_set_and_answers_who_waits(shop: Shop) -> None:
    shop.set(returns_after_minutes=30)
    shop.says("hi")
    write_as_staff(shop, "Hi, Ana here.")
    shop.at.shift(timedelta(minutes=20))
    write_as_staff(shop, "Anything else?")
    shop.says("How much is drain cleaning?")
    shop.at.shift(timedelta(minutes=28))
    assert turn.return_from_people(clock.now()) == 0
    shop.at.shift(timedelta(minutes=2))
    assert turn.return_from_people(clock.now()) == 1
    assert shop.waits(1)[0].startswith(PRICE)
    assert shop.who() == (Handler.ROBOT, False)
    assert turn.return_from_people(clock.now()) == 0


def test_without_a_time_only_a_person_hands_it_back(shop: Shop) -> None:
    shop.says("hi")
    write_as_staff(shop, "Hi, Ana here.")
    shop.at.shift(timedelta(days=7))
    assert turn.return_from_people(clock.now()) == 0
    assert shop.who()[0] == Handler.PERSON


def test_what_is_paused_or_in_danger_does_not_return_by_itself(shop: Shop) -> None:
    shop.set(returns_after_minutes=30)
    shop.says("hi")
    write_as_staff(shop, "Hi, Ana here.")
    shop.says("i smell gas in my kitchen")
    shop.at.shift(timedelta(hours=1))
    assert turn.return_from_people(clock.now()) == 0
    write_as_staff(shop, "We are on our way.")
    Conversation.objects.update(automation_paused=True)
    shop.at.shift(timedelta(hours=1))
    assert turn.return_from_people(clock.now()) == 0


# ---------------------------------------------------------------- what stays
def test_the_language_of_the_customer_is_kept(shop: Shop) -> None:
    (answer,) = shop.says("Hola, cuánto cuesta drain cleaning?")
    assert answer.startswith("Drain cleaning: de $129 a $249.")
    assert (shop.thread().language, shop.lead().language) == ("es", "es")
    confirmed, asked = shop.says("1")
    assert confirmed.startswith("Alder Plumbing: su cita queda reservada: Drain cleaning, mi")
    assert asked == "¿Y su nombre, por favor?"


def test_what_was_asked_is_remembered(shop: Shop) -> None:
    make_service(shop.wire.business, "Water heater")
    assert shop.says("hi") == ["What do you need help with?"]
    assert shop.thread().agent_state["asked"] == "need"
    assert shop.says("drain cleaning")[0] == TIMES
    assert shop.thread().agent_state["asked"] == "choice"
    assert list(SlotOffer.objects.filter(is_current=True).values_list("number", flat=True)) == [1, 2]


def test_a_booking_is_confirmed_once(shop: Shop) -> None:
    shop.says("I need drain cleaning")
    texts = shop.says("2")
    shop.tell()
    texts += shop.waits()
    assert [body for body in texts if "booked" in body] == [texts[0]]
    assert texts[0].startswith("Alder Plumbing: you are booked for Drain cleaning, Wed, Jun 17 at 5 PM.")
    assert [row.booked_by for row in shop.visits()] == ["robot"]
    assert not shop.thread().needs_reply


def test_a_time_that_was_taken_meanwhile_is_not_booked(shop: Shop) -> None:
    shop.says("I need drain cleaning")
    other = book(
        shop.wire, shop.drains, at=NOON + timedelta(hours=1),
        lead=shop.wire.business.leads.create(phone="+12125550199", created_at=NOON),
    )  # fmt: skip
    shop.deliver()
    (answer,) = shop.says("1")
    assert answer.startswith("Sorry, that time was just taken. I still have 1) ")
    assert shop.visits() == [other]


def test_a_settled_text_is_not_answered_again(shop: Shop) -> None:
    shop.says("How much is drain cleaning?")
    Conversation.objects.update(turn_due_at=clock.now(), burst_began_at=NOON)
    assert shop.waits() == []
    assert (shop.thread().turn_due_at, shop.thread().turn_lease_until) == (None, None)


def test_another_customers_turn_counts_for_nothing(shop: Shop) -> None:
    message = shop.writes("How much is drain cleaning?", sender="+15555550144")
    make_turn(message, status=TurnStatus.RUNNING)
    assert shop.says("How much is drain cleaning?")[0].startswith(PRICE)


def test_fifty_texts_and_more_are_still_answered(shop: Shop) -> None:
    first = shop.writes("hello there")
    Message.objects.bulk_create(
        Message(
            business=first.business, conversation=first.conversation, lead=first.lead, number=first.number,
            account=first.account, direction="in", kind="inbound", status="received", body=f"line {index}",
            idem_key=f"many:{index}", created_at=NOON + timedelta(seconds=1),
        )
        for index in range(60)
    )  # fmt: skip
    assert len(shop.waits()) == 1
