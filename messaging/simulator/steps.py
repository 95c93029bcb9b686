"""What can be played, and the little language for it.

call +15555550123 busy; text 'my basement is flooding'; wait 2h; text STOP

call [NUMBER|new|anonymous] [ENDING] [after 2s] [to NUMBER]
    ENDING: no-answer (if nothing is said), busy, failed, hang-up, answered, phone-voicemail, silent, voicemail 'WORDS'
text 'BODY' [from NUMBER] [to NUMBER] [with picture]
wait 30s|5m|2h|1d
at 19:14|open|closed|opening|now
phone
"""

import re
import shlex
from collections.abc import Callable
from dataclasses import dataclass
from datetime import time, timedelta

from messaging.simulator.calls import Ending
from messaging.simulator.errors import SimulatorError

NEW = "new"
_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86_400}
_TIMES = ("open", "closed", "opening", "now")


@dataclass(frozen=True, slots=True)
class PlaceCall:
    """`caller` "": the one before, "new": a phone that never called. `to` "": the number in use."""

    caller: str = ""
    ending: Ending = Ending.NO_ANSWER
    words: str = ""
    hangs_up_after: timedelta | None = None
    to: str = ""


@dataclass(frozen=True, slots=True)
class SendText:
    body: str
    sender: str = ""
    to: str = ""
    picture: bool = False


@dataclass(frozen=True, slots=True)
class Wait:
    span: timedelta


@dataclass(frozen=True, slots=True)
class GoTo:
    """A time of day, "open" or "closed" (now, if it is so already), the next "opening", "now": the real time."""

    when: time | str


@dataclass(frozen=True, slots=True)
class ShowPhone:
    pass


Step = PlaceCall | SendText | Wait | GoTo | ShowPhone


class NotUnderstood(SimulatorError):
    """A script of steps with a mistake; the text says where and what would be right."""


def parse_steps(script: str) -> list[Step]:
    """The steps of a script, which are separated by semicolons. Raises NotUnderstood."""
    lexer = shlex.shlex(script, posix=True, punctuation_chars=";")
    lexer.whitespace_split, lexer.commenters = True, ""
    try:
        words = list(lexer)
    except ValueError as error:
        raise NotUnderstood(
            "A quotation mark is not closed. Put texts with an apostrophe into double quotes."
        ) from error
    steps: list[Step] = []
    command: list[str] = []
    for word in [*words, ";"]:
        if set(word) != {";"}:
            command.append(word)
        elif command:
            steps.append(_Words(command).step())
            command = []
    if not steps:
        raise NotUnderstood("There is nothing to do. Begin with: call, text, wait, at, phone.")
    return steps


def parse_span(text: str) -> timedelta:
    """30s, 5m, 2h, 1d. Raises NotUnderstood."""
    match = re.fullmatch(r"(\d{1,5})([smhd])", text)
    if match is None:
        raise NotUnderstood(f"“{text}” is not a length of time. Write 30s, 5m, 2h or 1d.")
    return timedelta(seconds=int(match[1]) * _UNITS[match[2]])


def parse_number(text: str) -> str:
    """A phone as written, checked for shape alone; "anonymous" and "new" stay words. Raises NotUnderstood."""
    if text in ("anonymous", NEW) or re.fullmatch(r"\+\d{7,15}", text):
        return text
    raise NotUnderstood(f"“{text}” is not a phone number. Write it as +15555550123.")


class _Words:
    """The words of one step, read from left to right."""

    def __init__(self, words: list[str]) -> None:
        self._name, *self._left = words

    def step(self) -> Step:
        readers: dict[str, Callable[[], Step]] = {
            "call": self._call,
            "text": self._text,
            "wait": self._wait,
            "at": self._at,
            "phone": ShowPhone,
        }
        read = readers.get(self._name)
        if read is None:
            raise NotUnderstood(f"“{self._name}” is not something to do. There are: {', '.join(readers)}.")
        step = read()
        if self._left:
            raise NotUnderstood(f"“{self._left[0]}” after “{self._name}” is not understood.")
        return step

    def _call(self) -> PlaceCall:
        caller, ending, words, to = "", Ending.NO_ANSWER, "", ""
        after: timedelta | None = None
        endings = {one.value: one for one in Ending}
        if self._left and (self._left[0].startswith("+") or self._left[0] in ("anonymous", NEW)):
            caller = parse_number(self._left.pop(0))
        while self._left:
            word = self._left.pop(0)
            if word in endings:
                ending = endings[word]
                words = (
                    self._next("voicemail needs the words: voicemail 'please call me'")
                    if ending == Ending.VOICEMAIL
                    else ""
                )
            elif word == "after":
                after = parse_span(self._next("after needs a length of time, such as 2s"))
            elif word == "to":
                to = parse_number(self._next("to needs a number"))
            else:
                raise NotUnderstood(f"“{word}” after “call” is not understood. A call ends with: {', '.join(endings)}.")
        return PlaceCall(caller, ending, words, after, to)

    def _text(self) -> SendText:
        body = self._next("text needs what to say: text 'my basement is flooding'")
        sender, to, picture = "", "", False
        while self._left:
            word = self._left.pop(0)
            if word == "from":
                sender = parse_number(self._next("from needs a number"))
            elif word == "to":
                to = parse_number(self._next("to needs a number"))
            elif word == "with" and self._left[:1] == ["picture"]:
                picture = bool(self._left.pop(0))
            else:
                raise NotUnderstood(
                    f"“{word}” after the text is not understood. Put the whole text into quotation marks."
                )
        return SendText(body, sender, to, picture)

    def _wait(self) -> Wait:
        return Wait(parse_span(self._next("wait needs a length of time, such as 2h")))

    def _at(self) -> GoTo:
        word = self._next("at needs a time, such as 19:14")
        if word in _TIMES:
            return GoTo(word)
        match = re.fullmatch(r"([01]?\d|2[0-3]):([0-5]\d)", word)
        if match is None:
            raise NotUnderstood(f"“{word}” is not a time of day. Write 19:14, or one of: {', '.join(_TIMES)}.")
        return GoTo(time(int(match[1]), int(match[2])))

    def _next(self, otherwise: str) -> str:
        if not self._left:
            raise NotUnderstood(otherwise[0].upper() + otherwise[1:] + ".")
        return self._left.pop(0)
