"""What the carrier posts about one caller, signed as it signs, all of it made before the clock runs."""

from dataclasses import dataclass
from urllib.parse import urlencode

from bench.first_text import Shot
from bench.load.plan import LISTENS_FOR, RINGS_FOR, Caller
from tests.fakes.carrier import ACCOUNT_SID, AUTH_TOKEN
from tests.fakes.signer import signed_headers

VOICE, DIAL, CALL_STATUS, MESSAGE = "voice", "dial", "call-status", "message"


@dataclass(frozen=True, slots=True)
class Shots:
    """`of_call`: seconds from the beginning, kind, request; the last but one is what makes it a missed call."""

    caller: Caller
    of_call: tuple[tuple[float, str, Shot], ...]
    first_words: Shot | None
    choice: Shot | None


def make_shots(caller: Caller, site: str, hooks: str) -> Shots:
    """`hooks`: the path of the account's webhooks."""

    def shot(event: str, params: dict[str, str], query: str = "") -> Shot:
        path = f"{hooks}/{event}{query}"
        headers = {**signed_headers(AUTH_TOKEN, site + path, params), "Connection": "keep-alive"}
        return Shot(caller.phone, path, urlencode(params), headers)

    call = {
        "AccountSid": ACCOUNT_SID, "ApiVersion": "2010-04-01", "CallSid": caller.call_id, "Called": caller.number,
        "Caller": caller.phone, "Direction": "inbound", "From": caller.phone, "FromCity": "PHOENIX", "FromState": "AZ",
        "FromCountry": "US", "StirVerstat": "TN-Validation-Passed-A", "To": caller.number, "ToCountry": "US",
    }  # fmt: skip
    of_call = [(caller.calls_at, VOICE, shot("voice", {**call, "CallStatus": "ringing"}))]
    if caller.is_rung:
        ended = {
            **call, "CallStatus": "in-progress", "DialCallStatus": "no-answer", "DialBridged": "false",
            "DialCallSid": f"CA{caller.index:030x}d1",
        }  # fmt: skip
        of_call.append((caller.missed_at, DIAL, shot("dial", ended, "?attempt=1")))
    over = {**call, "CallStatus": "completed", "CallDuration": str(round(RINGS_FOR + LISTENS_FOR))}
    of_call.append((caller.missed_at + LISTENS_FOR, CALL_STATUS, shot("call-status", over)))

    def text(body: str, nth: int) -> Shot:
        key = f"SM{nth:02x}{caller.index:030x}"
        return shot("message", {
            "AccountSid": ACCOUNT_SID, "ApiVersion": "2010-04-01", "Body": body, "From": caller.phone,
            "MessageSid": key, "NumMedia": "0", "NumSegments": "1", "SmsMessageSid": key,
            "SmsSid": key, "SmsStatus": "received", "To": caller.number,
        })  # fmt: skip

    words = caller.words
    return Shots(
        caller,
        tuple(of_call),
        text(words, 1) if words else None,
        text(caller.choice, 2) if caller.wish == "visit" else None,
    )
