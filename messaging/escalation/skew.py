"""Two machines, two clocks: when this one and the database's disagree, "due" and "late" mean two things."""

from datetime import datetime, timedelta

from django.db import connection
from django.utils import timezone

OFF = timedelta(seconds=5)


def is_off() -> bool:
    """Whether real time here differs by more than five seconds from the database's; how long it takes to ask does not
    count. Never on SQLite, which has no other clock.
    """
    asked = timezone.now()
    theirs = database_now()
    if theirs is None:
        return False
    return theirs < asked - OFF or theirs > timezone.now() + OFF


def database_now() -> datetime | None:
    """What time it is on the database's machine at this moment; None where that is this machine."""
    if connection.vendor != "postgresql":
        return None
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        moment: datetime = cursor.fetchone()[0]
    return moment
