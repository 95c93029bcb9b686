"""How many alert texts one phone gets: a ringing phone that nobody can read any more helps nobody."""

from datetime import datetime, timedelta

from django.db.models import Q

from messaging.enums import Direction, MessageKind, MessageStatus
from messaging.models import Message

LIMITS = (
    (1, timedelta(minutes=1)),
    (5, timedelta(minutes=15)),
    (11, timedelta(hours=1)),
    (21, timedelta(hours=3)),
)  # fmt: skip
# Texts in these states reach nobody any more.
LOST = (
    MessageStatus.SUPPRESSED,
    MessageStatus.FAILED,
    MessageStatus.UNDELIVERED,
    MessageStatus.EXPIRED,
    MessageStatus.DEAD,
)
# Beginnings of idem_key. Answers to what they texted themselves are not counted.
ALERT, SAID = "alert:", "said:"


def has_room(phone: str, *, now: datetime, is_danger: bool = False) -> bool:
    """Whether one more may go to `phone`, whichever business it is from. A danger waits for the first limit only."""
    longest = LIMITS[-1][1]
    texts = Message.objects.filter(
        Q(idem_key__startswith=ALERT) | Q(idem_key__startswith=SAID),
        lead__phone=phone,
        kind=MessageKind.ALERT,
        direction=Direction.OUT,
        created_at__gt=now - longest,
    ).exclude(status__in=LOST)
    times = list(texts.values_list("created_at", flat=True))
    limits = LIMITS[:1] if is_danger else LIMITS
    return all(sum(at > now - span for at in times) < most for most, span in limits)
