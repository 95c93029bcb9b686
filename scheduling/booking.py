"""THE door to appointments: hold, book, move, cancel. The robot, staff, the public page and the API all pass here.

One transaction each: hold the resources' rows in key order, give back what ran out, ask the same question as the
listing, write the appointment with its claims. Whoever loses a race gets the next open times and nothing half-written.
"""

from collections.abc import Collection
from datetime import datetime, timedelta

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import IntegrityError, OperationalError, transaction

from scheduling import claims, drafts, records
from scheduling.availability import Refusal
from scheduling.enums import AppointmentStatus, BookedBy
from scheduling.models import Appointment, Resource
from scheduling.placing import INSIDE, Wanted, keys_to_hold, place, refusal, refuse_too_many, rules_for
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
    "note_address",
    "release",
    "reschedule",
]


# ---------------------------------------------------------------- hold and book
def hold(
    wanted: Wanted, *, by: BookedBy, now: datetime, idem_key: str | None = None, for_minutes: int | None = None
) -> Appointment:
    """Keep a slot `for_minutes`, if not given as long as the business allows. Raises BookingRefused.

    The same `idem_key` gives the hold that exists already, while it lasts.
    """
    minutes = for_minutes or booking_settings(wanted.service.business).hold_minutes
    until = now + timedelta(minutes=minutes)
    return _write(wanted, by=by, now=now, idem_key=idem_key, hold_until=until)


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
    free. The same `idem_key` in a business gives the appointment that exists already, as it is by now; for something
    else, or somebody else, it is refused. `overrules` is for staff: they book outside hours, and over something else
    (then the appointment says so). A hold that has run out, or was for something else, counts for nothing.
    """
    return _write(wanted, by=by, now=now, idem_key=idem_key, held=held, actor=actor, overrules=overrules)


def release(held: Appointment, *, now: datetime) -> None:
    """Give a held slot back; harmless when it is none any more."""
    with transaction.atomic():
        claims.end_holds(Appointment.objects.filter(pk=held.pk), now=now)


def expire_holds(now: datetime) -> int:
    """Give back every hold that has run out; how many."""
    due = Appointment.objects.filter(status=AppointmentStatus.HOLD, hold_expires_at__lte=now)
    ended = 0
    for row in due.prefetch_related("assignments")[:500]:
        with transaction.atomic():
            claims.hold_rows(assignment.resource_id for assignment in row.assignments.all())
            ended += claims.end_holds(Appointment.objects.filter(pk=row.pk, hold_expires_at__lte=now), now=now)
    return ended


def _write(
    wanted: Wanted,
    *,
    by: BookedBy,
    now: datetime,
    idem_key: str | None,
    held: Appointment | None = None,
    actor: AbstractBaseUser | None = None,
    overrules: bool = False,
    hold_until: datetime | None = None,
) -> Appointment:
    key, is_hold = drafts.stored_key(idem_key), hold_until is not None
    try:
        with transaction.atomic():
            keys = keys_to_hold(wanted, also=held)
            claims.hold_rows(keys, lead=wanted.lead)
            claims.drop_expired(keys, now=now)
            # Asked now that everybody else has to wait: whoever pressed twice was first.
            again = drafts.written_under(key, wanted, is_hold=is_hold, held=held)
            if again is not None:
                return again
            rules = rules_for(wanted, by=by, now=now)
            refuse_too_many(wanted, by=by, now=now)
            row = drafts.live_hold(held, wanted, now=now) or drafts.blank(wanted, rules, now=now)
            found = place(row, wanted, rules, keys, by=by, now=now, overrules=overrules)
            drafts.fill(row, wanted, by=by, now=now, actor=actor, idem_key=key)
            row.is_overbooked = found.is_overbooked
            if hold_until is None:
                drafts.settle(row, is_firm=found.is_firm, now=now)
            else:
                row.status, row.hold_expires_at = AppointmentStatus.HOLD, hold_until
            is_new = row.pk is None
            row.save()
            # A hold keeps the time even where a calendar is out of date: only the promise is not firm.
            claims.assign(row, found.lanes, takes=found.takes_time or hold_until is not None, is_new=is_new)
            if hold_until is None:
                records.note_booked(row, now=now, actor=actor)
            return row
    except (IntegrityError, OperationalError) as error:
        again = drafts.written_under(key, wanted, is_hold=is_hold, held=held)
        if again is not None:
            return again
        raise refusal(Refusal.TAKEN, wanted, by=by, now=now) from error
    except BookingRefused as refused:
        raise refusal(refused.reason, wanted, by=by, now=now, is_taken=refused.is_taken) from None


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


def note_address(appointment: Appointment, address: str, *, by: BookedBy, now: datetime) -> bool:
    """Where to go, learned after the booking; False when it was known, or when nobody goes there any more.

    No new version: links and texts about the time stay as true as they were.
    """
    with transaction.atomic():
        rows = Appointment.objects.filter(pk=appointment.pk, status__in=CHANGEABLE, starts_at__gt=now)
        rows = rows.exclude(address=address[:200])
        if not rows.update(address=address[:200], updated_at=now):
            return False
        row = Appointment.objects.select_related("business", "location", "service", "lead").get(pk=appointment.pk)
        records.note("appointment.detailed", row, f"Address: {address[:200]}", by=by, now=now, actor=None)
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
    wanted = drafts.wanted_of(appointment, starts_at or appointment.starts_at, resource)
    try:
        with transaction.atomic():
            keys = keys_to_hold(wanted, also=appointment)
            claims.hold_rows(keys)
            claims.drop_expired(keys, now=now)
            row = _fresh(appointment, version=version)
            if row.status not in only:
                raise BookingRefused(Refusal.CHANGED)
            moves = starts_at is not None
            if moves and by not in INSIDE:
                notice = timedelta(minutes=booking_settings(row.business).move_notice_minutes)
                if not may_move(row.status, starts_at=row.starts_at, now=now, notice=notice):
                    raise BookingRefused(Refusal.TOO_LATE)
            stands = row.status == AppointmentStatus.CONFIRMED and starts_at == row.starts_at
            if stands and resource is None:
                return row
            wanted = drafts.wanted_of(row, starts_at or row.starts_at, resource)
            rules = rules_for(wanted, by=by, now=now, is_move=True)
            drafts.move(row, wanted.starts_at)
            found = place(row, wanted, rules, keys, by=by, now=now, overrules=overrules)
            if row.status == AppointmentStatus.CONFIRMED and not found.is_firm:
                # A promise is not given up for a time that nobody can promise.
                raise BookingRefused(Refusal.UNSURE)
            drafts.settle(row, is_firm=found.is_firm, now=row.booked_at or now)
            row.is_overbooked, row.customer_confirmed_at = found.is_overbooked, None
            row.version, row.updated_at = row.version + 1, now
            row.save()
            claims.assign(row, found.lanes, takes=found.takes_time)
            records.note_placed(row, moves=moves, by=by, now=now, actor=actor)
            return row
    except (IntegrityError, OperationalError) as error:
        raise refusal(Refusal.TAKEN, wanted, by=by, now=now, ignoring=appointment) from error
    except BookingRefused as refused:
        raise refusal(refused.reason, wanted, by=by, now=now, ignoring=appointment, is_taken=refused.is_taken) from None


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
            records.reopen_request(row)
        records.note(kind, row, words, by=BookedBy.STAFF, now=now, actor=actor)
    return row


def _fresh(appointment: Appointment, *, version: int | None) -> Appointment:
    """The row as it is, held until the end of the transaction. Raises BookingRefused when it is another by now."""
    row = Appointment.objects.select_for_update(no_key=True).filter(pk=appointment.pk).first()
    if row is None or (version is not None and row.version != version):
        raise BookingRefused(Refusal.CHANGED)
    return row


def _finish(row: Appointment, status: AppointmentStatus, *, now: datetime) -> None:
    row.status, row.version = status, row.version + 1
    row.closed_at = row.updated_at = now
    row.save(update_fields=["status", "version", "closed_at", "updated_at", "cancel_reason"])
