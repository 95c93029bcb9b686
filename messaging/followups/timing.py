"""When a step is due, and until when it may go out. Pure; instants in and out are aware, results UTC."""

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from messaging.followups.enums import Anchor, StepAction, Unit
from messaging.followups.versions import StepTerms
from scheduling import send_times
from scheduling.send_times import SendWindow

# The earliest moment from `at` on that the recipient's quiet hours allow.
Allowed = Callable[[datetime], datetime]

_MIDNIGHT = time(0)
# Window and quiet hours push each other a day ahead at most; after two weeks they never agree.
_ROUNDS = 32
_UNITS: dict[Unit, send_times.Unit] = {
    Unit.MINUTES: "minutes",
    Unit.HOURS: "hours",
    Unit.DAYS: "days",
    Unit.WEEKS: "weeks",
}


def always(at: datetime) -> datetime:
    """For what no quiet hours concern."""
    return at


def due_at(
    step: StepTerms, *, anchor_at: datetime, last_text_at: datetime | None, zone: ZoneInfo, allowed: Allowed
) -> datetime:
    """When `step` is due: its delay from the event or the last text, then moved into its window, its weekdays and out
    of quiet hours.

    `zone` is the recipient's. No delay and no time of day means at once, to the second. Raises ValueError when there
    is no moment that all of them allow.
    """
    base = last_text_at if step.anchor == Anchor.LAST_TEXT and last_text_at is not None else anchor_at
    wanted = base.astimezone(UTC)
    if step.delay_amount or step.at_time is not None:
        wanted = _counted(step, base, zone)
    return fit(step, wanted, zone=zone, allowed=allowed, at_time=step.at_time)


def fit(step: StepTerms, at: datetime, *, zone: ZoneInfo, allowed: Allowed, at_time: time | None = None) -> datetime:
    """`at` itself if the window, the weekdays and the quiet hours allow it, else the next moment that they do.

    `at_time` is kept where they leave it. Raises ValueError when nothing can ever be allowed.
    """
    window, weekdays = SendWindow(step.window_from, step.window_until), step.weekdays or None

    def within(moment: datetime, wish: time | None = None) -> datetime:
        return send_times.next_allowed(moment, zone=zone, window=window, weekdays=weekdays, at_time=wish)

    if at_time is not None and _inside(at_time, window):
        at = within(at, at_time)
        decent = allowed(at).astimezone(UTC)
        # The next day has its own time of day, if that is no quiet hour as well; on the same day it has passed.
        again = within(decent, at_time) if _day(decent, zone) != _day(at, zone) else decent
        at = again if allowed(again).astimezone(UTC) == again else decent
    for _ in range(_ROUNDS):
        at = within(at)
        decent = allowed(at).astimezone(UTC)
        if decent == at:
            return at
        at = decent
    raise ValueError("The window of this step and the quiet hours leave no moment.")


def keep_apart(
    step: StepTerms,
    wanted: datetime,
    *,
    last_follow_up_at: datetime | None,
    gap: timedelta,
    zone: ZoneInfo,
    allowed: Allowed,
) -> datetime | None:
    """`wanted`, or for a text as much later as the last follow-up asks for; None when it is not valid so long."""
    if step.action != StepAction.TEXT or last_follow_up_at is None or wanted >= last_follow_up_at + gap:
        return wanted
    at = fit(step, last_follow_up_at + gap, zone=zone, allowed=allowed)
    return at if at <= wanted + valid_for(step) else None


def ends_at(step: StepTerms, at: datetime, *, zone: ZoneInfo) -> datetime:
    """Until when the window that is open at `at` lasts."""
    return SendWindow(step.window_from, step.window_until).on(_day(at, zone), zone)[1]


def valid_for(step: StepTerms) -> timedelta:
    return timedelta(minutes=step.valid_for_minutes)


def _counted(step: StepTerms, base: datetime, zone: ZoneInfo) -> datetime:
    due = send_times.due_at(
        base, zone=zone, amount=step.delay_amount, unit=_UNITS[step.delay_unit], at_time=step.at_time
    )
    assert due is not None  # noqa: S101  without `now` it always says when
    # "In two hours, at nine" said in the afternoon means tomorrow.
    return due if due >= base else send_times.next_allowed(base, zone=zone, at_time=step.at_time)


def _inside(at: time, window: SendWindow) -> bool:
    return window.starts <= at and (at < window.ends or window.ends == _MIDNIGHT)


def _day(at: datetime, zone: ZoneInfo) -> date:
    return at.astimezone(zone).date()
