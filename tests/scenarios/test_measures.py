"""The judge and the figures: a scenario passes only as a whole."""

from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest

from tests.scenarios.judge import problems, unasked_bookings
from tests.scenarios.measures import Run, pass_hat, percentile, report
from tests.scenarios.outcome import Outcome, broken_off
from tests.scenarios.scenario import NOTHING, Scenario, Wanted

START = "2026-11-23 08:00"
WANTED = Wanted({**NOTHING, "booking": START, "lead": {"place": "Tempe"}}, (("$89", "89 dollars"),), ("90%",), 2)
GOOD = Outcome(
    facts={**NOTHING, "booking": START, "service": "Diagnosis", "lead": {"place": "Tempe", "name": "Ana"}},
    visits=(START,), holds=0, texts=("A visit is $89.", "You are booked."), astray=(), unoffered=(),
    are_strangers_untouched=True, transcript=(), complaints=(), seconds=(0.2, 0.4), texts_to_booking=2,
    cost_micros=300, drivers=("model", "model"),
)  # fmt: skip


def facts(**changes: Any) -> dict[str, Any]:
    return {**GOOD.facts, **changes}


def scenario(name: str) -> Scenario:
    return Scenario("home_services", "file", name, datetime(2026, 11, 20), "+16025550100", (), (), WANTED, WANTED)


def test_everything_as_it_should_be() -> None:
    assert problems(WANTED, GOOD) == []


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"facts": facts(booking=None)}, "booking: expected 2026-11-23 08:00, found None"),
        ({"facts": facts(handed_off=True)}, "handed_off: expected False, found True"),
        ({"facts": facts(callback="2026-11-23 09:00")}, "callback: expected False, found 2026-11-23 09:00"),
        ({"facts": facts(lead={"place": "Mesa"})}, "lead: expected {'place': 'Tempe'}, found {'place': 'Mesa'}"),
        ({"visits": (START, "2026-11-24 08:00")}, "several appointments: 2026-11-23 08:00, 2026-11-24 08:00"),
        ({"holds": 1}, "1 holds are left"),
        ({"unoffered": (START,)}, "booked without having been offered: 2026-11-23 08:00"),
        ({"are_strangers_untouched": False}, "somebody else's appointment has changed"),
        ({"texts": ("You are booked.",)}, "not said: $89 or 89 dollars"),
        ({"texts": ("$89, or 90% OFF", "Booked.")}, "said: 90%"),
        ({"texts": ("89 Dollars", "b", "c")}, "3 texts, more than 2"),
        ({"texts": ("89 dollars", "")}, "0 characters: "),
        ({"astray": ("hello",)}, "texts to somebody else: ('hello',)"),
        ({"complaints": ("no step is left",)}, "no step is left"),
    ],
)
def test_one_fault_is_enough(changes: dict[str, Any], told: str) -> None:
    assert problems(WANTED, replace(GOOD, **changes)) == [told]


def test_a_play_that_broke_off_has_failed() -> None:
    assert problems(WANTED, broken_off(KeyError("x"), ())) == ["broke off: KeyError: 'x'"]


def test_a_promised_call_at_any_time() -> None:
    wanted = replace(WANTED, expect={**WANTED.expect, "callback": True})
    assert problems(wanted, replace(GOOD, facts=facts(callback="2026-11-23 09:00"))) == []
    assert problems(wanted, GOOD) == ["callback: expected True, found False"]


def test_bookings_that_nobody_asked_for() -> None:
    assert unasked_bookings(WANTED, GOOD) == ()
    assert unasked_bookings(replace(WANTED, expect=NOTHING), GOOD) == (START,)


def test_pass_hat() -> None:
    bad = replace(GOOD, holds=1)
    runs = [Run(scenario("a"), WANTED, outcome) for outcome in (GOOD, GOOD, GOOD, bad)]
    runs += [Run(scenario("b"), WANTED, GOOD)] * 4
    assert [pass_hat(runs, k) for k in (1, 2, 3, 4)] == [(3 / 4 + 1) / 2, (3 / 6 + 1) / 2, (1 / 4 + 1) / 2, 1 / 2]


def test_percentile() -> None:
    values = [3.0, 1.0, 2.0, 10.0]
    assert [percentile(values, share) for share in (0.5, 0.95)] == [2.0, 10.0]
    assert percentile([], 0.5) == 0.0


def test_the_report() -> None:
    runs = [Run(scenario("a"), WANTED, GOOD), Run(scenario("a"), WANTED, replace(GOOD, is_cost_known=False, holds=1))]
    assert report(runs, trials=2) == [
        "passed: 1 of 2 runs; pass^1 0.500, pass^2 0.000",
        "first reply: p50 0.20 s, p95 0.20 s",
        "texts to booking: 2.0 on average of 2 bookings",
        "cost: $0.0006, $0.00030 a conversation of 2 that asked the model; "
        "AND MORE, the price of this model is not known",
        "unoffered bookings: 0, unconfirmed bookings: 0 (both must be 0)",
    ]
