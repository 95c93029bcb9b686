"""How long it takes from one area to the next."""

from datetime import timedelta

from leads.models import Location
from scheduling.availability import NOTHING, Travel
from scheduling.models import BookingSettings, TravelTime


def travel_table(settings: BookingSettings, location: Location) -> Travel:
    """Minutes between two areas of the business; within one area and where an area is not known there are none."""
    table: dict[tuple[int, int], timedelta] = {}
    rows = TravelTime.objects.filter(business=location.business_id)
    for origin, destination, minutes in rows.values_list("origin_id", "destination_id", "minutes"):
        table[origin, destination] = table[destination, origin] = timedelta(minutes=minutes)
    otherwise = timedelta(minutes=settings.default_travel_minutes)

    def between(origin: int | None, destination: int | None) -> timedelta:
        if origin is None or destination is None:
            return NOTHING
        return table.get((origin, destination), NOTHING if origin == destination else otherwise)

    return between
