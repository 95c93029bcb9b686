"""What still comes in about somebody who was just erased: the carrier's last callbacks, a text that crossed."""

from collections.abc import Collection
from datetime import datetime, timedelta

from django.db.models import F, Q

from leads.models import Business, Lead
from messaging.compliance import traces
from messaging.models import Call, InboundHook, Message

LOOK_BACK = timedelta(days=3)


def clear_hooks_of(business: Business, carrier_ids: Collection[str], *, now: datetime) -> int:
    """Empty what carriers have said of these calls and texts since."""
    rows = InboundHook.objects.filter(account__business=business, received_at__gt=now - LOOK_BACK).exclude(payload={})
    hooks = traces.hooks_about(set(carrier_ids), rows)
    for some in range(0, len(hooks), traces.AT_ONCE):
        mine = InboundHook.objects.filter(pk__in=sorted(hooks)[some : some + traces.AT_ONCE])
        mine.filter(processed_at=None).update(processed_at=now)
        mine.update(payload={}, answer="", problem="")
    return len(hooks)


def clear_late(now: datetime) -> int:
    """Empty what was written to an erased person because it was read before and stored after."""
    erased = Lead.objects.filter(erased_at__gt=now - LOOK_BACK)
    late = Q(lead__in=erased, created_at__gte=F("lead__erased_at"))
    texts = Message.objects.filter(late).exclude(body="")
    ids = {carrier_id for carrier_id in texts.values_list("carrier_message_id", flat=True) if carrier_id}
    for lead in erased.filter(messages__in=texts).select_related("business").distinct():
        clear_hooks_of(lead.business, ids, now=now)
    cleared = texts.update(body="")
    calls = Call.objects.filter(lead__in=erased).exclude(caller__startswith="#").exclude(caller="")
    for lead in erased.filter(calls__in=calls).distinct():
        cleared += calls.filter(lead=lead).update(caller=lead.phone, caller_raw="", caller_name="", transcript="")
    return cleared
