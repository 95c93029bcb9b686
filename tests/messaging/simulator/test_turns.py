"""The robot in the simulator: the player waits for its answer; the trace says what it did, why, and what it cost."""

from datetime import timedelta

import pytest

from messaging.enums import Driver, Handler, TurnStatus
from messaging.models import AgentSettings, AgentTurn, Conversation, Message
from messaging.simulator.phones import USUAL
from messaging.simulator.player import Player
from messaging.simulator.steps import parse_steps
from messaging.simulator.trace import TraceStep, trace_of
from messaging.simulator.turn_words import describe_turn
from recoverline.lib import clock
from tests.factories import make_hours, make_resource, make_rules, make_service
from tests.messaging.simulator.conftest import Line


@pytest.fixture
def robot(line: Line) -> AgentSettings:
    service = make_service(line.business, "Drain cleaning", price_from_cents=12900, price_to_cents=35000)
    make_rules(service)
    make_resource(line.business)
    make_hours(line.business, opens="00:00", closes="00:00", next_day=True)
    return AgentSettings.objects.create(business=line.business, quiet_seconds=60)


def steps_of(line: Line) -> list[TraceStep]:
    return [step for episode in reversed(trace_of(line.number, USUAL)) for step in episode.steps]


def test_the_player_waits_for_the_answer_and_not_for_the_burst(line: Line, robot: AgentSettings) -> None:
    before = clock.offset()
    player = line.play("text 'how much is drain cleaning?'")
    assert player.notes == []
    turn = AgentTurn.objects.get()
    assert (turn.status, turn.message.status) == (TurnStatus.SENT, "delivered")
    assert "$129 to $350" in turn.reply
    # The wait of a minute was cut short; the clock has not moved for it.
    assert (clock.offset(), Conversation.objects.get().turn_due_at) == (before, None)


def test_the_trace_shows_the_turn_before_its_text(line: Line, robot: AgentSettings) -> None:
    line.play("text 'how much is drain cleaning?'")
    turn, shown = AgentTurn.objects.get(), steps_of(line)
    labels = [step.label for step in shown]
    assert labels[:2] == ["Webhook", "Robot"]
    assert labels.index("Robot") < labels.index("Text")
    step = shown[1]
    assert (step.key, step.title, step.tone, step.quote) == (f"turn-{turn.pk}", turn.summary, "good", "")
    assert step.lines == describe_turn(turn).lines
    assert shown[labels.index("Text")].quote == turn.reply


def test_what_happens_at_the_same_instant_is_shown_in_its_order(line: Line, robot: AgentSettings) -> None:
    line.play("text 'how much is drain cleaning?'")
    bodies = list(Message.objects.filter(direction="out").order_by("id").values_list("body", flat=True))
    assert [step.quote for step in steps_of(line) if step.label == "Text"] == bodies


def test_where_staff_are_quicker_nobody_waits(line: Line, robot: AgentSettings) -> None:
    player = Player(line.number, delivers=True, is_answered=False)
    player.play(parse_steps("text 'how much is drain cleaning?'"))
    assert (player.notes, AgentTurn.objects.count()) == ([], 0)


def test_a_turn_that_nobody_takes_is_told(line: Line, robot: AgentSettings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("messaging.simulator.player.TURN_SECONDS", 0.2)
    player = Player(line.number)
    player.play(parse_steps("text 'how much is drain cleaning?'"))
    assert player.notes == ["The robot has not answered yet. Is the sender process running?"]


def test_a_person_who_has_it_is_not_waited_for(line: Line, robot: AgentSettings) -> None:
    line.play("call")
    Conversation.objects.update(handler=Handler.PERSON)
    assert line.play("text 'how much is drain cleaning?'").notes == []
    assert not AgentTurn.objects.exists()


def test_a_turn_in_words() -> None:
    began = clock.now()
    turn = AgentTurn(
        status=TurnStatus.SENT, driver=Driver.MODEL, model="claude-x", calls=2, input_tokens=3210, output_tokens=55,
        cost_micros=4100, summary="Claude: booked 2", started_at=began, finished_at=began + timedelta(seconds=1.254),
        tools=[
            {"name": "find_times", "arguments": {"service": "AC", "from": "today"}, "result": "none", "refused": False},
            {"name": "book", "arguments": {}, "result": "Offer times first.", "refused": True},
        ],
        facts=[["It is $89.", "Price of AC"]], objections=["No such price."],
    )  # fmt: skip
    words = describe_turn(turn)
    assert (words.title, words.lines) == (
        "Claude: booked 2",
        (
            "Answered after 1.25 s; claude-x, 2 calls, 3,210 tokens in and 55 out, $0.0041",
            "✓ find times: service AC, from today → none",
            "✗ book → Offer times first.",
            "“It is $89.” from Price of AC",
            "Guard: No such price.",
        ),
    )
    turn.cost_micros, turn.calls = None, 1
    assert describe_turn(turn).lines[0].endswith("claude-x, 1 call, 3,210 tokens in and 55 out, at an unknown price")
    turn.driver, turn.finished_at = Driver.RULES, None
    assert describe_turn(turn).lines[0] == "Answered; by the rules, without a model"
    turn.status = TurnStatus.RUNNING
    assert (describe_turn(turn).title, describe_turn(turn).lines) == ("Reads what was written and answers…", ())
    turn.status, turn.summary, turn.tools, turn.facts, turn.objections = TurnStatus.SILENT, "", [], [], []
    assert describe_turn(turn).title == "Nothing to say"
