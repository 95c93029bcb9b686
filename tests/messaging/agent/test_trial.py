"""What a text would bring about: the same readers in the same order as for a real one."""

from typing import Any

import pytest

from messaging.agent import trial
from messaging.agent.reading import draft_knowledge
from messaging.agent.rehearsal import Memory
from messaging.agent.trial import Line, Tried, read_line, try_text
from messaging.models import AgentSettings
from tests.factories import NOON, make_safety_text, make_script
from tests.messaging.agent.stage import Stage, make_stage, rows_written


@pytest.fixture
def stage(db: None) -> Stage:
    return make_stage()


def hold(stage: Stage, *texts: str, **values: Any) -> list[Tried]:
    """One after the other."""
    robot = AgentSettings.objects.get(pk=stage.robot.pk)
    memory, found = Memory(), []
    for text in texts:
        found.append(try_text(stage.number, robot, draft_knowledge(stage.cast.a), memory, text, now=NOON, **values))
        memory = found[-1].memory
    return found


def shown(tried: Tried) -> list[tuple[str, str]]:
    return [(line.who, line.text) for line in tried.lines]


def test_stop_is_shown_and_not_done(stage: Stage) -> None:
    stage.number.account.handles_optout = False
    before = rows_written()
    stop, again, said, start, question = hold(stage, "STOP", "stop", "are you insured?", "START", "are you insured?")
    assert shown(stop) == [
        ("customer", "STOP"),
        ("note", "[Opt-out: from here on nothing is sent to this phone, and what waits is dropped.]"),
        (
            "system",
            "Alder Plumbing: you are opted out and will get no more texts from us. "
            "Reply START if you change your mind.",
        ),
    ]
    assert stop.lines[2].why == "Answer to STOP"
    assert again.texts() == ()
    assert shown(said)[1:] == [("note", "[They have opted out: nothing is sent.]")]
    assert start.lines[1].text == "[START: the opt-out is taken back.]"
    assert question.lines[1].facts == (("Yes, we are licensed and insured.", "FAQ: Are you insured?"),)
    assert rows_written() == before


def test_start_of_somebody_who_never_stopped_is_not_answered(stage: Stage) -> None:
    (tried,) = hold(stage, "START")
    assert tried.texts() == ()


def test_help_is_answered_by_its_script(stage: Stage) -> None:
    stage.number.account.handles_optout = False
    make_script(stage.cast.a, kind="help", body="{business}: call us. {opt_out}")
    (tried,) = hold(stage, "HELP")
    assert tried.texts() == ("Alder Plumbing: call us. Reply STOP to opt out.",)


def test_where_the_carrier_answers_we_do_not(stage: Stage) -> None:
    stop, polite = hold(stage, "HELP", "please stop texting me")
    assert (stop.texts(), len(polite.texts())) == ((), 1)
    assert shown(stop)[1:] == [("note", "[Answer to HELP: the carrier sends its own.]")]


def test_a_doubtful_text_pauses_everything(stage: Stage) -> None:
    doubtful, after = hold(stage, "wrong number", "are you insured?")
    assert (doubtful.texts(), doubtful.memory.is_paused) == ((), True)
    assert shown(after)[1:] == [("note", "[A person has the conversation: the robot is silent.]")]


def test_a_danger_gets_its_safety_text_and_a_person(stage: Stage) -> None:
    make_safety_text(stage.cast.a, "gas", text="{business}: out of the house, then 911.")
    before = rows_written()
    gas, again, question = hold(stage, "i smell gas", "still smells of gas", "are you insured?")
    assert shown(gas)[1:] == [
        ("system", "Alder Plumbing: out of the house, then 911."),
        ("note", "[Danger (Gas): marked urgent, the team gets an e-mail, and a person goes on.]"),
    ]
    assert (gas.memory.dangers, gas.memory.handed_off) == (("gas",), "Danger: Gas")
    assert (again.texts(), question.texts()) == ((), ())
    assert rows_written() == before


def test_an_urgent_word_is_answered_once_and_the_robot_goes_on(stage: Stage) -> None:
    urgent, again = hold(stage, "URGENT", "URGENT are you insured?")
    assert [line.why for line in urgent.lines if line.who == "system"] == ["Answer to an urgent reply"]
    assert urgent.memory.handed_off == ""
    assert [line.who for line in again.lines][:2] == ["customer", "robot"]


def test_the_appointment_rules_come_before_the_robot(stage: Stage) -> None:
    *_, canceled = hold(stage, "my drain is clogged", "1", "please cancel my appointment")
    assert (canceled.texts(), canceled.memory.visits) == (("[Text: canceled]",), ())


def test_what_the_robot_may_not_answer_is_left_to_people(stage: Stage) -> None:
    stage.robot.intents.create(intent="price", mode="off")
    (tried,) = hold(stage, "how much is drain cleaning?")
    assert shown(tried)[1:] == [("note", "[Left to people: what it costs.]")]


def test_what_a_person_approves_is_marked(stage: Stage) -> None:
    AgentSettings.objects.filter(pk=stage.robot.pk).update(mode="draft")
    (tried,) = hold(stage, "are you insured?")
    assert tried.lines[1].why.startswith("Waits for a person's approval. Rules:")


def test_a_robot_that_is_switched_off_can_be_tried(stage: Stage) -> None:
    AgentSettings.objects.filter(pk=stage.robot.pk).update(mode="off")
    (tried,) = hold(stage, "are you insured?")
    assert "insured" in tried.texts()[0]


def test_the_limit_of_texts_holds_here_too(stage: Stage) -> None:
    AgentSettings.objects.filter(pk=stage.robot.pk).update(most_texts=1)
    _, second = hold(stage, "are you insured?", "how much is drain cleaning?")
    assert second.memory.handed_off == "The limit of the robot's texts is reached"
    assert [line.who for line in second.lines] == ["customer", "system", "note"]


def test_a_robot_that_breaks_is_shown_as_such(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*args: object, **values: object) -> None:
        raise LookupError("out of order")

    monkeypatch.setattr(trial, "rehearse", broken)
    (tried,) = hold(stage, "are you insured?")
    assert (tried.texts(), tried.memory.handed_off) == ((), "The robot failed")


def test_each_answer_says_where_it_is_from(stage: Stage) -> None:
    (tried,) = hold(stage, "are you insured?")
    assert tried.lines[1].facts[0] == ("Yes, we are licensed and insured.", "FAQ: Are you insured?")
    assert read_line(tried.lines[1].to_json()) == tried.lines[1]
    assert read_line({}) == Line("note", "")
