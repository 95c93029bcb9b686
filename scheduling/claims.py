"""Claims: five-minute steps of a resource's seat, unique in the database, which is what refuses a second booking.

Whoever books, moves or expires holds the rows of the resources concerned, in key order, so that two who want each
other's time wait instead of killing each other. SQLite has one writer anyway.
"""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta

from django.db import connection
from django.db.models import QuerySet

from leads.models import Lead
from scheduling.availability import Lane
from scheduling.enums import AppointmentStatus
from scheduling.models import Appointment, Assignment, Claim, Resource
from scheduling.models.resources import STEP

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_STEP = timedelta(minutes=STEP)
LOCK_TIMEOUT = "3s"


def is_on_step(moment: datetime) -> bool:
    """Whether claims can begin exactly here."""
    return (moment - _EPOCH) % _STEP == timedelta()


def hold_rows(resources: Iterable[int], *, lead: Lead | None = None) -> None:
    """For the rest of this transaction, let bookings of these resources follow each other. The lead's row comes first.

    Raises OperationalError when somebody else holds them for longer than three seconds (PostgreSQL).
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'")
    if lead is not None:
        list(Lead.objects.select_for_update(no_key=True).filter(pk=lead.pk).values_list("pk"))
    rows = Resource.objects.select_for_update(no_key=True).filter(pk__in=set(resources))
    list(rows.order_by("pk").values_list("pk"))


def drop_expired(resources: Iterable[int], *, now: datetime) -> None:
    """Give back what holds that ran out still claim of these resources (held by `hold_rows`)."""
    over = Appointment.objects.filter(
        status=AppointmentStatus.HOLD, hold_expires_at__lte=now, assignments__resource__in=set(resources)
    )
    keys = list(over.values_list("pk", flat=True))
    if keys:
        end_holds(Appointment.objects.filter(pk__in=keys), now=now)


def end_holds(rows: QuerySet[Appointment], *, now: datetime) -> int:
    """Give back those of `rows` that still are holds, and the keys that asked for them; how many."""
    holds = rows.filter(status=AppointmentStatus.HOLD).select_for_update(no_key=True)
    keys = list(holds.order_by("pk").values_list("pk", flat=True))
    if keys:
        Appointment.objects.filter(pk__in=keys).update(
            status=AppointmentStatus.EXPIRED, idem_key=None, closed_at=now, updated_at=now
        )
        release(keys)
    return len(keys)


def release(appointments: Iterable[int]) -> None:
    """Delete the claims of these appointments; who they were assigned to stays on record."""
    Claim.objects.filter(assignment__appointment__in=list(appointments)).delete()


def assign(appointment: Appointment, chosen: Sequence[Lane], *, takes: bool = True, is_new: bool = False) -> None:
    """Give the appointment these lanes instead of the ones it had, and their time if it `takes` it.

    `is_new`: it had none. Raises IntegrityError when some of it is claimed.
    """
    if not is_new:
        appointment.assignments.all().delete()
    rows = [Assignment(appointment=appointment, resource_id=int(lane.resource), seat=lane.seat) for lane in chosen]
    Assignment.objects.bulk_create(rows)
    if takes:
        buckets = range_of(appointment)
        Claim.objects.bulk_create(
            Claim(assignment=row, resource_id=row.resource_id, seat=row.seat, bucket=bucket)
            for row in rows
            for bucket in buckets
        )


def range_of(appointment: Appointment) -> range:
    """The steps that an appointment takes with the gap after it, rounded outward."""
    ends = appointment.ends_at + timedelta(minutes=appointment.gap_minutes)
    return range((appointment.starts_at - _EPOCH) // _STEP, -(-(ends - _EPOCH) // _STEP))


def are_free(appointment: Appointment, chosen: Sequence[Lane]) -> bool:
    """Whether nobody else has claimed any of these lanes in the appointment's time."""
    buckets = range_of(appointment)
    taken = Claim.objects.filter(bucket__gte=buckets.start, bucket__lt=buckets.stop)
    others = taken.exclude(assignment__appointment=appointment) if appointment.pk else taken
    return not any(others.filter(resource=int(lane.resource), seat=lane.seat).exists() for lane in chosen)
