"""What the queue calls: load, call the topic function, nothing else. Each is harmless the second time."""

from leads.models import LeadEvent
from messaging.followups import events, running
from recoverline.lib import clock


def follow_up(event_id: int) -> None:
    event = LeadEvent.objects.select_related("business").filter(pk=event_id).first()
    if event is not None:
        events.handle(event, now=clock.now())


def sweep() -> None:
    """Every ten seconds: the steps that are due."""
    running.sweep(clock.now())
