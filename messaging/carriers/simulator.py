"""The simulated carrier: Twilio's webhooks, signatures and TwiML unchanged; texts go to made-up phones, never outside.

What it "remembers" it reads from our own rows, so there is no second truth that could drift.
"""

import logging
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from uuid import UUID

from messaging.carriers.base import (
    CarrierCall,
    CarrierText,
    Delivery,
    NotSupported,
    OutboundCall,
    OutboundText,
    SendOutcome,
    SendResult,
)
from messaging.carriers.number_settings import NumberAtCarrier
from messaging.carriers.twilio import TwilioCarrier
from messaging.carriers.twilio_codes import PLAIN_WORDS
from messaging.enums import Direction, MessageStatus
from messaging.models import Message, PhoneNumber
from messaging.optout_words import is_carrier_keyword
from messaging.simulator import line
from messaging.simulator.errors import SimulatorError
from messaging.simulator.phones import FATES

logger = logging.getLogger(__name__)

PAUSE_SECONDS = 0.15  # between two callbacks, so that one sees a text on its way
LANDLINE = "30006"
OPTED_OUT = "21610"
_RESUMING = {"START", "UNSTOP", "YES"}
_ASKING = {"HELP", "INFO"}
_DELIVERIES = {
    MessageStatus.SENT: Delivery.SENT,
    MessageStatus.DELIVERED: Delivery.DELIVERED,
    MessageStatus.UNDELIVERED: Delivery.UNDELIVERED,
    MessageStatus.FAILED: Delivery.FAILED,
}
# Its threads start with the first text, so a process that forks later has none.
_callbacks = ThreadPoolExecutor(4, thread_name_prefix="simulated-carrier")


class SimulatorCarrier(TwilioCarrier):
    """Verification, parsing and answers are inherited: what holds here holds for Twilio."""

    # ------------------------------------------------------------ texts
    def send(self, text: OutboundText) -> SendResult:
        if self._is_blocked(phone=text.to, number=text.sender):
            return SendResult(SendOutcome.REJECTED, error_code=OPTED_OUT, error_text=PLAIN_WORDS[OPTED_OUT])
        message_id = f"SM{UUID(text.key).hex}"  # the same text again is the same text
        _callbacks.submit(self._report, text, message_id)
        return SendResult(SendOutcome.ACCEPTED, message_id=message_id)

    def _report(self, text: OutboundText, message_id: str) -> None:
        """Tell us what became of the text, as a carrier does: some time later, in two webhooks."""
        fate = FATES.get(text.to)
        for status, code in (("sent", ""), ("undelivered" if fate else "delivered", fate.code if fate else "")):
            time.sleep(PAUSE_SECONDS)
            params = {
                "MessageSid": message_id,
                "SmsSid": message_id,
                "MessageStatus": status,
                "SmsStatus": status,
                "From": text.sender,
                "To": text.to,
                **({"ErrorCode": code} if code else {}),
            }
            try:
                line.post(self.account, self._url("message-status", text=text.key), params)
            except SimulatorError as error:
                logger.warning("the callback of a simulated text was not taken: %s", error)
                return

    def _is_blocked(self, *, phone: str, number: str) -> bool:
        """Whether this phone told the carrier to stop: the last keyword it sent to this number decides."""
        if not self.account.handles_optout:
            return False
        said = Message.objects.filter(
            account=self.account, direction=Direction.IN, lead__phone=phone, number__number=number
        ).order_by("-id")
        words = (body.strip().upper() for body in said.values_list("body", flat=True)[:200])
        last = next((word for word in words if is_carrier_keyword(word) and word not in _ASKING), "")
        return bool(last) and last not in _RESUMING

    def find_texts(self, *, to: str, sender: str, since: datetime) -> list[CarrierText]:
        """Those it has accepted, which are exactly those that carry its id."""
        rows = Message.objects.filter(
            account=self.account, direction=Direction.OUT, lead__phone=to, number__number=sender, created_at__gte=since
        ).exclude(carrier_message_id=None)
        return [
            CarrierText(
                message_id=row.carrier_message_id or "",
                to=to,
                sender=sender,
                body=row.body,
                created_at=row.created_at,
                delivery=_DELIVERIES.get(MessageStatus(row.status), Delivery.ACCEPTED),
                error_code=row.error_code,
                error_text=row.error_text,
            )
            for row in rows
        ]

    def is_landline(self, phone: str) -> bool | None:
        fate = FATES.get(phone)
        return fate is not None and fate.code == LANDLINE

    # ------------------------------------------------------------ calls and media
    def call(self, call: OutboundCall) -> SendResult:
        call_id = f"CA{UUID(call.key).hex}"
        _callbacks.submit(self._ring_in_vain, call, call_id)
        return SendResult(SendOutcome.ACCEPTED, message_id=call_id)

    def _ring_in_vain(self, call: OutboundCall, call_id: str) -> None:
        """Nobody of a made-up team picks up."""
        time.sleep(PAUSE_SECONDS)
        params = {"CallSid": call_id, "CallStatus": "no-answer", "From": call.caller, "To": call.to}
        try:
            line.post(self.account, self._url("alert-status", notice=call.key), params)
        except SimulatorError as error:
            logger.warning("the callback of a simulated call was not taken: %s", error)

    def list_calls(self, *, since: datetime, numbers: Sequence[str]) -> list[CarrierCall]:
        raise NotSupported  # a simulated call that we did not hear of never took place

    def fetch_call(self, call_id: str) -> CarrierCall | None:
        raise NotSupported

    # ------------------------------------------------------------ nothing of it has to be set
    def number_at_carrier(self, number: PhoneNumber) -> NumberAtCarrier | None:
        raise NotSupported

    def set_hook_urls(self, number: PhoneNumber, number_id: str) -> None:
        raise NotSupported

    def ring_own(self, number: PhoneNumber, *, caller: str) -> str:
        raise NotSupported

    def hang_up(self, call_id: str) -> None:
        raise NotSupported

    def forget(self, kind: str, name: str) -> None:
        """It remembers what our rows say, and nothing else."""

    def media_auth(self, url: str) -> tuple[str, str] | None:
        return None

    def media_hosts(self) -> frozenset[str]:
        return line.own_hosts()
