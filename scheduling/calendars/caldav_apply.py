"""What a calendar's answer does to our rows: the verdicts of `caldav_merge`, carried out by `scheduling.booking`."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction

from leads import events
from scheduling import booking
from scheduling.calendars.caldav_client import Found
from scheduling.calendars.caldav_event import Seen, Unreadable, read_event
from scheduling.calendars.caldav_merge import Ours, Verdict, Wish, judge
from scheduling.calendars.ics import write_calendar
from scheduling.enums import AppointmentStatus, BookedBy, PushState
from scheduling.models import Appointment, CalDAVAccount, CalendarObject

_HISTORY = (AppointmentStatus.COMPLETED, AppointmentStatus.NO_SHOW)


@dataclass(frozen=True, slots=True)
class Remembered:
    """What we knew of an object before we asked; whoever writes meanwhile makes our answer an old one."""

    etag: str
    pushed_version: int


def remembered(row: CalendarObject) -> Remembered:
    return Remembered(row.etag, row.pushed_version)


def zone_of(account: CalDAVAccount) -> ZoneInfo:
    return ZoneInfo(account.time_zone) if account.time_zone else account.business.zone


def wish_for(appointment: Appointment, account: CalDAVAccount, *, now: datetime) -> Wish:
    """What we want of `appointment` to be in the calendar."""
    if appointment.status in _HISTORY:
        return Wish.AS_IT_IS
    is_assigned = appointment.assignments.filter(resource=account.resource_id).exists()
    if appointment.status != AppointmentStatus.CONFIRMED or not is_assigned:
        return Wish.ABSENT
    return Wish.PRESENT if appointment.ends_at > now else Wish.AS_IT_IS


def text_of(appointment: Appointment, account: CalDAVAccount, *, now: datetime) -> str:
    """The object as it goes into the calendar, with the customer only where that is switched on."""
    name, zone = str(account.resource), appointment.location.zone
    return write_calendar(
        [appointment], name=name, zone=zone, shows_customers=account.shows_customers, now=now
    ).decode()


def settle(object_id: int, found: Found | None, *, before: Remembered, now: datetime) -> Verdict | None:
    """Act on what was read of an object of ours (None: it is gone); None when a push was quicker than the answer."""
    with transaction.atomic():
        row = CalendarObject.objects.select_for_update().get(pk=object_id)
        if row.appointment is None or remembered(row) != before:
            return None
        appointment = row.appointment
        ours = _ours(row, appointment, now=now)
        try:
            seen = None if found is None else read_event(found.text, zone=zone_of(row.account))
        except Unreadable as problem:
            return _meet_strangeness(row, ours, found, problem, now=now)
        verdict = judge(ours, seen)
        _remember(row, found)
        if verdict is Verdict.MOVED and seen is not None:
            verdict = _follow_move(row, appointment, seen, now=now)
        elif verdict is Verdict.CANCELED:
            verdict = _follow_cancellation(row, appointment, found, now=now)
        elif verdict is Verdict.NOTHING_NEW:
            _rest(row, appointment, ours, seen)
        else:
            _write_ours(row, appointment, verdict, now=now)
        return verdict


def settle_elsewhere(
    object_id: int, other: CalDAVAccount, found: Found, *, before: Remembered, now: datetime
) -> Verdict | None:
    """Act on an event that was dragged from its calendar into that of `other`; None when there is more to it."""
    with transaction.atomic():
        row = CalendarObject.objects.select_for_update().get(pk=object_id)
        if row.appointment is None or remembered(row) != before:
            return None
        appointment, ours = row.appointment, _ours(row, row.appointment, now=now)
        try:
            seen = read_event(found.text, zone=zone_of(other))
        except Unreadable:
            return None
        if ours.wish is not Wish.PRESENT or ours.is_ahead or ours.has_begun or seen.is_canceled:
            return None
        try:
            moved = booking.reschedule(
                appointment, starts_at=seen.starts_at, by=BookedBy.CALENDAR, now=now, version=appointment.version,
                resource=other.resource, overrules=True,
            )  # fmt: skip
        except booking.BookingRefused as refused:
            _remember(row, None)
            _write_ours(row, appointment, Verdict.CONFLICT, now=now, why=str(refused))
            return Verdict.CONFLICT
        _remember(row, None)
        _update(row, state=PushState.REMOVED, next_at=None, attempts=0, problem="")
        CalendarObject.objects.filter(account=other, uid=row.uid).delete()
        new = CalendarObject.objects.create(
            account=other, appointment=moved, uid=row.uid, state=PushState.DUE, next_at=now
        )  # fmt: skip
        _remember(new, found)
        return Verdict.MOVED


def _ours(row: CalendarObject, appointment: Appointment, *, now: datetime) -> Ours:
    return Ours(
        wish=wish_for(appointment, row.account, now=now),
        version=appointment.version,
        pushed_version=row.pushed_version,
        starts_at=appointment.starts_at,
        ends_at=appointment.ends_at,
        has_begun=appointment.starts_at <= now,
        last=_last(row),
    )


def _last(row: CalendarObject) -> Seen | None:
    return None if not row.body or strangeness(row) else read_event(row.body, zone=zone_of(row.account))


def _remember(row: CalendarObject, found: Found | None) -> None:
    known = {"href": found.href, "etag": found.etag, "body": found.text} if found else dict.fromkeys(_PLACE, "")
    _update(row, **known)


_PLACE = ("href", "etag", "body")


def _update(row: CalendarObject, **values: Any) -> None:
    CalendarObject.objects.filter(pk=row.pk).update(**values)
    for name, value in values.items():
        setattr(row, name, value)


def _rest(row: CalendarObject, appointment: Appointment, ours: Ours, seen: Seen | None) -> None:
    """Nothing to follow; what the calendar has already need not be pushed either."""
    if seen is None or (ours.wish is Wish.ABSENT and seen.is_canceled):
        _update(row, state=PushState.REMOVED, next_at=None, attempts=0, problem="")
    elif ours.wish is Wish.PRESENT and seen == Seen(appointment.starts_at, appointment.ends_at):
        _update(
            row, state=PushState.SYNCED, next_at=None, attempts=0, problem="", pushed_version=appointment.version
        )  # fmt: skip


def _follow_move(row: CalendarObject, appointment: Appointment, seen: Seen, *, now: datetime) -> Verdict:
    try:
        moved = booking.reschedule(
            appointment, starts_at=seen.starts_at, by=BookedBy.CALENDAR, now=now, version=appointment.version,
            resource=row.account.resource, overrules=True,
        )  # fmt: skip
    except booking.BookingRefused as refused:
        _write_ours(row, appointment, Verdict.CONFLICT, now=now, why=str(refused))
        return Verdict.CONFLICT
    if seen.ends_at == moved.ends_at:
        # The calendar has this version already: nothing to push.
        _update(row, state=PushState.SYNCED, next_at=None, attempts=0, problem="", pushed_version=moved.version)
    else:
        _update(row, state=PushState.DUE, next_at=now)
    return Verdict.MOVED


def _follow_cancellation(
    row: CalendarObject, appointment: Appointment, found: Found | None, *, now: datetime
) -> Verdict:
    how = "Canceled" if found else "Deleted"
    try:
        booking.cancel(
            appointment, by=BookedBy.CALENDAR, now=now, version=appointment.version,
            reason=f"{how} in the calendar of {row.account.resource}",
        )  # fmt: skip
    except booking.BookingRefused as refused:
        _write_ours(row, appointment, Verdict.CONFLICT, now=now, why=str(refused))
        return Verdict.CONFLICT
    _update(row, state=PushState.REMOVED, next_at=None, attempts=0, problem="")
    return Verdict.CANCELED


def _write_ours(
    row: CalendarObject, appointment: Appointment, verdict: Verdict, *, now: datetime, why: str = ""
) -> None:
    _update(row, state=PushState.DUE, next_at=now)
    if verdict is Verdict.OURS:
        return
    if verdict is Verdict.RESTORED:
        why = "Only its length was changed there, and the service decides on that."
    text = f"The calendar of {row.account.resource} said otherwise; our time was written again."
    tell("calendar.conflict", row, f"{text} {why or 'Both sides had changed it.'}", now=now)


def _meet_strangeness(
    row: CalendarObject, ours: Ours, found: Found | None, problem: Unreadable, *, now: datetime
) -> Verdict:
    _remember(row, found)
    if ours.wish is Wish.PRESENT and ours.is_ahead and row.appointment is not None:
        _write_ours(row, row.appointment, Verdict.CONFLICT, now=now)
        return Verdict.CONFLICT
    leave(row, problem, now=now)
    return Verdict.NOTHING_NEW


def strangeness(row: CalendarObject) -> Unreadable | None:
    """Why the object, as we last saw it, is none that we would delete: people made something else of it."""
    try:
        read_event(row.body, zone=zone_of(row.account))
    except Unreadable as problem:
        return problem if row.body else None
    return None


def leave(row: CalendarObject, problem: Unreadable, *, now: datetime) -> None:
    """Neither followed nor written over nor deleted, and staff are told."""
    text = f"Changed in the calendar of {row.account.resource} in a way that cannot be followed: {problem}."
    if row.problem != text[:200]:
        tell("calendar.conflict", row, text, now=now)
    _update(row, state=PushState.CONFLICT, next_at=None, attempts=0, problem=text[:200])


def tell(kind: str, row: CalendarObject, text: str, *, now: datetime) -> None:
    appointment = row.appointment
    events.record(
        kind,
        business=row.account.business,
        at=now,
        lead=appointment.lead if appointment else None,
        text=text,
        account=str(row.account.key),
        appointment=str(appointment.key) if appointment else None,
    )
