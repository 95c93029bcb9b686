"""How late an appointment may be changed. Pure."""

from datetime import datetime, timedelta

from scheduling.enums import AppointmentStatus

CHANGEABLE = (AppointmentStatus.CONFIRMED, AppointmentStatus.REQUESTED)


def may_cancel(status: str, *, starts_at: datetime, now: datetime, notice: timedelta = timedelta()) -> bool:
    """Only what is booked (or asked for) and lies in the future, and not within `notice` of its start."""
    return status in CHANGEABLE and now < starts_at and now <= starts_at - notice


def may_move(status: str, *, starts_at: datetime, now: datetime, notice: timedelta = timedelta()) -> bool:
    """The same for another time; businesses often want to know of a move earlier than of a cancellation."""
    return may_cancel(status, starts_at=starts_at, now=now, notice=notice)
