"""Appointments on their way into calendars: marked in a task after the commit, claimed, written under conditions."""

import logging
from datetime import UTC, datetime, timedelta

from django.conf import settings
from django.db.models import Exists, OuterRef, Q

from leads.models import LeadEvent
from recoverline.lib import queue
from scheduling.calendars.caldav_apply import leave, remembered, settle, strangeness, tell, text_of, wish_for
from scheduling.calendars.caldav_client import CalendarClient, CalendarTrouble, SomebodyElseWrote
from scheduling.calendars.caldav_event import Unreadable, read_event, uid_in
from scheduling.calendars.caldav_merge import Wish, pause_after
from scheduling.calendars.ics import uid_of
from scheduling.enums import AppointmentStatus, PushState
from scheduling.models import Appointment, Assignment, CalDAVAccount, CalendarObject

logger = logging.getLogger(__name__)

PUSH_TASK = "scheduling.tasks.push_calendar_object"
# Longer than a push can take, so that nobody else begins it meanwhile; after a crash it is tried again then.
LEASE = timedelta(minutes=2)
TELL_AFTER = 5  # attempts
_TRIES = 3  # writes in one push, when people edit the same event meanwhile
_LOST_AT_ONCE = 200


def client_for(account: CalDAVAccount) -> CalendarClient:
    hosts = frozenset(host.lower() for host in settings.CALENDAR_HOSTS)
    return CalendarClient(account.url, username=account.username, password=account.password, hosts=hosts)


# ---------------------------------------------------------------- what has to be written
def appointment_changed(event_id: int, *, now: datetime) -> None:
    """An event of an appointment: whatever calendar has it, or should, is due."""
    event = LeadEvent.objects.filter(pk=event_id).first()
    key = event.data.get("appointment") if event else None
    appointment = Appointment.objects.filter(key=key).first() if key else None
    if appointment is not None:
        for object_id in mark_due(appointment, now=now):
            queue.enqueue(PUSH_TASK, object_id)


def mark_due(appointment: Appointment, *, now: datetime) -> list[int]:
    """Its objects that are behind, made due: where it should be, and where it is no more. Their numbers."""
    if appointment.status == AppointmentStatus.CONFIRMED and appointment.ends_at > now:
        for account in CalDAVAccount.objects.filter(resource__assignments__appointment=appointment, is_active=True):
            # Somebody may have put a copy of the event there before it was to be there.
            copies = CalendarObject.objects.filter(account=account, uid=uid_of(appointment), appointment=None)
            copies.update(appointment=appointment, body="", pushed_version=0)
            CalendarObject.objects.get_or_create(
                account=account,
                appointment=appointment,
                defaults={"uid": uid_of(appointment), "state": PushState.DUE, "next_at": now},
            )
    rows = CalendarObject.objects.filter(appointment=appointment, account__is_active=True)
    due = []
    for row in rows.select_related("account"):
        wish = wish_for(appointment, row.account, now=now)
        is_leftover = wish is Wish.ABSENT and row.state != PushState.REMOVED
        if is_leftover or (wish is Wish.PRESENT and row.pushed_version != appointment.version):
            due.append(row.pk)
    CalendarObject.objects.filter(pk__in=due).update(state=PushState.DUE, next_at=now, attempts=0, problem="")
    return due


def find_lost(now: datetime) -> int:
    """Make due what a lost task left behind: missing or old objects, and those of canceled appointments. How many."""
    objects = CalendarObject.objects.filter(appointment=OuterRef("appointment"), account__resource=OuterRef("resource"))
    is_cared_for = Q(pushed_version=OuterRef("appointment__version")) | Q(next_at__isnull=False)
    missing = Assignment.objects.filter(
        appointment__status=AppointmentStatus.CONFIRMED,
        appointment__ends_at__gt=now,
        resource__caldav_account__is_active=True,
    ).exclude(Exists(objects.filter(is_cared_for | Q(state=PushState.CONFLICT))))
    assigned = Assignment.objects.filter(appointment=OuterRef("appointment"), resource=OuterRef("account__resource"))
    gone = (AppointmentStatus.CANCELED, AppointmentStatus.EXPIRED, AppointmentStatus.REQUESTED)
    unwanted = CalendarObject.objects.filter(
        Q(appointment__status__in=gone) | (Q(appointment__status=AppointmentStatus.CONFIRMED) & ~Exists(assigned)),
        appointment__ends_at__gt=now,
        account__is_active=True,
        next_at=None,
        state=PushState.SYNCED,
    )
    ids = {*missing.values_list("appointment_id", flat=True)[:_LOST_AT_ONCE]}
    ids |= {*unwanted.values_list("appointment_id", flat=True)[:_LOST_AT_ONCE]}
    for appointment in Appointment.objects.filter(pk__in=ids):
        mark_due(appointment, now=now)
    return len(ids)


