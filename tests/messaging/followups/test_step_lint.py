"""What steps must not say or want, in sentences; pure."""

import uuid
from dataclasses import replace
from datetime import time
from typing import Any

import pytest

from messaging.followups.enums import Anchor, StepAction, Unit
from messaging.followups.step_lint import Voices, check_steps
from messaging.followups.versions import StepTerms
from messaging.script_lint import PLACEHOLDERS

SAMPLE = dict.fromkeys(PLACEHOLDERS, "x") | {"business": "Alder", "opt_out": "Reply STOP to opt out."}
VOICES = Voices("Alder", {"en": SAMPLE, "es": SAMPLE})
FIRST = StepTerms(
    key=uuid.UUID(int=1), position=0, action=StepAction.TEXT, delay_amount=1, delay_unit=Unit.DAYS,
    anchor=Anchor.EVENT, at_time=time(10), window_from=time(9), window_until=time(19), weekdays=(),
    valid_for_minutes=240, body="{business}: shall we call you? {opt_out}", body_es="",
)  # fmt: skip
SECOND = replace(FIRST, position=1, delay_amount=2, body="{business} again.")


def errors(*steps: StepTerms) -> list[tuple[int, str, str]]:
    found = check_steps(steps, VOICES)
    return [(one.position, one.column, one.message) for one in found if one.level == "error"]


@pytest.mark.parametrize(
    ("changed", "column", "message"),
    [
        ({"window_until": time(8)}, "window_until", "The window ends before it begins"),
        ({"window_until": time(9)}, "window_until", "The window ends before it begins"),
        ({"at_time": time(20)}, "at_time", "lies outside the window"),
        ({"at_time": time(19)}, "at_time", "lies outside the window"),
        ({"delay_unit": Unit.HOURS}, "at_time", "A time of day goes with days or weeks."),
        ({"weekdays": (7,)}, "weekdays", "A day of the week is a number"),
        ({"body": "Shall we call you? {opt_out}"}, "body", "The text does not say who writes"),
        ({"body": "{business}: shall we call you?"}, "body", "does not say how to opt out"),
        ({"body": "{business}: reply YES and we call. {opt_out}"}, "body", "Carriers act on YES"),
        ({"body": "{business}: reply CANCEL to drop it. {opt_out}"}, "body", "CANCEL ends all texts"),
        ({"body": "{business}: {nobody} {opt_out}"}, "body", "There is no {nobody}."),
        ({"body": "{business}: {slots} {opt_out}"}, "body", "{slots} has no value in a follow-up."),
        ({"body": "{business}: https://bit.ly/x {opt_out}"}, "body", "Carriers block texts with bit.ly links"),
        ({"body": " "}, "body", "Write what the text should say."),
        ({"body_es": "Le llamamos? {opt_out}"}, "body_es", "The text does not say who writes"),
        (
            {"at_time": None, "window_from": time(21), "window_until": time(22)}, "window_from",
            "No text may leave at these hours.",
        ),
    ],
)  # fmt: skip
def test_a_step_that_contradicts_itself_or_says_what_it_must_not(
    changed: dict[str, Any], column: str, message: str
) -> None:
    ((position, found, said),) = errors(replace(FIRST, **changed))
    assert (position, found, message in said) == (0, column, True), said


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"delay_amount": 0, "at_time": None}, "Step 2 would be due before step 1."),
        ({"delay_amount": 1, "at_time": time(9, 30)}, "Step 2 would be due before step 1."),
        ({"delay_amount": 1, "at_time": time(10, 20)}, "within the hour"),
        ({"anchor": Anchor.LAST_TEXT, "delay_amount": 0, "at_time": None}, "within the hour"),
    ],
)
def test_steps_that_get_in_each_others_way(changed: dict[str, Any], message: str) -> None:
    ((position, column, said),) = errors(FIRST, replace(SECOND, **changed))
    assert (position, column, message in said) == (1, "delay_amount", True), said


@pytest.mark.parametrize(
    "changed",
    [
        {},
        {"delay_amount": 1, "at_time": time(15)},
        {"anchor": Anchor.LAST_TEXT, "delay_amount": 3, "delay_unit": Unit.HOURS, "at_time": None},
        {"delay_amount": 1, "action": StepAction.TASK, "body": ""},
        {"window_until": time(0)},
    ],
)
def test_what_is_fine(changed: dict[str, Any]) -> None:
    assert errors(FIRST, replace(SECOND, **changed)) == []


def test_there_is_an_end_to_it() -> None:
    many = [replace(FIRST, position=index, delay_amount=index + 1) for index in range(11)]
    assert errors(*many) == [(-1, "", "11 steps are too many: leave at most 10.")]
