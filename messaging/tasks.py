"""What the queue calls: load, call the topic function, nothing else. Each is harmless the second time."""

from django.utils import timezone

from messaging import alerts, media, upkeep
from messaging.models import Message
from messaging.simulator import clock_moves
from recoverline.lib import clock


def tick() -> None:
    """Every ten seconds: proof of life, and whatever is overdue."""
    upkeep.beat("worker", now=timezone.now())
    clock_moves.keep_real()
    upkeep.sweep(clock.now())
    media.sweep(clock.now())


def reconcile() -> None:
    upkeep.reconcile(clock.now())


def fetch_media(message_id: int) -> None:
    message = Message.objects.filter(pk=message_id).first()
    if message is not None:
        media.fetch_all(message)


def alert_staff(event_id: int) -> None:
    alerts.alert_staff(event_id)
