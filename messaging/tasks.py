"""What the queue calls: load, call the topic function, nothing else. Each is harmless the second time."""

from django.utils import timezone

from messaging import alerts, media, upkeep
from messaging.models import Message
from messaging.simulator import clock_moves
from recoverline.lib import clock


def tick() -> None:
    """Every ten seconds: proof of life, and whatever is overdue."""
    clock_moves.keep_real()
    now = clock.now()
    upkeep.beat("worker", now=timezone.now())
    upkeep.sweep_hooks(now)
    upkeep.sweep_texts(now)
    upkeep.sweep_calls(now)
    media.sweep(now)


def reconcile() -> None:
    upkeep.reconcile(clock.now())


def fetch_media(message_id: int) -> None:
    message = Message.objects.filter(pk=message_id).first()
    if message is not None:
        media.fetch_all(message)


def alert_staff(event_id: int) -> None:
    alerts.alert_staff(event_id)
