"""What the queue calls: load, call the topic function, nothing else. Each is harmless the second time."""

from recoverline.lib import clock
from scheduling import booking, limits
from scheduling.calendars import caldav_push, caldav_sync, polling


def expire_holds() -> None:
    """Times that nobody keeps any more, and with them counts of the past."""
    now = clock.now()
    booking.expire_holds(now)
    limits.forget(now)


def poll_calendars() -> None:
    polling.sweep(clock.now())


def sync_calendars() -> None:
    caldav_sync.sweep(clock.now())


def push_calendar_object(object_id: int) -> None:
    caldav_push.push(object_id, now=clock.now())


def calendar_appointment_changed(event_id: int) -> None:
    caldav_push.appointment_changed(event_id, now=clock.now())
