"""Voice plans as TwiML."""

from collections.abc import Callable

from twilio.twiml.voice_response import VoiceResponse

from messaging.carriers.plans import AskForKey, AskToAccept, Bridge, Ring, Say, TakeVoicemail, VoicePlan

SPOKEN = {"en": "en-US", "es": "es-US"}
VOICEMAIL_SECONDS = 120
BRIDGE_SECONDS = 30
KEY_SECONDS = 8


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
        case AskForKey():
            _ask_for_key(response, plan, url)
        case Bridge():
            response.say(plan.text, language=SPOKEN.get(plan.language, "en-US"))
            response.dial(caller_id=plan.caller, timeout=BRIDGE_SECONDS).number(plan.to)
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


def _ask_for_key(response: VoiceResponse, plan: AskForKey, url: Callable[..., str]) -> None:
    # Nobody pressed: said once more, since a mobile's voicemail or a hand on the way to the phone missed the beginning.
    for _ in range(2):
        gather = response.gather(
            num_digits=1, timeout=KEY_SECONDS, method="POST",
            action=url("alert-answer", notice=plan.key, attempt=plan.attempt),
        )  # fmt: skip
        gather.say(plan.text, language=SPOKEN.get(plan.language, "en-US"))
    response.hangup()


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
