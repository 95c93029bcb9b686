"""What a day or a week shows: rows in, columns out, in a number of queries that does not grow with the appointments."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from django.db.models import Q, QuerySet

from leads.models import Location
from scheduling import queries
from scheduling.calendars.staleness import is_stale
from scheduling.desk import day_layout
from scheduling.desk.day_layout import Span, Tick
from scheduling.enums import AppointmentStatus, ResourceKind, WaitlistStatus
from scheduling.intervals import Interval, intersect, subtract
from scheduling.lanes import open_time_of
from scheduling.models import (
    Appointment,
    Assignment,
    BusyCalendar,
    BusyTime,
    CalDAVAccount,
    Closure,
    Resource,
    WaitlistEntry,
)
from scheduling.open_days import OpenDay, clock_text, open_days

_DAY = timedelta(days=1)
# Somebody clicks into the empty time of a column: that is how far apart the offered starts are.
CLICK = timedelta(minutes=30)
SMALLEST_CLICK = timedelta(minutes=15)
WEEK = 7
ENDED = (AppointmentStatus.CANCELED, AppointmentStatus.EXPIRED)

Kind = Literal["visit", "hold", "calendar", "elsewhere", "free"]


@dataclass(frozen=True, slots=True)
class Block:
    """A stretch of somebody's day. Of calendars and other locations no more is told than that it is taken.

    `starts` cuts free time into the starts that are offered, each with the steps until the next one.
    """

    kind: Kind
    span: Span
    starts_at: datetime
    ends_at: datetime
    appointment: Appointment | None = None
    starts: tuple[tuple[Span, datetime], ...] = ()


@dataclass(frozen=True, slots=True)
class Column:
    """One resource's day; `resource` None is for appointments that nobody has. `blocks` come in order of time."""

    resource: Resource | None
    hours: str
    notes: tuple[str, ...]
    closed: tuple[Span, ...]
    blocks: tuple[Block, ...]
    width: int

    @property
    def visits(self) -> int:
        return sum(block.kind == "visit" for block in self.blocks)


@dataclass(frozen=True, slots=True)
class DayPage:
    """A local day at a location. `canceled` is what was booked once; `now_at` where the present is, if in sight."""

    day: date
    zone: ZoneInfo
    opening: OpenDay
    ticks: tuple[Tick, ...]
    columns: tuple[Column, ...]
    now_at: Span | None
    canceled: tuple[Appointment, ...]

    @property
    def is_crowded(self) -> bool:
        """More side by side than can be drawn: then the page stays a list."""
        return any(column.width > day_layout.MOST_SIDE_BY_SIDE for column in self.columns)

    @property
    def visits(self) -> int:
        return len({block.appointment for column in self.columns for block in column.blocks if block.kind == "visit"})


@dataclass(frozen=True, slots=True)
class WeekDay:
    """One day of a week: its appointments in order, and when a calendar blocks the resource that is looked at."""

    opening: OpenDay
    hours: str
    visits: tuple[Appointment, ...]
    busy: tuple[Interval, ...] = ()


@dataclass(frozen=True, slots=True)
class StaleCalendar:
    """A calendar that was not read lately; `since` None: never."""

    name: str
    since: datetime | None


