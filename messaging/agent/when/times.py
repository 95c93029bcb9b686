"""The clock times and parts of day that plain words name. Pure.

`mark_times` works on a line in which the days are marked already (see when_days) and replaces each time, with its
"after", "before" or "between", by one private character. A number is a time only where something says so: am or pm, a
colon, "at" in front and no thing behind, a day beside it, or our own question.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from functools import partial

from messaging.agent.when.marks import DAY, Days, Marks
from messaging.agent.when.parts import HOURS, PARTS
from messaging.agent.when.words import NOTHING

_FIRST_CLOCK, _LAST_CLOCK = 0xE800, 0xEFFF
FIRST_TIME_MARK, LAST_TIME_MARK = 0xF000, 0xF7FF
TIME = f"[{chr(FIRST_TIME_MARK)}-{chr(LAST_TIME_MARK)}]"
_CLOCK = f"[{chr(_FIRST_CLOCK)}-{chr(_LAST_CLOCK)}]"


@dataclass(frozen=True, slots=True)
class Clock:
    """A time of day. `is_open`: no half of the day was said, so that 8 may become 20 o'clock in the evening."""

    at: time
    is_open: bool

    def in_evening(self) -> "Clock":
        if self.is_open and self.at.hour < 12:
            return Clock(self.at.replace(hour=self.at.hour + 12), False)
        return self

    def in_morning(self) -> "Clock":
        if self.is_open and 13 <= self.at.hour < 19:
            return Clock(self.at.replace(hour=self.at.hour - 12), False)
        return self


@dataclass(frozen=True, slots=True)
class Times:
    """At a time, or from and to one. `part`: the bounds are a part of the day ("morning"), not hours that were said."""

    at: Clock | None = None
    starts: Clock | None = None
    ends: Clock | None = None
    part: str = ""


@dataclass(slots=True)
class _Found:
    clocks: list[Clock]
    times: list[Times]

    def clock_at(self, sign: str) -> Clock:
        return self.clocks[ord(sign) - _FIRST_CLOCK]

    def mark_clock(self, clock: Clock) -> str:
        if len(self.clocks) > _LAST_CLOCK - _FIRST_CLOCK:
            return NOTHING
        self.clocks.append(clock)
        return chr(_FIRST_CLOCK + len(self.clocks) - 1)

    def mark(self, times: Times) -> str:
        if len(self.times) > LAST_TIME_MARK - FIRST_TIME_MARK:
            return NOTHING
        self.times.append(times)
        return chr(FIRST_TIME_MARK + len(self.times) - 1)


def mark_times(line: str, days: Marks, *, now: datetime) -> tuple[str, list[Times]]:
    """`line` with a mark for each time, and what the marks stand for. "In 2 hours" becomes a day and a time."""
    found = _Found([], [])
    line = _FROM_NOW.sub(r"in \1", line)
    line = _IN_HOURS.sub(lambda match: _in_hours(match, days, found, now), line)
    line = _SPLIT_PART.sub(r"\2 \1 \3", line)
    line = _EARLY_DAY.sub(lambda match: f"{match['day']} {_EARLY_OR_LATE[match['how']]}", line)
    for name, part in PARTS:
        line = part.sub(partial(_marked_part, found, name), line)
    for rule in _CLOCKS:
        line = rule.sub(partial(_clock, found), line)
    if any(sign.isdigit() for sign in line):
        for rule in (*_BARE, *(_ASKED if days.asked else ())):
            line = rule.sub(partial(_clock, found), line)
    for pattern, read in _WINDOWS:
        line = pattern.sub(partial(_window, found, read), line)
    return line, found.times


def time_at(times: list[Times], sign: str) -> Times:
    return times[ord(sign) - FIRST_TIME_MARK]


def _in_hours(match: re.Match[str], days: Marks, found: _Found, now: datetime) -> str:
    """ "In 2 hours", "in half an hour", "within the hour"."""
    number = match["n"] or "1"
    count = 0.5 if match["half"] else 2.0 if "couple" in number else 3.0 if "few" in number else 1.0
    if number.isdigit() and not match["half"]:
        count = float(number)
    if match["and_half"]:
        count += 0.5
    passes = timedelta(minutes=count) if match["unit"] == "minute" else timedelta(hours=count)
    then = (now + passes).replace(second=0, microsecond=0, tzinfo=None)
    clock = Clock(then.time(), False)
    if match["within"]:
        mark = days.mark(Days(now.date(), then.date()))
        return f"{mark} {found.mark(Times(ends=clock))}" if then.date() == now.date() else mark
    return f"{days.mark(Days(then.date(), then.date()))} {found.mark(Times(at=clock))}"


