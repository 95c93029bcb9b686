"""The days that plain words name. Pure.

`mark_days` replaces each day, or run of days, in a line of plain words (see when_words) by one private character, and
answers with what the characters stand for: the next stage reads "monday or tuesday" as two days joined by "or".
"""

import re
from datetime import date
from functools import partial

from messaging.agent.when import day_readings as days
from messaging.agent.when.day_readings import AFTER_DATE, Read
from messaging.agent.when.holidays import HOLIDAY
from messaging.agent.when.marks import DAY, Marks
from messaging.agent.when.words import MONTHS, WEEKDAYS


def mark_days(line: str, *, today: date, asked: bool) -> tuple[str, Marks]:
    """`line` with a mark for each day, and the marks' meaning. `asked`: a bare "the 5th" or "24th" is a date."""
    marks = Marks(today, asked)
    for pattern, read in _RULES:
        if pattern.search(line):
            line = pattern.sub(partial(_marked, marks, read), line)
    return line, marks


def _marked(marks: Marks, read: Read, match: re.Match[str]) -> str:
    try:
        days = read(match, marks)
    except (ValueError, OverflowError):
        return match[0]
    return match[0] if days is None else marks.mark(days)


_W = "|".join(WEEKDAYS)
_M = "|".join(MONTHS)
_SURE_M = "|".join(month for month in MONTHS if month != "may")
_COUNT = r"\d{1,3}|an?(?: couple(?: of)?| few)?|couple(?: of)?|few|some|several|the last \d{1,3}"
_ORD = r"(?P<n>\d{1,2})(?:st|nd|rd|th)"
_YEAR = r"(?:(?: ,)? (?:of )?(?P<year>20\d\d)\b)?"
_WEEK = r"(?:(?:the )?week after(?: next)?|(?:the )?(?:next|following|coming) week|this(?: coming)? week)"
_PART = (
    r"(?P<part>(?:early|earlier|later|late|mid|middle|beginning|start|end|first part|first half|second half|"
    r"latter part|"
    r"back half|back end|some time)(?: -)?)"
)
# A number with a noun behind it is a street, a floor or a choice: "the 2nd one".
_NO_DATE_NOUN = (
    r"(?! (?:- )?(?:floor|story|street|st|ave\w*|unit|one|option|slot|time|house|level|bedroom|bathroom|bath|"
    r"grade|visit|"
    r"opinion|quote|call|attempt|person|place|ones|try|choice|car|vehicle|toilet|ac|zone|gen|generation|row|stall|"
    r"edition|degree|party|bay|door|room|week|day|in line|century|year|graders?|birthday|of (?:each|every)|each|every|"
    r"§|dose|test|appointment|appt|message|text|piso|vez|planta)\b)"
)
_OF_EACH = r"(?= (?:day )?(?:of )?(?:each|every|cada)\b)"
_DIGIT_END = r"(?![\d:/.]\d|\d| (?:%|am|pm|oclock|ish)\b)"

