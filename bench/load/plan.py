"""Pure: who calls when, who writes back when and what. The same for the same seed."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from random import Random

from bench.daytime import phone
from bench.installation import our_number

LINES = 20
# What became of the call until it counted as missed: rung by us and not picked up, or forwarded to us unanswered.
RINGS_FOR = 2.0
# From the missed call to the end of the line: the greeting is heard, and nobody speaks after the tone.
LISTENS_FOR = 2.0
# From a text to the next one of the same person.
SOONEST, LATEST = 5.0, 20.0
# Poisson would bring more at once at times; the seconds between two calls are drawn between none and twice the mean.
UNEVEN = 1.0


class Wish(StrEnum):
    """What somebody writes back: for a price and then a time, to be left alone, in need, or nothing."""

    VISIT = "visit"
    STOP = "stop"
    URGENT = "urgent"
    NONE = "none"


# Of those who write back.
STOPPING, URGENT = 0.06, 0.04
CITIES = ("Oro Valley", "Rio Rancho", "Tempe")  # one of each location, in the order of bench.load.business
QUESTION = "AC is out, how much is a visit? we're in {city}"
CHOICES = ("1", "2")
STOP_WORDS = "STOP"
URGENT_WORDS = "URGENT"


@dataclass(frozen=True, slots=True)
class Caller:
    """One person who calls once. Seconds from the beginning: `calls_at`, and after the missed call `writes_after`.

    `chooses_after`: seconds from that text to the choice of a time.
    """

    index: int
    phone: str
    calls_at: float
    line: int
    wish: Wish
    writes_after: float
    chooses_after: float
    choice: str

    @property
    def is_rung(self) -> bool:
        """We ring the team first; every other line is forwarded to us unanswered."""
        return self.line % 2 == 1

    @property
    def missed_at(self) -> float:
        return self.calls_at + (RINGS_FOR if self.is_rung else 0.0)

    @property
    def call_id(self) -> str:
        return f"CA{self.index:032x}"

    @property
    def number(self) -> str:
        return our_number(self.line)

    @property
    def words(self) -> str:
        """The first text that is written back, "" for none."""
        asked = QUESTION.format(city=CITIES[self.line % len(CITIES)])
        return {Wish.VISIT: asked, Wish.STOP: STOP_WORDS, Wish.URGENT: URGENT_WORDS, Wish.NONE: ""}[self.wish]


def callers(*, minutes: float, per_minute: int, replying: float, seed: int, first: int = 0) -> Iterator[Caller]:
    """An open loop: each calls at a time of its own, whatever became of the others. `first`: where phones begin."""
    random = Random(seed)
    mean, at = 60 / per_minute, 0.0
    for index in range(first, first + round(minutes * per_minute)):
        due = (index - first) * mean
        # Uneven, and yet as many in every minute.
        at = due + random.uniform(0, UNEVEN) * mean
        yield Caller(
            index=index,
            phone=phone(index),
            calls_at=at,
            line=index % LINES,
            wish=_wish(random, replying),
            writes_after=random.uniform(SOONEST, LATEST),
            chooses_after=random.uniform(SOONEST, LATEST),
            choice=random.choice(CHOICES),
        )


def _wish(random: Random, replying: float) -> Wish:
    if random.random() >= replying:
        return Wish.NONE
    kind = random.random()
    if kind < STOPPING:
        return Wish.STOP
    return Wish.URGENT if kind < STOPPING + URGENT else Wish.VISIT