def _marked_part(found: _Found, name: str, match: re.Match[str]) -> str:
    starts, ends = (Clock(hour, False) if hour else None for hour in HOURS[name])
    return found.mark(Times(starts=starts, ends=ends, part=name))


def _clock(found: _Found, match: re.Match[str]) -> str:
    clock = _read_clock(match)
    if clock is None:
        return match[0]
    return found.mark_clock(clock)


def _read_clock(match: re.Match[str]) -> Clock | None:
    groups = match.groupdict()
    words, minutes, half = groups["h"], groups.get("m"), groups.get("half")
    if words in ("noon", "midnight"):
        hour, minute, half = (12, 0, "pm") if words == "noon" else (0, 0, "am")
    elif len(words) > 2:
        hour, minute = divmod(int(words), 100)
        if 19 <= hour <= 20 and not half and len(words) == 4 and minute not in (0, 15, 30, 45):
            return None
    else:
        hour, minute = int(words), int(minutes or 0)
    shift = groups.get("shift")
    if shift:
        minute = {"half": 30, "quarter": 15}.get(shift) or int(shift)
        if groups["way"] in ("to", "until", "of", "before"):
            hour, minute = (hour - 1) or 12, 60 - minute
            # A quarter to noon is still morning.
            half = {"am": "pm", "pm": "am"}.get(half or "") if hour == 11 else half
    if minute > 59 or hour > 24:
        return None
    return _on_the_clock(hour % 24, minute, half)


def _on_the_clock(hour: int, minute: int, half: str | None) -> Clock:
    """1 to 6 without am or pm is the afternoon."""
    if half and hour <= 12:
        return Clock(time(hour % 12 + (12 if half == "pm" else 0), minute), False)
    if 1 <= hour <= 6 and not half:
        return Clock(time(hour + 12, minute), True)
    return Clock(time(hour, minute), 7 <= hour <= 11 and not half)


def _window(found: _Found, read: "_Read", match: re.Match[str]) -> str:
    return found.mark(read(match, found))


_Read = Callable[[re.Match[str], _Found], Times]


def _at(match: re.Match[str], found: _Found) -> Times:
    return Times(at=found.clock_at(match["a"]))


def _from(match: re.Match[str], found: _Found) -> Times:
    return Times(starts=found.clock_at(match["a"]))


def _until(match: re.Match[str], found: _Found) -> Times:
    return Times(ends=found.clock_at(match["a"]))


def _between(match: re.Match[str], found: _Found) -> Times:
    """3-5pm, 10-2, 11-1pm, "between 8 and 10": the first has its half of the day from the second if it fits."""
    first, last = found.clock_at(match["a"]), found.clock_at(match["b"])
    if last.is_open and last.at <= first.at and last.at.hour < 12:
        last = last.in_evening()
    if first.is_open and not last.is_open:
        # "3-5 am" is the early morning, "9-11 pm" the evening, "11-1 pm" around noon.
        halves = [replace(first, at=first.at.replace(hour=first.at.hour % 12 + add)) for add in (0, 12)]
        fitting = [half for half in halves if half.at < last.at]
        same = [half for half in fitting if (half.at.hour < 12) == (last.at.hour < 12)]
        first = (same or fitting or [first])[0]
    if last.at <= first.at:
        return Times(at=first)
    return Times(starts=first, ends=last)


_FROM_NOW = re.compile(
    r"\b((?:half an?|an?(?: couple(?: of)?| few)?|couple(?: of)?|\d{1,3}) (?:hour|minute)) from now\b"
)
_IN_HOURS = re.compile(
    r"\b(?:in|(?P<within>within|in the next|the next)) (?:about |around |like |maybe )?(?:the "
    r")?(?:(?P<half>half)(?: an?| of an)? )?"
    r"(?P<n>\d{1,3}|an?(?: couple(?: of)?| few)?|couple(?: of)?)? ?(?:(?:-|to|or) \d{1,3} )?"
    r"(?P<unit>hour|minute)(?P<and_half> and (?:a half|half))?\b(?! (?:ago|minimum|charge|rate))"
)