# ---------------------------------------------------------------- writing
def push(object_id: int, *, now: datetime) -> bool:
    """Write or delete one object if it is due and nobody else is at it. False: its calendar is not to be reached.

    Raises nothing for what is wrong with the object: that is noted with it, and it is tried again later.
    """
    lease = now + LEASE
    if not CalendarObject.objects.filter(pk=object_id, next_at__lte=now).update(next_at=lease):
        return True
    rows = CalendarObject.objects.select_related("account__business", "account__resource")
    row = rows.filter(pk=object_id, account__is_active=True).first()
    if row is None:
        return True
    try:
        for _ in range(_TRIES):
            if _write(row, lease=lease, now=now):
                return True
            row.refresh_from_db()
            if row.next_at != lease:
                # Settled, or made due anew: our claim is over and with it our turn.
                if row.next_at is None or row.next_at > now:
                    return True
                if not CalendarObject.objects.filter(pk=row.pk, next_at=row.next_at).update(next_at=lease):
                    return True
        raise CalendarTrouble("Somebody is changing this event at the same time.", is_everywhere=False)
    except CalendarTrouble as trouble:
        _note_failure(row, trouble, lease=lease, now=now)
        return not trouble.is_everywhere
    except Exception:  # one event's surprise must keep neither the other events nor the other businesses waiting
        logger.exception("CalDAV object %s of calendar %s could not be written", row.pk, row.account.key)
        surprise = CalendarTrouble("Writing it failed in a way that we did not expect.", is_everywhere=False)
        _note_failure(row, surprise, lease=lease, now=now)
        return True


def _write(row: CalendarObject, *, lease: datetime, now: datetime) -> bool:
    """Whether it is done; False when the calendar had something else, which is settled and may have to be written."""
    appointment = Appointment.objects.select_related(
        "business", "service__booking_rules", "lead", "location__business"
    ).get(calendar_objects=row.pk)
    wish = wish_for(appointment, row.account, now=now)
    client = client_for(row.account)
    href = row.href or client.href_for(str(appointment.key))
    try:
        if wish is Wish.PRESENT:
            text = text_of(appointment, row.account, now=now)
            etag = _put(client, row, href, text)
            _note_success(row, lease, PushState.SYNCED, href=href, etag=etag, body=text, version=appointment.version)
        elif wish is Wish.ABSENT:
            problem = strangeness(row)
            if problem is not None:
                leave(row, problem, now=now)
                return True
            _delete(client, row, href)
            _note_success(row, lease, PushState.REMOVED, version=appointment.version)
        else:
            _note_success(
                row, lease, PushState.SYNCED, href=row.href, etag=row.etag, body=row.body, version=appointment.version
            )
        return True
    except SomebodyElseWrote:
        found = client.find(href)
        if found is None and not row.href:
            # The name is free and yet it cannot be written: the same UID lies under another name. Listing finds it.
            CalDAVAccount.objects.filter(pk=row.account_id).update(sync_token="", next_at=None)
            raise CalendarTrouble("The calendar has this event under another name.", is_everywhere=False) from None
        settle(row.pk, found, before=remembered(row), now=now)
        return False


def _put(client: CalendarClient, row: CalendarObject, href: str, text: str) -> str:
    if not row.href:
        etag = client.create(href, text)
    elif row.etag:
        etag = client.replace(href, text, etag=row.etag)
    else:
        raise SomebodyElseWrote  # for all we know: look first
    if etag:
        return etag
    # Some servers do not say. What lies there now may be somebody's already; then the next pull shall look at it.
    found = client.find(href)
    return found.etag if found and _says_the_same(found.text, text) else ""


def _says_the_same(one: str, other: str) -> bool:
    try:
        return read_event(one, zone=UTC) == read_event(other, zone=UTC)
    except Unreadable:
        return False


def _delete(client: CalendarClient, row: CalendarObject, href: str) -> None:
    if row.href:
        if not row.etag:
            raise SomebodyElseWrote
        client.remove(href, etag=row.etag)
    elif row.attempts:
        # An earlier attempt may have been written although its answer never came.
        found = client.find(href)
        if found is not None and uid_in(found.text) == row.uid:
            client.remove(href, etag=found.etag)


def _note_success(
    row: CalendarObject, lease: datetime, state: PushState, *, version: int, href: str = "", etag: str = "",
    body: str = "",
) -> None:  # fmt: skip
    mine = CalendarObject.objects.filter(pk=row.pk)
    mine.update(href=href, etag=etag, body=body, pushed_version=version, attempts=0, problem="")
    # Only if nobody has made it due again while we wrote.
    mine.filter(next_at=lease).update(state=state, next_at=None)


def _note_failure(row: CalendarObject, trouble: CalendarTrouble, *, lease: datetime, now: datetime) -> None:
    attempts = row.attempts + 1
    mine = CalendarObject.objects.filter(pk=row.pk, next_at=lease)
    if not mine.update(
        state=PushState.FAILING,
        attempts=attempts,
        problem=str(trouble)[:200],
        next_at=now + pause_after(attempts),
    ):
        return
    others = CalendarObject.objects.filter(account=row.account_id, attempts__gte=TELL_AFTER).exclude(pk=row.pk)
    if attempts == TELL_AFTER and not others.exists():
        text = f"An appointment cannot be written into the calendar of {row.account.resource}: {trouble}"
        tell("calendar.failing", row, text, now=now)
