"""Twilio: form-posted webhooks with X-Twilio-Signature, TwiML answers, the Messages, Calls and Lookup resources."""

import logging
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from functools import cache
from typing import Any
from urllib.parse import urlencode, urlsplit

from django.conf import settings
from django.urls import reverse
from twilio.base.exceptions import TwilioRestException, TwilioServiceException
from twilio.request_validator import SIGNATURE_HEADER, SIGNATURE_SETTINGS_HEADER, RequestValidator

from messaging.carriers import twilio_numbers
from messaging.carriers.base import (
    Carrier,
    CarrierCall,
    CarrierText,
    Delivery,
    ErrorClass,
    Event,
    HookAnswer,
    HookRequest,
    OutboundCall,
    OutboundText,
    SendOutcome,
    SendResult,
    WrongAccount,
)
from messaging.carriers.number_settings import NumberAtCarrier
from messaging.carriers.plans import VoicePlan
from messaging.carriers.twilio_api import LOOKUP_TIMEOUT_SECONDS, TIMEOUT_SECONDS, api_client
from messaging.carriers.twilio_codes import CALL_ENDS, DELIVERIES, ERROR_CLASSES
from messaging.carriers.twilio_events import PARSERS, need, whole
from messaging.carriers.twilio_forgetting import forget
from messaging.carriers.twilio_results import explain, result_of_refusal, result_of_silence
from messaging.carriers.twilio_voice import twiml
from messaging.enums import NumberMode
from messaging.models import PhoneNumber

logger = logging.getLogger(__name__)

# Without this fragment an answer of 500 loses the event: by default Twilio repeats only when it could not connect.
# A fragment is neither sent nor signed.
RETRY_FRAGMENT = "#rc=2&rp=ct,rt,5xx"
TRIAL_PREFIX = "Sent from your Twilio trial account - "  # what a trial account's texts are made to begin with


