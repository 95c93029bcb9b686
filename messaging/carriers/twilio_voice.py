"""Voice plans as TwiML."""

from collections.abc import Callable

from twilio.twiml.voice_response import VoiceResponse

from messaging.carriers.base import AskToAccept, Ring, Say, TakeVoicemail, VoicePlan

SPOKEN = {"en": "en-US", "es": "es-US"}
VOICEMAIL_SECONDS = 120


def twiml(plan: VoicePlan | None, url: Callable[..., str]) -> str:
    """TwiML of a plan, empty for None and Connect; `url(event, **query)` makes the address of one of our webhooks."""
    response = VoiceResponse()
    match plan:
        case Ring():
            _ring(response, plan, url)
        case TakeVoicemail():
            _take_voicemail(response, plan, url)
        case AskToAccept():
            gather = response.gather(num_digits=1, timeout=8, action=url("whisper-answer"), method="POST")
            gather.say(plan.text, language=SPOKEN.get(plan.language, "en-US"))
            # Nobody pressed: a mobile's voicemail, or a person who does not want the call.
            response.hangup()
        case Say():
            if plan.text:
                response.say(plan.text, language=SPOKEN.get(plan.language, "en-US"))
            response.hangup()
        case _:
            pass
    return str(response)


def _ring(response: VoiceResponse, plan: Ring, url: Callable[..., str]) -> None:
    # answerOnBridge works only while Dial is the first verb: the caller hears real ringing and pays nothing.
    dial = response.dial(
        answer_on_bridge=True, timeout=plan.seconds, action=url("dial", attempt=plan.attempt), method="POST"
    )
    for target in plan.targets:
        dial.number(
            target,
            status_callback=url("leg"),
            status_callback_event="answered",
            **({"url": url("whisper")} if plan.press_to_accept else {}),
        )


def _take_voicemail(response: VoiceResponse, plan: TakeVoicemail, url: Callable[..., str]) -> None:
    response.say(plan.greeting, language=SPOKEN.get(plan.language, "en-US"))
    response.record(
        action=url("voicemail"),
        method="POST",
        max_length=VOICEMAIL_SECONDS,
        timeout=5,
        trim="trim-silence",
        transcribe=True,
        transcribe_callback=url("transcription"),
        recording_status_callback=url("recording"),
        recording_status_callback_event="completed absent",
    )
    # An empty recording makes no request and falls through to here.
    response.redirect(url("voicemail", empty=1), method="POST")
