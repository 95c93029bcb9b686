"""An outside phone system that reports missed calls by signed webhook; the texts leave through another account."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from messaging.enums import CarrierKind, NumberMode
from messaging.models import CarrierAccount
from recoverline.lib import clock
from tests import payloads
from tests.factories import fresh, make_account
from tests.fakes.signer import standard_webhook_headers
from tests.wire import Wire

SECRET = "whsec_" + "c2VjcmV0IG9mIHRoZSBwaG9uZSBzeXN0ZW0="


@dataclass
class PhoneSystem:
    """`account` is the one whose secret signs."""

    account: CarrierAccount
    client: Client

    def report(self, name: str, *, message_id: str = "", **overrides: Any) -> HttpResponse:
        """Post the recorded body `name`, by default as having happened just now."""
        overrides.setdefault("occurred_at", clock.now().isoformat())
        return self.post(json.dumps(payloads.load("webhook", name, **overrides)), message_id=message_id)

    def post(
        self, body: str | bytes, *, message_id: str = "", at: datetime | None = None, secret: str = SECRET
    ) -> HttpResponse:
        path = reverse("hooks:receive", args=["webhook", self.account.key, "call"])
        headers = standard_webhook_headers(secret, message_id or f"msg_{fresh()}", at or clock.now(), body)
        return self.client.post(path, body, content_type="application/json", headers=headers)


def connect_phone_system(wire: Wire) -> PhoneSystem:
    """Make the wire's number an external one whose missed calls a phone system reports."""
    account = make_account(wire.business, kind=CarrierKind.WEBHOOK, account_sid="", auth_token=SECRET)
    wire.number.mode, wire.number.reported_by = NumberMode.EXTERNAL, account
    wire.number.save()
    return PhoneSystem(account, Client())
