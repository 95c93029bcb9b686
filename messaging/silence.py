"""Nobody calls: is forwarding still on? Compares a number's day with the same weekday of the last six weeks.

A line whose forwarding was switched off by accident gives no error anywhere; it is only too quiet. How quiet is told by
chance: that six expected calls stay away happens by itself with probability e^-6, if calls come independently. Each
call that did come is one more pause that could have been a long one, so it raises what is asked for. Simulated (10 to
60 calls a day, asked every ten minutes): false alarms on 0.3 to 0.6 % of the days, on 1 to 3 % where days differ by
30 %; a line that dies two hours after opening is noticed 1.8 h later with 60 calls a day, 4.2 h with 20.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Q

from leads import events
from leads.models import Location
from messaging.enums import CallState, CarrierKind, NumberMode
from messaging.models import Call, Heartbeat, PhoneNumber
from recoverline.lib.phones import display_phone
from scheduling.hours import open_intervals
from scheduling.models import Closure
from scheduling.open_days import clock_text
from scheduling.queries import ALWAYS_OPEN, hours_of

WEEKS = 6
ENOUGH_DAYS = 4
MISSED_AT_LEAST = 6.0
# Whoever called in the last half hour has proven the line, and nothing is counted.
PROVEN_FOR = timedelta(minutes=30)
TOLD = "silence"
_QUESTIONS = {
    NumberMode.FORWARDED: "is forwarding still on?",
    NumberMode.HOSTED: "does the number still reach us?",
    NumberMode.EXTERNAL: "does your phone system still report its missed calls?",
}


@dataclass(frozen=True, slots=True)
class Silence:
    """`since`: the last call, as time after opening; None when none came at all. `usual`: calls by now, as a rule."""

    since: timedelta | None
    usual: int


@dataclass(frozen=True, slots=True)
class Quiet:
    """A number on which it is too quiet; `since` is the last call of today, or when it opened."""

    number: PhoneNumber
    since: datetime
    has_rung_today: bool
    usual: int


def silence(*, today: Sequence[timedelta], before: Sequence[Sequence[timedelta]], elapsed: timedelta) -> Silence | None:
    """Whether it is too quiet `elapsed` after opening.

    `today` and each comparable day of `before` are calls as times after opening. None: all is as usual, or too little
    is known.
    """
    if len(before) < ENOUGH_DAYS:
        return None
    since = max(today, default=None)
    stayed_away = [sum(at <= elapsed and (since is None or at > since) for at in day) for day in before]
    wanted = MISSED_AT_LEAST + 2 * math.log1p(len(today))
    # A day on which nobody called then either shows that this happens.
    if min(stayed_away) == 0 or sum(stayed_away) / len(before) < wanted:
        return None
    by_now = sum(at <= elapsed for day in before for at in day)
    return Silence(since, round(by_now / len(before)))


def words(quiet: Quiet) -> str:
    """The sentence for staff."""
    number, zone = quiet.number, quiet.number.location.zone
    name = number.label or display_phone(number.number, number.business.country)
    at = clock_text(quiet.since.astimezone(zone).time())
    since = f"since {at}" if quiet.has_rung_today else f"since opening at {at}"
    question = _QUESTIONS[NumberMode(number.mode)]
    return f"No call on {name} {since}, usually {quiet.usual} by now: {question}"


# ---------------------------------------------------------------- rows
def watch(now: datetime) -> int:
    """Tell each business, once a day and number, on which lines it is too quiet; how many were told."""
    numbers = PhoneNumber.objects.filter(
        is_active=True, business__is_simulated=False, last_call_at__lt=now - PROVEN_FOR
    ).exclude(account__kind=CarrierKind.SIMULATOR)
    told = 0
    for number in numbers.select_related("business", "location__business").order_by("location_id", "pk"):
        quiet = quiet_on(number, now=now)
        if quiet is not None and _is_first_today(number, now=now):
            location = number.location
            events.record(
                "line.silent", business=number.business, at=now, text=words(quiet), number=str(number.key),
                location=str(location.key),
            )  # fmt: skip
            told += 1
    return told


def quiet_on(number: PhoneNumber, *, now: datetime) -> Quiet | None:
    """None as well while it is closed, on a day of special hours or a holiday, and with too little history."""
    place = number.location
    today = now.astimezone(place.zone).date()
    days = [today - timedelta(weeks=weeks) for weeks in range(WEEKS + 1)]
    special = set(_special_days(place, days[-1], today))
    ranges = hours_of(place) or ALWAYS_OPEN
    openings = {
        day: min((start for start, _ in open_intervals(ranges, (), place.zone, day, day)), default=None) for day in days
    }
    opened_at = openings[today]
    is_open = any(start <= now < end for start, end in open_intervals(ranges, (), place.zone, today, today))
    if opened_at is None or not is_open or today in special:
        return None
    elapsed = now - opened_at
    begun = [opening for day in days[1:] if day not in special and (opening := openings[day]) is not None]
    calls = Call.objects.filter(number=number, is_simulated=False).exclude(state=CallState.OUTBOUND)
    windows = Q()
    for opening in (opened_at, *begun):
        windows |= Q(started_at__gte=opening, started_at__lte=opening + elapsed)
    rang = list(calls.filter(windows).values_list("started_at", flat=True))
    before = [_since(at, rang, elapsed) for at in begun]
    # The oldest come last. Before its first call a line was not there yet: that says nothing of what is usual.
    while before and not before[-1]:
        before.pop()
    found = silence(today=_since(opened_at, rang, elapsed), before=before, elapsed=elapsed)
    if found is None:
        return None
    return Quiet(number, opened_at + (found.since or timedelta()), found.since is not None, found.usual)


def _since(opening: datetime, rang: Sequence[datetime], elapsed: timedelta) -> list[timedelta]:
    return [at - opening for at in rang if timedelta() <= at - opening <= elapsed]


def _special_days(place: Location, first: date, last: date) -> Iterator[date]:
    """Holidays, closures and days of special hours: they are compared with nothing, and nothing with them."""
    rows = Closure.objects.filter(
        Q(location=place) | Q(location=None), business=place.business_id, resource=None, starts_on__lte=last,
        ends_on__gte=first,
    )  # fmt: skip
    for starts_on, ends_on in rows.values_list("starts_on", "ends_on"):
        day = max(starts_on, first)
        while day <= min(ends_on, last):
            yield day
            day += timedelta(days=1)


def _is_first_today(number: PhoneNumber, *, now: datetime) -> bool:
    """True for one asker a day of the location."""
    began = now.astimezone(number.location.zone).replace(hour=0, minute=0, second=0, microsecond=0)
    row, is_new = Heartbeat.objects.get_or_create(name=f"{TOLD} {number.key.hex}", defaults={"at": now})
    return is_new or bool(Heartbeat.objects.filter(pk=row.pk, at__lt=began).update(at=now))
