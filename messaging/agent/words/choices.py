"""Which of the offered slots does the customer take? Pure; English and Spanish.

Offers go out numbered ("1) Mon, Nov 23 between 8 and 10 AM"). A wrong guess sends a truck on the wrong day, so a text
that could mean two of them, or something else, means none.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, time

from messaging.agent.when.grammar import When, read_when
from messaging.agent.words.sentences import is_reaction, plain, words
from messaging.agent.words.yes_no import YesNo, is_asking, read_yes_no, wavers


@dataclass(frozen=True, slots=True)
class Choice:
    """An offered slot as the customer saw it, in the business's local time; `ends_at`: of its arrival window."""

    number: int
    starts_at: datetime
    ends_at: datetime | None = None


def choose(text: str, choices: Sequence[Choice], *, now: datetime) -> int | None:
    """The number of the one choice that `text` takes, or None.

    "2", "the second one", "monday", "the 8am", "either works" (the first then), and a yes if there is only one. None if
    it asks, sets a condition, denies, names a time that was not offered, or fits several. "2" alone is the number, even
    if another slot is at 2; "2 works" then is unclear. `now`: the business's local time.
    """
    if not choices:
        return None
    if is_reaction(text):
        return _if_yes(text, choices)
    pieces = _kept(text)
    spoken = plain(", ".join(pieces))
    if "?" in text or "¿" in text or not spoken:
        return _if_yes(text, choices) if not spoken else None
    if _ANY_OF.fullmatch(spoken):
        return min(choice.number for choice in choices)
    if is_asking(spoken) or wavers(spoken) or _WANTS_ELSE.search(spoken):
        return None
    if named := _LISTED.fullmatch(spoken):
        # "La 1" right after a numbered list is its first line, and no hour.
        number = int(named[1]) if named[1].isdigit() else _NUMBER_WORDS[named[1]]
        return next((choice.number for choice in choices if choice.number == number), None)
    if len(choices) == 1 and read_yes_no(text) is YesNo.YES and _fits_all(", ".join(pieces), choices[0], now):
        return choices[0].number
    # A gate code or a story beside the choice is no choice.
    said = ", ".join(piece for piece in pieces if _is_about_choosing(plain(piece)))
    spoken = plain(said)
    found = _by_time(said, choices, now) | _by_number(said, spoken, choices, now)
    return found.pop() if len(found) == 1 else None


def _kept(text: str) -> list[str]:
    """The text by phrases, without what it denies: "not 1, 2 works" and "can't do 1 but 2 works" -> ["2 works"]."""
    tidy = _AM_PM.sub(r" \1m ", text.replace("’", "'"))
    pieces = []
    for piece in _PIECE_BREAK.split(tidy):
        first, *rest = _BUT.split(piece)
        if rest and not _DENIES.search(plain(first)):
            # "2 but not before 9"
            return []
        pieces += [part for part in (first, *rest) if not _DENIES.search(plain(part))]
    return pieces


def _if_yes(text: str, choices: Sequence[Choice]) -> int | None:
    return choices[0].number if len(choices) == 1 and read_yes_no(text) is YesNo.YES else None


def _is_about_choosing(spoken: str) -> bool:
    """Whether every word belongs to a choice ("ill take the second one"), or one word says that it is one."""
    return _CHOOSES.search(spoken) is not None or all(
        word in _KNOWN_WORDS or word.isdigit() or _TIME_WORD.fullmatch(word) for word in spoken.split()
    )


def _by_time(said: str, choices: Sequence[Choice], now: datetime) -> set[int]:
    """Choices at the times that are named; none as soon as one of these times was not offered."""
    whens = read_when(said, now=now)
    has_half = _AM_OR_PM.search(said) is not None
    found: set[int] = set()
    for when in whens:
        matching = _matching(when, choices, has_half=has_half)
        if not matching:
            return set()
        found |= matching
    if not whens and (span := _SPAN.search(plain(said))):
        first, last = int(span[1]) % 12, int(span[2]) % 12
        return {choice.number for choice in choices if _hours(choice) == (first, last)}
    if not whens and (day := _DAY_OF_MONTH.search(said)):
        return {choice.number for choice in choices if choice.starts_at.day == int(day[1])}
    return found


