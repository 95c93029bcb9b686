"""The little language of the simulator."""

from datetime import time, timedelta

import pytest

from messaging.simulator.calls import Ending
from messaging.simulator.scenarios import SCENARIOS, by_group
from messaging.simulator.steps import (
    GoTo,
    NotUnderstood,
    PlaceCall,
    SendText,
    ShowPhone,
    Step,
    Wait,
    parse_span,
    parse_steps,
)


@pytest.mark.parametrize(
    ("script", "steps"),
    [
        ("call", [PlaceCall()]),
        ("call +15555550123 busy", [PlaceCall("+15555550123", Ending.BUSY)]),
        ("call new to +15205550100", [PlaceCall("new", to="+15205550100")]),
        ("call anonymous silent", [PlaceCall("anonymous", Ending.SILENT)]),
        ("call hang-up after 2s", [PlaceCall(ending=Ending.HANG_UP, hangs_up_after=timedelta(seconds=2))]),
        ("call voicemail 'please call me'", [PlaceCall(ending=Ending.VOICEMAIL, words="please call me")]),
        ("text STOP", [SendText("STOP")]),
        ("text 'a; b' from +15555550124 to +15205550100", [SendText("a; b", "+15555550124", "+15205550100")]),
        ('text "it\'s # 1" with picture', [SendText("it's # 1", picture=True)]),
        (
            "wait 2h;; at 19:14 ; at open; phone;",
            [Wait(timedelta(hours=2)), GoTo(time(19, 14)), GoTo("open"), ShowPhone()],
        ),
    ],
)
def test_a_script_is_read_step_by_step(script: str, steps: list[Step]) -> None:
    assert parse_steps(script) == steps


@pytest.mark.parametrize(
    ("script", "why"),
    [
        ("", "There is nothing to do. Begin with: call, text, wait, at, phone."),
        (" ; ", "There is nothing to do. Begin with: call, text, wait, at, phone."),
        ("ring +15555550123", "“ring” is not something to do. There are: call, text, wait, at, phone."),
        ("call 5555550123", "“5555550123” after “call” is not understood. A call ends with: no-answer, busy, failed, "
         "hang-up, answered, phone-voicemail, voicemail, silent."),
        ("call +12", "“+12” is not a phone number. Write it as +15555550123."),
        ("call voicemail", "Voicemail needs the words: voicemail 'please call me'."),
        ("call busy to", "To needs a number."),
        ("text", "Text needs what to say: text 'my basement is flooding'."),
        ("text my basement", "“basement” after the text is not understood. Put the whole text into quotation marks."),
        ("text 'it's wet'", "A quotation mark is not closed. Put texts with an apostrophe into double quotes."),
        ("wait", "Wait needs a length of time, such as 2h."),
        ("wait two", "“two” is not a length of time. Write 30s, 5m, 2h or 1d."),
        ("at 25:00", "“25:00” is not a time of day. Write 19:14, or one of: open, closed, opening, now."),
        ("phone busy", "“busy” after “phone” is not understood."),
    ],
)  # fmt: skip
def test_a_mistake_is_named_with_what_would_be_right(script: str, why: str) -> None:
    with pytest.raises(NotUnderstood) as refused:
        parse_steps(script)
    assert str(refused.value) == why


@pytest.mark.parametrize(("text", "seconds"), [("30s", 30), ("5m", 300), ("2h", 7200), ("1d", 86_400)])
def test_lengths_of_time(text: str, seconds: int) -> None:
    assert parse_span(text) == timedelta(seconds=seconds)


def test_every_button_is_a_script_that_can_be_read() -> None:
    assert [type(step) for scenario in SCENARIOS for step in scenario.steps if scenario.is_text] == [SendText] * 6
    calls = [scenario.key for scenario in SCENARIOS if any(isinstance(step, PlaceCall) for step in scenario.steps)]
    assert calls == [scenario.key for scenario in SCENARIOS if not scenario.is_text]
    assert sum(len(scenarios) for scenarios in by_group().values()) == len(SCENARIOS)
    assert len({scenario.key for scenario in SCENARIOS}) == len(SCENARIOS)
