"""THE door to appointments: hold, book, move, cancel. The robot, staff, the public page and the API all pass here.

One transaction each: hold the resources' rows in key order, give back what ran out, ask the same question as the
listing, write the appointment with its claims. Whoever loses a race gets the next open times and nothing half-written.
"""

from collections.abc import Collection
from datetime import datetime, timedelta

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import IntegrityError, OperationalError, transaction

from scheduling import claims, records, slots
from scheduling.availability import Refusal
from scheduling.enums import AppointmentStatus, BookedBy
from scheduling.models import Appointment, BookingRules, Resource
from scheduling.placing import INSIDE, Wanted, place, refusal, refuse_too_many, rules_for
from scheduling.policy import CHANGEABLE, may_cancel, may_move
from scheduling.refusals import BookingRefused
from scheduling.settings_of import booking_settings

__all__ = [
    "BookingRefused",
    "Wanted",
    "book",
    "cancel",
    "complete",
    "confirm_attendance",
    "confirm_request",
    "expire_holds",
    "hold",
    "mark_no_show",
    "release",
    "reschedule",
]


# ---------------------------------------------------------------- hold and book
def hold(wanted: Wanted, *, by: BookedBy, now: datetime, idem_key: str | None = None) -> Appointment:
    """Keep a slot for the minutes that the business allows. Raises BookingRefused."""
    settings = booking_settings(wanted.service.business)
    until = now + timedelta(minutes=settings.hold_minutes)
    return _write(wanted, by=by, now=now, idem_key=idem_key, actor=None, overrules=False, hold_until=until)


def book(
    wanted: Wanted,
    *,
    by: BookedBy,
    now: datetime,
    actor: AbstractBaseUser | None = None,
    idem_key: str | None = None,
    held: Appointment | None = None,
    overrules: bool = False,
) -> Appointment:
    """Book a slot, or what `held` has kept of it. Raises BookingRefused.

    The result is REQUESTED instead of CONFIRMED when a customer books and no resource with an up-to-date calendar is
    free. The same `idem_key` in a business gives the appointment that exists already. `overrules` is for staff: they
    book outside hours, and over something else (then the appointment says so).
    """
    if held is not None and _holds(held, wanted):
        booked = _book_held(held, wanted, by=by, now=now, actor=actor, idem_key=idem_key)
        if booked is not None:
            return booked
    return _write(wanted, by=by, now=now, idem_key=idem_key, actor=actor, overrules=overrules, hold_until=None)


def release(held: Appointment, *, now: datetime) -> None:
    """Give a held slot back; harmless when it is none any more."""
    with transaction.atomic():
        kept = Appointment.objects.filter(pk=held.pk, status=AppointmentStatus.HOLD)
        if kept.update(status=AppointmentStatus.EXPIRED, closed_at=now, updated_at=now):
            claims.release([held.pk])


def expire_holds(now: datetime) -> int:
    """Give back every hold that has run out; how many."""
    due = Appointment.objects.filter(status=AppointmentStatus.HOLD, hold_expires_at__lte=now)
    rows = list(due.prefetch_related("assignments")[:500])
    for row in rows:
        with transaction.atomic():
            resources = [assignment.resource_id for assignment in row.assignments.all()]
            claims.hold_rows(resources)
            claims.drop_expired(resources, now=now)
    return len(rows)


def _holds(held: Appointment, wanted: Wanted) -> bool:
    return (held.service_id, held.location_id, held.starts_at) == (
        wanted.service.pk, wanted.location.pk, wanted.starts_at,
    )  # fmt: skip


def _book_held(
    held: Appointment,
    wanted: Wanted,
    *,
    by: BookedBy,
    now: datetime,
    actor: AbstractBaseUser | None,
    idem_key: str | None,
) -> Appointment | None:
    """The hold as a booking; None when it has run out, so that the slot has to be had like any other."""
    with transaction.atomic():
        resources = list(held.assignments.values_list("resource_id", flat=True))
        claims.hold_rows(resources, lead=wanted.lead)
        again = _by_key(wanted, idem_key)
        if again is not None:
            return again
        rules_for(wanted, by=by)
        refuse_too_many(wanted, by=by, now=now)
        live = Appointment.objects.filter(pk=held.pk, status=AppointmentStatus.HOLD, hold_expires_at__gt=now)
        if not live.update(hold_expires_at=None, status=AppointmentStatus.CONFIRMED):
            return None
        row = Appointment.objects.get(pk=held.pk)
        _fill(row, wanted, by=by, now=now, actor=actor, idem_key=idem_key)
        is_firm = by in INSIDE or not slots.stale_resources(resources, wanted.location, now=now)
        if not is_firm:
            claims.release([row.pk])
        row.status = AppointmentStatus.CONFIRMED if is_firm else AppointmentStatus.REQUESTED
        row.save()
        records.note_booked(row, now=now, actor=actor)
        return row


