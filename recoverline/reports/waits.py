"""How much of a wait fell into open hours."""

from bisect import bisect_right
from datetime import datetime, timedelta

from leads.models import Location
from recoverline.reports.asking import Asked
from scheduling import queries
from scheduling.intervals import Interval

# Somebody may have waited since before the period began; longer than this counts as if it had been open.
LONGEST = timedelta(days=60)


def open_seconds(open_times: list[Interval], start: datetime, end: datetime) -> float:
    """The seconds between the two instants that lie in `open_times`, which are sorted and apart. Pure."""
    seconds = 0.0
    for index in range(max(0, bisect_right(open_times, start, key=lambda interval: interval[0]) - 1), len(open_times)):
        opens, closes = open_times[index]
        if opens >= end:
            break
        seconds += max(0.0, (min(end, closes) - max(start, opens)).total_seconds())
    return round(seconds, 1)


class OpenTime:
    """The hours of the locations of a report, each read once, when it is first asked for."""

    def __init__(self, asked: Asked) -> None:
        self._business = asked.business
        self._from, self._to = asked.period.start - LONGEST, asked.period.end
        self._times: dict[int, list[Interval]] = {}

    def seconds(self, place: int, start: datetime, end: datetime) -> float:
        """Of a wait at the location with the id `place`."""
        if place not in self._times:
            location = Location.objects.select_related("business").get(business=self._business, pk=place)
            self._times[place] = queries.open_times(location, start=self._from, end=self._to)
        before = max(0.0, (min(end, self._from) - start).total_seconds())
        return before + open_seconds(self._times[place], max(start, self._from), end)
