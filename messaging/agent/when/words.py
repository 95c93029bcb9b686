"""A customer's words made plain, so that one grammar of dates reads all of them. Pure; English and Spanish.

What comes out is lower case and without accents, in English: "el lunes a las 3" becomes "monday at 3", "tmrw" and
"tommorow" become "tomorrow", "3p" becomes "3 pm", "half past two" becomes "half past 2". Signs stand alone. Prices,
phone numbers, addresses and greetings become "§", which no rule of the grammar can read.
"""

import re
import unicodedata

from messaging.agent.when.spanish import SPANISH_CUES, SPANISH_NAMES, in_english

# A date stands in the first sentences; a text of ten segments is a story.
LONGEST = 1500

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
MONTHS = (
    *("january", "february", "march", "april", "may", "june", "july"),
    *("august", "september", "october", "november", "december"),
)
NOTHING = "§"


def plain_words(text: str) -> str:
    """`text` as one line of plain words and signs with single spaces between them; any string is accepted."""
    line = _unmarked(text[:LONGEST])
    for pattern, plain in _SHAPES:
        line = pattern.sub(plain, line)
    tokens = line.split()
    is_spanish = not SPANISH_CUES.isdisjoint(tokens)
    words = [_canonical(tokens, place, is_spanish) for place in range(len(tokens))]
    line = " ".join(words)
    if is_spanish:
        line = in_english(line)
    line = _GREETING.sub(NOTHING, _with_digits(line))
    return _TONIGHT.sub("today night", _THIS_PART.sub(r"today \1", line))


def _unmarked(text: str) -> str:
    """Lower case without accents and apostrophes; characters that the grammar uses as its own marks are dropped."""
    plain = unicodedata.normalize("NFKD", text.replace("½", " 1/2")).casefold()
    plain = "".join(sign for sign in plain if not unicodedata.combining(sign) and not "\ue000" <= sign <= "\uf8ff")
    return re.sub(r"['’‘`´ʼ]", "'", plain)


def _canonical(tokens: list[str], place: int, is_spanish: bool) -> str:
    word = tokens[place]
    if not word[0].isalpha() and word not in _NAMES:
        return word
    before = tokens[place - 1] if place else "."
    after = tokens[place + 1] if place + 1 < len(tokens) else "."
    if word in _DOUBTFUL:
        return _DOUBTFUL[word] if _is_day_name(word, before, after) else word
    if word == "mar":
        return "march" if before[0].isdigit() or after[0].isdigit() else word
    if word in _NAMES:
        return _NAMES[word]
    if is_spanish and word in SPANISH_NAMES:
        return SPANISH_NAMES[word]
    if len(word) < 5 or word in _NO_SLIPS:
        return word
    return _mended(word)


def _is_day_name(word: str, before: str, after: str) -> bool:
    """Whether "sat", "sun" or "wed" is a day here: "sat at 10", not "it sat there", "the sun" or "wed like"."""
    if word in ("wed", "weds"):
        return after not in _AFTER_WE_WOULD
    if before in _SURELY_BEFORE_DAY:
        return True
    if before in _BEFORE_OTHER_WORD or after in _AFTER_OTHER_WORD:
        return False
    if before in _BEFORE_DAY or after in _AFTER_DAY:
        return True
    return after[0].isdigit() or (before in ".,?!" and after in ".,?!")


def _mended(word: str) -> str:
    """The day, month or part of day of which `word` is a slip of the finger, else `word` itself."""
    if _TOMORROW.fullmatch(word):
        return "tomorrow"
    for target in _BY_FIRST_LETTER.get(word[0], ()):
        allowed = 2 if len(target) > 7 else 1
        if abs(len(word) - len(target)) <= allowed and _distance(word, target, allowed) <= allowed:
            return target
    return word


def _distance(word: str, target: str, allowed: int) -> int:
    """Letters added, dropped, replaced or swapped; more than `allowed` is only said to be more."""
    two_back: list[int] = []
    row = list(range(len(target) + 1))
    for i, letter in enumerate(word, 1):
        new = [i]
        for j, wanted in enumerate(target, 1):
            cost = min(row[j] + 1, new[j - 1] + 1, row[j - 1] + (letter != wanted))
            if i > 1 and j > 1 and letter == target[j - 2] and word[i - 2] == wanted:
                cost = min(cost, two_back[j - 2] + 1)
            new.append(cost)
        if min(new) > allowed:
            return allowed + 1
        two_back, row = row, new
    return row[-1]


