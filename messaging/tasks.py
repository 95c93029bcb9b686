"""What the queue calls: load, call the topic function, nothing else. Each is harmless the second time."""

from django.utils import timezone

from leads.models import LeadEvent
from messaging import (
    alerts,
    appointment_events,
    beats,
    media,
    reminders,
    silence,
    upkeep,
    voicemail,
    waitlist_offers,
)
from messaging.agent import turn
from messaging.inbox import leaving, tending
from messaging.models import Message
from messaging.simulator import clock_moves
from recoverline.lib import clock


def tick() -> None:
    """Every ten seconds: whatever is overdue."""
    beats.forget_gone(timezone.now())
    clock_moves.keep_real()
    for sweep in (upkeep.sweep, reminders.sweep, waitlist_offers.sweep, media.sweep, voicemail.sweep):
        sweep(clock.now())


def tend_robot() -> None:
    """What the sender has left over, and what people have left alone for long enough."""
    turn.return_from_people(clock.now())
    turn.sweep(clock.now())


def tend_inbox() -> None:
    """What was put aside until now, and who has waited too long."""
    tending.wake(clock.now())
    tending.tell_overdue(clock.now())


def reconcile() -> None:
    upkeep.reconcile(clock.now())
    appointment_events.catch_up(clock.now())
    waitlist_offers.offer_everywhere(clock.now())


def watch_silence() -> None:
    silence.watch(clock.now())


def fetch_media(message_id: int) -> None:
    message = Message.objects.filter(pk=message_id).first()
    if message is not None:
        media.fetch_all(message)


def fetch_voicemail(call_id: int) -> None:
    voicemail.fetch(call_id)


def alert_staff(event_id: int, attempt: int = 1) -> None:
    alerts.alert_staff(event_id, attempt=attempt)


def appointment_event(event_id: int) -> None:
    event = LeadEvent.objects.select_related("business").filter(pk=event_id).first()
    if event is not None:
        appointment_events.handle(event, now=clock.now())


def release_work(event_id: int) -> None:
    event = LeadEvent.objects.filter(pk=event_id).first()
    if event is not None:
        leaving.release(event)


def callback_promised(event_id: int) -> None:
    event = LeadEvent.objects.select_related("business").filter(pk=event_id).first()
    if event is not None:
        appointment_events.tell_callback(event, now=clock.now())
