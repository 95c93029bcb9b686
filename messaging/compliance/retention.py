"""People who were not in touch for as long as a business keeps them are erased, some at a time, oldest first."""

import logging
import time
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from leads.enums import RequestStatus
from leads.models import Business, CallbackTask, JobRequest, Lead
from leads.models.api import FormEntry
from leads.pseudonyms import MARK
from messaging.compliance.erasure import EraseRefused, erase, forget_tasks
from messaging.compliance.person import OPEN_VISITS
from messaging.compliance.quoting import Quoted
from messaging.escalation.enums import EscalationStatus
from messaging.models import Call, Enrollment, Escalation, InboundHook, Message
from messaging.models.followups import RUNNING
from recoverline.lib.phones import parse_phone
from scheduling.models import Appointment

logger = logging.getLogger(__name__)

MOST_AT_ONCE = 100  # people of one business in one run
RUN_SECONDS = 45.0
# What came in by a form and is nobody's, in days: also where a business keeps its people for good.
KEEP_NOBODYS_DAYS = 90
ROWS_AT_ONCE = 1000
REASON = "The time to keep it is over"


def forget_old(now: datetime, *, most: int = MOST_AT_ONCE, seconds: float = RUN_SECONDS) -> int:
    """Erase whose time is over, in every business that has set one; how many people. In all: what is nobody's."""
    until, gone = time.monotonic() + seconds, list[Quoted]()
    for business in Business.objects.filter(retention_days__isnull=False).order_by("?"):
        before = now - timedelta(days=business.retention_days or 0)
        _forget_hooks(business, before=before)
        _forget_nobodys(before=before, business=business)
        _forget_people(business, gone, before=before, now=now, most=most, until=until)
    _forget_nobodys(before=now - timedelta(days=KEEP_NOBODYS_DAYS))
    forget_tasks(gone)
    return len(gone)


def _forget_people(
    business: Business, gone: list[Quoted], *, before: datetime, now: datetime, most: int, until: float
) -> None:
    """`gone` grows by whoever is erased. Whoever cannot be, for whatever reason, stands in nobody's way."""
    enough = len(gone) + most
    for phone in phones_to_forget(business, before=before, now=now):
        if len(gone) >= enough or time.monotonic() > until:
            return
        is_over = partial(_is_over, business, phone, before=before, now=now)
        try:
            erase(business, phone, reason=REASON, actor=None, now=now, is_still_due=is_over, gone=gone)
        except EraseRefused as refused:
            logger.info("somebody of business %s is kept until the next look: %s", business.pk, refused)
        except Exception as error:  # one person's trouble; its text may name them
            logger.error("somebody of business %s could not be erased: %s", business.pk, type(error).__name__)


def phones_to_forget(business: Business, *, before: datetime, now: datetime) -> list[str]:
    """Whose last call, text, visit and request lie before `before`, and of whom nothing is open; oldest first."""
    phones = list(_people(business, before, now).order_by("created_at").values_list("phone", flat=True))
    phones += _strangers(business, before).order_by().values_list("caller", flat=True).distinct()
    return [phone for phone in phones if parse_phone(phone, business.country) == phone]


def _is_over(business: Business, phone: str, *, before: datetime, now: datetime) -> bool:
    """The same of one phone, now."""
    people, strangers = _people(business, before, now), _strangers(business, before)
    return people.filter(phone=phone).exists() or strangers.filter(caller=phone).exists()


def _people(business: Business, before: datetime, now: datetime) -> "QuerySet[Lead]":
    people = _silent_since(business, before)
    for rows in _open_matters(now):
        people = people.exclude(Exists(rows))
    return people


def _strangers(business: Business, before: datetime) -> "QuerySet[Call]":
    """Calls of those who never became anybody's lead."""
    calls = Call.objects.filter(business=business, lead=None, started_at__lt=before).exclude(caller="")
    later = Call.objects.filter(business=business, caller=OuterRef("caller"), started_at__gte=before)
    known = Lead.objects.filter(business=business, phone=OuterRef("caller"))
    return calls.exclude(caller__startswith=MARK).exclude(Exists(later)).exclude(Exists(known))


def count_kept_back(business: Business, *, now: datetime) -> int:
    """How many people are kept beyond their time because something of theirs is open."""
    if business.retention_days is None:
        return 0
    people = _silent_since(business, now - timedelta(days=business.retention_days))
    is_open = Q(pk=None)
    for rows in _open_matters(now):
        is_open |= Q(Exists(rows))
    return people.filter(is_open).count()


def _silent_since(business: Business, before: datetime) -> "QuerySet[Lead]":
    """People of whom nothing was heard, and to whom nothing was said, from `before` on."""
    mine = Q(lead=OuterRef("pk"))
    people = Lead.objects.filter(business=business, erased_at=None, is_team=False, created_at__lt=before)
    for rows in (
        Call.objects.filter(mine, started_at__gte=before),
        Message.objects.filter(mine, created_at__gte=before),
        Appointment.objects.filter(mine, ends_at__gte=before),
        JobRequest.objects.filter(
            mine & (Q(opened_at__gte=before) | Q(closed_at__gte=before) | Q(estimated_at__gte=before))
        ),
    ):
        people = people.exclude(Exists(rows))
    return people


def _open_matters(now: datetime) -> "tuple[QuerySet[Any], ...]":
    """What somebody still has to do, or expects; of whoever is asked about."""
    mine = Q(lead=OuterRef("pk"))
    return (
        Appointment.objects.filter(mine, status__in=OPEN_VISITS, ends_at__gt=now),
        JobRequest.objects.filter(mine, status__in=[RequestStatus.OPEN, RequestStatus.BOOKED]),
        CallbackTask.objects.filter(mine, done_at=None),
        Enrollment.objects.filter(mine, status__in=RUNNING),
        Escalation.objects.filter(mine).exclude(status=EscalationStatus.CLOSED),
    )


def _forget_hooks(business: Business, *, before: datetime) -> None:
    """What carriers said so long ago is of no use to anybody; that they said it keeps a repetition from counting."""
    old = InboundHook.objects.filter(account__business=business, received_at__lt=before, processed_at__isnull=False)
    old.exclude(payload={}).update(payload={}, answer="", problem="")


def _forget_nobodys(*, before: datetime, business: Business | None = None) -> None:
    """Entries of forms from which no lead came, and what finished tasks without one say. No `business`: of all."""
    mine = Q() if business is None else Q(business=business)
    entries = FormEntry.objects.filter(mine, lead=None, created_at__lt=before).order_by("created_at")
    FormEntry.objects.filter(pk__in=list(entries.values_list("pk", flat=True)[:ROWS_AT_ONCE])).delete()
    tasks = CallbackTask.objects.filter(mine, lead=None, done_at__lt=before, created_at__lt=before)
    tasks.exclude(phone="", detail="").update(phone="", detail="")
