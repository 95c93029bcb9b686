"""Who is on call at a moment: weekly shifts in local time, and what replaces them.

Pure above, rows below. A wall-clock time that a clock change skips moves forward by the gap, one that happens twice
means the first, so shifts that touch on the clock touch on every day of the year.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from django.db.models import Q

from leads.enums import Role
from leads.models import Location, Membership
from scheduling.models import OnCallOverride, OnCallShift

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Shift:
    """One range per week in local wall time, of the weekday (0 = Monday) on which it starts; `member` is an id."""

    member: int
    weekday: int
    starts: time
    ends: time
    next_day: bool = False
    rank: int = 1


@dataclass(frozen=True, slots=True)
class Override:
    """From one aware instant until before another, this member instead of the shifts; `is_own`: of one location."""

    member: int
    starts_at: datetime
    ends_at: datetime
    rank: int = 1
    is_own: bool = False


@dataclass(frozen=True, slots=True)
class Stretch:
    """The same people (ids in order) from `starts_at` until before `ends_at`, both UTC; nobody is a gap."""

    starts_at: datetime
    ends_at: datetime
    people: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Coverage:
    """A stretch with its members, in the order in which they are asked."""

    starts_at: datetime
    ends_at: datetime
    members: tuple[Membership, ...]
    is_gap: bool


def people_on_call(
    shifts: Iterable[Shift], overrides: Iterable[Override], zone: ZoneInfo, at: datetime
) -> tuple[int, ...]:
    """Ids of members in the order in which they are asked at `at`, each once, at their best rank.

    While any override holds, the shifts do not; overrides of the location itself go before those for all of them.
    """
    holding = [override for override in overrides if override.starts_at <= at < override.ends_at]
    if holding:
        holding = [override for override in holding if override.is_own] or holding
        return _in_order((override.rank, override.member) for override in holding)
    today = at.astimezone(zone).date()
    return _in_order(
        (shift.rank, shift.member)
        for shift in shifts
        for starts_at, ends_at in _on_days(shift, zone, today - _DAY, today)
        if starts_at <= at < ends_at
    )


def stretches(
    shifts: Sequence[Shift], overrides: Sequence[Override], zone: ZoneInfo, start: datetime, until: datetime
) -> list[Stretch]:
    """Who is on call from `start` until `until`, without holes: a gap is a stretch with nobody."""
    first, last = start.astimezone(zone).date() - _DAY, until.astimezone(zone).date()
    edges = {start, until}
    for shift in shifts:
        for pair in _on_days(shift, zone, first, last):
            edges.update(pair)
    for override in overrides:
        edges.update((override.starts_at, override.ends_at))
    moments = sorted(edge.astimezone(UTC) for edge in edges if start <= edge <= until)
    found: list[Stretch] = []
    for begins, ends in pairwise(moments):
        people = people_on_call(shifts, overrides, zone, begins)
        if found and found[-1].people == people:
            found[-1] = Stretch(found[-1].starts_at, ends, people)
        elif begins < ends:
            found.append(Stretch(begins, ends, people))
    return found


def _in_order(ranked: Iterable[tuple[int, int]]) -> tuple[int, ...]:
    return tuple(dict.fromkeys(member for _, member in sorted(ranked)))


def _on_days(shift: Shift, zone: ZoneInfo, first: date, last: date) -> Iterator[tuple[datetime, datetime]]:
    """The shift as UTC instants on each local day first..last on which it starts."""
    day = first + timedelta(days=(shift.weekday - first.weekday()) % 7)
    while day <= last:
        yield _instant(day, shift.starts, zone), _instant(day + _DAY if shift.next_day else day, shift.ends, zone)
        day += timedelta(days=7)


def _instant(day: date, wall: time, zone: ZoneInfo) -> datetime:
    # fold=0 is both rules at once: the offset before a gap, and the first of what happens twice.
    return datetime.combine(day, wall.replace(tzinfo=None, fold=0), tzinfo=zone).astimezone(UTC)


# ---------------------------------------------------------------- rows
def on_call_at(location: Location, at: datetime) -> list[Membership]:
    """Everybody on call at `location`, in the order in which they are asked; also whom nothing would reach just now.

    The location's own shifts if it has any, else the business's. Ask `obstacle` before telling somebody.
    """
    ids = people_on_call(_shifts_of(location), _overrides_of(location, at, at), location.zone, at)
    members = _members(ids)
    return [members[pk] for pk in ids if pk in members]


def coverage(location: Location, start: datetime, until: datetime) -> list[Coverage]:
    """Who is on call from `start` until `until`, without holes.

    `is_gap`: nobody, or nobody who could be told by phone.
    """
    found = stretches(
        _shifts_of(location), _overrides_of(location, start, until), location.zone, start, until
    )  # fmt: skip
    members = _members({pk for stretch in found for pk in stretch.people})
    told = {pk for pk, member in members.items() if not obstacle(member, location, by_phone=True)}
    return [
        Coverage(
            starts_at=stretch.starts_at,
            ends_at=stretch.ends_at,
            members=tuple(members[pk] for pk in stretch.people if pk in members),
            is_gap=told.isdisjoint(stretch.people),
        )
        for stretch in found
    ]


def bar(member: Membership, location: Location) -> str:
    """Why what happens at `location` is no business of this member, as a word for staff; "" if it is."""
    if not member.user.is_active:
        return "Account is switched off"
    if member.role == Role.READ_ONLY:
        return "May only read"
    limited_to = {row.pk for row in member.locations.all()}
    return "Does not work at this location" if limited_to and location.pk not in limited_to else ""


def obstacle(member: Membership, location: Location, *, by_phone: bool) -> str:
    """Why this member is passed over at `location`, as a word for staff; "" if they can be told."""
    barred = bar(member, location)
    if barred:
        return barred
    if member.away_since is not None:
        return "Away"
    if by_phone and not member.phone:
        return "No phone"
    return "No e-mail address" if not by_phone and not member.user.email else ""


def owners_of(location: Location) -> list[Membership]:
    """The owners, who are asked when nobody is on call; the first of them first."""
    rows = Membership.objects.filter(business=location.business_id, role=Role.OWNER)
    return list(rows.select_related("user").prefetch_related("locations").order_by("pk"))


def _members(ids: Iterable[int]) -> dict[int, Membership]:
    rows = Membership.objects.filter(pk__in=ids).select_related("user").prefetch_related("locations")
    return {row.pk: row for row in rows}


def _shifts_of(location: Location) -> list[Shift]:
    rows = OnCallShift.objects.filter(Q(location=location) | Q(location=None), business=location.business_id)
    own = [row for row in rows if row.location_id is not None]
    return [
        Shift(row.member_id, row.weekday, row.starts, row.ends, row.next_day, row.rank) for row in own or rows
    ]  # fmt: skip


def _overrides_of(location: Location, start: datetime, until: datetime) -> list[Override]:
    rows = OnCallOverride.objects.filter(
        Q(location=location) | Q(location=None),
        business=location.business_id, starts_at__lte=until, ends_at__gt=start,
    )  # fmt: skip
    return [
        Override(row.member_id, row.starts_at, row.ends_at, row.rank, is_own=row.location_id is not None)
        for row in rows
    ]
