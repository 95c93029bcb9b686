"""The buttons say what they do to the clock."""

import pytest

from messaging.simulator.scenarios import BY_KEY, SCENARIOS
from messaging.simulator.steps import GoTo, Wait


@pytest.mark.parametrize(
    ("key", "hint"),
    [
        ("missed", "Rings, then a text. In opening hours: the clock moves if needed"),
        ("repeat", "Again after 3 minutes. In opening hours: the clock moves"),
        ("after-hours", "At 7:14 PM, as a rule. When closed: the clock moves if needed"),
        ("stop", "Nothing more is sent. Calls first if it never has: in opening hours, the clock moves if needed"),
    ],
)
def test_a_hint_says_what_becomes_of_the_clock(key: str, hint: str) -> None:
    assert BY_KEY[key].hint == hint


def test_every_button_that_moves_the_clock_says_so() -> None:
    silent = [one.key for one in SCENARIOS if "the clock moves" not in one.hint]
    moving = [one.key for one in SCENARIOS if any(isinstance(step, (GoTo, Wait)) for step in one.steps)]
    assert (silent, len(moving)) == ([], 14)
