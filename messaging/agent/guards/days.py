"""PURE: the days that a text names, by value: "Mon, Nov 23", "Monday the 23rd" and "2026-11-23" can be one day."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta


@dataclass(frozen=True, slots=True)
class Day:
    """What is said of one day. `weekday`: 0 is Monday. `relative`: today, tomorrow, day after, or a span of days."""

    weekday: int | None = None
    month: int | None = None
    day: int | None = None
    year: int | None = None
    relative: str = ""

    def is_said_by(self, known: "Day") -> bool:
        """Whether `known` holds everything that this day states."""
        return all(
            mine is None or mine == "" or mine == theirs
            for mine, theirs in (
                (self.weekday, known.weekday),
                (self.month, known.month),
                (self.day, known.day),
                (self.year, known.year if known.year is not None else self.year),
                (self.relative, known.relative),
            )
        )


@dataclass(frozen=True, slots=True)
class DaysSaid:
    """One day, or all of a row of them ("Mon-Fri")."""

    text: str
    start: int
    end: int
    days: tuple[Day, ...]


_WEEKDAYS: dict[str, int] = {}
for _number, _names in enumerate(
    (
        "monday mon lunes lun",
        "tuesday tue tues martes mar",
        "wednesday wed weds miercoles mie",
        "thursday thu thur thurs jueves jue",
        "friday fri viernes vie",
        "saturday sat sabado sab",
        "sunday sun domingo dom",
    )
):
    _WEEKDAYS |= dict.fromkeys(_names.split(), _number)
_MONTHS: dict[str, int] = {}
for _number, _names in enumerate(
    (
        "january jan enero",
        "february feb febrero",
        "march mar marzo",
        "april apr abril",
        "may mayo",
        "june jun junio",
        "july jul julio",
        "august aug agosto",
        "september sep sept septiembre",
        "october oct octubre",
        "november nov noviembre",
        "december dec diciembre",
    ),
    start=1,
):
    _MONTHS |= dict.fromkeys(_names.split(), _number)

_FULL = r"(?:mon|tues|wednes|thurs|fri|satur|sun)days?|lunes|martes|miercoles|jueves|viernes|sabados?|domingos?"
_SHORT = r"(?:Mon|Tues?|Weds?|Thu(?:rs?)?|Fri|Sat|Sun|MON|TUE|WED|THU|FRI|SAT|SUN)\b\.?(?!')"
_SHORT_ES = r"(?:lun|mar|mie|jue|vie|sab|dom)\b\.?(?=\s+(?:\d{1,2}\b|\x00))(?!\s+\d{1,2}(?:st|nd|rd|th))"
_WEEKDAY = re.compile(rf"\b(?:(?i:{_FULL})\b|{_SHORT}|(?i:{_SHORT_ES}))")
_WEEKDAY_ANY_CASE = re.compile(
    rf"\b(?:(?:{_FULL})\b|{_SHORT}|{_SHORT_ES}|(?:lun|mie|jue|vie|sab)\b\.?|(?:mar|dom)\b\.?(?=\s*-))", re.IGNORECASE
)
_WEEKDAY_DAY = re.compile(
    r"\b(?P<name>lunes|martes|miercoles|jueves|viernes|sabado|domingo) (?P<day>\d{1,2})\b(?!\s*(?:[ap]\.?m\b|"
    r"de la\b|[:/-]))",
    re.IGNORECASE,
)
_MONTH_NAME = "|".join(sorted(_MONTHS, key=len, reverse=True))
_MONTH_DAY = re.compile(
    rf"\b(?P<month>{_MONTH_NAME})\b\.?\s+(?:the\s+)?(?P<day>\d{{1,2}})(?:st|nd|rd|th)?\b"
    r"(?!\s*(?::\d|a\.?m\b|p\.?m\b)|\s+de\s+(?:ene|feb|mar|abr|may|jun|jul|ago|sep|oct|nov|"
    r"dic))(?:,?\s+(?P<year>20\d\d)\b)?",
    re.IGNORECASE,
)
_DAY_MONTH = re.compile(
    rf"\b(?:the\s+|el\s+)?(?P<day>\d{{1,2}})(?:st|nd|rd|th)?\s+(?:of\s+|de\s+)?(?P<month>{_MONTH_NAME})\b\.?"
    r"(?!\s+(?:be|i|we|have|need)\b)(?:,?\s+(?:de(?:l)?\s+)?(?P<year>20\d\d)\b)?",
    re.IGNORECASE,
)
_ISO = re.compile(r"\b(?P<year>20\d\d)-(?P<month>\d\d)-(?P<day>\d\d)(?=\b|T\d)")
_NUMERIC = re.compile(
    r"(?P<lead>\b(?:on|el|by|for|dia|"
    r"until)\s+)?(?<![\d/.$-])(?P<month>\d{1,2})/(?P<day>\d{1,2})(?:/(?P<year>20\d\d|\d\d))?"
    r"(?![\d/%])(?!\s*(?:inch|in\b|\"|cup|hp\b|ton|bath|mile|off|price|hours?|days?|of\b))",
    re.IGNORECASE,
)
_THE_NTH = re.compile(
    r"\b(?:the|on) (?P<day>\d{1,2})(?:st|nd|rd|th)\b(?!\s+(?:one|option|slot|choice|floor|time|visit|street|st\b|ave|"
    r"appointment|window|text|call|unit|story|step|year|opening))|\bel dia (?P<dia>\d{1,2})\b",
    re.IGNORECASE,
)
_RELATIVE = re.compile(
    r"\b(?:(?P<after>(?:the )?day after tomorrow|pasado manana)|"
    r"(?P<today>today|tonight|this (?:morning|afternoon|evening)|hoy|esta (?:noche|tarde|manana)|now(?=\s*(?:is|:)))|"
    r"(?P<tomorrow>tomorrow|tmrw|tmw|2moro|(?<!\bla )(?<!\besta )(?<!\bbuena )manana(?!s))|"
    r"(?P<next>(?:later )?(?P<which>this|next|coming|esta|este|proxim[oa]|la otra) (?P<span>week|month|weekend|"
    r"semana|mes|"
    r"fin de semana)(?P<que> que viene)?|(?P<viene>semana|mes) (?:que viene|proxim[oa]))|"
    r"(?P<weekend>(?<!this )(?<!next )weekends?|(?<!este )fin(?:es)? de semana)|(?P<weekdays>weekdays?|"
    r"entre semana|dias habiles)|"
    r"(?P<daily>every ?day|daily|7 days a week|all week|todos los dias|los 7 dias))\b",
    re.IGNORECASE,
)
_ROW = re.compile(r"\s*(?:-|\b(?:to|through|thru|till|until|a|al|hasta)\b)\s*(?:el\s+)?", re.IGNORECASE)
_ONE_DAY = re.compile(r"[\s,(]*(?:(?:the|el|is|es|=|:|on|del?)?[\s,]*)\(?", re.IGNORECASE)
_ALL = tuple(Day(weekday=number) for number in range(7))


def read_days(text: str, *, any_case: bool = False) -> tuple[list[DaysSaid], str]:
    """The days in plain `text`, and the text with those places blanked.

    `any_case`: short weekdays count without a capital too; in a customer's text "mon" is a day, in ours "sat" a verb.
    """
    pieces: list[DaysSaid] = []
    for pattern, read in (
        (_ISO, _calendar),
        (_DAY_MONTH, _calendar),
        (_MONTH_DAY, _calendar),
        (_WEEKDAY_DAY, _weekday_day),
        (_WEEKDAY_ANY_CASE if any_case else _WEEKDAY, _weekday),
        (_NUMERIC, _numeric),
        (_THE_NTH, _nth),
        (_RELATIVE, _relative),
    ):
        for match in pattern.finditer(text):
            days = read(match)
            if days:
                pieces.append(DaysSaid(match.group().strip(), match.start(), match.end(), days))
                text = text[: match.start()] + "\x00" * len(match.group()) + text[match.end() :]
    pieces.sort(key=lambda piece: piece.start)
    return list(_joined(pieces, text)), text


def _joined(pieces: Sequence[DaysSaid], text: str) -> Iterator[DaysSaid]:
    """Rows of days ("Mon-Fri") as all of them, and what is said twice of one day ("Mon, Nov 23") as one."""
    waiting: DaysSaid | None = None
    for piece in pieces:
        if waiting is None:
            waiting = piece
            continue
        between = text[waiting.end : piece.start]
        row = _row(waiting, piece) if _ROW.fullmatch(between) else None
        both = _both(waiting, piece) if row is None and _ONE_DAY.fullmatch(between) else None
        if row is None and both is None:
            yield waiting
            waiting = piece
        else:
            said = f"{waiting.text}{between}{piece.text}".strip()
            waiting = DaysSaid(said, waiting.start, piece.end, row or both or ())
    if waiting is not None:
        yield waiting


def _row(first: DaysSaid, last: DaysSaid) -> tuple[Day, ...] | None:
    if len(first.days) != 1 or len(last.days) != 1:
        return None
    begin, end = first.days[0].weekday, last.days[0].weekday
    if begin is None or end is None or first.days[0].day is not None or last.days[0].day is not None:
        return None
    return tuple(Day(weekday=(begin + step) % 7) for step in range((end - begin) % 7 + 1))


def _both(first: DaysSaid, second: DaysSaid) -> tuple[Day, ...] | None:
    if len(first.days) != 1 or len(second.days) != 1:
        return None
    one, two = first.days[0], second.days[0]
    if None not in (one.weekday, two.weekday) and (one.weekday != two.weekday or one.day == two.day):
        return None
    if one.day is not None and two.day is not None:
        return None
    if one.relative and two.relative:
        return None
    return (
        Day(
            weekday=one.weekday if one.weekday is not None else two.weekday,
            month=one.month or two.month,
            day=one.day or two.day,
            year=one.year or two.year,
            relative=one.relative or two.relative,
        ),
    )


def _calendar(match: re.Match[str]) -> tuple[Day, ...]:
    said, day = match["month"], int(match["day"])
    month = int(said) if said.isdigit() else _MONTHS[said.lower()]
    # "May 2 people come?": the verb begins small, the month does not.
    if said == "may" and match["year"] is None and not match.group().lower().startswith("the"):
        return ()
    if not (1 <= day <= 31 and 1 <= month <= 12):
        return ()
    return (_dated(month, day, int(match["year"]) if match["year"] else None),)


def _numeric(match: re.Match[str]) -> tuple[Day, ...]:
    month, day, year = int(match["month"]), int(match["day"]), match["year"]
    if not (1 <= day <= 31 and 1 <= month <= 12):
        return ()
    # A fraction: "3/4 of the pipe", "1/2 bath".
    if not match["lead"] and not year and month < day and day in (2, 3, 4, 5, 8, 16) and month < 8:
        return ()
    return (_dated(month, day, (int(year) + 2000 if int(year) < 100 else int(year)) if year else None),)


def _dated(month: int, day: int, year: int | None) -> Day:
    try:
        weekday = date(year, month, day).weekday() if year else None
    except ValueError:
        weekday = None
    return Day(weekday=None, month=month, day=day, year=year) if weekday is None else Day(weekday, month, day, year)


def _weekday(match: re.Match[str]) -> tuple[Day, ...]:
    said = match.group().lower().rstrip(".")
    number = _WEEKDAYS.get(said, _WEEKDAYS.get(said.removesuffix("s")))
    return () if number is None else (Day(weekday=number),)


def _weekday_day(match: re.Match[str]) -> tuple[Day, ...]:
    day = int(match["day"])
    return (Day(weekday=_WEEKDAYS[match["name"].lower()], day=day),) if 1 <= day <= 31 else ()


def _nth(match: re.Match[str]) -> tuple[Day, ...]:
    day = int(match["day"] or match["dia"])
    return (Day(day=day),) if 1 <= day <= 31 else ()


def _relative(match: re.Match[str]) -> tuple[Day, ...]:
    if match["after"]:
        return (Day(relative="day after"),)
    if match["today"]:
        return (Day(relative="today"),)
    if match["tomorrow"]:
        return (Day(relative="tomorrow"),)
    if match["weekend"]:
        return _ALL[5:]
    if match["weekdays"]:
        return _ALL[:5]
    if match["daily"]:
        return _ALL
    span = {"semana": "week", "mes": "month", "fin de semana": "weekend"}
    named = (match["span"] or match["viene"]).lower()
    is_next = bool(match["viene"] or match["que"]) or match["which"].lower() not in ("this", "esta", "este")
    return (Day(relative=f"{'next' if is_next else 'this'} {span.get(named, named)}"),)


# ---------------------------------------------------------------- which day is today
def today_in(said: Sequence[DaysSaid]) -> date | None:
    """The date that a text gives for today ("Today is Saturday, Nov 21"); None if it does not say."""
    for group in said:
        for day in group.days:
            if day.relative == "today" and day.month and day.day:
                return _dated_near(day)
    return None


def _dated_near(day: Day) -> date | None:
    for year in [day.year] if day.year else range(2026, 2054):
        try:
            found = date(year or 2026, day.month or 1, day.day or 1)
        except ValueError:
            continue
        if day.weekday is None or found.weekday() == day.weekday:
            return found
    return None


_AHEAD = {"today": 0, "tomorrow": 1, "day after": 2}


def resolved(day: Day, today: date | None) -> Day:
    """`day` with the date of "tomorrow" and the weekday of a date, where `today` tells them."""
    if today is None:
        return day
    if day.relative in _AHEAD and day.month is None:
        exact = today + timedelta(days=_AHEAD[day.relative])
        if day.weekday not in (None, exact.weekday()):
            return day
        return Day(exact.weekday(), exact.month, exact.day, None, day.relative)
    if day.month and day.day:
        for ahead in range(-7, 360):
            exact = today + timedelta(days=ahead)
            if (exact.month, exact.day) == (day.month, day.day):
                relative = next((name for name, days in _AHEAD.items() if days == ahead), day.relative)
                weekday = exact.weekday() if day.weekday is None else day.weekday
                return replace(day, weekday=weekday, relative=relative)
    return day
