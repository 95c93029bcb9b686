"""The parts of the day: when each begins and ends, and the plain words for it. Pure."""

import re
from datetime import time

from messaging.agent.when.marks import DAY

# Beginning and end; None is open.
HOURS: dict[str, tuple[time | None, time | None]] = {
    "early morning": (time(6), time(9)),
    "mid morning": (time(9), time(11)),
    "late morning": (time(10), time(12)),
    "morning": (time(6), time(12)),
    "lunch": (time(11, 30), time(13, 30)),
    "early afternoon": (time(12), time(14)),
    "mid afternoon": (time(13), time(16)),
    "late afternoon": (time(15), time(18)),
    "afternoon": (time(12), time(18)),
    "early evening": (time(17), time(19)),
    "late evening": (time(19), time(22)),
    "evening": (time(17), time(21)),
    "night": (time(18), time(22)),
    "end of day": (time(15), time(18)),
    "by end of day": (None, time(18)),
    "after work": (time(17), None),
    "after school": (time(15), None),
    "before work": (None, time(9)),
    "after lunch": (time(13), None),
    "before lunch": (None, time(12)),
    "business hours": (time(9), time(17)),
}
_IN = r"(?:(?:some time |any time )?(?:(?:in|during) (?:the )?|the )?)"
PARTS: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (name, re.compile(pattern))
    for name, pattern in (
        (
            "early morning",
            r"\bfirst thing(?: (?:in the )?morning)?\b|\bbright and early\b|\b(?:in the )?early (?:in the )?morning\b",
        ),
        ("mid morning", rf"\b{_IN}mid(?:dle of the)? (?:- )?morning\b"),
        ("late morning", rf"\b{_IN}(?:late|later) (?:in the )?morning\b"),
        ("early afternoon", rf"\b{_IN}(?:early|earlier) (?:in the )?afternoon\b"),
        ("mid afternoon", rf"\b{_IN}mid(?:dle of the)? (?:- )?afternoon\b"),
        ("late afternoon", rf"\b{_IN}(?:late|later) (?:in the )?afternoon\b|\blate in the day\b"),
        ("early evening", rf"\b{_IN}(?:early|earlier) (?:in the )?evening\b"),
        ("late evening", rf"\b{_IN}(?:late|later) (?:in the )?(?:evening|night)\b"),
        ("by end of day", r"\b(?:by|before) (?:the )?(?:end of (?:the )?(?:business )?day|close of business|cob)\b"),
        ("end of day", r"\b(?:at |towards? )?(?:the )?end of (?:the )?(?:business |work )?day\b"),
        ("after work", r"\b(?:after|when i get off|once im off|im off) (?:my )?work(?: hour)?\b|\bafter hour\b"),
        ("before work", r"\bbefore (?:my |i (?:go|leave|head) (?:to|for) )?work\b"),
        ("after school", r"\bafter school\b"),
        ("after lunch", r"\bafter (?:lunch|noon)\b(?! \d)"),
        ("before lunch", r"\bbefore lunch\b"),
        ("lunch", r"\b(?:at|around|during|over|for|my) lunch(?: (?:time|hour|break))?\b|\blunch (?:time|hour|break)\b"),
        ("business hours", r"\bbusiness hour\b(?! are\b)"),
        (
            "night",
            rf"\b(?:at|in the|late) night\b|(?<={DAY} )night\b|(?<=\d )night\b|(?<=[ap]m )night\b|^night\b|"
            r"\bnight (?=time\b)",
        ),
        ("morning", rf"\b{_IN}morning\b|\bin the am\b|(?<={DAY} )am\b"),
        ("afternoon", rf"\b{_IN}afternoon\b|\bin the pm\b|(?<={DAY} )pm\b"),
        ("evening", rf"\b{_IN}evening\b"),
    )
)