# ---------------------------------------------------------------- pages
def day_page(
    location: Location, *, day: date, now: datetime, only: Resource | None = None, may_book: bool = False
) -> DayPage:
    """The columns of a location's day, or of `only` one resource. Free time is only cut for those who may book."""
    zone = location.zone
    bounds = day_layout.day_bounds(day, zone)
    everything = list(_appointments(location, bounds, now=now, only=only))
    rows = [row for row in everything if row.status not in ENDED]
    resources = [only] if only else _columns_for(location, rows)
    open_time = {
        pk: intersect(time, [bounds]) for pk, time in open_time_of(resources, location, first=day, last=day).items()
    }
    busy, elsewhere = _calendars(resources, location, bounds), _elsewhere(resources, location, bounds, now=now)
    seen = [stretch for group in (open_time, elsewhere) for times in group.values() for stretch in times]
    window = day_layout.window_of(day, zone, [*seen, *((row.starts_at, row.ends_at) for row in rows)])
    closures = _closures(resources, day)
    columns = [
        _column(
            resource,
            [row for row in rows if resource.pk in _resource_keys(row)],
            open_time[resource.pk],
            {"calendar": [*busy[resource.pk], *busy[None]], "elsewhere": elsewhere[resource.pk]},
            window=window,
            zone=zone,
            notes=closures[resource.pk],
            free_from=now if may_book else None,
        )
        for resource in resources
    ]
    left_over = [row for row in rows if not _resource_keys(row)]
    if left_over and not only:
        columns.append(_column(None, left_over, [window], {}, window=window, zone=zone))
    return DayPage(
        day=day, zone=zone, opening=_openings(location, day, 1)[0], ticks=tuple(day_layout.ticks_of(window, zone)),
        columns=tuple(columns), now_at=day_layout.span_in(window, now, now + day_layout.STEP),
        canceled=tuple(row for row in everything if row.status == AppointmentStatus.CANCELED),
    )  # fmt: skip


def week_page(location: Location, *, first: date, now: datetime, only: Resource | None = None) -> list[WeekDay]:
    """Seven local days from `first` on, of a location or of `only` one resource there."""
    zone, last = location.zone, first + (WEEK - 1) * _DAY
    bounds = day_layout.day_bounds(first, zone)[0], day_layout.day_bounds(last, zone)[1]
    rows = [row for row in _appointments(location, bounds, now=now, only=only) if row.status not in ENDED]
    by_day = defaultdict(list)
    for row in rows:
        by_day[max(row.starts_at, bounds[0]).astimezone(zone).date()].append(row)
    openings = _openings(location, first, WEEK)
    open_time = open_time_of([only], location, first=first, last=last)[only.pk] if only else None
    calendars = _calendars([only], location, bounds) if only else {}
    busy = [stretch for times in calendars.values() for stretch in times]
    return [
        WeekDay(
            opening,
            hours_text(intersect(open_time, [of_day]), zone) if open_time is not None else hours_of_day(opening),
            tuple(by_day[opening.day]),
            tuple(intersect(busy, [of_day])),
        )
        for opening in openings
        for of_day in [day_layout.day_bounds(opening.day, zone)]
    ]


def requests_to_confirm(rows: QuerySet[Appointment], location: Location, *, now: datetime) -> list[Appointment]:
    """What customers have asked for at a location and nobody has answered, the next first."""
    asked = rows.filter(location=location, status=AppointmentStatus.REQUESTED, ends_at__gt=now)
    return list(asked.select_related("service", "lead", "location__business").order_by("starts_at")[:20])


def waiting_on(rows: QuerySet[WaitlistEntry], location: Location, day: date) -> list[WaitlistEntry]:
    """Who wants this day and has not got it, the longest waiting first."""
    wanted = rows.filter(location=location, day=day, status__in=[WaitlistStatus.WAITING, WaitlistStatus.OFFERED])
    return list(wanted.select_related("service", "lead", "business", "location__business", "offer"))


def stale_calendars(location: Location, *, now: datetime, only: Resource | None = None) -> list[StaleCalendar]:
    """Calendars that block people at this location and were not read lately."""
    resources = Q(resource=only) if only else Q(resource__in=working_at(location))
    calendars = BusyCalendar.objects.filter(resources | Q(location=location), is_active=True)
    accounts = CalDAVAccount.objects.filter(resources, is_active=True)
    rows: list[BusyCalendar | CalDAVAccount] = [*calendars.select_related("resource")]
    rows += accounts.select_related("resource")
    return [
        StaleCalendar(row.resource.name if row.resource else str(row), row.ok_at)
        for row in rows
        if is_stale(ok_at=row.ok_at, created_at=row.created_at, now=now)
    ]