_RULES: tuple[tuple[re.Pattern[str], Read], ...] = tuple(
    (re.compile(pattern), read)
    for pattern, read in (
        (
            rf"\b(?:the )?(?P<nth>first|second|third|fourth|last) (?P<day>{_W}) (?:of|in) (?P<month>{_M}|"
            r"(?:the |this |next )?month)\b",
            days.read_nth_of_month,
        ),
        (rf"\b(?:last|past|previous|since|pasad[ao]) (?:{_W}|weekend|week|night|month|year|{_M})\b", days.read_past),
        (rf"\b(?:{_W}|week|month|year) pasad[ao]\b|\bayer\b|\banoche\b", days.read_past),
        (r"\byesterday\b|\bthe other (?:day|night|week)\b|\bearlier this (?:week|month|year)\b", days.read_past),
        (rf"\b(?:{_COUNT}) (?:minute|hour|day|week|month|year|years) (?:ago|back|before)\b", days.read_past),
        (r"\bhace \d+ (?:minute|hour|dias|week|month|anos)\b", days.read_past),
        (
            r"\b(?:last|past|previous) (?:few |couple (?:of )?|\d+ )(?:minute|hour|day|week|month|"
            r"years?)\b",
            days.read_past,
        ),
        (rf"\b(?:each|every|cada) (?:other )?(?:{_W}|weekend|morning|week|month|day)\b", days.read_past),
        (rf"\b\d{{1,2}}(?:st|nd|rd|th)?{_OF_EACH}", days.read_past),
        (
            rf"\b(?:(?P<n>{_COUNT}) (?P<unit>day|week|month)(?: away)? (?:from|after) (?:this )?(?P<start>now|"
            rf"today|tomorrow|{_W})|"
            rf"(?P<day>{_W}) in (?P<n2>{_COUNT}) (?P<unit2>week))\b",
            days.read_weeks_from,
        ),
        (
            rf"\b(?:within|(?:in |over |during )?(?:the )?next) (?:the )?(?:(?P<n>{_COUNT}) )?"
            r"(?P<unit>day|week|month)\b(?! from)",
            lambda match, marks: (
                days.read_within(match, marks) if match["n"] or match[0].startswith("within") else None
            ),
        ),
        (
            rf"\b(?:in|after) (?:about )?(?P<n>{_COUNT}) (?:(?:or|to|-) (?P<m>\d) )?(?P<unit>day|week|month)\b",
            days.read_in_days,
        ),
        (
            rf"\b(?:(?P<day>{_W})(?: ,)?(?: (?:of|in|on))? (?P<week>{_WEEK})|(?P<week2>{_WEEK})(?: ,)?(?: (?:on|"
            rf"this))? (?P<day2>{_W}))\b",
            days.read_weekday_of_week,
        ),
        (rf"\b(?:the )?(?P<day>{_W}) after next\b", days.read_after_weekday),
        (
            rf"\b(?P<n>[1-9]) (?P<day>{_W}) from (?:now|today)\b|\b(?P<day2>{_W}) week\b(?! (?:of|"
            r"after))",
            days.read_nth_weekday,
        ),
        (rf"\b(?P<after>(?:the )?day after )?{HOLIDAY}\b", days.read_holiday),
        (
            rf"\b(?:the )?week (?:of|starting|beginning)(?: on)? (?:the )?(?:(?P<month>{_M}) )?(?:the "
            rf")?(?P<n>\d{{1,2}})(?:st|nd|rd|th)?\b",
            days.read_week_of,
        ),
        (
            rf"\b(?:(?:the )?{_PART}(?: of| in)? )?(?:the )?(?P<which>next|this(?: coming)?|following|coming)? "
            r"?(?P<later>)week(?: sometime)?\b",
            lambda match, marks: days.read_week(match, marks) if match["which"] or match["part"] else None,
        ),
        (r"\b(?P<part>rest of|remainder of) (?:the |this )?(?P<which>)(?P<later>)week\b", days.read_week),
        (r"\b(?P<which>(?:the )?)(?P<part>)(?P<later>week after next)\b", days.read_week),
        (
            r"\b(?:on |over )?(?:the )?(?P<which>next|this(?: coming)?|following|coming)? ?(?:the "
            r")?weekend\b",
            days.read_weekend,
        ),
        (
            rf"\b(?:{_W})? ?,? ?(?:the )?(?P<n>\d{{1,2}})(?:st|nd|rd|th)? (?:day )?of (?:the )?(?P<which>this|"
            r"next|current) month\b",
            days.read_this_months,
        ),
        (
            rf"\b(?P<month>{_M}) (?P<n>\d{{1,2}})(?:st|nd|rd|th)? ?(?:-|to|through) (?:the "
            rf")?(?P<m>\d{{1,2}})(?:st|nd|rd|th)?\b{_DIGIT_END}"
            r"(?! (?:in the )?(?:morning|afternoon|evening))",
            days.read_dates,
        ),
        (r"\b(?P<year>20\d\d)/(?P<month>\d\d?)/(?P<n>\d\d?)\b", days.read_by_iso),
        (
            rf"\b(?:the )?(?P<month>{_SURE_M}) (?:on )?(?:the )?(?P<n>\d{{1,2}})(?:st|nd|rd|th)?{_DIGIT_END}{_YEAR}"
            r"(?! (?:people|new|more|of|or \d |times|hour|day|guys|units?|different|rooms?|bathrooms?|windows?))",
            days.read_by_name,
        ),
        (
            r"(?=may)(?:(?<=^)|(?<=\bon )|(?<=\bfor )|(?<=\bby )|(?<=\buntil )|(?<=\bafter )|(?<=\bbefore )|"
            r"(?<=\bfrom )|(?<=\babout )|(?<=\bis )|(?<=\bthe )|(?<=day )|(?<=, )|(?<=\bor )|(?<=\band )|(?<=- )|"
            r"(?<=\bto )|(?<=\buntil )|(?<=\. )|(?<=\byes )|(?<=\btry )|(?<=\bdo ))"
            rf"(?P<month>may) (?:the )?(?P<n>\d{{1,2}})(?:st|nd|rd|th)?{_DIGIT_END}{_YEAR}",
            days.read_by_name,
        ),
        (rf"\b(?P<month>may) (?:the )?{_ORD}\b{_YEAR}", days.read_by_name),
        (
            r"(?=may)(?<!\bi )(?<!\bu )(?<!\bwe )(?<!\byou )(?<!\bit )(?<!\bthey )(?<!\bthat )(?<!\bhe )(?<!\bshe "
            r")(?<!\bwho )"
            rf"\b(?P<month>may) (?P<n>\d{{1,2}}){_DIGIT_END}{_YEAR}(?= [.,?!]|$| "
            rf"(?:{AFTER_DATE.replace(' ', '|')})\b)",
            days.read_by_name,
        ),
        (
            rf"\b(?:the )?(?P<n>\d{{1,2}})(?:st|nd|rd|th)? (?:day )?(?:of |in )?(?P<month>{_M})\b{_YEAR}(?! (?:i|"
            r"we|you|be|need)\b)",
            days.read_by_name,
        ),
        (
            r"(?<![\d/.])(?P<month>\d{1,2})/(?P<n>\d{1,2})(?:/(?P<year>20\d\d|\d\d))?(?![\d/])"
            r"(?! (?:bath\w*|bed\w*|inch\w*|cup|hour|day|mile|of|ton|price|off|week|acre|hp|pipe|year|month|"
            r"full|gal)\b)"
            r"(?<!\d \d/\d)",
            days.read_by_slash,
        ),
        (
            rf"\b(?P<day>{_W})(?: ,)?(?: (?:on|the))*? (?P<n>\d{{1,2}})(?:st|nd|rd|th)\b{_NO_DATE_NOUN}",
            days.read_weekday_and_number,
        ),
        (
            rf"\b(?P<day>{_W}) (?:the )?(?P<n>1[3-9]|2\d|3[01])\b{_DIGIT_END}(?! (?:- )?\d)",
            days.read_weekday_and_number,
        ),
        (rf"\b(?P<n>\d{{1,2}})(?:st|nd|rd|th) (?P<day>{_W})\b", days.read_weekday_and_number),
        (
            rf"\b(?:(?P<how>(?:next|this|coming|following|upcoming)(?: coming| following)?) )?(?P<day>{_W})\b",
            days.read_weekday,
        ),
        (r"\b(?:the )?day after (?:tomorrow|tom)\b|\bovermorrow\b", days.relative(2)),
        (r"\btomorrow\b|\bthe next day\b", days.relative(1)),
        (r"\b(?:later |sometime )?today\b", days.read_today),
        (
            r"\b(?:asap|a\.?s\.?a\.?p|as soon as (?:possible|you can|u can|yall can)|soonest|right away|"
            r"earliest (?:available|possible|you (?:have|can)|u (?:have|got)|slot|opening|time|appointment)|"
            r"first available|next available|your earliest|"
            r"(?:come|available|here|over|open|out) (?:right )?now)\b",
            days.read_today,
        ),
        (rf"\bnext {_ORD}\b{_NO_DATE_NOUN}", days.read_by_number),
        (
            r"(?=(?:the )?\d)(?:(?<=\bon )|(?<=\bfor )|(?<=\bby )|(?<=\buntil )|(?<=\bbefore )|(?<=\bafter )|"
            r"(?<=\bfrom )|(?<=\bis )|(?<=\bbetween )|(?<=\bto )|(?<=\bhow )|(?<=\bhows )|(?<=\babout )|(?<=\bmaybe "
            r")|(?<=\bdo )|(?<=\bit )|(?<=\btry )|(?<=\bor )|(?<=\band ))"
            rf"(?:the )?{_ORD}\b{_NO_DATE_NOUN}",
            days.read_by_number,
        ),
        (
            rf"\b(?:the )?{_ORD}\b(?= (?:at|around|after|before|between|works|work|is|will|would|sounds|- \d|"
            r"from|in the (?:morning|afternoon|evening)"
            r"|morning|afternoon|evening|(?:or|and) (?:the )?\d{1,2}(?:st|nd|rd|th)|noon|please|any time|if)\b)",
            days.read_by_number,
        ),
        (
            r"(?:(?<=\bnoon )|(?<=\d [ap]m )|(?<=\d [ap]m on )|(?<=:\d\d )|(?<=:\d\d on ))(?:the "
            rf")?{_ORD}\b{_NO_DATE_NOUN}",
            days.read_by_number,
        ),
        (rf"\b(?:the )?{_ORD}\b{_NO_DATE_NOUN}", days.read_by_asked_number),
        (rf"\b(?:the )?{_ORD}\b(?= (?:or|and|-|to|,) {DAY})", days.read_by_number),
        (r"(?:^|\bthe )(?P<n>1[3-9]|2\d|3[01])(?= [.,?!]|$)", days.read_by_asked_number),
        (
            r"\b(?:some time |any time )?(?:in |by )?(?:(?:the )?(?P<part>early|late|mid|middle|beginning|start|"
            r"end|(?:first|second|third) week|"
            rf"last week)(?: -)? (?:of |in )?)(?:the )?(?P<month>{_M}|(?:next|this|the)? ?month)\b",
            days.read_month_part,
        ),
        (
            r"(?:(?<=\bin )|(?<=\bnext )|(?<=\bthis )|(?<=time in )|(?<=\buntil )|(?<=\bduring "
            rf"))(?P<part>)(?P<month>{_M})\b(?! (?:i|we|you|be)\b)",
            days.read_month_part,
        ),
        (r"\b(?P<part>)(?P<month>(?:next|this) month)\b", days.read_month_part),
        (r"\bend of (?:the|this) year\b", days.read_end_of_year),
        (rf"(?P<one>{DAY})(?: ,)?(?: on)?(?: the)? (?P<two>{DAY})", days.read_weekday_and_date),
        (rf"(?P<one>{DAY}) after (?P<two>{DAY})", days.read_weekday_after),
    )
)
