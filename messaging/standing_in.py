"""What the sender does when no worker works any more: alarms are the worker's, so its own silence is told by another.

The worker's parent starts a cluster that hangs again by itself (messaging.ticker); this is for when that is gone too.
"""

import logging
from datetime import datetime

from leads import events
from leads.models import Business
from messaging import alerts, beats
from messaging.models import Heartbeat
from recoverline.lib import clock

logger = logging.getLogger(__name__)

SILENT_SINCE = "no worker since"
TEXT = "No worker is running: texts leave, but nothing else does, such as alerts, reminders and follow-ups."


def look_after_worker(now: datetime) -> bool:
    """Mail every team once when the last beat of all workers is 90 seconds old; whether that was done just now.

    `now` is the real time. Where none ever worked, or each one stopped as it was told to, nobody is surprised.
    """
    beat = beats.read().latest(beats.WORKER)
    if beat is None or not beats.is_stale(beat, now):
        Heartbeat.objects.filter(name=SILENT_SINCE).delete()
        return False
    _, is_news = Heartbeat.objects.get_or_create(name=SILENT_SINCE, defaults={"at": now})
    if not is_news:
        return False
    logger.error("no worker has shown itself for %.0f seconds", (now - beat).total_seconds())
    for business in Business.objects.all():
        # It has no handlers: nobody would run them.
        event = events.record("work.halted", business=business, at=clock.now(), text=TEXT)
        alerts.alert_staff(event.pk)
    return True
