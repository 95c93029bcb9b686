"""What has changed in a calendar: appointments that people moved or deleted there, and everything else that blocks."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from time import monotonic

from django.db import IntegrityError, transaction
from django.db.models import Max

from leads import events
from scheduling.calendars.caldav_apply import Remembered, remembered, settle, settle_elsewhere, zone_of
from scheduling.calendars.caldav_client import CalendarClient, CalendarTrouble, Changes, Found, TokenLost
from scheduling.calendars.caldav_event import uid_in
from scheduling.calendars.caldav_merge import is_mass
from scheduling.calendars.caldav_push import client_for
from scheduling.calendars.ics import uid_of
from scheduling.calendars.reading import CalendarUnreadable, busy_in
from scheduling.enums import AppointmentStatus, PushState
from scheduling.models import Appointment, BookingRules, BusyTime, CalDAVAccount, CalendarObject

HELD = "Held back:"
MOST_OBJECTS = 5_000
MOST_TEXT = 200_000  # letters of one object
MOST_BUSY = 20_000
_BACK = timedelta(days=1)
_AHEAD = timedelta(days=60)  # at least; further where services can be booked further ahead
_FAR = timedelta(days=3660)
_COLLEAGUES = 20  # whose calendars are looked into for an event that was dragged there
_NEVER_SEEN = Remembered("", 0)


class NotFinished(Exception):
    """There is more to read than time; what was read is kept, and the next pull goes on from there."""


@dataclass(slots=True)
class _Pull:
    """One account being read. `rows`: its objects by href, as they were before we asked."""

    account: CalDAVAccount
    client: CalendarClient
    now: datetime
    until: float
    rows: Mapping[str, CalendarObject]
    before: Mapping[int, Remembered]
    foreign_changed: bool = False


def pull(account: CalDAVAccount, *, now: datetime, until: float) -> str:
    """Read what has changed and act on it; a sentence about what was held back, or "".

    `until` is a reading of `time.monotonic`. Raises CalendarTrouble, CalendarUnreadable and NotFinished.
    """
    # Read before the calendar is asked: what is pushed meanwhile is not in the answer, and has not vanished.
    known = list(account.objects_seen.defer("body"))
    rows = {row.href: row for row in known if row.href}
    before = {row.pk: remembered(row) for row in known}
    task = _Pull(account, client_for(account), now=now, until=until, rows=rows, before=before)
    changes = _changes(task)
    if len(changes.etags) > MOST_OBJECTS:
        raise CalendarTrouble(f"The calendar has more than {MOST_OBJECTS:,} events. Use one for appointments only.")
    # An object with the etag that we know is our own echo, or old news.
    fresh = [href for href, etag in changes.etags.items() if not _is_known(rows.get(href), etag)]
    for found in task.client.read(fresh):
        _take(task, found)
        if monotonic() > until:
            raise NotFinished
    held = _take_removals(task, changes)
    if not held:
        CalDAVAccount.objects.filter(pk=account.pk).update(sync_token=changes.token[:300])
    is_new_day = account.ok_at is None or account.ok_at.astimezone(UTC).date() != now.astimezone(UTC).date()
    if task.foreign_changed or is_new_day or account.failing_since is not None:
        _expand(account, now=now)
    return held


def _changes(task: _Pull) -> Changes:
    if task.account.sync_token:
        try:
            return task.client.changes(task.account.sync_token)
        except TokenLost:
            pass
    listing = task.client.listing()
    return Changes(listing.etags, frozenset(task.rows) - frozenset(listing.etags), listing.token, is_complete=True)


def _is_known(row: CalendarObject | None, etag: str) -> bool:
    return row is not None and bool(etag) and row.etag == etag


# ---------------------------------------------------------------- what is there
def _take(task: _Pull, found: Found) -> None:
    row = task.rows.get(found.href)
    uid = uid_in(found.text)[:255] or f"no UID: {found.href}"[:255]
    if row is None or row.appointment_id is None:
        row = _own_row(task.account, uid) or row
    if row is not None and row.appointment_id is not None:
        settle(row.pk, found, before=task.before.get(row.pk, _NEVER_SEEN), now=task.now)
    else:
        task.foreign_changed = True
        _keep_foreign(task, found, uid)


def _own_row(account: CalDAVAccount, uid: str) -> CalendarObject | None:
    """The object of an appointment of ours under whatever name: written by us without our knowing, or renamed."""
    row = CalendarObject.objects.filter(account=account, uid=uid, appointment__isnull=False).first()
    if row is not None:
        return row
    try:
        key = uuid.UUID(uid.partition("@")[0])
    except ValueError:
        return None
    appointment = Appointment.objects.filter(
        key=key, business=account.business_id, assignments__resource=account.resource_id
    ).first()
    if appointment is None or uid != uid_of(appointment):
        return None
    CalendarObject.objects.filter(account=account, uid=uid).delete()
    return CalendarObject.objects.get_or_create(account=account, appointment=appointment, defaults={"uid": uid})[0]


def _keep_foreign(task: _Pull, found: Found, uid: str) -> None:
    """Its text, as long as it can block anything from now on; what is over is only remembered as read."""
    if len(found.text) > MOST_TEXT or len(found.href) > 500:
        raise CalendarTrouble("An event in the calendar is too long to be read.")
    can_block = _blocks(found.text, task.account, start=task.now - _BACK, end=task.now + _FAR)
    seen = {"href": found.href, "etag": found.etag, "body": found.text if can_block else "", "appointment": None}
    try:
        with transaction.atomic():
            CalendarObject.objects.filter(account=task.account, href=found.href).exclude(uid=uid).delete()
            CalendarObject.objects.update_or_create(account=task.account, uid=uid, defaults=seen)
    except IntegrityError:
        raise CalendarTrouble("Two events of the calendar have the same id.") from None


def _blocks(text: str, account: CalDAVAccount, *, start: datetime, end: datetime) -> bool:
    if any(word in text for word in ("RRULE", "RDATE")):
        return True
    try:
        return bool(busy_in(text.encode(), zone=zone_of(account), start=start, end=end))
    except CalendarUnreadable:
        return True  # `_expand` says so for the whole calendar


# ---------------------------------------------------------------- what is gone
def _take_removals(task: _Pull, changes: Changes) -> str:
    """Act on deletions; a sentence when they are held back, because they look like an accident."""
    # Renamed objects were given their new href just now.
    gone = [
        row for href in changes.removed if (row := task.rows.get(href)) is not None
        and CalendarObject.objects.filter(pk=row.pk, href=href).exists()
    ]  # fmt: skip
    own = [row for row in gone if row.appointment_id is not None]
    to_come = _to_come(task.account, now=task.now)
    missing = [row for row in own if row.pk in to_come]
    if is_mass(len(missing), known=len(to_come), is_emptied=changes.is_complete and not changes.etags):
        return _hold_back(task, len(missing), len(to_come))
    foreign = [row.pk for row in gone if row.appointment_id is None]
    if foreign:
        task.foreign_changed = True
        CalendarObject.objects.filter(pk__in=foreign).delete()
    for row in own:
        if monotonic() > task.until:
            raise NotFinished
        # Asked once more by name: a listing that leaves something out must not cancel anything.
        found = task.client.find(row.href)
        if found is None and _follow_to_other(task, row):
            continue
        settle(row.pk, found, before=task.before[row.pk], now=task.now)
    return ""


def _follow_to_other(task: _Pull, row: CalendarObject) -> bool:
    """Whether it was dragged into a colleague's calendar, where programs keep its name, and now is theirs."""
    name = row.href.rpartition("/")[2].removesuffix(".ics")
    others = CalDAVAccount.objects.filter(business=task.account.business_id, is_active=True, failing_since=None)
    for other in others.exclude(pk=row.account_id).select_related("business", "resource")[:_COLLEAGUES]:
        if monotonic() > task.until:
            raise NotFinished
        try:
            client = client_for(other)
            found = client.find(client.href_for(name))
        except CalendarTrouble:
            continue
        if found is None or uid_in(found.text) != row.uid:
            continue
        if settle_elsewhere(row.pk, other, found, before=task.before[row.pk], now=task.now) is not None:
            _expand(other, now=task.now)  # what lay there so far as anybody's event
            return True
    return False