# ---------------------------------------------------------------- words
def hours_text(pieces: Iterable[Interval], zone: ZoneInfo) -> str:
    """9 AM – noon, 1 PM – 5 PM."""
    return ", ".join(f"{_clock(start, zone)} – {_clock(end, zone)}" for start, end in pieces) or "Closed"


def hours_of_day(opening: OpenDay) -> str:
    if opening.is_all_day:
        return "Open all day"
    spans = (
        f"{clock_text(span.start)} – {clock_text(span.until) if span.until else 'midnight'}" for span in opening.spans
    )
    return ", ".join(spans) or "Closed"


def _clock(moment: datetime, zone: ZoneInfo) -> str:
    wall = moment.astimezone(zone).time()
    return {0: "midnight", 720: "noon"}.get(wall.hour * 60 + wall.minute) or clock_text(wall)


# ---------------------------------------------------------------- columns
def _column(
    resource: Resource | None,
    rows: Iterable[Appointment],
    open_time: Sequence[Interval],
    taken: dict[Kind, list[Interval]],
    *,
    window: Interval,
    zone: ZoneInfo,
    notes: Sequence[str] = (),
    free_from: datetime | None = None,
) -> Column:
    """Visits and what else takes time side by side where they overlap, free time and closed time behind them."""
    blocks = [*_visit_blocks(rows, window)]
    blocks += [block for kind, times in taken.items() for block in _taken_blocks(kind, times, window)]
    packed = day_layout.pack([(block.span, block) for block in blocks])
    shown = [_at(block, span) for span, block in packed]
    width = max((span.of for span, _ in packed), default=1)
    if resource is not None and free_from is not None:
        gone = [(block.starts_at, _free_after(block)) for block in blocks if _takes_time(block)]
        free = day_layout.room_in(open_time, gone, resource.capacity)
        shown += _free_blocks(intersect(free, [(max(free_from, window[0]), window[1])]), window, zone)
        # Where more fit at once, a strip stays free to be clicked.
        width = max(width, min(resource.capacity, width + 1))
    closed = (day_layout.span_in(window, start, end) for start, end in subtract([window], open_time))
    return Column(
        resource=resource,
        hours=hours_text(open_time, zone) if resource else "",
        notes=tuple(notes),
        closed=tuple(span for span in closed if span),
        blocks=tuple(sorted(shown, key=lambda block: (block.starts_at, block.kind == "free", block.span.side))),
        width=width,
    )


def _visit_blocks(rows: Iterable[Appointment], window: Interval) -> Iterable[Block]:
    for row in rows:
        span = day_layout.span_in(window, row.starts_at, row.ends_at)
        if span is not None:
            kind: Kind = "hold" if row.status == AppointmentStatus.HOLD else "visit"
            yield Block(kind, span, row.starts_at, row.ends_at, row)


def _taken_blocks(kind: Kind, times: Iterable[Interval], window: Interval) -> Iterable[Block]:
    # Merged: five busy events at once are one block.
    for start, end in intersect(times, [window]):
        span = day_layout.span_in(window, start, end)
        if span is not None:
            yield Block(kind, span, start, end)


def _free_blocks(stretches: Iterable[Interval], window: Interval, zone: ZoneInfo) -> list[Block]:
    blocks = []
    for start, end in stretches:
        begins = day_layout.on_step(window[0], start)
        span = day_layout.span_in(window, begins, end)
        if span is None or end - begins < SMALLEST_CLICK:
            continue
        pieces = day_layout.starts_in((begins, end), every=CLICK, least=SMALLEST_CLICK, zone=zone)
        starts = tuple(
            (piece, offered)
            for (first, last), offered in pieces
            for piece in [day_layout.span_in((begins, end), first, last)]
            if piece is not None
        )
        blocks.append(Block("free", span, begins, end, starts=starts))
    return blocks


def _at(block: Block, span: Span) -> Block:
    return Block(block.kind, span, block.starts_at, block.ends_at, block.appointment)


def _takes_time(block: Block) -> bool:
    """Who did not come leaves the time to others. A request keeps nothing, but staff should see it as taken."""
    row = block.appointment
    return row is None or row.status != AppointmentStatus.NO_SHOW


