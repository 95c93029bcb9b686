"""What the worker does at intervals: whatever a lost bell, a dead process or a carrier left undone."""

import logging
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q

from messaging import call_events, hooks, missed_calls, outbound
from messaging.carriers.base import CallEnd, CarrierCall, NotSupported
from messaging.carriers.registry import carrier_for
from messaging.enums import CallState, MissReason, NumberMode
from messaging.models import Call, CarrierAccount, Heartbeat, PhoneNumber

logger = logging.getLogger(__name__)

OVERDUE = timedelta(seconds=10)
# Ringing in order, greeting, two minutes of voicemail and a margin; a conversation of the team may last much longer.
LONGEST_RINGING = timedelta(minutes=6)
LONGEST_CALL = timedelta(hours=4)
RECONCILE_BACK = timedelta(hours=24)
OVERLAP = timedelta(minutes=20)


def beat(name: str, *, now: datetime) -> None:
    """Show that this process does its work. `now` is the real time: a moved clock must not make it look dead."""
    Heartbeat.objects.update_or_create(name=name, defaults={"at": now})


def sweep_texts(now: datetime) -> int:
    """Take over texts that the sender should have taken ten seconds ago."""
    overdue = outbound.due(now, limit=200, overdue=OVERDUE)
    for message in overdue:
        outbound.deliver(message.pk)
    return len(overdue)


def sweep_hooks(now: datetime) -> int:
    """Act on webhooks that were stored but could not be handled."""
    waiting = hooks.unprocessed(now)
    return sum(hooks.process_stored(hook, now=now) for hook in waiting)


def sweep_calls(now: datetime) -> int:
    """Close calls whose last event never came: ask the carrier, and count what it does not know as missed."""
    old = Call.objects.filter(state=CallState.RINGING, started_at__lt=now - LONGEST_RINGING)
    old = old.filter(Q(accepted_at=None) | Q(started_at__lt=now - LONGEST_CALL))
    calls = old.select_related("business", "location__business", "number__account", "number__location", "account")[:200]
    return sum(_close(call, now=now) for call in calls)


def _close(call: Call, *, now: datetime) -> bool:
    found: CarrierCall | None = None
    try:
        found = carrier_for(call.account).fetch_call(call.carrier_call_id)
    except NotSupported:
        pass
    except Exception:  # the carrier may be down: the call stays open until it answers, for a while
        logger.warning("the carrier cannot be asked about call %s", call.key, exc_info=True)
        if now - call.started_at < LONGEST_CALL:
            return False
    if found is not None and found.end is None and now - call.started_at < LONGEST_CALL:
        return False
    with transaction.atomic():
        if call.accepted_at is not None or (found is not None and found.answered_leg):
            return missed_calls.mark_answered(call, now=now)
        reason = missed_calls.classify_hang_up(end=found.end if found and found.end else CallEnd.CANCELED, accepted=False)
        return missed_calls.handle(call, reason or MissReason.ABANDONED, now=now)


def reconcile(now: datetime) -> int:
    """Compare every account's own call log with ours and open the missed calls that we never heard of."""
    return sum(_reconcile(account, now=now) for account in CarrierAccount.objects.filter(is_active=True).select_related("business"))


def _reconcile(account: CarrierAccount, *, now: datetime) -> int:
    numbers = PhoneNumber.objects.filter(account=account, is_active=True).exclude(mode=NumberMode.EXTERNAL)
    by_number = {number.number: number for number in numbers.select_related("business", "location__business", "account")}
    since = max((account.reconciled_at or now) - OVERLAP, now - RECONCILE_BACK)
    try:
        listed = carrier_for(account).list_calls(since=since, numbers=sorted(by_number)) if by_number else []
    except NotSupported:
        return 0
    except Exception:  # one account's trouble must not hide the others
        logger.warning("the call log of account %s cannot be read", account.pk, exc_info=True)
        return 0
    ended = [call for call in listed if call.is_inbound and call.end is not None and call.to in by_number]
    known = set(
        Call.objects.filter(account=account, carrier_call_id__in=[call.call_id for call in ended]).values_list("carrier_call_id", flat=True)
    )
    opened = sum(_open_unheard(account, by_number[call.to], call, now=now) for call in ended if call.call_id not in known)
    CarrierAccount.objects.filter(pk=account.pk).update(reconciled_at=now)
    return opened


def _open_unheard(account: CarrierAccount, number: PhoneNumber, listed: CarrierCall, *, now: datetime) -> bool:
    answered = number.mode == NumberMode.HOSTED and listed.end == CallEnd.COMPLETED
    if answered:
        details = carrier_for(account).fetch_call(listed.call_id)
        answered = bool(details and details.answered_leg)
    with transaction.atomic():
        call, created = call_events.open_call(
            account, number, call_id=listed.call_id, caller=listed.caller, started_at=listed.started_at or now, found_by_reconciler=True
        )
        if not created:
            return False
        if answered:
            return missed_calls.mark_answered(call, now=now)
        reason = MissReason.FORWARDED if number.mode == NumberMode.FORWARDED else missed_calls.classify_hang_up(
            end=listed.end or CallEnd.CANCELED, accepted=False
        )  # fmt: skip
        return missed_calls.handle(call, reason or MissReason.ABANDONED, now=now)
