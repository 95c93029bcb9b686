"""A phone call as the carrier lives it: ask what to do, do it, report what came of it."""

from datetime import timedelta
from enum import Enum
from uuid import uuid4

from messaging.models import PhoneNumber
from messaging.simulator import line
from messaging.simulator.clock_moves import let_pass
from messaging.simulator.errors import SimulatorError
from messaging.simulator.phones import caller_name
from messaging.simulator.twiml import Dial, Gather, Hangup, Record, Redirect, Say, Target, read

MOST_ANSWERS = 20  # a caller is sent on no more often than this
WORDS_PER_SECOND = 2.5
TALK = timedelta(seconds=95)
SHORTLY = timedelta(seconds=2)


class Ending(Enum):
    """How the people on both ends behave. The values are the words of the `simulate` command."""

    NO_ANSWER = "no-answer"
    BUSY = "busy"
    FAILED = "failed"
    HANG_UP = "hang-up"
    ANSWERED = "answered"
    PHONE_VOICEMAIL = "phone-voicemail"
    VOICEMAIL = "voicemail"
    SILENT = "silent"


DIAL_STATUS = {Ending.BUSY: "busy", Ending.FAILED: "failed"}


class SimulatedCall:
    """One call to `number`. Nothing is decided here: the answers to the webhooks say what happens next."""

    def __init__(
        self,
        number: PhoneNumber,
        *,
        caller: str,
        ending: Ending,
        words: str = "",
        hangs_up_after: timedelta | None = None,
    ) -> None:
        self.call_id = f"CA{uuid4().hex}"
        self._number = number
        self._account = number.account
        self._caller = caller
        self._ending = ending
        self._words = words
        self._patience = hangs_up_after or timedelta(seconds=6)
        self._answered = False
        self._over = False

    def run(self) -> None:
        """From the first ring to the last callback. Raises SimulatorError."""
        answer = self._post("voice", CallStatus="ringing", ApiVersion="2010-04-01", **self._name())
        for _ in range(MOST_ANSWERS):
            answer = self._follow(answer)
            if self._over:
                return
        raise SimulatorError("The call is sent round and round.")

    # ------------------------------------------------------------ the caller's leg
    def _follow(self, answer: str) -> str:
        """Do what the answer says, up to the next question; its answer. Ends the call when nothing is left."""
        for verb in read(answer):
            match verb:
                case Dial():
                    return self._dial(verb)
                case Say():
                    if self._hangs_up_in_greeting():
                        break
                    let_pass(_speaking(verb.text))
                case Record():
                    if self._ending == Ending.VOICEMAIL:
                        return self._leave_voicemail(verb)
                    let_pass(timedelta(seconds=5))
                    self._post_to(verb.recording, RecordingStatus="absent", RecordingDuration="0")
                case Redirect():
                    return self._post_to(verb.url, CallStatus="in-progress")
                case Hangup() | Gather():
                    break
        self._end("completed")
        return ""

    def _hangs_up_in_greeting(self) -> bool:
        """Most people do not leave a message: they hang up as soon as the greeting starts."""
        return not self._answered and self._ending not in (Ending.VOICEMAIL, Ending.SILENT)

    def _leave_voicemail(self, verb: Record) -> str:
        length = max(3, round(len(self._words.split()) / WORDS_PER_SECOND))
        let_pass(timedelta(seconds=length))
        recording = f"RE{uuid4().hex}"
        about = {
            "RecordingSid": recording,
            "RecordingUrl": f"https://simulator.invalid/{recording}",
            "RecordingDuration": str(length),
        }
        answer = self._post_to(verb.action, CallStatus="completed", Digits="hangup", **about)
        self._post_to(verb.recording, RecordingStatus="completed", **about)
        self._end("completed")
        if self._words:
            let_pass(SHORTLY)
            self._post_to(verb.transcription, TranscriptionStatus="completed", TranscriptionText=self._words, **about)
        return answer

    # ------------------------------------------------------------ the team's phones
    def _dial(self, dial: Dial) -> str:
        ring = timedelta(seconds=dial.seconds)
        if self._ending == Ending.HANG_UP and self._patience < ring:
            let_pass(self._patience)
            self._end("canceled")
            return ""
        status, bridged, seconds = DIAL_STATUS.get(self._ending, "no-answer"), False, 0
        if self._ending in (Ending.ANSWERED, Ending.PHONE_VOICEMAIL) and dial.targets:
            let_pass(min(ring, timedelta(seconds=7)))
            bridged = self._pick_up(dial.targets[0])
            status, seconds = "completed", int(TALK.total_seconds()) if bridged else 9
            let_pass(timedelta(seconds=seconds))
        else:
            let_pass(SHORTLY if status != "no-answer" else ring)
        self._answered = bridged
        return self._post_to(
            dial.action,
            CallStatus="in-progress",
            DialCallStatus=status,
            DialBridged="true" if bridged else "false",
            DialCallDuration=str(seconds),
            DialCallSid=f"CA{uuid4().hex}",
        )

    def _pick_up(self, target: Target) -> bool:
        """A phone of the team is picked up, by a person or by its own voicemail; whether the two were connected."""
        leg = {
            "CallSid": f"CA{uuid4().hex}",
            "ParentCallSid": self.call_id,
            "From": self._caller,
            "To": target.phone,
            "Direction": "outbound-dial",
            "CallStatus": "in-progress",
        }
        if target.status:
            self._post_to(target.status, **leg)
        if not target.whisper:
            return self._ending == Ending.ANSWERED
        asked = [verb for verb in read(self._post_to(target.whisper, **leg)) if isinstance(verb, Gather)]
        if not asked or self._ending == Ending.PHONE_VOICEMAIL:
            return not asked
        let_pass(SHORTLY)
        accepted = read(self._post_to(asked[0].action, **leg, Digits="1"))
        return Hangup() not in accepted

    # ------------------------------------------------------------ webhooks
    def _end(self, status: str) -> None:
        self._over = True
        self._post("call-status", CallStatus=status)

    def _post(self, event: str, **params: str) -> str:
        return self._post_to(line.hook_url(self._account, event), **params)

    def _post_to(self, url: str, **params: str) -> str:
        call = {"CallSid": self.call_id, "From": self._caller, "To": self._number.number, "Direction": "inbound"}
        return line.post(self._account, url, {**call, **params})

    def _name(self) -> dict[str, str]:
        name = caller_name(self._caller)
        return {"CallerName": name} if name else {}


def _speaking(text: str) -> timedelta:
    return timedelta(seconds=round(len(text.split()) / WORDS_PER_SECOND))
