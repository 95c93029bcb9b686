"""The same listing from rows, in the database that is set up; prints one line of JSON for bench.availability."""

import json
import time
from datetime import UTC, datetime, timedelta

from django.core.management import call_command
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from bench.availability import (
    APPOINTMENTS,
    CLOSES,
    DAYS,
    FIRST,
    OPENS,
    RESOURCES,
    ROUNDS,
    ZONE,
    Load,
    at,
    engine,
    growths,
    make_load,
    timed,
)
from leads.models import Business, Location, Service
from scheduling.enums import AppointmentStatus, BookedBy
from scheduling.models import Appointment, Assignment, BookingRules, OpeningHours, Resource
from scheduling.slots import open_slots

NOW = datetime.combine(FIRST, OPENS, tzinfo=ZONE).astimezone(UTC) - timedelta(days=1)
LAST = FIRST + timedelta(days=DAYS - 1)


def main() -> None:
    call_command("migrate", verbosity=0)
    load = make_load(RESOURCES, APPOINTMENTS)
    service, location = fill("main", load)
    listing = listed(service, location)
    if listing != engine(load, "opening")():
        raise SystemExit("rows and prepared lanes give different starts")
    with CaptureQueriesContext(
        connection,
    ) as queries:
        listed(service, location)
    result = {
        "listing": timed(lambda: listed(service, location), ROUNDS),
        "processor": timed(lambda: listed(service, location), ROUNDS, watch=time.process_time),
        "queries": len(queries),
        "slots": len(listing),
        "growth": [
            (name, sizes, [measure(f"{index}-{size}", load) for size, load in zip(sizes, loads, strict=True)])
            for index, (name, sizes, loads) in enumerate(growths())
        ],
    }
    print(json.dumps(result))


def listed(service: Service, location: Location) -> list[datetime]:
    return open_slots(service, location, now=NOW, first=FIRST, last=LAST)


def measure(name: str, load: Load) -> float:
    service, location = fill(name, load)
    return at(timed(lambda: listed(service, location), ROUNDS // 3), 0.5)


@transaction.atomic
def fill(name: str, load: Load) -> tuple[Service, Location]:
    """A business with these resources and appointments; what others have stays in the tables."""
    business = Business.objects.create(name=name, slug=f"bench-{name}", time_zone=str(ZONE))
    location = Location.objects.create(business=business, name="Shop", slug="shop", time_zone=str(ZONE))
    service = Service.objects.create(business=business, name="Repair", duration_minutes=60)
    BookingRules.objects.create(service=service, place="location", notice_minutes=0, step_minutes=30)
    for weekday in range(7):
        OpeningHours.objects.create(business=business, weekday=weekday, opens=OPENS, closes=CLOSES)
    resources = [Resource.objects.create(business=business, name=f"R{index:03}") for index in range(load.resources)]
    appointments = Appointment.objects.bulk_create(
        Appointment(
            business=business,
            location=location,
            service=service,
            status=AppointmentStatus.CONFIRMED,
            starts_at=start,
            ends_at=end,
            booked_by=BookedBy.STAFF,
            created_at=NOW,
            updated_at=NOW,
        )
        for _, start, end in load.taken
    )
    Assignment.objects.bulk_create(
        Assignment(appointment=appointment, resource=resources[index])
        for appointment, (index, _, _) in zip(appointments, load.taken, strict=True)
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    return service, location
