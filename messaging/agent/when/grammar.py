"""When a customer wants to come, as days and times of the business. Pure; English and Spanish.

`read_when` reads the words in three steps: plain words (when_words), days (when_days), times (when_times); here the
days and times that belong together are joined. What was ruled out ("not monday", "no puedo el martes") is no wish and
is told by `read_ruled_out`. Total on any string, and never a day that is over.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from functools import partial

from messaging.agent.when.days import mark_days
from messaging.agent.when.marks import DAY, Days, Marks
from messaging.agent.when.times import TIME, Clock, Times, mark_times, time_at
from messaging.agent.when.words import plain_words


@dataclass(frozen=True, slots=True)
class When:
    """A day or days, and a time or part of the day, in the business's local time.

    `first` and `last` are equal for one day and never past. At most one of `at` and the pair `starts`, `ends` is known;
    a pair may be open at one side. `is_unsure`: "next friday" said on a Thursday, a weekday that does not fit the date:
    offer dated slots, do not guess. `has_date` is False if only a time was said; `first` is then the next day on which
    it can be. "As soon as possible" is today: whoever looks for slots goes on from there.
    """

    first: date
    last: date
    at: time | None = None
    starts: time | None = None
    ends: time | None = None
    is_unsure: bool = False
    has_date: bool = True

    @property
    def has_time(self) -> bool:
        return self.at is not None or self.starts is not None or self.ends is not None


def read_when(text: str, *, now: datetime, asked: bool = False) -> list[When]:
    """The times `text` asks for, several if any of them will do ("mon or tues"); [] if it names no date and no time.

    `now`: the business's local time, aware or naive. `asked`: our last text asked for a day or time, so that a bare "3"
    or "the 5th" is one. A correction ("actually", "so", "instead of") wins over what stands before it.
    """
    return _read(text, now, asked)[0]


def read_ruled_out(text: str, *, now: datetime) -> list[When]:
    """The days and times that `text` says are no good: "not monday", "I can't do 3". [] if none."""
    return _read(text, now, False)[1]


@dataclass(slots=True)
class _Group:
    """Days and times that belong together."""

    days: list[Days] = field(default_factory=list)
    times: list[Times] = field(default_factory=list)
    is_closed: bool = False


def _read(text: str, now: datetime, asked: bool) -> tuple[list[When], list[When]]:
    now = now.replace(tzinfo=None)
    line, days = mark_days(plain_words(text), today=now.date(), asked=asked)
    line = _MOVED.sub(r"\1 at ", line)
    line = _HAPPENED.sub(lambda match: match[0][: -len(match["day"])] + _over(match["day"], days), line)
    line, times = mark_times(line, days, now=now)
    if not _ANY_MARK.search(line):
        return [], []
    ruled_out: list[When] = []
    for pattern in _RULED_OUT:
        line = pattern.sub(lambda match: _ruled_out(match, days, times, now, ruled_out), line)
    for pattern, read in _SPANS:
        line = pattern.sub(partial(_spanned, days, read), line)
    wishes: list[_Group] = []
    for clause in _CORRECTION.split(line):
        wishes = _overlaid(wishes, _groups(clause, days, times))
    return [*dict.fromkeys(when for group in wishes for when in _whens(group, now))], ruled_out


def _over(sign: str, days: Marks) -> str:
    """ "It broke this morning": the same day, as past; tomorrow is never past ("toilet clogged, tomorrow at 2?")."""
    day = days.days_at(sign)
    is_tomorrow = not day.is_weekday and day.first == day.last == days.today + timedelta(days=1)
    return sign if is_tomorrow else days.mark(replace(day, is_past=True))


def _ruled_out(match: re.Match[str], days: Marks, times: list[Times], now: datetime, found: list[When]) -> str:
    """Takes what is denied out of the line. A part of the day that is no good leaves the rest of the day."""
    parts = [time_at(times, sign) for sign in match[0] if _TIME.fullmatch(sign)]
    named = [days.days_at(sign) for sign in match[0] if _DAY.fullmatch(sign)]
    if not named and len(parts) == 1 and parts[0].part in _OTHER_HALF:
        times.append(_OTHER_HALF[parts[0].part])
        return chr(ord(TIME[1]) + len(times) - 1) if len(times) < 0x700 else " "
    if named or not any(part.starts or part.ends for part in parts):
        group = _Group([day for day in named if not day.is_past], parts)
        found.extend(_whens(group, now))
        return " § "
    return match[0]


def _spanned(days: Marks, read: str, match: re.Match[str]) -> str:
    """ "Monday to wednesday", "by friday", "after the 5th" as one run of days."""
    one = days.days_at(match["a"])
    if one.is_past:
        return match["a"]
    if read == "between":
        other = days.days_at(match["b"])
        last = other.last
        if other.is_weekday and last < one.first:
            last += timedelta(days=7)
        if other.is_past or last < one.first or (last - one.first).days > 62:
            return match[0]
        return days.mark(Days(one.first, last, is_unsure=one.is_unsure or other.is_unsure))
    if read == "by":
        return days.mark(Days(days.today, one.last, is_unsure=one.is_unsure))
    if read == "before":
        last = max(one.first - timedelta(days=1), days.today)
        return days.mark(Days(days.today, last, is_unsure=one.is_unsure))
    if read == "after":
        first = one.last + timedelta(days=1)
        return days.mark(Days(first, first + _OPEN, is_unsure=one.is_unsure))
    return days.mark(Days(one.first, one.first + _OPEN, is_unsure=one.is_unsure))


def _groups(clause: str, days: Marks, times: list[Times]) -> list[_Group]:
    """A time belongs to the days before it, or, at the start, to the days that follow."""
    groups = [_Group()]
    for sign in _ANY_MARK.findall(clause):
        group = groups[-1]
        if _DAY.fullmatch(sign):
            if group.is_closed:
                groups.append(group := _Group())
            group.days.append(days.days_at(sign))
            continue
        spoken = time_at(times, sign)
        if group.days and group.times and not group.is_closed and not _go_together(group.times, spoken):
            groups.append(group := _Group())
        group.times.append(spoken)
        group.is_closed = bool(group.days)
    return [group for group in groups if (group.days or group.times) and not _is_over(group)]


def _is_over(group: _Group) -> bool:
    group.days = [day for day in group.days if not day.is_past] or group.days
    return any(day.is_past for day in group.days)


def _go_together(before: Iterable[Times], spoken: Times) -> bool:
    """Whether a part of day only says more about a clock time: "8ish tomorrow morning"."""
    return bool(spoken.part) != any(times.part for times in before)


def _overlaid(before: list[_Group], after: list[_Group]) -> list[_Group]:
    """What a correction leaves: it replaces days by days and times by times."""
    if not before or not after:
        return after or before
    if not any(group.days for group in after):
        days = [day for group in before for day in group.days]
        return [_Group(days, [times for group in after for times in group.times])]
    if not any(group.times for group in after):
        times = [times for group in before for times in group.times]
        return [_Group(group.days, times) for group in after]
    return after


def _whens(group: _Group, now: datetime) -> list[When]:
    days = list(dict.fromkeys((day.first, day.last, day.is_unsure) for day in group.days))
    whens: list[When] = []
    for window in _windows(group.times):
        if not days:
            whens += _without_date(window, now)
        for first, last, is_unsure in days:
            at, starts, ends = _on(first, window, now)
            if ends is not None and first == last == now.date() and ends <= now.time():
                continue
            whens.append(When(first, max(first, last), at, starts, ends, is_unsure))
    return whens


def _windows(times: Sequence[Times]) -> list[Times]:
    """The times of one day: parts of day decide the half of a clock time, an "after" and a "before" are one window."""
    clocks, parts = [spoken for spoken in times if not spoken.part], [spoken for spoken in times if spoken.part]
    if not times:
        return [Times()]
    if clocks and parts:
        clocks = [_in_part(spoken, parts[0].part) for spoken in clocks]
    elif parts:
        clocks = list(parts)
    after = [spoken for spoken in clocks if spoken.starts and not spoken.ends]
    before = [spoken for spoken in clocks if spoken.ends and not spoken.starts]
    if len(after) == 1 and len(before) == 1 and len(clocks) == 2 and after[0].starts and before[0].ends:
        starts, ends = after[0].starts, before[0].ends
        if ends.at <= starts.at:
            ends = ends.in_evening()
        if starts.at < ends.at:
            return [Times(starts=starts, ends=ends)]
    exact = [spoken for spoken in clocks if spoken.at]
    return exact or clocks


def _in_part(spoken: Times, part: str) -> Times:
    def turned(clock: Clock | None) -> Clock | None:
        if clock is None or not clock.is_open:
            return clock
        if "morning" in part:
            return clock.in_morning()
        # "Quarter to 12 in the afternoon" is just before noon.
        if part in ("night", "evening", "early evening", "late evening") or (
            "afternoon" in part and clock.at.hour < 10
        ):
            return clock.in_evening()
        return clock

    starts, ends = turned(spoken.starts), turned(spoken.ends)
    if starts and ends and ends.at <= starts.at:
        return spoken
    return replace(spoken, at=turned(spoken.at), starts=starts, ends=ends)


def _on(day: date, window: Times, now: datetime) -> tuple[time | None, time | None, time | None]:
    """The window's hours on `day`: an hour of today that is over was meant for the evening, if that can be."""

    def clock(spoken: Clock | None) -> time | None:
        if spoken is None:
            return None
        if day == now.date() and spoken.at <= now.time() and spoken.at.hour < 10:
            return spoken.in_evening().at
        return spoken.at

    return clock(window.at), window.starts.at if window.starts else None, window.ends.at if window.ends else None


