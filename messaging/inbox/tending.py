"""What the inbox does by the clock: wake what was put aside, and say once that somebody has waited too long.

Each row is changed by conditional update, so that two machines, or a tick that comes twice, do it once.
"""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Case, F, Q, Value, When
from django.db.models.functions import Greatest

from leads import events
from messaging.enums import ConversationStatus, Handler
from messaging.models import Conversation

# So many a tick; the rest is for the next one, fifteen seconds later.
AT_ONCE = 200
# After a night without a worker, or an upgrade, nobody wants a hundred e-mails about last week.
STALE_AFTER = timedelta(days=1)


def wake(now: datetime) -> int:
    """Bring back what was put aside until now; how many. Whoever waits there is due anew."""
    due = Conversation.objects.filter(status=ConversationStatus.SNOOZED, snoozed_until__lte=now)
    rows = due.select_related("business", "lead").order_by("snoozed_until")[:AT_ONCE]
    return sum(_wake(row, now=now) for row in rows)


def _wake(row: Conversation, *, now: datetime) -> bool:
    asleep = Conversation.objects.filter(
        pk=row.pk, status=ConversationStatus.SNOOZED, snoozed_until=row.snoozed_until
    )  # fmt: skip
    soonest = Value(now + timedelta(minutes=row.business.reply_due_minutes))
    later = Case(When(needs_reply=True, then=Greatest("reply_due_at", soonest)), default=None)
    with transaction.atomic():
        woken = asleep.update(
            status=ConversationStatus.OPEN,
            snoozed_until=None,
            # Unread, so that it shows as something to do.
            unread_count=Greatest(F("unread_count"), Value(1)),
            reply_due_at=later,
            overdue_told_at=None,
        )
        if woken:
            events.record(
                "conversation.woken", business=row.business, lead=row.lead, at=now,
                text="Back from snooze", conversation=str(row.key),
            )  # fmt: skip
    return bool(woken)


def tell_overdue(now: datetime) -> int:
    """Tell of each customer once that they have waited too long for a person; how many."""
    late = Conversation.objects.filter(waits_for_a_person(), reply_due_at__lte=now)
    late.filter(reply_due_at__lt=now - STALE_AFTER).update(overdue_told_at=now)
    rows = late.select_related("business", "lead").order_by("reply_due_at")[:AT_ONCE]
    return sum(_tell(row, now=now) for row in rows)


def _tell(row: Conversation, *, now: datetime) -> bool:
    # Who was answered since they were found, or given more time, is not late.
    mine = Conversation.objects.filter(waits_for_a_person(), pk=row.pk, reply_due_at=row.reply_due_at)
    with transaction.atomic():
        told = mine.update(overdue_told_at=now)
        if told:
            events.record(
                "conversation.overdue", business=row.business, lead=row.lead, at=now,
                text="A customer has waited too long for an answer", conversation=str(row.key),
            )  # fmt: skip
    return bool(told)


def waits_for_a_person() -> Q:
    """Open and unanswered, and neither about to be answered by the robot nor told already."""
    is_robots = Q(handler=Handler.ROBOT, turn_due_at__isnull=False)
    waits = Q(needs_reply=True, overdue_told_at__isnull=True, status=ConversationStatus.OPEN)
    return waits & Q(lead__blocked_at=None) & ~is_robots
