"""The row of an appointment before it is saved: its time, who it is for, how it came in."""

import hashlib
from datetime import datetime, timedelta

from django.contrib.auth.base_user import AbstractBaseUser

from scheduling import records
from scheduling.availability import Refusal
from scheduling.enums import AppointmentStatus, BookedBy
from scheduling.models import Appointment, BookingRules, Resource
from scheduling.placing import Wanted
from scheduling.refusals import BookingRefused

_KEY_LENGTH = 100


def blank(wanted: Wanted, rules: BookingRules, *, now: datetime) -> Appointment:
    """What is wanted, at its time."""
    starts_at = wanted.starts_at
    window = timedelta(minutes=rules.arrival_window_minutes)
    return Appointment(
        business=wanted.service.business,
        location=wanted.location,
        service=wanted.service,
        status=AppointmentStatus.CONFIRMED,
        starts_at=starts_at,
        ends_at=starts_at + timedelta(minutes=wanted.service.duration_minutes),
        gap_minutes=rules.gap_after_minutes,
        arrival_ends_at=starts_at + window if window else None,
        created_at=now,
        updated_at=now,
    )


def live_hold(held: Appointment | None, wanted: Wanted, *, now: datetime) -> Appointment | None:
    """The hold as it is now, locked; None when it has run out, or was for something or somebody else."""
    if held is None:
        return None
    rows = Appointment.objects.select_for_update(no_key=True).filter(
        pk=held.pk, status=AppointmentStatus.HOLD, hold_expires_at__gt=now,
        service=wanted.service, location=wanted.location, starts_at=wanted.starts_at,
    )  # fmt: skip
    row = rows.first()
    is_theirs = row is not None and (row.lead_id is None or (wanted.lead is not None and row.lead_id == wanted.lead.pk))
    return row if is_theirs else None


def fill(
    row: Appointment,
    wanted: Wanted,
    *,
    by: BookedBy,
    now: datetime,
    actor: AbstractBaseUser | None,
    idem_key: str | None,
) -> None:
    """Who it is for, and how it came in."""
    lead = wanted.lead
    row.lead, row.area, row.request = lead, wanted.area, wanted.request
    row.name = (wanted.name or (lead.name if lead else ""))[:120]
    row.address, row.note = wanted.address[:200], wanted.note[:500]
    row.booked_by, row.actor_id, row.idem_key = by, actor.pk if actor else None, idem_key
    row.updated_at = now
    row.is_simulated = row.business.is_simulated or bool(lead and lead.is_simulated)


def settle(row: Appointment, *, is_firm: bool, now: datetime) -> None:
    """It is a booking now, or a request, for what its lead has asked for."""
    row.status = AppointmentStatus.CONFIRMED if is_firm else AppointmentStatus.REQUESTED
    row.hold_expires_at, row.booked_at = None, now
    if row.lead is not None and row.request is None:
        row.request = records.request_for(row.lead, row.location, now=now)


def move(row: Appointment, starts_at: datetime) -> None:
    """The same visit at another time: as long as it was booked, whatever its service says by now."""
    by = starts_at - row.starts_at
    row.starts_at, row.ends_at = starts_at, row.ends_at + by
    row.arrival_ends_at = row.arrival_ends_at and row.arrival_ends_at + by


def wanted_of(row: Appointment, starts_at: datetime, resource: Resource | None) -> Wanted:
    """What is wanted when `row` is placed anew."""
    return Wanted(
        service=row.service, location=row.location, starts_at=starts_at, lead=row.lead, request=row.request,
        resource=resource, area=row.area,
    )  # fmt: skip


# ---------------------------------------------------------------- once per key
def stored_key(idem_key: str | None) -> str | None:
    """The key as it is stored: a long one, which only PostgreSQL would refuse, still fits."""
    if not idem_key:
        return None
    return idem_key if len(idem_key) <= _KEY_LENGTH else hashlib.sha256(idem_key.encode()).hexdigest()


def written_under(
    key: str | None, wanted: Wanted, *, is_hold: bool, held: Appointment | None = None
) -> Appointment | None:
    """What was booked, or held, under this (stored) key before. The hold that is being booked may have the same.

    Raises BookingRefused when that was something else, or for somebody else, who must not be shown.
    """
    if key is None:
        return None
    row = Appointment.objects.filter(business=wanted.service.business_id, idem_key=key).first()
    was_hold = row is not None and row.status == AppointmentStatus.HOLD
    if row is None or (held is not None and was_hold and row.pk == held.pk):
        return None
    lead = wanted.lead.pk if wanted.lead else None
    is_same = (row.service_id, row.location_id, row.lead_id) == (wanted.service.pk, wanted.location.pk, lead)
    if not is_same or was_hold != is_hold or (row.version == 1 and row.starts_at != wanted.starts_at):
        raise BookingRefused(Refusal.CHANGED)
    return row