def _write(
    wanted: Wanted,
    *,
    by: BookedBy,
    now: datetime,
    idem_key: str | None,
    actor: AbstractBaseUser | None,
    overrules: bool,
    hold_until: datetime | None,
) -> Appointment:
    try:
        with transaction.atomic():
            again = _by_key(wanted, idem_key)
            if again is not None:
                return again
            rules = rules_for(wanted, by=by)
            candidates = slots.eligible(wanted.service, wanted.location, resource=wanted.resource)
            keys = [row.pk for group in candidates for row in group]
            claims.hold_rows(keys, lead=wanted.lead)
            # Once more, now that everybody else has to wait: whoever pressed twice was first.
            again = _by_key(wanted, idem_key)
            if again is not None:
                return again
            claims.drop_expired(keys, now=now)
            refuse_too_many(wanted, by=by, now=now)
            row = _blank(wanted, rules, now=now)
            found = place(row, wanted, by=by, now=now, overrules=overrules)
            _fill(row, wanted, by=by, now=now, actor=actor, idem_key=idem_key)
            row.is_overbooked = found.is_overbooked
            if hold_until is not None:
                row.status, row.hold_expires_at, row.booked_at = AppointmentStatus.HOLD, hold_until, None
            elif not found.is_firm:
                row.status = AppointmentStatus.REQUESTED
            row.save(force_insert=True)
            # A hold keeps the time even where a calendar is out of date: only the promise is not firm.
            claims.assign(row, found.lanes, takes=found.takes_time or row.status == AppointmentStatus.HOLD)
            if hold_until is None:
                records.note_booked(row, now=now, actor=actor)
            return row
    except (IntegrityError, OperationalError) as error:
        again = _by_key(wanted, idem_key)
        if again is not None:
            return again
        raise refusal(Refusal.TAKEN, wanted, now=now) from error
    except BookingRefused as refused:
        raise refusal(refused.reason, wanted, now=now) from None


# ---------------------------------------------------------------- changes
def confirm_request(
    appointment: Appointment, *, actor: AbstractBaseUser, now: datetime, overrules: bool = False
) -> Appointment:
    """Staff say yes to what was asked for, if it is still free. Raises BookingRefused."""
    return _change(
        appointment, by=BookedBy.STAFF, now=now, actor=actor, version=appointment.version, overrules=overrules,
        only=[AppointmentStatus.REQUESTED],
    )  # fmt: skip


def reschedule(
    appointment: Appointment,
    *,
    starts_at: datetime,
    by: BookedBy,
    now: datetime,
    version: int,
    actor: AbstractBaseUser | None = None,
    resource: Resource | None = None,
    overrules: bool = False,
) -> Appointment:
    """Move it, keeping its resources where they are free. The old slot is kept until the new one is had.

    `version` is the one that whoever moves it has seen. Raises BookingRefused.
    """
    return _change(
        appointment, by=by, now=now, actor=actor, version=version, overrules=overrules, starts_at=starts_at,
        resource=resource, only=CHANGEABLE,
    )  # fmt: skip


def cancel(
    appointment: Appointment,
    *,
    by: BookedBy,
    now: datetime,
    version: int,
    actor: AbstractBaseUser | None = None,
    reason: str = "",
) -> Appointment:
    """Cancel it and free its time. Raises BookingRefused."""
    with transaction.atomic():
        row = _fresh(appointment, version=version)
        notice = timedelta(minutes=booking_settings(row.business).cancel_notice_minutes)
        if by in INSIDE:
            if row.status not in CHANGEABLE:
                raise BookingRefused(Refusal.CHANGED)
        elif not may_cancel(row.status, starts_at=row.starts_at, now=now, notice=notice):
            raise BookingRefused(Refusal.TOO_LATE if row.status in CHANGEABLE else Refusal.CHANGED)
        row.cancel_reason = reason[:200]
        _finish(row, AppointmentStatus.CANCELED, now=now)
        claims.release([row.pk])
        records.reopen_request(row)
        records.note("appointment.canceled", row, "Canceled", by=by, now=now, actor=actor)
    return row


def complete(appointment: Appointment, *, actor: AbstractBaseUser, now: datetime) -> Appointment:
    """The visit took place. Raises BookingRefused when it was not booked any more."""
    return _end(appointment, AppointmentStatus.COMPLETED, "appointment.completed", "Done", actor=actor, now=now)


def mark_no_show(appointment: Appointment, *, actor: AbstractBaseUser, now: datetime) -> Appointment:
    """The customer was not there; what is left of the time is free. Raises BookingRefused."""
    return _end(
        appointment, AppointmentStatus.NO_SHOW, "appointment.missed", "Customer did not come", actor=actor, now=now
    )


def confirm_attendance(appointment: Appointment, *, version: int, now: datetime) -> bool:
    """The customer says that they will be there; False when that was known, or when it has changed or begun."""
    open_rows = Appointment.objects.upcoming(now).filter(pk=appointment.pk, version=version)
    with transaction.atomic():
        if not open_rows.filter(customer_confirmed_at=None).update(customer_confirmed_at=now, updated_at=now):
            return False
        row = Appointment.objects.select_related("business", "location", "service", "lead").get(pk=appointment.pk)
        records.note("appointment.confirmed", row, "The customer will be there", by=BookedBy.TEXT, now=now, actor=None)
    return True


