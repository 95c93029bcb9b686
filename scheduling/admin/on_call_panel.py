"""The panel "On call": the week as a table, who it comes to in the next two weeks, and what stands in the way."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from django.db.models import Q

from leads import colleagues
from leads.models import Location, Membership
from scheduling import oncall
from scheduling.models import OnCallShift
from scheduling.models.hours import Weekday
from scheduling.open_days import clock_text

DAYS_SHOWN = 14
MOST_PLACES = 6
_MIDNIGHT = time(0)

# What apps above this one know of a member, who is on call at a location: a word each, "" for nothing.
Warner = Callable[[Membership], str]
WARNERS: list[Warner] = []


@dataclass(frozen=True, slots=True)
class Cell:
    """One shift in the table."""

    hours: str
    name: str
    rank: int
    pk: int


@dataclass(frozen=True, slots=True)
class Span:
    """Who is on call from when until when, in words. `is_gap`: nobody whom a phone would reach."""

    begins: str
    ends: str
    names: str
    is_gap: bool


@dataclass(frozen=True, slots=True)
class Table:
    """One location. `source` says whose shifts count there where they are not its own."""

    title: str
    zone: str
    source: str
    days: tuple[tuple[str, tuple[Cell, ...]], ...]
    spans: tuple[Span, ...]
    warnings: tuple[str, ...]

    @property
    def is_empty(self) -> bool:
        return not any(cells for _, cells in self.days)

    @property
    def gaps(self) -> int:
        return sum(span.is_gap for span in self.spans)


def table_of(location: Location, *, now: datetime, days: int = DAYS_SHOWN) -> Table:
    rows = list(
        OnCallShift.objects.filter(Q(location=location) | Q(location=None), business=location.business_id)
        .select_related("member__user")
        .order_by("starts", "rank", "pk")
    )
    own = [row for row in rows if row.location_id is not None]
    stretches = oncall.coverage(location, now, now + timedelta(days=days))
    on_call = {member.pk: member for stretch in stretches for member in stretch.members}
    return Table(
        title=str(location),
        zone=location.zone.key,
        source="" if own or not rows else "The shifts are those of all locations; this one has none of its own.",
        days=tuple((day.label, tuple(map(_cell, _of_day(own or rows, day)))) for day in Weekday),
        spans=tuple(_span(stretch, location, now=now) for stretch in stretches),
        warnings=tuple(warnings_of(on_call.values(), location)),
    )


def warnings_of(members: Iterable[Membership], location: Location) -> list[str]:
    """Why somebody who is on call would not be reached by phone, a sentence each."""
    found = []
    for member in members:
        problem = oncall.obstacle(member, location, by_phone=True)
        words = [problem] if problem else []
        words += [text for warner in WARNERS if (text := warner(member))]
        found += [f"{colleagues.called(member.user)}: {word}." for word in words]
    return found


def _of_day(rows: Sequence[OnCallShift], day: int) -> list[OnCallShift]:
    return [row for row in rows if row.weekday == day]


def _cell(row: OnCallShift) -> Cell:
    ends = "midnight" if row.next_day and row.ends == _MIDNIGHT else clock_text(row.ends)
    is_whole = row.next_day and row.starts == row.ends == _MIDNIGHT
    return Cell(
        "all day" if is_whole else f"{clock_text(row.starts)} – {ends}",
        colleagues.called(row.member.user),
        row.rank,
        row.pk,
    )


def _span(stretch: oncall.Coverage, location: Location, *, now: datetime) -> Span:
    names = [colleagues.called(member.user) for member in stretch.members]
    begins = "Now" if stretch.starts_at <= now else _moment(stretch.starts_at, location)
    return Span(begins, _moment(stretch.ends_at, location), ", then ".join(names), stretch.is_gap)


def _moment(at: datetime, location: Location) -> str:
    local = at.astimezone(location.zone)
    return f"{local:%a %b} {local.day}, {clock_text(local.time())}"
