"""Webhooks in plain words, for the trace."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from messaging.simulator.errors import SimulatorError
from messaging.simulator.twiml import Dial, Gather, Hangup, Record, Redirect, Say, Verb, read

GOOD, BAD = "good", "bad"
_ENDS = {
    "completed": "completed",
    "busy": "busy",
    "no-answer": "no answer",
    "failed": "failed",
    "canceled": "the caller hung up while it rang",
}
_LOST = ("undelivered", "failed")


@dataclass(frozen=True, slots=True)
class HookWords:
    title: str
    lines: tuple[str, ...] = ()
    quote: str = ""
    tone: str = ""


def describe_hook(event: str, payload: Mapping[str, Any], answer: str) -> HookWords:
    """`payload` as it was stored, `answer` as it was given ("" where nothing was asked)."""
    say = payload.get
    match event:
        case "voice":
            return HookWords("A call comes in", _answered(answer))
        case "dial":
            return HookWords(_dial_title(payload), _answered(answer))
        case "leg":
            return HookWords("A phone of the team was picked up")
        case "whisper":
            return HookWords("The phone that was picked up asks what to hear", _answered(answer))
        case "whisper-answer":
            return HookWords(f"Key {say('Digits', '')} was pressed", _answered(answer), tone=GOOD)
        case "voicemail":
            seconds = say("RecordingDuration")
            empty = say("_query", {}).get("empty")
            return HookWords("Nothing was recorded" if empty else f"A voicemail of {seconds} s", _answered(answer))
        case "recording":
            return HookWords("No recording" if say("RecordingStatus") == "absent" else "The recording is ready")
        case "transcription":
            return HookWords("The voicemail in words", quote=say("TranscriptionText", ""))
        case "call-status":
            return HookWords(f"The call is over: {_ENDS.get(say('CallStatus', ''), say('CallStatus', ''))}")
        case "message":
            media = int(say("NumMedia") or 0)
            return HookWords("A text comes in", ("with a picture",) if media else (), quote=say("Body", ""))
        case "message-status":
            return _status(payload)
        case _:
            return HookWords(event)


def _status(payload: Mapping[str, Any]) -> HookWords:
    status, code = payload.get("MessageStatus", ""), payload.get("ErrorCode", "")
    tone = GOOD if status == "delivered" else BAD if status in _LOST else ""
    return HookWords(f"The carrier says: {status}", (f"error {code}",) if code else (), tone=tone)


def _dial_title(payload: Mapping[str, Any]) -> str:
    status = payload.get("DialCallStatus", "")
    if status == "completed":
        person = payload.get("DialBridged") == "true"
        return "A person of the team took the call" if person else "Picked up, but nobody pressed 1"
    return f"Ringing is over: {_ENDS.get(status, status)}"


def _answered(answer: str) -> tuple[str, ...]:
    try:
        verbs = read(answer) if answer else []
    except SimulatorError:
        return ()
    return tuple(f"answer: {words}" for words in _verbs(verbs))


def _verbs(verbs: Iterable[Verb]) -> Iterable[str]:
    for verb in verbs:
        match verb:
            case Dial():
                yield f"ring {', '.join(target.phone for target in verb.targets)} for {verb.seconds} s"
            case Say():
                yield f"say “{verb.text}”"
            case Gather():
                yield f"say “{verb.text}” and wait for a key"
            case Record():
                yield "record a voicemail"
            case Hangup():
                yield "hang up"
            case Redirect():
                continue
