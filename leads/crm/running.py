"""What is due is claimed by a conditional update with lease and fence, written without a transaction, its end kept.

Connections take turns, so that a slow one costs the others no more than a lead's time.
"""

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.core.cache import cache
from django.db import transaction
from django.db.models import F

from leads import events
from leads.crm import pushing
from leads.crm.base import Busy, CrmError, NoAccess, Refused
from leads.crm.pushing import Erased, Job, Several
from leads.crm.queueing import SETTLES
from leads.enums import CrmStatus
from leads.models import CrmConnection, CrmSync, LeadEvent
from leads.webhooks import plan
from recoverline.lib.crypto import DecryptionFailed

logger = logging.getLogger(__name__)

LEASE = timedelta(minutes=5)  # longer than all requests for one lead take
ROUND_SECONDS = 40.0
RUNNING, LONGEST_ROUND_SECONDS = "crm-round", 240
# After so many failures: minutes, then hours; then staff have to look.
WAITS = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 30, 120, 360, 720))
TELL_AFTER = timedelta(hours=1)
UNDER_WAY = (CrmStatus.WAITING, CrmStatus.SENDING)
KEPT = 300


@dataclass(frozen=True, slots=True)
class Turn:
    """A lead that is ours to write. `fence` is the number of this claim, `asked` what had been asked for by then."""

    sync_id: int
    fence: int
    asked: int
    job: Job


def ring(clock: Callable[[], datetime]) -> int:
    """Write what is due, in one process at a time; how many leads were tried."""
    if not due_connections(clock()) or not cache.add(RUNNING, True, timeout=LONGEST_ROUND_SECONDS):
        return 0
    try:
        return _round(clock)
    finally:
        cache.delete(RUNNING)


def _round(clock: Callable[[], datetime]) -> int:
    begun, tried = time.monotonic(), 0
    while True:
        claims = [claim for connection in due_connections(clock()) if (claim := claim_next(connection, now=clock()))]
        for claim in claims:
            run(claim, now=clock())
            tried += 1
            if time.monotonic() - begun > ROUND_SECONDS:
                return tried
        if not claims:
            return tried


def due_connections(now: datetime) -> list[CrmConnection]:
    """Those that are on, may be asked, and have something due."""
    awake = CrmConnection.objects.filter(is_active=True).exclude(rests_until__gt=now).defer("token")
    due = awake.filter(syncs__status__in=UNDER_WAY, syncs__next_at__lte=now)
    return list(due.select_related("business").distinct().order_by("pk"))


def claim_next(connection: CrmConnection, *, now: datetime) -> Turn | None:
    """The lead that waits longest there, for LEASE."""
    due = connection.syncs.filter(status__in=UNDER_WAY, next_at__lte=now).order_by("next_at", "pk")
    row = due.select_related("lead__business").first()
    if row is None:
        return None
    mine = CrmSync.objects.filter(pk=row.pk, claims=row.claims, status__in=UNDER_WAY, next_at__lte=now)
    if not mine.update(status=CrmStatus.SENDING, claims=row.claims + 1, next_at=now + LEASE):
        return None
    return Turn(row.pk, row.claims + 1, row.asked, Job(connection, row.lead, row.choice))


def run(claim: Turn, *, now: datetime) -> None:
    """Write it, and what came of it."""
    connection = claim.job.connection
    try:
        said = pushing.push(claim.job, pushing.client_of(connection), now=now)
    except Erased:
        CrmSync.objects.filter(pk=claim.sync_id).delete()
    except Several as several:
        _end(
            claim, CrmStatus.CONFLICT, str(several), now=now,
            candidates=pushing.as_candidates(several.found),
        )  # fmt: skip
        _recover(connection)
    except Busy as busy:
        _put_back(claim, now=now)
        _rest(connection, min(busy.wait, plan.MOST_ASKED_FOR), str(busy), now=now)
    except (NoAccess, DecryptionFailed) as refusal:
        _put_back(claim, now=now)
        said = str(refusal) if isinstance(refusal, NoAccess) else "The stored token cannot be read. Enter it again."
        pause(connection, said, now=now)
    except Refused as refusal:
        _end(claim, CrmStatus.FAILED, str(refusal), now=now)
        _recover(connection)
    except CrmError as trouble:
        _again(claim, str(trouble), now=now)
        _fail(connection, str(trouble), now=now)
    except Exception:
        # What we cannot write stands in nobody's way.
        logger.exception("lead %s could not be written to CRM %s", claim.job.lead.key, connection.key)
        _again(claim, "Something went wrong here.", now=now)
    else:
        _end(claim, CrmStatus.DONE, said, now=now, done_at=now, choice="", candidates=[])
        CrmConnection.objects.filter(pk=connection.pk).update(written_at=now)
        _recover(connection)