def _by_number(said: str, spoken: str, choices: Sequence[Choice], now: datetime) -> set[int]:
    """Choices whose number or place in the list is said, unless a time beside it speaks against them."""
    whens = read_when(said, now=now)
    numbers = _places_said(spoken, choices)
    digits = set() if _SPAN.search(spoken) else {int(digit) for digit in _BARE_NUMBER.findall(spoken)}
    if len(digits) > _MOST_NUMBERS:
        return set()
    for digit in digits:
        others = read_when(re.sub(rf"(?<!\d){digit}(?!\d)", " ", said), now=now)
        numbers |= {
            choice.number
            for choice in choices
            if choice.number == digit and all(_matching(when, [choice], has_half=False) for when in others)
        }
    if whens or not digits or (numbers and (_IS_ONLY_NUMBER.fullmatch(spoken) or _SAYS_NUMBER.search(spoken))):
        return numbers
    # "8 works" is an hour where no such number was offered.
    at_hour = {choice.number for digit in digits for choice in choices if _is_at_hour(choice, digit)}
    return numbers | at_hour


def _places_said(spoken: str, choices: Sequence[Choice]) -> set[int]:
    by_time = sorted(choices, key=lambda choice: choice.starts_at.replace(tzinfo=None))
    by_number = sorted(choices, key=lambda choice: choice.number)
    found = {
        choice.number
        for place, choice in enumerate(by_number, start=1)
        if _ORDINALS.get(place) and re.search(rf"\b(?:{_ORDINALS[place]})\b", _NOT_PLACES.sub(" ", spoken))
    }
    found |= {choice.number for choice in choices if choice.number == _named_number(spoken)}
    if _LAST.search(spoken):
        found.add(by_number[-1].number)
    if _EARLIEST.search(spoken):
        found.add(by_time[0].number)
    if _LATEST.search(spoken):
        found.add(by_time[-1].number)
    if len(choices) == 2 and _LATER_ONE.search(spoken):
        found.add(by_time[-1].number)
    if len(choices) == 2 and _EARLIER_ONE.search(spoken):
        found.add(by_time[0].number)
    return found


def _named_number(spoken: str) -> int | None:
    match = _NUMBER_WORD.search(spoken)
    return _NUMBER_WORDS[match[1]] if match else None


def _fits_all(said: str, choice: Choice, now: datetime) -> bool:
    has_half = _AM_OR_PM.search(said) is not None
    return all(_matching(when, [choice], has_half=has_half) for when in read_when(said, now=now))


def _matching(when: When, choices: Iterable[Choice], *, has_half: bool) -> set[int]:
    """Choices at `when`: those that begin then, else whose window holds it. "Monday 8" may be in the evening."""
    on_day = [choice for choice in choices if _is_on_day(when, choice)]
    if when.at is None:
        return {choice.number for choice in on_day if _is_in_part(when, choice)}
    for at in (when.at, None if has_half else _other_half(when.at)):
        if at is None:
            continue
        exact = {choice.number for choice in on_day if choice.starts_at.time() == at}
        if found := exact or {choice.number for choice in on_day if _holds(choice, at)}:
            return found
    return set()


def _is_on_day(when: When, choice: Choice) -> bool:
    day = choice.starts_at.date()
    if not when.has_date or when.first <= day <= when.last:
        return True
    # "Next friday" is this or the one after; the offered one is meant.
    return when.is_unsure and when.first == when.last and day.weekday() == when.first.weekday()


def _is_in_part(when: When, choice: Choice) -> bool:
    starts = choice.starts_at.time()
    return (when.starts is None or starts >= when.starts) and (when.ends is None or starts < when.ends)


def _holds(choice: Choice, at: time) -> bool:
    return choice.ends_at is not None and choice.starts_at.time() < at < choice.ends_at.time()


def _other_half(at: time) -> time:
    return at.replace(hour=(at.hour + 12) % 24)


def _is_at_hour(choice: Choice, hour: int) -> bool:
    return choice.starts_at.hour % 12 == hour % 12 and choice.starts_at.minute == 0 and 1 <= hour <= 12


def _hours(choice: Choice) -> tuple[int, int] | None:
    return (choice.starts_at.hour % 12, choice.ends_at.hour % 12) if choice.ends_at else None