def _free_after(block: Block) -> datetime:
    gap = block.appointment.gap_minutes if block.appointment else 0
    return block.ends_at + timedelta(minutes=gap)


# ---------------------------------------------------------------- rows
def _appointments(
    location: Location, bounds: Interval, *, now: datetime, only: Resource | None
) -> QuerySet[Appointment]:
    rows = Appointment.objects.filter(location=location, starts_at__lt=bounds[1], ends_at__gt=bounds[0])
    rows = rows.exclude(status=AppointmentStatus.EXPIRED)
    rows = rows.exclude(status=AppointmentStatus.HOLD, hold_expires_at__lte=now)
    if only is not None:
        rows = rows.filter(assignments__resource=only)
    rows = rows.select_related("service", "lead", "area", "location__business")
    return rows.prefetch_related("assignments__resource").order_by("starts_at", "id")


def _resource_keys(row: Appointment) -> set[int]:
    return {assignment.resource_id for assignment in row.assignments.all()}


def working_at(location: Location) -> QuerySet[Resource]:
    """Whoever can be given something to do at a location."""
    here = Q(locations=None) | Q(locations=location)
    return Resource.objects.filter(here, business=location.business_id, is_active=True).distinct()


def _columns_for(location: Location, rows: Iterable[Appointment]) -> list[Resource]:
    """Who works here, and whoever else has something booked here that day."""
    found = {resource.pk: resource for resource in working_at(location)}
    found |= {item.resource_id: item.resource for row in rows for item in row.assignments.all()}
    return sorted(found.values(), key=lambda row: (ResourceKind.values.index(row.kind), row.name.casefold(), row.pk))


def _openings(location: Location, first: date, days: int) -> list[OpenDay]:
    """The location's own hours, with closures and clock changes named."""
    begins = day_layout.day_bounds(first, location.zone)[0]
    return open_days(
        queries.hours_of(location), queries.overrides_of(location, now=begins), location.zone, first, days=days
    )


def _calendars(resources: Sequence[Resource], location: Location, bounds: Interval) -> dict[int | None, list[Interval]]:
    """What calendars block, by resource; None: everybody at the location."""
    ids = [resource.pk for resource in resources]
    by_calendar = Q(calendar__is_active=True) & (Q(calendar__resource__in=ids) | Q(calendar__location=location))
    by_account = Q(account__is_active=True, account__resource__in=ids)
    rows = BusyTime.objects.filter(by_calendar | by_account, starts_at__lt=bounds[1], ends_at__gt=bounds[0])
    found: dict[int | None, list[Interval]] = defaultdict(list)
    columns = ("calendar__resource_id", "account__resource_id", "starts_at", "ends_at")
    for calendar, account, starts, ends in rows.order_by().values_list(*columns):
        found[calendar or account].append((starts, ends))
    return found


def _elsewhere(
    resources: Sequence[Resource], location: Location, bounds: Interval, *, now: datetime
) -> dict[int, list[Interval]]:
    """When they are booked at other locations of the business."""
    taken = Appointment.objects.blocking(now).filter(starts_at__lt=bounds[1], ends_at__gt=bounds[0])
    rows = Assignment.objects.filter(resource__in=resources, appointment__in=taken.exclude(location=location))
    found: dict[int, list[Interval]] = defaultdict(list)
    for key, starts, ends in rows.order_by().values_list(
        "resource_id", "appointment__starts_at", "appointment__ends_at"
    ):
        found[key].append((starts, ends))
    return found


def _closures(resources: Sequence[Resource], day: date) -> dict[int, list[str]]:
    """What is unusual about somebody's day."""
    rows = Closure.objects.filter(resource__in=resources, starts_on__lte=day, ends_on__gte=day)
    found: dict[int, list[str]] = defaultdict(list)
    for row in rows:
        if row.resource_id is not None:
            found[row.resource_id].append(f"{row.name}: {'away' if row.opens is None else 'other hours'}")
    return found
