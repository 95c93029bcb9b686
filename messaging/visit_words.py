"""When a visit or a call takes place, as people would say it in a text. Pure.

Letters that GSM-7 lacks are left out (sab for sábado): one of them more than doubles the price of a text. The date is
always said, at most with "tomorrow" behind it: a text may be read a day late.
"""

from datetime import datetime
from zoneinfo import ZoneInfo

from leads.enums import Language

_DAYS = {
    Language.ENGLISH: ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"),
    Language.SPANISH: ("lun", "mar", "mié", "jue", "vie", "sab", "dom"),
}
_MONTHS = {
    Language.ENGLISH: ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"),
    Language.SPANISH: (
        *("enero", "febrero", "marzo", "abril", "mayo", "junio"),
        *("julio", "agosto", "septiembre", "octubre", "noviembre", "diciembre"),
    ),
}
_NEAR_DAYS = {Language.ENGLISH: ("today", "tomorrow"), Language.SPANISH: ("hoy", "mañana")}


def describe_visit(
    starts_at: datetime,
    *,
    zone: ZoneInfo,
    language: str,
    arrival_ends_at: datetime | None = None,
    near: str = "",
) -> str:
    """ "Thu, Jun 18 at 10 AM", or with an arrival window "Thu, Jun 18 between 8 and 10 AM"; for the location's zone.

    Spanish has no article: "jue 18 de junio a las 10 AM". `near`, from `near_day`: "Thu, Jun 18 (today) at 10 AM".
    """
    local = starts_at.astimezone(zone)
    day = f"{_day(local, language)} ({near})" if near else _day(local, language)
    if arrival_ends_at is None:
        return f"{day} {_at(local, language)}"
    return f"{day} {_between(local, arrival_ends_at.astimezone(zone), language)}"


def near_day(starts_at: datetime, *, zone: ZoneInfo, language: str, within: tuple[datetime, datetime]) -> str:
    """ "today" or "tomorrow" if that is true in `zone` from the first to the last of `within`, else ""."""
    day = starts_at.astimezone(zone).date()
    away = {(day - at.astimezone(zone).date()).days for at in within}
    names = _NEAR_DAYS[Language.SPANISH if language == Language.SPANISH else Language.ENGLISH]
    return next((name for days, name in enumerate(names) if away == {days}), "")


def describe_call(starts_at: datetime, ends_at: datetime, *, zone: ZoneInfo, language: str) -> str:
    """ "on Thu, Jun 18 between 2 and 4 PM": the window in which somebody calls."""
    local = starts_at.astimezone(zone)
    article = "el" if language == Language.SPANISH else "on"
    return f"{article} {_day(local, language)} {_between(local, ends_at.astimezone(zone), language)}"


def _day(local: datetime, language: str) -> str:
    if language == Language.SPANISH:
        return f"{_DAYS[Language.SPANISH][local.weekday()]} {local.day} de {_MONTHS[Language.SPANISH][local.month - 1]}"
    return f"{_DAYS[Language.ENGLISH][local.weekday()]}, {_MONTHS[Language.ENGLISH][local.month - 1]} {local.day}"


def _at(local: datetime, language: str) -> str:
    if language == Language.SPANISH:
        return f"a {_las(local)} {_clock(local)}"
    return f"at {_clock(local)}"


def _between(first: datetime, last: datetime, language: str) -> str:
    """Both halves of the day are named only where they differ."""
    same_half = first.date() == last.date() and (first.hour < 12) == (last.hour < 12)
    begins = _clock(first).rpartition(" ")[0] if same_half else _clock(first)
    if language == Language.SPANISH:
        return f"entre {_las(first)} {begins} y {_las(last)} {_clock(last)}"
    return f"between {begins} and {_clock(last)}"


def _las(local: datetime) -> str:
    return "la" if local.hour % 12 == 1 else "las"


def _clock(local: datetime) -> str:
    """10 AM, 2:30 PM; 12 PM is noon."""
    minutes = f":{local.minute:02}" if local.minute else ""
    return f"{local.hour % 12 or 12}{minutes} {'AM' if local.hour < 12 else 'PM'}"
