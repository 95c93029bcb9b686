"""Freed times are offered by text to those who wait, one after the other, and only by day."""

from collections.abc import Hashable, Sequence
from datetime import datetime, timedelta

from django.db import transaction

from leads.models import Location
from messaging import appointment_texts, recheck
from messaging.compliance import quiet
from messaging.enums import MessageStatus, ScriptKind
from messaging.models import Conversation
from scheduling import booking, waitlist
from scheduling.models import WaitlistEntry


def offer_freed(location: Location, *, now: datetime) -> int:
    """Offer what is open to those in line; how many offers were made.

    Whoever has quiet hours is passed over; a later sweep asks them.
    """
    offered = 0
    seen: dict[Hashable, list[datetime]] = {}
    for batch in waitlist.in_line(location, now=now):
        silenced = recheck.phones_not_to_text(location.business, {entry.lead.phone for entry in batch})
        for entry in batch:
            wish = (entry.service_id, entry.area_id, entry.day)
            if entry.lead.phone in silenced or not quiet.is_allowed(entry.lead, location, now):
                continue
            if wish not in seen:
                seen[wish] = waitlist.open_times(entry, now=now)
            if seen[wish] and _ask(entry, seen[wish], now=now):
                offered += 1
                # What was kept may have been in the way of another wish too. Nothing becomes free by it.
                seen = {wish: starts for wish, starts in seen.items() if not starts}
    return offered


def sweep(now: datetime) -> None:
    """What was not answered goes to the next in line."""
    for location in waitlist.lapse(now):
        offer_freed(location, now=now)


def offer_everywhere(now: datetime) -> None:
    """Whatever became free in another way: hours that were added, an event that was lost, a night that is over."""
    for location in waitlist.waiting_locations(now):
        offer_freed(location, now=now)


def _ask(entry: WaitlistEntry, starts: Sequence[datetime], *, now: datetime) -> bool:
    """Offer them the first of `starts` that can be kept, on their thread, unless a person talks to them there."""
    thread = appointment_texts.thread_for(entry.lead, entry.location, now=now)
    if thread is None or thread.automation_paused:
        return False
    return any(_offer(entry, start, thread, now=now) for start in starts)


def _offer(entry: WaitlistEntry, starts_at: datetime, thread: Conversation, *, now: datetime) -> bool:
    """Keep it and say so; what cannot be said is not kept."""
    with transaction.atomic():
        held = waitlist.offer(entry, starts_at, now=now)
        if held is None:
            return False
        text = appointment_texts.say(
            held, ScriptKind.SLOT_OFFERED, thread, idem_key=f"waitlist:{held.key}", now=now,
            # With some minutes left to answer in.
            expires_at=now + timedelta(minutes=waitlist.OFFER_MINUTES - 10),
        )  # fmt: skip
        if text.status == MessageStatus.SUPPRESSED:
            booking.release(held, now=now)
    return text.status != MessageStatus.SUPPRESSED
