"""Pure: held against what the carrier accepted, who was lost, who was told twice, and who was texted after STOP."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from bench.load.phones import Got, Life
from bench.load.plan import Wish
from bench.turns import BOOKED, OFFERED, TAKEN

FIRST, COMPLIANCE = "first_text", "compliance"
# A text that the carrier had in its hands when STOP came in was not sent after it.
UNDER_WAY = 1.0
# What an urgent text is answered with at once; minutes later its writer may hear that nobody on call was reached.
ALERTING = "this is urgent"


@dataclass
class Toll:
    """Counts of callers, of texts and of answers; `seconds` of those that arrived, by what they answer."""

    calls: int = 0
    accepted: int = 0
    texted: int = 0
    excused: int = 0
    lost: int = 0
    doubled: int = 0
    repeated: int = 0
    unknown: int = 0
    stopped: int = 0
    after_stop: int = 0
    replies: int = 0
    unanswered: int = 0
    answered_twice: int = 0
    taken: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)
    seconds: dict[str, list[float]] = field(default_factory=dict)
    # Seconds from the beginning at which each call was missed, beside what its first text took.
    first: list[tuple[float, float]] = field(default_factory=list)

    def problems(self) -> list[str]:
        """What must not be."""
        counts = {
            "callers lost": self.lost, "callers texted twice": self.doubled, "texts sent twice": self.repeated,
            "texts that the database does not know": self.unknown, "texts after STOP": self.after_stop,
            "replies unanswered": self.unanswered, "replies answered twice": self.answered_twice,
        }  # fmt: skip
        return [f"{count} {name}" for name, count in counts.items() if count]


def judge(lives: Iterable[Life], kinds: Mapping[str, str], *, begins: float, excused: Collection[str] = ()) -> Toll:
    """`kinds`: of our rows, key -> kind of text; `begins`: when the load did, Unix seconds.

    `excused`: phones that got a callback task in place of a text, as is right for a call that is found late at night.
    """
    toll = Toll()
    for life in lives:
        toll.calls += 1
        toll.accepted += life.told
        first = [got for got in life.got if kinds.get(got.key) == FIRST]
        toll.texted += bool(first)
        left_to_people = not first and life.caller.phone in excused
        toll.excused += left_to_people
        toll.lost += not first and not left_to_people
        toll.doubled += len(first) > 1
        toll.repeated += len(life.got) - len({got.key for got in life.got})
        toll.unknown += sum(got.key not in kinds for got in life.got)
        if first:
            toll.first.append((life.missed - begins, first[0].at - life.missed))
        _judge_answers(toll, life, kinds)
    return toll


def _judge_answers(toll: Toll, life: Life, kinds: Mapping[str, str]) -> None:
    if life.wrote is None:
        return
    later = [got for got in life.got if got.at >= life.wrote and kinds.get(got.key) != FIRST]
    if life.caller.wish == Wish.STOP:
        # The carrier confirms it in its own words; we have nothing to say.
        stopped = life.wrote + UNDER_WAY
        toll.stopped += 1
        toll.after_stop += sum(kinds.get(got.key) != COMPLIANCE for got in life.got if got.at > stopped)
        return
    if life.caller.wish == Wish.URGENT:
        _one(toll, "urgent, answered", life.wrote, [got for got in later if ALERTING in got.body])
        return
    _one(toll, "price, area and times", life.wrote, [got for got in later if OFFERED in got.body])
    if life.chose is None:
        return
    after = [got for got in later if got.at >= life.chose]
    toll.taken += any(TAKEN in got.body for got in after)
    _one(toll, "booked, confirmed", life.chose, [got for got in after if BOOKED in got.body or TAKEN in got.body])


def _one(toll: Toll, name: str, wrote: float, answers: Sequence[Got]) -> None:
    """There is one answer, no less and no more."""
    toll.replies += 1
    toll.outcomes[name] += 1
    toll.unanswered += not answers
    toll.answered_twice += len(answers) > 1
    if answers:
        toll.seconds.setdefault(name, []).append(answers[0].at - wrote)