def _change(
    appointment: Appointment,
    *,
    by: BookedBy,
    now: datetime,
    actor: AbstractBaseUser | None,
    version: int,
    overrules: bool,
    only: Collection[AppointmentStatus],
    starts_at: datetime | None = None,
    resource: Resource | None = None,
) -> Appointment:
    """Place it anew: at another time, or for the first time when it was only asked for."""
    row = appointment
    wanted = _wanted(row, starts_at or row.starts_at, resource)
    try:
        with transaction.atomic():
            candidates = slots.eligible(row.service, row.location, resource=resource)
            keys = {item.pk for group in candidates for item in group}
            keys |= set(row.assignments.values_list("resource_id", flat=True))
            claims.hold_rows(keys)
            claims.drop_expired(keys, now=now)
            row = _fresh(appointment, version=version)
            if row.status not in only:
                raise BookingRefused(Refusal.CHANGED)
            was_requested = row.status == AppointmentStatus.REQUESTED
            moves = starts_at is not None
            if moves and by not in INSIDE:
                notice = timedelta(minutes=booking_settings(row.business).move_notice_minutes)
                if not may_move(row.status, starts_at=row.starts_at, now=now, notice=notice):
                    raise BookingRefused(Refusal.TOO_LATE)
            if moves and not was_requested and starts_at == row.starts_at and resource is None:
                return row
            wanted = _wanted(row, starts_at or row.starts_at, resource)
            rules_for(wanted, by=by)
            length, window = row.duration, row.arrival_ends_at and row.arrival_ends_at - row.starts_at
            row.starts_at, row.ends_at = wanted.starts_at, wanted.starts_at + length
            row.arrival_ends_at = row.starts_at + window if window else None
            found = place(row, wanted, by=by, now=now, overrules=overrules)
            row.status = AppointmentStatus.CONFIRMED if found.is_firm else AppointmentStatus.REQUESTED
            row.is_overbooked, row.customer_confirmed_at = found.is_overbooked, None
            row.booked_at = row.booked_at or now
            row.version, row.updated_at = row.version + 1, now
            row.save()
            claims.assign(row, found.lanes, takes=found.takes_time)
            if moves:
                records.note("appointment.moved", row, "Moved to", by=by, now=now, actor=actor)
            else:
                records.note("appointment.booked", row, "Confirmed", by=by, now=now, actor=actor)
            return row
    except (IntegrityError, OperationalError) as error:
        raise refusal(Refusal.TAKEN, wanted, now=now) from error
    except BookingRefused as refused:
        raise refusal(refused.reason, wanted, now=now) from None


def _end(
    appointment: Appointment,
    status: AppointmentStatus,
    kind: str,
    words: str,
    *,
    actor: AbstractBaseUser,
    now: datetime,
) -> Appointment:
    with transaction.atomic():
        row = _fresh(appointment, version=None)
        if row.status != AppointmentStatus.CONFIRMED:
            raise BookingRefused(Refusal.CHANGED)
        _finish(row, status, now=now)
        if status == AppointmentStatus.NO_SHOW:
            claims.release([row.pk])
        records.note(kind, row, words, by=BookedBy.STAFF, now=now, actor=actor)
    return row


# ---------------------------------------------------------------- rows
def _by_key(wanted: Wanted, idem_key: str | None) -> Appointment | None:
    if idem_key is None:
        return None
    return Appointment.objects.filter(business=wanted.service.business_id, idem_key=idem_key).first()


def _fresh(appointment: Appointment, *, version: int | None) -> Appointment:
    """The row as it is, held until the end of the transaction."""
    row = Appointment.objects.select_for_update().get(pk=appointment.pk)
    if version is not None and row.version != version:
        raise BookingRefused(Refusal.CHANGED)
    return row


def _blank(wanted: Wanted, rules: BookingRules, *, now: datetime) -> Appointment:
    starts_at = wanted.starts_at
    window = timedelta(minutes=rules.arrival_window_minutes)
    return Appointment(
        business_id=wanted.service.business_id,
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


def _fill(
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
    row.lead, row.area = lead, wanted.area
    row.name = (wanted.name or (lead.name if lead else ""))[:120]
    row.address, row.note = wanted.address[:200], wanted.note[:500]
    row.booked_by, row.actor_id, row.idem_key = by, actor.pk if actor else None, idem_key
    row.booked_at, row.updated_at = now, now
    row.is_simulated = row.business.is_simulated or bool(lead and lead.is_simulated)
    row.request = wanted.request or (records.request_for(wanted.lead, wanted.location, now=now) if lead else None)


def _wanted(row: Appointment, starts_at: datetime, resource: Resource | None) -> Wanted:
    return Wanted(
        service=row.service, location=row.location, starts_at=starts_at, lead=row.lead, request=row.request,
        resource=resource, area=row.area,
    )  # fmt: skip


def _finish(row: Appointment, status: AppointmentStatus, *, now: datetime) -> None:
    row.status, row.version = status, row.version + 1
    row.closed_at = row.updated_at = now
    row.save(update_fields=["status", "version", "closed_at", "updated_at", "cancel_reason"])