def _to_come(account: CalDAVAccount, *, now: datetime) -> set[int]:
    """The objects that the calendar should have of appointments that have not begun."""
    rows = account.objects_seen.exclude(href="").filter(
        appointment__status=AppointmentStatus.CONFIRMED, appointment__starts_at__gt=now
    )
    return set(rows.values_list("pk", flat=True))


def _hold_back(task: _Pull, missing: int, known: int) -> str:
    text = f"{HELD} {missing} of {known} appointments have vanished from the calendar at once. None was canceled."
    if not task.account.problem.startswith(HELD):
        events.record(
            "calendar.held",
            business=task.account.business,
            at=task.now,
            text=f"Calendar of {task.account.resource}: {text}",
            account=str(task.account.key),
        )
    return text


def write_missing(account: CalDAVAccount, *, now: datetime) -> int:
    """Staff say that what vanished shall be written again: everything to come is compared or written. How many."""
    rows = CalendarObject.objects.filter(pk__in=_to_come(account, now=now))
    return rows.update(href="", etag="", state=PushState.DUE, next_at=now, attempts=0, pushed_version=0, problem="")


def start_over(account: CalDAVAccount, *, now: datetime) -> None:
    """After another address was entered: nothing is known of the calendar there, and nothing has vanished from it."""
    with transaction.atomic():
        CalDAVAccount.objects.filter(pk=account.pk).update(
            sync_token="", next_at=None, ok_at=None, failing_since=None, failures=0, problem=""
        )
        account.objects_seen.filter(appointment=None).delete()
        own = account.objects_seen.all()
        own.update(href="", etag="", body="", pushed_version=0, attempts=0, problem="", next_at=None)
        own.filter(appointment__status=AppointmentStatus.CONFIRMED, appointment__ends_at__gt=now).update(
            state=PushState.DUE, next_at=now
        )


# ---------------------------------------------------------------- what blocks
def _expand(account: CalDAVAccount, *, now: datetime) -> None:
    """Foreign events as busy times, from yesterday to the end of what can be booked."""
    rules = BookingRules.objects.filter(service__business=account.business_id)
    horizon = rules.aggregate(most=Max("horizon_days"))["most"] or 0
    start, end = now - _BACK, now + max(_AHEAD, timedelta(days=horizon)) + timedelta(days=2)
    zone, found = zone_of(account), set[tuple[datetime, datetime]]()
    for body in account.objects_seen.filter(appointment=None).exclude(body="").values_list("body", flat=True):
        found |= set(busy_in(body.encode(), zone=zone, start=start, end=end))
        if len(found) > MOST_BUSY:
            raise CalendarUnreadable("The calendar has too many events.")
    with transaction.atomic():
        times = BusyTime.objects.filter(account=account)
        if set(times.values_list("starts_at", "ends_at")) != found:
            times.delete()
            BusyTime.objects.bulk_create(
                [BusyTime(account=account, starts_at=starts, ends_at=ends) for starts, ends in sorted(found)], 500
            )