# ---------------------------------------------------------------- the row
def _end(claim: Turn, status: CrmStatus, said: str, *, now: datetime, **values: object) -> None:
    mine = CrmSync.objects.filter(pk=claim.sync_id, claims=claim.fence, status=CrmStatus.SENDING)
    told = {"last_error": said[:KEPT], "tries": 0, **values}
    if mine.filter(asked=claim.asked).update(status=status, next_at=None, **told):
        return
    # Something happened while it was written. A question to staff stays one.
    if status == CrmStatus.CONFLICT:
        mine.update(status=status, next_at=None, **told)
    else:
        mine.update(status=CrmStatus.WAITING, next_at=now + SETTLES, **told)


def _put_back(claim: Turn, *, now: datetime) -> None:
    mine = CrmSync.objects.filter(pk=claim.sync_id, claims=claim.fence, status=CrmStatus.SENDING)
    mine.update(status=CrmStatus.WAITING, next_at=now)


def _again(claim: Turn, said: str, *, now: datetime) -> None:
    mine = CrmSync.objects.filter(pk=claim.sync_id, claims=claim.fence, status=CrmStatus.SENDING)
    tries = mine.values_list("tries", flat=True).first()
    if tries is None:
        return
    if tries < len(WAITS):
        values = {"status": CrmStatus.WAITING, "next_at": now + WAITS[tries], "tries": F("tries") + 1}
    else:
        values = {"status": CrmStatus.FAILED, "next_at": None}
    mine.update(last_error=said[:KEPT], **values)


# ---------------------------------------------------------------- the connection
def _rest(connection: CrmConnection, wait: timedelta, said: str, *, now: datetime) -> None:
    CrmConnection.objects.filter(pk=connection.pk).update(rests_until=now + wait, last_error=said[:KEPT])


def _recover(connection: CrmConnection) -> None:
    ill = CrmConnection.objects.filter(pk=connection.pk).exclude(last_error="", failures=0, rests_until=None)
    if ill.update(failures=0, failing_since=None, rests_until=None, last_error=""):
        # It is back: what failed meanwhile need not wait for its hour.
        waiting = connection.syncs.filter(status=CrmStatus.WAITING, tries__gt=0)
        waiting.update(next_at=F("created_at"))


def _fail(connection: CrmConnection, said: str, *, now: datetime) -> None:
    with transaction.atomic():
        row = CrmConnection.objects.select_for_update().defer("token").get(pk=connection.pk)
        row.failures += 1
        row.failing_since = row.failing_since or now
        pause_for = plan.rest(row.failures, plan.Answer(None, said, 0.0))
        row.rests_until, row.last_error = (now + pause_for if pause_for else None), said[:KEPT]
        row.save(update_fields=["failures", "failing_since", "rests_until", "last_error"])
        if now - row.failing_since >= TELL_AFTER:
            told = LeadEvent.objects.filter(
                business=row.business_id, kind="crm.failing", at__gte=row.failing_since, data__crm=str(row.key)
            )
            if not told.exists():
                text = f"The CRM “{row.name}” has not worked for an hour: {said}"
                events.record("crm.failing", business=connection.business, at=now, text=text, crm=str(row.key))


def pause(connection: CrmConnection, said: str, *, now: datetime) -> bool:
    """Nothing is written there until somebody enters a token that works; what is due waits. Staff are told, once."""
    with transaction.atomic():
        on = CrmConnection.objects.filter(pk=connection.pk, is_active=True)
        if not on.update(is_active=False, paused_at=now, last_error=said[:KEPT], rests_until=None):
            return False
        text = f"The CRM “{connection.name}” is paused. {said}"
        events.record("crm.paused", business=connection.business, at=now, text=text, crm=str(connection.key))
    return True


def health(connection: CrmConnection, *, now: datetime) -> str:
    """How it is, for staff."""
    if connection.paused_at and not connection.is_active:
        return f"Paused. {connection.last_error}"
    if not connection.is_active:
        return "Off."
    if connection.rests_until and connection.rests_until > now:
        return f"Waits a moment. {connection.last_error}"
    if connection.failures:
        return f"Fails. {connection.last_error}"
    return "Works." if connection.syncs.filter(done_at__isnull=False).exists() else "Nothing was written there yet."


def start_over(connection: CrmConnection, *, now: datetime) -> None:
    """It was switched on, or got another token: what is known of its health holds no more."""
    connection.failures, connection.failing_since, connection.rests_until = 0, None, None
    connection.paused_at, connection.last_error = None, ""
    connection.save(update_fields=["failures", "failing_since", "rests_until", "paused_at", "last_error"])
    connection.syncs.filter(status=CrmStatus.WAITING, next_at__gt=now).update(next_at=now)
