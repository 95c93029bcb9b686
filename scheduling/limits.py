"""How often somebody may ask something of the public pages. Rows, because web processes share no memory."""

from datetime import UTC, datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import F

from scheduling.models import RequestCount

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
KEPT_FOR = timedelta(days=2)


def allow(subject: str, *, most: int, per: timedelta, now: datetime) -> bool:
    """Count one more of `subject` in the present stretch of `per`; False from the one after `most` on."""
    begins_at = _EPOCH + (now - _EPOCH) // per * per
    rows = RequestCount.objects.filter(subject=subject[:80], begins_at=begins_at)
    if not rows.update(count=F("count") + 1):
        try:
            with transaction.atomic():
                RequestCount.objects.create(subject=subject[:80], begins_at=begins_at, count=1)
        except IntegrityError:
            rows.update(count=F("count") + 1)
    return (rows.values_list("count", flat=True).first() or 0) <= most


def forget(now: datetime) -> int:
    """Delete counts of the past; how many."""
    return RequestCount.objects.filter(begins_at__lt=now - KEPT_FOR).delete()[0]
