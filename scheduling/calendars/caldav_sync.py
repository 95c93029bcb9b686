"""The sweep over all CalDAV calendars: what is due is written, each is read every few minutes, and trouble is noted.

Nothing here trusts a task to arrive: rows say what is due, whoever works on one claims it by a conditional update, and
a calendar that is broken or slow costs the others nothing but its share of one sweep.
"""

import logging
from datetime import datetime, timedelta
from time import monotonic

from django.db.models import F, Q
from django.db.models.functions import Coalesce

from leads import events
from leads.models import LeadEvent
from scheduling.calendars.caldav_client import CalendarTrouble
from scheduling.calendars.caldav_merge import pause_after
from scheduling.calendars.caldav_pull import NotFinished, pull
from scheduling.calendars.caldav_push import LEASE, find_lost, push
from scheduling.calendars.reading import CalendarUnreadable
from scheduling.calendars.staleness import is_stale
from scheduling.models import CalDAVAccount, CalendarObject

logger = logging.getLogger(__name__)

PULL_EVERY = timedelta(minutes=3)
# Of a task's minute: one request more may be under way when the time is over.
SWEEP_SECONDS = 30.0
_AT_ONCE = 200


def sweep(now: datetime, *, seconds: float = SWEEP_SECONDS) -> None:
    """Write and read whatever is due, for a bounded time; the next sweep goes on."""
    until = monotonic() + seconds
    find_lost(now)
    _push_due(now, until=until)
    due = CalDAVAccount.objects.filter(Q(next_at=None) | Q(next_at__lte=now), is_active=True)
    for account_id in due.order_by(F("next_at").asc(nulls_first=True), "pk").values_list("pk", flat=True)[:_AT_ONCE]:
        if monotonic() > until:
            return
        sync(account_id, now=now, until=until)


def _push_due(now: datetime, *, until: float) -> None:
    due = CalendarObject.objects.filter(next_at__lte=now, account__is_active=True).order_by("next_at", "pk")
    unreachable: set[int] = set()
    for object_id, account_id in list(due.values_list("pk", "account_id")[:_AT_ONCE]):
        if monotonic() > until:
            return
        if account_id in unreachable or push(object_id, now=now):
            continue
        unreachable.add(account_id)
        # One waits for the others: each would take its ten seconds to find out the same.
        waiting = CalendarObject.objects.filter(account=account_id, next_at__lte=now)
        waiting.update(next_at=now + pause_after(1))


def sync(account_id: int, *, now: datetime, until: float) -> None:
    """Read one calendar, unless somebody else does; its health is noted, and nothing is raised."""
    due = CalDAVAccount.objects.filter(Q(next_at=None) | Q(next_at__lte=now), pk=account_id, is_active=True)
    if not due.update(next_at=now + LEASE):
        return
    account = CalDAVAccount.objects.select_related("business", "resource").get(pk=account_id)
    try:
        held = pull(account, now=now, until=until)
    except NotFinished:
        CalDAVAccount.objects.filter(pk=account_id).update(next_at=None)
    except (CalendarTrouble, CalendarUnreadable) as trouble:
        _note_failure(account, str(trouble), now=now)
    except Exception:  # one calendar's surprise must not keep the others from being read
        logger.exception("CalDAV calendar %s could not be read", account.key)
        _note_failure(account, "Reading it failed in a way that we did not expect.", now=now)
    else:
        _note_success(account, held, now=now)


def _note_success(account: CalDAVAccount, held: str, *, now: datetime) -> None:
    CalDAVAccount.objects.filter(pk=account.pk).update(
        ok_at=now, next_at=now + PULL_EVERY, failing_since=None, failures=0, problem=held[:200]
    )
    if account.failing_since is not None and _last_report(account) == "calendar.stale":
        _tell("calendar.recovered", account, f"The calendar of {account.resource} can be read again.", now=now)


def _note_failure(account: CalDAVAccount, problem: str, *, now: datetime) -> None:
    CalDAVAccount.objects.filter(pk=account.pk).update(
        failures=F("failures") + 1,
        failing_since=Coalesce("failing_since", now),
        problem=problem[:200],
        next_at=now + max(PULL_EVERY, pause_after(account.failures + 1)),
    )
    is_old = is_stale(ok_at=account.ok_at, created_at=account.created_at, now=now)
    if is_old and _last_report(account) != "calendar.stale":
        text = f"The calendar of {account.resource} has not been read for an hour: {problem}"
        _tell("calendar.stale", account, f"{text} Customers are offered requests instead of bookings.", now=now)


def _last_report(account: CalDAVAccount) -> str:
    """Which of the two was said last, so that each is said once."""
    reports = LeadEvent.objects.filter(
        business=account.business_id,
        kind__in=["calendar.stale", "calendar.recovered"],
        data__account=str(account.key),
    )
    return reports.order_by("-at", "-pk").values_list("kind", flat=True).first() or ""


def _tell(kind: str, account: CalDAVAccount, text: str, *, now: datetime) -> None:
    events.record(kind, business=account.business, at=now, text=text, account=str(account.key))