class TwilioCarrier(Carrier):
    hook_name = "twilio"
    hook_events = (
        "voice", "dial", "leg", "whisper", "whisper-answer", "voicemail", "recording", "transcription", "call-status",
        "message", "message-status", "alert", "alert-answer", "alert-status",
    )  # fmt: skip
    voice_events = ("voice", "dial", "whisper", "whisper-answer", "voicemail", "alert", "alert-answer")

    @property
    def _sid(self) -> str:
        return self.account.account_sid or settings.TWILIO_ACCOUNT_SID

    @property
    def _token(self) -> str:
        """The account's own, else the installation's: one carrier account may serve every business on it."""
        return self.account.auth_token or ("" if self.account.account_sid else settings.TWILIO_AUTH_TOKEN)

    # ------------------------------------------------------------ webhooks
    def verify(self, request: HookRequest) -> bool:
        signature = request.headers.get(SIGNATURE_HEADER, "")
        if SIGNATURE_SETTINGS_HEADER in request.headers:
            # A shared key has signed instead of the token. We do not hold it, so nothing is proven.
            _warn_of_shared_key(self.account.pk)
            return False
        if not signature:
            return False
        is_json = request.headers.get("Content-Type", "").startswith("application/json")
        try:
            params: Any = request.body.decode() if is_json else _Fields(request.form)
            if is_json and "bodySHA256" not in request.query:
                return False
            tokens = [token for token in (self._token, self.account.previous_auth_token) if token]
            return any(RequestValidator(token).validate(request.url, params, signature) for token in tokens)
        except (TypeError, ValueError):
            return False

    def payload(self, request: HookRequest) -> dict[str, Any]:
        params = request.params
        if self._sid and params.get("AccountSid", self._sid) != self._sid:
            raise WrongAccount("AccountSid is not this account's")
        return {**params, "_query": dict(request.query)}

    def natural_key(self, event: str, payload: Mapping[str, Any]) -> str:
        query = payload.get("_query", {})
        match event:
            case "message":
                return need(payload, "MessageSid")
            case "message-status":
                return f"{need(payload, 'MessageSid')}:{need(payload, 'MessageStatus')}"
            case "call-status" | "leg" | "alert-status":
                return f"{need(payload, 'CallSid')}:{need(payload, 'CallStatus')}"
            case "dial" | "alert-answer":
                return f"{need(payload, 'CallSid')}:{query.get('attempt', '1')}"
            case "voicemail":
                return f"{need(payload, 'CallSid')}:{query.get('empty', '0')}"
            case "whisper-answer":
                return f"{need(payload, 'CallSid')}:{payload.get('Digits', '')}"
            case "recording" | "transcription":
                status = payload.get(f"{event.capitalize()}Status", "")
                return f"{need(payload, 'CallSid')}:{payload.get('RecordingSid', '')}:{status}"
            case _:
                return need(payload, "CallSid")

    def parse(self, event: str, payload: Mapping[str, Any]) -> list[Event]:
        found = PARSERS[event](payload)
        return [found] if found else []

    def answer(self, event: str, plan: VoicePlan | None) -> HookAnswer:
        return HookAnswer(twiml(plan, self._url), "text/xml; charset=utf-8")

    def _url(self, event: str, **query: object) -> str:
        path = reverse("hooks:receive", args=[self.hook_name, self.account.key, event])
        return f"{settings.SITE_URL}{path}{'?' + urlencode(query) if query else ''}{RETRY_FRAGMENT}"

    def hook_urls(self, number: PhoneNumber) -> dict[str, str]:
        texts = {"A message comes in": self._url("message")}
        if number.mode == NumberMode.EXTERNAL:
            return texts  # its calls are another system's
        return {"A call comes in": self._url("voice"), "Call status changes": self._url("call-status"), **texts}

    # ------------------------------------------------------------ connecting a number
    def number_at_carrier(self, number: PhoneNumber) -> NumberAtCarrier | None:
        return twilio_numbers.look_up(self._client()[0], number.number, self.account.messaging_service_sid)

    def set_hook_urls(self, number: PhoneNumber, number_id: str) -> None:
        twilio_numbers.set_urls(self._client()[0], number_id, self.hook_urls(number))

    def ring_own(self, number: PhoneNumber, *, caller: str) -> str:
        client, _ = self._client()
        # Silence of its own, so that whoever picks up hears no error; the tester hangs up long before it is over.
        made = client.calls.create(to=number.number, from_=caller, twiml='<Response><Pause length="30"/></Response>')
        return str(made.sid)

    def hang_up(self, call_id: str) -> None:
        self._client()[0].calls(call_id).update(status="completed")

    # ------------------------------------------------------------ texts
    def send(self, text: OutboundText) -> SendResult:
        client, http_client = self._client()
        sender = {"from_": text.sender}
        if self.account.messaging_service_sid:
            sender["messaging_service_sid"] = self.account.messaging_service_sid
        try:
            message = client.messages.create(
                to=text.to,
                body=text.body,
                status_callback=self._url("message-status", text=text.key),
                validity_period=text.validity_seconds,
                **sender,
            )
        except (TwilioRestException, TwilioServiceException) as error:
            return result_of_refusal(error, http_client.last_headers)
        except Exception as error:  # whatever it is, the text may be on its way: an answer that cannot be read, for one
            return result_of_silence(error)
        if not message.sid:
            return SendResult(SendOutcome.UNKNOWN, error_code="no_id", error_text="The carrier's answer named no text.")
        return SendResult(SendOutcome.ACCEPTED, message_id=str(message.sid))

    def find_texts(self, *, to: str, sender: str, since: datetime) -> list[CarrierText]:
        client, _ = self._client()
        # Newest first. Not filtered by the date of sending: a text that still waits at the carrier has none.
        found = client.messages.list(to=to, from_=sender, limit=200)
        return [
            CarrierText(
                message_id=str(text.sid),
                to=str(text.to),
                sender=str(text.from_),
                body=str(text.body).removeprefix(TRIAL_PREFIX),
                created_at=text.date_created,
                delivery=DELIVERIES.get(str(text.status), Delivery.ACCEPTED),
                error_code=str(text.error_code or ""),
                error_text=explain(str(text.error_code or ""), str(text.error_message or "")),
            )
            for text in found
            if text.date_created is None or text.date_created >= since
        ]

    def classify(self, error_code: str) -> ErrorClass:
        return ERROR_CLASSES.get(error_code, ErrorClass.UNKNOWN)

    # ------------------------------------------------------------ calls and media
    def call(self, call: OutboundCall) -> SendResult:
        client, http_client = self._client()
        try:
            made = client.calls.create(
                to=call.to,
                from_=call.caller,
                url=self._url("alert", notice=call.key),
                status_callback=self._url("alert-status", notice=call.key),
                timeout=call.ring_seconds,
            )
        except (TwilioRestException, TwilioServiceException) as error:
            return result_of_refusal(error, http_client.last_headers)
        except Exception as error:  # as with texts: whatever it is, the phone may be ringing
            return result_of_silence(error)
        if not made.sid:
            return SendResult(SendOutcome.UNKNOWN, error_code="no_id", error_text="The carrier's answer named no call.")
        return SendResult(SendOutcome.ACCEPTED, message_id=str(made.sid))

    def list_calls(self, *, since: datetime, numbers: Sequence[str]) -> list[CarrierCall]:
        client, _ = self._client()
        # StartTime filters by whole UTC days; asking for the day before loses nothing.
        calls = [
            call
            for number in numbers
            for call in client.calls.list(to=number, start_time_after=since - timedelta(days=1), limit=1000)
        ]
        return [self._call(call) for call in calls if call.start_time is None or call.start_time >= since]

    def fetch_call(self, call_id: str) -> CarrierCall | None:
        client, _ = self._client()
        try:
            call = client.calls(call_id).fetch()
        except TwilioRestException as error:
            if error.status == 404:
                return None
            raise
        legs = client.calls.list(parent_call_sid=call_id, limit=20)
        answered = any(leg.status == "completed" and whole(leg.duration) > 0 for leg in legs)
        return self._call(call, answered_leg=answered)

    def _call(self, call: Any, answered_leg: bool | None = None) -> CarrierCall:
        return CarrierCall(
            call_id=str(call.sid),
            caller=str(call._from or ""),  # so named by the SDK
            to=str(call.to or ""),
            started_at=call.start_time,
            end=CALL_ENDS.get(str(call.status)),
            is_inbound=call.direction == "inbound",
            answered_leg=answered_leg,
        )

    def media_auth(self, url: str) -> tuple[str, str] | None:
        parts, base = urlsplit(url), urlsplit(settings.TWILIO_API_BASE_URL)
        is_configured = bool(base.netloc) and (parts.scheme, parts.netloc) == (base.scheme, base.netloc)
        is_theirs = parts.scheme == "https" and (parts.netloc == "twilio.com" or parts.netloc.endswith(".twilio.com"))
        # The token goes to the carrier's own host only, whatever address a webhook names.
        return (self._sid, self._token) if is_configured or is_theirs else None

    def recording_url(self, url: str) -> str:
        # The bare address answers with WAV, ten times the size.
        return url if url.endswith((".mp3", ".wav")) else f"{url}.mp3"

    def media_hosts(self) -> frozenset[str]:
        base = urlsplit(settings.TWILIO_API_BASE_URL).netloc
        return frozenset({base} if base else ())

    def forget(self, kind: str, name: str) -> None:
        forget(self._client()[0], kind, name)

    def is_landline(self, phone: str) -> bool | None:
        client, _ = self._client(LOOKUP_TIMEOUT_SECONDS)
        try:
            found = client.lookups.v2.phone_numbers(phone).fetch(fields="line_type_intelligence")
            kind = str((found.line_type_intelligence or {}).get("type") or "")
        except Exception as error:  # paid and optional: without an answer the text is simply tried
            logger.warning("the line type look-up failed: %s", type(error).__name__)
            return None
        return kind.lower() == "landline" if kind else None

    def _client(self, timeout: float = TIMEOUT_SECONDS) -> Any:
        return api_client(self._sid, self._token, settings.TWILIO_API_BASE_URL, timeout)


class _Fields(dict[str, str]):
    """Form fields in the shape the SDK's validator reads repeated ones from."""

    def __init__(self, form: Mapping[str, Sequence[str]]) -> None:
        super().__init__({name: "" for name in form})
        self._form = form

    def getlist(self, name: str) -> list[str]:
        return list(self._form[name])


@cache
def _warn_of_shared_key(account_id: int) -> None:
    """Once per process: it needs a person, and every webhook of the account would say it again."""
    logger.error(
        "Account %s signs its webhooks with a shared key (%s), which cannot be checked here: all are refused. "
        "Let Twilio sign with the auth token.",
        account_id,
        SIGNATURE_SETTINGS_HEADER,
    )
