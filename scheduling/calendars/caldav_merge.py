"""What a calendar's answer means for an appointment of ours. Pure.

Whoever changed alone is followed. When both sides changed since the last push, ours stands: customers have been told
of it. Nobody's appointment is canceled because an answer was strange.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum, auto

from scheduling.calendars.caldav_event import Seen

# Minutes until a failed push is tried again; the last one from then on.
_PAUSES = (1, 2, 5, 15, 30, 60)
# A calendar that was emptied or replaced looks like many deletions at once.
_MASS = 3


class Wish(Enum):
    """What we want to be in the calendar."""

    PRESENT = auto()
    ABSENT = auto()
    AS_IT_IS = auto()  # past or done: history is the calendar owner's to tidy up


class Verdict(Enum):
    NOTHING_NEW = auto()  # our own echo, or a change that we do not follow
    MOVED = auto()
    CANCELED = auto()
    OURS = auto()  # the calendar is behind: write
    RESTORED = auto()  # only the length was changed, which the service decides: write, and say so
    CONFLICT = auto()  # both changed: write ours, and say so


@dataclass(frozen=True, slots=True)
class Ours:
    """The appointment beside what of it was written last. `last`: as the calendar had it when we last looked."""

    wish: Wish
    version: int
    pushed_version: int
    starts_at: datetime
    ends_at: datetime
    has_begun: bool = False
    last: Seen | None = None

    @property
    def is_ahead(self) -> bool:
        return self.version != self.pushed_version


def judge(ours: Ours, seen: Seen | None) -> Verdict:
    """What an object that was read (None: it is gone) means."""
    if ours.wish is Wish.AS_IT_IS:
        return Verdict.NOTHING_NEW
    if ours.wish is Wish.ABSENT:
        return _judge_unwanted(ours, seen)
    is_same = seen is not None and _same(seen, Seen(ours.starts_at, ours.ends_at))
    if is_same:
        return Verdict.NOTHING_NEW
    if ours.is_ahead:
        is_untouched = seen is not None and ours.last is not None and _same(seen, ours.last)
        return Verdict.OURS if is_untouched else Verdict.CONFLICT
    if ours.has_begun:
        # People tidy up behind themselves; the visit took place all the same.
        return Verdict.NOTHING_NEW
    if seen is None or seen.is_canceled:
        return Verdict.CANCELED
    return Verdict.RESTORED if seen.starts_at == ours.starts_at else Verdict.MOVED


def _judge_unwanted(ours: Ours, seen: Seen | None) -> Verdict:
    if seen is None or seen.is_canceled:
        return Verdict.NOTHING_NEW
    return Verdict.OURS if ours.last is None or _same(seen, ours.last) else Verdict.CONFLICT


def _same(one: Seen, other: Seen) -> bool:
    return (one.starts_at, one.ends_at, one.is_canceled) == (other.starts_at, other.ends_at, other.is_canceled)


def is_mass(gone: int, *, known: int, is_emptied: bool) -> bool:
    """Whether `gone` of the `known` appointments to come are too many at once to believe that people deleted them.

    `is_emptied`: a whole listing was empty, without a word about deletions.
    """
    if is_emptied:
        return gone > 0
    return gone >= _MASS and gone * 2 > known


def pause_after(attempts: int) -> timedelta:
    """How long to wait after the attempt with this number, from 1."""
    return timedelta(minutes=_PAUSES[min(max(attempts, 1), len(_PAUSES)) - 1])