def _with_digits(line: str) -> str:
    """Numbers as digits: "two thirty" is 2:30, "forty five" 45. "One" only where no thing can be meant."""
    line = _TENS.sub(lambda match: str(_NUMBERS[match[1]] + (_NUMBERS[match[2]] if match[2] else 0)), line)
    line = _SPELLED_CLOCK.sub(lambda match: f"{_NUMBERS[match[1]]}:{match[2]}", line)
    line = _NUMBER.sub(lambda match: str(_NUMBERS[match[0]]), line)
    line = _ORDINAL.sub(lambda match: _ORDINALS[match[0]], line)
    return _ONE.sub("1", line)


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_NUMBER_WORDS = (
    "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen twenty thirty forty fifty"
)
_NUMBERS = dict(zip(_NUMBER_WORDS.split(), (*range(1, 21), 30, 40, 50), strict=True))
_UNITS = "one|two|three|four|five|six|seven|eight|nine"
_TENS = re.compile(rf"\b(twenty|thirty|forty|fifty)(?: (?:- )?({_UNITS}))?\b")
_SPELLED_CLOCK = re.compile(rf"\b({_UNITS}|ten|eleven|twelve) (?:- )?(15|20|30|40|45|50)\b")
_NUMBER = re.compile(r"\b(?:two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen)\b")
_ORDINALS = {
    "first": "1st",
    "second": "2nd",
    "third": "3rd",
    "fourth": "4th",
    "fifth": "5th",
    "sixth": "6th",
    "seventh": "7th",
    "eighth": "8th",
    "ninth": "9th",
    "tenth": "10th",
    "fifteenth": "15th",
    "twentieth": "20th",
    "thirtieth": "30th",
}
# "The second" is a choice or a floor; only a month makes it a day.
_ORDINAL = re.compile(
    rf"\b(?:{'|'.join(_ORDINALS)})(?= of (?:{'|'.join(MONTHS)}|next month|this month)\b)|"
    rf"(?:{'|'.join(f'(?<={month} )' for month in MONTHS if month != 'may')})(?:{'|'.join(_ORDINALS)})\b"
)
_ONE = re.compile(
    r"(?=one)(?:(?<=\bat )|(?<=\bafter )|(?<=\bbefore )|(?<=\baround )|(?<=\bby )|(?<=\bpast )|(?<=\bto )|"
    r"(?<=\buntil )|(?<=\bbetween )|(?<=\bhalf )|(?<=\btill )|(?<=\d or )|(?<=\d and ))one\b|(?<!the )(?<!this "
    r")(?<!that )\bone(?= (?:am|pm|oclock|week|day|hour|in the (?:afternoon|morning))\b)"
)