_MOST_NUMBERS = 6
_AM_PM = re.compile(r"(?<=\d)\s*([ap])\.?\s?m\b\.?", re.IGNORECASE)
_AM_OR_PM = re.compile(r"\d\s*[ap]m?\b|\b(?:morning|afternoon|evening|noon|manana|mañana|tarde|noche)\b", re.IGNORECASE)
_PIECE_BREAK = re.compile(r"(?<!\d)[,;.!\n]+|[,;.!\n]+(?!\d)")
_BUT = re.compile(r"\b(?:but|pero)\b", re.IGNORECASE)
_DENIES = re.compile(
    r"\b(?:not|dont|doesnt|wont|cant|cannot|isnt|no|nope|never|none|neither|ninguno|ninguna|nunca|except|besides|"
    r"couldnt|wouldnt|arent|busy|unable)\b(?! (?:problem|prob|worries|rush))"
)
_WANTS_ELSE = re.compile(
    r"\b(?:something|anything|another|other|different|otr[oa]s?|how about|what about|sooner|only|unless|(?:a bit|"
    r"little|any|much|way|hours?|mins?|minutes?|days?|weeks?|be|or) (?:later|earlier)|(?:earlier|later) (?:than|in)|"
    r"cancel|reschedule|cuesta|price|cost|much|mas tarde que|antes de|after|before|by|despues de)\b"
)
_ANY_OF = re.compile(
    r"(?:(?:i think|well|ok|okay|sure|yes|i guess|honestly|really|hi|hey|por favor|si|me|nos) )*(?:either|any|both|"
    r"all|whichever|whatever|any one|either one|all three|cualquiera|cualquier|los dos|las dos|todos|todas)(?: (?:of|"
    r"one|day|time|slot|them|those|these|the|two|three|is|are|works?|would|will|work|fine|good|ok|okay|great|for|me|"
    r"us|with|please|you|prefer|want|like|have|first|available|best|thanks|thank|de|los|las|ellos|ellas|dos|tres|"
    r"esta|estan|bien|sirve|sirven|queda|quedan|funciona|gracias|por|favor|me|nos|hora|dia|horario))*"
)
_CHOOSES = re.compile(
    r"^(?:number |option |the |la )?\d (?:is|es|would be|seems) (?:better|mejor)\b|"
    r"\b(?:works?|take|book|pick|choose|prefer|go with|going with|lets (?:do|go|say)|lets|ill do|well do|i can do|we "
    r"can do|i can make|is (?:\w+ )?(?:good|fine|great|perfect|ok|okay|best)|sounds (?:good|great|perfect)|(?:put|"
    r"pencil) (?:me|us)|schedule (?:me|us|it|for)|sign (?:me|us)|confirm|reserve|me (?:sirve|queda|conviene|funciona|"
    r"parece|gusta|apunta)|nos (?:sirve|queda|conviene|funciona)|esta (?:muy )?(?:bien|perfecto)|prefiero|preferimos|"
    r"elijo|escojo|tomo|agend\w+|reserv\w+|apunt\w+|mejor)\b"
)
_KNOWN_WORDS = words(
    "the a an at on in of to for me us my our one ones slot option number no choice appointment appt time day please "
    "pls plz thanks thank you thx ty yes yeah yep yup ok okay k sure hi hello hey good great fine perfect cool "
    "awesome nice i id ill we well would will like love want need take do lets let go with that this it is its be "
    "can and or then so window arrival works work just actually sorry first second third fourth fifth sixth last 1st "
    "2nd 3rd 4th 5th 6th two three four five six next earliest latest soonest earlier later early available offered "
    "listed said mentioned had told gave dijo dijeron menciono entonces pues guess think believe there see u you "
    "sir maam around about el la los las un una de del a al en por para y o "
    "que me mi nos si claro bien bueno favor porfa gracias hola buenas quiero quisiera opcion numero cita hora "
    "horario dia primero primera primer segundo segunda tercero tercera tercer cuarto cuarta quinto quinta ultimo "
    "ultima uno dos tres cuatro cinco seis esa ese esta este seria dale vale perfecto listo"
)
_TIME_WORD = re.compile(
    r"(?:mon|tues?|wed|weds|thurs?|thu|fri|sat|sun|(?:mon|tues|wednes|thurs|fri|satur|sun)days?|today|tonight|"
    r"tomorrow|tmrw|tmw|tomorow|2moro|morning|afternoon|evening|noon|midday|am|pm|oclock|week|weekend|jan|feb|mar|"
    r"apr|may|jun|jul|aug|sept?|oct|nov|dec|(?:jan|febr)uary|march|april|june|july|august|(?:septem|octo|novem|"
    r"decem)ber|\d{1,2}(?:st|nd|rd|th)|\d{1,4}(?:am|pm|ish|a|p|h)|half|past|quarter|between|from|until|till|through|"
    r"hoy|manana|pasado|lunes|martes|miercoles|jueves|viernes|sabado|domingo|tarde|noche|mediodia|semana|proximo|"
    r"proxima|entre|hasta|media|enero|febrero|marzo|abril|mayo|junio|julio|agosto|septiembre|octubre|noviembre|"
    r"diciembre)"
)
_SPAN = re.compile(
    r"(?<!\d)(\d{1,2})(?:am|pm)? (?:to|and|til|till|until|thru|through|a|y|hasta)? ?(?:las )?(\d{1,2})(?!\d)"
)
_DAY_OF_MONTH = re.compile(r"(?<!\w)(\d{1,2})(?:st|nd|rd|th)\b", re.IGNORECASE)
_BARE_NUMBER = re.compile(
    r"(?<!\bat )(?<!\blas )(?<!\ba la )(?<!\baround )(?<!\w)(\d{1,2})(?!\w)(?! ?(?:am|pm|oclock)\b)"
)
_IS_ONLY_NUMBER = re.compile(
    r"(?:(?:option|number|choice|slot|the|la|el|opcion|numero|ok|okay|k|yes|yeah|yep|sure|fine|great|perfect|cool|"
    r"alright|all right|hi|hello|si|bueno|dale|vale|then|just|go with|ill take|i will take|give me|we can do|i "
    r"choose|i pick|please|lets do|quiero|prefiero) )*\d(?: (?:please|pls|plz|thanks|thank you|thx|por favor|gracias|"
    r"porfa|then|entonces|pues))*"
)
_SAYS_NUMBER = re.compile(r"\b(?:number|option|choice|numero|opcion) \d(?!\d)")
_LISTED = re.compile(
    r"(?:(?:ok|si|bueno|dale|quiero|prefiero|mejor|pues|entonces|me quedo con|con) )*la (\d|uno|una|dos|"
    r"tres)(?: por favor| gracias| entonces)*"
)
_ORDINALS = {
    1: "first|1st|primero|primera|primer",
    2: "second|2nd|segundo|segunda",
    3: "third|3rd|tercero|tercera|tercer",
    4: "fourth|4th|cuarto|cuarta",
    5: "fifth|5th|quinto|quinta",
    6: "sixth|6th|sexto|sexta",
}
_NOT_PLACES = re.compile(
    r"\bfirst (?:thing|floor|name|time)\b|\b(?:jan|feb|mar|apr|may|jun|jul|aug|sept?|oct|nov|dec)\w* (?:the "
    r")?\d(?:st|nd|rd|th)\b|\b(?:second|2nd) floor\b"
)
_NUMBER_WORDS = {
    "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6,
    "uno": 1, "una": 1, "dos": 2, "tres": 3, "cuatro": 4, "cinco": 5, "seis": 6,
}  # fmt: skip
_NUMBER_WORD = re.compile(
    r"(?:^|\b(?:option|number|choice|slot|opcion|numero|la|el) )(one|two|three|four|five|six|uno|dos|tres|cuatro|"
    r"cinco|seis)(?= (?:please|pls|thanks|works?|is|por|gracias|me|sounds)\b|$)"
)
_LAST = re.compile(r"\b(?:the last|last (?:one|option|slot)|(?:la|el) ultim[oa])\b")
_EARLIEST = re.compile(r"\b(?:earliest|soonest|first available|mas temprano|mas pronto|cuanto antes|asap)\b")
_LATEST = re.compile(r"\b(?:latest|mas tarde)\b")
_LATER_ONE = re.compile(r"\b(?:the later|later (?:one|slot|time))\b")
_EARLIER_ONE = re.compile(r"\b(?:the earlier|earlier (?:one|slot|time))\b")
