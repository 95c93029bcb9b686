"""Whole local days of a report, and the same number of days before them. Pure."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

DEFAULT_DAYS = 30
# As long as there is less to show than this, a month would be mostly empty.
FIRST_DAYS, NEW_UNTIL_DAYS = 7, 14
MOST_DAYS = 366
CHOICES = (7, 30, 90)


@dataclass(frozen=True, slots=True)
class Period:
    """From the first moment of `first` to the last of `last`, both included, where `zone` is."""

    first: date
    last: date
    zone: ZoneInfo

    @property
    def start(self) -> datetime:
        """Its first instant, in UTC."""
        return datetime.combine(self.first, time.min, self.zone).astimezone(UTC)

    @property
    def end(self) -> datetime:
        """The first instant that is no more in it, in UTC. A day of 23 or 25 hours is one day."""
        return datetime.combine(self.last + timedelta(days=1), time.min, self.zone).astimezone(UTC)

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1

    @property
    def before(self) -> "Period":
        """So many days, ending the day before this begins."""
        return Period(self.first - timedelta(days=self.days), self.first - timedelta(days=1), self.zone)

    @property
    def words(self) -> str:
        """ "Mar 2 to Mar 31, 2026", or of one day "Mar 31, 2026"."""
        last = f"{self.last:%b} {self.last.day}, {self.last.year}"
        if self.first == self.last:
            return last
        year = "" if self.first.year == self.last.year else f", {self.first.year}"
        return f"{self.first:%b} {self.first.day}{year} to {last}"


def last_days(days: int, *, zone: ZoneInfo, now: datetime) -> Period:
    """The last `days` local days, today included."""
    today = now.astimezone(zone).date()
    return Period(today - timedelta(days=days - 1), today, zone)


def usual_days(first: datetime | None, *, now: datetime) -> int:
    """How many days are shown to who asks for none; `first`: when the first call came. Pure."""
    return FIRST_DAYS if first is None or now - first < timedelta(days=NEW_UNTIL_DAYS) else DEFAULT_DAYS


def asked_period(
    asked: Mapping[str, str], *, zone: ZoneInfo, now: datetime, usual: Callable[[], int] = lambda: DEFAULT_DAYS
) -> Period:
    """What ?from=&to= or ?days= ask for. What cannot be read, or is too long, becomes the last `usual` days."""
    first, last = _date(asked.get("from", "")), _date(asked.get("to", ""))
    if first is not None and last is not None and first <= last and (last - first).days < MOST_DAYS:
        return Period(first, last, zone)
    days = asked.get("days", "")
    # isascii: int() would take the digits of other scripts as well.
    wanted = int(days) if days.isascii() and days.isdigit() and len(days) < 4 else 0
    return last_days(wanted if 1 <= wanted <= MOST_DAYS else usual(), zone=zone, now=now)


def _date(text: str) -> date | None:
    try:
        found = datetime.strptime(text, "%Y-%m-%d").date()
    except ValueError:
        return None
    # The period before it and its zone must exist as well.
    return found if 2000 <= found.year < 9000 else None
