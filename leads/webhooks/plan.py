"""Pure: when an event that could not be told is tried again, and how long an endpoint that fails is left alone."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from enum import Enum
from typing import Any

# Before each try, the first one included; each is stretched or shortened by up to SPREAD.
WAITS = (
    timedelta(),
    timedelta(seconds=5),
    timedelta(minutes=5),
    timedelta(minutes=30),
    *(timedelta(hours=hours) for hours in (2, 5, 10, 14, 20, 24)),
)
MOST_TRIES = len(WAITS)
SPREAD = 0.2
# Longer than all waits together: what could not even be tried so long is given up as well.
OLDEST = timedelta(days=4)

# After so many failures in a row only one event at a time tries whether the endpoint is back.
BREAKS_AFTER = 3
FIRST_REST, LONGEST_REST = timedelta(seconds=15), timedelta(minutes=5)
OVERLOADED = frozenset({429, 502, 504})
REST_OF_OVERLOADED = timedelta(minutes=1)
MOST_ASKED_FOR = timedelta(hours=24)

GONE = 410


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of one try. `status` is None without an answer, and `said` then says why; `asked` is Retry-After."""

    status: int | None
    said: str
    seconds: float
    asked: timedelta | None = None


class Verdict(Enum):
    DELIVERED = "delivered"
    AGAIN = "again"
    GONE = "gone"


def verdict(answer: Answer) -> Verdict:
    """2xx alone is success; a redirect is a failure like any other."""
    if answer.status is not None and 200 <= answer.status < 300:
        return Verdict.DELIVERED
    return Verdict.GONE if answer.status == GONE else Verdict.AGAIN


def next_wait(tries: int, *, roll: float, asked: timedelta | None = None) -> timedelta | None:
    """How long after its last try an event waits, after so many `tries`; None when it is given up.

    `roll` from 0 to 1 spreads what failed together. `asked`: the endpoint wants at least so much.
    """
    if tries >= MOST_TRIES:
        return None
    wait = WAITS[tries] * (1 + SPREAD * (2 * roll - 1))
    return max(wait, min(asked, MOST_ASKED_FOR)) if asked else wait


def rest(failures: int, answer: Answer) -> timedelta:
    """How long the endpoint is left alone altogether after so many `failures` in a row, the last of them `answer`."""
    asked = min(answer.asked or timedelta(), MOST_ASKED_FOR)
    if answer.status in OVERLOADED:
        return asked or REST_OF_OVERLOADED
    if failures < BREAKS_AFTER:
        return asked
    doubled = FIRST_REST * 2 ** min(failures - BREAKS_AFTER, 10)
    return max(asked, min(doubled, LONGEST_REST))


def retry_after(header: str, *, now: datetime) -> timedelta | None:
    """Seconds or an HTTP date (RFC 9110, 10.2.3); None for anything else and for the past."""
    text = header.strip()
    if text.isascii() and text.isdigit():
        # Nine digits are thirty years; more would not fit.
        return timedelta(seconds=int(text[:9])) or None
    try:
        at = parsedate_to_datetime(text)
    except ValueError:
        return None
    wait = (at if at.tzinfo else at.replace(tzinfo=UTC)) - now
    return timedelta(seconds=math.ceil(wait.total_seconds())) if wait > timedelta() else None


def tries_of(log: Sequence[dict[str, Any]]) -> int:
    """Tries since the event was last sent by hand."""
    return len(log) - 1 - max((index for index, entry in enumerate(log) if entry.get("by_hand")), default=-1)
