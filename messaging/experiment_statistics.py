"""PURE: what two groups of callers tell about the difference between two ways of treating them, and what they do not.

Intervals for differences of proportions: R. G. Newcombe, “Interval estimation for the difference between independent
proportions: comparison of eleven methods”, Statistics in Medicine 17 (1998), 873-890, method 10 (from the score
intervals of each proportion: E. B. Wilson, 1927). They stay right for small groups and shares near 0, where the usual
“plus or minus” does not.
"""

from dataclasses import dataclass
from enum import StrEnum
from math import sqrt

# The normal deviate for 95 %.
Z = 1.959964
LEAST_CALLERS = 100  # in each way
LEAST_EVENTS = 10  # in both together


@dataclass(frozen=True, slots=True)
class Count:
    """`events` of `callers`."""

    events: int
    callers: int

    @property
    def share(self) -> float:
        """0 to 1; 0 of nobody."""
        return self.events / self.callers if self.callers else 0.0


@dataclass(frozen=True, slots=True)
class Interval:
    """95 % of intervals made like this one hold the truth. Shares, or differences of shares: -1 to 1."""

    low: float
    high: float


class Verdict(StrEnum):
    """What may be said about a difference."""

    TOO_EARLY = "too_early"
    NONE_SEEN = "none_seen"
    MORE = "more"
    FEWER = "fewer"


@dataclass(frozen=True, slots=True)
class Comparison:
    """How much larger the share of one group is than that of another, as shares."""

    difference: float
    interval: Interval
    verdict: Verdict


def score_interval(count: Count) -> Interval:
    """Where the true share lies (Wilson 1927); 0 to 1 of nobody."""
    if count.callers == 0:
        return Interval(0.0, 1.0)
    n, p, z2 = count.callers, count.share, Z * Z
    middle = p + z2 / (2 * n)
    spread = Z * sqrt(p * (1 - p) / n + z2 / (4 * n * n))
    whole = 1 + z2 / n
    return Interval(max(0.0, (middle - spread) / whole), min(1.0, (middle + spread) / whole))


def compare(one: Count, other: Count) -> Comparison:
    """`one` less `other` (Newcombe 1998, method 10)."""
    first, second = score_interval(one), score_interval(other)
    difference = one.share - other.share
    low = difference - sqrt((one.share - first.low) ** 2 + (second.high - other.share) ** 2)
    high = difference + sqrt((first.high - one.share) ** 2 + (other.share - second.low) ** 2)
    return Comparison(difference, Interval(low, high), _verdict(one, other, Interval(low, high)))


def _verdict(one: Count, other: Count, interval: Interval) -> Verdict:
    if min(one.callers, other.callers) < LEAST_CALLERS or one.events + other.events < LEAST_EVENTS:
        return Verdict.TOO_EARLY
    if interval.low > 0:
        return Verdict.MORE
    return Verdict.FEWER if interval.high < 0 else Verdict.NONE_SEEN