def _without_date(window: Times, now: datetime) -> list[When]:
    at, starts, ends = (clock.at if clock else None for clock in (window.at, window.starts, window.ends))
    until = at or ends
    day = now.date() + timedelta(days=1 if until is not None and until <= now.time() else 0)
    return [When(day, day, at, starts, ends, has_date=False)]


# "After monday", "from the 5th on": no end was named, a week is offered.
_OPEN = timedelta(days=6)
_DAY, _TIME = re.compile(DAY), re.compile(TIME)
_ANY_MARK = re.compile(f"{DAY}|{TIME}")

_OTHER_HALF = {
    "morning": Times(starts=Clock(time(12), False), part="afternoon"),
    "early morning": Times(starts=Clock(time(9), False), part="late morning"),
    "afternoon": Times(ends=Clock(time(12), False), part="morning"),
    "evening": Times(ends=Clock(time(17), False), part="afternoon"),
    "night": Times(ends=Clock(time(17), False), part="afternoon"),
}

_ITEM = f"(?:{DAY}|{TIME})"
_LIST = rf"{_ITEM}(?:(?: ,)?(?: or| and| nor| y| o| on)? {_ITEM})*"
_EITHER = rf"{_ITEM}(?:(?: or| and| nor| o| on| at)? {_ITEM})*"
# What may stand between "can't" and the day.
_BETWEEN = (
    r"(?:(?:do|doing|make|made|it|come|coming|in|work|be|available|free|able|to|at|on|really|for|the|this|any|"
    r"anything|able|have|"
    r"someone|there|home|here|appointment|that|going|good|meet|el|los|por|en|ir|estar|venir|wait|until|gonna|"
    r"but|appt|early|late) ){0,6}"
)
_DENIES = (
    r"(?:(?<!why )(?<!if )not(?! (?:sure|bad)\b)|(?<!why )cant(?! (?:you|u|we|it|someone|they|yall|remember|find|"
    r"believe|recall|tell)\b)|wont|unable to|isnt|dont(?= (?:want|have|do|come|like)\b)|doesnt|never|(?:anything|"
    r"everything|any (?:week ?)?day) but|anything except|except|besides|other than|instead of|(?:rather|better) than|"
    r"busy|booked|out of town|no puedo|menos|unavailable)"
)
_BAD = (
    r"(?:(?:(?:is|are|was|were|will|would|at|i|we|im|my|that|it|to|be|really|just|definitely|me|for|does|do|"
    r"actually|also) ){0,3}"
    r"(?:not(?! (?:bad|too bad)\b)|no good|bad|doesnt|dont|wont|cant|busy|booked|out|full|unavailable|tough|"
    r"isnt|arent|impossible|"
    r"a no(?: go)?|no (?:puedo|me|estoy|se puede)|no(?= (?:[,.!]|$)))\b(?! (?:until|before|after|till)))"
)
_RULED_OUT = tuple(
    re.compile(pattern)
    for pattern in (
        rf"(?<!\w)(?:{_DENIES}) (?!(?:before|until|after|by)\b){_BETWEEN}{_EITHER}",
        rf"(?<!\w)no {TIME}",
        rf"{_LIST} {_BAD}",
    )
)
# What was, and what is moved away from, is no wish.
_HAPPENED = re.compile(
    r"\b(?:broke|stopped(?: working)?|called|came(?: out| over| by)?|happened|noticed|flooded|burst|died|bought|"
    r"spoke|talked|texted|emailed|went out|backed up|was here|were here|clogged|fell|empezo|llame|llamaron|vinieron|"
    r"vino)(?: (?!about|for|to|and|but|so|can|if|asking|before|by|until|after)[a-z]+){0,3}? "
    rf"(?P<day>{DAY})(?! (?:can|could|works|work)\b)"
)
_MOVED = re.compile(
    r"(\b(?:move|moving|change|changing|switch|reschedule|push|shift|bump|cambiar|mover|pasar)\b(?: [^ ,.?!]+){0,6}?) "
    r"(?:(?:from|del?) (?:(?:the |at |on )?[^ ,.?!]+ ){1,4}?|"
    rf"{DAY} (?:at [^ ,.?!]+ (?:[ap]m )?)?(?:(?:appointment|appt|visit|slot|one|booking|job|cita) )?)(?:to|until|al?) "
)
_BUSY = (
    r"(?:busy|working|work|away|gone|out|out of town|not home|not back|not here|traveling|vacation|unavailable|booked)"
)
_THE = r"(?:the |el )?"
_ANY = r"(?:any time |some time |any day )?"
_A, _B = f"(?P<a>{DAY})", f"(?P<b>{DAY})"
_SPANS: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern), read)
    for pattern, read in (
        (rf"\b{_ANY}between {_A} and {_THE}{_B}", "between"),
        (rf"(?:\b{_ANY}from )?{_A} ?(?:-|to|through|until|thru) {_THE}{_B}", "between"),
        (rf"\b(?:not|cant|wont|nothing|unable) (?:[a-z]+ ){{0,3}}?(?:before|until) {_A}", "from"),
        (rf"\b{_BUSY} (?:[a-z]+ ){{0,2}}?until {_THE}{_A}", "from"),
        (rf"\bno later than {_A}(?! {TIME})", "by"),
        (rf"\b(?:before or )?(?:latest|at the latest) (?:on |by )?{_A}(?! {TIME})", "by"),
        (rf"{_A} (?:at the )?latest\b", "by"),
        (rf"\b(?:before or (?:by|on)|by|until) {_THE}{_A}(?! {TIME})", "by"),
        (rf"\b{_ANY}(?:before|earlier than|sooner than|prior to) {_THE}{_A}(?! {TIME})", "before"),
        (rf"\b{_ANY}(?:after|later than) {_THE}{_A}(?! {TIME})", "after"),
        (
            rf"\b{_ANY}(?:starting|beginning|from|as of)(?: on)? {_THE}{_A}(?! {TIME})(?: (?:on|onwards?|forward))?",
            "from",
        ),
        (rf"{_A} (?:or (?:later|after)|onwards?|and (?:later|after|on))\b", "from"),
    )
)
_CORRECTION = re.compile(
    r"\b(?:actually|wait|scratch that|i mean|i meant|correction|or rather|better yet|so|changed my mind|on "
    r"second thought|"
    r"never ?mind|make that|make it|sorry|instead)\b|(?:(?<=[\ue000-\uf8ff] )|(?<=, )|^)no(?= [,.]| [\ue000-\uf8ff])"
)
