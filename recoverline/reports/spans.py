"""Time in SQL as numbers, the same on both databases and computed by the database itself.

Django's own functions call back into Python for each row on SQLite: measured 20 times slower at 100,000 calls.
"""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import (
    Case,
    DateTimeField,
    Expression,
    F,
    FloatField,
    Func,
    IntegerField,
    Q,
    Value,
    When,
)

HOUR = 3600
WEEK_HOURS = 168
# 1970 began on a Thursday; weeks here begin on Monday.
_THURSDAY_HOURS = 3 * 24


class SecondsBetween(Func):
    """Seconds from the first instant to the second, to the millisecond; negative when it was earlier.

    Rounding to decimals is the slow part on both databases (text on SQLite, exact decimals on PostgreSQL); to whole
    numbers it costs nothing.
    """

    output_field = FloatField()
    arity = 2

    def as_sqlite(self, compiler: Any, connection: Any, **extra: Any) -> Any:
        first, second = self.get_source_expressions()
        swapped = self.copy()
        swapped.set_source_expressions([second, first])
        template = "ROUND((julianday(%(expressions)s)) * 86400000.0) / 1000.0"
        return swapped.as_sql(compiler, connection, template=template, arg_joiner=") - julianday(", **extra)

    def as_postgresql(self, compiler: Any, connection: Any, **extra: Any) -> Any:
        first, second = self.get_source_expressions()
        swapped = self.copy()
        swapped.set_source_expressions([second, first])
        template = "FLOOR(date_part('epoch', (%(expressions)s)) * 1000 + 0.5) / 1000"
        return swapped.as_sql(compiler, connection, template=template, arg_joiner=") - (", **extra)


class Tenths(Func):
    """A number of seconds in steps of a tenth, which is as exact as anybody reads it."""

    output_field = FloatField()
    arity = 1
    template = "ROUND((%(expressions)s) * 10) / 10.0"

    def as_postgresql(self, compiler: Any, connection: Any, **extra: Any) -> Any:
        # Halves go up, as on SQLite; ROUND of this kind of number would make them even.
        return self.as_sql(compiler, connection, template="FLOOR((%(expressions)s) * 10 + 0.5) / 10", **extra)


class DaysLater(Func):
    """The instant so many times 24 hours later."""

    output_field = DateTimeField()

    def __init__(self, moment: Any, *, days: int = 0, **extra: Any) -> None:
        super().__init__(moment, **extra)
        self.hours = days * 24

    def as_sqlite(self, compiler: Any, connection: Any, **extra: Any) -> Any:
        # As the rows are written, so that text compares as time does.
        template = f"strftime('%%%%Y-%%%%m-%%%%d %%%%H:%%%%M:%%%%f', %(expressions)s, '{self.hours:+d} hours')"
        return self.as_sql(compiler, connection, template=template, **extra)

    def as_postgresql(self, compiler: Any, connection: Any, **extra: Any) -> Any:
        return self.as_sql(compiler, connection, template=f"(%(expressions)s + interval '{self.hours} hours')", **extra)


class Epoch(Func):
    """Whole seconds since 1970."""

    output_field = IntegerField()
    arity = 1

    def as_sqlite(self, compiler: Any, connection: Any, **extra: Any) -> Any:
        # Days with a fraction, to the millisecond; half of one keeps whole seconds from falling below themselves.
        template = "CAST((julianday(%(expressions)s) - 2440587.5) * 86400.0 + 0.0005 AS INTEGER)"
        return self.as_sql(compiler, connection, template=template, **extra)

    def as_postgresql(self, compiler: Any, connection: Any, **extra: Any) -> Any:
        return self.as_sql(compiler, connection, template="FLOOR(date_part('epoch', %(expressions)s))::bigint", **extra)


class WholeSteps(Func):
    """Whole steps of `by` in a whole number that is not negative."""

    output_field = IntegerField()

    def __init__(self, number: Any, by: int) -> None:
        super().__init__(number, Value(by))

    template = "(%(expressions)s)"
    arg_joiner = " / "


def local_seconds(field: str, *, zone: ZoneInfo, start: datetime, end: datetime) -> Expression:
    """Seconds since 1970 as the clocks of `zone` showed them, for instants between `start` and `end`."""
    offsets = offsets_of(zone, start=start, end=end)
    shift: Expression = Value(offsets[-1][1], output_field=IntegerField())
    if len(offsets) > 1:
        until = [
            When(Q(**{f"{field}__lt": after}), then=Value(offset, output_field=IntegerField()))
            for (_, offset), (after, _) in pairwise(offsets)
        ]
        shift = Case(*until, default=shift, output_field=IntegerField())
    return Epoch(F(field)) + shift


def hour_of_week(field: str, *, zone: ZoneInfo, start: datetime, end: datetime) -> Expression:
    """0 (Monday, from midnight) to 167 (Sunday, from 23:00) as the clocks of `zone` showed it."""
    hours = WholeSteps(local_seconds(field, zone=zone, start=start, end=end), HOUR)
    return (hours + Value(_THURSDAY_HOURS)) % Value(WEEK_HOURS)


def local_day(field: str, *, zone: ZoneInfo, start: datetime, end: datetime) -> Expression:
    """Days since 1970 as the calendars of `zone` showed them."""
    return WholeSteps(local_seconds(field, zone=zone, start=start, end=end), 24 * HOUR)


def offsets_of(zone: ZoneInfo, *, start: datetime, end: datetime) -> list[tuple[datetime, int]]:
    """(since when, seconds ahead of UTC) for each time the clocks of `zone` were set between the two. Pure."""
    offsets = [(start, _offset(zone, start))]
    moment = start
    while moment < end:
        # Clocks are set at most twice a month (Morocco around Ramadan): a step of a day sees each change.
        later = min(moment + timedelta(days=1), end)
        if _offset(zone, later) != offsets[-1][1]:
            offsets.append((_change(zone, moment, later), _offset(zone, later)))
        moment = later
    return offsets


def _change(zone: ZoneInfo, early: datetime, late: datetime) -> datetime:
    """The first second after `early` at which the clock shows what it shows at `late`."""
    after = _offset(zone, late)
    while late - early > timedelta(seconds=1):
        middle = early + timedelta(seconds=int((late - early).total_seconds()) // 2)
        early, late = (early, middle) if _offset(zone, middle) == after else (middle, late)
    return late


def _offset(zone: ZoneInfo, moment: datetime) -> int:
    offset = moment.astimezone(UTC).astimezone(zone).utcoffset() or timedelta()
    return int(offset.total_seconds())
