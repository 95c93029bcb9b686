"""What somebody on the line hears next, whoever the carrier is. An adapter puts it into the carrier's own words."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Ring:
    """Ring these phones together; `attempt` counts the rounds of ringing one after the other, from 1."""

    targets: tuple[str, ...]
    seconds: int
    press_to_accept: bool
    attempt: int = 1


@dataclass(frozen=True, slots=True)
class TakeVoicemail:
    greeting: str
    language: str


@dataclass(frozen=True, slots=True)
class Say:
    """Speak and hang up; an empty text only hangs up."""

    text: str
    language: str


@dataclass(frozen=True, slots=True)
class AskToAccept:
    """Tell the team's phone who is calling and ask for the key."""

    text: str
    language: str


@dataclass(frozen=True, slots=True)
class Connect:
    """The key was pressed: put the two together."""


@dataclass(frozen=True, slots=True)
class AskForKey:
    """Speak during a call that we made and wait for one key; say it all once more, then hang up.

    `key` is the call's, `attempt` counts how often a key was asked for.
    """

    text: str
    language: str
    key: str
    attempt: int = 1


@dataclass(frozen=True, slots=True)
class Bridge:
    """Speak, then connect whoever is on the line with `to`, who sees `caller`, our own number."""

    text: str
    language: str
    to: str
    caller: str


VoicePlan = Ring | TakeVoicemail | Say | AskToAccept | Connect | AskForKey | Bridge