_STREET = (
    r"(?:street|st|avenue|ave?|road|rd|drive|dr|lane|ln|boulevard|blvd|way|court|ct|place|pl|circle|cir|highway|hwy|"
    r"parkway|pkwy|terrace|ter|trail|trl|loop|plaza|square|sq|calle|avenida)"
)
_THINGS = (
    r"(?:unit|apt|apartment|suite|ste|room|rm|floor|bldg|building|lot|space|zip|code|pin|box|model|exit|route|size|"
    r"version|windows|number|door|gate|order|invoice|ticket|ext|extension|option|serial|piso|numero|depto|calle|codigo|"
    r"chapter|page|channel|grade|level|step|stage|phase|part|type|seer|windows|interstate|hwy|highway)"
)
_MONEY_WORDS = (
    r"(?:dollars?|bucks?|usd|euros?|pounds?|percent|pesos|cents?|grand|k|€|£|%|gal|gallons?|sqft|sq|ft|feet|foot|"
    r"inch(?:es)?|in\.|lbs?|miles?|mi|btu|tons?|amps?|volts?|watts?|stars?|gb|mb|mm|cm|degrees?)(?![a-z])"
)
_CLOCK_WORD = (
    r"(?:am|pm|a|p|ish|on|at|in|or|and|to|for|of|if|is|the|this|next|oclock|o'clock|by|till|until|but|de|o|y|a)"
)
# In order: what is no date is taken out first, then the shapes of dates and times are made one.
_SHAPES: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"\b2 ?m(?:or?r?ow?|ro|rw|rrw|oz)\b"), "tomorrow"),
    (re.compile(r"\b2day\b"), "today"),
    (re.compile(r"\b2ni(?:te|ght)\b"), "tonight"),
    (re.compile(r"\bb4\b"), "before "),
    (re.compile(r"(?<!\S)[^\s@]+@\S+\.\S+|\bhttps?://\S+|\bwww\.\S+"), f" {NOTHING} "),
    (re.compile(rf"[$€£]\s?\d[\d,.]{{0,12}}k?|\d(?:[\d,.]{{0,12}}\d)?\s?{_MONEY_WORDS}"), f" {NOTHING} "),
    (re.compile(r"(?<![\d/])\(?\d{3}\)?[ .-]{0,2}\d{3}[ .-]\d{4}(?!\d)|(?<![\d/-])\d{3}[.-]\d{4}(?!\d)|\d{7,}"), " § "),
    (re.compile(rf"\b\d{{1,6}}(?: (?!{_CLOCK_WORD}\b)[a-z.]{{1,15}}){{1,3}}? {_STREET}\b"), f" {NOTHING} "),
    (re.compile(rf"\b\d{{1,3}}(?:st|nd|rd|th) {_STREET}\b"), f" {NOTHING} "),
    (re.compile(rf"(?:#\s?|\b{_THINGS}\.? ?#? ?)\d+[a-z]?\b(?!:)"), f" {NOTHING} "),
    (re.compile(r"\b24\s?/\s?7\b|\b50/50\b"), f" {NOTHING} "),
    (re.compile(r"(?<=\d)\s?([ap])\s?\.\s?m\b\.?"), r" \1m "),
    (re.compile(r"\bo\s?['\"]?\s?clock\b|(?<=\d)o'?clock\b"), " oclock "),
    (re.compile(r"\b(we|i|you|he|she|they|that|it|who)'d\b"), r"\1 would"),
    (re.compile(r"(?<=[a-z])'(?:s|re|ll|ve|m)?(?= |$|[^a-z])|\b(?<=t)'s\b"), ""),
    (re.compile(r"'"), ""),
    (re.compile(r"[–—−‐‑]|\s\.\.+\s"), "-"),
    (re.compile(r"\b(20\d\d)-(\d\d?)-(\d\d?)\b"), r"\1/\2/\3"),
    (re.compile(r"\b(\d\d?)-(\d\d?)-((?:20)?\d\d)\b"), r"\1/\2/\3"),
    (re.compile(r"\b(\d\d?) ?: ?(\d\d)(?::00)?(?!\d)"), r" \1:\2 "),
    (re.compile(r"\b(\d\d?) ?h(?:rs?|s)?[ .]?(\d\d)\b"), r" \1:\2 "),
    (re.compile(r"\b(1\d|2[0-3]) ?h(?:rs?|s)?\b"), r" \1:00 "),
    (re.compile(r"(?<=\d)([ap])m?(?= |$|[^\w'])|(?<=\d) ?([ap])m(?![a-rt-z])"), r" \1\2m "),
    (re.compile(r"(?<=\d) ?- ?ish\b|(?<=\d)ish\b"), " ish "),
    (
        re.compile(r"\b(mon|tues?|wed|thu(?:rs?)?|fri|jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov|dec)\.(?= ?\w|,)"),
        r"\1 ",
    ),
    (re.compile(r"\b(sat|sun|may)\.(?= ?\d)"), r"\1 "),
    (re.compile(r"@"), " at "),
    (re.compile(r"~"), " around "),
    (re.compile(r"&"), " and "),
    (re.compile(r"(?<=[a-z])/(?=[a-z])"), " or "),
    (re.compile(r"-"), " - "),
    (re.compile(r"(?<!\d)[.]|[.](?!\d)|[\n;()\[\]\"“”«»:*]+(?!\d)|(?<!\d):"), " . "),
    (re.compile(r"\s?,(?!\d{3})|(?<=\D),"), " , "),
    (re.compile(r"([?!¿¡])+"), r" \1 "),
    (re.compile(r"(?<=[^\W\d_])(?=\d)(?<!\bh)"), " "),
    (re.compile(r"(?<=\d)(?=[^\W\d_])(?!(?:st|nd|rd|th)\b)"), " "),
)

_DOUBTFUL = {"sat": "saturday", "sun": "sunday", "wed": "wednesday", "weds": "wednesday"}
_BEFORE_OTHER_WORD = _words("i we he she they it that has have had just who you the a in of full been and-i my your")
_AFTER_OTHER_WORD = _words(
    "down there here on in for idle unused outside empty around with under next light room roof is was rises set "
    "valley city block burn screen damage shade exposure porch"
)
_SURELY_BEFORE_DAY = _words("anything openings opening appointments availability")
_BEFORE_DAY = _words(
    "on this next or and by until till til for coming every fri - / through thru to after before of about friday "
    "saturday maybe either from any anytime do like noon morning afternoon evening early late pm am"
)
_AFTER_DAY = _words(
    "at or and morning afternoon evening night the works work after before around between noon am pm - through thru "
    "from please pls would is anytime sun sunday mon monday if early late by jan feb mar apr may jun jul aug sep "
    "sept oct nov dec january february march april june july august september october november december"
)
_AFTER_WE_WOULD = _words("like love prefer need want be rather appreciate have do take just really also")

