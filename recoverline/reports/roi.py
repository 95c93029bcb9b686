"""PURE: what missed calls cost and what answering them by text may bring, each step in view.

Two figures, low and high, go through every step. Exact fractions inside; money in cents; rounded only to be shown.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from fractions import Fraction

# As owners count: “14 a week, about 56 a month”. A month has 4.35 weeks, so this rather says too little.
WEEKS_A_MONTH = 4


class BookedBy(StrEnum):
    """What the two booked figures are."""

    JOBS = "jobs"
    OF_REPLIES = "of_replies"
    OF_LOST = "of_lost"


class Kind(StrEnum):
    PEOPLE = "people"
    CENTS = "cents"
    TIMES = "times"


@dataclass(frozen=True, slots=True)
class Assumptions:
    """What is assumed of one month. Shares are percent, 0 to 100; amounts are cents.

    `missed`: missed calls, None where they follow from `calls` and `missed_share`. `booked_low` and `booked_high`: jobs
    a month, or percent, as `booked_by` says.
    """

    calls: Decimal | None
    missed_share: Decimal | None
    missed: Decimal | None
    voicemail: Decimal
    new: Decimal
    reply_low: Decimal
    reply_high: Decimal
    booked_by: BookedBy
    booked_low: Decimal
    booked_high: Decimal
    value_cents: int
    cost_cents: int


@dataclass(frozen=True, slots=True)
class Figure:
    """One step: its name, how it comes about in words, and its two ends."""

    key: str
    name: str
    how: str
    low: Fraction
    high: Fraction
    kind: Kind = Kind.PEOPLE

    @property
    def shown(self) -> str:
        """“168”, “81 to 101”, “$6,250 to $10,000”."""
        low, high = _shown(self.low, self.kind), _shown(self.high, self.kind)
        return low if low == high else f"{low} to {high}"


@dataclass(frozen=True, slots=True)
class Outcome:
    """`steps` in order. `break_even_jobs`: jobs a month that pay the cost, None where a job is worth nothing.

    `break_even_value_cents`: what a job has to be worth for the fewest booked jobs to pay the cost, None without jobs.
    `objection`: what cannot be so, "" where nothing is wrong.
    """

    steps: tuple[Figure, ...]
    break_even_jobs: int | None
    break_even_value_cents: int | None
    objection: str

    def __getitem__(self, key: str) -> Figure:
        for step in self.steps:
            if step.key == key:
                return step
        raise KeyError(key)  # as templates expect, which ask for attributes this way first


def outcome_of(given: Assumptions) -> Outcome:
    """Every step of the reckoning for one month."""
    missed, how_missed = _missed(given)
    new = missed * _share(given.new)
    voicemail = new * _share(given.voicemail)
    lost = new - voicemail
    replies = (new * _share(given.reply_low), new * _share(given.reply_high))
    more = (max(replies[0] - voicemail, Fraction()), max(replies[1] - voicemail, Fraction()))
    booked, how_booked = _booked(given, lost=lost, replies=replies)
    revenue = (booked[0] * given.value_cents, booked[1] * given.value_cents)
    cost = Fraction(given.cost_cents)
    steps = [
        Figure("missed", "Missed calls a month", how_missed, missed, missed),
        Figure("new", "From new customers", f"{_plain(given.new)} % of the missed calls", new, new),
        Figure(
            "voicemail", "Come back by themselves",
            f"{_plain(given.voicemail)} % leave a voicemail and are reached when you ring back", voicemail, voicemail,
        ),
        Figure("lost", "Lost without a text", "they hang up and call the next name", lost, lost),
        Figure(
            "replies", "Answer a text", f"{_range(given.reply_low, given.reply_high)} % of those who called", *replies
        ),
        Figure("more", "More people to talk with than before", "answers to texts, less those who come back", *more),
        Figure("booked", "Jobs booked", how_booked, *booked),
        Figure(
            "revenue", "Recovered a month", f"jobs, at {dollars(given.value_cents)} each", *revenue, kind=Kind.CENTS
        ),
        Figure("cost", "Cost a month", "what the service costs, texts included", cost, cost, kind=Kind.CENTS),
        Figure("net", "Left over", "recovered, less the cost", revenue[0] - cost, revenue[1] - cost, kind=Kind.CENTS),
    ]  # fmt: skip
    if cost:
        times = (revenue[0] / cost, revenue[1] / cost)
        steps.append(Figure("return", "For each dollar", "recovered, divided by the cost", *times, kind=Kind.TIMES))
    return Outcome(
        steps=tuple(steps),
        break_even_jobs=_ceiling(cost / given.value_cents) if given.value_cents else None,
        break_even_value_cents=_ceiling(cost / booked[0]) if booked[0] else None,
        objection=_objection(booked, more, new),
    )


def _missed(given: Assumptions) -> tuple[Fraction, str]:
    if given.missed is not None:
        return Fraction(given.missed), "as you count them"
    calls, share = given.calls or Decimal(), given.missed_share or Decimal()
    return Fraction(calls) * _share(share), f"{_plain(share)} % of {_plain(calls)} calls"


def _booked(
    given: Assumptions, *, lost: Fraction, replies: tuple[Fraction, Fraction]
) -> tuple[tuple[Fraction, Fraction], str]:
    low, high = given.booked_low, given.booked_high
    match given.booked_by:
        case BookedBy.JOBS:
            return (Fraction(low), Fraction(high)), "as you expect them"
        case BookedBy.OF_REPLIES:
            return (replies[0] * _share(low), replies[1] * _share(high)), f"{_range(low, high)} % of those who answer"
        case BookedBy.OF_LOST:
            return (lost * _share(low), lost * _share(high)), f"{_range(low, high)} % of those who would be lost"


def _objection(booked: tuple[Fraction, Fraction], more: tuple[Fraction, Fraction], new: Fraction) -> str:
    if booked[1] > new:
        return "More jobs than people who called: please look at the assumptions again."
    if booked[0] > more[0] or booked[1] > more[1]:
        return (
            "More jobs than additional people to talk with: some of these jobs you would have had without a text too."
        )
    return ""


def dollars(cents: int | Fraction) -> str:
    """“$1,680”, with cents only where there are some: “$99.40”; rounded half up."""
    whole = int(_rounded(Fraction(cents)))
    sign, whole = ("-" if whole < 0 else ""), abs(whole)
    return f"{sign}${whole // 100:,}" + (f".{whole % 100:02}" if whole % 100 else "")


def _shown(value: Fraction, kind: Kind) -> str:
    match kind:
        case Kind.CENTS:
            return dollars(_rounded(value / 100) * 100)  # whole dollars: more would pretend to know
        case Kind.TIMES:
            return f"${_rounded(value * 100) / 100:.2f}"
        case Kind.PEOPLE:
            whole = _rounded(value)
            # Of a few each tenth counts: 5.6 jobs are not 6.
            return f"{whole:,}" if abs(value) >= 10 or value == whole else f"{_rounded(value * 10) / 10:.1f}"


def _rounded(value: Fraction) -> int:
    exact = Decimal(value.numerator) / Decimal(value.denominator)
    return int(exact.quantize(Decimal(1), ROUND_HALF_UP))


def _ceiling(value: Fraction) -> int:
    return -(-value.numerator // value.denominator)


def _share(percent: Decimal) -> Fraction:
    return Fraction(percent) / 100


def _plain(number: Decimal) -> str:
    return f"{number.normalize():,f}"


def _range(low: Decimal, high: Decimal) -> str:
    return _plain(low) if low == high else f"{_plain(low)} to {_plain(high)}"


@dataclass(frozen=True, slots=True)
class Model:
    """An example to begin with. `says`: where its figures are from, and which of them are ours."""

    key: str
    name: str
    says: str
    assumptions: Assumptions


def _assumptions(booked: tuple[BookedBy, int, int], **given: int | None) -> Assumptions:
    number = {name: None if value is None else Decimal(value) for name, value in given.items()}
    by, low, high = booked
    return Assumptions(
        calls=number.get("calls"), missed_share=number.get("missed_share"), missed=number.get("missed"),
        voicemail=Decimal(given["voicemail"] or 0), new=Decimal(100), reply_low=Decimal(48), reply_high=Decimal(60),
        booked_by=by, booked_low=Decimal(low), booked_high=Decimal(high), value_cents=given["value_cents"] or 0,
        cost_cents=given["cost_cents"] or 0,
    )  # fmt: skip


_ALL = (
    Model(
        "five", "Five locations",
        "1,200 calls a month of which 14 % are missed. Before, 22 % of those came back by voicemail; 48 to 60 % answer"
        " a text, and 25 to 40 jobs of $250 are booked. The cost is our example for a full front desk.",
        _assumptions(
            (BookedBy.JOBS, 25, 40), calls=1200, missed_share=14, voicemail=22, value_cents=25_000, cost_cents=49_700
        ),
    ),
    Model(
        "shop", "A shop",
        "20 missed calls a week, counted as 80 a month. 70 % leave no voicemail: 14 a week, about 56 a month. One in"
        " ten of those books a job of $300. The cost is our example for texts alone.",
        _assumptions((BookedBy.OF_LOST, 10, 10), missed=20 * WEEKS_A_MONTH, voicemail=30, value_cents=30_000,
                     cost_cents=9_700),
    ),
    Model(
        "contractor", "A contractor",
        "30 missed calls a month, and five booked jobs pay for it. What a job is worth, the voicemails and the cost are"
        " our examples.",
        _assumptions((BookedBy.JOBS, 5, 5), missed=30, voicemail=22, value_cents=25_000, cost_cents=49_700),
    ),
)  # fmt: skip
MODELS: Mapping[str, Model] = {model.key: model for model in _ALL}