# "Late tuesday afternoon"; "early monday", "tomorrow late".
_SPLIT_PART = re.compile(rf"\b(early|late) (?:on )?({DAY}) (morning|afternoon|evening)\b")
_EARLY_DAY = re.compile(
    rf"\b(?<!too )(?P<how>early|late) (?:on |in the day )?(?P<day>{DAY})(?! (?:{DAY}|morning|afternoon|evening|night|"
    rf"in "
    r"the|early|late))"
)
_EARLY_OR_LATE = {"early": "early morning", "late": "late afternoon"}

_H = r"(?P<h>\d{1,2})"
_HALF = r"(?: ?(?P<half>am|pm)\b(?! i\b))"
_NO_TAIL = r"(?![\d:/]|\.\d)"
_NO_HEAD = r"(?<![\d:/.$-])"
# What follows a number that is an hour; before any other word it counts things.
_FOLLOWING = (
    r"(?:or|and|to|until|on|in the|at|if|is|are|works?|would|will|wont|doesnt|please|pls|plz|thanks|thank|thx|ty|the|"
    r"this|next|for (?:me|us|you|a|an|the|my|tomorrow|today)|but|then|so|instead|good|ok|okay|fine|great|perfect|be|"
    r"best|better|though|tho|also|because|bc|cause|cuz|when|since|i|we|my|you|u|can|could|should|do|does|may|around|"
    r"about|ish|with|by|after|before|latest|earliest|earlier|later|free|available|open|here|that|it|was|were|as|just|"
    r"lets|let|have|has|sounds|a|hopefully|preferably|either|any|every|onwards?|sharp|oclock|am|pm|not|no|yes|yeah|"
    r"lol|haha|anyone|someone|come|only|tops|max|there|suits|his|her|your|our|y|o|de|por|para|esta|si|me|que|puede|"
    r"estaria|seria|gracias|porfa|favor|le|les|pero|en|hay|tiene|tienen)\b"
)
_FOLLOW = (
    rf"(?! (?:and|or|to|-) (?:\d{{1,4}} (?!{_FOLLOWING})[a-z]|§))"
    rf"(?=(?: ish)?(?: [.,?!§]|$| {DAY}| {TIME}| {_CLOCK}| {_FOLLOWING}| - ))"
)
_BARE_H = rf"{_NO_HEAD}\b(?P<h>(?:[1-9]|1\d|2[0-3])(?:[0-5][05])?)\b{_NO_TAIL}"
_BARE_HM = rf"{_NO_HEAD}\b(?P<h>\d{{1,2}}) (?P<m>[0-5]\d)\b{_NO_TAIL}"
_BEFORE_HOUR = (
    r"(?=\d)(?:(?<=\bat )|(?<=\bby )|(?<=\bafter )|(?<=\bbefore )|(?<=\baround )|(?<=\buntil )|(?<=\bpast )|"
    r"(?<=\bfrom )|(?<=\bbetween )|(?<=\bthan )|(?<=\bat like )|(?<=\bat about )|(?<=\bafter like )|(?<=\bafter "
    r"about )|(?<=\bsay ))"
)
_EXACTLY = r"(?=\d)(?:(?<=\bat )|(?<=\bby )|(?<=\bits )|(?<=\baround )|(?<=\bbefore )|(?<=\bafter ))"
# Marks of clocks, each a whole expression with its am or pm.
_CLOCKS = tuple(
    re.compile(pattern)
    for pattern in (
        # "Ten to two" is a span, "twenty to two" a time, and so is what would end before it begins.
        rf"{_EXACTLY}(?P<shift>5|10) (?P<way>to|until) {_H}{_HALF}?{_NO_TAIL}",
        rf"{_NO_HEAD}\b(?P<shift>5) (?P<way>to) (?P<h>[1-5]|1[0-2]){_HALF}?{_NO_TAIL}",
        rf"{_NO_HEAD}\b(?P<shift>10) (?P<way>to) (?P<h>[789]|10){_HALF}?{_NO_TAIL}",
        rf"\b(?:an? )?(?P<shift>half|quarter|[1-5]?[05])(?: minute)? (?P<way>past) {_H}(?: oclock)?{_HALF}?{_NO_TAIL}",
        rf"\b(?:an? )?(?P<shift>quarter|15|20|25) (?P<way>to|until) {_H}(?: oclock)?{_HALF}?{_NO_TAIL}",
        r"\b(?:an? )?(?P<shift>quarter|half|[1-5]?[05](?= minute))(?: minute)? (?P<way>to|until|of|after|before) "
        rf"{_H}{_HALF}?{_NO_TAIL}",
        rf"{_NO_HEAD}\b{_H}(?: ?[:.] ?| )(?P<m>[0-5]\d){_HALF}",
        rf"{_NO_HEAD}\b{_H}:(?P<m>[0-5]\d)(?!\d)",
        rf"{_NO_HEAD}\b(?P<h>\d{{1,4}}){_HALF}",
        rf"{_NO_HEAD}\b{_H}(?: oclock){_HALF}?",
        rf"{_NO_HEAD}\b{_H}(?= ish\b)",
        r"\b(?P<h>noon|midnight)\b",
    )
)
# Numbers that only what is around them makes a time.
_BARE = tuple(
    re.compile(pattern)
    for pattern in (
        rf"{_BEFORE_HOUR}{_BARE_HM}{_FOLLOW}",
        rf"(?=\d)(?:^|(?<=\bis )|(?<=\bit )|(?<=\bfor )|(?<=\babout )|(?<=\bslot )){_BARE_HM}(?= [.?!]|$| (?:works|"
        r"is|please|then)\b)",
        rf"\b{_BARE_HM}(?= (?:{TIME}|{DAY}))",
        rf"(?:(?<={DAY} )|(?<={TIME} )|(?<={DAY} at )){_BARE_HM}{_FOLLOW}",
        rf"{_BEFORE_HOUR}{_NO_HEAD}(?P<h>\d{{1,2}})\.(?P<m>[0-5]\d)\b{_FOLLOW}",
        rf"(?:(?<={DAY} )|(?<={TIME} )|^){_NO_HEAD}(?P<h>\d{{1,2}})\.(?P<m>[0-5]\d)\b{_FOLLOW}",
        rf"{_NO_HEAD}\b(?P<h>\d{{1,2}})\.(?P<m>[0-5][05])\b(?= {DAY}| on {DAY}| {TIME})",
        rf"{_BEFORE_HOUR}{_BARE_H}{_FOLLOW}",
        rf"(?=\d)(?:(?<={DAY} )|(?<={DAY} , )|(?<={DAY} - )|(?<={DAY} like )|(?<={DAY} for )|(?<={DAY} say )|"
        rf"(?<={DAY} "
        r"maybe )|"
        rf"(?<={DAY} about )|(?<={TIME} )|(?<={TIME} , )|(?<={TIME} about )|(?<={TIME} , maybe )|(?<={TIME} like "
        rf")){_BARE_H}{_FOLLOW}",
        rf"{_BARE_H}(?= (?:on |this |in |, )?(?:{DAY}|{TIME}))",
        rf"{_BARE_H}(?= ?(?:-|to|until|or|and) {_CLOCK})",
        rf"(?=\d)(?:(?<={_CLOCK} - )|(?<={_CLOCK} to )|(?<={_CLOCK} or )|(?<={_CLOCK} but )|(?<={_CLOCK} and )|"
        rf"(?<={_CLOCK} until )|(?<={_CLOCK} , )){_BARE_H}{_FOLLOW}",
        rf"{_NO_HEAD}\b(?P<h>[1-9]|1[0-2])(?= (?:-|to) (?:[1-9]|1[0-2]) (?:on |this )?(?:{DAY}|{TIME}))",
        rf"(?:(?<=\bslot at )|(?<=\bappointment at )){_BARE_H}{_FOLLOW}",
    )
)
_ASKED = tuple(
    re.compile(pattern)
    for pattern in (
        rf"^{_BARE_H}(?= (?:-|to|or|and) \d)",
        r"(?=\d)(?:^|(?<=[,.!] )|(?<=\bmaybe )|(?<=\blike )|(?<=\bsay )|(?<=\babout )|(?<=\bor )|(?<=\band )|(?<=\bdo "
        r")|(?<=\bfor )|"
        r"(?<=\bit )|(?<=\bis )|(?<=\bok )|(?<=\byes )|(?<=\byeah )|(?<=\bhows )|(?<=\btry )|(?<=\bthe )|"
        r"(?<=\blets )|(?<=\bprefer )|"
        rf"(?<=\bthink )|(?<={_CLOCK} - )|(?<=\bprobably )|(?<=\bsure )|(?<=\beither )|(?<=\bactually )|(?<=\bso "
        rf")){_BARE_H}{_FOLLOW}",
        rf"(?=\d)(?:(?<={_CLOCK} - )|(?<={_CLOCK} to )|(?<={_CLOCK} or )|(?<={_CLOCK} and )){_BARE_H}{_FOLLOW}",
        rf"^{_BARE_HM}{_FOLLOW}",
    )
)

