"""What the API's answer to a send, or its silence, means for the text."""

import json
from collections.abc import Mapping

from requests.exceptions import ConnectionError as RequestsConnectionError
from requests.exceptions import ConnectTimeout
from twilio.base.exceptions import TwilioRestException, TwilioServiceException
from urllib3.exceptions import NewConnectionError

from messaging.carriers.base import SendOutcome, SendResult
from messaging.carriers.twilio_codes import PLAIN_WORDS

LONGEST_CODE = 16


def explain(code: str, fallback: str) -> str:
    """A carrier's error in words for staff; `fallback` is the carrier's own."""
    return PLAIN_WORDS.get(code, json.dumps(fallback)[1:-1] if fallback else "")[:300]


def result_of_refusal(error: TwilioRestException | TwilioServiceException, headers: Mapping[str, str]) -> SendResult:
    """What an error answer means for the text; 429 was never processed, 5xx may have been."""
    status = int(error.status or 0)
    code = str(error.code or status)[:LONGEST_CODE]
    text = explain(code, str(getattr(error, "msg", "") or getattr(error, "detail", "")))
    if status == 429:
        return SendResult(SendOutcome.THROTTLED, error_code=code, error_text=text, retry_after=_seconds(headers))
    if status >= 500 or status == 408:
        return SendResult(SendOutcome.UNKNOWN, error_code=code, error_text=text)
    return SendResult(SendOutcome.REJECTED, error_code=code, error_text=text)


def _seconds(headers: Mapping[str, str]) -> float | None:
    value = {name.lower(): value for name, value in headers.items()}.get("retry-after", "")
    return float(value) if value.isascii() and value.isdecimal() else None


def result_of_silence(error: Exception) -> SendResult:
    """Whether the request can have reached the carrier: only a connection that never came about is surely harmless."""
    reason = getattr(error.args[0], "reason", None) if error.args else None
    unreached = isinstance(error, ConnectTimeout) or (
        isinstance(error, RequestsConnectionError) and isinstance(reason, NewConnectionError)
    )
    outcome = SendOutcome.UNREACHED if unreached else SendOutcome.UNKNOWN
    return SendResult(outcome, error_code=type(error).__name__[:16], error_text="The carrier did not answer.")
