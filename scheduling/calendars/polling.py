"""Reading calendars behind secret addresses: asked every few minutes, one by one, none of them in the way of another.

A calendar whose address did not answer keeps the busy times it had and grows stale; nobody is promised a slot by it
then. Once a day it is asked without conditions, because "not modified" also stops what repeats from being worked out
for the days that have come into sight since.
"""

import logging
import time
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q

from leads import events
from leads.models import LeadEvent
from recoverline.lib import http
from scheduling.calendars.reading import CalendarUnreadable, Reading, read
from scheduling.calendars.staleness import is_stale, stale_from
from scheduling.intervals import Interval, merge
from scheduling.models import BusyCalendar, BusyTime

logger = logging.getLogger(__name__)

EVERY = timedelta(minutes=5)
SPREAD = timedelta(minutes=5)  # so that calendars of one server are not all asked in the same second
SLOWEST = timedelta(minutes=60)
LEASE = timedelta(minutes=3)  # longer than one poll takes; then another worker may try
BACK = timedelta(days=1)
AHEAD = timedelta(days=400)  # what can be booked, and a day for the next full reading
DEADLINE_SECONDS = 12.0
SWEEP_SECONDS = 15.0  # besides the last poll; a task has 60 for everything
MOST_PER_SWEEP = 30
_ANSWERS = {
    401: "The server wants a name and a password. Use the calendar's secret address in iCal format.",
    403: "The server refuses this address. It may have been reset: copy it again.",
    404: "There is no calendar at this address. It may have been reset: copy it again.",
    410: "The calendar at this address is gone.",
    429: "The server says that it is asked too often.",
}


def sweep(now: datetime) -> int:
    """Read what is due, the longest overdue first; how many. What is left is for the next sweep."""
    begun, polled = time.monotonic(), 0
    due = BusyCalendar.objects.filter(Q(next_at=None) | Q(next_at__lte=now), is_active=True)
    due = due.select_related("business", "location__business").order_by(F("next_at").asc(nulls_first=True), "id")
    for calendar in due[:MOST_PER_SWEEP]:
        if time.monotonic() - begun > SWEEP_SECONDS:
            break
        if not _claim(calendar, now):
            continue
        try:
            poll(calendar, now=now)
        except Exception:
            # Left to its lease. Names no address: that is a secret.
            logger.exception("Reading the calendar %s failed.", calendar.key)
        polled += 1
    return polled


def read_soon(calendar: BusyCalendar) -> None:
    """Let the next sweep read it, all of it."""
    BusyCalendar.objects.filter(pk=calendar.pk).update(next_at=None, etag="", last_modified="")


def poll(calendar: BusyCalendar, *, now: datetime) -> bool:
    """Ask the address and replace the calendar's busy times. False if they could not be learned; never raises for that.

    Touches no socket inside a transaction. What was changed meanwhile by staff is left to the next poll.
    """
    try:
        answer = _ask(calendar, now)
        reading = None if answer.status == 304 else _read(answer, calendar, now)
    except (http.FetchError, CalendarUnreadable) as problem:
        _fail(calendar, str(problem), now)
        return False
    return _succeed(calendar, reading, answer, now)


def zone_of(calendar: BusyCalendar) -> ZoneInfo:
    """Where its whole days and its times without a zone are meant."""
    if calendar.time_zone:
        return ZoneInfo(calendar.time_zone)
    return calendar.location.zone if calendar.location else calendar.business.zone


def _claim(calendar: BusyCalendar, now: datetime) -> bool:
    mine = BusyCalendar.objects.filter(pk=calendar.pk, next_at=calendar.next_at, is_active=True)
    return bool(mine.update(next_at=now + LEASE))


# ---------------------------------------------------------------- asking
def _ask(calendar: BusyCalendar, now: datetime) -> http.Fetched:
    conditions = _conditions(calendar, now)
    answer = http.fetch(
        calendar.url,
        headers={"Accept": "text/calendar, */*;q=0.5", **conditions},
        private_hosts=frozenset(settings.CALENDAR_HOSTS),
        max_redirects=3,
        deadline=DEADLINE_SECONDS,
    )
    if answer.status != 200 and not (answer.status == 304 and conditions):
        raise CalendarUnreadable(_ANSWERS.get(answer.status, f"The server answered {answer.status}."))
    return answer