_SHORT_FORMS = {
    "monday": "mon mons mond",
    "tuesday": "tue tues tuesd tusday teusday",
    "wednesday": "wedn wedns wensday wendsday",
    "thursday": "thu thur thurs thr thrs",
    "friday": "fri frid",
    "saturday": "satur sats",
    "tomorrow": "tmrw tmw tmr tmro tmrrw tmoro tmorrow tomo tomoz tom tommorow tomorrows",
    "today": "tday tdy todays todat",
    "tonight": "tonite tnite tonights",
    "morning": "morn mornin mornings mrng",
    "afternoon": "aft afternoons afternon aftn arvo",
    "evening": "eve evenings evning",
    "night": "nite nights",
    "weekend": "wkend weekends wknd wkd",
    "week": "wk weeks wks",
    "day": "days",
    "hour": "hr hrs hours",
    "minute": "min mins minutes",
    "month": "months",
    "noon": "midday noonish",
    "before": "bfore",
    "until": "til till untill",
    "next": "nxt nex",
    "between": "btwn btw betwen",
    "about": "abt bout",
    "through": "thru",
    "end of day": "eod",
    "lunch": "lunchtime",
    "cant": "cannot",
    "dont": "dnt",
    "any time": "anytime",
    "some time": "sometime",
    "january": "jan",
    "february": "feb",
    "april": "apr",
    "june": "jun",
    "july": "jul",
    "august": "aug",
    "september": "sep sept",
    "october": "oct",
    "november": "nov",
    "december": "dec",
}
_NAMES = {
    **{day: day for day in WEEKDAYS},
    **{f"{day}s": day for day in WEEKDAYS},
    **{month: month for month in MONTHS},
    **{short: name for name, shorts in _SHORT_FORMS.items() for short in shorts.split()},
}

_TOMORROW = re.compile(r"(?:t+o*m+[ao]*r+[oae]*w*(?:l?ly)?|tommor+\w{0,3}|tomm?or?r?\w{0,3}w)")
_MENDABLE = (
    *WEEKDAYS,
    *("january", "february", "september", "october", "november", "december", "august", "tomorrow", "tonight"),
    *("afternoon", "morning", "evening", "weekend"),
)
_BY_FIRST_LETTER = {
    letter: tuple(word for word in _MENDABLE if word[0] == letter) for letter in {word[0] for word in _MENDABLE}
}
# One or two letters away from a day or month, and no slip.
_NO_SLIPS = _words(
    "sundry sundae sundaes money mono mondo mornings warning mourning evenings weekday weekdays weekend sending "
    "leaving remember member timber amber ember number decent turned afternoons afterwards sundown tuned turday "
    "agust disgust toronto torrent temper seventh eventing opening meaning mending august morning evening"
)

_TONIGHT = re.compile(r"\btonight\b")
_THIS_PART = re.compile(r"\b(?:later )?this ((?:early |late )?(?:morning|afternoon|evening))\b")
_GREETING = re.compile(
    r"\b(?:good|gud|gd|great|nice|lovely|wonderful|blessed|buen|buenos|buena|buenas|happy|enjoy (?:your|the|ur)|"
    r"rest of (?:your|ur|the)) (?:rest of (?:your|the) )?(?:morning|afternoon|evening|night|day|weekend|week|"
    r"dias|tardes|noches)\b"
    r"(?! (?:works|work|is|would|for|to|at|if)\b)|"
    r"\b(?:happy|have a (?:good|great|nice|happy|blessed)) (?:monday|tuesday|wednesday|thursday|friday|saturday|sunday|"
    r"thanksgiving|christmas|halloween|new years?)\b|\bmerry christmas\b|"
    r"\b(?:that|thats|this)(?: \w+)? (?:all|everything|it)\b(?: \w+){0,5}? (?:for )?today\b|"
    r"\b(?:how (?:are|is|r) (?:you|u|everyone|everything|yall|things|it going)(?: doing)?|your (?:help|time)|"
    r"(?:help|assist) you) today\b|"
    r"^(?:hi |hello |hey )?(?:morning|evening|afternoon)"
    r"(?= (?:[,!.] \S|! |all|guys|team|sir|folks|everyone|there|yall|i|we|can|could|do|just|maam)\b|$(?<=!))"
)
