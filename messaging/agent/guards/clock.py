"""PURE: the clock times in a text, by value: "9 AM", "9:00 a.m." and "a las nueve de la mañana" are one time."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

NOON, DAY = 12 * 60, 24 * 60


@dataclass(frozen=True, slots=True)
class Clock:
    """A time said, or a window. `low`, `high`: the minutes of the day it can mean, two where AM or PM is left open."""

    text: str
    start: int
    end: int
    low: frozenset[int]
    high: frozenset[int] | None = None


_HALF = (
    r"(?:(?P<{0}a>a\.?\s?m\b\.?|(?:de|por|en) la (?:manana|madrugada)|in the morning)|"
    r"(?P<{0}p>p\.?\s?m\b\.?|(?:de|por|en) la (?:tarde|noche)|in the (?:afternoon|evening)|at night))"
)
_CLOCK = (
    r"(?P<{0}h>\d{{1,2}})(?:[:.](?P<{0}m>[0-5]\d)|(?P<{0}q> y media| y cuarto| (?:30|15|45)(?=\s*(?:\Z|[.,;!?]|"
    r"[ap]\.?m|(?:on|works?|is|or|and)\b))))?(?:\s?o'?clock)?"
)
_ONE = _CLOCK + r"(?:\s*" + _HALF + ")?"
_FREE = r"(?<![\d$€£.,:/#-])"
# What may follow a bare hour: "at 9 on Monday", "by 5, please"; not "at 4 locations", "at 12 Oak Street".
_BARE_END = (
    r"(?=\s*(?:\Z|[.,;!?)\n-]|\x00|(?:on|and|or|to|tomorrow|today|tonight|works?|is|would|will|sharp|if|then|"
    r"for|instead|"
    r"until|till|in the|next|this|that|please|if|y|o|u|a|el|de|hoy|manana|los|"
    r"(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?s?|lunes|martes|miercoles|jueves|viernes|sabado|"
    r"domingo)\b))(?!\s*[.,]\d)(?!\s*(?:to|or|-|and|a|o|y)\s*\d+\s*[a-z]{4,})(?!\s*for (?:all|every|each)\b)"
)
_SEPARATOR = r"(?P<sep>\s*(?:-|\b(?:to|until|till|through|thru|and|or|hasta|a|y|o|,)\b|,)\s*(?:(?:las?|the)\s+)?)"
_SEVERAL = re.compile(
    rf"(?P<lead>\b(?:between|from|entre|de|desde)\s+(?:las?\s+)?)?{_FREE}{_ONE.format('f')}{_SEPARATOR}"
    rf"{_CLOCK.format('l')}\s*{_HALF.format('l')}",
    re.IGNORECASE,
)
_BARE_WINDOW = re.compile(
    rf"(?P<lead>\b(?:between|from|entre|de|desde)\s+(?:las?\s+)){{0,1}}(?P<bare>\b(?:between|from|entre)\s+)?"
    rf"{_FREE}{_CLOCK.format('f')}(?P<sep>\s*(?:-|\b(?:to|until|till|and|hasta|a|y)\b)\s*(?:las?\s+)?)"
    rf"{_CLOCK.format('l')}(?![\d/%:]){_BARE_END}",
    re.IGNORECASE,
)
_WITH_HALF = re.compile(rf"{_FREE}{_CLOCK.format('f')}\s*{_HALF.format('f')}", re.IGNORECASE)
_COLON = re.compile(rf"{_FREE}\b(?P<fh>[01]?\d|2[0-3]):(?P<fm>[0-5]\d)(?![\d:])")
_OCLOCK = re.compile(rf"{_FREE}\b(?P<fh>\d{{1,2}})\s?o'?clock\b", re.IGNORECASE)
_PAST = re.compile(
    r"\b(?P<part>half|quarter) (?P<way>past|after|to|till) (?P<fh>\d{1,2})\b(?:\s*" + _HALF.format("f") + ")?",
    re.IGNORECASE,
)
_WORDS = re.compile(r"\b(?:noon|midday|midnight|mediodia|medianoche)\b", re.IGNORECASE)
_LA_UNA = re.compile(r"\b(la) una\b(?=\s*(?:de la|y media|y cuarto|[.,;!?]|p\.?m|\Z))", re.IGNORECASE)
_BARE = re.compile(
    rf"\b(?:at|by|after|before|until|till|las?|around|since)\s+{_FREE}{_CLOCK.format('f')}(?![\d/%:]){_BARE_END}",
    re.IGNORECASE,
)


def read_clocks(text: str) -> tuple[list[Clock], str]:
    """The times in plain `text` (accents gone, numbers in digits), and the text with those places blanked."""
    found: list[Clock] = []
    text = _LA_UNA.sub(r"\1 1", text)
    for pattern, read in (
        (_SEVERAL, _several),
        (_BARE_WINDOW, _bare_window),
        (_PAST, _past),
        (_WITH_HALF, _single),
        (_COLON, _single),
        (_OCLOCK, _single),
        (_WORDS, _word),
        (_BARE, _single),
    ):
        for match in pattern.finditer(text):
            clocks = list(read(match))
            found += clocks
            if clocks:
                text = text[: match.start()] + "\x00" * len(match.group()) + text[match.end() :]
    return sorted(found, key=lambda clock: clock.start), text


def _several(match: re.Match[str]) -> Iterator[Clock]:
    last = _minutes(match, "l")
    first = _minutes(match, "f")
    if not first or not last:
        return
    (end,) = last
    # "Between 8 and 10 AM", "11-1 PM": the half of the day that is left out is the end's, or the one before it.
    if len(first) == 2:
        same = [minute for minute in first if (minute < NOON) == (end < NOON) and minute < end]
        first = frozenset(same[:1] or [minute for minute in first if (minute < NOON) != (end < NOON)][:1])
    separator = match["sep"].strip().split()[0].lower() if match["sep"].strip() else "-"
    is_window = separator in ("-", "to", "until", "till", "through", "thru", "hasta", "a") or (
        separator in ("and", "y") and match["lead"] is not None
    )
    if is_window:
        yield Clock(match.group(), match.start(), match.end(), first, last)
    else:
        yield Clock(match.group(), match.start(), match.start() + 1, first)
        yield Clock(match.group(), match.start() + 1, match.end(), last)


def _bare_window(match: re.Match[str]) -> Iterator[Clock]:
    is_led = match["lead"] is not None or match["bare"] is not None
    both_in_full = match["fm"] is not None and match["lm"] is not None
    if not is_led and not both_in_full:
        return
    first, last = _minutes(match, "f"), _minutes(match, "l")
    if first and last:
        yield Clock(match.group(), match.start(), match.end(), first, last)


def _single(match: re.Match[str]) -> Iterator[Clock]:
    minutes = _minutes(match, "f")
    if minutes:
        yield Clock(match.group(), match.start(), match.end(), minutes)


def _past(match: re.Match[str]) -> Iterator[Clock]:
    shift = 30 if match["part"].lower() == "half" else 15
    shift = -shift if match["way"].lower() in ("to", "till") else shift
    minutes = frozenset((minute + shift) % DAY for minute in _minutes(match, "f"))
    if minutes:
        yield Clock(match.group(), match.start(), match.end(), minutes)


def _word(match: re.Match[str]) -> Iterator[Clock]:
    is_night = match.group().lower() in ("midnight", "medianoche")
    yield Clock(match.group(), match.start(), match.end(), frozenset({0 if is_night else NOON}))


def _minutes(match: re.Match[str], side: str) -> frozenset[int]:
    """What the clock on this side of `match` can mean; nothing where it is no time of day."""
    groups = match.groupdict()
    hour = int(groups[f"{side}h"])
    quarter = (groups.get(f"{side}q") or "").strip()
    minute = {"": 0, "y media": 30, "y cuarto": 15}.get(quarter, 0) or (int(quarter) if quarter.isdigit() else 0)
    minute = int(groups.get(f"{side}m") or minute)
    is_am, is_pm = bool(groups.get(f"{side}a")), bool(groups.get(f"{side}p"))
    if hour > 23 or ((is_am or is_pm) and hour > 12):
        return frozenset()
    if is_am or is_pm:
        return frozenset({(hour % 12) * 60 + minute + (NOON if is_pm else 0)})
    # "09:00" and "17:30" are clocks of 24 hours; "9:15" leaves the half of the day open.
    if hour > 12 or (groups[f"{side}h"].startswith("0") and groups.get(f"{side}m")):
        return frozenset({(hour % 24) * 60 + minute})
    return frozenset({(hour % 12) * 60 + minute, (hour % 12) * 60 + minute + NOON})
