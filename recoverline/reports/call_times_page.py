"""When calls are missed: each hour of the week, each line, and where one more person would help most."""

from collections import defaultdict
from dataclasses import dataclass

from django.db.models import Count

from leads.models import Location
from messaging.enums import CallState, HoursState, MissReason
from messaging.models import PhoneNumber
from recoverline.reports.asking import Asked
from recoverline.reports.calls import incoming, missed
from recoverline.reports.charts import level
from recoverline.reports.spans import hour_of_week
from recoverline.reports.tables import Cell, Table, percent, share_of, table

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
STAFFED = 5  # hours that are named


@dataclass(slots=True)
class _Calls:
    calls: int = 0
    missed: int = 0
    missed_open: int = 0

    def add(self, count: int, state: str, hours_state: str) -> None:
        self.calls += count
        if state == CallState.MISSED:
            self.missed += count
            self.missed_open += count * (hours_state == HoursState.OPEN)


def tables(asked: Asked) -> list[Table]:
    hours = _hours(asked)
    return [_grid(asked, hours), _staff(asked, hours), _lines(asked), _reasons(asked)]


def hour_name(hour: int) -> str:
    """0 is "Monday 12 to 1 am"."""
    day, clock = divmod(hour, 24)
    return f"{WEEKDAYS[day]}, {_clock(clock)} to {_clock((clock + 1) % 24)}"


def _clock(hour: int) -> str:
    return f"{hour % 12 or 12} {'am' if hour < 12 else 'pm'}"


def _hours(asked: Asked) -> dict[int, _Calls]:
    period = asked.period
    hour = hour_of_week("started_at", zone=period.zone, start=period.start, end=period.end)
    found: dict[int, _Calls] = defaultdict(_Calls)
    rows = incoming(asked.scope, period).order_by().annotate(hour=hour).values("hour", "state", "hours_state")
    for row in rows.annotate(n=Count("pk")):
        found[row["hour"]].add(row["n"], row["state"], row["hours_state"])
    return found


def _grid(asked: Asked, hours: dict[int, _Calls]) -> Table:
    most = max((hour.missed for hour in hours.values()), default=0)
    rows: list[list[Cell | str]] = []
    for day, name in enumerate(WEEKDAYS):
        row: list[Cell | str] = [name]
        for clock in range(24):
            number = day * 24 + clock
            count = hours[number].missed if number in hours else 0
            url = asked.behind("missed", hour=number) if count else ""
            row.append(Cell(f"{count:,}", url=url, level=level(count, most)))
        row.append(f"{sum(hours[day * 24 + clock].missed for clock in range(24) if day * 24 + clock in hours):,}")
        rows.append(row)
    return table(
        "hours", "Missed calls by hour of the week", ("Day", *(str(clock) for clock in range(24)), "Day in all"),
        rows if most else [], is_grid=True, empty="No call was missed in this time.",
        hint=f"Hours from midnight, as the clocks of {asked.period.zone.key} show them.",
    )  # fmt: skip


def _staff(asked: Asked, hours: dict[int, _Calls]) -> Table:
    """The hours in which most calls were missed while the business was open: there somebody was wanted."""
    weeks = max(1.0, asked.period.days / 7)
    ranked = sorted(hours.items(), key=lambda item: (-item[1].missed_open, item[0]))
    rows = [
        (
            hour_name(number), Cell(f"{hour.missed_open:,}", url=asked.behind("missed", hour=number, open="yes")),
            f"{hour.missed_open / weeks:.1f}", f"{hour.calls:,}", percent(share_of(hour.missed, hour.calls)),
        )
        for number, hour in ranked[:STAFFED]
        if hour.missed_open
    ]  # fmt: skip
    return table(
        "staff", "What to staff", ("Hour", "Missed while open", "A week", "Calls in all", "Share missed"), rows,
        hint="One more person at the phone helps most in these hours. Calls when you were closed are not in it.",
        empty="No call was missed while you were open.",
    )  # fmt: skip


def _lines(asked: Asked) -> Table:
    """By location, and by where callers got the number."""
    # Grouped by short keys; what they are called is asked once, not of each call.
    groups = incoming(asked.scope, asked.period).order_by().values_list("location", "number", "state", "hours_state")
    places = {place.pk: place for place in Location.objects.filter(business=asked.business)}
    sources = dict(PhoneNumber.objects.filter(business=asked.business).values_list("pk", "source"))
    each: dict[tuple[int, str], _Calls] = defaultdict(_Calls)
    for location, number, state, hours, count in groups.annotate(n=Count("pk")):
        each[location, sources[number]].add(count, state, hours)
    ranked = sorted(each.items(), key=lambda item: (places[item[0][0]].name, item[0][1], item[0][0]))
    shown = [
        (
            places[place].name, source or "Not named", line.calls,
            Cell(f"{line.missed:,}", url=asked.behind("missed", at=places[place].slug, source=source or "none")),
            percent(share_of(line.missed, line.calls)), line.missed - line.missed_open,
        )
        for (place, source), line in ranked
    ]  # fmt: skip
    return table(
        "lines", "By location and source",
        ("Location", "Source", "Calls", "Missed", "Share missed", "Missed while closed"), shown,
        hint="Phone systems that report only missed calls show 100 % here.", words=(1,),
    )  # fmt: skip


def _reasons(asked: Asked) -> Table:
    rows = missed(asked.scope, asked.period).order_by().values_list("miss_reason").annotate(n=Count("pk"))
    ranked = sorted(rows, key=lambda row: (-row[1], row[0]))
    whole = sum(count for _, count in ranked)
    shown = [
        (
            MissReason(reason).label if reason in MissReason.values else "Not known",
            Cell(f"{count:,}", url=asked.behind("missed", reason=reason or "none")),
            percent(share_of(count, whole)),
        )
        for reason, count in ranked
    ]
    return table("reasons", "Why they were missed", ("Reason", "Missed", "Share"), shown)
