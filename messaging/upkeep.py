"""What the worker does at intervals: whatever a lost bell, a dead process or a carrier left undone."""

import logging
import time
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F, Q

from messaging import call_events, hooks, missed_calls, outbound
from messaging.carriers.base import CallEnd, CarrierCall, NotSupported
from messaging.carriers.registry import carrier_for
from messaging.enums import CallState, HoursState, MissReason, NumberMode
from messaging.models import Call, CarrierAccount, PhoneNumber

logger = logging.getLogger(__name__)

OVERDUE = timedelta(seconds=10)
SWEEP_SECONDS = 15.0  # a tick has 60 for everything, and one text may take ten
SILENCE_SECONDS = 5.0
# Ringing in order, greeting, two minutes of voicemail and a margin; a conversation of the team may last much longer.
LONGEST_RINGING = timedelta(minutes=6)
LONGEST_CALL = timedelta(hours=4)
RECONCILE_BACK = timedelta(hours=24)
OVERLAP = timedelta(minutes=20)


def sweep(now: datetime) -> None:
    """Everything that is overdue."""
    sweep_hooks(now)
    sweep_texts(now)
    sweep_calls(now)


def sweep_texts(now: datetime) -> int:
    """Take over texts that the sender should have taken ten seconds ago; what is left is for the next sweep."""
    begun, taken = time.monotonic(), 0
    mute: set[int] = set()  # accounts whose carrier is waited for once, as each silence lasts ten seconds
    for text in outbound.due(now, limit=200, overdue=OVERDUE):
        started = time.monotonic()
        if started - begun > SWEEP_SECONDS:
            break
        if text.account_id in mute:
            continue
        outbound.attempt(text)
        taken += 1
        if time.monotonic() - started > SILENCE_SECONDS:
            mute.add(text.account_id)
    return taken


def sweep_hooks(now: datetime) -> int:
    """Act on webhooks that were stored but could not be handled."""
    waiting = hooks.unprocessed(now)
    return sum(hooks.process_stored(hook, now=now) for hook in waiting)


def sweep_calls(now: datetime) -> int:
    """Close calls whose last event never came: ask the carrier, and count what it does not know as missed."""
    old = Call.objects.filter(state=CallState.RINGING, started_at__lt=now - LONGEST_RINGING)
    old = old.filter(Q(accepted_at=None) | Q(started_at__lt=now - LONGEST_CALL)).order_by("started_at")
    calls = old.select_related("business", "location__business", "number__account", "number__location", "account")
    begun, closed = time.monotonic(), 0
    mute: set[int] = set()
    for call in calls[:200]:
        if time.monotonic() - begun > SWEEP_SECONDS:
            break
        try:
            closed += _close(call, mute, now=now)
        except Exception:  # one call must not stand in the way of the others
            logger.exception("call %s could not be closed", call.key)
    return closed


def _close(call: Call, mute: set[int], *, now: datetime) -> bool:
    """`mute`: accounts that did not answer in this sweep and are not asked again, as each silence lasts ten seconds."""
    found: CarrierCall | None = None
    try:
        if call.account_id not in mute:
            found = carrier_for(call.account).fetch_call(call.carrier_call_id)
    except NotSupported:
        pass
    except Exception as error:
        logger.warning("account %s cannot be asked about its calls: %s", call.account_id, error)
        mute.add(call.account_id)
    may_go_on = call.account_id in mute or (found is not None and found.end is None)
    if may_go_on and now - call.started_at < LONGEST_CALL:
        return False
    # With a key to press, a leg that was picked up may have been a mobile's voicemail.
    taken = found is not None and bool(found.answered_leg) and not call.number.press_to_accept
    with transaction.atomic():
        if call.accepted_at is not None or taken:
            closed = missed_calls.mark_answered(call, now=now)
        else:
            end = found.end if found is not None and found.end is not None else CallEnd.CANCELED
            reason = missed_calls.classify_hang_up(end=end, accepted=False) or MissReason.ABANDONED
            closed = missed_calls.handle(call, reason, now=now)
        Call.objects.filter(pk=call.pk, ended_at=None).update(ended_at=now)
    return closed


def reconcile(now: datetime) -> int:
    """Compare every account's own call log with ours and open the missed calls that we never heard of."""
    accounts = CarrierAccount.objects.filter(is_active=True).select_related("business")
    begun, opened = time.monotonic(), 0
    # Who was read longest ago comes first: what does not fit into this run begins the next one.
    for account in accounts.order_by(F("reconciled_at").asc(nulls_first=True), "id"):
        if time.monotonic() - begun > SWEEP_SECONDS:
            break
        try:
            opened += _reconcile(account, now=now)
        except NotSupported:
            continue
        except Exception as error:  # one account's trouble must not hide the others
            logger.warning("the call log of account %s cannot be read: %s", account.pk, error)
    return opened


def _reconcile(account: CarrierAccount, *, now: datetime) -> int:
    numbers = PhoneNumber.objects.filter(account=account, is_active=True).exclude(mode=NumberMode.EXTERNAL)
    by_number = {row.number: row for row in numbers.select_related("business", "location__business", "account")}
    if not by_number:
        return 0
    since = max((account.reconciled_at or now) - OVERLAP, now - RECONCILE_BACK)
    listed = carrier_for(account).list_calls(since=since, numbers=sorted(by_number))
    ended = [call for call in listed if call.is_inbound and call.end is not None and call.to in by_number]
    ours = Call.objects.filter(account=account, carrier_call_id__in=[call.call_id for call in ended])
    known = set(ours.values_list("carrier_call_id", flat=True))
    opened, failed = 0, False
    for call in ended:
        try:
            if call.call_id not in known:
                opened += _open_unheard(account, by_number[call.to], call, now=now)
        except Exception:  # the others first; this one again at the next run
            logger.exception("call %s of account %s could not be opened", call.call_id, account.pk)
            failed = True
    if not failed:
        CarrierAccount.objects.filter(pk=account.pk).update(reconciled_at=now)
    return opened


def _open_unheard(account: CarrierAccount, number: PhoneNumber, listed: CarrierCall, *, now: datetime) -> bool:
    answered = number.mode == NumberMode.HOSTED and listed.end == CallEnd.COMPLETED
    if answered:
        details = carrier_for(account).fetch_call(listed.call_id)
        answered = bool(details and details.answered_leg)
    started_at = listed.started_at or now
    with transaction.atomic():
        call, created = call_events.open_call(
            account,
            number,
            call_id=listed.call_id,
            caller=listed.caller,
            started_at=started_at,
            found_by_reconciler=True,
        )
        if not created:
            return False
        if answered:
            return missed_calls.mark_answered(call, now=now)
        reason = missed_calls.classify_arrival(
            mode=NumberMode(number.mode),
            is_open=call.hours_state == HoursState.OPEN,
            rings_when_closed=number.rings_when_closed,
            has_targets=True,
        ) or missed_calls.classify_hang_up(end=listed.end or CallEnd.CANCELED, accepted=False)
        return missed_calls.handle(call, reason or MissReason.ABANDONED, now=now)
