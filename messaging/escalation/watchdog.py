"""Nothing that is due is older than two minutes; whatever is, is told: to /healthz, and once to the team.

Only what the system itself has to do counts. That a person is late is told elsewhere (messaging.inbox.tending).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q, QuerySet

from leads import events
from leads.models import Business, Location
from messaging import hooks
from messaging.enums import ConversationStatus, MessageStatus, ReminderState
from messaging.escalation import acknowledging, skew, throttle
from messaging.escalation.enums import AlertChannel, EscalationClass, EscalationStatus, NoticeStatus
from messaging.escalation.opening import open_escalation
from messaging.followups.enums import EnrollmentStatus
from messaging.inbox import tending
from messaging.models import Conversation, Enrollment, Escalation, EscalationNotice, Heartbeat, Message, Reminder
from scheduling.enums import AppointmentStatus
from scheduling.models import Appointment

LATE = timedelta(minutes=2)
# After the worker was away everything is late for a moment; it is told when it stays so.
STAYS = timedelta(minutes=1)
LATE_SINCE = "overdue since"
KEY = "trouble:overdue"
LISTED = 50
CLOCK = "clock"
CLOCK_IS_OFF = "the clocks of this machine and of the database differ by more than 5 seconds"


@dataclass(frozen=True, slots=True)
class Overdue:
    """Something that should have happened at `due_at`; `what` names its kind in the plural, `row` is its id."""

    what: str
    business_id: int
    row: int
    due_at: datetime


def overdue(now: datetime) -> list[Overdue]:
    """What is due for longer than two minutes, the oldest first; of each kind at most fifty."""
    return sorted(_all(now - LATE, now), key=lambda each: each.due_at)


def watch(now: datetime) -> int:
    """Tell each business once that its work is late, and let it rest when nothing is any more; how many were told."""
    found = overdue(now)
    if not found:
        Heartbeat.objects.filter(name=LATE_SINCE).delete()
    late: dict[int, list[Overdue]] = {}
    for each in found:
        late.setdefault(each.business_id, []).append(each)
    over = Escalation.objects.filter(dedup_key=KEY).exclude(status=EscalationStatus.CLOSED)
    for row in over.exclude(business__in=late).select_related("business", "lead", "conversation"):
        acknowledging.close(row, by=None, now=now)
    if not found:
        return 0
    since, _ = Heartbeat.objects.get_or_create(name=LATE_SINCE, defaults={"at": now})
    if now - since.at < STAYS:
        return 0
    known = set(over.values_list("business_id", flat=True))
    return sum(_tell(business_id, rows, now=now) for business_id, rows in late.items() if business_id not in known)


def _tell(business_id: int, rows: list[Overdue], *, now: datetime) -> bool:
    location = Location.objects.select_related("business").filter(business=business_id).order_by("pk").first()
    if location is None:
        return False
    summary = f"Work is late: {in_words(rows)}"
    row = open_escalation(EscalationClass.TROUBLE, location=location, summary=summary, dedup_key=KEY, now=now)
    is_news = row.times == 1
    if is_news:
        events.record("work.overdue", business=location.business, at=now, text=summary)
    return is_news


def in_words(rows: list[Overdue]) -> str:
    """Counts by kind: "2 texts, 1 reminders since 10:04 UTC"; of a clock, what is wrong with it."""
    counts: dict[str, int] = {}
    for row in rows:
        counts[row.what] = counts.get(row.what, 0) + 1
    first = min(row.due_at for row in rows)
    words = (CLOCK_IS_OFF if what == CLOCK else f"{count} {what}" for what, count in counts.items())
    return f"{', '.join(words)}, since {first:%b %d, %H:%M} UTC"


# ---------------------------------------------------------------- each kind
def _all(late: datetime, now: datetime) -> Iterator[Overdue]:
    unsettled = [MessageStatus.QUEUED, MessageStatus.SENDING, MessageStatus.UNKNOWN]
    texts = Message.objects.filter(status__in=unsettled, next_at__lte=late).order_by("next_at")
    yield from _rows("texts", texts.values_list("business_id", "pk", "next_at")[:LISTED])
    follow_ups = Enrollment.objects.filter(
        status=EnrollmentStatus.ACTIVE, due_at__lte=late, business__are_follow_ups_paused=False,
        business__is_texting_paused=False,
    ).order_by("due_at")  # fmt: skip
    yield from _rows("follow-ups", follow_ups.values_list("business_id", "pk", "due_at")[:LISTED])
    escalations = Escalation.objects.filter(next_at__lte=late).exclude(status=EscalationStatus.CLOSED)
    yield from _rows(
        "escalations", escalations.order_by("next_at").values_list("business_id", "pk", "next_at")[:LISTED]
    )  # fmt: skip
    yield from _notices(late, now)
    turns = Conversation.objects.filter(Q(turn_lease_until=None) | Q(turn_lease_until__lte=late), turn_due_at__lte=late)
    yield from _rows("turns", turns.order_by("turn_due_at").values_list("business_id", "pk", "turn_due_at")[:LISTED])
    reminders = Reminder.objects.filter(state=ReminderState.PLANNED, due_at__lte=late).order_by("due_at")
    yield from _rows("reminders", reminders.values_list("business_id", "pk", "due_at")[:LISTED])
    for hook in hooks.unprocessed(late)[:LISTED]:
        yield Overdue("webhooks", hook.account.business_id, hook.pk, hook.received_at)
    yield from _in_the_inbox(late)
    held = Appointment.objects.filter(status=AppointmentStatus.HOLD, hold_expires_at__lte=late)
    yield from _rows(
        "holds", held.order_by("hold_expires_at").values_list("business_id", "pk", "hold_expires_at")[:LISTED]
    )
    if skew.is_off():
        # Nobody's work in particular, and all of it at once.
        everybody = Business.objects.order_by("pk").values_list("pk", flat=True)
        yield from (Overdue(CLOCK, pk, pk, now) for pk in everybody[:LISTED])


def _notices(late: datetime, now: datetime) -> Iterator[Overdue]:
    """Alerts that wait although their phone has room, and those in the hands of a sender that has died."""
    rows = EscalationNotice.objects.filter(
        Q(status=NoticeStatus.WAITING, created_at__lte=late) | Q(status=NoticeStatus.SENDING, sent_at__lte=late - LATE)
    )
    room: dict[str, bool] = {}
    values = rows.order_by("created_at").values_list("escalation__business_id", "pk", "created_at", "channel", "phone")
    for business_id, pk, at, channel, phone in values[:LISTED]:
        if channel == AlertChannel.TEXT and phone not in room:
            room[phone] = throttle.has_room(phone, now=now)
        if room.get(phone, True) or channel != AlertChannel.TEXT:
            yield Overdue("alerts", business_id, pk, at)


def _in_the_inbox(late: datetime) -> Iterator[Overdue]:
    asleep = Conversation.objects.filter(status=ConversationStatus.SNOOZED, snoozed_until__lte=late)
    yield from _rows(
        "snoozes", asleep.order_by("snoozed_until").values_list("business_id", "pk", "snoozed_until")[:LISTED]
    )
    untold = Conversation.objects.filter(tending.waits_for_a_person(), reply_due_at__lte=late)
    yield from _rows(
        "waiting customers", untold.order_by("reply_due_at").values_list("business_id", "pk", "reply_due_at")[:LISTED]
    )


def _rows(what: str, rows: "QuerySet[Any, tuple[int, int, datetime | None]]") -> Iterator[Overdue]:
    yield from (Overdue(what, business_id, pk, at) for business_id, pk, at in rows if at is not None)
