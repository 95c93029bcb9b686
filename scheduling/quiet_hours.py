"""When an automatic text may go out by the law of wherever its reader may be. Pure; instants in and out are aware.

A phone says only roughly where somebody is. So there are candidates, and a moment counts as allowed only if it is
allowed in every one of them: by the wall clock of its zone, and by the rules of its country or state.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import reduce
from zoneinfo import ZoneInfo

from scheduling.intervals import Interval, intersect, merge
from scheduling.send_times import SendWindow

_DAY = timedelta(days=1)
# Every weekday comes back within a week; the second one is for a window that a change day swallows.
_SEARCH_DAYS = 15


@dataclass(frozen=True, slots=True)
class Rule:
    """One row of the table: on `weekdays` (0 = Monday, empty: every day) from `starts` until before `ends`.

    `ends` 00:00 is midnight. `region`: a state; "": the whole country.
    """

    country: str
    region: str
    starts: time
    ends: time
    weekdays: frozenset[int] = frozenset()


# Where nobody has written down another rule: 47 CFR 64.1200(c)(1), which is decent anywhere.
DECENT = Rule("", "", time(8), time(21))


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """One place where the reader may be. `country`: two letters; `region`: a state, "" if it is not known."""

    zone: ZoneInfo
    country: str = ""
    region: str = ""


def rules_for(place: Whereabouts, rules: Iterable[Rule]) -> list[Rule]:
    """What holds at `place`: the rows of its state if there are any, else of its country, else `DECENT`."""
    here = [rule for rule in rules if rule.country == place.country]
    state = [rule for rule in here if rule.region and rule.region == place.region]
    return state or [rule for rule in here if not rule.region] or [DECENT]


def is_allowed(at: datetime, places: Collection[Whereabouts], rules: Collection[Rule]) -> bool:
    """Whether a text may go out at `at`: inside a window in every one of `places`."""
    return all(any(begins <= at < over for begins, over in _windows(place, rules, at=at, ahead=0)) for place in places)


def next_allowed(at: datetime, places: Collection[Whereabouts], rules: Collection[Rule]) -> datetime | None:
    """`at` itself (in UTC) if it is allowed, else the next moment that is.

    None: the windows of `places` never overlap, so no moment suits them all. Raises ValueError without any place.
    """
    if not places:
        raise ValueError("Without a place there is no time of day.")
    at = at.astimezone(UTC)
    windows = (_windows(place, rules, at=at, ahead=_SEARCH_DAYS) for place in places)
    return next((max(at, begins) for begins, over in reduce(intersect, windows) if at < over), None)


def closes_at(at: datetime, places: Collection[Whereabouts], rules: Collection[Rule]) -> datetime:
    """Until when texts may go out that may go out at `at`; `at` itself (in UTC) in quiet hours."""
    at = at.astimezone(UTC)
    windows = reduce(intersect, (_windows(place, rules, at=at, ahead=1) for place in places))
    return next((over for begins, over in windows if begins <= at < over), at)


def _windows(place: Whereabouts, rules: Iterable[Rule], *, at: datetime, ahead: int) -> list[Interval]:
    """The allowed stretches of the local day of `at`, of the one before it and of `ahead` more."""
    held = rules_for(place, rules)
    today = at.astimezone(place.zone).date()
    days = [today + _DAY * index for index in range(-1, ahead + 1)]
    return merge(window for day in days for window in _on(day, held, place.zone))


def _on(day: date, rules: Iterable[Rule], zone: ZoneInfo) -> list[Interval]:
    return [
        SendWindow(rule.starts, rule.ends).on(day, zone)
        for rule in rules
        if not rule.weekdays or day.weekday() in rule.weekdays
    ]
