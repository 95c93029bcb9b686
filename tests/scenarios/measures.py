"""Figures over many runs of many scenarios. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, comb

from tests.scenarios.judge import problems, unasked_bookings
from tests.scenarios.outcome import Outcome
from tests.scenarios.scenario import Scenario, Wanted


@dataclass(frozen=True, slots=True)
class Run:
    """One play of one scenario, and what it is held against."""

    scenario: Scenario
    wanted: Wanted
    outcome: Outcome

    @property
    def problems(self) -> list[str]:
        return problems(self.wanted, self.outcome)

    @property
    def has_passed(self) -> bool:
        return not self.problems


def pass_hat(runs: Sequence[Run], k: int) -> float:
    """How likely it is that `k` runs in a row of one scenario all pass: the mean of C(passed, k) / C(runs, k)."""
    chances = []
    for scenario in dict.fromkeys(run.scenario.file + run.scenario.name for run in runs):
        mine = [run.has_passed for run in runs if run.scenario.file + run.scenario.name == scenario]
        chances.append(comb(sum(mine), k) / comb(len(mine), k))
    return sum(chances) / len(chances)


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest of `values` that at least `share` of them do not exceed; 0.0 of none."""
    ordered = sorted(values)
    return ordered[max(ceil(len(ordered) * share) - 1, 0)] if ordered else 0.0


def report(runs: Sequence[Run], *, trials: int) -> list[str]:
    """Lines for a terminal; `runs` holds each scenario `trials` times."""
    passed = sum(run.has_passed for run in runs)
    first = [run.outcome.seconds[0] for run in runs if run.outcome.seconds]
    to_booking = [run.outcome.texts_to_booking for run in runs if run.outcome.texts_to_booking is not None]
    dollars = sum(run.outcome.cost_micros for run in runs) / 1_000_000
    by_model = sum("model" in run.outcome.drivers for run in runs)
    is_known = all(run.outcome.is_cost_known for run in runs)
    unoffered = sum(len(run.outcome.unoffered) for run in runs)
    unasked = sum(len(unasked_bookings(run.wanted, run.outcome)) for run in runs)
    return [
        f"passed: {passed} of {len(runs)} runs; "
        + ", ".join(f"pass^{k} {pass_hat(runs, k):.3f}" for k in range(1, trials + 1)),
        f"first reply: p50 {percentile(first, 0.5):.2f} s, p95 {percentile(first, 0.95):.2f} s",
        f"texts to booking: {sum(to_booking) / len(to_booking):.1f} on average of {len(to_booking)} bookings"
        if to_booking else "texts to booking: nothing was booked",
        f"cost: ${dollars:.4f}, ${dollars / max(by_model, 1):.5f} a conversation of {by_model} that asked the model"
        + ("" if is_known else "; AND MORE, the price of this model is not known"),
        f"unoffered bookings: {unoffered}, unconfirmed bookings: {unasked} (both must be 0)",
    ]  # fmt: skip
