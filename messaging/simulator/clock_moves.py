"""Moving the clock, so that "after hours" can be tried at noon. Never where real people are served."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.db.models import QuerySet

from leads.models import Location
from messaging.enums import CarrierKind
from messaging.models import CarrierAccount
from messaging.simulator.errors import SimulatorError
from recoverline.lib import clock
from scheduling import queries

EVENING = time(19, 14)
A_LITTLE = timedelta(minutes=5)


class ClockStands(SimulatorError):
    """The clock may not be moved."""


def real_accounts() -> QuerySet[CarrierAccount]:
    """Active accounts that carry to real people."""
    real = CarrierAccount.objects.filter(is_active=True).exclude(kind=CarrierKind.SIMULATOR)
    # A phone system of a made-up business reports made-up calls; whoever carries texts carries them to people.
    return real.exclude(kind=CarrierKind.WEBHOOK, business__is_simulated=True)


def may_move() -> bool:
    """Whether nobody real depends on the time: no active account of a real carrier."""
    return not real_accounts().exists()


def keep_real() -> None:
    """Back to the real time as soon as somebody real depends on it: carriers' logs and real callers know no other."""
    if clock.offset() and not may_move():
        clock.move_to(None)


def move_to(moment: datetime | None) -> None:
    """Let it be `moment`; None returns to the real time, which is always possible. Raises ClockStands."""
    if moment is not None and not may_move():
        raise ClockStands("The clock stays as it is: an account of a real carrier is active here.")
    clock.move_to(moment)


def let_pass(span: timedelta) -> None:
    """Let time pass, where the clock may be moved; elsewhere a call just takes no time."""
    if span and may_move():
        clock.move_to(clock.now() + span)


def next_at(at: time, *, zone: ZoneInfo, now: datetime) -> datetime:
    """The next instant at which the wall clock in `zone` shows `at`."""
    local = now.astimezone(zone)
    today = local.replace(hour=at.hour, minute=at.minute, second=0, microsecond=0)
    return today if today > local else today + timedelta(days=1)


def when_open(location: Location, *, now: datetime) -> datetime | None:
    """`now` if it is open, else shortly after the next opening; None when it never opens."""
    state = queries.state_of(location, now=now)
    if state.is_open:
        return now
    return state.opens_at + A_LITTLE if state.opens_at else None


def when_closed(location: Location, *, now: datetime) -> datetime | None:
    """`now` if it is closed, else 7:14 PM or, if that is still open, shortly after closing; None: it never closes."""
    state = queries.state_of(location, now=now)
    if not state.is_open:
        return now
    evening = next_at(EVENING, zone=location.zone, now=now)
    if not queries.state_of(location, now=evening).is_open:
        return evening
    return state.changes_at + A_LITTLE if state.changes_at else None


def next_opening(location: Location, *, now: datetime) -> datetime | None:
    return queries.state_of(location, now=now).opens_at
