"""What the queue calls: load, call the topic function, nothing else. Each is harmless the second time."""

from leads.models import LeadEvent
from messaging.escalation import given_up, relay, running, sending, sources, watchdog
from recoverline.lib import clock


def run_due() -> None:
    """Every ten seconds, and whenever somebody rings: steps and reminders that are due, and alerts that wait."""
    running.run_due(clock.now())
    sending.send_waiting(clock.now())
    relay.forward_waiting(clock.now())


def escalate_event(event_id: int) -> None:
    event = LeadEvent.objects.select_related("business", "lead").filter(pk=event_id).first()
    if event is not None:
        sources.escalate(event, now=clock.now())


def watch() -> None:
    """Every minute: whether anything that is due was left lying, or a task was given up."""
    given_up.tell(clock.now())
    watchdog.watch(clock.now())
