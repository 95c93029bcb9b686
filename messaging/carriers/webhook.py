"""The generic signed webhook: any phone system or call tracker reports a missed call (Standard Webhooks signatures).

    POST /hooks/webhook/<account key>/call
    webhook-id, webhook-timestamp, webhook-signature: see standardwebhooks.com; the secret is the account's (whsec_...).
    {"type": "call.missed", "timestamp": "...", "data": {"call_id": "...", "from": "+1...", "to": "+1...",
     "reason": "no_answer|busy|abandoned|voicemail|after_hours|failed", "occurred_at": "2026-11-19T15:04:05Z",
     "rang_seconds": 18, "caller_name": "...", "voicemail_text": "..."}}

It carries no texts: those leave through the account of the number that was called.
"""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.dateparse import parse_datetime
from standardwebhooks.webhooks import EmptyWebhookSecretError, Webhook, WebhookVerificationError

from messaging.carriers.base import BadPayload, CallReported, Carrier, Event, HookAnswer, HookRequest
from messaging.carriers.plans import VoicePlan
from messaging.enums import MissReason
from messaging.models import PhoneNumber
from recoverline.lib import clock

REASONS = {
    "no_answer": MissReason.NO_ANSWER,
    "busy": MissReason.BUSY,
    "abandoned": MissReason.ABANDONED,
    "voicemail": MissReason.VOICEMAIL,
    "after_hours": MissReason.AFTER_HOURS,
    "failed": MissReason.FAILED,
}


class WebhookCarrier(Carrier):
    hook_name = "webhook"
    hook_events = ("call",)

    def verify(self, request: HookRequest) -> bool:
        headers = {name.lower(): value for name, value in request.headers.items()}
        for secret in (self.account.auth_token, self.account.previous_auth_token):
            if not secret:
                continue
            try:
                Webhook(secret).verify(request.body, headers, json_parse=False)
            except (WebhookVerificationError, EmptyWebhookSecretError, ValueError, TypeError):
                continue
            return True
        return False

    def payload(self, request: HookRequest) -> dict[str, Any]:
        try:
            content = json.loads(request.body)
        except (ValueError, RecursionError) as error:
            raise BadPayload("the body is not JSON") from error
        if not isinstance(content, dict):
            raise BadPayload("the body is not an object")
        return {**content, "_id": request.headers.get("webhook-id", "")}

    def natural_key(self, event: str, payload: Mapping[str, Any]) -> str:
        # The sender's id of this very message. A call may be reported again, with its voicemail or under another type.
        return f"{_text(_data(payload), 'call_id')}:{payload.get('_id', '')}"

    def parse(self, event: str, payload: Mapping[str, Any]) -> list[Event]:
        if payload.get("type") != "call.missed":
            return []
        data = _data(payload)
        rang = data.get("rang_seconds")
        return [
            CallReported(
                call_id=_text(data, "call_id"),
                caller=str(data.get("from") or ""),
                to=_text(data, "to"),
                reason=REASONS.get(str(data.get("reason")), MissReason.NO_ANSWER).value,
                occurred_at=_moment(data.get("occurred_at") or payload.get("timestamp")),
                rang_seconds=rang if type(rang) is int and 0 <= rang < 86_400 else None,
                caller_name=str(data.get("caller_name") or ""),
                voicemail_text=str(data.get("voicemail_text") or ""),
                raw=payload,
            )
        ]

    def answer(self, event: str, plan: VoicePlan | None) -> HookAnswer:
        return HookAnswer('{"status": "ok"}', "application/json")

    def hook_urls(self, number: PhoneNumber) -> dict[str, str]:
        path = reverse("hooks:receive", args=[self.hook_name, self.account.key, "call"])
        return {"A call was missed": f"{settings.SITE_URL}{path}"}


def _data(payload: Mapping[str, Any]) -> Mapping[str, Any]:
    data = payload.get("data")
    if not isinstance(data, dict):
        raise BadPayload("data is missing")
    return data


def _text(data: Mapping[str, Any], name: str) -> str:
    value = data.get(name)
    if not isinstance(value, str) or not value or len(value) > 128:
        raise BadPayload(f"data.{name} is missing or too long")
    return value


def _moment(value: object) -> datetime:
    """An instant with its zone; a time without one, or nonsense, is refused rather than guessed."""
    if value is None:
        return clock.now()
    try:
        moment = parse_datetime(str(value))
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None or not 2000 <= moment.year < 2100:
        raise BadPayload("data.occurred_at is not a time with a zone, such as 2026-11-19T15:04:05Z")
    return moment
