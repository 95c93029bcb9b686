"""Normalized carrier event -> domain: one function per type of event."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from messaging import call_events, delivery, text_events
from messaging.carriers.base import (
    AlertAnswered,
    AlertCallEnded,
    AlertPickedUp,
    CallArrived,
    CallEnded,
    CallReported,
    Event,
    RingingEnded,
    TeamPickedUp,
    TextReceived,
    TextStatus,
    VoicemailLeft,
    VoicemailTranscribed,
    WhisperAsked,
)
from messaging.carriers.plans import Ring, VoicePlan
from messaging.escalation import calls
from messaging.models import CarrierAccount

HANDLERS: dict[type[Any], Callable[..., VoicePlan | None]] = {
    CallArrived: call_events.call_arrived,
    RingingEnded: call_events.ringing_ended,
    CallEnded: call_events.call_ended,
    CallReported: call_events.call_reported,
    WhisperAsked: call_events.whisper_asked,
    TeamPickedUp: call_events.team_picked_up,
    VoicemailLeft: call_events.voicemail_left,
    VoicemailTranscribed: call_events.voicemail_transcribed,
    TextReceived: text_events.text_received,
    TextStatus: delivery.apply_status,
    AlertPickedUp: calls.picked_up,
    AlertAnswered: calls.key_pressed,
    AlertCallEnded: calls.call_ended,
}


def handle_late(account: CarrierAccount, event: Event, *, now: datetime) -> None:
    """Do what a stored event asks for, when nobody is on the line any more to hear the plan."""
    plan = handle(account, event, now=now)
    if isinstance(event, CallArrived) and isinstance(plan, Ring):
        # Ringing was planned and never begun: the caller heard our excuse instead.
        call_events.ringing_never_began(account, event, now=now)


def handle(account: CarrierAccount, event: Event, *, now: datetime) -> VoicePlan | None:
    """Do what `event` asks for, in the caller's transaction; what the caller on the line should hear, if anything."""
    return HANDLERS[type(event)](account, event, now=now)
