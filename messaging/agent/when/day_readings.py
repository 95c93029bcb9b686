"""What each way to name a day means, counted from today. Pure.

A reading takes the match of a rule of when_days and answers with days that are not over, or None: the words name none.
It may raise ValueError or OverflowError for a day that the calendar does not have.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, timedelta

from messaging.agent.when.holidays import holiday_on
from messaging.agent.when.marks import Days, Marks
from messaging.agent.when.words import MONTHS, WEEKDAYS

Read = Callable[[re.Match[str], Marks], Days | None]


def _one(day: date, **about: bool) -> Days:
    return Days(day, day, **about)


def _next_weekday(name: str, after: date) -> date:
    """The first `name` later than `after`."""
    return after + timedelta(days=(WEEKDAYS.index(name) - after.weekday() - 1) % 7 + 1)


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def _count(words: str) -> int:
    """ "3", "a", "a couple of", "a few" as a number."""
    first = words.split()[-1] if words.split()[-1].isdigit() else words
    if first.isdigit():
        return int(first)
    return 2 if "couple" in words else 3 if "few" in words else 1


def _add_months(day: date, months: int) -> date:
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    for last in (day.day, 30, 29, 28):
        try:
            return date(year, month + 1, last)
        except ValueError:
            continue
    return day


def _last_of_month(day: date) -> date:
    return _add_months(day.replace(day=1), 1) - timedelta(days=1)


def read_past(match: re.Match[str], marks: Marks) -> Days:
    return _one(marks.today, is_past=True)


def read_today(match: re.Match[str], marks: Marks) -> Days:
    return _one(marks.today)


def relative(days: int) -> Read:
    return lambda match, marks: _one(marks.today + timedelta(days=days))


def read_weekday(match: re.Match[str], marks: Marks) -> Days:
    """Said on the day itself, nobody knows which is meant."""
    name, today = match["day"], marks.today
    coming = _next_weekday(name, today)
    how = (match["how"] or "").split()
    is_same_week = coming <= _monday(today) + timedelta(days=6)
    if "next" in how or "following" in how:
        if is_same_week:
            return _one(coming + timedelta(days=7), is_unsure=True, is_weekday=True)
        return _one(coming, is_weekday=True)
    return _one(coming, is_unsure=WEEKDAYS[today.weekday()] == name, is_weekday=True)


def read_weekday_of_week(match: re.Match[str], marks: Marks) -> Days | None:
    """ "Monday next week", "next week friday", "tuesday week after next"."""
    name = match["day"] or match["day2"]
    week = match["week"] or match["week2"]
    weeks = 2 if "after" in week else 1 if "next" in week or "following" in week else 0
    day = _monday(marks.today) + timedelta(days=7 * weeks + WEEKDAYS.index(name))
    return _one(day) if day >= marks.today else None


def read_after_weekday(match: re.Match[str], marks: Marks) -> Days:
    """ "The monday after next", "monday after next"."""
    return _one(_next_weekday(match["day"], _monday(marks.today) + timedelta(days=13)))


def read_nth_weekday(match: re.Match[str], marks: Marks) -> Days:
    """ "Two mondays from now", British "monday week"."""
    number, name = int(match["n"] or 2), match["day"] or match["day2"]
    return _one(_next_weekday(name, marks.today) + timedelta(days=7 * (number - 1)))


def read_holiday(match: re.Match[str], marks: Marks) -> Days:
    days = (holiday_on(match, year) for year in (marks.today.year, marks.today.year + 1))
    day = next(day for day in days if day >= marks.today)
    return _one(day + timedelta(days=1 if match["after"] else 0))


def read_weeks_from(match: re.Match[str], marks: Marks) -> Days:
    """ "A week from monday", "2 days from now", "wednesday in 2 weeks"."""
    number, unit, start = (
        _count(match["n"] or match["n2"]),
        match["unit"] or match["unit2"],
        match["start"] or match["day"],
    )
    if start in WEEKDAYS:
        start_on = _next_weekday(start, marks.today)
    else:
        start_on = marks.today + timedelta(days=1 if start == "tomorrow" else 0)
    return _one(_add(start_on, number, unit))


def _add(day: date, number: int, unit: str) -> date:
    if number > 400:
        raise ValueError("too far")
    if unit == "month":
        return _add_months(day, number)
    return day + timedelta(days=number * (7 if unit == "week" else 1))


def read_in_days(match: re.Match[str], marks: Marks) -> Days:
    """ "In 3 days", "in 2 or 3 weeks", "in a few days"."""
    first = _add(marks.today, _count(match["n"]), match["unit"])
    if match["m"]:
        return Days(first, max(first, _add(marks.today, int(match["m"]), match["unit"])))
    if "few" in match["n"] or "couple" in match["n"]:
        return Days(first - timedelta(days=1), first + timedelta(days=2))
    return _one(first)


def read_within(match: re.Match[str], marks: Marks) -> Days:
    number = _count(match["n"]) if match["n"] else 1
    return Days(marks.today, _add(marks.today, number, match["unit"]))


def read_week(match: re.Match[str], marks: Marks) -> Days | None:
    part, which = match["part"] or "", match["which"] or ""
    weeks = 2 if match["later"] else 1 if "next" in which or "following" in which else 0
    monday = _monday(marks.today) + timedelta(days=7 * weeks)
    first, last = _stretch(part, 6)
    if weeks == 0 and "later" in part:
        first, last = marks.today.weekday() + 1, 6
    return _from_today(monday + timedelta(days=first), monday + timedelta(days=last), marks.today)


def _stretch(part: str, whole: int) -> tuple[int, int]:
    """First and last day of a part of the week, counted from its Monday."""
    if re.search(r"early|earlier|begin|start|first|beginning", part):
        return 0, 2
    if re.search(r"mid", part):
        return 1, 3
    if re.search(r"late|later|end|latter|back", part):
        return 3, 4
    return 0, whole


def _from_today(first: date, last: date, today: date) -> Days | None:
    return Days(max(first, today), last) if last >= today else None


def read_week_of(match: re.Match[str], marks: Marks) -> Days | None:
    day = _named_date(match, marks)
    if day is None:
        return None
    monday = _monday(day)
    return _from_today(monday, monday + timedelta(days=6), marks.today)


def read_weekend(match: re.Match[str], marks: Marks) -> Days:
    """Saturday and Sunday; what is left of it on a Sunday. "Next weekend" before a weekend may mean that one."""
    monday = _monday(marks.today)
    which = match["which"] or ""
    is_next = "next" in which or "following" in which
    saturday = monday + timedelta(days=12 if is_next else 5)
    first = max(saturday, marks.today)
    return Days(first, saturday + timedelta(days=1), is_unsure=is_next and marks.today.weekday() < 5)


def read_month_part(match: re.Match[str], marks: Marks) -> Days | None:
    """ "In december", "early march", "end of the month", "first week of june"."""
    part, name = match["part"] or "", match["month"]
    today = marks.today
    if name in MONTHS:
        start = today.replace(day=1, month=MONTHS.index(name) + 1)
        start = start if _last_of_month(start) >= today else start.replace(year=start.year + 1)
    else:
        start = _add_months(today.replace(day=1), 1 if "next" in name else 0)
    end = _last_of_month(start)
    if "last week" in part:
        first, last = end - timedelta(days=6), end
    elif "week" in part:
        first = start + timedelta(days=7 * ("first", "second", "third").index(part.split()[0]))
        last = first + timedelta(days=6)
    elif re.search(r"early|begin|start", part):
        first, last = start, start + timedelta(days=9)
    elif "mid" in part:
        first, last = start + timedelta(days=10), start + timedelta(days=19)
    elif re.search(r"late|end", part):
        first, last = end - timedelta(days=9 if "late" in part else 4), end
    else:
        first, last = start, end
    return _from_today(first, last, today)


def read_nth_of_month(match: re.Match[str], marks: Marks) -> Days | None:
    """ "The first monday in december", "last friday of the month"; None if it is over."""
    name, weekday = match["month"], WEEKDAYS.index(match["day"])
    start = marks.today.replace(day=1)
    if name in MONTHS:
        start = _add_months(start, (MONTHS.index(name) + 1 - start.month) % 12)
    elif "next" in name:
        start = _add_months(start, 1)
    if match["nth"] == "last":
        end = _last_of_month(start)
        day = end - timedelta(days=(end.weekday() - weekday) % 7)
    else:
        weeks = ("first", "second", "third", "fourth").index(match["nth"])
        day = start + timedelta(days=(weekday - start.weekday()) % 7 + 7 * weeks)
    return _one(day) if day >= marks.today else None


def read_end_of_year(match: re.Match[str], marks: Marks) -> Days:
    return Days(marks.today, marks.today.replace(month=12, day=31))


def _named_date(match: re.Match[str], marks: Marks) -> date | None:
    """The next day with this number, and this month and year as far as they are named. None: no such day, or past."""
    groups = match.groupdict()
    number, name, year = int(groups["n"]), groups.get("month"), groups.get("year")
    if name is None:
        months = [_add_months(marks.today.replace(day=1), ahead) for ahead in range(4)]
        return _first_from(marks.today, [_date_or_none(month.year, month.month, number) for month in months])
    month = MONTHS.index(name) + 1
    if year:
        return _first_from(marks.today, [_date_or_none(int(year), month, number)])
    return _coming(marks.today, month, number)


def _coming(today: date, month: int, number: int) -> date | None:
    """The next such day; the 29th of February may be years away."""
    return _first_from(today, [_date_or_none(today.year + ahead, month, number) for ahead in range(9)])


def _first_from(today: date, days: Sequence[date | None]) -> date | None:
    return next((day for day in days if day is not None and day >= today), None)


def _date_or_none(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def read_by_name(match: re.Match[str], marks: Marks) -> Days | None:
    """A date, gone if it names a year that is over; with a weekday that does not fit it, unsure."""
    day = _named_date(match, marks)
    if day is None:
        return read_past(match, marks) if match.groupdict().get("year") else None
    return _one(day)


def read_dates(match: re.Match[str], marks: Marks) -> Days | None:
    """ "Dec 3-5"; "dec 5 - 3" names no days."""
    first, number = _named_date(match, marks), int(match["m"])
    if first is None or number <= first.day:
        return None
    return Days(first, first.replace(day=number))


def read_by_number(match: re.Match[str], marks: Marks) -> Days | None:
    """ "The 24th": the next one; nothing in front of it says that it is a date, so what follows must not deny it."""
    day = _named_date(match, marks)
    return None if day is None else _one(day)


def read_by_asked_number(match: re.Match[str], marks: Marks) -> Days | None:
    return read_by_number(match, marks) if marks.asked else None


def read_this_months(match: re.Match[str], marks: Marks) -> Days | None:
    day = _add_months(marks.today.replace(day=1), 1 if "next" in match["which"] else 0).replace(day=int(match["n"]))
    if day < marks.today:
        return None
    return _one(day)


def read_by_slash(match: re.Match[str], marks: Marks) -> Days | None:
    """12/3 is the third of December; 23/12 cannot be anything but the twenty-third."""
    if _is_fraction(match, marks):
        return None
    month, number, year = int(match["month"]), int(match["n"]), match["year"]
    if month > 12:
        month, number = number, month
    if year:
        named = date(int(year) % 100 + 2000, month, number)
        return _one(named) if named >= marks.today else read_past(match, marks)
    day = _coming(marks.today, month, number)
    return None if day is None else _one(day)


def read_by_iso(match: re.Match[str], marks: Marks) -> Days | None:
    day = _date_or_none(int(match["year"]), int(match["month"]), int(match["n"]))
    if day is None:
        return None
    return _one(day) if day >= marks.today else read_past(match, marks)


def read_weekday_and_date(match: re.Match[str], marks: Marks) -> Days | None:
    """ "Monday, november 30": the date; unsure if it is no Monday."""
    one, other = marks.days_at(match["one"]), marks.days_at(match["two"])
    if one.is_weekday == other.is_weekday or one.is_past or other.is_past:
        return None
    weekday, named = (one, other) if one.is_weekday else (other, one)
    if named.first != named.last:
        return None
    return replace(named, is_unsure=named.first.weekday() != weekday.first.weekday())


def read_weekday_after(match: re.Match[str], marks: Marks) -> Days | None:
    """ "The friday after thanksgiving"."""
    one, other = marks.days_at(match["one"]), marks.days_at(match["two"])
    if not one.is_weekday or other.is_past:
        return None
    return _one(_next_weekday(WEEKDAYS[one.first.weekday()], other.last))


def read_weekday_and_number(match: re.Match[str], marks: Marks) -> Days | None:
    """ "Monday 30th", "friday the 4th", "mon 23": the next such date on that weekday within a few months."""
    number = int(match["n"])
    weekday = WEEKDAYS.index(match["day"])
    start = marks.today.replace(day=1)
    days = [
        day
        for ahead in range(4)
        if (month := _add_months(start, ahead)) and (day := _date_or_none(month.year, month.month, number))
        if day >= marks.today
    ]
    if not days:
        return None
    fitting = [day for day in days if day.weekday() == weekday]
    return _one(fitting[0]) if fitting else _one(days[0], is_unsure=True)


def _is_fraction(match: re.Match[str], marks: Marks) -> bool:
    """Whether "1/2" or "3/4" is a size: a number stands before it, or a thing behind."""
    if match["year"] or match[0] not in _FRACTIONS:
        return False
    before, after = match.string[: match.start()].split()[-1:], match.string[match.end() :].split()[:1]
    if before and before[0].isdigit():
        return True
    return bool(after) and after[0].isalpha() and after[0] not in _AFTER_DATE


_FRACTIONS = frozenset(f"{part}/{whole}" for whole in (2, 3, 4, 8, 16) for part in range(1, whole))
AFTER_DATE = (
    "at or and in if is ok okay works work please pls thanks thank before after between around any would will from "
    "until to by for morning afternoon evening noon was the good fine best i we you can could not about so but then "
    "o y a de por"
)
_AFTER_DATE = frozenset(AFTER_DATE.split())