def _conditions(calendar: BusyCalendar, now: datetime) -> dict[str, str]:
    if calendar.ok_at is None or calendar.ok_at.date() != now.date():
        return {}
    given = {"If-None-Match": calendar.etag, "If-Modified-Since": calendar.last_modified}
    return {name: value for name, value in given.items() if value}


def _read(answer: http.Fetched, calendar: BusyCalendar, now: datetime) -> Reading:
    return read(answer.body, zone=zone_of(calendar), start=now - BACK, end=now + AHEAD)


# ---------------------------------------------------------------- what became of it
@transaction.atomic
def _succeed(calendar: BusyCalendar, reading: Reading | None, answer: http.Fetched, now: datetime) -> bool:
    row = _unchanged(calendar)
    if row is None:
        return False
    if reading is not None:
        _replace(row, reading.busy)
        row.etag = _kept(answer, "etag", 200)
        row.last_modified = _kept(answer, "last-modified", 80)
        row.problem = _skipped(reading.skipped)
    elif row.failing_since:
        row.problem = ""
    was_stale = is_stale(ok_at=row.ok_at, created_at=row.created_at, now=now)
    if was_stale and _has_said_stale(row):
        text = f"The calendar “{row.name}” is read again."
        events.record("calendar.recovered", business=row.business, at=now, text=text, calendar=str(row.key))
    row.ok_at, row.failing_since, row.failures = now, None, 0
    row.next_at = now + EVERY + SPREAD * (row.pk * 37 % 60) / 60
    row.save(update_fields=["etag", "last_modified", "problem", "ok_at", "failing_since", "failures", "next_at"])
    return True


@transaction.atomic
def _fail(calendar: BusyCalendar, problem: str, now: datetime) -> None:
    row = _unchanged(calendar)
    if row is None:
        return
    row.problem, row.failures, row.failing_since = problem[:200], row.failures + 1, row.failing_since or now
    row.next_at = now + min(EVERY * 2 ** min(row.failures - 1, 8), SLOWEST)
    turns_stale = stale_from(ok_at=row.ok_at, created_at=row.created_at) + timedelta(seconds=1)
    if turns_stale > now:
        row.next_at = min(row.next_at, turns_stale)  # so that it is said on time
    elif not _has_said_stale(row):
        text = f"The calendar “{row.name}” cannot be read: {problem} Slots it may block are only requests until then."
        events.record("calendar.stale", business=row.business, at=now, text=text, calendar=str(row.key))
    row.save(update_fields=["problem", "failures", "failing_since", "next_at"])


def _unchanged(calendar: BusyCalendar) -> BusyCalendar | None:
    """The row, locked; None if staff meanwhile took it away, switched it off or gave it another address or zone."""
    row = BusyCalendar.objects.select_for_update(of=("self",)).select_related("business").filter(pk=calendar.pk).first()
    names = ("url", "time_zone", "is_active", "resource_id", "location_id")
    if row is None or any(getattr(row, name) != getattr(calendar, name) for name in names):
        return None
    return row


def _replace(calendar: BusyCalendar, busy: list[Interval]) -> None:
    """Write what is new and delete what is gone; mostly that is nothing."""
    wanted = set(merge(busy))
    gone: list[int] = []
    for pk, starts_at, ends_at in BusyTime.objects.filter(calendar=calendar).values_list("pk", "starts_at", "ends_at"):
        if (starts_at, ends_at) in wanted:
            wanted.remove((starts_at, ends_at))
        else:
            gone.append(pk)
    for first in range(0, len(gone), 500):
        BusyTime.objects.filter(pk__in=gone[first : first + 500]).delete()
    fresh = [BusyTime(calendar=calendar, starts_at=starts_at, ends_at=ends_at) for starts_at, ends_at in sorted(wanted)]
    BusyTime.objects.bulk_create(fresh, batch_size=500)


def _kept(answer: http.Fetched, name: str, longest: int) -> str:
    value = answer.headers.get(name, "")
    return value if len(value) <= longest and value.isprintable() and value.isascii() else ""


def _skipped(count: int) -> str:
    if not count:
        return ""
    return (
        "One event makes no sense and was left out."
        if count == 1
        else f"{count} events make no sense and were left out."
    )


def _has_said_stale(calendar: BusyCalendar) -> bool:
    """Whether staff were told since it was last read."""
    since = calendar.ok_at or calendar.created_at
    said = LeadEvent.objects.filter(business=calendar.business_id, kind="calendar.stale", at__gte=since)
    return said.filter(data__calendar=str(calendar.key)).exists()
