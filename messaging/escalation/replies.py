"""PURE: what a person on call means with a text. Codes in any spelling, bare words, and everything else."""

import re
import unicodedata
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from messaging.escalation.enums import OnCallCommand
from messaging.escalation.reply_words import (
    COMMANDS,
    EVERYTHING,
    GLUED,
    JOINERS,
    LETTERS,
    LONGEST_COMMAND,
    POLITE,
    REACTIONS,
    THUMBS,
    WEAK,
)

_WORD = re.compile(r"[^\W_]+(?:['’ʼ][^\W_]+)*")
_CODE_LIKE = re.compile(f"[{LETTERS}]{{2}}")
_AFTER_CODES = " \t\n:;,.-–—\"'“”‘’«»)]>*"


@dataclass(frozen=True, slots=True)
class Reply:
    """`command` with the `codes` it names, in their order; none: about whatever is open. `is_all`: about all of it.

    REPLY: `rest` are words for the customer, as they were written. USELESS with a code: it looks like one, and means
    nothing on this phone. `is_weak`: a bare word that may as well be an answer to the customer.
    """

    command: OnCallCommand
    codes: tuple[str, ...] = ()
    rest: str = ""
    is_all: bool = False
    is_weak: bool = False

    @property
    def code(self) -> str:
        """The first of them, "" for none."""
        return self.codes[0] if self.codes else ""


@dataclass(frozen=True, slots=True)
class _Word:
    folded: str
    end: int


def read_reply(body: str, codes: Collection[str]) -> Reply:
    """What `body` says; `codes` are those that mean something on this phone, in capitals."""
    known = frozenset(codes)
    words = [_Word(fold(match.group()), match.end()) for match in _WORD.finditer(body)]
    if not words:
        is_thumb = any(char in THUMBS for char in body)
        order = OnCallCommand.ACK if is_thumb else _help_or_useless(body)
        return Reply(order, rest=body, is_weak=is_thumb)
    folded = [word.folded for word in words]
    if _is_reaction(folded, body):
        return Reply(OnCallCommand.USELESS, rest=body)
    if (command := _command(folded)) is not None:
        return Reply(command, rest=body, is_weak=_phrase(folded) in WEAK)
    return (
        _codes_first(words, body, known)
        or _command_first(folded, known)
        or _unknown_code(folded, body)
        or Reply(OnCallCommand.REPLY, rest=body.strip())
    )


def fold(word: str) -> str:
    """Small letters without accents and apostrophes."""
    parts = unicodedata.normalize("NFKD", word.lower())
    return "".join(char for char in parts if char.isalnum())


def _codes_first(words: Sequence[_Word], body: str, known: Collection[str]) -> Reply | None:
    """ "KD", "k d no", "KD, FG ok", "all", "KD: be there in 20"."""
    folded = [word.folded for word in words]
    codes, used, glued, is_all = _leading_codes(folded, known)
    if not codes and not is_all:
        return None
    tail = folded[used:]
    if glued and not tail:
        return Reply(COMMANDS[glued], codes, is_all=is_all)
    if not tail:
        return Reply(OnCallCommand.ACK, codes, is_all=is_all)
    command = _command(tail)
    if command is not None and not glued:
        return Reply(command, codes, is_all=is_all)
    if is_all and not codes:
        # "All good here" is no order.
        return None
    if glued or any(word.upper() in known for word in tail):
        # "KD yes FG no": too much for one text, and nothing for a customer.
        return Reply(OnCallCommand.USELESS, codes, rest=body)
    return Reply(OnCallCommand.REPLY, codes, rest=body[words[used - 1].end :].lstrip(_AFTER_CODES).strip())


def _leading_codes(folded: Sequence[str], known: Collection[str]) -> tuple[tuple[str, ...], int, str, bool]:
    """The codes at the beginning, how many words they take, a command that is glued to the last, and whether ALL."""
    codes: list[str] = []
    used, glued, is_all, index = 0, "", False, 0
    while index < len(folded) and not glued:
        word = folded[index]
        pair = word + folded[index + 1] if len(word) == 1 and index + 1 < len(folded) else ""
        if word.upper() in known:
            codes.append(word.upper())
            index += 1
        elif len(pair) == 2 and pair.upper() in known:
            codes.append(pair.upper())
            index += 2
        elif (split := _unglue(word, known)) is not None:
            codes.append(split[0])
            glued = split[1]
            index += 1
        elif word in EVERYTHING:
            is_all = True
            index += 1
        elif word in JOINERS and used:
            index += 1
            continue
        else:
            break
        used = index
    return tuple(dict.fromkeys(codes)), used, glued, is_all


def _unglue(word: str, known: Collection[str]) -> tuple[str, str] | None:
    if len(word) < 3:
        return None
    for code, rest in ((word[:2], word[2:]), (word[-2:], word[:-2])):
        if code.upper() in known and rest in GLUED:
            return code.upper(), rest
    return None


def _command_first(folded: Sequence[str], known: Collection[str]) -> Reply | None:
    """ "done kd", "ack KD FG", "pass all"."""
    for length in range(min(LONGEST_COMMAND, len(folded) - 1), 0, -1):
        command = COMMANDS.get(" ".join(folded[:length]))
        if command is None:
            continue
        rest = [word for word in folded[length:] if word not in POLITE and word not in JOINERS]
        codes, used, glued, is_all = _leading_codes(rest, known)
        if rest and used == len(rest) and not glued:
            return Reply(command, codes, is_all=is_all)
        if len(rest) == 1 and _CODE_LIKE.fullmatch(rest[0].upper()):
            return Reply(OnCallCommand.USELESS, (rest[0].upper(),))
    return None


def _unknown_code(folded: Sequence[str], body: str) -> Reply | None:
    """It is written like a code, so it is no sentence for a customer."""
    first = folded[0].upper()
    if not _CODE_LIKE.fullmatch(first):
        return None
    is_alone = len(folded) == 1 or _command(folded[1:]) is not None
    is_prefix = body.lstrip(" \"'“‘(")[2:].lstrip().startswith(":")
    return Reply(OnCallCommand.USELESS, (first,), rest=body) if is_alone or is_prefix else None


def _command(folded: Sequence[str]) -> OnCallCommand | None:
    return COMMANDS.get(_phrase(folded))


def _phrase(folded: Sequence[str]) -> str:
    return " ".join(word for word in folded if word not in POLITE)


def _help_or_useless(body: str) -> OnCallCommand:
    return OnCallCommand.HELP if body.strip() == "?" else OnCallCommand.USELESS


def _is_reaction(folded: Sequence[str], body: str) -> bool:
    begins = " ".join(folded[:2])
    quoted = any(mark in body for mark in '"“«„')
    return quoted and any(begins == each or begins.startswith(f"{each} ") for each in REACTIONS)