_A, _B = rf"(?P<a>{_CLOCK})", rf"(?P<b>{_CLOCK})"
_ISH = r"(?: ish| or so| sharp| oclock)*"
_ABOUT = r"(?:(?:like|about|around|say|at|maybe) )*"
_BUSY = (
    r"(?:work|working|busy|class|school|meeting|meetings|out|gone|away|unavailable|booked|tied up|not (?:free|"
    r"available|home|"
    r"back|off|here|done)|shift|trabajo|ocupad[oa])"
)
_NOT = r"(?:not|cant|dont|wont|nothing|isnt|no|never|unable|doesnt)"
_FILLER = (
    r"(?:(?:do|make|come|in|anything|be|available|free|able|to|here|home|there|it|have|work|any|earlier|a|the|"
    r"appointment|"
    r"until|start|get|meet|good|really|me|for) ){0,6}?"
)
_WINDOWS: tuple[tuple[re.Pattern[str], _Read], ...] = tuple(
    (re.compile(pattern), read)
    for pattern, read in (
        (
            rf"\b(?:any time |some time )?(?:between|in between) {_ABOUT}{_A}{_ISH} (?:and|to|-|until|or|&) "
            rf"{_ABOUT}{_B}{_ISH}",
            _between,
        ),
        (rf"\b(?:any time |some time )?from {_ABOUT}{_A}{_ISH} (?:to|until|-|and) {_ABOUT}{_B}{_ISH}", _between),
        (rf"(?:\bat )?{_A} ?(?:-|to|until|through) {_B}{_ISH}", _between),
        (rf"\b{_BUSY} (?:[a-z]+ ){{0,2}}?(?:until|from \S+ to) {_ABOUT}{_A}{_ISH}", _from),
        (
            r"\b(?:off|home|back|done|finish|free|out of (?:work|school)|off work)(?: work)?(?: by| at| around| "
            rf"until after| after| from)+ {_A}{_ISH}",
            _from,
        ),
        (rf"\b(?:leave|leaving|go to work|be gone|head out)(?: for work| by| at| around)+ {_A}{_ISH}", _until),
        (
            rf"\b{_NOT} {_FILLER}(?:before|until|till|earlier than|sooner than|by) {_ABOUT}{_A}{_ISH}",
            _from,
        ),
        (rf"\bno earlier than {_A}{_ISH}", _from),
        (rf"\b{_NOT} {_FILLER}(?:after|past|later than) {_ABOUT}{_A}{_ISH}", _until),
        (
            r"\b(?:any time |some time )?(?:after|later than|past|starting(?: at)?|beginning at|since|from) "
            rf"{_ABOUT}{_A}{_ISH}",
            _from,
        ),
        (
            rf"{_A}{_ISH} (?:or (?:later|after|past)|onwards?|and (?:later|after|on)|at the earliest|en adelante)\b",
            _from,
        ),
        (
            r"\b(?:any time |some time )?(?:before|by|earlier than|until|prior to|no later than|not later than) "
            rf"{_ABOUT}{_A}{_ISH}",
            _until,
        ),
        (rf"{_A}{_ISH} (?:or (?:earlier|before|sooner)|at the latest|latest)\b", _until),
        (rf"(?:\b(?:at|around|about|like|say|for) )?{_A}{_ISH}", _at),
    )
)
