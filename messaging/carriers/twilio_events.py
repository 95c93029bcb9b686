"""Twilio's stored webhooks as our events, one function each."""

from collections.abc import Callable, Mapping
from typing import Any

from messaging.carriers.base import (
    AlertAnswered,
    AlertCallEnded,
    AlertPickedUp,
    BadPayload,
    CallArrived,
    CallEnded,
    Event,
    Media,
    RingingEnded,
    TeamPickedUp,
    TextReceived,
    TextStatus,
    VoicemailLeft,
    VoicemailTranscribed,
    WhisperAsked,
)
from messaging.carriers.twilio_codes import CALL_ENDS, DELIVERIES
from messaging.carriers.twilio_results import LONGEST_CODE, explain

LONGEST_ID = 128  # what the columns hold


def _notice(payload: Mapping[str, Any]) -> str:
    """The key of the call that we made, from the address we gave for its webhooks."""
    return need(payload.get("_query", {}), "notice")


def need(payload: Mapping[str, Any], name: str) -> str:
    """A field that must be there. Raises BadPayload."""
    value = payload.get(name)
    if not isinstance(value, str) or not value or len(value) > LONGEST_ID:
        raise BadPayload(f"{name} is missing or too long")
    return value


def whole(value: object) -> int:
    """A whole number that is not negative; 0 for everything else."""
    text = str(value or "").strip()
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else 0


def _voice(payload: Mapping[str, Any]) -> Event:
    return CallArrived(
        call_id=need(payload, "CallSid"),
        caller=payload.get("From", ""),
        to=need(payload, "To"),
        caller_name=payload.get("CallerName", ""),
        forwarded_from=payload.get("ForwardedFrom", ""),
        verification=payload.get("StirVerstat", ""),
        raw=payload,
    )


def _dial(payload: Mapping[str, Any]) -> Event:
    bridged = payload.get("DialBridged", "").lower()
    attempt = payload.get("_query", {}).get("attempt", "1")
    return RingingEnded(
        call_id=need(payload, "CallSid"),
        end=CALL_ENDS.get(need(payload, "DialCallStatus"), CALL_ENDS["failed"]),
        bridged={"true": True, "false": False}.get(bridged),
        attempt=max(1, whole(attempt)),
        raw=payload,
    )


def _leg(payload: Mapping[str, Any]) -> Event | None:
    if payload.get("CallStatus") not in ("in-progress", "answered"):
        return None
    return TeamPickedUp(call_id=need(payload, "ParentCallSid"), accepted=False, raw=payload)


def _whisper(payload: Mapping[str, Any]) -> Event:
    return WhisperAsked(call_id=need(payload, "ParentCallSid"), raw=payload)


def _whisper_answer(payload: Mapping[str, Any]) -> Event:
    # The key is in the Digits of the leg to the team; the call itself is its parent.
    return TeamPickedUp(call_id=need(payload, "ParentCallSid"), accepted=payload.get("Digits") == "1", raw=payload)


def _call_status(payload: Mapping[str, Any]) -> Event | None:
    end = CALL_ENDS.get(need(payload, "CallStatus"))
    if end is None or payload.get("ParentCallSid") or payload.get("Direction", "inbound") != "inbound":
        return None
    return CallEnded(
        call_id=need(payload, "CallSid"),
        caller=payload.get("From", ""),
        to=need(payload, "To"),
        end=end,
        seconds=whole(payload.get("CallDuration")),
        raw=payload,
    )


def _voicemail(payload: Mapping[str, Any]) -> Event:
    return VoicemailLeft(
        call_id=need(payload, "CallSid"),
        url=payload.get("RecordingUrl", ""),
        seconds=whole(payload.get("RecordingDuration")),
        hung_up=payload.get("Digits") == "hangup",
        raw=payload,
    )


def _recording(payload: Mapping[str, Any]) -> Event | None:
    if payload.get("RecordingStatus") not in ("completed", "absent"):
        return None
    absent = payload["RecordingStatus"] == "absent"
    return VoicemailLeft(
        call_id=need(payload, "CallSid"),
        url="" if absent else payload.get("RecordingUrl", ""),
        seconds=0 if absent else whole(payload.get("RecordingDuration")),
        hung_up=True,
        raw=payload,
    )


def _transcription(payload: Mapping[str, Any]) -> Event | None:
    if payload.get("TranscriptionStatus") != "completed":
        return None
    text = payload.get("TranscriptionText", "")
    return VoicemailTranscribed(call_id=need(payload, "CallSid"), text=text, raw=payload)


def _message(payload: Mapping[str, Any]) -> Event:
    media = tuple(
        Media(payload[f"MediaUrl{i}"], payload.get(f"MediaContentType{i}", ""))
        for i in range(min(whole(payload.get("NumMedia")), 10))
        if payload.get(f"MediaUrl{i}")
    )
    return TextReceived(
        message_id=need(payload, "MessageSid"),
        sender=payload.get("From", ""),
        to=need(payload, "To"),
        body=payload.get("Body", ""),
        media=media,
        carrier_keyword=payload.get("OptOutType", "").upper(),
        raw=payload,
    )


def _message_status(payload: Mapping[str, Any]) -> Event | None:
    delivery = DELIVERIES.get(need(payload, "MessageStatus"))
    if delivery is None:
        return None
    code = payload.get("ErrorCode", "")[:LONGEST_CODE]
    return TextStatus(
        message_id=need(payload, "MessageSid"),
        message_key=payload.get("_query", {}).get("text", ""),
        delivery=delivery,
        error_code=code,
        error_text=explain(code, payload.get("ErrorMessage", "")),
        raw=payload,
    )


def _alert(payload: Mapping[str, Any]) -> Event:
    return AlertPickedUp(call_id=need(payload, "CallSid"), key=_notice(payload), raw=payload)


def _alert_answer(payload: Mapping[str, Any]) -> Event:
    return AlertAnswered(
        call_id=need(payload, "CallSid"),
        key=_notice(payload),
        digit=payload.get("Digits", "")[:1],
        attempt=max(1, whole(payload.get("_query", {}).get("attempt", "1"))),
        raw=payload,
    )


def _alert_status(payload: Mapping[str, Any]) -> Event | None:
    end = CALL_ENDS.get(need(payload, "CallStatus"))
    if end is None:
        return None
    return AlertCallEnded(call_id=need(payload, "CallSid"), key=_notice(payload), end=end, raw=payload)


# By the last part of the webhook's address.
PARSERS: Mapping[str, Callable[[Mapping[str, Any]], Event | None]] = {
    "voice": _voice,
    "dial": _dial,
    "leg": _leg,
    "whisper": _whisper,
    "whisper-answer": _whisper_answer,
    "call-status": _call_status,
    "voicemail": _voicemail,
    "recording": _recording,
    "transcription": _transcription,
    "message": _message,
    "message-status": _message_status,
    "alert": _alert,
    "alert-answer": _alert_answer,
    "alert-status": _alert_status,
}
