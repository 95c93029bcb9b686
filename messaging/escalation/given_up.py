"""Tasks that kept killing their worker and are no longer tried: somebody hears of it."""

from datetime import datetime

from django.db import transaction

from leads import events
from leads.models import Business
from recoverline.lib import queue


@transaction.atomic
def tell(now: datetime) -> int:
    """Mail every team once which task is no longer tried; how many tasks were told.

    Nobody is woken: what the task leaves undone is late two minutes afterwards, and `watchdog.watch` tells that to whom
    it concerns.
    """
    names = queue.untold(now)
    for name in names:
        text = f"The task {name} ended its worker {queue.MOST_STARTS} times and is no longer tried. See the log."
        if name == queue.UNREADABLE:
            text = "A task of the queue could not be read and was taken out. See the log."
        for business in Business.objects.all():
            events.record("work.given_up", business=business, at=now, text=text)
    return len(names)
